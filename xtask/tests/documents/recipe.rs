//! The commands of the recipes for CI, with what the service puts into the place of its variables.

use super::lines::{Line, read};
use std::path::Path;
use yaml_rust2::{Yaml, YamlLoader};

/// The lines of each recipe.
pub(crate) fn all() -> Vec<Vec<Line>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ci");
    let lines = |name: &str| {
        let yaml = YamlLoader::load_from_str(&read(&folder.join(name))).unwrap();
        let mut steps = Vec::new();
        collect(&yaml[0], &mut steps);
        assert!(steps.iter().any(|step| step.contains("airspec conformance ")), "{name}: {steps:?}");
        // There is no repository here; `nightly.rs` runs a job to its pull request.
        steps.retain(|step| !step.contains("git push"));
        let line = |text| Line { document: format!("docs/ci/{name}"), text };
        steps.iter().flat_map(|step| filled(step)).map(line).collect()
    };
    ["github-actions.yml", "github-follow.yml", "gitlab-ci.yml"].map(lines).into()
}

/// What `run`, `before_script` and `script` hold, in the order of the file.
fn collect(yaml: &Yaml, steps: &mut Vec<String>) {
    match yaml {
        Yaml::Hash(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    (Some("run"), Yaml::String(text)) => steps.push(text.clone()),
                    (Some("script" | "before_script"), Yaml::Array(texts)) => {
                        steps.extend(texts.iter().filter_map(Yaml::as_str).map(str::to_owned));
                    }
                    _ => collect(value, steps),
                }
            }
        }
        Yaml::Array(items) => items.iter().for_each(|item| collect(item, steps)),
        _ => {}
    }
}

/// A step with the values of its variables; one of a shard for each of the three shards.
fn filled(step: &str) -> Vec<String> {
    let is_shard = step.contains("matrix.part") || step.contains("CI_NODE_INDEX");
    let shards = if is_shard { 1..=3 } else { 1..=1 };
    let fill = |shard: u8| {
        let variable = regex::Regex::new(r"\$\{\{ *([a-z]+)\.([A-Za-z_]+) *\}\}").unwrap();
        let value = |found: &regex::Captures<'_>| match (&found[1], &found[2]) {
            ("vars", name) => format!("${name}"),
            ("matrix", "part") => shard.to_string(),
            ("github", "run_number") => "7".to_owned(),
            (space, name) => panic!("what is {space}.{name}?"),
        };
        format!("export CI_NODE_INDEX={shard}\n{}", variable.replace_all(step, value))
    };
    shards.map(fill).collect()
}
