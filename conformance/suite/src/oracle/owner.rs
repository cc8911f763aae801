//! Refusals that a rule of the model's owner may explain.
//!
//! A server that accepts one request against a rule does not hold the rule: what it refuses elsewhere, it refuses for
//! another reason. That is known at the end of a run only.

use super::Oracle;
use super::finding::{Class, Judgement, Verdict};
use super::observation::Answer;
use crate::case::{Case, Expect};
use crate::protocol::{MAX, MIN, PARAMETER};
use std::collections::BTreeSet;

impl Oracle {
    /// Takes back what was put down to a rule of the owner that the server does not hold.
    pub fn review_owner<'a>(&self, judgements: impl IntoIterator<Item = (&'a Case, &'a mut Judgement)>) {
        if self.owner.is_none() {
            return;
        }
        let is_accepted = |case: &Case, judgement: &Judgement| {
            !matches!(case.expect, Expect::Reject(_) | Expect::Protocol(_))
                && judgement.verdict == Verdict::Pass
        };
        let (mut ignored, mut excused) = (BTreeSet::new(), Vec::new());
        for (case, judgement) in judgements {
            if judgement.class == Some(Class::PageWiderThanServer) {
                excused.push((case, judgement));
            } else if is_accepted(case, judgement) {
                ignored.extend(self.owner_rules_broken(&case.body));
            }
        }
        for (case, judgement) in excused {
            let broken = self.owner_rules_broken(&case.body);
            if broken.iter().all(|rule| ignored.contains(rule)) {
                judgement.verdict = Verdict::Fail;
                judgement.class = Some(Class::StricterThanPage);
                judgement.detail = format!(
                    "{}; but the server accepts other requests against the same rule of the owner",
                    judgement.detail
                );
            }
        }
    }
}

/// Whether a refusal is about the limits of one parameter, which no rule over several explains.
pub(super) fn is_about_one_limit(answer: &Answer) -> bool {
    let is_limit = |error: &serde_json::Value| {
        error.get(PARAMETER).is_some_and(serde_json::Value::is_string)
            && (error.get(MIN).is_some() || error.get(MAX).is_some())
    };
    answer.errors().first().is_some_and(is_limit)
}
