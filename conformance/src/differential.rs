//! Judges that must agree: generated code on text, and the `jsonschema` crate on the spec's own schema.

use airspec_judge::Judge;
use airspec_models::Violations;
use airspec_spec::Model;
use airspec_suite::case::Tasks;
use airspec_suite::random;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::Config;
use serde_json::Value;
use std::collections::BTreeSet;

/// Generated code's judgement on the text of a task.
pub type FromJson = fn(&str) -> Result<(), Violations>;

/// A text on which the two do not say the same.
#[derive(Debug)]
pub struct Disagreement {
    /// The text of the task.
    pub text: String,
    /// What only the judge says, as pointer and constraint.
    pub judge_only: Vec<(String, String)>,
    /// What only generated code says.
    pub generated_only: Vec<(String, String)>,
}

/// Compares the two on one text: the same constraints broken at the same places, in the same words.
#[must_use]
pub fn compare(judge: &Judge, from_json: FromJson, text: &str) -> Option<Disagreement> {
    let statement = |pointer: String, constraint: &str, message: &str| {
        // What follows is advice: the judge names no nearest legal value, and looks for a name in one object alone.
        let advice = ["; nearest legal ", "is not a known name here"];
        let message =
            advice.into_iter().find_map(|words| Some(message.split_once(words)?.0)).unwrap_or(message);
        // A field of whole numbers holds 5 where the text has 5.0.
        let message = message.strip_suffix(".0").unwrap_or(message);
        (pointer, format!("{constraint} {message}"))
    };
    let judged = judge.text(text).into_iter();
    let judged: BTreeSet<(String, String)> =
        judged.map(|one| statement(one.pointer, &one.constraint, &one.message)).collect();
    let found = from_json(text).err().unwrap_or_default();
    let is_cut = found.unlisted() > 0;
    let generated = found.into_vec().into_iter();
    let generated: BTreeSet<(String, String)> =
        generated.map(|one| statement(one.pointer, &one.constraint, &one.message)).collect();
    if judged == generated || is_cut && generated.is_subset(&judged) {
        return None;
    }
    Some(Disagreement {
        text: text.to_owned(),
        judge_only: judged.difference(&generated).cloned().collect(),
        generated_only: generated.difference(&judged).cloned().collect(),
    })
}

/// What a comparison on random values came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Values compared.
    pub values: usize,
    /// How many of them are valid.
    pub valid: usize,
    /// The first disagreements.
    pub disagreements: Vec<Disagreement>,
    /// Disagreements that are put down to the judge: it computes in `f64` where we compute exactly.
    pub rounded: usize,
}

/// Compares the two on random values of a model, and on every case derived from it.
///
/// # Panics
/// Where the model's schema is no JSON Schema.
#[must_use]
pub fn tally(model: &Model, from_json: FromJson, count: usize, seed: u64) -> Tally {
    const KEPT: usize = 10;
    let judge = Judge::new(model).expect("the model's schema compiles");
    let mut runner = random::runner(Config::default(), seed, 0);
    let plausible = random::plausible(model);
    let strategies = [plausible.clone(), random::anything(model), plausible, random::words(&model.schema)];
    let rounding = Rounding::of(&model.schema);
    let tasks = Tasks::new(model, &judge, seed);
    let mut tally = Tally::default();
    let mut look = |value: &Value| {
        let text = value.to_string();
        tally.values += 1;
        tally.valid += usize::from(from_json(&text).is_ok());
        let disagreement = compare(&judge, from_json, &text);
        match disagreement {
            Some(_) if rounding.excuses(value) => tally.rounded += 1,
            Some(found) if tally.disagreements.len() < KEPT => tally.disagreements.push(found),
            Some(_) | None => {}
        }
    };
    let cases = airspec_suite::case::derive(model, seed).map(|cases| cases.cases).unwrap_or_default();
    for task in cases.iter().filter_map(|case| case.body.as_array()).flatten() {
        look(task);
    }
    for index in 0..count {
        let tree = strategies[index % 4].new_tree(&mut runner).expect("the strategies never reject");
        let value = tree.current();
        // Half of the plausible ones are made to keep the rules over several parameters too.
        look(&if index % 4 == 0 { tasks.settle(value, &[]) } else { value });
    }
    tally
}

/// Where the judge computes in `f64` what generated code computes exactly, so that beyond 2^53 the two may differ.
#[derive(Clone, Copy, Debug)]
pub struct Rounding {
    /// Some step is no power of two: the judge takes every number for a float.
    has_odd_step: bool,
    /// Some step, or some limit beyond 2^53: the judge takes a float for its binary value, generated code for the
    /// decimal that it is written as.
    compares_floats: bool,
}

impl Rounding {
    /// What a schema gives occasion to.
    #[must_use]
    pub fn of(schema: &Value) -> Self {
        let is_odd = |step: &Value| !step.as_u64().is_some_and(u64::is_power_of_two);
        Self {
            has_odd_step: has_step(schema, &is_odd),
            compares_floats: has_step(schema, &|_| true) || has_large_number(schema),
        }
    }

    /// Whether a disagreement on a value may be put down to the judge.
    #[must_use]
    pub fn excuses(&self, value: &Value) -> bool {
        self.has_odd_step && has_large_number(value) || self.compares_floats && has_large_float(value)
    }
}

/// Whether a schema has such a step.
fn has_step(schema: &Value, is_such: &dyn Fn(&Value) -> bool) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(name, value)| {
            name == "multipleOf" && value.is_number() && is_such(value) || has_step(value, is_such)
        }),
        Value::Array(items) => items.iter().any(|item| has_step(item, is_such)),
        _ => false,
    }
}

/// From here on, 2^53, an `f64` no longer tells all whole numbers apart.
const LIMIT: f64 = 9_007_199_254_740_992.0;

/// Whether a float is beyond 2^53.
fn has_large_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64() && has_large_number(value),
        Value::Array(items) => items.iter().any(has_large_float),
        Value::Object(members) => members.values().any(has_large_float),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

fn has_large_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(|float| float.abs() >= LIMIT),
        Value::Array(items) => items.iter().any(has_large_number),
        Value::Object(members) => members.values().any(has_large_number),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// The program that compares specs given by file, each with the judgement of its generated code; arguments are the
/// number of random values and the seed.
#[must_use]
pub fn main(specs: &[(&str, FromJson)]) -> std::process::ExitCode {
    let argument = |index| std::env::args().nth(index).and_then(|text: String| text.parse::<u64>().ok());
    let count = argument(1).and_then(|count| usize::try_from(count).ok()).unwrap_or(100_000);
    let seed = argument(2).unwrap_or(1);
    let mut disagreements = 0;
    for (path, from_json) in specs {
        let model = match airspec_spec::read_file(std::path::Path::new(path)) {
            Ok(model) => model,
            Err(error) => {
                eprintln!("{error}");
                return 2.into();
            }
        };
        let tally = tally(&model, *from_json, count, seed);
        let found = tally.disagreements.len();
        println!(
            "{}: {} values, {} valid, {found} disagreements, {} put down to rounding (seed {seed})",
            model.source, tally.values, tally.valid, tally.rounded
        );
        for disagreement in &tally.disagreements {
            println!("{disagreement:#?}");
        }
        disagreements += found;
    }
    u8::from(disagreements > 0).into()
}

/// A schema of a test suite: its title, the task that holds it, generated code, and instances with whether they are
/// valid.
pub type SuiteSchema<'a> = (&'a str, &'a str, FromJson, &'a [(&'a str, bool)]);

/// The program that holds generated code, and the judge, against the expectations of a test suite.
#[must_use]
pub fn suite(schemas: &[SuiteSchema<'_>]) -> std::process::ExitCode {
    let (mut instances, mut wrong) = (0, 0);
    for (title, task, from_json, tests) in schemas {
        let judge =
            airspec_spec::read(&airspec_spec::Source::new(*title, *task)).map(|model| Judge::new(&model));
        let Ok(Ok(judge)) = judge else {
            println!("{title}: the judge does not compile it");
            wrong += 1;
            continue;
        };
        for (text, valid) in *tests {
            instances += 1;
            if from_json(text).is_ok() != *valid {
                wrong += 1;
                println!("{title}: {text} must be {}", if *valid { "valid" } else { "refused" });
            }
            if let Some(disagreement) = compare(&judge, *from_json, text) {
                wrong += 1;
                println!("{title}: {disagreement:#?}");
            }
        }
    }
    println!("{} schemas, {instances} instances, {wrong} wrong", schemas.len());
    u8::from(wrong > 0).into()
}
