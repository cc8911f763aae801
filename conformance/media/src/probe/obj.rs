//! Wavefront OBJ: a statement a line. The end of a file is not marked, so that one that is cut behind its first face may
//! seem whole.

use super::reader::{Flaw, Reader};

/// Reads vertices and what is made from them; other statements are passed over.
pub(super) fn read(file: Reader<'_>) -> Result<(), Flaw> {
    let (mut vertices, mut last, mut has_elements) = (0_i64, 0, false);
    for line in file.bytes.split(|byte| *byte == b'\n') {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        match words.next() {
            Some(b"v") => {
                vertices += 1;
                let numbers = words.take_while(|word| number::<f64>(word).is_some()).count();
                if numbers < 3 {
                    return Err(Flaw::Nonsense("a vertex without three coordinates"));
                }
            }
            Some(kind @ (b"f" | b"l" | b"p")) => {
                let mut count = 0;
                for word in words {
                    last = last.max(index(word, vertices)?);
                    count += 1;
                }
                let least = if kind == b"f" { 3 } else { 1 };
                if count < least {
                    return Err(Flaw::Nonsense("a face of fewer than three vertices"));
                }
                has_elements = true;
            }
            _ => {}
        }
    }
    if !has_elements || last > vertices {
        return Err(Flaw::End);
    }
    Ok(())
}

/// The vertex of `7/1/2` or of `-1`, which is the last one so far; counted from one.
fn index(word: &[u8], vertices: i64) -> Result<i64, Flaw> {
    const NONSENSE: Flaw = Flaw::Nonsense("a face of something else than vertices");
    let first = word.split(|byte| *byte == b'/').next().and_then(number::<i64>).ok_or(NONSENSE)?;
    let index = if first < 0 { first.saturating_add(vertices).saturating_add(1) } else { first };
    if index < 1 { Err(NONSENSE) } else { Ok(index) }
}

fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    str::from_utf8(word).ok()?.parse().ok()
}
