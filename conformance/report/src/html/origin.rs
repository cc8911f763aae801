//! Where the page comes from: date, versions and commands of its runs. What is the same for all stands once.

use super::glance::{fact, seconds};
use super::markup::Html;
use crate::{Document, Provenance, replay};

/// So many different values of one fact are shown, and so many commands.
const MAX_SHOWN: usize = 5;

/// The facts that every run has of its own.
pub(super) fn facts(html: &mut Html, document: &Document) {
    let runs = &document.runs;
    distinct(html, "started", runs.iter().map(|run| readable(&run.started)));
    distinct(html, "AIR id", runs.iter().map(|run| run.air.clone().unwrap_or_default()));
    distinct(html, "spec", runs.iter().map(|run| run.spec_version.clone().unwrap_or_default()));
    let coverage = runs.iter().flat_map(|run| &run.coverage);
    distinct(html, "coverage", coverage.map(|one| format!("{} of {} {}", one.reached, one.of, one.axis)));
    distinct(html, "airspec", runs.iter().map(|run| run.tool_version.clone()));
}

/// The commands, each as a shell takes it; where reports were merged, with the time that each run took.
pub(super) fn commands(html: &mut Html, document: &Document) {
    let runs: Vec<&Provenance> = document.runs.iter().filter(|run| !run.command.is_empty()).collect();
    if runs.is_empty() {
        return;
    }
    html.raw("<div class=\"commands\"><h2>Command</h2>\n");
    for run in runs.iter().take(MAX_SHOWN) {
        if runs.len() > 1 {
            html.raw("<p>").long(&run.model).raw(", ").long(&readable(&run.started)).raw(", ");
            html.text(&seconds(run.duration_ms)).raw("</p>");
        }
        let words: Vec<String> = run.command.iter().map(|word| replay::quote(word)).collect();
        html.raw("<pre tabindex=\"0\">").long(&words.join(" ")).raw("</pre>\n");
    }
    if let Some(more) = runs.len().checked_sub(MAX_SHOWN).filter(|more| *more > 0) {
        html.raw("<p>And ")
            .number(more)
            .raw(" more, see <code>runs</code> in <code>report.json</code>.</p>\n");
    }
    html.raw("</div>\n");
}

/// A fact with all its different values, of which the empty one says nothing.
fn distinct(html: &mut Html, name: &'static str, values: impl Iterator<Item = String>) {
    let mut known: Vec<String> = Vec::new();
    for value in values.filter(|value| !value.is_empty()) {
        if !known.contains(&value) {
            known.push(value);
        }
    }
    if known.is_empty() {
        return;
    }
    let more = known.len().saturating_sub(MAX_SHOWN);
    known.truncate(MAX_SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    fact(html, name, &format!("{}{rest}", known.join(", ")));
}

/// `2026-11-22 18:30:00 UTC` for `2026-11-22T18:30:00.250Z`; what is no such date stays as it is.
fn readable(date: &str) -> String {
    let parts = date.strip_suffix('Z').and_then(|date| date.split_once('T'));
    let Some((day, time)) = parts else { return date.to_owned() };
    format!("{day} {} UTC", time.split('.').next().unwrap_or_default())
}
