//! Estimates of prices, before a request is sent.

use crate::facts::Facts;
use crate::node::Node;
use airspec_price::bound;

/// Pixels of a side if neither the request nor the spec says how many.
const SIDE: u32 = 1024;

/// The price of a task in US dollars, estimated from the price examples of the spec.
///
/// ```
/// use airspec_models::openai_gpt_image_2::{Quality, Request, Required};
///
/// let positive_prompt = "a lighthouse".into();
/// let request = Request::builder(Required { positive_prompt, width: 1024, height: 1024 })
///     .provider_settings_openai_quality(Quality::Medium)
///     .number_results(2)
///     .build()?;
/// let estimate = request.estimate().expect("the spec has price examples");
/// assert_eq!((estimate.usd, estimate.at_most), (0.106, 0.262));
/// # Ok::<(), airspec_models::Violations>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The likely price of all results.
    pub usd: f64,
    /// The price that the task does not exceed: twice the likely price, since prices depend on tokens, and 0.05 US
    /// dollars for what is sent. The budget of a client reserves this amount.
    pub at_most: f64,
}

/// For generated `estimate`, of a task that asks for so many results.
pub fn estimate(facts: &Facts, node: Node<'_>, results: u64) -> Option<Estimate> {
    if !facts.prices.is_known() {
        return None;
    }
    let tier = facts.prices.tier.as_deref();
    let tier = tier.and_then(|path| node.reach(path)?.text()).or(facts.tier);
    let [width, height] = facts.size.map_or([SIDE; 2], |paths| paths.map(|path| side(node, facts, path)));
    let usd = facts.prices.usd(tier, width, height) * as_float(results);
    Some(Estimate { usd: rounded(usd), at_most: rounded(bound(usd)) })
}

fn side(node: Node<'_>, facts: &Facts, path: &str) -> u32 {
    let sent = node.reach(path).and_then(|side| side.number()?.printed());
    let sent = sent.and_then(|side| u32::try_from(side.floor_in_units_of(0)?).ok());
    let default = || facts.grid_of(path).and_then(|grid| grid.default);
    sent.or_else(default).filter(|side| *side > 0).unwrap_or(SIDE)
}

#[expect(clippy::cast_precision_loss, reason = "no task asks for 2^52 results")]
fn as_float(count: u64) -> f64 {
    count as f64
}

/// To a millionth of a dollar.
fn rounded(usd: f64) -> f64 {
    (usd * 1e6).round() / 1e6
}
