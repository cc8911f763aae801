//! Writes files of every kind that this crate makes, and a list of what each must be, for a check by other programs:
//! `conformance/interop/media/check.py`.
//!
//! ```text
//! cargo run -p airspec-media --example samples -- target/media-samples
//! ```

use airspec_media::{
    Clip, Container, Image, Medium, Mesh, Sound, render, render_clip, render_mesh, render_sound,
};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "target/media-samples".into()));
    std::fs::create_dir_all(&folder)?;
    let mut samples = Samples { folder: &folder, list: Vec::new() };
    images(&mut samples)?;
    clips(&mut samples)?;
    sounds(&mut samples)?;
    for container in Container::of(Medium::Model) {
        for seed in [0, 42, -7] {
            samples.add(&format!("mesh{seed}"), container, &render_mesh(&Mesh { container, seed }), "")?;
        }
    }
    std::fs::write(folder.join("samples.json"), format!("[\n{}\n]\n", samples.list.join(",\n")))?;
    println!("{} files in {}", samples.list.len(), folder.display());
    Ok(())
}

/// The files so far.
struct Samples<'a> {
    folder: &'a Path,
    list: Vec<String>,
}

impl Samples<'_> {
    /// Writes a file and adds to the list what it must be, in JSON members.
    fn add(&mut self, case: &str, container: Container, bytes: &[u8], expected: &str) -> std::io::Result<()> {
        if !container.can_be_made() {
            return Ok(());
        }
        let file = format!("{case}.{}", container.extension());
        std::fs::write(self.folder.join(&file), bytes)?;
        let mut entry = format!(r#"{{"file": "{file}", "container": "{}""#, container.name());
        write!(entry, "{expected}}}").expect("a text takes every text");
        self.list.push(entry);
        Ok(())
    }
}

fn images(samples: &mut Samples<'_>) -> std::io::Result<()> {
    for container in Container::of(Medium::Image) {
        for (width, height) in [(64, 48), (17, 3), (1024, 768)] {
            let image =
                Image { width, height, container, quality: 90, seed: 7, prompt: "a fox", caption: "high" };
            samples.add(
                &format!("image-{width}x{height}"),
                container,
                &render(&image),
                &size(width, height),
            )?;
        }
    }
    Ok(())
}

/// The members of a size.
fn size(width: u32, height: u32) -> String {
    format!(r#", "width": {width}, "height": {height}"#)
}

fn clips(samples: &mut Samples<'_>) -> std::io::Result<()> {
    let cases = [
        (1920, 1080, 10_000, 24),
        (1280, 720, 5000, 30),
        (720, 1280, 8000, 25),
        (256, 256, 1000, 60),
        (64, 48, 6000, 16),
        (17, 3, 2040, 24),
        (1, 1, 1, 1),
        (320, 240, 12_345, 23),
    ];
    for container in Container::of(Medium::Video) {
        for (seed, (width, height, milliseconds, frames_per_second)) in (7_i64..).zip(cases) {
            let prompt = "a fox in the snow";
            let clip = Clip {
                width,
                height,
                container,
                milliseconds,
                frames_per_second,
                seed,
                prompt,
                caption: "high",
            };
            let case = format!("clip-{width}x{height}-{milliseconds}ms-{frames_per_second}fps");
            let expected = format!(
                r#"{}, "milliseconds": {milliseconds}, "framesPerSecond": {frames_per_second}"#,
                size(width, height)
            );
            samples.add(&case, container, &render_clip(&clip), &expected)?;
        }
    }
    Ok(())
}

fn sounds(samples: &mut Samples<'_>) -> std::io::Result<()> {
    for container in Container::of(Medium::Audio) {
        for sample_rate in [16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
            for (channels, milliseconds) in [(1, 1), (2, 100), (1, 5000), (2, 30_000), (2, 12_345)] {
                let sound = Sound { container, milliseconds, sample_rate, channels, seed: 7 };
                let case = format!("sound-{sample_rate}-{channels}-{milliseconds}ms");
                let expected = format!(
                    r#", "milliseconds": {milliseconds}, "sampleRate": {sample_rate}, "channels": {channels}"#
                );
                samples.add(&case, container, &render_sound(&sound), &expected)?;
            }
        }
    }
    Ok(())
}
