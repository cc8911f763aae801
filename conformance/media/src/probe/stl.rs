//! STL, binary or in text.

use super::reader::{Flaw, Reader};

/// A binary file is known by its length, whatever its first bytes are; a text has facets and an end.
pub(super) fn read(file: Reader<'_>) -> Result<(), Flaw> {
    let mut binary = file;
    let count = binary.take(80).and_then(|_| binary.u32_le()).map(u64::from);
    if count.is_ok_and(|count| count > 0 && u64::try_from(binary.bytes.len()) == Ok(50 * count)) {
        return Ok(());
    }
    let (mut has_facet, mut open, mut is_last) = (false, 0_u32, false);
    for line in file.bytes.split(|byte| *byte == b'\n') {
        match line.trim_ascii().split(u8::is_ascii_whitespace).next() {
            Some(b"facet") => (has_facet, open) = (true, open + 1),
            Some(b"endfacet") => {
                open = open.checked_sub(1).ok_or(Flaw::Nonsense("a facet that ends before it begins"))?;
            }
            Some(b"endsolid") => is_last = true,
            Some(b"solid") => is_last = false,
            _ => {}
        }
    }
    if has_facet && open == 0 && is_last { Ok(()) } else { Err(Flaw::End) }
}
