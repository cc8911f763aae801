//! Generates an image and saves it to a file, with a progress bar.
//!
//! ```sh
//! cargo run --example generate_image -- --out lighthouse.png
//! RUNWARE_API_KEY=… cargo run --example generate_image -- --base-url https://api.runware.ai/v1
//! ```

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::client::Progress;
use airspec_models::openai_gpt_image_2::{DeliveryMethod, OutputFormat, Request, Required};
use clap::Parser as _;
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the API; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// The file for the image
    #[arg(long, default_value = "image.png")]
    out: PathBuf,
    /// The prompt
    #[arg(long, default_value = "a lighthouse at dawn")]
    prompt: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = Box::pin(support::Server::at(arguments.base_url, MockSettings::default())).await?;
    let client = server.client()?;

    let task = Request::builder(Required { positive_prompt: arguments.prompt, width: 1024, height: 768 })
        .output_format(OutputFormat::Png)
        .delivery_method(DeliveryMethod::Async)
        .build()?;

    let bar = ProgressBar::new_spinner().with_message("sending");
    bar.enable_steady_tick(Duration::from_millis(100));
    let on_progress = |step: Progress<'_>| match step {
        Progress::Accepted { .. } => bar.set_message("generating"),
        Progress::Waiting { error, pause } => {
            bar.set_message(format!("{error}; next attempt in {pause:.0?}"));
        }
        Progress::Results { ready, wanted, .. } => {
            bar.set_message(format!("{ready} of {wanted} images ready"));
        }
        _ => {}
    };
    let finished = client.run_with(&task, on_progress).await?;
    let url = finished.results[0].image_url.as_deref().ok_or("the result has no imageURL")?;

    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}")?);
    let size = client
        .save_with(url, &arguments.out, |read, all| {
            bar.set_length(all.unwrap_or(read));
            bar.set_position(read);
        })
        .await?;
    bar.finish_and_clear();
    println!("{}: {size} bytes", arguments.out.display());
    Ok(())
}
