//! Deferred tasks that are handled wrongly, and wrong deliveries.

use super::How;
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

pub(super) fn delivery_ways(immediate: &str, deferred: &str) -> Vec<(How, String)> {
    vec![
        (How::Immediate, format!("answers with results although asked for `{deferred}`")),
        (How::Deferred, format!("answers with an acknowledgement although asked for `{immediate}`")),
        (How::Lost, "knows nothing of a task when polled".to_owned()),
        (How::Stuck, "never gets done with a task that is polled".to_owned()),
        (How::Hollow, "gives finished results without their files when polled".to_owned()),
    ]
}

pub(super) fn webhook_ways() -> Vec<(How, String)> {
    owned(&[
        (How::Silent, "calls no webhook"),
        (How::Once, "calls the webhook for the first result of a task only"),
        (How::Twice, "calls the webhook twice for each result"),
        (How::Put, "calls the webhook by PUT instead of POST"),
        (How::Stranger, "calls the webhook with the identifier of another task"),
        (How::Garbled, "calls the webhook with a body that is not JSON"),
    ])
}

pub(super) fn upload_ways() -> Vec<(How, String)> {
    owned(&[
        (How::Silent, "uploads nothing"),
        (How::Once, "uploads the first file of a task only"),
        (How::Encoded, "uploads the file as Base64 text"),
        (How::Posted, "uploads by POST instead of PUT"),
        (How::Garbled, "uploads the file cut short"),
    ])
}

fn owned(ways: &[(How, &str)]) -> Vec<(How, String)> {
    ways.iter().map(|(how, what)| (*how, (*what).to_owned())).collect()
}

pub(super) fn on_plan(how: How, is_immediate: bool, plan: &mut Plan) {
    match how {
        How::Immediate => plan.deferred = false,
        How::Deferred => plan.deferred |= is_immediate,
        // A result that takes so long is never ready.
        How::Stuck => plan.pace = Duration::MAX,
        _ => {}
    }
}

pub(super) fn on_kept(how: How, execution: &mut Execution) {
    if how == How::Lost && execution.deferred {
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

pub(super) fn on_webhook(how: How, stranger: &str, deliveries: &mut Vec<QueuedDelivery>) {
    let is_notice = |queued: &QueuedDelivery| matches!(queued.load, Load::Notice(_));
    match how {
        How::Put => edit(deliveries, is_notice, |request| request.method = Method::PUT),
        How::Garbled => edit(deliveries, is_notice, |request| request.body = b"{\"data\": [".to_vec()),
        How::Stranger => {
            for queued in deliveries {
                if let Load::Notice(item) = &mut queued.load {
                    item.fields.insert(name::TASK_UUID.into(), stranger.into());
                }
            }
        }
        how => number(how, deliveries, is_notice),
    }
}

pub(super) fn on_upload(how: How, deliveries: &mut Vec<QueuedDelivery>) {
    let is_file = |queued: &QueuedDelivery| matches!(queued.load, Load::Upload(_));
    match how {
        How::Posted => edit(deliveries, is_file, |request| request.method = Method::POST),
        How::Garbled => edit(deliveries, is_file, |request| request.body.truncate(request.body.len() / 2)),
        How::Encoded => edit(deliveries, is_file, |request| {
            request.body = STANDARD.encode(&request.body).into_bytes();
        }),
        how => number(how, deliveries, is_file),
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
fn number(how: How, deliveries: &mut Vec<QueuedDelivery>, is_meant: fn(&QueuedDelivery) -> bool) {
    match how {
        How::Silent => deliveries.retain(|queued| !is_meant(queued)),
        How::Once => {
            let mut first = true;
            deliveries.retain(|queued| !is_meant(queued) || std::mem::take(&mut first));
        }
        How::Twice => {
            let copies = |queued: QueuedDelivery| vec![queued.clone(); if is_meant(&queued) { 2 } else { 1 }];
            *deliveries = std::mem::take(deliveries).into_iter().flat_map(copies).collect();
        }
        _ => {}
    }
}
