//! Handles a refusal by the provider's content policy, and images that the content check marks.
//!
//! ```sh
//! cargo run --example moderation
//! RUNWARE_API_KEY=… cargo run --example moderation -- --base-url https://api.runware.ai/v1
//! ```
//!
//! The mock server refuses every task. A refused task must not be sent again unchanged.

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::client::Class;
use airspec_models::openai_gpt_image_2::{DeliveryMethod, Request, Required, Safety};
use clap::Parser as _;
use std::error::Error;

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the API; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// The prompt
    #[arg(long, default_value = "a lighthouse at dawn")]
    prompt: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let strict = MockSettings { network: "moderation".parse()?, ..MockSettings::default() };
    let server = Box::pin(support::Server::at(arguments.base_url, strict)).await?;
    let client = server.client()?;

    for delivery in [DeliveryMethod::Sync, DeliveryMethod::Async] {
        let required = Required { positive_prompt: arguments.prompt.clone(), width: 1024, height: 1024 };
        let task = Request::builder(required)
            .delivery_method(delivery)
            .safety(Safety::default().check_content(true))
            .build()?;
        match client.run(&task).await {
            Ok(finished) => {
                let marked = finished.results.iter().filter(|image| image.nsfw_content == Some(true)).count();
                println!("{delivery}: {} images, {marked} to be reviewed", finished.results.len());
            }
            Err(error) if error.class() == Class::Safety => {
                println!("{delivery}: the prompt was refused, ask for another one ({error})");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
