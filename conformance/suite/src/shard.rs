//! One part of the cases, for one of several machines. A case belongs to a part by its id alone, so that cases that
//! come or go leave all others where they are.

use std::fmt;
use std::str::FromStr;

/// Part `number` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Into how many parts the cases are split.
    pub of: usize,
    /// Which one this is.
    pub number: usize,
}

/// What is no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use K/N, such as 2/5 for the second of five parts; N is at most 1000")]
pub struct NoShard;

impl Shard {
    /// Whether the case of that id is in this part.
    #[must_use]
    pub fn holds(self, id: &str) -> bool {
        // FNV-1a reads the id, the finaliser of splitmix64 spreads it over all bits.
        let hash = id.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut bits = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (bits ^ (bits >> 31)) % self.of as u64 == self.number as u64 - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (number, of) = text.split_once('/').ok_or(NoShard)?;
        let (number, of) = (number.parse().map_err(|_| NoShard)?, of.parse().map_err(|_| NoShard)?);
        let is_part = (1..=1000).contains(&of) && (1..=of).contains(&number);
        is_part.then_some(Self { of, number }).ok_or(NoShard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_together_are_all_and_no_case_is_in_two() {
        let ids: Vec<String> = (0..5000).map(|number| format!("width.maximum.reject.{number}")).collect();
        for of in [1, 2, 3, 7] {
            let mut sizes = vec![0; of];
            for id in &ids {
                let holders: Vec<usize> =
                    (1..=of).filter(|number| Shard { of, number: *number }.holds(id)).collect();
                assert_eq!(holders.len(), 1, "{id}");
                sizes[holders[0] - 1] += 1;
            }
            let fair = ids.len() / of;
            assert!(sizes.iter().all(|size| *size > fair * 3 / 4 && *size < fair * 5 / 4), "{sizes:?}");
        }
    }

    /// Computed once with another implementation of the two published functions; what changes here moves cases
    /// between the machines of everyone.
    #[test]
    fn a_case_stays_where_it_is() {
        let place = |id: &str| (1..=5).find(|number| Shard { of: 5, number: *number }.holds(id)).unwrap();
        assert_eq!(["a", "width.maximum.reject.3856", "taskUUID.echo.behave.x"].map(place), [2, 1, 4]);
    }

    #[test]
    fn only_parts_are_read() {
        assert_eq!("2/5".parse(), Ok(Shard { of: 5, number: 2 }));
        for bad in ["", "2", "0/5", "6/5", "1/0", "1/1001", "-1/5", "a/b", "1/5/6"] {
            assert_eq!(bad.parse::<Shard>(), Err(NoShard), "{bad}");
        }
    }
}
