//! The versions of GPT Image 2, step by step: what each one meant to callers, shown by requests where it broke them.

use airspec_judge::Judge;
use airspec_spec::Model;
use airspec_spec::diff::{self, Diff, Effect, Evidence, Report, Subject};
use airspec_suite::counterexamples;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/history/openai-gpt-image-2")
}

fn version(date: &str) -> Model {
    airspec_spec::read_file(&folder().join(format!("{date}.json"))).unwrap()
}

fn dates() -> Vec<String> {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut dates: Vec<String> =
        names.filter_map(|name| Some(name.to_str()?.strip_suffix(".json")?.to_owned())).collect();
    dates.sort();
    dates
}

/// A step with what a search finds, whose verdict on the wire is that and confirmed.
fn step(old: &str, new: &str, effect: Effect) -> (Diff, Evidence) {
    let (before, after) = (version(old), version(new));
    let diff = diff::compare(&before, &after);
    let evidence = counterexamples::search(&before, &after, &diff, 300, 1).unwrap();
    let report = Report { diff: &diff, evidence: &evidence, step: None };
    let wire = report.wire();
    assert_eq!((wire.effect, wire.is_confirmed), (effect, true), "{old} -> {new}\n{}", report.text());
    assert_eq!(diff.effect_on(Subject::Result), Effect::Documentation);
    // What is shown to be broken is so by the two judges.
    let (old_judge, new_judge) = (Judge::new(&before).unwrap(), Judge::new(&after).unwrap());
    for witness in &evidence.requests.witnesses {
        assert!(old_judge.is_valid(&witness.value) && !new_judge.is_valid(&witness.value));
    }
    (diff, evidence)
}

fn sentence(diff: &Diff, path: &str) -> (Effect, String) {
    let found: Vec<_> = diff.changes.iter().filter(|change| change.path == path).collect();
    let first = found.first().unwrap_or_else(|| panic!("no change of {path}: {:#?}", diff.changes));
    (first.effect, first.sentence.clone())
}

fn is(effect: Effect, words: &str) -> (Effect, String) {
    (effect, words.to_owned())
}

/// The history has the release that the workspace follows, unless that is newer than all of it.
#[test]
fn the_workspace_follows_a_release_of_the_history_or_a_newer_one() {
    let (_, text) = airspec_spec::documents()
        .iter()
        .find(|(slug, _)| *slug == "openai-gpt-image-2")
        .expect("it is built in");
    let current = airspec_spec::read(&airspec_spec::Source::new("current", *text)).unwrap();
    let day = current.version.clone().unwrap();
    if !dates().contains(&day) {
        assert!(dates().last().is_some_and(|last| *last < day), "{day} is not in the history");
        return;
    }
    // What the workspace adds to the document of its own accord is no statement about requests or answers.
    let changes = diff::compare(&version(&day), &current).changes.into_iter();
    let stated: Vec<_> = changes.filter(|change| change.subject != Subject::Document).collect();
    assert_eq!(stated, []);
}

#[test]
fn the_first_version_has_the_parameters_of_the_page() {
    assert_eq!(dates()[0], "2026-06-07");
    assert_eq!(version("2026-06-07").task.properties.len(), 18);
}

#[test]
fn every_step_of_the_history_is_confirmed_by_a_search() {
    for dates in dates().windows(2) {
        let (before, after) = (version(&dates[0]), version(&dates[1]));
        step(&dates[0], &dates[1], diff::compare(&before, &after).effect_on(Subject::Request));
    }
}

#[test]
fn watermark_came_as_an_optional_parameter() {
    let (diff, _) = step("2026-06-07", "2026-07-09", Effect::Compatible);
    assert_eq!(sentence(&diff, "watermark"), is(Effect::Compatible, "is a new optional parameter"));
    assert_eq!(diff.of(Subject::Request).count(), 1);
}

#[test]
fn watermark_moved_into_advanced_features_which_broke_callers() {
    let (diff, evidence) = step("2026-07-09", "2026-07-30", Effect::Breaking);
    assert_eq!(sentence(&diff, "watermark"), is(Effect::Breaking, "is gone"));
    assert_eq!(sentence(&diff, "advancedFeatures"), is(Effect::Compatible, "is a new optional parameter"));
    let moves: Vec<(&str, &str)> = diff.moves.iter().map(|one| (&*one.from, &*one.to)).collect();
    assert_eq!(moves, [("watermark", "advancedFeatures.watermark")]);
    let [witness] = evidence.requests.witnesses.as_slice() else { panic!("{evidence:#?}") };
    assert!(witness.value.get("watermark").is_some());
    assert_eq!(witness.said[0].pointer, "/watermark");
}

#[test]
fn settings_came_beside_provider_settings() {
    let (diff, _) = step("2026-07-30", "2026-09-03", Effect::Compatible);
    assert_eq!(sentence(&diff, "settings"), is(Effect::Compatible, "is a new optional parameter"));
}

#[test]
fn provider_settings_went_which_broke_callers_and_a_size_became_optional_which_did_not() {
    let (diff, evidence) = step("2026-09-03", "2026-09-30", Effect::Breaking);
    assert_eq!(sentence(&diff, "providerSettings"), is(Effect::Breaking, "is gone"));
    for side in ["width", "height"] {
        assert_eq!(sentence(&diff, side), is(Effect::Compatible, "is no longer required"));
    }
    let moves: Vec<(&str, &str, bool)> =
        diff.moves.iter().map(|one| (&*one.from, &*one.to, one.is_new)).collect();
    let expected = [
        ("providerSettings.openai.moderation", "settings.moderation", false),
        ("providerSettings.openai.quality", "settings.quality", false),
    ];
    assert_eq!(moves, expected);
    let [witness] = evidence.requests.witnesses.as_slice() else { panic!("{evidence:#?}") };
    assert!(witness.value.get("providerSettings").is_some());
}

#[test]
fn routing_came_as_an_optional_parameter() {
    let (diff, _) = step("2026-09-30", "2026-10-12", Effect::Compatible);
    assert_eq!(sentence(&diff, "routing"), is(Effect::Compatible, "is a new optional parameter"));
}

#[test]
fn the_whole_way_broke_callers_and_so_does_the_way_back() {
    let (diff, _) = step("2026-06-07", "2026-10-12", Effect::Breaking);
    assert_eq!(sentence(&diff, "providerSettings").0, Effect::Breaking);
    let (back, _) = step("2026-10-12", "2026-06-07", Effect::Breaking);
    assert_eq!(sentence(&back, "width"), is(Effect::Breaking, "is now required"));
}
