//! USDZ: a ZIP archive without compression, each of whose files begins at a multiple of 64 bytes.

use super::reader::{Flaw, Reader};

const ALIGNMENT: usize = 64;

/// Walks the files, the directory behind them and its end.
pub(super) fn read(mut file: Reader<'_>) -> Result<(), Flaw> {
    let whole = file.bytes.len();
    loop {
        match file.array()? {
            [b'P', b'K', 3, 4] => {
                let [_, _, flags, _, method, ..] = file.array::<14>()?;
                let (stored, length) = (file.u32_le()?, file.u32_le()?);
                let (name, extra) = (file.u16_le()?, file.u16_le()?);
                file.take(name)?;
                file.take(extra)?;
                // A length that follows the data, or is too large for its field, is not allowed here.
                if method != 0 || stored != length || flags & 8 != 0 {
                    return Err(Flaw::Nonsense("a file that is compressed"));
                }
                if !(whole - file.bytes.len()).is_multiple_of(ALIGNMENT) {
                    return Err(Flaw::Nonsense("a file that does not begin at a multiple of 64 bytes"));
                }
                file.take(length)?;
            }
            [b'P', b'K', 1, 2] => {
                file.take(24)?;
                let lengths = [file.u16_le()?, file.u16_le()?, file.u16_le()?];
                file.take(12)?;
                lengths.into_iter().try_for_each(|length| file.take(length).map(drop))?;
            }
            [b'P', b'K', 5, 6] => {
                file.take(16)?;
                let comment = file.u16_le()?;
                file.take(comment)?;
                return Ok(());
            }
            _ => return Err(Flaw::Nonsense("no file and no directory where one belongs")),
        }
    }
}
