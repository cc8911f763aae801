//! `airspec mock`: the mock server as a program, and the one that a run without a target is sent to.

use super::{End, Failure, Spec, show, shown};
use airspec_judge::Judge;
use airspec_mock::{Engine, EngineError, Key, Server, Settings, UnknownFault, WiremockServer};
use airspec_spec::Model;
use airspec_suite::case::Tasks;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // each is a flag of the command line
pub(super) struct Arguments {
    #[command(flatten)]
    spec: Spec,
    /// Port on 127.0.0.1; 0 selects a free one
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,
    /// Seed of identifiers, images and network conditions
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// TOML file of settings; flags override it
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Network conditions, such as 'latency=50ms..2s, error=0.05, rate=10, balance=5'
    #[arg(long, alias = "weather", value_name = "LIST")]
    network: Option<String>,
    /// Break exactly one constraint or behaviour, to test a test suite; repeatable
    #[arg(long, value_name = "ID")]
    fault: Vec<String>,
    /// List the faults and exit
    #[arg(long)]
    list_faults: bool,
    /// Fail if RUNWARE_API_KEY is not set; where it is set, only that key is accepted
    #[arg(long, conflicts_with = "any_key")]
    one_key: bool,
    /// Accept any key, although RUNWARE_API_KEY is set
    #[arg(long)]
    any_key: bool,
    /// Allow web pages of this origin, such as 'https://app.example', to use the mock, and accept its host in the Host
    /// header; repeatable. Pages from this machine are always allowed
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Do not print a line for each request
    #[arg(long, short)]
    quiet: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    if arguments.list_faults {
        return list(&arguments.spec.one()?);
    }
    let models = arguments.spec.all()?;
    let settings = arguments.to_settings()?;
    let required = models.first().map(example).transpose()?.unwrap_or_default();
    let has_key = settings.key.is_some();
    let engine = Engine::of_models(models, settings).map_err(|error| match error {
        EngineError::Fault(UnknownFault { near: None, .. }) => {
            Failure(format!("{error}; --list-faults lists them"))
        }
        EngineError::Several(_) => Failure(format!("{error} with --model")),
        _ => Failure::from(error),
    })?;
    runtime()?.block_on(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
        let taken =
            |error| Failure(format!("cannot listen on {address}: {error}; --port 0 selects a free port"));
        let server = Server::bind(engine, address).await.map_err(taken)?;
        let stop = stopped()?;
        show(&greeting(&server, &required, has_key))?;
        let quiet = arguments.quiet;
        let log = move |served: &airspec_mock::Served| {
            if !quiet {
                // A reader that has gone is no reason to stop serving.
                let _ = show(&format!("{served}\n"));
            }
        };
        server.run(stop, log).await?;
        Ok(End::Conforms)
    })
}

/// Few threads: each keeps some of the memory that it once needed.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(4);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    Ok(builder.worker_threads(workers).max_blocking_threads(3).enable_all().build()?)
}

impl Arguments {
    fn to_settings(&self) -> Result<Settings, Failure> {
        let mut settings = match &self.settings {
            None => Settings::default(),
            Some(path) => {
                let shown = shown(path);
                let text = std::fs::read_to_string(path)
                    .map_err(|error| Failure(format!("{shown}: cannot be read: {error}")))?;
                Settings::from_toml(&text).map_err(|error| Failure(format!("{shown}: {error}")))?
            }
        };
        settings.seed = self.seed.unwrap_or(settings.seed);
        settings.faults.extend(self.fault.iter().cloned());
        if let Some(wrong) = self.allow_origin.iter().find(|origin| !Settings::is_origin(origin)) {
            let shown = wrong.escape_debug();
            return Err(Failure(format!(
                "--allow-origin {shown}: not an origin (scheme, host and optional port), such as \
                 https://app.example or http://name:8080"
            )));
        }
        settings.allow_origins.extend(self.allow_origin.iter().cloned());
        if let Some(list) = &self.network {
            settings.network.read(list)?;
        }
        let key = std::env::var("RUNWARE_API_KEY").ok().filter(|key| !key.is_empty());
        if self.one_key && key.is_none() {
            return Err(Failure("--one-key needs the key in RUNWARE_API_KEY, which is not set".to_owned()));
        }
        if let Some(key) = key.filter(|_| !self.any_key) {
            settings.key = Some(Key::new(&key));
        }
        Ok(settings)
    }
}

fn list(model: &Model) -> Result<End, Failure> {
    let faults = Engine::faults(model);
    let width = faults.iter().map(|fault| fault.id.chars().count()).max().unwrap_or(0).min(70);
    let text: String = faults.iter().map(|fault| format!("{:width$}  {}\n", fault.id, fault.what)).collect();
    show(&text)?;
    Ok(End::Conforms)
}

/// The URLs, and a request that works as it stands.
fn greeting(server: &Server, task: &str, has_key: bool) -> String {
    let (url, socket) = (server.url(), server.socket_url());
    let (which, key) = if has_key {
        ("the key in RUNWARE_API_KEY", "\"Authorization: Bearer $RUNWARE_API_KEY\"")
    } else {
        ("any key", "'Authorization: Bearer any'")
    };
    let models: Vec<&str> = server.engine().models().map(|model| model.slug.as_str()).collect();
    let models = match models.as_slice() {
        [_] => String::new(),
        several => format!("{} models: {}\n", several.len(), several.join(", ")),
    };
    format!(
        "mock server at {url} and {socket}, {which}, stop it with Ctrl-C\n{models}\ncurl {url} -H {key} -H \
         'Content-Type: application/json' -d '[{task}]'\n\n"
    )
}

/// A task with its required parameters alone, safe within single quotes.
fn example(model: &Model) -> Result<String, Failure> {
    let judge = Judge::new(model)?;
    let seed = uuid::Uuid::new_v4().as_u64_pair().0;
    let task = Tasks::new(model, &judge, seed).base();
    Ok(task.to_string().replace('\'', "\\u0027"))
}

/// Ready when the process is asked to end. It is listened for from now on, not only once it is waited for.
#[cfg(unix)]
pub(super) fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready when the process is asked to end.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(super) fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// The key that the embedded mock knows.
pub(super) const EMBEDDED_KEY: &str = "airspec-embedded";

/// The mock that lives as long as a run. Its deferred results come soon: no test waits for an image to be drawn.
pub(super) async fn embedded(model: &Model) -> Result<WiremockServer, Failure> {
    let key = Some(Key::new(EMBEDDED_KEY));
    let settings = Settings { pace: Duration::from_millis(30), key, ..Settings::default() };
    Ok(WiremockServer::start(Engine::new(model.clone(), settings)?).await)
}
