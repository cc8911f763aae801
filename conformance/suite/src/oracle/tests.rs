//! Acceptance, refusal and the attribution of errors, and what an answer shows in passing.
#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

use super::fixture::{ID, OTHER, answer, case, model, result, seen, task, text};
use super::observation::{Loss, Observation, Outcome};
use super::{Class, Judgement, Oracle, Verdict, attribute};
use crate::case::Expect;
use airspec_spec::Level;
use serde_json::{Value, json};
use std::time::Duration;

fn accept(level: Level, outcome: Outcome) -> Judgement {
    let body = json!([task(json!({}))]);
    let case = case("wide.maximum", "wide", level, Expect::Accept, body.clone());
    Oracle::new(&model()).unwrap().judge(&case, &Observation::new(body, outcome))
}

fn reject(constraint: &str, level: Level, body: &Value, outcome: Outcome) -> Judgement {
    let model = model();
    let parameter = model.constraint(constraint).map(|known| known.parameter.clone()).unwrap_or_default();
    let expect = Expect::Reject(vec![constraint.to_owned()]);
    let case = case(constraint, &parameter, level, expect, body.clone());
    Oracle::new(&model).unwrap().judge(&case, &Observation::new(body.clone(), outcome))
}

/// The verdict on the refusal of a task that is too wide.
fn refuse(outcome: Outcome) -> Judgement {
    reject("wide.maximum", Level::Badge, &json!([task(json!({"wide": 80}))]), outcome)
}

fn error(more: Value) -> Value {
    let error = json!({"code": "invalidWide", "message": "too wide", "parameter": "wide", "taskUUID": ID});
    super::fixture::with(error, more)
}

fn errors(list: &[Value]) -> Outcome {
    answer(400, &json!({"data": [], "errors": list}))
}

fn is(judgement: &Judgement, verdict: Verdict, class: Option<Class>, words: &str) {
    assert_eq!((judgement.verdict, judgement.class), (verdict, class), "{}", judgement.detail);
    assert!(judgement.detail.contains(words), "`{}` has no `{words}`", judgement.detail);
}

fn lost() -> [Outcome; 3] {
    [
        Outcome::Lost(Loss::TimedOut(Duration::from_millis(250))),
        Outcome::Lost(Loss::Broken("connection reset".to_owned())),
        Outcome::Lost(Loss::Unreachable("refused".to_owned())),
    ]
}

#[test]
fn a_request_is_accepted_when_its_task_has_results() {
    is(
        &accept(Level::Badge, answer(200, &json!({"data": [result(json!({}))]}))),
        Verdict::Pass,
        None,
        "HTTP 200",
    );
    for (status, body, words) in [
        (200, json!({"data": []}), "is not in `data`"),
        (200, json!({}), "without a list `data`"),
        (200, json!([]), "without a list `data`"),
        (200, json!({"data": {}}), "without a list `data`"),
        (500, json!({"errors": []}), "to a valid request"),
        (302, json!({}), "to a valid request"),
    ] {
        is(&accept(Level::Badge, answer(status, &body)), Verdict::Fail, Some(Class::BreaksPage), words);
    }
    for body in [
        json!({"errors": [error(json!({}))]}),
        json!({"data": [result(json!({}))], "errors": [error(json!({}))]}),
    ] {
        for status in [200, 400] {
            let (class, words) = (Some(Class::StricterThanPage), "`wide`");
            let judgement = accept(Level::Badge, answer(status, &body));
            is(&judgement, Verdict::Fail, class, words.trim_matches('`'));
        }
    }
}

#[test]
fn silence_is_no_finding_and_an_answer_that_cannot_be_read_is_one_of_either_side() {
    for outcome in lost() {
        is(&accept(Level::Badge, outcome.clone()), Verdict::NoAnswer, None, "");
        is(&refuse(outcome), Verdict::NoAnswer, None, "");
    }
    let large = Outcome::Lost(Loss::TooLarge { status: 200, limit: 1000 });
    is(&accept(Level::Badge, large.clone()), Verdict::Fail, Some(Class::BreaksPage), "");
    is(&accept(Level::Unstated, large.clone()), Verdict::Note, Some(Class::PageSilent), "");
    is(&refuse(large), Verdict::Fail, Some(Class::PageSilent), "neither refused nor accepted");
    let bodies = [
        b"<html>\x07oops</html>".to_vec(),
        b"\xFF\xFE".to_vec(),
        b"{\"data\":1,\"data\":2}".to_vec(),
        Vec::new(),
    ];
    for body in bodies {
        let judgement = accept(Level::Badge, text(200, body.clone()));
        is(&judgement, Verdict::Fail, Some(Class::BreaksPage), "no JSON");
        assert!(!judgement.detail.contains('\u{7}'), "control characters stay out of terminals");
        is(
            &refuse(text(200, body.clone())),
            Verdict::Fail,
            Some(Class::PageSilent),
            "neither refused nor accepted",
        );
        is(&refuse(text(400, body)), Verdict::Fail, Some(Class::PageSilent), "without a list `errors`");
    }
}

#[test]
fn a_status_about_key_money_or_rate_is_no_refusal() {
    for status in [401, 402, 403] {
        let body = json!({"errors": [error(json!({}))]});
        is(&accept(Level::Badge, answer(status, &body)), Verdict::Fail, Some(Class::PageSilent), "speaks of");
        is(&refuse(answer(status, &body)), Verdict::Fail, Some(Class::PageSilent), "speaks of");
    }
    for status in [408, 429] {
        is(&refuse(answer(status, &json!({}))), Verdict::NoAnswer, None, "to every attempt");
    }
}

#[test]
fn a_refusal_has_a_status_an_envelope_and_the_right_parameter() {
    is(&refuse(errors(&[error(json!({}))])), Verdict::Pass, None, "HTTP 400 `invalidWide` (wide): too wide");
    is(
        &refuse(errors(&[error(json!({"taskUUID": null, "parameter": ["high", "wide"], "extra": 1}))])),
        Verdict::Pass,
        None,
        "",
    );
    for (outcome, words) in [
        (answer(500, &json!({"errors": [error(json!({}))]})), "failed instead of refusing"),
        (answer(200, &json!({"errors": [error(json!({}))]})), "a status that says that all went well"),
        (answer(301, &json!({"errors": [error(json!({}))]})), "not 4xx"),
        (errors(&[]), "without a list `errors`"),
        (answer(400, &json!({"error": "no"})), "without a list `errors`"),
        (answer(400, &json!({"errors": ["no"]})), "without a text `code`"),
        (errors(&[error(json!({"code": 5}))]), "without a text `code`"),
        (errors(&[error(json!({"message": null}))]), "without a text `message`"),
        (errors(&[error(json!({"min": "16"}))]), "`min`"),
        (errors(&[error(json!({"parameter": "high"}))]), "blames \"high\" and not `wide`"),
        (errors(&[error(json!({"parameter": []}))]), "blames [] and not `wide`"),
        (errors(&[error(json!({"parameter": 5}))]), "neither a text nor a list: 5"),
        (errors(&[error(json!({"parameter": null, "code": "invalid"}))]), "no `parameter`"),
        (errors(&[error(json!({"taskUUID": OTHER}))]), "no error is about the faulty task"),
        (errors(&[error(json!({})), error(json!({"taskUUID": OTHER}))]), "was not sent"),
    ] {
        is(&refuse(outcome), Verdict::Fail, Some(Class::PageSilent), words);
    }
    let note = Some(Class::PageSilent);
    is(
        &refuse(errors(&[error(json!({})), error(json!({"parameter": "high"}))])),
        Verdict::Fail,
        note,
        "an error blames `high`, which is right",
    );
    is(&refuse(errors(&[error(json!({"parameter": null}))])), Verdict::Note, note, "no `parameter`");
}

#[test]
fn what_must_be_refused_and_is_not_breaks_the_page_whatever_else_is_wrong() {
    for body in [json!({"data": [result(json!({}))]}), json!({"data": []}), json!({"data": [{"ticket": 5}]})]
    {
        let judgement = refuse(answer(200, &body));
        is(&judgement, Verdict::Fail, Some(Class::BreaksPage), "but `wide` must be at most 64");
    }
    let both = json!({"data": [result(json!({}))], "errors": [error(json!({"parameter": "high"}))]});
    is(&refuse(answer(400, &both)), Verdict::Fail, Some(Class::BreaksPage), "accepted");
    let facts = reject(
        "additionalProperties",
        Level::Facts,
        &json!([task(json!({"x": 1}))]),
        answer(200, &json!({"data": []})),
    );
    is(&facts, Verdict::Fail, Some(Class::PageSilent), "accepted");
    let unstated = reject("type", Level::Unstated, &json!({}), answer(200, &json!({"data": []})));
    is(&unstated, Verdict::Note, Some(Class::PageSilent), "accepted");
}

#[test]
fn a_parameter_is_named_by_path_or_leaf_and_an_item_by_its_array() {
    let verdict = |constraint: &str, more: Value, parameter: Value, code: &str| {
        let body = json!([task(more)]);
        let outcome = errors(&[error(json!({"parameter": parameter, "code": code}))]);
        reject(constraint, Level::Badge, &body, outcome).verdict
    };
    let nested = json!({"options": {"price": 5}});
    for (parameter, expected) in [
        (json!("options.price"), Verdict::Pass),
        (json!("price"), Verdict::Pass),
        (json!("options"), Verdict::Fail),
        (json!("Price"), Verdict::Fail),
    ] {
        assert_eq!(verdict("options.price.type", nested.clone(), parameter, "invalidPrice"), expected);
    }
    let item = json!({"list": ["ab", "a"]});
    for (parameter, expected) in [
        ("list", Verdict::Pass),
        ("list.1", Verdict::Pass),
        ("list[1]", Verdict::Pass),
        ("list[0]", Verdict::Fail),
        ("wide", Verdict::Fail),
    ] {
        assert_eq!(
            verdict("list.items.minLength", item.clone(), json!(parameter), "invalidList"),
            expected,
            "{parameter}"
        );
    }
    let unknown = json!({"options": {"prize": 5}});
    let closed = "options.additionalProperties";
    assert_eq!(
        verdict(closed, unknown.clone(), json!("options.prize"), "unsupportedParameter"),
        Verdict::Pass
    );
    assert_eq!(verdict(closed, unknown.clone(), json!("options.prize"), "invalidPrize"), Verdict::Fail);
    assert_eq!(verdict(closed, unknown, json!("options"), "unsupportedParameter"), Verdict::Fail);
    let missing = json!({"wide": null});
    assert_eq!(verdict("wide.required", missing.clone(), json!("wide"), "missingWide"), Verdict::Pass);
    assert_eq!(verdict("wide.required", missing, json!("high"), "missingHigh"), Verdict::Fail);
}

#[test]
fn of_parameters_that_a_rule_ties_together_any_is_named() {
    let judge = |parameter: Value| {
        let body = json!([task(json!({"mark": {"text": "a", "image": "b"}}))]);
        let list = [error(json!({"parameter": parameter, "code": "invalidMark"}))];
        reject("mark.text+image.oneOf", Level::Badge, &body, errors(&list)).verdict
    };
    for good in [json!("mark"), json!("mark.text"), json!("image"), json!(["mark.text", "mark.image"])] {
        assert_eq!(judge(good.clone()), Verdict::Pass, "{good}");
    }
    assert_eq!(judge(json!("wide")), Verdict::Fail);
}

#[test]
fn a_task_that_is_no_object_has_no_parameter_to_blame() {
    let verdict = |more: Value| {
        let list = [super::fixture::with(error(more), json!({"taskUUID": null}))];
        reject("type", Level::Facts, &json!([5]), errors(&list)).verdict
    };
    assert_eq!(verdict(json!({"parameter": null})), Verdict::Pass);
    let missing = json!({"parameter": "ticket", "code": "missingTicket"});
    assert_eq!(verdict(missing), Verdict::Pass, "read as one in which all is missing");
    assert_eq!(verdict(json!({"parameter": "ticket"})), Verdict::Note);
    assert_eq!(verdict(json!({"parameter": "count", "code": "missingCount"})), Verdict::Note);
}

#[test]
fn where_the_id_is_at_fault_it_joins_nothing() {
    let body = json!([task(json!({"ticket": "nonsense"}))]);
    for id in [json!("nonsense"), json!("something else"), Value::Null] {
        let list = [error(json!({"parameter": "ticket", "taskUUID": id}))];
        let judgement = reject("ticket.format", Level::Badge, &body, errors(&list));
        is(&judgement, Verdict::Pass, None, "");
    }
}

#[test]
fn good_neighbours_of_a_faulty_task_are_left_alone() {
    let faulty = task(json!({"wide": 80}));
    let body = json!([task(json!({"ticket": OTHER})), faulty]);
    let fine = result(json!({"ticket": OTHER}));
    let judge =
        |status, answered: Value| reject("wide.maximum", Level::Badge, &body, answer(status, &answered));
    is(&judge(200, json!({"data": [fine], "errors": [error(json!({}))]})), Verdict::Pass, None, "");
    is(&judge(400, json!({"data": [fine], "errors": [error(json!({}))]})), Verdict::Pass, None, "");
    let silent = Some(Class::PageSilent);
    is(&judge(400, json!({"data": [], "errors": [error(json!({}))]})), Verdict::Note, silent, "no result");
    is(&judge(200, json!({"data": [], "errors": [error(json!({}))]})), Verdict::Fail, silent, "no result");
    let blamed = error(json!({"taskUUID": OTHER}));
    is(
        &judge(200, json!({"data": [], "errors": [error(json!({})), blamed]})),
        Verdict::Fail,
        silent,
        "the good task",
    );
    is(
        &judge(200, json!({"data": [fine], "errors": [error(json!({"taskUUID": null}))]})),
        Verdict::Fail,
        silent,
        "which task",
    );
    is(
        &judge(200, json!({"data": [fine, result(json!({}))]})),
        Verdict::Fail,
        Some(Class::BreaksPage),
        "accepted",
    );
}

#[test]
fn of_tasks_that_share_an_id_one_may_go_through() {
    let body = json!([task(json!({})), task(json!({"wide": 16}))]);
    let conflict = error(json!({"code": "conflictTicket", "parameter": "ticket"}));
    let judge =
        |status, answered: Value| reject("ticket.unique", Level::Prose, &body, answer(status, &answered));
    is(&judge(200, json!({"data": [result(json!({}))], "errors": [conflict]})), Verdict::Pass, None, "");
    is(&judge(400, json!({"data": [], "errors": [conflict, conflict]})), Verdict::Pass, None, "");
    is(
        &judge(200, json!({"data": [result(json!({})), result(json!({}))]})),
        Verdict::Fail,
        Some(Class::BreaksPage),
        "must differ",
    );
}

#[test]
fn an_aside_is_told_once_and_not_where_a_case_of_its_own_tells_it() {
    let oracle = Oracle::new(&model()).unwrap();
    let odd = |more: Value| seen(task(json!({})), &[result(more)]);
    let judge = |more: Value| {
        let seen = odd(more);
        oracle.judge(&case("wide.maximum", "wide", Level::Badge, Expect::Accept, seen.body.clone()), &seen)
    };
    let mut accepts = [judge(json!({})), judge(json!({"paid": 1, "new": 2})), judge(json!({"paid": 1}))];
    assert!(accepts.iter().all(|judgement| judgement.verdict == Verdict::Pass));
    attribute(accepts.iter_mut().map(|judgement| ("wide.maximum", judgement)));
    is(&accepts[0], Verdict::Pass, None, "");
    is(
        &accepts[1],
        Verdict::Fail,
        Some(Class::BreaksPage),
        "(options.price.flag, and so does one more answer)",
    );
    is(&accepts[1], Verdict::Fail, Some(Class::BreaksPage), "new");
    is(&accepts[2], Verdict::Pass, None, "");

    let mut accept = judge(json!({"paid": 1}));
    let mut own = super::fixture::behave("options.price.flag", &odd(json!({"paid": 1})));
    attribute([("wide.maximum", &mut accept), ("options.price.flag", &mut own)]);
    is(&accept, Verdict::Pass, None, "");
    is(&own, Verdict::Fail, Some(Class::BreaksPage), "has `paid`");
}

#[test]
fn results_and_errors_are_held_against_their_schemas() {
    let oracle = Oracle::new(&model()).unwrap();
    for (more, subject) in [
        (json!({"thing": null}), "result.required"),
        (json!({"thing": 5}), "result.properties.thing.type"),
        (json!({"unknown": 5}), "result.additionalProperties"),
        (json!({"fileURL": "http://h/a b"}), "result.properties.fileURL.format"),
    ] {
        let seen = seen(task(json!({})), &[result(more)]);
        let case = case("wide.maximum", "wide", Level::Badge, Expect::Accept, seen.body.clone());
        let judgement = oracle.judge(&case, &seen);
        let subjects: Vec<_> = judgement.secondary.iter().map(|other| other.subject.as_str()).collect();
        assert_eq!(subjects, [subject]);
        assert_eq!(judgement.secondary[0].finding.class(), Class::PageSilent);
    }
}

/// The oracle of a model whose owner wants at least 512 pixels, which the page does not say.
fn oracle_with_owner() -> Oracle {
    let mut model = model();
    let rules = r#"[{"operation": "area", "parameters": ["wide", "high"], "minimum": 512}]"#;
    model.owner_rules =
        airspec_spec::read_rules(&airspec_spec::Source::new("rules.json", rules), &model).unwrap();
    Oracle::new(&model).unwrap()
}

#[test]
fn a_refusal_that_only_a_rule_of_the_owner_explains_is_told_apart() {
    let oracle = oracle_with_owner();
    let error = json!({"errors": [{"code": "invalidWide", "message": "no", "parameter": ["wide", "high"]}]});
    let judged = |task: Value, outcome: Outcome| {
        let body = json!([task]);
        let case = case("wide.minimum", "wide", Level::Badge, Expect::Accept, body.clone());
        oracle.judge(&case, &Observation::new(body, outcome))
    };
    let small = || task(json!({"wide": 16, "high": 16}));
    let large = || task(json!({"wide": 32, "high": 32}));
    for (status, body) in [(400, error.clone()), (200, json!({"data": [], "errors": error["errors"]}))] {
        let told = judged(small(), answer(status, &body));
        assert_eq!(
            (told.verdict, told.class),
            (Verdict::Note, Some(Class::PageWiderThanServer)),
            "{}",
            told.detail
        );
        assert!(told.detail.contains("must have `wide` × `high` of at least 512"), "{}", told.detail);
        let told = judged(large(), answer(status, &body));
        assert_eq!(
            (told.verdict, told.class),
            (Verdict::Fail, Some(Class::StricterThanPage)),
            "{}",
            told.detail
        );
    }
    // What has nothing to do with the rule is what it always was.
    let told = judged(small(), answer(500, &error));
    assert_eq!((told.verdict, told.class), (Verdict::Fail, Some(Class::BreaksPage)), "{}", told.detail);
    let told = judged(small(), answer(200, &json!({"data": [result(json!({}))]})));
    assert_eq!(told.verdict, Verdict::Pass, "{}", told.detail);
}

#[test]
fn a_server_may_tell_of_the_owners_rule_beside_the_fault() {
    let oracle = oracle_with_owner();
    let body = json!([task(json!({"wide": 0}))]);
    let refused = Expect::Reject(vec!["wide.minimum".to_owned()]);
    let case = case("wide.minimum", "wide", Level::Badge, refused, body.clone());
    let errors = |count: usize| {
        let all = [
            json!({"code": "invalidWide", "message": "too small", "parameter": "wide"}),
            json!({"code": "invalidArea", "message": "too few", "parameter": ["wide", "high"]}),
            json!({"code": "invalidHigh", "message": "for no reason", "parameter": "wide"}),
        ];
        let body_of = json!({"errors": all[..count]});
        oracle.judge(&case, &Observation::new(body.clone(), answer(400, &body_of))).verdict
    };
    assert_eq!([errors(1), errors(2), errors(3)], [Verdict::Pass, Verdict::Pass, Verdict::Note]);
}

#[test]
fn what_is_stated_less_firmly_than_asked_is_not_looked_at_and_notes_can_be_failures() {
    let error = |name: &str| json!({"code": "invalidWide", "message": "no", "parameter": name});
    let again = json!({"code": "invalidWide", "message": "once more", "parameter": "wide"});
    let body = json!([task(json!({"wide": 80}))]);
    let refused = Expect::Reject(vec!["wide.maximum".to_owned()]);
    let case = case("wide.maximum", "wide", Level::Badge, refused, body.clone());
    let two = answer(400, &json!({"errors": [error("wide"), again]}));
    let other = answer(400, &json!({"errors": [error("high")]}));
    let oracle = |level: Level| Oracle::new(&model()).unwrap().up_to(level);
    let verdict = |oracle: &Oracle, outcome: &Outcome| {
        oracle.finish(oracle.judge(&case, &Observation::new(body.clone(), outcome.clone()))).verdict
    };
    assert_eq!(verdict(&oracle(Level::Unstated), &two), Verdict::Note);
    assert_eq!(verdict(&oracle(Level::Unstated).strictly(), &two), Verdict::Fail);
    assert_eq!(verdict(&oracle(Level::Facts).strictly(), &two), Verdict::Pass);
    assert_eq!(verdict(&oracle(Level::Facts), &other), Verdict::Fail);
    assert_eq!(verdict(&oracle(Level::Badge), &other), Verdict::Pass);
}
