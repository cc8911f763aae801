//! Random requests: valid ones, ones with a fault, and ones that are wrong in every way, as proptest strategies.
//!
//! Values come from the model: what its rules propose near their edges, random values of the right type, and any
//! JSON at all. Shrinking leads to fewer members and smaller values.

use airspec_spec::rule::Kinds;
use airspec_spec::witness::{Side, proposals, samples};
use airspec_spec::{Model, Schema};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

/// Longer texts and arrays from proposals are left to the derived cases.
const LARGE: usize = 2_000;

/// Draws the same values again for the same seed; each part of one seed draws others.
pub fn runner(config: Config, seed: u64, part: u8) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8] = part;
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Tasks that are valid more often than not, as far as each value goes; rules over several parameters are not looked
/// at.
pub fn plausible(model: &Model) -> BoxedStrategy<Value> {
    object(&model.task, Taste::Legal)
}

/// Tasks in which anything may be wrong.
pub fn anything(model: &Model) -> BoxedStrategy<Value> {
    prop_oneof![
        8 => object(&model.task, Taste::Any),
        1 => json_value(),
        1 => object(&model.task, Taste::Legal),
    ]
    .boxed()
}

/// A change that makes a task wrong: the dotted path of a parameter, and its value there, or none to take it out.
pub type Fault = (String, Option<Value>);

/// Plausible tasks with so many changes that are meant to break a rule each.
pub fn faulty(model: &Model, faults: usize) -> BoxedStrategy<(Value, Vec<Fault>)> {
    (plausible(model), vec(select(all_faults(model)), faults)).boxed()
}

/// Every change that the rules of a model propose, in the order of the spec.
pub fn all_faults(model: &Model) -> Vec<Fault> {
    let mut faults: Vec<Fault> = vec![("unknownParameter".to_owned(), Some(json!(1)))];
    for schema in model.parameters() {
        let proposals = schema.constraints.iter().flat_map(|constraint| proposals(constraint, schema));
        let rejected = proposals.filter(|witness| witness.side == Side::Reject && witness.level.is_none());
        faults.extend(rejected.map(|witness| (schema.path.to_string(), Some(witness.value))));
        if schema.is_closed() {
            faults.push((format!("{}.unknownParameter", schema.path), Some(json!(1))));
        }
        let required = schema.properties.iter().filter(|property| property.required.is_some());
        faults.extend(required.map(|property| (format!("{}.{}", schema.path, property.name), None)));
    }
    let required = model.task.properties.iter().filter(|property| property.required.is_some());
    faults.extend(required.map(|property| (property.name.clone(), None)));
    faults.retain(|(_, value)| value.as_ref().is_none_or(|value| value.to_string().len() < LARGE));
    faults
}

/// What values are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taste {
    /// Those that are meant to be legal.
    Legal,
    /// Legal ones, near misses and others.
    Any,
}

fn object(schema: &Schema, taste: Taste) -> BoxedStrategy<Value> {
    let members: Vec<BoxedStrategy<Option<(String, Value)>>> = schema
        .properties
        .iter()
        .map(|property| {
            let name = property.name.clone();
            let value = value(&property.schema, taste);
            let named = move |value: Option<Value>| value.map(|value| (name.clone(), value));
            match (property.required.is_some(), taste) {
                (true, Taste::Legal) => value.prop_map(move |value| named(Some(value))).boxed(),
                (true, Taste::Any) => prop::option::weighted(0.95, value).prop_map(named).boxed(),
                (false, _) => prop::option::weighted(0.4, value).prop_map(named).boxed(),
            }
        })
        .collect();
    let stranger = match taste {
        Taste::Legal => Just(None).boxed(),
        Taste::Any => prop::option::weighted(0.05, ("[a-zA-Z~/]{1,6}", json_value())).boxed(),
    };
    (members, stranger)
        .prop_map(|(members, stranger)| {
            Value::Object(members.into_iter().flatten().chain(stranger).collect::<Map<_, _>>())
        })
        .boxed()
}

fn value(schema: &Schema, taste: Taste) -> BoxedStrategy<Value> {
    match taste {
        Taste::Legal => legal(schema),
        Taste::Any => prop_oneof![
            6 => legal(schema),
            4 => proposed(schema, Side::Reject),
            1 => json_value(),
        ]
        .boxed(),
    }
}

fn legal(schema: &Schema) -> BoxedStrategy<Value> {
    let kinds = schema.kinds();
    if kinds == Kinds::OBJECT && !schema.properties.is_empty() {
        return object(schema, Taste::Legal);
    }
    if let (Kinds::ARRAY, Some(items)) = (kinds, &schema.items) {
        return vec(legal(items), 1..4).prop_map(Value::Array).boxed();
    }
    let proposed = proposed(schema, Side::Accept);
    let has_choice = schema.constraints.iter().any(|constraint| {
        matches!(
            constraint.rule,
            airspec_spec::Rule::Const(_) | airspec_spec::Rule::Enum(_) | airspec_spec::Rule::Format(_)
        )
    });
    if has_choice {
        return proposed;
    }
    match kinds {
        Kinds::INTEGER => prop_oneof![15 => proposed, 1 => (-5000_i64..5000).prop_map(Value::from)].boxed(),
        Kinds::NUMBER => {
            prop_oneof![15 => proposed, 2 => (-500_i64..2500).prop_map(hundredths), 1 => any_number()].boxed()
        }
        Kinds::STRING => prop_oneof![15 => proposed, 1 => "\\PC{0,12}".prop_map(Value::from)].boxed(),
        _ => proposed,
    }
}

/// A number with two decimals, spelt the plainest way.
fn hundredths(count: i64) -> Value {
    format!("{}{}.{:02}", if count < 0 { "-" } else { "" }, count.abs() / 100, count.abs() % 100)
        .parse::<f64>()
        .map_or(Value::Null, Value::from)
}

/// What the rules of a schema propose for one side.
fn proposed(schema: &Schema, side: Side) -> BoxedStrategy<Value> {
    let witnesses = schema.constraints.iter().flat_map(|constraint| proposals(constraint, schema));
    let on_side = witnesses.filter(|witness| witness.side == side).map(|witness| witness.value);
    let small = |value: &Value| match value {
        Value::String(text) => text.len() < LARGE,
        Value::Array(items) => items.len() < 40,
        _ => true,
    };
    let mut values: Vec<Value> = on_side.chain(samples(schema)).filter(small).collect();
    values.dedup();
    if values.is_empty() { json_value() } else { select(values).boxed() }
}

fn any_number() -> BoxedStrategy<Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|float| if float.is_finite() { Value::from(float) } else { json!(1e30) }),
        (-2000_i64..2000, -6_i32..25).prop_map(|(mantissa, exponent)| {
            format!("{mantissa}e{exponent}").parse::<f64>().map_or(Value::Null, Value::from)
        }),
        select(vec![json!(1024.0), json!(1e30), json!(-0.0), json!(9_007_199_254_740_993_u64), json!(1e300)]),
    ]
    .boxed()
}

/// Objects made of the words of a schema: its names as names, its constants, limits and their neighbours as values.
/// They reach conditions that are deep within a rule, which no constraint proposes values for.
pub fn words(schema: &Value) -> BoxedStrategy<Value> {
    let (mut names, mut values) =
        (vec!["stranger".to_owned()], vec![json!("stranger"), json!({}), json!([])]);
    collect_words(schema, &mut names, &mut values);
    let leaf = prop_oneof![9 => select(values), 1 => json_value()];
    let name = select(names);
    let object = move |inner: BoxedStrategy<Value>| {
        vec((name.clone(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect()))
    };
    let inner = object.clone();
    let nested = leaf.prop_recursive(
        2,
        12,
        4,
        move |item| prop_oneof![1 => vec(item.clone(), 0..4).prop_map(Value::Array), 1 => inner(item)],
    );
    object(nested.boxed()).boxed()
}

fn collect_words(schema: &Value, names: &mut Vec<String>, values: &mut Vec<Value>) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                names.push(name.clone());
                collect_words(value, names, values);
            }
        }
        Value::Array(items) => {
            values.push(schema.clone());
            for item in items {
                collect_words(item, names, values);
            }
        }
        Value::Number(number) => {
            values.push(schema.clone());
            let float = number.as_f64().unwrap_or_default();
            values.extend([float + 1.0, float - 1.0, float + 0.5].map(Value::from));
            values.extend(number.as_i64().and_then(|whole| whole.checked_add(1)).map(Value::from));
        }
        Value::String(text) => {
            values.push(schema.clone());
            names.push(text.clone());
        }
        Value::Null | Value::Bool(_) => values.push(schema.clone()),
    }
}

/// Any JSON value, shallow.
pub fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any_number(),
        "\\PC{0,8}".prop_map(Value::from),
        "[a-zA-Z0-9+/=:.-]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            vec(("[a-z]{1,5}", inner), 0..3).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}
