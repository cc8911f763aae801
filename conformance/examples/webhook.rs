//! Receives results by webhook: the program submits a task, and the service calls its webhook URL when an image is
//! ready. The receiver is an axum route with an extractor that accepts only calls with the signature of their task.
//!
//! ```sh
//! cargo run --example webhook
//! RUNWARE_API_KEY=… cargo run --example webhook -- --base-url https://api.runware.ai/v1 \
//!     --listen 0.0.0.0:8090 --public https://me.example/hook
//! ```

mod support;

use airspec_mock::Settings as MockSettings;
use airspec_models::answers::ImageInferenceResult;
use airspec_models::openai_gpt_image_2::{DeliveryMethod, Request as ImageRequest, Required};
use airspec_models::webhook::{Notice, Receiver, Seen, WebhookError};
use airspec_models::{Uuid, Valid, Violations};
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use clap::Parser as _;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};

#[derive(clap::Parser)]
struct Arguments {
    /// The URL of the API; without it, a mock server is started
    #[arg(long, alias = "address")]
    base_url: Option<String>,
    /// The IP address and port to listen on
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The public URL of this program; without it, the URL that it listens on
    #[arg(long)]
    public: Option<String>,
}

/// The state of the route.
#[derive(Clone)]
struct AppState {
    receiver: Receiver,
    /// The store. In a real program this is a database.
    images: mpsc::Sender<ImageInferenceResult>,
    /// The ids of stored results: a result can arrive more than once.
    seen: Arc<Mutex<Seen>>,
}

/// A valid call: the extractor.
struct Posted(Notice<ImageInferenceResult>);

/// An invalid call.
struct Refused(WebhookError);

impl FromRequest<AppState> for Posted {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query();
        // Check the signature before reading the body.
        state.receiver.check(query).map_err(Refused)?;
        let limit = state.receiver.body_limit();
        let body = to_bytes(body, limit).await.map_err(|_| Refused(WebhookError::TooLarge(limit)))?;
        state.receiver.read::<ImageRequest>(query, &body).map(Self).map_err(Refused)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::BAD_REQUEST);
        (status, self.0.to_string()).into_response()
    }
}

async fn hook(State(state): State<AppState>, Posted(notice): Posted) -> StatusCode {
    for error in &notice.errors {
        eprintln!("{}: {}", error.code, error.message);
    }
    // One call at a time, so that two calls about one result do not both store it.
    let mut seen = state.seen.lock().await;
    for (image, id) in notice.results.into_iter().zip(&notice.ids) {
        if seen.contains(id) {
            continue;
        }
        // If storing fails, the service repeats the call, and the id is not recorded.
        if state.images.send(image).await.is_err() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        // Record the id only after the result is stored.
        seen.insert(id);
    }
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = Box::pin(support::Server::at(arguments.base_url, MockSettings::default())).await?;

    // A random secret is enough if one process sends and receives.
    let receiver = Receiver::new(Uuid::new_v4().as_str())?;
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    let here = format!("http://{}/hook", listener.local_addr()?);
    let (images, mut stored) = mpsc::channel(16);
    let routes = Router::new().route("/hook", post(hook));
    let seen = Arc::new(Mutex::new(Seen::new(10_000)));
    let routes = routes.with_state(AppState { receiver: receiver.clone(), images, seen });
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let base = arguments.public.unwrap_or(here);
    let task = task(&receiver, &base)?;
    server.client()?.submit(&task).await?;
    println!("accepted {}", task.task_uuid);

    for number in 1..=2 {
        let next = tokio::time::timeout(Duration::from_secs(600), stored.recv());
        let image = next.await?.ok_or("the receiver has ended")?;
        println!("image {number} at {}", image.image_url.as_deref().ok_or("the result has no imageURL")?);
    }
    Ok(())
}

/// A task for two images, with a signed webhook URL.
fn task(receiver: &Receiver, base: &str) -> Result<Valid<ImageRequest>, Violations> {
    let id = Uuid::new_v4();
    let required = Required { positive_prompt: "a lighthouse at dawn".into(), width: 512, height: 512 };
    ImageRequest::builder(required)
        .task_uuid(id)
        .webhook_url(receiver.url(base, id.as_str()))
        .delivery_method(DeliveryMethod::Async)
        .number_results(2)
        .build()
}
