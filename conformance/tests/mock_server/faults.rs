//! Faults: each shows in the cases that are derived from the same spec.

use crate::support::{KEY, ask, engine, fetch, incoming, model, task, uuid};
use airspec_mock::{Engine, Settings};
use airspec_suite::case::{self, Case, Expect};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

fn faulty(id: &str) -> Arc<Engine> {
    engine(Settings { faults: vec![id.to_owned()], ..Settings::default() })
}

/// Whether a case is taken as a whole; its images are not drawn.
fn accepted(engine: &Engine, case: &Case) -> bool {
    let answer = engine.answer(&incoming("POST", "/v1", KEY, case.body.to_string().into_bytes()));
    answer.status == 200 && answer.note.errors.is_empty()
}

/// The parameters that the errors of a refusal blame.
fn blamed(engine: &Engine, case: &Case) -> String {
    let (_, answer) = ask(engine, &case.body);
    answer["errors"].as_array().into_iter().flatten().map(|error| error["parameter"].to_string()).collect()
}

#[test]
fn every_fault_of_a_constraint_shows_in_the_cases() {
    let model = model();
    let cases = case::derive(&model, 1).unwrap().cases;
    let healthy = engine(Settings::default());
    let taken: Vec<&Case> = cases
        .iter()
        .filter(|case| !matches!(case.expect, Expect::Reject(_)) && accepted(&healthy, case))
        .collect();
    let mut hidden = Vec::new();
    for constraint in model.constraints() {
        let own: Vec<&Case> = cases.iter().filter(|case| case.subject == constraint.id).collect();
        let [accept, refuse, blame] =
            ["accept", "refuse", "blame"].map(|word| faulty(&format!("{word}:{}", constraint.id)));
        let rejecting =
            own.iter().filter(|case| matches!(&case.expect, Expect::Reject(broken) if broken.len() == 1));
        if !rejecting.clone().any(|case| !accepted(&healthy, case) && accepted(&accept, case)) {
            hidden.push(format!("accept:{}", constraint.id));
        }
        // What is refused too much shows in whichever case happens to have it.
        if !taken.iter().any(|case| !accepted(&refuse, case)) {
            hidden.push(format!("refuse:{}", constraint.id));
        }
        if !rejecting.clone().any(|case| blamed(&healthy, case) != blamed(&blame, case)) {
            hidden.push(format!("blame:{}", constraint.id));
        }
    }
    assert!(hidden.is_empty(), "{hidden:#?}");
}

/// Mistakes that need texts, names or values that not every suite sends: a case may still be missing for them, so they
/// may survive. `pair:`, `context:`, `state:`, `protocol:` and `conversation:` may survive for the same reason: they need
/// combinations, long batches, or exchanges after exchanges. All other kinds are complete, and each fault must be found.
const MAY_SURVIVE: [&str; 26] = [
    "clamped",
    "wrap16",
    "wrap32",
    "absolute",
    "zero",
    "far",
    "collapsed",
    "nfc",
    "nfd",
    "nfkc",
    "escaped",
    "line-end",
    "quote",
    "markup",
    "backslash",
    "brace",
    "right-to-left",
    "not-ascii",
    "astral",
    "control",
    "snake",
    "kebab",
    "prefixed",
    "underscore",
    "blank",
    "null-name",
];

/// Whether a fault belongs to the kinds for which cases may still be missing.
fn may_survive(id: &str) -> bool {
    let word = id.rsplit(':').next().unwrap_or_default();
    MAY_SURVIVE.contains(&word) || word.starts_with("sibling-")
}

#[test]
fn every_mistake_and_every_alternative_shows_in_the_cases() {
    let model = model();
    let cases = case::derive(&model, 1).unwrap().cases;
    let healthy = engine(Settings::default());
    let right: Vec<bool> = cases.iter().map(|case| accepted(&healthy, case)).collect();
    let has_a_part =
        |id: &String| id.starts_with("misread:") || id.starts_with("refuse:") && id.matches(':').count() > 1;
    let ids = Engine::faults(&model).into_iter().map(|fault| fault.id);
    let ids: Vec<String> = ids.filter(has_a_part).filter(|id| !may_survive(id)).collect();
    assert!(ids.len() > model.constraints().len());
    let is_hidden = |id: &&String| {
        let engine = faulty(id);
        let is_right = |(case, right): &(&Case, &bool)| accepted(&engine, case) == **right;
        // Those of the constraint itself first, as they show nearly all of them.
        let (own, others): (Vec<_>, Vec<_>) =
            cases.iter().zip(&right).partition(|(case, _)| id.contains(&format!(":{}", case.subject)));
        own.iter().chain(&others).all(is_right)
    };
    let hidden: Vec<&String> = ids.iter().filter(is_hidden).collect();
    assert!(hidden.is_empty(), "{hidden:#?}");
}

/// A fault, what is taken because of it, and what is refused all the same.
type Mistake = (&'static str, Value, Value);

/// Bounds, steps, and what counts as a value of the type.
fn mistakes_of_numbers_and_types() -> Vec<Mistake> {
    vec![
        ("misread:width.maximum:next", json!({"width": 3856}), json!({"width": 3872})),
        ("misread:numberResults.minimum:next", json!({"numberResults": 0}), json!({"numberResults": -1})),
        ("misread:width.multipleOf:half", json!({"width": 24}), json!({"width": 20})),
        ("misread:width.type:text", json!({"width": "64"}), json!({"width": "17"})),
        ("misread:width.type:truncated", json!({"width": 64.5}), json!({"width": 65.5})),
        ("misread:width.type:point", json!({"width": 64}), json!({"width": 64.0})),
        ("misread:positivePrompt.type:number", json!({"positivePrompt": 12}), json!({"positivePrompt": 1})),
        ("misread:includeCost.type:text", json!({"includeCost": "true"}), json!({"includeCost": "yes"})),
        (
            "misread:safety.checkContent.type:null",
            json!({"safety": {"checkContent": null}}),
            json!({"safety": {"checkContent": 1}}),
        ),
        (
            "misread:inputs.referenceImages.type:single",
            json!({"inputs": {"referenceImages": "aGk="}}),
            json!({"inputs": {"referenceImages": "two words"}}),
        ),
    ]
}

/// Closed sets, names and alternatives.
fn mistakes_of_choices() -> Vec<Mistake> {
    vec![
        ("misread:outputFormat.enum:case", json!({"outputFormat": "png"}), json!({"outputFormat": "gif"})),
        ("misread:outputFormat.enum:trimmed", json!({"outputFormat": " PNG"}), json!({"outputFormat": " X"})),
        ("misread:model.const:case", json!({"model": "OPENAI:gpt-image@2"}), json!({"model": "openai"})),
        (
            "misread:additionalProperties:case",
            json!({"OutputFormat": "PNG"}),
            json!({"OutputFormats": "PNG"}),
        ),
        (
            "misread:inputs.referenceImages.items.anyOf:first",
            json!({"inputs": {"referenceImages": ["aGk=", "-"]}}),
            json!({"inputs": {"referenceImages": ["-", "aGk="]}}),
        ),
        ("refuse:outputFormat.enum:1", json!({"outputFormat": "PNG"}), json!({"outputFormat": "JPG"})),
        (
            "refuse:inputs.referenceImages.items.anyOf:4",
            json!({"inputs": {"referenceImages": ["http://a/b"]}}),
            json!({"inputs": {"referenceImages": ["aGk="]}}),
        ),
    ]
}

/// Lengths and formats.
fn mistakes_of_texts() -> Vec<Mistake> {
    let version_1 = "c232ab00-9414-11ec-b3c8-9f6bdeced846";
    vec![
        (
            "misread:positivePrompt.minLength:bytes",
            json!({"positivePrompt": "é"}),
            json!({"positivePrompt": "x"}),
        ),
        (
            "misread:positivePrompt.minLength:utf16",
            json!({"positivePrompt": "🎨"}),
            json!({"positivePrompt": "é"}),
        ),
        (
            "misread:positivePrompt.minLength:marks",
            json!({"positivePrompt": "ab"}),
            json!({"positivePrompt": "e\u{301}"}),
        ),
        (
            "misread:positivePrompt.minLength:trimmed",
            json!({"positivePrompt": " ab "}),
            json!({"positivePrompt": " a "}),
        ),
        ("misread:taskUUID.format:version", json!({"taskUUID": version_1}), json!({"taskUUID": "c232ab00"})),
        (
            "misread:taskUUID.format:spelling",
            json!({"taskUUID": uuid(1).replace('-', "")}),
            json!({"taskUUID": version_1}),
        ),
        ("misread:webhookURL.format:relative", json!({"webhookURL": "a/b"}), json!({"webhookURL": "a b"})),
        (
            "misread:webhookURL.format:query",
            json!({"webhookURL": "http://127.0.0.1:1/"}),
            json!({"webhookURL": "http://127.0.0.1:1/?a=b"}),
        ),
    ]
}

#[test]
fn a_mistake_is_made_with_its_constraint_alone() {
    let mistakes = [mistakes_of_numbers_and_types(), mistakes_of_choices(), mistakes_of_texts()];
    for (fault, taken, refused) in mistakes.into_iter().flatten() {
        let engine = faulty(fault);
        let status = |changes: &Value| ask(&engine, &json!([task(1, changes)])).0;
        assert_eq!((status(&taken), status(&refused)), (200, 400), "{fault}");
        assert_eq!(status(&json!({"height": 17})), 400, "{fault} leaves other constraints alone");
    }
}

#[test]
fn what_was_misread_is_carried_out_as_it_was_read() {
    let engine = faulty("misread:width.type:text");
    let (_, answer) = ask(&engine, &json!([task(1, &json!({"width": "96"}))]));
    let file = fetch(&engine, answer["data"][0]["imageURL"].as_str().unwrap()).2;
    assert_eq!(airspec_media::probe(&file).unwrap().size().unwrap().0, 96);
    let engine = faulty("misread:outputFormat.enum:case");
    let (_, answer) = ask(&engine, &json!([task(1, &json!({"outputFormat": "webp"}))]));
    assert!(answer["data"][0]["imageURL"].as_str().unwrap().ends_with("webp"));
}

#[test]
fn identifiers_are_compared_in_the_way_that_the_fault_says() {
    let (one, two) = (task(1, &json!({})), task(2, &json!({})));
    let upper = task(1, &json!({"taskUUID": uuid(1).to_uppercase()}));
    let errors = |fault: &str, batch: Value| {
        let (_, answer) = ask(&faulty(fault), &batch);
        answer["errors"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(errors("misread:taskUUID.unique:neighbours", json!([one, two, one])), 0);
    assert_eq!(errors("misread:taskUUID.unique:neighbours", json!([one, one, two])), 1);
    assert_eq!(errors("misread:taskUUID.unique:case", json!([one, upper])), 0);
    assert_eq!(errors("misread:taskUUID.unique:case", json!([one, one])), 1);
}

#[test]
fn refusals_are_told_wrongly_in_the_way_that_the_fault_says() {
    let bad = task(2, &json!({"width": 17}));
    let alone = |how: &str| ask(&faulty(&format!("error:{how}")), &json!([bad]));
    let batch = |how: &str| ask(&faulty(&format!("error:{how}")), &json!([task(1, &json!({})), bad])).1;
    assert_eq!(alone("crash").0, 500);
    assert_eq!((alone("success").0, &alone("success").1["errors"][0]["code"]), (200, &json!("invalidWidth")));
    assert_eq!(alone("double").1["errors"].as_array().unwrap().len(), 2);
    for (how, name) in
        [("anonymous", "taskUUID"), ("codeless", "code"), ("wordless", "message"), ("unnamed", "parameter")]
    {
        let (status, answer) = alone(how);
        assert!(status == 400 && answer["errors"][0].get(name).is_none(), "{how}: {answer}");
    }
    assert_eq!(alone("silent"), (400, json!({"data": []})));
    assert_eq!(batch("stranger")["errors"][0]["taskUUID"], uuid(1));
    assert_ne!(alone("stranger").1["errors"][0]["taskUUID"], uuid(2));
    assert_eq!(batch("whole")["data"], json!([]));
    let page = faulty("error:html").answer(&incoming("POST", "/v1", KEY, json!([bad]).to_string().into()));
    assert_eq!((page.status, page.headers[0].1.as_str()), (400, "text/html"));
}

#[test]
fn a_fault_that_accepts_too_much_leaves_every_other_constraint_alone() {
    let model = model();
    let cases = case::derive(&model, 1).unwrap().cases;
    let engine = faulty("accept:width.maximum");
    for case in &cases {
        if let Expect::Reject(broken) = &case.expect {
            assert_eq!(accepted(&engine, case), broken == &["width.maximum"], "{}", case.id);
        }
    }
}

#[test]
fn ids_are_unique_and_an_unknown_one_is_refused_with_the_nearest() {
    let faults = Engine::faults(&model());
    let ids: HashSet<&str> = faults.iter().map(|fault| fault.id.as_str()).collect();
    assert_eq!(ids.len(), faults.len());
    assert!(faults.len() > 1000, "{}", faults.len());
    let error =
        Engine::new(model(), Settings { faults: vec!["accept:width.maximun".into()], ..Settings::default() });
    assert_eq!(
        error.unwrap_err().to_string(),
        "no fault `accept:width.maximun`, did you mean `accept:width.maximum`?"
    );
}

/// The data of the answer to a task of two results.
fn data(fault: &str, changes: &Value) -> Vec<Value> {
    let engine = faulty(fault);
    let mut task = task(1, changes);
    task["numberResults"] = json!(2);
    let (status, answer) = ask(&engine, &json!([task]));
    assert_eq!(status, 200, "{fault}: {answer}");
    answer["data"].as_array().unwrap().clone()
}

#[test]
fn answers_are_wrong_in_the_way_that_the_fault_says() {
    let none = json!({});
    assert!(data("answer:taskUUID.echo:absent", &none)[0].get("taskUUID").is_none());
    assert_ne!(data("answer:taskUUID.echo:wrong", &none)[0]["taskUUID"], uuid(1));
    assert_eq!(data("answer:taskUUID.echo:upper", &none)[0]["taskUUID"], uuid(1).to_uppercase());
    assert_eq!(data("answer:numberResults.count:fewer", &none).len(), 1);
    assert_eq!(data("answer:numberResults.count:one", &none).len(), 1);
    assert_eq!(data("answer:numberResults.count:more", &none).len(), 3);
    let same = data("answer:numberResults.seeds:same", &none);
    assert!(same[0]["seed"] == same[1]["seed"] && same[0]["imageUUID"] != same[1]["imageUUID"]);
    let same = data("answer:numberResults.images:same", &none);
    assert!(same[0]["seed"] != same[1]["seed"] && same[0]["imageUUID"] == same[1]["imageUUID"]);
    assert!(data("answer:outputType.select:swapped", &none)[0].get("imageURL").is_none());
    assert!(data("answer:outputType.select:several", &none)[0].get("imageDataURI").is_some());
    let absent = data("answer:outputType.select:absent", &none);
    assert!(absent[0].as_object().unwrap().keys().all(|name| !name.ends_with("URL")));
    assert!(data("answer:includeCost.flag:never", &json!({"includeCost": true}))[0].get("cost").is_none());
    assert!(data("answer:includeCost.flag:always", &none)[0].get("cost").is_some());
    assert!(data("answer:includeCost.flag:text", &json!({"includeCost": true}))[0]["cost"].is_string());
    assert!(data("answer:outputType.default:other", &none)[0].get("imageURL").is_none());
    assert!(data("answer:includeCost.default:other", &none)[0].get("cost").is_some());
    assert_eq!(
        data("answer:deliveryMethod.delivery:immediate", &json!({"deliveryMethod": "async"})).len(),
        2
    );
    assert_eq!(data("answer:deliveryMethod.delivery:deferred", &none).len(), 1);
}

#[test]
fn files_are_wrong_in_the_way_that_the_fault_says() {
    let file = |fault: &str, changes: Value| {
        let engine = faulty(fault);
        let (_, answer) = ask(&engine, &json!([task(1, &changes)]));
        fetch(&engine, answer["data"][0]["imageURL"].as_str().unwrap())
    };
    let probed = |fault: &str| airspec_media::probe(&file(fault, json!({})).2).unwrap();
    assert_eq!(probed("answer:width+height.size:wider").size(), Some((65, 32)));
    assert_eq!(probed("answer:width+height.size:taller").size(), Some((64, 33)));
    assert_eq!(probed("answer:width+height.size:turned").size(), Some((32, 64)));
    assert_eq!(probed("answer:outputFormat.container:wrong").container.extension(), "png");
    for (how, media, ending, container) in [
        ("wrong", "image/png", "png", "png"),
        ("disguised", "image/jpeg", "jpg", "png"),
        ("media", "image/png", "jpg", "jpg"),
        ("ending", "image/jpeg", "png", "jpg"),
    ] {
        let engine = faulty(&format!("answer:outputFormat.container:{how}"));
        let (_, answer) = ask(&engine, &json!([task(1, &json!({}))]));
        let link = answer["data"][0]["imageURL"].as_str().unwrap();
        let (_, found, bytes) = fetch(&engine, link);
        let probe = airspec_media::probe(&bytes).unwrap();
        let seen = (found.as_str(), link.rsplit('.').next().unwrap(), probe.container.extension());
        assert_eq!(seen, (media, ending, container), "{how}");
    }
    assert_eq!(file("answer:ttl.lifetime:instant", json!({"ttl": 60})).0, 404);
    assert_eq!(file("answer:ttl.lifetime:instant", json!({})).0, 200);
    let size = |quality: u32| {
        let changes = json!({"outputQuality": quality, "width": 256, "height": 256});
        file("answer:outputQuality.quality:inverted", changes).2.len()
    };
    assert!(size(30) > size(90));
    let engine = faulty("answer:ttl.lifetime:refused");
    assert_eq!(ask(&engine, &json!([task(1, &json!({"ttl": 60, "outputType": "dataURI"}))])).0, 400);
    assert_eq!(ask(&engine, &json!([task(1, &json!({"ttl": 60}))])).0, 200);
}

#[test]
fn polls_are_wrong_in_the_way_that_the_fault_says() {
    let poll = |fault: &str| {
        let engine = faulty(fault);
        ask(&engine, &json!([task(1, &json!({"deliveryMethod": "async"}))]));
        engine.clock().advance(std::time::Duration::from_secs(60));
        ask(&engine, &json!([{"taskType": "getResponse", "taskUUID": uuid(1)}]))
    };
    assert_eq!(poll("answer:deliveryMethod.delivery:lost").0, 404);
    assert_eq!(poll("answer:deliveryMethod.delivery:stuck").1["data"][0]["status"], "processing");
    let hollow = poll("answer:deliveryMethod.delivery:hollow").1["data"][0].clone();
    assert!(hollow["status"] == "success" && hollow.get("imageURL").is_none(), "{hollow}");
}

/// Each kind of fault, with the kinds of refusals and results that show it.
#[test]
fn requests_are_handled_wrongly_in_the_way_that_the_fault_says() {
    let settings = |id: &str| Settings {
        faults: vec![format!("protocol:{id}")],
        key: Some(airspec_mock::Key::new(KEY)),
        ..Settings::default()
    };
    let body = || json!([task(1, &json!({}))]).to_string().into_bytes();
    let status = |id: &str, path: &str, key: &str, body: Vec<u8>| {
        engine(settings(id)).answer(&incoming("POST", path, key, body)).status
    };
    assert_eq!(status("forbidden", "/v1", "wrong", body()), 403);
    assert_eq!(status("wrong-key", "/v1", "wrong", body()), 200);
    assert_eq!(status("no-key", "/v1", "wrong", body()), 401);
    assert_eq!(status("any-path", "/v2", KEY, body()), 200);
    assert_eq!(status("path-crash", "/v2", KEY, body()), 500);
    assert_eq!(status("json-crash", "/v1", KEY, b"[{".to_vec()), 500);
    assert_eq!(status("null-crash", "/v1", KEY, b"[null]".to_vec()), 500);
    let cut = [body().as_slice(), b" and more"].concat();
    assert_eq!(status("trailing-text", "/v1", KEY, cut.clone()), 200);
    assert_eq!(status("json-prefix", "/v1", KEY, cut.clone()), 200);
    assert_eq!(status("lossy", "/v1", KEY, cut), 400);
    let put = engine(settings("any-method")).answer(&incoming("PUT", "/v1", KEY, body()));
    assert_eq!(put.status, 200);
}

#[test]
fn a_rule_is_skipped_in_its_context_and_pairs_are_refused() {
    let status = |id: &str, changes: Value| ask(&faulty(id), &json!([task(1, &changes)])).0;
    let images = json!({"referenceImages": ["aGk="]});
    assert_eq!(status("context:height.multipleOf:referenceImages", json!({"height": 17})), 400);
    assert_eq!(
        status("context:height.multipleOf:referenceImages", json!({"height": 17, "inputs": images})),
        200
    );
    assert_eq!(status("context:height.multipleOf:several", json!({"height": 17, "numberResults": 2})), 200);
    assert_eq!(status("pair:ttl:includeCost", json!({"ttl": 60})), 200);
    assert_eq!(status("pair:ttl:includeCost", json!({"ttl": 60, "includeCost": true})), 400);
    let pair = "pair:outputType=URL:outputFormat=PNG";
    assert_eq!(status(pair, json!({"outputType": "URL", "outputFormat": "PNG"})), 400);
    assert_eq!(status(pair, json!({"outputType": "URL", "outputFormat": "WEBP"})), 200);
}

#[test]
fn exchanges_are_wrong_together_in_the_way_that_the_fault_says() {
    let engine_with = |id: &str| faulty(id);
    let crashing = engine_with("state:crash-7");
    let statuses: Vec<u16> =
        (1..=7).map(|number| ask(&crashing, &json!([task(number, &json!({}))])).0).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 500]);
    let sticky = engine_with("state:sticky:numberResults");
    let count = |number, changes: Value| {
        ask(&sticky, &json!([task(number, &changes)])).1["data"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((count(1, json!({"numberResults": 3})), count(2, json!({})), count(3, json!({}))), (3, 3, 1));
    let engine = engine_with("conversation:poll-ends");
    ask(&engine, &json!([task(1, &json!({"deliveryMethod": "async"}))]));
    engine.clock().advance(std::time::Duration::from_secs(60));
    let poll = || ask(&engine, &json!([{"taskType": "getResponse", "taskUUID": uuid(1)}])).1["data"].clone();
    assert_eq!((poll()[0]["status"].clone(), poll()), (json!("success"), json!([])));
    let engine = engine_with("conversation:second-download");
    let link = ask(&engine, &json!([task(1, &json!({}))])).1["data"][0]["imageURL"].clone();
    let fetched = || fetch(&engine, link.as_str().unwrap()).0;
    assert_eq!((fetched(), fetched()), (200, 404));
}
