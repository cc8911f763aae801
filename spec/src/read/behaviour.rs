//! `x-behaviours`: what answers must be, and the behaviours that follow from documented defaults.

use super::Reader;
use crate::document::{Diagnostic, Member, Node, text};
use crate::model::behaviour::{Behaviour, Condition, Kind, Quantity};
use crate::model::{Level, Model};
use std::collections::{BTreeMap, HashSet};

/// The members of one behaviour, taken out one by one so that none is left over unnoticed.
struct Fields<'a> {
    node: Node<'a>,
    members: Vec<Member<'a>>,
}

impl<'a> Fields<'a> {
    fn take(&mut self, name: &str) -> Result<Node<'a>, Diagnostic> {
        match self.members.iter().position(|member| member.key == name) {
            Some(index) => Ok(self.members.remove(index).value),
            None => Err(self.node.error(format!("a behaviour without `{name}`"), format!("add `{name}`"))),
        }
    }

    fn text(&mut self, name: &str) -> Result<String, Diagnostic> {
        self.take(name)?.string()
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, Diagnostic> {
        self.take(name)?.items()?.iter().map(Node::string).collect()
    }

    fn map(&mut self, name: &str) -> Result<BTreeMap<String, String>, Diagnostic> {
        let members = self.take(name)?.members()?;
        members.into_iter().map(|member| Ok((member.key, member.value.string()?))).collect()
    }

    fn condition(&mut self, name: &str) -> Result<Condition, Diagnostic> {
        let node = self.take(name)?;
        let mut fields = Fields { node, members: node.members()? };
        let condition = Condition { parameter: fields.text("parameter")?, value: fields.text("value")? };
        fields.end()?;
        Ok(condition)
    }

    fn measure(&mut self) -> Result<Quantity, Diagnostic> {
        let node = self.take("measure")?;
        let word = node.string()?;
        Quantity::ALL.into_iter().find(|measure| measure.word() == word).ok_or_else(|| {
            let known = Quantity::ALL.map(Quantity::word).join(", ");
            node.error(format!("`{}` is no measure", text::shorten(&word, 60)), format!("use one of {known}"))
        })
    }

    fn end(self) -> Result<(), Diagnostic> {
        match self.members.first() {
            None => Ok(()),
            Some(member) => {
                let shown = text::shorten(&member.key, 60);
                let message = format!("`{shown}` is unknown in a behaviour of this kind");
                Err(member.error(message, "remove it, or correct the kind"))
            }
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn behaviours(&mut self, node: Node<'a>, model: &Model) -> Vec<Behaviour> {
        let mut all: Vec<Behaviour> = Vec::new();
        let mut ids = HashSet::new();
        for item in self.keep(node.items()).unwrap_or_default() {
            if !self.admits(item, 1) {
                break;
            }
            let behaviour = self.behaviour(item);
            let Some(behaviour) = self.keep(behaviour) else { continue };
            if !ids.insert(behaviour.id.clone()) {
                self.report(twice(item, &behaviour));
            } else if let Some(error) = misfit(item, &behaviour, model, &[]) {
                self.report(error);
            } else {
                all.push(behaviour);
            }
        }
        let defaults = defaults(model, &all);
        all.extend(defaults);
        all
    }

    pub(super) fn behaviour(&mut self, node: Node<'a>) -> Result<Behaviour, Diagnostic> {
        let mut fields = Fields { node, members: node.members()? };
        let id = fields.text("id")?;
        let level = self.level(fields.take("level")?);
        let description = fields.text("description")?;
        let kind_node = fields.take("kind")?;
        let kind = read_kind(kind_node, &mut fields)?;
        fields.end()?;
        Ok(Behaviour { id, level, description, kind })
    }
}

fn read_kind(node: Node<'_>, fields: &mut Fields<'_>) -> Result<Kind, Diagnostic> {
    Ok(match node.string()?.as_str() {
        "echo" => Kind::Echo { parameter: fields.text("parameter")?, field: fields.text("field")? },
        "count" => Kind::Count { parameter: fields.text("parameter")? },
        "distinct" => {
            Kind::Distinct { parameter: fields.text("parameter")?, fields: fields.texts("fields")? }
        }
        "select" => Kind::Select { parameter: fields.text("parameter")?, fields: fields.map("fields")? },
        "container" => Kind::Container { parameter: fields.text("parameter")?, media: fields.map("media")? },
        "size" => Kind::Size { width: fields.text("width")?, height: fields.text("height")? },
        "measure" => Kind::Measure { parameter: fields.text("parameter")?, measure: fields.measure()? },
        "quality" => Kind::Quality {
            parameter: fields.text("parameter")?,
            format: fields.text("format")?,
            lossy: fields.texts("lossy")?,
        },
        "flag" => Kind::Flag { parameter: fields.text("parameter")?, field: fields.text("field")? },
        "delivery" => Kind::Delivery {
            parameter: fields.text("parameter")?,
            immediate: fields.text("immediate")?,
            deferred: fields.text("deferred")?,
        },
        "webhook" => Kind::Webhook { parameter: fields.text("parameter")? },
        "upload" => Kind::Upload { parameter: fields.text("parameter")? },
        "lifetime" => {
            Kind::Lifetime { parameter: fields.text("parameter")?, only: fields.condition("only")? }
        }
        other => {
            let shown = text::shorten(other, 60);
            return Err(fields.node.outside(node.error(
                format!("behaviour kind `{shown}` is not implemented"),
                "use one of echo, count, distinct, select, container, size, measure, quality, flag, delivery, webhook, upload, lifetime",
            )));
        }
    })
}

fn twice(node: Node<'_>, behaviour: &Behaviour) -> Diagnostic {
    let shown = text::shorten(&behaviour.id, 60);
    node.error(format!("behaviour `{shown}` is given twice"), "give each its own id")
}

/// What is wrong with a behaviour, seen against the model it belongs to.
pub(super) fn misfit(
    node: Node<'_>,
    behaviour: &Behaviour,
    model: &Model,
    others: &[Behaviour],
) -> Option<Diagnostic> {
    if others.iter().any(|other| other.id == behaviour.id) {
        return Some(twice(node, behaviour));
    }
    if let Some(path) = behaviour.kind.parameters().into_iter().find(|path| model.task.at(path).is_none()) {
        let shown = text::shorten(path, 60);
        return Some(node.error(format!("the task has no parameter `{shown}`"), "correct the path"));
    }
    let field = behaviour
        .kind
        .fields()
        .into_iter()
        .find(|field| model.result.as_ref().is_some_and(|result| result.at(field).is_none()));
    field.map(|field| {
        node.error(format!("a result has no field `{}`", text::shorten(field, 60)), "correct the name")
    })
}

/// A documented default that an answer shows is a behaviour: leaving the parameter out is the same as sending it.
pub(super) fn defaults(model: &Model, behaviours: &[Behaviour]) -> Vec<Behaviour> {
    let shown = |path: &str| {
        behaviours.iter().any(|behaviour| {
            behaviour.kind.parameters().first() == Some(&path)
                && match &behaviour.kind {
                    Kind::Count { .. }
                    | Kind::Select { .. }
                    | Kind::Container { .. }
                    | Kind::Flag { .. }
                    | Kind::Delivery { .. } => true,
                    Kind::Echo { .. }
                    | Kind::Distinct { .. }
                    | Kind::Size { .. }
                    | Kind::Measure { .. }
                    | Kind::Quality { .. }
                    | Kind::Webhook { .. }
                    | Kind::Upload { .. }
                    | Kind::Lifetime { .. }
                    | Kind::Default { .. } => false,
                }
        })
    };
    let documented =
        model.task.tree().into_iter().filter(|schema| schema.default.is_some() && shown(&schema.path));
    documented
        .map(|schema| Behaviour {
            id: format!("{}.default", schema.path),
            level: Level::Badge,
            description: format!("Without `{}` the answer is the one for its default.", schema.path),
            kind: Kind::Default { parameter: schema.path.to_string() },
        })
        .collect()
}
