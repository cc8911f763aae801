//! Before a request is sent: sizes, nearest legal values, advice and estimates. The expected values are worked out from
//! a spec by hand: sides of 16 to 3840 in steps of 16; the owner's rule of 655,360 to 8,294,400 pixels and ratios of
//! 1/3 to 3; price examples for 1024x1024 of 0.006, 0.053 and 0.211 US dollars.

#![allow(clippy::float_cmp, reason = "amounts are the floats that are nearest to their decimals")]

use airspec_models::{Size, Valid};
use gpt_image::{Quality, Request, Required};

/// A document that no release of the provider changes.
mod gpt_image {
    airspec_macros::model!("../spec/tests/specs/gpt-image.json");
}

fn request(width: u32, height: u32) -> Result<Valid<Request>, airspec_models::Violations> {
    Request::builder(Required { positive_prompt: "a lighthouse".into(), width, height }).build()
}

#[test]
fn a_size_fits_a_ratio_and_a_number_of_pixels() {
    for (ratio, megapixels, size) in [
        (1.0, 1.048_576, "1024x1024"),
        (1.5, 1.572_864, "1536x1024"),
        (2.0 / 3.0, 1.572_864, "1024x1536"),
        (16.0 / 9.0, 3.686_4, "2560x1440"),
        // The largest square, and the largest width with the owner's number of pixels: 3840 * 2160.
        (1.0, 100.0, "2880x2880"),
        (16.0 / 9.0, 8.294_4, "3840x2160"),
    ] {
        let found = Size::fit::<Request>(ratio, megapixels).unwrap();
        assert_eq!(found.to_string(), size, "{ratio} {megapixels}");
        assert!(request(found.width, found.height).unwrap().advice().is_empty());
    }
    for (ratio, megapixels) in [(0.0, 1.0), (f64::NAN, 1.0), (1.0, -1.0), (1.0, f64::INFINITY)] {
        assert_eq!(Size::fit::<Request>(ratio, megapixels), None, "{ratio} {megapixels}");
    }
}

/// Every size is compared by a rule that is written down here once more.
#[test]
fn no_legal_size_is_nearer() {
    for (width, height) in [(1000_u32, 500_u32), (300, 200), (4000, 900), (5000, 5000), (1024, 1024)] {
        let distance = |w: u32, h: u32| {
            let part = |side: u32, wanted: u32| (f64::from(side) / f64::from(wanted)).ln().powi(2);
            part(w, width) + part(h, height)
        };
        let sides = || (1..=240_u32).map(|step| step * 16);
        let legal = |w: u32, h: u32| (655_360..=8_294_400).contains(&(w * h)) && w <= 3 * h && h <= 3 * w;
        let best = sides()
            .flat_map(|w| sides().map(move |h| (w, h)))
            .filter(|(w, h)| legal(*w, *h))
            .map(|(w, h)| distance(w, h))
            .fold(f64::INFINITY, f64::min);
        let found = Size::nearest::<Request>(width, height).unwrap();
        assert!(legal(found.width, found.height), "{found}");
        assert!((distance(found.width, found.height) - best).abs() < 1e-12, "{width}x{height}: {found}");
    }
}

#[test]
fn a_violated_step_or_range_names_the_nearest_legal_value() {
    for (width, messages) in [
        (1000, vec!["/width: must be a multiple of 16, found 1000; nearest legal values: 992 and 1008"]),
        (4000, vec!["/width: must be at most 3840, found 4000; nearest legal value: 3840"]),
        (
            4001,
            vec![
                "/width: must be at most 3840, found 4001; nearest legal value: 3840",
                "/width: must be a multiple of 16, found 4001; nearest legal value: 3840",
            ],
        ),
        (
            7,
            vec![
                "/width: must be at least 16, found 7; nearest legal value: 16",
                "/width: must be a multiple of 16, found 7; nearest legal value: 16",
            ],
        ),
    ] {
        let violations = request(width, 1024).unwrap_err();
        let found: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert_eq!(found, messages);
    }
    let json = r#"{"taskType": "imageInference", "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63",
        "model": "openai:gpt-image@2", "positivePrompt": "ab", "width": 1024, "height": 1024, "outputQuality": 100}"#;
    let violations = Request::from_json(json).unwrap_err();
    let expected = "/outputQuality: must be at most 99, found 100; nearest legal value: 99";
    assert_eq!(violations.to_string(), expected);
}

#[test]
fn the_rules_of_the_owner_are_advice_and_no_violations() {
    let small = request(512, 512).unwrap();
    let advice: Vec<String> = small.advice().iter().map(ToString::to_string).collect();
    // 816 * 816 is 665,856; 800 * 800 would be 640,000, which is too small. 816 * 800 is 652,800.
    let expected = "the owner of the model expects width × height from 655360 to 8294400, found 262144; nearest legal \
                    size: 816x816";
    assert_eq!(advice, [expected]);
    let flat = request(3840, 1024).unwrap();
    let advice = flat.advice();
    assert_eq!(advice.len(), 1);
    assert_eq!(
        advice[0].message,
        "the owner of the model expects width ÷ height from 0.3333 to 3, found 3.75"
    );
    let size = advice[0].nearest.unwrap();
    assert!(size.width <= 3 * size.height && size.width.is_multiple_of(16), "{size}");
    assert!(request(1024, 1024).unwrap().advice().is_empty());
}

#[test]
fn a_price_is_estimated_from_the_examples_of_the_spec() {
    let builder =
        |width, height| Request::builder(Required { positive_prompt: "a lighthouse".into(), width, height });
    let low = builder(1024, 1024).provider_settings_openai_quality(Quality::Low).build().unwrap();
    let estimate = low.estimate().unwrap();
    assert_eq!((estimate.usd, estimate.at_most), (0.006, 0.062));
    // `auto` has no example, so it counts as `high`.
    assert_eq!(request(1536, 1024).unwrap().estimate().unwrap().usd, 0.165);
    let many = builder(1024, 1024).number_results(20).build().unwrap().estimate().unwrap();
    assert_eq!((many.usd, many.at_most), (4.22, 8.49));
    // Half the pixels of the example, half the price.
    let half = builder(1024, 512).provider_settings_openai_quality(Quality::Medium).build().unwrap();
    assert_eq!(half.estimate().unwrap().usd, 0.026_5);
}
