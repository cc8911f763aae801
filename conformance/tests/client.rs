//! The client of `airspec-models` against the mock under all network conditions, and against servers that misbehave in
//! ways that no network condition has.

/// A document that no release of the provider changes.
mod gpt_image {
    airspec_macros::model!("../spec/tests/specs/gpt-image.json");
}

#[path = "client/support.rs"]
mod support;

#[path = "client/answers.rs"]
mod answers;
#[path = "client/billing.rs"]
mod billing;
#[path = "client/budget.rs"]
mod budget;
#[path = "client/download.rs"]
mod download;
#[path = "client/memory.rs"]
mod memory;
#[path = "client/network.rs"]
mod network;
#[path = "client/saving.rs"]
mod saving;
#[path = "client/secrets.rs"]
mod secrets;
#[path = "client/socket.rs"]
mod socket;
#[path = "client/tls.rs"]
mod tls;
#[path = "client/trace.rs"]
mod trace;
#[path = "client/transport.rs"]
mod transport;
#[path = "client/twice.rs"]
mod twice;
