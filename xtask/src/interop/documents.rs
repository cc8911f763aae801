//! The emitted documents before the tools they are meant for, at pinned versions, unchanged: JSON Schema's own
//! metaschema, the validators of OpenAPI, Swagger UI's reader, Prism, and Schemathesis against the mock.

use super::{KEY, Mock, node_modules, virtual_environment};
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the tools are.
pub(crate) struct Tools {
    python: PathBuf,
    modules: PathBuf,
    /// The folder of Schemathesis's hooks.
    hooks: PathBuf,
}

/// Shows every model's documents to every tool, and tells whether all take them.
pub(super) fn check(root: &Path, tools: &Tools, specs: &[PathBuf]) -> anyhow::Result<bool> {
    let made = tempfile::tempdir()?;
    let mut all_well = true;
    for spec in specs {
        let model = airspec_spec::read_file(spec)?;
        println!("{}", model.slug);
        let schema = made.path().join("schema.json");
        let openapi = made.path().join("openapi.json");
        std::fs::write(&schema, airspec_codegen::view::json_schema(&model).to_string())?;
        std::fs::write(&openapi, airspec_codegen::view::openapi(&model).to_string())?;
        let mut mock = Mock::start(root, &["--spec".as_ref(), spec.as_os_str()])?;
        let (url, body) = mock.url_and_body()?;
        for (name, mut command) in commands(tools, &schema, &openapi, &url, &body) {
            all_well &= run(name, &mut command)?;
        }
    }
    Ok(all_well)
}

/// One call for each tool.
fn commands(
    tools: &Tools,
    schema: &Path,
    openapi: &Path,
    url: &str,
    body: &str,
) -> Vec<(&'static str, Command)> {
    let program = |name: &str| tools.program(name);
    let mut metaschema = program("check-jsonschema");
    metaschema.arg("--check-metaschema").arg(schema);
    let mut validator = program("openapi-spec-validator");
    validator.arg(openapi);
    let mut schemathesis = tools.schemathesis(openapi, url);
    // What a document cannot say is left out: rules across parameters make a mock refuse what fits the schema.
    schemathesis.args(["--max-examples", "50", "--checks"]).arg(
        "not_a_server_error,content_type_conformance,response_schema_conformance,negative_data_rejection",
    );
    let mut node = Command::new("node");
    node.arg("check_documents.mjs").arg(openapi).arg(body).current_dir(&tools.modules);
    vec![
        ("check-jsonschema", metaschema),
        ("openapi-spec-validator", validator),
        ("schemathesis", schemathesis),
        ("node", node),
    ]
}

/// Runs a tool; what it says is shown where it does not take the document.
pub(super) fn run(name: &str, command: &mut Command) -> anyhow::Result<bool> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("`{name}` does not start"))?;
    let is_well = output.status.success();
    println!("{}  {name}", if is_well { "ok    " } else { "FAILED" });
    if !is_well || name == "node" {
        print!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(is_well)
}

impl Tools {
    /// The tools, installed where they are not yet.
    pub(crate) fn at(root: &Path, python: &Path) -> anyhow::Result<Self> {
        let folder = root.join("conformance/interop/documents");
        let place = root.join("target/interop-documents");
        let python = virtual_environment(python, &place, &folder.join("requirements.txt"), &[])?;
        let modules = root.join("target/interop-documents-node");
        node_modules(
            &modules,
            &folder,
            &["package.json", "check_documents.mjs", "../checks.mjs"],
            "install",
        )?;
        Ok(Self { python, modules, hooks: folder })
    }

    /// A program of the Python packages.
    pub(super) fn program(&self, name: &str) -> Command {
        Command::new(self.python.with_file_name(name))
    }

    /// Where the Node packages are.
    pub(crate) fn modules(&self) -> &Path {
        &self.modules
    }

    /// A run of Schemathesis, but for its checks and how many requests it makes. Its hooks know what a document cannot
    /// say of a batch.
    pub(crate) fn schemathesis(&self, openapi: &Path, url: &str) -> Command {
        let mut command = Command::new(self.python.with_file_name("schemathesis"));
        command
            .arg("run")
            .arg(openapi)
            .args(["--url", url, "--header", &format!("Authorization: Bearer {KEY}")])
            .args(["--seed", "1", "--generation-database", "none"])
            .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
            .env("PYTHONPATH", &self.hooks)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NO_COLOR", "1");
        command
    }
}
