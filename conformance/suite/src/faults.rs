//! The suite put to the test: it is run against the mock with one fault after another, and must find each.
//!
//! A fault is *killed* by the first case that fails, and *noted* where the only thing that shows it is stated nowhere. It
//! is *equivalent* where no request can show it, with the reason why. Any other fault has survived.

use crate::case::{Case, Cases, Gap, Tasks, derive, has_side_of};
use crate::equivalent::{self, Company};
use crate::oracle::{Oracle, OracleError, Skip, Verdict};
use crate::packing::Packing;
use crate::run::{Advance, Event, Limit, Record, RunError, Secret, Settings, Target, run};
use airspec_judge::{Judge, JudgeError};
use airspec_mock::{Engine, EngineError, Fault, Key, LARGE_SIDE, Mock, Settings as Manners, Wrapping};
use airspec_spec::Model;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;

/// The one key that the mock accepts, so that others can be wrong.
const KEY: &str = "airspec-key-of-the-mock";

/// What became of a fault.
#[derive(Clone, Debug)]
pub struct MutantOutcome {
    /// The fault.
    pub fault: Fault,
    /// How it ended.
    pub end: End,
    /// How many requests were posted until then.
    pub requests: usize,
}

/// How a fault ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A case failed.
    Killed {
        /// The first one that did.
        case: String,
        /// What it found.
        detail: String,
    },
    /// A case noted it, and none failed: what it breaks is stated nowhere.
    Noted {
        /// The first one that did.
        case: String,
        /// What it found.
        detail: String,
    },
    /// Nothing was found, as nothing can be: the mock with the fault answers as the one without it.
    Equivalent {
        /// Why.
        reason: String,
    },
    /// Nothing was found.
    Survived,
}

impl End {
    /// The word used in reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Killed { .. } => "killed",
            Self::Noted { .. } => "noted",
            Self::Equivalent { .. } => "equivalent",
            Self::Survived => "survived",
        }
    }
}

/// The suite cannot be put to the test.
#[derive(Debug, thiserror::Error)]
pub enum FaultsError {
    /// No cases.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// No oracle.
    #[error(transparent)]
    Oracle(#[from] OracleError),
    /// No mock.
    #[error(transparent)]
    Start(#[from] EngineError),
    /// No port for it.
    #[error("the mock cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// No run.
    #[error("{fault}: {error}")]
    Run {
        /// The fault; empty for the mock without any.
        fault: String,
        /// Why not.
        error: RunError,
    },
}

/// How requests get to the mock.
#[derive(Clone, Copy, Debug)]
enum Transport {
    Http,
    Socket,
}

/// A mock that does what the documents of the platform leave open one way or the other, by the bits of a number.
fn lawful(number: u64) -> Manners {
    let is = |bit: u32| number >> bit & 1 == 1;
    let mut manners =
        Manners { empty_data: !is(0), bare_task: is(1), upload_type: !is(2), ..Manners::default() };
    if is(3) {
        manners.mixed_status = 400;
    }
    if is(4) {
        manners.webhook_body = Wrapping::Data;
    }
    if is(5) {
        manners.network.apart = Duration::from_millis(2);
    }
    manners
}

/// The cases of one seed, packed.
#[derive(Debug)]
pub struct Load {
    seed: u64,
    cases: Vec<Case>,
    gaps: Vec<Gap>,
    packing: Arc<Packing>,
    /// The case that found each fault before, by the id of the fault.
    order: HashMap<String, String>,
    /// Looked for when a fault is first found by nothing, and once for all faults.
    company: OnceLock<Company>,
}

impl Load {
    /// Sends the case that found a fault before first. The pairs are ids of faults and of cases.
    #[must_use]
    pub fn with_order(mut self, order: impl IntoIterator<Item = (String, String)>) -> Self {
        self.order = order.into_iter().collect();
        self
    }

    /// The cases in the order in which they are likely to find a fault: the one that did before, those of what the fault
    /// is about, and the others.
    fn packing(&self, fault: Option<&Fault>) -> Arc<Packing> {
        let Some(fault) = fault else { return Arc::clone(&self.packing) };
        let found_before = self.order.get(&fault.id);
        let subject = fault.id.split(':').nth(1).unwrap_or_default();
        Arc::new(self.packing.ranked(2, |index| {
            let case = &self.cases[index];
            match found_before {
                Some(id) if case.id == *id => 0,
                _ if case.subject == subject => 1,
                _ => 2,
            }
        }))
    }
}

/// The suite for one model.
#[derive(Debug)]
pub struct MutationRun {
    model: Model,
    oracle: Arc<Oracle>,
}

impl MutationRun {
    /// For a model.
    ///
    /// # Errors
    /// A schema that cannot be compiled.
    pub fn new(model: Model) -> Result<Self, FaultsError> {
        let oracle = Arc::new(Oracle::new(&model)?);
        Ok(Self { model, oracle })
    }

    /// The faults of the model's mock.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        Engine::faults(&self.model)
    }

    /// Everything that the suite finds wrong with the mock that has no fault, over HTTP and over WebSocket: it must be
    /// nothing. The bits of `number` decide what the documents of the platform leave open.
    ///
    /// # Errors
    /// A suite that cannot be run.
    pub async fn sound(&self, seed: u64, number: u64) -> Result<Vec<Record>, FaultsError> {
        let (load, mut found) = (self.load(seed)?, Vec::new());
        for transport in [Transport::Http, Transport::Socket] {
            let (records, _) = Box::pin(self.run(&load, None, lawful(number), transport)).await?;
            // What no source states is a note where a switch has it the other way.
            let is_right = |record: &Record| match record.verdict {
                Verdict::Pass => true,
                Verdict::Note => number > 0,
                Verdict::Fail | Verdict::NoAnswer | Verdict::Skip => record.skip == Some(Skip::NotApplicable),
            };
            found.extend(records.into_iter().filter(|record| !is_right(record)));
        }
        Ok(found)
    }

    /// The cases that find faults.
    ///
    /// # Errors
    /// A schema that cannot be compiled.
    pub fn load(&self, seed: u64) -> Result<Load, FaultsError> {
        let Cases { cases, base, gaps, coverage: _ } = derive(&self.model, seed)?;
        let packing = Arc::new(Packing::new(&self.oracle, &base, &cases));
        Ok(Load { seed, cases, gaps, packing, order: HashMap::new(), company: OnceLock::new() })
    }

    /// Runs the cases against a fault until one fails.
    ///
    /// # Errors
    /// A suite that cannot be run.
    pub async fn test(&self, fault: Fault, load: &Load) -> Result<MutantOutcome, FaultsError> {
        let run = self.run(load, Some(&fault), Manners::default(), Transport::Http);
        let (records, requests) = Box::pin(run).await?;
        let first = |verdict| records.iter().find(|record| record.verdict == verdict);
        let told = |record: &Record| (record.id.clone(), record.detail.clone());
        let caught = first(Verdict::Fail).or_else(|| first(Verdict::NoAnswer));
        let end = if let Some((case, detail)) = caught.map(told) {
            End::Killed { case, detail }
        } else if let Some((case, detail)) = first(Verdict::Note).map(told) {
            End::Noted { case, detail }
        } else if let Some(reason) = self.equivalent(&fault, load)? {
            End::Equivalent { reason }
        } else {
            End::Survived
        };
        Ok(MutantOutcome { fault, end, requests })
    }

    /// Why no request can show the fault, where that is so.
    fn equivalent(&self, fault: &Fault, load: &Load) -> Result<Option<String>, FaultsError> {
        if let Some(reason) = &fault.changes_nothing {
            return Ok(Some(reason.clone()));
        }
        let judge = Judge::new(&self.model)?;
        if let Some(constraint) = fault.id.strip_prefix("refuse:") {
            return Ok(equivalent::out_of_reach(&self.model, &judge, constraint, load.seed));
        }
        if fault.id == "conversation:large-end" {
            let tasks = Tasks::new(&self.model, &judge, load.seed);
            let is_found = has_side_of(&tasks, LARGE_SIDE.into());
            return Ok(
                (!is_found).then(|| format!("no legal size is found with a side of {LARGE_SIDE} pixels"))
            );
        }
        if let Some(reason) = self.unseen(&judge, fault, load)? {
            return Ok(Some(reason));
        }
        let plain = fault.id.strip_prefix("accept:").or_else(|| fault.id.strip_prefix("blame:"));
        let of_rule = plain.or_else(|| fault.loosened());
        let is_gap = |id: &&str| load.gaps.iter().any(|gap| gap.constraint == **id && gap.side == "reject");
        let Some(constraint) = of_rule.filter(is_gap) else { return Ok(None) };
        let company = load.company.get_or_init(|| Company::of(&self.model, &judge, load.seed));
        Ok(company.dead(constraint))
    }

    /// Why no task shows a fault that changes nothing but verdicts, where that is so.
    fn unseen(&self, judge: &Judge, fault: &Fault, load: &Load) -> Result<Option<String>, FaultsError> {
        if !["context", "misread", "pair"].contains(&fault.kind()) {
            return Ok(None);
        }
        Ok(equivalent::unseen(&self.model, judge, fault, &load.cases, load.seed)?)
    }

    /// The records until the first that failed, and how many requests it took.
    async fn run(
        &self,
        load: &Load,
        fault: Option<&Fault>,
        manners: Manners,
        transport: Transport,
    ) -> Result<(Vec<Record>, usize), FaultsError> {
        let faults = fault.map(|fault| fault.id.clone()).into_iter().collect();
        let key = Some(Key::new(KEY));
        let manners = Manners { faults, key, pace: Duration::from_millis(20), ..manners };
        let mock = Mock::start(Engine::new(self.model.clone(), manners)?).await?;
        let engine = Arc::clone(mock.engine());
        let settings = Settings {
            seed: load.seed,
            timeout: Duration::from_secs(10),
            polling: Duration::from_secs(2),
            callback: Duration::from_secs(2),
            packing: Some(load.packing(fault)),
            advance: Some(Advance::new(move |time| engine.clock().advance(time))),
            ..Settings::default()
        };
        let named = |error| FaultsError::Run {
            fault: fault.map(|fault| fault.id.clone()).unwrap_or_default(),
            error,
        };
        let url = match transport {
            Transport::Http => mock.url(),
            Transport::Socket => mock.socket_url(),
        };
        let target = Target::new(&url, Some(Secret::new(KEY)), Limit::Loopback).map_err(named)?;
        let (failed, mut found) = (Notify::new(), None);
        let events = |event: Event<'_>| {
            let Event::CaseFinished { record, stats, .. } = event else { return };
            if record.verdict == Verdict::Fail && fault.is_some() {
                found.get_or_insert_with(|| (record.clone(), stats.requests));
                failed.notify_one();
            }
        };
        let stop = failed.notified();
        let run = run(Arc::clone(&self.oracle), &load.cases, &target, &settings, events, stop)
            .await
            .map_err(named)?;
        Ok(found.map_or((run.records, run.requests), |(record, posts)| (vec![record], posts)))
    }
}
