//! What requests cost, as far as the spec's price examples tell.

use crate::parameter::{effective, results};
use crate::protocol::{AUTHENTICATION, GET_RESPONSE, TASK_TYPE};
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use airspec_spec::price::{self, Prices};
use airspec_spec::rule::Rule;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Estimates for one model.
#[derive(Debug)]
pub struct Costs {
    model: Model,
    prices: Prices,
    size: Option<(String, String)>,
}

impl Costs {
    /// From the price examples of the spec.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let size = model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
            Kind::Size { width, height } => Some((width.clone(), height.clone())),
            _ => None,
        });
        Self { model: model.clone(), prices: price::prices(model), size }
    }

    /// Whether the spec names any price.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.prices.is_known()
    }

    /// How many results a task is billed for.
    #[must_use]
    pub fn images(&self, task: &Value) -> usize {
        results(&self.model, task).unwrap_or(1).max(1)
    }

    /// USD for a task that is accepted, as an estimate.
    #[must_use]
    pub fn usd(&self, task: &Value) -> f64 {
        let tier = self
            .prices
            .tier
            .as_deref()
            .and_then(|path| effective(&self.model, task, path))
            .and_then(Value::as_str);
        let side = |path: &str| {
            let side = effective(&self.model, task, path).and_then(Value::as_f64);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
            side.map(|side| side as u32)
        };
        let sides = self.size.as_ref().and_then(|(width, height)| Some((side(width)?, side(height)?)));
        let (width, height) =
            sides.filter(|(width, height)| *width > 0 && *height > 0).unwrap_or((1024, 1024));
        #[expect(clippy::cast_precision_loss, reason = "no task asks for 2^52 results")]
        let images = self.images(task) as f64;
        self.prices.usd(tier, width, height) * images
    }

    /// USD that a request will not exceed, if all of its tasks are accepted.
    #[must_use]
    pub fn bound(&self, body: &Value) -> f64 {
        self.tasks(body).iter().map(|task| self.bound_of(task)).sum()
    }

    /// USD that one task will not exceed.
    #[must_use]
    pub fn bound_of(&self, task: &Value) -> f64 {
        price::bound(self.usd(task))
    }

    /// The tasks that a server may find in a body: the items of a list, and where a body is anything else, whatever
    /// looks like a task in it, as a lenient server may carry that out.
    #[must_use]
    pub fn tasks<'a>(&self, body: &'a Value) -> Vec<Cow<'a, Value>> {
        let mut tasks = Vec::new();
        match body {
            Value::Array(items) => {
                for item in items {
                    let before = tasks.len();
                    self.collect(item, &mut tasks);
                    // An item in which nothing looks like a task is still in the place of one.
                    let is_free = item.as_object().is_some_and(is_free);
                    if tasks.len() == before && !item.is_array() && !is_free {
                        tasks.push(Cow::Borrowed(item));
                    }
                }
            }
            Value::String(text) => {
                let inner = serde_json::from_str::<Value>(text).unwrap_or_default();
                let inner = if inner.is_string() { Value::Null } else { inner };
                tasks.extend(self.tasks(&inner).into_iter().map(|task| Cow::Owned(task.into_owned())));
            }
            Value::Object(_) => {
                self.collect(body, &mut tasks);
                if tasks.is_empty() {
                    tasks.push(Cow::Borrowed(body));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        tasks
    }

    /// Collects what looks like a task: an object with a parameter of the model. What it holds beside those is looked
    /// through, too.
    fn collect<'a>(&self, value: &'a Value, tasks: &mut Vec<Cow<'a, Value>>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, tasks)),
            // A poll and a key cost nothing.
            Value::Object(members) if is_free(members) => {}
            Value::Object(members) => {
                let is_parameter = |name: &str| self.model.task.property(name).is_some();
                if members.keys().any(|name| is_parameter(name)) {
                    tasks.push(Cow::Borrowed(value));
                }
                let others = members.iter().filter(|(name, _)| !is_parameter(name));
                others.for_each(|(_, member)| self.collect(member, tasks));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The value of the parameter that sets most of the price for which a result costs least.
    #[must_use]
    pub fn cheapest(&self) -> Option<(String, Value)> {
        let path = self.prices.tier.as_deref()?;
        let values = self.model.task.at(path)?.rules().find_map(|rule| match rule {
            Rule::Enum(values) => {
                Some(values.values.iter().map(|known| known.value.clone()).collect::<Vec<_>>())
            }
            _ => None,
        })?;
        let usd = |value: &Value| self.prices.usd(value.as_str(), 1024, 1024);
        let cheapest = values.into_iter().min_by(|a, b| usd(a).total_cmp(&usd(b)))?;
        Some((path.to_owned(), cheapest))
    }
}

/// Whether a task is of the platform's own kinds.
fn is_free(members: &Map<String, Value>) -> bool {
    members.get(TASK_TYPE).is_some_and(|kind| kind == GET_RESPONSE || kind == AUTHENTICATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn costs() -> Costs {
        let (name, text) = ("gpt-image.json", include_str!("../../../spec/tests/specs/gpt-image.json"));
        Costs::new(&airspec_spec::read(&airspec_spec::Source::new(name, text)).unwrap())
    }

    #[test]
    fn a_task_costs_what_its_quality_size_and_number_of_results_say() {
        let costs = costs();
        let task = |quality: &str, side: u32, count: u32| {
            json!({"width": side, "height": side, "numberResults": count,
                "providerSettings": {"openai": {"quality": quality}}})
        };
        let usd = |task: &Value| (costs.usd(task) * 1000.0).round() / 1000.0;
        for (task, expected) in [
            (task("low", 1024, 1), 0.006),
            (task("medium", 1024, 1), 0.053),
            (task("high", 1024, 2), 0.422),
            (task("auto", 1024, 1), 0.211),
            (json!({"width": 1024, "height": 1024}), 0.211),
        ] {
            assert!((usd(&task) - expected).abs() < 1e-9, "{task}: {}", usd(&task));
            assert!(costs.bound(&json!([task])) > 2.0 * expected);
        }
    }

    #[test]
    fn the_cheapest_quality_is_known() {
        let costs = costs();
        let cheapest = costs.cheapest().unwrap();
        assert_eq!(cheapest, ("providerSettings.openai.quality".to_owned(), json!("low")));
    }
}
