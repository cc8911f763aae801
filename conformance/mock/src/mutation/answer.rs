//! `answer:<behaviour>:<mutation>`: valid requests are answered in a way that breaks one behaviour.

mod delivery;
mod fields;
mod files;

use crate::item::Item;
use crate::steps::execute::Execution;
use crate::steps::plan::Plan;
use crate::task_view::{Defaults, TaskView};
use airspec_judge::Violation;
use airspec_spec::behaviour::Kind;
use airspec_spec::{Model, Schema};

/// A way to answer wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BehaviourMutation {
    Absent,
    Wrong,
    Fewer,
    More,
    Same,
    Swapped,
    Several,
    Wider,
    Taller,
    Inverted,
    Never,
    Always,
    Immediate,
    Deferred,
    Lost,
    Stuck,
    Silent,
    Once,
    Garbled,
    Posted,
    Ignored,
    Instant,
    Refused,
    Other,
    Upper,
    One,
    Ending,
    Media,
    Disguised,
    Turned,
    Text,
    Hollow,
    Twice,
    Put,
    Stranger,
    Encoded,
}

impl BehaviourMutation {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Wrong => "wrong",
            Self::Fewer => "fewer",
            Self::More => "more",
            Self::Same => "same",
            Self::Swapped => "swapped",
            Self::Several => "several",
            Self::Wider => "wider",
            Self::Taller => "taller",
            Self::Inverted => "inverted",
            Self::Never => "never",
            Self::Always => "always",
            Self::Immediate => "immediate",
            Self::Deferred => "deferred",
            Self::Lost => "lost",
            Self::Stuck => "stuck",
            Self::Silent => "silent",
            Self::Once => "once",
            Self::Garbled => "garbled",
            Self::Posted => "posted",
            Self::Ignored => "ignored",
            Self::Instant => "instant",
            Self::Refused => "refused",
            Self::Other => "other",
            Self::Upper => "upper",
            Self::One => "one",
            Self::Ending => "ending",
            Self::Media => "media",
            Self::Disguised => "disguised",
            Self::Turned => "turned",
            Self::Text => "text",
            Self::Hollow => "hollow",
            Self::Twice => "twice",
            Self::Put => "put",
            Self::Stranger => "stranger",
            Self::Encoded => "encoded",
        }
    }
}

/// The ways to break a behaviour, each with what the mock then does.
pub(super) fn mutations(kind: &Kind) -> Vec<(BehaviourMutation, String)> {
    match kind {
        Kind::Echo { parameter, field } => fields::echo_mutations(parameter, field),
        Kind::Count { parameter } => fields::count_mutations(parameter),
        Kind::Distinct { fields, .. } => fields::distinct_mutations(fields),
        Kind::Flag { parameter, field } => fields::flag_mutations(parameter, field),
        Kind::Default { parameter } => fields::default_mutations(parameter),
        Kind::Select { parameter, .. } => files::select_mutations(parameter),
        Kind::Container { parameter, .. } => files::container_mutations(parameter),
        Kind::Size { width, height } => files::size_mutations(width, height),
        Kind::Measure { parameter, .. } => files::measure_mutations(parameter),
        Kind::Quality { parameter, .. } => files::quality_mutations(parameter),
        Kind::Lifetime { parameter, .. } => files::lifetime_mutations(parameter),
        Kind::Delivery { immediate, deferred, .. } => delivery::delivery_mutations(immediate, deferred),
        Kind::Webhook { .. } => delivery::webhook_mutations(),
        Kind::Upload { .. } => delivery::upload_mutations(),
    }
}

/// A behaviour that is broken in one way.
#[derive(Debug)]
pub(super) struct MutatedBehaviour {
    kind: Kind,
    mutation: BehaviourMutation,
    /// The place of the behaviour in the model, and that of the way among its ways.
    place: (usize, usize),
    /// The parameter that the behaviour is about.
    parameter: Option<Schema>,
    /// The field of results that it is about.
    field: Option<Schema>,
}

/// Brings mutations into the order of the catalogue, whatever the order in which they were asked for. Where a field or
/// a count can be wrong in one way only, the first way wins; elsewhere the last one does.
pub(super) fn order(mutations: &mut Vec<MutatedBehaviour>) {
    mutations.sort_by_key(|mutation| mutation.place);
    mutations.dedup_by(|later, earlier| {
        later.place.0 == earlier.place.0 && matches!(later.kind, Kind::Echo { .. } | Kind::Count { .. })
    });
}

impl MutatedBehaviour {
    /// Breaks the behaviour at that place of the model.
    pub(super) fn new(model: &Model, place: usize, mutation: BehaviourMutation) -> Option<Self> {
        let kind = model.behaviours.get(place)?.kind.clone();
        let way = mutations(&kind).iter().position(|(known, _)| *known == mutation)?;
        let parameter = kind.parameters().first().and_then(|path| model.task.at(path)).cloned();
        let field = kind.fields().first().and_then(|name| model.result.as_ref()?.property(name));
        let field = field.map(|property| property.schema.clone());
        Some(Self { kind, mutation, place: (place, way), parameter, field })
    }

    pub(super) fn on_defaults(&self, defaults: &mut Defaults) {
        if let (Kind::Default { parameter }, Some(schema)) = (&self.kind, &self.parameter) {
            fields::on_defaults(parameter, schema, defaults);
        }
    }

    pub(super) fn on_violations(&self, view: TaskView<'_>, violations: &mut Vec<Violation>) {
        if let (Kind::Lifetime { parameter, only }, BehaviourMutation::Refused) = (&self.kind, self.mutation)
        {
            let constraint = self.parameter.as_ref().and_then(|schema| schema.constraints.first());
            violations.extend(
                constraint
                    .and_then(|constraint| files::refused_lifetime(view, parameter, only, &constraint.id)),
            );
        }
    }

    pub(super) fn on_plan(&self, view: TaskView<'_>, plan: &mut Plan) {
        match &self.kind {
            Kind::Count { .. } => fields::on_count(self.mutation, plan),
            Kind::Flag { field, .. } => fields::on_flag(self.mutation, field, plan),
            Kind::Select { fields, .. } => files::on_select(self.mutation, fields, plan),
            Kind::Container { .. } => files::on_container(self.mutation, plan),
            Kind::Size { .. } => files::on_size(self.mutation, plan),
            Kind::Measure { measure, .. } => files::on_measure(*measure, plan),
            Kind::Quality { .. } => files::on_quality(plan),
            Kind::Lifetime { .. } => files::on_lifetime(self.mutation, plan),
            Kind::Delivery { parameter, immediate, .. } => {
                delivery::on_plan(self.mutation, view.text(parameter) == Some(immediate.as_str()), plan);
            }
            Kind::Echo { .. }
            | Kind::Distinct { .. }
            | Kind::Webhook { .. }
            | Kind::Upload { .. }
            | Kind::Default { .. } => {}
        }
    }

    /// `stranger` makes an identifier that no task has.
    pub(super) fn on_results(&self, stranger: &dyn Fn() -> String, items: &mut [Item]) {
        match (&self.kind, &self.field) {
            (Kind::Echo { field, .. }, Some(schema)) => {
                for item in items {
                    fields::on_echo(self.mutation, field, schema, stranger, item);
                }
            }
            (Kind::Distinct { fields, .. }, _) => {
                for field in fields {
                    fields::repeat(field, items);
                }
            }
            (Kind::Flag { field, .. }, _) if self.mutation == BehaviourMutation::Text => {
                for item in items {
                    fields::spell(field, item);
                }
            }
            _ => {}
        }
    }

    pub(super) fn on_execution(&self, stranger: &str, execution: &mut Execution) {
        match &self.kind {
            Kind::Delivery { .. } => delivery::on_kept(self.mutation, execution),
            Kind::Webhook { .. } => delivery::on_webhook(self.mutation, stranger, &mut execution.deliveries),
            Kind::Upload { .. } => delivery::on_upload(self.mutation, &mut execution.deliveries),
            Kind::Echo { .. }
            | Kind::Count { .. }
            | Kind::Distinct { .. }
            | Kind::Select { .. }
            | Kind::Container { .. }
            | Kind::Size { .. }
            | Kind::Measure { .. }
            | Kind::Quality { .. }
            | Kind::Flag { .. }
            | Kind::Lifetime { .. }
            | Kind::Default { .. } => {}
        }
    }

    pub(super) fn on_poll(&self, result: Option<&Schema>, items: &mut [Item]) {
        if matches!(self.kind, Kind::Delivery { .. }) && self.mutation == BehaviourMutation::Hollow {
            delivery::on_poll(result, items);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutations_apply_in_the_order_of_the_catalogue_and_a_count_is_wrong_in_one_way() {
        let mutation = |kind: &Kind, place, way| {
            let (mutation, _) = mutations(kind).swap_remove(way);
            MutatedBehaviour {
                kind: kind.clone(),
                mutation,
                place: (place, way),
                parameter: None,
                field: None,
            }
        };
        let count = Kind::Count { parameter: "n".to_owned() };
        let size = Kind::Size { width: "w".to_owned(), height: "h".to_owned() };
        let mut mutations = vec![
            mutation(&size, 1, 2),
            mutation(&count, 0, 2),
            mutation(&size, 1, 0),
            mutation(&count, 0, 1),
        ];
        order(&mut mutations);
        let ways: Vec<BehaviourMutation> = mutations.iter().map(|mutated| mutated.mutation).collect();
        assert_eq!(ways, [BehaviourMutation::More, BehaviourMutation::Wider, BehaviourMutation::Turned]);
    }
}
