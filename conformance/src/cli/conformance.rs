//! `airspec conformance`: derive the cases, send them, report.

use super::{End, Failure, Spec, complain, interrupt, key, runtime, show, style};
use crate::case::{Case, Cases, Gap, Packer, derive};
use crate::oracle::{Oracle, Verdict};
use crate::report::{Heading, ReportError, Reports, Tally, table};
use crate::run::{Advance, Progress, Record, Run, Settings, Target, run as run_cases};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: Spec,
    /// The full endpoint of the server, such as http://127.0.0.1:8080/v1; without it, the embedded mock is tried.
    /// The key comes from RUNWARE_API_KEY
    #[arg(long, value_name = "URL")]
    target: Option<String>,
    /// Writes report.json and junit.xml into this folder
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Gives the same requests again; random without it, and printed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Lists the cases and sends nothing
    #[arg(long)]
    list: bool,
    /// Only cases whose id matches, such as 'width.*'; can be given more than once
    #[arg(long, value_name = "GLOB")]
    case: Vec<String>,
    /// Sends every case in a request of its own, in place of packing several into one
    #[arg(long)]
    alone: bool,
    /// How many requests are under way at a time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = jobs)]
    jobs: usize,
    /// How long one exchange may take
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    timeout: Duration,
    #[command(flatten)]
    money: super::money::Money,
}

pub(super) fn jobs(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| (1..=256).contains(jobs)).ok_or_else(|| "use 1 to 256".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= 86_400.0);
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "use a number of seconds above 0, such as 0.5 or 30".to_owned())
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    // Before anything else, so that a wrong address is told at once.
    let target = arguments
        .target
        .as_ref()
        .map(|target| Target::new(target, key(), arguments.money.limit()))
        .transpose()?;
    let model = arguments.spec.read()?;
    let seed = arguments.seed.unwrap_or_else(random);
    let Cases { cases, gaps, base } = derive(&model, seed)?;
    let packer =
        (!arguments.alone && !arguments.money.is_careful()).then(|| Arc::new(Packer::new(&model, &base)));
    let (cases, gaps) = select(cases, gaps, &arguments.case)?;
    if arguments.list {
        return list(&cases, &gaps);
    }
    let cases = arguments.money.prepare(&model, cases, target.as_ref().is_none_or(Target::is_loopback))?;
    if arguments.money.plan {
        return super::money::plan(&model, &cases, packer.as_deref());
    }
    let oracle = Arc::new(Oracle::new(&model)?);
    runtime()?.block_on(async {
        let job = Job { arguments, oracle, cases, gaps, seed, packer };
        match target {
            Some(target) => job.send(&target, target.shown(), None).await,
            None => {
                let mock = super::mock::embedded(job.oracle.model()).await?;
                let target = Target::new(&mock.url(), None, arguments.money.limit())?;
                let engine = Arc::clone(mock.engine());
                let advance = Advance::new(move |time| engine.clock().advance(time));
                job.send(&target, "mock".to_owned(), Some(advance)).await
            }
        }
    })
}

pub(super) fn random() -> u64 {
    // Small enough to be typed again, and exact in every JSON reader.
    uuid::Uuid::new_v4().as_u64_pair().0 >> 32
}

/// The cases that are asked for. What is missing is told only where all were.
fn select(cases: Vec<Case>, gaps: Vec<Gap>, globs: &[String]) -> Result<(Vec<Case>, Vec<Gap>), Failure> {
    if globs.is_empty() {
        return Ok((cases, gaps));
    }
    let globs = matcher(globs)?;
    let (chosen, others): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| globs.is_match(&case.id));
    if chosen.is_empty() {
        return Err(Failure(format!("--case matches none of the {} cases; --list shows them", others.len())));
    }
    Ok((chosen, Vec::new()))
}

pub(super) fn matcher(globs: &[String]) -> Result<GlobSet, Failure> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        // An id is no path: `*` is everything.
        set.add(GlobBuilder::new(glob).literal_separator(false).backslash_escape(true).build()?);
    }
    Ok(set.build()?)
}

fn list(cases: &[Case], gaps: &[Gap]) -> Result<End, Failure> {
    let width = cases.iter().map(|case| case.id.chars().count()).max().unwrap_or(0).min(60);
    let line = |case: &Case| {
        let (id, level, expect) = (&case.id, case.level.word(), case.expect.word());
        format!("{id:width$}  {level:8}  {expect:6}  {}\n", crate::oracle::excerpt(&case.about))
    };
    let gap = |gap: &Gap| format!("{}: no case to {}: {}\n", gap.constraint, gap.side, gap.reason);
    let text: String = cases.iter().map(line).chain(gaps.iter().map(gap)).collect();
    show(&text)?;
    Ok(End::Conforms)
}

/// A run and what belongs to it.
struct Job<'a> {
    arguments: &'a Arguments,
    oracle: Arc<Oracle>,
    cases: Vec<Case>,
    gaps: Vec<Gap>,
    seed: u64,
    packer: Option<Arc<Packer>>,
}

impl Job<'_> {
    async fn send(&self, target: &Target, name: String, advance: Option<Advance>) -> Result<End, Failure> {
        let mut watch = Watch::start(self, name)?;
        let Arguments { jobs, timeout, .. } = *self.arguments;
        let jobs = if self.arguments.money.is_careful() { 1 } else { jobs };
        let packer = self.packer.clone();
        let settings = Settings { seed: self.seed, jobs, timeout, advance, packer, ..Settings::default() };
        let outcome = run_cases(
            Arc::clone(&self.oracle),
            &self.cases,
            target,
            &settings,
            |index, record, posts| watch.finished(index, record, posts),
            interrupt(),
        )
        .await;
        let run = match outcome {
            Ok(run) => run,
            Err(error) => {
                watch.end(&[])?;
                return Err(error.into());
            }
        };
        let records: Vec<&Record> = run.records.iter().collect();
        let heading = watch.end(&records)?;
        show(&table(style(), self.oracle.model(), &records, &self.gaps, &heading))?;
        Ok(self.end(&run))
    }

    fn end(&self, run: &Run) -> End {
        if run.interrupted {
            complain(&format!("stopped after {} of {} cases", run.records.len(), self.cases.len()));
            return End::Interrupted;
        }
        if Tally::of(&run.records).failed > 0 { End::Violated } else { End::Conforms }
    }
}

/// Follows a run: shows how far it is, and keeps the report readable at any moment.
struct Watch {
    heading: Heading,
    start: Instant,
    progress: Progress,
    reports: Option<Reports>,
    done: BTreeMap<usize, Record>,
    /// The report could not be written; told at the end, so that a full disk does not waste a run.
    unwritten: Option<ReportError>,
}

impl Watch {
    fn start(job: &Job<'_>, target: String) -> Result<Self, ReportError> {
        let (seed, cases) = (job.seed, job.cases.len());
        let heading = Heading { target, seed, cases, requests: 0, duration: Duration::ZERO };
        let folder = job.arguments.report.as_ref();
        let reports = folder.map(|folder| Reports::create(folder, &heading)).transpose()?;
        let progress = Progress::start(cases, "cases");
        Ok(Self { heading, start: Instant::now(), progress, reports, done: BTreeMap::new(), unwritten: None })
    }

    fn finished(&mut self, index: usize, record: &Record, posts: usize) {
        self.progress.step(record.verdict == Verdict::Fail);
        self.heading.requests = posts;
        self.heading.duration = self.start.elapsed();
        if let Some(reports) = &mut self.reports {
            self.done.insert(index, record.clone());
            self.unwritten =
                reports.keep(&self.heading, || self.done.values().collect()).err().or(self.unwritten.take());
        }
    }

    /// Writes the report: of these records, or where there are none, of those that were finished.
    fn end(self, records: &[&Record]) -> Result<Heading, ReportError> {
        self.progress.end();
        if let Some(reports) = &self.reports {
            let done: Vec<&Record> = self.done.values().collect();
            reports.finish(&self.heading, if records.is_empty() { &done } else { records })?;
        }
        self.unwritten.map_or(Ok(self.heading), Err)
    }
}
