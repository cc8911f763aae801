//! What a rule demands under a condition is reported where it fails, in its own words. Generated code is asked the same
//! in `codegen/macros/tests/conditions.rs`.

use airspec_judge::Judge;
use airspec_spec::Source;

#[test]
fn a_demand_is_reported_where_it_fails_with_its_condition() {
    let text = include_str!("../../../codegen/macros/tests/conditions.json");
    let model = airspec_spec::read(&Source::new("conditions.json", text)).unwrap();
    let judge = Judge::new(&model).unwrap();
    for (task, expected) in include!("../../../codegen/macros/tests/conditions.in") {
        let mut found: Vec<String> = judge.text(task).iter().map(ToString::to_string).collect();
        let mut expected = expected.to_vec();
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{task}");
    }
}

#[test]
fn the_sentence_of_a_rule_has_all_of_its_demands() {
    let text = include_str!("../../../codegen/macros/tests/conditions.json");
    let model = airspec_spec::read(&Source::new("conditions.json", text)).unwrap();
    let said = |id: &str| model.constraint(id).map(|one| one.expected.as_str());
    assert_eq!(
        said("settings.background+format.if"),
        Some(
            "with `settings.background` = `transparent`: `format` is required; `format` must be one of `PNG`, `WEBP`"
        )
    );
    assert_eq!(
        said("format+width+quality.if"),
        Some(
            "with `format` = `JPG`, with `width` given: `quality` must be a whole number; `quality` must be at most 90; \
             otherwise, `quality` is never allowed"
        )
    );
}
