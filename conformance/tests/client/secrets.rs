//! The key goes to the endpoint, and nowhere else.

use crate::support::{KEY, Script, answer, answer_with, client, quick, task};
use airspec_models::client::{Class, Client, Settings, SetupError};

#[tokio::test]
async fn a_redirect_does_not_carry_the_key_to_another_host() {
    let elsewhere = Script::start(vec![answer(200, r#"{"data":[]}"#)]).await;
    for status in [301, 302, 307, 308] {
        let script =
            Script::start(vec![answer_with(status, &format!("location: {}\r\n", elsewhere.url), "")]).await;
        let error = client(&script.url).run(&task()).await.unwrap_err();
        assert_eq!(error.class(), Class::Answer);
        assert!(error.to_string().contains("redirect"), "{error}");
        assert!(script.heard()[0].contains(&format!("authorization: Bearer {KEY}")));
    }
    assert!(elsewhere.heard().is_empty(), "nobody was asked there");
}

#[tokio::test]
async fn the_key_is_in_no_error_and_no_debug_output_even_if_the_server_repeats_it() {
    let body = format!(
        r#"{{"data":[],"errors":[{{"code":"invalid{KEY}","message":"bad key {KEY}","parameter":"{KEY}","{KEY}":"{KEY}"}}]}}"#
    );
    let script = Script::start(vec![answer(401, &body)]).await;
    let client = client(&script.url);
    let error = client.run(&task()).await.unwrap_err();
    for shown in [format!("{client:?}"), format!("{client:#?}"), format!("{error}"), format!("{error:#?}")] {
        assert!(!shown.contains(KEY), "{shown}");
    }
    let bad = format!("{KEY}\n{KEY}");
    let error = Client::new(&bad, Settings::default()).unwrap_err();
    assert!(matches!(error, SetupError::BadKey) && !format!("{error}{error:?}").contains(KEY));
}

#[tokio::test]
async fn downloads_go_without_the_key() {
    let script = Script::start(vec![answer(200, "the bytes")]).await;
    let client = Client::new(KEY, quick("http://127.0.0.1:1/v1")).unwrap();
    let mut bytes = Vec::new();
    client.download(&script.url).await.unwrap().write_to(&mut bytes).await.unwrap();
    assert_eq!(bytes, b"the bytes");
    assert!(!script.heard()[0].to_lowercase().contains("authorization"), "{:?}", script.heard());
}

#[test]
fn without_a_key_there_is_no_client() {
    assert!(matches!(Client::new("", Settings::default()), Err(SetupError::NoKey)));
    let error = Client::new(KEY, Settings::default().base_url("http://gateway.example/v1")).unwrap_err();
    assert!(error.to_string().contains("in the clear"), "{error}");
}
