//! `--plan`: what would be sent, what it would cost, and the limit that lets all of it through.

use super::super::{Failure, show};
use super::may_hold_good;
use airspec_judge::Judge;
use airspec_report::counted;
use airspec_suite::case::{Case, Expect};
use airspec_suite::cost::Costs;
use airspec_suite::oracle::Oracle;
use airspec_suite::oracle::behaviour::needs;
use airspec_suite::packing::{Batch, Packing};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write as _;

/// A request that may cost more USD is sent by no plan, such as one of `numberResults` a hundred million.
pub(super) const MAX_REQUEST_USD: f64 = 100.0;

/// What a request may cost, in USD, where that is too expensive for any plan.
pub(super) fn too_expensive(costs: &Costs, body: &Value) -> Option<f64> {
    Some(costs.bound(body)).filter(|bound| *bound > MAX_REQUEST_USD)
}

/// Prints what would be sent, and gives the limit that lets all of it through.
pub(super) fn show_plan(
    oracle: &Oracle,
    cases: &[Case],
    packing: Option<&Packing>,
    is_free: bool,
) -> Result<f64, Failure> {
    let batches = packing.map_or_else(|| Batch::each(cases.len()), |packing| packing.batches.clone());
    let costs = Costs::new(oracle.model());
    let judge = Judge::new(oracle.model())?;
    let mut plan = Plan { oracle, cases, packing, costs, judge, found: Found::default() };
    for batch in &batches {
        plan.add(batch);
    }
    for case in cases.iter().filter(|case| matches!(case.expect, Expect::Accept) && case.obstacle.is_none()) {
        if too_expensive(&plan.costs, &case.body).is_none() {
            plan.found.apart.add(&plan.costs, &case.body);
        }
    }
    show(&plan.found.text(is_free))?;
    Ok(plan.found.needed())
}

struct Plan<'a> {
    oracle: &'a Oracle,
    cases: &'a [Case],
    packing: Option<&'a Packing>,
    costs: Costs,
    judge: Judge,
    found: Found,
}

/// What the requests come to.
#[derive(Default)]
struct Found {
    /// The billed requests with their cases.
    requests: String,
    accepting: Sum,
    behaving: Sum,
    /// Requests that must be refused.
    refused: usize,
    /// Good tasks of such requests.
    beside: Sum,
    /// What must be accepted, each case in its own request.
    apart: Sum,
    /// The largest bounds of what is billed and of a case that must be refused, which is set aside all the same.
    dearest: f64,
    dearest_refused: f64,
    /// Why cases are not sent, and which.
    obstacles: Vec<(String, Vec<String>)>,
    /// What is too expensive to be sent, with its upper bound.
    beyond: Vec<(f64, String)>,
}

impl Plan<'_> {
    fn add(&mut self, batch: &Batch) {
        let Some(first) = batch.cases().next().map(|index| &self.cases[index]) else { return };
        if let Some(obstacle) = &first.obstacle {
            return self.found.skip(obstacle, &first.id);
        }
        let body: Value = match (self.packing, batch.only()) {
            (Some(packing), None) => {
                let tasks = batch.0.iter();
                tasks.filter_map(|task| packing.batcher.task(self.cases, task, self.oracle)).collect()
            }
            _ => first.body.clone(),
        };
        if let Some(bound) = too_expensive(&self.costs, &body) {
            // What is too dear together is sent one by one, as far as that goes.
            match batch.only() {
                Some(_) => self.found.beyond.push((bound, first.id.clone())),
                None => batch.cases().for_each(|index| self.add(&Batch::alone(index))),
            }
            return;
        }
        if matches!(first.expect, Expect::Reject(_)) {
            self.refused(batch, &body);
        } else {
            self.billed(batch, &body);
        }
    }

    /// A request that is billed.
    fn billed(&mut self, batch: &Batch, body: &Value) {
        let Self { cases, costs, found, .. } = self;
        let mut names = batch.cases().map(|index| &cases[index]).peekable();
        let Some(first) = names.peek() else { return };
        // These compare two answers.
        let has_counterpart =
            matches!(&first.expect, Expect::Behave(behaviour) if needs(&behaviour.kind).counterpart);
        let is_accepting = matches!(first.expect, Expect::Accept);
        let sum = if is_accepting { &mut found.accepting } else { &mut found.behaving };
        let Sum { images, usd, bound, .. } = sum.add(costs, body);
        if has_counterpart {
            sum.add(costs, body);
        }
        found.dearest = found.dearest.max(bound);
        let (tasks, many) = (body.as_array().map_or(0, Vec::len), batch.cases().count());
        let (tasks, images) = (counted(tasks, "task"), counted(images, "image"));
        let _ = writeln!(found.requests, "{tasks}, {images}, about {usd:.3} USD, {}:", counted(many, "case"));
        for case in names {
            let _ = writeln!(found.requests, "    {}", case.id);
        }
    }

    /// A request that must be refused.
    fn refused(&mut self, batch: &Batch, body: &Value) {
        let Self { cases, costs, judge, found, .. } = self;
        found.refused += 1;
        for index in batch.cases() {
            found.dearest_refused = found.dearest_refused.max(costs.bound(&cases[index].body));
        }
        let first = batch.cases().next().map(|index| &cases[index]);
        if batch.only().is_none() || first.is_some_and(|first| may_hold_good(first, costs, judge)) {
            let tasks = costs.tasks(body).into_iter();
            let good: Vec<Value> = tasks.filter(|task| judge.is_valid(task)).map(Cow::into_owned).collect();
            if !good.is_empty() {
                found.beside.add(costs, &Value::Array(good));
            }
        }
    }
}

impl Found {
    fn skip(&mut self, obstacle: &str, id: &str) {
        match self.obstacles.iter_mut().find(|(known, _)| known == obstacle) {
            Some((_, ids)) => ids.push(id.to_owned()),
            None => self.obstacles.push((obstacle.to_owned(), vec![id.to_owned()])),
        }
    }

    /// The limit that lets everything through that it should: what is billed at its upper bounds; and while what must be
    /// refused is sent, there must be room for one more of those.
    fn needed(&self) -> f64 {
        let billed = self.accepting.bound + self.behaving.bound + self.beside.bound;
        let before = self.beside.bound + self.dearest + self.dearest_refused;
        // Amounts that the budget rounds up one by one.
        let requests = self.accepting.requests + self.behaving.requests + self.beside.requests;
        let rounding = u32::try_from(requests).map_or(0.0, |requests| f64::from(requests) * 1e-6);
        ((billed.max(before) + rounding) * 100.0).ceil() / 100.0
    }

    fn text(&self, is_free: bool) -> String {
        let Self { requests, accepting, behaving, refused, beside, apart, .. } = self;
        let mut text = format!(
            "{requests}\nrequests to be accepted: {accepting}\nrequests of behaviours:  {behaving}\n\
             requests to be rejected: {refused}{}\nwith --alone, requests to be accepted: {apart}\n",
            beside.billed()
        );
        for (obstacle, ids) in &self.obstacles {
            let first = ids.first().map_or("", String::as_str);
            let _ = writeln!(text, "not sent, {}: {obstacle} (first: {first})", counted(ids.len(), "case"));
        }
        for (bound, id) in &self.beyond {
            let _ = writeln!(text, "never sent, too expensive: {id} (up to {bound:.2} USD)");
        }
        if is_free {
            return text
                + "\n--free-only sends only requests that the server must refuse; refusals are not billed\n";
        }
        let rest = if self.beyond.is_empty() { "" } else { " except the cases that are never sent" };
        let _ = writeln!(text, "\n--max-cost {:.2} is enough for everything{rest}", self.needed());
        text
    }
}

#[derive(Clone, Debug, Default)]
struct Sum {
    requests: usize,
    images: usize,
    usd: f64,
    bound: f64,
}

impl Sum {
    /// Adds a request, and tells what it costs.
    fn add(&mut self, costs: &Costs, body: &Value) -> Self {
        let tasks = costs.tasks(body);
        let bill = Self {
            requests: 1,
            images: tasks.iter().map(|task| costs.images(task)).sum(),
            usd: tasks.iter().map(|task| costs.usd(task)).sum(),
            bound: costs.bound(body),
        };
        self.requests += bill.requests;
        self.images += bill.images;
        self.usd += bill.usd;
        self.bound += bill.bound;
        bill
    }

    /// How many requests that must be refused are billed for valid tasks, and what for; nothing where none is.
    fn billed(&self) -> String {
        let Self { requests, images, usd, bound } = self;
        if *requests == 0 {
            return ", not billed".to_owned();
        }
        let verb = if *requests == 1 { "contains" } else { "contain" };
        format!(
            ", of which {requests} also {verb} valid tasks that are billed: {}, about {usd:.2} USD, at most {bound:.2} USD",
            counted(*images, "image")
        )
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { requests, images, usd, bound } = self;
        let images = counted(*images, "image");
        write!(f, "{requests}, {images}, about {usd:.2} USD, at most {bound:.2} USD")
    }
}
