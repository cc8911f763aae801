//! A pattern means the same to the judge, to the engine of generated code and to an engine of ECMA 262, or is refused.
//!
//! The table `idioms/patterns.json` has patterns and texts with the verdicts of ECMA 262 (read with the flag `u`, and
//! without it where that is a syntax error). Generated code runs it too, see `idioms.rs`. Where Node is installed, the
//! table and random patterns are compared with it.

use airspec_judge::Judge;
use airspec_spec::{Model, Rule, Schema, Source};
use regex::Regex;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Not in ECMA 262. The `regex` crate would read many of them.
const INVALID: [&str; 36] = [
    "^*",
    "^*$",
    "$+",
    r"\b+",
    r"\B?",
    "^{2}",
    "[z-a]",
    "[a",
    "a{2,1}",
    "a**",
    "a+*",
    "a++",
    "a?+",
    "a{2}{3}",
    "(?i)a",
    "(?i:a)",
    "(?x)a",
    "(?P<n>a)",
    "(?#c)a",
    "(?>a)",
    "(?<n>a)(?<n>b)",
    "(",
    "(a",
    ")",
    "a)",
    "*",
    "+a",
    "?",
    "|*",
    "(?",
    "(?<",
    "(?<1a>b)",
    r"\",
    r"[\",
    r"(?-u:a)",
    "[a--b]",
];

/// In ECMA 262, with the flag `u` or without, and not read: look-around and back references take time that is not linear;
/// of the others some mean different things with the flag, some the judge cannot run, and all can be written plainly.
const NOT_READ: [&str; 58] = [
    r"(?=a)b",
    r"(?!a)b",
    r"(?<=a)b",
    r"(?<!a)b",
    r"(?=a)*",
    r"(a)\1",
    r"(?<n>a)\k<n>",
    r"\1",
    r"\2(a)",
    r"\k",
    r"\8",
    r"\01",
    r"[\w-.]",
    r"[\w-a]",
    r"[a\d-z]",
    r"[\s-\w]",
    r"[a-\d]",
    r"\x4",
    r"\x",
    r"\u12",
    r"\u{110000}",
    r"\u{}",
    r"\uD83D\uDE00",
    r"\ud83d",
    r"\c",
    r"\c1",
    r"\a",
    r"\e",
    r"\z",
    r"\A",
    r"\Z",
    r"\G",
    r"\h",
    r"\R",
    r"\Q",
    r"\i",
    r"\pL",
    r"\p{}",
    r"\p{Greek}",
    r"\p{Emoji}",
    r"\p{L",
    r"\p{^L}",
    "[]",
    "[^]",
    "[]a]",
    "{",
    "a{",
    "a{,2}",
    "a{1",
    "x{a}",
    "(?:)*",
    r"\€",
    r"\é",
    r"[\<]",
    r"\b{start}a",
    r"\p{L}\-",
    r"\u{64}\@",
    "😀]",
];

/// What random patterns are made of.
const TOKENS: [&str; 60] = [
    "a",
    "b",
    "é",
    "😀",
    "-",
    "]",
    "}",
    ",",
    " ",
    "&",
    "~",
    "^",
    "$",
    "|",
    ".",
    "*",
    "+",
    "?",
    "??",
    "{2}",
    "{0,1}",
    "{1,}",
    "(",
    "(?:",
    "(?<n>",
    ")",
    ")",
    "[",
    "[^",
    "]",
    "]",
    "a-z",
    "+-.",
    "&&",
    "--",
    "[:",
    r"\d",
    r"\D",
    r"\w",
    r"\W",
    r"\s",
    r"\S",
    r"\b",
    r"\B",
    r"\-",
    r"\]",
    r"\.",
    r"\/",
    r"\\",
    r"\n",
    r"\t",
    r"\x41",
    r"\u00e9",
    r"\u{1F600}",
    r"\cJ",
    r"\0",
    r"\1",
    r"\p{L}",
    r"\P{Lu}",
    "(?=a)",
];

/// Texts for random patterns.
const TEXTS: [&str; 20] = [
    "", "a", "b", "ab", "aab", "é", "😀", "-", "]", "&", "^", "\n", "a\n", "4", "٤", "A", "a-z", " a",
    "\u{2028}", "\u{feff}",
];

fn model(patterns: &[String]) -> Result<Model, airspec_spec::ReadError> {
    let properties = patterns.iter().enumerate();
    let properties: serde_json::Map<String, Value> =
        properties.map(|(index, pattern)| (index.to_string(), json!({"pattern": pattern}))).collect();
    airspec_spec::read(&Source::new(
        "patterns.json",
        json!({"type": "object", "properties": properties}).to_string(),
    ))
}

/// The engine of generated code for a pattern.
fn engine(model: &Model, name: &str) -> Regex {
    let mut rules = model.task.at(name).into_iter().flat_map(Schema::rules);
    let text = rules.find_map(|rule| match rule {
        Rule::Pattern(pattern) => Some(pattern.rust.clone()),
        _ => None,
    });
    Regex::new(&text.expect("the parameter has a pattern")).expect("the reader has compiled it")
}

fn table() -> Value {
    serde_json::from_str(include_str!("idioms/patterns.json")).unwrap()
}

/// Whether each text has a match; null where that is not asked.
type Verdicts = Vec<Option<bool>>;

/// What Node says of each pattern: null where it is no pattern. None where Node is not installed.
fn node(patterns: &[String], texts: &[&str]) -> Option<Vec<Option<Verdicts>>> {
    const SCRIPT: &str = r#"
        const [patterns, texts] = JSON.parse(require("fs").readFileSync(0, "utf8"));
        const read = (pattern, flag) => { try { return new RegExp(pattern, flag) } catch { return null } };
        const is_far = text => /[^\u0000-\uFFFF]/u.test(text);
        const verdicts = patterns.map(pattern => {
            const with_flag = read(pattern, "u"), without = with_flag ?? read(pattern, "");
            // Without the flag a character beyond U+FFFF is two, which is nothing that JSON Schema means.
            return without && texts.map(text => with_flag || !is_far(text) ? without.test(text) : null);
        });
        console.log(JSON.stringify(verdicts));
    "#;
    let pipes =
        Command::new("node").args(["-e", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = pipes else {
        eprintln!("skipped: `node` is not installed");
        return None;
    };
    let input = json!([patterns, texts]).to_string();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_engine_of_generated_code_reads_the_table_as_it_stands() {
    for group in table().as_array().unwrap() {
        let names = group["schema"]["properties"].as_object().unwrap();
        let task = json!({"type": "object", "properties": names});
        let model = airspec_spec::read(&Source::new("patterns.json", task.to_string())).unwrap();
        for test in group["tests"].as_array().unwrap() {
            for (name, text) in test["data"].as_object().unwrap() {
                let is_match = engine(&model, name).is_match(text.as_str().unwrap());
                assert_eq!(json!(is_match), test["valid"], "{}: {text}", names[name]["pattern"]);
            }
        }
    }
}

#[test]
fn the_table_is_what_node_says() {
    for group in table().as_array().unwrap() {
        let mut rows = Vec::new();
        for test in group["tests"].as_array().unwrap() {
            for (name, text) in test["data"].as_object().unwrap() {
                let pattern = group["schema"]["properties"][name]["pattern"].as_str().unwrap();
                rows.push((pattern.to_owned(), text.as_str().unwrap(), test["valid"].as_bool().unwrap()));
            }
        }
        let patterns: Vec<String> = rows.iter().map(|(pattern, ..)| pattern.clone()).collect();
        let texts: Vec<&str> = rows.iter().map(|(_, text, _)| *text).collect();
        let Some(verdicts) = node(&patterns, &texts) else { return };
        for (index, (pattern, text, expected)) in rows.iter().enumerate() {
            assert_eq!(verdicts[index].as_ref().unwrap()[index], Some(*expected), "{pattern}: {text:?}");
        }
    }
}

#[test]
fn other_patterns_are_refused_where_they_stand() {
    let all: Vec<String> = INVALID.iter().chain(&NOT_READ).map(|pattern| (*pattern).to_owned()).collect();
    for pattern in &all {
        let Err(error) = model(std::slice::from_ref(pattern)) else { panic!("`{pattern}` is read") };
        assert!(error.to_string().starts_with("patterns.json:1:"), "{error}");
    }
    let Some(verdicts) = node(&all, &[]) else { return };
    for (index, (pattern, verdict)) in all.iter().zip(verdicts).enumerate() {
        assert_eq!(verdict.is_none(), index < INVALID.len(), "`{pattern}`");
    }
}

#[test]
fn random_patterns_that_are_read_mean_what_node_says() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut pattern = || -> String {
        let count = random.usize(1..9);
        (0..count).map(|_| TOKENS[random.usize(..TOKENS.len())]).collect()
    };
    let all: Vec<String> = (0..20_000).map(|_| pattern()).collect();
    let Some(verdicts) = node(&all, &TEXTS) else { return };
    let mut read = 0;
    for (pattern, verdict) in all.iter().zip(verdicts) {
        let Ok(model) = model(std::slice::from_ref(pattern)) else { continue };
        read += 1;
        let verdict = verdict.unwrap_or_else(|| panic!("`{pattern}` is read, and is no pattern"));
        let judge = Judge::new(&model).unwrap_or_else(|error| panic!("`{pattern}`: {error}"));
        let engine = engine(&model, "0");
        for (text, expected) in TEXTS.iter().zip(verdict) {
            let Some(expected) = expected else { continue };
            assert_eq!(engine.is_match(text), expected, "generated code: `{pattern}`: {text:?}");
            assert_eq!(judge.is_valid(&json!({"0": text})), expected, "judge: `{pattern}`: {text:?}");
        }
    }
    assert!(read > 1_000, "{read} of {} patterns are read", all.len());
}
