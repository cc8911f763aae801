//! What `x-constraints` states: the area or the ratio of two parameters, a rule that JSON Schema cannot state.

use crate::document::{Diagnostic, Node, text};
use bigdecimal::BigDecimal;

/// A range for the product or the quotient of two members of an object. It binds when both are numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Product or quotient.
    pub operation: Operation,
    /// The two members; for a ratio the first is divided by the second.
    pub parameters: [String; 2],
    /// Lower end, included.
    pub minimum: Option<BigDecimal>,
    /// Upper end, included.
    pub maximum: Option<BigDecimal>,
}

/// What is computed from the two parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// first × second
    Area,
    /// first ÷ second
    Ratio,
}

impl Operation {
    /// The word in a document and in ids.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Ratio => "ratio",
        }
    }
}

impl Relation {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        let (mut operation, mut parameters, mut minimum, mut maximum) = (None, None, None, None);
        for member in node.members()? {
            match member.key.as_str() {
                "operation" => operation = Some(read_operation(member.value)?),
                "parameters" => parameters = Some(read_parameters(member.value)?),
                "minimum" => minimum = Some(member.value.decimal()?),
                "maximum" => maximum = Some(member.value.decimal()?),
                other => {
                    let shown = text::shorten(other, 60);
                    return Err(member.error(
                        format!("`{shown}` is unknown in a rule of `x-constraints`"),
                        "a rule has `operation`, `parameters`, `minimum` and `maximum`",
                    ));
                }
            }
        }
        let (Some(operation), Some(parameters)) = (operation, parameters) else {
            return Err(node.error("a rule without `operation` or `parameters`", "add both"));
        };
        if minimum.is_none() && maximum.is_none() {
            return Err(node.error("a rule that limits nothing", "add `minimum` or `maximum`"));
        }
        if minimum.as_ref().zip(maximum.as_ref()).is_some_and(|(min, max)| min > max) {
            return Err(
                node.error("`minimum` lies above `maximum`: nothing would be legal", "correct one of them")
            );
        }
        Ok(Self { operation, parameters, minimum, maximum })
    }

    /// The range in words: "from 1 to 3".
    pub(crate) fn range(&self) -> String {
        match (&self.minimum, &self.maximum) {
            (Some(min), Some(max)) => format!("from {} to {}", min.to_plain_string(), max.to_plain_string()),
            (Some(min), None) => format!("of at least {}", min.to_plain_string()),
            (None, Some(max)) => format!("of at most {}", max.to_plain_string()),
            (None, None) => "of anything".to_owned(),
        }
    }
}

fn read_operation(node: Node<'_>) -> Result<Operation, Diagnostic> {
    match node.string()?.as_str() {
        "area" => Ok(Operation::Area),
        "ratio" => Ok(Operation::Ratio),
        other => {
            let shown = text::shorten(other, 60);
            Err(node.error(format!("operation `{shown}` is not implemented"), "use `area` or `ratio`"))
        }
    }
}

fn read_parameters(node: Node<'_>) -> Result<[String; 2], Diagnostic> {
    let names: Result<Vec<String>, _> = node.items()?.iter().map(Node::string).collect();
    names?.try_into().map_err(|_| node.error("a rule relates two parameters", "name exactly two"))
}
