//! `airspec mcp`, spoken to as an agent does: one JSON message on each line.

mod support;

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use support::{KEY, SPEC, Server};

struct Agent {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Agent {
    fn start(arguments: &[&str]) -> Self {
        Self::of(&[&["--spec", SPEC], arguments].concat())
    }

    fn of(arguments: &[&str]) -> Self {
        let mut command = support::command(&[&["mcp"], arguments].concat());
        // A limit of the user is none for agents.
        command
            .env("AIRSPEC_MAX_COST", "100")
            .env("AIRSPEC_TARGET", "http://198.51.100.7:9/v1")
            .env("AIRSPEC_STRICT", "true");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        let mut agent = Self { process, input, output, next: 0 };
        let client = json!({"name": "test", "version": "1"});
        let asked = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
        let greeted = agent.ask("initialize", &asked);
        assert_eq!(greeted["result"]["serverInfo"]["name"], "airspec");
        assert!(
            greeted["result"]["instructions"]
                .as_str()
                .unwrap()
                .contains("Nothing that these tools do costs money")
        );
        agent.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        agent
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has ended");
            assert!(!line.contains(KEY), "{line}");
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["id"] == id {
                return message;
            }
        }
    }

    /// Whether a tool worked, and its text.
    fn call(&mut self, tool: &str, arguments: &Value) -> (bool, String) {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"));
        (result["isError"] != true, text.to_owned())
    }

    /// The exit code once the agent has closed its side.
    fn end(mut self) -> Option<i32> {
        drop(self.input.take());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const RIGHT: &str = r#"{"taskType": "imageInference", "taskUUID": "50836053-a0ee-4cf5-b9d6-ae7c5d140ada",
    "model": "openai:gpt-image@2", "positivePrompt": "a cat", "width": 1024, "height": 1024}"#;

#[test]
fn requests_are_validated_and_parameters_explained() {
    let mut agent = Agent::start(&[]);
    let tools = agent.ask("tools/list", &json!({}));
    let names: Vec<&str> = tools["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    for name in [
        "validate_request",
        "explain_parameter",
        "price_plan",
        "start_mock",
        "stop_mock",
        "run_free_cases",
        "diff_specs",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    let mut task: Value = serde_json::from_str(RIGHT).unwrap();
    let verdict = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    for request in [task.clone(), json!([task.clone()]), json!(RIGHT)] {
        let (works, text) = agent.call("validate_request", &json!({"request": request}));
        assert!(works && verdict(&text)["valid"] == true, "{text}");
    }
    task["width"] = json!(100_000);
    let (works, text) = agent.call("validate_request", &json!({"request": task}));
    assert!(works, "{text}");
    assert_eq!(verdict(&text)["violations"][0]["constraint"], "width.maximum", "{text}");
    let (_, text) = agent.call("validate_request", &json!({"request": "{\"a\": "}));
    assert_eq!(verdict(&text)["valid"], false, "{text}");

    let (works, text) = agent.call("explain_parameter", &json!({"parameter": "width"}));
    assert!(works && text.contains("width.maximum: must be at most 3840"), "{text}");
    let (works, text) = agent.call("explain_parameter", &json!({}));
    assert!(works && text.contains("- providerSettings.openai.quality ("), "{text}");
    let (works, text) = agent.call("explain_parameter", &json!({"parameter": "widht"}));
    assert!(!works && text.contains("did you mean `width`?"), "{text}");
    let (works, text) = agent.call("price_plan", &json!({"case": "width.*"}));
    assert!(works && text.contains("--max-cost"), "{text}");
    let (works, text) = agent.call("diff_specs", &json!({"old": SPEC, "new": SPEC}));
    assert!(works, "{text}");
    assert!(!agent.call("diff_specs", &json!({"old": "none.json", "new": "--help"})).0);
    assert_eq!(agent.end(), Some(0));
}

#[test]
fn agents_know_the_release_that_the_user_names() {
    let mut agent = Agent::of(&["--release", "newest"]);
    let (works, text) = agent.call("explain_parameter", &json!({"parameter": "settings"}));
    assert!(works && text.contains("settings of openai-gpt-image-2"), "{text}");
    let newest = include_str!("../../docs/examples/newest.json");
    let (works, text) = agent.call("validate_request", &json!({"request": newest}));
    assert!(works && text.contains("\"valid\":true"), "{text}");
}

#[test]
fn free_cases_find_a_fault_and_mocks_end_with_the_agent() {
    let mut agent = Agent::start(&[]);
    let (works, url) = agent.call("start_mock", &json!({"fault": "blame:width.maximum"}));
    assert!(works && url.starts_with("http://127.0.0.1:"), "{url}");
    let (works, text) =
        agent.call("run_free_cases", &json!({"target": url, "case": "width.maximum.*", "seed": 7}));
    assert!(works && text.contains("does not conform"), "{text}");
    let (works, text) = agent.call("start_mock", &json!({"fault": "no:such"}));
    assert!(!works && text.contains("no:such"), "{text}");
    let (works, text) = agent.call("start_mock", &json!({"model": "--help"}));
    assert!(!works && text.contains("--help"), "{text}");
    let alive = |url: &str| {
        std::net::TcpStream::connect(url.strip_prefix("http://").unwrap().split('/').next().unwrap()).is_ok()
    };
    assert!(alive(&url));
    assert!(agent.call("stop_mock", &json!({"url": url})).0);
    assert!(!alive(&url));
    let (_, url) = agent.call("start_mock", &json!({}));
    assert_eq!(agent.end(), Some(0));
    assert!(!alive(&url));
}

#[test]
fn an_agent_that_goes_at_once_is_no_failure() {
    let output = support::command(&["mcp"]).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

/// An agent reads texts of strangers: what they make it ask for sends no key and no request that could cost money.
#[test]
fn no_other_server_is_sent_anything() {
    let server = Server::start(&["--spec", SPEC]);
    let mut agent = Agent::start(&["--target", "http://198.51.100.7:9/v1"]);
    for target in [
        "https://example.com/v1",
        "http://198.51.100.8:9/v1",
        "http://127.0.0.1@198.51.100.7/v1",
        "file:///etc/passwd",
        "--help",
    ] {
        let (works, text) = agent.call("run_free_cases", &json!({"target": target}));
        assert!(!works && text.contains("the target must be"), "{text}");
    }
    // Neither a file of a folder that an agent works in nor a variable names a server.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("airspec.toml"), "target = \"http://198.51.100.7:9/v1\"\n[mcp]\n")
        .unwrap();
    let config = folder.path().join("airspec.toml");
    let mut other = Agent::start(&["--config", config.to_str().unwrap()]);
    let (works, text) = other.call("run_free_cases", &json!({"target": "http://198.51.100.7:9/v1"}));
    assert!(!works && text.contains("the target must be"), "{text}");
    // No case that must be accepted is sent, whatever limit the environment of the user has.
    let (_, text) = agent.call("run_free_cases", &json!({"target": server.url, "case": "width.maximum.*"}));
    assert!(!text.contains(" failed") || text.contains("0 failed"), "{text}");
    let (_, text) =
        agent.call("run_free_cases", &json!({"target": server.url, "case": "width.maximum.accept.*"}));
    assert!(text.contains("--free-only leaves none of the "), "{text}");
}
