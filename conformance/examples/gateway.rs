//! A gateway that validates requests before it forwards them. It answers an invalid request at once with all
//! violations, and does not forward it.
//!
//! ```sh
//! cargo run --example gateway                            # shows a forwarded and a refused request, and ends
//! cargo run --example gateway -- --listen 127.0.0.1:8090 --base-url https://api.runware.ai/v1
//! ```
//!
//! The callers have the key: the gateway forwards their `Authorization` header.

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::Violations;
use airspec_models::client::{Client, Settings};
use airspec_models::openai_gpt_image_2::{Request as ImageRequest, Required};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use clap::Parser as _;
use futures_util::stream::unfold;
use serde_json::{Value, json};
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

/// The largest request, in bytes: sixteen reference images as Base64 text.
const LIMIT: usize = 64 << 20;
/// Task types of the platform, which are forwarded without validation.
const PLATFORM: [&str; 2] = ["authentication", "getResponse"];

#[derive(clap::Parser)]
struct Arguments {
    /// The URL that requests are forwarded to; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// The IP address and port to listen on, until you stop the program
    #[arg(long)]
    listen: Option<SocketAddr>,
}

#[derive(Clone)]
struct Upstream {
    http: reqwest::Client,
    url: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Box::pin(support::Server::at(arguments.base_url, MockSettings::default())).await?;
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(300))
        .no_proxy()
        .build()?;
    let routes = Router::new()
        .route("/v1", post(forward))
        .layer(DefaultBodyLimit::max(LIMIT))
        .with_state(Upstream { http, url: server.url.clone() });
    let near = arguments.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
    let listener = tokio::net::TcpListener::bind(near).await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    println!("{url} validates requests for {}", server.url);
    let serving = axum::serve(listener, routes);
    if arguments.listen.is_some() {
        return Ok(serving.await?);
    }
    tokio::spawn(async move { serving.await });
    show(&url).await
}

/// Validates a request, and forwards it if it is valid.
async fn forward(State(upstream): State<Upstream>, headers: HeaderMap, body: String) -> Response {
    let tasks = match validated(&body) {
        Ok(tasks) => tasks,
        Err(errors) => return refusal(StatusCode::BAD_REQUEST, &json!({"data": [], "errors": errors})),
    };
    // Forward the validated tasks, not the text that they were read from.
    let mut request = upstream.http.post(&upstream.url).header(CONTENT_TYPE, "application/json");
    if let Some(key) = headers.get(AUTHORIZATION) {
        request = request.header(AUTHORIZATION, key.clone());
    }
    match request.body(tasks.to_string()).send().await {
        Ok(answer) => forwarded(answer),
        Err(_) => {
            let error = json!({"code": "serviceUnavailable", "message": "The service does not answer."});
            refusal(StatusCode::BAD_GATEWAY, &json!({"errors": [error]}))
        }
    }
}

/// The tasks of a body, or an error for each violation of any of them.
fn validated(body: &str) -> Result<Value, Vec<Value>> {
    let error = |message: String| vec![json!({"code": "invalidBody", "message": message})];
    let tasks = airspec_models::json::parse(body).map_err(|fault| error(fault.to_string()))?;
    let Value::Array(list) = &tasks else { return Err(error("The body must be an array of tasks.".into())) };
    let is_platform = |task: &&Value| task["taskType"].as_str().is_some_and(|kind| PLATFORM.contains(&kind));
    let wrong = list.iter().filter(|task| !is_platform(task)).filter_map(|task| {
        let violations = ImageRequest::from_value(task.clone()).err()?;
        Some(errors(&violations, &task["taskUUID"]))
    });
    let wrong: Vec<Value> = wrong.flatten().collect();
    if wrong.is_empty() { Ok(tasks) } else { Err(wrong) }
}

/// Violations in the form of the API's own errors.
fn errors(violations: &Violations, task: &Value) -> Vec<Value> {
    let one = |violation: &airspec_models::Violation| {
        json!({
            "code": "invalidParameter",
            "message": violation.to_string(),
            "parameter": violation.pointer.trim_start_matches('/').replace('/', "."),
            "documentation": violation.documentation,
            "taskUUID": task,
        })
    };
    violations.iter().map(one).collect()
}

fn refusal(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Streams the answer of the service.
fn forwarded(answer: reqwest::Response) -> Response {
    let status = answer.status();
    let headers = [CONTENT_TYPE, RETRY_AFTER].into_iter();
    let headers: HeaderMap =
        headers.filter_map(|name| Some((name.clone(), answer.headers().get(&name)?.clone()))).collect();
    let pieces = unfold(answer, |mut answer| async move {
        let piece = answer.chunk().await.transpose()?;
        Some((piece, answer))
    });
    (status, headers, Body::from_stream(pieces)).into_response()
}

/// Sends a valid and an invalid request through the gateway.
async fn show(url: &str) -> Result<(), Box<dyn Error>> {
    let client = Client::new("a-key-for-the-mock", Settings::default().base_url(url))?;
    let required = Required { positive_prompt: "a lighthouse".into(), width: 512, height: 512 };
    let image = client.run(&ImageRequest::builder(required).build()?).await?.results.remove(0);
    println!("forwarded: image {}", image.image_uuid);

    // A program without the types.
    let wrong =
        json!([{"taskType": "imageInference", "model": "openai:gpt-image@2", "width": 500, "height": 512}]);
    let http = reqwest::Client::builder().no_proxy().build()?;
    let answer = http.post(url).body(wrong.to_string()).send().await?;
    println!("refused: HTTP {}", answer.status().as_u16());
    let answer: Value = serde_json::from_slice(&answer.bytes().await?)?;
    for error in answer["errors"].as_array().into_iter().flatten() {
        println!("  {}", error["message"].as_str().unwrap_or_default());
    }
    Ok(())
}
