//! Uses the suite as a library, as in a test: it checks a few constraints and behaviours of your server.
//!
//! ```sh
//! cargo run --example own_test_suite
//! cargo run --example own_test_suite -- --base-url http://127.0.0.1:8080/v1
//! ```
//!
//! In a test, put the body of `main` into a function with `#[tokio::test]`, and end with an `assert!`.

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_suite::case;
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_suite::run::{Limit, Secret, Settings, Target, run};
use clap::Parser as _;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the server under test, on this machine; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// A fault of the mock server, such as `accept:width.maximum`
    #[arg(long)]
    fault: Option<String>,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let settings = MockSettings { faults: arguments.fault.into_iter().collect(), ..MockSettings::default() };
    let server = Box::pin(support::Server::at(arguments.base_url, settings)).await?;

    // The test cases for these two parameters.
    let model = support::model()?;
    let mut cases = case::derive(&model, 7)?.cases;
    cases.retain(|case| ["width.", "numberResults."].iter().any(|start| case.subject.starts_with(start)));

    let target = Target::new(&server.url, Some(Secret::new("a-key-for-tests")), Limit::Loopback)?;
    let oracle = Arc::new(Oracle::new(&model)?);
    let run = run(oracle, &cases, &target, &Settings::default(), |_| {}, std::future::pending()).await?;

    let failed: Vec<_> = run.records.iter().filter(|record| record.verdict == Verdict::Fail).collect();
    for record in &failed {
        println!("{}: {}", record.id, record.detail);
    }
    println!("{} cases, {} failed", run.records.len(), failed.len());
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
