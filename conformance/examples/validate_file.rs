//! A file with a task, or with an array of tasks, is judged without sending anything. Exit code 0 when it is valid, 1
//! with everything that is wrong when it is not, 2 when it cannot be read.
//!
//! ```sh
//! cargo run --example validate_file -- request.json
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
    match judge(&text) {
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

/// How many tasks there are, if all are valid.
fn judge(text: &str) -> Result<usize, Violations> {
    if text.trim_start().starts_with('[') {
        Batch::<Request>::from_json(text).map(|batch| batch.len())
    } else {
        Request::from_json(text).map(|_| 1)
    }
}
