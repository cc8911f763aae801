//! The files of results: what they must be, held against what they are once that is known. Files that stand in an answer are
//! there at once; of links, only those whose download passes, or is made beside the path.

use super::{MAX_EXCERPT, Now, Watcher, found_by_oracle, redactor};
use crate::conversation::{size, slim};
use crate::exchange::Body;
use crate::fetch::{Fetched, FetchedFile, Unfetched};
use crate::found::{Found, Seen};
use crate::mask::{Mask, masked};
use crate::piece::{Download, place};
use crate::recent::Recent;
use crate::summary::{BEHAVE, Excerpt};
use airspec_suite::oracle::behaviour::depends_on_file;
use airspec_suite::oracle::file::{Content, File, place as place_of_file};
use airspec_suite::oracle::observation::{Answer, Observation, Outcome};
use airspec_suite::protocol::{DATA, Form};
use airspec_suite::run::Response;
use serde_json::{Map, Value, json};

/// So many links are known at a time whose files are to come, and of about so many bytes.
const MAX_AWAITED: usize = 10_000;
const MAX_AWAITED_BYTES: usize = 32 << 20;
/// So many files are known that nobody has asked about yet: a download can be looked at before its link is.
const MAX_EARLY: usize = 2_000;
const MAX_EARLY_BYTES: usize = 4 << 20;
/// What a link that is awaited takes beside its values.
const FRAME: usize = 256;

/// The links and files that are known.
#[derive(Debug)]
pub(super) struct Files {
    awaited: Recent<Named>,
    known: Recent<Known>,
}

/// A result with a link.
#[derive(Debug)]
struct Named {
    of: Of,
    task: Value,
    result: Value,
    link: String,
}

/// What a file belongs to.
#[derive(Clone, Debug)]
pub(super) struct Of {
    /// The place of the model.
    pub(super) model: usize,
    /// The exchange that named it, and its client.
    pub(super) number: u64,
    pub(super) client: String,
}

/// A file that was looked at.
#[derive(Debug)]
struct Known {
    media: Option<String>,
    content: Content,
    /// The task that it was judged for.
    task: Option<String>,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            awaited: Recent::new(MAX_AWAITED, MAX_AWAITED_BYTES),
            known: Recent::new(MAX_EARLY, MAX_EARLY_BYTES),
        }
    }
}

impl Watcher {
    /// The links whose files are still to come, the oldest first.
    #[must_use]
    pub fn awaited_links(&self) -> Vec<String> {
        self.files.awaited.iter().map(|(_, named)| named.link.clone()).collect()
    }

    /// Takes note of the files of an exchange.
    pub(super) fn note_files(&mut self, now: &mut Now<'_>, model: usize, seen: &Observation) {
        let found = self.files_of(&now.of(model), seen, now.exchange.is_masked, &mut now.seen.links);
        now.found.extend(found);
    }

    /// Takes note of the files of results, and judges those that are known already.
    pub(super) fn files_of(
        &mut self,
        of: &Of,
        seen: &Observation,
        is_masked: bool,
        links: &mut Vec<String>,
    ) -> Vec<(usize, Found)> {
        let mut found = Vec::new();
        let specs = std::sync::Arc::clone(&self.specs);
        let Ok(oracle) = specs.oracle(of.model) else { return found };
        let model = oracle.model();
        if !model.behaviours.iter().any(|behaviour| depends_on_file(&behaviour.kind)) {
            return found;
        }
        for (task, result) in oracle.wanted_results(seen) {
            let Some((form, text)) = place_of_file(model, task, result) else { continue };
            let Some(key) = place(text).filter(|_| form == Form::Link && !is_masked) else {
                let count = self.summary.files(of.model);
                count.named += 1;
                if form == Form::Link || is_masked {
                    continue;
                }
                // Where all files stand in the answer, they were judged with it.
                if seen.files.is_empty() {
                    let named = Named::new(of, task, result, text);
                    found.extend(self.judge_file(&named, File::inline(form, text)));
                } else {
                    count.seen += 1;
                }
                continue;
            };
            let id = oracle.identity().of_task(task);
            let is_same = |other: Option<&str>| other.is_some() && other == id;
            let awaited = self.files.awaited.get(&key);
            // A webhook and a poll bring the same result.
            if awaited.is_some_and(|named| is_same(oracle.identity().of_task(&named.task)))
                || self.files.known.get(&key).is_some_and(|known| is_same(known.task.as_deref()))
            {
                continue;
            }
            self.summary.files(of.model).named += 1;
            let named = Named::new(of, task, result, text);
            if let Some(known) = self.files.known.get_mut(&key) {
                known.task = id.map(str::to_owned);
                let file = file(text, known.media.clone(), known.content);
                found.extend(self.judge_file(&named, file));
                continue;
            }
            let bytes = FRAME + named.link.len() + size(&named.task) + size(&named.result);
            links.push(named.link.clone());
            self.files.awaited.add(key, named, bytes);
        }
        found
    }

    /// Looks at a file that was downloaded.
    pub fn download(&mut self, download: &Download) -> Seen {
        let (Some(key), Body::Whole(bytes)) = (place(&download.url), &download.reply.body) else {
            return Seen::default();
        };
        self.file(&key, download.reply.content_type.clone(), Content::of(bytes))
    }

    /// Looks at what became of a link that was followed.
    pub fn fetched(&mut self, fetched: Fetched) -> Seen {
        let Fetched { link, file } = fetched;
        let Some(key) = place(&link) else { return Seen::default() };
        match file {
            Ok(FetchedFile { media, content }) => self.file(&key, media, content),
            Err(Unfetched::Refused(status)) => {
                let Some(named) = self.files.awaited.remove(&key) else { return Seen::default() };
                let missing = File::missing(Form::Link, format!("cannot be downloaded: HTTP {status}"));
                let found = self.judge_file(&named, missing);
                self.tell_of_file(&named, found)
            }
            Err(Unfetched::Unknown(reason)) => {
                self.summary.leave_out(&format!("a file that --fetch did not get: {reason}"));
                Seen::default()
            }
        }
    }

    fn file(&mut self, key: &str, media: Option<String>, content: Content) -> Seen {
        let named = self.files.awaited.remove(key);
        let id = named.as_ref().and_then(|named| {
            let oracle = self.specs.oracle(named.of.model).ok()?;
            oracle.identity().of_task(&named.task).map(str::to_owned)
        });
        let bytes = size_of::<Known>() + media.as_ref().map_or(0, String::len);
        self.files.known.add(key.to_owned(), Known { media: media.clone(), content, task: id }, bytes);
        let Some(named) = named else { return Seen::default() };
        let file = file(&named.link, media, content);
        let found = self.judge_file(&named, file);
        self.tell_of_file(&named, found)
    }

    /// Holds a file against what its task asks for.
    fn judge_file(&mut self, named: &Named, file: File) -> Vec<(usize, Found)> {
        let specs = std::sync::Arc::clone(&self.specs);
        let model = named.of.model;
        let Ok(oracle) = specs.oracle(model) else { return Vec::new() };
        let file = match self.options.mask {
            Mask::On => File { address: file.address.as_deref().map(anonymous), ..file },
            Mask::Off => file,
        };
        let is_there = file.content.is_ok();
        let mut seen = Observation::new(json!([named.task]), Outcome::Answer(answer(&named.result)));
        seen.files = vec![file];
        let wrong = oracle.of_files(&seen);
        let count = self.summary.files(model);
        count.seen += 1;
        count.wrong += u64::from(!wrong.is_empty());
        for behaviour in oracle.model().behaviours.iter().filter(|one| depends_on_file(&one.kind)) {
            if is_there && !wrong.iter().any(|one| one.subject == behaviour.id) {
                self.summary.pass(model, &behaviour.id, BEHAVE);
            }
        }
        let found = |one| (model, found_by_oracle(self.options, one, BEHAVE));
        wrong.into_iter().map(found).collect()
    }

    /// Findings about a file whose exchange was told of long ago.
    fn tell_of_file(&mut self, named: &Named, found: Vec<(usize, Found)>) -> Seen {
        let Of { model, number, client } = &named.of;
        let tasks = json!([named.task]);
        self.tell_later((*number, client), *model, &tasks, &answer(&named.result), found)
    }

    /// Findings that come after their exchange, with the task and what is known of its answer.
    pub(super) fn tell_later(
        &mut self,
        (number, client): (u64, &str),
        model: usize,
        tasks: &Value,
        answer: &Answer,
        mut found: Vec<(usize, Found)>,
    ) -> Seen {
        if !found.is_empty() {
            let mask = self.options.mask;
            let envelope = answer.json.as_ref().ok();
            let redactor = redactor(None, [Some(tasks), envelope].into_iter().flatten(), mask);
            let show = |value: &Value, model| {
                redactor.beginning(&masked(value, model, mask).to_string(), MAX_EXCERPT)
            };
            let excerpt = Excerpt {
                request: show(tasks, Some(self.specs.model(model))),
                response: Response::Answer {
                    status: answer.status,
                    content_type: None,
                    body: envelope.map_or_else(String::new, |value| show(value, None)),
                },
            };
            self.tell(&mut found, &redactor, &excerpt, (client, number));
        }
        let found = found.into_iter().map(|(_, found)| found).collect();
        Seen { number, client: client.to_owned(), found, ..Seen::default() }
    }
}

impl Now<'_> {
    /// What files of this exchange belong to.
    pub(super) fn of(&self, model: usize) -> Of {
        Of { model, number: self.seen.number, client: self.seen.client.clone() }
    }
}

impl Named {
    fn new(of: &Of, task: &Value, result: &Map<String, Value>, link: &str) -> Self {
        let result = slim(&Value::Object(result.clone()));
        Self { of: of.clone(), task: slim(task), result, link: link.to_owned() }
    }
}

/// An answer with one result.
fn answer(result: &Value) -> Answer {
    let json = Ok(json!({DATA: [result]}));
    Answer { status: 200, content_type: None, text: String::new(), length: 0, json }
}

fn file(link: &str, media: Option<String>, content: Content) -> File {
    let address = Some(link.to_owned());
    File { form: Form::Link, address, media, content: Ok(content), is_lost: false }
}

/// A link that tells nothing but how it ends, which is what is judged of it.
fn anonymous(link: &str) -> String {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let is_short =
        |ending: &&str| ending.len() <= 5 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match ending.filter(is_short) {
        Some(ending) => format!("https://masked/file.{ending}"),
        None => "https://masked/file".to_owned(),
    }
}
