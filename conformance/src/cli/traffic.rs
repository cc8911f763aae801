//! What traffic has shown, for the terminal, in reports and as an exit code: of files and of the proxy.

use super::{End, Failure, command_line, environment, show, style};
use airspec_report::{
    ClientViolation, Document, Heading, Origin, Outcome, Provenance, Style, Subject, Unchecked, make_folder,
    merge::merge, write, write_catalogue,
};
use airspec_spec::text::shorten;
use airspec_suite::case::Coverage;
use airspec_suite::run::Route;
use airspec_traffic::{ClientGroup, Fetcher, Fetching, FileCount, Mask, Options, ServerGroup, Watcher};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So many causes are shown of each side.
const MAX_CAUSES: usize = 20;
/// So many clients of a cause are named.
const MAX_CLIENTS: usize = 4;
/// The longest sentence that is shown.
const LONGEST: usize = 400;

/// Whether files are downloaded.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct FetchArgs {
    /// Download the files that results link to and examine them, beside the traffic: at most 32 MiB and a minute each, 4 at a
    /// time, without the key
    #[arg(long)]
    fetch: bool,
    /// With --fetch: follow links to private addresses and, over http, to this machine too
    #[arg(long, requires = "fetch")]
    allow_private: bool,
}

impl FetchArgs {
    /// A fetcher, where files are to be downloaded; `target` is the server whose answers name them, where it is known.
    pub(super) fn fetcher(
        &self,
        target: Option<&str>,
        ca_file: Option<&Path>,
    ) -> Result<Option<Fetcher>, Failure> {
        if !self.fetch {
            return Ok(None);
        }
        let route = match ca_file {
            Some(file) => Route::default().trusting(file)?,
            None => Route::default(),
        };
        let target = target.map(str::to_owned);
        let fetching = Fetching { target, allow_private: self.allow_private, route, ..Fetching::default() };
        Ok(Some(Fetcher::new(fetching)?))
    }
}

/// How traffic is judged and reported.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct TrafficArgs {
    /// Write report.json, junit.xml, report.sarif, badge.json, report.md and report.html into this folder
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,
    /// Whose findings make the exit code 1
    #[arg(long, value_name = "SIDE", value_enum, default_value = "any")]
    pub(super) fail_on: FailOn,
    /// Count notes as failures
    #[arg(long)]
    pub(super) strict: bool,
    /// Write prompts, media and links as they are. Without this, letters and digits of texts are masked; keys always are
    #[arg(long)]
    pub(super) keep_bodies: bool,
}

/// Whose findings make a command fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FailOn {
    /// Wrong requests and wrong answers
    Any,
    /// Wrong answers
    Server,
    /// Wrong requests
    Client,
}

impl TrafficArgs {
    pub(super) fn options(&self) -> Options {
        Options { mask: if self.keep_bodies { Mask::Off } else { Mask::On }, strict: self.strict }
    }

    /// Makes sure that the report can be written, before anything is judged.
    pub(super) fn prepare(&self) -> Result<(), Failure> {
        Ok(self.report.as_deref().map_or(Ok(()), make_folder)?)
    }

    /// Shows what the traffic came to, and writes the report.
    pub(super) fn finish(&self, watcher: &Watcher, name: &str, duration: Duration) -> Result<End, Failure> {
        show(&text(style(), watcher))?;
        let end = self.end(watcher);
        // What clients break, and that nothing was judged, is in no case.
        let outcome = match end {
            End::Violated => Outcome::DoesNotConform,
            _ if watcher.summary().judged == 0 => Outcome::Incomplete,
            _ => Outcome::Conforms,
        };
        if let Some(folder) = &self.report {
            write_report(folder, watcher, name, duration, outcome)?;
        }
        Ok(end)
    }

    fn end(&self, watcher: &Watcher) -> End {
        let (server, client) = (watcher.summary().server_fails(), watcher.summary().clients_fail());
        let is_violated = match self.fail_on {
            FailOn::Any => server || client,
            FailOn::Server => server,
            FailOn::Client => client,
        };
        if is_violated { End::Violated } else { End::Conforms }
    }
}

/// What the traffic came to: causes of wrong answers, violations of clients, what was left out, and the coverage.
fn text(style: Style, watcher: &Watcher) -> String {
    let summary = watcher.summary();
    let mut text = String::new();
    let mut causes: Vec<&ServerGroup> = summary.causes.iter().collect();
    causes.sort_by_key(|group| (std::cmp::Reverse(group.verdict), std::cmp::Reverse(group.count)));
    for group in causes.iter().take(MAX_CAUSES) {
        write_cause(&mut text, style, group);
    }
    write_more(&mut text, causes.len(), "cause of wrong answers");
    let mut clients: Vec<&ClientGroup> = summary.clients.iter().collect();
    clients.sort_by_key(|group| (std::cmp::Reverse(group.verdict), std::cmp::Reverse(group.count)));
    for group in clients.iter().take(MAX_CAUSES) {
        write_client(&mut text, style, group);
    }
    write_more(&mut text, clients.len(), "violation of clients");
    if !text.is_empty() {
        text.push('\n');
    }
    write_counts(&mut text, watcher);
    text
}

fn write_cause(text: &mut String, style: Style, group: &ServerGroup) {
    let title = format!("{}, {}: {}", group.class, counted(group.count, "answer"), group.cause);
    let _ = writeln!(text, "{} {}", style.mark(group.verdict), style.strong(&shorten(&title, LONGEST)));
    let _ = writeln!(text, "    exchange {}: {}", group.first, shorten(&group.detail, LONGEST));
    let named = group.clients.iter().take(MAX_CLIENTS).map(|(client, count)| format!("{client} ({count})"));
    let more = group.clients.len().saturating_sub(MAX_CLIENTS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named: Vec<String> = named.collect();
    let _ = writeln!(text, "    {}", style.faint(&format!("clients: {}{more}", named.join(", "))));
}

fn write_client(text: &mut String, style: Style, group: &ClientGroup) {
    let title = format!("client {}, {}: {}", group.client, counted(group.count, "request"), group.constraint);
    let _ = writeln!(text, "{} {}", style.mark(group.verdict), style.strong(&shorten(&title, LONGEST)));
    let _ = writeln!(text, "    exchange {}: {}", group.first, shorten(&group.detail, LONGEST));
}

fn write_more(text: &mut String, all: usize, noun: &str) {
    if let Some(more) = all.checked_sub(MAX_CAUSES).filter(|more| *more > 0) {
        let _ = writeln!(text, "and {more} more: {noun}; --report lists all");
    }
}

fn write_counts(text: &mut String, watcher: &Watcher) {
    let summary = watcher.summary();
    for (reason, count) in &summary.left_out {
        let _ = writeln!(text, "- left out: {reason} ({count})");
    }
    if summary.forgotten > 0 {
        let _ = writeln!(text, "- {} forgotten before all results came", counted(summary.forgotten, "task"));
    }
    write_files(text, watcher);
    if summary.calls > 0 {
        let calls = counted(summary.calls, "webhook call");
        let _ = writeln!(text, "{calls}: {} wrong", summary.wrong_calls);
    }
    for one in summary.coverage(watcher.specs()) {
        let _ = writeln!(
            text,
            "{}: {} of {} constraints kept, {} broken, {} of {} behaviours shown",
            one.model, one.kept, one.constraints, one.broken, one.shown, one.behaviours
        );
    }
    let _ = writeln!(
        text,
        "{}, {} judged: {} wrong, {} broke the spec",
        counted(summary.requests, "exchange"),
        counted(summary.judged, "answer"),
        counted(summary.wrong, "answer"),
        counted(summary.violating, "request"),
    );
    let _ = writeln!(
        text,
        "{}",
        match (summary.server_fails(), summary.clients_fail()) {
            (false, false) if summary.judged == 0 => "nothing was judged",
            (false, false) => "requests and answers keep to the spec",
            (true, false) => "the server does not conform",
            (false, true) => "clients break the spec",
            (true, true) => "the server does not conform, and clients break the spec",
        }
    );
}

/// How many files of results were looked at, and what depends on the others.
fn write_files(text: &mut String, watcher: &Watcher) {
    for (place, model) in watcher.specs().models().enumerate() {
        let FileCount { named, seen, wrong } = watcher.summary().files_of(place);
        if named > 0 {
            let files = counted(named, "file");
            let _ = writeln!(text, "{}: {files} of results, {seen} looked at, {wrong} wrong", model.slug);
        }
        if let Some((unseen, depends)) = watcher.summary().unseen(place, model) {
            let files = counted(unseen, "file");
            let _ = writeln!(
                text,
                "- left out: {files} that did not pass (--fetch downloads them): {}",
                depends.join(", ")
            );
        }
    }
}

pub(super) fn counted(count: u64, noun: &str) -> String {
    airspec_report::counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}

/// Writes the report: of several models, one for each in a folder of its own, and one for all.
fn write_report(
    folder: &Path,
    watcher: &Watcher,
    name: &str,
    duration: Duration,
    outcome: Outcome,
) -> Result<(), Failure> {
    let mut places = watcher.summary().models();
    if places.is_empty() {
        places.push(0);
    }
    let mut documents: Vec<(String, Document)> = Vec::new();
    for place in places {
        let mut document = document(watcher, place, name, duration);
        if document.summary.outcome == Outcome::Conforms {
            document.summary.outcome = outcome;
        }
        documents.push((watcher.specs().model(place).slug.clone(), document));
    }
    if let [(_, document)] = documents.as_slice() {
        return Ok(write(folder, document)?);
    }
    for (slug, document) in &documents {
        make_folder(&folder.join(slug))?;
        write(&folder.join(slug), document)?;
    }
    let briefs = documents.into_iter().map(|(slug, document)| (slug, document.brief())).collect();
    let mut whole = merge(briefs)?.document;
    whole.summary.requests = requests(watcher);
    if whole.summary.outcome == Outcome::Conforms {
        whole.summary.outcome = outcome;
    }
    whole.summary.duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Ok(write_catalogue(folder, &whole)?)
}

fn requests(watcher: &Watcher) -> usize {
    usize::try_from(watcher.summary().requests).unwrap_or(usize::MAX)
}

fn document(watcher: &Watcher, place: usize, name: &str, duration: Duration) -> Document {
    let (summary, model) = (watcher.summary(), watcher.specs().model(place));
    let records = summary.records(place, model);
    let clients = summary.clients.iter().filter(|group| group.model == model.slug);
    let clients = clients.map(|group| ClientViolation {
        client: group.client.clone(),
        model: group.model.clone(),
        constraint: group.constraint.clone(),
        verdict: group.verdict,
        count: group.count,
        detail: group.detail.clone(),
    });
    let heading = Heading {
        target: name.to_owned(),
        model: model.slug.clone(),
        origin: Origin::Traffic,
        clients: clients.collect(),
        cases: records.len(),
        requests: requests(watcher),
        duration,
        provenance: Provenance {
            coverage: coverage(watcher, &model.slug),
            ..command_line::provenance(model, &environment())
        },
        subjects: Subject::all(model),
        unchecked: Unchecked::all(model),
        ..Heading::default()
    };
    Document::of(&heading, &records.iter().collect::<Vec<_>>())
}

fn coverage(watcher: &Watcher, slug: &str) -> Vec<Coverage> {
    let all = watcher.summary().coverage(watcher.specs());
    let Some(one) = all.into_iter().find(|one| one.model == slug) else { return Vec::new() };
    let axis = |axis: &str, reached, of| Coverage { axis: axis.to_owned(), reached, of };
    let place = watcher.specs().models().position(|model| model.slug == slug).unwrap_or_default();
    let FileCount { named, seen, .. } = watcher.summary().files_of(place);
    let size = |count| usize::try_from(count).unwrap_or(usize::MAX);
    let files = (named > 0).then(|| axis("files of results looked at", size(seen), size(named)));
    let mut all = vec![
        axis("constraints kept by an accepted request", one.kept, one.constraints),
        axis("constraints broken by a request", one.broken, one.constraints),
        axis("behaviours", one.shown, one.behaviours),
    ];
    all.extend(files);
    all
}

/// The line of a finding as it comes.
pub(super) fn line(style: Style, seen: &airspec_traffic::Seen) -> String {
    let mut text = String::new();
    for found in seen.found.iter().filter(|found| found.is_first) {
        let side = match found.side {
            airspec_traffic::Side::Client => format!("client {}", seen.client),
            airspec_traffic::Side::Server { class, .. } => class.to_string(),
        };
        let detail = shorten(&found.detail, LONGEST);
        let _ = writeln!(
            text,
            "{} exchange {}, {side}, {}: {detail}",
            style.mark(found.verdict),
            seen.number,
            found.subject
        );
    }
    text
}
