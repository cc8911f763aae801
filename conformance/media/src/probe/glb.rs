//! glTF 2.0 in its binary form: a header and chunks, the first of them JSON.

use super::json;
use super::reader::{Flaw, Reader};

pub(super) fn read(mut file: Reader<'_>) -> Result<(), Flaw> {
    file.take(4)?;
    if file.u32_le()? != 2 {
        return Err(Flaw::Nonsense("a version that is not 2"));
    }
    let length = file.u32_le()?.checked_sub(12).ok_or(Flaw::Nonsense("a length shorter than the header"))?;
    read_chunks(file.part(length)?).map_err(|flaw| flaw.within("a chunk that reaches beyond the file"))
}

fn read_chunks(mut chunks: Reader<'_>) -> Result<(), Flaw> {
    let mut is_first = true;
    while is_first || !chunks.is_empty() {
        let length = chunks.u32_le()?;
        let kind = chunks.array::<4>()?;
        let content = chunks.take(length)?;
        if is_first && kind != *b"JSON" {
            return Err(Flaw::Nonsense("does not begin with JSON"));
        }
        if is_first && !json::is_object_with(content, b"asset") {
            return Err(Flaw::Nonsense("JSON that is not valid, or has no `asset`"));
        }
        is_first = false;
    }
    Ok(())
}
