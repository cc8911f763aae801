//! What is written for other programs, before those: tools for agents before the official client of their protocol, the kill
//! matrix before the schema of mutation testing reports, and schemas for editors before JSON Schema's own.

use super::documents::{Tools, run};
use std::path::Path;

/// Runs every check, and tells whether all pass.
pub(super) fn check(root: &Path, tools: &Tools) -> anyhow::Result<bool> {
    let made = tempfile::tempdir()?;
    let mut all_well = true;
    let mut agents = tools.program("python");
    agents.arg(root.join("conformance/interop/documents/check_agents.py"));
    agents.arg(xtask_start::built(root, "debug", "airspec"));
    all_well &= run("mcp", &mut agents)?;

    let mut faults = crate::airspec_command(root);
    faults
        .args(["faults", "--seed", "7", "--seeds", "0", "--fault", "accept:width.*", "--report"])
        .arg(made.path());
    all_well &= run("faults", &mut faults)?;
    let schema = "node_modules/mutation-testing-report-schema/dist/src/mutation-testing-report-schema.json";
    let mut mutation = tools.program("check-jsonschema");
    mutation.arg("--schemafile").arg(tools.modules().join(schema)).arg(made.path().join("mutation.json"));
    all_well &= run("the schema of mutation testing reports", &mut mutation)?;

    for of in ["flags", "deviations", "mock-settings"] {
        let output = crate::airspec_command(root).args(["config", "--schema", of]).output()?;
        let file = made.path().join(of);
        std::fs::write(&file, output.stdout)?;
        let mut metaschema = tools.program("check-jsonschema");
        all_well &= run("JSON Schema", metaschema.arg("--check-metaschema").arg(file))?;
    }
    Ok(all_well)
}
