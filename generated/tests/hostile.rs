//! Requests that are made to hurt: each gets violations, in time and memory that grow with its size alone. The sizes are
//! such that anything else would take minutes.

use airspec_models::{Batch, Violations};
use gpt_image::{Request, Required};
use serde_json::{Value, json};

/// A document that no release of the provider changes.
mod gpt_image {
    airspec_macros::model!("../spec/tests/specs/gpt-image.json");
}

fn valid() -> Value {
    let required = Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1024 };
    serde_json::to_value(Request::builder(required).build().unwrap()).unwrap()
}

/// A valid request but for one member.
fn with(name: &str, value: impl Into<Value>) -> String {
    let mut request = valid();
    request[name] = value.into();
    request.to_string()
}

/// A valid request with a piece of text for a member.
fn with_text(name: &str, value: &str) -> String {
    with(name, "HERE").replace("\"HERE\"", value)
}

fn refused(text: &str) -> Violations {
    let violations = Request::from_json(text).expect_err("it is wrong");
    assert!(!violations.is_empty());
    violations
}

fn ids(violations: &Violations) -> Vec<&str> {
    violations.iter().map(|violation| &*violation.constraint).collect()
}

#[test]
fn deep_nesting_is_one_violation_wherever_it_is() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [64, 100, 1_000_000] {
            let nested = open.repeat(depth) + "1" + &close.repeat(depth);
            for text in [nested.clone(), with_text("inputs", &nested), with_text("stranger", &nested)] {
                let violations = refused(&text);
                // As deep as the limit, the whole text is judged; in a member it is one level deeper.
                let is_judged = depth == 64 && text.len() == nested.len();
                assert_eq!(ids(&violations)[0] == "json.depth", !is_judged, "{depth} {violations}");
            }
        }
    }
    assert_eq!(ids(&refused(&"[".repeat(10_000_000))), ["json.depth"]);
    assert_eq!(ids(&refused(&"{\"a\":".repeat(1_000_000))), ["json.depth"]);
}

#[test]
fn numbers_that_no_machine_holds_are_refused() {
    let digits = "9".repeat(1_000_000);
    for number in ["1e400", "-1e309", "1e999999999999999999999", &digits, &format!("0.{digits}e400")] {
        assert_eq!(ids(&refused(&with_text("width", number))), ["json.syntax"]);
    }
    for number in ["1e300", "-1e300", "18446744073709551616", "-9223372036854775809"] {
        assert_eq!(refused(&with_text("width", number)).iter().next().unwrap().pointer, "/width", "{number}");
    }
    for number in ["1e-999999999999", "0.0e999999999", "-0", "-0.0", &format!("0.{}1", "0".repeat(1_000_000))]
    {
        let found = refused(&with_text("width", number));
        assert!(ids(&found).iter().all(|id| id.starts_with("width.")), "{found}");
    }
    let padded = format!("1024.{}", "0".repeat(1_000_000));
    assert_eq!(Request::from_json(&with_text("width", &padded)).unwrap().width, 1024);
}

#[test]
fn halves_of_surrogate_pairs_and_control_characters_are_no_text() {
    for text in [r#""\ud800""#, r#""\udc00\ud800""#, r#""\ud83dx""#, "\"a\0b\"", "\"a\nb\""] {
        assert_eq!(ids(&refused(&with_text("positivePrompt", text))), ["json.syntax"], "{text:?}");
    }
    assert_eq!(ids(&refused(&valid().to_string().replace("\"width\"", "\"\\ud800\""))), ["json.syntax"]);
    let nul = Request::from_json(&with("positivePrompt", "a\0b")).unwrap();
    assert_eq!(nul.positive_prompt, "a\0b");
    let violations = refused(&with("outputFormat", "\u{1b}[31m\u{202e}\0"));
    assert!(!violations.to_string().contains(['\u{1b}', '\u{202e}', '\0']), "{violations}");
}

#[test]
fn a_prompt_of_megabytes_is_cut_in_the_message() {
    for text in ["a".repeat(8_000_000), "🎨".repeat(4_000_000), "\u{301}".repeat(4_000_000)] {
        let violations = refused(&with("positivePrompt", text.as_str()));
        assert_eq!(ids(&violations), ["positivePrompt.maxLength"]);
        assert!(violations.to_string().len() < 2_000, "{}", violations.to_string().len());
    }
    assert!(Request::from_json(&with("positivePrompt", "🎨".repeat(32_000))).is_ok());
}

#[test]
fn images_of_megabytes_are_taken_and_broken_ones_are_not() {
    let image = format!("data:image/png;base64,{}", "aGVs".repeat(4_000_000));
    let images = |image: &str| with("inputs", json!({"referenceImages": [image]}));
    assert!(Request::from_json(&images(&image)).is_ok());
    assert!(Request::from_json(&images(&"aGVs".repeat(4_000_000))).is_ok());
    let violations = refused(&images(&(image + "\n ")));
    assert_eq!(violations.len(), 1, "{violations}");
    assert_eq!(violations.iter().next().unwrap().pointer, "/inputs/referenceImages/0");
}

#[test]
fn of_a_hundred_thousand_violations_the_first_thousand_are_listed() {
    let mut request = valid();
    for index in 0..100_000 {
        request[format!("positivePromt{index}")] = json!(1);
    }
    let violations = refused(&request.to_string());
    assert_eq!((violations.len(), violations.unlisted()), (1_000, 99_000));
    assert!(violations.to_string().ends_with("\nand 99000 more"));

    let items: Vec<Value> = (0..100_000).map(|index| json!(index)).collect();
    let violations = refused(&with("inputs", json!({"referenceImages": items})));
    assert_eq!(violations.len() + violations.unlisted(), 100_001);
}

#[test]
fn long_names_do_not_multiply() {
    let name = "n/~".repeat(300_000);
    let mut request = valid();
    for index in 0..20 {
        request[format!("{name}{index}")] = json!({});
    }
    let violations = refused(&request.to_string());
    assert_eq!(violations.len() + violations.unlisted(), 20);
    assert!(violations.to_string().len() < 4_000_000, "{}", violations.to_string().len());
}

#[test]
fn keys_given_twice_are_found_among_many() {
    let names: String = (0..100_000).map(|index| format!("\"n{index}\":1,")).collect();
    let text = valid().to_string().replacen('{', &format!("{{{names}\"n7\":2,"), 1);
    let violations = refused(&text);
    assert_eq!(ids(&violations), ["json.duplicate"]);
    assert_eq!(violations.iter().next().unwrap().pointer, "/n7");
}

#[test]
fn a_batch_of_many_tasks_is_judged_as_a_whole() {
    let one = valid().to_string();
    let many = format!("[{}]", vec![one.as_str(); 10_000].join(","));
    let violations = Batch::<Request>::from_json(&many).unwrap_err();
    assert_eq!((violations.len(), violations.unlisted()), (1_000, 8_999));
    let empty = format!("[{}]", vec!["{}"; 100_000].join(","));
    let violations = Batch::<Request>::from_json(&empty).unwrap_err();
    assert!(violations.unlisted() > 100_000);
}
