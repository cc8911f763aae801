//! Follows a run: shows how far it is, and keeps the report readable at any moment.

use super::Failure;
use super::accepted::List;
use super::resume::Done;
use airspec_suite::oracle::Verdict;
use airspec_report::{Heading, ReportError, Reports};
use super::progress::Progress;
use airspec_suite::run::{Record, Run, Toll};
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
        let reports = folder.map(|folder| Reports::create(folder, &heading)).transpose()?;
        let progress = Progress::start(heading.cases - before.records.len(), "cases");
        let (done, unwritten) = (BTreeMap::new(), None);
        Ok(Self { heading, start: Instant::now(), progress, reports, accepted, before, done, unwritten })
    }

    pub(super) fn finished(&mut self, index: usize, record: &Record, toll: Toll) {
        let mut record = record.clone();
        self.accepted.accept(&mut record);
        self.progress.step(record.verdict == Verdict::Fail);
        self.heading.requests = self.before.requests + toll.requests;
        self.heading.spent = toll.spent;
        self.heading.duration = self.start.elapsed();
        if let Some(reports) = &mut self.reports {
            self.done.insert(index, record);
            let all = || self.before.records.iter().chain(self.done.values()).collect();
            self.unwritten = reports.keep(&self.heading, all).err().or(self.unwritten.take());
        }
    }

    /// The search after the cases has posted so many requests.
    pub(super) fn searched(&mut self, requests: usize) {
        self.heading.search_requests = requests;
    }

    /// Writes the report: of a run, whose accepted findings become passes, or where it came to nothing, of the cases
    /// that were finished.
    pub(super) fn end(mut self, run: Option<&mut Run>) -> Result<Heading, Failure> {
        self.progress.end();
        let records: Vec<&Record> = match run {
            Some(run) => {
                for record in &mut run.records {
                    self.accepted.accept(record);
                }
                self.heading.requests = run.requests;
                self.heading.spent = run.spent;
                self.heading.duration = self.start.elapsed();
                self.heading.problems = self.accepted.settle(&run.records)?;
                run.records.iter().collect()
            }
            None => self.before.records.iter().chain(self.done.values()).collect(),
        };
        if let Some(reports) = &self.reports {
            reports.finish(&self.heading, &records)?;
        }
        self.unwritten.map_or(Ok(self.heading), |error| Err(error.into()))
    }
}
