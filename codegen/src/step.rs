//! The version step that follows by semver for the generated crate when its spec changes.
//!
//! It is apart from what the change means on the wire: a parameter that need not be given any more is compatible there,
//! and its field changes from `u32` to `Option<u32>`.

use crate::surface::{Shift, Surface, reported};
use crate::{GenerateError, module_name};
use airspec_spec::Model;
use airspec_spec::diff::{Effect, Step};

/// As many reasons are given.
const SHOWN: usize = 20;

/// The step from the crate of one spec to that of the next, where `requests` is what the change means to requests.
///
/// # Errors
/// A model whose task is not an object.
pub fn step(old: &Model, new: &Model, requests: Effect) -> Result<Step, GenerateError> {
    let mut shifts = Surface::of(old)?.shifts(&Surface::of(new)?);
    let (before, after) = (module_name(&old.slug), module_name(&new.slug));
    if before != after {
        shifts.insert(0, Shift::Other("the module".to_owned(), before, after));
    }
    let breaks = shifts.iter().any(Shift::is_breaking);
    let refuses = requests == Effect::Breaking;
    let step = match (breaks || refuses, shifts.is_empty(), requests) {
        (true, ..) => "major",
        (false, true, Effect::Documentation) => "patch",
        (false, ..) => "minor",
    };
    let mut reasons: Vec<String> = match requests {
        Effect::Breaking => vec!["`build` and `validate` refuse requests that they let through".to_owned()],
        Effect::Compatible => vec!["`build` and `validate` let through what they refused".to_owned()],
        Effect::Documentation => Vec::new(),
    };
    shifts.sort_by_key(|shift| !shift.is_breaking());
    let is_new_static =
        |shift: &&Shift| matches!(shift, Shift::New(item) if item.starts_with("constraints::"));
    let reported = reported(&shifts).into_iter().filter(|shift| !is_new_static(shift));
    let reported: Vec<String> = reported.map(Shift::sentence).collect();
    let more = reported.len().saturating_sub(SHOWN);
    reasons.extend(reported.into_iter().take(SHOWN));
    if more > 0 {
        reasons.push(format!("and {more} more"));
    }
    Ok(Step { step: step.to_owned(), reasons })
}
