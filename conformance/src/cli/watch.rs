//! Follows a run: shows how far it is, and keeps the report readable at any moment.

use super::Failure;
use super::accepted::List;
use super::progress::Progress;
use super::resume::Done;
use airspec_report::{Document, Heading, ReportError, Reports};
use airspec_suite::oracle::Verdict;
use airspec_suite::run::{Budget, Event, Record, Run, RunStats};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

pub(super) struct Watch<'a> {
    heading: Heading,
    start: Instant,
    progress: Progress,
    reports: Option<Reports>,
    accepted: &'a List,
    before: &'a Done,
    done: BTreeMap<usize, Record>,
    /// The report could not be written; told at the end, so that a full disk does not waste a run.
    unwritten: Option<ReportError>,
}

impl<'a> Watch<'a> {
    pub(super) fn start(
        heading: Heading,
        folder: Option<&Path>,
        accepted: &'a List,
        before: &'a Done,
    ) -> Result<Self, ReportError> {
        let mut heading = heading;
        (heading.requests, heading.spent) = (before.requests, before.spent);
        let records: Vec<&Record> = before.records.iter().collect();
        let reports = folder.map(|folder| Reports::create(folder, &heading, &records)).transpose()?;
        let progress = Progress::start(heading.cases - before.records.len(), "cases");
        let (done, unwritten) = (BTreeMap::new(), None);
        Ok(Self { heading, start: Instant::now(), progress, reports, accepted, before, done, unwritten })
    }

    /// Takes one step of the run.
    pub(super) fn on(&mut self, event: Event<'_>) {
        self.progress.step(event.record().verdict == Verdict::Fail);
        match event {
            Event::CaseFinished { index, record, stats } => self.keep(index, record, stats),
            Event::SearchFinished { stats, .. } => self.heading.search_requests = stats.requests,
        }
    }

    fn keep(&mut self, index: usize, record: &Record, stats: RunStats) {
        self.heading.requests = self.before.requests + stats.requests;
        let is_paid = self.heading.spent < stats.spent;
        self.heading.spent = stats.spent;
        self.heading.duration = self.start.elapsed();
        if let Some(reports) = &mut self.reports {
            self.done.insert(index, record.clone());
            if is_paid {
                reports.hurry();
            }
            let all = || self.before.records.iter().chain(self.done.values()).collect();
            self.unwritten = reports.keep(&self.heading, all).err().or(self.unwritten.take());
        }
    }

    /// What is spent in the end, and what must be known about it.
    pub(super) fn spent(&mut self, budget: &Budget) {
        (self.heading.spent, self.heading.remarks) = (budget.spent(), budget.remarks());
    }

    /// Makes the report and writes it: of a run, or where there is none, of the cases that were finished. Why it could
    /// not be written stands beside it: a full disk takes nothing from what was found.
    pub(super) fn end(mut self, run: Option<&Run>) -> (Document, Option<Failure>) {
        self.progress.end();
        let mut unwritten: Option<Failure> = None;
        let records: Vec<&Record> = match run {
            Some(run) => {
                self.heading.requests = run.requests;
                self.heading.throttled = run.throttled;
                self.heading.duration = self.start.elapsed();
                let (problems, failure) = self.accepted.review(&run.records);
                (self.heading.problems, unwritten) = (problems, failure);
                run.records.iter().collect()
            }
            None => self.before.records.iter().chain(self.done.values()).collect(),
        };
        let document = Document::of(&self.heading, &records);
        let finished = self.reports.as_ref().map(|reports| reports.finish(&document));
        let earlier = self.unwritten.map(Failure::from);
        let unwritten = unwritten.or_else(|| finished.and_then(Result::err).map(Failure::from)).or(earlier);
        (document, unwritten)
    }
}
