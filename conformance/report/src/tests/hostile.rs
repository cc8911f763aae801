//! Files that stay well-formed, and terminals that show what there is, whatever a server says.

use super::{document, model, records};
use crate::{Amount, Document, Entry, Style, groups, html, junit, markdown, table};
use airspec_spec::text::{visible, visible_lines};
use airspec_suite::oracle::Verdict;
use proptest::prelude::*;

/// Characters that no reader sees, and that some obey.
const HIDDEN: [char; 45] = [
    // Controls, of ASCII and beyond, and ends of lines.
    '\0',
    '\u{7}',
    '\u{8}',
    '\u{b}',
    '\u{c}',
    '\r',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{2028}',
    '\u{2029}',
    // Those that turn the direction of writing.
    '\u{61c}',
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202b}',
    '\u{202c}',
    '\u{202d}',
    '\u{202e}',
    '\u{2066}',
    '\u{2067}',
    '\u{2068}',
    '\u{2069}',
    // Those of no width, and selectors of variants.
    '\u{ad}',
    '\u{34f}',
    '\u{180e}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{2060}',
    '\u{2064}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{e0100}',
    // Tags and annotations.
    '\u{fff9}',
    '\u{fffb}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e007f}',
    // No characters at all.
    '\u{fdd0}',
    '\u{fffe}',
    '\u{ffff}',
    '\u{10ffff}',
];

/// Pieces that end, begin or break something in one of the formats.
const PIECES: [&str; 16] = [
    "]]>",
    "<![CDATA[",
    "-->",
    "<!--",
    "</failure>",
    "<?x",
    "&",
    "&#0;",
    "&#xFFFE;",
    "\"",
    "'",
    "`",
    "|",
    "\n",
    "\t",
    "\\u{0}",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(&HIDDEN[..]).prop_map(String::from),
        proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[ a-z0-9.]{0,4}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A report of which the target, a problem and every text of a case of each verdict are this.
fn report_of(text: &str) -> Document {
    let mut report = document(&records());
    for (number, entry) in report.cases.iter_mut().enumerate() {
        entry.id = format!("{number}{text}");
        let Entry { parameter, about, detail, constraint, cause, model, .. } = entry;
        for place in [parameter, about, detail, constraint, cause, model] {
            text.clone_into(place);
        }
        entry.curl = (number % 2 == 0).then(|| text.to_owned());
        entry.replay = Some(text.to_owned());
        entry.deviation = (entry.verdict == Verdict::Pass).then(|| text.to_owned());
    }
    for name in &mut report.models {
        text.clone_into(name);
    }
    report.groups = groups(&report.cases);
    (report.target, report.problems) = (text.to_owned(), vec![text.to_owned()]);
    (report.remarks, report.headers) = (vec![text.to_owned()], vec![text.to_owned()]);
    report.shard = Some(text.to_owned());
    text.clone_into(&mut report.runs[0].started);
    report.runs[0].command = vec![text.to_owned()];
    report
}

proptest! {
    #[test]
    fn the_junit_file_is_xml_that_holds_every_text(text in hostile()) {
        let report = report_of(&text);
        let xml = junit::text(&report).unwrap();
        let tree = roxmltree::Document::parse(&xml);
        prop_assert!(tree.is_ok(), "{:?}\n{}", tree.err(), xml);
        let tree = tree.unwrap();
        let named = |name: &'static str| tree.descendants().filter(move |node| node.has_tag_name(name));
        let names: Vec<&str> = named("testcase").filter_map(|node| node.attribute("name")).collect();
        for entry in &report.cases {
            prop_assert!(names.contains(&&*visible(&entry.id)), "{:?} in {:?}", entry.id, names);
        }
        let failure = named("failure").find(|node| node.attribute("type") == Some("breaks-page")).unwrap();
        prop_assert_eq!(failure.attribute("message"), Some(&*visible(&text)));
        // Space at the edges of an element is laid out, and says nothing.
        let command = visible_lines(&text);
        prop_assert_eq!(failure.text().unwrap_or_default().trim(), command.trim());
    }
}

/// All that people read of a run whose texts are this.
fn outputs(text: &str) -> [(&'static str, String); 6] {
    let report = report_of(text);
    let shown = |style, amount| table(style, &model(), &report, &[], amount);
    [
        ("terminal", shown(Style::Plain, Amount::Findings)),
        ("all", shown(Style::Plain, Amount::All)),
        ("colours", shown(Style::Coloured, Amount::All)),
        ("markdown", markdown::text(&report)),
        ("junit", junit::text(&report).unwrap()),
        ("page", html::run(&report, None)),
    ]
}

#[test]
fn no_hidden_character_is_in_what_people_read() {
    for hidden in HIDDEN {
        for (name, output) in outputs(&format!("a{hidden}b `{hidden}` {hidden}")) {
            // The escapes of colours are ours.
            let is_ours = name == "colours" && hidden == '\u{1b}';
            assert!(is_ours || !output.contains(hidden), "{hidden:?} in {name}: {output}");
        }
    }
}
