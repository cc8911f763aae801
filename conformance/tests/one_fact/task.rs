//! Tables, patterns and relations of a task, changed in one fact.

use crate::Means::{self, Nobody, Senders, Words};
use airspec_spec::diff::Party;
use serde_json::{Value, json};

/// A name, two tasks, and what it means to change the first to the second and back.
type Pair = (&'static str, Value, Value, Means, Means);

pub(crate) fn facts() -> Vec<Pair> {
    let mut facts = tables();
    facts.extend(conditional_tables());
    facts.extend(patterns());
    facts.extend(relations());
    facts
}

fn task(properties: &Value, more: &Value) -> Value {
    let mut task = json!({"type": "object", "properties": properties, "additionalProperties": false});
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

fn sizes() -> Value {
    let side = json!({"type": "integer", "minimum": 64, "maximum": 4096});
    json!({"width": side, "height": side, "tier": {"type": "string", "enum": ["small", "large"]}})
}

fn rows(rows: &[(u32, u32)]) -> Value {
    let row = |(width, height): &(u32, u32)| json!({"properties": {"width": {"const": width}, "height": {"const": height}}});
    rows.iter().map(row).collect()
}

const ROWS: [(u32, u32); 4] = [(384, 3072), (512, 2048), (1024, 1024), (2048, 512)];

fn tables() -> Vec<Pair> {
    let of = |keyword: &str, list: &[(u32, u32)]| {
        task(&sizes(), &json!({"required": ["width", "height"], keyword: rows(list)}))
    };
    let one_of = |list: &[(u32, u32)]| of("oneOf", list);
    let any_of = |list: &[(u32, u32)]| of("anyOf", list);
    let mut turned = ROWS;
    turned.reverse();
    vec![
        ("a row less", one_of(&ROWS), one_of(&ROWS[..3]), Senders, Nobody),
        ("two rows less", one_of(&ROWS), one_of(&ROWS[2..]), Senders, Nobody),
        ("another row", one_of(&ROWS[..3]), one_of(&ROWS[1..]), Senders, Senders),
        ("rows in another order", one_of(&ROWS), one_of(&turned), Words, Words),
        ("a row less of any", any_of(&ROWS), any_of(&ROWS[1..]), Senders, Nobody),
        ("any row instead of one", one_of(&ROWS), any_of(&ROWS), Words, Words),
        ("any row and one more", one_of(&ROWS[1..]), any_of(&ROWS), Nobody, Senders),
        (
            "no table",
            one_of(&ROWS),
            task(&sizes(), &json!({"required": ["width", "height"]})),
            Nobody,
            Senders,
        ),
    ]
}

/// Tables that hold where something else does.
fn conditional_tables() -> Vec<Pair> {
    let given = json!({"anyOf": [{"required": ["width"]}, {"required": ["height"]}]});
    let when_given = |list: &[(u32, u32)]| {
        let then = json!({"required": ["width", "height"], "oneOf": rows(list)});
        task(&sizes(), &json!({"allOf": [{"if": given, "then": then}]}))
    };
    let tier = |word: &str| json!({"required": ["tier"], "properties": {"tier": {"const": word}}});
    let in_tiers = |small: &[(u32, u32)], large: &[(u32, u32)]| {
        let then = |list| json!({"required": ["width", "height"], "oneOf": rows(list)});
        task(
            &sizes(),
            &json!({"allOf": [
                {"if": tier("small"), "then": then(small)}, {"if": tier("large"), "then": then(large)}]}),
        )
    };
    vec![
        ("a row less where a size is given", when_given(&ROWS), when_given(&ROWS[1..]), Senders, Nobody),
        (
            "another row where a size is given",
            when_given(&ROWS[1..]),
            when_given(&ROWS[..3]),
            Senders,
            Senders,
        ),
        (
            "a row less in one of two tiers",
            in_tiers(&ROWS, &ROWS[2..]),
            in_tiers(&ROWS[1..], &ROWS[2..]),
            Senders,
            Nobody,
        ),
        (
            "a row that goes from one tier to the other",
            in_tiers(&ROWS[..2], &ROWS[2..]),
            in_tiers(&ROWS[..1], &ROWS[1..]),
            Senders,
            Senders,
        ),
    ]
}

fn text(schema: &Value) -> Value {
    let mut schema = schema.clone();
    schema["type"] = json!("string");
    task(&json!({"text": schema}), &json!({"required": ["text"]}))
}

fn patterns() -> Vec<Pair> {
    let of = |pattern: &str| text(&json!({"pattern": pattern}));
    let media = |pattern: &str| {
        text(&json!({"anyOf": [{"format": "uuid"}, {"pattern": "^https?://"}, {"pattern": pattern}]}))
    };
    vec![
        ("more letters", of("^[a-z]+$"), of("^[a-z0-9]+$"), Nobody, Senders),
        ("fewer repetitions", of("^[a-z]{2,9}$"), of("^[a-z]{2,8}$"), Senders, Nobody),
        ("one word more", of("^(?:cat|dog)$"), of("^(?:cat|dog|fox)$"), Nobody, Senders),
        ("other words", of("^(?:cat|dog)$"), of("^(?:cat|fox)$"), Senders, Senders),
        ("no end", of("^v[0-9]$"), of("^v[0-9]"), Nobody, Senders),
        ("the same in other signs", of("^[0-9]{3}$"), of("^\\d\\d\\d$"), Words, Words),
        ("either case", of("^[a-f]{4}$"), of("^[a-fA-F]{4}$"), Nobody, Senders),
        (
            "a part that is optional",
            of("^[a-z]+:[a-z]+@[0-9]$"),
            of("^[a-z]+:[a-z]+(?:@[0-9])?$"),
            Nobody,
            Senders,
        ),
        ("a letter outside ASCII", of("^[a-z]$"), of("^[a-zé]$"), Nobody, Senders),
        ("no pattern", of("^[a-z]+$"), text(&json!({})), Nobody, Senders),
        (
            "a pattern that the length says",
            text(&json!({"minLength": 3})),
            text(&json!({"minLength": 3, "pattern": "^[\\s\\S]{2}"})),
            Words,
            Words,
        ),
        (
            "a pattern of a UUID",
            text(&json!({"format": "uuid4"})),
            text(&json!({"pattern": "^[0-9a-fA-F-]{36}$"})),
            Nobody,
            Senders,
        ),
        (
            "more kinds of data URIs",
            media("^data:image/(?:png|jpeg);base64,"),
            media("^data:image/(?:png|jpeg|webp);base64,"),
            Nobody,
            Senders,
        ),
        (
            "letters in a data URI",
            media("^data:[a-z]+/[a-z]+;base64,[A-Za-z0-9+/]*$"),
            media("^data:[a-z]+/[a-z]+;base64,[A-Za-z0-9+/]*=?=?$"),
            Nobody,
            Senders,
        ),
    ]
}

fn relations() -> Vec<Pair> {
    let of = |rules: Value| task(&sizes(), &json!({"required": ["width", "height"], "x-constraints": rules}));
    let rule = |operation: &str, names: [&str; 2], low: f64, high: f64| {
        of(json!([{"operation": operation, "parameters": names, "minimum": low, "maximum": high}]))
    };
    let (straight, turned) = (["width", "height"], ["height", "width"]);
    vec![
        (
            "an area with its sides swapped",
            rule("area", straight, 65_536.0, 4_194_304.0),
            rule("area", turned, 65_536.0, 4_194_304.0),
            Words,
            Words,
        ),
        (
            "a ratio with its sides swapped",
            rule("ratio", straight, 0.25, 4.0),
            rule("ratio", turned, 0.25, 4.0),
            Words,
            Words,
        ),
        (
            "a ratio of a third with its sides swapped",
            rule("ratio", straight, 0.333_333_333_333_333_3, 3.0),
            rule("ratio", turned, 0.333_333_333_333_333_3, 3.0),
            Words,
            Words,
        ),
        (
            "a wider ratio with its sides swapped",
            rule("ratio", straight, 0.5, 2.0),
            rule("ratio", turned, 0.25, 2.0),
            Nobody,
            Senders,
        ),
        (
            "a larger area",
            rule("area", straight, 65_536.0, 1_048_576.0),
            rule("area", turned, 65_536.0, 4_194_304.0),
            Nobody,
            Senders,
        ),
    ]
}

/// Whom a change breaks: one of many tasks that the first schema lets through and the second does not.
pub(crate) fn broken(old: &Value, new: &Value) -> Vec<Party> {
    let [old, new] = [old, new].map(|schema| airspec_judge::validator(schema).unwrap());
    let is_lost = |task: &Value| old.is_valid(task) && !new.is_valid(task);
    if tasks().iter().any(is_lost) { vec![Party::Senders] } else { Vec::new() }
}

fn tasks() -> Vec<Value> {
    let mut tasks = Vec::new();
    let sides = [64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];
    for width in sides {
        for height in sides {
            tasks.push(json!({"width": width, "height": height}));
            tasks.extend(
                ["small", "large"].map(|tier| json!({"width": width, "height": height, "tier": tier})),
            );
        }
    }
    let texts = [
        "",
        "a",
        "ab",
        "abc",
        "abcdefgh",
        "abcdefghi",
        "abc1",
        "cat",
        "dog",
        "fox",
        "v1",
        "v12",
        "123",
        "12a",
        "abcd",
        "ABCD",
        "a:b@1",
        "a:b",
        "é",
        "!",
        "ABC-DEF",
        "\n\n\n",
        "https://example.com",
        "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05",
        "------------------------------------",
        "data:image/png;base64,AAAA",
        "data:image/webp;base64,AAAA",
        "data:image/png;base64,AAA=",
    ];
    tasks.extend(texts.map(|text| json!({"text": text})));
    tasks
}
