//! Documents with keywords that are outside the dialect: refused, or read without them, which is listed.

use airspec_spec::{Model, ReadError, Source, Strictness, read};
use serde_json::{Value, json};

fn strict(text: &str) -> String {
    read(&Source::new("spec.json", text)).map_or_else(|error| error.to_string(), |_| "legal".to_owned())
}

fn lenient(text: &str) -> Result<Model, ReadError> {
    read(&Source::new("spec.json", text).with(Strictness::Lenient))
}

/// A list as lines: place, line, keyword.
fn listed(model: &Model) -> Vec<String> {
    let line = |one: &airspec_spec::Unchecked| format!("{} {} {}", one.line, one.pointer, one.keyword);
    model.unchecked.iter().map(line).collect()
}

fn ids(model: &Model) -> Vec<&str> {
    model.constraints().into_iter().map(|constraint| constraint.id.as_str()).collect()
}

/// The task of a document with one parameter, which has this schema.
fn parameter(schema: &Value) -> String {
    json!({"type": "object", "properties": {"a": schema}}).to_string()
}

#[test]
fn a_keyword_beside_others_is_listed_and_the_others_hold() {
    let text = "{\n\"type\": \"object\",\n\"minProperties\": 1,\n\"properties\": {\n\"a\": {\"type\": \"integer\", \"maximun\": 9,\n\
                \"minimum\": 1, \"frob\": {\"maximum\": 3}}},\n\"required\": [\"a\"]}";
    let refused = strict(text);
    for said in
        ["spec.json:3:1: error: unknown keyword `minProperties`", "unknown keyword `frob`", "`maximum`?"]
    {
        assert!(refused.contains(said), "{refused}");
    }
    assert_eq!(refused.matches("`--lenient` keeps it as unchecked, and lists it").count(), 3, "{refused}");
    let model = lenient(text).unwrap();
    assert_eq!(
        listed(&model),
        ["3 /minProperties minProperties", "5 /properties/a/maximun maximun", "6 /properties/a/frob frob"]
    );
    assert_eq!(ids(&model), ["type", "a.required", "a.type", "a.minimum"]);
    let rest =
        json!({"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}, "required": ["a"]});
    assert_eq!(model.schema, rest, "no judge sees them");
}

#[test]
fn what_is_in_the_dialect_lists_nothing_and_is_read_the_same() {
    let text = parameter(&json!({"type": "string", "maxLength": 3}));
    let (one, other) = (lenient(&text).unwrap(), read(&Source::new("spec.json", text.as_str())).unwrap());
    assert!(one.unchecked.is_empty());
    assert_eq!((ids(&one), &one.schema), (ids(&other), &other.schema));
}

/// Parameters of which a part is outside the dialect, where that part is, and the rest.
fn parts() -> Vec<(Value, &'static str, Value)> {
    vec![
        (json!({"type": "string", "format": "email"}), "/format", json!({"type": "string"})),
        (json!({"pattern": "^(?=a)b", "minLength": 2}), "/pattern", json!({"minLength": 2})),
        (json!({"pattern": r"(a)\1"}), "/pattern", json!({})),
        (
            json!({"items": {"type": "string", "frob": 1}}),
            "/items/frob",
            json!({"items": {"type": "string"}}),
        ),
        (
            json!({"allOf": [{"maximum": 3}, {"maximum": 2, "frob": 1}]}),
            "/allOf/1/frob",
            json!({"allOf": [{"maximum": 3}, {"maximum": 2}]}),
        ),
        (
            json!({"anyOf": [{"maximum": 3, "frob": 1}, {"minimum": 2}]}),
            "/anyOf/0/frob",
            json!({"anyOf": [{"maximum": 3}, {"minimum": 2}]}),
        ),
        (
            json!({"if": {"maximum": 3}, "then": {"frob": [1, 2], "minimum": 1}}),
            "/then/frob",
            json!({"if": {"maximum": 3}, "then": {"minimum": 1}}),
        ),
        (
            json!({"contains": {"frob": 1, "minimum": 2}}),
            "/contains/frob",
            json!({"contains": {"minimum": 2}}),
        ),
        (
            json!({"properties": {"not": {"frob": 1}}}),
            "/properties/not/frob",
            json!({"properties": {"not": {}}}),
        ),
        (json!({"$ref": "https://example.com/a.json", "maximum": 3}), "/$ref", json!({"maximum": 3})),
        (
            json!({"x-unique": true, "items": {"x-unique": true}}),
            "/items/x-unique",
            json!({"x-unique": true, "items": {}}),
        ),
        (
            json!({"unevaluatedProperties": {"type": "string"}, "minimum": 1}),
            "/unevaluatedProperties",
            json!({"minimum": 1}),
        ),
        (
            json!({"x-constraints": [{"operation": "sum", "parameters": ["b", "c"], "maximum": 1},
                                     {"operation": "area", "parameters": ["b", "c"], "maximum": 1}]}),
            "/x-constraints/0",
            json!({"x-constraints": [{"operation": "area", "parameters": ["b", "c"], "maximum": 1}]}),
        ),
    ]
}

#[test]
fn each_kind_of_part_is_taken_out_alone_where_nothing_depends_on_it() {
    for (schema, pointer, rest) in parts() {
        let text = parameter(&schema);
        assert!(strict(&text).contains("--lenient"), "{}", strict(&text));
        let model = lenient(&text).unwrap_or_else(|error| panic!("{schema}: {error}"));
        let places: Vec<String> = model.unchecked.iter().map(|one| one.pointer.to_string()).collect();
        assert_eq!(places, [format!("/properties/a{pointer}")], "{schema}");
        assert_eq!(model.schema["properties"]["a"], rest, "{schema}");
    }
}

#[test]
fn what_would_demand_more_without_a_part_is_taken_out_whole() {
    for (schema, pointers, rest) in [
        (
            json!({"not": {"frob": 1, "maximum": 3}, "minimum": 0}),
            vec!["/not", "/not/frob"],
            json!({"minimum": 0}),
        ),
        (
            json!({"oneOf": [{"maximum": 3}, {"minimum": 2, "frob": 1, "brof": 1}], "minimum": 0}),
            vec!["/oneOf", "/oneOf/1/frob", "/oneOf/1/brof"],
            json!({"minimum": 0}),
        ),
        (
            json!({"if": {"format": "email"}, "then": {"maxLength": 3}, "else": {"maxLength": 4}, "minLength": 1}),
            vec!["/if", "/if/format", "/then", "/else"],
            json!({"minLength": 1}),
        ),
        (
            json!({"allOf": [{"not": {"anyOf": [{"frob": 1}]}}, {"minimum": 1}]}),
            vec!["/allOf/0/not", "/allOf/0/not/anyOf/0/frob"],
            json!({"allOf": [{}, {"minimum": 1}]}),
        ),
        (
            json!({"contains": {"minimum": 1}, "minContains": 0, "maxItems": 3}),
            vec!["/contains", "/minContains"],
            json!({"maxItems": 3}),
        ),
        (
            json!({"patternProperties": {"^(?=b)": {}, "^c": {}}, "additionalProperties": false, "minimum": 1}),
            vec!["/patternProperties/^(?=b)", "/additionalProperties"],
            json!({"patternProperties": {"^c": {}}, "minimum": 1}),
        ),
        (
            json!({"unevaluatedProperties": false, "allOf": [{"$ref": "b.json"}], "properties": {"b": {}}}),
            vec!["/unevaluatedProperties", "/allOf/0/$ref"],
            json!({"allOf": [{}], "properties": {"b": {}}}),
        ),
        (
            json!({"unevaluatedProperties": false, "properties": {"b": {"$ref": "b.json"}}}),
            vec!["/properties/b/$ref"],
            json!({"unevaluatedProperties": false, "properties": {"b": {}}}),
        ),
    ] {
        let text = serde_json::to_string(&json!({"type": "object", "properties": {"a": 0}}))
            .unwrap()
            .replace(":0", &format!(":{schema}"));
        let model = lenient(&text).unwrap_or_else(|error| panic!("{schema}: {error}"));
        let mut places: Vec<String> = model.unchecked.iter().map(|one| one.pointer.to_string()).collect();
        let mut expected: Vec<String> =
            pointers.iter().map(|pointer| format!("/properties/a{pointer}")).collect();
        places.sort();
        expected.sort();
        assert_eq!(places, expected, "{schema}");
        assert_eq!(model.schema["properties"]["a"], rest, "{schema}");
    }
}

#[test]
fn a_schema_that_is_referred_to_is_listed_once_at_its_own_place() {
    let text = json!({
        "type": "object",
        "$defs": {"size": {"type": "integer", "frob": 1}, "tree": {"properties": {"next": {"$ref": "#/$defs/tree"}}}},
        "properties": {
            "a": {"$ref": "#/$defs/size"},
            "b": {"$ref": "#/$defs/size", "minimum": 1},
            "c": {"not": {"$ref": "#/$defs/size"}},
            "d": {"$ref": "#/$defs/tree"}
        }
    });
    let model = lenient(&text.to_string()).unwrap();
    let mut places = listed(&model);
    places.sort();
    assert_eq!(
        places,
        ["1 /$defs/size/frob frob", "1 /$defs/tree/properties/next/$ref $ref", "1 /properties/c/not not"]
    );
    let without =
        text.to_string().replace(r#""frob":1,"#, "").replace(r##""not":{"$ref":"#/$defs/size"}"##, "");
    let without = without.replace(r##""next":{"$ref":"#/$defs/tree"}"##, r#""next":{}"#);
    assert_eq!(ids(&model), ids(&read(&Source::new("spec.json", without)).unwrap()));
}

#[test]
fn what_stands_around_the_task_is_listed_too() {
    let text = json!({
        "openapi": "3.1.0",
        "info": {"title": "T"},
        "frames": 1,
        "paths": {"/": {"post": {"callbacks": {}, "responses": {"200": {"headers": {}, "description": "d"}}}}},
        "components": {"links": {}, "schemas": {
            "RequestBody": {"type": "array", "maxItems": 5, "items": {"type": "object", "properties": {"b": {"type": "string"}}}},
            "ResponseBody": {"type": "object", "minProperties": 1, "properties": {"data": {"type": "array", "items":
                {"type": "object", "properties": {"url": {"type": "string", "format": "email"}}}}}}
        }},
        "x-behaviours": [
            {"id": "one", "level": "badge", "description": "d", "kind": "frob", "parameter": "b"},
            {"id": "two", "level": "badge", "description": "d", "kind": "echo", "parameter": "b", "field": "url"}
        ]
    });
    let model = lenient(&text.to_string()).unwrap();
    let mut places: Vec<String> =
        model.unchecked.iter().map(|one| format!("{} {}", one.pointer, one.keyword)).collect();
    places.sort();
    assert_eq!(
        places,
        [
            "/components/links links",
            "/components/schemas/RequestBody/maxItems maxItems",
            "/components/schemas/ResponseBody/minProperties minProperties",
            "/components/schemas/ResponseBody/properties/data/items/properties/url/format format",
            "/frames frames",
            "/paths/~1/post/callbacks callbacks",
            "/paths/~1/post/responses/200/headers headers",
            "/x-behaviours/0 x-behaviours",
        ]
    );
    assert_eq!(model.behaviours.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["two"]);
    assert!(model.result.unwrap().property("url").is_some());
}

#[test]
fn what_is_wrong_stays_refused() {
    for (text, said) in [
        ("{".to_owned(), "this is not JSON"),
        (parameter(&json!({"minimum": "1", "frob": 1})), "expected a number"),
        (parameter(&json!({"minimum": 3, "maximum": 2, "frob": 1})), "excludes"),
        (parameter(&json!({"type": "text", "frob": 1})), "is no JSON type"),
        (parameter(&json!({"pattern": "(a", "frob": 1})), "does not compile"),
        (parameter(&json!({"pattern": "a{2,1}", "frob": 1})), "does not compile"),
        (parameter(&json!({"$ref": "#/$defs/none", "frob": 1})), "where there is nothing"),
        (parameter(&json!({"format": 7})), "expected a string"),
        (
            parameter(&json!({"x-constraints": [{"operation": "area", "parameters": ["b", "c"]}]})),
            "limits nothing",
        ),
        (json!({"frob": 1}).to_string(), "not of the type `object`"),
    ] {
        let error = lenient(&text).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains("frob"), "{text}: {error}");
    }
}

#[test]
fn more_than_a_thousand_parts_are_refused() {
    let many = |count: usize| {
        let members: Vec<String> = (0..count).map(|number| format!("\"frob{number}\": 1")).collect();
        format!("{{\"type\": \"object\", {}}}", members.join(", "))
    };
    assert_eq!(lenient(&many(1_000)).unwrap().unchecked.len(), 1_000);
    let error = lenient(&many(1_001)).unwrap_err().to_string();
    assert!(error.contains("can be kept as unchecked"), "{error}");
}
