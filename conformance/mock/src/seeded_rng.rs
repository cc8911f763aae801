//! Chance that repeats: every draw is a function of the seed, of what is drawn and of a number.

use uuid::{Builder, Uuid};

/// A seeded source of draws. It has no state: the same question gets the same answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeededRng {
    seed: u64,
}

impl SeededRng {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed: scramble(seed) }
    }

    /// 64 bits.
    pub(crate) fn draw(self, what: &str, number: u64) -> u64 {
        scramble(self.seed ^ hash(what.as_bytes()).wrapping_add(scramble(number)))
    }

    /// At least 0 and below 1.
    #[allow(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub(crate) fn fraction(self, what: &str, number: u64) -> f64 {
        (self.draw(what, number) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in that share of all draws.
    pub(crate) fn chance(self, what: &str, number: u64, rate: f64) -> bool {
        self.fraction(what, number) < rate
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(self, what: &str, number: u64) -> Uuid {
        let high = self.draw(what, number);
        let low = scramble(high ^ self.seed);
        Builder::from_u128(u128::from(high) << 64 | u128::from(low))
            .with_variant(uuid::Variant::RFC4122)
            .with_version(uuid::Version::Random)
            .into_uuid()
    }
}

/// FNV-1a.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

/// The finaliser of SplitMix64.
fn scramble(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_same_question_gets_the_same_answer_and_another_seed_another_one() {
        assert_eq!(SeededRng::new(7).draw("a", 1), SeededRng::new(7).draw("a", 1));
        let draws = [
            SeededRng::new(7).draw("a", 1),
            SeededRng::new(7).draw("a", 2),
            SeededRng::new(7).draw("b", 1),
            SeededRng::new(8).draw("a", 1),
        ];
        assert_eq!(draws.iter().collect::<HashSet<_>>().len(), 4);
    }

    #[test]
    fn a_rate_is_kept_over_many_draws() {
        let hits = (0..10_000).filter(|n| SeededRng::new(1).chance("x", *n, 0.25)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
        assert!(
            (0..100).all(|n| !SeededRng::new(1).chance("x", n, 0.0) && SeededRng::new(1).chance("x", n, 1.0))
        );
    }

    #[test]
    fn uuids_are_of_version_4_and_do_not_repeat() {
        let uuids: HashSet<Uuid> = (0..10_000).map(|n| SeededRng::new(3).uuid("image", n)).collect();
        assert_eq!(uuids.len(), 10_000);
        assert!(uuids.iter().all(|uuid| uuid.get_version_num() == 4));
    }
}
