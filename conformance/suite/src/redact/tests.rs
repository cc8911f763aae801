use super::*;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use leak::{given_away, key, written};

#[allow(dead_code, reason = "the fuzzer uses the rest")]
#[path = "../../tests/support/leak.rs"]
mod leak;

#[test]
fn no_piece_of_a_random_key_is_left_in_any_place_and_writing() {
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..2000 {
        let key = key(&mut random);
        let redactor = Redactor::new(&key);
        let before = ["", "Bearer ", "%", "&", "é", "a ", "YWJj", "6b"][random.usize(..8)];
        let text = format!("{{\"message\":\"{before} {} é\"}}", written(&mut random, &key));
        let clean = redactor.clean(&text);
        assert!(given_away(&key, &text).is_some(), "{round}: the reader sees nothing in {text}");
        assert_eq!(given_away(&key, &clean), None, "{round}: {key}\n{text}\n{clean}");
        assert_eq!(redactor.clean(&clean), clean, "{round}: again\n{text}");
        assert!(clean.starts_with("{\"message\":\"") && clean.ends_with(" é\"}"), "{clean}");
    }
}

#[test]
fn the_key_and_what_looks_like_one_are_taken_out() {
    let redactor = Redactor::new("s3cr3t\"key");
    for text in [
        "Authorization: Bearer abc.DEF-123",
        r#"{"authorization":"bearer   abc.DEF-123"}"#,
        r#"{"apiKey":"abc.DEF-123"}"#,
        r#"{\"apiKey\": \"abc.DEF-123\"}"#,
        "https://example.com/?api_key=abc.DEF-123&x=1",
        r#"you sent s3cr3t"key"#,
        r#"{"echo":"s3cr3t\"key"}"#,
    ] {
        let clean = redactor.clean(text);
        assert!(!clean.contains("abc.DEF-123") && !clean.contains("s3cr3t"), "{clean}");
        assert!(clean.contains(MARK), "{clean}");
        assert_eq!(redactor.clean(&clean), clean, "twice is once");
    }
    assert_eq!(redactor.clean(r#"{"code":"invalidApiKey"}"#), r#"{"code":"invalidApiKey"}"#);
}

#[test]
fn values_of_headers_are_secrets_unless_they_are_ordinary_words() {
    let secrets = ["gateway-1", "gateway-12", "true", "1", "application/json"]
        .into_iter()
        .fold(Secrets::default().with_key("the-key"), Secrets::with_header);
    let text = r#"{"a":"gateway-12","b":"gateway-1","c":true,"d":1,"e":"the-key","f":"application/json"}"#;
    let clean =
        r#"{"a":"[redacted]","b":"[redacted]","c":true,"d":1,"e":"[redacted]","f":"application/json"}"#;
    assert_eq!(Redactor::hiding(&secrets).clean(text), clean);
}

#[test]
fn a_short_key_does_not_take_words_apart() {
    assert_eq!(Redactor::new("a").clean("a banana"), "[redacted] banana");
    assert_eq!(Redactor::new("").clean("a banana"), "a banana");
    assert_eq!(Redactor::new("redacted").clean("redacted [redacted]"), "redacted [redacted]");
}

#[test]
fn a_secret_is_not_cut_and_a_long_text_is() {
    let redactor = Redactor::new("0123456789");
    for at in 4080..4100 {
        let text = format!("{}0123456789{}", "x".repeat(at), "é".repeat(5000));
        let (short, whole) = redactor.shorten(&text);
        assert!(!whole && !short.contains("0123"), "{at}");
        assert!(short.len() < 4200 && short.ends_with("bytes in all)"), "{short}");
    }
    assert_eq!(redactor.shorten("short"), ("short".to_owned(), true));
}

#[test]
fn a_text_that_shrinks_is_looked_at_to_its_end() {
    let key = "k3yAbCdEfGhIjKlMnOpQrStUvWxYz987";
    let text = format!("bearer {} {key} tail", "x".repeat((1 << 20) - 39));
    assert_eq!(Redactor::new(key).shorten(&text).0, "bearer [redacted] [redacted] tail");
}

#[test]
fn a_key_with_letters_that_look_like_escapes_is_found_in_every_form() {
    for (key, text) in [
        ("ab%41cdefg/x", r"ab%41cdefg\/x"),
        (r"ab\u0041cdefg", r"ab\\u0041cdefg"),
        ("ab&amp;cdefgh", "ab&amp;amp;cdefgh"),
        ("é12345678é", r"\u00e912345678\u00E9"),
        ("k\u{e9}ykeykey", "k%C3%A9ykeykey"),
    ] {
        let clean = Redactor::new(key).clean(&format!("<{text}>"));
        assert_eq!(clean, "<[redacted]>", "{key}");
    }
}

#[test]
fn a_key_that_is_broken_into_lines_is_found() {
    let redactor = Redactor::new("k3yAbCdEfGhIjKlM");
    assert_eq!(redactor.clean("<k3yAbCdE\r\nfGhIjKlM>"), "<[redacted]>");
    let base64 = BASE64_STANDARD.encode("k3yAbCdEfGhIjKlM");
    assert_eq!(redactor.clean(&format!("<{}\\n{}>", &base64[..9], &base64[9..])), "<[redacted]==>");
    assert_eq!(redactor.clean("<6B:33:79:41:62:43:64:45:66:47:68:49:6a:4b:6c:4d>"), "<[redacted]>");
}

#[test]
fn a_large_text_takes_little_time() {
    let redactor = Redactor::new("k3yAbCdEfGhIjKlMnOpQrStUvWxYz987");
    let start = std::time::Instant::now();
    for unit in ["\\", "%", "&", "&#x", "\\u", "a", "YWJj", "%25", "\\\\u005c", "k3yAbCdEf ", "bearer x "] {
        let text = unit.repeat((1 << 20) / unit.len());
        assert!(redactor.clean(&text).len() <= 3 * text.len());
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn what_the_program_writes_itself_is_no_secret() {
    let words: Vec<&str> = PUBLIC[1].split_whitespace().filter(|word| word.len() >= SHORT).collect();
    let secrets = words.iter().fold(Secrets::default(), |secrets, word| secrets.with_header(word));
    let redactor = Redactor::hiding(&secrets);
    for text in PUBLIC {
        assert!(!redactor.clean(text).contains("[redacted] [redacted]"));
        assert_eq!(search::find(text.as_bytes(), &redactor.needles), []);
    }
}

#[test]
fn the_guard_leaves_what_the_program_says_of_keys() {
    let secrets = Secrets::default().with_key("k3yAbCdEfGhIjKlM").with_header("short7x");
    let guard = Redactor::of_long(&secrets, &[]);
    let curl = "curl -H \"Authorization: Bearer $RUNWARE_API_KEY\" short7x";
    assert_eq!(guard.clean(curl), curl);
    assert_eq!(guard.clean("k3yAbCdEfGhIjKlM"), MARK);
}

#[test]
fn debug_output_holds_no_secret() {
    let shown = format!("{:?}", Redactor::new("k3yAbCdEfGhIjKlM"));
    assert!(!shown.contains("k3yA") && shown.contains("pieces"), "{shown}");
    // A short key is a word of a pattern, which is shown by no one but Debug.
    assert!(!format!("{:?}", Redactor::new("k3y")).contains("k3y"));
}
