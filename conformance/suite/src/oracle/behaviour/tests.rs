//! Good and bad answers for each kind of behaviour: the good ones pass, each bad one is found.
#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

use crate::oracle::Verdict;
use crate::oracle::file::File;
use crate::oracle::fixture::{ID, OTHER, answer, behave, call, download, image, result, seen, task, with};
use crate::oracle::observation::{Loss, Observation, Outcome};
use crate::protocol::Form;
use airspec_media::Container;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn good(behaviour: &str, seen: &Observation) {
    let judgement = behave(behaviour, seen);
    assert_eq!(judgement.verdict, Verdict::Pass, "{behaviour}: {}", judgement.detail);
    assert!(judgement.secondary.is_empty(), "{behaviour}: {:?}", judgement.secondary);
}

/// The finding must say this.
fn bad(behaviour: &str, words: &str, seen: &Observation) {
    let judgement = behave(behaviour, seen);
    assert_eq!(judgement.verdict, Verdict::Fail, "{behaviour}, {words}: {}", judgement.detail);
    assert!(judgement.detail.contains(words), "{behaviour}: `{}` has no `{words}`", judgement.detail);
}

fn jpeg() -> Vec<u8> {
    image(Container::Jpeg, 32, 16, 90)
}

#[test]
fn an_echo_repeats_every_byte() {
    let check = |results: &[Value]| seen(task(json!({"count": results.len()})), results);
    good("ticket.echo", &check(&[result(json!({}))]));
    bad("ticket.echo", "where", &check(&[result(json!({"ticket": ID.to_uppercase()}))]));
    bad("ticket.echo", "where", &check(&[result(json!({"ticket": OTHER}))]));
    bad("ticket.echo", "has no `ticket`", &check(&[result(json!({"ticket": null}))]));
    let mixed = [result(json!({})), result(json!({"ticket": OTHER, "thing": "b"}))];
    bad("ticket.echo", "result 2 of 2", &check(&mixed));
}

#[test]
fn there_are_as_many_results_as_asked_for() {
    let results: Vec<Value> = ["a", "b", "c"].iter().map(|name| result(json!({"thing": name}))).collect();
    good("count.count", &seen(task(json!({"count": 3})), &results));
    good("count.count", &seen(task(json!({"count": 3.0})), &results));
    good("count.count", &seen(task(json!({})), &results[..1]));
    bad("count.count", "3 results where `count` is 2", &seen(task(json!({"count": 2})), &results));
    bad("count.count", "1 result where `count` is 2", &seen(task(json!({"count": 2})), &results[..1]));
    bad("count.count", "2 results where `count` is 1", &seen(task(json!({})), &results[..2]));
}

#[test]
fn results_of_one_task_differ() {
    let check = |things: [&str; 3]| {
        let results: Vec<Value> = things.iter().map(|name| result(json!({"thing": name}))).collect();
        seen(task(json!({"count": 3})), &results)
    };
    good("count.distinct", &check(["a", "b", "c"]));
    bad("count.distinct", "results 1 and 3 have the same `thing`", &check(["a", "b", "a"]));
}

#[test]
fn a_flag_decides_whether_the_field_is_there() {
    let on = || task(json!({"options": {"price": true}}));
    good("options.price.flag", &seen(on(), &[result(json!({"paid": 0.1}))]));
    good("options.price.flag", &seen(task(json!({})), &[result(json!({}))]));
    bad("options.price.flag", "has no `paid`", &seen(on(), &[result(json!({}))]));
    bad(
        "options.price.flag",
        "although `options.price` is false",
        &seen(task(json!({})), &[result(json!({"paid": 0}))]),
    );
    let null = json!({"ticket": ID, "thing": "a", "fileURL": "http://127.0.0.1/a.jpg", "paid": null});
    bad("options.price.flag", "null", &seen(on(), &[null]));
}

#[test]
fn exactly_the_field_that_was_asked_for_is_there_and_holds_a_file() {
    let base64 = STANDARD.encode(jpeg());
    let uri = format!("data:image/jpeg;base64,{base64}");
    let check = |form: &str, fields: Value| {
        let item = with(result(json!({"fileURL": null})), fields);
        let mut seen = seen(task(json!({"form": form})), std::slice::from_ref(&item));
        let inline =
            |name: &str, form| item.get(name).and_then(Value::as_str).map(|text| File::inline(form, text));
        let file = inline("fileBase64Data", Form::Base64).or_else(|| inline("fileDataURI", Form::DataUri));
        seen.files.push(file.unwrap_or_else(|| download("http://127.0.0.1/a.jpg", "image/jpeg", jpeg())));
        seen
    };
    good("form.select", &check("link", json!({"fileURL": "http://127.0.0.1/a.jpg"})));
    good("form.select", &check("text", json!({"fileBase64Data": base64})));
    good("form.select", &check("uri", json!({"fileDataURI": uri})));
    bad("form.select", "has no `fileBase64Data`", &check("text", json!({"fileDataURI": uri})));
    bad(
        "form.select",
        "has `fileDataURI` although",
        &check("text", json!({"fileBase64Data": base64, "fileDataURI": uri})),
    );
    bad("form.select", "is not Base64 text", &check("text", json!({"fileBase64Data": uri})));
    bad("form.select", "is not a data URI", &check("uri", json!({"fileDataURI": base64})));
    bad("form.select", "is not a link", &check("link", json!({"fileURL": base64})));
    bad("form.select", "which is no text", &check("link", json!({"fileURL": 5})));
    let unpadded = STANDARD.encode(b"ab");
    bad("form.select", "padding", &check("text", json!({"fileBase64Data": unpadded.trim_end_matches('=')})));
    bad("form.select", "is empty", &check("text", json!({"fileBase64Data": ""})));
    let mut lost = check("link", json!({"fileURL": "http://127.0.0.1/a.jpg"}));
    lost.files = vec![File::missing(Form::Link, "cannot be downloaded: HTTP 404")];
    bad("form.select", "HTTP 404", &lost);
}

#[test]
fn a_file_is_of_the_kind_that_was_asked_for() {
    let check = |kind: &str, file: File| {
        let mut seen = seen(task(json!({"kind": kind})), &[result(json!({}))]);
        seen.files.push(file);
        seen
    };
    let png = || image(Container::Png, 32, 16, 90);
    let link = |address: &str, media: &str, bytes| download(address, media, bytes);
    good("kind.container", &check("J", link("http://h/a.jpg?x=1.png", "image/jpeg", jpeg())));
    good("kind.container", &check("J", link("http://h/a.JPEG", "Image/JPEG; q=1", jpeg())));
    good("kind.container", &check("P", link("http://h/a.png", "image/png", png())));
    bad(
        "kind.container",
        "is PNG by its bytes, not JPEG",
        &check("J", link("http://h/a.jpg", "image/jpeg", png())),
    );
    bad("kind.container", "by its download", &check("P", link("http://h/a.png", "image/jpeg", png())));
    bad("kind.container", "does not end in .png", &check("P", link("http://h/a.jpg", "image/png", png())));
    bad("kind.container", "cut off", &check("P", link("http://h/a.png", "image/png", png()[..60].to_vec())));
    bad("kind.container", "not PNG", &check("P", link("http://h/a.png", "image/png", b"<html>".to_vec())));
    bad(
        "kind.container",
        "HTTP 500",
        &check("P", File::missing(Form::Link, "cannot be downloaded: HTTP 500")),
    );
    let uri = |media: &str, bytes: Vec<u8>| {
        File::inline(Form::DataUri, &format!("data:{media};base64,{}", STANDARD.encode(bytes)))
    };
    good("kind.container", &check("P", uri("image/png", png())));
    bad("kind.container", "by its data URI", &check("P", uri("image/jpg", png())));
}

#[test]
fn a_file_has_the_pixels_that_were_asked_for() {
    let check = |width, height| {
        let mut seen = seen(task(json!({})), &[result(json!({}))]);
        seen.files.push(download("http://h/a.jpg", "image/jpeg", image(Container::Jpeg, width, height, 90)));
        seen
    };
    good("wide.size", &check(32, 16));
    for (width, height) in [(16, 32), (33, 16), (32, 15), (64, 32)] {
        bad("wide.size", "where 32 x 16 were asked for", &check(width, height));
    }
}

#[test]
fn more_quality_never_gives_a_smaller_file() {
    let at = |detail: u64, kind: &str, bytes: usize| {
        let mut seen = seen(task(json!({"detail": detail, "kind": kind})), &[result(json!({}))]);
        seen.files.push(download("http://h/a.jpg", "image/jpeg", vec![0; bytes]));
        seen
    };
    let pair =
        |one: Observation, other: Observation| Observation { counterpart: Some(Box::new(other)), ..one };
    let verdict = |seen: &Observation| behave("detail.quality", seen);
    assert_eq!(verdict(&pair(at(99, "J", 900), at(20, "J", 300))).verdict, Verdict::Pass);
    assert_eq!(verdict(&pair(at(20, "J", 300), at(99, "J", 300))).verdict, Verdict::Pass);
    assert_eq!(verdict(&pair(at(99, "P", 300), at(20, "P", 900))).verdict, Verdict::Pass, "not lossy");
    bad(
        "detail.quality",
        "`detail` 20 gave a file of 900 bytes, and 99 a smaller one of 300",
        &pair(at(99, "J", 300), at(20, "J", 900)),
    );
    let mut refused = at(20, "J", 0);
    refused.outcome = answer(400, &json!({"errors": [{"code": "x", "message": "y"}]}));
    bad("detail.quality", "with one value changed: refused", &pair(at(99, "J", 900), refused));
}

#[test]
fn a_default_is_as_good_as_its_value() {
    let one = |parameters: Value, fields: Value| {
        let mut seen = seen(task(parameters), &[result(fields)]);
        seen.files.push(download("http://h/a.jpg", "image/jpeg", jpeg()));
        seen
    };
    let pair =
        |one: Observation, other: Observation| Observation { counterpart: Some(Box::new(other)), ..one };
    let subject = "form.default";
    good(subject, &pair(one(json!({}), json!({})), one(json!({"form": "link"}), json!({"thing": "b"}))));
    let inline = json!({"fileURL": null, "fileBase64Data": "AA=="});
    bad(
        subject,
        "without `form` the answer has 1 x (fileBase64Data, thing, ticket",
        &pair(one(json!({}), inline), one(json!({"form": "link"}), json!({}))),
    );
    let mut larger = one(json!({"form": "link"}), json!({}));
    larger.files = vec![download("http://h/a.jpg", "image/jpeg", image(Container::Jpeg, 64, 16, 90))];
    bad(subject, "64 x 16", &pair(one(json!({}), json!({})), larger));
}

fn later(parameters: Value, acknowledgement: &[Value], polls: &[Value]) -> Observation {
    let mut seen = seen(with(task(json!({"when": "later"})), parameters), acknowledgement);
    seen.polls = polls.iter().map(|poll| answer(200, poll)).collect();
    seen
}

#[test]
fn deferred_results_are_acknowledged_and_then_polled() {
    let done = |name: &str| with(result(json!({"thing": name})), json!({"status": "success"}));
    let waiting = json!({"ticket": ID, "status": "processing"});
    let poll = |items: &[Value]| json!({"data": items});
    let taken = [json!({"ticket": ID})];
    let two = json!({"count": 2});
    let check = |polls: &[Value]| later(two.clone(), &taken, polls);
    good(
        "when.delivery",
        &check(&[
            poll(&[]),
            poll(std::slice::from_ref(&waiting)),
            poll(&[waiting.clone(), done("a")]),
            poll(&[done("a"), done("b")]),
        ]),
    );
    bad("when.delivery", "1 result after 1 polls where 2 must come", &check(&[poll(&[done("a")])]));
    bad("when.delivery", "3 results", &check(&[poll(&[done("a"), done("b"), done("c")])]));
    bad(
        "when.delivery",
        "no longer has a result",
        &check(&[poll(&[done("a")]), poll(&[done("b"), done("c")])]),
    );
    bad("when.delivery", "without `status`", &check(&[poll(&[result(json!({})), done("b")])]));
    let called = |word: &str| check(&[poll(&[with(done("a"), json!({"status": word})), done("b")])]);
    bad("when.delivery", "`status` \"error\"", &called("error"));
    // A word of waiting, whatever it is.
    bad("when.delivery", "1 result after 1 polls where 2 must come", &called("queued"));
    let queued = json!({"ticket": ID, "status": "queued", "progress": 40});
    good("when.delivery", &check(&[poll(&[queued]), poll(&[done("a"), done("b")])]));
    bad(
        "when.delivery",
        "reports an error",
        &check(&[json!({"data": [], "errors": [{"code": "x", "message": "y"}]})]),
    );
    bad("when.delivery", "never polled", &check(&[]));
    bad(
        "when.delivery",
        "must only acknowledge",
        &later(two.clone(), &[result(json!({}))], &[poll(&[done("a"), done("b")])]),
    );
    bad(
        "when.delivery",
        "2 items for the task",
        &later(two.clone(), &[taken[0].clone(), taken[0].clone()], &[poll(&[done("a"), done("b")])]),
    );
    let mut lost = check(&[]);
    lost.polls = vec![Outcome::Lost(Loss::Broken("reset".to_owned()))];
    let judgement = behave("when.delivery", &lost);
    assert_eq!(judgement.verdict, Verdict::NoAnswer);
    assert!(judgement.detail.contains("poll 1: the exchange broke off"), "{}", judgement.detail);
    lost.polls = vec![answer(404, &json!({"errors": [{"code": "gone", "message": "y"}]}))];
    bad("when.delivery", "poll 1 was answered with HTTP 404 `gone`", &lost);
}

#[test]
fn immediate_results_come_with_the_answer() {
    good("when.delivery", &seen(task(json!({})), &[result(json!({}))]));
    bad(
        "when.delivery",
        "without a file although `when` is `now`",
        &seen(task(json!({})), &[json!({"ticket": ID})]),
    );
}

#[test]
fn a_webhook_is_called_once_for_each_result() {
    let results = [result(json!({})), result(json!({"thing": "b"}))];
    let check = |calls: Vec<crate::oracle::observation::Call>| {
        let mut seen = seen(task(json!({"count": 2, "hook": "http://h/"})), &results);
        seen.calls = calls;
        seen
    };
    let post = |body: &Value| call("POST", "application/json", body.to_string());
    let wrapped = |index: usize| post(&json!({"data": [results[index]]}));
    good("hook.webhook", &check(vec![wrapped(0), wrapped(1)]));
    good("hook.webhook", &check(vec![post(&results[0]), post(&json!({"data": results[1]}))]));
    let shouted = call("POST", "Application/JSON ; charset=UTF-8", results[1].to_string());
    good("hook.webhook", &check(vec![wrapped(0), shouted]));
    bad("hook.webhook", "received 0 calls for 2 results", &check(vec![]));
    bad("hook.webhook", "received 1 calls", &check(vec![wrapped(0)]));
    bad("hook.webhook", "received 3 calls", &check(vec![wrapped(0), wrapped(1), wrapped(1)]));
    bad(
        "hook.webhook",
        "no call is about the result whose `thing` is \"b\"",
        &check(vec![wrapped(0), wrapped(0)]),
    );
    bad(
        "hook.webhook",
        "is a PUT",
        &check(vec![wrapped(0), call("PUT", "application/json", results[1].to_string())]),
    );
    bad(
        "hook.webhook",
        "Content-Type text/plain",
        &check(vec![wrapped(0), call("POST", "text/plain", results[1].to_string())]),
    );
    bad("hook.webhook", "not JSON", &check(vec![wrapped(0), call("POST", "application/json", "thing=b")]));
    bad("hook.webhook", "not UTF-8", &check(vec![wrapped(0), call("POST", "application/json", vec![0xFF])]));
    bad("hook.webhook", "has 2 results, not one", &check(vec![wrapped(0), post(&json!({"data": results}))]));
    bad(
        "hook.webhook",
        "not about the task",
        &check(vec![wrapped(0), post(&result(json!({"ticket": OTHER})))]),
    );
    let mut other = wrapped(1);
    other.query = Some("token=a/b&part=1".to_owned());
    bad("hook.webhook", "has the query token=a/b&part=1", &check(vec![wrapped(0), other]));
}

#[test]
fn an_upload_is_the_bare_file() {
    let check = |calls: Vec<crate::oracle::observation::Call>| {
        let mut seen = seen(task(json!({"drop": "http://h/"})), &[result(json!({}))]);
        seen.files.push(download("http://h/a.jpg", "image/jpeg", jpeg()));
        seen.calls = calls;
        seen
    };
    good("drop.upload", &check(vec![call("PUT", "image/jpeg", jpeg())]));
    bad("drop.upload", "received 0 calls for 1 result", &check(vec![]));
    bad("drop.upload", "is a POST, not a PUT", &check(vec![call("POST", "image/jpeg", jpeg())]));
    bad("drop.upload", "not those of a file", &check(vec![call("PUT", "image/jpeg", jpeg()[..40].to_vec())]));
    let form = [b"--x\r\n\r\n".to_vec(), jpeg(), b"\r\n--x--".to_vec()].concat();
    bad("drop.upload", "not those of a file", &check(vec![call("PUT", "multipart/form-data", form.clone())]));
    let mut blind = check(vec![call("PUT", "image/jpeg", form)]);
    blind.files.clear();
    bad("drop.upload", "is not the bare bytes of a file", &blind);
}

#[test]
fn each_file_is_uploaded() {
    let results = ["a", "b"].map(|name| result(json!({"thing": name})));
    let mut seen = seen(task(json!({"drop": "http://h/", "count": 2})), &results);
    let other = || [jpeg(), vec![0]].concat();
    seen.files.push(download("http://h/a.jpg", "image/jpeg", jpeg()));
    seen.files.push(download("http://h/b.jpg", "image/jpeg", other()));
    seen.calls = vec![call("PUT", "image/jpeg", jpeg()), call("PUT", "image/jpeg", other())];
    good("drop.upload", &seen);
    seen.calls.reverse();
    good("drop.upload", &seen);
    seen.calls = vec![call("PUT", "image/jpeg", jpeg()), call("PUT", "image/jpeg", jpeg())];
    bad("drop.upload", "no upload has the file of result 2 of 2", &seen);
}

#[test]
fn a_link_lives_as_long_as_it_must_and_no_longer() {
    let check = |file: File, later: Vec<File>| {
        let mut seen = seen(task(json!({"life": 60})), &[result(json!({}))]);
        (seen.files, seen.later) = (vec![file], later);
        seen
    };
    let there = || download("http://h/a.jpg", "image/jpeg", jpeg());
    let gone = || File::missing(Form::Link, "cannot be downloaded: HTTP 404");
    assert!(behave("life.lifetime", &check(there(), vec![])).detail.contains("not waited for"));
    good("life.lifetime", &check(there(), vec![gone()]));
    bad("life.lifetime", "HTTP 404, within its lifetime", &check(gone(), vec![]));
    bad("life.lifetime", "still served when the seconds of `life` are over", &check(there(), vec![there()]));
    let item = result(json!({"fileURL": null, "fileBase64Data": STANDARD.encode(jpeg())}));
    good("life.lifetime", &seen(task(json!({"life": 60, "form": "text"})), &[item]));
}
