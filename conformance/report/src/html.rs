//! The pages for a browser: a run, two runs compared, and what became of the faults. A page is one file, reads without
//! a network and without its script, which only filters and copies.
//!
//! Texts of a server are hostile: they come in through one door that escapes them (`markup`), the page's own policy
//! forbids every script and style but its own, and whatever is long is shortened, so that no server decides how large a
//! page becomes.

mod against;
mod cases;
mod faults;
pub(crate) mod frame;
mod glance;
mod grid;
mod kinds;
mod markup;
mod models;
mod origin;
mod prose;
#[cfg(test)]
mod tests;

use super::{Document, Kills};
use against::Changes;
use markup::Html;

/// The size that a page stays below as long as shortening its texts can do it, in bytes.
const LARGEST: usize = 3 << 20;
/// How much of a text is shown, in characters: the first of these with which the page is small enough.
const SHOWN: [usize; 4] = [4096, 1024, 256, 64];

/// The run that a run is held against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// Its name, for people.
    pub name: &'a str,
    /// Its report.
    pub document: &'a Document,
}

/// The page of a run, held against another one where that is asked for.
#[must_use]
pub fn run(document: &Document, against: Option<Against<'_>>) -> String {
    let changes = against.map(|against| Changes::of(document, against));
    let title = format!("Conformance of {}", document.target);
    fitting(&title, |html| {
        glance::verdict(html, document);
        if let Some(changes) = &changes {
            changes.section(html);
        }
        glance::findings(html, document);
        grid::of_run(html, document);
        cases::section(html, document, changes.as_ref());
    })
}

/// The page of a run over several models, each of which has a page of its own in the folder of its slug.
#[must_use]
pub fn catalogue(document: &Document) -> String {
    let title = format!("Conformance of {}", document.target);
    fitting(&title, |html| {
        glance::verdict(html, document);
        models::section(html, document);
    })
}

/// The page of the kill matrix.
#[must_use]
pub fn faults(kills: &Kills) -> String {
    fitting("Kill matrix", |html| faults::page(html, kills))
}

/// A page of which as much is shown as fits.
fn fitting(title: &str, body: impl Fn(&mut Html)) -> String {
    let render = |shown| frame::page(title, Html::showing(shown), &body);
    let (last, longer) = SHOWN.split_last().expect("there are lengths");
    longer
        .iter()
        .map(|shown| render(*shown))
        .find(|page| page.len() <= LARGEST)
        .unwrap_or_else(|| render(*last))
}
