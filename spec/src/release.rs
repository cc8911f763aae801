//! Releases: the days on which the provider changed the spec of a model, and the documents of those that are known.
//!
//! The document of a model states its release in `info.version`. The documents of other releases are in
//! `history/SLUG/DAY.json`; as far as more than names is known of them, `history/README.md` says so.

use crate::document::{ReadError, Source};
use crate::model::Model;

/// In the place of a day: the newest release that is known.
pub const NEWEST: &str = "newest";

/// The document of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The slug of the model.
    pub slug: &'static str,
    /// The day, such as `2026-10-12`.
    pub day: &'static str,
    /// The text of the document.
    pub text: &'static str,
}

/// Why a release cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// It is not known.
    #[error("there is no release {} of `{slug}`; known: {known}", crate::document::text::visible(.day))]
    Unknown {
        /// What was asked for.
        day: String,
        /// The model.
        slug: String,
        /// The days of those that are known.
        known: String,
    },
    /// Its document cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The known releases of all models, by slug and day; that of the model's own document is not always among them.
#[must_use]
pub fn releases() -> &'static [Release] {
    include!(concat!(env!("OUT_DIR"), "/releases.rs"))
}

/// A model as it is in another release.
///
/// # Errors
/// A release that is not known.
pub fn of(model: &Model, wanted: &str) -> Result<Model, ReleaseError> {
    let known: Vec<&Release> = releases().iter().filter(|release| release.slug == model.slug).collect();
    let own = model.version.as_deref().filter(|version| day(version).is_ok());
    let newest = known.iter().map(|release| release.day).chain(own).max();
    let day = if wanted == NEWEST { newest } else { Some(wanted) };
    if day.is_some() && day == own {
        return Ok(model.clone());
    }
    match known.iter().find(|release| Some(release.day) == day) {
        Some(release) => Ok(crate::read(&Source::new(release.name(), release.text))?),
        None => {
            let mut days: Vec<&str> = known.iter().map(|release| release.day).chain(own).collect();
            days.sort_unstable();
            days.dedup();
            let known = if days.is_empty() { "none".to_owned() } else { days.join(", ") };
            Err(ReleaseError::Unknown { day: wanted.to_owned(), slug: model.slug.clone(), known })
        }
    }
}

impl Release {
    /// The name of its document, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}@{}.json", self.slug, self.day)
    }
}

/// Reads a day such as `2026-10-12`.
///
/// # Errors
/// What is no day.
pub fn day(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let is_day = match parts.as_slice() {
        [year, month, day] => {
            number(year, 4).is_some()
                && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
                && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
        }
        _ => false,
    };
    if is_day { Ok(text.to_owned()) } else { Err("use a day such as 2026-10-12".to_owned()) }
}

/// The day in the name of a release of the provider's schemas, such as `20261012T0000`.
#[must_use]
pub fn day_of(release: &str) -> Option<String> {
    let (year, rest) = release.split_at_checked(4)?;
    let (month, rest) = rest.split_at_checked(2)?;
    let (date, rest) = rest.split_at_checked(2)?;
    let is_end = rest.is_empty() || rest.starts_with('T');
    day(&format!("{year}-{month}-{date}")).ok().filter(|_| is_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_named_by_its_day() {
        assert_eq!(day_of("20261012T0000").as_deref(), Some("2026-10-12"));
        assert_eq!(day_of("20261012").as_deref(), Some("2026-10-12"));
        for bad in ["latest", "2026101", "20261312T0000", "20261012x", "", "2026é12T0000"] {
            assert_eq!(day_of(bad), None, "{bad}");
        }
        for bad in ["1.0.0", "2026-1-1", "2026-13-01", "2026-10-00", "x", "2026-10-12-1"] {
            assert!(day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_known_release_is_read_and_states_its_day() {
        assert!(releases().len() > 5);
        for release in releases() {
            let model = crate::read(&Source::new(release.name(), release.text)).unwrap();
            assert_eq!((model.slug.as_str(), model.version.as_deref()), (release.slug, Some(release.day)));
        }
    }

    #[test]
    fn a_model_has_other_releases_by_day_and_the_newest() {
        let (slug, text) = crate::documents()[0];
        let model = crate::read(&Source::new(slug, text)).unwrap();
        let own = model.version.clone().unwrap();
        assert_eq!(of(&model, &own).unwrap().source, model.source);
        let newest = of(&model, NEWEST).unwrap().version.unwrap();
        assert!(
            releases()
                .iter()
                .filter(|release| release.slug == slug)
                .all(|release| release.day <= newest.as_str())
        );
        let error = of(&model, "1999-01-01").unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("there is no release 1999-01-01 of `{slug}`; known: 2026-")),
            "{error}"
        );
    }
}
