//! Validators of other languages, on the same requests.

use super::table::{Table, Unit};
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// Times Python's and Node's validators, and notes which of them cannot be had.
pub(super) fn measure(root: &Path, corpus: &Path, seconds: &str, table: &mut Table) -> anyhow::Result<()> {
    let folder = root.join("conformance/benches/peers");
    let schema = root.join("generated/reference/openai-gpt-image-2/schema.json");
    let python = crate::interop::virtual_environment(
        Path::new("python3"),
        &crate::target(root).join("bench/python"),
        &folder.join("requirements.txt"),
        &[],
    );
    match python {
        Ok(python) => {
            let mut command = Command::new(python);
            command.arg(folder.join("validate.py")).arg(&schema).arg(corpus).arg(seconds);
            collect(&mut command, "fastjsonschema (Python)", table)?;
        }
        Err(reason) => table.skipped.push(format!("fastjsonschema: {reason:#}")),
    }
    let place = crate::target(root).join("bench/node");
    let files = ["package.json", "validate.mjs"];
    match crate::interop::node_modules(&place, &folder, &files, "install") {
        Ok(()) => {
            let mut command = Command::new("node");
            command.arg("validate.mjs").arg(&schema).arg(corpus).arg(seconds).current_dir(&place);
            collect(&mut command, "Ajv (Node)", table)?;
        }
        Err(reason) => table.skipped.push(format!("Ajv: {reason:#}")),
    }
    Ok(())
}

fn collect(command: &mut Command, who: &str, table: &mut Table) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("{who} has another verdict, or failed");
    }
    for line in String::from_utf8(output.stdout)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let name = line["name"].as_str().context("no name")?;
        table.add("verdict", name, who, line["ns"].as_f64().context("no figure")?, Unit::Nanoseconds);
    }
    Ok(())
}
