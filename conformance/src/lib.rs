//! Cases, mock server, runner and reports that hold a server against the spec.

pub mod agree;
pub mod case;
pub mod cli;
pub mod judge;
pub mod mock;
pub mod oracle;
pub mod picture;
pub mod random;
pub mod report;
pub mod run;
