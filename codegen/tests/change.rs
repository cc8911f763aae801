//! What a change of the spec means to users of the generated crate.

use airspec_codegen::{migration, step};
use airspec_spec::diff::{self, Effect, Step};
use airspec_spec::{Model, Source};
use serde_json::{Value, json};
use std::path::Path;

fn version(date: &str) -> Model {
    airspec_spec::read_file(&Path::new("../spec/history/openai-gpt-image-2").join(format!("{date}.json")))
        .unwrap()
}

fn task(properties: &Value, required: &[&str]) -> Model {
    let task = json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    airspec_spec::read(&Source::new("spec.json", task.to_string())).unwrap()
}

fn step_of(old: &Model, new: &Model) -> Step {
    step(old, new, diff::compare(old, new).effect_on(diff::Subject::Request)).unwrap()
}

/// The step from one to the other, and whether one of its reasons is that.
fn expect(old: &Model, new: &Model, name: &str, reason: &str) {
    let step = step_of(old, new);
    assert_eq!(step.step, name, "{:#?}", step.reasons);
    assert!(reason.is_empty() || step.reasons.iter().any(|one| one == reason), "{:#?}", step.reasons);
}

#[test]
fn the_crate_has_a_step_of_its_own() {
    let width = json!({"type": "integer", "minimum": 1, "maximum": 9});
    let one = |schema: &Value, required: &[&str]| task(&json!({"width": schema}), required);
    let asked = one(&width, &["width"]);
    // Compatible on the wire, and a field of another type.
    assert_eq!(diff::compare(&asked, &one(&width, &[])).effect(), Effect::Compatible);
    expect(&asked, &one(&width, &[]), "major", "`Request::width` is `Option<u32>`; it was `u32`");
    expect(&asked, &one(&width, &[]), "major", "`Required::width` is gone");
    expect(&one(&width, &[]), &asked, "major", "`Required::width` must be given");
    // A wider limit in the same type, one that needs another type, and a narrower one.
    let to = |most: u64| one(&json!({"type": "integer", "minimum": 1, "maximum": most}), &["width"]);
    expect(&asked, &to(99), "minor", "`build` and `validate` let through what they refused");
    expect(&asked, &to(1 << 40), "major", "`Request::width` is `i64`; it was `u32`");
    expect(&to(99), &asked, "major", "`build` and `validate` refuse requests that they let through");
    // Values of an enum: more are no break, since callers cannot match without a rest.
    let of = |values: &[&str]| task(&json!({"mode": {"type": "string", "enum": values}}), &[]);
    expect(&of(&["a", "b"]), &of(&["a", "b", "c"]), "minor", "`Mode::C` is new");
    expect(&of(&["a", "b", "c"]), &of(&["a", "b"]), "major", "`Mode::C` is gone");
    let more = task(&json!({"width": width, "seed": {"type": "integer"}}), &["width"]);
    expect(&asked, &more, "minor", "`Request::seed` is new");
    let described =
        one(&json!({"type": "integer", "minimum": 1, "maximum": 9, "description": "Wide."}), &["width"]);
    expect(&asked, &described, "patch", "");
    assert!(step_of(&asked, &described).reasons.is_empty());
}

#[test]
fn steps_of_the_history() {
    let steps = ["2026-06-07", "2026-07-09", "2026-07-30", "2026-09-03", "2026-09-30", "2026-10-12"];
    let found: Vec<String> =
        steps.windows(2).map(|pair| step_of(&version(pair[0]), &version(pair[1])).step).collect();
    assert_eq!(found, ["minor", "major", "minor", "major", "minor"]);
}

#[test]
fn migration_notes_speak_of_the_names_of_the_crate() {
    let (old, new) = (version("2026-09-03"), version("2026-09-30"));
    let notes = migration(&old, &new, &diff::compare(&old, &new)).unwrap();
    for line in [
        "- Take `width` out of `Required { … }` and call `.width(…)` on the builder.",
        "- Instead of `.provider_settings_openai_quality(…)` call `.settings_quality(…)`, which takes `impl Into<Value>` (it took `Quality`).",
        "- Instead of `.provider_settings(…)` set its parts one by one.",
        "- `Request::width` is `Option<u32>` now; it was `u32`: it is `None` where the parameter is left out, and set as `Some(…)`.",
        "- `Quality`",
        "- `Request::provider_settings`",
    ] {
        assert!(notes.lines().any(|one| one == line), "{line}\n{notes}");
    }
    // What the notes name is what the two crates have.
    let options = airspec_codegen::Options { made_by: "the test".into(), spec: "spec.json".into() };
    let code = |model: &Model| airspec_codegen::module(model, &options).unwrap().text;
    let (before, after) = (code(&old), code(&new));
    assert!(
        before.contains("pub fn provider_settings_openai_quality(")
            && after.contains("pub fn settings_quality(")
    );
    assert!(!after.contains("pub fn provider_settings") && after.contains("pub fn width("));
    assert_eq!(migration(&old, &old, &diff::compare(&old, &old)).unwrap(), "");
}

#[test]
fn a_narrower_limit_is_a_note_too() {
    let of =
        |most: u32| task(&json!({"width": {"type": "integer", "minimum": 1, "maximum": most}}), &["width"]);
    let notes = migration(&of(9), &of(8), &diff::compare(&of(9), &of(8))).unwrap();
    let expected = "### Requests that are refused now\n\n\
        - `.width(…)`: `width` had to be at most 9, now at most 8.\n";
    assert_eq!(notes, expected);
}
