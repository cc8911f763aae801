//! The program `airspec`; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    airspec::cli::main()
}
