//! `airspec mcp`: this program as tools for coding agents, by the Model Context Protocol on standard input and output.
//!
//! A tool runs a command of this program, so that an agent gets what a person gets. What an agent asks for may come from a
//! stranger: no tool sends a request that could be accepted at a price, the key goes to the one address that the user has
//! named, and neither `airspec.toml` nor variables change what a command does.

use super::{End, Failure, Spec, runtime};
use airspec_spec::Model;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::schemars::JsonSchema;
use rmcp::service::ServerInitializeError;
use rmcp::{ServerHandler, ServiceExt as _, tool, tool_handler, tool_router};
use serde::Deserialize;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// As much of what a command prints goes to the agent.
const MAX_OUTPUT: u64 = 64 << 10;
/// As long a command may take.
const MAX_TIME: Duration = Duration::from_secs(900);
/// So many mocks run at a time.
const MAX_MOCKS: usize = 4;
/// How long a mock may take to start.
const START: Duration = Duration::from_secs(30);

const INSTRUCTIONS: &str = "Tools for requests to models of the Runware API. They know every documented constraint. \
    Nothing that these tools do costs money: requests are validated on this machine, and a server is sent only requests \
    that it must refuse. Validate a request before you send it; explain a parameter before you set it.";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: Spec,
    /// The one server, besides those of this machine, that agents may send free cases to. The key is read from RUNWARE_API_KEY
    #[arg(long, value_name = "URL")]
    target: Option<String>,
}

/// The mocks that run, with their URLs.
type Mocks = Arc<Mutex<Vec<(String, Child)>>>;

/// The tools.
struct Tools {
    spec: Spec,
    target: Option<String>,
    mocks: Mocks,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Validate {
    /// A task, an array of tasks, or the same as JSON text
    request: serde_json::Value,
    /// Slug or AIR id of the model; default: the model that the request names
    model: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Explain {
    /// Dotted path of the parameter, such as providerSettings.openai.quality; without it, all parameters are listed
    parameter: Option<String>,
    /// Slug or AIR id of the model; default: GPT Image 2, or the only model of --spec
    model: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Plan {
    /// Only cases with a matching id, such as 'width.*'
    case: Option<String>,
    /// Slug or AIR id of the model
    model: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct StartMock {
    /// Slug or AIR id of the model
    model: Option<String>,
    /// Id of a fault that the mock must have, such as accept:width.maximum
    fault: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct StopMock {
    /// The URL that `start_mock` gave; without it, all mocks stop
    url: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct FreeCases {
    /// URL of a server on this machine, such as that of `start_mock`, or of the server that `airspec mcp --target` names
    target: String,
    /// Only cases with a matching id, such as 'width.*'
    case: Option<String>,
    /// Slug or AIR id of the model
    model: Option<String>,
    /// Seed of the requests
    seed: Option<u32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Diff {
    /// The old spec: a file, or the slug or AIR id of a model
    old: String,
    /// The new spec: likewise
    new: String,
}

#[tool_router]
impl Tools {
    #[tool(
        description = "Validate a request against the spec of its model, on this machine. Returns one JSON verdict: valid, and each violation with pointer, constraint and message.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn validate_request(&self, Parameters(asked): Parameters<Validate>) -> CallToolResult {
        let text = match asked.request {
            serde_json::Value::String(text) => text,
            value => value.to_string(),
        };
        let text = text.replace(['\n', '\r'], " ");
        let words = self.words("validate", asked.model.as_deref(), ["--format=lines", "--lines", "--", "-"]);
        self.run(words, Some(text), false).await
    }

    #[tool(
        description = "Explain a parameter of a model: its type, default, constraints and the page that documents it. Without a parameter: list them all.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn explain_parameter(&self, Parameters(asked): Parameters<Explain>) -> CallToolResult {
        match self.model(asked.model.as_deref()).and_then(|model| explain(&model, asked.parameter.as_deref()))
        {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(Failure(reason)) => CallToolResult::error(vec![ContentBlock::text(reason)]),
        }
    }

    #[tool(
        description = "Say what a conformance run would send and cost, and the limit that a complete run needs. Sends nothing.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn price_plan(&self, Parameters(asked): Parameters<Plan>) -> CallToolResult {
        let mut words = self.words("conformance", asked.model.as_deref(), ["--plan"]);
        words.extend(asked.case.map(|case| format!("--case={case}").into()));
        self.run(words, None, false).await
    }

    #[tool(
        description = "Start a mock server on this machine that answers as the spec says, and return its URL. It costs nothing and takes any key.",
        annotations(read_only_hint = false, destructive_hint = false, open_world_hint = false)
    )]
    async fn start_mock(&self, Parameters(asked): Parameters<StartMock>) -> CallToolResult {
        let mut mocks = self.mocks.lock().await;
        if mocks.len() >= MAX_MOCKS {
            return failed(format!("{MAX_MOCKS} mocks are running: stop one with stop_mock"));
        }
        let mut words = self.words("mock", asked.model.as_deref(), ["--port=0", "--quiet"]);
        words.extend(asked.fault.map(|fault| format!("--fault={fault}").into()));
        match start(words).await {
            Ok((url, child)) => {
                mocks.push((url.clone(), child));
                CallToolResult::success(vec![ContentBlock::text(url)])
            }
            Err(Failure(reason)) => failed(reason),
        }
    }

    #[tool(
        description = "Stop a mock server that start_mock has started, or all of them.",
        annotations(read_only_hint = false, destructive_hint = false, open_world_hint = false)
    )]
    async fn stop_mock(&self, Parameters(asked): Parameters<StopMock>) -> CallToolResult {
        let mut mocks = self.mocks.lock().await;
        let is_wanted = |url: &String| asked.url.as_ref().is_none_or(|wanted| wanted == url);
        let stopped = stop(mocks.extract_if(.., |(url, _)| is_wanted(url)).collect()).await;
        match (stopped, asked.url) {
            (0, Some(url)) => failed(format!("no mock of this server is at {url}")),
            _ => CallToolResult::success(vec![ContentBlock::text(format!("stopped: {stopped}"))]),
        }
    }

    #[tool(
        description = "Send a server the requests that it must refuse, and report what it accepts, or refuses in the wrong way. Costs nothing: requests that could be accepted at a price are not sent.",
        annotations(read_only_hint = false, destructive_hint = false, open_world_hint = true)
    )]
    async fn run_free_cases(&self, Parameters(asked): Parameters<FreeCases>) -> CallToolResult {
        let is_named = self.target.as_ref() == Some(&asked.target);
        let is_here =
            airspec_suite::run::Target::new(&asked.target, None, airspec_suite::run::Limit::Loopback)
                .is_ok_and(|target| target.is_loopback());
        if !is_named && !is_here {
            return failed(
                "the target must be on this machine, or the one of `airspec mcp --target`".to_owned(),
            );
        }
        let mut words = self.words("conformance", asked.model.as_deref(), ["--free-only", "--search=0"]);
        words.push(format!("--target={}", asked.target).into());
        words.extend(asked.case.map(|case| format!("--case={case}").into()));
        words.extend(asked.seed.map(|seed| format!("--seed={seed}").into()));
        self.run(words, None, is_named).await
    }

    #[tool(
        description = "List the changes between two specs, and whom each breaks, as Markdown with a request that shows it.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn diff_specs(&self, Parameters(asked): Parameters<Diff>) -> CallToolResult {
        let mut words = self.words("diff", None, ["--format=markdown", "--"]);
        words.extend([asked.old.into(), asked.new.into()]);
        self.run(words, None, false).await
    }
}

#[tool_handler]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("airspec", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }
}

impl Tools {
    /// The words of a command, with the specs and the model.
    fn words<const N: usize>(&self, command: &str, model: Option<&str>, more: [&str; N]) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![command.into(), "--no-config".into()];
        // `diff` names its specs itself.
        if command != "diff" {
            words.extend(self.spec.named(model).again().into_iter().map(OsString::from));
        }
        words.extend(more.map(OsString::from));
        words
    }

    fn model(&self, name: Option<&str>) -> Result<Model, Failure> {
        let mut models = self.spec.named(name).all()?;
        match models.len() {
            1 => Ok(models.remove(0)),
            many => Err(Failure(format!("there are {many} models: name one in `model`"))),
        }
    }

    /// Runs a command to its end. Codes 0 and 1 are verdicts.
    async fn run(&self, words: Vec<OsString>, input: Option<String>, with_key: bool) -> CallToolResult {
        match tokio::time::timeout(MAX_TIME, output(words, input, with_key)).await {
            Ok(Ok((0 | 1, text))) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Ok(Ok((_, text))) => failed(text),
            Ok(Err(error)) => failed(format!("the command does not run: {error}")),
            Err(_) => failed(format!("stopped after {} s", MAX_TIME.as_secs())),
        }
    }
}

fn failed(reason: String) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(reason)])
}

/// A command of this program, without what the environment would change, ended when it is dropped.
fn command(words: Vec<OsString>, with_key: bool) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(words).env("NO_COLOR", "1").kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AIRSPEC_") || text == "FORCE_COLOR" || (text == "RUNWARE_API_KEY" && !with_key) {
            command.env_remove(&name);
        }
    }
    Ok(command)
}

/// The exit code of a command and what it printed.
async fn output(
    words: Vec<OsString>,
    input: Option<String>,
    with_key: bool,
) -> std::io::Result<(i32, String)> {
    let mut child = command(words, with_key)?.spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async move {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A command that has seen enough is no error.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let ((), shown, told) = tokio::join!(write, bounded(stdout), bounded(stderr));
    let status = child.wait().await?;
    let parts: Vec<String> = [shown?, told?].into_iter().filter(|text| !text.is_empty()).collect();
    Ok((status.code().unwrap_or(2), parts.join("\n")))
}

/// The beginning of what a command prints; the rest is read, so that it can end.
async fn bounded(reader: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let Some(mut reader) = reader else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    (&mut reader).take(MAX_OUTPUT).read_to_end(&mut bytes).await?;
    let rest = tokio::io::copy(&mut reader, &mut tokio::io::sink()).await?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if rest > 0 {
        let _ = write!(text, "\n[{rest} more bytes are left out: ask for less, for instance with `case`]");
    }
    Ok(text)
}

/// A mock, and its URL.
async fn start(words: Vec<OsString>) -> Result<(String, Child), Failure> {
    let mut child = command(words, false)?.spawn()?;
    let Some(stdout) = child.stdout.take() else { return Err(Failure("the mock prints nothing".to_owned())) };
    let mut line = String::new();
    let mut reader = BufReader::new(stdout);
    let read = tokio::time::timeout(START, reader.read_line(&mut line)).await;
    let url = line.split_whitespace().find(|word| word.starts_with("http://"));
    if let (Ok(Ok(_)), Some(url)) = (read, url) {
        let url = url.to_owned();
        // What it prints later is read, so that it never waits for a reader.
        tokio::spawn(async move { tokio::io::copy(&mut reader, &mut tokio::io::sink()).await });
        return Ok((url, child));
    }
    let _ = child.start_kill();
    let told = bounded(child.stderr.take()).await?;
    Err(Failure(if told.is_empty() { "the mock does not start".to_owned() } else { told }))
}

/// Ends mocks, and says how many.
async fn stop(mocks: Vec<(String, Child)>) -> usize {
    let count = mocks.len();
    for (_, mut child) in mocks {
        // One that has ended is stopped.
        let _ = child.kill().await;
    }
    count
}

/// A parameter with what is documented of it, or the list of parameters.
fn explain(model: &Model, parameter: Option<&str>) -> Result<String, Failure> {
    let constraints = model.constraints();
    let mut text = String::new();
    let Some(path) = parameter.filter(|path| !path.is_empty()) else {
        let _ = writeln!(text, "Parameters of {}:", model.slug);
        for parameter in model.parameters() {
            let count = constraints.iter().filter(|one| one.parameter == parameter.path).count();
            let _ = writeln!(text, "- {} ({count} constraints)", parameter.path);
        }
        return Ok(text);
    };
    let known: Vec<String> = model.parameters().iter().map(|one| one.path.to_string()).collect();
    let Some(found) = model.parameters().into_iter().find(|one| one.path == *path) else {
        let near = airspec_spec::text::nearest(path, known.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(Failure(format!("{} has no parameter `{path}`{near}", model.slug)));
    };
    let _ = writeln!(text, "{path} of {}", model.slug);
    for line in [found.title.as_deref(), found.description.as_deref()].into_iter().flatten() {
        let _ = writeln!(text, "{line}");
    }
    if let Some(page) = &found.documentation {
        let _ = writeln!(text, "Documentation: {page}");
    }
    let _ = writeln!(text, "Constraints:");
    let is_about = |id: &str| id == path || id.starts_with(&format!("{path}."));
    for one in constraints.iter().filter(|one| one.parameter == found.path || is_about(one.id.as_str())) {
        let _ = writeln!(text, "- {}: {}", one.id, one.expected);
    }
    let rules = constraints.iter().filter(|one| {
        one.parameter != found.path
            && !is_about(one.id.as_str())
            && one.id.as_str().split(['.', '+']).any(|name| name == path)
    });
    for one in rules {
        let _ = writeln!(text, "- {}: the task {}", one.id, one.expected);
    }
    for behaviour in model.behaviours.iter().filter(|one| one.kind.parameters().contains(&path)) {
        let _ = writeln!(text, "- {}: {}", behaviour.id, behaviour.description);
    }
    Ok(text)
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let mocks = Mocks::default();
    let tools =
        Tools { spec: arguments.spec.clone(), target: arguments.target.clone(), mocks: Arc::clone(&mocks) };
    // A wrong spec is told before an agent waits for tools.
    tools.spec.all()?;
    let runtime = runtime()?;
    let end = runtime.block_on(async {
        let session = async {
            let server = match tools.serve(rmcp::transport::stdio()).await {
                // The agent has gone before it said anything.
                Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
                server => server.map_err(|error| Failure(error.to_string()))?,
            };
            server.waiting().await.map(drop).map_err(|error| Failure(error.to_string()))
        };
        let end = tokio::select! {
            end = session => end,
            () = super::interrupt() => Ok(()),
        };
        stop(std::mem::take(&mut *mocks.lock().await)).await;
        end
    });
    // A reader of standard input cannot be woken.
    runtime.shutdown_background();
    end.map(|()| End::Conforms)
}
