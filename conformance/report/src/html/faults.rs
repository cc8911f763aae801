//! The kill matrix: the kinds of faults by parameter, and each fault with the case that found it.

use super::cases::{search, select};
use super::glance::{bar, fact, seconds, tile};
use super::grid::{Cell, Grid};
use super::markup::{Html, anchor};
use crate::{Kill, Kills, KindCounts};
use std::collections::BTreeSet;

/// The ends of a fault, the gravest last, each with its class and sign.
const ENDS: [(&str, &str, &str); 4] =
    [("equivalent", "skip", "="), ("killed", "pass", "✓"), ("noted", "note", "!"), ("survived", "fail", "✗")];

pub(super) fn page(html: &mut Html, kills: &Kills) {
    let summary = &kills.summary;
    let is_clean = summary.survived == 0 && kills.false_alarms.is_empty();
    html.raw(if is_clean { "<header class=\"banner pass\">" } else { "<header class=\"banner fail\">" });
    html.raw("<p class=\"eyebrow\">Kill matrix</p>\n<h1>");
    match (summary.survived, kills.false_alarms.len()) {
        (0, 0) => html.raw("Every fault is found"),
        (0, _) => html.raw("The suite has false alarms"),
        (1, _) => html.raw("1 fault survives"),
        (many, _) => html.number(many).raw(" faults survive"),
    };
    html.raw("</h1>\n<p class=\"target\">The suite was run against the mock server with one fault at a time.</p>\n<ul class=\"facts\">");
    fact(html, "faults", &summary.faults.to_string());
    fact(html, "seed", &kills.seed.to_string());
    fact(html, "duration", &seconds(summary.duration_ms));
    html.raw("</ul></header>\n");
    let counts = [summary.survived, summary.noted, summary.killed, summary.equivalent];
    bar(html, &[(counts[0], "fail"), (counts[1], "note"), (counts[2], "pass"), (counts[3], "skip")]);
    html.raw("<ul class=\"tiles\" aria-label=\"Counts\">");
    for (count, (word, _, mark)) in counts.into_iter().zip(ENDS.into_iter().rev()) {
        tile(html, count, word, word, mark);
    }
    html.raw("</ul>\n");
    if !kills.false_alarms.is_empty() {
        html.raw(
            "<section class=\"callout fail\"><h2>False alarms</h2><p>These cases have findings on the mock without a fault:</p><ul>",
        );
        for id in &kills.false_alarms {
            html.raw("<li><code>").long(id).raw("</code></li>");
        }
        html.raw("</ul></section>\n");
    }
    kinds(html, kills);
    matrix(html, kills);
    list(html, kills);
}

fn kinds(html: &mut Html, kills: &Kills) {
    if kills.kinds.is_empty() {
        return;
    }
    html.raw("<section aria-labelledby=\"fault-kinds\"><h2 id=\"fault-kinds\">Kinds of faults</h2>\n");
    html.raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table of kinds\"><table class=\"list\">");
    html.raw("<thead><tr><th scope=\"col\">Kind</th>");
    for column in ["Faults", "Killed", "Noted", "Equivalent", "Survived"] {
        html.raw("<th scope=\"col\">").raw(column).raw("</th>");
    }
    html.raw("</tr></thead><tbody>");
    for (kind, counts) in &kills.kinds {
        let KindCounts { faults, killed, noted, equivalent, survived } = *counts;
        html.raw("<tr><th scope=\"row\">").name(kind).raw("</th>");
        for count in [faults, killed, noted, equivalent, survived] {
            html.raw("<td>").number(count).raw("</td>");
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></div></section>\n");
}

fn matrix(html: &mut Html, kills: &Kills) {
    let mut grid = Grid::default();
    let mut groups: Vec<((&str, &str), Vec<&Kill>)> = Vec::new();
    for kill in &kills.faults {
        let key = (parameter(kill), kind(kill));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(kill),
            None => groups.push((key, vec![kill])),
        }
    }
    for ((parameter, kind), group) in groups {
        let rank = group.iter().map(|kill| end(kill)).max().unwrap_or(0);
        let (word, class, mark) = ENDS[rank];
        let gravest: Vec<&&Kill> = group.iter().filter(|kill| end(kill) == rank).collect();
        let place = gravest.first().map(|kill| anchor(&[&kill.id])).unwrap_or_default();
        let cell = Cell { place, all: group.len(), gravest: gravest.len(), class, mark, word };
        grid.add(parameter, kind, cell);
    }
    html.raw("<section aria-labelledby=\"matrix\"><h2 id=\"matrix\">Parameters by kind of fault</h2>\n");
    html.raw("<p class=\"legend\"><span class=\"cell pass\">✓</span> killed: a case fails ");
    html.raw("<span class=\"cell note\">!</span> noted: only a note shows it, because no source states the expectation ");
    html.raw("<span class=\"cell skip\">=</span> equivalent: no request can show it ");
    html.raw("<span class=\"cell fail\">✗</span> survived: no case finds it</p>\n");
    grid.table(html, "Number of faults of each kind, with the worst result");
    html.raw("</section>\n");
}

fn list(html: &mut Html, kills: &Kills) {
    html.raw("<section aria-labelledby=\"cases\"><h2 id=\"cases\" tabindex=\"-1\">Faults</h2>\n<form class=\"filters\" id=\"filters\" hidden>\n");
    select(html, "Result", "verdict", ENDS.iter().map(|(word, ..)| *word));
    let parameters: BTreeSet<&str> = kills.faults.iter().map(parameter).collect();
    select(html, "Parameter", "parameter", parameters.into_iter());
    let kinds: BTreeSet<&str> = kills.faults.iter().map(kind).collect();
    select(html, "Kind", "kind", kinds.into_iter());
    search(html);
    for kill in &kills.faults {
        let (word, class, mark) = ENDS[end(kill)];
        html.raw("<details class=\"case\"").attribute("id", &anchor(&[&kill.id]));
        html.attribute("data-verdict", word).attribute("data-parameter", parameter(kill));
        html.attribute("data-kind", kind(kill)).raw("><summary>");
        html.raw("<b class=\"badge ").raw(class).raw("\">").raw(mark).raw(" ").raw(word).raw("</b>");
        html.raw(" <code>")
            .name(&kill.id)
            .raw("</code></summary>\n<dl><dt>Fault</dt><dd>The mock ")
            .long(&kill.what);
        html.raw(".</dd><dt>Requests</dt><dd>").number(kill.requests).raw("</dd>");
        if let Some(case) = &kill.case {
            html.raw("<dt>Found by</dt><dd><code>").long(case).raw("</code></dd>");
        }
        if let Some(detail) = &kill.detail {
            let term = if kill.case.is_some() { "<dt>Actual</dt><dd>" } else { "<dt>Reason</dt><dd>" };
            html.raw(term).long(detail).raw("</dd>");
        }
        html.raw("</dl></details>\n");
    }
    html.raw("</section>\n");
}

/// The rank of a fault's end. A word that this version does not know is taken for the gravest.
fn end(kill: &Kill) -> usize {
    ENDS.iter().position(|(word, ..)| *word == kill.end).unwrap_or(ENDS.len() - 1)
}

/// What stands before the first colon of an id such as `accept:width.maximum`.
fn kind(kill: &Kill) -> &str {
    kill.id.split(':').next().unwrap_or_default()
}

/// The parameter of the constraint or behaviour that an id names.
fn parameter(kill: &Kill) -> &str {
    let subject = kill.id.split(':').nth(1).unwrap_or_default();
    subject.rsplit_once('.').map_or("the task itself", |(parameter, _)| parameter)
}
