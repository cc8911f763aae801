//! `dependentSchemas`: where one member is present, a schema holds for the object.

use super::if_::consequence::{self, Subject};
use super::{Keyword, Scope, mention, minimal, samples};
use crate::document::{Diagnostic, Member, text};
use crate::model::{self, JsonPointer, ParameterPath, Rule, Schema, Witness};
use serde_json::{Map, Value};

pub(super) struct DependentSchemas<'a>(pub(super) &'a [model::DependentSchema]);

/// Without a trigger it states nothing.
pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let mut branches = Vec::new();
    for Member { key, value, .. } in member.value.members()? {
        if text::is_long(&key) {
            let (message, help) = text::long_name(&key);
            return Err(value.error(message, help));
        }
        let place = format!("{}{}", member.key, JsonPointer::default().join(&key));
        let schema = scope.condition(value, &place);
        branches.push(model::DependentSchema { trigger: key, schema });
    }
    Ok(if branches.is_empty() { Vec::new() } else { vec![Rule::DependentSchemas(branches)] })
}

impl<'a> Keyword<'a> for DependentSchemas<'a> {
    fn name(&self) -> &'static str {
        "dependentSchemas"
    }

    fn rank(&self) -> u8 {
        12
    }

    fn sentence(&self) -> String {
        consequence::of_dependent(self.0, &Subject::default())
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn children(&self) -> Vec<&'a Schema> {
        self.0.iter().map(|one| &one.schema).collect()
    }

    fn parameters(&self) -> Vec<String> {
        let mut names = Vec::new();
        for one in self.0 {
            names.push(one.trigger.clone());
            mention(&one.schema, &ParameterPath::task(), &mut names);
        }
        names
    }

    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        self.0.iter().flat_map(|one| around(one, schema)).collect()
    }
}

/// Objects with the trigger, with and without the members that its schema speaks of. Where the members are declared by
/// an alternative, objects of that alternative.
fn around(one: &model::DependentSchema, schema: &Schema) -> Vec<Witness> {
    let alternatives = schema.rules().flat_map(Rule::children);
    let declares = |holder: &&Schema| holder.declares(&one.trigger);
    let Some(holder) = std::iter::once(schema).chain(alternatives).find(declares) else { return Vec::new() };
    let with = |object: &Map<String, Value>, name: &str| {
        let value = samples(&holder.property(name)?.schema).into_iter().next()?;
        let mut object = object.clone();
        object.insert(name.to_owned(), value);
        Some(object)
    };
    let without = minimal(holder);
    let Some(given) = with(&without, &one.trigger) else { return Vec::new() };
    let mut names = Vec::new();
    mention(&one.schema, &ParameterPath::task(), &mut names);
    let mut objects = vec![(without, format!("without `{}`", one.trigger))];
    for name in &names {
        objects.extend(
            with(&given, name).map(|object| (object, format!("with `{}` and `{name}`", one.trigger))),
        );
        let mut lacking = given.clone();
        if lacking.remove(name).is_some() {
            objects.push((lacking, format!("with `{}` and without `{name}`", one.trigger)));
        }
    }
    objects.push((given, format!("with `{}`", one.trigger)));
    let both = |(object, about): (Map<String, Value>, String)| {
        [Witness::accept(object.clone(), about.clone()), Witness::reject(object, about)]
    };
    objects.into_iter().flat_map(both).collect()
}
