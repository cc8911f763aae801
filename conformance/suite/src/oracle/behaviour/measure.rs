//! The file plays as the parameter says: so long, with so many frames or samples in a second, in so many channels.

use crate::oracle::scene::TaskResults;
use crate::parameter::at;
use airspec_media::{Container, Probe};
use airspec_spec::behaviour::Quantity;
use serde_json::Value;

/// How far a duration may be off, in seconds: encoders keep whole frames.
const SECONDS: f64 = 0.5;
/// How far a frame rate may be off, as a share: 23.976 goes by 24.
const SHARE: f64 = 0.01;

/// Rates that any container with sound can have.
const RATES: [f64; 6] = [16_000.0, 22_050.0, 24_000.0, 32_000.0, 44_100.0, 48_000.0];

/// What is wrong where a task asks for a number. What it leaves to the service is not held against the answer.
pub(super) fn check(scene: &TaskResults<'_>, parameter: &str, measure: Quantity) -> Vec<String> {
    let asked = scene.task.as_object().and_then(|task| at(task, parameter)).and_then(Value::as_f64);
    let Some(asked) = asked else { return Vec::new() };
    let mut wrong = Vec::new();
    for (name, item) in scene.named() {
        let Some(file) = item.file else { continue };
        let reason = match &file.content {
            Ok(content) => match content.file {
                Ok(probe) => other(&probe, measure, asked),
                Err(error) => Some(format!("cannot be measured: {error}")),
            },
            Err(reason) => Some(reason.clone()),
        };
        wrong.extend(reason.map(|reason| format!("the file of {name} {reason}")));
    }
    wrong
}

/// What a file has instead; nothing where it does not tell.
fn other(file: &Probe, measure: Quantity, asked: f64) -> Option<String> {
    let (found, may_be_off, unit) = match measure {
        Quantity::Duration => (thousandth(file.milliseconds?), SECONDS, "seconds"),
        Quantity::FrameRate => (thousandth(file.frame_rate?.into()), asked * SHARE, "frames in a second"),
        // What an Ogg file states is the rate before it was encoded.
        Quantity::SampleRate if file.container == Container::Ogg || !RATES.contains(&asked) => return None,
        Quantity::SampleRate => (f64::from(file.sound?.sample_rate), 0.0, "samples in a second"),
        Quantity::Channels => (f64::from(file.sound?.channels), 0.0, "channels"),
    };
    ((found - asked).abs() > may_be_off).then(|| format!("has {found} {unit} where {asked} were asked for"))
}

fn thousandth(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX)) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_media::{Clip, Sound, probe, render_clip, render_sound};

    #[test]
    fn files_are_measured() {
        let clip = Clip {
            width: 64,
            height: 48,
            container: Container::Mp4,
            milliseconds: 5_200,
            frames_per_second: 25,
            seed: 1,
            prompt: "",
            caption: "",
        };
        let clip = probe(&render_clip(&clip)).unwrap();
        assert_eq!(other(&clip, Quantity::Duration, 5.0), None);
        assert!(other(&clip, Quantity::Duration, 6.0).is_some_and(|reason| reason.contains("5.2 seconds")));
        assert_eq!(other(&clip, Quantity::FrameRate, 25.0), None);
        assert!(
            other(&clip, Quantity::FrameRate, 24.0).is_some()
                && other(&clip, Quantity::Channels, 2.0).is_none()
        );
        let sound = Sound {
            container: Container::Wav,
            milliseconds: 1_000,
            sample_rate: 44_100,
            channels: 2,
            seed: 1,
        };
        let sound = probe(&render_sound(&sound)).unwrap();
        assert_eq!(other(&sound, Quantity::SampleRate, 44_100.0), None);
        assert!(other(&sound, Quantity::SampleRate, 48_000.0).is_some());
        assert!(other(&sound, Quantity::Channels, 1.0).is_some_and(|reason| reason.contains("2 channels")));
    }
}
