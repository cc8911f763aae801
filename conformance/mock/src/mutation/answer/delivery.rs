//! Deferred tasks that are handled wrongly, and wrong deliveries.

use super::BehaviourMutation;
use crate::delivery::{Load, OutboundRequest, QueuedDelivery};
use crate::item::Item;
use crate::protocol::{name, status};
use crate::steps::execute::Execution;
use crate::steps::plan::Plan;
use crate::steps::poll;
use airspec_spec::Schema;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use std::time::Duration;

pub(super) fn delivery_mutations(immediate: &str, deferred: &str) -> Vec<(BehaviourMutation, String)> {
    vec![
        (
            BehaviourMutation::Immediate,
            format!("answers with results although the request asks for `{deferred}`"),
        ),
        (
            BehaviourMutation::Deferred,
            format!("answers with an acknowledgement although the request asks for `{immediate}`"),
        ),
        (BehaviourMutation::Lost, "reports that a polled task does not exist".to_owned()),
        (BehaviourMutation::Stuck, "never finishes a polled task".to_owned()),
        (BehaviourMutation::Hollow, "returns finished results without their files to polls".to_owned()),
    ]
}

pub(super) fn webhook_mutations() -> Vec<(BehaviourMutation, String)> {
    owned(&[
        (BehaviourMutation::Silent, "calls no webhook"),
        (BehaviourMutation::Once, "calls the webhook only for the first result of a task"),
        (BehaviourMutation::Twice, "calls the webhook twice for each result"),
        (BehaviourMutation::Put, "calls the webhook with PUT instead of POST"),
        (BehaviourMutation::Stranger, "calls the webhook with the id of another task"),
        (BehaviourMutation::Garbled, "calls the webhook with a body that is not JSON"),
    ])
}

pub(super) fn upload_mutations() -> Vec<(BehaviourMutation, String)> {
    owned(&[
        (BehaviourMutation::Silent, "uploads nothing"),
        (BehaviourMutation::Once, "uploads only the first file of a task"),
        (BehaviourMutation::Encoded, "uploads the file as Base64 text"),
        (BehaviourMutation::Posted, "uploads with POST instead of PUT"),
        (BehaviourMutation::Garbled, "uploads an incomplete file"),
    ])
}

fn owned(ways: &[(BehaviourMutation, &str)]) -> Vec<(BehaviourMutation, String)> {
    ways.iter().map(|(mutation, what)| (*mutation, (*what).to_owned())).collect()
}

pub(super) fn on_plan(mutation: BehaviourMutation, is_immediate: bool, plan: &mut Plan) {
    match mutation {
        BehaviourMutation::Immediate => plan.deferred = false,
        BehaviourMutation::Deferred => plan.deferred |= is_immediate,
        // A result that takes so long is never ready.
        BehaviourMutation::Stuck => plan.pace = Duration::MAX,
        _ => {}
    }
}

pub(super) fn on_kept(mutation: BehaviourMutation, execution: &mut Execution) {
    if mutation == BehaviourMutation::Lost && execution.deferred {
        execution.kept = None;
    }
}

/// Takes the files out of results that are done.
pub(super) fn on_poll(result: Option<&Schema>, items: &mut [Item]) {
    for item in items {
        if item.fields.get(name::STATUS).is_some_and(|word| word == status::SUCCESS) {
            *item = poll::finished(poll::unfinished(item, result));
        }
    }
}

pub(super) fn on_webhook(mutation: BehaviourMutation, stranger: &str, deliveries: &mut Vec<QueuedDelivery>) {
    let is_notice = |queued: &QueuedDelivery| matches!(queued.load, Load::Notice(_));
    match mutation {
        BehaviourMutation::Put => edit(deliveries, is_notice, |request| request.method = Method::PUT),
        BehaviourMutation::Garbled => {
            edit(deliveries, is_notice, |request| request.body = b"{\"data\": [".to_vec());
        }
        BehaviourMutation::Stranger => {
            for queued in deliveries {
                if let Load::Notice(item) = &mut queued.load {
                    item.fields.insert(name::TASK_UUID.into(), stranger.into());
                }
            }
        }
        mutation => number(mutation, deliveries, is_notice),
    }
}

pub(super) fn on_upload(mutation: BehaviourMutation, deliveries: &mut Vec<QueuedDelivery>) {
    let is_file = |queued: &QueuedDelivery| matches!(queued.load, Load::Upload(_));
    match mutation {
        BehaviourMutation::Posted => edit(deliveries, is_file, |request| request.method = Method::POST),
        BehaviourMutation::Garbled => {
            edit(deliveries, is_file, |request| request.body.truncate(request.body.len() / 2));
        }
        BehaviourMutation::Encoded => edit(deliveries, is_file, |request| {
            request.body = STANDARD.encode(&request.body).into_bytes();
        }),
        mutation => number(mutation, deliveries, is_file),
    }
}

/// Has requests changed before they are sent. A later change takes the place of an earlier one.
fn edit(
    deliveries: &mut [QueuedDelivery],
    is_meant: fn(&QueuedDelivery) -> bool,
    change: fn(&mut OutboundRequest),
) {
    for queued in deliveries.iter_mut().filter(|queued| is_meant(queued)) {
        queued.edit = Some(change);
    }
}

/// Makes fewer deliveries of a kind, or more.
fn number(
    mutation: BehaviourMutation,
    deliveries: &mut Vec<QueuedDelivery>,
    is_meant: fn(&QueuedDelivery) -> bool,
) {
    match mutation {
        BehaviourMutation::Silent => deliveries.retain(|queued| !is_meant(queued)),
        BehaviourMutation::Once => {
            let mut first = true;
            deliveries.retain(|queued| !is_meant(queued) || std::mem::take(&mut first));
        }
        BehaviourMutation::Twice => {
            let copies = |queued: QueuedDelivery| vec![queued.clone(); if is_meant(&queued) { 2 } else { 1 }];
            *deliveries = std::mem::take(deliveries).into_iter().flat_map(copies).collect();
        }
        _ => {}
    }
}
