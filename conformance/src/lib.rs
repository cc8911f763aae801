//! Cases, mock server, runner and reports that hold a server against the spec.

pub mod judge;
