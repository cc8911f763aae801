//! Every container: cut files are refused, and no byte makes the probe panic.

use crate::random::Random;
use crate::{
    Clip, Container, Image, Medium, Mesh, ProbeError, Sound, probe, render, render_clip, render_mesh,
    render_sound,
};

/// A small file of each container.
fn files() -> Vec<(Container, Vec<u8>)> {
    let file = |container: Container| match container.medium() {
        Medium::Image => {
            render(&Image { width: 24, height: 16, container, quality: 90, seed: 7, prompt: "", caption: "" })
        }
        Medium::Video => render_clip(&Clip {
            width: 24,
            height: 16,
            container,
            milliseconds: 500,
            frames_per_second: 10,
            seed: 7,
            prompt: "",
            caption: "",
        }),
        Medium::Audio => {
            render_sound(&Sound { container, milliseconds: 300, sample_rate: 16_000, channels: 1, seed: 7 })
        }
        Medium::Model => render_mesh(&Mesh { container, seed: 7 }),
    };
    Container::ALL.map(|container| (container, file(container))).to_vec()
}

#[test]
fn a_cut_file_is_refused_wherever_the_cut_is() {
    for (container, file) in files() {
        assert_eq!(probe(&file).map(|found| found.container), Ok(container));
        for length in 0..file.len() {
            match probe(&file[..length]) {
                Err(ProbeError::Unknown | ProbeError::Truncated { .. }) => {}
                // Lines of text: one that is cut may be a line, and one behind the first face may be missing.
                Ok(_) | Err(ProbeError::Malformed { .. }) if container == Container::Obj => {}
                other => panic!("{container:?} cut to {length} of {}: {other:?}", file.len()),
            }
        }
    }
}

#[test]
fn an_obj_is_refused_if_it_is_cut_before_its_first_face_ends() {
    let (_, file) = files().into_iter().find(|(container, _)| *container == Container::Obj).unwrap();
    let first = file.windows(2).position(|bytes| bytes == b"f ").unwrap();
    for length in 0..first + b"f 1 2".len() {
        assert!(probe(&file[..length]).is_err(), "{length}");
    }
}

#[test]
fn bytes_behind_the_end_are_allowed_where_there_is_an_end() {
    let more = |file: &[u8]| [file, b"and more bytes"].concat();
    for (container, file) in files() {
        let found = probe(&more(&file));
        match container {
            // A binary STL is known by its length alone.
            Container::Stl => assert_eq!(found, Err(ProbeError::Unknown)),
            // Another part is expected at the end of the last one, and a frame of FLAC ends where the file does.
            Container::Mp4 | Container::Mov | Container::Mp3 | Container::Flac => {
                assert!(found.is_err(), "{container:?}");
            }
            _ => assert_eq!(found, probe(&file), "{container:?}"),
        }
    }
}

#[test]
fn each_flipped_byte_gives_an_answer() {
    for (_, file) in files() {
        for at in 0..file.len().min(2000) {
            for value in [0, 1, 0x7F, 0x80, 0xFF, file[at] ^ 1, file[at] ^ 0x80, file[at].wrapping_add(1)] {
                let mut file = file.clone();
                file[at] = value;
                let _ = probe(&file);
            }
        }
    }
}

#[test]
fn random_bytes_and_several_flipped_ones_never_panic() {
    let mut random = Random::new(1, "noise");
    let mut below = |bound: usize| usize::try_from(random.below(u64::try_from(bound).unwrap())).unwrap();
    for (_, file) in files() {
        for _ in 0..2000 {
            let mut file = file.clone();
            for _ in 0..=below(6) {
                let (start, length) = (below(file.len()), below(9));
                let end = (start + length).min(file.len());
                let value = [0, 0xFF, u8::try_from(below(256)).unwrap()][below(3)];
                file[start..end].fill(value);
            }
            file.truncate(file.len() - below(file.len()) * below(2));
            let _ = probe(&file);
            // What follows a known beginning is noise.
            let kept = below(file.len() + 1);
            file[kept..].iter_mut().for_each(|byte| *byte = u8::try_from(below(256)).unwrap());
            let _ = probe(&file);
        }
    }
}

#[test]
fn claims_of_huge_counts_take_no_time() {
    let started = std::time::Instant::now();
    let ply =
        format!("ply\nformat ascii 1.0\nelement vertex {}\nproperty float x\nend_header\n1 2 3", u64::MAX);
    assert!(matches!(probe(ply.as_bytes()), Err(ProbeError::Truncated { .. })));
    let empty = format!("ply\nformat ascii 1.0\nelement vertex {}\nend_header\n", u64::MAX);
    assert!(probe(empty.as_bytes()).is_ok());
    let list = "ply\nformat binary_big_endian 1.0\nelement face 1\nproperty list uint double v\n\
                end_header\n\u{7F}\u{7F}\u{7F}\u{7F}";
    assert!(matches!(probe(list.as_bytes()), Err(ProbeError::Truncated { .. })));
    // Frames whose headers are right and whose ends are nowhere.
    let (_, flac) = files().into_iter().find(|(container, _)| *container == Container::Flac).unwrap();
    let frames = flac.windows(2).position(|bytes| bytes == [0xFF, 0xF8]).unwrap();
    let mut hostile = flac[..frames].to_vec();
    hostile.extend(flac[frames..].repeat(20_000));
    hostile.push(1);
    assert!(matches!(probe(&hostile), Err(ProbeError::Truncated { .. })));
    let deep = [&b"; FBX 7.4.0\n"[..], &b"{".repeat(1_000_000)].concat();
    assert!(matches!(probe(&deep), Err(ProbeError::Truncated { .. })));
    assert!(started.elapsed().as_secs() < 5);
}
