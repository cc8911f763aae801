//! Sends tasks until a budget is used up. A task that could exceed the budget is not sent.
//!
//! ```sh
//! cargo run --example budget -- --usd 0.2
//! RUNWARE_API_KEY=… cargo run --example budget -- --usd 0.2 --base-url https://api.runware.ai/v1
//! ```

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::client::{Budget, Error as ClientError};
use airspec_models::openai_gpt_image_2::{Quality, Request, Required};
use clap::Parser as _;
use std::error::Error;

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the API; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// The budget in US dollars
    #[arg(long, default_value_t = 0.1)]
    usd: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = Box::pin(support::Server::at(arguments.base_url, MockSettings::default())).await?;
    let budget = Budget::usd(arguments.usd);
    let client = server.client_with(|settings| settings.budget(&budget))?;

    for number in 1.. {
        let required =
            Required { positive_prompt: format!("lighthouse {number}"), width: 1024, height: 1024 };
        let task = Request::builder(required)
            .provider_settings_openai_quality(Quality::Low)
            .include_cost(true) // the real price replaces the estimate
            .build()?;
        match client.run(&task).await {
            Ok(finished) => println!("image {number}: {:?} US dollars", finished.cost()),
            Err(error @ ClientError::OverBudget { .. }) => {
                println!("{error}");
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    println!("spent {} of {} US dollars", budget.spent(), budget.limit());
    Ok(())
}
