//! Cases, mock server, runner and reports that hold a server against the spec.

pub mod agree;
pub mod broken;
pub mod case;
pub mod cli;
pub mod cost;
pub mod date;
pub mod deviation;
mod equivalent;
pub mod faults;
pub mod judge;
pub mod mock;
pub mod oracle;
pub mod picture;
mod price;
pub mod random;
pub mod redact;
pub mod report;
pub mod run;
mod serving;
pub mod shard;
