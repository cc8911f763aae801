//! Results and errors of requests that are answered at once.

use crate::support::{Front, KEY, ask, bare, codes, engine, fetch, model, post, request, send, task, uuid};
use airspec_media::{Container, probe};
use airspec_mock::{Engine, Key, Settings, WiremockServer};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::HashSet;

#[tokio::test]
async fn the_endpoint_is_also_the_path_slash_of_the_server_that_an_openapi_document_names() {
    for front in Front::both(|| engine(Settings::default())).await {
        let body = json!([task(1, &json!({}))]);
        let answer = request(&format!("{}/", front.url()), &body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test]
async fn a_batch_may_succeed_in_part() {
    for front in Front::both(|| engine(Settings::default())).await {
        let bad = task(2, &json!({"width": 17, "height": null, "hieght": 32}));
        let (status, answer) = post(&front.url(), &json!([task(1, &json!({})), bad])).await;
        assert_eq!(status, 200);
        assert_eq!(answer["data"].as_array().unwrap().len(), 1);
        assert_eq!(answer["data"][0]["taskUUID"], uuid(1));
        assert_eq!(codes(&answer), ["unsupportedParameter", "missingHeight", "invalidWidth"]);
        assert!(answer["errors"].as_array().unwrap().iter().all(|error| error["taskUUID"] == uuid(2)));
    }
    let strict = engine(Settings { mixed_status: 400, ..Settings::default() });
    assert_eq!(ask(&strict, &json!([task(1, &json!({})), {}])).0, 400);
}

#[test]
fn a_result_has_what_was_asked_for_and_nothing_else() {
    let engine = engine(Settings::default());
    let fields = |changes: &Value| -> Vec<String> {
        let (status, answer) = ask(&engine, &json!([task(1, changes)]));
        assert_eq!(status, 200, "{answer}");
        answer["data"][0].as_object().unwrap().keys().cloned().collect()
    };
    let with = |extra: &[&str]| -> Vec<String> {
        let mut all = vec!["imageUUID", "seed", "taskType", "taskUUID"];
        all.extend(extra);
        all.sort_unstable();
        all.into_iter().map(str::to_owned).collect()
    };
    assert_eq!(fields(&json!({})), with(&["imageURL"]));
    assert_eq!(fields(&json!({"outputType": "base64Data"})), with(&["imageBase64Data"]));
    assert_eq!(fields(&json!({"outputType": "dataURI", "includeCost": false})), with(&["imageDataURI"]));
    assert_eq!(fields(&json!({"includeCost": true})), with(&["imageURL", "cost"]));
    assert_eq!(fields(&json!({"safety": {"checkContent": true}})), with(&["imageURL", "NSFWContent"]));
}

#[test]
fn results_of_a_task_are_as_many_as_asked_for_and_differ() {
    let engine = engine(Settings::default());
    let mut images = HashSet::new();
    for _ in 0..2 {
        let (_, answer) = ask(&engine, &json!([task(1, &json!({"numberResults": 20.0}))]));
        let data = answer["data"].as_array().unwrap();
        assert_eq!(data.len(), 20);
        let seeds: HashSet<i64> = data.iter().map(|item| item["seed"].as_i64().unwrap()).collect();
        assert_eq!(seeds.len(), 20);
        images.extend(data.iter().map(|item| item["imageUUID"].as_str().unwrap().to_owned()));
    }
    assert_eq!(images.len(), 40, "also when the same task is sent again");
}

#[test]
fn the_same_seed_gives_the_same_answers_whatever_came_before() {
    let answer = |seed, before| {
        let engine = engine(Settings { seed, ..Settings::default() });
        for number in 0..before {
            ask(&engine, &json!([task(100 + number, &json!({}))]));
        }
        ask(&engine, &json!([task(1, &json!({}))]))
    };
    assert_eq!(answer(1, 0), answer(1, 3));
    assert_ne!(answer(1, 0), answer(2, 0));
}

#[test]
fn the_price_follows_the_examples_of_the_spec() {
    let engine = engine(Settings::default());
    let cost = |width: u32, height: u32, quality: Option<&str>| {
        let mut changes = json!({"width": width, "height": height, "includeCost": true});
        if let Some(quality) = quality {
            changes["providerSettings"] = json!({"openai": {"quality": quality}});
        }
        ask(&engine, &json!([task(1, &changes)])).1["data"][0]["cost"].as_f64().unwrap()
    };
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    close(cost(1024, 1024, Some("low")), 0.006);
    close(cost(1024, 1024, Some("medium")), 0.053);
    close(cost(1024, 1024, Some("high")), 0.211);
    close(cost(1536, 1024, Some("high")), 0.165);
    close(cost(1024, 1024, None), 0.211);
    close(cost(2048, 2048, Some("low")), 0.024);
}

#[test]
fn files_are_of_the_container_and_size_that_was_asked_for() {
    let engine = engine(Settings::default());
    for (format, container) in [("JPG", Container::Jpeg), ("PNG", Container::Png), ("WEBP", Container::Webp)]
    {
        let changes = json!({"outputFormat": format, "width": 304, "height": 176});
        let (_, answer) = ask(&engine, &json!([task(1, &changes)]));
        let link = answer["data"][0]["imageURL"].as_str().unwrap();
        assert!(link.ends_with(container.extension()));
        let (status, media, bytes) = fetch(&engine, link);
        let found = probe(&bytes).unwrap();
        assert_eq!((status, media.as_str()), (200, container.media_type()));
        assert_eq!((found.container, found.size()), (container, Some((304, 176))));
        assert_eq!(fetch(&engine, link).2, bytes, "from the cache");

        for (kind, field) in [("base64Data", "imageBase64Data"), ("dataURI", "imageDataURI")] {
            let mut changes = changes.clone();
            changes["outputType"] = json!(kind);
            let (_, answer) = ask(&engine, &json!([task(1, &changes)]));
            let text = answer["data"][0][field].as_str().unwrap();
            let start = format!("data:{};base64,", container.media_type());
            let text = if kind == "dataURI" { text.strip_prefix(&start).unwrap() } else { text };
            assert_eq!(STANDARD.decode(text).unwrap(), bytes, "the same image in every form");
        }
    }
}

#[test]
fn an_independent_decoder_reads_the_file_and_quality_changes_its_size() {
    let engine = engine(Settings::default());
    let jpeg = |quality: u32| {
        let changes = json!({"outputQuality": quality, "width": 640, "height": 480});
        let (_, answer) = ask(&engine, &json!([task(1, &changes)]));
        fetch(&engine, answer["data"][0]["imageURL"].as_str().unwrap()).2
    };
    let sizes: Vec<usize> = [20, 60, 95, 99].map(|quality| jpeg(quality).len()).to_vec();
    assert!(sizes.is_sorted() && sizes[0] < sizes[3], "{sizes:?}");
    let mut decoder = zune_jpeg::JpegDecoder::new(std::io::Cursor::new(jpeg(80)));
    let pixels = decoder.decode().unwrap();
    assert_eq!(decoder.dimensions(), Some((640, 480)));
    assert_eq!(pixels.len(), 640 * 480 * 3);
}

#[tokio::test]
async fn a_link_leads_to_the_file_over_both_fronts() {
    for front in Front::both(|| engine(Settings::default())).await {
        let (_, answer) = post(&front.url(), &json!([task(1, &json!({}))])).await;
        let link = answer["data"][0]["imageURL"].as_str().unwrap();
        let file = crate::support::client().get(link).send().await.unwrap();
        assert_eq!(file.headers()["content-type"], "image/jpeg");
        let found = probe(&file.bytes().await.unwrap()).unwrap();
        assert_eq!(found.size(), Some((64, 32)));
        let (status, answer) = send(crate::support::client().get(link.replace(".jpg", "0.jpg"))).await;
        assert_eq!((status, codes(&answer)), (404, vec!["fileNotFound"]));
        let head = crate::support::client().head(link).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));
    }
}

#[test]
fn errors_say_what_would_have_been_right() {
    let engine = engine(Settings::default());
    let error = |changes: &Value| {
        let (status, answer) = ask(&engine, &json!([task(1, changes)]));
        assert_eq!((status, &answer["data"]), (400, &json!([])));
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
        let mut error = answer["errors"][0].clone();
        let error = error.as_object_mut().unwrap();
        assert!(error.remove("message").unwrap().as_str().unwrap().ends_with('.'));
        assert!(
            error.remove("documentation").unwrap().as_str().unwrap().starts_with("https://runware.ai/docs/")
        );
        error.remove("taskUUID");
        error.remove("taskType");
        Value::Object(error.clone())
    };
    assert_eq!(
        error(&json!({"width": 17})),
        json!({"code": "invalidWidth", "parameter": "width", "type": "integer", "min": 16, "max": 3840, "multiplier": 16})
    );
    assert_eq!(error(&json!({"hieght": 1})), json!({"code": "unsupportedParameter", "parameter": "hieght"}));
    assert_eq!(
        error(&json!({"model": null})),
        json!({"code": "missingModel", "parameter": "model", "type": "string"})
    );
    assert_eq!(
        error(&json!({"outputFormat": "TIFF"})),
        json!({"code": "unsupportedOutputFormat", "parameter": "outputFormat", "type": "string", "allowedValues": ["JPG", "PNG", "WEBP"]})
    );
    assert_eq!(
        error(&json!({"positivePrompt": "x"})),
        json!({"code": "invalidPositivePrompt", "parameter": "positivePrompt", "type": "string", "min": 2, "max": 32000})
    );
    assert_eq!(
        error(&json!({"inputs": {"referenceImages": []}})),
        json!({"code": "invalidInputsReferenceImages", "parameter": "inputs.referenceImages", "type": "string[]", "min": 1, "max": 16})
    );
    assert_eq!(
        error(&json!({"inputs": {"referenceImages": ["a", "-"]}})),
        json!({"code": "invalidInputsReferenceImages", "parameter": "inputs.referenceImages", "type": "string"})
    );
    assert_eq!(
        error(&json!({"providerSettings": {"openai": {"quality": 1}}})),
        json!({"code": "invalidProviderSettingsOpenaiQuality", "parameter": "providerSettings.openai.quality", "type": "string",
            "allowedValues": ["auto", "high", "medium", "low"]})
    );
}

#[test]
fn what_nobody_documents_can_be_switched() {
    let bare = json!({"taskType": "ping", "ping": true});
    assert_eq!(ask(&engine(Settings::default()), &bare).0, 400);
    assert_eq!(ask(&engine(Settings { bare_task: true, ..Settings::default() }), &bare).0, 200);

    let brief = engine(Settings { empty_data: false, ..Settings::default() });
    let bad = task(2, &json!({"width": 17}));
    for body in [json!([bad]), json!({})] {
        let (status, answer) = ask(&brief, &body);
        assert!(status == 400 && answer.get("data").is_none() && answer["errors"].is_array(), "{answer}");
    }
    assert!(ask(&brief, &json!([task(1, &json!({})), bad])).1["data"].is_array());

    let generous = engine(Settings { unasked: vec!["cost".into()], ..Settings::default() });
    assert!(ask(&generous, &json!([task(1, &json!({}))])).1["data"][0]["cost"].is_number());

    let codes = [("width.multipleOf".to_owned(), "badStep".to_owned())].into();
    let renamed = engine(Settings { codes, ..Settings::default() });
    assert_eq!(crate::support::codes(&ask(&renamed, &json!([bad])).1), ["badStep"]);
}

#[test]
fn a_setting_that_names_what_the_spec_does_not_have_is_refused() {
    let refused = |settings| Engine::new(model(), settings).unwrap_err().to_string();
    let codes = [("wdith.type".to_owned(), "x".to_owned())].into();
    let error = refused(Settings { codes, ..Settings::default() });
    assert_eq!(error, "the settings name the constraint `wdith.type`, which the spec does not have");
    let error = refused(Settings { unasked: vec!["imageURL".into()], ..Settings::default() });
    assert_eq!(error, "the settings name the field `imageURL`, which no parameter of the spec asks for");
}

#[test]
fn the_same_identifier_twice_in_a_batch_is_a_conflict_whatever_its_case() {
    let engine = engine(Settings::default());
    let upper = task(10, &json!({"taskUUID": uuid(10).to_uppercase()}));
    let (status, answer) = ask(&engine, &json!([task(10, &json!({})), upper, task(11, &json!({}))]));
    assert_eq!((status, codes(&answer)), (200, vec!["conflictTaskUUID"]));
    assert_eq!(answer["errors"][0]["taskUUID"], uuid(10).to_uppercase());
    assert_eq!(ask(&engine, &json!([task(10, &json!({}))])).0, 200, "free again once it is answered");
}

#[tokio::test]
async fn a_key_comes_in_the_header_or_in_an_authentication_task() {
    for front in Front::both(|| engine(Settings { key: Some(Key::new(KEY)), ..Settings::default() })).await {
        let url = front.url();
        let plain =
            |body: Value| send(bare(&url, body.to_string()).header("content-type", "application/json"));
        let auth = |key: &str| json!({"taskType": "authentication", "apiKey": key});
        let good = task(1, &json!({}));

        assert_eq!(plain(json!([auth(KEY)])).await, (200, json!({"data": []})));
        let (status, answer) = plain(json!([auth(KEY), good])).await;
        assert_eq!((status, answer["data"].as_array().unwrap().len()), (200, 1));
        for body in [json!([good]), json!([good, auth(KEY)])] {
            let (status, answer) = plain(body).await;
            assert_eq!((status, codes(&answer)), (401, vec!["missingApiKey"]));
        }
        let expected = json!({"taskType": "authentication", "parameter": "apiKey", "type": "string", "code": "invalidApiKey",
            "message": "The API key is not valid."});
        for body in [json!([auth("wrong"), good]), json!([{"taskType": "authentication"}]), json!([auth("")])]
        {
            assert_eq!(plain(body).await, (401, json!({"data": [], "errors": [expected]})));
        }
        let (status, answer) = send(request(&url, &json!([auth("wrong"), good]))).await;
        assert_eq!((status, codes(&answer)), (401, vec!["invalidApiKey"]));
    }
}

#[test]
fn the_platforms_own_tasks_are_checked_too() {
    let engine = engine(Settings::default());
    let (status, answer) = ask(&engine, &json!([{"taskType": "ping", "ping": true}]));
    assert_eq!((status, answer), (200, json!({"data": [{"taskType": "ping", "pong": true}]})));
    for (task, code) in [
        (json!({"taskType": "ping"}), "invalidPing"),
        (json!({"taskType": "ping", "ping": true, "x": 1}), "unsupportedParameter"),
        (json!({"taskType": "getResponse"}), "missingTaskUUID"),
        (json!({"taskType": "getResponse", "taskUUID": 1}), "invalidTaskUUID"),
        (json!({"taskType": "getResponse", "taskUUID": uuid(1), "x": 1}), "unsupportedParameter"),
        (json!({"taskType": "videoInference"}), "unsupportedTaskType"),
    ] {
        let (status, answer) = ask(&engine, &json!([task]));
        assert_eq!(status, 400, "{task}");
        assert!(codes(&answer).contains(&code), "{task}: {answer}");
    }
}

#[tokio::test]
async fn many_mocks_run_side_by_side_each_with_a_port_and_a_memory_of_its_own() {
    let mut mocks = Vec::new();
    for _ in 0..8 {
        mocks.push(WiremockServer::start(engine(Settings::default())).await);
    }
    let urls: HashSet<String> = mocks.iter().map(WiremockServer::url).collect();
    assert_eq!(urls.len(), 8);
    let deferred = json!([task(1, &json!({"deliveryMethod": "async"}))]);
    for url in &urls {
        assert_eq!(post(url, &deferred).await.0, 200);
    }
    drop(mocks);
    for url in urls {
        assert!(bare(&url, "[]").send().await.is_err(), "gone with its mock");
    }
}
