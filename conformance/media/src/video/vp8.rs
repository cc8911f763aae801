//! VP8 frames of one colour (RFC 6386).
//!
//! A key frame gives its first macroblock a colour; each other macroblock is predicted from its neighbours and has
//! nothing to add. A repeating frame copies the frame before it. Both have one partition of data and no loop filter.

/// How far a colour is from grey, in steps of the coarsest quantiser, -4 to 4 each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colour {
    pub(super) luma: i8,
    pub(super) blue: i8,
    pub(super) red: i8,
}

/// Even odds.
const HALF: u8 = 128;
/// The chance, of 256, that a macroblock is not skipped.
const NOT_SKIPPED: u8 = 1;
/// The coarsest quantiser.
const QUANTISER: u32 = 127;

const FITS: &str = "sides have at most 14 bits, and a partition has at most 19 bits of length";

/// A frame that needs no other. Sides are in pixels, at most 16383.
pub(super) fn key_frame(width: u32, height: u32, colour: Colour) -> Vec<u8> {
    let mut header = Encoder::new();
    // Colour space and clamping.
    header.number(0, 2);
    common_header(&mut header);
    // Probabilities are kept.
    header.number(1, 1);
    coefficients_unchanged(&mut header);
    skipping(&mut header);
    let is_grey = colour.luma == 0 && colour.blue == 0 && colour.red == 0;
    for index in 0..u64::from(width.div_ceil(16)) * u64::from(height.div_ceil(16)) {
        header.bit(index > 0 || is_grey, NOT_SKIPPED);
        // Luma and chroma are each the mean of the neighbours (section 11.2).
        for (bit, probability) in [(true, 145), (false, 156), (false, 163), (false, 142)] {
            header.bit(bit, probability);
        }
    }
    let mut data = Encoder::new();
    if !is_grey {
        first_macroblock(&mut data, colour);
    }
    let side = |side: u32| u16::try_from(side).expect(FITS).to_le_bytes();
    let sides = [&[0x9D, 0x01, 0x2A][..], &side(width), &side(height)].concat();
    frame(Kind::Key, &sides, header, data)
}

/// A frame that shows the one before it once more.
pub(super) fn repeat_frame(width: u32, height: u32) -> Vec<u8> {
    /// The chance that a macroblock does not move, by the weight of the neighbours that do not (section 17.2).
    const STILL: [u8; 6] = [7, 14, 135, 60, 159, 234];
    let mut header = Encoder::new();
    common_header(&mut header);
    // The golden and the alternative frame stay as they are, and so do the signs of their motion.
    header.number(0, 8);
    // Probabilities are kept, and the frame is the last one for the next.
    header.number(3, 2);
    coefficients_unchanged(&mut header);
    skipping(&mut header);
    // The chances of a prediction within the frame, from the last frame, and from the golden one.
    for probability in [1, 255, 128] {
        header.number(probability, 8);
    }
    // Modes within the frame and motion vectors keep their probabilities.
    header.number(0, 2);
    for probability in MOTION_UPDATES {
        header.bit(false, probability);
    }
    for row in 0..height.div_ceil(16) {
        for column in 0..width.div_ceil(16) {
            let weight = match (row > 0, column > 0) {
                (true, true) => 5,
                (true, false) | (false, true) => 2,
                (false, false) => 0,
            };
            // Skipped, predicted from another frame, from the last one, without motion.
            for (bit, probability) in [(true, NOT_SKIPPED), (true, 1), (false, 255), (false, STILL[weight])] {
                header.bit(bit, probability);
            }
        }
    }
    frame(Kind::Repeat, &[], header, Encoder::new())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Key,
    Repeat,
}

/// The tag of section 9.1, then the header's partition, then the data's.
fn frame(kind: Kind, sides: &[u8], header: Encoder, data: Encoder) -> Vec<u8> {
    const SHOWN: u32 = 1 << 4;
    let header = header.finish();
    let length = u32::try_from(header.len()).ok().filter(|length| *length < 1 << 19).expect(FITS);
    let [tag @ .., _] = (length << 5 | SHOWN | u32::from(kind == Kind::Repeat)).to_le_bytes();
    [&tag, sides, &header, &data.finish()].concat()
}

/// Sections 9.3 to 9.6: no segments, no loop filter, one partition, the coarsest quantiser for all.
fn common_header(header: &mut Encoder) {
    header.number(0, 1);
    header.number(0, 1 + 6 + 3);
    header.number(0, 1);
    header.number(0, 2);
    header.number(QUANTISER, 7);
    header.number(0, 5);
}

fn coefficients_unchanged(header: &mut Encoder) {
    for probability in COEFFICIENT_UPDATES.as_flattened() {
        header.bit(false, *probability);
    }
}

/// Section 9.11: macroblocks may be skipped, and nearly all are.
fn skipping(header: &mut Encoder) {
    header.number(1, 1);
    header.number(NOT_SKIPPED.into(), 8);
}

/// The tokens of a macroblock whose blocks are each of one colour (section 13).
fn first_macroblock(data: &mut Encoder, colour: Colour) {
    // The second-order luma block is the mean of all luma blocks; what follows says where it ends, by how much it has.
    const LUMA: [u8; 6] = [198, 35, 237, 223, 193, 187];
    const LUMA_END: [u8; 3] = [1, 184, 81];
    const LUMA_BLOCK_END: u8 = 253;
    // By how many of the blocks to the left and above have a value.
    const CHROMA: [[u8; 6]; 3] =
        [[253, 9, 248, 251, 207, 208], [175, 13, 224, 243, 193, 185], [73, 17, 171, 221, 161, 179]];
    const CHROMA_END: [u8; 3] = [1, 239, 155];
    block(data, colour.luma, LUMA, LUMA_END);
    for _ in 0..16 {
        data.bit(false, LUMA_BLOCK_END);
    }
    for value in [colour.blue, colour.red] {
        for neighbours in [0, 1, 1, 2] {
            block(data, value, CHROMA[if value == 0 { 0 } else { neighbours }], CHROMA_END);
        }
    }
}

/// A block with its first coefficient alone. The token of a size up to four, a sign, and the end.
fn block(data: &mut Encoder, value: i8, odds: [u8; 6], end: [u8; 3]) {
    let [has_more, is_not_zero, is_not_one, is_large, is_not_two, is_four] = odds;
    let size = value.unsigned_abs();
    data.bit(size > 0, has_more);
    if size == 0 {
        return;
    }
    data.bit(true, is_not_zero);
    data.bit(size > 1, is_not_one);
    if size > 1 {
        data.bit(false, is_large);
        data.bit(size > 2, is_not_two);
        if size > 2 {
            data.bit(size > 3, is_four);
        }
    }
    data.bit(value < 0, HALF);
    data.bit(false, end[usize::from(size.min(2))]);
}

/// The boolean encoder of section 7.3.
struct Encoder {
    bytes: Vec<u8>,
    range: u32,
    bottom: u32,
    bits_to_byte: u8,
}

impl Encoder {
    fn new() -> Self {
        Self { bytes: Vec::new(), range: 255, bottom: 0, bits_to_byte: 24 }
    }

    /// A bit that is unset with a probability of so many 256ths.
    fn bit(&mut self, bit: bool, probability: u8) {
        let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
        if bit {
            self.bottom += split;
            self.range -= split;
        } else {
            self.range = split;
        }
        while self.range < 128 {
            self.range <<= 1;
            if self.bottom >> 31 == 1 {
                self.carry();
            }
            self.bottom <<= 1;
            self.bits_to_byte -= 1;
            if self.bits_to_byte == 0 {
                self.bytes.push(self.bottom.to_be_bytes()[0]);
                self.bottom &= 0xFF_FFFF;
                self.bits_to_byte = 8;
            }
        }
    }

    /// Adds one to what is written.
    fn carry(&mut self) {
        for byte in self.bytes.iter_mut().rev() {
            let (sum, is_over) = byte.overflowing_add(1);
            *byte = sum;
            if !is_over {
                return;
            }
        }
    }

    /// A number of so many bits, the highest first.
    fn number(&mut self, number: u32, bits: u32) {
        for bit in (0..bits).rev() {
            self.bit(number >> bit & 1 == 1, HALF);
        }
    }

    /// Writes what is still held back.
    fn finish(mut self) -> Vec<u8> {
        self.number(0, 32);
        self.bytes
    }
}

/// The chances that the probabilities of motion vectors are kept (section 17.2).
const MOTION_UPDATES: [u8; 38] = [
    237, 246, 253, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 250, 250, 252, 254, 254, //
    231, 243, 245, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 251, 251, 254, 254, 254,
];

/// The chances that the probabilities of coefficients are kept (section 13.4).
const COEFFICIENT_UPDATES: [[u8; 11]; 96] = [
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [176, 246, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [223, 241, 252, 255, 255, 255, 255, 255, 255, 255, 255],
    [249, 253, 253, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 244, 252, 255, 255, 255, 255, 255, 255, 255, 255],
    [234, 254, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [253, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 246, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [239, 253, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [254, 255, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 248, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [251, 255, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 253, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [251, 254, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [254, 255, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 254, 253, 255, 254, 255, 255, 255, 255, 255, 255],
    [250, 255, 254, 255, 254, 255, 255, 255, 255, 255, 255],
    [254, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [217, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [225, 252, 241, 253, 255, 255, 254, 255, 255, 255, 255],
    [234, 250, 241, 250, 253, 255, 253, 254, 255, 255, 255],
    [255, 254, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [223, 254, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [238, 253, 254, 254, 255, 255, 255, 255, 255, 255, 255],
    [255, 248, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [249, 254, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 253, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [247, 254, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 253, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [252, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 254, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [253, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 254, 253, 255, 255, 255, 255, 255, 255, 255, 255],
    [250, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [254, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [186, 251, 250, 255, 255, 255, 255, 255, 255, 255, 255],
    [234, 251, 244, 254, 255, 255, 255, 255, 255, 255, 255],
    [251, 251, 243, 253, 254, 255, 254, 255, 255, 255, 255],
    [255, 253, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [236, 253, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [251, 253, 253, 254, 254, 255, 255, 255, 255, 255, 255],
    [255, 254, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [254, 254, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 254, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [254, 254, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [254, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [254, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [248, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [250, 254, 252, 254, 255, 255, 255, 255, 255, 255, 255],
    [248, 254, 249, 253, 255, 255, 255, 255, 255, 255, 255],
    [255, 253, 253, 255, 255, 255, 255, 255, 255, 255, 255],
    [246, 253, 253, 255, 255, 255, 255, 255, 255, 255, 255],
    [252, 254, 251, 254, 254, 255, 255, 255, 255, 255, 255],
    [255, 254, 252, 255, 255, 255, 255, 255, 255, 255, 255],
    [248, 254, 253, 255, 255, 255, 255, 255, 255, 255, 255],
    [253, 255, 254, 254, 255, 255, 255, 255, 255, 255, 255],
    [255, 251, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [245, 251, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [253, 253, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 251, 253, 255, 255, 255, 255, 255, 255, 255, 255],
    [252, 253, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 254, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 252, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [249, 255, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 254, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 253, 255, 255, 255, 255, 255, 255, 255, 255],
    [250, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [254, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
];
