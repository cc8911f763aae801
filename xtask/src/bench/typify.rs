//! What is generated for ten models, beside what `cargo-typify` makes of the same schemas.

use super::process::watch;
use super::scratch::{Scratch, models};
use super::table::{OWN, Table, Unit};
use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The last version that reads these schemas and builds with the stable compiler.
const VERSION: &str = "0.8.0";
pub(super) const TYPIFY: &str = "typify";
const GROUP: &str = "generating for 10 models, and compiling it";

/// What its code needs.
pub(super) const DEPENDENCIES: &str = "regress = \"0.10\"\nserde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n\
     uuid = { version = \"1\", features = [\"serde\"] }";

/// Measures both on a catalogue that was generated: its specs, and the schemas that were made of them.
pub(super) fn measure(root: &Path, catalogue: &Path, table: &mut Table) -> anyhow::Result<()> {
    let Some(program) = program(root, table) else { return Ok(()) };
    let place = place(root);
    let specs = crate::generate::specs(catalogue)?;
    let own = Contestant {
        who: OWN,
        folder: place.join("own"),
        dependencies: &models(root, ", default-features = false"),
        parse: "Request::from_json(text)",
    };
    own.measure(&specs, table, |spec, out| {
        let module = out.parent().context("a folder")?.join("made");
        let mut generate = Command::new(std::env::current_exe()?);
        let took = watch(generate.args(["gen", "--spec"]).arg(spec).arg("--out").arg(&module))?.took;
        let made = fs::read_dir(&module)?.filter_map(Result::ok).map(|entry| entry.path());
        let made = made.filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
        fs::rename(made.last().context("no module was made")?, out)?;
        fs::remove_dir_all(module)?;
        Ok(took.as_secs_f64())
    })?;
    let other = Contestant {
        who: TYPIFY,
        folder: place.join("other"),
        dependencies: DEPENDENCIES,
        parse: "serde_json::from_str::<Request>(text)",
    };
    other.measure(&specs, table, |spec, out| {
        let slug = spec.file_stem().context("a spec has a name")?;
        module(&program, &catalogue.join("generated/reference").join(slug).join("schema.json"), out)
    })
}

/// What `cargo-typify` makes of a schema, and the seconds that it takes.
pub(super) fn module(program: &Path, schema: &Path, out: &Path) -> anyhow::Result<f64> {
    let schema = understood(serde_json::from_str(&fs::read_to_string(schema)?)?);
    let input = out.with_extension("json");
    fs::write(&input, schema.to_string())?;
    let took = watch(Command::new(program).arg("typify").arg(&input).arg("--output").arg(out))?.took;
    Ok(took.as_secs_f64())
}

fn place(root: &Path) -> PathBuf {
    crate::target(root).join("bench/typify")
}

/// The program, if it can be had.
pub(super) fn program(root: &Path, table: &mut Table) -> Option<PathBuf> {
    match installed(&place(root).join(VERSION)) {
        Ok(program) => Some(program),
        Err(reason) => {
            table.skipped.push(format!("cargo-typify: {reason:#}"));
            None
        }
    }
}

/// `cargo-typify`, fetched by its name and version where it is not there yet.
fn installed(place: &Path) -> anyhow::Result<PathBuf> {
    let program = place.join(format!("bin/cargo-typify{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        let status = crate::cargo()
            .args(["install", "--quiet", "--locked", "--version", VERSION, "cargo-typify", "--root"])
            .arg(place)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "version {VERSION} cannot be installed");
    }
    Ok(program)
}

/// The schema in the words that typify knows: every part says its type, and the whole is called `Request`.
fn understood(mut schema: Value) -> Value {
    fn typed(part: &mut Value) {
        match part {
            Value::Object(members) => {
                let is_text =
                    members.contains_key("pattern") || members.get("format").is_some_and(Value::is_string);
                if is_text {
                    members.entry("type").or_insert_with(|| "string".into());
                }
                members.values_mut().for_each(typed);
            }
            Value::Array(items) => items.iter_mut().for_each(typed),
            _ => {}
        }
    }
    typed(&mut schema);
    schema["title"] = "Request".into();
    schema
}

/// One of the two, with a program that reads a request of each model.
struct Contestant<'a> {
    who: &'static str,
    folder: PathBuf,
    dependencies: &'a str,
    /// How a text becomes a request, in the module of a model.
    parse: &'static str,
}

impl Contestant<'_> {
    /// `make` turns a spec into a module and says how many seconds that took.
    fn measure(
        &self,
        specs: &[PathBuf],
        table: &mut Table,
        make: impl Fn(&Path, &Path) -> anyhow::Result<f64>,
    ) -> anyhow::Result<()> {
        let scratch = Scratch::new(self.folder.clone(), self.dependencies, EMPTY)?;
        let source = self.folder.join("src");
        let (mut seconds, mut lines) = (0.0, 0);
        let (mut modules, mut arms) = (String::new(), String::new());
        for (number, spec) in specs.iter().enumerate() {
            let out = source.join(format!("m{number}.rs"));
            seconds += make(spec, &out)?;
            lines += fs::read_to_string(&out)?.lines().count();
            writeln!(modules, "#[allow(dead_code, warnings)]\nmod m{number};")?;
            writeln!(arms, "        \"{number}\" => {{ use m{number}::Request; {}.is_ok() }}", self.parse)?;
        }
        let main = format!(
            "{modules}\nfn main() {{\n    let all: Vec<String> = std::env::args().collect();\n    let text = &*all[2];\n    \
             let good = match &*all[1] {{\n{arms}        _ => false,\n    }};\n    println!(\"{{good}}\");\n}}\n"
        );
        let entry = source.join("main.rs");
        let mut add = |what: &str, value: f64, unit| table.add(GROUP, what, self.who, value, unit);
        add("to generate", seconds * 1e9, Unit::Nanoseconds);
        #[expect(clippy::cast_precision_loss, reason = "a count of lines")]
        add("lines", lines as f64, Unit::Count);
        for (what, build) in
            [("cargo check", &["check"][..]), ("cargo build --release", &["build", "--release"])]
        {
            // What is not the models' own is compiled beforehand.
            fs::write(&entry, EMPTY)?;
            scratch.cargo(build)?;
            fs::write(&entry, &main)?;
            let start = Instant::now();
            scratch.cargo(build)?;
            add(what, start.elapsed().as_secs_f64() * 1e9, Unit::Nanoseconds);
        }
        add("the program, stripped", scratch.megabytes()?, Unit::Megabytes);
        Ok(())
    }
}

/// A program without the models.
const EMPTY: &str = "fn main() {}";
