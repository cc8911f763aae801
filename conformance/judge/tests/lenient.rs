//! What a lenient reader leaves out of a document makes the rest no stricter: whatever the whole document accepts, the
//! rest accepts. The oracle is the `jsonschema` crate on the whole, which knows the keywords that the dialect lacks.

use airspec_judge::Judge;
use airspec_spec::{Source, Strictness, read};
use serde_json::{Map, Value, json};

/// Schemas outside the dialect: they count members or items, or look ahead.
fn foreign() -> Vec<Value> {
    vec![
        json!({"minProperties": 2}),
        json!({"maxProperties": 1}),
        json!({"pattern": "^(?=b)b"}),
        json!({"contains": {"const": 1}, "minContains": 0}),
        json!({"contains": {"const": 1}, "maxContains": 1}),
        json!({"patternProperties": {"^(?=b)": {"const": 1}}, "properties": {"a": {}}, "additionalProperties": false}),
        json!({"minProperties": 2, "maximum": 1, "required": ["a"]}),
        json!({"prefixItems": [{"const": 1}], "unevaluatedItems": false}),
    ]
}

/// Schemas that hold another, in every place that turns its meaning or ties it to something else.
fn around(inner: &Value) -> Vec<Value> {
    vec![
        inner.clone(),
        json!({"not": inner}),
        json!({"not": {"not": inner}}),
        json!({"oneOf": [inner, {"type": "object"}]}),
        json!({"anyOf": [inner, {"type": "string"}]}),
        json!({"allOf": [{"not": {"anyOf": [inner, {"const": 1}]}}]}),
        json!({"if": inner, "then": {"type": "object"}, "else": {"type": "array"}}),
        json!({"if": {"type": "object"}, "then": inner, "else": {"not": inner}}),
        json!({"items": {"not": inner}, "properties": {"a": inner}}),
        json!({"contains": inner}),
        json!({"dependentSchemas": {"a": {"not": inner}, "b": inner}}),
        json!({"allOf": [{"properties": {"b": {}}}, {"anyOf": [inner]}], "properties": {"a": {}}, "unevaluatedProperties": false}),
        json!({"propertyNames": inner, "additionalProperties": {"not": inner}}),
    ]
}

fn values() -> Vec<Value> {
    let mut values = vec![
        json!(1),
        json!(2),
        json!("b"),
        json!("a"),
        json!([]),
        json!([1]),
        json!([1, 1]),
        json!([2, "b"]),
    ];
    for names in [&[][..], &["a"], &["b"], &["a", "b"], &["c"], &["a", "b", "c"]] {
        for value in [json!(1), json!(2), json!({"a": 1, "b": 1}), json!([1, 2])] {
            let members: Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), value.clone())).collect();
            values.push(Value::Object(members));
        }
    }
    values
}

#[test]
fn the_rest_of_a_document_accepts_all_that_the_whole_accepts() {
    let (mut compared, mut accepted, mut differing) = (0, 0, 0);
    for schema in foreign().iter().flat_map(around) {
        let whole = json!({"type": "object", "properties": {"p": schema}});
        let source = Source::new("spec.json", whole.to_string());
        assert!(read(&source).is_err(), "{schema} is in the dialect");
        let model =
            read(&source.with(Strictness::Lenient)).unwrap_or_else(|error| panic!("{schema}: {error}"));
        assert!(!model.unchecked.is_empty());
        let (rest, whole) = (Judge::new(&model).unwrap(), oracle(&whole));
        for value in values() {
            let task = json!({"p": value});
            let (is_legal, is_accepted) = (whole.is_valid(&task), rest.is_valid(&task));
            assert!(!is_legal || is_accepted, "{schema} accepts {task}, and {} does not", model.schema);
            compared += 1;
            accepted += usize::from(is_legal);
            differing += usize::from(is_legal != is_accepted);
        }
    }
    // Neither does the one accept everything, nor is nothing left out.
    assert!(accepted > compared / 10 && differing > 100, "{compared} {accepted} {differing}");
}

/// The whole document; patterns look ahead here.
fn oracle(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .with_pattern_options(jsonschema::PatternOptions::fancy_regex())
        .build(schema)
        .unwrap()
}
