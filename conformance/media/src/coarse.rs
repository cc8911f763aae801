//! How coarsely a lossy file keeps its image: the steps that its numbers are rounded to, as its header states them.
//!
//! Encoders derive the steps from their quality setting: a higher quality has finer steps, whatever the image shows. A
//! file's length depends on the image as well.

use super::Container;

/// The sum of the steps: of a JPEG those of its first table, of a lossy WebP those of its segments. `None` for lossless
/// files, and for files whose header cannot be read. Sums of two containers cannot be compared.
#[must_use]
pub fn coarseness(bytes: &[u8]) -> Option<u32> {
    match Container::from_magic(bytes)? {
        Container::Jpeg => jpeg(bytes.get(2..)?),
        Container::Webp => webp(bytes.get(12..)?),
        _ => None,
    }
}

/// The first table of the first DQT segment (ISO/IEC 10918-1, B.2.4.1).
fn jpeg(mut bytes: &[u8]) -> Option<u32> {
    const TABLE: usize = 64;
    loop {
        let [0xFF, marker, high, low, rest @ ..] = bytes else { return None };
        let segment = rest.get(..usize::from(u16::from_be_bytes([*high, *low])).checked_sub(2)?)?;
        match marker {
            0xDB => {
                let (kind, steps) = segment.split_first()?;
                return match kind >> 4 {
                    0 => Some(steps.get(..TABLE)?.iter().map(|step| u32::from(*step)).sum()),
                    1 => {
                        let pairs = steps.get(..2 * TABLE)?.chunks_exact(2);
                        Some(pairs.map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum())
                    }
                    _ => None,
                };
            }
            0xDA => return None,
            _ => bytes = &rest[segment.len()..],
        }
    }
}

/// The first lossy image among the chunks (RFC 9649, section 2.5).
fn webp(mut bytes: &[u8]) -> Option<u32> {
    const TAG: usize = 10;
    loop {
        let (head, rest) = bytes.split_first_chunk::<8>()?;
        let [.., a, b, c, d] = *head;
        let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
        if head.starts_with(b"VP8 ") {
            return vp8(rest.get(TAG..length)?);
        }
        bytes = rest.get(length + length % 2..)?;
    }
}

/// The quantiser indices of the four segments, or four times that of the frame (RFC 6386, section 19.2).
fn vp8(bytes: &[u8]) -> Option<u32> {
    const SEGMENTS: u32 = 4;
    let mut bits = Bits::new(bytes);
    bits.take(2);
    let (mut own, mut is_absolute) = ([0_i32; SEGMENTS as usize], false);
    let has_segments = bits.take(1) == 1;
    if has_segments {
        let (has_map, has_data) = (bits.take(1) == 1, bits.take(1) == 1);
        if has_data {
            is_absolute = bits.take(1) == 1;
            own = own.map(|_| bits.optional(7));
            for _ in 0..SEGMENTS {
                bits.optional(6);
            }
        }
        if has_map {
            for _ in 0..3 {
                if bits.take(1) == 1 {
                    bits.take(8);
                }
            }
        }
    }
    // The loop filter, and how many partitions there are.
    bits.take(10);
    if bits.take(1) == 1 && bits.take(1) == 1 {
        for _ in 0..8 {
            bits.optional(6);
        }
    }
    bits.take(2);
    let frame = i32::try_from(bits.take(7)).ok()?;
    let steps = own.map(|step| if is_absolute { step } else { frame + step });
    u32::try_from(steps.iter().sum::<i32>()).ok()
}

/// The boolean decoder (RFC 6386, section 7.3), for bits that are as likely set as not.
struct Bits<'a> {
    bytes: &'a [u8],
    value: u32,
    range: u32,
    shifted: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut bits = Self { bytes, value: 0, range: 255, shifted: 0 };
        bits.value = bits.byte() << 8 | bits.byte();
        bits
    }

    /// The next byte; zero behind the end, as decoders do.
    fn byte(&mut self) -> u32 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        u32::from(*first)
    }

    fn bit(&mut self) -> u32 {
        let split = 1 + (((self.range - 1) * 128) >> 8);
        let bit = u32::from(self.value >= split << 8);
        if bit == 1 {
            self.range -= split;
            self.value -= split << 8;
        } else {
            self.range = split;
        }
        while self.range < 128 {
            self.value <<= 1;
            self.range <<= 1;
            self.shifted += 1;
            if self.shifted == 8 {
                self.shifted = 0;
                self.value |= self.byte();
            }
        }
        bit
    }

    /// A number of so many bits, the highest first.
    fn take(&mut self, count: u32) -> u32 {
        (0..count).fold(0, |number, _| number << 1 | self.bit())
    }

    /// A number with a sign behind it, where a bit says that there is one; else zero.
    fn optional(&mut self, count: u32) -> i32 {
        if self.take(1) == 0 {
            return 0;
        }
        let number = i32::try_from(self.take(count)).unwrap_or_default();
        if self.take(1) == 1 { -number } else { number }
    }
}
