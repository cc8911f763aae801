//! What a difference between two specs means, one pair at a time.

use airspec_spec::diff::{self, Diff, Effect, Subject};
use airspec_spec::{Model, Source};
use serde_json::{Value, json};

fn model(task: &Value) -> Model {
    airspec_spec::read(&Source::new("spec.json", task.to_string())).unwrap()
}

fn compare(old: &Value, new: &Value) -> Diff {
    diff::compare(&model(old), &model(new))
}

/// A closed task of these parameters.
fn task(properties: &Value, required: &[&str], more: &Value) -> Value {
    let mut task = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    });
    let members = task.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    task
}

/// A task whose one parameter is of that schema.
fn of(schema: &Value) -> Value {
    task(&json!({"p": schema}), &[], &json!({}))
}

fn expect(old: &Value, new: &Value, forth: Effect, back: Effect) {
    let there = compare(old, new);
    assert_eq!(there.effect(), forth, "{old}\n-> {new}\n{:#?}", there.changes);
    let back_again = compare(new, old);
    assert_eq!(back_again.effect(), back, "{new}\n-> {old}\n{:#?}", back_again.changes);
}

/// The new schema of a value is narrower than the old one.
fn narrower(old: &Value, new: &Value) {
    expect(&of(old), &of(new), Effect::Breaking, Effect::Compatible);
}

/// Both let the same values through.
fn same(old: &Value, new: &Value) {
    expect(&of(old), &of(new), Effect::Documentation, Effect::Documentation);
}

/// Each lets values through that the other refuses.
fn apart(old: &Value, new: &Value) {
    expect(&of(old), &of(new), Effect::Breaking, Effect::Breaking);
}

#[test]
fn limits_of_numbers_are_compared_as_sets_of_numbers() {
    narrower(&json!({"type": "integer", "maximum": 3840}), &json!({"type": "integer", "maximum": 2048}));
    narrower(&json!({"type": "integer"}), &json!({"type": "integer", "minimum": 16}));
    narrower(&json!({"type": "number"}), &json!({"type": "integer"}));
    narrower(&json!({"type": "integer", "multipleOf": 8}), &json!({"type": "integer", "multipleOf": 16}));
    apart(&json!({"type": "integer", "multipleOf": 16}), &json!({"type": "integer", "multipleOf": 24}));
    same(&json!({"type": "number", "multipleOf": 2.0}), &json!({"type": "integer", "multipleOf": 2}));
    same(
        &json!({"type": "integer", "minimum": 10, "multipleOf": 16}),
        &json!({"type": "integer", "minimum": 16, "multipleOf": 16}),
    );
    same(&json!({"type": "integer", "exclusiveMinimum": 0}), &json!({"type": "integer", "minimum": 1}));
    narrower(&json!({"type": "number", "minimum": 1}), &json!({"type": "number", "exclusiveMinimum": 1}));
    same(&json!({"const": 8, "minimum": 2}), &json!({"const": 8, "minimum": 4}));
    same(&json!({"enum": [1, 2, 3]}), &json!({"type": "integer", "minimum": 1, "maximum": 3}));
    narrower(&json!({"enum": [0.07, 0.29]}), &json!({"enum": [0.07, 0.29], "multipleOf": 0.07}));
    same(&json!({"enum": [0.07, 0.29]}), &json!({"enum": [0.07, 0.29], "multipleOf": 0.01}));
}

#[test]
fn texts_lists_and_closed_sets_are_compared_by_what_they_let_through() {
    narrower(&json!({"type": "string", "maxLength": 9}), &json!({"type": "string", "maxLength": 8}));
    narrower(&json!({"type": "string", "format": "uuid"}), &json!({"type": "string", "format": "uuid4"}));
    same(
        &json!({"type": "string", "format": "uuid"}),
        &json!({"type": "string", "format": "uuid", "maxLength": 36}),
    );
    narrower(&json!({"enum": ["a", "b", "c"]}), &json!({"enum": ["a", "b"]}));
    narrower(&json!({"type": "string"}), &json!({"type": "string", "enum": ["a"]}));
    apart(&json!({"enum": ["a", "b"]}), &json!({"enum": ["a", "c"]}));
    same(&json!({"enum": ["a", "b"]}), &json!({"oneOf": [{"const": "b"}, {"const": "a"}], "type": "string"}));
    same(&json!({"enum": ["ab", "cd"]}), &json!({"enum": ["ab", "cd"], "pattern": "^[a-d]{2}$"}));
    narrower(&json!({"type": ["string", "integer"]}), &json!({"type": "string"}));
    apart(&json!({"type": "string", "minLength": 2}), &json!({"type": "integer", "minimum": 2}));
    narrower(&json!({"type": "array", "maxItems": 16}), &json!({"type": "array", "maxItems": 4}));
    narrower(
        &json!({"type": "array", "items": {"type": "number"}}),
        &json!({"type": "array", "items": {"type": "integer"}}),
    );
    narrower(&json!({"type": "array"}), &json!({"type": "array", "contains": {"const": 1}}));
    narrower(&json!({"type": "array"}), &json!({"type": "array", "uniqueItems": true}));
    same(&json!({"type": "array"}), &json!({"type": "array", "uniqueItems": false}));
    same(
        &json!({"type": "array", "maxItems": 1}),
        &json!({"type": "array", "maxItems": 1, "uniqueItems": true}),
    );
    same(&json!({"enum": [[1, 2]]}), &json!({"enum": [[1, 2]], "uniqueItems": true}));
    narrower(&json!({"enum": [[1, 2], [1, 1.0]]}), &json!({"enum": [[1, 2], [1, 1.0]], "uniqueItems": true}));
    same(&json!({"type": "boolean"}), &json!({"enum": [true, false]}));
    narrower(&json!({}), &json!({"type": "boolean"}));
    narrower(&json!({"type": "string"}), &json!(false));
}

#[test]
fn members_of_closed_and_open_objects() {
    let number = json!({"type": "integer"});
    let (a, ab) = (json!({"a": number}), json!({"a": number, "b": number}));
    let closed = |properties: &Value, required: &[&str]| task(properties, required, &json!({}));
    let open = |properties: &Value| json!({"type": "object", "properties": properties});
    expect(&closed(&a, &[]), &closed(&ab, &[]), Effect::Compatible, Effect::Breaking);
    expect(&closed(&a, &[]), &closed(&ab, &["b"]), Effect::Breaking, Effect::Breaking);
    expect(&closed(&a, &["a"]), &closed(&a, &[]), Effect::Compatible, Effect::Breaking);
    expect(&open(&a), &open(&ab), Effect::Breaking, Effect::Compatible);
    expect(&open(&a), &open(&json!({"a": number, "b": {}})), Effect::Compatible, Effect::Compatible);
    expect(&open(&a), &closed(&a, &[]), Effect::Breaking, Effect::Compatible);
    // What is never legal is no loss.
    expect(
        &closed(&json!({"a": number, "b": false}), &[]),
        &closed(&a, &[]),
        Effect::Compatible,
        Effect::Compatible,
    );
    // Members that are not declared have a schema too.
    let bound = |properties: &Value| json!({"type": "object", "properties": properties, "additionalProperties": {"type": "number"}});
    expect(&bound(&a), &bound(&ab), Effect::Breaking, Effect::Compatible);
    expect(
        &bound(&ab),
        &bound(&json!({"a": number, "b": {"type": "number"}})),
        Effect::Compatible,
        Effect::Breaking,
    );
    let unevaluated = |properties: &Value| json!({"type": "object", "properties": properties, "unevaluatedProperties": false});
    expect(&unevaluated(&a), &unevaluated(&ab), Effect::Compatible, Effect::Breaking);
    // A name that is required and declared no longer is refused by a closed object.
    let declared = task(&json!({"a": {"type": "integer"}}), &["a"], &json!({}));
    expect(&declared, &task(&json!({}), &["a"], &json!({})), Effect::Breaking, Effect::Compatible);
}

#[test]
fn rules_over_several_parameters_are_weighed_with_what_is_known_besides() {
    let number = json!({"type": "integer", "minimum": 1, "maximum": 10});
    let sizes =
        json!({"width": number, "height": number, "kind": {"enum": ["x", "y"]}, "mask": {"type": "string"}});
    let with = |required: &[&str], more: &Value| task(&sizes, required, more);
    let free = with(&[], &json!({}));
    let together = json!({"dependentRequired": {"width": ["height"], "height": ["width"]}});
    expect(&free, &with(&[], &together), Effect::Breaking, Effect::Compatible);
    // Both are required, so that they always go together.
    let both = ["width", "height"];
    expect(&with(&both, &json!({})), &with(&both, &together), Effect::Documentation, Effect::Documentation);
    expect(&with(&both, &json!({})), &with(&[], &together), Effect::Compatible, Effect::Breaking);
    let area = |most: u32| {
        json!({"x-constraints": [
        {"operation": "area", "parameters": ["width", "height"], "minimum": 1, "maximum": most}]})
    };
    expect(&with(&both, &json!({})), &with(&both, &area(50)), Effect::Breaking, Effect::Compatible);
    expect(&with(&both, &json!({})), &with(&both, &area(100)), Effect::Documentation, Effect::Documentation);
    expect(&with(&both, &area(50)), &with(&both, &area(60)), Effect::Compatible, Effect::Breaking);
    let when = |word: &str, then: Value| json!({"if": {"properties": {"kind": {"const": word}}, "required": ["kind"]}, "then": then});
    let needs_mask = json!({"required": ["mask"]});
    expect(&free, &with(&[], &when("x", needs_mask.clone())), Effect::Breaking, Effect::Compatible);
    expect(&free, &with(&[], &when("z", needs_mask.clone())), Effect::Documentation, Effect::Documentation);
    expect(
        &with(&["mask"], &json!({})),
        &with(&["mask"], &when("x", needs_mask)),
        Effect::Documentation,
        Effect::Documentation,
    );
    let given = |schema: Value| json!({"dependentSchemas": {"mask": schema}});
    let wide = given(json!({"properties": {"width": {"minimum": 5}}}));
    expect(&free, &with(&[], &wide), Effect::Breaking, Effect::Compatible);
    expect(&with(&[], &wide), &with(&[], &wide), Effect::Documentation, Effect::Documentation);
    let known = given(json!({"properties": {"width": {"maximum": 10}}}));
    expect(&free, &with(&[], &known), Effect::Documentation, Effect::Documentation);
    let short = |most: u32| json!({"propertyNames": {"maxLength": most}});
    expect(&free, &with(&[], &short(5)), Effect::Breaking, Effect::Compatible);
    expect(&free, &with(&[], &short(6)), Effect::Documentation, Effect::Documentation);
    let by_name = |least: u32| json!({"patternProperties": {"^w": {"minimum": least}}});
    // Names that begin so are free now.
    expect(&free, &with(&[], &by_name(5)), Effect::Breaking, Effect::Breaking);
    expect(&with(&[], &by_name(5)), &with(&[], &by_name(5)), Effect::Documentation, Effect::Documentation);
    expect(&with(&[], &by_name(6)), &with(&[], &by_name(5)), Effect::Compatible, Effect::Breaking);
    let branch = json!({"properties": {"fresh": {}}});
    let known = json!({"allOf": [branch], "unevaluatedProperties": false});
    let open = task(&json!({"mask": {}}), &[], &json!({"additionalProperties": true}));
    let closed = task(&json!({"mask": {}}), &[], &json!({"additionalProperties": true, "allOf": [known]}));
    expect(&open, &closed, Effect::Breaking, Effect::Compatible);
    let excludes = json!({"not": {"required": ["mask", "kind"]}});
    expect(&free, &with(&[], &excludes), Effect::Breaking, Effect::Compatible);
    let one_of_two = json!({"oneOf": [{"required": ["mask"]}, {"required": ["kind"]}]});
    expect(&with(&[], &excludes), &with(&[], &one_of_two), Effect::Breaking, Effect::Compatible);
    expect(
        &free,
        &with(&[], &json!({"anyOf": [{"required": ["mask"]}, {"not": {"required": ["mask"]}}]})),
        Effect::Documentation,
        Effect::Documentation,
    );
}

#[test]
fn a_row_more_in_a_table_of_pairs_is_compatible_and_a_row_less_breaks() {
    let side = json!({"type": "integer", "minimum": 1, "maximum": 9000});
    let sizes = json!({"width": side, "height": side});
    let table = |rows: &[(u32, u32)]| {
        let rows: Vec<Value> = rows
            .iter()
            .map(|(width, height)| {
                json!({"title": "a size", "properties": {
                "width": {"const": width}, "height": {"const": height}}})
            })
            .collect();
        task(&sizes, &["width", "height"], &json!({"oneOf": rows}))
    };
    let (two, three) = ([(1024, 1024), (1536, 1024)], [(1024, 1024), (1024, 1536), (1536, 1024)]);
    expect(&table(&two), &table(&three), Effect::Compatible, Effect::Breaking);
    // Limits that every row keeps are no loss, wherever the table stands.
    let side = json!({"type": "integer", "minimum": 16, "maximum": 1536, "multipleOf": 16});
    let limited = |more: &Value| task(&json!({"width": side, "height": side}), &["width", "height"], more);
    let area = json!({"x-constraints": [
        {"operation": "area", "parameters": ["width", "height"], "minimum": 655_360, "maximum": 8_294_400},
        {"operation": "ratio", "parameters": ["width", "height"], "minimum": 0.25, "maximum": 4}]});
    expect(&table(&three), &limited(&area), Effect::Compatible, Effect::Breaking);
    let given = json!({"anyOf": [{"required": ["width"]}, {"required": ["height"]}]});
    let mut when_given = table(&three);
    let rows = when_given.as_object_mut().unwrap().remove("oneOf").unwrap();
    when_given["allOf"] = json!([{"if": given, "then": {"oneOf": rows, "required": ["width", "height"]}}]);
    when_given["required"] = json!([]);
    let mut open = limited(&area);
    open["required"] = json!([]);
    open["properties"]["seed"] = json!({"type": "integer"});
    expect(&when_given, &open, Effect::Compatible, Effect::Breaking);
    let turned = [(1536, 1024), (1024, 1024)];
    expect(&table(&two), &table(&turned), Effect::Documentation, Effect::Documentation);
}

#[test]
fn defaults_and_wording_are_no_break() {
    let old = json!({"type": "integer", "description": "One.", "default": 1});
    let found = compare(&of(&old), &of(&json!({"type": "integer", "description": "Two.", "default": 2})));
    let sentences: Vec<&str> = found.changes.iter().map(|change| change.sentence.as_str()).collect();
    assert_eq!(sentences, ["has the default `2`; it was `1`", "has a changed description"]);
    assert_eq!(found.effect(), Effect::Compatible);
    assert!(compare(&of(&old), &of(&old)).changes.is_empty());
}

fn answering(result: &Value) -> Model {
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "t"},
        "components": {"schemas": {
            "RequestBody": {"type": "object"},
            "ResponseBody": {"properties": {"data": {"type": "array", "items": result}}},
        }},
    });
    airspec_spec::read(&Source::new("answers.json", document.to_string())).unwrap()
}

#[test]
fn answers_break_readers_the_other_way_round() {
    let closed = |properties: Value, required: &[&str]| task(&properties, required, &json!({}));
    let effect =
        |old: &Value, new: &Value| diff::compare(&answering(old), &answering(new)).effect_on(Subject::Result);
    let word = |words: &[&str]| json!({"status": {"enum": words}});
    let (few, many) = (closed(word(&["ok"]), &["status"]), closed(word(&["ok", "late"]), &["status"]));
    assert_eq!(effect(&few, &many), Effect::Breaking);
    assert_eq!(effect(&many, &few), Effect::Compatible);
    // A reader passes over fields that it does not know, and cannot do without those it relies on.
    let more = closed(json!({"status": {"enum": ["ok"]}, "cost": {"type": "number"}}), &["status"]);
    assert_eq!(effect(&few, &more), Effect::Compatible);
    assert_eq!(effect(&more, &few), Effect::Breaking);
    assert_eq!(effect(&few, &closed(word(&["ok"]), &[])), Effect::Breaking);
    assert_eq!(effect(&closed(word(&["ok"]), &[]), &few), Effect::Compatible);
}

#[test]
fn a_parameter_that_moved_is_recognised() {
    let quality = json!({"type": "string", "enum": ["low", "high"], "default": "low"});
    let old = task(
        &json!({"provider": {"type": "object", "properties": {"x": {"type": "object", "properties": {"quality": quality}}}},
            "strength": {"type": "number", "minimum": 0, "maximum": 1}, "seed": {"type": "integer"}}),
        &[],
        &json!({}),
    );
    let new = task(
        &json!({"settings": {"type": "object", "properties": {"quality": quality}},
            "power": {"type": "number", "minimum": 0, "maximum": 1}, "count": {"type": "integer"}}),
        &[],
        &json!({}),
    );
    let moves: Vec<(String, String)> =
        compare(&old, &new).moves.into_iter().map(|one| (one.from.into(), one.to.into())).collect();
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    // `seed` and `count` share a type alone, which is no evidence.
    assert_eq!(moves, [pair("provider.x.quality", "settings.quality"), pair("strength", "power")]);
}
