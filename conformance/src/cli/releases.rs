//! `airspec catalogue`: the models of a release of the provider's schemas, and what changed between two.

use super::fetch::Connection;
use super::{End, Failure, show};
use crate::published::{FetchError, LATEST, Listed, Provider};
use airspec_report::counted;
use airspec_spec::text::{visible, visible_json};
use serde_json::{Value, json};
use std::fmt::Write as _;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Release, such as 20261012T0000 or `latest`; two releases: what changed. Default: the models of today
    #[arg(value_name = "RELEASE", num_args = 0..=2)]
    releases: Vec<String>,
    /// List only models with tasks of this type, such as imageInference
    #[arg(long, value_name = "TYPE")]
    task: Option<String>,
    /// Output format
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table
    Text,
    /// A table in Markdown
    Markdown,
    /// One JSON object
    Json,
}

/// Rows of cells.
struct Table {
    head: &'static [&'static str],
    rows: Vec<Vec<String>>,
    /// The last line.
    total: String,
    json: Value,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let provider = arguments.connection.provider()?;
    let runtime = super::runtime()?;
    let table = match arguments.releases.as_slice() {
        [old, new] => runtime.block_on(changes(&provider, old, new, arguments.task.as_deref()))?,
        one => {
            runtime.block_on(list(&provider, one.first().map(String::as_str), arguments.task.as_deref()))?
        }
    };
    let text = match arguments.format {
        Format::Text => table.text(),
        Format::Markdown => table.markdown(),
        Format::Json => visible_json(&format!("{:#}\n", table.json)).into_owned(),
    };
    show(&text)?;
    Ok(End::Conforms)
}

fn is_of(model: &Listed, task: Option<&str>) -> bool {
    task.is_none_or(|task| model.task == task)
}

fn as_json(model: &Listed) -> Value {
    json!({"air": model.air, "slug": model.slug, "taskType": model.task})
}

/// The models of a release. One without a list of its models has its schemas.
async fn list(provider: &Provider, release: Option<&str>, task: Option<&str>) -> Result<Table, FetchError> {
    let (version, mut models) = match provider.models(release).await {
        Ok(models) => (models.version, models.all),
        Err(FetchError::Unknown { .. }) => {
            let release = provider.release(release.unwrap_or(LATEST)).await?;
            (release.version.clone(), release.models())
        }
        Err(error) => return Err(error),
    };
    models.retain(|model| is_of(model, task));
    let of =
        version.as_deref().map(|version| format!(" of release {}", visible(version))).unwrap_or_default();
    Ok(Table {
        head: &["AIR id", "slug", "task type"],
        rows: models
            .iter()
            .map(|model| vec![model.air.clone(), model.slug.clone(), model.task.clone()])
            .collect(),
        total: format!("{}{of}", counted(models.len(), "model")),
        json: json!({"release": version, "models": models.iter().map(as_json).collect::<Vec<_>>()}),
    })
}

/// What changed between two releases.
async fn changes(provider: &Provider, old: &str, new: &str, task: Option<&str>) -> Result<Table, FetchError> {
    let (old, new) = (provider.release(old).await?, provider.release(new).await?);
    let (before, mut after) = (old.models(), new.models());
    let find = |models: &[Listed], air: &str| models.iter().find(|model| model.air == air).cloned();
    let gone: Vec<Listed> = before
        .iter()
        .filter(|model| find(&after, &model.air).is_none() && is_of(model, task))
        .cloned()
        .collect();
    let changed: Vec<_> = old
        .changed(&new)
        .into_iter()
        .filter(|change| find(&after, &change.air).is_some_and(|model| is_of(&model, task)))
        .collect();
    after.retain(|model| find(&before, &model.air).is_none() && is_of(model, task));
    let mut rows = Vec::new();
    for (what, models) in [("new", &after), ("removed", &gone)] {
        rows.extend(models.iter().map(|model| vec![what.to_owned(), model.air.clone(), model.slug.clone()]));
    }
    for change in &changed {
        let added = change.added.iter().map(|name| format!("+{name}"));
        let removed = change.removed.iter().map(|name| format!("-{name}"));
        let mut parts: Vec<String> = added.chain(removed).collect();
        parts.extend(change.results.then(|| "results".to_owned()));
        // Names aside, limits, values or words.
        parts.extend(parts.is_empty().then(|| "facts or wording".to_owned()));
        rows.push(vec!["changed".to_owned(), change.air.clone(), parts.join(", ")]);
    }
    let version = |version: &Option<String>| visible(version.as_deref().unwrap_or("?")).into_owned();
    let changes = changed.iter().map(|change| {
        json!({"air": change.air, "added": change.added, "removed": change.removed, "results": change.results})
    });
    let changes: Vec<Value> = changes.collect();
    let [new_models, removed] = [&after, &gone].map(|models| models.iter().map(as_json).collect::<Vec<_>>());
    Ok(Table {
        head: &["change", "AIR id", "slug or parameters"],
        total: format!(
            "from release {} to {}: {} new, {} removed, {} changed",
            version(&old.version),
            version(&new.version),
            after.len(),
            gone.len(),
            changed.len()
        ),
        json: json!({
            "from": old.version, "to": new.version, "new": new_models, "removed": removed, "changed": changes
        }),
        rows,
    })
}

impl Table {
    /// Columns as wide as what stands in them, the last one as long as it is.
    fn text(&self) -> String {
        let head: Vec<String> = self.head.iter().map(|&cell| cell.to_owned()).collect();
        let rows: Vec<Vec<String>> = std::iter::once(&head)
            .chain(&self.rows)
            .map(|row| row.iter().map(|cell| visible(cell).into_owned()).collect())
            .collect();
        let width =
            |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths = [width(0), width(1)];
        let mut text = String::new();
        for row in rows.iter().filter(|_| !self.rows.is_empty()) {
            let [a, b] = widths;
            let _ = writeln!(text, "{:a$}  {:b$}  {}", row[0], row[1], row[2]);
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        format!("{text}{gap}{}\n", self.total)
    }

    fn markdown(&self) -> String {
        let cell = |text: &String| {
            // Nothing in a name ends its cell or its code.
            let text: String = visible(text).chars().filter(|letter| !"|`".contains(*letter)).collect();
            if text.is_empty() { text } else { format!("`{text}`") }
        };
        let mut text = format!("| {} |\n|{}\n", self.head.join(" | "), "---|".repeat(self.head.len()));
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(cell).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        format!("{text}\n{}\n", self.total)
    }
}
