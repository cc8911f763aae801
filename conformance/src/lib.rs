//! The program `airspec`: arguments, files, exit codes; and the comparison of generated code with the judge, which is the
//! one place that knows both.

pub mod cli;
pub mod differential;
