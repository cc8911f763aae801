//! The JSON Schema of `airspec.toml`, made from the description of the command line.

use super::{commands, flags, takes_values};
use clap::{Arg, ArgAction, Command};
use serde_json::{Map, Value, json};

/// The schema, for editors.
pub(super) fn of(program: &Command) -> Value {
    let mut properties = Map::new();
    for command in commands(program) {
        for flag in flags(command) {
            properties.entry(flag.get_long().unwrap_or_default()).or_insert_with(|| value(flag));
        }
    }
    for command in commands(program) {
        let own: Map<String, Value> = flags(command)
            .map(|flag| (flag.get_long().unwrap_or_default().to_owned(), value(flag)))
            .collect();
        let about = command.get_about().map(ToString::to_string);
        let table = json!({
            "description": about,
            "type": "object",
            "additionalProperties": false,
            "properties": own,
        });
        // A flag and a command can have the same name: one is a value, the other a table.
        let both = match properties.remove(command.get_name()) {
            Some(flag) => json!({"anyOf": [flag, table]}),
            None => table,
        };
        properties.insert(command.get_name().to_owned(), both);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "airspec.toml",
        "description": "Flags of airspec: for all commands that have them, and in a table for each command.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// What a flag takes.
fn value(flag: &Arg) -> Value {
    let help = flag.get_help().map(ToString::to_string);
    if !takes_values(flag) {
        return json!({"description": help, "type": "boolean"});
    }
    let words: Vec<String> =
        flag.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let one = if words.is_empty() { json!({"type": ["string", "number"]}) } else { json!({"enum": words}) };
    let count = flag.get_num_args().map_or(1, |range| range.min_values());
    let mut schema = match (count, flag.get_action()) {
        (2.., _) => json!({"type": "array", "items": one, "minItems": count, "maxItems": count}),
        (_, ArgAction::Append) => json!({"anyOf": [one, {"type": "array", "items": one}]}),
        _ => one,
    };
    schema["description"] = json!(help);
    schema
}
