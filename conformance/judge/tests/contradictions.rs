//! Sources that contradict themselves.

#[path = "../../../spec/tests/support/mod.rs"]
mod support;

use airspec_judge::contradictions;
use airspec_spec::{Source, import};
use support::{shared, source};

fn found(source: &Source) -> Vec<String> {
    let facts = import::read(source).unwrap_or_else(|error| panic!("{error}"));
    let all = contradictions(&facts);
    all.into_iter().map(|(statement, lines)| format!("{lines:?} {statement}")).collect()
}

fn changed(name: &str, changes: &[(&str, &str)]) -> Source {
    let mut text = source(name).text().to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    Source::new(name, text)
}

/// What the page of the invented model has without any change.
const WIND: &str = "[188] the default of `settings.wind`, `calm`, makes a task with `seed` `1008` invalid: \
    the task is refused when `seed` is given and `settings.wind` is given";

#[test]
fn defaults_that_make_a_task_invalid_are_found_and_others_are_not() {
    assert_eq!(found(&source("lantern.md")), [WIND]);
    assert_eq!(found(&source("lantern.txt")), Vec::<String>::new());
}

#[test]
fn examples_are_held_against_the_rules_and_against_each_other() {
    let page = changed(
        "lantern.md",
        &[
            ("  \"glow\": 0.25,\n  \"width\": 640", "  \"flames\": [],\n  \"glow\": 2,\n  \"width\": 641"),
            ("\"glow\": 0.25\n```", "\"glaw\": 0.25\n```"),
            ("\"imageUUID\": \"c232ab00", "\"cost\": 1,\n  \"imageUUID\": \"x232ab00"),
        ],
    );
    assert_eq!(
        found(&page),
        [
            "[137] an example in the description of `glow`: there is no parameter `glaw`",
            WIND,
            "[238] an example of a request: the task: with `width` or `height` given, must have values of which `width` × `height` is one of 640 × 480, 480 × 640",
            "[242] an example of a request: there is no parameter `flames`, only `inputs.flames`",
            "[243] an example of a request: `glow` must be at most 1",
            "[244] an example of a request: `width` must be a multiple of 32",
            "[255] an example of an answer: `cost` although the request has no `includeCost`",
            "[256] an example of an answer: \"x232ab00-9414-11ec-b3c8-9f6bdeced846\" is not a \"uuid\"",
        ]
    );
}

#[test]
fn counts_defaults_and_ids_are_held_against_what_is_listed() {
    let page = changed(
        "lantern.md",
        &[
            ("object (2 properties)", "object (3 properties)"),
            ("- **Default**: `0.5`", "- **Default**: `7`"),
            ("- **ID**: `test:lantern@3`", "- **ID**: `test:lantern@4`"),
        ],
    );
    assert_eq!(
        found(&page),
        [
            "[102] the model's id is `test:lantern@4`, the parameter `model` is \"test:lantern@3\"",
            "[132] the default `7` is no legal value: `glow` must be at most 1",
            "[156] `frame` has 3 properties according to its badge, but 2 are listed",
            WIND,
        ]
    );
}

#[test]
fn a_parameter_that_no_valid_task_can_have_is_found() {
    let required = "- **Type**: `integer`\n- **Required**: true\n- **Min**: `64`";
    let page = changed("lantern.md", &[("- **Type**: `integer`\n- **Min**: `64`", required)]);
    let all = found(&page);
    assert!(all.iter().any(|one| one.contains("no valid task can have `preset`")), "{all:#?}");
    assert!(!all.iter().any(|one| one.contains("no valid task can have `width`")), "{all:#?}");
}

#[test]
fn real_sources_contradict_themselves_as_is_known() {
    let lines = |path: &str| shared(path).map(|source| found(&source));
    if let Some(all) = lines("provider-pages/openai-gpt-image-2.md") {
        assert_eq!(
            all,
            [
                "[356, 401, 443, 483] an example of an answer: `cost` although the request has no `includeCost`",
                "[372, 417, 459] an example of a request: there is no parameter `referenceImages`, only `inputs.referenceImages`",
            ]
        );
    }
    let has = |path: &str, parts: &[&str]| {
        if let Some(all) = lines(path) {
            assert_eq!(all.len(), parts.len(), "{all:#?}");
            assert!(parts.iter().all(|part| all.iter().any(|one| one.contains(part))), "{all:#?}");
        }
    };
    has(
        "provider-pages/google-nano-banana-pro.md",
        &["no valid task can have `resolution`", "there is no parameter `advancedFeatures`"],
    );
    has(
        "provider-schemas/openai-gpt-image-2-5-flare.json",
        &[
            "the default of `outputFormat`, `JPG`, makes a task with `settings.background` `transparent` invalid",
        ],
    );
    has(
        "provider-schemas/bfl-flux-2-klein-9b.json",
        &["`fbCache` and `deepCache`, which nothing declares", "the default of `acceleration`, `high`"],
    );
    has(
        "provider-schemas/meta-muse-image.json",
        &[
            "the default of `width`, `1920`, makes a task with `resolution`",
            "the default of `height`, `1280`",
        ],
    );
    has("provider-schemas/google-nano-banana-2-lite.json", &[]);
}

#[test]
fn the_page_of_the_committed_model_is_at_one_with_itself() {
    if let Some(page) = shared("spec-source/openai-gpt-image-2.page.txt") {
        assert_eq!(found(&page), Vec::<String>::new());
    }
}
