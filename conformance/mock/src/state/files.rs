//! The files that results link to: remembered by their specs, drawn when fetched, kept for a while.

use crate::file_spec::FileSpec;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How many files are remembered; the oldest are forgotten first.
const FILES: usize = 20_000;
/// How many bytes the specs of all files may have.
const BYTES: usize = 10 << 20;

/// The files of a mock.
#[derive(Debug, Default)]
pub(crate) struct Files {
    known: HashMap<String, File>,
    order: VecDeque<String>,
    bytes: usize,
}

#[derive(Debug)]
struct File {
    image: Arc<FileSpec>,
    /// When the link ends.
    until: Option<Duration>,
    /// Whether it has failed once, where links do.
    has_failed: bool,
}

/// What is known of a file.
pub(crate) enum Found {
    Known(Arc<FileSpec>),
    Expired,
    Unknown,
}

impl Files {
    pub(crate) fn add(&mut self, name: &str, image: Arc<FileSpec>, until: Option<Duration>) {
        self.bytes += image.weight();
        match self.known.insert(name.to_owned(), File { image, until, has_failed: false }) {
            None => self.order.push_back(name.to_owned()),
            Some(replaced) => self.bytes -= replaced.image.weight(),
        }
        while (self.order.len() > FILES || self.bytes > BYTES)
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.known.remove(&oldest).map_or(0, |file| file.image.weight());
        }
    }

    pub(crate) fn find(&self, name: &str, now: Duration) -> Found {
        match self.known.get(name) {
            None => Found::Unknown,
            Some(file) if file.until.is_some_and(|until| now >= until) => Found::Expired,
            Some(file) => Found::Known(Arc::clone(&file.image)),
        }
    }

    /// Whether this is the first request for a file of links that fail once.
    pub(crate) fn fails_now(&mut self, name: &str) -> bool {
        self.known.get_mut(name).is_some_and(|file| !std::mem::replace(&mut file.has_failed, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(prompt: &str) -> Arc<FileSpec> {
        Arc::new(FileSpec { prompt: prompt.to_owned(), ..FileSpec::sample() })
    }

    #[test]
    fn neither_files_nor_their_texts_pile_up() {
        let mut files = Files::default();
        for number in 0..FILES + 10 {
            files.add(&number.to_string(), image(""), None);
        }
        assert_eq!((files.known.len(), files.order.len()), (FILES, FILES));
        let long = "p".repeat(1600);
        for number in 0..FILES {
            files.add(&number.to_string(), image(&long), None);
        }
        assert!(files.bytes <= BYTES && files.known.len() <= BYTES / 2000);
        let held: usize = files.known.values().map(|file| file.image.weight()).sum();
        assert_eq!((files.bytes, files.known.len()), (held, files.order.len()));
    }
}
