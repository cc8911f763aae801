//! What the server of the accounting property does with a request.

use serde_json::{Value, json};

/// What the server does with a request. All but the first three carry its tasks out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    Refuse,
    Busy,
    AwayForNow,
    Honest,
    NoPrice,
    OddPrice,
    AwayAfterAll,
    GatewayTimeout,
    Crash,
    RequestTimeout,
    Garbage,
    Empty,
    Reset,
    Half,
    Hang,
}

pub(crate) const MOODS: [Mood; 15] = [
    Mood::Refuse,
    Mood::Busy,
    Mood::AwayForNow,
    Mood::Honest,
    Mood::NoPrice,
    Mood::OddPrice,
    Mood::AwayAfterAll,
    Mood::GatewayTimeout,
    Mood::Crash,
    Mood::RequestTimeout,
    Mood::Garbage,
    Mood::Empty,
    Mood::Reset,
    Mood::Half,
    Mood::Hang,
];

impl Mood {
    /// The status and the body of its answer, given the results and what a refusal says.
    pub(crate) fn says(self, items: &[Value], refusal: String) -> (u16, String) {
        match self {
            Self::Refuse => (400, refusal),
            Self::Busy => (429, refusal),
            Self::AwayForNow | Self::AwayAfterAll => (503, String::new()),
            Self::GatewayTimeout => (504, refusal),
            Self::Crash => (500, "oops".to_owned()),
            Self::RequestTimeout => (408, refusal),
            Self::Garbage => (200, "<!doctype html>".to_owned()),
            Self::Empty => (200, json!({"data": []}).to_string()),
            _ => (200, json!({"data": items}).to_string()),
        }
    }
}
