//! How long one of N shards of a large catalogue takes, which is how long a run takes on N machines.

use super::generate;
use super::process::watch;
use super::table::{OWN, Table, Unit};
use std::path::Path;
use std::process::Command;

/// A size of catalogue, and the numbers of shards.
pub(super) struct Load {
    pub(super) models: usize,
    pub(super) shards: &'static [u32],
}

/// Runs the first shard of each number of shards, alone, against the embedded mock.
pub(super) fn measure(
    root: &Path,
    folder: &Path,
    program: &Path,
    load: &Load,
    table: &mut Table,
) -> anyhow::Result<()> {
    let place = folder.join(format!("shards-{}", load.models));
    generate::alike(root, &place, load.models)?;
    for shards in load.shards {
        let reports = tempfile::tempdir()?;
        let mut run = Command::new(program);
        run.args([
            "conformance",
            "--quiet",
            "--seed",
            "7",
            "--search",
            "0",
            "--shard",
            &format!("1/{shards}"),
            "--spec",
        ]);
        run.arg(place.join("spec/models")).arg("--report").arg(reports.path());
        run.args(["--deadline", "3h"]);
        let ran = watch(&mut run)?;
        let group = format!("{} models in shards", load.models);
        let what = if *shards == 1 { "1 shard".to_owned() } else { format!("1 of {shards} shards") };
        table.add(&group, &what, OWN, ran.took.as_secs_f64() * 1e9, Unit::Nanoseconds);
        if let Some(seconds) = ran.processor {
            table.add(&group, &format!("{what}: processor time"), OWN, seconds * 1e9, Unit::Nanoseconds);
        }
        if let Some(peak) = ran.peak {
            table.add(&group, &format!("{what}: most memory"), OWN, peak / 1e6, Unit::Megabytes);
        }
    }
    Ok(())
}
