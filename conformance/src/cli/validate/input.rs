//! The values of an input, one after the other and within limits, and what is wrong with each.

use super::specs::Specs;
use airspec_models::Violations;
use airspec_models::json::{self, Fault};
use std::io::{self, BufRead, Read as _};
use std::path::Path;

/// The largest value that is judged, in bytes.
pub(in crate::cli) const MAX_BYTES: usize = 32 << 20;
/// The most values inside one, counting names of members: each takes many times the memory of its text.
pub(in crate::cli) const MAX_VALUES: usize = 200_000;

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Form {
    /// One JSON text.
    Document,
    /// A JSON text on each line.
    Lines,
}

impl Form {
    /// What a file of that name holds.
    pub(in crate::cli) fn of(path: &Path) -> Self {
        let ending = path.extension().unwrap_or_default();
        let is_lines = ["jsonl", "ndjson"].iter().any(|lines| ending.eq_ignore_ascii_case(lines));
        if is_lines { Self::Lines } else { Self::Document }
    }
}

/// Why a value is not judged.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum Unjudged {
    /// The input gave out.
    #[error("cannot be read: {0}")]
    Unread(io::Error),
    /// There is none.
    #[error("contains no value: it is empty")]
    Empty,
    /// It is beyond the limits.
    #[error(
        "the value on line {line} has more than {limit} and is not validated: it is too large; give fewer tasks, or one value on each line (--lines)"
    )]
    TooLarge {
        /// The line on which it starts.
        line: usize,
        /// Which limit.
        limit: &'static str,
    },
}

const TOO_MANY_BYTES: &str = "32 MiB";
const TOO_MANY_VALUES: &str = "200,000 values and names";

/// Reads the next value into `bytes` and gives the line on which it starts; `line` is the next line of the input.
pub(in crate::cli) fn next(
    input: &mut impl BufRead,
    form: Form,
    line: usize,
    bytes: &mut Vec<u8>,
) -> Result<Option<usize>, Unjudged> {
    let limit = MAX_BYTES as u64 + 1;
    for line in line.. {
        bytes.clear();
        let mut part = input.by_ref().take(limit);
        let read = match form {
            Form::Document => part.read_to_end(bytes),
            Form::Lines => part.read_until(b'\n', bytes),
        };
        if read.map_err(Unjudged::Unread)? == 0 {
            return Ok(None);
        }
        if bytes.len() > MAX_BYTES {
            return Err(Unjudged::TooLarge { line, limit: TOO_MANY_BYTES });
        }
        if !bytes.trim_ascii().is_empty() {
            while form == Form::Lines && matches!(bytes.last(), Some(b'\n' | b'\r')) {
                bytes.pop();
            }
            return Ok(Some(line));
        }
    }
    Ok(None)
}

/// What is wrong with a value.
#[derive(Debug)]
pub(in crate::cli) enum Found {
    /// It is no JSON that can be judged.
    NotJson(Fault),
    /// What it breaks; nothing, if it is valid.
    Violations(Violations),
}

impl Found {
    pub(in crate::cli) fn is_valid(&self) -> bool {
        matches!(self, Self::Violations(violations) if violations.is_empty())
    }

    /// How many things are wrong.
    pub(in crate::cli) fn count(&self) -> usize {
        match self {
            Self::NotJson(_) => 1,
            Self::Violations(violations) => violations.len() + violations.unlisted(),
        }
    }

    pub(in crate::cli) fn violations(&self) -> Violations {
        match self {
            Self::NotJson(fault) => Violations::from(fault.clone()),
            Self::Violations(violations) => violations.clone(),
        }
    }
}

/// Judges the text of a task or of a batch of them, which starts on a line of its input.
pub(in crate::cli) fn judge(specs: &Specs, bytes: &[u8], line: usize) -> Result<Found, Unjudged> {
    if values(bytes) > MAX_VALUES {
        return Err(Unjudged::TooLarge { line, limit: TOO_MANY_VALUES });
    }
    let parsed = match std::str::from_utf8(bytes) {
        Ok(text) => json::parse(text),
        Err(error) => Err(not_utf8(bytes, error.valid_up_to())),
    };
    Ok(match parsed {
        Ok(value) => Found::Violations(specs.judge(&value)),
        Err(fault) => Found::NotJson(fault),
    })
}

/// How many values and names a text has at the most, if it is JSON.
fn values(bytes: &[u8]) -> usize {
    let (mut count, mut in_string, mut is_escaped) = (1, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' | b',' | b':' if !in_string => count += 1,
            _ => {}
        }
    }
    count
}

fn not_utf8(bytes: &[u8], end: usize) -> Fault {
    let legal = String::from_utf8_lossy(&bytes[..end]);
    let line = legal.matches('\n').count() + 1;
    let column = legal.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let detail = format!("is not UTF-8 at byte {}", end + 1);
    Fault { kind: json::FaultKind::Syntax, pointer: String::new(), line, column, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_what_it_holds() {
        for name in ["a.jsonl", "a.NDJSON", "folder/b.c.jsonl"] {
            assert_eq!(Form::of(Path::new(name)), Form::Lines, "{name}");
        }
        for name in ["a.json", "a", "-", "jsonl", "a.jsonl.json", ""] {
            assert_eq!(Form::of(Path::new(name)), Form::Document, "{name}");
        }
    }

    #[test]
    fn values_and_names_are_counted_and_what_is_in_strings_is_not() {
        assert_eq!(values(b"1"), 1);
        assert_eq!(values(b"\"[,:{\\\",\""), 1);
        assert!(values(b"[1,2,3]") >= 4 && values(b"{\"a\": {\"b\": []}}") >= 5);
    }

    #[test]
    fn lines_are_read_one_by_one_and_empty_ones_passed_over() {
        let mut input = b"\n1\r\n \n2\n\n".as_slice();
        let mut bytes = Vec::new();
        let mut read =
            |from| next(&mut input, Form::Lines, from, &mut bytes).unwrap().map(|line| (line, bytes.clone()));
        assert_eq!(read(1), Some((2, b"1".to_vec())));
        assert_eq!(read(3), Some((4, b"2".to_vec())));
        assert_eq!(read(5), None);
    }
}
