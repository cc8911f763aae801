//! `airspec proxy`: forwards traffic to one server and judges it beside the path.

use super::mock::{runtime, stopped};
use super::traffic::{FetchArgs, TrafficArgs, counted, line};
use super::{End, Failure, Spec, complain, show, style};
use airspec_suite::run::Usd;
use airspec_traffic::Watcher;
use airspec_traffic::proxy::{Guarding, Judge, Judged, Proxy, Recorder, Settings, Spending, Target, Webhook};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Full URL of the endpoint to forward to, such as https://api.runware.ai/v1
    #[arg(long, value_name = "URL")]
    target: String,
    /// Address to listen on. Port 0 selects a free port; an address of another interface lets other machines in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    #[command(flatten)]
    spec: Spec,
    /// Append every exchange to this file, as a line of JSON that `airspec check` reads
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Answer requests that break the spec as the API does (HTTP 400), and do not forward them
    #[arg(long, help_heading = "Judge in the path: requests are held until they are checked")]
    enforce: bool,
    /// Maximum total cost of forwarded requests. A request that may exceed it, or whose price the spec does not state, is
    /// answered with HTTP 402
    #[arg(
        long,
        value_name = "USD",
        value_parser = super::money::usd,
        help_heading = "Judge in the path: requests are held until they are checked"
    )]
    budget: Option<f64>,
    /// Add what a request breaks to its answer, as the header airspec-findings
    #[arg(long, help_heading = "Judge in the path: requests are held until they are checked")]
    warn_header: bool,
    /// Listen for the calls of webhooks at this address too, and judge them. With =APPLICATION (host and
    /// port, or a URL without path), each call is forwarded there; without it, each is answered with HTTP 200
    #[arg(long, value_name = "ADDRESS[=APPLICATION]", value_parser = webhook)]
    webhook: Option<Webhook>,
    /// How long the target may keep silent
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = super::wire::seconds)]
    timeout: Duration,
    /// PEM file of certificates to trust, in addition to those of the system
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    traffic: TrafficArgs,
    #[command(flatten)]
    fetch: FetchArgs,
    /// Print only the summary at the end
    #[arg(long, short)]
    quiet: bool,
    /// A command to run: the proxy ends with it. Its environment has the URL of the proxy in AIRSPEC_PROXY_URL, and
    /// that of --webhook in AIRSPEC_WEBHOOK_URL
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

fn webhook(text: &str) -> Result<Webhook, String> {
    let (address, url) = text.split_once('=').map_or((text, None), |(address, url)| (address, Some(url)));
    let url = url.map(|url| if url.contains("://") { url.to_owned() } else { format!("http://{url}") });
    let listen = address.parse().map_err(|_| {
        format!("`{address}` is no address; use 127.0.0.1:9000, or 127.0.0.1:9000=127.0.0.1:3000")
    })?;
    Ok(Webhook { listen, application: url })
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let target = Target::new(&arguments.target)?;
    arguments.traffic.prepare()?;
    let options = arguments.traffic.options();
    let recorder = arguments.record.as_deref().map(|path| Recorder::open(path, options.mask)).transpose()?;
    let watcher = Watcher::new(arguments.spec.of_traffic()?, options);
    let (style, quiet) = (style(), arguments.quiet);
    let fetcher = arguments.fetch.fetcher(Some(&target.shown()), arguments.ca_file.as_deref())?;
    let judge = Judge::start(watcher, recorder, fetcher, move |seen| {
        if !quiet {
            // A reader that has gone is no reason to stop judging.
            let _ = show(&line(style, seen));
        }
    })?;
    let guarding = Guarding {
        enforce: arguments.enforce,
        budget: arguments.budget.map(Usd::rounded_down),
        warn_header: arguments.warn_header,
    };
    let ca_file = arguments.ca_file.clone();
    let webhook = arguments.webhook.clone();
    let settings = Settings { timeout: arguments.timeout, ca_file, guarding, webhook, ..Settings::default() };
    let start = Instant::now();
    let shown = target.shown();
    let (has_failed, ledger) = runtime()?.block_on(async {
        let proxy = Proxy::bind(arguments.listen, target, &settings, &judge).await?;
        let (stop, ledger) = (stopped()?, proxy.ledger());
        Ok::<_, Failure>((arguments.serve(proxy, &shown, stop).await?, ledger))
    })?;
    let Judged { watcher, recorder } = judge.finish();
    if let Some(recorder) = recorder {
        let lines = recorder.lines();
        if let Some((error, unwritten)) = recorder.failure() {
            complain(&format!("{error}: {} recorded, {unwritten} not", counted(lines, "exchange")));
        }
    }
    if let Some(ledger) = ledger {
        let Spending { spent, refused, .. } = ledger.spending();
        let refused = counted(refused, "request");
        show(&format!(
            "{spent} USD of the limit of {} USD spent, {refused} not forwarded for it\n",
            ledger.limit()
        ))?;
    }
    let end = arguments.traffic.finish(&watcher, &format!("traffic to {shown}"), start.elapsed())?;
    let is_unused = !arguments.command.is_empty() && watcher.summary().judged == 0;
    if is_unused {
        complain("no answer was judged: does the command send its requests to AIRSPEC_PROXY_URL?");
    }
    Ok(if (has_failed || is_unused) && end == End::Conforms { End::Incomplete } else { end })
}

impl Arguments {
    /// Forwards until Ctrl-C, or until the command ends; true where that has failed.
    async fn serve(
        &self,
        proxy: Proxy,
        target: &str,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<bool, Failure> {
        let (url, calls) = (proxy.url(), proxy.webhook_url());
        let Some((program, words)) = self.command.split_first() else {
            let calls = calls.map_or_else(String::new, |calls| format!("calls of webhooks at {calls}\n"));
            show(&format!(
                "proxy at {url}, in front of {target}: use it as base URL, stop it with Ctrl-C\n{calls}\n"
            ))?;
            proxy.run(stop).await;
            return Ok(false);
        };
        let mut command = tokio::process::Command::new(program);
        command.args(words).env("AIRSPEC_PROXY_URL", &url).kill_on_drop(true);
        command.envs(calls.map(|calls| ("AIRSPEC_WEBHOOK_URL", calls)));
        let failed =
            |error: std::io::Error| Failure(format!("{}: {error}", program.to_string_lossy().escape_debug()));
        let mut child = command.spawn().map_err(failed)?;
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let forwarding = tokio::spawn(proxy.run(async move {
            // Either way it is over.
            let _ = ended.await;
        }));
        let status = tokio::select! {
            status = child.wait() => Some(status.map_err(failed)?),
            () = stop => None,
        };
        drop(end);
        // It ends by itself, within its time for open requests.
        let _ = forwarding.await;
        if let Some(status) = status.filter(|status| !status.success()) {
            complain(&format!("the command failed: {status}"));
        }
        Ok(status.is_none_or(|status| !status.success()))
    }
}
