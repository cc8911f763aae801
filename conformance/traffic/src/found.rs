//! What is wrong with an exchange, and who is at fault.

use airspec_spec::Level;
use airspec_suite::oracle::{Class, Verdict};

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The client: its request breaks the spec.
    Client,
    /// The server: its answer does.
    Server {
        /// Who is right, as far as the page tells.
        class: Class,
        /// What must have happened: `accept`, `reject` or `behave`.
        expect: &'static str,
    },
}

/// One thing that is wrong with an exchange.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who is at fault.
    pub side: Side,
    /// The constraint, the behaviour or the rule of the protocol.
    pub subject: String,
    /// Where it is stated.
    pub level: Level,
    /// How grave it is.
    pub verdict: Verdict,
    /// What it has in common with others of the same cause.
    pub cause: String,
    /// What was seen and what should have been.
    pub detail: String,
    /// Whether it is the first of its cause, and where it is the client's, of the client.
    pub is_first: bool,
}

/// What was seen of one exchange.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Its number, from 1.
    pub number: u64,
    /// The client, as it is shown.
    pub client: String,
    /// What is wrong.
    pub found: Vec<Found>,
    /// What was not judged, and why.
    pub left_out: Vec<String>,
    /// Whether the answer to something of it was judged.
    pub is_judged: bool,
    /// Links whose files are not known yet.
    pub links: Vec<String>,
}
