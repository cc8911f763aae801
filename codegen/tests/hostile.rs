//! Specs whose names and prose try to break the generated code, or to put code of their own into it: everything must
//! compile without a warning, be documented without a warning, and hold nothing that only the spec wrote.

use airspec_codegen::{Options, module};
use airspec_spec::{Model, Source};
use proc_macro2::{TokenStream, TokenTree};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whoever finds this as an identifier in generated code has found an injection.
const MARK: &str = "injected";

/// Keywords of Rust: strict, reserved and weak ones of every edition.
const KEYWORDS: &str = "as async await become box break const continue crate do dyn else enum extern false final fn for \
    gen if impl in let loop macro match mod move mut override priv pub raw ref return safe self Self static struct \
    super trait true try type typeof union unsafe unsized use virtual where while yield macro_rules auto default _";

/// Names of all kinds that are no plain identifiers, or that collide once they are.
const NAMES: &str = include_str!("hostile/names.json");

/// Prose that is more than prose to Markdown, to rustdoc or to the compiler.
const PROSE: &str = include_str!("hostile/prose.json");

fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).expect("a list of texts")
}

/// Prose that is made, of many words or many signs.
fn long_prose() -> Vec<String> {
    vec![
        ["word", "longer"].repeat(1_000).join(" "),
        "x".repeat(1_000_000),
        "`".repeat(50_000) + &"``a ".repeat(10_000),
        "line\n".repeat(100_000),
        format!("lines that break before marks of a block: {}", "# - + 1. ~~~ ``` > = *** ".repeat(40)),
        format!(
            "{} ```\npanic!()\n```",
            "`code of more words than fit into one line and a # in it` ".repeat(9)
        ),
    ]
}

/// A task with these parameters.
fn task(properties: Map<String, Value>, more: Value) -> Value {
    let mut task = json!({"type": "object", "additionalProperties": false});
    task["properties"] = Value::Object(properties);
    if let (Value::Object(task), Value::Object(more)) = (&mut task, more) {
        task.extend(more);
    }
    task
}

fn each<T: AsRef<str>>(
    names: impl IntoIterator<Item = T>,
    schema: impl Fn(usize, &str) -> Value,
) -> Map<String, Value> {
    let named = names.into_iter().enumerate();
    named.map(|(index, name)| (name.as_ref().to_owned(), schema(index, name.as_ref()))).collect()
}

/// Every name that the test knows.
fn own_names() -> BTreeSet<String> {
    let long = "n".repeat(256);
    KEYWORDS.split_whitespace().map(str::to_owned).chain(list(NAMES)).chain([long]).collect()
}

/// The same with every identifier that generated code holds itself.
fn names() -> Vec<String> {
    let tiny = std::fs::read_to_string("macros/tests/tiny.json").expect("the macro's spec is there");
    let mut words = own_names();
    identifiers(text_of("tiny", &tiny).parse().expect("generated code is Rust"), &mut words);
    words.into_iter().collect()
}

fn identifiers(tokens: TokenStream, out: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(out.insert(ident.to_string())),
            TokenTree::Group(group) => identifiers(group.stream(), out),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// One of the texts; after the last one comes the first.
fn text(texts: &[String], index: usize) -> &str {
    &texts[index % texts.len()]
}

/// The specs, each a document.
fn specs() -> Vec<(&'static str, Value)> {
    let (names, texts) = (names(), list(PROSE));
    let short: Vec<&String> = names.iter().take(60).collect();
    let mut specs = vec![
        ("strings", strings(&names, &texts)),
        ("types", types(&names)),
        ("values", task(each(["values"], |_, _| json!({"enum": names})), json!({}))),
        ("rules", rules(&short)),
        ("long", long()),
        ("documented", documented(&texts)),
        ("patterns", patterns()),
        ("nothing", json!({"type": "object"})),
        ("closed_nothing", task(Map::new(), json!({}))),
        ("anything", task(each(["a", "b"], |_, _| json!({})), json!({"required": ["a"]}))),
    ];
    let fields = each(
        &names[..names.len().min(100)],
        |index, _| json!({"type": "string", "description": text(&texts, index)}),
    );
    let answer = task(fields, json!({"title": text(&texts, 1), "required": short}));
    specs.push(("air", openapi(&texts[0], "a\n}\npub fn injected() {}\n", &answer)));
    let titles = texts.iter().step_by(9);
    specs.extend(titles.map(|title| ("title", openapi(title, title, &answer))));
    specs
}

/// Texts as parameters of every name.
fn strings(names: &[String], texts: &[String]) -> Value {
    let strings = each(
        names,
        |index, _| json!({"type": "string", "title": text(texts, index), "default": text(texts, index + 1)}),
    );
    let half: Vec<&String> = names.iter().step_by(2).collect();
    task(strings, json!({"additionalProperties": {"maxLength": 9}, "required": half}))
}

/// Parameters that become types, one for each name that makes one of its own.
fn types(names: &[String]) -> Value {
    let own = own_names();
    let mut seen = BTreeSet::new();
    let different = names.iter().filter(|name| {
        // Words of generated code that are no types cannot clash with one.
        let ident = airspec_codegen::type_name(name);
        (own.contains(*name) || ident == **name) && seen.insert(ident)
    });
    let types = each(different, |index, name| {
        let members = json!({name: {"type": "integer", "minimum": 1}});
        let object = json!({"type": "object", "properties": members, "required": [name]});
        match index % 4 {
            0 => json!({"type": "string", "enum": [name, "a", "A"], "default": name}),
            1 => json!({"type": "object", "properties": members, "additionalProperties": false}),
            2 => json!({"type": "array", "items": object, "maxItems": 3}),
            _ => object,
        }
    });
    task(types, json!({}))
}

/// Rules over parameters of these names.
fn rules(names: &[&String]) -> Value {
    let rules = json!({
        "required": names,
        "dependentRequired": each(names.iter().take(20), |index, _| json!([names[index + 1]])),
        "allOf": names.windows(2).map(|pair| json!({"not": {"required": pair}})).collect::<Vec<_>>(),
        "x-constraints": names.windows(2)
            .map(|pair| json!({"operation": "area", "parameters": pair, "maximum": 9}))
            .collect::<Vec<_>>(),
        "if": {"properties": {names[1]: {"const": names[2]}}, "required": [names[1]]},
        "then": {"properties": {names[3]: {"pattern": "`\"*/[{}]#"}}},
    });
    task(Map::new(), rules)
}

/// Prose that is long.
fn long() -> Value {
    let prose = long_prose();
    let long = each(
        ["a", "b", "c", "d", "e", "f"],
        |index, _| json!({"type": "string", "description": prose[index]}),
    );
    task(long, json!({}))
}

/// Prose in every place that takes some.
fn documented(texts: &[String]) -> Value {
    let text = |index: usize| text(texts, index);
    let documented = each((0..texts.len()).map(|index| format!("p{index}")), |index, _| {
        json!({
            "type": "string", "title": text(index + 1), "description": text(index), "default": text(index + 2),
            "externalDocs": {"url": text(index + 3)},
            "oneOf": [
                {"const": text(index), "title": text(index), "description": text(index + 1)},
                {"const": "a", "description": text(index + 2)},
            ],
        })
    });
    task(documented, json!({}))
}

/// Patterns of every sign that a name has.
fn patterns() -> Value {
    let signs: Vec<String> =
        list(NAMES).into_iter().filter(|name| name.contains(|sign: char| !sign.is_alphanumeric())).collect();
    let patterns = each((0..signs.len()).map(|index| format!("p{index}")), |index, _| {
        let quoted: String = signs[index]
            .chars()
            .map(|sign| if sign.is_ascii_punctuation() { format!("\\{sign}") } else { sign.to_string() })
            .collect();
        json!({"type": "string", "pattern": format!("^{quoted}$")})
    });
    task(patterns, json!({}))
}

/// A document of a model without parameters, with this description and these answers.
fn openapi(text: &str, air: &str, answer: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": text, "summary": text, "x-model-id": "self", "x-air-id": air},
        "externalDocs": {"url": text},
        "components": {"schemas": {
            "RequestBody": {"type": "array", "items": task(Map::new(), json!({}))},
            "ResponseBody": {"properties": {"data": {"items": answer}}},
            "ErrorResponse": {"properties": {"errors": {"items": answer}}},
        }},
    })
}

fn model(name: &str, document: &str) -> Model {
    airspec_spec::read(&Source::new(name, document)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn options() -> Options {
    let hostile = "*/\nfn injected() {}\n\u{202e}".to_owned();
    Options { made_by: hostile.clone(), spec: hostile }
}

fn text_of(name: &str, document: &str) -> String {
    module(&model(name, document), &options()).unwrap_or_else(|error| panic!("{name}: {error}")).text
}

/// The modules of all specs, and what a workspace makes of the one with answers.
fn texts() -> Vec<(String, String)> {
    let specs = specs();
    let mut texts: Vec<(String, String)> = Vec::new();
    for (index, (name, document)) in specs.iter().enumerate() {
        texts.push((format!("{name}_{index}"), text_of(name, &document.to_string())));
    }
    let air = specs.iter().find(|(name, _)| *name == "air").expect("it is among the specs");
    let air = model(air.0, &air.1.to_string());
    let index = airspec_codegen::index(std::slice::from_ref(&air), &options());
    syn::parse_file(&index).unwrap();
    let modules = airspec_codegen::modules(&[(air, options())], &options()).unwrap();
    let answers = modules.into_iter().find(|file| file.path == "answers.rs").expect("it is made");
    texts.extend([("answers".to_owned(), answers.text)]);
    texts
}

/// The scratch crate of all modules.
fn scratch() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace holds this crate");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let mut list = String::from("//! Hostile specs.\n#![deny(warnings)]\n\n");
    for (name, text) in texts() {
        let mut found = BTreeSet::new();
        identifiers(text.parse().unwrap_or_else(|error| panic!("{name}: {error}")), &mut found);
        assert!(!found.contains(MARK), "{name}: the spec has put code into the module");
        std::fs::write(folder.join(format!("src/{name}.rs")), text).unwrap();
        list.push_str(&format!("/// A module.\npub mod {name};\n"));
    }
    let manifest = format!(
        "[package]\nname = \"hostile\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         airspec-models = {{ path = \"{}\", default-features = false, features = [\"image-limits\", \"patterns\"] }}\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n\
         [profile.dev.package]\nserde_json = {{ opt-level = 3 }}\n\n[workspace]\n",
        root.join("generated").display(),
    );
    std::fs::write(folder.join("src/lib.rs"), list).unwrap();
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .args(["--offline", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        // The workspace's own build folder and profile: dependencies are not built again.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."))
        .env("RUSTDOCFLAGS", "-D warnings")
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let shown: String = said.chars().take(8_000).collect();
    assert!(output.status.success(), "cargo {arguments:?}:\n{shown}");
    said
}

#[test]
fn hostile_specs_give_code_that_compiles_and_holds_nothing_of_theirs() {
    let folder = scratch();
    cargo(&folder, &["doc", "--no-deps"]);
    let tests = cargo(&folder, &["test", "--doc"]);
    assert!(tests.contains("running 0 tests"), "the spec's prose is run as code:\n{tests}");
}

#[test]
fn no_setter_has_its_own_name_as_an_alias() {
    let text = r#"{"type": "object", "properties": {"": {"type": "object", "properties": {"c": {"type": "integer"}}}}}"#;
    let model = airspec_spec::read(&airspec_spec::Source::new("alias.json", text)).unwrap();
    let options = Options { made_by: "the test".to_owned(), spec: "alias.json".to_owned() };
    let text = module(&model, &options).unwrap().text;
    assert!(text.contains("pub fn c(") && !text.contains("doc(alias = \"c\")"), "{text}");
}
