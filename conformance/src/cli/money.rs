//! What a run may cost, and what it would.

use super::{End, Failure, show};
use crate::case::{Case, Expect, Packing, Parcel, World};
use crate::cost::Costs;
use crate::judge::Judge;
use crate::oracle::Oracle;
use crate::oracle::protocol::COST;
use crate::oracle::scene::{at, set};
use crate::run::Limit;
use airspec::Model;
use airspec::behaviour::Kind;
use serde_json::Value;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Money")]
pub(super) struct Money {
    /// Shows what would be sent and what it would cost, and sends nothing
    #[arg(long)]
    pub(super) plan: bool,
    /// Spends no more than this; requests that might exceed it are not sent. This or --free-only is needed for any
    /// target but this machine
    #[arg(long, value_name = "USD", value_parser = usd, conflicts_with = "free_only")]
    max_cost: Option<f64>,
    /// Sends only what must be refused, which is not billed, one request at a time, and stops if it is accepted
    #[arg(long)]
    free_only: bool,
    /// Goes on with the run whose report.json this is: sends only what is not done
    #[arg(long, value_name = "REPORT", conflicts_with = "compare")]
    pub(super) resume: Option<std::path::PathBuf>,
    /// The id of an image that the target has
    #[arg(long, value_name = "UUID")]
    media_uuid: Option<String>,
    /// The address of an image that the target can download
    #[arg(long, value_name = "URL")]
    media_url: Option<String>,
    /// An address that the target can post finished results to
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// An address that the target can upload files to
    #[arg(long, value_name = "URL")]
    upload: Option<String>,
}

fn usd(text: &str) -> Result<f64, String> {
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

    /// Whether every case is sent alone and one at a time.
    pub(super) fn is_careful(&self) -> bool {
        self.free_only
    }

    /// The cases as they are sent where money counts: billed ones ask for their price and are of the cheapest tier,
    /// as far as they are not about that.
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
                "the spec of {} names no price, so no limit on cost can be kept; --free-only needs none",
                model.slug
            )));
        }
        let judge = Judge::new(model)?;
        let mut cases = cases;
        if self.free_only {
            // Of several tasks some are good, and would be billed.
            let is_free = |case: &Case| {
                matches!(case.expect, Expect::Reject(_))
                    && case.body.as_array().is_none_or(|tasks| tasks.len() < 2)
            };
            cases.retain(is_free);
        }
        let world = World {
            media_uuid: self.media_uuid.clone(),
            media_url: self.media_url.clone(),
            webhook: self.webhook.clone(),
            upload: self.upload.clone(),
        };
        let extras: Vec<(String, Value)> =
            price_flag(model).map(|path| (path, Value::Bool(true))).into_iter().collect();
        for case in &mut cases {
            if matches!(case.expect, Expect::Reject(_)) {
                continue;
            }
            if !is_local && let Err(reason) = world.furnish(case, model) {
                case.obstacle = Some(reason);
            }
            let tier = matches!(case.expect, Expect::Behave(_)).then(|| costs.cheapest(model)).flatten();
            for (path, value) in extras.iter().cloned().chain(tier) {
                add(case, &path, &value, &judge);
            }
        }
        Ok(cases)
    }
}

/// The parameter that asks for the price of a result.
fn price_flag(model: &Model) -> Option<String> {
    model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
        Kind::Flag { parameter, field } if field == COST => Some(parameter.clone()),
        _ => None,
    })
}

/// Sets a parameter that the case is not about and says nothing of.
fn add(case: &mut Case, path: &str, value: &Value, judge: &Judge) {
    let is_own = case.parameter == path
        || matches!(&case.expect, Expect::Behave(behaviour) if behaviour.kind.parameters().contains(&path));
    for task in case.body.as_array_mut().into_iter().flatten().filter(|_| !is_own) {
        if task.as_object().is_some_and(|task| at(task, path).is_none()) {
            let mut other = task.clone();
            set(&mut other, path, value.clone());
            if judge.is_valid(&other) {
                *task = other;
            }
        }
    }
}

/// What would be sent.
pub(super) fn plan(oracle: &Oracle, cases: &[Case], packing: Option<&Packing>) -> Result<End, Failure> {
    let costs = Costs::new(oracle.model());
    let parcels = match packing {
        Some(packing) => packing.parcels.clone(),
        None => (0..cases.len()).map(Parcel::alone).collect(),
    };
    let (mut text, mut sums) = (String::new(), [Sum::default(), Sum::default(), Sum::default()]);
    for parcel in parcels {
        let first = parcel.cases().next().map_or(0, |index| index);
        if let Some(obstacle) = parcel.only().and_then(|index| cases[index].obstacle.as_ref()) {
            text += &format!("not sent: {}: {obstacle}\n", cases[first].id);
            continue;
        }
        let body: Vec<Value> = match (packing, parcel.only()) {
            (Some(packing), None) => {
                parcel.0.iter().filter_map(|task| packing.packer.task(cases, task, oracle)).collect()
            }
            _ => cases[first].body.as_array().cloned().unwrap_or_default(),
        };
        let images: usize = body.iter().map(|task| costs.images(task)).sum();
        let usd: f64 = body.iter().map(|task| costs.usd(task)).sum();
        let bound = costs.bound(&Value::Array(body.clone()));
        let sum = match &cases[first].expect {
            Expect::Accept => &mut sums[0],
            Expect::Behave(behaviour) => {
                // These compare two answers.
                let twice = crate::oracle::behaviour::needs(&behaviour.kind).counterpart;
                (0..usize::from(twice)).for_each(|_| sums[1].add(images, usd, bound));
                &mut sums[1]
            }
            Expect::Reject(_) => &mut sums[2],
        };
        sum.add(images, usd, bound);
        if !matches!(cases[first].expect, Expect::Reject(_)) {
            let ids: Vec<&str> = parcel.cases().map(|index| cases[index].id.as_str()).collect();
            let (tasks, many) = (body.len(), ids.len());
            text += &format!("{tasks} tasks, {images} images, about {usd:.3} USD, {many} cases:\n");
            text.extend(ids.iter().map(|id| format!("    {id}\n")));
        }
    }
    let [accepting, behaving, refused] = &sums;
    text += &format!(
        "\naccepting sides: {accepting}\nbehaviours:      {behaving}\nrejecting sides: {} requests, not billed\n",
        refused.requests
    );
    let alone = cases.iter().filter(|case| matches!(case.expect, Expect::Accept) && case.obstacle.is_none());
    let mut apart = Sum::default();
    alone.for_each(|case| {
        let body = case.body.as_array().map(Vec::as_slice).unwrap_or_default();
        apart.add(
            body.iter().map(|task| costs.images(task)).sum(),
            body.iter().map(|task| costs.usd(task)).sum(),
            costs.bound(&case.body),
        );
    });
    text += &format!("the accepting sides, one request each, would be {apart}\n");
    show(&text)?;
    Ok(End::Conforms)
}

#[derive(Debug, Default)]
struct Sum {
    requests: usize,
    images: usize,
    usd: f64,
    bound: f64,
}

impl Sum {
    fn add(&mut self, images: usize, usd: f64, bound: f64) {
        self.requests += 1;
        self.images += images;
        self.usd += usd;
        self.bound += bound;
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { requests, images, usd, bound } = self;
        write!(f, "{requests} billed requests, {images} images, about {usd:.2} USD, at most {bound:.2} USD")
    }
}
