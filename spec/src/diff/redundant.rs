//! Constraints that others make redundant: whatever satisfies the others satisfies them.

use super::facts::{Facts, having};
use super::prove;
use super::tree::{Step, lifted};
use crate::model::{Constraint, ConstraintId, Model, ParameterPath, Rule, Schema};
use std::collections::BTreeSet;

/// The constraints of a model from which another one follows, so that no task breaks that one alone. `None` where that is
/// not proved.
#[must_use]
pub fn implied_by(model: &Model, constraint: &Constraint) -> Option<Vec<ConstraintId>> {
    let goal = demand(constraint)?;
    let mut without = BTreeSet::from([constraint.id.as_str()]);
    let follows = |without: &BTreeSet<&str>| {
        let mut task = model.task.clone();
        remove(&mut task, without);
        prove::entails(&Facts::of(&task), &goal)
    };
    if !follows(&without) {
        return None;
    }
    let others = model.constraints().into_iter().filter(|other| other.id != constraint.id);
    // Constraints of other parameters are likely to be of no use.
    let (related, mut needless): (Vec<&Constraint>, Vec<&Constraint>) =
        others.partition(|other| touches(other, constraint));
    let all: BTreeSet<&str> = needless.iter().map(|other| other.id.as_str()).chain(without.clone()).collect();
    let mut needed = if follows(&all) {
        without = all;
        related
    } else {
        needless.extend(related);
        needless
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
}
