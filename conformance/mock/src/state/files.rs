//! The files that results link to: remembered by their specs, drawn when fetched, kept for a while.

use crate::image_spec::ImageSpec;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How many files are remembered; the oldest are forgotten first.
const FILES: usize = 20_000;
/// How many bytes the specs of all files may have.
const BYTES: usize = 10 << 20;
/// How many bytes of drawn files are kept, and of one of them at the most.
const CACHE: usize = 8 << 20;
const CACHED: usize = 2 << 20;
/// The files of a mock.
#[derive(Debug, Default)]
pub(crate) struct Files {
    known: HashMap<String, File>,
    order: VecDeque<String>,
    bytes: usize,
    drawn: VecDeque<(String, Arc<[u8]>)>,
    drawn_bytes: usize,
}

#[derive(Debug)]
struct File {
    image: Arc<ImageSpec>,
    /// When the link ends.
    until: Option<Duration>,
    /// Whether it has failed once, where links do.
    has_failed: bool,
}

/// What is known of a file.
pub(crate) enum Found {
    /// The media type and the bytes.
    Drawn(&'static str, Arc<[u8]>),
    Undrawn(Arc<ImageSpec>),
    Expired,
    Unknown,
}

impl Files {
    pub(crate) fn add(&mut self, name: &str, image: Arc<ImageSpec>, until: Option<Duration>) {
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
            Some(file) => match self.drawn.iter().find(|(known, _)| known == name) {
                Some((_, bytes)) => Found::Drawn(file.image.media, Arc::clone(bytes)),
                None => Found::Undrawn(Arc::clone(&file.image)),
            },
        }
    }

    /// Whether this is the first request for a file of links that fail once.
    pub(crate) fn fails_now(&mut self, name: &str) -> bool {
        self.known.get_mut(name).is_some_and(|file| !std::mem::replace(&mut file.has_failed, true))
    }

    pub(crate) fn keep(&mut self, name: &str, bytes: &[u8]) {
        if bytes.len() > CACHED || self.drawn.iter().any(|(known, _)| known == name) {
            return;
        }
        self.drawn_bytes += bytes.len();
        self.drawn.push_back((name.to_owned(), bytes.into()));
        while self.drawn_bytes > CACHE
            && let Some((_, oldest)) = self.drawn.pop_front()
        {
            self.drawn_bytes -= oldest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_media::Container;

    fn image(prompt: &str) -> Arc<ImageSpec> {
        Arc::new(ImageSpec {
            width: 16,
            height: 16,
            container: Container::Png,
            media: "image/png",
            quality: 90,
            seed: 1,
            prompt: prompt.to_owned(),
            caption: String::new(),
        })
    }

    #[test]
    fn neither_files_nor_their_texts_nor_drawn_ones_pile_up() {
        let mut files = Files::default();
        for number in 0..FILES + 10 {
            files.add(&number.to_string(), image(""), None);
        }
        assert_eq!((files.known.len(), files.order.len()), (FILES, FILES));
        let long = "p".repeat(1600);
        for number in 0..FILES {
            files.add(&number.to_string(), image(&long), None);
            files.keep(&number.to_string(), &[0; 4 << 10]);
        }
        assert!(files.bytes <= BYTES && files.known.len() <= BYTES / 2000 && files.drawn_bytes <= CACHE);
        let held: usize = files.known.values().map(|file| file.image.weight()).sum();
        assert_eq!((files.bytes, files.known.len()), (held, files.order.len()));
        files.keep("large", &vec![0; CACHED + 1]);
        assert!(files.drawn.iter().all(|(name, _)| name != "large"));
    }
}
