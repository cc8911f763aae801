//! What stands around the task and its results: where requests are sent, how callers authenticate, what answers hold.
//!
//! It is compared from release to release; requests and answers are made from the task and the results alone.

use super::Schema;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a document states around the task and the results.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// How tasks are sent and answered. `None` for a document that is no OpenAPI document.
    pub http: Option<Http>,
    /// The element of a request that can hold the key.
    pub authentication: Option<Part>,
    /// The answer with results, without the items of `data`.
    pub response: Option<Part>,
    /// The answer with errors, without the items of `errors`.
    pub error: Option<Part>,
}

/// A schema beside the task.
#[derive(Clone, Debug)]
pub struct Part {
    /// Understood.
    pub schema: Schema,
    /// As the document has it, for the independent judge.
    pub json: Value,
}

/// How tasks are sent and answered.
#[derive(Clone, Debug, Default)]
pub struct Http {
    /// The operations of `paths`.
    pub operations: Vec<Operation>,
    /// The tasks of one request.
    pub tasks: Tasks,
    /// How the document writes the addresses: servers and paths.
    pub layout: Value,
    /// What describes and states nothing of requests and answers, such as `info.version`.
    pub notes: Value,
}

/// The tasks of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tasks {
    /// Whether a request is an array of tasks; if not, it is one task.
    pub is_array: bool,
    /// The least number of tasks; every request has one.
    pub least: u64,
    /// The greatest number of tasks, where there is one.
    pub most: Option<u64>,
}

/// One operation: a path and a method.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// Method and URL, one for each server: `POST https://api.example.com/v1/`.
    pub addresses: BTreeSet<String>,
    /// The media types of requests, with the schemas of their bodies.
    pub request: BTreeMap<String, String>,
    /// Whether a request must have a body.
    pub is_body_required: bool,
    /// The statuses of answers (`200`, `4XX`, `default`), with the media types and the schemas of their bodies.
    pub responses: BTreeMap<String, BTreeMap<String, String>>,
    /// The ways to authenticate: all that one of them names is needed. One that names nothing lets everybody in.
    pub security: Vec<BTreeSet<String>>,
}
