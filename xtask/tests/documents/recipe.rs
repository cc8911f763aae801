//! The commands of the recipes for CI, with what the service puts into the place of its variables.

use super::lines::{Line, read};
use std::path::Path;
use yaml_rust2::{Yaml, YamlLoader};

/// The recipes whose steps are commands. Files of one list run one after the other in one folder.
const RECIPES: [&[&str]; 4] = [
    &["github-actions.yml"],
    &["github-follow.yml"],
    &["gitlab-ci.yml"],
    &["kubernetes.yml", "kubernetes-report.yml"],
];

/// The lines of each recipe.
pub(crate) fn all() -> Vec<Vec<Line>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ci");
    let lines = |names: &&[&str]| {
        let mut lines = Vec::new();
        for name in *names {
            let mut steps = Vec::new();
            for document in YamlLoader::load_from_str(&read(&folder.join(name))).unwrap() {
                let mut of_document = Vec::new();
                collect(&document, &mut of_document);
                let settings = settings(&document);
                steps.extend(of_document.into_iter().map(|step| (settings.clone(), step)));
            }
            // There is no repository here; `nightly.rs` runs a job to its pull request.
            steps.retain(|(_, step)| !step.contains("git push"));
            let line = |text| Line { document: format!("docs/ci/{name}"), text };
            let filled = |(settings, step): &(String, String)| {
                filled(step).map(|text| line(format!("{settings}{text}"))).collect::<Vec<_>>()
            };
            lines.extend(steps.iter().flat_map(filled));
        }
        assert!(lines.iter().any(|line| line.text.contains("airspec conformance ")), "{names:?}");
        lines
    };
    RECIPES.iter().map(lines).collect()
}

/// What `run`, `before_script` and `script` hold, and the script of a container, in the order of the file.
fn collect(yaml: &Yaml, steps: &mut Vec<String>) {
    match yaml {
        Yaml::Hash(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    (Some("run"), Yaml::String(text)) => steps.push(text.clone()),
                    (Some("script" | "before_script" | "args"), Yaml::Array(texts)) => {
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

/// What the pods of a Job have in the environment beside the settings of a user: their seed and the number of shards.
fn settings(document: &Yaml) -> String {
    if document["kind"].as_str() != Some("Job") {
        return String::new();
    }
    let shards = document["spec"]["completions"].as_i64().unwrap_or(1);
    format!("export AIRSPEC_SEED=7 AIRSPEC_SHARDS={shards}\n")
}

/// A step with the values of its variables; one of a shard for each of the three shards.
fn filled(step: &str) -> impl Iterator<Item = String> {
    let shards = ["matrix.part", "CI_NODE_INDEX", "JOB_COMPLETION_INDEX"];
    let is_shard = shards.iter().any(|variable| step.contains(variable));
    let shards = if is_shard { 1..=3 } else { 1..=1 };
    let fill = move |shard: u8| {
        let variable = regex::Regex::new(r"\$\{\{ *([a-z]+)\.([A-Za-z_]+) *\}\}").unwrap();
        let value = |found: &regex::Captures<'_>| match (&found[1], &found[2]) {
            ("vars", name) => format!("${name}"),
            ("matrix", "part") => shard.to_string(),
            ("github", "run_number") => "7".to_owned(),
            (space, name) => panic!("what is {space}.{name}?"),
        };
        let step = variable.replace_all(step, value);
        format!("export CI_NODE_INDEX={shard} JOB_COMPLETION_INDEX={}\n{step}", shard - 1)
    };
    shards.map(fill).collect::<Vec<_>>().into_iter()
}

#[test]
fn the_numbers_of_shards_in_a_recipe_agree() {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ci").join(name);
        YamlLoader::load_from_str(&read(&path)).unwrap()
    };
    let documents = read("kubernetes.yml");
    let of_kind =
        |kind: &str| documents.iter().find(|document| document["kind"].as_str() == Some(kind)).unwrap();
    let job = &of_kind("Job")["spec"];
    let shards = job["completions"].as_i64().unwrap();
    assert_eq!(job["completionMode"].as_str(), Some("Indexed"));
    assert_eq!(job["parallelism"].as_i64(), Some(shards));
    assert_eq!(job["maxFailedIndexes"].as_i64(), Some(shards));
    assert_eq!(of_kind("ConfigMap")["data"]["AIRSPEC_SHARDS"].as_str(), Some(shards.to_string().as_str()));
    let mut merge = Vec::new();
    collect(&read("kubernetes-report.yml")[0], &mut merge);
    let parts: Vec<String> = (1..=shards).map(|part| format!("part-{part}")).collect();
    assert_eq!(merge, [format!("airspec merge report {}\n", parts.join(" "))]);
}
