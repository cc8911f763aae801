//! Deliberate defects, derived from the spec: each breaks one constraint or one behaviour and nothing else.
//!
//! | Id | The mock … |
//! |---|---|
//! | `accept:<constraint>` | accepts what breaks the constraint |
//! | `refuse:<constraint>` | refuses some of what keeps it, in the name of the constraint |
//! | `refuse:<constraint>:<n>` | refuses what the n-th of its values or alternatives admits |
//! | `misread:<constraint>:<how>` | checks the constraint with that mistake, such as a length in bytes |
//! | `blame:<constraint>` | names another parameter when the constraint is broken |
//! | `answer:<behaviour>:<how>` | answers valid requests wrongly in that way |
//! | `error:<how>` | tells refusals wrongly in that way, whatever they are about |

use super::misread::{self, Mistake};
use super::narrow;
use super::refusing::Refusing;
use airspec_spec::behaviour::Kind;
use airspec_spec::{Behaviour, Constraint, Model};

/// A defect that the mock can be started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable id, such as `accept:width.maximum`.
    pub id: String,
    /// What the mock does wrong.
    pub what: String,
    /// Whether no task at all is accepted with it, because the constraint leaves nothing narrower to refuse.
    pub refuses_all: bool,
    /// Why no request can show it, where that follows from the spec.
    pub changes_nothing: Option<String>,
}

impl Fault {
    /// The constraint that is checked with a mistake, where the mistake only lets through some of what breaks it.
    #[must_use]
    pub fn loosened(&self) -> Option<&str> {
        let (id, word) = self.id.strip_prefix("misread:")?.rsplit_once(':')?;
        Mistake::LOOSE.iter().any(|mistake| mistake.word() == word).then_some(id)
    }
}

/// No fault has that id.
#[derive(Debug, thiserror::Error)]
#[error("no fault `{id}`{}", .near.as_ref().map(|near| format!(", did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownFault {
    /// What was asked for.
    pub id: String,
    /// The id that is most like it.
    pub near: Option<String>,
}

/// A way to answer wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Absent,
    Wrong,
    Fewer,
    More,
    Same,
    Swapped,
    Several,
    Wider,
    Taller,
    Inverted,
    Never,
    Always,
    Immediate,
    Deferred,
    Lost,
    Stuck,
    Silent,
    Once,
    Garbled,
    Posted,
    Ignored,
    Instant,
    Refused,
    Other,
    Upper,
    One,
    Ending,
    Media,
    Disguised,
    Turned,
    Text,
    Hollow,
    Twice,
    Put,
    Stranger,
    Encoded,
}

impl How {
    fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Wrong => "wrong",
            Self::Fewer => "fewer",
            Self::More => "more",
            Self::Same => "same",
            Self::Swapped => "swapped",
            Self::Several => "several",
            Self::Wider => "wider",
            Self::Taller => "taller",
            Self::Inverted => "inverted",
            Self::Never => "never",
            Self::Always => "always",
            Self::Immediate => "immediate",
            Self::Deferred => "deferred",
            Self::Lost => "lost",
            Self::Stuck => "stuck",
            Self::Silent => "silent",
            Self::Once => "once",
            Self::Garbled => "garbled",
            Self::Posted => "posted",
            Self::Ignored => "ignored",
            Self::Instant => "instant",
            Self::Refused => "refused",
            Self::Other => "other",
            Self::Upper => "upper",
            Self::One => "one",
            Self::Ending => "ending",
            Self::Media => "media",
            Self::Disguised => "disguised",
            Self::Turned => "turned",
            Self::Text => "text",
            Self::Hollow => "hollow",
            Self::Twice => "twice",
            Self::Put => "put",
            Self::Stranger => "stranger",
            Self::Encoded => "encoded",
        }
    }
}

/// The ways to break a behaviour, each with what the mock then does.
fn ways(kind: &Kind) -> Vec<(How, String)> {
    let list = |ways: &[(How, &str)]| ways.iter().map(|(how, what)| (*how, (*what).to_owned())).collect();
    match kind {
        Kind::Echo { parameter, field } => vec![
            (How::Absent, format!("leaves `{field}` out of results")),
            (How::Wrong, format!("gives `{field}` a value that is not that of `{parameter}`")),
            (How::Upper, format!("gives `{field}` in capitals")),
        ],
        Kind::Count { parameter } => vec![
            (How::Fewer, format!("gives one result fewer where `{parameter}` asks for several")),
            (How::More, format!("gives one result more than `{parameter}` says")),
            (How::One, format!("gives one result, whatever `{parameter}` says")),
        ],
        Kind::Distinct { fields, .. } => {
            vec![(How::Same, format!("repeats {} in every result of a task", fields.join(" and ")))]
        }
        Kind::Select { parameter, .. } => vec![
            (How::Swapped, format!("gives the field of another value of `{parameter}`")),
            (How::Several, format!("gives the fields of all values of `{parameter}` at once")),
            (How::Absent, format!("gives the field of no value of `{parameter}`")),
        ],
        Kind::Container { parameter, .. } => vec![
            (How::Wrong, format!("makes files of another type than `{parameter}` says")),
            (How::Disguised, format!("makes files of another type, and calls them what `{parameter}` says")),
            (How::Media, "gives the media type of another kind of file".to_owned()),
            (How::Ending, "gives links the ending of another kind of file".to_owned()),
        ],
        Kind::Size { width, height } => vec![
            (How::Wider, format!("makes pictures one pixel wider than `{width}`")),
            (How::Taller, format!("makes pictures one pixel taller than `{height}`")),
            (How::Turned, format!("takes `{width}` for `{height}` and the other way round")),
        ],
        Kind::Quality { parameter, .. } => {
            vec![(How::Inverted, format!("compresses the more, the higher `{parameter}` is"))]
        }
        Kind::Flag { parameter, field } => vec![
            (How::Never, format!("leaves `{field}` out although `{parameter}` is true")),
            (How::Always, format!("gives `{field}` although `{parameter}` is not true")),
            (How::Text, format!("gives `{field}` as a text")),
        ],
        Kind::Delivery { immediate, deferred, .. } => vec![
            (How::Immediate, format!("answers with results although asked for `{deferred}`")),
            (How::Deferred, format!("answers with an acknowledgement although asked for `{immediate}`")),
            (How::Lost, "knows nothing of a task when polled".to_owned()),
            (How::Stuck, "never gets done with a task that is polled".to_owned()),
            (How::Hollow, "gives finished results without their files when polled".to_owned()),
        ],
        Kind::Webhook { .. } => list(&[
            (How::Silent, "calls no webhook"),
            (How::Once, "calls the webhook for the first result of a task only"),
            (How::Twice, "calls the webhook twice for each result"),
            (How::Put, "calls the webhook by PUT instead of POST"),
            (How::Stranger, "calls the webhook with the identifier of another task"),
            (How::Garbled, "calls the webhook with a body that is not JSON"),
        ]),
        Kind::Upload { .. } => list(&[
            (How::Silent, "uploads nothing"),
            (How::Once, "uploads the first file of a task only"),
            (How::Encoded, "uploads the file as Base64 text"),
            (How::Posted, "uploads by POST instead of PUT"),
            (How::Garbled, "uploads the file cut short"),
        ]),
        Kind::Lifetime { parameter, .. } => vec![
            (How::Ignored, format!("serves files for ever, whatever `{parameter}` says")),
            (How::Instant, format!("serves no file at all once `{parameter}` is given")),
            (How::Refused, format!("refuses `{parameter}` where it should have no effect")),
        ],
        Kind::Default { parameter } => {
            vec![(
                How::Other,
                format!("takes another value than the default where `{parameter}` is left out"),
            )]
        }
    }
}

/// Every fault of a model, constraints first, in the order of the spec.
pub(crate) fn all(model: &Model) -> Vec<Fault> {
    let mut faults = Vec::new();
    let fault = |id: String, what: String| Fault { id, what, refuses_all: false, changes_nothing: None };
    for constraint in model.constraints() {
        let Constraint { id, expected, .. } = constraint;
        let subject = match &constraint.member {
            Some(member) => format!("`{member}`"),
            None if constraint.parameter.is_empty() => "a task".to_owned(),
            None => format!("`{}`", constraint.parameter),
        };
        let rule = airspec_spec::text::shorten(expected, 120);
        faults.push(fault(format!("accept:{id}"), format!("accepts what breaks the rule: {subject} {rule}")));
        let (what, refuses_all) = narrow::sentence(model, constraint);
        faults.push(Fault { refuses_all, ..fault(format!("refuse:{id}"), what) });
        faults.extend(
            narrow::branches(constraint)
                .into_iter()
                .map(|(number, what)| fault(format!("refuse:{id}:{number}"), what)),
        );
        faults.extend(misread::mistakes(model, constraint).into_iter().map(|mistake| Fault {
            changes_nothing: mistake.changes_nothing(model, constraint),
            ..fault(format!("misread:{id}:{}", mistake.word()), mistake.sentence(constraint))
        }));
        faults.push(fault(
            format!("blame:{id}"),
            format!("blames another parameter for what breaks the rule: {subject} {rule}"),
        ));
    }
    for behaviour in &model.behaviours {
        for (how, what) in ways(&behaviour.kind) {
            faults.push(fault(format!("answer:{}:{}", behaviour.id, how.word()), what));
        }
    }
    faults.extend(Refusing::ALL.map(|how| fault(format!("error:{}", how.word()), how.sentence().to_owned())));
    faults
}

/// The faults that a mock has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Active(Vec<Broken>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Broken {
    Accept(String),
    /// The constraint, and which of its values or alternatives where it is one.
    Refuse(String, Option<usize>),
    Misread(String, Mistake),
    Blame(String),
    Answer(String, How),
    Error(Refusing),
}

impl Active {
    pub(crate) fn read(model: &Model, ids: &[String]) -> Result<Self, UnknownFault> {
        ids.iter().map(|id| read(model, id)).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn accepts(&self, constraint: &str) -> bool {
        self.0.iter().any(|broken| matches!(broken, Broken::Accept(id) if id == constraint))
    }

    pub(crate) fn blames(&self, constraint: &str) -> bool {
        self.0.iter().any(|broken| matches!(broken, Broken::Blame(id) if id == constraint))
    }

    /// The constraints that refuse more than they should, and which of their alternatives where it is one.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (&str, Option<usize>)> {
        self.0.iter().filter_map(|broken| {
            let Broken::Refuse(id, number) = broken else { return None };
            Some((id.as_str(), *number))
        })
    }

    /// The constraints that are checked with a mistake.
    pub(crate) fn misread(&self) -> impl Iterator<Item = (&str, Mistake)> {
        self.0.iter().filter_map(|broken| {
            let Broken::Misread(id, mistake) = broken else { return None };
            Some((id.as_str(), *mistake))
        })
    }

    /// How refusals are told wrongly.
    pub(crate) fn refusing(&self) -> impl Iterator<Item = Refusing> {
        self.0.iter().filter_map(|broken| {
            let Broken::Error(how) = broken else { return None };
            Some(*how)
        })
    }

    /// Whether refusals are told wrongly in that way.
    pub(crate) fn refuses(&self, how: Refusing) -> bool {
        self.refusing().any(|known| known == how)
    }

    pub(crate) fn answers(&self, behaviour: &str, how: How) -> bool {
        self.0
            .iter()
            .any(|broken| matches!(broken, Broken::Answer(id, way) if id == behaviour && *way == how))
    }
}

fn read(model: &Model, id: &str) -> Result<Broken, UnknownFault> {
    let constraint = |id: &str| model.constraint(id).map(|constraint| constraint.id.to_string());
    let known = match id.split_once(':') {
        Some(("accept", rest)) => constraint(rest).map(Broken::Accept),
        Some(("refuse", rest)) => {
            constraint(rest).map(|id| Broken::Refuse(id, None)).or_else(|| branch(model, rest))
        }
        Some(("misread", rest)) => mistake(model, rest),
        Some(("blame", rest)) => constraint(rest).map(Broken::Blame),
        Some(("answer", rest)) => model.behaviours.iter().find_map(|behaviour| answer(behaviour, rest)),
        Some(("error", rest)) => Refusing::ALL.into_iter().find(|how| how.word() == rest).map(Broken::Error),
        _ => None,
    };
    known.ok_or_else(|| {
        let all = all(model);
        let near = airspec_spec::text::nearest(id, all.iter().map(|fault| fault.id.as_str()));
        UnknownFault { id: airspec_spec::text::shorten(id, 80), near: near.map(str::to_owned) }
    })
}

fn branch(model: &Model, rest: &str) -> Option<Broken> {
    let (id, number) = rest.rsplit_once(':')?;
    let constraint = model.constraint(id)?;
    let mut branches = narrow::branches(constraint).into_iter().map(|(known, _)| known);
    let number = branches.find(|known| known.to_string() == number)?;
    Some(Broken::Refuse(constraint.id.to_string(), Some(number)))
}

fn mistake(model: &Model, rest: &str) -> Option<Broken> {
    let (id, word) = rest.rsplit_once(':')?;
    let constraint = model.constraint(id)?;
    let mistake = misread::mistakes(model, constraint).into_iter().find(|known| known.word() == word)?;
    Some(Broken::Misread(constraint.id.to_string(), mistake))
}

fn answer(behaviour: &Behaviour, rest: &str) -> Option<Broken> {
    let word = rest.strip_prefix(&behaviour.id)?.strip_prefix(':')?;
    let (how, _) = ways(&behaviour.kind).into_iter().find(|(how, _)| how.word() == word)?;
    Some(Broken::Answer(behaviour.id.clone(), how))
}
