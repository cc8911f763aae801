//! Constraints that others make redundant: whatever satisfies the others satisfies them.

use super::facts::{Facts, having, object_having};
use super::prove;
use super::tree::{Step, lifted};
use crate::model::{Constraint, ConstraintId, Model, ParameterPath, Rule, Schema};
use std::collections::BTreeSet;

/// The constraints of a model from which another one follows, so that no task breaks that one alone. `None` where that is
/// not proved.
#[must_use]
pub fn implied_by(model: &Model, constraint: &Constraint) -> Option<Vec<ConstraintId>> {
    let goal = demand(constraint)?;
    let broken = broken(constraint);
    let own = BTreeSet::from([constraint.id.as_str()]);
    let follows = |without: &BTreeSet<&str>| {
        let mut task = model.task.clone();
        remove(&mut task, without);
        let facts = Facts::of(&task);
        prove::entails(&facts, &goal)
            || broken.as_ref().is_some_and(|broken| prove::absurd(&facts.and(broken)))
    };
    let others = model.constraints().into_iter().filter(|other| other.id != constraint.id);
    // Constraints of other parameters are likely to be of no use, and make the proof a long one.
    let (related, unrelated): (Vec<&Constraint>, Vec<&Constraint>) =
        others.partition(|other| touches(other, constraint));
    let far: BTreeSet<&str> = unrelated.iter().map(|other| other.id.as_str()).chain(own.clone()).collect();
    let (mut without, mut needed) = if follows(&far) {
        (far, related)
    } else if follows(&own) {
        (own, unrelated.into_iter().chain(related).collect())
    } else {
        return None;
    };
    needed.retain(|other| {
        without.insert(&other.id);
        let is_needed = !follows(&without);
        if is_needed {
            without.remove(other.id.as_str());
        }
        is_needed
    });
    Some(needed.into_iter().map(|other| other.id.clone()).collect())
}

/// Whether no valid task can have the parameter.
#[must_use]
pub fn is_never_valid(model: &Model, path: &ParameterPath) -> bool {
    let nothing = super::facts::only(Rule::False);
    lifted(&steps(path), nothing).is_some_and(|goal| prove::entails(&Facts::of(&model.task), &goal))
}

/// The constraint as a demand on the whole task.
fn demand(constraint: &Constraint) -> Option<Schema> {
    let path = &constraint.parameter;
    match &constraint.rule {
        Rule::Required => {
            let holder = path.parent()?;
            lifted(&steps(&holder), having(constraint.member.as_deref()?))
        }
        rule => lifted(&steps(path), super::facts::only(rule.clone())),
    }
}

/// A task that breaks the constraint, as a demand: the value is there, and not as the constraint wants it. None for what
/// stands in a list, or under any name.
fn broken(constraint: &Constraint) -> Option<Schema> {
    let (path, inner) = match (&constraint.rule, constraint.member.as_deref()) {
        (Rule::Required, Some(member)) => (constraint.parameter.parent()?, having(member)),
        (rule, _) => (constraint.parameter.clone(), super::facts::only(rule.clone())),
    };
    let broken = super::facts::only(Rule::Not(Box::new(inner)));
    steps(&path).iter().rev().try_fold(broken, |schema, step| match step {
        Step::Member(name) => {
            let mut holder = object_having(name);
            let property = holder.properties.first_mut()?;
            (property.declared, property.schema) = (true, schema);
            Some(holder)
        }
        Step::Item | Step::Stranger => None,
    })
}

fn steps(path: &ParameterPath) -> Vec<Step> {
    let step = |step: &str| match step {
        "items" => Step::Item,
        "*" => Step::Stranger,
        name => Step::Member(name.to_owned()),
    };
    path.steps().map(step).collect()
}

fn touches(other: &Constraint, constraint: &Constraint) -> bool {
    let paths = |constraint: &Constraint| {
        let mut paths = constraint.parameters();
        paths.push(constraint.parameter.clone());
        paths.retain(|path| !path.is_empty());
        paths
    };
    let own = paths(constraint);
    paths(other).iter().any(|path| own.iter().any(|own| own.overlaps(path)))
}

/// Takes constraints out of a schema.
fn remove(schema: &mut Schema, ids: &BTreeSet<&str>) {
    let is_out = |constraint: &Constraint| ids.contains(constraint.id.as_str());
    schema.constraints.retain(|constraint| !is_out(constraint));
    for property in &mut schema.properties {
        property.required.take_if(|required| is_out(required));
        remove(&mut property.schema, ids);
    }
    for child in schema.items.iter_mut().chain(&mut schema.additional) {
        remove(child, ids);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Source;

    fn model(rules: &str) -> Model {
        let text = format!(
            r#"{{"type": "object", "properties": {{"width": {{"type": "integer", "maximum": 90}},
                "height": {{"type": "integer"}}, "note": {{"type": "string"}}}},
                "dependentRequired": {{"width": ["height"]}}{rules}}}"#
        );
        crate::read(&Source::new("redundant.json", text)).unwrap()
    }

    fn reasons(model: &Model, id: &str) -> Option<Vec<String>> {
        let reasons = implied_by(model, model.constraint(id).unwrap())?;
        Some(reasons.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_rule_that_another_makes_redundant_is_named_with_that_one() {
        let both = r#", "allOf": [{"if": {"anyOf": [{"required": ["width"]}, {"required": ["height"]}]},
            "then": {"required": ["width", "height"]}}]"#;
        let rules = model(both);
        assert_eq!(
            reasons(&rules, "width+height.dependentRequired"),
            Some(vec!["width+height.if".to_owned()])
        );
        assert_eq!(reasons(&rules, "width.maximum"), None);
        assert_eq!(reasons(&rules, "width+height.if"), None);
    }

    #[test]
    fn nothing_is_proved_of_rules_that_stand_alone() {
        let rules = model("");
        assert!(rules.constraints().iter().all(|constraint| implied_by(&rules, constraint).is_none()));
    }

    #[test]
    fn a_parameter_that_no_valid_task_has_is_found() {
        let rules = model(r#", "not": {"required": ["note"]}"#);
        assert!(is_never_valid(&rules, &"note".into()));
        assert!(!is_never_valid(&rules, &"width".into()));
    }

    fn of_task(text: &str) -> Model {
        crate::read(&Source::new("redundant.json", text)).unwrap()
    }

    fn is_proved(model: &Model, id: &str, by: &str) -> bool {
        reasons(model, id).is_some_and(|reasons| reasons.iter().any(|reason| reason == by))
    }

    #[test]
    fn an_end_follows_from_a_product_or_a_quotient_and_the_other_parameter() {
        let sizes = |rule: &str| {
            of_task(&format!(
                r#"{{"type": "object", "properties": {{
                    "width": {{"type": "integer", "minimum": 16, "multipleOf": 16}},
                    "height": {{"type": "integer", "minimum": 16, "maximum": 64}}}},
                    "dependentRequired": {{"width": ["height"], "height": ["width"]}},
                    "x-constraints": [{rule}]}}"#
            ))
        };
        let area = sizes(r#"{"operation": "area", "parameters": ["width", "height"], "minimum": 1}"#);
        assert!(is_proved(&area, "width.minimum", "width+height.area"));
        // A height of 1 and a width of 16 make a product that is large enough.
        assert_eq!(reasons(&area, "height.minimum"), None);
        let ratio = sizes(r#"{"operation": "ratio", "parameters": ["width", "height"], "minimum": 0.01}"#);
        assert!(is_proved(&ratio, "width.minimum", "width+height.ratio"));
        let wide = sizes(r#"{"operation": "area", "parameters": ["width", "height"], "maximum": 9000}"#);
        assert_eq!(reasons(&wide, "width.minimum"), None);
    }

    #[test]
    fn a_type_follows_from_a_long_table_and_from_rules_that_pass_over_other_types() {
        let rows: Vec<String> = (1..=60)
            .map(|n| {
                format!(r#"{{"properties": {{"width": {{"const": {n}}}, "height": {{"const": {n}}}}}}}"#)
            })
            .collect();
        let table = of_task(&format!(
            r#"{{"type": "object", "properties": {{
                "width": {{"type": "integer"}}, "height": {{"type": "integer"}},
                "inputs": {{"type": "object", "properties": {{"a": {{}}, "b": {{}}}}}}}},
                "allOf": [
                    {{"dependentRequired": {{"width": ["height"], "height": ["width"]}}}},
                    {{"if": {{"anyOf": [{{"required": ["width"]}}, {{"required": ["height"]}}]}},
                        "then": {{"oneOf": [{}]}}}},
                    {{"not": {{"allOf": [
                        {{"properties": {{"inputs": {{"required": ["a"]}}}}, "required": ["inputs"]}},
                        {{"properties": {{"inputs": {{"required": ["b"]}}}}, "required": ["inputs"]}}]}}}}]}}"#,
            rows.join(", ")
        ));
        assert!(is_proved(&table, "width.type", "width+height.if"));
        assert!(is_proved(&table, "inputs.type", "inputs.a+inputs.b.not"));
        assert_eq!(reasons(&table, "inputs.a+inputs.b.not"), None);
    }

    #[test]
    fn an_array_that_must_contain_an_item_has_one() {
        let list = of_task(
            r#"{"type": "object", "properties": {"list": {"type": "array", "minItems": 1, "contains": {"const": 1}}}}"#,
        );
        assert!(is_proved(&list, "list.minItems", "list.contains"));
        assert_eq!(reasons(&list, "list.contains"), None);
    }
}
