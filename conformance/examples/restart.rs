//! A program that stops in the middle of a deferred task and collects the results in its next run. It saves the
//! `taskUUID` and the number of results before it sends the task, so nothing that is paid for is lost.
//!
//! ```sh
//! cargo run --example restart                  # both runs, with a mock server
//! RUNWARE_API_KEY=… cargo run --example restart -- --base-url https://api.runware.ai/v1 --only submit
//! RUNWARE_API_KEY=… cargo run --example restart -- --base-url https://api.runware.ai/v1 --only collect
//! ```

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::Uuid;
use airspec_models::client::Client;
use airspec_models::openai_gpt_image_2::{DeliveryMethod, Request, Required};
use clap::Parser as _;
use std::error::Error;
use std::path::{Path, PathBuf};

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the API; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// The file for the task that is not finished
    #[arg(long, default_value = "unfinished.txt")]
    file: PathBuf,
    /// One of the two runs
    #[arg(long)]
    only: Option<Run>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Run {
    Submit,
    Collect,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = Box::pin(support::Server::at(arguments.base_url, MockSettings::default())).await?;
    if arguments.only != Some(Run::Collect) {
        submit(&server.client()?, &arguments.file).await?;
    }
    // Here the program may stop, also by a crash or a power failure.
    if arguments.only != Some(Run::Submit) {
        collect(&server.client()?, &arguments.file).await?;
    }
    Ok(())
}

/// The first run.
async fn submit(client: &Client, file: &Path) -> Result<(), Box<dyn Error>> {
    let results = 2;
    let positive_prompt = "a lighthouse at dawn".into();
    let task = Request::builder(Required { positive_prompt, width: 1024, height: 768 })
        .number_results(results)
        .delivery_method(DeliveryMethod::Async)
        .build()?;
    // Before the task is sent: after a lost answer, nobody knows whether it runs.
    std::fs::write(file, format!("{} {results}", task.task_uuid))?;
    client.submit(&task).await?;
    println!("submitted a task of {results} images");
    Ok(())
}

/// The next run.
async fn collect(client: &Client, file: &Path) -> Result<(), Box<dyn Error>> {
    let saved = std::fs::read_to_string(file)?;
    let (id, results) = saved.split_once(' ').ok_or("the file has no task")?;
    let id: Uuid = id.parse()?;
    let finished = client.collect_by_id::<Request>(&id, results.parse()?).await?;
    for (number, image) in finished.results.iter().enumerate() {
        let path = file.with_file_name(format!("image-{}.jpg", number + 1));
        let size = image.save(client, &path).await?;
        println!("{}: {size} bytes", path.display());
    }
    // Only after all images are saved.
    std::fs::remove_file(file)?;
    Ok(())
}
