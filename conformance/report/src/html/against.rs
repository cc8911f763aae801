//! Two runs held against each other: the cases whose verdicts differ, and those that only one of them has.

use super::Against;
use super::cases::to;
use super::glance::badge;
use super::markup::Html;
use crate::{Document, Entry};
use airspec_suite::oracle::Verdict;
use std::collections::{HashMap, HashSet};

/// So many differences are listed; all are marked among the cases.
const MAX_LISTED: usize = 200;

/// What differs.
pub(super) struct Changes<'a> {
    this: &'a Document,
    other: Against<'a>,
    entries: HashMap<(&'a str, &'a str), &'a Entry>,
}

/// What a case was in the other run.
pub(super) enum Change<'a> {
    /// Something else.
    Was(&'a Entry),
    /// It was not there.
    Absent,
}

impl<'a> Changes<'a> {
    pub(super) fn of(this: &'a Document, other: Against<'a>) -> Self {
        let entries = &other.document.cases;
        let entries =
            entries.iter().map(|entry| ((entry.model.as_str(), entry.id.as_str()), entry)).collect();
        Self { this, other, entries }
    }

    /// What a case was in the other run, where it was not the same.
    pub(super) fn of_case(&self, entry: &Entry) -> Option<Change<'a>> {
        match self.entries.get(&(entry.model.as_str(), entry.id.as_str())) {
            Some(other) if said(other) == said(entry) => None,
            Some(other) => Some(Change::Was(other)),
            None => Some(Change::Absent),
        }
    }

    /// The section that sums it up.
    pub(super) fn section(&self, html: &mut Html) {
        let differing: Vec<(&Entry, Change<'a>)> =
            self.this.cases.iter().filter_map(|entry| Some((entry, self.of_case(entry)?))).collect();
        let here: HashSet<(&str, &str)> =
            self.this.cases.iter().map(|entry| (entry.model.as_str(), entry.id.as_str())).collect();
        let gone: Vec<&Entry> = self
            .other
            .document
            .cases
            .iter()
            .filter(|entry| !here.contains(&(entry.model.as_str(), entry.id.as_str())))
            .collect();
        html.raw("<section aria-labelledby=\"differences\"><h2 id=\"differences\">Comparison with the other run</h2>\n<p>The other run is <code>");
        html.long(self.other.name)
            .raw("</code>: <code>")
            .long(&self.other.document.target)
            .raw("</code>, seed ");
        html.text(&self.other.document.seed.to_string()).raw(".</p>\n<ul class=\"facts\">");
        let new = differing.iter().filter(|(entry, change)| {
            entry.verdict == Verdict::Fail && change.verdict() != Some(Verdict::Fail)
        });
        let mended = differing.iter().filter(|(entry, change)| {
            entry.verdict != Verdict::Fail && change.verdict() == Some(Verdict::Fail)
        });
        let absent = differing.iter().filter(|(_, change)| matches!(change, Change::Absent));
        let counts = [
            ("differ", differing.len()),
            ("fail only in this run", new.count()),
            ("fail only in the other run", mended.count()),
            ("exist only in this run", absent.count()),
            ("exist only in the other run", gone.len()),
        ];
        for (word, count) in counts {
            html.raw("<li><b>").number(count).raw("</b> ").raw(word).raw("</li>");
        }
        html.raw("</ul>\n");
        if !differing.is_empty() {
            self.table(html, &differing);
        }
        if !gone.is_empty() {
            html.raw(
                "<details class=\"plain\"><summary>Cases that exist only in the other run</summary><ul>",
            );
            for entry in gone.iter().take(MAX_LISTED) {
                html.raw("<li>");
                badge(html, entry);
                html.raw(" <code>").long(&entry.id).raw("</code></li>");
            }
            rest(html, gone.len());
            html.raw("</ul></details>\n");
        }
        html.raw("</section>\n");
    }

    fn table(&self, html: &mut Html, differing: &[(&Entry, Change<'a>)]) {
        html.raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Differences\"><table class=\"list\">");
        html.raw("<thead><tr><th scope=\"col\">case</th><th scope=\"col\">other run</th><th scope=\"col\">this run</th></tr></thead>\n<tbody>");
        for (entry, change) in differing.iter().take(MAX_LISTED) {
            html.raw("<tr><th scope=\"row\"><a").attribute("href", &to(self.this, entry)).raw("><code>");
            html.name(&entry.id).raw("</code></a></th><td>");
            match change {
                Change::Was(other) => badge(html, other),
                Change::Absent => {
                    html.raw("no such case");
                }
            }
            html.raw("</td><td>");
            badge(html, entry);
            html.raw("</td></tr>\n");
        }
        html.raw("</tbody></table></div>\n<ul class=\"plain\">");
        rest(html, differing.len());
        html.raw("</ul>\n");
    }
}

impl Change<'_> {
    fn verdict(&self) -> Option<Verdict> {
        match self {
            Self::Was(entry) => Some(entry.verdict),
            Self::Absent => None,
        }
    }

    /// What the other run said.
    pub(super) fn said<'h>(&self, html: &'h mut Html) -> &'h mut Html {
        match self {
            Self::Was(entry) => {
                badge(html, entry);
                html.raw(" ").prose(&entry.detail)
            }
            Self::Absent => html.raw("has no such case"),
        }
    }
}

/// What must be equal for two runs to have said the same.
fn said(entry: &Entry) -> (Verdict, Option<airspec_suite::oracle::Class>, bool) {
    (entry.verdict, entry.finding, entry.deviation.is_some())
}

fn rest(html: &mut Html, all: usize) {
    if let Some(more) = all.checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        html.raw("<li>and ").number(more).raw(" more</li>");
    }
}
