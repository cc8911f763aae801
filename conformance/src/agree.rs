//! Judges that must agree: generated code on text, and the `jsonschema` crate on the spec's own schema.

use crate::judge::Judge;
use crate::random;
use airspec::Model;
use airspec_models::Violations;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
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
    let said = |violations: Vec<airspec_models::Violation>| -> BTreeSet<(String, String)> {
        violations
            .into_iter()
            .map(|one| (one.pointer, format!("{} {}", one.constraint, one.message)))
            .collect()
    };
    let judged = said(judge.text(text));
    let generated = said(from_json(text).err().unwrap_or_default().into_vec());
    if judged == generated {
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
}

/// Compares the two on random values of a model, and on every case derived from it.
///
/// # Panics
/// Where the model's schema is no JSON Schema.
#[must_use]
pub fn tally(model: &Model, from_json: FromJson, count: usize, seed: u64) -> Tally {
    const KEPT: usize = 10;
    let judge = Judge::new(model).expect("the model's schema compiles");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let strategies = [random::plausible(model), random::anything(model)];
    let mut tally = Tally::default();
    let mut look = |value: &Value| {
        let text = value.to_string();
        tally.values += 1;
        tally.valid += usize::from(from_json(&text).is_ok());
        if tally.disagreements.len() < KEPT {
            tally.disagreements.extend(compare(&judge, from_json, &text));
        }
    };
    let cases = crate::case::derive(model, seed).map(|cases| cases.cases).unwrap_or_default();
    for task in cases.iter().filter_map(|case| case.body.as_array()).flatten() {
        look(task);
    }
    for index in 0..count {
        let tree = strategies[index % 2].new_tree(&mut runner).expect("the strategies never reject");
        look(&tree.current());
    }
    tally
}
