//! Webhook calls and uploads that depend on what else the task asks for.

use super::ConversationMutation;
use crate::behaviour_index::BehaviourIndex;
use crate::delivery::{Load, QueuedDelivery};
use crate::steps::execute::Execution;
use crate::task_view::TaskView;
use reqwest::Url;
use std::sync::Arc;
use std::time::Duration;

/// Changes what is sent elsewhere.
pub(super) fn on_execution(
    mutation: &ConversationMutation,
    index: &BehaviourIndex,
    view: TaskView<'_>,
    execution: &mut Execution,
) {
    let is_given = |path: &Option<String>| path.as_ref().is_some_and(|path| view.given(path).is_some());
    let selected = index.select.as_ref().and_then(|(path, _)| view.text(path));
    let is_deferred = execution.deferred;
    let deliveries = &mut execution.deliveries;
    let mut keep = |is_meant: fn(&QueuedDelivery) -> bool, condition: bool| {
        deliveries.retain(|queued| !condition || !is_meant(queued));
    };
    match mutation {
        ConversationMutation::WebhookWithUpload => keep(is_notice, is_given(&index.upload)),
        ConversationMutation::WebhookDeferred => keep(is_notice, is_deferred),
        ConversationMutation::WebhookWith(value) => keep(is_notice, selected == Some(value)),
        ConversationMutation::UploadWithWebhook => keep(is_file, is_given(&index.webhook)),
        ConversationMutation::UploadDeferred => keep(is_file, is_deferred),
        ConversationMutation::UploadWith(value) => keep(is_file, selected == Some(value)),
        ConversationMutation::WebhookQuery => cut_queries(deliveries, is_notice),
        ConversationMutation::UploadQuery => cut_queries(deliveries, is_file),
        ConversationMutation::WebhookEarly => {
            for queued in deliveries.iter_mut().filter(|queued| is_notice(queued)) {
                queued.due = Duration::ZERO;
            }
        }
        ConversationMutation::UploadRepeated => repeat(deliveries),
        _ => {}
    }
}

fn is_notice(queued: &QueuedDelivery) -> bool {
    matches!(queued.load, Load::Notice(_))
}

fn is_file(queued: &QueuedDelivery) -> bool {
    matches!(queued.load, Load::Upload(_))
}

fn cut_queries(deliveries: &mut [QueuedDelivery], is_meant: fn(&QueuedDelivery) -> bool) {
    for queued in deliveries.iter_mut().filter(|queued| is_meant(queued)) {
        if let Ok(mut url) = Url::parse(&queued.url) {
            url.set_query(None);
            queued.url = url.into();
        }
    }
}

/// Gives every upload the file of the first.
fn repeat(deliveries: &mut [QueuedDelivery]) {
    let mut files = deliveries.iter_mut().filter_map(|queued| match &mut queued.load {
        Load::Upload(image) => Some(image),
        Load::Notice(_) => None,
    });
    let Some(first) = files.next().map(|image| Arc::clone(image)) else { return };
    for image in files {
        *image = Arc::clone(&first);
    }
}
