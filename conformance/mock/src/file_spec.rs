//! What a file is made from: a result remembers that, and the file is rendered when it is sent.

use super::protocol::Form;
use airspec_media::{
    Clip, Container, Image, Medium, Mesh, Sound, render, render_clip, render_mesh, render_sound,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::VecDeque;
use std::sync::Mutex;

/// What a spec and its name take beside the texts in it.
const OVERHEAD: usize = 400;
/// How many characters of a prompt an image may depend on: more would not be shown.
pub(crate) const PROMPT: usize = 400;

/// Files that were drawn last, as clients ask for the same image again and again; the last one first.
static DRAWN: Mutex<VecDeque<(FileSpec, Vec<u8>)>> = Mutex::new(VecDeque::new());
/// So many bytes of them are kept, and files with at most so many.
const MAX_DRAWN: usize = 8 << 20;
const MAX_DRAWN_FILE: usize = 2 << 20;

fn keep(drawn: &mut VecDeque<(FileSpec, Vec<u8>)>, spec: FileSpec, bytes: Vec<u8>) {
    drawn.push_front((spec, bytes));
    while drawn.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > MAX_DRAWN {
        drawn.pop_back();
    }
}

/// How a video or a sound plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Playing {
    pub(crate) milliseconds: u32,
    pub(crate) frames_per_second: u32,
    pub(crate) sample_rate: u32,
    pub(crate) channels: u16,
}

impl Playing {
    /// What no one asked for.
    pub(crate) const USUAL: Self =
        Self { milliseconds: 5_000, frames_per_second: 24, sample_rate: 48_000, channels: 2 };
}

/// All that a file is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileSpec {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) container: Container,
    /// The media type that the file is said to have.
    pub(crate) media: &'static str,
    pub(crate) quality: u8,
    pub(crate) playing: Playing,
    pub(crate) seed: i64,
    pub(crate) prompt: String,
    pub(crate) caption: String,
}

impl FileSpec {
    /// The bytes of the file. Takes up to a second for the largest images.
    pub(crate) fn draw(&self) -> Vec<u8> {
        let known = crate::lock(&DRAWN).iter().find(|(spec, _)| spec == self).map(|(_, bytes)| bytes.clone());
        known.unwrap_or_else(|| {
            let bytes = self.render();
            if bytes.len() <= MAX_DRAWN_FILE {
                keep(&mut crate::lock(&DRAWN), self.clone(), bytes.clone());
            }
            bytes
        })
    }

    fn render(&self) -> Vec<u8> {
        let Self { width, height, container, seed, .. } = *self;
        let Playing { milliseconds, frames_per_second, sample_rate, channels } = self.playing;
        let (prompt, caption) = (self.prompt.as_str(), self.caption.as_str());
        match container.medium() {
            Medium::Image => {
                render(&Image { width, height, container, quality: self.quality, seed, prompt, caption })
            }
            Medium::Video => render_clip(&Clip {
                width,
                height,
                container,
                milliseconds,
                frames_per_second,
                seed,
                prompt,
                caption,
            }),
            Medium::Audio => render_sound(&Sound { container, milliseconds, sample_rate, channels, seed }),
            Medium::Model => render_mesh(&Mesh { container, seed }),
        }
    }

    /// How many pixels are drawn for it.
    pub(crate) fn pixels(&self) -> u64 {
        match self.container.medium() {
            Medium::Image | Medium::Video => u64::from(self.width) * u64::from(self.height),
            Medium::Audio | Medium::Model => 0,
        }
    }

    /// About how many bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        OVERHEAD + self.prompt.len() + self.caption.len()
    }

    /// More bytes than the file has: images are smooth, and half of that is the most that was seen; of a video the frames
    /// are listed, and a sound may be kept sample by sample.
    pub(crate) fn file_bytes(&self) -> usize {
        let Playing { milliseconds, frames_per_second, sample_rate, channels } = self.playing;
        let (milliseconds, channels) = (u64::from(milliseconds), u64::from(channels));
        let playing = match self.container.medium() {
            Medium::Image | Medium::Model => 0,
            Medium::Video => milliseconds * u64::from(frames_per_second) / 10,
            Medium::Audio => milliseconds * u64::from(sample_rate) / 1000 * channels * 2,
        };
        usize::try_from(self.pixels() / 4 + playing).unwrap_or(usize::MAX).saturating_add(64 << 10)
    }

    /// More bytes than it takes to write the file as text.
    pub(crate) fn base64_bytes(&self) -> usize {
        self.file_bytes().saturating_mul(3) / 2
    }

    /// The file as the text of a result's field.
    pub(crate) fn text(&self, form: Form) -> String {
        let base64 = STANDARD.encode(self.draw());
        match form {
            Form::Link | Form::Base64 => base64,
            Form::DataUri => format!("data:{};base64,{base64}", self.media),
        }
    }
}

#[cfg(test)]
impl FileSpec {
    /// A small image.
    pub(crate) fn sample() -> Self {
        Self {
            width: 16,
            height: 16,
            container: Container::Png,
            media: "image/png",
            quality: 90,
            playing: Playing::USUAL,
            seed: 1,
            prompt: String::new(),
            caption: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_files_do_not_pile_up_and_the_last_ones_are_kept() {
        let spec = |number: i64| FileSpec { seed: number, ..FileSpec::sample() };
        let mut drawn = VecDeque::new();
        for number in 0..100 {
            keep(&mut drawn, spec(number), vec![0; MAX_DRAWN / 10]);
        }
        assert!(drawn.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() <= MAX_DRAWN);
        assert_eq!((drawn.len(), drawn.front().map(|(known, _)| known.seed)), (10, Some(99)));
    }

    #[test]
    fn a_large_file_is_drawn_and_not_kept() {
        let spec = FileSpec {
            container: Container::Wav,
            media: "audio/wav",
            playing: Playing { milliseconds: 30_000, ..Playing::USUAL },
            seed: 7_777,
            ..FileSpec::sample()
        };
        assert!(spec.draw().len() > MAX_DRAWN_FILE);
        assert!(crate::lock(&DRAWN).iter().all(|(known, _)| *known != spec));
    }
}
