//! What a run may cost, and what it would.

mod plan;

use super::Failure;
use airspec_judge::Judge;
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use airspec_suite::case::{Case, Expect, TestResources};
use airspec_suite::cost::Costs;
use airspec_suite::oracle::Oracle;
use airspec_suite::packing::Packing;
use airspec_suite::parameter::{at, set};
use airspec_suite::protocol::COST;
use airspec_suite::run::{Limit, Usd};
use serde_json::Value;

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Money")]
pub(super) struct Money {
    /// Show the requests, their price and the limit that a complete run needs; send nothing
    #[arg(long)]
    pub(super) plan: bool,
    /// Maximum total cost; requests that may exceed it are not sent. With --resume, the total of all parts. Every target
    /// on another machine needs this flag or --free-only
    #[arg(long, value_name = "USD", value_parser = usd, conflicts_with = "free_only")]
    max_cost: Option<f64>,
    /// Send only requests that the server must refuse (refusals are not billed), one at a time; stop after five that it
    /// accepts
    #[arg(long)]
    free_only: bool,
    /// Continue an earlier run (its report.json or folder): send only the remaining requests; same target and seed
    #[arg(long, value_name = "REPORT", conflicts_with = "compare")]
    pub(super) resume: Option<std::path::PathBuf>,
    /// UUID of an image that is already uploaded to the target
    #[arg(long, value_name = "UUID")]
    media_uuid: Option<String>,
    /// URL of an image that the target can download
    #[arg(long, value_name = "URL")]
    media_url: Option<String>,
    /// URL to which the target can post finished results
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// URL to which the target can upload files
    #[arg(long, value_name = "URL")]
    upload: Option<String>,
}

pub(super) fn usd(text: &str) -> Result<f64, String> {
    let usd = text.parse::<f64>().ok().filter(|usd| usd.is_finite() && *usd >= 0.0);
    usd.ok_or_else(|| "use an amount in USD, such as 0.50".to_owned())
}

impl Money {
    pub(super) fn limit(&self) -> Limit {
        match (self.free_only, self.max_cost) {
            (true, _) => Limit::Free,
            (false, Some(usd)) => Limit::Usd(usd),
            (false, None) => Limit::Loopback,
        }
    }

    /// Whether there is a limit on the cost of a run.
    pub(super) fn is_limited(&self) -> bool {
        self.limit() != Limit::Loopback && !self.plan
    }

    /// Whether nothing may be billed.
    pub(super) fn is_free(&self) -> bool {
        self.free_only
    }

    /// Takes what was spent elsewhere from the limit.
    pub(super) fn spend(&mut self, elsewhere: Usd) {
        self.max_cost = self.max_cost.map(|usd| Usd::rounded_down(usd).minus(elsewhere).to_f64());
    }

    /// Whether every case is sent alone and one at a time.
    pub(super) fn is_careful(&self) -> bool {
        self.free_only
    }

    /// The cases as they are sent where money counts: billed ones ask for their price, are of the cheapest tier, and are
    /// delivered later where the server takes its time, as far as they are not about that.
    ///
    /// # Errors
    /// A limit that cannot be kept.
    pub(super) fn prepare(
        &self,
        model: &Model,
        cases: Vec<Case>,
        is_local: bool,
    ) -> Result<Vec<Case>, Failure> {
        if self.limit() == Limit::Loopback && !self.plan {
            return Ok(cases);
        }
        let costs = Costs::new(model);
        if !costs.is_known() && !self.free_only {
            return Err(Failure(format!(
                "the spec of {} contains no price, so --max-cost cannot limit the cost; use --free-only",
                model.slug
            )));
        }
        let judge = Judge::new(model)?;
        let mut cases = cases;
        if self.free_only {
            // Of several tasks some are good, and would be billed.
            cases.retain(|case| {
                matches!(case.expect, Expect::Reject(_)) && !may_hold_good(case, &costs, &judge)
            });
        }
        let resources = TestResources {
            media_uuid: self.media_uuid.clone(),
            media_url: self.media_url.clone(),
            webhook: self.webhook.clone(),
            upload: self.upload.clone(),
        };
        let flag = price_flag(model).map(|path| (path, Value::Bool(true)));
        let delivery = deferred_delivery(model).filter(|_| !is_local);
        let tier = costs.cheapest();
        for case in &mut cases {
            // The plan names these by itself.
            if let Some(limit) = self.max_cost.filter(|_| !self.plan)
                && plan::too_expensive(&costs, &case.body).is_some_and(|bound| bound > limit)
            {
                case.obstacle = Some(format!("never sent: may cost more than {} USD", plan::MAX_REQUEST_USD));
            }
            // Of several tasks, those beside the faulty one are carried out.
            if matches!(case.expect, Expect::Reject(_)) && !may_hold_good(case, &costs, &judge) {
                continue;
            }
            if !is_local && let Err(reason) = resources.substitute(case, model) {
                case.obstacle = Some(reason);
            }
            // What accepting cases cost is what they are about, as far as packing does not make it less.
            let is_accepting = matches!(case.expect, Expect::Accept);
            let tier = tier.iter().filter(|_| !is_accepting);
            let is_refused = matches!(case.expect, Expect::Reject(_));
            let delivery = delivery.iter().filter(|_| !is_refused);
            for (path, value) in flag.iter().chain(tier).chain(delivery) {
                add(case, path, value, &judge);
            }
        }
        Ok(cases)
    }

    /// Shows what would be sent, and gives the limit that lets all of it through.
    pub(super) fn show_plan(
        &self,
        oracle: &Oracle,
        cases: &[Case],
        packing: Option<&Packing>,
    ) -> Result<f64, Failure> {
        plan::show_plan(oracle, cases, packing, self.free_only)
    }
}

/// Whether a body that must be refused can still hold a task that is carried out: one beside a faulty one, or a good
/// one in an envelope that a lenient server takes.
fn may_hold_good(case: &Case, costs: &Costs, judge: &Judge) -> bool {
    match case.body.as_array().map(Vec::as_slice) {
        Some([task]) if task.is_object() => false,
        Some([_, _, ..]) => true,
        _ => costs.tasks(&case.body).iter().any(|task| judge.is_valid(task)),
    }
}

/// The parameter that asks for the price of a result.
fn price_flag(model: &Model) -> Option<String> {
    model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
        Kind::Flag { parameter, field } if field == COST => Some(parameter.clone()),
        _ => None,
    })
}

/// The parameter and the value by which results are polled for, where both ways of delivery are allowed: an image can
/// take longer than gateways keep a connection open.
fn deferred_delivery(model: &Model) -> Option<(String, Value)> {
    model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
        Kind::Delivery { parameter, deferred, .. } => {
            Some((parameter.clone(), Value::from(deferred.clone())))
        }
        _ => None,
    })
}

/// Sets a parameter that the case is not about and says nothing of.
fn add(case: &mut Case, path: &str, value: &Value, judge: &Judge) {
    let is_own = case.parameter == path
        || matches!(&case.expect, Expect::Behave(behaviour) if behaviour.kind.parameters().contains(&path));
    let tasks = match &mut case.body {
        Value::Array(tasks) => tasks.as_mut_slice(),
        task => std::slice::from_mut(task),
    };
    for task in tasks.iter_mut().filter(|_| !is_own) {
        if task.as_object().is_some_and(|task| at(task, path).is_none()) {
            let mut other = task.clone();
            set(&mut other, path, value.clone());
            if judge.is_valid(&other) {
                *task = other;
            }
        }
    }
}
