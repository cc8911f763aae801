//! Conformance from real traffic: what is wrong with the requests of any client, and with the answers to them.
//!
//! A [`Watcher`] takes [exchanges](Exchange) in the order in which they ended. The [judge](airspec_judge) says what is wrong
//! with a request, and the [oracle](airspec_suite::oracle::Oracle) of the suite what its answer must be. [`read`] takes
//! exchanges out of files. Not its business: terminals and formats of reports.

mod conversation;
mod coverage;
mod exchange;
mod excuse;
mod fetch;
mod found;
mod mask;
mod parts;
mod piece;
pub mod proxy;
pub mod read;
mod recent;
mod replay;
mod specs;
mod summary;
mod watcher;

pub use exchange::{Body, Exchange, Form, Reply};
pub use fetch::{Fetched, FetchedFile, Fetcher, Fetching, Unfetched};
pub use found::{Found, Seen, Side};
pub use mask::{Mask, masked};
pub use piece::{Download, Piece, WebhookCall};
pub use replay::{Difference, Replay, Replayed};
pub use specs::{Scope, Specs};
pub use summary::{ClientGroup, Coverage, FileCount, ServerGroup, Summary};
pub use watcher::{Options, Watcher};
