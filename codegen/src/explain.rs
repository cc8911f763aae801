//! What a constraint, a behaviour or a parameter means, where it is documented, and what was generated for it: a page
//! for a terminal.

use crate::api::{Api, printed};
use crate::check;
use crate::emit::{effective, limits};
use crate::plan::Plan;
use crate::{GenerateError, checked};
use airspec_spec::model::image::CHECKED_WHERE;
use airspec_spec::{Behaviour, Constraint, Level, Model, Rule, Schema, text};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A page, and what its cases are cases of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The page, cases aside.
    pub text: String,
    /// The constraints and behaviours that it is about.
    pub subjects: Vec<String>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// Nothing has that name.
    #[error("nothing is called `{}`\n  help: {}", text::shorten(.name, 80), .near.as_ref().map_or_else(
        || "give a parameter such as `width`, or a constraint such as `width.maximum`".to_owned(),
        |near| format!("did you mean `{near}`?")))]
    Name {
        /// What was asked for.
        name: String,
        /// The known name that is nearest to it.
        near: Option<String>,
    },
    /// Nothing can be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
}

/// The page of a constraint or a behaviour, by its id, or of a parameter, by its dotted path.
///
/// # Errors
/// A name that the model does not have, and a model of which no code can be made.
pub fn explain(model: &Model, name: &str) -> Result<Page, Unknown> {
    checked(model)?;
    let plan = Plan::new(model);
    let calls = check::calls(check::items(model, &plan));
    let code = Code { model, api: Api::of(&plan), plan: &plan, calls };
    let parameter = model.task.at(name).filter(|schema| !schema.path.is_empty());
    if let Some(schema) = parameter {
        return Ok(code.parameter(schema));
    }
    if let Some(constraint) = model.constraint(name) {
        return Ok(code.constraint(constraint));
    }
    if let Some(behaviour) = model.behaviours.iter().find(|behaviour| behaviour.id == name) {
        return Ok(self::behaviour(behaviour));
    }
    let constraints = model.constraints();
    let ids = constraints.iter().map(|constraint| constraint.id.as_str());
    let paths = model.parameters().into_iter().map(|schema| schema.path.as_str());
    let behaviours = model.behaviours.iter().map(|behaviour| behaviour.id.as_str());
    // A name given without what it stands in is meant as the whole path.
    let last = |path: &&str| path.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(name));
    let mut inner = model.parameters().into_iter().map(|schema| schema.path.as_str());
    let near = inner.find(last).or_else(|| text::nearest(name, paths.chain(ids).chain(behaviours)));
    Err(Unknown::Name { name: name.to_owned(), near: near.map(str::to_owned) })
}

/// What was generated.
struct Code<'a> {
    model: &'a Model,
    plan: &'a Plan<'a>,
    api: Api,
    /// What runs each constraint, by the name of its static.
    calls: BTreeMap<String, TokenStream>,
}

impl Code<'_> {
    fn constraint(&self, constraint: &Constraint) -> Page {
        let subject = subject(&constraint.parameter);
        let said = text::said_of(&subject, &constraint.expected);
        let mut page = format!("{}\n  {said}\n\n", shown(&constraint.id));
        row(&mut page, "level", &level(constraint.level));
        if let Some(url) = &constraint.documentation {
            row(&mut page, "documentation", &shown(url));
        }
        row(&mut page, "in the schema", &shown(&constraint.location));
        if let Some(schema) = self.model.task.at(&constraint.parameter) {
            about(&mut page, schema);
        }
        page.push_str("\nGenerated code\n");
        self.names(&mut page, &constraint.parameter);
        self.check(&mut page, constraint);
        Page { text: page, subjects: vec![constraint.id.to_string()] }
    }

    fn parameter(&self, schema: &Schema) -> Page {
        let constraints = self.constraints(schema);
        let behaviours: Vec<&Behaviour> = self
            .model
            .behaviours
            .iter()
            .filter(|behaviour| behaviour.kind.parameters().contains(&schema.path.as_str()))
            .collect();
        let title = schema.title.as_deref().map(|title| format!(" ({})", shown(title))).unwrap_or_default();
        let mut page = format!("{}{title}\n", shown(&schema.path));
        about(&mut page, schema);
        page.push('\n');
        if let Some(url) = &schema.documentation {
            row(&mut page, "documentation", &shown(url));
        }
        if let Some(default) = &schema.default {
            row(&mut page, "default", &format!("{} (server default, never sent)", text::literal(default)));
        }
        if !constraints.is_empty() {
            page.push_str("\nConstraints\n");
        }
        for constraint in &constraints {
            let _ =
                writeln!(page, "  {} ({}): {}", shown(&constraint.id), constraint.level, constraint.expected);
        }
        if !behaviours.is_empty() {
            page.push_str("\nBehaviours\n");
        }
        for behaviour in &behaviours {
            let _ = writeln!(
                page,
                "  {} ({}): {}",
                shown(&behaviour.id),
                behaviour.level,
                shown(&behaviour.description)
            );
        }
        page.push_str("\nGenerated code\n");
        self.names(&mut page, &schema.path);
        for constraint in &constraints {
            self.check(&mut page, constraint);
        }
        let ids = constraints.iter().map(|constraint| constraint.id.to_string());
        let subjects = ids.chain(behaviours.iter().map(|behaviour| behaviour.id.clone())).collect();
        Page { text: page, subjects }
    }

    /// The constraints of a parameter, of its presence and of its items.
    fn constraints(&self, schema: &Schema) -> Vec<&Constraint> {
        let items = format!("{}.items", schema.path);
        let all = self.model.constraints().into_iter();
        all.filter(|one| one.parameter == schema.path || one.parameter == items).collect()
    }

    /// What users write for a parameter.
    fn names(&self, page: &mut String, path: &str) {
        if let Some(field) = self.api.fields.get(path) {
            row(page, "field", &format!("{}: {}", field.name, field.kind));
        }
        if let Some(field) = self.api.asked.get(path) {
            row(page, "required", &format!("Required {{ {field}, … }}"));
        }
        if let Some(setter) = self.api.setters.get(path) {
            row(page, "builder", &format!("RequestBuilder::{}(value: {})", setter.name, setter.argument));
        }
        let accessors = effective::accessors(self.plan);
        if let Some((_, name)) = accessors.iter().find(|(known, _)| *known == path) {
            row(page, "effective", &format!("Request::{name}()"));
        }
    }

    /// What runs a constraint.
    fn check(&self, page: &mut String, constraint: &Constraint) {
        let name = self.plan.constraint(constraint).to_string();
        row(page, "constraint", &format!("constraints::{name}"));
        if let Some(limit) = limits::constants(self.model).into_iter().find(|limit| limit.id == constraint.id)
        {
            row(page, "limit", &format!("limits::{}", limit.name));
        }
        match self.calls.get(&name) {
            Some(call) => row(page, "check", &text::shorten(&code(call), 600)),
            // Of a batch, by the runtime.
            None => row(page, "check", "Batch::new, which looks at all tasks together"),
        }
        if matches!(constraint.rule, Rule::Image(_)) {
            row(page, "note", CHECKED_WHERE);
        }
    }
}

fn behaviour(behaviour: &Behaviour) -> Page {
    let mut page = format!("{}\n  {}\n\n", shown(&behaviour.id), shown(&behaviour.description));
    row(&mut page, "level", &level(behaviour.level));
    for path in behaviour.kind.parameters() {
        row(&mut page, "parameter", &shown(path));
    }
    for field in behaviour.kind.fields() {
        row(&mut page, "field", &format!("{} of each result", shown(field)));
    }
    page.push_str("\nGenerated code\n  none: the suite holds answers against it\n");
    Page { text: page, subjects: vec![behaviour.id.clone()] }
}

/// What the parameter is, in the words of the spec.
fn about(page: &mut String, schema: &Schema) {
    let lines =
        schema.description.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty());
    for line in lines.take(20) {
        let _ = writeln!(page, "  {}", text::shorten(line, 2_000));
    }
}

/// A call as it is laid out.
fn code(call: &TokenStream) -> String {
    let text = printed(&quote!(fn f() { value #call }));
    let body = text.strip_prefix("fn f() { value").and_then(|rest| rest.strip_suffix('}')).unwrap_or(&text);
    body.trim().to_owned()
}

fn row(page: &mut String, name: &str, value: &str) {
    let _ = writeln!(page, "  {name:<14} {value}");
}

fn level(level: Level) -> String {
    let said = match level {
        Level::Badge => "in a badge of the page",
        Level::Prose => "in a sentence of the page",
        Level::Facts => "by other sources than the page",
        Level::Unstated => "nowhere: our choice",
    };
    format!("{level}: stated {said}")
}

fn subject(path: &str) -> String {
    if path.is_empty() { "the task".to_owned() } else { format!("`{}`", shown(path)) }
}

/// A text of the spec, safe for a terminal.
fn shown(text: &str) -> String {
    text::shorten(text, 600)
}
