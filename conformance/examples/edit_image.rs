//! Edits an image: the request has two reference images, one that the service has, by its UUID, and one from a file.
//!
//! ```sh
//! cargo run --example edit_image -- --reference docs/examples/cat.png --out cat-at-sea.webp
//! ```

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::Reference;
use airspec_models::openai_gpt_image_2::{Inputs, OutputFormat, OutputType, Request, Required};
use clap::Parser as _;
use std::error::Error;
use std::path::PathBuf;

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the API; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// The reference image: PNG, JPEG or WebP
    #[arg(long)]
    reference: PathBuf,
    /// The file for the new image
    #[arg(long, default_value = "edited.webp")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = Box::pin(support::Server::at(arguments.base_url, MockSettings::default())).await?;
    let client = server.client()?;
    let prompt = |text: &str| Required { positive_prompt: text.into(), width: 512, height: 512 };

    // The first image. The service keeps it under its UUID.
    let scene = Request::builder(prompt("an empty harbour")).build()?;
    let scene = client.run(&scene).await?.results.remove(0);

    // The second image, from the first one and the file. The answer contains it as Base64 text instead of a URL.
    let animal = Reference::from_path(&arguments.reference)?;
    let edit = Request::builder(prompt("put the animal of the second image on the quay of the first"))
        .inputs(Inputs::default().reference_images([scene.image_uuid, animal.into()]))
        .output_type(OutputType::Base64Data)
        .output_format(OutputFormat::Webp)
        .build()?;
    let size = client.run(&edit).await?.results[0].save(&client, &arguments.out).await?;
    println!("{}: {size} bytes", arguments.out.display());
    Ok(())
}
