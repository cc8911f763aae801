//! What it costs to check a request, beside the validators that people would use instead.
//!
//! `cargo bench -p airspec-models --bench check`, or `cargo xtask bench` for the table of ratios. Each group has the
//! contestants on the same request; that they come to the same verdict is asserted before anything is timed.
//!
//! - `verdict`: a request that is in memory, a struct or a `Value`; where it is faulty, everything that is wrong with it
//!   as texts.
//! - `text`: from text to the same.
//! - `scan`: long strings, beside the standard library's scan for bytes that are not ASCII.

mod corpus;

use airspec_models::openai_gpt_image_2::Request;
use boon::{Compiler, SchemaIndex, Schemas};
use corpus::Sample;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use jsonschema::Validator;
use serde_json::Value;
use std::hint::black_box;
use std::path::Path;

/// The compile-time validator.
#[jsonschema::validator(path = "reference/openai-gpt-image-2/schema.json", validate_formats = true)]
struct Compiled;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let samples = corpus::samples();
    if let Some(folder) = std::env::var_os("AIRSPEC_BENCH_CORPUS") {
        export(Path::new(&folder), &samples);
    }
    verdict(&mut criterion, &samples);
    text(&mut criterion, &samples);
    scan(&mut criterion);
    criterion.final_summary();
}

/// Writes the samples for the scripts that measure other languages.
fn export(folder: &Path, samples: &[Sample]) {
    std::fs::create_dir_all(folder).expect("the folder for the corpus");
    for (number, sample) in samples.iter().enumerate() {
        let file = folder.join(format!("{number:02} {}.json", sample.name));
        std::fs::write(file, sample.value.to_string()).expect("the corpus is written");
    }
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../reference/openai-gpt-image-2/schema.json"))
        .expect("the schema is JSON")
}

/// The validator that is built when the program runs.
fn run_time() -> Validator {
    jsonschema::options().should_validate_formats(true).build(&schema()).expect("the schema compiles")
}

/// Another one of the kind.
struct Boon(Schemas, SchemaIndex);

impl Boon {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        compiler.add_resource("schema.json", schema()).expect("the schema is taken");
        let index = compiler.compile("schema.json", &mut schemas).expect("the schema compiles");
        Self(schemas, index)
    }

    fn validate(&self, value: &Value) -> Result<(), String> {
        self.0.validate(value, self.1).map_err(|error| format!("{error:#}"))
    }
}

fn messages<'a>(errors: impl Iterator<Item = jsonschema::ValidationError<'a>>) -> Vec<String> {
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn verdict(criterion: &mut Criterion, samples: &[Sample]) {
    let mut group = criterion.benchmark_group("verdict");
    let (run_time, boon) = (run_time(), Boon::new());
    for sample in samples {
        let value = &sample.value;
        let request: Request = serde_json::from_value(value.clone()).expect("the struct holds it");
        assert_eq!(request.validate().err().map_or(0, |violations| violations.len()), sample.faults);
        assert_eq!(Compiled::iter_errors(value).count(), sample.faults, "{}", sample.name);
        assert_eq!(run_time.iter_errors(value).count(), sample.faults, "{}", sample.name);
        assert_eq!(boon.validate(value).is_err(), sample.faults > 0, "{}", sample.name);
        subject(&mut group, "airspec", &sample.name, || {
            request.validate().map_err(|violations| violations.to_string())
        });
        if sample.faults == 0 {
            subject(&mut group, "jsonschema, compile time", &sample.name, || Compiled::is_valid(value));
            subject(&mut group, "jsonschema, run time", &sample.name, || run_time.is_valid(value));
        } else {
            let compiled = || messages(Compiled::iter_errors(value));
            subject(&mut group, "jsonschema, compile time", &sample.name, compiled);
            subject(&mut group, "jsonschema, run time", &sample.name, || {
                messages(run_time.iter_errors(value))
            });
        }
        subject(&mut group, "boon", &sample.name, || boon.validate(value));
    }
    group.finish();
}

fn text(criterion: &mut Criterion, samples: &[Sample]) {
    let mut group = criterion.benchmark_group("text");
    for sample in samples {
        let text = &sample.value.to_string();
        group.throughput(Throughput::Bytes(text.len() as u64));
        subject(&mut group, "airspec", &sample.name, || {
            Request::from_json(text).map_err(|all| all.to_string())
        });
        let parse = || serde_json::from_str::<Request>(text).expect("the struct holds it");
        subject(&mut group, "parsing alone", &sample.name, parse);
        subject(&mut group, "Value and jsonschema, compile time", &sample.name, || {
            let value: Value = serde_json::from_str(text).expect("it is JSON");
            if sample.faults == 0 {
                assert!(Compiled::is_valid(&value));
                Vec::new()
            } else {
                messages(Compiled::iter_errors(&value))
            }
        });
    }
    group.finish();
}

fn scan(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scan");
    let base = &corpus::samples()[0].value;
    for (kind, field, sizes) in [
        ("data URI", "image", [1 << 10, 1 << 14, 1 << 18, 1 << 22]),
        ("prompt", "positivePrompt", [3 << 10, 24_000, 48_000, 96_000]),
    ] {
        for size in sizes {
            // Characters of three bytes: a text of more bytes than characters are allowed has to be counted.
            let text = if field == "image" { corpus::image(size) } else { "塔".repeat(size / 3) };
            let mut value = base.clone();
            if field == "image" {
                value["inputs"] = serde_json::json!({"referenceImages": [text]});
            } else {
                value[field] = text.clone().into();
            }
            let request: Request = serde_json::from_value(value).expect("the struct holds it");
            assert!(request.validate().is_ok());
            // Of other text only the beginning would be scanned.
            let ascii = "a".repeat(text.len());
            let name = format!("{kind} of {size} bytes");
            group.throughput(Throughput::Bytes(text.len() as u64));
            subject(&mut group, "airspec", &name, || request.validate().is_ok());
            subject(&mut group, "is_ascii", &name, || black_box(ascii.as_bytes()).is_ascii());
        }
    }
    group.finish();
}

fn subject<T>(group: &mut BenchmarkGroup<'_, WallTime>, who: &str, what: &str, run: impl Fn() -> T) {
    group.bench_function(BenchmarkId::new(who, what), |bencher| bencher.iter(|| black_box(run())));
}
