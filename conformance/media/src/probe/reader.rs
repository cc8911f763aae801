//! The bytes not yet read, and what stops a reading.

/// What stops a reading; [`probe()`](super::probe()) adds the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The bytes end before the structure does.
    End,
    /// The structure contradicts the format.
    Nonsense(&'static str),
}

impl Flaw {
    /// Within a part whose bytes are all at hand, an end is a contradiction.
    pub(super) fn within(self, problem: &'static str) -> Self {
        match self {
            Self::End => Self::Nonsense(problem),
            Self::Nonsense(_) => self,
        }
    }
}

/// Width and height in pixels.
pub(super) type Sides = (u32, u32);

/// The bytes not yet read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: impl TryInto<usize>) -> Result<&'a [u8], Flaw> {
        let length = length.try_into().map_err(|_| Flaw::End)?;
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(Flaw::End)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// The next bytes, to be read by themselves.
    pub(super) fn part(&mut self, length: impl TryInto<usize>) -> Result<Self, Flaw> {
        Ok(Self { bytes: self.take(length)? })
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(Flaw::End)?;
        self.bytes = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Flaw> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16_be(&mut self) -> Result<u16, Flaw> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32_be(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64_be(&mut self) -> Result<u64, Flaw> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn u16_le(&mut self) -> Result<u16, Flaw> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32_le(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64_le(&mut self) -> Result<u64, Flaw> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Units of which there are so many in a second, as the nearest number of milliseconds.
pub(super) fn milliseconds(units: u64, per_second: u64) -> Option<u64> {
    let (units, per_second) = (u128::from(units), u128::from(per_second));
    (units * 1000 + per_second / 2).checked_div(per_second).and_then(|number| u64::try_from(number).ok())
}
