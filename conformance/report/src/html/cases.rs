//! The cases: by parameter and constraint, each with what was sent, what came back, what must happen and a command that
//! sends it again. Everything is there without the script, which adds the filters and the copying.

use super::against::Changes;
use super::glance::badge;
use super::markup::{Html, anchor};
use crate::{Document, Entry, Received, Subject, replay};
use std::collections::{BTreeSet, HashMap};

/// Where a case stands in the page.
pub(super) fn place(document: &Document, entry: &Entry) -> String {
    if document.models.len() > 1 { anchor(&[&entry.model, &entry.id]) } else { own_place(entry) }
}

/// Where a case stands in the page of its model.
pub(super) fn own_place(entry: &Entry) -> String {
    anchor(&[&entry.id])
}

/// A link to there.
pub(super) fn to(document: &Document, entry: &Entry) -> String {
    format!("#{}", place(document, entry))
}

/// Where the cases of a constraint or behaviour stand.
pub(super) fn subject_place(document: &Document, entry: &Entry) -> String {
    let about = ["about", &entry.model, &entry.constraint];
    if document.models.len() > 1 { anchor(&about) } else { anchor(&["about", about[2]]) }
}

/// The parameter of a case, for people.
pub(super) fn parameter_name(document: &Document, entry: &Entry) -> String {
    let name = if entry.parameter.is_empty() { "the task itself" } else { &entry.parameter };
    if document.models.len() > 1 { format!("{}: {name}", entry.model) } else { name.to_owned() }
}

pub(super) fn section(html: &mut Html, document: &Document, changes: Option<&Changes<'_>>) {
    html.raw("<section aria-labelledby=\"cases\"><h2 id=\"cases\" tabindex=\"-1\">Cases</h2>\n");
    filters(html, document, changes.is_some());
    let subjects: HashMap<(&str, &str), &Subject> = document
        .subjects
        .iter()
        .map(|subject| ((subject.model.as_str(), subject.id.as_str()), subject))
        .collect();
    let (mut parameters, mut order): (HashMap<String, Vec<&Entry>>, Vec<String>) = Default::default();
    for entry in &document.cases {
        let name = parameter_name(document, entry);
        if !parameters.contains_key(&name) {
            order.push(name.clone());
        }
        parameters.entry(name).or_default().push(entry);
    }
    for name in &order {
        html.raw("<section class=\"group\"><h3>").name(name).raw("</h3>\n");
        let mut last = None;
        for entry in by_constraint(&parameters[name]) {
            let subject = subjects.get(&(entry.model.as_str(), entry.constraint.as_str())).copied();
            let is_first = last != Some(&entry.constraint);
            last = Some(&entry.constraint);
            case(html, document, entry, &Around { subject, is_first, changes });
        }
        html.raw("</section>\n");
    }
    html.raw("</section>\n");
}

/// The cases of each constraint together, the constraints in the order in which they were met.
fn by_constraint<'a>(entries: &[&'a Entry]) -> Vec<&'a Entry> {
    let mut ranks: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        let next = ranks.len();
        ranks.entry(&entry.constraint).or_insert(next);
    }
    let mut sorted = entries.to_vec();
    sorted.sort_by_key(|entry| ranks[entry.constraint.as_str()]);
    sorted
}

/// What is known around a case.
struct Around<'a> {
    subject: Option<&'a Subject>,
    /// Whether it is the first one of its constraint.
    is_first: bool,
    changes: Option<&'a Changes<'a>>,
}

/// The form that the script shows; without it there is nothing to filter with.
fn filters(html: &mut Html, document: &Document, is_compared: bool) {
    html.raw("<form class=\"filters\" id=\"filters\" hidden>\n");
    html.raw("<label>Verdict <select data-facet=\"verdict\"><option value=\"\">all</option>");
    for (value, word) in [
        ("fail", "failed"),
        ("note", "noted"),
        ("no-answer", "without an answer"),
        ("skip", "skipped"),
        ("pass", "passed"),
        ("deviation", "accepted deviation"),
    ] {
        html.raw("<option value=\"").raw(value).raw("\">").raw(word).raw("</option>");
    }
    html.raw("</select></label>\n");
    let names: BTreeSet<String> =
        document.cases.iter().map(|entry| parameter_name(document, entry)).collect();
    select(html, "Parameter", "parameter", names.iter().map(String::as_str));
    let levels: BTreeSet<&str> = document.cases.iter().map(|entry| entry.level.as_str()).collect();
    select(html, "Level", "level", levels.into_iter());
    if is_compared {
        html.raw("<label>Other run <select data-facet=\"change\"><option value=\"\">all</option>");
        html.raw("<option value=\"differs\">differs</option><option value=\"same\">the same</option></select></label>\n");
    }
    search(html);
}

/// A choice among values.
pub(super) fn select<'a>(
    html: &mut Html,
    label: &'static str,
    facet: &'static str,
    values: impl Iterator<Item = &'a str>,
) {
    html.raw("<label>")
        .raw(label)
        .raw(" <select data-facet=\"")
        .raw(facet)
        .raw("\"><option value=\"\">all</option>");
    for value in values {
        html.raw("<option>").text(value).raw("</option>");
    }
    html.raw("</select></label>\n");
}

/// The rest of the form.
pub(super) fn search(html: &mut Html) {
    html.raw("<label class=\"search\">Text <input type=\"search\" data-search autocomplete=\"off\" spellcheck=\"false\"></label>\n");
    html.raw("<div class=\"actions\"><button type=\"reset\">Clear</button> <button type=\"button\" data-open>Open all shown</button> ");
    html.raw("<output id=\"shown\"></output></div></form>\n");
}

fn case(html: &mut Html, document: &Document, entry: &Entry, around: &Around<'_>) {
    let change = around.changes.map(|changes| changes.of_case(entry));
    if around.is_first {
        html.raw("<div class=\"about\"").attribute("id", &subject_place(document, entry)).raw("><h4><code>");
        html.name(&entry.constraint)
            .raw("</code></h4> <span class=\"level\">")
            .text(&entry.level)
            .raw("</span>");
        if let Some(subject) = around.subject {
            html.raw("<p>").prose(&subject.statement);
            page(html, subject);
            html.raw("</p>");
        }
        html.raw("</div>\n");
    }
    let filtered = if entry.deviation.is_some() { "deviation" } else { entry.verdict.word() };
    html.raw("<details class=\"case\"").attribute("id", &place(document, entry));
    html.attribute("data-verdict", filtered).attribute("data-parameter", &parameter_name(document, entry));
    html.attribute("data-level", &entry.level);
    if let Some(change) = &change {
        html.attribute("data-change", if change.is_some() { "differs" } else { "same" });
    }
    html.raw("><summary>");
    badge(html, entry);
    html.raw(" <code>").name(&entry.id).raw("</code>");
    if let Some(class) = entry.finding {
        html.raw(" <span class=\"class\">").raw(class.word()).raw("</span>");
    }
    html.raw("</summary>\n<dl>");
    expectation(html, entry, around.subject);
    term(html, "Actual", |html| html.prose(&entry.detail));
    if let Some(reason) = &entry.deviation {
        term(html, "Accepted", |html| html.prose(reason));
    }
    if let Some(Some(change)) = change {
        term(html, "Other run", |html| change.said(html));
    }
    html.raw("</dl>\n");
    traffic(html, entry);
    command(html, document, entry);
    html.raw("</details>\n");
}

fn expectation(html: &mut Html, entry: &Entry, subject: Option<&Subject>) {
    term(html, "Expected", |html| {
        html.raw(match entry.expect.as_str() {
            "accept" => "accepted",
            "reject" => "refused",
            _ => "answered as stated",
        });
        if !entry.about.is_empty() {
            html.raw(" (").long(&entry.about).raw(")");
        }
        if let Some(subject) = subject {
            html.raw(if entry.expect == "reject" { "; the rule: " } else { "; " }).prose(&subject.statement);
            page(html, subject);
        }
        html
    });
}

/// A link to the place of the documentation that says it.
fn page(html: &mut Html, subject: &Subject) {
    if let Some(address) = &subject.documentation {
        let place = address.find('#').map(|start| &address[start..]).unwrap_or_default();
        html.raw(" <span class=\"page\">").link(address, format!("page {place}").trim_end()).raw("</span>");
    }
}

fn term(html: &mut Html, name: &'static str, value: impl FnOnce(&mut Html) -> &mut Html) {
    html.raw("<dt>").raw(name).raw("</dt><dd>");
    value(html).raw("</dd>");
}

fn traffic(html: &mut Html, entry: &Entry) {
    if let Some(sent) = &entry.request {
        html.raw("<h5>Request</h5>");
        block(html, &pretty(&sent.body));
    }
    match &entry.response {
        Some(Received::Answer { status, content_type, body }) => {
            html.raw("<h5>Answer: HTTP ").number(usize::from(*status));
            if let Some(media) = content_type {
                html.raw(", ").long(media);
            }
            html.raw("</h5>");
            block(html, &pretty(body));
        }
        Some(Received::Lost { error }) => {
            html.raw("<h5>No answer</h5>");
            block(html, error);
        }
        None => {}
    }
}

/// A text that can be longer than its box, and so can be scrolled with the keyboard.
fn block(html: &mut Html, text: &str) {
    html.raw("<pre tabindex=\"0\">").long(text).raw("</pre>\n");
}

/// A command that sends the request again, with a button that copies it. A body that was shortened cannot be sent
/// again: the suite then makes the request anew.
fn command(html: &mut Html, document: &Document, entry: &Entry) {
    let Some(sent) = entry.request.as_ref().filter(|_| document.origin.is_suite()) else { return };
    let made = || {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&sent.body).is_ok();
        replay::curl(&document.target, &document.headers, &sent.body).filter(|_| is_json)
    };
    let again = || replay::command(&document.target, document.seed, &document.again, &entry.id);
    let curl = entry.curl.clone().or_else(made).filter(|curl| html.is_whole(curl));
    let command = curl.or_else(|| entry.replay.clone()).unwrap_or_else(again);
    html.raw("<h5>Repeat this request</h5><div class=\"command\"><pre tabindex=\"0\">").text(&command);
    html.raw("</pre><button type=\"button\" data-copy hidden>Copy</button></div>\n");
}

/// JSON with a line for each member; anything else as it is.
fn pretty(text: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(text);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| text.to_owned())
}
