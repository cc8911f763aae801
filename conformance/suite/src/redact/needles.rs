//! What is looked for: every piece of eight bytes of every secret, and secrets of six and seven bytes as a whole. Eight
//! bytes fit a register, so that a place of a text is compared with all pieces at once.

use super::decode::decoded;

/// A piece of a secret of so many bytes is as good as the secret.
pub(super) const PIECE: usize = 8;
/// A shorter secret than that is not looked for within words.
pub(super) const SHORT: usize = 6;
/// How many layers of escapes are undone.
pub(super) const LAYERS: usize = 4;

/// Makes letters of one case of both; of what else it makes alike, no two are likely in keys.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// How many endings are told apart: of the last 32 bits of a piece every other one.
const ENDINGS: usize = 1 << 16;

/// Pieces of some length each, the shortest first.
#[derive(Clone)]
pub(super) struct Needles {
    pub(super) by_length: Vec<Pieces>,
    /// One bit for each ending that some piece has: nearly all places of a text are ruled out by it.
    endings: Box<[u64; ENDINGS / 64]>,
}

/// Endings of secrets are secrets, too.
impl std::fmt::Debug for Needles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Needles").field("by_length", &self.by_length).finish_non_exhaustive()
    }
}

/// Pieces of one length.
#[derive(Clone)]
pub(super) struct Pieces {
    pub(super) length: usize,
    mask: u64,
    /// One bit for some of the values each: most places of a text are ruled out by it.
    filter: Box<[u64; 64]>,
    values: Vec<u64>,
}

/// Pieces of secrets are secrets.
impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} pieces of {} bytes", self.values.len(), self.length)
    }
}

impl Needles {
    /// The pieces of secrets, without those that are in public texts too: what everybody knows gives nothing away.
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>, public: &[&str]) -> Self {
        let mut by_length: [Vec<u64>; PIECE + 1] = Default::default();
        for secret in secrets {
            // A key can look like an escape itself, and is then seen as what it looks like.
            let mut form = secret.as_bytes().to_vec();
            for _ in 0..=LAYERS {
                let seen = printed(&form);
                if seen.len() >= SHORT {
                    let length = seen.len().min(PIECE);
                    by_length[length].extend(values(&seen, length));
                }
                let next = decoded(&form);
                if next == form {
                    break;
                }
                form = next;
            }
        }
        let of_length = |(length, mut values): (usize, Vec<u64>)| {
            for text in public {
                forget(&mut values, &printed(text.as_bytes()), length);
            }
            values.sort_unstable();
            values.dedup();
            (!values.is_empty()).then(|| Pieces::new(length, values))
        };
        let by_length: Vec<Pieces> = by_length.into_iter().enumerate().filter_map(of_length).collect();
        let endings = endings(by_length.iter().flat_map(|pieces| &pieces.values));
        Self { by_length, endings }
    }

    /// Whether a piece can end in such bits.
    #[inline]
    pub(super) fn can_end(&self, ending: usize) -> bool {
        self.endings[ending % ENDINGS / 64] >> (ending % 64) & 1 != 0
    }

    /// The length of the shortest piece.
    pub(super) fn shortest(&self) -> usize {
        self.by_length.first().map_or(PIECE, |pieces| pieces.length)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_length.is_empty()
    }
}

impl Pieces {
    fn new(length: usize, values: Vec<u64>) -> Self {
        let mut filter = Box::new([0; 64]);
        for value in &values {
            let (word, bit) = spread(*value);
            filter[word] |= bit;
        }
        Self { length, mask: mask(length), filter, values }
    }

    /// Whether the last bytes of a window are a piece.
    #[inline]
    pub(super) fn has(&self, window: u64) -> bool {
        let value = (window | FOLD) & self.mask;
        let (word, bit) = spread(value);
        self.filter[word] & bit != 0 && self.values.binary_search(&value).is_ok()
    }
}

/// Whether a byte is passed over where texts are compared: a key that is broken into lines is a key.
#[inline]
pub(super) const fn is_passed_over(byte: u8) -> bool {
    byte < 0x20
}

/// One bit of two, the lower one, close together. Such bits are the same in letters of either case, and they are the same
/// of digits of four, six and eight bits, whichever of them a byte begins in.
pub(super) const fn every_other(bits: u64) -> u64 {
    let (mut kept, mut place) = (0, 0);
    while place < 32 {
        kept |= (bits >> (2 * place) & 1) << place;
        place += 1;
    }
    kept
}

/// The endings of pieces. A digit of Base64 can hold up to four bits behind a piece, which may be any.
fn endings<'v>(values: impl IntoIterator<Item = &'v u64>) -> Box<[u64; ENDINGS / 64]> {
    let mut endings = Box::new([0; ENDINGS / 64]);
    for value in values {
        for (spare, behind) in [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (2, 3)] {
            #[allow(clippy::cast_possible_truncation, reason = "the last bits are meant")]
            let ending = (every_other(*value) << spare | behind) as usize % ENDINGS;
            endings[ending / 64] |= 1 << (ending % 64);
        }
    }
    endings
}

fn printed(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| !is_passed_over(*byte)).collect()
}

fn mask(length: usize) -> u64 {
    u64::MAX >> (64 - 8 * length)
}

fn values(text: &[u8], length: usize) -> impl Iterator<Item = u64> {
    let value = |piece: &[u8]| piece.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    text.windows(length).map(move |piece| (value(piece) | FOLD) & mask(length))
}

fn forget(secret: &mut Vec<u64>, public: &[u8], length: usize) {
    if !secret.is_empty() {
        let public: std::collections::HashSet<u64> = values(public, length).collect();
        secret.retain(|value| !public.contains(value));
    }
}

#[inline]
fn spread(value: u64) -> (usize, u64) {
    let hash = value.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52;
    ((hash >> 6) as usize, 1 << (hash & 63))
}
