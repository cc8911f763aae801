//! What all exchanges so far have shown, within bounds: causes, clients, constraints and behaviours.

use crate::found::{Found, Side};
use crate::specs::Specs;

use airspec_spec::{Level, Model, protocol_rules};
use airspec_suite::oracle::behaviour::depends_on_file;
use airspec_suite::oracle::{Class, Skip, Verdict};
use airspec_suite::run::{Record, Request, Response};
use std::collections::BTreeMap;
use std::time::Duration;

/// So many causes are told apart for each side; findings beyond them are counted.
const MAX_GROUPS: usize = 1_000;
/// So many clients of a cause are named.
const MAX_CLIENTS: usize = 20;
/// So many reasons for leaving something out are told apart.
const MAX_REASONS: usize = 100;
/// What stands for further reasons.
const OTHERS: &str = "further reasons";

/// What has been seen.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many exchanges there were.
    pub requests: u64,
    /// Of how many the answer was judged.
    pub judged: u64,
    /// How many requests break something.
    pub violating: u64,
    /// How many answers are wrong.
    pub wrong: u64,
    /// Why something was left out, and how often.
    pub left_out: BTreeMap<String, u64>,
    /// How many tasks were forgotten before their results came.
    pub forgotten: u64,
    /// What clients do wrong, in the order in which it was first seen.
    pub clients: Vec<ClientGroup>,
    /// What the server does wrong, in the order in which it was first seen.
    pub causes: Vec<ServerGroup>,
    /// Findings that are in neither list.
    pub more: u64,
    /// How many calls of webhooks there were, and how many of those that were judged are wrong.
    pub calls: u64,
    /// Calls that are wrong.
    pub wrong_calls: u64,
    /// The files of results, by the place of their model.
    files: BTreeMap<usize, FileCount>,
    shown: BTreeMap<Place, Shown>,
}

/// Files of results that were named, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FileCount {
    /// Results with a file.
    pub named: u64,
    /// Of how many the file was looked at.
    pub seen: u64,
    /// How many files are wrong.
    pub wrong: u64,
}

/// Requests of one client that break the same constraint.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ClientGroup {
    /// The client.
    pub client: String,
    /// The slug of the model.
    pub model: String,
    /// The constraint.
    pub constraint: String,
    /// Where it is stated.
    pub verdict: Verdict,
    /// How often it was broken.
    pub count: u64,
    /// The number of the first exchange.
    pub first: u64,
    /// What was wrong in the first one: place and sentence.
    pub detail: String,
}

/// Answers that are wrong for the same cause.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ServerGroup {
    /// The slug of the model.
    pub model: String,
    /// What they have in common.
    pub cause: String,
    /// What they come to.
    pub verdict: Verdict,
    /// Who is right.
    pub class: Class,
    /// How many answers.
    pub count: u64,
    /// The number of the first exchange.
    pub first: u64,
    /// What was wrong with the first one.
    pub detail: String,
    /// The clients that got such answers, the first ones of many.
    pub clients: BTreeMap<String, u64>,
}

/// How much of a spec traffic has shown.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Coverage {
    /// The slug of the model.
    pub model: String,
    /// Constraints that were kept by a request which was accepted.
    pub kept: usize,
    /// Constraints that were broken by a request which was answered.
    pub broken: usize,
    /// All of them.
    pub constraints: usize,
    /// Behaviours that an answer has shown.
    pub shown: usize,
    /// All of them.
    pub behaviours: usize,
}

/// A side of a constraint or behaviour of a model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    model: usize,
    subject: String,
    expect: &'static str,
}

#[derive(Debug, Default)]
struct Shown {
    count: u64,
    wrong: u64,
    worst: Option<Worst>,
}

/// The first of the gravest findings.
#[derive(Clone, Debug)]
struct Worst {
    found: Found,
    request: String,
    response: Response,
}

/// The texts of an exchange, for reports.
pub(crate) struct Excerpt {
    pub(crate) request: String,
    pub(crate) response: Response,
}

impl Summary {
    /// Takes note of what was left out.
    pub(crate) fn leave_out(&mut self, reason: &str) {
        let reason = if self.left_out.len() >= MAX_REASONS && !self.left_out.contains_key(reason) {
            OTHERS
        } else {
            reason
        };
        *self.left_out.entry(reason.to_owned()).or_default() += 1;
    }

    /// Counts exchanges that were not looked at.
    pub fn dropped(&mut self, reason: &str, count: u64) {
        if count > 0 {
            self.requests += count;
            *self.left_out.entry(reason.to_owned()).or_default() += count;
        }
    }

    /// A constraint or behaviour was shown as it must be.
    pub(crate) fn pass(&mut self, model: usize, subject: &str, expect: &'static str) {
        self.shown.entry(Place { model, subject: subject.to_owned(), expect }).or_default().count += 1;
    }

    /// Takes note of a finding of an exchange, and tells whether it is the first of its kind.
    pub(crate) fn note(
        &mut self,
        place: usize,
        model: &Model,
        found: &Found,
        (client, number): (&str, u64),
        excerpt: &Excerpt,
    ) -> bool {
        match found.side {
            Side::Client => self.note_client(model, found, client, number),
            Side::Server { class, expect } => {
                let key = Place { model: place, subject: found.subject.clone(), expect };
                let shown = self.shown.entry(key).or_default();
                (shown.count, shown.wrong) = (shown.count + 1, shown.wrong + 1);
                if shown.worst.as_ref().is_none_or(|worst| worst.found.verdict < found.verdict) {
                    let Excerpt { request, response } = excerpt;
                    let (request, response) = (request.clone(), response.clone());
                    shown.worst = Some(Worst { found: found.clone(), request, response });
                }
                self.note_server(model, found, class, client, number)
            }
        }
    }

    fn note_client(&mut self, model: &Model, found: &Found, client: &str, number: u64) -> bool {
        let is_same = |group: &&mut ClientGroup| {
            group.client == client && group.constraint == found.subject && group.model == model.slug
        };
        if let Some(group) = self.clients.iter_mut().find(is_same) {
            group.count += 1;
            return false;
        }
        if self.clients.len() >= MAX_GROUPS {
            self.more += 1;
            return false;
        }
        self.clients.push(ClientGroup {
            client: client.to_owned(),
            model: model.slug.clone(),
            constraint: found.subject.clone(),
            verdict: found.verdict,
            count: 1,
            first: number,
            detail: found.detail.clone(),
        });
        true
    }

    fn note_server(&mut self, model: &Model, found: &Found, class: Class, client: &str, number: u64) -> bool {
        let is_same = |group: &&mut ServerGroup| {
            (group.verdict, group.class) == (found.verdict, class)
                && group.cause == found.cause
                && group.model == model.slug
        };
        if let Some(group) = self.causes.iter_mut().find(is_same) {
            group.count += 1;
            if group.clients.len() < MAX_CLIENTS || group.clients.contains_key(client) {
                *group.clients.entry(client.to_owned()).or_default() += 1;
            }
            return false;
        }
        if self.causes.len() >= MAX_GROUPS {
            self.more += 1;
            return false;
        }
        self.causes.push(ServerGroup {
            model: model.slug.clone(),
            cause: found.cause.clone(),
            verdict: found.verdict,
            class,
            count: 1,
            first: number,
            detail: found.detail.clone(),
            clients: BTreeMap::from([(client.to_owned(), 1)]),
        });
        true
    }

    /// The files of a model, to count them.
    pub(crate) fn files(&mut self, model: usize) -> &mut FileCount {
        self.files.entry(model).or_default()
    }

    /// The files of the results of a model.
    #[must_use]
    pub fn files_of(&self, model: usize) -> FileCount {
        self.files.get(&model).copied().unwrap_or_default()
    }

    /// What depends on files that were not looked at, and how many they are: the behaviours of a model.
    #[must_use]
    pub fn unseen(&self, place: usize, model: &Model) -> Option<(u64, Vec<String>)> {
        let count = self.files_of(place);
        let unseen = count.named.saturating_sub(count.seen);
        let depends = model.behaviours.iter().filter(|one| depends_on_file(&one.kind));
        (unseen > 0).then(|| (unseen, depends.map(|one| one.id.clone()).collect()))
    }

    /// Whether an answer of the server fails.
    #[must_use]
    pub fn server_fails(&self) -> bool {
        self.causes.iter().any(|group| group.verdict == Verdict::Fail)
    }

    /// Whether a request of a client breaks the spec.
    #[must_use]
    pub fn clients_fail(&self) -> bool {
        self.clients.iter().any(|group| group.verdict == Verdict::Fail)
    }

    /// How much of the specs the traffic has shown, for models that it names.
    #[must_use]
    pub fn coverage(&self, specs: &Specs) -> Vec<Coverage> {
        let of = |(place, model): (usize, &Model)| {
            let has = |subject: &str, expect| {
                let key = Place { model: place, subject: subject.to_owned(), expect };
                self.shown.contains_key(&key)
            };
            let constraints = model.constraints();
            let count = |expect| constraints.iter().filter(|one| has(&one.id, expect)).count();
            Coverage {
                model: model.slug.clone(),
                kept: count(ACCEPT),
                broken: count(REJECT),
                constraints: constraints.len(),
                shown: model.behaviours.iter().filter(|one| has(&one.id, BEHAVE)).count(),
                behaviours: model.behaviours.len(),
            }
        };
        specs.models().enumerate().map(of).filter(|one| one.kept + one.broken + one.shown > 0).collect()
    }

    /// The places of the models that the traffic has shown something of.
    #[must_use]
    pub fn models(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.shown.keys().map(|place| place.model).collect();
        places.dedup();
        places
    }

    /// A record for each side of each constraint and for each behaviour of a model: what was shown of it, if anything.
    #[must_use]
    pub fn records(&self, place: usize, model: &Model) -> Vec<Record> {
        let mut records = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for one in model.constraints() {
            for expect in [ACCEPT, REJECT] {
                let key = Place { model: place, subject: one.id.to_string(), expect };
                records.push(self.record(&key, &one.parameter, one.level));
                known.insert(key);
            }
        }
        let unseen = self.unseen(place, model);
        for one in &model.behaviours {
            let parameter = one.kind.parameters().first().copied().unwrap_or_default();
            let key = Place { model: place, subject: one.id.clone(), expect: BEHAVE };
            let mut record = self.record(&key, parameter, one.level);
            if let Some((count, depends)) = unseen.as_ref().filter(|_| record.verdict == Verdict::Skip)
                && depends.contains(&one.id)
            {
                record.detail = format!("the files of {count} results were not looked at");
            }
            records.push(record);
            known.insert(key);
        }
        // Rules of the protocol, of results, and of requests as a whole.
        let rules = protocol_rules();
        for key in self.shown.keys().filter(|key| key.model == place && !known.contains(*key)) {
            let rule = rules.iter().find(|rule| rule.id == key.subject);
            let level = rule.map_or(Level::Facts, |rule| rule.level);
            records.push(self.record(key, "", level));
        }
        records
    }

    fn record(&self, key: &Place, parameter: &str, level: Level) -> Record {
        let empty = Shown::default();
        let shown = self.shown.get(key).unwrap_or(&empty);
        let (verdict, skip) = match (&shown.worst, shown.count) {
            (Some(worst), _) => (worst.found.verdict, None),
            (None, 0) => (Verdict::Skip, Some(Skip::NotApplicable)),
            (None, _) => (Verdict::Pass, None),
        };
        let worst = shown.worst.as_ref();
        let detail = match worst {
            Some(worst) => worst.found.detail.clone(),
            None if shown.count == 0 => "the traffic does not show it".to_owned(),
            None => format!("{} exchanges", shown.count),
        };
        let class = worst.and_then(|worst| match worst.found.side {
            Side::Server { class, .. } => Some(class),
            Side::Client => None,
        });
        Record {
            id: format!("{}.{}.traffic", key.subject, key.expect),
            subject: key.subject.clone(),
            parameter: parameter.to_owned(),
            level: worst.map_or(level, |worst| worst.found.level),
            expect: key.expect,
            about: format!("{} of {} exchanges wrong", shown.wrong, shown.count),
            verdict,
            skip,
            class,
            cause: worst.map(|worst| worst.found.cause.clone()).unwrap_or_default(),
            deviation: None,
            detail,
            request: worst.map(|worst| Request { body: worst.request.clone(), whole: None }),
            response: worst.map(|worst| worst.response.clone()),
            duration: Duration::ZERO,
        }
    }
}

/// Sides, in the words of reports.
pub(crate) const ACCEPT: &str = "accept";
pub(crate) const REJECT: &str = "reject";
pub(crate) const BEHAVE: &str = "behave";
