//! Tasks of a model whose rules are written out by hand.

use super::*;
use crate::document::Source;
use serde_json::json;

const SPEC: &str = r#"{"type": "object", "required": ["side", "sideMode"], "dependentRequired": {"note": ["mark"]},
    "properties": {
        "side": {"type": "integer", "minimum": 10, "maximum": 20},
        "sideMode": {"const": "fixed"},
        "note": {"type": "string"},
        "mark": {"type": "boolean"},
        "list": {"type": "array", "maxItems": 3, "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
    }}"#;

/// Knows the rules of the spec above, written out by hand.
struct ByHand;

impl Judge for ByHand {
    fn faults(&self, task: &Value) -> Vec<Fault> {
        let fault = |pointer: &str, constraint: &str| Fault {
            pointer: pointer.into(),
            constraint: constraint.into(),
        };
        let mut faults = Vec::new();
        if task.get("side").is_some_and(|side| !side.as_u64().is_some_and(|side| (10..=20).contains(&side))) {
            faults.push(fault("/side", "side.maximum"));
        }
        if task.get("sideMode").is_none() {
            faults.push(fault("/sideMode", "sideMode.required"));
        }
        if task.get("sideMode").is_some_and(|mode| mode != "fixed") {
            faults.push(fault("/sideMode", "sideMode.const"));
        }
        if task.get("note").is_some() && task.get("mark").is_none() {
            faults.push(fault("", "note+mark.dependentRequired"));
        }
        faults
    }
}

fn model() -> Model {
    let model = crate::read(&Source::new("by-hand.json", SPEC)).unwrap();
    assert!(model.constraint("note+mark.dependentRequired").is_some());
    model
}

#[test]
fn the_base_has_what_is_required_and_nothing_else() {
    let model = model();
    let tasks = Synthesiser::new(&model, &ByHand, None);
    assert!(tasks.faults(tasks.base()).is_empty(), "{}", tasks.base());
    assert_eq!(tasks.base().as_object().unwrap().len(), 2);
}

#[test]
fn what_a_rule_needs_comes_with_the_value() {
    let model = model();
    let mut tasks = Synthesiser::new(&model, &ByHand, None);
    let task = tasks.with("note", Some(json!("x")), |_| {});
    assert_eq!((&task["note"], task["mark"].is_boolean()), (&json!("x"), true), "{task}");
    assert!(tasks.holding("note").is_some_and(|task| tasks.faults(&task).is_empty()));
}

#[test]
fn a_value_is_not_illegal_for_a_fault_of_a_parameter_whose_name_begins_like_its_own() {
    let model = model();
    let tasks = Synthesiser::new(&model, &ByHand, None);
    let legal = tasks.legal(model.task.at("side").unwrap());
    assert!(!legal.is_empty() && legal.iter().all(|side| side.as_u64().is_some_and(|side| side <= 20)));
}

#[test]
fn a_value_in_a_list_stands_in_the_last_item() {
    let model = model();
    let tasks = Synthesiser::new(&model, &ByHand, None);
    let mut task = tasks.base().clone();
    tasks.place(&mut task, "list.items.name", Some(json!("last")));
    assert_eq!(task["list"].as_array().map(Vec::len), Some(2), "{task}");
    assert_eq!(task["list"][1], json!({"name": "last"}));
    tasks.place(&mut task, "list", None);
    assert_eq!(task, *tasks.base());
}

/// A model whose rules are judged here as its schema has them, and how often tasks are judged.
struct Counted {
    model: Model,
    judged: std::cell::Cell<usize>,
}

impl Judge for Counted {
    fn faults(&self, task: &Value) -> Vec<Fault> {
        self.judged.set(self.judged.get() + 1);
        let broken = |constraint: &&Constraint| {
            constraint.parameter.is_empty() && crate::admits::rule(&constraint.rule, task) == Some(false)
        };
        let own = self.model.task.constraints.iter().filter(broken);
        own.map(|constraint| Fault { pointer: "".into(), constraint: constraint.id.clone() }).collect()
    }
}

fn counted() -> Counted {
    let row = |side: u64| json!({"properties": {"width": {"const": side}, "height": {"const": 2 * side}}, "required": ["width", "height"]});
    let rows: Vec<Value> = (1..40).map(row).collect();
    let spec = json!({
        "type": "object",
        "properties": {
            "width": {"type": "integer"}, "height": {"type": "integer"},
            "preset": {"type": "string", "enum": ["small", "large"]}, "image": {"type": "string"}
        },
        "allOf": [
            {"if": {"anyOf": [{"required": ["width"]}, {"required": ["height"]}]}, "then": {"oneOf": rows}},
            {"not": {"required": ["preset", "width"]}},
            {"if": {"not": {"required": ["image"]}}, "then": {"required": ["width", "height"]}},
            {"if": {"required": ["preset"]}, "then": {"required": ["image"]}}
        ]
    });
    let model = crate::read(&Source::new("table.json", spec.to_string())).unwrap();
    Counted { model, judged: 0.into() }
}

#[test]
fn a_value_that_no_row_of_a_table_has_is_given_up_at_once() {
    let judge = counted();
    let tasks = Synthesiser::new(&judge.model, &judge, None);
    let before = judge.judged.get();
    let task = tasks.satisfy_relations(json!({"width": 100, "height": 200}), &["width"]);
    assert_eq!(task["width"], 100);
    assert!(judge.judged.get() - before < 10, "{}", judge.judged.get() - before);
    let task = tasks.satisfy_relations(json!({"width": 7}), &["width"]);
    assert_eq!((&task, tasks.faults(&task).len()), (&json!({"width": 7, "height": 14}), 0));
}

#[test]
fn a_rule_is_broken_alone_where_another_has_to_be_satisfied_for_that() {
    let judge = counted();
    let tasks = Synthesiser::new(&judge.model, &judge, None);
    let rule = judge.model.constraint("preset+width.not").unwrap();
    let task = tasks.witness(rule, (tasks.base(), &[]), Side::Reject).unwrap();
    let broken: Vec<_> = tasks.faults(&task).into_iter().map(|fault| fault.constraint).collect();
    assert_eq!(broken, std::slice::from_ref(&rule.id), "{task}");
    assert!(task.get("image").is_some() && task.get("height").is_some(), "{task}");
    // Without an image there must be a size, which excludes a preset.
    let dead = judge.model.constraint("preset+image.if").unwrap();
    assert_eq!(tasks.witness(dead, (tasks.base(), &[]), Side::Reject), None);
}
