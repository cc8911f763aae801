//! A mock server that behaves like the API, for any model whose spec can be read.
//!
//! The [`Engine`] is a plain function from a request to an answer, in four steps: admit the request, judge each task,
//! execute the valid ones, respond. It asks the [judge](airspec_judge) what is wrong with a task, and the spec's
//! behaviours what an answer must be, so it names no parameter of any model. A [`Fault`] is a change around the steps,
//! which know none.
//!
//! [`Mock`] serves the engine in the background of a test, [`Server`] where it runs for a long time, and with the feature
//! `wiremock` `WiremockServer` is a `wiremock::MockServer` that answers the same. What the platform's documents leave
//! open is a switch in [`Settings`].
//!
//! ```
//! # async fn example(model: airspec_spec::Model) -> Result<(), Box<dyn std::error::Error>> {
//! use airspec_mock::{Engine, Mock, Settings};
//!
//! let mock = Mock::start(Engine::new(model, Settings::default())?).await?;
//! println!("{}", mock.url()); // http://127.0.0.1:41234/v1
//! // … the application under test sends its requests …
//! mock.assert_no_violations(); // each of them keeps to the spec
//! # Ok(())
//! # }
//! ```

mod address;
mod answer;
mod behaviour_index;
mod caller;
mod capacity;
mod clock;
mod delivery;
mod engine;
mod explain;
mod file_spec;
mod front_axum;
#[cfg(feature = "wiremock")]
mod front_wiremock;
mod item;
mod log;
mod mock;
mod mutation;
mod network;
mod outcome;
mod path;
mod problem;
mod protocol;
mod seeded_rng;
pub mod serving;
mod settings;
mod state;
mod steps;
mod task_view;

pub use answer::{Answer, Body, Piece};
pub use clock::Clock;
pub use delivery::{Delivery, DeliveryKind, DeliveryState};
pub use engine::{Checked, Engine, EngineError};
pub use front_axum::Server;
#[cfg(feature = "wiremock")]
pub use front_wiremock::WiremockServer;
pub use log::Served;
pub use mock::Mock;
pub use mutation::{Fault, LARGE_SIDE, UnknownFault};
pub use network::{NetworkConditions, NetworkConditionsError};
pub use protocol::{CONTROL, ENDPOINT, FILES, Incoming, NETWORK_HEADER, Note, Passage};
pub use settings::{Key, Reach, Settings, SettingsError, Wrapping};
pub use state::violations::RequestViolation;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The lock, also after a panic of another holder: what is stored is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
