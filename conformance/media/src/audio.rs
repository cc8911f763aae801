//! Sounds: small audio files of an exact sample rate, number of channels and duration.
//!
//! WAV has a quiet tone, FLAC quiet steps, MP3 and Ogg (Opus) silence. The seed is part of each file's metadata, so
//! that two seeds never give the same bytes.

mod flac;
mod mp3;
mod ogg;
mod wav;

use super::{Container, Medium};

/// The longest sound that [`render_sound`] makes, in milliseconds.
pub const MAX_SOUND_MILLISECONDS: u32 = 600_000;

/// The lowest and the highest sample rate that [`render_sound`] makes, in samples per second.
pub const SAMPLE_RATES: std::ops::RangeInclusive<u32> = 8_000..=96_000;

/// All that a sound's bytes depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sound {
    /// The container of the file; one that is not of [`Medium::Audio`] is taken for WAV.
    pub container: Container,
    /// The duration in milliseconds, 1 to [`MAX_SOUND_MILLISECONDS`]; a value outside is brought to the nearest bound.
    pub milliseconds: u32,
    /// Samples per second of each channel, within [`SAMPLE_RATES`]; a value outside is brought to the nearest bound.
    /// MP3 has the nearest of 16000, 22050, 24000, 32000, 44100 and 48000. Opus always decodes to 48000, and this is
    /// the input sample rate that its header states.
    pub sample_rate: u32,
    /// Channels, 1 or 2; a value outside is brought to the nearest bound.
    pub channels: u16,
    /// Chooses the tone.
    pub seed: i64,
}

impl Sound {
    /// How many samples each channel has, at the nearest to the duration.
    fn samples(&self) -> u64 {
        (u64::from(self.milliseconds) * u64::from(self.sample_rate) + 500) / 1000
    }
}

/// Makes an audio file.
///
/// Its duration is exact to the sample; that of an MP3 is a whole number of frames, three or more, and so at
/// most 18 ms off if it is longer than 108 ms. The size
/// of the file: two bytes a sample for WAV (115 MB for ten minutes in stereo at 48 kHz), 4 kB/s for MP3, 0.4 kB/s or
/// less for FLAC and Ogg.
#[must_use]
pub fn render_sound(sound: &Sound) -> Vec<u8> {
    let sound = Sound {
        container: sound.container.or_first_of(Medium::Audio),
        milliseconds: sound.milliseconds.clamp(1, MAX_SOUND_MILLISECONDS),
        sample_rate: sound.sample_rate.clamp(*SAMPLE_RATES.start(), *SAMPLE_RATES.end()),
        channels: sound.channels.clamp(1, 2),
        seed: sound.seed,
    };
    match sound.container {
        Container::Mp3 => mp3::file(&sound),
        Container::Flac => flac::file(&sound),
        Container::Ogg => ogg::file(&sound),
        _ => wav::file(&sound),
    }
}

#[cfg(test)]
mod tests;
