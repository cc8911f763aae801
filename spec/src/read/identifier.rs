//! `$id` and `$schema`: they state nothing about a value, and yet a judge does not start on what is none of them.

use crate::document::{Diagnostic, Node, text};

/// The dialect of JSON Schema in which schemas are read and judged.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The name of a schema: a URL, or a path relative to one.
pub(super) fn id(node: Node<'_>) -> Result<(), Diagnostic> {
    let id = node.string()?;
    let rest = id.strip_prefix("https://").or_else(|| id.strip_prefix("http://"));
    let is_id = match rest {
        Some(rest) => {
            let (authority, _) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
            is_authority(authority) && is_path(&rest[authority.len()..])
        }
        None => !id.contains(':') && !id.starts_with("//") && is_path(&id),
    };
    if is_id {
        return Ok(());
    }
    let shown = text::shorten(&id, 60);
    Err(node.error(
        format!("`{shown}` is no `$id`"),
        "write a URL such as `https://example.com/task.json`, without a fragment, or remove it",
    ))
}

/// A host, and a port where there is one.
fn is_authority(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "80"));
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
    !host.is_empty() && host.chars().all(is_name) && port.parse::<u16>().is_ok()
}

/// The rest of a URL (RFC 3986), without a fragment.
fn is_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(index, byte)| match byte {
        b'%' => bytes.get(index + 1..index + 3).is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit)),
        other => other.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(other),
    })
}

/// The dialect of a schema.
pub(super) fn dialect(node: Node<'_>) -> Result<(), Diagnostic> {
    let dialect = node.string()?;
    if dialect.strip_suffix('#').unwrap_or(&dialect) == DIALECT {
        return Ok(());
    }
    let shown = text::shorten(&dialect, 60);
    Err(node.error(
        format!("schemas are not read in the dialect `{shown}`"),
        format!("write `{DIALECT}`, which is how this one is read, or remove it"),
    ))
}
