//! The pages, with servers that mean no good.

use super::{Against, LARGEST, faults, run};
use crate::{Document, Entry, Kill, Kills, Outcome, Provenance, Received, Sent, Subject, Summary};
use airspec_suite::oracle::{Class, Verdict};
use regex::Regex;

const HOSTILE: &str =
    "</pre><script>alert(1)</script><img src=x onerror=\"alert(2)\"> \"' onclick=\"x\" & \u{202e}\u{0}";

fn entry(id: &str, verdict: Verdict) -> Entry {
    Entry {
        skip: None,
        cause: String::new(),
        id: id.to_owned(),
        model: "tiny".to_owned(),
        constraint: "wide.maximum".to_owned(),
        parameter: "wide".to_owned(),
        level: "badge".to_owned(),
        expect: "reject".to_owned(),
        about: "one beyond".to_owned(),
        verdict,
        finding: (verdict == Verdict::Fail).then_some(Class::BreaksPage),
        deviation: None,
        detail: "accepted with HTTP 200".to_owned(),
        duration_ms: 5,
        request: Some(Sent {
            method: "POST".to_owned(),
            url: "http://127.0.0.1:1/v1".to_owned(),
            body: "[{\"wide\":80}]".to_owned(),
        }),
        response: Some(Received::Answer {
            status: 200,
            content_type: Some("application/json".to_owned()),
            body: "{\"data\":[]}".to_owned(),
        }),
        curl: None,
        replay: None,
    }
}

fn document(cases: Vec<Entry>) -> Document {
    let count = |verdict| cases.iter().filter(|entry: &&Entry| entry.verdict == verdict).count();
    Document {
        groups: super::super::groups(&cases),
        target: "http://127.0.0.1:1/v1".to_owned(),
        seed: 7,
        models: vec!["tiny".to_owned()],
        shard: None,
        summary: Summary {
            outcome: if count(Verdict::Fail) > 0 { Outcome::DoesNotConform } else { Outcome::Conforms },
            cases: cases.len(),
            passed: count(Verdict::Pass),
            failed: count(Verdict::Fail),
            ..Summary::default()
        },
        runs: vec![Provenance {
            started: "2026-11-22T18:10:00.250Z".to_owned(),
            air: Some("tiny:1@1".to_owned()),
            command: vec!["airspec".to_owned(), "--case".to_owned(), "wide.*".to_owned()],
            ..Provenance::default()
        }],
        problems: Vec::new(),
        remarks: Vec::new(),
        origin: crate::Origin::Suite,
        clients: Vec::new(),
        headers: vec!["x-gateway".to_owned()],
        again: Vec::new(),
        unchecked: vec![crate::Unchecked {
            model: "tiny".to_owned(),
            pointer: "/properties/<b>".to_owned(),
            line: 3,
            keyword: "minProperties".to_owned(),
            reason: "unknown keyword `minProperties`".to_owned(),
        }],
        subjects: vec![Subject {
            id: "wide.maximum".to_owned(),
            model: "tiny".to_owned(),
            statement: "must be at most 64".to_owned(),
            documentation: Some("https://example.com/tiny#request-wide".to_owned()),
        }],
        cases,
    }
}

#[test]
fn a_case_tells_what_was_sent_seen_and_expected_where_that_is_stated_and_how_to_send_it_again() {
    let page = run(&document(vec![entry("wide.maximum.reject.80", Verdict::Fail)]), None);
    for words in [
        "<h1>Does not conform</h1>",
        "refused (one beyond); the rule: must be at most 64",
        "href=\"https://example.com/tiny#request-wide\"",
        "\"wide\": 80",
        "Answer: HTTP 200, application/json",
        "-H \"Authorization: Bearer ${RUNWARE_API_KEY:-airspec-local}\"",
        "-H \"x-gateway: ${X_GATEWAY}\" -d '[{\"wide\":80}]'",
        "<details class=\"case\" id=\"wide.maximum.reject.80\" data-verdict=\"fail\"",
        "href=\"#about:wide.maximum\"><i aria-hidden=\"true\">✗</i> 1<span class=\"vh\"> fail</span>",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    for place in ["id=\"about:wide.maximum\"", "id=\"wide.maximum.reject.80\""] {
        assert_eq!(page.matches(place).count(), 1, "{place}");
    }
}

#[test]
fn an_accepted_deviation_is_counted_apart_and_still_told_of() {
    let mut known = entry("wide.maximum.reject.80", Verdict::Pass);
    (known.finding, known.deviation) = (Some(Class::BreaksPage), Some("ticket 4711".to_owned()));
    let mut document = document(vec![known, entry("wide.maximum.reject.81", Verdict::Pass)]);
    document.summary.deviations = 1;
    let page = run(&document, None);
    assert!(page.contains("<h1>Conforms</h1>"));
    for name in ["deviation", "pass"] {
        let tile = format!("href=\"#cases\" data-verdict=\"{name}\"><b>1</b>");
        assert!(page.contains(&tile), "{tile}");
        assert_eq!(page.matches(&format!("\" data-verdict=\"{name}\" data-parameter")).count(), 1, "{name}");
    }
    assert!(page.contains("<dt>Accepted</dt><dd>ticket 4711</dd>") && page.contains("Findings"));
}

#[test]
fn what_is_wrong_is_explained_with_links_and_code() {
    let mut wrong = entry("wide.maximum.reject.80", Verdict::Fail);
    wrong.detail = "accepted `wide` <b>, see https://example.com/a?b=\"c and javascript:alert(1)".to_owned();
    let page = run(&document(vec![wrong]), None);
    let said = "accepted <code>wide</code> &lt;b&gt;, see <a rel=\"noopener noreferrer\" \
                href=\"https://example.com/a?b=\">https://example.com/a?b=</a>\"c and javascript:alert(1)";
    assert_eq!(page.matches(said).count(), 2, "at the top, and at the case: {page}");
    for word in ["breaks-page", "stricter-than-page", "page-silent", "page-wider-than-server"] {
        assert!(page.contains(&format!("<dt id=\"kind:{word}\">{word}</dt><dd>The ")), "{word}");
    }
    assert!(page.contains("<a class=\"class\" href=\"#kind:breaks-page\">breaks-page</a>"), "{page}");
    assert!(
        page.contains("started <b>2026-11-22 18:10:00 UTC</b>") && page.contains("AIR id <b>tiny:1@1</b>")
    );
    assert!(page.contains("<pre tabindex=\"0\">airspec --case 'wide.*'</pre>"), "{page}");
    let page = run(&document(vec![entry("wide.maximum.reject.80", Verdict::Pass)]), None);
    assert!(!page.contains("kind:breaks-page"), "nothing to explain");
}

/// A run of which every text is hostile.
fn hostile_run() -> Document {
    let mut bad = entry(HOSTILE, Verdict::Fail);
    for text in [
        &mut bad.model,
        &mut bad.constraint,
        &mut bad.parameter,
        &mut bad.level,
        &mut bad.expect,
        &mut bad.about,
        &mut bad.detail,
    ] {
        HOSTILE.clone_into(text);
    }
    (bad.deviation, bad.curl, bad.replay) =
        (Some(HOSTILE.into()), Some(HOSTILE.into()), Some(HOSTILE.into()));
    bad.request = Some(Sent { method: HOSTILE.into(), url: HOSTILE.into(), body: HOSTILE.into() });
    bad.response =
        Some(Received::Answer { status: 200, content_type: Some(HOSTILE.into()), body: HOSTILE.into() });
    let mut lost = entry(HOSTILE, Verdict::Note);
    lost.response = Some(Received::Lost { error: HOSTILE.into() });
    let mut hostile = document(vec![bad, lost]);
    (hostile.target, hostile.shard) = (HOSTILE.into(), Some(HOSTILE.into()));
    (hostile.models, hostile.problems) = (vec![HOSTILE.into(), "b".into()], vec![HOSTILE.into()]);
    hostile.runs = vec![Provenance {
        started: HOSTILE.into(),
        duration_ms: 1,
        tool_version: HOSTILE.into(),
        model: HOSTILE.into(),
        air: Some(HOSTILE.into()),
        spec_version: Some(HOSTILE.into()),
        command: vec![HOSTILE.into(), HOSTILE.into()],
        coverage: vec![airspec_suite::case::Coverage { axis: HOSTILE.into(), reached: 1, of: 2 }],
    }];
    (hostile.headers, hostile.remarks) = (vec![HOSTILE.into()], vec![HOSTILE.into()]);
    for subject in &mut hostile.subjects {
        (subject.id, subject.model, subject.statement) = (HOSTILE.into(), HOSTILE.into(), HOSTILE.into());
        subject.documentation = Some(format!("javascript:alert(3)//{HOSTILE}"));
    }
    hostile
}

/// The same of a run over faults.
fn hostile_kills() -> Kills {
    let kill = |end: &str| Kill {
        id: format!("accept:{HOSTILE}.b:{end}"),
        what: HOSTILE.into(),
        end: HOSTILE.into(),
        case: Some(HOSTILE.into()),
        detail: Some(HOSTILE.into()),
        requests: 1,
    };
    Kills {
        seed: 1,
        false_alarms: vec![HOSTILE.into()],
        summary: crate::Counts::default(),
        kinds: [(HOSTILE.to_owned(), crate::KindCounts::default())].into(),
        faults: vec![kill("a"), kill("b")],
    }
}

#[test]
fn nothing_that_was_read_becomes_markup() {
    let (hostile, other) = (hostile_run(), document(vec![entry("a.b.reject.c", Verdict::Pass)]));
    let pages = [
        run(&hostile, Some(Against { name: HOSTILE, document: &other })),
        run(&other, Some(Against { name: HOSTILE, document: &hostile })),
        faults(&hostile_kills()),
    ];
    let (tags, values) = (Regex::new("<[^>]*>").unwrap(), Regex::new("\"[^\"]*\"").unwrap());
    for page in pages {
        assert_eq!(page.matches("<script>").count(), 1, "our own");
        let (content, _) = page.split_once("<script>").unwrap();
        for tag in tags.find_iter(content) {
            let bare = values.replace_all(tag.as_str(), "");
            let is_ours = !bare.contains("img") && !bare.contains("onerror") && !bare.contains("onclick");
            assert!(is_ours && !bare.contains('"'), "{}", tag.as_str());
        }
        assert!(!page.contains("href=\"javascript:"));
        assert!(!page.contains('\u{202e}') && !page.contains('\0'));
        assert!(page.contains("&lt;img"));
    }
}

#[test]
fn a_server_does_not_decide_how_large_the_page_is() {
    let mut large = entry("wide.maximum.reject.80", Verdict::Fail);
    large.response =
        Some(Received::Answer { status: 200, content_type: None, body: "<\"é".repeat(3_000_000) });
    large.detail = "&".repeat(5_000_000);
    large.curl = Some("x".repeat(1_000_000));
    let page = run(&document(vec![large.clone()]), None);
    assert!(page.len() < 150_000, "{}", page.len());
    assert!(page.contains("more characters)"));
    assert!(
        page.contains("airspec conformance --seed 7 --case"),
        "a command that is too long has a short one"
    );

    (large.detail, large.curl) = ("&".repeat(2048), None);
    large.response = Some(Received::Lost { error: "<".repeat(4096) });
    let many = (0..900).map(|number| Entry { id: format!("wide.maximum.reject.{number}"), ..large.clone() });
    let page = run(&document(many.collect()), None);
    assert!(page.len() <= LARGEST, "{}", page.len());
    assert_eq!(page.matches("<details class=\"case\"").count(), 900, "every case is there");
}

#[test]
fn two_runs_are_held_against_each_other_case_by_case() {
    use Verdict::{Fail, Pass};
    let this = document(vec![entry("a", Pass), entry("b", Fail), entry("c", Pass), entry("d", Pass)]);
    let other = document(vec![entry("a", Pass), entry("b", Pass), entry("c", Fail), entry("e", Fail)]);
    let page = run(&this, Some(Against { name: "yesterday", document: &other }));
    for words in [
        "<b>3</b> differ",
        "<b>1</b> fail only in this run",
        "<b>1</b> fail only in the other run",
        "<b>1</b> exist only in this run",
        "<b>1</b> exist only in the other run",
        "<dt>Other run</dt><dd><b class=\"badge fail\">✗ fail</b> accepted with HTTP 200</dd>",
        "<code>yesterday</code>",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(page.matches("data-change=\"differs\"").count(), 3);
    assert_eq!(page.matches("data-change=\"same\"").count(), 1);
}

#[test]
fn a_surviving_fault_and_a_false_alarm_are_told_first() {
    let kill = |id: &str, end: &str| Kill {
        id: id.to_owned(),
        what: "accepts values that break the rule".to_owned(),
        end: end.to_owned(),
        case: None,
        detail: None,
        requests: 4,
    };
    let mut kills = Kills {
        seed: 1,
        false_alarms: Vec::new(),
        summary: crate::Counts { faults: 2, killed: 1, survived: 1, ..Default::default() },
        kinds: std::collections::BTreeMap::new(),
        faults: vec![kill("accept:a.b.maximum", "killed"), kill("accept:a.b.maximum:far", "survived")],
    };
    let page = faults(&kills);
    assert!(page.contains("<h1>1 fault survives</h1>") && page.contains("banner fail"));
    // One row and one column; the cell tells of the one that survived.
    assert!(
        page.contains(">a.<wbr>b</th>") && page.contains("✗</i> 1/2<span class=\"vh\"> survived</span>"),
        "{page}"
    );
    kills.summary.survived = 0;
    kills.faults.pop();
    assert!(faults(&kills).contains("<h1>Every fault is found</h1>"));
    kills.false_alarms.push("a.b.accept.c".to_owned());
    assert!(faults(&kills).contains("<h1>The suite has false alarms</h1>"));
}
