//! The ways of a model, with their words in ids and with what the mock then does.

use super::{CAP, ConversationMutation, LARGE_SIDE, STEP};
use airspec_spec::behaviour::Kind;
use airspec_spec::rule::{Kinds, Rule};
use airspec_spec::{Behaviour, Model, Schema};
use bigdecimal::ToPrimitive as _;

/// A way, its word in ids, and what the mock then does.
type Way = (ConversationMutation, String, String);

/// Every way that the behaviours of the model leave open.
pub(in crate::mutation) fn mutations(model: &Model) -> Vec<Way> {
    let mut ways = always();
    let has = |is_meant: fn(&Kind) -> bool| model.behaviours.iter().any(|known| is_meant(&known.kind));
    let is_sized = has(|kind| matches!(kind, Kind::Size { .. }));
    let is_deferred = has(|kind| matches!(kind, Kind::Delivery { .. }));
    let (webhook, upload) =
        (has(|kind| matches!(kind, Kind::Webhook { .. })), has(|kind| matches!(kind, Kind::Upload { .. })));
    if is_deferred {
        ways.extend(deferred());
    }
    for Behaviour { kind, .. } in &model.behaviours {
        match kind {
            Kind::Flag { field, .. } => ways.extend(flagged(model, field, is_deferred)),
            Kind::Container { media, .. } if is_sized => {
                let step = step(model);
                ways.extend(media.keys().flat_map(|value| sizes(value, step)));
            }
            Kind::Select { fields, .. } => {
                ways.extend(fields.keys().flat_map(|value| selected(value, webhook, upload)));
            }
            Kind::Size { .. } => ways.push(large_end()),
            Kind::Container { .. }
            | Kind::Echo { .. }
            | Kind::Count { .. }
            | Kind::Distinct { .. }
            | Kind::Quality { .. }
            | Kind::Delivery { .. }
            | Kind::Webhook { .. }
            | Kind::Upload { .. }
            | Kind::Lifetime { .. }
            | Kind::Measure { .. }
            | Kind::Default { .. } => {}
        }
    }
    if webhook {
        ways.extend(webhooks(upload, is_deferred));
    }
    if upload {
        ways.extend(uploads(webhook, is_deferred));
    }
    ways
}

fn way(mutation: ConversationMutation, word: &str, sentence: impl Into<String>) -> Way {
    (mutation, word.to_owned(), sentence.into())
}

fn always() -> Vec<Way> {
    use ConversationMutation as M;
    vec![
        way(M::IdsRepeat, "ids-repeat", "gives the results of every task the same identifiers"),
        way(M::SecondDownload, "second-download", "serves each file once only"),
        way(M::Created, "created", "answers with status 201 to tasks that have results"),
    ]
}

fn large_end() -> Way {
    let sentence = format!("makes sides of {LARGE_SIDE} pixels or more 16 pixels shorter");
    way(ConversationMutation::LargeEnd, "large-end", sentence)
}

fn deferred() -> Vec<Way> {
    use ConversationMutation as M;
    vec![
        way(M::PollEnds, "poll-ends", "gives nothing to polls after the one that saw the end"),
        way(M::PollIds, "poll-ids", "gives results other identifiers in each poll"),
        way(M::PollPart, "poll-part", "leaves results out of a poll that an earlier poll has given"),
        way(M::PollLate, "poll-late", "gives no result in a poll until all results are there"),
        way(M::Mixed, "mixed", "gives polls the results of the deferred task before"),
        way(M::AckFields, "ack-fields", "gives an acknowledgement the fields of a result"),
        way(M::AckUntyped, "ack-untyped", "leaves `taskType` out of an acknowledgement"),
        way(M::AckUnnamed, "ack-unnamed", "leaves `taskUUID` out of an acknowledgement"),
        way(M::AckRepeated, "ack-repeated", "acknowledges a task once for each result"),
        way(M::Rerun, "rerun", "accepts a task again while it runs"),
        way(M::ConflictDrops, "conflict-drops", "forgets a task that is sent again while it runs"),
    ]
}

fn flagged(model: &Model, field: &str, is_deferred: bool) -> Vec<Way> {
    use ConversationMutation as M;
    let mut ways = Vec::new();
    if is_deferred {
        let sentence = format!("leaves `{field}` out of polled results");
        ways.push(way(M::PollWithout(field.to_owned()), &format!("poll-without:{field}"), sentence));
    }
    let schema = model.result.as_ref().and_then(|result| result.property(field));
    if schema.is_some_and(|property| property.schema.kinds().includes(Kinds::NUMBER)) {
        let sentence = format!("gives `{field}` below zero");
        ways.push(way(M::Negative(field.to_owned()), &format!("negative:{field}"), sentence));
    }
    ways
}

/// Sides are rounded to multiples of so many pixels: more than they must be multiples of.
fn step(model: &Model) -> u32 {
    let (width, _) = model.size().unwrap_or_default();
    let own = model.task.at(width).into_iter().flat_map(Schema::rules).find_map(|rule| match rule {
        Rule::MultipleOf(step) => step.to_u32(),
        _ => None,
    });
    let is_no_change = |step: u32| own.is_some_and(|own| own.is_multiple_of(step));
    let mut steps = std::iter::successors(Some(STEP), |step| step.checked_mul(2));
    steps.find(|step| !is_no_change(*step)).unwrap_or(STEP)
}

fn sizes(value: &str, step: u32) -> Vec<Way> {
    use ConversationMutation as M;
    let own = value.to_owned();
    vec![
        way(
            M::Rounded(own.clone(), step),
            &format!("rounded:{value}"),
            format!("rounds the sides of {value} files down to multiples of {step}"),
        ),
        way(
            M::Capped(own),
            &format!("capped:{value}"),
            format!("makes no side of a {value} file longer than {CAP} pixels"),
        ),
    ]
}

fn selected(value: &str, webhook: bool, upload: bool) -> Vec<Way> {
    use ConversationMutation as M;
    let mut ways = Vec::new();
    if webhook {
        let sentence = format!("calls no webhook with `{value}`");
        ways.push(way(M::WebhookWith(value.to_owned()), &format!("webhook-with:{value}"), sentence));
    }
    if upload {
        let sentence = format!("uploads nothing with `{value}`");
        ways.push(way(M::UploadWith(value.to_owned()), &format!("upload-with:{value}"), sentence));
    }
    ways
}

fn webhooks(upload: bool, is_deferred: bool) -> Vec<Way> {
    use ConversationMutation as M;
    let mut ways =
        vec![way(M::WebhookQuery, "webhook-query", "calls the webhook without the query of its URL")];
    if upload {
        ways.push(way(M::WebhookWithUpload, "webhook-with-upload", "calls no webhook for uploaded results"));
    }
    if is_deferred {
        ways.push(way(M::WebhookDeferred, "webhook-deferred", "calls no webhook for deferred tasks"));
        ways.push(way(M::WebhookEarly, "webhook-early", "calls the webhook before the result is there"));
    }
    ways
}

fn uploads(webhook: bool, is_deferred: bool) -> Vec<Way> {
    use ConversationMutation as M;
    let mut ways = vec![
        way(M::UploadQuery, "upload-query", "uploads without the query of the URL"),
        way(M::UploadRepeated, "upload-repeated", "uploads the first file of a task for every result"),
    ];
    if webhook {
        ways.push(way(
            M::UploadWithWebhook,
            "upload-with-webhook",
            "uploads nothing where it calls a webhook",
        ));
    }
    if is_deferred {
        ways.push(way(M::UploadDeferred, "upload-deferred", "uploads nothing for deferred tasks"));
    }
    ways
}
