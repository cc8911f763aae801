//! Files and prices of results, in whichever form they come, and results that are collected by their identifier.

use crate::gpt_image::{OutputFormat, OutputType, Quality, Request};
use crate::support::{Script, answer, client, deferred, mock, required};
use airspec_media::{Container, probe};
use airspec_mock::Settings as MockSettings;
use airspec_models::client::Error;
use airspec_models::{Fields, Uuid, Valid};
use serde_json::{Value, json};

/// A result of a model without a struct for results.
fn result(fields: Value) -> Fields {
    serde_json::from_value(fields).unwrap()
}

fn png(output: OutputType) -> Valid<Request> {
    let task = Request::builder(required()).output_type(output).output_format(OutputFormat::Png);
    task.include_cost(true).build().unwrap()
}

#[tokio::test]
async fn a_file_is_read_and_saved_alike_as_a_link_as_base64_and_as_a_data_uri() {
    let mock = mock(MockSettings::default()).await;
    let client = client(&mock.url());
    let folder = tempfile::tempdir().unwrap();
    for output in OutputType::ALL {
        let finished = client.run(&png(*output)).await.unwrap();
        let image = &finished.results[0];
        let bytes = image.bytes(&client).await.unwrap();
        let found = probe(&bytes).unwrap();
        assert_eq!((found.container, found.size()), (Container::Png, Some((64, 32))), "{output}");
        let path = folder.path().join(format!("{output}.png"));
        std::fs::write(&path, "an older file").unwrap();
        assert_eq!(image.save(&client, &path).await.unwrap(), bytes.len() as u64);
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "no temporary file is left");
}

#[tokio::test]
async fn a_result_without_a_usable_file_replaces_nothing() {
    let client = client("http://127.0.0.1:1/v1");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.png");
    std::fs::write(&path, "an older file").unwrap();
    for (fields, reason) in [
        (json!({}), "the result has no file"),
        (json!({"imageBase64Data": "not base64!"}), "not Base64"),
        (json!({"imageBase64Data": ""}), "the file is empty"),
        (json!({"imageDataURI": "data:text/plain,hello"}), "has no Base64 text"),
    ] {
        let error = result(fields).save(&client, &path).await.unwrap_err();
        assert!(error.is_download() && !error.may_be_billed(), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"an older file");
    let unpadded = result(json!({"imageBase64Data": "aGk"}));
    assert_eq!(unpadded.bytes(&client).await.unwrap(), b"hi");
}

#[tokio::test]
async fn the_price_of_a_task_is_the_exact_sum_of_its_results() {
    let mock = mock(MockSettings::default()).await;
    let client = client(&mock.url());
    let required = crate::gpt_image::Required { width: 1024, height: 1024, ..required() };
    let task = |with_cost| {
        let task = Request::builder(required.clone()).provider_settings_openai_quality(Quality::Medium);
        task.number_results(3).include_cost(with_cost).build().unwrap()
    };
    // 0.053 three times, which floats add up to 0.159 only if they are rounded.
    assert_eq!(client.run(&task(true)).await.unwrap().cost(), Some(0.159));
    assert_eq!(client.run(&task(false)).await.unwrap().cost(), None);
}

#[tokio::test]
async fn after_a_restart_an_identifier_and_a_number_of_results_are_enough() {
    let mock = mock(MockSettings::default()).await;
    let task = deferred(2);
    assert!(client(&mock.url()).submit(&task).await.unwrap().is_none());
    let (saved, results) = (task.task_uuid.to_string(), 2);
    drop(task);

    let id: Uuid = saved.parse().unwrap();
    let finished = client(&mock.url()).collect_by_id::<Request>(&id, results).await.unwrap();
    assert_eq!(finished.results.len(), 2);
    assert!(finished.results.iter().all(|image| image.task_uuid == saved));
}

#[tokio::test]
async fn a_link_that_fails_once_is_fetched_again() {
    let mock = crate::support::under("link-error=502").await;
    let client = client(&mock.url());
    let finished = client.run(&png(OutputType::Url)).await.unwrap();
    assert!(probe(&finished.results[0].bytes(&client).await.unwrap()).is_ok());
}

#[tokio::test]
async fn an_empty_download_is_no_file() {
    let script = Script::start(vec![answer(200, "")]).await;
    let image = result(json!({"imageURL": script.url}));
    let error = image.bytes(&client(&script.url)).await.unwrap_err();
    assert!(matches!(error, Error::File { .. }) && error.to_string().contains("empty"), "{error}");
}
