//! Sources of every layout as documents. The sources in `sources/` describe one invented model; those in `../shared`,
//! where it is there, are real.

mod support;

use airspec_spec::facts::{Facts, Layout};
use airspec_spec::import::{self, Imported, Known, Open, Wording};
use airspec_spec::verify::compare;
use airspec_spec::{ReadError, Source};
use serde_json::Value;
use support::{ids, real, source};

/// Reads and imports; a source alone gives a new document.
fn import(source: &Source, known: Option<&Source>) -> (Facts, Imported) {
    let facts = import::read(source).unwrap_or_else(|error| panic!("{error}"));
    let slug = import::slug(&facts, &[]).unwrap();
    let imported = import::import(&facts, &slug, &Known { document: known, ..Known::default() })
        .unwrap_or_else(|error| panic!("{error}"));
    (facts, imported)
}

fn document(imported: &Imported) -> Source {
    Source::new(format!("{}.json", imported.slug), imported.text.as_str())
}

fn refusal(name: &str, text: &str) -> String {
    import::read(&Source::new(name, text)).unwrap_err().to_string()
}

#[test]
fn a_document_agrees_with_the_source_that_it_was_made_from_and_is_made_once() {
    let own = ["lantern.md", "lantern.txt", "lantern.json", "lantern.service.json"].map(source);
    for source in own.into_iter().chain(real()) {
        let (facts, imported) = import(&source, None);
        let spec = import::read(&document(&imported)).unwrap();
        assert_eq!(ids(&compare(&facts, &spec)), Vec::<String>::new(), "{}", source.name());
        let (_, again) = import(&source, Some(&document(&imported)));
        assert_eq!(again.changes, [], "{}", source.name());
        assert_eq!(again.text, imported.text, "{}", source.name());
    }
}

#[test]
fn the_layouts_of_one_model_give_the_same_facts_as_far_as_they_go() {
    let openapi = import::read(&source("lantern.json")).unwrap();
    let against = |name: &str| ids(&compare(&import::read(&source(name)).unwrap(), &openapi));
    assert_eq!(against("lantern.service.json"), Vec::<String>::new());
    assert_eq!(against("lantern.md"), ["inputs.flames.minItems", "inputs.flames.maxItems"]);
    let rules = [
        "height+width.dependentRequired",
        "preset+width+height.not",
        "inputs.flames+glow.if",
        "preset+inputs.flames.if",
        "seed+settings.wind.not",
        "width+height.if",
        "frame.colour+picture.oneOf",
    ];
    assert_eq!(against("lantern.txt"), rules);
}

#[test]
fn no_sentence_of_a_source_gets_into_a_document() {
    let own = ["lantern.md", "lantern.txt", "lantern.json", "lantern.service.json"].map(source);
    let frame = include_str!("../frame.json");
    let mut sentences = 0;
    for source in own.into_iter().chain(real()) {
        let (_, imported) = import(&source, None);
        let text = imported.text.replace("\\`", "`");
        for line in source.text().lines() {
            let line = line.trim().trim_end_matches(',');
            let line = line.strip_prefix("\"description\": ").unwrap_or(line).trim_matches('"');
            let is_sentence = line.split(' ').count() > 4 && line.ends_with('.') && !frame.contains(line);
            sentences += usize::from(is_sentence);
            assert!(!is_sentence || !text.contains(line), "{}: {line}", source.name());
        }
    }
    assert!(sentences > 40, "{sentences}");
}

#[test]
fn what_a_source_leaves_open_is_asked() {
    let (_, imported) = import(&source("lantern.txt"), None);
    let asked = |imported: &Imported, text: &str| {
        imported
            .questions
            .iter()
            .filter(|question| question.text.contains(text))
            .map(|question| question.line)
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&imported, "`preset`: what are its 2 values?"), [79]);
    assert_eq!(asked(&imported, "`glow`: title and description"), [67]);
    assert_eq!(asked(&imported, "does not describe results"), [1]);
    let task = &serde_json::from_str::<Value>(&imported.text).unwrap()["components"]["schemas"]["RequestBody"]
        ["items"];
    assert_eq!(task["properties"]["preset"]["x-value-count"], 2);
    assert!(task["properties"]["preset"].get("oneOf").is_none());
    let (_, imported) = import(&source("lantern.md"), None);
    assert_eq!(asked(&imported, "`inputs.flames`: how many items?"), [87]);
    assert_eq!(asked(&imported, "each of its 2 values"), [140, 184]);
}

/// The committed form of the invented model: its page, and an answer to every question.
fn answered() -> Source {
    let (_, imported) = import(&source("lantern.md"), None);
    let mut spec: Value = serde_json::from_str(&imported.text).unwrap();
    let task = &mut spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    task["glow"]["title"] = "Brightness".into();
    task["glow"]["description"] = "In our words.".into();
    task["glow"]["externalDocs"]["url"] = "https://example.org/elsewhere".into();
    task["preset"]["oneOf"][1]["description"] = "For ships.".into();
    task["taskUUID"]["x-unique"] = true.into();
    task["inputs"]["properties"]["flames"]["maxItems"] = 4.into();
    spec["info"]["summary"] = "Our summary".into();
    Source::new("test-lantern-3.json", format!("{spec:#}"))
}

#[test]
fn what_is_known_keeps_its_wording_and_what_the_source_cannot_deny() {
    let known = answered();
    let changed = source("lantern.md").text().replace("- **Max**: `1`\n", "- **Max**: `2`\n").replace(
        "**Allowed values**: `porch` `harbour`",
        "**Allowed values**: `harbour` `attic`\n\n### [smoke](https://example.org/docs/models/test-lantern-3#request-smoke)\n\n- **Type**: `boolean`\n\nWhether it smokes.",
    );
    let (_, imported) = import(&Source::new("changed.md", changed), Some(&known));
    let spec: Value = serde_json::from_str(&imported.text).unwrap();
    let task = &spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    assert_eq!(spec["info"]["summary"], "Our summary");
    assert_eq!((&task["glow"]["maximum"], &task["glow"]["minimum"]), (&2.into(), &serde_json::json!(0.1)));
    assert_eq!(task["glow"]["description"], "In our words.");
    assert_eq!(task["glow"]["externalDocs"]["url"], "https://example.org/elsewhere");
    assert_eq!(task["taskUUID"]["x-unique"], true);
    let values = serde_json::json!([{"const": "harbour", "description": "For ships."}, {"const": "attic"}]);
    assert_eq!(task["preset"]["oneOf"], values);
    let flames = &task["inputs"]["properties"]["flames"];
    assert_eq!((&flames["maxItems"], &flames["x-levels"]["maxItems"]), (&4.into(), &"facts".into()));
    let changes: Vec<&str> = imported.changes.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(
        changes,
        [
            "`glow.maximum` is `2`, was `1`",
            r#"`preset.enum` is `["harbour","attic"]`, was `["porch","harbour"]`"#,
            "`smoke` is new",
        ]
    );
    let asked = |text: &str| imported.questions.iter().any(|question| question.text.contains(text));
    assert!(asked("`smoke`: title and description") && asked("`inputs.flames.maxItems`: is it still `4`?"));
    assert!(!asked("`glow`: title and description"));
}

#[test]
fn a_number_of_values_keeps_the_known_ones_only_when_it_is_theirs() {
    let known = answered();
    let page = source("lantern.txt");
    let values = |imported: &Imported| {
        let spec: Value = serde_json::from_str(&imported.text).unwrap();
        spec["components"]["schemas"]["RequestBody"]["items"]["properties"]["preset"].clone()
    };
    let (_, imported) = import(&page, Some(&known));
    assert_eq!(values(&imported)["oneOf"][1]["description"], "For ships.");
    let more = page.text().replacen("Allowed values2 values\n\nseed", "Allowed values3 values\n\nseed", 1);
    let (_, imported) = import(&Source::new("more.txt", more), Some(&known));
    assert_eq!((values(&imported).get("oneOf"), &values(&imported)["x-value-count"]), (None, &3.into()));
    let question = r#"`preset`: the source states 3 values, the document has 2 ("porch", "harbour"). What are the values?"#;
    assert!(imported.questions.iter().any(|remark| remark.text == question), "{:?}", imported.questions);
}

#[test]
fn every_line_that_is_not_understood_is_reported() {
    let page = source("lantern.md")
        .text()
        .replace("- **Step**: `0.05`\n", "- **Step**: `0.05`\n- **Unit**: `lumen`\n")
        .replace("- **Type**: `boolean`\n", "- **Type**: `switch`\n")
        .replace("`width` and `height` must be used together.", "`width` and `height` should be friends.")
        .replace("When `preset` is provided, `inputs.flames`", "When `preset` is provided, `inputs.smoke`")
        .replace("## Examples", "## Quotas\n\nTen lanterns a day.\n\n## Examples")
        .replace("`$0.002`", "`a song`");
    let facts = import::read(&Source::new("page.md", page)).unwrap();
    let said: Vec<String> =
        facts.unread.iter().map(|remark| format!("{}: {}", remark.line, remark.text)).collect();
    assert_eq!(
        said,
        [
            "18: the price of 640 x 480 . dim: a song",
            "78: the type `switch` of `includeCost`",
            "132: the badge `unit: lumen` of `glow`",
            "230: the section `Quotas`",
            "232: Ten lanterns a day.",
            "22: `width` and `height` should be friends.",
            "34: When `preset` is provided, `inputs.smoke` is required. (the page lists no parameter `inputs.smoke`)",
        ]
    );
    let text = source("lantern.txt")
        .text()
        .replace("floatmin: 0.1", "floatunit: lumenmin: 0.1")
        .replace("frame » picture", "frame » print");
    let facts = import::read(&Source::new("page.txt", text)).unwrap();
    let said: Vec<String> =
        facts.unread.iter().map(|remark| format!("{}: {}", remark.line, remark.text)).collect();
    assert_eq!(said, ["69: the badge `unit: lumen` of `glow`", "102: frame » print"]);
}

#[test]
fn the_rules_of_a_pasted_page_are_read_without_backticks() {
    let section = "Compatibility & Validation\n\nwidth and height must be used together.\n\n\
        preset cannot be used with width/height.\n\nEither provide inputs.flames, or specify glow.\n\n\
        When preset is provided, inputs.flames is required.\n\nWhen seed is provided, settings.wind cannot be used.\n\n\
        Provide exactly one of: frame.colour or frame.picture.\n\nNobody knows seed.\n\nAPI Options\n";
    let page = source("lantern.txt").text().replacen("API Options\n", section, 1);
    let facts = import::read(&Source::new("page.txt", page)).unwrap();
    let openapi = import::read(&source("lantern.json")).unwrap();
    assert_eq!(ids(&compare(&facts, &openapi)), ["width+height.if"]);
    let said: Vec<&str> = facts.unread.iter().map(|remark| remark.text.as_str()).collect();
    assert_eq!(said, ["Nobody knows `seed`."]);
}

#[test]
fn a_page_states_again_what_was_taken_from_elsewhere() {
    let level = |imported: &Imported| {
        let spec: Value = serde_json::from_str(&imported.text).unwrap();
        let task = &spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
        task["inputs"]["properties"]["flames"]["x-levels"]["minItems"].clone()
    };
    let (_, first) = import(&source("lantern.json"), None);
    assert_eq!(level(&first), Value::Null);
    let (_, second) = import(&source("lantern.md"), Some(&document(&first)));
    assert_eq!(level(&second), "facts");
    let (_, third) = import(&source("lantern.txt"), Some(&document(&second)));
    assert_eq!(level(&third), Value::Null);
}

#[test]
fn a_document_that_is_a_bare_task_gets_a_frame() {
    let bare = r#"{"type": "object", "properties": {"glow": {"description": "Ours.", "type": "number"}}}"#;
    let (_, imported) = import(&source("lantern.md"), Some(&Source::new("test-lantern-3.json", bare)));
    let spec: Value = serde_json::from_str(&imported.text).unwrap();
    assert_eq!(spec["info"]["title"], "Runware API - Lantern 3");
    let glow = &spec["components"]["schemas"]["RequestBody"]["items"]["properties"]["glow"];
    assert_eq!((&glow["description"], &glow["maximum"]), (&"Ours.".into(), &1.into()));
}

#[test]
fn pages_may_lack_sections_and_name_parameters_of_other_models() {
    let page = "# Kite\n\n- **ID**: `test:kite@1`\n\n## Request Parameters\n\n\
        ### [model](https://example.org/models/kite#request-model)\n\n- **Type**: `string`\n- **Value**: `test:kite@1`\n\nWhich.\n\n\
        ### [knots](https://example.org/models/kite#request-knots)\n\n- **Type**: `array of objects`\n- **Min Items**: `1`\n\nThe tail.\n\n\
        #### [bow](https://example.org/models/kite#request-knots-bow)\n\n- **Path**: `knots[].bow`\n- **Type**: `integer or string`\n- **Required**: true\n\nA bow.\n\n\
        ## Response Parameters\n";
    let (facts, imported) = import(&Source::new("kite.md", page), None);
    assert_eq!((facts.layout, facts.unread.len(), imported.slug.as_str()), (Layout::Markdown, 0, "kite"));
    let spec: Value = serde_json::from_str(&imported.text).unwrap();
    let knots = &spec["components"]["schemas"]["RequestBody"]["items"]["properties"]["knots"];
    assert_eq!(knots["items"]["properties"]["bow"]["type"], serde_json::json!(["integer", "string"]));
    assert_eq!(knots["items"]["required"], serde_json::json!(["bow"]));
    assert_eq!(
        knots["items"]["properties"]["bow"]["externalDocs"]["url"],
        "https://example.org/models/kite#request-knots-bow"
    );
}

#[test]
fn what_is_no_source_is_refused_in_one_message() {
    let page = source("lantern.md");
    let cut = |end: &str| {
        let start = page.text().find(end).unwrap() + end.len();
        refusal("cut.md", &page.text()[..start])
    };
    let flat = source("lantern.txt");
    let shorn = |end: &str| refusal("cut.txt", &flat.text()[..flat.text().find(end).unwrap() + end.len()]);
    let all = [
        refusal("page.html", "\n<!doctype html>\n<h3>width</h3>"),
        refusal("empty.md", " \n"),
        refusal("note.txt", "width and height\n\nare numbers\n"),
        refusal("binary", "string\0"),
        refusal("long.txt", &"lorem ipsum\n".repeat(200_000)),
        refusal("cut.json", &source("lantern.json").text()[..900]),
        refusal("answer.json", r#"{"errors": [{"code": "notFound"}]}"#),
        cut("## Pricing"),
        cut("\n### [model]"),
        cut("How wide the light fa"),
        cut("  \"glow\": 0.25"),
        cut("- **Min**: `64"),
        shorn("integermin: 64ma"),
        shorn("» flames"),
        shorn("How wide the light f"),
        shorn("The flame stands still."),
        refusal("range.md", &page.text().replace("- **Min**: `0.1`", "- **Min**: `10`")),
    ];
    assert!(all.iter().all(|message| message.lines().count() == 2), "{all:#?}");
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_source_that_names_no_model_gets_no_name() {
    let task = r#"{"type": "object", "properties": {"width": {"type": "integer"}}}"#;
    let facts = import::read(&Source::new("task.json", task)).unwrap();
    assert_eq!(import::slug(&facts, &[]), None);
    let known = [("kite".to_owned(), Some("test:lantern@3".to_owned()))];
    let facts = import::read(&source("lantern.txt")).unwrap();
    assert_eq!(import::slug(&facts, &known).as_deref(), Some("kite"));
}

#[test]
fn a_page_of_the_committed_model_changes_nothing_in_its_document() {
    let Some(page) = support::shared("spec-source/openai-gpt-image-2.page.txt") else { return };
    let (slug, text) = airspec_spec::documents()[0];
    let known = Source::new(format!("{slug}.json"), text);
    let (facts, imported) = import(&page, Some(&known));
    assert_eq!((imported.slug.as_str(), imported.text.as_str()), (slug, text));
    assert!(imported.questions.is_empty() && imported.changes.is_empty() && facts.unread.is_empty());
}

#[test]
fn a_refusal_of_a_schema_is_that_of_the_reader() {
    let text = r#"{"type": "object", "properties": {"a": {"minLenght": 1}}}"#;
    let error = import::read(&Source::new("typo.json", text)).unwrap_err();
    assert!(matches!(&error, ReadError::Refused(all) if all.len() == 1), "{error}");
}

fn worded(facts: &Facts, slug: &str, document: Option<&Source>, wording: &Wording) -> Imported {
    import::import(facts, slug, &Known { document, wording: Some(wording), ..Known::default() }).unwrap()
}

/// The lantern with our wording, as another model's document.
fn sibling() -> Source {
    let (_, imported) = import(&source("lantern.json"), None);
    let mut spec: Value = serde_json::from_str(&imported.text).unwrap();
    let task = &mut spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    for (name, words) in [("glow", "How bright."), ("seed", "Start of the noise."), ("preset", "A trim.")] {
        task[name]["description"] = words.into();
        task[name]["title"] = name.to_uppercase().into();
    }
    task["preset"]["oneOf"][0]["description"] = "At the door.".into();
    task["settings"]["properties"]["wind"]["description"] = "The air.".into();
    for (value, words) in [(0, "None."), (1, "Much.")] {
        task["settings"]["properties"]["wind"]["oneOf"][value]["description"] = words.into();
    }
    Source::new("sibling.json", spec.to_string())
}

#[test]
fn a_new_model_gets_the_wording_of_its_siblings_where_the_facts_agree() {
    let mut wording = Wording::default();
    wording.add_document(&sibling());
    let page = source("lantern.md")
        .text()
        .replace("test:lantern@3", "test:kite@1")
        .replace("test-lantern-3", "test-kite-1")
        .replace("- **Max**: `1`", "- **Max**: `3`");
    let facts = import::read(&Source::new("kite.md", page)).unwrap();
    let imported = worded(&facts, "test-kite-1", None, &wording);
    let spec: Value = serde_json::from_str(&imported.text).unwrap();
    let task = &spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    assert_eq!(
        (&task["glow"]["description"], &task["glow"]["title"]),
        (&"How bright.".into(), &"GLOW".into())
    );
    assert_eq!(task["preset"]["oneOf"][0]["description"], "At the door.");
    assert_eq!(task["settings"]["properties"]["wind"]["oneOf"][1]["description"], "Much.");
    // What nobody has described stays a question, a value too.
    let open = |name: &str| imported.open.iter().find(|open| open.name == name).cloned();
    assert_eq!(open("glow"), None);
    let harbour = Open { name: "preset".to_owned(), values: vec!["\"harbour\"".to_owned()], is_bare: false };
    assert_eq!(open("preset"), Some(harbour));
    assert!(open("frame.colour").is_some_and(|open| open.is_bare && open.values.is_empty()));
    let taken: Vec<&str> = imported.worded.iter().map(|remark| remark.text.as_str()).collect();
    assert!(taken.contains(&"`glow` from sibling.json"), "{taken:?}");
    // Once it is there, it is the document's own.
    let again = worded(&facts, "test-kite-1", Some(&document(&imported)), &Wording::default());
    assert_eq!((again.text, again.worded), (imported.text, Vec::new()));
}

#[test]
fn wording_of_another_type_is_not_offered() {
    let mut spec: Value = serde_json::from_str(sibling().text()).unwrap();
    spec["components"]["schemas"]["RequestBody"]["items"]["properties"]["glow"] =
        serde_json::json!({"type": "string", "description": "A name of a colour."});
    let mut wording = Wording::default();
    wording.add_document(&Source::new("other.json", spec.to_string()));
    let facts = import::read(&source("lantern.md")).unwrap();
    let imported = worded(&facts, "x", None, &wording);
    assert!(!imported.text.contains("A name of a colour."));
    assert!(imported.open.iter().any(|open| open.name == "glow" && open.is_bare));
}

#[test]
fn values_bring_their_wording_to_another_place_of_the_same_name() {
    let mut wording = Wording::default();
    wording.add_document(&sibling());
    let page = source("lantern.md").text().replace("preset", "trim").replace("wind", "preset");
    let facts = import::read(&Source::new("kite.md", page)).unwrap();
    let imported = worded(&facts, "x", None, &wording);
    let spec: Value = serde_json::from_str(&imported.text).unwrap();
    let task = &spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    // Of the same name, but with other values.
    assert_eq!(task["settings"]["properties"]["preset"].get("description"), None);
    assert_eq!(task["trim"].get("description"), None);
}

#[test]
fn answers_win_and_a_file_that_has_none_is_refused() {
    let mut wording = Wording::default();
    wording.add_document(&sibling());
    let answers =
        r#"{"glow": {"description": " Answered. "}, "preset": {"values": {"porch": "A", "harbour": "B"}}}"#;
    wording.add_answers(&Source::new("answers.json", answers)).unwrap();
    let facts = import::read(&source("lantern.md")).unwrap();
    let imported = worded(&facts, "x", None, &wording);
    let spec: Value = serde_json::from_str(&imported.text).unwrap();
    let task = &spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    assert_eq!((&task["glow"]["description"], task["glow"].get("title")), (&"Answered.".into(), None));
    assert_eq!(task["preset"]["oneOf"][1], serde_json::json!({"const": "harbour", "description": "B"}));
    for (text, reason) in [
        ("[1]", "expected an object"),
        (r#"{"glow": "bright"}"#, "expected an object"),
        (r#"{"glow": {"descripton": "x"}}"#, "`descripton` is unknown here"),
        (r#"{"glow": {"title": ""}}"#, "an empty answer"),
        (r#"{"glow": {"values": {"a": 1}}}"#, "string"),
    ] {
        let error = Wording::default().add_answers(&Source::new("a.json", text)).unwrap_err().to_string();
        assert!(error.starts_with("a.json:1:") && error.contains(reason), "{error}");
    }
}

#[test]
fn a_document_has_the_day_of_the_release_in_which_it_changed() {
    let page = source("lantern.md");
    let on = |text: &str, before: Option<&Source>, day| {
        let facts = import::read(&Source::new("page.md", text)).unwrap();
        let known = Known { document: before, released: Some(day), ..Known::default() };
        let imported = import::import(&facts, "test-lantern-3", &known).unwrap();
        let version = airspec_spec::read(&document(&imported)).unwrap().version.unwrap();
        (imported, version)
    };
    let (first, day) = on(page.text(), None, "2026-06-07");
    assert_eq!(day, "2026-06-07");
    let (same, day) = on(page.text(), Some(&document(&first)), "2026-07-09");
    assert_eq!((day.as_str(), same.text == first.text), ("2026-06-07", true));
    let later = page.text().replace("- **Max**: `1`\n", "- **Max**: `3`\n");
    let (_, day) = on(&later, Some(&document(&first)), "2026-07-09");
    assert_eq!(day, "2026-07-09");
}

#[test]
fn the_answers_of_this_release_word_what_many_models_have() {
    let mut wording = Wording::default();
    wording.add_built_in();
    let facts = import::read(&source("lantern.md")).unwrap();
    let imported = worded(&facts, "x", None, &wording);
    let spec: Value = serde_json::from_str(&imported.text).unwrap();
    let task = &spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    assert_eq!((&task["seed"]["title"], &task["model"]["title"]), (&"Seed".into(), &"Model".into()));
    let built_in = Source::new("wording.json", include_str!("../wording.json"));
    Wording::default().add_answers(&built_in).unwrap();
}
