//! The client of `airspec-models` against the mock under all network conditions, and against servers that misbehave in
//! ways that no network condition has.

#[path = "client/support.rs"]
mod support;

#[path = "client/answers.rs"]
mod answers;
#[path = "client/billing.rs"]
mod billing;
#[path = "client/download.rs"]
mod download;
#[path = "client/memory.rs"]
mod memory;
#[path = "client/network.rs"]
mod network;
#[path = "client/secrets.rs"]
mod secrets;
#[path = "client/tls.rs"]
mod tls;
#[path = "client/twice.rs"]
mod twice;
