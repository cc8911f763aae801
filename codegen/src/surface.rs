//! What a generated module offers to its users, and what of it changes from one spec to the next.
//!
//! It is read from the code that would be emitted, not from the plan for it, so that nothing is overlooked.

use crate::api::{printed, type_text};
use crate::{GenerateError, emit, items};
use airspec_spec::Model;
use quote::{ToTokens as _, quote};
use std::collections::{BTreeMap, BTreeSet};
use syn::{Attribute, Fields, ImplItem, Item, ItemMacro, Visibility};

/// Public items by path, such as `Request::width`, each with what it is.
#[derive(Debug, Default)]
pub(crate) struct Surface {
    pub(crate) items: BTreeMap<String, String>,
    /// Structs that callers write out field by field.
    literal: BTreeSet<String>,
}

/// A difference between two surfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shift {
    /// The item is gone.
    Gone(String),
    /// It is another: item, before, after.
    Other(String, String, String),
    /// A struct that callers write out has a field more.
    Demanded(String),
    /// The item is new, which needs no note.
    New(String),
}

impl Shift {
    /// Whether code that compiled may not compile any more.
    pub(crate) fn is_breaking(&self) -> bool {
        !matches!(self, Self::New(_))
    }

    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Gone(item) => format!("`{item}` is gone"),
            Self::Other(item, before, after) => format!("`{item}` is `{after}`; it was `{before}`"),
            Self::Demanded(item) => format!("`{item}` must be given"),
            Self::New(item) => format!("`{item}` is new"),
        }
    }
}

/// The shifts without those that follow from another: what belongs to a type came and went with it.
pub(crate) fn reported(shifts: &[Shift]) -> Vec<&Shift> {
    let holders = |wanted: fn(&Shift) -> Option<&String>| -> BTreeSet<&str> {
        shifts.iter().filter_map(wanted).filter(|item| !item.contains("::")).map(String::as_str).collect()
    };
    let gone = holders(|shift| if let Shift::Gone(item) = shift { Some(item) } else { None });
    let new = holders(|shift| if let Shift::New(item) = shift { Some(item) } else { None });
    let follows = |item: &str, holders: &BTreeSet<&str>| {
        let of_type = item.split_once("::").or_else(|| item.split_once(" for ").map(|(a, b)| (b, a)));
        of_type.is_some_and(|(holder, _)| holders.contains(holder))
    };
    let is_told = |shift: &&Shift| match shift {
        Shift::Gone(item) => !follows(item, &gone),
        Shift::New(item) => !follows(item, &new),
        Shift::Other(..) | Shift::Demanded(_) => true,
    };
    shifts.iter().filter(is_told).collect()
}

impl Surface {
    pub(crate) fn of(model: &Model) -> Result<Self, GenerateError> {
        let file: syn::File = syn::parse2(items(model)?)
            .map_err(|error| GenerateError::NotRust { spec: model.source.clone(), error })?;
        let mut surface = Self::default();
        surface.read("", &file.items);
        Ok(surface)
    }

    /// What changes from this surface to the next.
    pub(crate) fn shifts(&self, next: &Self) -> Vec<Shift> {
        let mut shifts = Vec::new();
        for (item, before) in &self.items {
            match next.items.get(item) {
                None => shifts.push(Shift::Gone(item.clone())),
                Some(after) if after != before => {
                    shifts.push(Shift::Other(item.clone(), before.clone(), after.clone()));
                }
                Some(_) => {}
            }
        }
        for item in next.items.keys().filter(|item| !self.items.contains_key(*item)) {
            let holder = item.rsplit_once("::").map_or("", |(holder, _)| holder);
            let is_demanded = self.literal.contains(holder) && next.literal.contains(holder);
            shifts.push(if is_demanded { Shift::Demanded(item.clone()) } else { Shift::New(item.clone()) });
        }
        shifts
    }

    fn add(&mut self, prefix: &str, name: &str, is: impl Into<String>) {
        self.items.insert(format!("{prefix}{name}"), is.into());
    }

    fn read(&mut self, prefix: &str, items: &[Item]) {
        for item in items {
            match item {
                Item::Struct(one) if is_public(&one.vis) => {
                    let name = one.ident.to_string();
                    self.add(prefix, &name, "struct");
                    self.derives(prefix, &name, &one.attrs);
                    self.fields(&format!("{prefix}{name}"), &one.attrs, &one.fields);
                }
                Item::Enum(one) if is_public(&one.vis) => {
                    let name = one.ident.to_string();
                    self.add(prefix, &name, "enum");
                    self.derives(prefix, &name, &one.attrs);
                    for variant in &one.variants {
                        self.add(prefix, &format!("{name}::{}", variant.ident), "variant");
                    }
                }
                Item::Impl(one) if one.trait_.is_none() => {
                    let holder = one.self_ty.to_token_stream().to_string();
                    one.items.iter().for_each(|item| self.method(&format!("{prefix}{holder}::"), item));
                }
                Item::Mod(one) => {
                    let inner = one.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default();
                    // What is public in a private module is re-exported by the module around it.
                    let name = if is_public(&one.vis) { format!("{}::", one.ident) } else { String::new() };
                    self.read(&format!("{prefix}{name}"), inner);
                }
                Item::Macro(call) => self.table(prefix, call),
                Item::Const(one) if is_public(&one.vis) => {
                    self.add(prefix, &one.ident.to_string(), type_text(&one.ty.to_token_stream()));
                }
                Item::Static(one) if is_public(&one.vis) => {
                    self.add(prefix, &one.ident.to_string(), type_text(&one.ty.to_token_stream()));
                }
                _ => {}
            }
        }
    }

    /// What a macro of the runtime makes of a table; those that make the same for every model are passed over.
    fn table(&mut self, prefix: &str, call: &ItemMacro) {
        let name = call.mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let tokens = call.mac.tokens.clone();
        match name.as_str() {
            "closed" => self.read(prefix, &syn::parse2::<Item>(tokens).into_iter().collect::<Vec<_>>()),
            "constraints" => {
                for name in emit::constraints::names(tokens) {
                    self.add(prefix, &name, "Constraint");
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, holder: &str, attributes: &[Attribute], fields: &Fields) {
        let mut all_public = true;
        for field in fields {
            let Some(name) = &field.ident else { continue };
            if is_public(&field.vis) {
                self.add(holder, &format!("::{name}"), type_text(&field.ty.to_token_stream()));
            } else {
                all_public = false;
            }
        }
        let is_open = attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
        if all_public && !is_open {
            self.literal.insert(holder.to_owned());
        }
    }

    fn method(&mut self, prefix: &str, item: &ImplItem) {
        match item {
            // A name that only points to another is no promise.
            ImplItem::Fn(one)
                if one.attrs.iter().any(|attribute| attribute.path().is_ident("deprecated")) => {}
            ImplItem::Fn(one) if is_public(&one.vis) => {
                let signature = &one.sig;
                let text = printed(&quote!(#signature {}));
                self.add(prefix, &one.sig.ident.to_string(), text.trim_end_matches("{}").trim());
            }
            ImplItem::Const(one) if is_public(&one.vis) => {
                self.add(prefix, &one.ident.to_string(), type_text(&one.ty.to_token_stream()));
            }
            _ => {}
        }
    }

    fn derives(&mut self, prefix: &str, name: &str, attributes: &[Attribute]) {
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let _ = attribute.parse_nested_meta(|meta| {
                let derived = meta.path.to_token_stream().to_string();
                self.items.insert(format!("{derived} for {prefix}{name}"), "derived".to_owned());
                Ok(())
            });
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
