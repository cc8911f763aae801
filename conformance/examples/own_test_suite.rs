//! The suite as a library, as a test of your own would use it: a few constraints and behaviours against your server.
//!
//! ```sh
//! cargo run --example own_test_suite
//! cargo run --example own_test_suite -- --address http://127.0.0.1:8080/v1
//! ```
//!
//! In a test the body of `main` stands below `#[tokio::test]`, and the last line is an `assert!`.

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
    /// The server under test, on this machine; without it a mock server is started
    #[arg(long)]
    address: Option<String>,
    /// A fault for the mock server to have, such as `accept:width.maximum`
    #[arg(long)]
    fault: Option<String>,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let settings = MockSettings { faults: arguments.fault.into_iter().collect(), ..MockSettings::default() };
    let server = support::Server::at(arguments.address, settings).await?;

    // What the spec says about these two parameters, as requests and as what must happen to them.
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
