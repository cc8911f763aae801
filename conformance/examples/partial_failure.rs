//! A batch of which some tasks fail: what worked is kept, and each error says who can do something about it.
//!
//! ```sh
//! cargo run --example partial_failure
//! ```
//!
//! The mock server has a balance that covers two of the three tasks.

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::Batch;
use airspec_models::client::{Class, Error as ClientError};
use airspec_models::openai_gpt_image_2::{Quality, Request, Required};
use clap::Parser as _;
use std::error::Error;

#[derive(clap::Parser)]
struct Arguments {
    /// The endpoint; without it a mock server is started
    #[arg(long)]
    address: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let poor = MockSettings { network: "balance=0.1".parse()?, ..MockSettings::default() };
    let server = support::Server::at(arguments.address, poor).await?;

    let picture = |prompt: &str, quality| {
        Request::builder(Required { positive_prompt: prompt.into(), width: 1024, height: 1024 })
            .provider_settings_openai_quality(quality)
            .include_cost(true)
            .build()
    };
    let batch = Batch::new([
        picture("a lighthouse", Quality::Low)?,
        picture("a lighthouse in every detail", Quality::High)?,
        picture("a harbour", Quality::Low)?,
    ])?;

    let outcomes = server.client()?.run_batch(&batch).await;
    for (task, outcome) in batch.iter().zip(&outcomes) {
        match &outcome.result {
            Ok(finished) => {
                let cost: f64 = finished.results.iter().filter_map(|picture| picture.cost).sum();
                println!("done: {} ({cost} USD)", task.positive_prompt);
            }
            Err(error) => println!("failed: {} ({})", task.positive_prompt, advice(error)),
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err()).count();
    println!("{failed} of {} failed", outcomes.len());
    Ok(())
}

/// What to do about an error.
fn advice(error: &ClientError) -> String {
    match error.class() {
        Class::Balance => "top up the account, then send this task again".to_owned(),
        Class::Request => format!("change {}: {error}", error.parameters().join(", ")),
        _ if error.is_retryable() => format!("send it again later: {error}"),
        _ if error.may_be_billed() => {
            format!("it may be paid for, so collect it instead of sending it anew: {error}")
        }
        _ => error.to_string(),
    }
}
