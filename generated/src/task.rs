//! Turns untrusted text or a struct into a request that is known to be valid.
//!
//! A text is parsed once, into the struct, and the struct is checked. Only text that does not fit the struct is parsed
//! again, as plain JSON, to report all violations.

use crate::answer::Answer;
use crate::check::unique::repeated;
use crate::decimal::Number;
use crate::facts::HasFacts;
use crate::hint::hinted;
use crate::json;
use crate::node::{AsNode, Node, Object};
use crate::pointer::At;
use crate::result::ResultItem;
pub use crate::sink::Collector;
use crate::sink::{Places, Probe};
use crate::violation::{Constraint, Violation, Violations};
use crate::wire;
use serde::de::DeserializeOwned;
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use std::ops::Deref;

/// A generated request. Its checks are written once, over [`Node`]s, for structs and JSON alike.
pub trait Task: HasFacts + Object + DeserializeOwned + Serialize {
    /// The member that must differ between the tasks of a batch, with the constraint; an empty name where none must.
    const UNIQUE: (&'static str, &'static Constraint);

    /// The dotted path of the parameter that says how many results there are, empty where none does, and how many there
    /// are without it.
    const COUNT: (&'static str, u64);

    /// The delivery method of a task without one; empty where the model has none.
    const DELIVERY: &'static str;

    /// Whether some member is kept as JSON, which parsing into the struct does not look into.
    const KEEPS_JSON: bool;

    /// One result: a struct of its fields, or the fields as they come where neither the spec nor the platform documents
    /// them.
    type Answer: Answer + ResultItem;

    /// Whether the struct has any violation: the checks, statically bound to the struct.
    fn probe(&self, out: &mut Probe);

    /// All constraints of the model.
    fn constraints() -> &'static [&'static Constraint];

    /// All violations of a value that the collector asks for.
    fn explain(node: Node<'_>, at: &At<'_>, out: &mut Collector<'_>);
}

/// Proof that a request was validated: a function that takes a `Valid<Request>` need not validate it again.
///
/// You can read it like the request, but not change it. [`Valid::into_inner`] returns the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    /// The request, to be changed and validated again.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Valid<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Display> fmt::Display for Valid<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Serialize> Serialize for Valid<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// For generated `validate`.
#[inline]
pub fn validate<T: Task>(task: &T) -> Result<(), Violations> {
    let mut probe = Probe::default();
    task.probe(&mut probe);
    if probe.is_violated() { Err(everything::<T>(task.as_node(), probe.wrong())) } else { Ok(()) }
}

/// For generated `into_valid`.
pub fn into_valid<T: Task>(task: T) -> Result<Valid<T>, Violations> {
    validate(&task).map(|()| Valid(task))
}

/// For generated `from_json`.
pub fn from_json<T: Task>(text: &str) -> Result<Valid<T>, Violations> {
    // Within JSON that is kept as it came, a repeated key or deep nesting would go unnoticed.
    if !T::KEEPS_JSON
        && let Some(task) = parse::<T>(text)
    {
        return into_valid(task);
    }
    from_value(json::parse(text)?)
}

/// For generated `from_value`: the thorough way.
pub fn from_value<T: Task>(value: Value) -> Result<Valid<T>, Violations> {
    let violations = everything::<T>(value.as_node(), Places::ALL);
    if !violations.is_empty() {
        return Err(violations);
    }
    // Nothing is wrong, so at most some whole numbers were spelt as floats.
    wire::object(whole_numbers(value)).map(Valid).map_err(|error| {
        Violation::new(
            String::new(),
            "json.representation",
            format!("cannot be held by the typed request: {error}"),
        )
        .into()
    })
}

/// All violations, given the members that may have some.
#[cold]
fn everything<T: Task>(node: Node<'_>, wrong: Places) -> Violations {
    let mut violations = Violations::default();
    T::explain(node, &At::Root, &mut Collector::new(&mut violations, wrong));
    violations.suggest(T::constraints());
    if violations.is_empty() { violations } else { hinted(violations, node, T::facts()) }
}

/// The number of results that a task asks for.
pub fn count<T: Task>(node: Node<'_>) -> u64 {
    let (parameter, default) = T::COUNT;
    match node.reach(parameter) {
        Some(Node::Number(Number::Integer(count))) => u64::try_from(count).unwrap_or(default),
        _ => default,
    }
}

/// The struct, if the text is one object that fits it; why it does not is found out elsewhere.
fn parse<T: Task>(text: &str) -> Option<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let task = wire::object(&mut reader).ok()?;
    reader.end().ok()?;
    Some(task)
}

impl From<json::Fault> for Violations {
    /// A text that cannot be judged, as a violation.
    fn from(fault: json::Fault) -> Self {
        let id = match fault.kind {
            json::FaultKind::Syntax => "json.syntax",
            json::FaultKind::Duplicate => "json.duplicate",
            json::FaultKind::Depth => "json.depth",
            json::FaultKind::Values => "json.values",
        };
        let json::Fault { detail, line, column, pointer, .. } = fault;
        let message = format!("is not JSON that can be judged: {detail} (line {line}, column {column})");
        Violation::new(pointer, id, message).into()
    }
}

/// The value with 1024.0 and 1e3 spelt 1024 and 1000, which JSON Schema holds to be the same.
fn whole_numbers(value: Value) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            Some(float) if float.fract() == 0.0 && float.abs() <= EXACT => Value::from(float as i64),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole, positive, below 2^64"
            )]
            Some(float) if float.fract() == 0.0 && float > 0.0 && float < 18_446_744_073_709_551_616.0 => {
                Value::from(float as u64)
            }
            #[expect(clippy::cast_possible_truncation, reason = "whole and within the range")]
            Some(float) if float.fract() == 0.0 && (-9_223_372_036_854_775_808.0..0.0).contains(&float) => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(whole_numbers).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, whole_numbers(value))).collect()
        }
        other => other,
    }
}

/// Valid tasks to send in one request, each with its own `taskUUID`.
///
/// ```
/// use airspec_models::Batch;
/// use airspec_models::openai_gpt_image_2::{Request, Required};
///
/// let prompt = |text: &str| {
///     let positive_prompt = text.into();
///     Request::builder(Required { positive_prompt, width: 1024, height: 1024 })
/// };
/// let one = prompt("a lighthouse").build()?;
/// let two = prompt("a harbour").build()?;
/// let batch = Batch::new([one.clone(), two])?;
/// assert_eq!(batch.len(), 2);
///
/// let violations = Batch::new([one.clone(), one]).unwrap_err();
/// let violation = violations.iter().next().unwrap();
/// assert_eq!((&*violation.pointer, &*violation.constraint), ("/1/taskUUID", "taskUUID.unique"));
/// # Ok::<(), airspec_models::Violations>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Batch<T>(Vec<Valid<T>>);

impl<T: Task> Batch<T> {
    /// Creates a batch of these tasks, in this order.
    ///
    /// # Errors
    /// Returns a violation for each task with the `taskUUID` of an earlier task.
    pub fn new(tasks: impl IntoIterator<Item = Valid<T>>) -> Result<Self, Violations> {
        let tasks: Vec<Valid<T>> = tasks.into_iter().collect();
        let repeated = repeated(tasks.iter().map(|task| task.0.as_node()), T::UNIQUE);
        if repeated.is_empty() { Ok(Self(tasks)) } else { Err(repeated) }
    }

    /// Reads the body of a request: a JSON array of tasks.
    ///
    /// # Errors
    /// Returns all violations of all tasks, and every `taskUUID` that is used twice.
    pub fn from_json(text: &str) -> Result<Self, Violations> {
        let Value::Array(values) = json::parse(text)? else {
            return Err(
                Violation::new(String::new(), "body.type", "must be an array of tasks".to_owned()).into()
            );
        };
        let mut violations = repeated(values.iter().map(AsNode::as_node), T::UNIQUE);
        let mut tasks = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            match from_value(value) {
                Ok(task) => tasks.push(task),
                Err(found) => violations.append(found.under(&format!("/{index}"))),
            }
        }
        if violations.is_empty() { Ok(Self(tasks)) } else { Err(violations) }
    }
}

impl<T> Batch<T> {
    /// The tasks.
    pub fn into_inner(self) -> Vec<Valid<T>> {
        self.0
    }
}

impl<T> Deref for Batch<T> {
    type Target = [Valid<T>];

    fn deref(&self) -> &[Valid<T>] {
        &self.0
    }
}

impl<T: Serialize> Serialize for Batch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

/// What every generated task has in common. `rules` is the module of its checks.
#[macro_export]
#[doc(hidden)]
macro_rules! task {
    (
        $name:ident, $builder:ident {
            unique: $unique:expr,
            count: $count:expr,
            delivery: $delivery:expr,
            facts: $facts:path,
            keeps_json: $keeps_json:expr,
            answer: $answer:ty,
        }
    ) => {
        impl $crate::facts::HasFacts for $name {
            fn facts() -> &'static $crate::facts::Facts {
                static FACTS: ::std::sync::OnceLock<$crate::facts::Facts> = ::std::sync::OnceLock::new();
                FACTS.get_or_init($facts)
            }
        }

        impl $crate::task::Task for $name {
            const UNIQUE: (&'static str, &'static $crate::Constraint) = $unique;
            const COUNT: (&'static str, u64) = $count;
            const DELIVERY: &'static str = $delivery;
            const KEEPS_JSON: bool = $keeps_json;
            type Answer = $answer;

            #[inline]
            fn probe(&self, out: &mut $crate::Probe) {
                rules::task_members($crate::check::Members::new(self, &$crate::pointer::At::Root, out));
            }

            fn constraints() -> &'static [&'static $crate::Constraint] {
                constraints::ALL
            }

            fn explain(
                node: $crate::node::Node<'_>,
                at: &$crate::pointer::At<'_>,
                out: &mut $crate::task::Collector<'_>,
            ) {
                rules::task($crate::check::Check::new(node, at, out));
            }
        }

        impl $name {
            /// Reads a request from JSON text.
            ///
            /// # Errors
            /// Returns all violations: types, missing and unknown names, and every violated constraint.
            pub fn from_json(text: &str) -> ::std::result::Result<$crate::Valid<Self>, $crate::Violations> {
                $crate::task::from_json(text)
            }

            /// Reads a request from a JSON value.
            ///
            /// # Errors
            /// Returns all violations.
            pub fn from_value(
                value: $crate::serde_json::Value,
            ) -> ::std::result::Result<$crate::Valid<Self>, $crate::Violations> {
                $crate::task::from_value(value)
            }

            /// Checks every constraint.
            ///
            /// # Errors
            /// Returns all violations.
            pub fn validate(&self) -> ::std::result::Result<(), $crate::Violations> {
                $crate::task::validate(self)
            }

            /// Validates the request and returns it with the proof that it is valid.
            ///
            /// # Errors
            /// Returns all violations.
            pub fn into_valid(self) -> ::std::result::Result<$crate::Valid<Self>, $crate::Violations> {
                $crate::task::into_valid(self)
            }

            /// The rules of the model's owner that the request does not satisfy. They are not in the spec, and the
            /// service may accept the request.
            #[must_use]
            pub fn advice(&self) -> ::std::vec::Vec<$crate::Advice> {
                let facts = <Self as $crate::facts::HasFacts>::facts();
                $crate::advice::advice(facts, $crate::node::AsNode::as_node(self))
            }

            /// The price, estimated from the price examples of the spec. `None` if the spec has none.
            #[must_use]
            pub fn estimate(&self) -> ::std::option::Option<$crate::Estimate> {
                let facts = <Self as $crate::facts::HasFacts>::facts();
                let node = $crate::node::AsNode::as_node(self);
                $crate::estimate::estimate(facts, node, $crate::task::count::<Self>(node))
            }
        }

        impl $builder {
            /// Validates the request and returns it with the proof that it is valid.
            ///
            /// # Errors
            /// Returns all violations.
            pub fn build(self) -> ::std::result::Result<$crate::Valid<$name>, $crate::Violations> {
                self.request.into_valid()
            }

            /// Returns the request without validation, to test how a server refuses invalid requests.
            #[must_use]
            pub fn build_unchecked(self) -> $name {
                self.request
            }
        }
    };
}
