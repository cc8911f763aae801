//! Calls that are valid, odd, and forged.

use super::*;
use crate::openai_gpt_image_2::Request;

const TASK: &str = "7f4e4a6e-9a3c-4d6c-8a64-000000000001";
const SECRET: &str = "vN8eQm27xLr0cYtB";

fn receiver() -> Receiver {
    Receiver::new(SECRET).unwrap()
}

fn query() -> String {
    receiver().url("", TASK).trim_start_matches('?').to_owned()
}

fn read(body: &str) -> Result<(usize, usize), WebhookError> {
    let notice = receiver().read::<Request>(Some(&query()), body.as_bytes())?;
    Ok((notice.results.len(), notice.errors.len()))
}

fn item(task: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"{task}","imageUUID":"x"}}"#)
}

#[test]
fn a_notice_is_an_envelope_or_an_item_alone() {
    let (item, upper) = (item(TASK), item(&TASK.to_uppercase()));
    let error = format!(r#"{{"code":"timeoutProvider","message":"m","taskUUID":"{TASK}"}}"#);
    for (body, counts) in [
        (format!(r#"{{"data":[{item},{upper}]}}"#), (2, 0)),
        (format!(r#"{{"data":[{item}],"errors":[{error}]}}"#), (1, 1)),
        (format!(r#"{{"errors":[{error}]}}"#), (0, 1)),
        (item, (1, 0)),
        (error, (0, 1)),
        (r#"{"data":[]}"#.to_owned(), (0, 0)),
        ("[]".to_owned(), (0, 0)),
    ] {
        assert_eq!(read(&body), Ok(counts), "{body}");
    }
}

#[test]
fn a_call_is_read_as_leniently_as_a_poll() {
    let notice = |body: &str| receiver().read::<Request>(Some(&query()), body.as_bytes()).unwrap();
    let good = item(TASK);
    let inner = format!(r#"{{"taskUUID":"{TASK}","status":"error","error":{{"code":"safety"}}}}"#);
    for (body, counts) in [
        (format!(r#"{{"data":{good},"errors":null}}"#), (1, 0, 0, 0)),
        (format!(r#"{{"data":null,"errors":[{{"code":"safety","taskUUID":"{TASK}"}}]}}"#), (0, 1, 0, 0)),
        (format!("\u{feff}{good}"), (1, 0, 0, 0)),
        (format!("[{good},{inner}]"), (1, 1, 0, 0)),
        (inner, (0, 1, 0, 0)),
        (format!(r#"{{"taskUUID":"{TASK}","status":"processing","progress":30}}"#), (0, 0, 1, 0)),
        (format!(r#"{{"data":[7,{good},{{"taskUUID":"{TASK}"}}]}}"#), (1, 0, 0, 2)),
        (good.replace(&format!(r#","taskUUID":"{TASK}""#), ""), (1, 0, 0, 0)),
        (good.replace('}', r#","cost":"0.05","note":"\ud83d"}"#), (1, 0, 0, 0)),
        (good.replace('}', r#","cost":NaN}"#), (1, 0, 0, 0)),
    ] {
        let found = notice(&body);
        let lengths = (found.results.len(), found.errors.len(), found.unfinished.len(), found.unread.len());
        assert_eq!(lengths, counts, "{body}");
        assert_eq!(found.ids.len(), counts.0 + counts.1, "{body}");
    }
    let odd = notice(&good.replace('}', r#","cost":"0.05"}"#)).results.remove(0);
    assert_eq!((odd.cost, odd.odd().len()), (Some(0.05), 1));
    let under_way = notice(&format!(r#"{{"taskUUID":"{TASK}","status":"queued","progress":"5%"}}"#));
    assert_eq!(
        (under_way.unfinished[0].status.as_str(), under_way.unfinished[0].percent),
        ("queued", Some(5.0))
    );
}

#[test]
fn what_is_no_notice_is_refused() {
    for body in ["", "{}", "null", r#"{"data":7}"#, r#"{"data":[7]}"#, "<html>", "7"] {
        let error = read(body).unwrap_err();
        assert!(matches!(error, WebhookError::Unreadable(_)) && error.status() == 400, "{body}: {error}");
    }
    let incomplete = format!(r#"{{"data":[{{"taskUUID":"{TASK}"}}]}}"#);
    assert!(matches!(read(&incomplete), Err(WebhookError::Unreadable(_))));
    assert!(matches!(receiver().read::<Request>(Some(&query()), b"\xff"), Err(WebhookError::Unreadable(_))));
    let small = receiver().limit(10);
    let error = small.read::<Request>(Some(&query()), item(TASK).as_bytes()).unwrap_err();
    assert_eq!((error.clone(), error.status()), (WebhookError::TooLarge(10), 413));
}

#[test]
fn a_call_without_the_signature_of_its_task_is_not_believed() {
    let body = item(TASK);
    let stranger = "7f4e4a6e-9a3c-4d6c-8a64-000000000002";
    assert_eq!(read(&item(stranger)), Err(WebhookError::NotYours));
    assert_eq!(read(&format!(r#"{{"data":[{body},{}]}}"#, item(stranger))), Err(WebhookError::NotYours));
    let twice = body.replacen('{', &format!(r#"{{"taskUUID":"{stranger}","#), 1);
    assert_eq!(read(&twice), Err(WebhookError::NotYours));
    let query = query();
    let signature = query.rsplit_once('=').unwrap().1;
    assert_eq!(signature.len(), 64);
    let other = Receiver::new("another secret of mine").unwrap().url("", TASK);
    for query in [
        None,
        Some(String::new()),
        Some(format!("task={TASK}")),
        Some(format!("signature={signature}")),
        Some(format!("task={TASK}&signature=")),
        Some(format!("task={TASK}&signature={}", &signature[..62])),
        Some(format!("task={TASK}&signature={signature}00")),
        Some(format!("task={TASK}&signature={}", "0".repeat(64))),
        Some(format!("task={TASK}&signature={}", "é".repeat(32))),
        Some(format!("task={TASK}&secret={SECRET}")),
        Some(format!("task={stranger}&signature={signature}")),
        Some(format!("{query}&signature={signature}")),
        Some(format!("{query}&task={TASK}")),
        Some(format!("task=&signature={signature}")),
        Some(other.trim_start_matches('?').to_owned()),
    ] {
        let refused = receiver().read::<Request>(query.as_deref(), body.as_bytes());
        assert_eq!(refused.unwrap_err().status(), 401, "{query:?}");
    }
    let upper = format!("task={}&signature={}", TASK.to_uppercase(), signature.to_uppercase());
    assert!(receiver().read::<Request>(Some(&upper), body.as_bytes()).is_ok());
}

#[test]
fn a_url_of_one_task_is_valid_for_no_other() {
    let stranger = "7f4e4a6e-9a3c-4d6c-8a64-000000000002";
    let leaked = receiver().url("https://me.example/hook", stranger);
    let leaked = leaked.split_once('?').unwrap().1;
    let about = |task| receiver().read::<Request>(Some(leaked), item(task).as_bytes());
    assert!(about(stranger).is_ok());
    assert_eq!(about(TASK).unwrap_err(), WebhookError::NotYours);
    let renamed = leaked.replace(stranger, TASK);
    let forged = receiver().read::<Request>(Some(&renamed), item(TASK).as_bytes());
    assert_eq!(forged.unwrap_err(), WebhookError::NotYours);
}

#[test]
fn the_signature_is_the_hmac_of_the_task() {
    // openssl dgst -sha256 -hmac vN8eQm27xLr0cYtB, of "airspec webhook:" and the task.
    let known = "cc3069e927562c1123828aed819b35be996487f3819ad86b66649f3c96b08af9";
    assert_eq!(query(), format!("task={TASK}&signature={known}"));
}

#[test]
fn a_repeated_call_has_the_same_ids() {
    let ids = |body: &str| receiver().read::<Request>(Some(&query()), body.as_bytes()).unwrap().ids;
    let (one, two) = (item(TASK), item(TASK).replace(r#""x""#, r#""y""#));
    let error = format!(r#"{{"code":"timeoutProvider","message":"m","taskUUID":"{TASK}"}}"#);
    assert_eq!(ids(&one), [format!("{TASK}/x")]);
    assert_eq!(ids(&format!(r#"{{"data":[{one},{two}]}}"#)), [format!("{TASK}/x"), format!("{TASK}/y")]);
    let upper = item(&TASK.to_uppercase()).replace('}', r#","cost":1}"#);
    assert_eq!(ids(&upper), [format!("{TASK}/x")]);
    assert_eq!(ids(&error), ids(&format!(r#"{{"errors":[{error}]}}"#)));
    let long = one.replace(r#""x""#, &format!("\"{}\"", "x".repeat(1 << 20)));
    assert_eq!(ids(&long)[0].len(), TASK.len() + 1 + 64);
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut seen = Seen::new(2);
    assert!(seen.insert("a") && seen.insert("b") && !seen.insert("a"));
    assert!(seen.insert("c") && !seen.insert("b") && !seen.contains("a") && seen.insert("a"));
    assert_eq!((seen.known.len(), seen.order.len()), (2, 2));
}

#[test]
fn a_body_of_many_values_is_refused() {
    let many = item(TASK).replace('}', &format!(r#","o":[{}0]}}"#, r#"{"":0},"#.repeat(VALUES)));
    let error = read(&many).unwrap_err();
    assert!(matches!(&error, WebhookError::Unreadable(why) if why.contains("values")), "{error}");
}

#[test]
fn a_signed_url_keeps_its_parts_and_a_secret_is_not_shown() {
    let url = |base: &str| receiver().url(base, TASK);
    assert_eq!(url("https://me.example/hook"), format!("https://me.example/hook?{}", query()));
    assert_eq!(url("https://me.example/?a=b#c"), format!("https://me.example/?a=b&{}#c", query()));
    assert!(!format!("{:?}", receiver()).contains(SECRET) && !query().contains(SECRET));
    for bad in ["short", "fifteen letters", ""] {
        assert_eq!(Receiver::new(bad).unwrap_err(), WebhookError::Secret, "{bad}");
    }
}
