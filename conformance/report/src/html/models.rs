//! The page of a run over several models: a row for each model, which leads to the page of its own, and what is wrong.

use super::glance::{findings_of, mark, sign};
use super::markup::Html;
use crate::{Document, Entry, Tally};
use airspec_suite::oracle::Verdict;

/// The page of a model in the folder of the run.
pub(super) fn page(model: &str) -> String {
    format!("{model}/report.html")
}

/// The models, and below them the findings of all.
pub(super) fn section(html: &mut Html, document: &Document) {
    // The counts above lead here.
    html.raw("<section aria-labelledby=\"cases\"><h2 id=\"cases\" tabindex=\"-1\">Models</h2>\n");
    html.raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table of models\"><table>");
    html.raw(
        "<thead><tr><th scope=\"col\">model</th><th scope=\"col\">verdict</th><th scope=\"col\">cases</th>",
    );
    html.raw("<th scope=\"col\">passed</th><th scope=\"col\">failed</th><th scope=\"col\">no answer</th>");
    html.raw("<th scope=\"col\">noted</th><th scope=\"col\">skipped</th></tr></thead>\n<tbody>\n");
    for model in &document.models {
        row(html, model, document.cases.iter().filter(|entry| entry.model == *model));
    }
    html.raw("</tbody></table></div></section>\n");
    findings_of(html, document, &|entry| {
        format!("{}#{}", page(&entry.model), super::cases::own_place(entry))
    });
}

fn row<'a>(html: &mut Html, model: &str, entries: impl Iterator<Item = &'a Entry>) {
    let tally = Tally::of_entries(entries);
    let Tally { passed, failed, skipped, no_answer, noted, .. } = tally;
    html.raw("<tr><th scope=\"row\"><a")
        .attribute("href", &page(model))
        .raw(">")
        .name(model)
        .raw("</a></th><td>");
    let verdict = match (failed, no_answer + tally.not_tried) {
        (0, 0) => Verdict::Pass,
        (0, _) => Verdict::NoAnswer,
        _ => Verdict::Fail,
    };
    sign(html, verdict.word(), mark(verdict)).raw("</td>");
    for count in [passed + failed + skipped + no_answer + noted, passed, failed, no_answer, noted, skipped] {
        html.raw("<td>").number(count).raw("</td>");
    }
    html.raw("</tr>\n");
}
