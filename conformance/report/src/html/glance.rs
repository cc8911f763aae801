//! The verdict at a glance: one sentence, the counts, and the list of what is wrong.

use super::cases::to;
use super::kinds;
use super::markup::Html;
use super::origin;
use crate::count::requests;
use crate::unchecked;
use crate::{ClientViolation, Document, Entry, Group, Outcome, Summary};
use airspec_suite::oracle::Verdict;

/// So many findings are listed at the top; all are among the cases.
const MAX_LISTED: usize = 40;
/// The sign of a finding that is accepted.
const DEVIATION: &str = "≈";

/// The banner and the counts.
pub(super) fn verdict(html: &mut Html, document: &Document) {
    let summary = &document.summary;
    let is_whole = document.cases.len() >= summary.cases;
    banner(html, document, is_whole);
    if !is_whole {
        html.raw("<p class=\"callout note\"><strong>Incomplete:</strong> ")
            .number(document.cases.len())
            .raw(" of ")
            .number(summary.cases)
            .raw(" cases were tried.</p>\n");
    }
    counts(html, summary);
    callout(html, "fail", "Problems with the list of deviations", &document.problems);
    callout(html, "note", "Cost", &document.remarks);
    callout(
        html,
        "note",
        "Keywords of the spec that are not checked",
        &unchecked::lines(&document.unchecked),
    );
    let lines: Vec<String> = document.clients.iter().map(ClientViolation::line).collect();
    callout(html, "fail", "Requests that break the spec", &lines);
}

/// One word, and what the run was.
fn banner(html: &mut Html, document: &Document, is_whole: bool) {
    let summary = &document.summary;
    let (class, word) = match summary.outcome {
        Outcome::DoesNotConform => ("<header class=\"banner fail\">", "Does not conform"),
        Outcome::Conforms if is_whole => ("<header class=\"banner pass\">", "Conforms"),
        Outcome::Conforms | Outcome::Incomplete => ("<header class=\"banner note\">", "Incomplete"),
    };
    html.raw(class)
        .raw("<p class=\"eyebrow\">")
        .raw(if document.origin.is_suite() { "Conformance run" } else { "Conformance of traffic" })
        .raw("</p>\n<h1>")
        .raw(word)
        .raw("</h1>\n<p class=\"target\"><code>");
    html.long(&document.target).raw("</code></p>\n<ul class=\"facts\">");
    fact(html, "model", &document.models.join(", "));
    if document.origin.is_suite() {
        fact(html, "seed", &document.seed.to_string());
    }
    if let Some(shard) = &document.shard {
        fact(html, "shard", shard);
    }
    let all = requests(summary.requests, summary.search_requests);
    html.raw("<li><b>").long(&all).raw("</b></li>");
    fact(html, "duration", &seconds(summary.duration_ms));
    if summary.spent_usd > 0.0 {
        fact(html, "cost", &format!("{:.2} USD", summary.spent_usd));
    }
    origin::facts(html, document);
    html.raw("</ul>\n");
    origin::commands(html, document);
    html.raw("</header>\n");
}

/// How many cases have which verdict, as a bar and as tiles.
fn counts(html: &mut Html, summary: &Summary) {
    let passed = summary.passed.saturating_sub(summary.deviations);
    let counts = [
        (summary.failed, "fail", "failed", mark(Verdict::Fail)),
        (summary.noted, "note", "noted", mark(Verdict::Note)),
        (summary.no_answer, "no-answer", "without an answer", mark(Verdict::NoAnswer)),
        (summary.skipped, "skip", "skipped", mark(Verdict::Skip)),
        (summary.deviations, "deviation", "accepted deviations", DEVIATION),
        (passed, "pass", "passed", mark(Verdict::Pass)),
    ];
    bar(html, &counts.map(|(count, name, ..)| (count, name)));
    html.raw("<ul class=\"tiles\" aria-label=\"Counts\">");
    for (count, name, word, mark) in counts {
        // Most runs have no list of deviations, and an answer to everything.
        if count > 0 || !matches!(name, "deviation" | "no-answer") {
            tile(html, count, name, word, mark);
        }
    }
    html.raw("</ul>\n");
}

/// Lines below a heading of their own; nothing where there are none.
fn callout(html: &mut Html, class: &'static str, heading: &'static str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    html.raw("<section class=\"callout ").raw(class).raw("\"><h2>").raw(heading).raw("</h2><ul>");
    for line in lines {
        html.raw("<li>").prose(line).raw("</li>");
    }
    html.raw("</ul></section>\n");
}

/// What is wrong, by cause, and what is accepted; the cases are in the same page.
pub(super) fn findings(html: &mut Html, document: &Document) {
    findings_of(html, document, &|entry| to(document, entry));
}

/// The same with links of another form to the cases.
pub(super) fn findings_of(html: &mut Html, document: &Document, to: &dyn Fn(&Entry) -> String) {
    let accepted: Vec<&Entry> = document.cases.iter().filter(|entry| entry.deviation.is_some()).collect();
    if document.groups.is_empty() && accepted.is_empty() {
        return;
    }
    html.raw("<section aria-labelledby=\"findings\"><h2 id=\"findings\">Findings</h2>\n");
    kinds::explained(html);
    html.raw("<ol class=\"findings\">");
    for group in document.groups.iter().take(MAX_LISTED) {
        cause(html, document, group, to);
    }
    for entry in accepted.iter().take(MAX_LISTED) {
        html.raw("<li>");
        badge(html, entry);
        link(html, &to(entry), entry);
        html.raw("<p>").prose(entry.deviation.as_deref().unwrap_or_default()).raw("</p></li>\n");
    }
    html.raw("</ol>\n");
    let listed = document.groups.len().min(MAX_LISTED) + accepted.len().min(MAX_LISTED);
    if let Some(more) = (document.groups.len() + accepted.len()).checked_sub(listed).filter(|more| *more > 0)
    {
        html.raw("<p>And ").number(more).raw(" more; see <a href=\"#cases\">Cases</a>.</p>\n");
    }
    html.raw("</section>\n");
}

/// One cause with its first case.
fn cause(html: &mut Html, document: &Document, group: &Group, to: &dyn Fn(&Entry) -> String) {
    html.raw("<li>");
    sign(html, group.verdict.word(), mark(group.verdict));
    if let Some(class) = group.finding {
        kinds::link(html, class);
    }
    if group.cases.len() > 1 {
        html.raw(" <strong>")
            .number(group.cases.len())
            .raw(" cases:</strong> ")
            .prose(&group.cause)
            .raw(" <br>first:");
    }
    if let Some(entry) = document.first_of(group) {
        link(html, &to(entry), entry);
    }
    html.raw("<p>").brief(&group.detail, 300).raw("</p></li>\n");
}

/// The way to a case.
fn link(html: &mut Html, to: &str, entry: &Entry) {
    html.raw(" <a").attribute("href", to).raw("><code>");
    html.name(&entry.id).raw("</code></a>");
}

/// The verdict of a case as a sign and a word, so that colour is never all that tells it.
pub(super) fn badge(html: &mut Html, entry: &Entry) {
    match (entry.verdict, &entry.deviation) {
        (Verdict::Pass, Some(_)) => sign(html, "deviation", DEVIATION),
        (verdict, _) => sign(html, verdict.word(), mark(verdict)),
    };
}

/// A sign and a word in a colour.
pub(super) fn sign<'a>(html: &'a mut Html, word: &'static str, mark: &'static str) -> &'a mut Html {
    html.raw("<b class=\"badge ").raw(word).raw("\">").raw(mark).raw(" ").raw(word).raw("</b>")
}

/// The sign of a verdict, as in the terminal.
pub(super) fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Note => "!",
        Verdict::Skip => "–",
        Verdict::NoAnswer => "∅",
    }
}

/// A bar with a part for each count. The same numbers stand below it as text.
pub(super) fn bar(html: &mut Html, counts: &[(usize, &'static str)]) {
    let all: usize = counts.iter().map(|(count, _)| count).sum();
    html.raw("<svg class=\"bar\" aria-hidden=\"true\" preserveAspectRatio=\"none\" viewBox=\"0 0 ");
    html.number(all.max(1)).raw(" 1\">");
    let mut start = 0;
    for (count, class) in counts {
        html.raw("<rect class=\"").raw(class).raw("\" x=\"").number(start);
        html.raw("\" width=\"").number(*count).raw("\" height=\"1\"/>");
        start += count;
    }
    html.raw("</svg>\n");
}

/// A count that filters the list below it.
pub(super) fn tile(
    html: &mut Html,
    count: usize,
    name: &'static str,
    word: &'static str,
    mark: &'static str,
) {
    let class = if count == 0 { "none" } else { name };
    html.raw("<li><a class=\"tile ")
        .raw(class)
        .raw("\" href=\"#cases\" data-verdict=\"")
        .raw(name)
        .raw("\"><b>");
    html.number(count)
        .raw("</b> <span><i aria-hidden=\"true\">")
        .raw(mark)
        .raw("</i> ")
        .raw(word)
        .raw("</span></a></li>");
}

pub(super) fn fact(html: &mut Html, name: &'static str, value: &str) {
    html.raw("<li>").raw(name).raw(" <b>").long(value).raw("</b></li>");
}

pub(super) fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}
