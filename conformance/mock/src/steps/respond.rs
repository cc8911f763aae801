//! Respond: from the outcome of a batch to status, headers and body.

use crate::answer::{Answer, Body, Content, Piece};
use crate::caller::Secrets;
use crate::capacity::AT_ONCE_PIXELS;
use crate::item::Item;
use crate::outcome::Outcome;
use crate::protocol::{self, JSON, Note, kind, name};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// What is known of an answer before its body is written.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) note: Note,
}

/// The outcomes of all tasks as one.
pub(crate) fn merge(outcomes: Vec<Outcome>) -> Outcome {
    let mut whole = Outcome::default();
    for outcome in outcomes {
        whole.items.extend(outcome.items);
        whole.problems.extend(outcome.problems);
    }
    whole
}

/// The answer to a batch. Images in it are drawn when it is sent.
pub(crate) fn answer(head: Head, outcome: Outcome, empty_data: bool, secrets: &Secrets) -> Answer {
    let is_ready = outcome.is_ready();
    let pieces = Body::Pieces(pieces(outcome, empty_data, secrets));
    let body = if is_ready { Body::Ready(pieces.into_bytes()) } else { pieces };
    Answer { note: head.note, ..Answer::new(head.status, JSON, body) }
}

/// The text of the answer, cut where an image is to be drawn.
fn pieces(outcome: Outcome, empty_data: bool, secrets: &Secrets) -> Vec<Piece> {
    // Nobody can know it, so that no text of a client is taken for it.
    let mark = format!("{}/", Uuid::new_v4());
    let mut images = HashMap::new();
    let data = outcome.items.into_iter().map(|item| outline(item, &mark, &mut images)).collect();
    let masked = !outcome.problems.is_empty();
    let errors = outcome.problems.into_iter().map(|problem| Value::Object(problem.object)).collect();
    let text = protocol::envelope(data, errors, empty_data).to_string();
    let piece = |text: &str| {
        let text = if masked { secrets.mask(text.to_owned()) } else { text.to_owned() };
        Piece(Content::Text(text.into_bytes()))
    };
    let mut parts = text.split(mark.as_str());
    let mut pieces: Vec<Piece> = parts.next().map(&piece).into_iter().collect();
    for part in parts {
        // A number follows each mark.
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        pieces.extend(images.remove(&format!("{mark}{number}")).map(Piece));
        pieces.push(piece(rest));
    }
    pieces
}

/// The item with a mark in the place of each image, and the images in the order of their marks.
fn outline(mut item: Item, mark: &str, images: &mut HashMap<String, Content>) -> Value {
    if let Some(file) = &item.file {
        for (name, form) in &item.inline {
            let place = format!("{mark}{}", images.len());
            item.fields.insert(name.clone(), place.as_str().into());
            images.insert(place, Content::Inline(Arc::clone(&file.image), *form));
        }
    }
    Value::Object(item.fields)
}

/// Over a WebSocket: each result in a frame of its own, as it finishes; what belongs together, and errors, in one.
pub(crate) fn split(outcome: Outcome, task: &Value) -> Vec<Outcome> {
    let Outcome { items, problems } = outcome;
    let together = task.get(name::TASK_TYPE).is_some_and(|word| word == kind::POLL);
    let frame = |items| Outcome { items, problems: Vec::new() };
    let mut frames: Vec<Outcome> = if together && !items.is_empty() {
        by_pixels(items).into_iter().map(frame).collect()
    } else {
        items.into_iter().map(|item| frame(vec![item])).collect()
    };
    if !problems.is_empty() {
        frames.push(Outcome { items: Vec::new(), problems });
    }
    frames
}

/// The items in as few parts as may be drawn into one frame each: one part, but for many large images.
fn by_pixels(items: Vec<Item>) -> Vec<Vec<Item>> {
    let (mut parts, mut pixels) = (vec![Vec::new()], 0);
    for item in items {
        pixels += item.inline_pixels();
        match parts.last_mut() {
            Some(part) if pixels <= AT_ONCE_PIXELS || part.is_empty() => part.push(item),
            _ => {
                pixels = item.inline_pixels();
                parts.push(vec![item]);
            }
        }
    }
    parts
}
