//! `cargo xtask`: builds the program that has the command, and becomes it.
//!
//! The commands about servers are those of the program `airspec`; for them, the maintainer's program is not built at all.

use std::process::ExitCode;
use xtask_start::{PASSED_ON, build, hand_over, root};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let is_passed_on = arguments.first().is_some_and(|first| PASSED_ON.iter().any(|name| first == *name));
    let program = if is_passed_on { "airspec" } else { "xtask" };
    let root = root();
    let start = || {
        build(&root, program)?;
        let mut command = xtask_start::command(&root, program);
        command.args(&arguments);
        hand_over(command)
    };
    start().unwrap_or_else(|error| {
        eprintln!("xtask: {error}");
        ExitCode::from(2)
    })
}
