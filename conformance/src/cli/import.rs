//! `airspec import`: a document of ours from what the provider published.

use super::fetch::Published;
use super::{End, Failure, documents, show, shown, wording};
use airspec_report::replace;
use airspec_spec::facts::Remark;
use airspec_spec::import::{Imported, Known, Wording};
use airspec_spec::text::{shorten, visible};
use airspec_spec::{Source, import, verify};
use airspec_suite::date::Date;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// As many remarks of one kind are shown.
const SHOWN: usize = 200;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Published source: an OpenAPI file, an answer of the schema service, the JSON Schema of a task, or a model page (Markdown or text)
    #[arg(value_name = "FILE", required_unless_present = "model", conflicts_with = "model")]
    source: Option<PathBuf>,
    /// Slug or AIR id of a model, whose document the provider is asked for
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Folder of the document
    #[arg(long, value_name = "DIR", env = documents::FOLDER, hide_env = true, default_value = ".")]
    out: PathBuf,
    /// Day of the release, such as 2026-10-12, for a spec that is new or changes. Default: that of --release, or today
    #[arg(long, value_name = "DATE", value_parser = airspec_spec::release::day)]
    released: Option<String>,
    #[command(flatten)]
    wording: wording::AnswerArguments,
    #[command(flatten)]
    published: Published,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let known = documents::known(&arguments.out)?;
    let (source, facts) =
        arguments.published.file_or_model(arguments.source.as_deref(), arguments.model.as_deref(), &known)?;
    let slug = import::slug(&facts, &known).ok_or_else(|| {
        Failure(format!("{}: contains no model id; add the AIR id or the URL of the page", source.name()))
    })?;
    let path = arguments.out.join(format!("{slug}.json"));
    let old = path.exists().then(|| airspec_spec::read_source(&path)).transpose()?;
    let decided = verify::allowed_for(&path)?;
    let day = arguments.day();
    let import = |wording: &Wording| {
        let (document, wording, released) = (old.as_ref(), Some(wording), Some(day.as_str()));
        import::import(&facts, &slug, &Known { document, decided: &decided, wording, released })
    };
    let (imported, remembered) = arguments.wording.answered(&arguments.out, &slug, import)?;
    let model = airspec_spec::read(&Source::new(format!("{slug}.json"), imported.text.as_str()))?;
    for warning in &model.warnings {
        super::complain(&warning.to_string());
    }
    let is_new = old.as_ref().is_none_or(|old| old.text() != imported.text);
    let mut kept = None;
    if is_new {
        airspec_report::make_folder(&arguments.out)?;
        kept = old
            .filter(|_| !imported.changes.is_empty())
            .map(|old| keep(&arguments.out, &slug, &old))
            .transpose()?;
        replace(&path, imported.text.as_bytes())?;
    }
    if let Some(remembered) = &remembered {
        replace(&remembered.path, remembered.text.as_bytes())?;
    }
    let mut said = format!("{}: {}, about {slug}\n", source.name(), facts.layout);
    remarks(&mut said, source.name(), &imported, &facts.unread);
    if let Some(kept) = kept.flatten() {
        let _ = writeln!(said, "kept the release before as {}", shown(&kept));
    }
    if let Some(remembered) = &remembered {
        let _ = writeln!(said, "remembered the answers in {}", shown(&remembered.path));
    }
    let _ = writeln!(said, "{} {}", if is_new { "wrote" } else { "nothing to change in" }, shown(&path));
    show(&said)?;
    Ok(End::Conforms)
}

impl Arguments {
    /// The day of the release that is imported.
    fn day(&self) -> String {
        let release = || self.published.release().and_then(airspec_spec::release::day_of);
        self.released.clone().or_else(release).unwrap_or_else(|| Date::of(SystemTime::now()).to_string())
    }
}

/// Keeps the document of the release before in the history beside the folder, if there is one. A document without a day
/// is of no release.
fn keep(folder: &Path, slug: &str, old: &Source) -> Result<Option<PathBuf>, Failure> {
    let history = folder.join("../history");
    let version = airspec_spec::read(old)?.version;
    let day = version.and_then(|version| airspec_spec::release::day(&version).ok());
    let Some(day) = day.filter(|_| history.is_dir()) else { return Ok(None) };
    let history = history.join(slug);
    let path = history.join(format!("{day}.json"));
    if path.exists() {
        return Ok(None);
    }
    airspec_report::make_folder(&history)?;
    replace(&path, old.text().as_bytes())?;
    Ok(Some(path))
}

fn remarks(said: &mut String, source: &str, imported: &Imported, unread: &[Remark]) {
    let parts = [
        ("changes", imported.changes.as_slice()),
        ("wording taken over", imported.worded.as_slice()),
        (
            "open questions (answer them in the document, with --answers or with --ask)",
            imported.questions.as_slice(),
        ),
        ("not understood and left out", unread),
    ];
    for (title, remarks) in parts.into_iter().filter(|(_, remarks)| !remarks.is_empty()) {
        let _ = writeln!(said, "\n{title}:");
        for remark in remarks.iter().take(SHOWN) {
            let _ = writeln!(said, "  {}:{}: {}", visible(source), remark.line, shorten(&remark.text, 200));
        }
        if remarks.len() > SHOWN {
            let _ = writeln!(said, "  and {} more", remarks.len() - SHOWN);
        }
    }
    said.push('\n');
}
