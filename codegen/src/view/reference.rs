//! The reference page of a model, in Markdown.

use crate::docs;
use crate::facts::plain;
use airspec_spec::model::image::CHECKED_WHERE;
use airspec_spec::{Model, Rule, Schema};
use std::fmt::Write as _;

/// Every parameter and behaviour of a model, for readers.
#[must_use]
pub fn reference(model: &Model) -> String {
    let mut page = format!("# {}\n\n", line(&model.title));
    if let Some(air) = &model.air {
        let _ = writeln!(page, "`{air}`\n");
    }
    if !model.summary.is_empty() {
        let _ = writeln!(page, "{}.\n", line(model.summary.trim_end_matches('.')));
    }
    page.push_str("## Parameters\n");
    for schema in model.task.tree() {
        if !schema.path.is_empty() && schema.name() != "items" {
            parameter(&mut page, model, schema);
        }
    }
    rules(&mut page, model);
    if !model.behaviours.is_empty() {
        page.push_str("\n## Behaviours of answers\n\n| id | level | statement |\n|---|---|---|\n");
        for behaviour in &model.behaviours {
            let _ = writeln!(
                page,
                "| `{}` | {} | {} |",
                behaviour.id,
                behaviour.level,
                cell(&behaviour.description)
            );
        }
    }
    if let Some(unchecked) = docs::unchecked(model) {
        let _ = writeln!(page, "\n## Not checked\n\n{unchecked}");
    }
    page
}

fn parameter(page: &mut String, model: &Model, schema: &Schema) {
    let _ = writeln!(page, "\n### `{}`\n", schema.path);
    let description = schema.description.clone().unwrap_or_else(|| plain(schema));
    let _ = writeln!(page, "{}\n", line(&description));
    let constraints = model.constraints();
    let mine: Vec<_> = constraints
        .iter()
        .filter(|constraint| {
            constraint.parameter == schema.path || constraint.parameter == format!("{}.items", schema.path)
        })
        .collect();
    page.push_str("| constraint | level | statement |\n|---|---|---|\n");
    for constraint in &mine {
        let _ =
            writeln!(page, "| `{}` | {} | {} |", constraint.id, constraint.level, cell(&constraint.expected));
    }
    if mine.iter().any(|constraint| matches!(constraint.rule, Rule::Image(_))) {
        let _ = writeln!(page, "\nThe size of an image is {CHECKED_WHERE}.");
    }
    if let Some(default) = &schema.default {
        let _ = writeln!(page, "\nServer default: {} (never sent).", airspec_spec::text::literal(default));
    }
    if let Some(url) = &schema.documentation {
        let _ = writeln!(page, "\nSource: <{url}>");
    }
}

/// What holds for the task as a whole.
fn rules(page: &mut String, model: &Model) {
    page.push_str("\n## The task\n\n| constraint | level | statement |\n|---|---|---|\n");
    for constraint in &model.task.constraints {
        let _ =
            writeln!(page, "| `{}` | {} | {} |", constraint.id, constraint.level, cell(&constraint.expected));
    }
}

/// Prose as Markdown shows it: markup of the source is text. Code in backticks is shown as it stands.
fn line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = lines.join(" ");
    let escaped = |prose: &str| prose.replace('<', "\\<").replace('[', "\\[");
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // A backtick without a partner: it is not known which ones open code.
        return escaped(&text).replace('`', "\\`");
    }
    let shown: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(index, part)| if index.is_multiple_of(2) { escaped(part) } else { (*part).to_owned() })
        .collect();
    shown.join("`")
}

/// The same within a table.
fn cell(text: &str) -> String {
    line(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_and_code_is_as_it_stands() {
        assert_eq!(line("a [b](c)\n\n<i> `[d]` e"), r"a \[b](c) \<i> `[d]` e");
        assert_eq!(line("a ` [b]"), r"a \` \[b]");
        assert_eq!(cell("`^a|b$`"), r"`^a\|b$`");
    }
}
