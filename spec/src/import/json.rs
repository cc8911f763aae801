//! OpenAPI files, answers of the schema service and bare task schemas, as facts.
//!
//! The reader of specs has accepted the document before this one looks at it, so that every keyword is known here.

use crate::document::{Diagnostic, Member, Node, Source, Tree};
use crate::facts::{Example, Fact, Facts, Identity, Layout, Parameter, Shown, is_rule, without_words};
use crate::model::Level;
use crate::read::keyword;
use std::collections::BTreeMap;

/// Reads a document.
pub(super) fn read(source: &Source) -> Result<Facts, Diagnostic> {
    let root = source.root()?;
    let (layout, task, result) = if let Some(schemas) = find(root, &["components", "schemas"])? {
        let item = |name, list| find(schemas, &[name, "properties", list, "items"]);
        (Layout::OpenApi, find(schemas, &["RequestBody"])?, item("ResponseBody", "data")?)
    } else if let Some(request) = find(root, &["requestSchema"])? {
        let response = find(root, &["responseSchema"])?.filter(|response| response.kind() != "null");
        let item = match response {
            Some(response) => find(response, &["properties", "data", "items"])?,
            None => None,
        };
        (Layout::Service, Some(request), item.or(response))
    } else {
        (Layout::Task, Some(root), None)
    };
    let task = unwrap_array(task.unwrap_or(root))?;
    let mut facts = Facts {
        source: source.name().to_owned(),
        layout,
        identity: identity(root, layout)?,
        task: parameter(String::new(), task, task.position().line)?,
        result: result.map(|node| parameter(String::new(), node, node.position().line)).transpose()?,
        examples: examples(root)?,
        contradictions: Vec::new(),
        unread: Vec::new(),
        unchecked: Vec::new(),
    };
    if facts.identity.air.is_none() {
        let model = facts.task.member("model").and_then(|model| model.fact("const"));
        facts.identity.air = model.and_then(|fact| fact.value.as_text()).map(str::to_owned);
    }
    Ok(facts)
}

/// The value at a path of names, where each but the last is an object.
fn find<'a>(node: Node<'a>, path: &[&str]) -> Result<Option<Node<'a>>, Diagnostic> {
    let mut node = node;
    for name in path {
        if node.kind() != "an object" {
            return Ok(None);
        }
        match node.members()?.into_iter().find(|member| member.key == *name) {
            Some(member) => node = member.value,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

fn text(node: Node<'_>, path: &[&str]) -> Result<Option<String>, Diagnostic> {
    find(node, path)?.filter(|node| node.kind() == "a string").map(|node| node.string()).transpose()
}

fn unwrap_array(node: Node<'_>) -> Result<Node<'_>, Diagnostic> {
    let is_array = text(node, &["type"])?.as_deref() == Some("array");
    Ok(find(node, &["items"])?.filter(|items| is_array && items.kind() == "an object").unwrap_or(node))
}

fn identity(root: Node<'_>, layout: Layout) -> Result<Identity, Diagnostic> {
    if layout == Layout::Service {
        let page = text(root, &["documentation"])?.filter(|url| url.starts_with("http"));
        return Ok(Identity { slug: page.as_deref().and_then(super::slug_of), page, ..Identity::default() });
    }
    let mut capabilities = Vec::new();
    if let Some(list) = find(root, &["info", "x-capabilities"])?.filter(|list| list.kind() == "an array") {
        capabilities = list.items()?.iter().filter_map(|item| item.string().ok()).collect();
    }
    let mut prices = Vec::new();
    if let Some(list) =
        find(root, &["info", "x-pricing", "examples"])?.filter(|list| list.kind() == "an array")
    {
        for item in list.items()? {
            let price = find(item, &["price"])?.filter(|price| price.kind() == "a number");
            if let (Some(name), Some(price)) = (text(item, &["configuration"])?, price) {
                prices.push((name, price.raw().to_owned()));
            }
        }
    }
    let title = text(root, &["info", "title"])?;
    let name = title.map(|title| title.strip_prefix("Runware API - ").unwrap_or(&title).to_owned());
    Ok(Identity {
        slug: text(root, &["info", "x-model-id"])?,
        air: text(root, &["info", "x-air-id"])?,
        name,
        page: text(root, &["externalDocs", "url"])?,
        status: text(root, &["info", "x-status"])?,
        creator: text(root, &["info", "x-creator", "name"])?,
        capabilities,
        prices,
    })
}

/// A schema and all below it.
fn parameter(name: String, node: Node<'_>, line: usize) -> Result<Parameter, Diagnostic> {
    let mut parameter = Parameter { name, line, is_listed: true, ..Parameter::default() };
    if node.kind() != "an object" {
        // `true` says nothing, `false` allows nothing.
        if node.kind() == "a boolean" && !node.boolean()? {
            parameter.facts.push(fact("not", Tree::Object(Vec::new()), Level::Badge, line));
        }
        return Ok(parameter);
    }
    let members = node.members()?;
    let levels = levels(&members)?;
    let level = |keyword: &str| levels.get(keyword).copied().unwrap_or(Level::Badge);
    for member in &members {
        let line = member.position().line;
        match member.key.as_str() {
            "properties" => {
                for property in member.value.members()? {
                    let line = property.position().line;
                    parameter.members.push(self::parameter(property.key, property.value, line)?);
                }
            }
            "items" => parameter.items = Some(Box::new(self::parameter(String::new(), member.value, line)?)),
            "required" | "if" | "then" | "else" | "x-levels" => {}
            "allOf" => lift(member, &mut parameter.facts)?,
            "x-constraints" => {
                for rule in member.value.items()? {
                    let line = rule.position().line;
                    parameter.facts.push(fact(
                        "x-constraints",
                        Tree::read(rule)?,
                        level("x-constraints"),
                        line,
                    ));
                }
            }
            "oneOf" => {
                let value = Tree::read(member.value)?;
                let found = match documented(&value) {
                    Some(values) => fact("enum", Tree::List(values), level("enum"), line),
                    None => fact("oneOf", without_words("oneOf", &value), level("oneOf"), line),
                };
                parameter.facts.push(found);
            }
            keyword if is_fact(keyword) => {
                let value = without_words(keyword, &Tree::read(member.value)?);
                parameter.facts.push(fact(keyword, value, level(keyword), line));
            }
            _ => {}
        }
    }
    parameter.facts.extend(condition(&members, level("if"))?);
    required(&members, &mut parameter)?;
    Ok(parameter)
}

fn fact(keyword: &str, value: Tree, level: Level, line: usize) -> Fact {
    Fact { keyword: keyword.to_owned(), value, level, line }
}

/// Whether a keyword states something, rather than describing or extending.
fn is_fact(keyword: &str) -> bool {
    keyword::statements().any(|known| known == keyword) || matches!(keyword, "default" | "x-value-count")
}

fn levels(members: &[Member<'_>]) -> Result<BTreeMap<String, Level>, Diagnostic> {
    let mut levels = BTreeMap::new();
    if let Some(member) = members.iter().find(|member| member.key == "x-levels") {
        for entry in member.value.members()? {
            let word = entry.value.string()?;
            levels.extend(
                Level::ALL.into_iter().find(|level| level.word() == word).map(|level| (entry.key, level)),
            );
        }
    }
    Ok(levels)
}

/// `if`, `then` and `else` are one rule.
fn condition(members: &[Member<'_>], level: Level) -> Result<Option<Fact>, Diagnostic> {
    let Some(holder) = members.iter().find(|member| member.key == "if") else { return Ok(None) };
    let mut parts = Vec::new();
    for keyword in ["if", "then", "else"] {
        if let Some(member) = members.iter().find(|member| member.key == keyword) {
            parts.push((keyword, without_words("schema", &Tree::read(member.value)?)));
        }
    }
    Ok((parts.len() > 1).then(|| fact("if", Tree::object(parts), level, holder.position().line)))
}

/// A branch of `allOf` that holds rules only is the same as these rules one level up.
fn lift(member: &Member<'_>, facts: &mut Vec<Fact>) -> Result<(), Diagnostic> {
    for branch in member.value.items()? {
        let read = parameter(String::new(), branch, branch.position().line)?;
        let only_rules = read.members.is_empty()
            && read.items.is_none()
            && !read.facts.is_empty()
            && read.facts.iter().all(|fact| is_rule(&fact.keyword));
        if only_rules {
            facts.extend(read.facts);
        } else {
            let value = Tree::List(vec![without_words("schema", &Tree::read(branch)?)]);
            facts.push(fact("allOf", value, Level::Badge, branch.position().line));
        }
    }
    Ok(())
}

/// The values of a `oneOf` whose branches are documented constants.
fn documented(value: &Tree) -> Option<Vec<Tree>> {
    let constant = |branch: &Tree| {
        let known = |name: &str| matches!(name, "const" | "title" | "description");
        branch.members().iter().all(|(name, _)| known(name)).then(|| branch.get("const").cloned()).flatten()
    };
    let values: Vec<Tree> = value.items().iter().map(constant).collect::<Option<_>>()?;
    (!values.is_empty()).then_some(values)
}

/// Marks the members that are required; one that nothing declares is a member of which nothing else is known.
fn required(members: &[Member<'_>], parameter: &mut Parameter) -> Result<(), Diagnostic> {
    let Some(list) = members.iter().find(|member| member.key == "required") else { return Ok(()) };
    for item in list.value.items()? {
        let (name, line) = (item.string()?, item.position().line);
        let index = parameter.members.iter().position(|member| member.name == name).unwrap_or_else(|| {
            parameter.members.push(Parameter { name, line, is_listed: true, ..Parameter::default() });
            parameter.members.len() - 1
        });
        let member = &mut parameter.members[index];
        let level = find_levels(members, &member.name)?.get("required").copied().unwrap_or(Level::Badge);
        member.facts.push(fact("required", Tree::Boolean(true), level, line));
    }
    Ok(())
}

/// The levels of the property of that name.
fn find_levels(members: &[Member<'_>], name: &str) -> Result<BTreeMap<String, Level>, Diagnostic> {
    let properties = members.iter().find(|member| member.key == "properties").map(|member| member.value);
    match properties.map(|node| find(node, &[name])).transpose()?.flatten() {
        Some(node) if node.kind() == "an object" => levels(&node.members()?),
        _ => Ok(BTreeMap::new()),
    }
}

/// What `info.x-examples` and the operation of an OpenAPI file show.
fn examples(root: Node<'_>) -> Result<Vec<Example>, Diagnostic> {
    let mut all = Vec::new();
    if let Some(list) = find(root, &["info", "x-examples"])?.filter(|list| list.kind() == "an array") {
        for item in list.items()? {
            all.push(Example {
                request: find(item, &["request"])?.map(shown),
                response: find(item, &["response"])?.map(shown),
            });
        }
    }
    let body = ["paths", "/", "post", "requestBody", "content", "application/json"];
    if let Some(content) = find(root, &body)? {
        let mut requests: Vec<Node<'_>> = find(content, &["example"])?.into_iter().collect();
        if let Some(named) = find(content, &["examples"])?.filter(|named| named.kind() == "an object") {
            for member in named.members()? {
                requests.extend(find(member.value, &["value"])?);
            }
        }
        all.extend(requests.into_iter().map(|node| Example { request: Some(shown(node)), response: None }));
    }
    all.retain(|example| example.request.is_some() || example.response.is_some());
    Ok(all)
}

fn shown(node: Node<'_>) -> Shown {
    Shown { line: node.position().line, text: node.raw().to_owned(), fragment_of: None }
}
