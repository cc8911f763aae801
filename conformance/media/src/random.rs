//! A tiny generator of numbers that look random: `SplitMix64` (Steele, Lea, Flood 2014).

/// Numbers that depend on a seed and nothing else.
pub(super) struct Random(u64);

impl Random {
    /// Starts from a seed and a text; either changes everything that follows.
    pub(super) fn new(seed: i64, text: &str) -> Self {
        // FNV-1a spreads the text over 64 bits; what it lacks in avalanche, the generator's own mixing adds.
        let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut random = Self(hash);
        random.0 = random.next() ^ seed.cast_unsigned();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        let [a, b, c, d, ..] = self.next().to_le_bytes();
        let fraction = f64::from(u32::from_le_bytes([a, b, c, d])) / 4_294_967_296.0;
        low + (high - low) * fraction
    }

    /// One of the items, each as likely as the others.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, items: &[T; N]) -> T {
        const { assert!(N > 0, "nothing to pick from") };
        let count = u64::try_from(N).expect("an array is shorter than 2^64");
        let index = usize::try_from(self.below(count)).expect("below N, which is a usize");
        items[index]
    }

    /// A whole number below a bound, which is not zero.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range_and_differ_by_seed_and_text() {
        let first = |seed, text| {
            let mut random = Random::new(seed, text);
            let drawn: Vec<f64> = (0..100).map(|_| random.between(-1.0, 2.0)).collect();
            assert!(drawn.iter().all(|number| (-1.0..2.0).contains(number)));
            drawn[0].to_bits()
        };
        assert_eq!(first(1, "a"), first(1, "a"));
        assert_ne!(first(1, "a"), first(2, "a"));
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(0, ""), first(-1, ""));
    }
}
