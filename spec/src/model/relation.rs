//! What `x-constraints` states: the area or the ratio of two parameters, a rule that JSON Schema cannot state.

use super::ParameterPath;
use super::image::{ImageRange, Measure};
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

/// One rule of `x-constraints` as it is written: about two parameters, or about the images of one.
pub(crate) struct Stated<'a> {
    node: Node<'a>,
    operation: (Node<'a>, String),
    parameters: (Node<'a>, Vec<String>),
    minimum: Option<BigDecimal>,
    maximum: Option<BigDecimal>,
    /// The member `scope`, whose only value is `each`.
    scope: Option<Node<'a>>,
}

impl<'a> Stated<'a> {
    pub(crate) fn read(node: Node<'a>) -> Result<Self, Diagnostic> {
        let (mut operation, mut parameters, mut minimum, mut maximum) = (None, None, None, None);
        let mut scope = None;
        for member in node.members()? {
            match member.key.as_str() {
                "operation" => operation = Some((member.value, read_operation(member.value, node)?)),
                "parameters" => parameters = Some((member.value, read_names(member.value)?)),
                "minimum" => minimum = Some(member.value.decimal()?),
                "maximum" => maximum = Some(member.value.decimal()?),
                "scope" => scope = Some(read_scope(member.value, node)?),
                other => {
                    let shown = text::shorten(other, 60);
                    return Err(node.outside(member.error(
                        format!("`{shown}` is unknown in a rule of `x-constraints`"),
                        "a rule has `operation`, `parameters`, `minimum` and `maximum`, and one about images `scope`",
                    )));
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
        Ok(Self { node, operation, parameters, minimum, maximum, scope })
    }

    /// Whether it is about images: one parameter, or what only images have.
    pub(crate) fn is_about_images(&self) -> bool {
        self.parameters.1.len() == 1 || self.scope.is_some() || self.operation().is_none()
    }

    /// The relation of two parameters.
    pub(crate) fn relation(self) -> Result<Relation, Diagnostic> {
        if let Some(scope) = self.scope {
            let help = "`scope` is for rules about the images of one parameter";
            return Err(scope.error("a rule about two parameters has no `scope`", help));
        }
        let Some(operation) = self.operation() else {
            let message = format!("`{}` is the measure of an image, not of two parameters", self.operation.1);
            return Err(self.operation.0.error(message, "use `area` or `ratio`"));
        };
        let (node, names) = self.parameters;
        let two = |_| node.error("a rule relates two parameters", "name exactly two");
        let parameters = names.try_into().map_err(two)?;
        Ok(Relation { operation, parameters, minimum: self.minimum, maximum: self.maximum })
    }

    /// The parameter, the rule about its images, and whether it is said to hold for each.
    pub(crate) fn image(self) -> Result<(ParameterPath, ImageRange, bool), Diagnostic> {
        let (node, names) = self.parameters;
        let [name] = names.as_slice() else {
            let help = "name the one that takes them, as in `inputs.image`";
            return Err(node.error("a rule about images names one parameter", help));
        };
        let measure = Measure::ALL.into_iter().find(|measure| measure.word() == self.operation.1);
        let unknown =
            || self.node.error("not a measure of an image", "use `width`, `height`, `area` or `ratio`");
        let range = ImageRange {
            measure: measure.ok_or_else(unknown)?,
            minimum: self.minimum,
            maximum: self.maximum,
        };
        Ok((ParameterPath::from(name.as_str()), range, self.scope.is_some()))
    }

    fn operation(&self) -> Option<Operation> {
        [Operation::Area, Operation::Ratio].into_iter().find(|known| known.word() == self.operation.1)
    }
}

impl Relation {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        Stated::read(node)?.relation()
    }

    /// The range in words: "from 1 to 3".
    pub(crate) fn range(&self) -> String {
        range(self.minimum.as_ref(), self.maximum.as_ref())
    }
}

/// A range in words: "from 1 to 3".
pub(crate) fn range(minimum: Option<&BigDecimal>, maximum: Option<&BigDecimal>) -> String {
    match (minimum, maximum) {
        (Some(min), Some(max)) => format!("from {} to {}", min.to_plain_string(), max.to_plain_string()),
        (Some(min), None) => format!("of at least {}", min.to_plain_string()),
        (None, Some(max)) => format!("of at most {}", max.to_plain_string()),
        (None, None) => "of anything".to_owned(),
    }
}

fn read_names(node: Node<'_>) -> Result<Vec<String>, Diagnostic> {
    node.items()?.iter().map(Node::string).collect()
}

/// A rule with a word that is not known is outside the dialect as a whole.
fn read_operation(node: Node<'_>, rule: Node<'_>) -> Result<String, Diagnostic> {
    let word = node.string()?;
    if Measure::ALL.iter().any(|measure| measure.word() == word) {
        return Ok(word);
    }
    let shown = text::shorten(&word, 60);
    Err(rule.outside(node.error(
        format!("operation `{shown}` is not implemented"),
        "use `area` or `ratio`; about images, also `width` or `height`",
    )))
}

fn read_scope<'a>(node: Node<'a>, rule: Node<'a>) -> Result<Node<'a>, Diagnostic> {
    let word = node.string()?;
    if word == "each" {
        return Ok(node);
    }
    let shown = text::shorten(&word, 60);
    let help = "use `each`: the rule holds for each image";
    Err(rule.outside(node.error(format!("scope `{shown}` is not implemented"), help)))
}
