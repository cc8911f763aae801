//! The files that results link to: remembered as recipes, drawn when fetched, kept for a while.

use super::protocol::Form;
use airspec_media::{Container, Picture, render};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How many files are remembered; the oldest are forgotten first.
const FILES: usize = 20_000;
/// How many bytes of drawn files are kept.
const CACHE: usize = 64 << 20;
/// How many characters of a prompt a picture may depend on: more would not be shown.
pub(super) const PROMPT: usize = 400;

/// All that a file is made from.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) container: Container,
    /// The media type that the file is said to have.
    pub(super) media: &'static str,
    pub(super) quality: u8,
    pub(super) seed: i64,
    pub(super) prompt: String,
    pub(super) caption: String,
}

impl Recipe {
    /// The bytes of the file. Takes up to a second for the largest pictures.
    pub(super) fn draw(&self) -> Vec<u8> {
        render(&Picture {
            width: self.width,
            height: self.height,
            container: self.container,
            quality: self.quality,
            seed: self.seed,
            prompt: &self.prompt,
            caption: &self.caption,
        })
    }

    /// The file as the text of a result's field.
    pub(super) fn text(&self, form: Form) -> String {
        let base64 = STANDARD.encode(self.draw());
        match form {
            Form::Link | Form::Base64 => base64,
            Form::DataUri => format!("data:{};base64,{base64}", self.media),
        }
    }
}

/// The files of a mock.
#[derive(Debug, Default)]
pub(super) struct Files {
    known: HashMap<String, File>,
    order: VecDeque<String>,
    drawn: VecDeque<(String, Arc<[u8]>)>,
    drawn_bytes: usize,
}

#[derive(Debug)]
struct File {
    recipe: Arc<Recipe>,
    /// When the link ends.
    until: Option<Duration>,
}

/// What is known of a file.
pub(super) enum Found {
    /// The media type and the bytes.
    Drawn(&'static str, Arc<[u8]>),
    Recipe(Arc<Recipe>),
    Expired,
    Unknown,
}

impl Files {
    pub(super) fn add(&mut self, name: &str, recipe: Arc<Recipe>, until: Option<Duration>) {
        if self.known.insert(name.to_owned(), File { recipe, until }).is_none() {
            self.order.push_back(name.to_owned());
        }
        while self.order.len() > FILES {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }

    pub(super) fn find(&self, name: &str, now: Duration) -> Found {
        match self.known.get(name) {
            None => Found::Unknown,
            Some(file) if file.until.is_some_and(|until| now >= until) => Found::Expired,
            Some(file) => match self.drawn.iter().find(|(known, _)| known == name) {
                Some((_, bytes)) => Found::Drawn(file.recipe.media, Arc::clone(bytes)),
                None => Found::Recipe(Arc::clone(&file.recipe)),
            },
        }
    }

    pub(super) fn keep(&mut self, name: &str, bytes: Arc<[u8]>) {
        if bytes.len() > CACHE || self.drawn.iter().any(|(known, _)| known == name) {
            return;
        }
        self.drawn_bytes += bytes.len();
        self.drawn.push_back((name.to_owned(), bytes));
        while self.drawn_bytes > CACHE
            && let Some((_, oldest)) = self.drawn.pop_front()
        {
            self.drawn_bytes -= oldest.len();
        }
    }
}
