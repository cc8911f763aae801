//! The matrix: a row for each parameter, a column for each kind of statement, and in each cell how many cases there are
//! and what the gravest of them came to.

use super::cases::{parameter_name, subject_place};
use super::glance::mark;
use super::markup::Html;
use crate::{Document, Entry};
use airspec_suite::oracle::Verdict;
use std::collections::HashMap;

/// What stands in a cell.
pub(super) struct Cell {
    /// Where it leads.
    pub(super) place: String,
    /// How many there are.
    pub(super) all: usize,
    /// How many are of the gravest sort.
    pub(super) gravest: usize,
    /// The class that colours it.
    pub(super) class: &'static str,
    /// The sign.
    pub(super) mark: &'static str,
    /// The word for the gravest sort.
    pub(super) word: &'static str,
}

/// Rows and columns in the order in which they were first met.
#[derive(Default)]
pub(super) struct Grid {
    rows: Vec<String>,
    columns: Vec<String>,
    cells: HashMap<(usize, usize), Vec<Cell>>,
}

impl Grid {
    pub(super) fn add(&mut self, row: &str, column: &str, cell: Cell) {
        let place = |names: &mut Vec<String>, name: &str| {
            names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            })
        };
        let key = (place(&mut self.rows, row), place(&mut self.columns, column));
        self.cells.entry(key).or_default().push(cell);
    }

    /// The table. Roles are given in full, since the style of a narrow screen takes its layout apart.
    pub(super) fn table(&self, html: &mut Html, caption: &'static str) {
        html.raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Matrix\">");
        html.raw("<table class=\"grid\" role=\"table\"><caption>").raw(caption).raw("</caption>\n");
        html.raw("<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">parameter</th>");
        for column in &self.columns {
            html.raw("<th scope=\"col\" role=\"columnheader\">").name(column).raw("</th>");
        }
        html.raw("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        for (row, name) in self.rows.iter().enumerate() {
            html.raw("<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">").name(name).raw("</th>");
            for (column, name) in self.columns.iter().enumerate() {
                let cells = self.cells.get(&(row, column));
                html.raw("<td role=\"cell\"").attribute("data-column", name).raw(">");
                for cell in cells.into_iter().flatten() {
                    cell.write(html);
                }
                html.raw("</td>");
            }
            html.raw("</tr>\n");
        }
        html.raw("</tbody></table></div>\n");
    }
}

impl Cell {
    fn write(&self, html: &mut Html) {
        html.raw("<a class=\"cell ").raw(self.class).raw("\"").attribute("href", &format!("#{}", self.place));
        html.raw("><i aria-hidden=\"true\">").raw(self.mark).raw("</i> ").number(self.gravest);
        if self.gravest < self.all {
            html.raw("/").number(self.all);
        }
        html.raw("<span class=\"vh\"> ").raw(self.word).raw("</span></a>");
    }
}

pub(super) fn of_run(html: &mut Html, document: &Document) {
    if document.cases.is_empty() {
        return;
    }
    let mut grid = Grid::default();
    let mut groups: Vec<(&Entry, Vec<&Entry>)> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for entry in &document.cases {
        let place = *places.entry((&entry.model, &entry.constraint)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((entry, vec![entry])),
        }
    }
    for (first, entries) in groups {
        let gravest = entries.iter().map(|entry| entry.verdict).max().unwrap_or(Verdict::Pass);
        let cell = Cell {
            place: subject_place(document, first),
            all: entries.len(),
            gravest: entries.iter().filter(|entry| entry.verdict == gravest).count(),
            class: gravest.word(),
            mark: mark(gravest),
            word: gravest.word(),
        };
        grid.add(&parameter_name(document, first), column(document, first), cell);
    }
    html.raw("<section aria-labelledby=\"matrix\"><h2 id=\"matrix\">Parameters by constraint</h2>\n");
    html.raw("<p class=\"legend\"><span class=\"cell pass\">✓</span> passed <span class=\"cell fail\">✗</span> failed ");
    html.raw("<span class=\"cell note\">!</span> noted: differs from an undocumented expectation ");
    html.raw("<span class=\"cell skip\">–</span> skipped</p>\n");
    grid.table(html, "Number of cases for each constraint and behaviour, with the worst verdict");
    html.raw("</section>\n");
}

/// The rule of a constraint. Behaviours and rules of the protocol share a column, and so do cases that are about none of
/// these: those of the search.
fn column<'a>(document: &Document, entry: &'a Entry) -> &'a str {
    let is_subject = document.subjects.iter().any(|subject| subject.id == entry.constraint);
    match entry.expect.as_str() {
        _ if !is_subject => "search",
        "behave" => "behaviour",
        _ if entry.constraint.starts_with("protocol.") => "behaviour",
        _ => entry.constraint.rsplit('.').next().unwrap_or_default(),
    }
}
