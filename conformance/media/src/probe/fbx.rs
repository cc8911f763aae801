//! FBX, binary or in text. The format has no public specification; the structure is that of files in use.

use super::reader::{Flaw, Reader};

pub(super) fn read(file: Reader<'_>) -> Result<(), Flaw> {
    if file.bytes.starts_with(b";") { read_text(file.bytes) } else { read_binary(file) }
}

/// Walks the outermost records and the footer behind them. A record says where in the file it ends.
fn read_binary(mut file: Reader<'_>) -> Result<(), Flaw> {
    let whole = file.bytes.len();
    file.take(23)?;
    let is_wide = file.u32_le()? >= 7500;
    let number = |file: &mut Reader<'_>| if is_wide { file.u64_le() } else { file.u32_le().map(u64::from) };
    let mut has_objects = false;
    loop {
        let end = number(&mut file)?;
        let (_count, properties) = (number(&mut file)?, number(&mut file)?);
        let name = file.byte()?;
        let name = file.take(name)?;
        if end == 0 {
            break;
        }
        has_objects |= name == b"Objects";
        let here = u64::try_from(whole - file.bytes.len()).map_err(|_| Flaw::End)?;
        let content = end.checked_sub(here).filter(|content| *content >= properties);
        file.take(content.ok_or(Flaw::Nonsense("a record that ends before its content"))?)?;
    }
    if !has_objects {
        return Err(Flaw::Nonsense("no objects"));
    }
    footer(file, whole)
}

/// An identifier and four zeros, filling up to a multiple of 16, then version, zeros and a constant.
fn footer(mut file: Reader<'_>, whole: usize) -> Result<(), Flaw> {
    file.take(16 + 4)?;
    let here = whole - file.bytes.len();
    let filling = 16 - here % 16;
    file.take(filling)?;
    file.take(4 + 120 + 16)?;
    Ok(())
}

/// Blocks in braces; strings have no escapes.
fn read_text(text: &[u8]) -> Result<(), Flaw> {
    let (mut depth, mut has_objects) = (0_u32, false);
    for line in text.split(|byte| *byte == b'\n') {
        has_objects |= depth == 0 && line.trim_ascii().starts_with(b"Objects:");
        let mut is_string = false;
        for byte in line {
            match byte {
                b'"' => is_string = !is_string,
                b';' if !is_string => break,
                b'{' if !is_string => depth += 1,
                b'}' if !is_string => {
                    depth = depth.checked_sub(1).ok_or(Flaw::Nonsense("a brace that closes nothing"))?;
                }
                _ => {}
            }
        }
    }
    if depth == 0 && has_objects { Ok(()) } else { Err(Flaw::End) }
}
