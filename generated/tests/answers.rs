//! Scripts of answers, taken in idea from public reports, and what comes of each. The scripts are not part of this
//! repository.
#![cfg(all(feature = "blocking", feature = "webhook"))]

#[allow(dead_code)] // each test binary uses its part
mod support;

use airspec_models::answers::ImageInferenceResult;
use airspec_models::client::Error;
use airspec_models::openai_gpt_image_2::Request;
use airspec_models::webhook::Receiver;
use airspec_models::{OddField, Uuid};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;
use support::{Reply, Server, TASK, answer, client, quick, task};

/// The name of a script, and what comes of it: results with their odd fields, or the class of the error and what it says
/// about money; then the number of requests.
#[rustfmt::skip]
const EXPECTED: [(&str, &str); 80] = [
    ("103 early hints", "1 results, 1 requests"),
    ("200 array top", "1 results, 1 requests"),
    ("200 singular error", "Safety billed, 1 requests"),
    ("200 trailing whitespace/newlines keepalive", "1 results, 1 requests"),
    ("403 html from waf", "Auth, 1 requests"),
    ("429 no body", "1 results, 2 requests"),
    ("504 html then conflict then poll nothing", "Conflict billed, 6 requests"),
    ("504 html then conflict then poll ok", "1 results, 3 requests"),
    ("ack empty data", "1 results, 2 requests"),
    ("ack extra field", "1 results, 2 requests"),
    ("ack with deliveryMethod", "1 results, 2 requests"),
    ("aws style message", "Auth, 1 requests"),
    ("code concurrencyLimitExceeded 429", "RateLimit retryable, 1 requests"),
    ("code inferenceError 200", "Provider billed, 1 requests"),
    ("code modelNotFound 400", "NotFound, 1 requests"),
    ("code providerTimeout 200", "Timeout billed, 1 requests"),
    ("code rateLimitExceeded 400", "RateLimit retryable, 1 requests"),
    ("code safety 200", "Safety billed, 1 requests"),
    ("code timeoutProvider 400", "Timeout billed, 1 requests"),
    ("code unauthorized 401", "Auth, 1 requests"),
    ("cost as string", "1 results, odd cost, 1 requests"),
    ("cost null", "1 results, 1 requests"),
    ("data null + errors", "Validation, 1 requests"),
    ("deep extra", "1 results, odd x, 1 requests"),
    ("drop then ok", "1 results, 2 requests"),
    ("error code int", "Validation, 1 requests"),
    ("error documentation null", "Validation, 1 requests"),
    ("error min as string", "Validation, 1 requests"),
    ("error no message", "Validation, 1 requests"),
    ("error type array", "Validation, 1 requests"),
    ("errors as object", "Validation, 1 requests"),
    ("errors null beside data", "1 results, 1 requests"),
    ("extra fields", "1 results, 1 requests"),
    ("hook BOM", "1 results, 0 unfinished"),
    ("hook cost string", "1 results, odd cost, 0 unfinished"),
    ("hook data object", "1 results, 0 unfinished"),
    ("hook data", "1 results, 0 unfinished"),
    ("hook error in data nested", "0 results, error safety, 0 unfinished"),
    ("hook error no message", "0 results, error safety, 0 unfinished"),
    ("hook error status flat nested", "0 results, error safety, 0 unfinished"),
    ("hook errors null", "1 results, 0 unfinished"),
    ("hook one good one odd", "2 results, odd cost, 0 unfinished"),
    ("hook processing flat", "0 results, 1 unfinished"),
    ("html 502", "ServerError billed, 1 requests"),
    ("imageURL null + b64", "1 results, 1 requests"),
    ("imageUUID missing", "1 results, odd imageUUID, 1 requests"),
    ("imageUUID null", "1 results, odd imageUUID, 1 requests"),
    ("insufficientCredits 200", "Quota, 1 requests"),
    ("latin1 bytes beside result", "1 results, 1 requests"),
    ("lone surrogate beside result", "1 results, odd revisedPrompt, 1 requests"),
    ("NaN cost", "1 results, odd cost, 1 requests"),
    ("NSFW 0", "1 results, odd NSFWContent, 1 requests"),
    ("one odd of two", "2 results, odd cost, 1 requests"),
    ("openai style error", "Validation, 1 requests"),
    ("poll 500 error status final w/o items", "Timeout billed, 2 requests"),
    ("poll 502 html then ok", "1 results, 3 requests"),
    ("poll empty data then ok", "1 results, 3 requests"),
    ("poll error as string", "Answer billed, 2 requests"),
    ("poll failed status", "Safety billed, 2 requests"),
    ("poll not cumulative w/ processing", "2 results, 3 requests"),
    ("poll one success one error item", "1 results, short Timeout billed, 2 requests"),
    ("poll pending progress", "1 results, 3 requests"),
    ("poll progress without status", "1 results, 3 requests"),
    ("poll queued with position", "1 results, 3 requests"),
    ("poll status null", "1 results, 2 requests"),
    ("save 206", "4 bytes"),
    ("save 404 then ok", "4 bytes"),
    ("save 502 then ok", "4 bytes"),
    ("save protocol-relative", "Connection retryable"),
    ("save space+unicode", "4 bytes"),
    ("save truncated then ok", "4 bytes"),
    ("seed 1e3", "1 results, 1 requests"),
    ("seed as string", "1 results, odd seed, 1 requests"),
    ("seed float .0", "1 results, 1 requests"),
    ("seed u64max", "1 results, 1 requests"),
    ("singular error object", "RateLimit retryable, 1 requests"),
    ("taskType missing", "1 results, odd taskType, 1 requests"),
    ("thirdPartyInsufficientCredits 400", "Quota, 1 requests"),
    ("truncated body", "1 results, 1 requests"),
    ("upper case taskUUID", "1 results, 1 requests"),
];

fn fill(text: &str, port: u16) -> String {
    text.replace("{{TASK}}", TASK).replace("{{PORT}}", &port.to_string())
}

fn reply(one: &Value, port: u16) -> Reply {
    let pause = Duration::from_millis(one["sleep"].as_u64().unwrap_or(0));
    if one["drop"].as_u64().is_some() {
        return Reply { pause, bytes: None };
    }
    let digits = |hex: &str, at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
    let body = match (&one["hex"], &one["body"]) {
        (Value::String(hex), _) => (0..hex.len() / 2).map(|at| digits(hex, at)).collect(),
        (_, Value::String(text)) => fill(text, port).into_bytes(),
        (_, Value::Null) => Vec::new(),
        (_, value) => fill(&value.to_string(), port).into_bytes(),
    };
    let headers = one["headers"].as_object().into_iter().flatten();
    let headers: String =
        headers.map(|(name, value)| format!("{name}: {}\r\n", value.as_str().unwrap())).collect();
    let status = u16::try_from(one["status"].as_u64().unwrap_or(200)).unwrap();
    let length = one["length"].as_u64().map_or(body.len(), |length| usize::try_from(length).unwrap());
    let early = one["early"].as_str().unwrap_or_default().as_bytes().to_vec();
    Reply { pause, bytes: Some([early, answer(status, &headers, &body, length)].concat()) }
}

fn said(error: &Error) -> String {
    let words = [(error.may_be_billed(), " billed"), (error.is_retryable(), " retryable")];
    let words: String = words.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
    let is_quoted = !error.to_string().contains('<');
    assert!(is_quoted && !error.to_string().contains(support::KEY), "{error}");
    format!("{:?}{words}", error.class())
}

fn odd<'a>(fields: impl Iterator<Item = &'a OddField>) -> String {
    let names: Vec<&str> = fields.map(|odd| odd.name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!(", odd {}", names.join(" ")) }
}

fn of_script(script: &Value) -> String {
    if !script["hook"].is_null() {
        return of_hook(&script["hook"]);
    }
    let replies = script["replies"].as_array().unwrap().clone();
    let server = Server::start(move |number, port, _| reply(&replies[number.min(replies.len() - 1)], port));
    let mut settings = quick(&server.url());
    if let Some(retries) = script["retries"].as_u64() {
        settings = settings.retries(u32::try_from(retries).unwrap());
    }
    if let Some(time) = script["timeout"].as_u64() {
        settings = settings.timeout(Duration::from_millis(time));
    }
    let client = client(settings);
    if script["do"] == "save" {
        let path = std::env::temp_dir().join(Uuid::new_v4().to_string());
        let saved = client.save(&fill(script["address"].as_str().unwrap(), server.port), &path);
        let _ = std::fs::remove_file(&path);
        return saved.map_or_else(|error| said(&error), |size| format!("{size} bytes"));
    }
    let count = u32::try_from(script["n"].as_u64().unwrap_or(1)).unwrap();
    let outcome = match client.run(&task(script["async"] == true, count)) {
        Ok(done) => {
            assert!(done.results.iter().all(|result| result.raw().starts_with('{')));
            let odd = odd(done.results.iter().flat_map(ImageInferenceResult::odd));
            let short = done.shortfall.as_ref().map(|error| format!(", short {}", said(error)));
            format!("{} results{odd}{}", done.results.len(), short.unwrap_or_default())
        }
        Err(error) => said(&error),
    };
    format!("{outcome}, {} requests", server.heard().len())
}

fn of_hook(body: &Value) -> String {
    let body = match body {
        Value::String(text) => fill(text, 0),
        value => fill(&value.to_string(), 0),
    };
    let receiver = Receiver::new("vN8eQm27xLr0cYtB").unwrap();
    let url = receiver.url("", TASK);
    match receiver.read::<Request>(Some(url.trim_start_matches('?')), body.as_bytes()) {
        Ok(notice) => {
            let odd = odd(notice.results.iter().flat_map(ImageInferenceResult::odd));
            let codes: String = notice.errors.iter().map(|error| format!(", error {}", error.code)).collect();
            let unfinished = notice.unfinished.len();
            assert_eq!(notice.ids.len(), notice.results.len() + notice.errors.len());
            format!("{} results{odd}{codes}, {unfinished} unfinished", notice.results.len())
        }
        Err(error) => format!("refused {}", error.status()),
    }
}

#[test]
fn each_script_has_its_outcome() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/answers.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        // Past the capture of output, so that it is seen.
        let _ = writeln!(std::io::stderr(), "skipped: {} is not there", path.display());
        return;
    };
    let scripts: Vec<Value> = serde_json::from_str(&text).unwrap();
    let outcomes: Vec<(&str, String)> =
        scripts.iter().map(|script| (script["name"].as_str().unwrap(), of_script(script))).collect();
    for (name, expected) in EXPECTED {
        let outcome = outcomes.iter().find(|(known, _)| *known == name).map(|(_, outcome)| outcome.as_str());
        assert_eq!(outcome, Some(expected), "{name}");
    }
    let unknown = outcomes.iter().filter(|(name, _)| !EXPECTED.iter().any(|(known, _)| known == name));
    for (name, outcome) in unknown {
        println!("not in the table: {name}: {outcome}");
    }
}

#[test]
fn other_forms_of_answers_have_their_outcomes_as_well() {
    let one = r#"{"taskType":"imageInference","taskUUID":"{{TASK}}","imageUUID":"i","imageURL":"u"}"#;
    let cut = format!(r#"{{"data":[{one},{{"taskType":"imageInf"#);
    let success = one.replacen('{', r#"{"status":" Success ","#, 1);
    let twice = format!(r#"{{"data":[{one},{}]}}"#, one.replace(r#""i""#, r#""I""#));
    let failed = r#"{"errors":[{"code":"promptBlocked","message":"\ud83d","taskUUID":"{{TASK}}"}]}"#;
    for (script, expected) in [
        (json!({"replies": [{"body": cut}]}), "1 results, 1 requests"),
        (json!({"retries": 0, "replies": [{"body": cut, "length": 9999}]}), "1 results, 1 requests"),
        (
            json!({"retries": 0, "n": 2, "replies": [{"body": cut, "length": 9999}]}),
            "1 results, short Connection billed, 1 requests",
        ),
        (json!({"n": 2, "replies": [{"body": twice}]}), "1 results, short Answer billed, 1 requests"),
        (json!({"replies": [{"status": 503, "body": "<html>"}, {"body": one}]}), "1 results, 2 requests"),
        (json!({"replies": [{"status": 400, "body": failed}]}), "Safety, 1 requests"),
        (
            json!({"retries": 0, "replies": [{"status": 429, "body": r#"{"title":"Slow down"}"#}]}),
            "RateLimit retryable, 1 requests",
        ),
        (json!({"replies": [{"status": 402, "body": "top up"}]}), "Quota, 1 requests"),
        (
            json!({"replies": [{"status": 400, "body": r#"{"data":[],"message":"No."}"#}]}),
            "Validation, 1 requests",
        ),
        (
            json!({"async": true, "replies": [{"body": ""}, {"body": format!(r#"{{"data":[{success}]}}"#)}]}),
            "1 results, 2 requests",
        ),
        (
            json!({"async": true, "replies": [{"drop": 1}, {"body": r#"{"data":[{"taskUUID":"{{TASK}}","status":"QUEUED"}]}"#}, {"body": one}]}),
            "1 results, 3 requests",
        ),
        (json!({"hook": format!("[{one},7]")}), "1 results, 0 unfinished"),
    ] {
        assert_eq!(of_script(&script), expected, "{script}");
    }
}
