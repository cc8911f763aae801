//! The rules of a page's section "Compatibility & Validation": sentences of fixed forms, and a table of dimensions.
//!
//! A sentence names parameters in backticks; `width/height` means both. What has none of the forms, or names a
//! parameter that the page does not list, is not understood.

use super::outline::Outline;
use crate::document::Tree;
use crate::facts::{Fact, Parameter, Remark};
use crate::model::Level;

/// A paragraph of the section, or a row of its table.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) line: usize,
    pub(super) text: String,
}

/// Parameters that a sentence names together: one, or several joined by `/`.
type Group = Vec<Vec<String>>;

/// What a sentence says of the groups that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Together,
    Excludes,
    Either,
    Needs,
    OneOf,
}

/// The fixed forms: what stands before, between and after the groups. `…` stands for a list of groups.
const FORMS: [(Form, [&str; 3]); 10] = [
    (Form::Together, ["", "", "must be used together."]),
    (Form::Excludes, ["", "cannot be used with", "."]),
    (Form::Excludes, ["", "cannot be used together with", "."]),
    (Form::Either, ["Either provide", ", or specify", "."]),
    (Form::Either, ["Either provide", ", or provide", "."]),
    (Form::Needs, ["When", "is provided,", "is required."]),
    (Form::Needs, ["When", "is provided,", "are required."]),
    (Form::Excludes, ["When", "is provided,", "cannot be used."]),
    (Form::OneOf, ["Provide exactly one of:", "", "."]),
    (Form::OneOf, ["Provide exactly one of", "", "."]),
];

/// Reads the section into rules of the task, once all its parameters are known.
pub(super) fn read(lines: &[Line], outline: &mut Outline, unread: &mut Vec<Remark>) {
    let mut rows = Vec::new();
    let mut table = None;
    for line in lines {
        let text = line.text.trim();
        if text.starts_with('|') {
            match row(text) {
                Row::Dimensions(width, height) => rows.push((width, height)),
                Row::Frame => {}
                Row::Unknown => unread.push(Remark::new(line.line, text)),
            }
        } else if text == "The following dimension combinations are supported:" {
            table = Some(line.line);
        } else if let Some(reason) = sentence(text, line.line, outline).err() {
            unread.push(Remark::new(line.line, format!("{text}{reason}")));
        }
    }
    match table {
        Some(line) if !rows.is_empty() => dimensions(rows, line, outline),
        Some(line) => unread.push(Remark::new(line, "a table of dimensions without rows")),
        None if !rows.is_empty() => {
            unread.push(Remark::new(lines[0].line, "a table of dimensions that no sentence introduces"));
        }
        None => {}
    }
}

fn sentence(text: &str, line: usize, outline: &mut Outline) -> Result<(), String> {
    let (form, groups) = parse(text).ok_or_else(String::new)?;
    let groups: Vec<Group> =
        groups.iter().map(|group| resolve(group, &outline.root)).collect::<Result<_, String>>()?;
    let (holder, groups) = lower(form, groups, &outline.root);
    let facts = rules(form, &groups, &holder, outline);
    let target = holder.iter().fold(&mut outline.root, |parameter, name| {
        let index = parameter.members.iter().position(|member| member.name == *name);
        &mut parameter.members[index.expect("a name that was resolved is a member")]
    });
    for (keyword, value) in facts {
        add_rule(target, Fact { keyword, value, level: Level::Prose, line });
    }
    Ok(())
}

/// Adds a rule unless the same is there.
pub(super) fn add_rule(target: &mut Parameter, fact: Fact) {
    let same = |known: &Fact| {
        known.keyword == fact.keyword
            && crate::facts::normal(&known.keyword, &known.value)
                == crate::facts::normal(&fact.keyword, &fact.value)
    };
    if !target.facts.iter().any(same) {
        target.facts.push(fact);
    }
}

/// The form of a sentence and the names of its groups.
fn parse(text: &str) -> Option<(Form, Vec<String>)> {
    FORMS.into_iter().find_map(|(form, [before, between, after])| {
        let inner = text.strip_prefix(before)?.strip_suffix(after)?;
        let (left, right) = if between.is_empty() { (inner, "") } else { inner.split_once(between)? };
        // In a demand, "or" would be a choice, which none of the forms says.
        if matches!(form, Form::Needs | Form::Either) && right.contains(" or ") {
            return None;
        }
        let (left, right) = (names(left)?, names(right)?);
        let fits = match form {
            Form::Together | Form::OneOf => left.len() > 1,
            Form::Excludes | Form::Either | Form::Needs => left.len() == 1 && !right.is_empty(),
        };
        fits.then(|| (form, left.into_iter().chain(right).collect()))
    })
}

/// "`a`, `b` and `c`" as names; nothing else may stand there.
fn names(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            names.push(part.trim().to_owned());
        } else if !matches!(part.trim().trim_matches(',').trim(), "" | "and" | "or") {
            return None;
        }
    }
    (text.matches('`').count().is_multiple_of(2) && names.iter().all(|name| !name.is_empty()))
        .then_some(names)
}

/// The paths of a group: a full path, or a name that only one parameter has.
fn resolve(group: &str, root: &Parameter) -> Result<Group, String> {
    let mut paths = Vec::new();
    for name in group.split('/').map(str::trim) {
        let steps: Vec<&str> = name.split('.').collect();
        let is_plain = plain(root, &steps);
        if is_plain {
            paths.push(steps.into_iter().map(str::to_owned).collect());
            continue;
        }
        let tree = root.tree();
        let mut found = tree.iter().filter(|(path, parameter)| {
            parameter.name == name && plain(root, &path.steps().collect::<Vec<_>>())
        });
        match (found.next(), found.next()) {
            (Some((path, _)), None) => paths.push(path.steps().map(str::to_owned).collect()),
            (Some(_), Some(_)) => return Err(format!(" (`{name}` may be several parameters)")),
            (None, _) => return Err(format!(" (the page lists no parameter `{name}`)")),
        }
    }
    Ok(paths)
}

/// Whether a path leads through objects alone.
fn plain(root: &Parameter, steps: &[&str]) -> bool {
    steps.iter().try_fold(root, |parameter, name| parameter.member(name)).is_some()
}

/// A rule over members of one object belongs to that object. For a demand that holds when none is given, the object
/// must be one that the page lists: an object that only gathers others (`inputs`) says nothing by its absence.
fn lower(form: Form, groups: Vec<Group>, root: &Parameter) -> (Vec<String>, Vec<Group>) {
    let paths: Vec<&Vec<String>> = groups.iter().flatten().collect();
    let mut depth = 0;
    while paths.iter().all(|path| path.len() > depth + 1 && path[depth] == paths[0][depth]) {
        depth += 1;
    }
    let holder = paths[0][..depth].to_vec();
    let names: Vec<&str> = holder.iter().map(String::as_str).collect();
    let is_listed = depth > 0 && root.at(&names).is_some_and(|parameter| parameter.is_listed);
    if depth == 0 || matches!(form, Form::OneOf | Form::Either) && !is_listed {
        return (Vec::new(), groups);
    }
    let shorten = |group: Group| group.into_iter().map(|path| path[depth..].to_vec()).collect();
    (holder, groups.into_iter().map(shorten).collect())
}

fn rules(form: Form, groups: &[Group], holder: &[String], outline: &Outline) -> Vec<(String, Tree)> {
    let rule = |keyword: &str, value: Tree| (keyword.to_owned(), value);
    match form {
        Form::Together => {
            let all: Vec<&Vec<String>> = groups.iter().flatten().collect();
            if all.iter().all(|path| path.len() == 1) {
                let needs = all.iter().map(|path| {
                    let others = all.iter().filter(|other| *other != path);
                    (path[0].clone(), Tree::texts(others.map(|other| other[0].clone())))
                });
                return vec![rule("dependentRequired", Tree::object(needs))];
            }
            let needs = |(index, group): (usize, &Group)| {
                let others: Group = groups
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != index)
                    .flat_map(|(_, group)| group.clone())
                    .collect();
                rule("if", implication(any_given(group), all_given(&others)))
            };
            groups.iter().enumerate().map(needs).collect()
        }
        Form::Excludes => {
            let others = groups[1..].concat();
            let both = Tree::object([("allOf", Tree::List(vec![any_given(&groups[0]), any_given(&others)]))]);
            vec![rule("not", both)]
        }
        Form::Either => {
            let others = groups[1..].concat();
            let given = all_provided(&groups[0], holder, outline);
            vec![rule("if", implication(Tree::object([("not", given)]), all_given(&others)))]
        }
        Form::Needs => {
            let others = groups[1..].concat();
            vec![rule("if", implication(any_given(&groups[0]), all_given(&others)))]
        }
        Form::OneOf => vec![rule("oneOf", Tree::List(groups.iter().map(all_given).collect()))],
    }
}

fn implication(condition: Tree, demand: Tree) -> Tree {
    Tree::object([("if", condition), ("then", demand)])
}

/// One of the parameters is present.
fn any_given(group: &Group) -> Tree {
    match group.as_slice() {
        [one] => given(one, None),
        many => Tree::object([("anyOf", Tree::List(many.iter().map(|path| given(path, None)).collect()))]),
    }
}

/// All parameters are present.
fn all_given(group: &Group) -> Tree {
    if group.iter().all(|path| path.len() == 1) {
        return Tree::object([("required", Tree::texts(group.iter().map(|path| path[0].clone())))]);
    }
    match group.as_slice() {
        [one] => given(one, None),
        many => Tree::object([("allOf", Tree::List(many.iter().map(|path| given(path, None)).collect()))]),
    }
}

/// All are present, and those that are arrays hold something: to provide an empty list is to provide nothing.
fn all_provided(group: &Group, holder: &[String], outline: &Outline) -> Tree {
    let parts = group.iter().map(|path| {
        let full: Vec<String> = holder.iter().chain(path).cloned().collect();
        let is_array = outline.at(&full).is_some_and(|parameter| parameter.is_a("array"));
        given(path, is_array.then(|| Tree::object([("minItems", Tree::count(1))])))
    });
    let parts: Vec<Tree> = parts.collect();
    match parts.len() {
        1 => parts.into_iter().next().unwrap_or(Tree::Null),
        _ if group.iter().all(|path| path.len() == 1) => all_given(group),
        _ => Tree::object([("allOf", Tree::List(parts))]),
    }
}

/// The parameter at the path is present, and such as `value` says.
fn given(path: &[String], value: Option<Tree>) -> Tree {
    let Some((name, rest)) = path.split_first() else { return Tree::Object(Vec::new()) };
    let required = ("required", Tree::texts([name.clone()]));
    let inner = if rest.is_empty() { value } else { Some(given(rest, value)) };
    match inner {
        None => Tree::object([required]),
        Some(inner) => Tree::object([("properties", Tree::object([(name.clone(), inner)])), required]),
    }
}

enum Row {
    Dimensions(String, String),
    Frame,
    Unknown,
}

/// A row of the table: a configuration and `1024x768`.
fn row(text: &str) -> Row {
    let cells: Vec<&str> =
        text.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').trim()).collect();
    let is_frame = cells.iter().all(|cell| cell.trim_matches(['-', ':']).is_empty())
        || matches!(cells.as_slice(), ["Configuration", "Dimensions"]);
    if is_frame {
        return Row::Frame;
    }
    let [_, dimensions] = cells.as_slice() else { return Row::Unknown };
    let number =
        |text: &str| text.len() < 10 && text.parse::<u32>().is_ok_and(|number| number.to_string() == text);
    match dimensions.split_once(['x', '×']) {
        Some((width, height)) if number(width.trim()) && number(height.trim()) => {
            Row::Dimensions(width.trim().to_owned(), height.trim().to_owned())
        }
        _ => Row::Unknown,
    }
}

/// When one of the two is given, they are a row of the table; each pair counts once, or no branch would be the only one.
fn dimensions(mut rows: Vec<(String, String)>, line: usize, outline: &mut Outline) {
    let mut seen = std::collections::HashSet::new();
    rows.retain(|row| seen.insert(row.clone()));
    let constant = |value: String| Tree::object([("const", Tree::Number(value))]);
    let branches = rows.into_iter().map(|(width, height)| {
        let pair = [("width", constant(width)), ("height", constant(height))];
        Tree::object([("properties", Tree::object(pair))])
    });
    let table = Tree::object([("oneOf", Tree::List(branches.collect()))]);
    let both = vec![vec!["width".to_owned()], vec!["height".to_owned()]];
    let value = implication(any_given(&both), table);
    add_rule(&mut outline.root, Fact { keyword: "if".to_owned(), value, level: Level::Prose, line });
}
