//! What the program `airspec` is made of: its commands, and the comparison of generated code with the judge.
//!
//! It reads what the provider publishes (`published`). Nothing here judges, serves or writes reports: that is `airspec-suite`, `airspec-mock` and `airspec-report`.

pub mod cli;
pub mod differential;
mod published;
