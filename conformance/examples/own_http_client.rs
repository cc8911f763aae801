//! Sends a task with an HTTP client of your own: with your headers, proxies, certificates or TLS library.
//!
//! ```sh
//! cargo run --example own_http_client -- --out lighthouse.jpg
//! RUNWARE_API_KEY=… cargo run --example own_http_client -- --base-url https://api.runware.ai/v1
//! ```

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::openai_gpt_image_2::{Request, Required};
use clap::Parser as _;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the API; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// The file for the image
    #[arg(long, default_value = "image.jpg")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = Box::pin(support::Server::at(arguments.base_url, MockSettings::default())).await?;

    // The TLS library of your own client is your choice; this program takes rustls with ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .user_agent("lighthouses/1.0")
        .pool_idle_timeout(Duration::from_secs(20))
        // The endpoint must not redirect a request that has the key.
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let client = server.client_with(|settings| settings.http_client(http))?;

    let positive_prompt = "a lighthouse at dawn".into();
    let task = Request::builder(Required { positive_prompt, width: 1024, height: 768 }).build()?;
    let size = client.run(&task).await?.results[0].save(&client, &arguments.out).await?;
    println!("{}: {size} bytes", arguments.out.display());
    Ok(())
}
