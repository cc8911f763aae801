//! Results by webhook: a task is handed over, and the service calls when a picture is ready. The receiver is an axum
//! route with an extractor that lets only calls through whose address is signed for the task that they are about.
//!
//! ```sh
//! cargo run --example webhook
//! RUNWARE_API_KEY=… cargo run --example webhook -- --address https://api.runware.ai/v1 \
//!     --listen 0.0.0.0:8090 --public https://me.example/hook
//! ```

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::answers::ImageInferenceResult;
use airspec_models::openai_gpt_image_2::{DeliveryMethod, Request as Picture, Required};
use airspec_models::webhook::{Notice, Receiver, Seen, WebhookError};
use airspec_models::{Uuid, Valid};
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use clap::Parser as _;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

#[derive(clap::Parser)]
struct Arguments {
    /// The endpoint; without it a mock server is started
    #[arg(long)]
    address: Option<String>,
    /// Where to listen for calls
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The address under which the service reaches this program; without it, where it listens
    #[arg(long)]
    public: Option<String>,
}

/// What the route needs.
#[derive(Clone)]
struct Desk {
    receiver: Receiver,
    pictures: mpsc::Sender<ImageInferenceResult>,
    /// What came already: the service calls again where an answer was late.
    seen: Arc<Mutex<Seen>>,
}

/// A call that is believed: the extractor.
struct Posted(Notice<ImageInferenceResult>);

/// A call that is not.
struct Refused(WebhookError);

impl FromRequest<Desk> for Posted {
    type Rejection = Refused;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query();
        // Strangers are turned away before their body is read.
        desk.receiver.check(query).map_err(Refused)?;
        let limit = desk.receiver.body_limit();
        let body = to_bytes(body, limit).await.map_err(|_| Refused(WebhookError::TooLarge(limit)))?;
        desk.receiver.read::<Picture>(query, &body).map(Self).map_err(Refused)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::BAD_REQUEST);
        (status, self.0.to_string()).into_response()
    }
}

async fn hook(State(desk): State<Desk>, Posted(notice): Posted) -> StatusCode {
    for error in &notice.errors {
        eprintln!("{}: {}", error.code, error.message);
    }
    for (picture, id) in notice.results.into_iter().zip(&notice.ids) {
        if !desk.seen.lock().unwrap_or_else(PoisonError::into_inner).is_new(id) {
            continue;
        }
        // Handed on, so that the answer goes out at once.
        if desk.pictures.send(picture).await.is_err() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = support::Server::at(arguments.address, MockSettings::default()).await?;

    // A fresh secret will do where one process sends and receives.
    let receiver = Receiver::new(Uuid::new_v4().as_str())?;
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    let here = format!("http://{}/hook", listener.local_addr()?);
    let (pictures, mut arriving) = mpsc::channel(16);
    let routes = Router::new().route("/hook", post(hook));
    let seen = Arc::new(Mutex::new(Seen::new(10_000)));
    let routes = routes.with_state(Desk { receiver: receiver.clone(), pictures, seen });
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let base = arguments.public.unwrap_or(here);
    let task = task(&receiver, &base)?;
    server.client()?.submit(&task).await?;
    println!("accepted {}", task.task_uuid);

    for number in 1..=2 {
        let arrival = tokio::time::timeout(Duration::from_secs(600), arriving.recv());
        let picture = arrival.await?.ok_or("the receiver has ended")?;
        println!("picture {number} at {}", picture.image_url.unwrap_or_default());
    }
    Ok(())
}

/// Two pictures, to be told of at an address that carries the task's identifier and its signature.
fn task(receiver: &Receiver, base: &str) -> Result<Valid<Picture>, Box<dyn Error>> {
    let required = Required { positive_prompt: "a lighthouse at dawn".into(), width: 512, height: 512 };
    let task = Picture::builder(required).delivery_method(DeliveryMethod::Async).number_results(2).build()?;
    let mut task = task.into_inner();
    task.webhook_url = Some(receiver.address(base, task.task_uuid.as_str()));
    Ok(task.into_valid()?)
}
