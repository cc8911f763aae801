//! `$ref` within a file: each is replaced by what it refers to, before anything else looks at the document.
//!
//! The text is written anew, so that whoever reads it (the model, the judge, an import) meets no reference. Positions
//! stay those of the text as given. A reference that leads out of the file or back to itself is refused.

use super::keyword::{ANNOTATIONS, DEFINITIONS};
use crate::document::{Diagnostic, MAX_BYTES, Member, Node, Piece, Source, Strictness, text};
use crate::model::Nesting;

/// The most schemas inside each other, references followed: more than a document may nest.
const MAX_DEPTH: usize = 64;

/// What to do about a document that references make too large.
const MULTIPLIED: &str = "references to references multiply: is this the right file?";

/// The document with what its references refer to in their place; none where it has no references.
pub(crate) fn resolved(source: &Source) -> Result<Option<Source>, Diagnostic> {
    if !source.text().contains("\"$ref\"") {
        return Ok(None);
    }
    source.is_flat(super::MAX_DEPTH)?;
    let root = source.root()?;
    let mut writer =
        Writer { source, text: String::new(), pieces: Vec::new(), open: Vec::new(), followed: 0 };
    writer.value(root, Role::root(root)?, root)?;
    Ok(Some(source.rewritten(writer.text, writer.pieces)))
}

/// What a value of a document is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A document around schemas.
    Document,
    /// `components` of a document.
    Components,
    /// A schema.
    Schema,
    /// Schemas by name.
    Map,
    /// A list of schemas.
    List,
    /// Anything else, in which `$ref` is a name like others.
    Other,
}

impl Role {
    /// The role of the whole text.
    pub(super) fn root(root: Node<'_>) -> Result<Self, Diagnostic> {
        let names = |member: &Member<'_>| matches!(member.key.as_str(), "openapi" | "requestSchema");
        let is_document = root.kind() == "an object" && root.members()?.iter().any(names);
        Ok(if is_document { Self::Document } else { Self::Schema })
    }

    /// The role of a member's value.
    pub(super) fn member(self, key: &str) -> Self {
        match (self, key) {
            (Self::Document, "components") => Self::Components,
            (Self::Components, "schemas") => Self::Map,
            (Self::Document, "requestSchema" | "responseSchema") | (Self::Map, _) => Self::Schema,
            (Self::Schema, keyword) => match Nesting::of(keyword) {
                Some(Nesting::One) => Self::Schema,
                Some(Nesting::List) => Self::List,
                Some(Nesting::Map) => Self::Map,
                None => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

struct Writer<'a> {
    source: &'a Source,
    text: String,
    pieces: Vec<Piece>,
    /// The schemas that are being written, by their places.
    open: Vec<usize>,
    /// How many references have been followed.
    followed: usize,
}

impl<'a> Writer<'a> {
    /// Copies a part of the text as given.
    fn copy(&mut self, from: usize, to: usize, about: Node<'a>) -> Result<(), Diagnostic> {
        self.pieces.push(Piece { start: self.text.len(), origin: from, is_copied: true });
        self.text.push_str(&self.source.text()[from..to]);
        if self.text.len() as u64 > MAX_BYTES {
            let message =
                format!("too large: with its references written out it has more than {MAX_BYTES} bytes");
            return Err(about.error(message, MULTIPLIED));
        }
        Ok(())
    }

    /// Puts a text that stands nowhere; whatever is said about it is said about that place.
    fn put(&mut self, text: &str, origin: usize) {
        self.pieces.push(Piece { start: self.text.len(), origin, is_copied: false });
        self.text.push_str(text);
    }

    /// Writes a value. `base` is the schema that pointers start from.
    fn value(&mut self, node: Node<'a>, role: Role, base: Node<'a>) -> Result<(), Diagnostic> {
        match (role, node.kind()) {
            (Role::Other, _) => self.copy(node.offset(), node.end(), node),
            (Role::Schema, "an object") => self.schema(node, base),
            (_, "an object") => {
                let members = node.members()?;
                self.members(node, &members, role, base)
            }
            (Role::List, "an array") => {
                let mut from = node.offset();
                for item in node.items()? {
                    self.copy(from, item.offset(), node)?;
                    self.value(item, Role::Schema, base)?;
                    from = item.end();
                }
                self.copy(from, node.end(), node)
            }
            _ => self.copy(node.offset(), node.end(), node),
        }
    }

    /// Writes an object, member by member.
    fn members(
        &mut self,
        node: Node<'a>,
        members: &[Member<'a>],
        role: Role,
        base: Node<'a>,
    ) -> Result<(), Diagnostic> {
        let mut from = node.offset();
        for Member { key, value, .. } in members {
            self.copy(from, value.offset(), node)?;
            let inner = role.member(key);
            // Each schema of an answer of the service is a document of its own.
            let base = if role == Role::Document && inner == Role::Schema { *value } else { base };
            self.value(*value, inner, base)?;
            from = value.end();
        }
        self.copy(from, node.end(), node)
    }

    /// Writes a schema that is an object.
    fn schema(&mut self, node: Node<'a>, base: Node<'a>) -> Result<(), Diagnostic> {
        if self.open.len() >= MAX_DEPTH {
            let message =
                format!("more than {MAX_DEPTH} schemas inside each other, with references followed");
            return Err(node.error(message, "flatten the document; published specs need 16 levels"));
        }
        let members = node.members()?;
        let base = based(node, &members, base);
        self.open.push(node.offset());
        match members.iter().find(|member| member.key == "$ref") {
            None => self.members(node, &members, Role::Schema, base)?,
            Some(reference) => self.reference(node, &members, reference, base)?,
        }
        self.open.pop();
        Ok(())
    }

    /// Writes what a schema refers to, with what else the schema says.
    fn reference(
        &mut self,
        node: Node<'a>,
        members: &[Member<'a>],
        reference: &Member<'a>,
        base: Node<'a>,
    ) -> Result<(), Diagnostic> {
        self.followed += 1;
        if self.followed > super::MAX_PARTS {
            let message = format!("too large: more than {} references to follow", super::MAX_PARTS);
            return Err(node.error(message, MULTIPLIED));
        }
        let found = target(reference, base).and_then(|(target, base)| {
            let leads_back = self.open.contains(&target.offset());
            if leads_back { Err(self::leads_back(reference)) } else { Ok((target, base)) }
        });
        let (target, target_base) = match found {
            // It stays, for the reader to keep it as unchecked.
            Err(error) if error.outside.is_some() && self.source.strictness() == Strictness::Lenient => {
                return self.members(node, members, Role::Schema, base);
            }
            found => found?,
        };
        let states_nothing = |member: &Member<'a>| {
            let key = member.key.as_str();
            key == "$ref" || ANNOTATIONS.contains(&key) || DEFINITIONS.contains(&key)
        };
        if members.len() == 1 {
            return self.value(target, Role::Schema, target_base);
        }
        if target.kind() == "an object" && members.iter().all(states_nothing) {
            let inner = target.members()?;
            if inner.iter().all(|member| member.key != "$ref") {
                let target_base = based(target, &inner, target_base);
                self.open.push(target.offset());
                self.described(node, members, base, &inner, target_base)?;
                self.open.pop();
                return Ok(());
            }
        }
        self.beside(node, members, (target, target_base), base)
    }

    /// Writes a schema with annotations of its own in place of those of the schema that it refers to.
    fn described(
        &mut self,
        node: Node<'a>,
        own: &[Member<'a>],
        base: Node<'a>,
        inner: &[Member<'a>],
        inner_base: Node<'a>,
    ) -> Result<(), Diagnostic> {
        let is_own = |member: &&Member<'a>| own.iter().any(|known| known.key == member.key);
        let own = own.iter().filter(|member| member.key != "$ref").map(|member| (member, base));
        let inner = inner.iter().filter(|member| !is_own(member)).map(|member| (member, inner_base));
        let mut gap = "{";
        for (member, base) in own.chain(inner).collect::<Vec<_>>() {
            self.put(gap, node.offset());
            self.copy(member.offset(), member.value.offset(), node)?;
            self.value(member.value, Role::Schema.member(&member.key), base)?;
            gap = ", ";
        }
        self.put("}", node.offset());
        Ok(())
    }

    /// Writes a schema that refers to another and states more: both hold.
    fn beside(
        &mut self,
        node: Node<'a>,
        members: &[Member<'a>],
        (target, target_base): (Node<'a>, Node<'a>),
        base: Node<'a>,
    ) -> Result<(), Diagnostic> {
        self.put("{", node.offset());
        for member in members.iter().filter(|member| !matches!(member.key.as_str(), "$ref" | "allOf")) {
            self.copy(member.offset(), member.value.offset(), node)?;
            self.value(member.value, Role::Schema.member(&member.key), base)?;
            self.put(", ", node.offset());
        }
        self.put("\"allOf\": [", node.offset());
        if let Some(own) = members.iter().find(|member| member.key == "allOf") {
            for branch in own.value.items()? {
                self.value(branch, Role::Schema, base)?;
                self.put(", ", branch.offset());
            }
        }
        self.value(target, Role::Schema, target_base)?;
        self.put("]}", node.offset());
        Ok(())
    }
}

/// The schema that pointers within a schema start from: the nearest one that has an `$id`.
fn based<'a>(node: Node<'a>, members: &[Member<'a>], base: Node<'a>) -> Node<'a> {
    let has_id = members.iter().any(|member| member.key == "$id" && member.value.kind() == "a string");
    if has_id { node } else { base }
}

fn leads_back(reference: &Member<'_>) -> Diagnostic {
    let help = "write the schema out as deep as requests go: code cannot be generated for one without end";
    reference.outside(reference.value.error("`$ref` leads back to a schema that it is part of", help))
}

/// What a reference refers to, and what pointers within that start from.
fn target<'a>(reference: &Member<'a>, base: Node<'a>) -> Result<(Node<'a>, Node<'a>), Diagnostic> {
    let pointer = reference.value.string()?;
    let shown = text::shorten(&pointer, 60);
    let Some(steps) = pointer.strip_prefix('#') else {
        let help = "copy the schema into `$defs` of this file, and refer to it as `#/$defs/NAME`";
        let error = reference.value.error(format!("`$ref` to `{shown}` leads out of the file"), help);
        return Err(reference.outside(error));
    };
    let mut node = base;
    let mut inner = base;
    for step in steps.split('/').skip(usize::from(steps.is_empty() || steps.starts_with('/'))) {
        let step = unescaped(step);
        let next = match node.kind() {
            "an object" if steps.starts_with('/') => {
                let members = node.members()?;
                inner = based(node, &members, inner);
                members.into_iter().find(|member| member.key == step).map(|member| member.value)
            }
            "an array" => step.parse().ok().and_then(|index: usize| node.items().ok()?.get(index).copied()),
            _ => None,
        };
        node = next.ok_or_else(|| {
            let start = base.position();
            let from = format!("pointers start at line {}, column {}", start.line, start.column);
            let help = format!("{from}: the nearest schema around that has an `$id`, or the whole document");
            reference.value.error(format!("`$ref` to `{shown}`, where there is nothing"), help)
        })?;
    }
    Ok((node, inner))
}

/// A step of a pointer in a URI: `%25` is a percent sign, `~1` a slash, `~0` a tilde.
fn unescaped(step: &str) -> String {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}
