//! The Markdown file, for the summary page of a CI run: the counts, what is wrong with how to see it again, and what
//! is accepted. Texts of a server stand in code, where Markdown takes them as they are.

use super::ClientViolation;
use super::Tally;
use super::count::requests;
use super::document::{Document, Entry};
use super::unchecked;
use airspec_spec::text::{visible, visible_lines};
use airspec_suite::oracle::Verdict;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// CI services cut or refuse a summary of more than 1 MiB; so many findings of each kind are told in full.
const MAX_LISTED: usize = 50;
/// How much of a detail is shown, in characters.
const LONGEST: usize = 600;

pub(super) fn text(document: &Document) -> String {
    let summary = &document.summary;
    let verdict = summary.verdict(document.problems.len());
    let mut text = format!("## {}: {verdict}\n\n", code(&document.target));
    let models = document.models.join(", ");
    let shard = document.shard.as_ref().map(|shard| format!(", shard {}", code(shard))).unwrap_or_default();
    let requests = requests(summary.requests, summary.search_requests);
    let noun = if document.models.len() == 1 { "Model" } else { "Models" };
    let seed = if document.origin.is_suite() { format!(", seed {}", document.seed) } else { String::new() };
    let _ = writeln!(text, "{noun}: {}{seed}{shard}, {requests}\n", code(&models));
    let _ = writeln!(
        text,
        "| cases | passed | failed | no answer | not tried | not applicable | noted | accepted deviations |"
    );
    let _ = writeln!(text, "|---:|---:|---:|---:|---:|---:|---:|---:|");
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        summary.cases,
        summary.passed,
        summary.failed,
        summary.no_answer,
        summary.not_tried,
        summary.not_applicable(),
        summary.noted,
        summary.deviations
    );
    let done = document.cases.len();
    if done < summary.cases {
        let _ = writeln!(text, "\n**Incomplete: {done} of {} cases were tried.**", summary.cases);
    }
    list(&mut text, "Problems with the list of deviations", document.problems.iter().cloned());
    list(&mut text, &format!("Cost: {:.3} USD", summary.spent_usd), document.remarks.iter().cloned());
    list(&mut text, "Keywords that are not checked", unchecked::lines(&document.unchecked));
    let violations = document.clients.iter().map(ClientViolation::line);
    list(&mut text, "Requests that break the spec", violations);
    by_model(&mut text, document);
    by_parameter(&mut text, document);
    let of =
        |verdict| document.cases.iter().filter(move |entry| entry.verdict == verdict).collect::<Vec<_>>();
    findings(&mut text, "Failed", &of(Verdict::Fail));
    findings(&mut text, "Noted", &of(Verdict::Note));
    accepted(&mut text, document);
    text
}

/// A heading with a list, where the list has lines.
fn list(text: &mut String, heading: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_some() {
        let _ = writeln!(text, "\n### {heading}\n");
    }
    for line in lines {
        let _ = writeln!(text, "- {}", code(&line));
    }
}

/// The models, where there are several.
fn by_model(text: &mut String, document: &Document) {
    if document.models.len() < 2 {
        return;
    }
    let _ = writeln!(
        text,
        "\n| model | cases | passed | failed | no answer | noted |\n|---|---:|---:|---:|---:|---:|"
    );
    for model in &document.models {
        let own = document.cases.iter().filter(|entry| entry.model == *model);
        let Tally { passed, failed, no_answer, noted, .. } = Tally::of_entries(own.clone());
        let (name, cases) = (cell(model), own.count());
        let _ = writeln!(text, "| {name} | {cases} | {passed} | {failed} | {no_answer} | {noted} |");
    }
}

/// The parameters with something wrong.
fn by_parameter(text: &mut String, document: &Document) {
    let mut rows: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for entry in &document.cases {
        let row = rows.entry(&entry.parameter).or_default();
        row[0] += 1;
        row[1] += usize::from(entry.verdict == Verdict::Fail);
        row[2] += usize::from(entry.verdict == Verdict::Note);
    }
    rows.retain(|_, [_, failed, noted]| *failed + *noted > 0);
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n| parameter | cases | failed | noted |\n|---|---:|---:|---:|");
    for (parameter, [cases, failed, noted]) in rows {
        let name = if parameter.is_empty() { "the task itself".to_owned() } else { cell(parameter) };
        let _ = writeln!(text, "| {name} | {cases} | {failed} | {noted} |");
    }
}

fn findings(text: &mut String, title: &str, entries: &[&Entry]) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n### {title}: {}\n", entries.len());
    for entry in entries.iter().take(MAX_LISTED) {
        let class = entry.finding.map_or("skipped", airspec_suite::oracle::Class::word);
        let _ = writeln!(text, "<details><summary><code>{}</code> {class}</summary>\n", html(&entry.id));
        let detail: String = entry.detail.chars().take(LONGEST).collect();
        let _ = writeln!(text, "{}", block("text", &detail));
        if let Some(command) = entry.curl.as_ref().filter(|curl| curl.len() < 4096).or(entry.replay.as_ref())
        {
            let _ = writeln!(text, "{}", block("sh", command));
        }
        let _ = writeln!(text, "</details>");
    }
    if let Some(more) = entries.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        let _ = writeln!(text, "\nand {more} more, see `report.json`");
    }
}

fn accepted(text: &mut String, document: &Document) {
    let entries = document.cases.iter().filter_map(|entry| Some((entry, entry.deviation.as_ref()?)));
    let entries: Vec<_> = entries.collect();
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n### Accepted deviations: {}\n\n| case | reason |\n|---|---|", entries.len());
    for (entry, reason) in entries {
        let _ = writeln!(text, "| {} | {} |", cell(&entry.id), cell(reason));
    }
}

/// A code block whose fence is longer than any within.
fn block(language: &str, text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", visible_lines(text))
}

/// Code within a line.
fn code(text: &str) -> String {
    format!("`{}`", visible(&text.replace(['`', '\n', '\r'], "'")))
}

/// Code within a table.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

fn html(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
