//! Structs: the task and its nested objects, and their view for the checks.

use super::{RUNTIME, WIRE};
use crate::facts::{holder_docs, parameter_docs};
use crate::imports::{imports, used};
use crate::plan::{Field, Plan, Shape, Struct};
use crate::shared::Shared;
use crate::spelling::rust_type;
use crate::{check, docs};
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// A struct, with its view. In the module of its model its documentation is that of the field that holds it.
pub(super) fn item(one: &Struct<'_>, plan: &Plan<'_>, is_shared: bool) -> TokenStream {
    let Struct { ident, schema, fields, other, required: _ } = one;
    let docs = struct_docs(one, plan, plan.holder(one).filter(|_| !is_shared));
    let declared = fields.iter().map(|field| declaration(field, plan));
    let open = other.as_ref().map(|other| {
        let docs = docs::attributes("Members that the spec does not declare, and allows.");
        quote!(#docs #[serde(flatten)] pub #other: Map<String, Value>,)
    });
    let closed = schema.is_closed().then(|| quote!(, deny_unknown_fields));
    let default = can_default(one, plan).then(|| quote!(Default,));
    let view = view(one);
    let nested = (*ident != "Request").then(|| super::nested::item(one, plan));
    quote! {
        #docs
        #[derive(Clone, Debug, #default PartialEq, Serialize, Deserialize)]
        #[serde(crate = "airspec_models::serde" #closed)]
        #[non_exhaustive]
        pub struct #ident { #(#declared)* #open }

        #view
        #nested
    }
}

/// What the items of these structs use of the runtime.
pub(super) fn used_runtime<'p>(
    items: &TokenStream,
    mut structs: impl Iterator<Item = &'p Struct<'p>>,
) -> TokenStream {
    let mut used = used(items.clone());
    // It is a text that names it, in attributes; the name alone may be that of a field.
    if structs.any(uses_wire) {
        used.insert(WIRE.to_owned());
    } else {
        used.remove(WIRE);
    }
    imports(&used, RUNTIME)
}

/// Whether an attribute names the runtime's module `wire`.
fn uses_wire(one: &Struct<'_>) -> bool {
    one.fields.iter().any(|field| reader(&field.shape, field.property.required.is_some()).is_some())
}

/// Whether leaving out every parameter gives a value of the struct.
pub(crate) fn can_default(one: &Struct<'_>, plan: &Plan<'_>) -> bool {
    one.fields.iter().all(|field| field.property.required.is_none() || plan.is_constant(field))
}

fn struct_docs(one: &Struct<'_>, plan: &Plan<'_>, holder: Option<(&Struct<'_>, &Field<'_>)>) -> TokenStream {
    if one.ident == "Request" {
        let about = "A request: one task for the model.\n\nYou can change the fields. `validate` and `into_valid` \
                     report violations. A field that is `None` is not sent.";
        let parts = [Some(about.to_owned()), plan.unchecked.clone()];
        return docs::paragraphs(&parts.into_iter().flatten().collect::<Vec<_>>());
    }
    match holder {
        Some((holder, field)) => holder_docs(one.schema, &format!("{}::{}", holder.ident, field.ident)),
        None => parameter_docs(one.schema, None, None),
    }
}

fn declaration(field: &Field<'_>, plan: &Plan<'_>) -> TokenStream {
    let Field { ident, property, shape } = field;
    let is_required = property.required.is_some();
    let docs = parameter_docs(&property.schema, Some(shape), Some(is_required));
    let name = &property.name;
    let rename = (*ident != name.as_str()).then(|| quote!(rename = #name,));
    let reader = reader(shape, is_required);
    let kind = rust_type(shape, plan);
    if is_required {
        let with = reader.map(|path| quote!(deserialize_with = #path));
        let attribute = (rename.is_some() || with.is_some()).then(|| quote!(#[serde(#rename #with)]));
        let visibility = if plan.is_constant(field) { quote!() } else { quote!(pub) };
        quote!(#docs #attribute #visibility #ident: #kind,)
    } else {
        quote! {
            #docs
            #[serde(#rename with = #reader)]
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub #ident: Option<#kind>,
        }
    }
}

/// What keeps serde from taking `null` for absence and arrays for structs: a function for a member that is required, a
/// module for one that is not.
fn reader(shape: &Shape, is_required: bool) -> Option<&'static str> {
    let of_structs = |shape: &Shape| matches!(shape, Shape::Struct(_));
    match shape {
        Shape::Struct(_) if is_required => Some("wire::object"),
        Shape::Struct(_) => Some("wire::optional_object"),
        Shape::List(item) if of_structs(item) && is_required => Some("wire::objects"),
        Shape::List(item) if of_structs(item) => Some("wire::optional_objects"),
        _ if is_required => None,
        _ => Some("wire::optional"),
    }
}

/// The struct as the checks see it.
fn view(one: &Struct<'_>) -> TokenStream {
    let ident = &one.ident;
    let fields = one.fields.iter().enumerate().map(|(place, field)| {
        let (place, field, name) = (Literal::usize_unsuffixed(place), &field.ident, &field.property.name);
        quote!(#place => #field: #name,)
    });
    let others = one.other.as_ref().map(|other| quote!(_ => #other,));
    quote!(airspec_models::object!(#ident { #(#fields)* #others });)
}

/// What the runtime has to know of the task.
pub(super) fn task(model: &Model, plan: &Plan<'_>, shared: &Shared) -> TokenStream {
    let unique = check::unique::pair(model, plan);
    let (count, by_default) = count(model);
    let by_default = Literal::u64_unsuffixed(by_default);
    let delivery = delivery(model);
    let keeps_json = plan.keeps_json();
    let answer = shared.result(model);
    quote! {
        airspec_models::task!(Request, RequestBuilder {
            unique: #unique,
            count: (#count, #by_default),
            delivery: #delivery,
            facts: facts::facts,
            keeps_json: #keeps_json,
            answer: #answer,
        });
    }
}

/// The delivery method of a task without one.
fn delivery(model: &Model) -> &str {
    let default = model.task.property("deliveryMethod").and_then(|method| method.schema.default.as_ref());
    default.and_then(|default| default.as_str()).unwrap_or_default()
}

/// The parameter that says how many results there are, and how many there are without it.
fn count(model: &Model) -> (&str, u64) {
    let parameter = model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
        Kind::Count { parameter } => Some(parameter.as_str()),
        _ => None,
    });
    let default = parameter.and_then(|path| model.task.at(path)?.default.as_ref()?.as_u64());
    (parameter.unwrap_or_default(), default.unwrap_or(1))
}
