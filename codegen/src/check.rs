//! The checks of a module: a function for every schema, in it a chain of one call for every constraint.
//!
//! Checks are emitted once, over the runtime's `Node`, for structs and JSON alike. A constraint's call is in the
//! module of its keyword, under the name that the keyword has in the spec and in the runtime.

mod additional_properties;
mod all_of;
mod any_of;
mod area;
mod const_;
mod contains;
mod dependent_required;
mod dependent_schemas;
mod enum_;
mod exclusive_maximum;
mod exclusive_minimum;
mod false_;
mod format;
mod if_;
mod image;
mod max_items;
mod max_length;
mod maximum;
mod min_items;
mod min_length;
mod minimum;
mod multiple_of;
mod not;
mod one_of;
mod pattern;
mod pattern_properties;
mod prefix_items;
mod property_names;
mod ratio;
mod required;
mod type_;
mod unevaluated_properties;
pub(crate) mod unique;
mod unique_items;

use crate::imports::{imports, used};
use crate::names::{Scope, snake};
use crate::plan::{Plan, Shape};
use airspec_spec::{Constraint, Model, Property, Rule, Schema};
use proc_macro2::{Delimiter, Ident, Literal, TokenStream, TokenTree};
use quote::quote;
use std::collections::BTreeMap;

/// The function that checks the task's members, by which the request reaches the checks.
const TASK_MEMBERS: &str = "task_members";

/// Names that no further function may have: that one's, and those of arguments, which would hide it.
const RESERVED: &str = "task_members value members";

/// What the module may use of the runtime.
const RUNTIME: &[(&str, &[&str])] = &[
    (
        "check",
        &["CONDITION", "Check", "Class", "Expression", "Kinds", "Measure", "Members", "Part", "Pattern"],
    ),
    ("decimal", &["Decimal", "Range"]),
    ("format", &["Format"]),
    ("literal", &["Literal"]),
    ("node", &["Object"]),
    ("", &["Constraint", "Sink"]),
];

/// The items of the module of checks.
pub(crate) fn items(model: &Model, plan: &Plan<'_>) -> TokenStream {
    let scope = Scope::with(RESERVED);
    let mut emitter = Emitter { plan, functions: Vec::new(), patterns: Vec::new(), scope };
    emitter.task(&model.task);
    let (patterns, functions) = (emitter.patterns(), &emitter.functions);
    let items = quote!(#patterns #(#functions)*);
    let imports = imports(&used(items.clone()), RUNTIME);
    quote!(use super::constraints; #imports #items)
}

/// The features of the runtime that only some checks need: the name in [`RUNTIME`], and the feature that has it.
const OPTIONAL: [(&str, &str); 2] = [("Expression", "patterns"), ("Measure", "image-limits")];

/// The features of the runtime that a model's checks need.
pub(crate) fn features(model: &Model, plan: &Plan<'_>) -> Vec<&'static str> {
    let used = used(items(model, plan));
    OPTIONAL.iter().filter(|(name, _)| used.contains(*name)).map(|(_, feature)| *feature).collect()
}

/// The calls of a module, each by the name of the constraint that it checks.
pub(crate) fn calls(items: TokenStream) -> BTreeMap<String, TokenStream> {
    let mut calls = BTreeMap::new();
    collect_calls(items, &mut calls);
    calls
}

fn collect_calls(tokens: TokenStream, calls: &mut BTreeMap<String, TokenStream>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        if let Some(TokenTree::Ident(method)) = index.checked_sub(1).map(|before| &tokens[before])
            && group.delimiter() == Delimiter::Parenthesis
            && let Some(constraint) = reference(group.stream())
        {
            calls.insert(constraint, quote!(.#method #group));
        }
        collect_calls(group.stream(), calls);
    }
}

/// The constraint that an argument names.
fn reference(arguments: TokenStream) -> Option<String> {
    let mut rest = arguments.into_iter().skip_while(|token| token.to_string() != "constraints");
    rest.nth(3).map(|name| name.to_string())
}

/// Emits the checks of schemas.
struct Emitter<'p, 'm> {
    plan: &'p Plan<'m>,
    functions: Vec<TokenStream>,
    /// The patterns that have a static, by its number.
    patterns: Vec<String>,
    scope: Scope,
}

/// Where a check stands: at a parameter, with the type that holds its values; inside a consequence, whose parts are
/// reported as the rule that holds it; or inside a condition that reports to nobody.
#[derive(Clone, Copy)]
enum Role<'s> {
    Parameter(Option<&'s Shape>),
    Consequence,
    Condition,
}

impl<'m> Emitter<'_, 'm> {
    /// The functions of the task: one for a value of any kind, and one for an object, by which a struct is checked
    /// without a detour.
    fn task(&mut self, schema: &'m Schema) {
        let ident = self.scope.mint(&["task".to_owned()]);
        let shape = Shape::Struct(self.plan.structs.len() - 1);
        let role = Role::Parameter(Some(&shape));
        let members = self.members(schema, role);
        let (kind, rules) = self.rules(schema, role);
        let members_ident = quote::format_ident!("{TASK_MEMBERS}");
        let rules = (!rules.is_empty()).then(|| quote!(.value() #rules));
        let chain = quote!(#members #rules);
        let body = if chain.is_empty() { quote!(let _ = members;) } else { quote!(members #chain;) };
        self.functions.push(quote! {
            #[inline]
            pub(super) fn #members_ident<O: Object + ?Sized, S: Sink>(members: Members<'_, O, S>) { #body }

            #[inline]
            pub(super) fn #ident<S: Sink>(value: Check<'_, S>) { value #kind.members(|members| #members_ident(members)); }
        });
    }

    /// The function of a parameter's schema; none where it demands nothing.
    fn function(&mut self, schema: &'m Schema, shape: Option<&Shape>) -> Option<Ident> {
        let ident = self.scope.mint(&[snake(&schema.path)]);
        let chain = self.chain(schema, Role::Parameter(shape));
        if chain.is_empty() {
            return None;
        }
        self.functions.push(quote!(#[inline] fn #ident<S: Sink>(value: Check<'_, S>) { value #chain; }));
        Some(ident)
    }

    /// A schema as a function that reports to a probe.
    fn condition(&mut self, schema: &'m Schema) -> TokenStream {
        closure(&self.chain(schema, Role::Condition))
    }

    /// What a rule demands, as a function that reports its parts; within a condition, which reports nothing, the same.
    fn consequence(&mut self, schema: &'m Schema, role: Role<'_>) -> TokenStream {
        let role = match role {
            Role::Parameter(_) | Role::Consequence => Role::Consequence,
            Role::Condition => Role::Condition,
        };
        closure(&self.chain(schema, role))
    }

    /// A schema that may be left out, as a function that may be.
    fn optional_condition(&mut self, schema: Option<&'m Schema>) -> TokenStream {
        match schema.map(|schema| self.condition(schema)) {
            Some(condition) => quote!(Some(#condition)),
            None => quote!(None),
        }
    }

    /// The calls that check a value: its type, its members, what else it must be, its items.
    fn chain(&mut self, schema: &'m Schema, role: Role<'_>) -> TokenStream {
        let members = self.members(schema, role);
        let members = (!members.is_empty()).then(|| quote!(.members(|members| { members #members; })));
        let (kind, rules) = self.rules(schema, role);
        let items = self.items(schema, role);
        quote!(#kind #members #rules #items)
    }

    /// The calls of what the value itself must be: of its type, and of all else.
    fn rules(&mut self, schema: &'m Schema, role: Role<'_>) -> (TokenStream, TokenStream) {
        let (mut kind, mut rules) = (TokenStream::new(), TokenStream::new());
        for constraint in &schema.constraints {
            let call = self.call(&constraint.rule, &self.reference(constraint, role), role);
            if matches!(constraint.rule, Rule::Type(_)) { &mut kind } else { &mut rules }.extend(call);
        }
        (kind, rules)
    }

    /// The static that a check reports.
    fn reference(&self, constraint: &Constraint, role: Role<'_>) -> TokenStream {
        match role {
            Role::Condition => quote!(&CONDITION),
            // The rule within the consequence has parts that say more.
            Role::Consequence if constraint.rule.has_consequences() => quote!(&CONDITION),
            Role::Consequence => {
                let expected = &constraint.expected;
                quote!(&const { Constraint::demand(#expected) })
            }
            Role::Parameter(_) => {
                let ident = self.plan.constraint(constraint);
                quote!(&constraints::#ident)
            }
        }
    }

    /// The call that checks one constraint on a value; none for those that are calls on something else.
    fn call(&mut self, rule: &'m Rule, constraint: &TokenStream, role: Role<'_>) -> TokenStream {
        match rule {
            Rule::Type(kinds) => type_::call(*kinds, constraint),
            Rule::Const(value) => const_::call(value, constraint),
            Rule::Enum(list) => enum_::call(list.values.iter().map(|one| &one.value), constraint),
            Rule::False => false_::call(constraint),
            Rule::Minimum(bound) => minimum::call(bound, constraint),
            Rule::Maximum(bound) => maximum::call(bound, constraint),
            Rule::ExclusiveMinimum(bound) => exclusive_minimum::call(bound, constraint),
            Rule::ExclusiveMaximum(bound) => exclusive_maximum::call(bound, constraint),
            Rule::MultipleOf(step) => multiple_of::call(step, constraint),
            Rule::MinLength(count) => min_length::call(*count, constraint),
            Rule::MaxLength(count) => max_length::call(*count, constraint),
            Rule::Format(format) => format::call(*format, constraint),
            Rule::Pattern(pattern) => self.pattern(pattern, constraint),
            Rule::MinItems(count) => min_items::call(*count, constraint),
            Rule::MaxItems(count) => max_items::call(*count, constraint),
            Rule::UniqueItems => unique_items::call(constraint),
            Rule::DependentRequired(rule) => dependent_required::call(rule, constraint, role),
            Rule::DependentSchemas(branches) => self.dependent_schemas(branches, constraint, role),
            Rule::AllOf(schema) => self.all_of(schema, constraint, role),
            Rule::AnyOf(branches) => self.any_of(branches, constraint),
            Rule::OneOf(branches) => self.one_of(branches, constraint),
            Rule::Not(schema) => self.not(schema, rule.excluded(), constraint),
            Rule::If(rule) => self.if_(rule, constraint, role),
            Rule::Contains(schema) => self.contains(schema, constraint),
            Rule::PrefixItems(rule) => self.prefix_items(rule, constraint),
            Rule::PatternProperties(rule) => self.pattern_properties(rule, constraint),
            Rule::UnevaluatedProperties(known) => self.unevaluated_properties(known, constraint),
            Rule::PropertyNames(schema) => self.property_names(schema, constraint),
            Rule::Area(relation) => area::call(relation, constraint),
            Rule::Ratio(relation) => ratio::call(relation, constraint),
            Rule::Image(range) => image::call(range, constraint),
            Rule::Required | Rule::AdditionalProperties(_) | Rule::Unique => TokenStream::new(),
        }
    }

    /// The calls that check the members of an object.
    fn members(&mut self, schema: &'m Schema, role: Role<'_>) -> TokenStream {
        let names = self.declared(schema, role);
        let is_closed = |one: &&Constraint| matches!(one.rule, Rule::AdditionalProperties(_));
        let mut calls = match schema.constraints.iter().find(is_closed) {
            Some(closed) => additional_properties::call(&names, &self.reference(closed, role)),
            None => TokenStream::new(),
        };
        for (place, property) in schema.properties.iter().enumerate() {
            calls.extend(match role {
                Role::Parameter(shape) => self.member(place, property, shape),
                Role::Consequence => self.demanded_member(property),
                Role::Condition => self.condition_on_member(property),
            });
        }
        if let Some(additional) = &schema.additional
            && let Some(check) = self.check(additional, role, None)
        {
            calls.extend(quote!(.others(#names, #check)));
        }
        calls
    }

    /// The names that an object declares.
    fn declared(&self, schema: &Schema, role: Role<'_>) -> TokenStream {
        let is_whole = schema.properties.iter().all(|property| property.declared);
        if let (Role::Parameter(Some(Shape::Struct(place))), true) = (role, is_whole) {
            let ident = &self.plan.structs[*place].ident;
            return quote!(super::#ident::NAMES);
        }
        let declared = schema.properties.iter().filter(|property| property.declared);
        let names = declared.map(|property| &property.name);
        quote!(&[#(#names),*])
    }

    fn member(&mut self, place: usize, property: &'m Property, shape: Option<&Shape>) -> TokenStream {
        let field = match shape {
            Some(Shape::Struct(index)) => {
                self.plan.structs[*index].fields.get(place).map(|field| &field.shape)
            }
            _ => None,
        };
        let (name, place) = (&property.name, Literal::usize_unsuffixed(place));
        let check = self.function(&property.schema, field);
        match (&property.required, check) {
            (Some(constraint), check) => {
                let check = check.map_or_else(|| quote!(|_| {}), |check| quote!(#check));
                let constraint = self.reference(constraint, Role::Parameter(None));
                required::call(&quote!(#place, #name), &constraint, &check)
            }
            (None, Some(check)) => quote!(.optional(#place, #name, #check)),
            (None, None) => TokenStream::new(),
        }
    }

    fn demanded_member(&mut self, property: &'m Property) -> TokenStream {
        let name = &property.name;
        let chain = self.chain(&property.schema, Role::Consequence);
        let check = closure(&chain);
        match &property.required {
            Some(constraint) => {
                required::demanded(name, &self.reference(constraint, Role::Consequence), &check)
            }
            None if chain.is_empty() => TokenStream::new(),
            None => quote!(.member(#name, #check)),
        }
    }

    fn condition_on_member(&mut self, property: &'m Property) -> TokenStream {
        let name = &property.name;
        let chain = self.chain(&property.schema, Role::Condition);
        match (&property.required, chain.is_empty()) {
            (Some(_), _) => required::condition(name, &closure(&chain)),
            (None, false) => {
                let check = closure(&chain);
                quote!(.if_given(#name, #check))
            }
            (None, true) => TokenStream::new(),
        }
    }

    fn items(&mut self, schema: &'m Schema, role: Role<'_>) -> TokenStream {
        let item = match role {
            Role::Parameter(Some(Shape::List(item))) => Some(item.as_ref()),
            _ => None,
        };
        let check = schema.items.as_deref().and_then(|items| self.check(items, role, item));
        check.map(|check| quote!(.items(#check))).unwrap_or_default()
    }

    /// The function of a schema within another: one of its own at a parameter, a closure in a condition.
    fn check(&mut self, schema: &'m Schema, role: Role<'_>, shape: Option<&Shape>) -> Option<TokenStream> {
        match role {
            Role::Parameter(_) => self.function(schema, shape).map(|function| quote!(#function)),
            Role::Consequence | Role::Condition => {
                let chain = self.chain(schema, role);
                (!chain.is_empty()).then(|| closure(&chain))
            }
        }
    }
}

/// A chain of calls as a function.
fn closure(chain: &TokenStream) -> TokenStream {
    if chain.is_empty() { quote!(|_| {}) } else { quote!(|value| { value #chain; }) }
}
