//! What the program `airspec` is made of: its commands, and the comparison of generated code with the judge.
//!
//! Nothing here judges, serves or writes reports: that is `airspec-suite`, `airspec-mock` and `airspec-report`.

pub mod cli;
pub mod differential;
