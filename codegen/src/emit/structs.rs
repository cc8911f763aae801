//! Structs: the task and its nested objects, and their view for the checks.

use super::{parameter_docs, rust_type};
use crate::docs;
use crate::plan::{Field, Plan, Shape, Struct};
use crate::shared::Shared;
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use proc_macro2::TokenStream;
use quote::quote;

/// A struct, with its view.
pub(super) fn item(one: &Struct<'_>, plan: &Plan<'_>) -> TokenStream {
    let Struct { ident, schema, fields, other, required: _ } = one;
    let docs = struct_docs(one);
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

        #nested
        #view
    }
}

/// Whether leaving out every parameter gives a value of the struct.
pub(crate) fn can_default(one: &Struct<'_>, plan: &Plan<'_>) -> bool {
    one.fields.iter().all(|field| field.property.required.is_none() || plan.is_fixed(field))
}

fn struct_docs(one: &Struct<'_>) -> TokenStream {
    if one.ident == "Request" {
        return docs::attributes(
            "A request: one task for the model.\n\nFields may be changed freely; `validate` and `into_valid` tell \
             whether the result is legal. A field that is `None` is not sent.",
        );
    }
    parameter_docs(one.schema, false)
}

fn declaration(field: &Field<'_>, plan: &Plan<'_>) -> TokenStream {
    let Field { ident, property, shape } = field;
    let is_required = property.required.is_some();
    let docs = parameter_docs(&property.schema, is_required);
    let name = &property.name;
    let rename = (*ident != name.as_str()).then(|| quote!(rename = #name,));
    let with = reader(shape, is_required).map(|path| quote!(deserialize_with = #path,));
    let kind = rust_type(shape, plan);
    if is_required {
        let attribute = (rename.is_some() || with.is_some()).then(|| quote!(#[serde(#rename #with)]));
        let visibility = if plan.is_fixed(field) { quote!() } else { quote!(pub) };
        quote!(#docs #attribute #visibility #ident: #kind,)
    } else {
        quote! {
            #docs
            #[serde(#rename default, #with skip_serializing_if = "Option::is_none")]
            pub #ident: Option<#kind>,
        }
    }
}

/// The function that keeps serde from taking `null` for absence and arrays for structs.
fn reader(shape: &Shape, is_required: bool) -> Option<&'static str> {
    let of_structs = |shape: &Shape| matches!(shape, Shape::Struct(_));
    match shape {
        Shape::Struct(_) if is_required => Some("wire::object"),
        Shape::Struct(_) => Some("wire::present_object"),
        Shape::List(item) if of_structs(item) && is_required => Some("wire::objects"),
        Shape::List(item) if of_structs(item) => Some("wire::present_objects"),
        _ if is_required => None,
        _ => Some("wire::present"),
    }
}

/// The struct as the checks see it.
fn view(one: &Struct<'_>) -> TokenStream {
    let ident = &one.ident;
    let names = one.fields.iter().map(|field| &field.property.name);
    let members: Vec<TokenStream> = one
        .fields
        .iter()
        .map(|field| {
            let ident = &field.ident;
            if field.property.required.is_some() {
                quote!(Some(AsNode::as_node(&self.#ident)))
            } else {
                quote!(self.#ident.as_ref().map(AsNode::as_node))
            }
        })
        .collect();
    let places = 0..members.len();
    let others = one.other.as_ref().map(|other| {
        quote! {
            fn others(&self) -> Option<&Map<String, Value>> {
                Some(&self.#other)
            }
        }
    });
    quote! {
        impl AsNode for #ident {
            #[inline]
            fn as_node(&self) -> Node<'_> {
                Node::Object(self)
            }
        }

        impl Object for #ident {
            fn names(&self) -> &'static [&'static str] {
                &[#(#names),*]
            }

            #[inline]
            fn at(&self, place: usize, _: &str) -> Option<Node<'_>> {
                match place {
                    #(#places => #members,)*
                    _ => None,
                }
            }

            #others
        }
    }
}

/// What only the task has: ways in, and effective values.
pub(super) fn request(model: &Model, plan: &Plan<'_>, shared: &Shared) -> TokenStream {
    let free = plan.keeps_json();
    let unique = model.unique();
    let (name, id) =
        unique.map_or(("", ""), |constraint| (constraint.parameter.as_str(), constraint.id.as_str()));
    let (count, by_default) = count(model);
    let answer = shared.result(model);
    let effective = super::limits::effective_values(plan);
    quote! {
        impl Request {
            /// Reads a request from JSON text.
            ///
            /// # Errors
            /// Everything that is wrong with it: types, missing and unknown names, and every broken constraint.
            pub fn from_json(text: &str) -> Result<Valid<Self>, Violations> {
                task::from_json(text)
            }

            /// Reads a request from a JSON value.
            ///
            /// # Errors
            /// Everything that is wrong with it.
            pub fn from_value(value: Value) -> Result<Valid<Self>, Violations> {
                task::from_value(value)
            }

            /// Checks every constraint.
            ///
            /// # Errors
            /// Everything that is wrong with the request.
            pub fn validate(&self) -> Result<(), Violations> {
                task::validate(self)
            }

            /// The request with the proof that it is valid.
            ///
            /// # Errors
            /// Everything that is wrong with the request.
            pub fn into_valid(self) -> Result<Valid<Self>, Violations> {
                task::into_valid(self)
            }

            #effective
        }

        impl Task for Request {
            const UNIQUE: (&'static str, &'static str) = (#name, #id);
            const COUNT: (&'static str, u64) = (#count, #by_default);
            const KEEPS_JSON: bool = #free;

            type Answer = #answer;

            #[inline]
            fn probe(&self, out: &mut Probe) {
                rules::task_members(self, &At::Root, out);
            }

            fn explain(node: Node<'_>, at: &At<'_>, out: &mut Violations) {
                rules::task(node, at, out);
            }
        }
    }
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
