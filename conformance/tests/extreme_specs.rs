//! Specs with extreme values: what the reader accepts becomes code, and a judge of requests and of answers; what it
//! refuses, it refuses with a place and with help.

use airspec_codegen::{Options, module};
use airspec_spec::Source;
use airspec_suite::oracle::Oracle;
use fastrand::Rng;
use serde_json::Value;
use std::collections::BTreeSet;

/// Keywords whose values are numbers.
const NUMERIC: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "const",
    "default",
    "x-order",
    "x-value-count",
];

const NUMBERS: [&str; 30] = [
    "0",
    "-0",
    "-0.0",
    "1.0",
    "-1",
    "1e-400",
    "-1e-400",
    "1e-320",
    "5e-324",
    "1e-308",
    "1e-300",
    "1e-20",
    "0.1",
    "9007199254740993",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e18",
    "1e19",
    "1e30",
    "1e40",
    "1e300",
    "1e308",
    "1.8e308",
    "1e400",
    "-1e400",
    "123456789012345678901234567890123456e-336",
    "123456789012345678901234567890123456e280",
    "1234567890123456789012345678901234567",
    "1e99999999999999999999",
];

/// Patterns, as they stand in JSON.
const PATTERNS: [&str; 60] = [
    "",
    "^$",
    "|",
    "()*",
    "(?:)*",
    "(?:(?:)+)*",
    "(?:|a)*",
    "^*",
    r"\\b+",
    r"\\B",
    r"[\\b]",
    r"\\0",
    r"[\\0]",
    "[]a]",
    "[^]",
    "[]",
    r"[\\d-z]",
    r"[a-\\d]",
    r"[\\w--z]",
    r"[\\w-]",
    "[z-a]",
    "[[:alpha:]]",
    "[a&&b]",
    "[--a]",
    "[[]",
    r"[\\<]",
    r"\\<\\>",
    r"\\@\\-\\/\\_\\ ",
    r"\\é",
    r"\\€",
    "a{2}{3}",
    "a{,5}",
    "a{ 2 }",
    "a{2, 3}",
    "a{",
    "}",
    "]",
    "a{3,2}",
    "a{4294967296}",
    "a{1000}{1000}",
    "(?:a{1000}){1000}",
    "(?:(?:a{0}){1000}){1000}",
    r"\\p{L}{90}",
    r"\\p{L}{2000}",
    r"\\pL",
    r"\\p{Greek}",
    r"\\p{Script=Greek}",
    r"\\p{scx=Nothing}",
    r"\\p{Emoji}",
    r"\\p{ L }",
    r"\\u{110000}",
    r"\\ud800",
    r"\\cJ",
    r"\\c1",
    "(?=a)",
    "(?<=a)b",
    r"(a)\\1",
    r"(?<n>a)\\k<n>",
    "(?<n>a)(?<n>b)",
    "(?i)a",
];

/// Members that only describe, and what stands inside them is nobody's schema.
const MEMBERS: [&str; 28] = [
    r#""$id": "::""#,
    r#""$id": """#,
    r##""$id": "#a""##,
    r#""$id": "a b""#,
    r#""$id": "%zz""#,
    r#""$id": "é""#,
    r#""$id": "https://[::""#,
    r#""$id": "https://a:b/c""#,
    r#""$id": "//a""#,
    r#""$id": "urn:a:b""#,
    r#""$id": "https://example.com:8080/a.json?b=c""#,
    r#""$id": "https://example.com/a#b""#,
    r#""$id": "https://json-schema.org/draft/2020-12/schema""#,
    r#""$schema": "x""#,
    r#""$schema": "http://json-schema.org/draft-04/schema#""#,
    r#""$schema": "https://json-schema.org/draft/2020-12/schema""#,
    r#""const": {"$ref": "http://127.0.0.1:1/x", "$id": "::"}"#,
    r#""default": {"$ref": "file:///etc/passwd"}"#,
    r##""example": {"$ref": "#/nowhere"}"##,
    r##""examples": [{"$ref": "#/nowhere"}]"##,
    r##""x-order": {"$ref": "#/nowhere", "$id": "::"}"##,
    r##""x-response-schema": {"$ref": "#/nowhere", "$id": "::", "$schema": "x"}"##,
    r#""properties": {"$ref": {"type": "string"}, "$id": {}, "$schema": {}, "$anchor": {}}"#,
    r#""required": ["$ref", "$id"]"#,
    r#""dependentRequired": {"$ref": ["a"]}"#,
    r#""enum": []"#,
    r#""not": {}, "contains": false, "additionalProperties": true"#,
    r#""x-constraints": [{"operation": "ratio", "parameters": ["a", "b"], "maximum": 1e-400}]"#,
];

/// How schemas are put inside each other.
const NESTINGS: [(&str, &str); 12] = [
    ("{\"not\": ", "}"),
    ("{\"items\": ", "}"),
    ("{\"additionalProperties\": ", "}"),
    ("{\"contains\": ", "}"),
    ("{\"if\": {}, \"then\": ", "}"),
    ("{\"if\": ", ", \"else\": {\"type\": \"string\"}}"),
    ("{\"type\": \"object\", \"properties\": {\"b\": ", "}}"),
    ("{\"anyOf\": [{\"type\": \"string\"}, ", "]}"),
    ("{\"oneOf\": [{}, ", "]}"),
    ("{\"allOf\": [", "]}"),
    ("{\"const\": [", "]}"),
    ("{\"enum\": [{\"a\": ", "}]}"),
];

/// A document whose task, result and error have a member of that schema.
fn document(schema: &str) -> String {
    let object = format!("{{\"type\": \"object\", \"properties\": {{\"a\": {schema}}}}}");
    let list = |name: &str| format!("{{\"properties\": {{\"{name}\": {{\"items\": {object}}}}}}}");
    format!(
        "{{\"openapi\": \"3.1.0\", \"components\": {{\"schemas\": {{\n\"RequestBody\": {object},\n\"ResponseBody\": {},\n\"ErrorResponse\": {}}}}}}}",
        list("data"),
        list("errors")
    )
}

/// Whether the reader accepts a document. Panics where it says nothing useful, or accepts what others do not.
fn is_read(text: &str) -> bool {
    let shown = || airspec_spec::text::shorten(text, 600);
    let model = match airspec_spec::read(&Source::new("extreme.json", text)) {
        Ok(model) => model,
        Err(error) => {
            let told = error.to_string();
            let mut place = told.split(':').skip(1).map(str::parse::<usize>);
            assert!(
                matches!((place.next(), place.next()), (Some(Ok(1..)), Some(Ok(1..)))),
                "{}: {told}",
                shown()
            );
            assert!(told.contains(": error: ") && told.contains("\n  help: "), "{}: {told}", shown());
            return false;
        }
    };
    if let Err(error) = Oracle::new(&model) {
        panic!("{}: read, and no judge: {error}", shown());
    }
    let options = Options { made_by: "a test".to_owned(), spec: "extreme.json".to_owned() };
    if let Err(error) = module(&model, &options) {
        panic!("{}: read, and no code: {error}", shown());
    }
    true
}

/// Reads every schema; some are accepted, or the test would say little, and some are not.
fn read_each(schemas: &[String]) {
    let read = schemas.iter().filter(|schema| is_read(&document(schema))).count();
    assert!(read > schemas.len() / 5 && read < schemas.len(), "{read} of {} are read", schemas.len());
}

#[test]
fn numbers_of_any_size_are_read_by_all_or_refused_with_a_place() {
    let each = NUMERIC
        .iter()
        .flat_map(|keyword| NUMBERS.iter().map(move |number| format!("{{\"{keyword}\": {number}}}")));
    let inside = NUMBERS.iter().flat_map(|number| {
        let rule = |operation: &str| {
            format!("{{\"x-constraints\": [{{\"operation\": \"{operation}\", \"parameters\": [\"b\", \"c\"], \"minimum\": {number}}}]}}")
        };
        let integer = format!("{{\"type\": \"integer\", \"multipleOf\": {number}, \"minimum\": {number}}}");
        [rule("area"), rule("ratio"), integer, format!("{{\"enum\": [{number}], \"examples\": [{number}]}}")]
    });
    read_each(&each.chain(inside).collect::<Vec<_>>());
}

#[test]
fn patterns_of_any_form_are_run_by_all_or_refused_with_a_place() {
    let nested = |open: &str, depth: usize| format!("{}a{}", open.repeat(depth), ")".repeat(depth));
    let depths = [31, 32, 33, 60, 64, 125, 251];
    let groups = depths.iter().flat_map(|depth| ["(", "(?:", "(?:a|"].map(|open| nested(open, *depth)));
    let long = [r"\\w", r"\\S", ".", "a?", "(a)", r"\\p{L}", "[^a]", "a", "^", "a|"].into_iter();
    let long = long.flat_map(|part| [100, 3000].map(|count| part.repeat(count)));
    let all = PATTERNS.iter().map(|pattern| (*pattern).to_owned()).chain(groups).chain(long);
    let schemas: Vec<String> = all.map(|pattern| format!("{{\"pattern\": \"{pattern}\"}}")).collect();
    read_each(&schemas);
}

#[test]
fn names_and_annotations_of_any_kind_stop_no_judge() {
    let schemas = MEMBERS
        .iter()
        .flat_map(|member| [format!("{{{member}}}"), format!("{{\"not\": {{\"items\": {{{member}}}}}}}")]);
    read_each(&schemas.collect::<Vec<_>>());
    for task in [
        "{}",
        r#"{"type": "string"}"#,
        r#"{"type": ["object", "null"]}"#,
        r#"{"allOf": [{"type": "object"}]}"#,
    ] {
        assert!(!is_read(task), "{task}");
    }
}

#[test]
fn schemas_and_values_of_any_depth_fit_a_small_stack() {
    let nested = |(open, close): &(&str, &str), depth: usize| {
        format!("{}{{\"type\": \"string\"}}{}", open.repeat(depth), close.repeat(depth))
    };
    let depths = [5, 10, 18, 20, 60, 500];
    let schemas = NESTINGS.iter().flat_map(|nesting| depths.map(|depth| nested(nesting, depth)));
    let values = ["const", "default", "x-order", "example"].into_iter().flat_map(|keyword| {
        depths.map(|depth| format!("{{\"{keyword}\": {}{}}}", "[".repeat(depth), "]".repeat(depth)))
    });
    let all: Vec<String> = schemas.chain(values).collect();
    let small = std::thread::Builder::new().stack_size(2 << 20).spawn(move || read_each(&all)).unwrap();
    small.join().unwrap();
}

#[test]
fn long_lists_are_read_by_all() {
    let list =
        |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    let names = list(1_000, &|index| format!("\"v{index}\""));
    let branches = list(1_000, &|index| format!("{{\"const\": {index}}}"));
    let patterns = list(30, &|index| format!("\"p{index}\": {{\"pattern\": \"^a{{{}}}$\"}}", 60_000 + index));
    let schemas = [
        format!("{{\"enum\": [{names}]}}"),
        format!("{{\"oneOf\": [{branches}]}}"),
        format!("{{\"required\": [{names}]}}"),
        format!("{{\"properties\": {{{patterns}}}}}"),
    ];
    read_each(&schemas);
}

/// What may stand in the place of any value of a document.
fn extreme(random: &mut Rng) -> String {
    let one = |random: &mut Rng, of: &[&str]| of[random.usize(..of.len())].to_owned();
    match random.u32(..6) {
        0..2 => one(random, &NUMBERS),
        2 => format!("\"{}\"", one(random, &PATTERNS)),
        3 => format!("{{{}}}", one(random, &MEMBERS)),
        4 => {
            let (open, close) = NESTINGS[random.usize(..NESTINGS.len())];
            let depth = random.usize(1..20);
            format!("{}{{}}{}", open.repeat(depth), close.repeat(depth))
        }
        _ => one(random, &["null", "true", "false", "[]", "{}", "\"\"", "\"\\u0000\"", "[[]]", "[0, 0.0]"]),
    }
}

/// The places of all values in a value.
fn places(value: &Value, place: &str, all: &mut Vec<String>) {
    all.push(place.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{place}/{index}"), all));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            places(member, &format!("{place}/{name}"), all);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A schema with every keyword.
const EVERYTHING: &str = r#"{"type": "object", "required": ["a"], "additionalProperties": false,
    "properties": {
        "a": {"type": "integer", "minimum": 1, "exclusiveMaximum": 64, "multipleOf": 2, "default": 2},
        "b": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 8.5, "x-levels": {"maximum": "prose"}},
        "c": {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$", "title": "C"},
        "d": {"type": "array", "items": {"format": "uri"}, "contains": {"const": "x:y"}, "minItems": 1, "maxItems": 4},
        "e": {"oneOf": [{"const": "x", "title": "X"}, {"const": 1}], "examples": ["x"], "$comment": "e"},
        "f": {"enum": ["u", 1.5, [null], {"v": true}], "deprecated": true},
        "g": {"type": "object", "additionalProperties": {"format": "uuid4"}, "externalDocs": {"url": "x"}}
    },
    "dependentRequired": {"a": ["b"]},
    "allOf": [{"not": {"required": ["c", "d"]}}],
    "anyOf": [{"required": ["a"]}, {"properties": {"b": {"minimum": 3}}}],
    "if": {"required": ["c"]}, "then": {"required": ["e"]}, "else": {"required": ["f"]},
    "x-constraints": [{"operation": "area", "parameters": ["a", "b"], "minimum": 1, "maximum": 100}]}"#;

#[test]
fn a_document_with_extremes_anywhere_is_read_by_all_or_refused_with_a_place() {
    const ROUNDS: usize = 400;
    let base: Value = serde_json::from_str(&document(EVERYTHING)).unwrap();
    assert!(is_read(&base.to_string()));
    let mut all = Vec::new();
    places(&base, "", &mut all);
    let mut random = Rng::with_seed(13);
    let (mut read, mut replaced) = (0, BTreeSet::new());
    for _ in 0..ROUNDS {
        let mut changed = base.clone();
        let mut values = Vec::new();
        for _ in 0..random.usize(1..3) {
            let place = &all[random.usize(1..all.len())];
            // Some extremes are none that a value can hold: they are put into the text.
            let mark = format!("@{}@", values.len());
            let Some(value) = changed.pointer_mut(place) else { continue };
            *value = Value::String(mark.clone());
            values.push((format!("\"{mark}\""), extreme(&mut random)));
            replaced.insert(place);
        }
        let text = values.iter().fold(changed.to_string(), |text, (mark, value)| text.replace(mark, value));
        read += usize::from(is_read(&text));
    }
    assert!(read > ROUNDS / 10 && read < ROUNDS * 9 / 10, "{read} of {ROUNDS} are read");
    assert!(replaced.len() > all.len() / 2, "{} of {} places", replaced.len(), all.len());
}
