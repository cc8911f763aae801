//! The price examples of a spec, as a table that prices are estimated from.

use crate::rule::Rule;
use crate::{Model, Schema};
pub use airspec_price::{Example, Prices, bound};
use serde_json::Value;

/// Reads examples such as `1024x1024 low`: a size, and values of one parameter, which is the first whose list of values
/// has all the words that examples use. Words that are values of nothing are ignored.
#[must_use]
pub fn prices(model: &Model) -> Prices {
    let words: Vec<Vec<&str>> =
        model.prices.iter().map(|price| price.configuration.split_whitespace().collect()).collect();
    let mut lists: Vec<(&Schema, Vec<&str>)> =
        model.task.tree().into_iter().filter_map(|schema| Some((schema, texts(schema)?))).collect();
    let shared =
        |list: &[&str]| words.iter().filter(|words| words.iter().any(|word| list.contains(word))).count();
    lists.retain(|(_, list)| shared(list) > 0);
    let tier = lists.iter().rev().max_by_key(|(_, list)| shared(list));
    let examples = model.prices.iter().zip(&words).map(|(price, words)| Example {
        size: words.iter().find_map(|word| size(word)),
        tier: tier
            .and_then(|(_, list)| words.iter().find(|word| list.contains(word)))
            .map(|&word| word.to_owned().into()),
        usd: price.usd,
    });
    Prices { examples: examples.collect(), tier: tier.map(|(schema, _)| schema.path.to_string().into()) }
}

/// The values of a parameter that takes a list of texts.
fn texts(schema: &Schema) -> Option<Vec<&str>> {
    schema.rules().find_map(|rule| match rule {
        Rule::Enum(values) => {
            Some(values.values.iter().filter_map(|known| Value::as_str(&known.value)).collect())
        }
        _ => None,
    })
}

/// `1024x1024` or `1024×1024`, sides of at least one pixel.
fn size(word: &str) -> Option<(u32, u32)> {
    let (width, height) = word.split_once(['x', '×'])?;
    let (width, height) = (width.parse().ok()?, height.parse().ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Price;

    fn prices(examples: &[(&str, f64)]) -> Prices {
        let spec = r#"{"type": "object", "properties": {
            "style": {"type": "string", "enum": ["low", "vivid"]},
            "effort": {"type": "string", "enum": ["auto", "low", "high"]}
        }}"#;
        let mut model = crate::read(&crate::Source::new("tiny.json", spec)).unwrap();
        let price = |(words, usd): &(&str, f64)| Price { configuration: (*words).to_owned(), usd: *usd };
        model.prices = examples.iter().map(price).collect();
        super::prices(&model)
    }

    fn same(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn the_parameter_of_the_price_is_the_one_that_has_the_words_of_the_examples() {
        let prices = prices(&[("1024x1024 low", 0.1), ("1024×1024 high", 0.4), ("512x512 high", 0.2)]);
        assert_eq!(prices.tier.as_deref(), Some("effort"));
        same(prices.usd(Some("low"), 1024, 1024), 0.1);
        same(prices.usd(Some("high"), 512, 512), 0.2);
        same(prices.usd(Some("low"), 2048, 1024), 0.2);
        same(prices.usd(Some("high"), 512, 500), 0.195_313);
        same(prices.usd(Some("auto"), 1024, 1024), 0.4);
        same(prices.usd(None, 1024, 1024), 0.4);
    }

    #[test]
    fn examples_without_a_size_or_a_word_that_is_known_still_give_a_price() {
        let vague = prices(&[("text-to-image · 720p", 0.02), ("inpaint", 0.03)]);
        assert_eq!(vague.tier, None);
        same(vague.usd(None, 64, 64), 0.02);
        let sized = prices(&[("text-to-image · 1024×1024", 0.01), ("inpaint", 0.03)]);
        same(sized.usd(None, 2048, 1024), 0.02);
        assert!(!prices(&[]).is_known());
    }
}
