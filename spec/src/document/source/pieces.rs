//! Where the parts of a text that was made of another come from.

/// Where a part of a rewritten text comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// Where it starts in the rewritten text.
    pub(crate) start: usize,
    /// Where it starts in the text as given.
    pub(crate) origin: usize,
    /// Whether it stands there, character by character, or has been put there.
    pub(crate) is_copied: bool,
}

/// Pieces of a text that was made from a text that was made of `earlier` pieces.
pub(super) fn composed(pieces: &[Piece], end: usize, earlier: &[Piece]) -> Vec<Piece> {
    let mut all = Vec::with_capacity(pieces.len() + earlier.len());
    for (index, piece) in pieces.iter().enumerate() {
        let length = pieces.get(index + 1).map_or(end, |next| next.start) - piece.start;
        let until = piece.origin + if piece.is_copied { length } else { 1 };
        let first = earlier.partition_point(|one| one.start <= piece.origin).saturating_sub(1);
        for one in earlier[first..].iter().take_while(|one| one.start < until) {
            let skipped = piece.origin.saturating_sub(one.start);
            all.push(Piece {
                start: piece.start + one.start.saturating_sub(piece.origin),
                origin: if one.is_copied { one.origin + skipped } else { one.origin },
                is_copied: one.is_copied && piece.is_copied,
            });
        }
    }
    all
}
