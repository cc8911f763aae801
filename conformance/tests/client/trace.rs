//! Spans and events of the client: what they say, and what they never say.

use crate::gpt_image::Request;
use crate::support::{KEY, Script, answer, client, cut, deferred, mock, required, result, task};
use airspec_mock::Settings as MockSettings;
use std::cell::RefCell;
use std::fmt;
use std::sync::Once;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    /// A line for each span and event of this thread, and so of one test.
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a line for each span and event. It is installed for the whole process: where each test has a subscriber of its
/// own, a call in another thread can have an event switched off for all.
struct Lines;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {field}={value:?}"));
    }
}

impl Lines {
    fn install() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| tracing::subscriber::set_global_default(Lines).unwrap());
        // For what was met for the first time while the subscriber was being installed.
        tracing::callsite::rebuild_interest_cache();
    }

    fn told() -> String {
        LINES.take().join("\n")
    }

    fn add(metadata: &Metadata<'_>, record: impl FnOnce(&mut Line)) {
        // Libraries below the client have events of their own.
        if metadata.target().starts_with("airspec_models") {
            let mut line = Line(format!("{} {}", metadata.level(), metadata.name()));
            record(&mut line);
            LINES.with_borrow_mut(|lines| lines.push(line.0));
        }
    }
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        Self::add(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        Self::add(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_call_is_a_span_with_its_task_its_attempts_and_the_class_of_its_error() {
    Lines::install();
    let task = task();
    let good = answer(200, &format!(r#"{{"data":[{}]}}"#, result(&task, 1)));
    let script = Script::start(vec![answer(429, ""), good]).await;
    client(&script.url).run(&task).await.unwrap();
    let told = Lines::told();
    let id = task.task_uuid;
    assert!(told.contains(&format!("INFO runware_task task=\"{id}\"")), "{told}");
    for part in ["message=sending attempt=1", "class=Rate", "message=sending attempt=2", "message=finished"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[tokio::test]
async fn neither_the_key_nor_the_prompt_nor_a_text_of_the_service_is_in_a_span() {
    Lines::install();
    let prompt = required().positive_prompt;
    let task = Request::builder(required()).build().unwrap();
    let echo = format!(r#"{{"errors":[{{"code":"invalidPrompt{KEY}","message":"{prompt} {KEY}"}}]}}"#);
    for answer in [answer(400, &echo), answer(500, &echo), answer(200, &format!("{prompt}{KEY}")), cut()] {
        let script = Script::start(vec![answer]).await;
        client(&script.url).run(&task).await.unwrap_err();
    }
    let mock = mock(MockSettings::default()).await;
    client(&mock.url()).run(&deferred(2)).await.unwrap();
    let told = Lines::told();
    assert!(told.contains("message=failed") && told.contains("message=polled"), "{told}");
    assert!(!told.contains(KEY) && !told.contains(&prompt) && !told.contains("http"), "{told}");
}
