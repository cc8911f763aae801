//! Two schemas side by side: every difference, and whether it lets fewer or more values through.

use super::facts::Facts;
use super::facts::having;
use super::{Action, Change, Effect, Party, Subject, prove, same, words};
use crate::document::text;
use crate::model::{Constraint, Property, Rule, Schema};

/// The differences between two schemas of a subject.
pub(super) fn changes(subject: Subject, old: &Schema, new: &Schema) -> Vec<Change> {
    let known = Both { old: Facts::of(old), new: Facts::of(new) };
    let mut walk = Walk { subject, changes: Vec::new(), whole: &known, trail: Vec::new() };
    walk.schemas(old, new, &known);
    let mut changes = walk.changes;
    // What looks like a loss in its place may be none in the whole.
    let (from, to) = if subject.party() == Party::Senders { (&known.old, new) } else { (&known.new, old) };
    let is_broken = changes.iter().any(|change| change.effect == Effect::Breaking);
    if is_broken && prove::entails(from, to) {
        for change in changes.iter_mut().filter(|change| change.effect == Effect::Breaking) {
            change.effect = Effect::Compatible;
            change.sentence.push_str(", which other rules already required");
        }
    }
    changes
}

struct Walk<'w> {
    subject: Subject,
    changes: Vec<Change>,
    /// What is known of the whole value: rules far above may say more of a part than its own schema.
    whole: &'w Both<'w>,
    /// The way from the whole to the part that is looked at.
    trail: Vec<Step>,
}

/// A step into a value.
#[derive(Clone)]
pub(super) enum Step {
    Member(String),
    Item,
    /// A member that no schema declares, that no rule above mentions.
    Stranger,
}

/// A demand on the part where a trail leads, as one on the whole.
pub(super) fn lifted(trail: &[Step], demand: Schema) -> Option<Schema> {
    trail.iter().rev().try_fold(demand, |schema, step| match step {
        Step::Member(name) => Some(Schema {
            properties: vec![Property { name: name.clone(), declared: true, required: None, schema }],
            ..Schema::default()
        }),
        Step::Item => Some(Schema { items: Some(Box::new(schema)), ..Schema::default() }),
        Step::Stranger => None,
    })
}

/// What is known of a value by the old spec and by the new one.
struct Both<'a> {
    old: Facts<'a>,
    new: Facts<'a>,
}

/// Whether a difference lets fewer values through, and whether it lets more through.
#[derive(Clone, Copy)]
struct Reach {
    narrows: bool,
    widens: bool,
}

impl Walk<'_> {
    /// Whether all that the old spec lets through meets a demand on the part that is looked at.
    fn held(&self, demand: Schema) -> bool {
        self.follows(&self.whole.old, demand)
    }

    /// The same of the new spec.
    fn holds(&self, demand: Schema) -> bool {
        self.follows(&self.whole.new, demand)
    }

    fn follows(&self, whole: &Facts<'_>, demand: Schema) -> bool {
        lifted(&self.trail, demand).is_some_and(|demand| prove::entails(whole, &demand))
    }

    fn effect(&self, reach: Reach) -> Effect {
        self.subject.effect(reach.narrows, reach.widens)
    }

    fn add(
        &mut self,
        path: &str,
        constraint: Option<&Constraint>,
        action: Action,
        effect: Effect,
        sentence: String,
    ) {
        self.changes.push(Change {
            subject: self.subject,
            path: path.into(),
            constraint: constraint.map(|constraint| constraint.id.to_string()),
            action,
            effect,
            sentence,
        });
    }

    fn schemas(&mut self, old: &Schema, new: &Schema, known: &Both<'_>) {
        let (before, after) = (known.old.profile().kinds, known.new.profile().kinds);
        let is_another_type = before & after == 0 && before != 0 && after != 0;
        self.rules(old, new, known, is_another_type);
        if !is_another_type {
            self.members(old, new, known);
            self.trail.push(Step::Item);
            self.below(old.items.as_deref(), new.items.as_deref(), known.old.items(), known.new.items());
            self.trail.pop();
            if let (Some(before), Some(after)) = (known.old.stranger(), known.new.stranger()) {
                self.trail.push(Step::Stranger);
                self.below(old.additional.as_deref(), new.additional.as_deref(), before, after);
                self.trail.pop();
            }
        }
        words::of_schema(self.subject, old, new, &mut self.changes);
    }

    /// The schemas of items or of members that are not declared; what is not given demands nothing.
    fn below<'a>(
        &mut self,
        old: Option<&'a Schema>,
        new: Option<&'a Schema>,
        before: Facts<'a>,
        after: Facts<'a>,
    ) {
        let Some(path) = new.or(old).map(|schema| schema.path.clone()) else { return };
        let free = Schema { path, ..Schema::default() };
        self.schemas(old.unwrap_or(&free), new.unwrap_or(&free), &Both { old: before, new: after });
    }

    fn rules(&mut self, old: &Schema, new: &Schema, known: &Both<'_>, is_another_type: bool) {
        let mut gone: Vec<&Constraint> = old.constraints.iter().collect();
        let mut fresh = Vec::new();
        for constraint in &new.constraints {
            match gone.iter().position(|before| same::rule(&before.rule, &constraint.rule)) {
                Some(index) => drop(gone.remove(index)),
                None => fresh.push(constraint),
            }
        }
        for after in fresh {
            let before =
                gone.iter().position(|before| slot(before) == slot(after)).map(|index| gone.remove(index));
            if is_another_type && !matches!(after.rule, Rule::Type(_)) {
                continue;
            }
            match before {
                // Each accepted name is reported separately.
                Some(before) if matches!(before.rule, Rule::AdditionalProperties(_)) => {}
                Some(before) => {
                    let reach = Reach {
                        narrows: !prove::keeps(&known.old, &after.rule) && !self.held(only(after)),
                        widens: !prove::keeps(&known.new, &before.rule) && !self.holds(only(before)),
                    };
                    let sentence = words::changed(before, after);
                    self.add(&new.path, Some(after), Action::Changed, self.effect(reach), sentence);
                }
                None => {
                    let narrows = !prove::keeps(&known.old, &after.rule) && !self.held(only(after));
                    let reach = Reach { narrows, widens: false };
                    let sentence = format!("{} (a new rule)", after.expected);
                    self.add(&new.path, Some(after), Action::Added, self.effect(reach), sentence);
                }
            }
        }
        for before in gone {
            if is_another_type && !matches!(before.rule, Rule::Type(_)) {
                continue;
            }
            let widens = !prove::keeps(&known.new, &before.rule) && !self.holds(only(before));
            let reach = Reach { narrows: false, widens };
            let sentence = words::no_longer(&before.expected);
            self.add(&old.path, Some(before), Action::Removed, self.effect(reach), sentence);
        }
    }

    fn members(&mut self, old: &Schema, new: &Schema, known: &Both<'_>) {
        for after in &new.properties {
            match old.property(&after.name) {
                Some(before) => {
                    self.required(Some(before), Some(after), known);
                    match (before.declared, after.declared) {
                        (true, false) => self.removed(before, old, new, known),
                        (false, true) => self.added(after, known),
                        _ => self.member(before, after, known),
                    }
                }
                None if after.declared => self.added(after, known),
                None => self.required(None, Some(after), known),
            }
        }
        for before in old.properties.iter().filter(|before| new.property(&before.name).is_none()) {
            if before.declared {
                self.removed(before, old, new, known);
            } else {
                self.required(Some(before), None, known);
            }
        }
    }

    fn member(&mut self, before: &Property, after: &Property, known: &Both<'_>) {
        if let (Some(old), Some(new)) = (known.old.property(&after.name), known.new.property(&after.name)) {
            self.trail.push(Step::Member(after.name.clone()));
            self.schemas(&before.schema, &after.schema, &Both { old, new });
            self.trail.pop();
        }
    }

    /// Whether a member must be there.
    fn required(&mut self, before: Option<&Property>, after: Option<&Property>, known: &Both<'_>) {
        let constraint =
            |property: Option<&Property>| property.and_then(|property| property.required.clone());
        match (constraint(before), constraint(after)) {
            (None, Some(now)) => {
                let name = now.member.clone().unwrap_or_default();
                let narrows = !prove::has(&known.old, &name) && !self.held(having(&name));
                let reach = Reach { narrows, widens: false };
                self.add(
                    &now.parameter,
                    Some(&now),
                    Action::Added,
                    self.effect(reach),
                    "is now required".to_owned(),
                );
            }
            (Some(then), None) => {
                let name = then.member.clone().unwrap_or_default();
                let widens = !prove::has(&known.new, &name) && !self.holds(having(&name));
                let reach = Reach { narrows: false, widens };
                let sentence = "is no longer required".to_owned();
                self.add(&then.parameter, Some(&then), Action::Removed, self.effect(reach), sentence);
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    /// A member that is declared now. Where the name was free before, values may have stood under it.
    fn added(&mut self, after: &Property, known: &Both<'_>) {
        let name = &after.name;
        let was_absent = prove::lacks(&known.old, name);
        let fits = was_absent
            || known.old.property(name).is_none_or(|member| prove::entails(&member, &after.schema));
        let is_demanded = after.required.is_some() && !prove::has(&known.old, name);
        let reach =
            Reach { narrows: !fits || is_demanded, widens: was_absent && !prove::lacks(&known.new, name) };
        let kind = if after.required.is_some() { "required" } else { "optional" };
        let free = if fits { "" } else { "; any value was accepted under this name before" };
        let sentence = format!("is a new {kind} {}{free}", self.noun());
        let effect = self.effect(reach).max(Effect::Compatible);
        self.add(&after.schema.path, after.required.as_ref(), Action::Added, effect, sentence);
    }

    fn removed(&mut self, before: &Property, old: &Schema, new: &Schema, known: &Both<'_>) {
        let name = &before.name;
        let is_kept = match known.new.property(name) {
            None => false,
            Some(_) => new.additional.as_ref().is_none_or(|others| {
                known.old.property(name).is_none_or(|member| prove::entails(&member, others))
            }),
        };
        let reach = Reach {
            narrows: !is_kept && !prove::lacks(&known.old, name),
            // Readers relied on the member, and on what its values were.
            widens: before.required.is_some() || !before.schema.constraints.is_empty(),
        };
        let closed = new
            .constraints
            .iter()
            .find(|constraint| matches!(constraint.rule, Rule::AdditionalProperties(_)));
        let still = if is_kept && self.subject.party() == Party::Senders {
            format!(
                "; {} accepts undeclared members",
                if old.path.is_empty() { "the task" } else { "the object" }
            )
        } else {
            String::new()
        };
        let sentence = format!("is gone{still}");
        let effect = self.effect(reach).max(Effect::Compatible);
        self.add(&before.schema.path, closed, Action::Removed, effect, sentence);
    }

    fn noun(&self) -> &'static str {
        if self.subject.party() == Party::Senders { "parameter" } else { "field" }
    }
}

/// A schema of one constraint.
fn only(constraint: &Constraint) -> Schema {
    Schema { constraints: vec![constraint.clone()], ..Schema::default() }
}

/// Rules with the same slot are versions of one another.
fn slot(constraint: &Constraint) -> String {
    let rule = &constraint.rule;
    match rule {
        Rule::Minimum(_) | Rule::ExclusiveMinimum(_) => "lower end".to_owned(),
        Rule::Maximum(_) | Rule::ExclusiveMaximum(_) => "upper end".to_owned(),
        Rule::Const(_) | Rule::Enum(_) => "values".to_owned(),
        Rule::Area(relation) | Rule::Ratio(relation) => {
            let mut names = relation.parameters.clone();
            names.sort_unstable();
            format!("{} {}", rule.keyword(), names.join(" "))
        }
        Rule::Image(range) => format!("{} of an image", range.measure.word()),
        rule if rule.is_composite() => {
            format!("{} {}", rule.keyword(), text::list(&rule.parameters(), "and"))
        }
        rule => rule.keyword().to_owned(),
    }
}
