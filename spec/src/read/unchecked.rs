//! What is outside the dialect, for a reader that is lenient: the text is read again without it, and it is listed.
//!
//! A part is taken out with all whose meaning depends on it. Without a part of its own, a condition holds more often and
//! a schema excludes less, so what demands more then is not checked at all: a `not`, an `if` with its branches, a
//! `oneOf`. What is left of the document demands nothing that the whole does not demand.

use super::references::Role;
use crate::document::{Diagnostic, Node, Piece, Source, Tree, text};
use crate::model::{JsonPointer, Unchecked};
use std::collections::{BTreeMap, BTreeSet};

/// The member of a document that lists what nothing checks, of which the document was imported without.
pub(crate) const LIST: &str = "x-unchecked";

/// As many parts may be outside the dialect.
const MAX_PARTS: usize = 1_000;

/// As often is a text read, each time without what was outside the dialect before.
const MAX_READINGS: usize = 64;

/// Longer reasons are cut.
const MAX_REASON: usize = 300;

/// Keywords that may evaluate members of an object, so that `unevaluatedProperties` depends on them.
const EVALUATORS: [&str; 6] = ["$ref", "$dynamicRef", "$recursiveRef", "dependencies", "oneOf", "if"];

/// Keywords whose schemas are about the same value as the schema that they stand in.
const IN_PLACE: [&str; 8] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// A part of a text, on the way from the whole text to another part.
#[derive(Clone, Copy)]
struct Step<'a> {
    holder: Node<'a>,
    role: Role,
    /// Its place among the members or the items.
    index: usize,
    start: usize,
}

/// What has been taken out so far.
#[derive(Default)]
pub(super) struct Parts {
    /// Keywords and reasons, by where each stands in the document as given.
    found: BTreeMap<usize, (String, String)>,
    readings: usize,
}

impl Parts {
    /// The text without the parts that these errors are about.
    ///
    /// # Errors
    /// Errors about anything else, or too many of these.
    pub(super) fn without(
        &mut self,
        source: &Source,
        errors: Vec<Diagnostic>,
    ) -> Result<Source, Vec<Diagnostic>> {
        let (outside, wrong): (Vec<_>, Vec<_>) =
            errors.into_iter().partition(|error| error.outside.is_some());
        if !wrong.is_empty() || outside.is_empty() {
            return Err(wrong);
        }
        self.readings += 1;
        self.take_out(source, &outside).map_err(|error| vec![error])
    }

    fn take_out(&mut self, source: &Source, errors: &[Diagnostic]) -> Result<Source, Diagnostic> {
        let root = source.root()?;
        let reasons: BTreeMap<usize, &Diagnostic> =
            errors.iter().filter_map(|error| Some((error.outside?, error))).collect();
        let mut chains = Vec::new();
        walk(root, Role::root(root)?, &mut Vec::new(), &reasons.keys().copied().collect(), &mut chains)?;
        let mut cuts = Vec::new();
        for chain in &chains {
            let Some(last) = chain.last() else { continue };
            let error = reasons[&last.start];
            self.list(source, chain, text::shorten(&error.message, MAX_REASON))?;
            for cut in cuts_of(chain)? {
                let part = text::shorten(&keyword(chain)?, 60);
                let reason = format!("it depends on `{part}` of line {}", error.position.line);
                self.list(source, &cut, reason)?;
                cuts.extend(cut.last().copied());
            }
        }
        if cuts.is_empty() || self.found.len() > MAX_PARTS || self.readings > MAX_READINGS {
            let message =
                format!("more is outside the dialect than can be kept as unchecked: {MAX_PARTS} parts");
            return Err(root.error(message, "is this the right file?"));
        }
        without(source, &cuts)
    }

    /// Lists a part, unless it is listed.
    fn list(&mut self, source: &Source, chain: &[Step<'_>], reason: String) -> Result<(), Diagnostic> {
        let Some(last) = chain.last() else { return Ok(()) };
        let keyword = keyword(chain)?;
        self.found.entry(source.origin(last.start)).or_insert((keyword, reason));
        Ok(())
    }

    /// The list, with the places in the document as given.
    pub(super) fn into_list(self, given: &Source) -> Result<Vec<Unchecked>, Diagnostic> {
        if self.found.is_empty() {
            return Ok(Vec::new());
        }
        let root = given.root()?;
        let mut chains = Vec::new();
        walk(root, Role::root(root)?, &mut Vec::new(), &self.found.keys().copied().collect(), &mut chains)?;
        let mut list = Vec::new();
        for chain in chains {
            let Some(last) = chain.last() else { continue };
            let mut pointer = JsonPointer::default();
            for step in &chain {
                pointer.push(&step.name()?);
            }
            let (keyword, reason) = self.found[&last.start].clone();
            list.push(Unchecked { pointer, line: given.position(last.start).line, keyword, reason });
        }
        Ok(list)
    }
}

impl Step<'_> {
    /// The name of a member; the index of an item.
    fn name(&self) -> Result<String, Diagnostic> {
        Ok(self.key()?.unwrap_or_else(|| self.index.to_string()))
    }

    fn key(&self) -> Result<Option<String>, Diagnostic> {
        if self.holder.kind() != "an object" {
            return Ok(None);
        }
        Ok(self.holder.members()?.into_iter().nth(self.index).map(|member| member.key))
    }

    /// The keyword, where it is one of a schema.
    fn keyword(&self) -> Result<Option<String>, Diagnostic> {
        if self.role == Role::Schema { self.key() } else { Ok(None) }
    }

    /// Another member of the same object.
    fn sibling(&self, name: &str) -> Result<Option<Self>, Diagnostic> {
        let members = self.holder.members()?;
        let found = members.iter().enumerate().find(|(_, member)| member.key == name);
        Ok(found.map(|(index, member)| Self { index, start: member.offset(), ..*self }))
    }
}

/// The keyword that a part belongs to: its own name, or that of the keyword whose list or map holds it.
fn keyword(chain: &[Step<'_>]) -> Result<String, Diagnostic> {
    for (place, step) in chain.iter().enumerate().rev() {
        let is_entry = step.role == Role::Map && place > 0;
        if let Some(key) = step.key()?.filter(|_| !is_entry) {
            return Ok(key);
        }
    }
    Ok(String::new())
}

/// The ways to the parts that start at these places.
fn walk<'a>(
    node: Node<'a>,
    role: Role,
    chain: &mut Vec<Step<'a>>,
    wanted: &BTreeSet<usize>,
    found: &mut Vec<Vec<Step<'a>>>,
) -> Result<(), Diagnostic> {
    for (index, (start, value, role_of_value)) in children(node, role)?.into_iter().enumerate() {
        if wanted.range(start..value.end()).next().is_none() {
            continue;
        }
        chain.push(Step { holder: node, role, index, start });
        if wanted.contains(&start) {
            found.push(chain.clone());
        }
        walk(value, role_of_value, chain, wanted, found)?;
        chain.pop();
    }
    Ok(())
}

/// The members or the items of a value, each with where it starts.
fn children(node: Node<'_>, role: Role) -> Result<Vec<(usize, Node<'_>, Role)>, Diagnostic> {
    Ok(match node.kind() {
        "an object" => {
            let members = node.members()?;
            members.iter().map(|member| (member.offset(), member.value, role.member(&member.key))).collect()
        }
        "an array" => {
            let role = if role == Role::List { Role::Schema } else { Role::Other };
            node.items()?.into_iter().map(|item| (item.offset(), item, role)).collect()
        }
        _ => Vec::new(),
    })
}

/// The ways to what has to be taken out with a part, the part itself included.
fn cuts_of<'a>(chain: &[Step<'a>]) -> Result<Vec<Vec<Step<'a>>>, Diagnostic> {
    let mut end = chain.len();
    let mut cut = String::new();
    for (place, step) in chain.iter().enumerate() {
        if let Some(key) = step.keyword()?.filter(|key| matches!(key.as_str(), "not" | "if" | "oneOf")) {
            (end, cut) = (place + 1, key);
            break;
        }
    }
    let chain = &chain[..end];
    let Some((last, holders)) = chain.split_last() else { return Ok(Vec::new()) };
    if cut.is_empty() {
        cut = last.key()?.unwrap_or_default();
    }
    let is_pattern =
        holders.last().map(Step::keyword).transpose()?.flatten().as_deref() == Some("patternProperties");
    let beside: &[&str] = match cut.as_str() {
        "if" if last.role == Role::Schema => &["then", "else"],
        "minContains" if last.role == Role::Schema => &["contains"],
        _ => &[],
    };
    let mut cuts = vec![chain.to_vec()];
    let mut add = |holders: &[Step<'a>], step: Option<Step<'a>>| {
        cuts.extend(step.map(|step| [holders, &[step]].concat()));
    };
    for name in beside {
        add(holders, last.sibling(name)?);
    }
    // What the pattern matches is another member then.
    if let (true, Some((map, holders))) = (is_pattern, holders.split_last()) {
        add(holders, map.sibling("additionalProperties")?);
    }
    let evaluates = is_pattern || last.role == Role::Schema && EVALUATORS.contains(&cut.as_str());
    // What is closed depends on what evaluates members of the same object.
    let mut is_within = false;
    for (place, step) in chain.iter().enumerate().rev().filter(|_| evaluates) {
        let Some(key) = step.keyword()? else { continue };
        if is_within && !IN_PLACE.contains(&key.as_str()) {
            break;
        }
        is_within = true;
        add(&chain[..place], step.sibling("unevaluatedProperties")?);
    }
    Ok(cuts)
}

/// The text without these parts.
fn without(source: &Source, cuts: &[Step<'_>]) -> Result<Source, Diagnostic> {
    let mut holders: BTreeMap<usize, (Node<'_>, BTreeSet<usize>)> = BTreeMap::new();
    for cut in cuts {
        let start = cut.holder.offset();
        holders.entry(start).or_insert((cut.holder, BTreeSet::new())).1.insert(cut.index);
    }
    let mut gaps: Vec<(usize, usize)> = Vec::new();
    for (holder, places) in holders.values() {
        gaps.extend(gaps_in(*holder, places)?);
    }
    gaps.sort_unstable();
    let (mut written, mut pieces, mut from) = (String::new(), Vec::new(), 0);
    let end = source.text().len();
    for (start, stop) in gaps.into_iter().chain([(end, end)]) {
        // Within what is left out already.
        if start < from {
            continue;
        }
        pieces.push(Piece { start: written.len(), origin: from, is_copied: true });
        written.push_str(&source.text()[from..start]);
        from = stop;
    }
    Ok(source.rewritten(written, pieces))
}

/// The parts of the text of some members or items, each with a comma.
fn gaps_in(holder: Node<'_>, places: &BTreeSet<usize>) -> Result<Vec<(usize, usize)>, Diagnostic> {
    let parts: Vec<(usize, usize)> =
        children(holder, Role::Other)?.into_iter().map(|(start, value, _)| (start, value.end())).collect();
    let first_kept = (0..parts.len()).find(|place| !places.contains(place)).unwrap_or(parts.len());
    let gap = |place: &usize| {
        let (start, end) = parts[*place];
        if *place > first_kept {
            return (parts[place - 1].1, end);
        }
        (start, parts.get(place + 1).map_or(end, |next| next.0))
    };
    Ok(places.iter().map(gap).collect())
}

/// Reads the list of a document that was imported without something.
pub(super) fn listed(node: Node<'_>) -> Result<Vec<Unchecked>, Diagnostic> {
    node.items()?.into_iter().map(entry).collect()
}

fn entry(node: Node<'_>) -> Result<Unchecked, Diagnostic> {
    let (mut pointer, mut line, mut keyword, mut reason) = (None, None, None, None);
    for member in node.members()? {
        match member.key.as_str() {
            "pointer" => pointer = Some(JsonPointer::from(member.value.string()?)),
            "line" => line = usize::try_from(member.value.count()?).ok(),
            "keyword" => keyword = Some(member.value.string()?),
            "reason" => reason = Some(member.value.string()?),
            other => {
                let message = format!("`{}` is unknown in an entry of `{LIST}`", text::shorten(other, 60));
                return Err(member.error(message, "an entry has `pointer`, `line`, `keyword` and `reason`"));
            }
        }
    }
    match (pointer, line, keyword, reason) {
        (Some(pointer), Some(line), Some(keyword), Some(reason)) => {
            Ok(Unchecked { pointer, line, keyword, reason })
        }
        _ => Err(node.error(
            format!("an entry of `{LIST}` without all that it has"),
            "add `pointer`, `line`, `keyword` and `reason`",
        )),
    }
}

/// The list as an imported document has it.
pub(crate) fn to_tree(list: &[Unchecked]) -> Tree {
    let entry = |one: &Unchecked| {
        Tree::object([
            ("pointer", Tree::text(one.pointer.as_str())),
            ("line", Tree::Number(one.line.to_string())),
            ("keyword", Tree::text(one.keyword.as_str())),
            ("reason", Tree::text(one.reason.as_str())),
        ])
    };
    Tree::List(list.iter().map(entry).collect())
}
