//! Faults: each shows in the cases that are derived from the same spec.

use crate::support::{KEY, ask, engine, fetch, incoming, model, task, uuid};
use airspec_conformance::case::{self, Case, Expect};
use airspec_conformance::mock::{Engine, Settings};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

fn faulty(id: &str) -> Arc<Engine> {
    engine(Settings { faults: vec![id.to_owned()], ..Settings::default() })
}

/// Whether a case is taken as a whole; its pictures are not drawn.
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
    assert!(faults.len() > 3 * model().constraints().len());
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
    assert_eq!(data("answer:numberResults.count:fewer", &none).len(), 1);
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
    let probed = |fault: &str| airspec_conformance::picture::probe(&file(fault, json!({})).2).unwrap();
    assert_eq!(probed("answer:width+height.size:wider").width, 65);
    assert_eq!(probed("answer:width+height.size:taller").height, 33);
    assert_eq!(probed("answer:outputFormat.container:wrong").container.extension(), "png");
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
}
