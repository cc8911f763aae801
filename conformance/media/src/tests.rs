//! What is rendered, judged by decoders that share no code with the encoders where one exists in Rust.

use std::collections::BTreeSet;

use super::{Container, Image, MAX_AREA, MAX_SIDE, Medium, drawn_size, probe, render};

const CONTAINERS: [Container; 3] = [Container::Jpeg, Container::Png, Container::Webp];

fn image(container: Container) -> Image<'static> {
    let prompt = "A lighthouse on a cliff at dusk, in the style of a 1930s travel poster";
    Image { width: 320, height: 240, container, quality: 85, seed: 42, prompt, caption: "high" }
}

/// Width, height and the pixels in RGB.
fn decode(container: Container, file: &[u8]) -> (u32, u32, Vec<u8>) {
    match container {
        Container::Jpeg => {
            let mut decoder =
                zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(file));
            let pixels = decoder.decode().unwrap();
            let info = decoder.info().unwrap();
            (info.width.into(), info.height.into(), pixels)
        }
        Container::Png => {
            let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            reader.finish().unwrap();
            (info.width, info.height, pixels)
        }
        Container::Webp => {
            let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).unwrap();
            let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
            decoder.read_image(&mut pixels).unwrap();
            let (width, height) = decoder.dimensions();
            (width, height, pixels)
        }
        _ => panic!("{container:?} holds no image"),
    }
}

#[test]
fn every_container_decodes_to_the_size_asked_for() {
    let sizes = [(1, 1), (16, 16), (17, 3), (1, 200), (640, 16), (320, 240), (1024, 1536)];
    for container in CONTAINERS {
        for (width, height) in sizes {
            let file = render(&Image { width, height, ..image(container) });
            let found = probe(&file).unwrap();
            assert_eq!((found.container, found.size()), (container, Some((width, height))));
            let (decoded_width, decoded_height, pixels) = decode(container, &file);
            assert_eq!((decoded_width, decoded_height), (width, height), "{container:?}");
            assert_eq!(pixels.len(), width as usize * height as usize * 3, "{container:?}");
        }
    }
}

#[test]
fn long_images_are_as_long_as_asked_for() {
    for container in CONTAINERS {
        for (width, height) in [(11_712, 2), (2, 16_383)] {
            let file = render(&Image { width, height, ..image(container) });
            assert_eq!(probe(&file).unwrap().size(), Some((width, height)), "{container:?}");
        }
    }
    assert_eq!(drawn_size(11_712, 1408), (11_712, 1408));
    assert_eq!(drawn_size(0, u32::MAX), (1, MAX_SIDE));
    assert_eq!(drawn_size(u32::MAX, u32::MAX), (MAX_SIDE, MAX_AREA / MAX_SIDE));
}

#[test]
fn the_containers_of_images_are_these() {
    assert_eq!(Container::of(Medium::Image).collect::<Vec<_>>(), CONTAINERS);
    let video = render(&Image { container: Container::Mp4, ..image(Container::Jpeg) });
    assert!(video == render(&image(Container::Jpeg)), "a container of another medium is taken for JPEG");
}

#[test]
fn lossless_containers_hold_the_same_pixels_and_jpeg_nearly_so() {
    // Too small for text, which would name the container.
    let [jpeg, png, webp] = CONTAINERS.map(|container| {
        let file = render(&Image { width: 20, height: 20, quality: 100, ..image(container) });
        decode(container, &file).2
    });
    assert!(png == webp);
    let furthest = jpeg.iter().zip(&png).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(furthest.is_some_and(|furthest| furthest < 8), "{furthest:?}");
}

#[test]
fn the_same_image_has_the_same_bytes_and_whatever_differs_shows() {
    for container in CONTAINERS {
        let one = image(container);
        assert!(render(&one) == render(&one), "{container:?}");
        let others = [
            Image { seed: 43, ..one },
            Image { prompt: "another", ..one },
            Image { caption: "low", ..one },
            Image { width: 319, ..one },
        ];
        for other in others {
            assert!(render(&one) != render(&other), "{other:?}");
        }
    }
}

#[test]
fn small_images_without_text_still_differ_by_seed() {
    let files: BTreeSet<Vec<u8>> =
        (0..50).map(|seed| render(&Image { width: 16, height: 16, seed, ..image(Container::Png) })).collect();
    assert_eq!(files.len(), 50);
}

#[test]
fn quality_is_jpegs_alone() {
    let sizes = [20, 50, 85, 95].map(|quality| render(&Image { quality, ..image(Container::Jpeg) }).len());
    assert!(sizes.is_sorted_by(|smaller, larger| smaller < larger), "{sizes:?}");
    for container in CONTAINERS.into_iter().filter(|container| container.is_lossless()) {
        let [low, high] = [20, 95].map(|quality| render(&Image { quality, ..image(container) }));
        assert!(low == high, "{container:?}");
    }
}

#[test]
fn values_outside_their_bounds_are_brought_to_the_nearest() {
    let odd = Image { width: 0, height: 0, quality: 0, ..image(Container::Jpeg) };
    let file = render(&odd);
    let found = probe(&file).unwrap();
    assert_eq!((found.container, found.size()), (Container::Jpeg, Some((1, 1))));
    assert!(file == render(&Image { width: 1, height: 1, quality: 1, ..odd }));
}

#[test]
fn any_text_and_any_seed_can_be_drawn() {
    let long = "x".repeat(100_000);
    let texts = ["", " \n\t ", "\u{0}\u{7F}\u{FFFD}", "灯台 🗼\u{200D}🌊 маяк Ünïcödé", &long];
    for text in texts {
        for seed in [i64::MIN, -1, 0, i64::MAX] {
            let one = image(Container::Png);
            let file = render(&Image { width: 200, height: 120, seed, prompt: text, caption: text, ..one });
            assert!(probe(&file).is_ok());
        }
    }
}
