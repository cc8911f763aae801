//! Exactly the field that belongs to the parameter's value is present, and it holds what its name says.

use crate::oracle::scene::{Item, TaskResults};
use crate::oracle::show;
use crate::parameter::at;
use crate::protocol::Form;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn check(
    scene: &TaskResults<'_>,
    parameter: &str,
    fields: &BTreeMap<String, String>,
) -> Vec<String> {
    let Some(asked) = scene.text(parameter) else { return Vec::new() };
    let Some(wanted) = fields.get(asked) else { return Vec::new() };
    let mut wrong = Vec::new();
    for (name, item) in scene.named() {
        for field in fields.values().filter(|field| *field != wanted) {
            if at(item.fields, field).is_some() {
                wrong.push(format!("{name} has `{field}` although `{parameter}` is `{asked}`"));
            }
        }
        match at(item.fields, wanted) {
            None => wrong.push(format!("{name} has no `{wanted}` although `{parameter}` is `{asked}`")),
            Some(value) => wrong.extend(content(&name, wanted, value, item)),
        }
    }
    for (first, again) in scene.seen.files.iter().zip(&scene.seen.files_again) {
        match (&first.content, &again.content) {
            (Ok(first), Ok(again)) if first != again => {
                wrong.push(format!("`{wanted}` leads to another file the second time"));
            }
            (Ok(_), Err(reason)) if !again.is_lost => {
                wrong.push(format!("`{wanted}` leads to a file once only: the second time it {reason}"));
            }
            _ => {}
        }
    }
    wrong
}

/// What is wrong with the field's content. Bytes are judged where the runner looked at them.
fn content(name: &str, field: &str, value: &Value, item: Item<'_>) -> Option<String> {
    let Some(text) = value.as_str() else {
        return Some(format!("{name} has `{field}` {}, which is no text", show(value)));
    };
    let form = Form::of_field(field)?;
    let is_form = match form {
        Form::Link => text.starts_with("https://") || text.starts_with("http://"),
        Form::DataUri => text.starts_with("data:"),
        Form::Base64 => !text.starts_with("data:") && !text.contains("://"),
    };
    if !is_form {
        return Some(format!("`{field}` of {name} is not {}: {}", form.name(), show(value)));
    }
    let reason = item.file?.content.as_ref().err()?;
    Some(format!("the file in `{field}` of {name} {reason}"))
}
