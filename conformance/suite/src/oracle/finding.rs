//! What is wrong with a server, how firmly the opposite is stated, and which way it is wrong: one table makes
//! verdicts of it.
//!
//! | level of what does not hold | refused, although it is allowed | accepted, although it is forbidden; answered wrongly |
//! |---|---|---|
//! | `badge`, `prose` | fail, `stricter-than-page` | fail, `breaks-page` |
//! | `facts` | fail, `page-silent` | fail, `page-silent` |
//! | `unstated` | note, `page-silent` | note, `page-silent` |
//!
//! A request that the page allows and that breaks a rule of the model's owner (an area or a ratio that the page does
//! not limit) may be refused: that is a note of its own class, `page-wider-than-server`, at any level.
//!
//! The level is that of the statement that does not hold, which can be weaker than that of the case: the page says
//! that a width of 3856 is refused (`badge`), other sources how (`facts`: HTTP 4xx, an error that names the
//! parameter), and nobody that there is one error only (`unstated`). So one case can have several findings. The
//! strongest gives the verdict, the detail tells all of them, what became of the request first.

use super::listed;
use airspec_spec::Level;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a case came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// What must happen happened.
    Pass,
    /// It was not tried; the detail says why.
    Skip,
    /// It was tried, and the target gave no answer: a time-out, a lost connection, a request to slow down.
    NoAnswer,
    /// It did not happen, but nobody states that it must.
    Note,
    /// It did not happen.
    Fail,
}

impl Verdict {
    /// All verdicts, the gravest last.
    pub const ALL: [Self; 5] = [Self::Pass, Self::Skip, Self::NoAnswer, Self::Note, Self::Fail];

    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Skip => "skip",
            Self::NoAnswer => "no-answer",
            Self::Note => "note",
            Self::Fail => "fail",
        }
    }
}

/// Why a case was not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skip {
    /// It needs something that only the user can give, or something that this target does not have: the run is
    /// complete without it.
    NotApplicable,
    /// It was planned, and the run ended or could not pay for it: the run is incomplete.
    NotTried,
}

impl Skip {
    /// The words used in reports.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            Self::NotTried => "not tried",
        }
    }
}

/// Who is right, as far as the page tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The server does what the page rules out.
    BreaksPage,
    /// The server refuses what the page allows.
    StricterThanPage,
    /// The server refuses what the page allows and the model's owner does not.
    PageWiderThanServer,
    /// The page does not say; another source or we do.
    PageSilent,
}

impl Class {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::BreaksPage => "breaks-page",
            Self::StricterThanPage => "stricter-than-page",
            Self::PageWiderThanServer => "page-wider-than-server",
            Self::PageSilent => "page-silent",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Which way a server goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// It refuses what is allowed.
    Refused,
    /// It accepts what is forbidden.
    Accepted,
    /// It refuses what is allowed here and not by the model's owner.
    Narrower,
    /// It does neither, or does it in the wrong way.
    Wrong,
}

/// So many findings of a case are told; of further ones, how many there are.
const MAX_TOLD: usize = 12;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it is stated that it should be otherwise.
    pub level: Level,
    /// Which way it is wrong.
    pub kind: FindingKind,
    /// What was seen and what should have been, for a person to act on; no capital, no full stop.
    pub sentence: String,
    /// The cause in words that all cases share which fail for it; without it, the pattern of the sentence.
    pub cause: Option<String>,
}

impl Finding {
    /// Allowed, and refused.
    pub(crate) fn refused(level: Level, sentence: impl Into<String>) -> Self {
        Self { level, kind: FindingKind::Refused, sentence: sentence.into(), cause: None }
    }

    /// Allowed here and not by the model's owner, and refused.
    pub(crate) fn narrower(level: Level, sentence: impl Into<String>) -> Self {
        Self { level, kind: FindingKind::Narrower, sentence: sentence.into(), cause: None }
    }

    /// Forbidden, and accepted.
    pub(crate) fn accepted(level: Level, sentence: impl Into<String>) -> Self {
        Self { level, kind: FindingKind::Accepted, sentence: sentence.into(), cause: None }
    }

    /// Answered in the wrong way.
    #[must_use]
    pub fn wrong(level: Level, sentence: impl Into<String>) -> Self {
        Self { level, kind: FindingKind::Wrong, sentence: sentence.into(), cause: None }
    }

    /// The same finding with the cause that other cases share.
    pub(crate) fn caused_by(self, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// What cases have in common that fail for the same cause.
    #[must_use]
    pub fn cause(&self) -> String {
        self.cause.clone().unwrap_or_else(|| super::cause::pattern(&self.sentence))
    }

    /// The verdict that it leads to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.level, self.kind) {
            (Level::Unstated, _) | (_, FindingKind::Narrower) => Verdict::Note,
            (Level::Badge | Level::Prose | Level::Facts, _) => Verdict::Fail,
        }
    }

    /// Who is right.
    #[must_use]
    pub fn class(&self) -> Class {
        match (self.level, self.kind) {
            (_, FindingKind::Narrower) => Class::PageWiderThanServer,
            (Level::Facts | Level::Unstated, _) => Class::PageSilent,
            (Level::Badge | Level::Prose, FindingKind::Refused) => Class::StricterThanPage,
            (Level::Badge | Level::Prose, FindingKind::Accepted | FindingKind::Wrong) => Class::BreaksPage,
        }
    }
}

/// A finding that a case came upon without being about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondaryFinding {
    /// The behaviour, or the constraint on results, that does not hold.
    pub subject: String,
    /// What is wrong.
    pub finding: Finding,
}

/// The verdict on a case, with its reasons.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What the case came to.
    pub verdict: Verdict,
    /// Who is right, where something is wrong.
    pub class: Option<Class>,
    /// Why it was not tried, where it was not.
    pub skip: Option<Skip>,
    /// What cases have in common that came to the same for the same cause; empty for a pass.
    pub cause: String,
    /// What was seen, for a person to act on.
    pub detail: String,
    /// What else is wrong with the answer; [`attribute`](super::attribute) adds each to one case alone.
    pub secondary: Vec<SecondaryFinding>,
}

impl Judgement {
    /// The verdict of the gravest finding; without any, a pass that says what was seen. Of many findings the first
    /// ones are told, and the gravest.
    #[must_use]
    pub fn of(findings: &[Finding], seen: String) -> Self {
        let verdict = findings.iter().map(Finding::verdict).max().unwrap_or(Verdict::Pass);
        let place = findings.iter().position(|finding| finding.verdict() == verdict);
        let gravest = place.map(|place| &findings[place]);
        let detail = if findings.is_empty() {
            seen
        } else {
            let mut told: Vec<&Finding> = findings.iter().take(MAX_TOLD).collect();
            if place.is_some_and(|place| place >= MAX_TOLD) {
                told.pop();
                told.extend(gravest);
            }
            let sentences = told.iter().map(|finding| finding.sentence.as_str());
            listed(sentences, findings.len(), MAX_TOLD, "; ")
        };
        let cause = gravest.map(Finding::cause).unwrap_or_default();
        Self { verdict, class: gravest.map(Finding::class), skip: None, cause, detail, secondary: Vec::new() }
    }

    /// Planned, and not tried.
    #[must_use]
    pub fn not_tried(reason: impl Into<String>) -> Self {
        Self::without_finding(Verdict::Skip, Some(Skip::NotTried), reason.into())
    }

    /// Not tried, since this target or this user does not have what it needs.
    #[must_use]
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::without_finding(Verdict::Skip, Some(Skip::NotApplicable), reason.into())
    }

    /// Tried, and there is no answer to judge.
    #[must_use]
    pub fn no_answer(reason: impl Into<String>) -> Self {
        Self::without_finding(Verdict::NoAnswer, None, reason.into())
    }

    fn without_finding(verdict: Verdict, skip: Option<Skip>, detail: String) -> Self {
        let cause = super::cause::pattern(&detail);
        Self { verdict, class: None, skip, cause, detail, secondary: Vec::new() }
    }

    /// Adds a finding that the case was not about.
    pub(super) fn add(&mut self, finding: &Finding) {
        let verdict = finding.verdict();
        if self.class.is_none() {
            self.detail.clone_from(&finding.sentence);
        } else {
            self.detail = format!("{}; {}", self.detail, finding.sentence);
        }
        if verdict > self.verdict {
            self.class = Some(finding.class());
            self.cause = finding.cause();
            self.verdict = verdict;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_verdicts_is_the_documented_one() {
        use Class::{BreaksPage, PageSilent, PageWiderThanServer, StricterThanPage};
        use FindingKind::{Accepted, Narrower, Refused, Wrong};
        use Verdict::{Fail, Note};
        for (levels, kind, verdict, class) in [
            (&[Level::Badge, Level::Prose][..], Refused, Fail, StricterThanPage),
            (&[Level::Badge, Level::Prose], Accepted, Fail, BreaksPage),
            (&[Level::Badge, Level::Prose], Wrong, Fail, BreaksPage),
            (&[Level::Facts], Refused, Fail, PageSilent),
            (&[Level::Facts], Accepted, Fail, PageSilent),
            (&[Level::Facts], Wrong, Fail, PageSilent),
            (&Level::ALL, Narrower, Note, PageWiderThanServer),
            (&[Level::Unstated], Refused, Note, PageSilent),
            (&[Level::Unstated], Accepted, Note, PageSilent),
            (&[Level::Unstated], Wrong, Note, PageSilent),
        ] {
            for &level in levels {
                let finding = Finding { level, kind, sentence: String::new(), cause: None };
                assert_eq!((finding.verdict(), finding.class()), (verdict, class), "{level} {kind:?}");
            }
        }
    }

    #[test]
    fn the_gravest_finding_gives_verdict_and_class_and_all_are_told() {
        let judgement = Judgement::of(
            &[
                Finding::wrong(Level::Unstated, "two errors"),
                Finding::accepted(Level::Badge, "accepted"),
                Finding::wrong(Level::Facts, "wrong parameter"),
            ],
            String::new(),
        );
        assert_eq!((judgement.verdict, judgement.class), (Verdict::Fail, Some(Class::BreaksPage)));
        assert_eq!(judgement.detail, "two errors; accepted; wrong parameter");
    }

    #[test]
    fn of_many_findings_the_first_and_the_gravest_are_told_and_the_others_counted() {
        let mut findings: Vec<Finding> =
            (0..20_000).map(|number| Finding::wrong(Level::Unstated, format!("note {number}"))).collect();
        findings[15_000] = Finding::accepted(Level::Badge, "the gravest");
        let judgement = Judgement::of(&findings, String::new());
        assert_eq!((judgement.verdict, judgement.class), (Verdict::Fail, Some(Class::BreaksPage)));
        let detail = &judgement.detail;
        assert!(detail.starts_with("note 0; note 1; ") && detail.len() < 200, "{detail}");
        assert!(detail.ends_with("note 10; the gravest and 19988 more"), "{detail}");
    }
}
