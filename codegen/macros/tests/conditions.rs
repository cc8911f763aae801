//! What a rule demands under a condition is reported where it fails, in its own words. The judge is asked the same
//! in `conformance/judge/tests/conditions.rs`.

mod conditions {
    airspec_macros::model!("tests/conditions.json");
}

use conditions::Request;

#[test]
fn a_demand_is_reported_where_it_fails_with_its_condition() {
    for (task, expected) in include!("conditions.in") {
        let violations = Request::from_json(task).err().unwrap_or_default();
        let mut found: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let mut expected = expected.to_vec();
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{task}");
    }
}
