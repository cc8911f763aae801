//! `airspec conformance`: derive the cases, send them, report.

use super::accepted::Accepted;
use super::catalogue;
use super::choice::{Choice, list};
use super::command_line;
use super::compare;
use super::machine::Findings;
use super::money::Money;
use super::resume::{self, Done, Earlier};
use super::search::{Plan, SearchArgs};
use super::watch::Watch;
use super::wire::Wire;
use super::{End, Failure, Spec, complain, environment, interrupt, key, runtime, show, style};
use airspec_report::{
    Amount, Document, Heading, Outcome, Provenance, Subject, Unchecked, har, make_folder, replace, table,
    try_place,
};
use airspec_spec::Model;
use airspec_suite::case::{Case, Cases, Coverage, Gap, derive};
use airspec_suite::oracle::Oracle;
use airspec_suite::packing::Packing;
use airspec_suite::redact::guard;
use airspec_suite::run::journal::Header;
use airspec_suite::run::search::RequestClass;
use airspec_suite::run::{
    Advance, Budget, Event, Limit, Run, Secret, Settings, Target, Usd, run as run_cases,
};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Clone, Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // each is a flag of the command line
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) spec: Spec,
    /// Full URL of the endpoint, such as http://127.0.0.1:8080/v1, or ws://127.0.0.1:8080/v1 for WebSocket; default: the
    /// embedded mock. The key is read from RUNWARE_API_KEY
    #[arg(long, value_name = "URL")]
    pub(super) target: Option<String>,
    /// Send the same requests to two servers and report where their verdicts differ
    #[arg(long, num_args = 2, value_names = ["URL_A", "URL_B"], conflicts_with_all = ["target", "har", "fix"])]
    pub(super) compare: Option<Vec<String>>,
    /// Write report.json, junit.xml, report.sarif, badge.json, report.md and report.html into this folder
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,
    /// `github`: also print findings as annotations for GitHub Actions
    #[arg(long, value_name = "FORM", value_enum, default_value = "text")]
    pub(super) format: Findings,
    /// Write the traffic into this file, as an HTTP archive (HAR) without secrets
    #[arg(long, value_name = "FILE")]
    pub(super) har: Option<PathBuf>,
    /// Seed of the requests; random without it, and printed
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// List the cases and send nothing
    #[arg(long)]
    pub(super) list: bool,
    /// Count notes as failures: the exit code is then 1
    #[arg(long)]
    strict: bool,
    /// Send every case in its own request, instead of several cases in one
    #[arg(long)]
    alone: bool,
    /// Show every constraint and every case, and everything that failed or was not tried
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
    /// Show only the summary
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Exit with code 0 if there is no finding, although cases were not tried or have no answer
    #[arg(long)]
    pub(super) allow_incomplete: bool,
    #[command(flatten)]
    pub(super) choice: Choice,
    #[command(flatten)]
    pub(super) accepted: Accepted,
    #[command(flatten)]
    pub(super) seek: SearchArgs,
    #[command(flatten)]
    wire: Wire,
    #[command(flatten)]
    pub(super) money: Money,
}

impl Arguments {
    /// The servers that are named. A plan sends nothing, and so needs neither a key nor a limit.
    fn targets(&self) -> Result<Vec<Target>, Failure> {
        let addresses = self.target.iter().chain(self.compare.iter().flatten());
        let target = |address: &String| Target::new(address, key(), self.money.limit());
        Ok(addresses.filter(|_| !self.money.plan).map(target).collect::<Result<_, _>>()?)
    }

    /// How much is shown.
    fn amount(&self) -> Amount {
        match (self.quiet, self.verbose) {
            (true, _) => Amount::Summary,
            (false, false) if self.choice.is_of_several => Amount::Causes,
            (false, false) => Amount::Findings,
            (false, true) => Amount::All,
        }
    }

    /// The seed that is given, that of the run that goes on, or a random one.
    pub(super) fn seed(&self, earlier: Option<&Earlier>) -> Result<u64, Failure> {
        match (earlier, self.seed) {
            (Some(earlier), Some(seed)) if earlier.seed() != seed => {
                Err(Failure(format!("--resume continues with seed {}; omit --seed", earlier.seed())))
            }
            (Some(earlier), _) => Ok(earlier.seed()),
            (None, seed) => Ok(seed.unwrap_or_else(random)),
        }
    }
}

/// The cases for these targets.
fn derived(model: &Model, seed: u64, targets: &[Target]) -> Result<Cases, Failure> {
    let mut all = derive(model, seed)?;
    if !targets.iter().any(Target::is_socket) {
        all.cases.retain(|case| case.wire.only_socket().is_none());
    }
    Ok(all)
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    // Before anything else, so that a wrong address is told at once.
    let targets = arguments.targets()?;
    let wire = arguments.wire.to_settings(&targets)?;
    // What one server is sent, the other one may have heard of.
    let secrets = targets
        .iter()
        .fold(environment().and(wire.route.secrets()), |secrets, target| secrets.and(&target.secrets()));
    guard::keep(&secrets, &[]);
    let server = Server { targets, settings: Settings { secrets, ..wire } };
    match arguments.spec.all()?.as_slice() {
        [model] => Ok(test(arguments, model, &server, 0)?.map_or(End::Conforms, |tested| tested.end)),
        models => catalogue::test_all(arguments, models, &server),
    }
}

/// What is tested, and how requests are sent to it.
pub(super) struct Server {
    /// One, two to compare, or none for the embedded mock.
    targets: Vec<Target>,
    settings: Settings,
}

/// The outcome of testing one model.
pub(super) struct Tested {
    pub(super) end: End,
    /// The report, where cases were sent to one server.
    pub(super) document: Option<Document>,
    /// Whether nothing more is to be sent: the run was interrupted, or ended before all was tried.
    pub(super) is_over: bool,
    /// What this and earlier parts of it cost.
    pub(super) spent: Usd,
    /// How many requests were accepted that must be refused, `accepted` before included.
    pub(super) acceptances: usize,
    /// The limit on cost that a complete run needs, where that was asked for.
    pub(super) needed: f64,
}

impl Tested {
    fn unsent(end: End, needed: f64) -> Self {
        Self { end, document: None, is_over: false, spent: Usd::ZERO, acceptances: 0, needed }
    }
}

/// Tests a server with the cases of one model. `acceptances` is how many requests of other models were accepted although
/// they must be refused. `None` where the model is one of several and no case of it is asked for.
pub(super) fn test(
    arguments: &Arguments,
    model: &Model,
    server: &Server,
    acceptances: usize,
) -> Result<Option<Tested>, Failure> {
    let Server { targets, settings } = server;
    let earlier = arguments.money.resume.as_deref().map(Earlier::read).transpose()?;
    let seed = arguments.seed(earlier.as_ref())?;
    let all = derived(model, seed, targets)?;
    let searched = RequestClass::ALL.into_iter().map(|sort| sort.id().to_owned());
    let ids = all.cases.iter().map(|case| case.id.clone()).chain(searched).collect();
    let base = all.base.clone();
    let coverage = all.coverage.clone();
    let Some((cases, gaps)) = arguments.choice.of(all)? else { return Ok(None) };
    let oracle = Oracle::new(model)?.up_to(arguments.choice.level);
    let oracle = Arc::new(if arguments.strict { oracle.strictly() } else { oracle });
    if arguments.list {
        return Ok(Some(Tested::unsent(list(&oracle, &cases, &gaps)?, 0.0)));
    }
    let mut cases = prepared(arguments, model, cases, targets)?;
    let order: Vec<String> = cases.iter().map(|case| case.id.clone()).collect();
    let (budget, done) = goes_on(arguments, model, seed, targets.first(), earlier, &mut cases)?;
    let budget = Arc::new(budget.accepted_before(acceptances));
    let is_packed = !arguments.alone && !arguments.money.is_careful();
    let packing = is_packed.then(|| Arc::new(Packing::new(&oracle, &base, &cases)));
    if arguments.money.plan {
        let needed = arguments.money.show_plan(&oracle, &cases, packing.as_deref())?;
        return Ok(Some(Tested::unsent(End::Conforms, needed)));
    }
    let accepted = arguments.accepted.read(ids)?;
    let settings = Settings {
        seed,
        keep_traffic: arguments.har.is_some(),
        packing,
        jobs: if arguments.money.is_careful() { 1 } else { settings.jobs },
        budget: Some(Arc::clone(&budget)),
        accepted: Some(Arc::clone(&accepted.findings)),
        ..settings.clone()
    };
    let job = Job { arguments, oracle, cases, coverage, order, done, gaps, accepted, settings, budget };
    let (end, document, is_over) = match runtime()?.block_on(job.run(targets)) {
        // What was spent counts against the limit of the others all the same.
        Err(Failure(reason)) if arguments.choice.is_of_several => {
            complain(&format!("{}: {reason}", model.slug));
            (End::Unjudged, None, true)
        }
        outcome => outcome?,
    };
    let (spent, acceptances) = (job.budget.spent(), job.budget.acceptances());
    Ok(Some(Tested { end, document, is_over, spent, acceptances, needed: 0.0 }))
}

/// The cases as they are sent to these targets, with the limits of the user.
fn prepared(
    arguments: &Arguments,
    model: &Model,
    cases: Vec<Case>,
    targets: &[Target],
) -> Result<Vec<Case>, Failure> {
    let chosen = cases.len();
    let is_local = !arguments.money.plan && targets.iter().all(Target::is_loopback);
    let cases = arguments.money.prepare(model, cases, is_local)?;
    // Nothing tried is no verdict.
    let is_whole = !arguments.choice.is_of_several && arguments.choice.shard.is_none();
    if cases.is_empty() && chosen > 0 && is_whole {
        return Err(Failure(format!(
            "--free-only leaves none of the {chosen} cases that are chosen: the server must accept their requests"
        )));
    }
    Ok(cases)
}

/// What may be spent, and what an earlier part of the run has done, which is taken out of the cases.
fn goes_on(
    arguments: &Arguments,
    model: &Model,
    seed: u64,
    target: Option<&Target>,
    earlier: Option<Earlier>,
    cases: &mut Vec<Case>,
) -> Result<(Budget, Done), Failure> {
    let target = target.map_or("mock".to_owned(), Target::shown);
    if let Some(earlier) = &earlier {
        let shard = arguments.choice.shard.map(|shard| shard.to_string());
        earlier.check(&target, &model.slug, shard.as_deref())?;
    }
    // A plan only reads.
    let is_plan = arguments.money.plan;
    let report = arguments.report.as_deref().filter(|_| !is_plan);
    report.map_or(Ok(()), make_folder)?;
    let limit = if is_plan { Limit::Loopback } else { arguments.money.limit() };
    let header = Header { target, model: model.slug.clone(), seed };
    let (budget, past) = resume::budget(model, limit, report, earlier.as_ref(), &header)?;
    Ok((budget, earlier.map_or_else(Done::default, |earlier| earlier.take(&past, cases))))
}

pub(super) fn random() -> u64 {
    // Small enough to be typed again, and exact in every JSON reader.
    uuid::Uuid::new_v4().as_u64_pair().0 >> 32
}

/// A run and what belongs to it.
struct Job<'a> {
    arguments: &'a Arguments,
    oracle: Arc<Oracle>,
    /// What is sent.
    cases: Vec<Case>,
    coverage: Vec<Coverage>,
    /// The ids of all cases, those that were done before included.
    order: Vec<String>,
    done: Done,
    gaps: Vec<Gap>,
    accepted: super::accepted::List,
    settings: Settings,
    /// The limit on cost is one for all that is sent.
    budget: Arc<Budget>,
}

/// What came of sending all cases to one server.
struct Sent {
    run: Run,
    document: Document,
    /// Why a file could not be written; told when everything else has been.
    unwritten: Option<Failure>,
}

/// The end of a run, its report where it was sent to one server, and whether it ended early.
type TargetOutcome = (End, Option<Document>, bool);

impl Job<'_> {
    /// Sends the cases to the servers, or to the embedded mock where there is none.
    async fn run(&self, targets: &[Target]) -> Result<TargetOutcome, Failure> {
        match targets {
            [a, b] => self.compare([a, b]).await,
            [target] => self.hold(target, target.shown(), None).await,
            _ => {
                let mock = super::mock::embedded(self.oracle.model()).await?;
                let key = Some(Secret::new(super::mock::EMBEDDED_KEY));
                let target = Target::new(&mock.url(), key, self.arguments.money.limit())?;
                let engine = Arc::clone(mock.engine());
                let advance = Advance::new(move |time| engine.clock().advance(time));
                self.hold(&target, "mock".to_owned(), Some(advance)).await
            }
        }
    }

    /// Holds one server against the spec.
    async fn hold(
        &self,
        target: &Target,
        name: String,
        advance: Option<Advance>,
    ) -> Result<TargetOutcome, Failure> {
        if let Some(path) = &self.arguments.har {
            // A place that cannot be written to is told before anything is sent.
            try_place(path)?;
        }
        let Sent { run, document, mut unwritten } =
            self.send(target, name, advance, self.arguments.report.clone()).await?;
        if let Some(path) = &self.arguments.har {
            let written = replace(path, har::text(&run.traffic).as_bytes());
            unwritten = unwritten.or(written.err().map(Failure::from));
        }
        let table = table(style(), self.oracle.model(), &document, &self.gaps, self.arguments.amount());
        self.arguments.format.show(&table, &document)?;
        document.remarks.iter().for_each(|line| complain(line));
        let cases = document.summary.cases;
        if run.interrupted {
            complain(&format!("stopped after {} of {cases} cases", run.records.len()));
        } else if let Some(reason) = &run.ended {
            let untried = document.summary.skipped;
            complain(&format!("{reason}; {untried} of {cases} cases were not tried"));
        }
        // Last: what was found is told whatever becomes of the files.
        if let Some(failure) = unwritten {
            return Err(failure);
        }
        let end = End::of(document.summary.outcome, self.arguments.allow_incomplete);
        Ok((end, Some(document), run.interrupted || run.ended.is_some()))
    }

    /// Holds two servers against each other.
    async fn compare(&self, targets: [&Target; 2]) -> Result<TargetOutcome, Failure> {
        let (mut runs, mut failure) = (Vec::new(), None);
        for (target, name) in targets.into_iter().zip(["a", "b"]) {
            let folder = self.arguments.report.as_ref().map(|folder| folder.join(name));
            let Sent { run, document, unwritten } = self.send(target, target.shown(), None, folder).await?;
            failure = failure.or(unwritten);
            document.remarks.iter().for_each(|remark| complain(remark));
            if run.interrupted || run.ended.is_some() {
                let reason = run.ended.as_deref().unwrap_or("stopped");
                complain(&format!("{reason}, before {} was tried whole", target.shown()));
                return Ok((End::Incomplete, None, true));
            }
            runs.push(run.records);
        }
        let names = targets.map(Target::shown);
        let found = compare::compare(style(), &names, &runs[0], &runs[1]);
        show(&format!("{}seed {}\n", found.text, self.settings.seed))?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let outcome = match (found.differences, found.untried) {
            (0, 0) => Outcome::Conforms,
            (0, _) => Outcome::Incomplete,
            _ => Outcome::DoesNotConform,
        };
        Ok((End::of(outcome, self.arguments.allow_incomplete), None, false))
    }

    /// Sends all cases to one server and writes the report.
    async fn send(
        &self,
        target: &Target,
        name: String,
        advance: Option<Advance>,
        folder: Option<PathBuf>,
    ) -> Result<Sent, Failure> {
        if let Some(folder) = &folder {
            make_folder(folder)?;
        }
        let choice = &self.arguments.choice;
        let plan = self.arguments.seek.plan(choice, target, folder.as_deref(), &self.done.searched)?;
        let mut heading = self.heading(name);
        heading.cases += if self.arguments.compare.is_some() { 0 } else { plan.cases() };
        let mut watch = Watch::start(heading, folder.as_deref(), &self.accepted, &self.done)?;
        let settings = Settings { advance, ..self.settings.clone() };
        let outcome = run_cases(
            Arc::clone(&self.oracle),
            &self.cases,
            target,
            &settings,
            |event| watch.on(event),
            interrupt(),
        )
        .await;
        watch.spent(&self.budget);
        match outcome {
            Ok(mut run) => {
                let unkept = self.search(plan, target, &settings, &mut run, &mut watch).await?;
                self.put_together(&mut run);
                let (document, unwritten) = watch.end(Some(&run));
                Ok(Sent { run, document, unwritten: unwritten.or(unkept) })
            }
            Err(error) => {
                if let (_, Some(Failure(reason))) = watch.end(None) {
                    complain(&reason);
                }
                Err(error.into())
            }
        }
    }

    /// Searches after the cases, and adds what is found to the run; or why it could not be kept.
    async fn search(
        &self,
        plan: Plan,
        target: &Target,
        settings: &Settings,
        run: &mut Run,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Failure>, Failure> {
        // Two servers are compared on the same requests, which a search does not send.
        if self.arguments.compare.is_some() || run.interrupted {
            run.records.extend(plan.into_before());
            return Ok(None);
        }
        if let Some(reason) = &run.ended {
            run.records.extend(plan.untried(reason));
            return Ok(None);
        }
        let events = |event: Event<'_>| watch.on(event);
        let (found, unwritten) =
            plan.execute(&self.oracle, target, settings, &run.records, events, interrupt()).await?;
        (run.interrupted, run.ended) = (found.interrupted, found.ended);
        watch.spent(&self.budget);
        run.throttled += found.throttled;
        run.traffic.extend(found.traffic);
        run.records.extend(found.records);
        Ok(unwritten)
    }

    /// Adds what was done before, in the order of the cases; what the search found comes last.
    fn put_together(&self, run: &mut Run) {
        let place: HashMap<&str, usize> =
            self.order.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
        run.requests += self.done.requests;
        let mut done = self.done.records.clone();
        for record in &mut done {
            self.accepted.findings.accept(record);
        }
        run.records.extend(done);
        run.records.sort_by_key(|record| place.get(record.id.as_str()).copied().unwrap_or(usize::MAX));
    }

    fn heading(&self, target: String) -> Heading {
        let Arguments { spec, choice, .. } = self.arguments;
        let mut again = spec.again();
        again.extend(self.arguments.strict.then(|| "--strict".to_owned()));
        again.extend(self.arguments.wire.again());
        Heading {
            target,
            model: self.oracle.model().slug.clone(),
            shard: choice.shard.map(|shard| shard.to_string()),
            seed: self.settings.seed,
            cases: self.order.len(),
            headers: self.settings.route.header_names().map(str::to_owned).collect(),
            again,
            provenance: Provenance {
                coverage: self.coverage.clone(),
                ..command_line::provenance(self.oracle.model(), &self.settings.secrets)
            },
            subjects: Subject::all(self.oracle.model()),
            unchecked: Unchecked::all(self.oracle.model()),
            ..Heading::default()
        }
    }
}
