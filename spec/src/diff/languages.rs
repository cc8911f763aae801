//! Patterns compared as sets of texts: a text that some patterns let through and another one does not, or the proof that
//! there is none.
//!
//! Each pattern becomes a deterministic automaton, and all of them are walked side by side. Automata that would be too
//! large, and walks that would be too long, give no answer.

use super::facts::Facts;
use crate::model::{Rule, Schema};
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::util::syntax;
use regex_automata::{Anchored, MatchKind};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// Bytes that an automaton may take.
const MAX_SIZE: usize = 1 << 20;

/// Bytes that making one may take.
const MAX_WORK: usize = 4 << 20;

/// Places of a walk.
const MAX_PLACES: usize = 4_000;

/// Answers that are kept: a proof asks the same again and again.
const MAX_ANSWERS: usize = 512;

/// All texts, as bytes that are UTF-8.
const TEXTS: &str = r"\A(?s:.)*\z";

/// What is found of texts that some patterns let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The other pattern lets all of them through.
    Within,
    /// The other pattern refuses this one, and none that is shorter.
    Beyond(String),
    /// The automata are too large to tell.
    Unknown,
}

thread_local! {
    static ANSWERS: RefCell<HashMap<(Vec<String>, String), Answer>> = RefCell::new(HashMap::new());
}

/// Whether every text that matches all of the known patterns matches the goal. They are in the syntax of the `regex` crate.
pub(super) fn compare<T: AsRef<str>>(known: &[T], goal: &str) -> Answer {
    let mut known: Vec<String> = known.iter().map(|pattern| pattern.as_ref().to_owned()).collect();
    known.sort_unstable();
    known.dedup();
    let key = (known, goal.to_owned());
    if let Some(answer) = ANSWERS.with_borrow(|answers| answers.get(&key).cloned()) {
        return answer;
    }
    let answer = walk(&key.0, goal);
    ANSWERS.with_borrow_mut(|answers| {
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        answers.insert(key, answer.clone());
    });
    answer
}

/// Texts that tell one schema of a string from another: each matches a pattern of the first, and not those of the second.
#[must_use]
pub fn told_apart(from: &Schema, to: &Schema) -> Vec<Value> {
    let all_known = Facts::of(from).profile().texts();
    let (from, to) = (patterns(from), patterns(to));
    let mut texts = Vec::new();
    for goal in &to {
        if let Answer::Beyond(text) = compare(&all_known, goal) {
            texts.push(Value::from(text));
        }
    }
    for known in &from {
        let others = to.iter().filter(|goal| *goal != known);
        let all = to.iter().map(|goal| format!("(?:{goal})")).collect::<Vec<_>>().join("|");
        for goal in others.copied().chain((to.len() > 1).then_some(all.as_str())) {
            if let Answer::Beyond(text) = compare(&[known], goal) {
                texts.push(Value::from(text));
            }
        }
    }
    texts
}

/// The patterns in a schema and in its rules.
fn patterns(schema: &Schema) -> Vec<&str> {
    let mut found = Vec::new();
    for rule in schema.rules() {
        match rule {
            Rule::Pattern(pattern) => found.push(pattern.rust.as_str()),
            _ => found.extend(rule.children().into_iter().flat_map(patterns)),
        }
    }
    found
}

type Machine = dense::DFA<Vec<u32>>;

fn machine(pattern: &str) -> Option<Machine> {
    let config = dense::Config::new()
        .accelerate(false)
        .start_kind(StartKind::Unanchored)
        .match_kind(MatchKind::All)
        .dfa_size_limit(Some(MAX_SIZE))
        .determinize_size_limit(Some(MAX_WORK));
    dense::Builder::new().configure(config).syntax(syntax::Config::new()).build(pattern).ok()
}

/// Where each automaton stands; `None` for one that has found a match, which no further text undoes.
type Place = Vec<Option<StateID>>;

/// The steps of a walk: each place with the one before it and the byte that led there.
struct Walk {
    machines: Vec<Machine>,
    places: Vec<(Place, usize, u8)>,
    known: HashSet<Place>,
}

fn walk(known: &[String], goal: &str) -> Answer {
    let patterns = known.iter().map(String::as_str).chain([TEXTS, goal]);
    let Some(machines) = patterns.map(machine).collect::<Option<Vec<_>>>() else { return Answer::Unknown };
    let starts: Option<Place> = machines
        .iter()
        .map(|machine| machine.start_state(&start::Config::new().anchored(Anchored::No)).ok().map(Some))
        .collect();
    let Some(start) = starts else { return Answer::Unknown };
    let bytes = letters(&machines);
    let mut walk = Walk { machines, places: vec![(start.clone(), 0, 0)], known: HashSet::from([start]) };
    let mut next = 0;
    while next < walk.places.len() {
        let place = walk.places[next].0.clone();
        if walk.tells_apart(&place) {
            return walk.text(next).map_or(Answer::Unknown, Answer::Beyond);
        }
        for byte in &bytes {
            match walk.step(&place, *byte) {
                Step::To(place) => walk.reach(place, next, *byte),
                Step::Nowhere => {}
                Step::Unknown => return Answer::Unknown,
            }
        }
        if walk.places.len() > MAX_PLACES {
            return Answer::Unknown;
        }
        next += 1;
    }
    Answer::Within
}

/// One byte of each kind that the automata tell apart; of several, one that is easy to read.
fn letters(machines: &[Machine]) -> Vec<u8> {
    let readable = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(b'!'..=b'~');
    let mut seen = HashSet::new();
    let kind = |byte: u8| machines.iter().map(|one| one.byte_classes().get(byte)).collect::<Vec<u8>>();
    readable.chain(b' '..=b' ').chain(0..=255).filter(|byte| seen.insert(kind(*byte))).collect()
}

enum Step {
    To(Place),
    /// No text that goes on here is one to look for.
    Nowhere,
    /// An automaton gives up.
    Unknown,
}

impl Walk {
    /// Whether the text that ends here matches all patterns but the goal, which is the last one.
    fn tells_apart(&self, place: &Place) -> bool {
        let ends = |(machine, state): (&Machine, &Option<StateID>)| {
            state.is_none_or(|state| machine.is_match_state(machine.next_eoi_state(state)))
        };
        let mut ends = self.machines.iter().zip(place).map(ends).collect::<Vec<_>>();
        let goal = ends.pop();
        goal == Some(false) && ends.into_iter().all(|is_match| is_match)
    }

    fn step(&self, place: &Place, byte: u8) -> Step {
        let goal = self.machines.len() - 1;
        let mut next = Place::with_capacity(place.len());
        for (index, (machine, state)) in self.machines.iter().zip(place).enumerate() {
            let state = state.map(|state| machine.next_state(state, byte));
            match state {
                Some(state) if machine.is_quit_state(state) => return Step::Unknown,
                Some(state) if machine.is_match_state(state) => next.push(None),
                Some(state) if index != goal && machine.is_dead_state(state) => return Step::Nowhere,
                state => next.push(state),
            }
        }
        if next[goal].is_none() { Step::Nowhere } else { Step::To(next) }
    }

    fn reach(&mut self, place: Place, from: usize, byte: u8) {
        if self.known.insert(place.clone()) {
            self.places.push((place, from, byte));
        }
    }

    /// The text that leads to a place.
    fn text(&self, mut place: usize) -> Option<String> {
        let mut bytes = Vec::new();
        while place != 0 {
            let (_, from, byte) = &self.places[place];
            bytes.push(*byte);
            place = *from;
        }
        bytes.reverse();
        String::from_utf8(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beyond(known: &[&str], goal: &str) -> Option<String> {
        match compare(known, goal) {
            Answer::Within => None,
            Answer::Beyond(text) => {
                let is_match = |pattern: &str| regex::Regex::new(pattern).unwrap().is_match(&text);
                assert!(known.iter().all(|pattern| is_match(pattern)) && !is_match(goal), "{text:?}");
                Some(text)
            }
            Answer::Unknown => panic!("{known:?} and {goal}"),
        }
    }

    #[test]
    fn a_looser_pattern_holds_all_texts_of_a_tighter_one() {
        for (tight, loose) in [
            ("^[a-z]{2}$", "^[a-z]+$"),
            ("^ab$", "b"),
            ("^(?:cat|dog)$", "^[a-z]{3}$"),
            (r"^\d{4}-\d{2}$", r"^[\d-]{7}$"),
            ("^a*$", "^(?:aa)*a?$"),
            ("é", "^.*é.*$|\n"),
            (r"^(?-u:\b)ab", "^ab"),
            ("x", ""),
        ] {
            assert_eq!(beyond(&[tight], loose), None, "{tight} and {loose}");
            assert_eq!(beyond(&[tight], tight), None);
        }
        assert_eq!(beyond(&["^[a-z]+$", "^.{3}$"], "^[a-z]{3}$"), None);
    }

    #[test]
    fn a_tighter_pattern_is_told_from_a_looser_one_by_the_shortest_text() {
        for (loose, tight, text) in [
            ("^[a-z]+$", "^[a-z]{2}$", "a"),
            ("", "^a", ""),
            ("^a+$", "^a{1,3}$", "aaaa"),
            ("^..$", "^[a-zA-Z0-9]{2}$", "a!"),
            ("^é?$", "^$", "é"),
        ] {
            assert_eq!(beyond(&[loose], tight).as_deref(), Some(text), "{loose} and {tight}");
        }
        assert_eq!(beyond(&["^[a-z]+$", "^.{3,9}$"], "^[a-z]{4,}$").as_deref(), Some("aaa"));
    }

    #[test]
    fn what_is_too_large_gives_no_answer() {
        assert_eq!(compare(&[r"^(?:\p{L}|\p{N}){1,400}$"], "^[a-z]*$"), Answer::Unknown);
        assert_eq!(compare(&["(?:a|b)*a(?:a|b){30}"], "^$"), Answer::Unknown);
    }
}
