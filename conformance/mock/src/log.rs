//! One tidy line per request, without anything that a client sent.

use super::protocol::{Note, Passage};
use std::fmt;
use std::time::Duration;

/// A request that was served.
#[derive(Clone, Debug)]
pub struct Served {
    /// The HTTP method, `WS` for a frame of a WebSocket.
    pub method: &'static str,
    /// The HTTP status; none for a frame, or where the connection was closed unanswered.
    pub status: Option<u16>,
    /// What happened.
    pub note: Note,
    /// From the arrival of the request to its answer.
    pub took: Duration,
    /// What became of the answer.
    pub passage: Passage,
}

/// Codes of errors that are named in a line.
const NAMED: usize = 3;

/// `POST /v1 200, 2 tasks, 1 result, 1 error (invalidWidth), 1.4 ms`
impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Note { route, tasks, results, errors } = &self.note;
        write!(f, "{} {route}", self.method)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        if *tasks > 0 {
            write!(f, ", {}, {}", counted(*tasks, "task"), counted(*results, "result"))?;
        }
        if !errors.is_empty() {
            let named: Vec<&str> = errors.iter().take(NAMED).map(String::as_str).collect();
            let more = if errors.len() > NAMED { ", …" } else { "" };
            write!(f, ", {} ({}{more})", counted(errors.len(), "error"), named.join(", "))?;
        }
        match self.passage {
            Passage::Normal => {}
            Passage::Slow(_) => f.write_str(", slowly")?,
            Passage::Dropped => f.write_str(", connection dropped")?,
        }
        write!(f, ", {:.1} ms", self.took.as_secs_f64() * 1000.0)
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The method, if it is a usual one: any word can stand in its place.
pub(crate) fn usual(method: &str) -> &'static str {
    const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];
    METHODS.into_iter().find(|known| *known == method).unwrap_or("(other method)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_happened_in_numbers_and_codes() {
        let note = Note {
            route: "/v1",
            tasks: 2,
            results: 1,
            errors: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
        };
        let served = Served {
            method: usual("POST"),
            status: Some(200),
            note,
            took: Duration::from_micros(1420),
            passage: Passage::Normal,
        };
        assert_eq!(served.to_string(), "POST /v1 200, 2 tasks, 1 result, 4 errors (a, b, c, …), 1.4 ms");
        assert_eq!(usual("SECRET"), "(other method)");
    }
}
