//! How much of what can be tried the cases try, axis by axis.

use super::{Case, Cases, Expect};
use airspec_spec::rule::Rule;
use airspec_spec::{Model, protocol_rules};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// One axis: how much is tried of how much there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// What is counted, such as "pairs of values of two optional parameters".
    pub axis: String,
    /// How many have a case.
    pub reached: usize,
    /// How many there are.
    pub of: usize,
}

impl Coverage {
    pub(super) fn new(axis: &str, reached: usize, of: usize) -> Self {
        Self { axis: axis.to_owned(), reached, of }
    }
}

/// Adds the axes that are counted by the cases themselves.
pub(super) fn count(model: &Model, out: &mut Cases) {
    let has = |wanted: &dyn Fn(&Case) -> bool| -> HashSet<&str> {
        out.cases.iter().filter(|case| wanted(case)).map(|case| case.subject.as_str()).collect()
    };
    let accepted = has(&|case| matches!(case.expect, Expect::Accept));
    let rejected = has(&|case| matches!(case.expect, Expect::Reject(_)));
    let shown = has(&|case| matches!(case.expect, Expect::Behave(_)));
    let protocol = has(&|case| case.subject.starts_with("protocol."));
    let of_sockets = has(&|case| case.wire.only_socket().is_some());
    let constraints = model.constraints();
    let of = |known: &HashSet<&str>| constraints.iter().filter(|one| known.contains(one.id.as_str())).count();
    let closed: Vec<_> =
        constraints.iter().filter(|one| matches!(one.rule, Rule::AdditionalProperties(_))).collect();
    let closed_tried = closed.iter().filter(|one| rejected.contains(one.id.as_str())).count();
    let behaviours = model.behaviours.iter().filter(|one| shown.contains(one.id.as_str())).count();
    // What only WebSocket has is no part of a run over HTTP.
    let rules = protocol_rules().into_iter().filter(|rule| !of_sockets.contains(rule.id.as_str()));
    let rules: Vec<_> = rules.collect();
    let rules_tried = rules.iter().filter(|rule| protocol.contains(rule.id.as_str())).count();
    let all = [
        Coverage::new("constraints with an accepted case", of(&accepted), constraints.len()),
        Coverage::new("constraints with a rejected case", of(&rejected), constraints.len()),
        Coverage::new("closed objects with unknown names", closed_tried, closed.len()),
        Coverage::new("behaviours", behaviours, model.behaviours.len()),
        Coverage::new("rules of the protocol", rules_tried, rules.len()),
    ];
    out.coverage.splice(0..0, all);
}
