//! The smallest program that an integrator has: what it takes to compile it with all its packages, and its size.

use super::scratch::{Scratch, models};
use super::table::{OWN, Table, Unit};
use super::typify::{self, TYPIFY};
use anyhow::Context as _;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Instant;

const GROUP: &str = "program";

/// Reads a request and says what is wrong with it.
const CHECKS: &str = "fn main() {
    let text = std::env::args().nth(1).unwrap_or_default();
    match airspec_models::openai_gpt_image_2::Request::from_json(&text) {
        Ok(_) => println!(\"valid\"),
        Err(violations) => println!(\"{violations}\"),
    }
}
";

/// The same by a client, which also sends it.
const SENDS: &str = "use airspec_models::client::Client;
use airspec_models::openai_gpt_image_2::Request;

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let task = Request::from_json(&std::env::args().nth(1).unwrap_or_default())?;
    let client = Client::from_env()?;
    client.run(&task).await?.results[0].save(&client, \"image.jpg\").await?;
    Ok(())
}
";

const READS: &str = "#[allow(warnings)]
mod model;

fn main() {
    let text = std::env::args().nth(1).unwrap_or_default();
    match serde_json::from_str::<model::Request>(&text) {
        Ok(_) => println!(\"valid\"),
        Err(error) => println!(\"{error}\"),
    }
}
";

pub(super) fn measure(root: &Path, table: &mut Table) -> anyhow::Result<()> {
    let place = crate::target(root).join("bench/program");
    let own = Scratch::new(place.join("own"), &models(root, ""), CHECKS)?;
    add(&own, OWN, table)?;
    if let Some(program) = typify::program(root, table) {
        let dependencies = typify::DEPENDENCIES;
        let other = Scratch::new(place.join("other"), dependencies, READS)?;
        let schema = root.join("generated/reference/openai-gpt-image-2/schema.json");
        typify::module(&program, &schema, &other.folder.join("src/model.rs"))?;
        add(&other, TYPIFY, table)?;
    }
    let tokio = "tokio = { version = \"1\", default-features = false, features = [\"macros\", \"rt\"] }";
    let client = format!("{}\n{tokio}", models(root, ", features = ['client']"));
    add(&Scratch::new(place.join("client"), &client, SENDS)?, "airspec with `client`", table)
}

/// Compiles everything of a program, with nothing there before.
fn add(scratch: &Scratch, who: &str, table: &mut Table) -> anyhow::Result<()> {
    scratch.cargo(&["fetch"])?;
    let target = scratch.folder.join("target");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    scratch.cargo(&["build", "--release"])?;
    let took = start.elapsed();
    let tree = scratch.command(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let packages = packages(tree).context("the packages cannot be listed")?;
    #[expect(clippy::cast_precision_loss, reason = "a count for a table")]
    table.add(GROUP, "packages", who, packages as f64, Unit::Count);
    table.add(GROUP, "cargo build --release, cold", who, took.as_secs_f64() * 1e9, Unit::Nanoseconds);
    table.add(GROUP, "the program, stripped", who, scratch.megabytes()?, Unit::Megabytes);
    Ok(())
}

/// The number of packages that a program has beside itself.
fn packages(mut tree: std::process::Command) -> anyhow::Result<usize> {
    let text = String::from_utf8(tree.output()?.stdout)?;
    // A package that was listed before has a mark behind it.
    let packages: BTreeSet<&str> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(packages.len() - 1)
}
