//! The checks of a module: a function for every schema, a call for every constraint.
//!
//! Checks are emitted once, over the runtime's `Node`, for structs and JSON alike. A constraint's call is in the
//! module of its rule, under the name that the rule has in the spec and in the runtime.

mod composite;
mod items;
mod literal;
mod pattern;
mod range;
mod relation;

use crate::names::{Scope, snake};
use crate::plan::{Plan, Shape};
use airspec::rule::{Format, Kinds, Rule};
use airspec::{Constraint, Model, Schema};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

/// What has been emitted so far.
#[derive(Debug)]
pub(crate) struct Checks {
    ids: Vec<String>,
    /// What runs each constraint, by id.
    calls: BTreeMap<String, TokenStream>,
    functions: Vec<TokenStream>,
    statics: Vec<TokenStream>,
    /// The patterns that have a static, by its number.
    patterns: Vec<String>,
    scope: Scope,
}

/// The function that checks the task's members, by which the request reaches the checks.
const TASK_MEMBERS: &str = "task_members";

/// Names that no further function may have: that one's, and those of arguments, which would hide it.
const RESERVED: &str = "task_members node at out object name";

impl Default for Checks {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            calls: BTreeMap::new(),
            functions: Vec::new(),
            statics: Vec::new(),
            patterns: Vec::new(),
            scope: Scope::with(RESERVED),
        }
    }
}

impl Checks {
    /// The code that runs a constraint.
    pub(crate) fn call(&self, id: &str) -> Option<&TokenStream> {
        self.calls.get(id)
    }

    /// The ids of the constraints that have a check.
    pub(crate) fn into_ids(self) -> Vec<String> {
        self.ids
    }
}

/// The module of checks.
pub(crate) fn module(model: &Model, plan: &Plan<'_>, checks: &mut Checks) -> TokenStream {
    let mut emitter = Emitter { plan, checks };
    emitter.function(&model.task, Some(&Shape::Struct(plan.structs.len() - 1)));
    // The uniqueness of a batch is checked by the runtime, which the task tells which member it is.
    if let Some(unique) = model.unique() {
        checks.ids.push(unique.id.to_string());
    }
    let (functions, statics) = (&checks.functions, &checks.statics);
    quote! {
        /// The checks, written once for structs and JSON.
        #[allow(clippy::all, clippy::pedantic, unused_imports, unused_variables)]
        mod rules {
            use super::constraints;
            use airspec_models::check::{self, CONDITION, Kinds, Literal, Pattern};
            use airspec_models::decimal::Decimal;
            use airspec_models::node::{Node, Object};
            use airspec_models::pointer::At;
            use airspec_models::Sink;

            #(#statics)*
            #(#functions)*
        }
    }
}

/// Emits the checks of schemas.
struct Emitter<'p, 'm> {
    plan: &'p Plan<'m>,
    checks: &'p mut Checks,
}

/// Where a check stands: at a parameter, or inside a condition that reports to nobody.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Parameter,
    Condition,
}

impl<'m> Emitter<'_, 'm> {
    /// The function of a parameter's schema; none where it demands nothing.
    fn function(&mut self, schema: &'m Schema, shape: Option<&Shape>) -> Option<Ident> {
        let name = if schema.path.is_empty() { "task".to_owned() } else { snake(&schema.path) };
        let ident = self.checks.scope.mint(&[name]);
        let body = self.body(schema, shape, Role::Parameter, Some(&ident));
        if body.is_empty() {
            return None;
        }
        self.checks.functions.push(quote! {
            #[inline]
            pub(super) fn #ident<S: Sink>(node: Node<'_>, at: &At<'_>, out: &mut S) { #body }
        });
        Some(ident)
    }

    /// The statements that check a value called `node`, at `at`, reporting to `out`.
    fn body(
        &mut self,
        schema: &'m Schema,
        shape: Option<&Shape>,
        role: Role,
        function: Option<&Ident>,
    ) -> TokenStream {
        let mut kind = None;
        let mut calls = Vec::new();
        for constraint in &schema.constraints {
            let reference = self.reference(constraint, role);
            match &constraint.rule {
                Rule::Type(kinds) => {
                    let kinds = kinds_tokens(*kinds);
                    let call = quote!(check::kind(node, at, out, #reference, #kinds));
                    self.record(constraint, role, &call);
                    kind = Some(call);
                }
                Rule::AdditionalProperties(_) | Rule::Unique | Rule::Required => {}
                rule => {
                    let call = self.call(rule, &reference);
                    self.record(constraint, role, &call);
                    calls.push(call);
                }
            }
        }
        let members = self.members(schema, shape, role, function, &calls);
        let rest = match members {
            Some(members) => members,
            None => quote!(#(#calls)*),
        };
        let items = self.items(schema, shape, role);
        let rest = quote!(#rest #items);
        match kind {
            Some(kind) if rest.is_empty() => quote!(#kind;),
            Some(kind) => quote!(if #kind { #rest }),
            None => rest,
        }
    }

    /// Keeps the code of a constraint for those who want to see it.
    fn record(&mut self, constraint: &Constraint, role: Role, call: &TokenStream) {
        if role == Role::Parameter {
            self.checks.calls.insert(constraint.id.to_string(), call.clone());
        }
    }

    /// The static that a check reports.
    fn reference(&mut self, constraint: &Constraint, role: Role) -> TokenStream {
        if role == Role::Condition {
            return quote!(&CONDITION);
        }
        if !matches!(constraint.rule, Rule::Unique) {
            self.checks.ids.push(constraint.id.to_string());
        }
        let ident = self.plan.constraint(constraint);
        quote!(&constraints::#ident)
    }

    /// The call that checks one constraint on a value.
    fn call(&mut self, rule: &'m Rule, reference: &TokenStream) -> TokenStream {
        let simple = |name: &str, argument: TokenStream| {
            let name = format_ident!("{name}");
            quote!(check::#name(node, at, out, #reference #argument);)
        };
        match rule {
            Rule::Const(value) => literal::call(std::iter::once(value), reference),
            Rule::Enum(values) => literal::call(values.values.iter().map(|one| &one.value), reference),
            Rule::False => simple("never", quote!()),
            Rule::Minimum(_) | Rule::Maximum(_) | Rule::ExclusiveMinimum(_) | Rule::ExclusiveMaximum(_) => {
                rule.bound().map(|bound| range::call(bound, reference)).unwrap_or_default()
            }
            Rule::MultipleOf(step) => {
                let step = range::decimal(step);
                simple("multiple_of", quote!(, #step))
            }
            Rule::MinLength(count)
            | Rule::MaxLength(count)
            | Rule::MinItems(count)
            | Rule::MaxItems(count) => {
                let count = Literal::u64_unsuffixed(*count);
                simple(&snake(rule.keyword()), quote!(, #count))
            }
            Rule::Format(Format::Uuid) => simple("uuid", quote!()),
            Rule::Format(Format::Uuid4) => simple("uuid4", quote!()),
            Rule::Format(Format::Uri) => simple("uri", quote!()),
            Rule::Pattern(pattern) => self.pattern(pattern, reference),
            Rule::Area(relation) | Rule::Ratio(relation) => relation::call(relation, reference),
            Rule::DependentRequired(dependent) => {
                let needs = dependent.needs.iter().map(|(trigger, needs)| quote!((#trigger, &[#(#needs),*])));
                simple("dependent", quote!(, &[#(#needs),*]))
            }
            Rule::AllOf(_)
            | Rule::AnyOf(_)
            | Rule::OneOf(_)
            | Rule::Not(_)
            | Rule::If(_)
            | Rule::Contains(_) => self.composite(rule, reference),
            Rule::Type(_) | Rule::Required | Rule::AdditionalProperties(_) | Rule::Unique => {
                TokenStream::new()
            }
        }
    }

    /// The checks of an object's members. At a parameter they get a function of their own, generic over the object,
    /// so that a struct is checked without a detour.
    fn members(
        &mut self,
        schema: &'m Schema,
        shape: Option<&Shape>,
        role: Role,
        function: Option<&Ident>,
        calls: &[TokenStream],
    ) -> Option<TokenStream> {
        let mut statements = Vec::new();
        let names =
            schema.properties.iter().filter(|property| property.declared).map(|property| &property.name);
        let names = quote!(&[#(#names),*]);
        if let Some(closed) = schema
            .constraints
            .iter()
            .find(|constraint| matches!(constraint.rule, Rule::AdditionalProperties(_)))
        {
            let reference = if role == Role::Condition {
                quote!(&CONDITION)
            } else {
                let ident = self.plan.constraint(closed);
                quote!(&constraints::#ident)
            };
            let call = quote!(check::closed(object, at, out, #reference, #names););
            self.record(closed, role, &call);
            statements.push(call);
        }
        for (index, property) in schema.properties.iter().enumerate() {
            statements.push(self.member(index, property, shape, role));
        }
        if let Some(additional) = &schema.additional {
            statements.push(self.additional(additional, &names, role));
        }
        let is_task = function.is_some_and(|function| function == "task");
        if !is_task && statements.iter().all(TokenStream::is_empty) {
            return None;
        }
        let Some(function) = function else {
            return Some(quote!(#(#calls)* if let Node::Object(object) = node { #(#statements)* }));
        };
        let name = if is_task {
            format_ident!("{TASK_MEMBERS}")
        } else {
            let function = function.to_string();
            self.checks.scope.mint(&[format!("{}_members", function.trim_end_matches('_'))])
        };
        let view = (!calls.is_empty()).then(|| quote!(let node = object.as_node();));
        self.checks.functions.push(quote! {
            #[inline]
            pub(super) fn #name<O: Object + ?Sized, S: Sink>(object: &O, at: &At<'_>, out: &mut S) {
                #(#statements)*
                #view
                #(#calls)*
            }
        });
        let otherwise =
            (!calls.is_empty() && schema.kinds() != Kinds::OBJECT).then(|| quote!(else { #(#calls)* }));
        Some(quote!(if let Node::Object(object) = node { #name(object, at, out); } #otherwise))
    }

    fn member(
        &mut self,
        index: usize,
        property: &'m airspec::Property,
        shape: Option<&Shape>,
        role: Role,
    ) -> TokenStream {
        let name = &property.name;
        let field = match shape {
            Some(Shape::Struct(place)) => {
                self.plan.structs[*place].fields.get(index).map(|field| &field.shape)
            }
            _ => None,
        };
        let member = match field {
            Some(_) => {
                let place = Literal::usize_unsuffixed(index);
                quote!(object.at(#place, #name))
            }
            None => quote!(object.get(#name)),
        };
        let found = match &property.required {
            Some(constraint) => {
                let reference = self.reference(constraint, role);
                let call = quote!(check::required(#member, at, out, #reference, #name));
                self.record(constraint, role, &call);
                call
            }
            None => member,
        };
        let inner = match role {
            Role::Parameter => self
                .function(&property.schema, field)
                .map(|function| quote!(#function(node, &at.key(#name), out);)),
            Role::Condition => {
                Some(self.body(&property.schema, None, role, None)).filter(|body| !body.is_empty())
            }
        };
        match inner {
            Some(inner) => quote!(if let Some(node) = #found { #inner }),
            None if property.required.is_some() => quote!(#found;),
            None => TokenStream::new(),
        }
    }

    fn additional(&mut self, schema: &'m Schema, names: &TokenStream, role: Role) -> TokenStream {
        let body = match role {
            Role::Parameter => {
                self.function(schema, None).map(|function| quote!(#function(node, &at.key(name), out);))
            }
            Role::Condition => Some(self.body(schema, None, role, None)).filter(|body| !body.is_empty()),
        };
        body.map(|body| quote!(object.undeclared(#names, &mut |name, node| { #body });)).unwrap_or_default()
    }
}

fn kinds_tokens(kinds: Kinds) -> TokenStream {
    let mut names = kinds.names().into_iter().map(|name| format_ident!("{}", name.to_uppercase()));
    let first = names.next().expect("a set of types is never empty");
    let more = names.map(|name| quote!(.or(Kinds::#name)));
    quote!(Kinds::#first #(#more)*)
}
