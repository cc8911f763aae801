//! Names that a closed object must refuse, taken from the vocabulary of the API: names of later releases and of other
//! models, fields of results, and declared names in another spelling.

use super::constraint::Proposal;
use super::task::{Tasks, pointer};
use airspec_spec::text::{capitalised, words};
use airspec_spec::vocabulary::{elsewhere, known};
use airspec_spec::witness::Side;
use airspec_spec::{Model, Schema};
use serde_json::Value;
use std::collections::HashSet;

/// At most so many names in the task itself.
const MAX_OUTER: usize = 150;
/// At most so many names in an object within the task.
const MAX_INNER: usize = 52;
/// So many of these are tried as `null`, too.
const MAX_NULLS: usize = 32;

/// Inputs that stand in the task itself in earlier releases of the API.
const INPUTS: [&str; 2] = ["seedImage", "maskImage"];

/// The object with one name more, for each of the names, with a value and with `null`.
pub(super) fn strangers(tasks: &mut Tasks<'_>, schema: &Schema) -> Vec<Proposal> {
    let path = schema.path.as_str();
    let mut list = Vec::new();
    for (place, (name, words)) in names(tasks.model(), schema).into_iter().enumerate() {
        let mut values = vec![(sample(&name), "")];
        values.extend((path.is_empty() || place < MAX_NULLS).then_some((Value::Null, " as null")));
        // Whatever a server takes for nothing, with a few names.
        values.extend(NOTHINGS.get(place).map(|(nothing, about)| (nothing(), *about)));
        for (value, as_what) in values {
            let mut task = tasks.scene(path).filter(|_| !path.is_empty()).unwrap_or_else(|| tasks.base());
            tasks.identify(&mut task);
            let about = format!("with {words}{as_what}");
            if let Some(object) = task.pointer_mut(&pointer(path)).and_then(Value::as_object_mut) {
                object.insert(name.clone(), value);
            } else if !name.is_empty() && !name.contains('.') {
                // No valid task has the object alone: what it lacks is broken beside the name.
                task = tasks.with(&format!("{path}.{name}"), Some(value));
            } else {
                continue;
            }
            list.push(Proposal { task, side: Side::Reject, about, level: None });
        }
    }
    list
}

/// A value that can be taken for nothing, and its name.
type Nothing = (fn() -> Value, &'static str);

/// Values that can be taken for nothing.
const NOTHINGS: [Nothing; 5] = [
    (|| Value::from(false), " as false"),
    (|| Value::from(""), " as an empty text"),
    (|| Value::from(0), " as zero"),
    (|| Value::Array(Vec::new()), " as an empty list"),
    (|| Value::Object(serde_json::Map::new()), " as an empty object"),
];

/// Each name, and how a case is called that has it.
fn names(model: &Model, schema: &Schema) -> Vec<(String, String)> {
    let is_outer = schema.path.is_empty();
    let quoted = |name: &String| (name.clone(), format!("`{name}`"));
    let mut all = vec![(String::new(), "an empty name".to_owned())];
    let own = || schema.properties.iter().map(|property| property.name.as_str());
    all.extend(own().take(if is_outer { 4 } else { 1 }).flat_map(spellings));
    // A name of one word looks the same in several conventions.
    let of_words = own().find(|name| words(name).len() > 1).filter(|_| !is_outer);
    all.extend(of_words.into_iter().flat_map(spellings));
    all.extend(elsewhere().nested.get(schema.name()).into_iter().flatten().map(quoted));
    // The names of this model stand in other cases where they are; those of other releases stand nowhere.
    let is_own = |name: &str| model.parameters().iter().any(|parameter| parameter.name() == name);
    all.extend(known().parameters.keys().filter(|name| is_outer || !is_own(name)).map(quoted));
    let (results, others) = if is_outer { (9, 90) } else { (3, 18) };
    all.extend(known().results.iter().take(results).map(quoted));
    if is_outer {
        all.extend(elsewhere().edges.iter().map(quoted));
        let nested = model
            .parameters()
            .into_iter()
            .filter(|parameter| parameter.path.contains('.') && parameter.name() != "items");
        all.extend(nested.map(|parameter| quoted(&parameter.path.to_string())));
    }
    let strangers = elsewhere().parameters.iter().filter(|name| !known().parameters.contains_key(*name));
    all.extend(strangers.take(others).map(quoted));
    if !is_outer {
        all.extend(INPUTS.iter().map(|name| quoted(&(*name).to_owned())));
    }
    let mut seen: HashSet<String> = schema.properties.iter().map(|property| property.name.clone()).collect();
    all.retain(|(name, _)| seen.insert(name.clone()));
    all.truncate(if is_outer { MAX_OUTER } else { MAX_INNER });
    all
}

/// A declared name in other spellings.
fn spellings(name: &str) -> Vec<(String, String)> {
    let words = words(name);
    let snake = words.join("_");
    let pascal: String = words.iter().map(|word| capitalised(word)).collect();
    let mut shorter = name.to_owned();
    shorter.pop();
    let named = |text: String| (text.clone(), format!("`{text}`"));
    vec![
        named(format!("x-{name}")),
        named(format!("_{name}")),
        named(snake.to_uppercase()),
        named(words.join("-")),
        (snake, format!("`{name}` in snake case")),
        (pascal, format!("`{name}` in Pascal case")),
        (name.to_lowercase(), format!("`{name}` in lower case")),
        (format!(" {name}"), format!("`{name}` after a space")),
        (format!("{name} "), format!("`{name}` before a space")),
        (shorter, format!("`{name}` without its end")),
    ]
}

/// A value that a parameter of the name could have.
fn sample(name: &str) -> Value {
    let known = known().values.get(name).and_then(|values| values.first());
    known.map_or_else(|| Value::from(1), |text| Value::from(text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_respelt_in_other_conventions() {
        assert_eq!(spellings("taskUUID")[2].0, "TASK_UUID");
    }
}
