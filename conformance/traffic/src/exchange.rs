//! One request with its answer, as it went over the wire.

use airspec_suite::oracle::observation::Loss;
use airspec_suite::run::Secret;

/// The largest body that is judged, in bytes.
pub const MAX_BODY: usize = 32 << 20;

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What the client calls itself: its `User-Agent`.
    pub client: String,
    /// `POST`.
    pub method: String,
    /// The path of the URL, without its query.
    pub path: String,
    /// The value of `Authorization`, where it is known as it was sent.
    pub key: Option<Secret>,
    /// The media type of the request, where it is known.
    pub content_type: Option<String>,
    /// What was sent.
    pub request: Body,
    /// What came back, or why nothing did.
    pub answer: Result<Reply, Loss>,
    /// How much of the conversation this is.
    pub form: Form,
    /// Whether texts and files are [masked](crate::masked), so that files cannot be looked at.
    pub is_masked: bool,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The media type that it claims.
    pub content_type: Option<String>,
    /// The body.
    pub body: Body,
}

/// The body of a request or of an answer.
#[derive(Clone, Debug)]
pub enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// It is not known, or not all of it; the reason stands after "the body".
    Unknown(&'static str),
}

/// How much of a conversation an exchange is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One exchange: the results of a deferred task come with later ones.
    Wire,
    /// A task with its results, however they were delivered.
    Record,
}
