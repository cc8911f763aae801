//! Tokens to text: `prettyplease`, and a blank line between items.

/// The text of a file.
pub(crate) fn file(header: &str, file: &syn::File) -> String {
    let mut text = header.to_owned();
    let mut before = "";
    let printed = prettyplease::unparse(file);
    for line in printed.lines() {
        if is_gap(before, line) {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
        before = line;
    }
    text
}

/// Whether a person would leave a line free between the two: after the end of an item, and after a statement or the
/// imports when documentation follows. No literal spans lines, so that every line is code or documentation.
fn is_gap(before: &str, line: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (last, next) = (before.trim_start(), line.trim_start());
    let ends_item = last == "}" && !next.starts_with('}') && !next.starts_with("else") && is_item(next);
    let ends_statement = last.ends_with(';') && next.starts_with("///");
    let ends_head = last.starts_with("//!") && !next.starts_with("//!")
        || last.starts_with("use ") && !next.starts_with("use ");
    indent(before) == indent(line) && (ends_item || ends_statement || ends_head)
}

fn is_item(line: &str) -> bool {
    ["///", "#[", "pub ", "impl", "fn ", "mod ", "struct ", "enum ", "static ", "const ", "crate::"]
        .iter()
        .any(|start| line.starts_with(start))
}
