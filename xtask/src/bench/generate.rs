//! `cargo xtask gen` on catalogues of one to four hundred models.

use super::process::watch;
use super::table::{OWN, Table, Unit};
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names that differ from model to model, so that only some types are shared.
const VARIED: [&str; 6] =
    ["outputQuality", "moderation", "ttl", "numberResults", "checkContent", "positivePrompt"];

/// Times the generation of catalogues, from nothing and with nothing to do.
pub(super) fn measure(root: &Path, folder: &Path, counts: &[usize], table: &mut Table) -> anyhow::Result<()> {
    let template = Template::of(root)?;
    for count in counts {
        let place = folder.join(format!("catalogue-{count}"));
        catalogue(&place, &root.join("generated/Cargo.toml"), *count, |number| vary(&template, number))?;
        let what = if *count == 1 { "1 model".to_owned() } else { format!("{count} models") };
        let mut generate = Command::new(std::env::current_exe()?);
        generate.args(["gen", "--root"]).arg(&place);
        let (fresh, again) = (watch(&mut generate)?, watch(&mut generate)?);
        table.add("generating", &what, OWN, fresh.took.as_secs_f64() * 1e9, Unit::Nanoseconds);
        if let Some(peak) = fresh.peak {
            table.add("generating", &format!("{what}: most memory"), OWN, peak / 1e6, Unit::Megabytes);
        }
        let unchanged = format!("{what}, nothing changed");
        table.add("generating", &unchanged, OWN, again.took.as_secs_f64() * 1e9, Unit::Nanoseconds);
    }
    Ok(())
}

/// A catalogue of models that differ in their slugs and ids alone, so that a mock of each has all behaviours.
pub(super) fn alike(root: &Path, place: &Path, count: usize) -> anyhow::Result<()> {
    let template = Template::of(root)?;
    catalogue(place, &root.join("generated/Cargo.toml"), count, |number| template.named(number))
}

/// The spec that all models of a catalogue are made of.
struct Template {
    text: String,
    slug: String,
    air: String,
}

impl Template {
    fn of(root: &Path) -> anyhow::Result<Self> {
        let file =
            crate::generate::specs(root)?.into_iter().next().context("no spec to make a catalogue of")?;
        let text = fs::read_to_string(&file)?;
        let slug = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let air = airspec_spec::read_file(&file)?.air.context("the spec has no AIR id")?;
        Ok(Self { text, slug, air })
    }

    /// The spec with a slug and an id of its own.
    fn named(&self, number: usize) -> String {
        let text = self.text.replace(&self.slug, &format!("maker-model-{number}"));
        text.replace(&self.air, &format!("maker:{number}@1"))
    }
}

fn catalogue(
    place: &Path,
    manifest: &Path,
    count: usize,
    text: impl Fn(usize) -> String,
) -> anyhow::Result<()> {
    if place.exists() {
        fs::remove_dir_all(place)?;
    }
    fs::create_dir_all(place.join("spec/models"))?;
    fs::create_dir_all(place.join("generated"))?;
    fs::copy(manifest, place.join("generated/Cargo.toml"))?;
    for number in 0..count {
        let path: PathBuf = place.join(format!("spec/models/maker-model-{number}.json"));
        fs::write(path, text(number))?;
    }
    Ok(())
}

/// The spec of another model: its own slug and id, and in two of three some names of its own.
fn vary(template: &Template, number: usize) -> String {
    let mut text = template.named(number).replace("3840", &(1024 + 16 * number).to_string());
    if !number.is_multiple_of(3) {
        for name in VARIED {
            text = renamed(&text, name, &format!("{name}{number}"));
        }
    }
    text
}

/// Replaces whole words.
fn renamed(text: &str, name: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let touches = before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if touches { name } else { by });
        rest = after;
    }
    out + rest
}
