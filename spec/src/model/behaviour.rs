//! What answers must be: the statements of a spec that no check of a request can decide.

use super::Level;
use std::collections::BTreeMap;

/// One statement about answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// Stable dotted id, such as `numberResults.count`.
    pub id: String,
    /// Where it is stated.
    pub level: Level,
    /// The sentence that says it.
    pub description: String,
    /// What it demands, of which parameters.
    pub kind: Kind,
}

/// The kinds of behaviour. Parameters and fields are dotted paths of the task and of a result.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // each variant's sentence names its fields
pub enum Kind {
    /// Each result repeats the parameter.
    Echo { parameter: String, field: String },
    /// There are as many results as the parameter says.
    Count { parameter: String },
    /// These fields differ between the results of one task.
    Distinct { parameter: String, fields: Vec<String> },
    /// Exactly the field that belongs to the parameter's value is present.
    Select { parameter: String, fields: BTreeMap<String, String> },
    /// The file is of the media type that belongs to the parameter's value.
    Container { parameter: String, media: BTreeMap<String, String> },
    /// The file has that many pixels.
    Size { width: String, height: String },
    /// The file has the measure that the parameter asks for, where that is a number.
    Measure { parameter: String, measure: Quantity },
    /// A higher value never gives a smaller file in these containers.
    Quality { parameter: String, format: String, lossy: Vec<String> },
    /// The field is present exactly when the parameter is true.
    Flag { parameter: String, field: String },
    /// One value answers with results, the other with an acknowledgement and results on polling.
    Delivery { parameter: String, immediate: String, deferred: String },
    /// Each finished item is posted to the address.
    Webhook { parameter: String },
    /// The file is put to the address.
    Upload { parameter: String },
    /// The address of a file ends after so many seconds; no effect unless the other parameter has the value.
    Lifetime { parameter: String, only: Condition },
    /// Leaving the parameter out is the same as sending its default.
    Default { parameter: String },
}

/// What can be measured of a file that plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// In seconds.
    Duration,
    /// Frames in a second.
    FrameRate,
    /// Samples in a second.
    SampleRate,
    /// Channels of its sound.
    Channels,
}

impl Quantity {
    /// Every measure.
    pub const ALL: [Self; 4] = [Self::Duration, Self::FrameRate, Self::SampleRate, Self::Channels];

    /// The word in documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::FrameRate => "frameRate",
            Self::SampleRate => "sampleRate",
            Self::Channels => "channels",
        }
    }
}

/// A parameter and the value it must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Dotted path.
    pub parameter: String,
    /// The value.
    pub value: String,
}

impl Kind {
    /// The parameters of the task that the behaviour refers to; the first one is what it is about.
    #[must_use]
    pub fn parameters(&self) -> Vec<&str> {
        match self {
            Self::Echo { parameter, .. }
            | Self::Count { parameter }
            | Self::Distinct { parameter, .. }
            | Self::Select { parameter, .. }
            | Self::Container { parameter, .. }
            | Self::Flag { parameter, .. }
            | Self::Delivery { parameter, .. }
            | Self::Webhook { parameter }
            | Self::Upload { parameter }
            | Self::Measure { parameter, .. }
            | Self::Default { parameter } => vec![parameter],
            Self::Size { width, height } => vec![width, height],
            Self::Quality { parameter, format, .. } => vec![parameter, format],
            Self::Lifetime { parameter, only } => vec![parameter, &only.parameter],
        }
    }

    /// The parameter whose URL the server calls, where the behaviour is about that.
    #[must_use]
    pub fn called(&self) -> Option<&str> {
        match self {
            Self::Webhook { parameter } | Self::Upload { parameter } => Some(parameter),
            _ => None,
        }
    }

    /// The fields of a result that the behaviour refers to.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Echo { field, .. } | Self::Flag { field, .. } => vec![field],
            Self::Distinct { fields, .. } => fields.iter().map(String::as_str).collect(),
            Self::Select { fields, .. } => fields.values().map(String::as_str).collect(),
            Self::Count { .. }
            | Self::Container { .. }
            | Self::Size { .. }
            | Self::Measure { .. }
            | Self::Quality { .. }
            | Self::Delivery { .. }
            | Self::Webhook { .. }
            | Self::Upload { .. }
            | Self::Lifetime { .. }
            | Self::Default { .. } => Vec::new(),
        }
    }
}
