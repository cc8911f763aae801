//! Facts to a document: a new one, or the one that is there, with our wording kept where a parameter is known.

mod schema;
mod write;

use super::wording::Wording;
use super::{json, slug_from};
use crate::document::{ReadError, Source, Tree};
use crate::facts::{Allowed, Facts, Remark};
use crate::read::unchecked;

/// What every document has in common: envelope, authentication, errors, statuses, in our words.
const FRAME: &str = include_str!("../../frame.json");

/// A document that an import gave.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its name, without the ending.
    pub slug: String,
    /// Its text.
    pub text: String,
    /// Whether the model was not known before.
    pub is_new: bool,
    /// What changed, in words; empty for a new document.
    pub changes: Vec<Remark>,
    /// What the source leaves open, for us to answer.
    pub questions: Vec<Remark>,
    /// Parameters that got the wording of another place.
    pub worded: Vec<Remark>,
    /// The dotted names of the parameters and of the fields of results, which begin with `data[]`, that lack wording.
    pub open: Vec<Open>,
}

/// What lacks wording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The dotted name; that of a field of a result begins with `data[]`.
    pub name: String,
    /// The values without a description, as JSON.
    pub values: Vec<String>,
    /// Whether title and description are missing, not descriptions of values alone.
    pub is_bare: bool,
}

/// The name of the document that a source belongs to: the one of these documents that is about the same model, or a new
/// name. `None` where the source names no model.
#[must_use]
pub fn slug(facts: &Facts, known: &[(String, Option<String>)]) -> Option<String> {
    let air = facts.identity.air.as_deref();
    let same = known.iter().find(|(slug, other)| {
        facts.identity.slug.as_deref() == Some(slug) || air.is_some() && other.as_deref() == air
    });
    same.map(|(slug, _)| slug.clone())
        .or_else(|| facts.identity.slug.clone())
        .or_else(|| model(facts).as_deref().map(slug_from))
        .filter(|slug| !slug.is_empty())
}

/// The provider's id of the model.
fn model(facts: &Facts) -> Option<String> {
    let parameter = facts.task.member("model").and_then(|model| model.fact("const"));
    facts.identity.air.clone().or_else(|| parameter?.value.as_text().map(str::to_owned))
}

/// What is known before an import. The default is nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'k> {
    /// The document that is there.
    pub document: Option<&'k Source>,
    /// Differences that we have decided on, which stay as they are.
    pub decided: &'k [Allowed],
    /// Wording for what is new.
    pub wording: Option<&'k Wording>,
    /// The day of the release, such as `2026-10-12`, for a document that is new or changes.
    pub released: Option<&'k str>,
}

/// The document that the facts give, on top of the one that is there. A known difference, which we have decided on,
/// stays as it is. A parameter that is new gets known wording.
///
/// # Errors
/// A document that cannot be read, and facts that give none.
pub fn import(facts: &Facts, slug: &str, before: &Known<'_>) -> Result<Imported, ReadError> {
    let Known { document: known, decided, released, .. } = *before;
    let no_wording = Wording::default();
    let wording = before.wording.unwrap_or(&no_wording);
    let refused = |diagnostic| ReadError::Refused(vec![diagnostic]);
    let (old, mut document) = match known {
        Some(source) => {
            crate::read(source)?;
            let tree = source.root().and_then(Tree::read).map_err(refused)?;
            (Some(json::read(source).map_err(refused)?), openapi(tree))
        }
        None => (None, Tree::parse(FRAME).map_err(refused)?),
    };
    let decided = decided.iter().filter(|entry| entry.model == slug && entry.layout == facts.layout.word());
    let mut writer =
        schema::Writer::new(facts.layout, decided.map(|entry| entry.difference.clone()).collect(), wording);
    // A document of another layout stood without a frame.
    let is_bare = document.at(&["info", "x-model-id"]).and_then(Tree::as_text) == Some("");
    let page = about(&mut document, facts, slug, is_bare, &mut writer.questions);
    let path = ["components", "schemas", "RequestBody", "items"];
    let before = document.at(&path).cloned();
    *document.at_mut(&path) =
        writer.task(&facts.task, old.as_ref().map(|old| &old.task), before.as_ref(), &page);
    results(&mut document, facts, old.as_ref(), &mut writer);
    unchecked(&mut document, facts, &mut writer.changes);
    if let Some(day) = released.filter(|_| known.is_none() || !writer.changes.is_empty()) {
        *document.at_mut(&["info", "version"]) = Tree::text(day);
    }
    let text = document.document();
    let same = known.filter(|source| source.text().trim_end() == text.trim_end());
    let text = same.map_or(text, |source| source.text().to_owned());
    crate::read(&Source::new(format!("{slug}.json"), text.as_str()))?;
    writer.questions.sort();
    writer.changes.sort();
    Ok(Imported {
        slug: slug.to_owned(),
        text,
        is_new: known.is_none(),
        changes: if known.is_some() { writer.changes } else { Vec::new() },
        questions: writer.questions,
        worded: writer.worded,
        open: writer.open,
    })
}

/// Lists what the source states outside the dialect: the document has no place for it, and must not drop it silently.
fn unchecked(document: &mut Tree, facts: &Facts, changes: &mut Vec<Remark>) {
    let listed = unchecked::to_tree(&facts.unchecked);
    let is_same = document
        .get(unchecked::LIST)
        .map_or(facts.unchecked.is_empty(), |before| before.sorted() == listed.sorted());
    if is_same {
        return;
    }
    let (line, count) = (facts.unchecked.first().map_or(1, |first| first.line), facts.unchecked.len());
    changes.push(Remark::new(
        line,
        format!("`{}`: {count} parts of the source are not checked", unchecked::LIST),
    ));
    document.remove(unchecked::LIST);
    if count > 0 {
        *document.at_mut(&[unchecked::LIST]) = listed;
    }
}

/// A document of another layout within the frame of ours.
fn openapi(tree: Tree) -> Tree {
    if tree.at(&["components", "schemas", "RequestBody"]).is_some() {
        return tree;
    }
    let mut document = Tree::parse(FRAME).unwrap_or(Tree::Null);
    let task = tree.get("requestSchema").cloned().unwrap_or(tree);
    let task = task
        .get("items")
        .filter(|_| task.get("type").and_then(Tree::as_text) == Some("array"))
        .cloned()
        .unwrap_or(task);
    *document.at_mut(&["components", "schemas", "RequestBody", "items"]) = task;
    document
}

/// What is said about the model as a whole. Returns the URL of its page.
fn about(
    document: &mut Tree,
    facts: &Facts,
    slug: &str,
    is_new: bool,
    questions: &mut Vec<Remark>,
) -> String {
    let identity = &facts.identity;
    let default_page = || format!("https://runware.ai/docs/models/{slug}");
    let air = model(facts);
    if is_new {
        let name = identity.name.clone().or_else(|| air.clone()).unwrap_or_else(|| slug.to_owned());
        *document.at_mut(&["info", "title"]) = Tree::text(format!("Runware API - {name}"));
        *document.at_mut(&["info", "x-model-id"]) = Tree::text(slug);
        *document.at_mut(&["externalDocs", "url"]) =
            Tree::text(identity.page.clone().unwrap_or_else(default_page));
        *document.at_mut(&["paths", "/", "post", "operationId"]) = Tree::text(format!(
            "run_{}",
            slug.replace(|character: char| !character.is_ascii_alphanumeric(), "_")
        ));
        questions.push(Remark::new(1, "`info`: a summary and a description of the model"));
    }
    if let Some(air) = air {
        *document.at_mut(&["info", "x-air-id"]) = Tree::text(air);
    }
    if let Some(status) = &identity.status {
        *document.at_mut(&["info", "x-status"]) = Tree::text(status.as_str());
    }
    if let Some(creator) = &identity.creator
        && document.at(&["info", "x-creator", "name"]).and_then(Tree::as_text) != Some(creator)
    {
        *document.at_mut(&["info", "x-creator"]) = Tree::object([("name", Tree::text(creator.as_str()))]);
    }
    if !identity.capabilities.is_empty() {
        *document.at_mut(&["info", "x-capabilities"]) = Tree::texts(identity.capabilities.iter().cloned());
    }
    prices(document, &identity.prices);
    let page = document.at(&["externalDocs", "url"]).and_then(Tree::as_text);
    page.map_or_else(default_page, str::to_owned)
}

/// Prices that are known are corrected, others added.
fn prices(document: &mut Tree, prices: &[(String, String)]) {
    if prices.is_empty() {
        return;
    }
    if document.at(&["info", "x-pricing"]).is_none() {
        *document.at_mut(&["info", "x-pricing", "currency"]) = Tree::text("USD");
    }
    let examples = document.at_mut(&["info", "x-pricing", "examples"]);
    let mut list = examples.items().to_vec();
    for (configuration, price) in prices {
        let price = Tree::Number(price.clone());
        let same =
            |example: &&mut Tree| example.get("configuration").and_then(Tree::as_text) == Some(configuration);
        match list.iter_mut().find(same) {
            Some(known) if known.get("price").map(Tree::sorted) == Some(price.sorted()) => {}
            Some(known) => *known.at_mut(&["price"]) = price,
            None => list.push(Tree::object([
                ("configuration", Tree::text(configuration.as_str())),
                ("price", price),
            ])),
        }
    }
    *examples = Tree::List(list);
}

/// The schema of a result. A source that does not describe results leaves what is known.
fn results(document: &mut Tree, facts: &Facts, old: Option<&Facts>, writer: &mut schema::Writer<'_>) {
    let path = ["components", "schemas", "ResponseBody", "properties", "data", "items"];
    let before = document.at(&path).cloned();
    let Some(result) = &facts.result else {
        if old.is_none() {
            let kind = facts.task.member("taskType").and_then(|kind| kind.fact("const"));
            let is_image = kind.and_then(|kind| kind.value.as_text()) == Some("imageInference");
            let taken = if is_image {
                "The document uses those of image tasks. Are they correct?"
            } else {
                "Which fields do they have?"
            };
            if !is_image {
                document.at_mut(&path[..path.len() - 1]).remove("items");
            }
            let text = format!("`ResponseBody`: the source does not describe results. {taken}");
            writer.questions.push(Remark::new(1, text));
        }
        return;
    };
    let known = old.and_then(|old| old.result.as_ref());
    *document.at_mut(&path) = writer.result(result, known, before.as_ref());
}
