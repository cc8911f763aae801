//! Cases derived from a spec, the runner that sends them, and the oracle that judges the answers.
//!
//! [`case::derive`] makes requests, each with what must happen to it; [`run::run`] sends them to a [`run::Target`] and hands
//! what it sees to the [`oracle`], whose verdicts are final. [`faults`] runs the suite against a mock with one deliberate
//! fault at a time. Not its business: files, terminals and formats of reports.

pub mod case;
mod changes;
pub mod cost;
pub mod counterexamples;
pub mod date;
mod equivalent;
pub mod faults;
pub mod oracle;
pub mod packing;
pub mod parameter;
pub mod protocol;
pub mod random;
pub mod redact;
pub mod run;
pub mod shard;
