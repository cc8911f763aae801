//! What an answer says about money: what is counted for a request once its answer, or the loss of it, is there.
//!
//! Only a refusal costs nothing. What is neither a refusal nor a result with a believable price counts at the upper
//! bound of the request: no answer, a gateway that gave up, a server that failed half-way, an answer that cannot be
//! read.

use super::usd::Usd;
use crate::cost::Costs;
use crate::oracle::Identity;
use crate::oracle::observation::{Answer, Loss, Outcome};
use crate::protocol::{CODE, COST, DATA};
use airspec_models::client::{Class, of_code};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A reported cost below this share of the estimate is not believed.
const BELIEVED_SHARE: f64 = 0.25;
/// No single result is counted with more USD than this, whatever is reported.
const MAX_REPORTED: f64 = 1e6;

/// What is counted for a request.
#[derive(Debug, Default, PartialEq)]
pub struct Bill {
    /// In USD.
    pub counted: Usd,
    /// For each task of the body, whether it is known not to be carried out.
    pub refused: Vec<bool>,
    /// What was taken, where the answer is no refusal.
    pub acceptance: Option<String>,
    /// What the target says about its price, where that is not believed or more than the upper bound.
    pub doubts: Vec<String>,
}

/// The tasks of a body that have one id, or one task without an id.
struct Group<'a> {
    tasks: Vec<&'a Value>,
    places: Vec<usize>,
    items: Vec<&'a Value>,
    is_only: bool,
}

/// Reads what became of a request.
#[must_use]
pub fn bill(costs: &Costs, identity: &Identity, body: &Value, outcome: &Outcome) -> Bill {
    let tasks = costs.tasks(body);
    let answer = match outcome {
        Outcome::Lost(Loss::Unreachable(_)) => {
            return Bill { refused: vec![true; tasks.len()], ..Bill::default() };
        }
        Outcome::Lost(_) => {
            return Bill {
                counted: Usd::rounded_up(costs.bound(body)),
                refused: vec![false; tasks.len()],
                ..Bill::default()
            };
        }
        Outcome::Answer(answer) => answer,
    };
    let mut bill = Bill { refused: vec![false; tasks.len()], ..Bill::default() };
    let (groups, strays) = groups(identity, &tasks, answer);
    let mut unanswered = Usd::ZERO;
    for group in &groups {
        if !group.items.is_empty() {
            bill.counted += priced(costs, group, answer, &mut bill.doubts);
        } else if is_refused(identity, group, answer) {
            group.places.iter().for_each(|place| bill.refused[*place] = true);
        } else {
            unanswered += group.tasks.iter().map(|task| Usd::rounded_up(costs.bound_of(task))).sum();
        }
    }
    // Results that name no task of the request may be those of the tasks that have none.
    let strays: Usd = strays.iter().filter_map(|item| reported(item)).map(Usd::rounded_up).sum();
    bill.counted += unanswered.max(strays);
    if bill.refused.contains(&false) || holds_data(answer) {
        let results = answer.data().len();
        bill.acceptance = Some(match results {
            0 => format!("HTTP {} that is no refusal", answer.status),
            1 => format!("HTTP {} with a result", answer.status),
            many => format!("HTTP {} with {many} results", answer.status),
        });
    }
    bill
}

/// The tasks of a body, each with its results, and the results that belong to none of them.
fn groups<'a>(
    identity: &Identity,
    tasks: &'a [Cow<'_, Value>],
    answer: &'a Answer,
) -> (Vec<Group<'a>>, Vec<&'a Value>) {
    let mut groups: Vec<(Option<String>, Group<'a>)> = Vec::new();
    for (place, task) in tasks.iter().enumerate() {
        let id = identity.of_task(task).map(str::to_ascii_lowercase);
        let known = groups.iter_mut().find(|(known, _)| known.is_some() && *known == id);
        match known {
            Some((_, group)) => {
                group.tasks.push(task);
                group.places.push(place);
            }
            None => {
                let group =
                    Group { tasks: vec![task], places: vec![place], items: Vec::new(), is_only: false };
                groups.push((id, group));
            }
        }
    }
    let mut groups: Vec<Group<'a>> = groups.into_iter().map(|(_, group)| group).collect();
    let mut strays = Vec::new();
    if let [only] = groups.as_mut_slice() {
        only.is_only = true;
        only.items = answer.data().iter().collect();
        return (groups, strays);
    }
    for item in answer.data() {
        let joins = |task: &&Value| item.as_object().is_some_and(|item| identity.joins(task, item));
        match groups.iter_mut().find(|group| group.tasks.iter().any(joins)) {
            Some(group) => group.items.push(item),
            None => strays.push(item),
        }
    }
    (groups, strays)
}

/// What is counted for tasks that have results.
fn priced(costs: &Costs, group: &Group<'_>, answer: &Answer, doubts: &mut Vec<String>) -> Usd {
    let tasks = || group.tasks.iter();
    let bound: Usd = tasks().map(|task| Usd::rounded_up(costs.bound_of(task))).sum();
    let estimate: f64 = tasks().map(|task| costs.usd(task)).sum();
    let images: usize = tasks().map(|task| costs.images(task)).fold(0, usize::saturating_add);
    let said: Vec<&Value> = group.items.iter().filter_map(|item| item.get(COST)).collect();
    let sums: Vec<f64> = group.items.iter().filter_map(|item| reported(item)).collect();
    let sum = sums.iter().map(|usd| Usd::rounded_up(*usd)).fold(Usd::ZERO, |sum, usd| sum + usd);
    let is_whole = sums.len() == group.items.len() && sums.len() >= images && answer.is_success();
    let is_low = is_whole && sum.to_f64() < estimate * BELIEVED_SHARE;
    let counted = if is_whole && !is_low { sum } else { sum.max(bound) };
    let is_absurd = |cost: &&Value| cost.as_f64().is_some_and(|usd| usd > MAX_REPORTED);
    let reason = if let Some(cost) = said.iter().copied().find(|cost| amount(cost).is_none()) {
        format!("{}, which is no amount", odd(cost))
    } else if let Some(cost) = said.iter().copied().find(is_absurd) {
        format!("{} USD, more than anybody bills", odd(cost))
    } else if is_low {
        format!("{sum} USD, less than a quarter of the estimate of {estimate:.3} USD")
    } else if sum > bound {
        format!("{sum} USD, more than the upper bound of {bound} USD that was set aside")
    } else {
        return counted;
    };
    doubts.push(format!("the target reports a cost of {reason}: counted as {counted} USD"));
    counted
}

/// What a result says that it cost, as far as that is an amount; no more than anybody bills.
fn reported(item: &Value) -> Option<f64> {
    amount(item.get(COST)?)
}

fn amount(cost: &Value) -> Option<f64> {
    cost.as_f64().filter(|usd| usd.is_finite() && *usd >= 0.0).map(|usd| usd.min(MAX_REPORTED))
}

/// A cost that is no amount, in a few characters.
fn odd(cost: &Value) -> String {
    match cost {
        Value::Number(number) => {
            number.as_f64().map_or_else(|| "a number".to_owned(), |usd| format!("{usd:e}"))
        }
        Value::String(_) => "a text".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a truth value".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Whether an answer without a result says that a task is not carried out.
fn is_refused(identity: &Identity, group: &Group<'_>, answer: &Answer) -> bool {
    if group.is_only && holds_data(answer) {
        return false;
    }
    match answer.status {
        // Turned away before anybody looked at a task: the key, the balance, the address, the size, the rate.
        401..=405 | 411 | 413..=415 | 429 | 431 => true,
        // A gateway that waited in vain: the task may be under way.
        408 | 499 => false,
        400..500 => errors(identity, group, answer, |code| !may_have_run(code)),
        200..300 => errors(identity, group, answer, is_known_refusal),
        _ => false,
    }
}

/// Whether all tasks of a group have an error, and every error of theirs is one of these.
fn errors(
    identity: &Identity,
    group: &Group<'_>,
    answer: &Answer,
    says_refused: impl Fn(&str) -> bool,
) -> bool {
    let joins =
        |error: &&Value| group.is_only || group.tasks.iter().any(|task| identity.may_join(task, error));
    let own: Vec<&Value> = answer.errors().iter().filter(joins).collect();
    let code = |error: &Value| error.get(CODE).and_then(Value::as_str).unwrap_or_default().to_owned();
    let has_several = group.tasks.len() > 1;
    // Of two tasks with one id the second can be refused while the first goes on.
    let is_conflict = |error: &&Value| has_several && of_code(&code(error)) == Some(Class::Conflict);
    own.len() >= group.tasks.len()
        && !own.iter().any(is_conflict)
        && own.iter().all(|error| error.is_object() && says_refused(&code(error)))
}

/// Whether a code tells of work that was begun: it took too long, or failed on the way.
fn may_have_run(code: &str) -> bool {
    matches!(of_code(code), Some(Class::ServerError | Class::Provider | Class::Timeout))
        || code.contains("Timeout")
        || ["provider", "inference", "processing", "taskFailed", "download", "upload"]
            .iter()
            .any(|word| code.starts_with(word))
}

/// Whether a code says that a task was not begun, whatever the status.
fn is_known_refusal(code: &str) -> bool {
    let is_class = matches!(
        of_code(code),
        Some(
            Class::Validation
                | Class::Auth
                | Class::Quota
                | Class::NotFound
                | Class::Conflict
                | Class::RateLimit
        )
    );
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    let begins = |words: &[&str]| words.iter().any(|word| code.starts_with(word));
    !may_have_run(code)
        && (is_class
            || has(&["Credits", "Quota", "Balance", "RateLimit", "ApiKey", "Conflict"])
            || begins(&["duplicate", "value", "array", "max", "incompatible"]))
}

/// Whether an answer has anything where results stand.
fn holds_data(answer: &Answer) -> bool {
    match answer.json.as_ref().ok().and_then(|json| json.get(DATA)) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(members)) => !Map::is_empty(members),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::Oracle;
    use serde_json::json;
    use std::time::Duration;

    const ONE: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
    const TWO: &str = "2b4e28ba-2fa1-41d2-883f-0016d3cca427";

    fn task(id: &str) -> Value {
        json!({"taskUUID": id, "width": 1024, "height": 1024, "providerSettings": {"openai": {"quality": "medium"}}})
    }

    struct Setup(Costs, Oracle);

    impl Setup {
        fn new() -> Self {
            let (name, text) =
                ("gpt-image.json", include_str!("../../../../spec/tests/specs/gpt-image.json"));
            let model = airspec_spec::read(&airspec_spec::Source::new(name, text)).unwrap();
            Self(Costs::new(&model), Oracle::new(&model).unwrap())
        }

        fn bill(&self, body: &Value, outcome: &Outcome) -> Bill {
            bill(&self.0, self.1.identity(), body, outcome)
        }

        fn answer(&self, body: &Value, status: u16, answer: &str) -> Bill {
            let answer = Answer::read(status, None, answer.as_bytes().to_vec());
            self.bill(body, &Outcome::Answer(answer))
        }
    }

    #[test]
    fn only_a_refusal_costs_nothing() {
        let setup = Setup::new();
        let body = json!([task(ONE)]);
        let bound = Usd::rounded_up(setup.0.bound(&body));
        assert!(bound > Usd::ZERO);
        let error = |code: &str| format!(r#"{{"data":[],"errors":[{{"code":"{code}","message":"m"}}]}}"#);
        let refused = [
            (400, error("invalidWidth")),
            (400, error("anything")),
            (422, error("x")),
            (401, String::new()),
            (413, "<p>too large".to_owned()),
            (429, String::new()),
            (200, error("invalidWidth")),
            (200, error("insufficientCredits")),
        ];
        for (status, text) in refused {
            let bill = setup.answer(&body, status, &text);
            assert_eq!((bill.counted, bill.refused), (Usd::ZERO, vec![true]), "{status} {text}");
            assert_eq!(bill.acceptance, None, "{status} {text}");
        }
        let unclear = [
            (504, error("invalidWidth")),
            (500, error("x")),
            (503, String::new()),
            (502, "<p>Bad gateway".to_owned()),
            (408, error("invalidWidth")),
            (400, String::new()),
            (400, r#"{"errors":[]}"#.to_owned()),
            (400, r#"{"errors":["no"]}"#.to_owned()),
            (400, error("timeoutProvider")),
            (400, r#"{"data":{"cost":0},"errors":[{"code":"x"}]}"#.to_owned()),
            (200, "<!doctype html>".to_owned()),
            (200, String::new()),
            (200, "{}".to_owned()),
            (200, r#"{"data":[]}"#.to_owned()),
            (200, error("x")),
            (200, r#"{"data":"yes"}"#.to_owned()),
            (302, String::new()),
        ];
        for (status, text) in unclear {
            let bill = setup.answer(&body, status, &text);
            assert_eq!((bill.counted, bill.refused), (bound, vec![false]), "{status} {text}");
            assert!(bill.acceptance.is_some(), "{status} {text}");
        }
    }

    #[test]
    fn a_lost_answer_counts_and_is_no_acceptance_and_an_unsent_request_is_nothing() {
        let setup = Setup::new();
        let body = json!([task(ONE)]);
        let bound = Usd::rounded_up(setup.0.bound(&body));
        for loss in [
            Loss::TimedOut(Duration::from_secs(1)),
            Loss::Broken("reset".to_owned()),
            Loss::TooLarge { status: 400, limit: 5 },
        ] {
            let bill = setup.bill(&body, &Outcome::Lost(loss));
            assert_eq!((bill.counted, bill.acceptance), (bound, None));
        }
        let bill = setup.bill(&body, &Outcome::Lost(Loss::Unreachable("refused".to_owned())));
        assert_eq!((bill.counted, bill.refused), (Usd::ZERO, vec![true]));
    }

    #[test]
    fn a_reported_cost_is_counted_as_far_as_it_can_be_believed() {
        let setup = Setup::new();
        let body = json!([task(ONE)]);
        let bound = setup.0.bound(&body);
        let cost = |cost: &str| {
            let text = format!(r#"{{"data":[{{"taskUUID":"{ONE}","cost":{cost}}}]}}"#);
            let bill = setup.answer(&body, 200, &text);
            (bill.counted.to_f64(), bill.doubts.len())
        };
        let bound = Usd::rounded_up(bound).to_f64();
        for (said, counted, doubts) in [
            ("0.053", 0.053, 0),
            ("0.014", 0.014, 0),
            // A quarter of 0.053 is the least that is believed.
            ("0.013", bound, 1),
            ("0", bound, 1),
            ("-0.05", bound, 1),
            ("\"0.053\"", bound, 1),
            ("null", bound, 1),
            ("[]", bound, 1),
            ("7", 7.0, 1),
            ("1e308", 1e6, 1),
        ] {
            let (usd, count) = cost(said);
            assert!((usd - counted).abs() < 1e-6, "{said}: {usd}");
            assert_eq!(count, doubts, "{said}");
        }
        // Not asked for: nothing to doubt.
        let bill = setup.answer(&body, 200, &format!(r#"{{"data":[{{"taskUUID":"{ONE}"}}]}}"#));
        assert_eq!((bill.counted.to_f64(), bill.doubts.len()), (bound, 0));
        // With an error status, a price is the least and not the most.
        let text = format!(r#"{{"data":[{{"taskUUID":"{ONE}","cost":0.053}}]}}"#);
        let bill = setup.answer(&body, 500, &text);
        assert!((bill.counted.to_f64() - bound).abs() < 1e-9);
    }

    #[test]
    fn the_tasks_of_a_batch_are_counted_one_by_one() {
        let setup = Setup::new();
        let body = json!([task(ONE), task(TWO)]);
        let half = Usd::rounded_up(setup.0.bound(&body)).to_f64() / 2.0;
        let item = |id: &str| format!(r#"{{"taskUUID":"{id}","cost":0.05}}"#);
        let error = |id: &str| format!(r#"{{"taskUUID":"{id}","code":"invalidWidth"}}"#);
        for (status, data, errors, counted, refused) in [
            (200, item(ONE), error(TWO), 0.05, vec![false, true]),
            (400, String::new(), error(TWO), half, vec![false, true]),
            (400, String::new(), format!("{},{}", error(ONE), error(TWO)), 0.0, vec![true, true]),
            (200, format!("{},{}", item(ONE), item(TWO)), String::new(), 0.1, vec![false, false]),
            // A result that is nobody's may be that of the task without one.
            (200, format!("{},{}", item(ONE), item("x")), String::new(), 0.05 + half, vec![false, false]),
        ] {
            let text = format!(r#"{{"data":[{data}],"errors":[{errors}]}}"#);
            let bill = setup.answer(&body, status, &text);
            assert!((bill.counted.to_f64() - counted).abs() < 1e-6, "{text}: {}", bill.counted);
            assert_eq!(bill.refused, refused, "{text}");
        }
        // Of two tasks with one id, the second is refused and the first goes on.
        let same = json!([task(ONE), task(ONE)]);
        let text = format!(r#"{{"data":[],"errors":[{{"taskUUID":"{ONE}","code":"conflictTaskUUID"}}]}}"#);
        assert!((setup.answer(&same, 400, &text).counted.to_f64() - 2.0 * half).abs() < 1e-6);
    }

    #[test]
    fn a_task_counts_in_whatever_it_is_wrapped() {
        let setup = Setup::new();
        let bound = setup.0.bound(&json!([task(ONE)]));
        let wrapped = [
            task(ONE),
            json!([[task(ONE)]]),
            json!({"tasks": [task(ONE)]}),
            json!({"data": {"deep": [[task(ONE)]]}}),
            Value::String(json!([task(ONE)]).to_string()),
        ];
        for body in wrapped {
            assert!((setup.0.bound(&body) - bound).abs() < 1e-9, "{body}: {}", setup.0.bound(&body));
        }
        assert!((setup.0.bound(&json!({"tasks": [task(ONE), task(TWO)]})) - 2.0 * bound).abs() < 1e-9);
        let text = format!(r#"{{"data":[{{"taskUUID":"{ONE}","cost":0.05}}]}}"#);
        assert_eq!(setup.answer(&task(ONE), 200, &text).counted, Usd::rounded_up(0.05));
        assert_eq!(setup.answer(&task(ONE), 200, "{}").counted, Usd::rounded_up(bound));
        assert!(setup.answer(&json!([]), 200, &text).acceptance.is_some());
        assert_eq!(setup.answer(&json!([]), 200, "{}").acceptance, None);
    }
}
