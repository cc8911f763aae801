//! A proxy that runs in a test, and what passes through it.
#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

use airspec_spec::{Catalogue, Model, Source};
use airspec_traffic::proxy::{Judge, Judged, Ledger, Proxy, Recorder, Settings, Target};
use airspec_traffic::{Fetcher, Options, Scope, Seen, Specs, Watcher};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write as _;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const ID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

pub(crate) fn model() -> Model {
    let text = include_str!("../../../../spec/tests/specs/gpt-image.json");
    airspec_spec::read(&Source::new("gpt-image.json", text)).unwrap()
}

pub(crate) fn specs(scope: Scope) -> Specs {
    Specs::new(Catalogue::of(vec![model()]).unwrap(), scope).unwrap()
}

fn with(mut value: Value, more: &Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

pub(crate) fn task(more: Value) -> Value {
    let task = json!({"taskType": "imageInference", "taskUUID": ID, "model": "openai:gpt-image@2",
        "positivePrompt": "a secret lighthouse at night", "width": 1024, "height": 1024});
    with(task, &more)
}

pub(crate) fn result(more: Value) -> Value {
    let result = json!({"taskType": "imageInference", "taskUUID": ID,
        "imageUUID": "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a1", "imageURL": "https://im.runware.ai/image/a.jpg"});
    with(result, &more)
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn client() -> reqwest::Client {
    // Fails where a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only(Vec::new()).build().unwrap()
}

/// A proxy in the background.
pub(crate) struct Running {
    pub(crate) url: String,
    pub(crate) webhook: Option<String>,
    pub(crate) ledger: Option<std::sync::Arc<Ledger>>,
    judge: Judge,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(target: &str, settings: Settings, recorder: Option<Recorder>) -> Self {
        let watcher = Watcher::new(specs(Scope::All), Options::default());
        Self::with(target, settings, watcher, recorder, |_| {}).await
    }

    pub(crate) async fn with(
        target: &str,
        settings: Settings,
        watcher: Watcher,
        recorder: Option<Recorder>,
        tell: impl FnMut(&Seen) + Send + 'static,
    ) -> Self {
        Self::fetching(target, settings, watcher, recorder, None, tell).await
    }

    pub(crate) async fn fetching(
        target: &str,
        settings: Settings,
        watcher: Watcher,
        recorder: Option<Recorder>,
        fetcher: Option<Fetcher>,
        tell: impl FnMut(&Seen) + Send + 'static,
    ) -> Self {
        let judge = Judge::start(watcher, recorder, fetcher, tell).unwrap();
        let target = Target::new(target).unwrap();
        let proxy = Proxy::bind("127.0.0.1:0".parse().unwrap(), target, &settings, &judge).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let (url, ledger) = (proxy.url(), proxy.ledger());
        let webhook = proxy.webhook_url();
        let task = tokio::spawn(proxy.run(async move { drop(stopped.await) }));
        Self { url, webhook, ledger, judge, stop, task }
    }

    /// Stops, and gives what was judged.
    pub(crate) async fn finish(self) -> Judged {
        drop(self.stop);
        self.task.await.unwrap();
        let judge = self.judge;
        tokio::task::spawn_blocking(move || judge.finish()).await.unwrap()
    }
}
