//! Documents that are refused, with what is said about each; and documents that are strange and legal. Sizes are such
//! that time or memory growing with their square would not go unnoticed.

use airspec_spec::{MAX_BYTES, ReadError, Source, read, read_file};
use std::fmt::Write as _;
use std::path::Path;

/// What the reader says about a text.
fn said(text: &str) -> String {
    match read(&Source::new("spec.json", text)) {
        Ok(model) => {
            model.warnings.iter().map(|warning| format!("{warning}\n")).collect::<String>() + "legal"
        }
        Err(error) => error.to_string(),
    }
}

/// A task with one parameter, `a`.
fn parameter(schema: &str) -> String {
    format!("{{\"type\": \"object\", \"properties\": {{\"a\": {schema}}}}}")
}

/// What the reader says about each text, under its first characters.
fn table<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let mut out = String::new();
    for text in texts {
        let text = text.as_ref();
        let _ = writeln!(out, "{}\n{}\n", airspec_spec::text::shorten(text, 120), said(text));
    }
    out
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

/// Compares a table with the golden one of the test.
macro_rules! snapshot {
    ($texts:expr) => {
        let said = table($texts);
        insta::assert_snapshot!(said);
    };
}

#[test]
fn what_is_no_json_object() {
    snapshot!([
        "",
        " \n\t",
        "\u{feff}",
        "null",
        "[]",
        "\"text\"",
        "{\"type\": \"object\"",
        "{\"type\": \"obj",
        "{\"type\": \"object\",}",
        "{\"type\": \"object\"} {}",
        "{'type': 'object'}",
        "// a comment\n{}",
        "{\"type\": \"object\",\n \"title\": \"a\u{0}b\"}",
        "{\"type\": \"object\",\n \"title\": \"\\ud800\"}",
        "{\"type\": \"object\",\n \"\\ud800\": {}}",
        "{\"ä\": 1,\n \"ö\": tru}",
        "{\"type\": \"object\", \"type\": \"object\"}",
        "{\"type\": \"object\", \"ty\\u0070e\": \"object\"}",
        "{\"type\": \"object\", \"\\u001b[31m\\u202e\": {}}",
    ]);
}

#[test]
fn keywords_that_are_not_known() {
    snapshot!([
        parameter(r##"{"$ref": "#"}"##),
        parameter(r##"{"$ref": "#/properties/a"}"##),
        r##"{"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}"##.to_owned(),
        parameter(r#"{"maxlength": 5}"#),
        parameter(r#"{"minProperties": 1}"#),
        parameter(r#"{"format": "email"}"#),
        parameter(r#"{"x-constraints": [{"operation": "sum", "parameters": ["b", "c"], "minimum": 1}]}"#),
        parameter(r#"{"x-constraints": [{"operation": "area", "parameters": ["b", "c"], "least": 1}]}"#),
        parameter(r#"{"properties": {"b": {"x-unique": true}}}"#),
        r#"{"openapi": "3.1.0", "components": {"schemas": {}}}"#.to_owned(),
        r#"{"openapi": "3.1.0", "component": {}}"#.to_owned(),
        r#"{"openapi": "3.1.0", "info": {"x-model-id": "../../etc/passwd"}, "components": {"schemas": {"RequestBody": {}}}}"#
            .to_owned(),
        r#"{"requestSchema": {"type": "object"}, "request": 1}"#.to_owned(),
    ]);
}

#[test]
fn values_of_the_wrong_type() {
    let wrong = [
        ("type", &["5", "[]", "[5]", "\"text\"", "[\"string\", \"string\"]", "null"][..]),
        ("enum", &["5", "{}", "[1e999999]"]),
        ("const", &["1e999999", "\"\\udc00\"", "{\"a\": 1, \"a\": 2}"]),
        ("minimum", &["\"5\"", "1e999999", "-1e-999999", "null", "[1]"]),
        ("exclusiveMaximum", &["true", "111111111111111111111111111111111111111111111"]),
        ("multipleOf", &["0", "-1", "\"0.1\""]),
        ("minLength", &["-1", "1.5", "\"5\"", "1e30"]),
        ("maxItems", &["-1", "{}"]),
        ("uniqueItems", &["1", "\"true\"", "null"]),
        ("format", &["5", "null"]),
        ("pattern", &["5", "[]"]),
        ("items", &["5", "[{}]"]),
        ("contains", &["null"]),
        ("prefixItems", &["[]", "{}", "[5]", "[{\"minimum\": \"1\"}]"]),
        (
            "unevaluatedProperties",
            &["5", "{\"type\": \"string\"}", "false, \"anyOf\": [{\"properties\": {\"b\": {}}}]"],
        ),
        ("patternProperties", &["[]", "{\"(\": {}}", "{\"a\": 5}", "{\"a\": {\"minimum\": \"1\"}}"]),
        ("propertyNames", &["5", "{\"maxLength\": \"1\"}"]),
        ("properties", &["[]", "\"a\"", "{\"b\": 5}"]),
        ("required", &["\"width\"", "[5]", "[\"b\", \"b\"]", "{}"]),
        ("additionalProperties", &["5", "\"false\""]),
        ("dependentRequired", &["[]", "{\"b\": \"c\"}", "{\"b\": [1]}"]),
        ("dependentSchemas", &["[]", "{\"b\": [\"c\"]}", "{\"b\": {\"minimum\": \"1\"}}"]),
        ("allOf", &["{}", "[]", "[5]"]),
        ("anyOf", &["{}", "[]", "[null]"]),
        ("oneOf", &["5", "[]", "[[]]"]),
        ("not", &["[]"]),
        ("if", &["5"]),
        ("then", &["5"]),
        (
            "x-constraints",
            &["{}", "[5]", "[{}]", "[{\"operation\": \"area\", \"parameters\": [\"b\"], \"minimum\": 1}]"],
        ),
        ("x-unique", &["1"]),
        ("x-levels", &["[]", "{\"type\": 1}", "{\"type\": \"rumour\"}"]),
        ("title", &["5"]),
        ("description", &["[]"]),
        ("externalDocs", &["5", "{\"url\": 5}"]),
        ("deprecated", &["\"yes\""]),
        ("examples", &["5"]),
        ("$id", &["5"]),
        ("default", &["1e999999", "{\"a\": 1, \"a\": 2}"]),
        ("x-order", &["1e999999"]),
    ];
    let schemas = wrong.iter().flat_map(|(keyword, values)| {
        values.iter().map(move |value| parameter(&format!("{{\"{keyword}\": {value}}}")))
    });
    snapshot!(schemas);
}

#[test]
fn limits_that_exclude_each_other() {
    snapshot!(
        [
            r#"{"minimum": 5, "maximum": 4.9}"#,
            r#"{"exclusiveMinimum": 5, "maximum": 5}"#,
            r#"{"minimum": 0.1, "exclusiveMaximum": 1e-1}"#,
            r#"{"exclusiveMinimum": 5, "exclusiveMaximum": 5}"#,
            r#"{"minimum": 9223372036854775807, "maximum": 9223372036854775806}"#,
            r#"{"minLength": 3, "maxLength": 2}"#,
            r#"{"minItems": 3, "maxItems": 2}"#,
            r#"{"not": {"items": {"anyOf": [{"minLength": 3, "maxLength": 2}]}}}"#,
            r#"{"x-constraints": [{"operation": "ratio", "parameters": ["b", "c"], "minimum": 2, "maximum": 1}]}"#,
            r#"{"x-constraints": [{"operation": "ratio", "parameters": ["b", "c"]}]}"#,
        ]
        .map(parameter)
    );
}

#[test]
fn patterns_that_cannot_be_run() {
    let nested = format!("{}{}", "(".repeat(100_000), ")".repeat(100_000));
    let patterns = [
        "(a",
        "a)",
        "[a",
        "*",
        "a{2,1}",
        "^(?=a)b",
        "^(?!a)b",
        "(?<=a)b",
        r"(a)\\1",
        r"(?<n>a)\\k<n>",
        "a{1000}{1000}",
        "(a{1000}){1000}",
        r"((\\w{100}){100}){100}",
        r"(?:\\p{L}{50}){50}",
        &nested,
        r"\\p{Nonsense}",
        r"\\c",
        r"a\\",
    ];
    snapshot!(patterns.map(|pattern| parameter(&format!("{{\"pattern\": \"{pattern}\"}}"))));
}

#[test]
fn documents_that_nest_too_deeply() {
    let nested = |open: &str, inner: &str, close: &str| open.repeat(10_000) + inner + &close.repeat(10_000);
    snapshot!([
        nested("{\"not\": ", "{}", "}"),
        nested("{\"properties\": {\"a\": ", "{}", "}}"),
        nested("[", "", "]"),
        parameter(&format!("{{\"default\": {}}}", nested("[", "", "]"))),
        parameter(&format!("{{\"examples\": [{}]}}", nested("{\"a\":", "1", "}"))),
        parameter(&format!("{{\"items\": {}}}", "{\"anyOf\": [".repeat(5_000))),
    ]);
}

#[test]
fn documents_that_are_too_large() {
    let names = list(100_000, |index| format!("\"p{index}\""));
    let members = list(100_000, |index| format!("\"p{index}\": {{\"type\": \"integer\", \"minimum\": 1}}"));
    let values = list(100_000, |index| index.to_string());
    let constants = list(100_000, |index| format!("{{\"const\": {index}}}"));
    let branches = list(100_000, |index| format!("{{\"maxLength\": {index}}}"));
    let rules = list(50_000, |_| r#"{"not": {"required": ["b", "c"]}}"#.to_owned());
    let patterns = list(1_000, |index| format!("\"p{index}\": {{\"pattern\": \"^a{{{index}}}$\"}}"));
    let needs = list(500, |index| format!("\"p{index}\": [{}]", list(500, |index| format!("\"p{index}\""))));
    snapshot!([
        format!("{{\"type\": \"object\", \"properties\": {{{members}}}}}"),
        format!("{{\"type\": \"object\", \"properties\": {{{members}}}, \"required\": [{names}]}}"),
        format!("{{\"type\": \"object\", \"required\": [{names}]}}"),
        parameter(&format!("{{\"enum\": [{names}]}}")),
        parameter(&format!("{{\"enum\": [{values}]}}")),
        parameter(&format!("{{\"oneOf\": [{constants}]}}")),
        parameter(&format!("{{\"oneOf\": [{branches}]}}")),
        parameter(&format!("{{\"const\": [{values}]}}")),
        parameter(&format!("{{\"enum\": [[{values}]]}}")),
        format!("{{\"type\": \"object\", \"properties\": {{{patterns}}}}}"),
        format!("{{\"type\": \"object\", \"allOf\": [{rules}]}}"),
        format!("{{\"type\": \"object\", \"dependentRequired\": {{{needs}}}}}"),
        format!("{{{}}}", list(100_000, |_| "\"type\": \"object\"".to_owned())),
        format!("{{\"properties\": {{\"{}\": {{}}}}}}", "n".repeat(1_000_000)),
        format!("{{\"required\": [\"{}\"]}}", ".".repeat(1_000_000)),
        parameter(&format!("{{\"minimum\": {}}}", "1".repeat(1_000_000))),
        format!("{{{}}}", list(100_000, |index| format!("\"unknown{index}\": 1"))),
    ]);
}

#[test]
fn what_is_strange_and_legal() {
    snapshot!([
        "{}".to_owned(),
        "\u{feff}{\"type\": \"object\"}".to_owned(),
        "true".to_owned(),
        parameter("true"),
        parameter("false"),
        parameter(r#"{"enum": []}"#),
        parameter(r#"{"enum": [1, 1.0, 1e0, true, null, "1"]}"#),
        parameter(r#"{"then": {"maximum": 1}}"#),
        parameter(r#"{"if": {"maximum": 1}}"#),
        parameter(r#"{"minLength": 2.0, "maxLength": 1e3}"#),
        parameter(r#"{"minimum": 1e-300, "maximum": 123456789012345678901234567890}"#),
        parameter(r#"{"const": 18446744073709551617, "default": {"a": [null]}}"#),
        r#"{"type": "object", "properties": {}, "additionalProperties": false, "not": {"required": ["b", "c"]}}"#.to_owned(),
        r#"{"type": "object", "properties": {"": {}, " ": {}, "a.b": {}, "a": {"properties": {"b": {}}}}}"#.to_owned(),
    ]);
}

#[test]
fn a_large_legal_document_of_one_line_is_read() {
    let words = "some words, ".repeat(1_400);
    let member = |index| {
        format!(
            "\"p{index}\": {{\"type\": \"string\", \"description\": \"{words}\", \"maxLength\": {index}}}"
        )
    };
    let text = format!(
        "{{\"type\": \"object\", \"properties\": {{{}}}, \"required\": [\"p1\"]}}",
        list(400, member)
    );
    assert!(text.len() > 6_000_000);
    let model = read(&Source::new("large.json", text)).unwrap();
    assert_eq!((model.task.properties.len(), model.constraints().len()), (400, 802));
}

#[test]
fn at_most_twenty_errors_are_shown_and_all_are_kept() {
    let text = format!("{{{}}}", list(300, |index| format!("\"unknown{index}\": 1")));
    let error = read(&Source::new("many.json", text)).unwrap_err();
    assert_eq!(error.to_string().lines().count(), 41);
    assert!(error.to_string().ends_with("\nand 280 more errors"));
    let ReadError::Refused(all) = error else { panic!("{error}") };
    assert_eq!(all.len(), 300);
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let said = |path: &Path| {
        let said = read_file(path).unwrap_err().to_string();
        said.replace(&folder.path().display().to_string(), "FOLDER")
    };
    std::fs::write(path("latin.json"), b"{\"type\": \"object\",\n \"title\": \"\xc3\xa4 caf\xe9\"}").unwrap();
    std::fs::write(path("utf16.json"), b"\xff\xfe{\0}\0").unwrap();
    std::fs::File::create(path("large.json")).unwrap().set_len(100 << 20).unwrap();
    std::fs::File::create(path("just too large.json")).unwrap().set_len(MAX_BYTES + 1).unwrap();
    let names = ["missing.json", "", "latin.json", "utf16.json", "large.json", "just too large.json"];
    insta::assert_snapshot!(names.map(|name| said(&path(name))).join("\n\n"));
}
