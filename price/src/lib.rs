//! Estimates of prices, from the examples that a provider publishes.
//!
//! Prices depend on tokens, which nobody knows before the result. So a spec lists examples, such as `1024x1024 low` for
//! 0.006 US dollars. [`Prices::usd`] estimates from the example that is nearest in size, and [`bound`] says what the
//! results will not exceed.

use std::borrow::Cow;

/// US dollars of a result if the spec has no example.
const FLAT: f64 = 0.01;
/// How much more than the estimate a result may cost: an example is one size, and prices depend on tokens.
const MARGIN: f64 = 2.0;
/// US dollars that a task may cost in addition to its results, for what it sends: prompt and reference images.
const INPUT: f64 = 0.05;

/// The price examples of a spec, and the parameter that sets most of the price.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// The dotted path of the parameter, such as `providerSettings.openai.quality`.
    pub tier: Option<Cow<'static, str>>,
    /// One example after the other.
    pub examples: Cow<'static, [Example]>,
}

/// The price of one result.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Width and height in pixels, at least 1.
    pub size: Option<(u32, u32)>,
    /// The value of the parameter that sets most of the price.
    pub tier: Option<Cow<'static, str>>,
    /// US dollars.
    pub usd: f64,
}

impl Prices {
    /// No prices.
    pub const NONE: Self = Self { tier: None, examples: Cow::Borrowed(&[]) };

    /// Whether there is an example.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.examples.is_empty()
    }

    /// US dollars of one result, in millionths at the finest. A tier without an example is as expensive as the most
    /// expensive one.
    #[must_use]
    pub fn usd(&self, tier: Option<&str>, width: u32, height: u32) -> f64 {
        let most = self.examples.iter().max_by(|a, b| a.usd.total_cmp(&b.usd));
        let most = most.and_then(|example| example.tier.as_deref());
        let of = |tier: Option<&str>| -> Vec<&Example> {
            self.examples.iter().filter(|example| example.tier.as_deref() == tier).collect()
        };
        let mut of_tier = if tier.is_some() { of(tier) } else { Vec::new() };
        if of_tier.is_empty() {
            of_tier = of(most);
        }
        if let Some(exact) = of_tier.iter().find(|example| example.size == Some((width, height))) {
            return exact.usd;
        }
        let pixels = area(width, height);
        let nearest = of_tier
            .iter()
            .filter_map(|example| example.size.map(|(width, height)| (area(width, height), example.usd)))
            .min_by(|(a, _), (b, _)| (a - pixels).abs().total_cmp(&(b - pixels).abs()));
        match (nearest, of_tier.first()) {
            (Some((base, usd)), _) => (usd * pixels / base * 1e6).round() / 1e6,
            (None, Some(example)) => example.usd,
            (None, None) => FLAT,
        }
    }
}

/// US dollars that a task will not exceed whose results cost so much by estimate.
#[must_use]
pub fn bound(usd: f64) -> f64 {
    usd * MARGIN + INPUT
}

fn area(width: u32, height: u32) -> f64 {
    f64::from(width) * f64::from(height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(size: Option<(u32, u32)>, tier: Option<&'static str>, usd: f64) -> Example {
        Example { size, tier: tier.map(Cow::Borrowed), usd }
    }

    fn prices(examples: Vec<Example>) -> Prices {
        Prices { tier: Some("effort".into()), examples: examples.into() }
    }

    fn same(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn an_example_of_the_size_decides_and_else_the_pixels() {
        let prices = prices(vec![
            example(Some((1024, 1024)), Some("low"), 0.1),
            example(Some((1024, 1024)), Some("high"), 0.4),
            example(Some((512, 512)), Some("high"), 0.2),
        ]);
        same(prices.usd(Some("low"), 1024, 1024), 0.1);
        same(prices.usd(Some("high"), 512, 512), 0.2);
        same(prices.usd(Some("low"), 2048, 1024), 0.2);
        same(prices.usd(Some("high"), 512, 500), 0.195_313);
    }

    #[test]
    fn a_tier_that_no_example_has_is_the_most_expensive_one() {
        let prices =
            prices(vec![example(Some((8, 8)), Some("low"), 0.1), example(Some((8, 8)), Some("high"), 0.4)]);
        same(prices.usd(Some("auto"), 8, 8), 0.4);
        same(prices.usd(None, 8, 8), 0.4);
    }

    #[test]
    fn examples_without_a_size_or_a_tier_still_give_a_price() {
        same(prices(vec![example(None, None, 0.02), example(None, None, 0.03)]).usd(None, 64, 64), 0.02);
        same(prices(vec![example(Some((1024, 1024)), None, 0.01)]).usd(None, 2048, 1024), 0.02);
        same(Prices::NONE.usd(None, 1, 1), FLAT);
        assert!(!Prices::NONE.is_known());
    }

    #[test]
    fn a_bound_leaves_room_for_tokens_and_for_what_is_sent() {
        same(bound(0.211), 0.472);
        same(bound(0.0), 0.05);
    }
}
