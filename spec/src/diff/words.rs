//! Changes in words: a changed rule before and after, and changed documentation.

use super::{Action, Change, Effect, Subject, tables};
use crate::document::text;
use crate::model::{Constraint, Model, ParameterPath, Rule, Schema, equal};
use serde_json::Value;

const HAS_DEFAULT: &str = "has the default";
const HAD_DEFAULT: &str = "no longer documents the default";

/// Whether a change is one of a parameter's default.
pub(super) fn is_about_default(change: &Change) -> bool {
    change.subject == Subject::Request
        && [HAS_DEFAULT, HAD_DEFAULT].iter().any(|words| change.sentence.starts_with(words))
}

/// What changed from one version of a rule to the next.
pub(super) fn changed(before: &Constraint, after: &Constraint) -> String {
    if let (Some(old), Some(new)) = (listed(&before.rule), listed(&after.rule)) {
        let missing = |from: &[&Value], others: &[&Value]| -> Vec<String> {
            let is_missing = |value: &&&Value| !others.iter().any(|other| equal(other, value));
            from.iter().filter(is_missing).map(|value| text::literal(value)).collect()
        };
        let (gone, fresh) = (missing(&old, &new), missing(&new, &old));
        let parts: Vec<String> = [("no longer takes", gone), ("takes", fresh)]
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(verb, values)| format!("{verb} {}", text::list(&values, "and")))
            .collect();
        if !parts.is_empty() {
            return parts.join(", and ");
        }
    }
    if let Some(rows) = tables::changed(&before.rule, &after.rule) {
        return rows;
    }
    let rest = after.expected.strip_prefix("must be ").or_else(|| after.expected.strip_prefix("must have "));
    match rest {
        Some(rest) if before.expected != after.expected => format!("{}, now {rest}", past(&before.expected)),
        _ if before.expected == after.expected => {
            format!("{} (the rule is written differently)", after.expected)
        }
        _ => format!("{}; before: {}", after.expected, before.expected),
    }
}

/// A rule that is gone: "must be at most 4" becomes "no longer has to be at most 4".
pub(super) fn no_longer(sentence: &str) -> String {
    match (sentence.strip_prefix("must "), sentence.strip_prefix("is ")) {
        (Some(rest), _) => rest
            .strip_prefix("not ")
            .map_or_else(|| format!("no longer has to {rest}"), |rest| format!("may now {rest}")),
        (None, Some(rest)) => format!("is no longer {rest}"),
        (None, None) => text::said_of("no longer", sentence),
    }
}

/// The sentence of an old rule: "must be at most 4" becomes "had to be at most 4".
fn past(sentence: &str) -> String {
    sentence.strip_prefix("must ").map_or_else(|| sentence.to_owned(), |rest| format!("had to {rest}"))
}

fn listed(rule: &Rule) -> Option<Vec<&Value>> {
    match rule {
        Rule::Const(value) => Some(vec![value]),
        Rule::Enum(list) => Some(list.values.iter().map(|one| &one.value).collect()),
        _ => None,
    }
}

/// The default and the documentation of a parameter.
pub(super) fn of_schema(subject: Subject, old: &Schema, new: &Schema, changes: &mut Vec<Change>) {
    let mut add = |action, effect, sentence: String| {
        let path = new.path.clone();
        changes.push(Change { subject, path, constraint: None, action, effect, sentence });
    };
    // Leaving the parameter out stays valid, but its meaning may change.
    match (&old.default, &new.default) {
        (Some(before), Some(after)) if !equal(before, after) => {
            let (before, after) = (text::literal(before), text::literal(after));
            add(Action::Changed, Effect::Compatible, format!("{HAS_DEFAULT} {after}; it was {before}"));
        }
        (None, Some(after)) => {
            add(
                Action::Added,
                Effect::Documentation,
                format!("now documents the default {}", text::literal(after)),
            );
        }
        (Some(before), None) => {
            let sentence = format!("{HAD_DEFAULT} {}", text::literal(before));
            add(Action::Removed, Effect::Documentation, sentence);
        }
        _ => {}
    }
    let words: Vec<String> = [
        ("title", old.title != new.title),
        ("description", old.description != new.description),
        ("link to the documentation", anchor(old) != anchor(new) && old.path == new.path),
        ("levels", levels(old, new)),
        ("description of the values", values(old, new)),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(what, _)| what.to_owned())
    .collect();
    // A schema that stands for one that is not given has no words.
    let is_given = |schema: &Schema| {
        schema.title.is_some() || schema.description.is_some() || !schema.constraints.is_empty()
    };
    if !words.is_empty() && is_given(old) && is_given(new) {
        let sentence = format!("has a changed {}", text::list(&words, "and"));
        add(Action::Changed, Effect::Documentation, sentence);
    }
}

/// The place on the page; a new page is reported once, for the document.
fn anchor(schema: &Schema) -> Option<&str> {
    schema.documentation.as_ref()?.split_once('#').map(|(_, anchor)| anchor)
}

/// Whether a rule that stayed is stated at another level.
fn levels(old: &Schema, new: &Schema) -> bool {
    new.constraints.iter().any(|after| {
        let before = old.constraints.iter().find(|before| before.rule.keyword() == after.rule.keyword());
        before.is_some_and(|before| before.level != after.level)
    })
}

/// Whether a value that stayed is explained otherwise.
fn values(old: &Schema, new: &Schema) -> bool {
    let said = |schema: &Schema| -> Vec<(Value, Option<String>, Option<String>)> {
        let lists = schema.rules().filter_map(|rule| match rule {
            Rule::Enum(list) => Some(&list.values),
            _ => None,
        });
        lists.flatten().map(|one| (one.value.clone(), one.title.clone(), one.description.clone())).collect()
    };
    let before = said(old);
    said(new).into_iter().any(|after| {
        before
            .iter()
            .any(|before| equal(&before.0, &after.0) && (&before.1, &before.2) != (&after.1, &after.2))
    })
}

/// A part of the document that one of the two specs does not describe.
pub(super) fn described(old: &Model, new: &Model, subject: Subject, was: bool) -> Option<Change> {
    let is_beside =
        matches!(subject, Subject::Authentication | Subject::ResponseBody | Subject::ErrorResponse);
    // A document of another layout has no such part.
    if is_beside && (old.envelope.http.is_none() || new.envelope.http.is_none()) {
        return None;
    }
    let (action, effect, sentence) = match (subject, was) {
        (Subject::Authentication, true) => {
            (Action::Removed, Effect::Breaking, "is gone: a key in the body is no longer accepted")
        }
        (Subject::Authentication, false) => {
            (Action::Added, Effect::Compatible, "is new: a key is accepted in the body")
        }
        (_, true) => (Action::Removed, Effect::Breaking, "is no longer described"),
        (_, false) => (Action::Added, Effect::Compatible, "is now described"),
    };
    let sentence = sentence.to_owned();
    Some(Change { subject, path: ParameterPath::task(), constraint: None, action, effect, sentence })
}

/// What is said about the model as a whole.
pub(super) fn of_document(old: &Model, new: &Model, changes: &mut Vec<Change>) {
    let mut add = |effect, sentence: String| {
        changes.push(Change {
            subject: Subject::Document,
            path: ParameterPath::task(),
            constraint: None,
            action: Action::Changed,
            effect,
            sentence,
        });
    };
    let shown = |id: &Option<String>| id.clone().unwrap_or_else(|| "unnamed".to_owned());
    if old.air != new.air {
        add(
            Effect::Documentation,
            format!("the model is now `{}`; it was `{}`", shown(&new.air), shown(&old.air)),
        );
    }
    if old.slug != new.slug {
        add(Effect::Documentation, format!("the slug is now `{}`; it was `{}`", new.slug, old.slug));
    }
    if (&old.title, &old.summary) != (&new.title, &new.summary) {
        add(Effect::Documentation, "has a changed title or summary".to_owned());
    }
    if old.documentation != new.documentation {
        let page = new.documentation.as_deref().unwrap_or("no page");
        add(Effect::Documentation, format!("is documented by {page}"));
    }
    if old.owner_rules != new.owner_rules {
        add(Effect::Documentation, "has changed rules of the model's owner".to_owned());
    }
    if old.prices != new.prices {
        add(Effect::Documentation, "has changed price examples".to_owned());
    }
}
