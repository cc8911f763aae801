//! How a case is sent, where that is not as JSON with the key of the target.

/// What is special about a request as a request. The default is a JSON body, posted to the endpoint with the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// The method in place of `POST`.
    pub method: Option<&'static str>,
    /// What is added to the path of the endpoint.
    pub suffix: Option<&'static str>,
    /// Whether the letters of the path are in the other case.
    pub other_case: bool,
    /// Who sends it.
    pub credential: Credential,
    /// The media type in place of `application/json`.
    pub media_type: Option<&'static str>,
    /// The bytes in place of the JSON text of the body.
    pub bytes: Option<Vec<u8>>,
    /// Whether it is sent once more while its task is under way.
    pub repeated: bool,
    /// The parameter that takes a URL of the runner's own, which must not be called.
    pub url: Option<String>,
    /// So many calls of the runner's URL are answered with a failure.
    pub failed_calls: usize,
    /// A refused body that is sent first.
    pub before: Option<serde_json::Value>,
    /// Whether it asks a connection for a sign of life.
    pub ping: bool,
}

/// The key of a request, and where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    /// The key as a bearer token.
    #[default]
    Key,
    /// No `Authorization` header.
    None,
    /// The scheme without a key.
    Empty,
    /// A key that nobody has, as a bearer token.
    Wrong,
    /// The key with the scheme `Basic`.
    Basic,
    /// The key without a scheme.
    Bare,
    /// The key in an authentication task that comes first.
    Task,
    /// A key that nobody has, in an authentication task that comes first.
    WrongTask,
    /// An authentication task without a key that comes first.
    EmptyTask,
    /// The key in an authentication task that has a name too many.
    OpenTask,
    /// The key in an authentication task that comes last.
    LastTask,
    /// The key with all its letters in the other case, as a bearer token.
    OtherCase,
    /// All of the key but its last letter, as a bearer token.
    Part,
    /// The key and a letter more, as a bearer token.
    Longer,
}

/// A key that nobody has.
pub(crate) const WRONG_KEY: &str = "airspec-no-such-key-4f1d9c";

impl Wire {
    /// Whether nothing is special.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// What of it only HTTP has.
    pub(crate) fn only_http(&self) -> Option<&'static str> {
        match self {
            Self { method: Some(_), .. } => return Some("methods"),
            Self { suffix: Some(_), .. } | Self { other_case: true, .. } => return Some("paths"),
            Self { media_type: Some(_), .. } => return Some("media types of requests"),
            _ => {}
        }
        match self.credential {
            Credential::Empty
            | Credential::Wrong
            | Credential::Basic
            | Credential::Bare
            | Credential::OtherCase
            | Credential::Part
            | Credential::Longer => Some("a header for the key"),
            Credential::LastTask => Some("a key that comes last"),
            // A session is named in the task, too.
            Credential::OpenTask => Some("authentication tasks without more members"),
            Credential::Key
            | Credential::None
            | Credential::Task
            | Credential::WrongTask
            | Credential::EmptyTask => None,
        }
    }

    /// What of it only WebSocket has.
    #[must_use]
    pub fn only_socket(&self) -> Option<&'static str> {
        self.ping.then_some("connections that are kept open by a task")
    }

    /// Whether what is special is not the request itself, but what is done beside it.
    #[must_use]
    pub(crate) fn is_called(&self) -> bool {
        let own = Self { repeated: false, failed_calls: 0, url: None, ..self.clone() };
        !self.is_plain() && own.is_plain()
    }

    /// A request with another credential.
    pub(super) fn with(credential: Credential) -> Self {
        Self { credential, ..Self::default() }
    }

    /// A request with other bytes as its body.
    pub(super) fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: Some(bytes.into()), ..Self::default() }
    }
}

impl Credential {
    /// Whether the case shows something only where the key of the target is known to be the right one.
    pub(crate) fn needs_real_key(self) -> bool {
        matches!(self, Self::Wrong | Self::WrongTask | Self::OtherCase | Self::Part | Self::Longer)
    }
}
