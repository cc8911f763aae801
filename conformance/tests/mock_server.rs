//! The mock server as its users see it: over HTTP and WebSocket, through both fronts.

#[path = "mock_server/support.rs"]
mod support;

#[path = "mock_server/answers.rs"]
mod answers;
#[path = "mock_server/bounds.rs"]
mod bounds;
#[path = "mock_server/delivery.rs"]
mod delivery;
#[path = "mock_server/faults.rs"]
mod faults;
#[path = "mock_server/fronts.rs"]
mod fronts;
#[path = "mock_server/hostile.rs"]
mod hostile;
#[cfg(target_os = "linux")]
#[path = "mock_server/memory.rs"]
mod memory;
#[path = "mock_server/network.rs"]
mod network;
#[path = "mock_server/secrets.rs"]
mod secrets;
#[path = "mock_server/sites.rs"]
mod sites;
#[path = "mock_server/socket.rs"]
mod socket;
#[path = "mock_server/violations.rs"]
mod violations;
