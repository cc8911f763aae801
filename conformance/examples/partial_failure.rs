//! Runs a batch in which some tasks fail: the results of the others are kept, and each error says what to do.
//!
//! ```sh
//! cargo run --example partial_failure
//! ```
//!
//! The balance of the mock server is enough for two of the three tasks.

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::Batch;
use airspec_models::client::{Class, Error as ClientError};
use airspec_models::openai_gpt_image_2::{Quality, Request, Required};
use clap::Parser as _;
use std::error::Error;

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the API; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let poor = MockSettings { network: "balance=0.1".parse()?, ..MockSettings::default() };
    let server = Box::pin(support::Server::at(arguments.base_url, poor)).await?;

    let task = |prompt: &str, quality| {
        Request::builder(Required { positive_prompt: prompt.into(), width: 1024, height: 1024 })
            .provider_settings_openai_quality(quality)
            .include_cost(true)
            .build()
    };
    let batch = Batch::new([
        task("a lighthouse", Quality::Low)?,
        task("a lighthouse in every detail", Quality::High)?,
        task("a harbour", Quality::Low)?,
    ])?;

    let outcomes = server.client()?.run_batch(&batch).await;
    for (task, outcome) in batch.iter().zip(&outcomes) {
        match &outcome.result {
            Ok(finished) => {
                let cost: f64 = finished.results.iter().filter_map(|image| image.cost).sum();
                println!("done: {} ({cost} USD)", task.positive_prompt);
            }
            Err(error) => println!("failed: {} ({})", task.positive_prompt, advice(error)),
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err()).count();
    println!("{failed} of {} failed", outcomes.len());
    Ok(())
}

/// The action for an error.
fn advice(error: &ClientError) -> String {
    match error.class() {
        _ if error.may_be_billed() => {
            format!("it may be billed, so call `collect` and do not send it again: {error}")
        }
        _ if error.is_retryable() => format!("send it again later: {error}"),
        Class::Quota => "top up the account, then send this task again".to_owned(),
        Class::Validation => format!("change {}: {error}", error.parameters().join(", ")),
        _ => error.to_string(),
    }
}
