//! Validates a file with a task, or with an array of tasks, without sending it. Exit code 0: valid. Exit code 1:
//! prints all violations. Exit code 2: the file cannot be read.
//!
//! ```sh
//! cargo run --example validate_file -- docs/examples/request.json
//! ```

use airspec_models::openai_gpt_image_2::Request;
use airspec_models::{Batch, Violations};
use clap::Parser as _;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Parser)]
struct Arguments {
    /// The file
    file: PathBuf,
}

fn main() -> ExitCode {
    let Arguments { file } = Arguments::parse();
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            return ExitCode::from(2);
        }
    };
    match validate(&text) {
        Ok(count) => {
            println!("{}: valid, {count} to send", file.display());
            ExitCode::SUCCESS
        }
        Err(violations) => {
            for violation in &violations {
                println!("{}: {violation} [{}]", file.display(), violation.constraint);
            }
            ExitCode::from(1)
        }
    }
}

/// The number of tasks, if all are valid.
fn validate(text: &str) -> Result<usize, Violations> {
    if text.trim_start().starts_with('[') {
        Batch::<Request>::from_json(text).map(|batch| batch.len())
    } else {
        Request::from_json(text).map(|_| 1)
    }
}
