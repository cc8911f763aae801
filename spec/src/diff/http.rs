//! Where and how requests are sent, and the statuses and media types of answers.
//!
//! Two operations are versions of one another if they share an address, or if each is the only one of its document.

use super::{Action, Change, Effect, Subject};
use crate::document::text;
use crate::model::envelope::{Http, Operation, Tasks};
use crate::model::{Model, ParameterPath};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// As many places of a document are named.
const SHOWN: usize = 6;

/// As deep a place is named: `operation.responses.200.description`.
const DEPTH: u32 = 4;

pub(super) fn compare(old: &Model, new: &Model, changes: &mut Vec<Change>) {
    let mut found = Found(Vec::new());
    match (&old.envelope.http, &new.envelope.http) {
        (Some(old), Some(new)) => found.http(old, new),
        (None, None) => {}
        (before, _) => {
            let which = if before.is_some() { "new" } else { "old" };
            let sentence =
                format!("the {which} one states neither servers nor operations, which are not compared");
            found.add(Subject::Document, Action::Changed, Effect::Documentation, sentence);
        }
    }
    changes.extend(found.0);
}

struct Found(Vec<Change>);

/// The media types of a body, with their schemas.
type Bodies = BTreeMap<String, String>;

/// Statuses, with what their answers hold.
type Responses = BTreeMap<String, Bodies>;

impl Found {
    fn add(&mut self, subject: Subject, action: Action, effect: Effect, sentence: String) {
        let path = ParameterPath::task();
        self.0.push(Change { subject, path, constraint: None, action, effect, sentence });
    }

    /// A change of how requests are sent, which breaks those who send them or nobody.
    fn sending(&mut self, breaks: bool, sentence: String) {
        let (action, effect) = kind(breaks);
        self.add(Subject::Operation, action, effect, sentence);
    }

    /// A change of how answers come, which breaks those who read them or nobody.
    fn answering(&mut self, breaks: bool, sentence: String) {
        let (action, effect) = kind(breaks);
        self.add(Subject::Responses, action, effect, sentence);
    }

    fn http(&mut self, old: &Http, new: &Http) {
        self.addresses(old, new);
        for before in &old.operations {
            let is_alone = old.operations.len() == 1 && new.operations.len() == 1;
            let is_next = |after: &&Operation| is_alone || !before.addresses.is_disjoint(&after.addresses);
            if let Some(after) = new.operations.iter().find(is_next) {
                self.request(before, after);
                self.security(&before.security, &after.security);
                self.responses(&before.responses, &after.responses);
            }
        }
        self.tasks(old.tasks, new.tasks);
        let places = differences(&old.notes, &new.notes);
        if !places.is_empty() {
            let more = places.len().saturating_sub(SHOWN);
            let mut shown: Vec<String> =
                places.into_iter().take(SHOWN).map(|place| format!("`{place}`")).collect();
            if more > 0 {
                shown.push(format!("{more} more"));
            }
            let sentence = format!("has another description at {}", text::list(&shown, "and"));
            self.add(Subject::Document, Action::Changed, Effect::Documentation, sentence);
        }
    }

    fn addresses(&mut self, old: &Http, new: &Http) {
        let all = |http: &Http| -> BTreeSet<String> {
            http.operations.iter().flat_map(|one| one.addresses.iter().cloned()).collect()
        };
        let is_written_otherwise = old.layout != new.layout;
        let (old, new) = (all(old), all(new));
        if old == new && is_written_otherwise {
            let sentence = "writes the addresses of requests in another way".to_owned();
            self.add(Subject::Document, Action::Changed, Effect::Documentation, sentence);
        }
        for gone in old.difference(&new) {
            self.sending(true, format!("requests can no longer be sent to `{}`", shown(gone)));
        }
        for fresh in new.difference(&old) {
            self.sending(false, format!("requests can be sent to `{}`", shown(fresh)));
        }
    }

    fn request(&mut self, old: &Operation, new: &Operation) {
        for (kind, schema) in &old.request {
            match lookup(&new.request, kind) {
                None => self.sending(true, format!("requests in `{}` are no longer accepted", shown(kind))),
                Some(other) if other != schema => {
                    let (kind, schema, other) = (shown(kind), shown(schema), shown(other));
                    self.sending(
                        true,
                        format!("requests in `{kind}` are now `{other}`; they were `{schema}`"),
                    );
                }
                Some(_) => {}
            }
        }
        for kind in new.request.keys().filter(|kind| lookup(&old.request, kind).is_none()) {
            self.sending(false, format!("requests in `{}` are accepted", shown(kind)));
        }
        match (old.is_body_required, new.is_body_required) {
            (false, true) => self.sending(true, "requests must now have a body".to_owned()),
            (true, false) => self.sending(false, "requests may now have no body".to_owned()),
            _ => {}
        }
    }

    /// Whoever authenticates in a way that is still enough, or more than enough, loses nothing.
    fn security(&mut self, old: &[BTreeSet<String>], new: &[BTreeSet<String>]) {
        let serves = |ways: &[BTreeSet<String>], way: &BTreeSet<String>| {
            ways.iter().any(|needed| needed.is_subset(way))
        };
        let words = |way: &BTreeSet<String>| match way.len() {
            0 => "no authentication".to_owned(),
            _ => shown(&text::list(&way.iter().cloned().collect::<Vec<_>>(), "and")),
        };
        let ways: Vec<String> = new.iter().map(words).collect();
        for way in old.iter().filter(|way| !serves(new, way)) {
            let (way, ways) = (words(way), text::list(&ways, "or"));
            self.sending(true, format!("requests with {way} are refused; they need {ways}"));
        }
        for way in new.iter().filter(|way| !serves(old, way)) {
            self.sending(false, format!("requests with {} are accepted", words(way)));
        }
    }

    fn responses(&mut self, old: &Responses, new: &Responses) {
        for (status, bodies) in new {
            match old.get(status).or_else(|| covering(old, status)) {
                Some(before) => self.bodies(status, before, bodies),
                // RFC 9110, section 15: a status that a client does not know is one of its class.
                None => {
                    let is_of = |known: &str| known[..1] == status[..1] && status.len() > 1;
                    let is_known = old.iter().any(|(known, before)| is_of(known) && before == bodies);
                    let words = if is_known { "like others of its class" } else { "unlike those before" };
                    let sentence = format!("answers can have the status `{}`, {words}", shown(status));
                    self.answering(!is_known, sentence);
                }
            }
        }
        for status in
            old.keys().filter(|status| !new.contains_key(*status) && covering(new, status).is_none())
        {
            // An error that does not occur any more is none to be handled; a success is one that is waited for.
            let is_success = status.starts_with(['1', '2', '3']);
            self.answering(is_success, format!("answers no longer have the status `{}`", shown(status)));
        }
    }

    /// Readers get what they cannot read, or get no longer what they ask for.
    fn bodies(&mut self, status: &str, old: &Bodies, new: &Bodies) {
        let status = shown(status);
        for (kind, schema) in old {
            match lookup(new, kind) {
                None => {
                    let sentence =
                        format!("answers with the status `{status}` no longer come in `{}`", shown(kind));
                    self.answering(true, sentence);
                }
                Some(other) if other != schema => {
                    let (schema, other) = (shown(schema), shown(other));
                    let sentence =
                        format!("answers with the status `{status}` are now `{other}`; they were `{schema}`");
                    self.answering(true, sentence);
                }
                Some(_) => {}
            }
        }
        for kind in new.keys().filter(|kind| lookup(old, kind).is_none()) {
            let sentence = format!("answers with the status `{status}` can come in `{}`", shown(kind));
            self.answering(!old.is_empty(), sentence);
        }
    }

    fn tasks(&mut self, old: Tasks, new: Tasks) {
        match (old.is_array, new.is_array) {
            (true, false) => self.sending(true, "a request is one task; it was an array of tasks".to_owned()),
            (false, true) => self.sending(true, "a request is an array of tasks; it was one task".to_owned()),
            _ => {}
        }
        if old.least != new.least {
            let sentence = format!("a request needs at least {} tasks; it was {}", new.least, old.least);
            self.sending(old.least < new.least, sentence);
        }
        if old.most != new.most {
            let words =
                |most: Option<u64>| most.map_or("any number of".to_owned(), |most| format!("at most {most}"));
            let sentence = format!("a request has {} tasks; it had {}", words(new.most), words(old.most));
            self.sending(new.most.is_some_and(|new| old.most.is_none_or(|old| new < old)), sentence);
        }
    }
}

fn kind(breaks: bool) -> (Action, Effect) {
    (Action::Changed, if breaks { Effect::Breaking } else { Effect::Compatible })
}

/// A text of a document within backticks.
fn shown(text: &str) -> String {
    text::shorten(text, 120).replace('`', "'")
}

/// The schema of a media type, stated for it or for a range that holds it.
fn lookup<'b>(bodies: &'b Bodies, kind: &str) -> Option<&'b String> {
    let range = kind.split_once('/').map(|(start, _)| format!("{start}/*"));
    bodies.get(kind).or_else(|| bodies.get(&range?)).or_else(|| bodies.get("*/*"))
}

/// What is stated for a range of statuses that holds this one.
fn covering<'r>(responses: &'r Responses, status: &str) -> Option<&'r Bodies> {
    let class = status.get(..1).filter(|_| status.len() == 3).map(|class| format!("{class}XX"));
    class.and_then(|class| responses.get(&class)).or_else(|| responses.get("DEFAULT"))
}

/// The places where two descriptions differ, as dotted names.
fn differences(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(old, new, "", DEPTH, &mut found);
    found
}

fn collect(old: &Value, new: &Value, place: &str, depth: u32, found: &mut Vec<String>) {
    match (old, new) {
        _ if old == new => {}
        (Value::Object(before), Value::Object(after)) if depth > 0 => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            // A status or a media type of one of the two is reported as such.
            let is_listed = place.ends_with("responses") || place.ends_with("content");
            for name in names
                .into_iter()
                .filter(|name| !is_listed || before.contains_key(*name) && after.contains_key(*name))
            {
                let below = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                let value =
                    |members: &serde_json::Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                collect(&value(before), &value(after), &below, depth - 1, found);
            }
        }
        _ => found.push(shown(place)),
    }
}
