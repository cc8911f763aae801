//! Bodies that are not JSON, read as lenient readers do.

use serde_json::Value;

/// How many places a text is cut at before it is given up.
const CUTS: usize = 50;

/// The body up to the mistake, with everything closed that is open there.
pub(super) fn prefix(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let error = serde_json::from_str::<Value>(text).err()?;
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let end = (before + error.column()).min(text.len());
    let marks = (0..=end).rev().filter(|&place| place == end || b",{[}]".contains(&body[place]));
    marks.take(CUTS).find_map(|place| {
        let cut = text.get(..place)?;
        let closed = format!("{}{}", cut.trim_end(), closing(cut));
        serde_json::from_str::<Value>(&closed).ok().filter(Value::is_array).map(|_| closed.into_bytes())
    })
}

/// The brackets that close what a text leaves open.
fn closing(text: &str) -> String {
    let (mut open, mut in_text, mut escaped) = (Vec::new(), false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' if !in_text => open.push('}'),
            b'[' if !in_text => open.push(']'),
            b'}' | b']' if !in_text => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

/// The first value, where other text follows it.
pub(super) fn first_value(body: &[u8]) -> Option<Vec<u8>> {
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    values.next()?.ok()?;
    Some(body[..values.byte_offset()].to_vec())
}

/// The body without commas before closing brackets.
pub(super) fn without_trailing_commas(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let (mut kept, mut in_text, mut escaped) = (String::new(), false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '}' | ']' if !in_text => {
                let trimmed = kept.trim_end();
                kept.truncate(trimmed.strip_suffix(',').unwrap_or(trimmed).len());
            }
            _ => {}
        }
        kept.push(character);
    }
    Some(kept.into_bytes())
}

/// The body with double quotes in place of single ones.
#[allow(clippy::unnecessary_wraps, reason = "the others can fail")]
pub(super) fn double_quotes(body: &[u8]) -> Option<Vec<u8>> {
    let replaced = body.iter().map(|byte| if *byte == b'\'' { b'"' } else { *byte });
    Some(replaced.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_read_as_lenient_readers_do() {
        let read = |repair: fn(&[u8]) -> Option<Vec<u8>>, body: &str| {
            repair(body.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(read(prefix, r#"[{"a":1,"b":[2"#).as_deref(), Some(r#"[{"a":1,"b":[2]}]"#));
        assert_eq!(read(prefix, r#"[{"a":1},{"b":x}]"#).as_deref(), Some(r#"[{"a":1}]"#));
        assert_eq!(read(prefix, "hello"), None);
        assert_eq!(read(first_value, "[1] and more").as_deref(), Some("[1]"));
        assert_eq!(read(without_trailing_commas, r#"[{"a":",}", } ,]"#).as_deref(), Some(r#"[{"a":",}"} ]"#));
        assert_eq!(read(double_quotes, "['a']").as_deref(), Some(r#"["a"]"#));
    }
}
