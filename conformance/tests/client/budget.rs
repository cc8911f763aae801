//! A budget is never exceeded, also by tasks that are sent at the same time.

#![allow(clippy::float_cmp, reason = "amounts are the floats that are nearest to their decimals")]

use crate::gpt_image::{DeliveryMethod, Quality, Request, Required};
use crate::support::{KEY, Script, answer, cut, mock, quick, required, result};
use airspec_mock::Settings as MockSettings;
use airspec_models::client::{Budget, Class, Client, Error};
use airspec_models::{Batch, Valid};

fn rich(url: &str, budget: &Budget) -> Client {
    Client::new(KEY, quick(url).budget(budget)).unwrap()
}

/// A task that costs 0.006 US dollars, and at most 0.062.
fn cheap() -> Valid<Request> {
    let required = Required { width: 1024, height: 1024, ..required() };
    let task = Request::builder(required).provider_settings_openai_quality(Quality::Low);
    task.include_cost(true).build().unwrap()
}

#[tokio::test]
async fn a_task_that_the_budget_does_not_cover_is_not_sent() {
    let script = Script::start(vec![answer(500, "")]).await;
    let budget = Budget::usd(0.061);
    let error = rich(&script.url, &budget).run(&cheap()).await.unwrap_err();
    let text = "the request may cost up to 0.062 US dollars, and the budget has 0.061 left: it was not sent";
    assert_eq!(error.to_string(), text);
    assert_eq!((error.class(), error.may_be_billed(), error.is_retryable()), (Class::Budget, false, false));
    assert!(script.heard().is_empty() && budget.left() == 0.061);
}

#[tokio::test]
async fn tasks_at_the_same_time_never_reserve_more_than_there_is() {
    let network = "latency=200ms".parse().unwrap();
    let mock = mock(MockSettings { network, ..MockSettings::default() }).await;
    // Sixteen times 0.062 is 0.992.
    let budget = Budget::usd(1.0);
    let client = rich(&mock.url(), &budget);
    let running: Vec<_> = (0..40)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.run(&cheap()).await })
        })
        .collect();
    let (mut done, mut refused) = (0, 0);
    for task in running {
        match task.await.unwrap() {
            Ok(_) => done += 1,
            Err(Error::OverBudget { .. }) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((done, refused), (16, 24));
    // Their real prices replace the reservations.
    assert_eq!((budget.spent(), budget.reserved(), budget.left()), (0.096, 0.0, 0.904));
}

#[tokio::test]
async fn one_after_the_other_tasks_use_the_budget_up_by_their_real_prices() {
    let mock = mock(MockSettings::default()).await;
    let budget = Budget::usd(0.1);
    let client = rich(&mock.url(), &budget);
    let mut done = 0;
    while client.run(&cheap()).await.is_ok() {
        done += 1;
    }
    // After seven tasks 0.042 is spent, and 0.058 is less than 0.062.
    assert_eq!((done, budget.spent()), (7, 0.042));
}

#[tokio::test]
async fn a_refusal_costs_nothing_and_a_doubt_costs_the_reservation() {
    for (network, spent, reserved) in
        [("quota", 0.0, 0.0), ("status=401", 0.0, 0.0), ("fail", 0.0, 0.062), ("status=500", 0.0, 0.062)]
    {
        let settings = MockSettings { network: network.parse().unwrap(), ..MockSettings::default() };
        let mock = mock(settings).await;
        let budget = Budget::usd(1.0);
        let client = Client::new(KEY, quick(&mock.url()).retries(0).budget(&budget)).unwrap();
        client.run(&cheap()).await.unwrap_err();
        assert_eq!((budget.spent(), budget.reserved()), (spent, reserved), "{network}");
    }
}

#[tokio::test]
async fn an_odd_price_is_spent_once_and_what_may_be_billed_stays_reserved() {
    let task = cheap();
    let priced = result(&task, 1).replace("\"imageURL\"", "\"cost\":\"0.0060\",\"imageURL\"");
    let conflict = answer(400, r#"{"errors":[{"code":"conflictTaskUUID","message":"in use"}]}"#);
    let nothing = answer(200, r#"{"data":[]}"#);
    let twice = answer(200, &format!(r#"{{"data":[{priced},{priced}]}}"#));
    for (answers, is_ok, amounts) in [
        (vec![twice], true, (0.006, 0.0)),
        (vec![answer(200, &format!(r#"{{"data":[{}]}}"#, result(&task, 1)))], true, (0.0, 0.062)),
        (vec![cut(), nothing.clone()], false, (0.0, 0.062)),
        (vec![cut(), conflict.clone(), nothing], false, (0.0, 0.062)),
        (vec![conflict], false, (0.0, 0.062)),
    ] {
        let script = Script::start(answers).await;
        let budget = Budget::usd(1.0);
        let outcome = rich(&script.url, &budget).run(&task).await;
        assert_eq!(
            (outcome.is_ok(), budget.spent(), budget.reserved()),
            (is_ok, amounts.0, amounts.1),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_keeps_its_reservation() {
    let mock = crate::support::under("latency=30s").await;
    let budget = Budget::usd(1.0);
    let client = rich(&mock.url(), &budget);
    let task = cheap();
    let call = client.run(&task);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(100), call).await.is_err());
    assert_eq!(budget.reserved(), 0.062);
}

#[tokio::test]
async fn a_batch_is_reserved_as_a_whole() {
    let mock = mock(MockSettings::default()).await;
    let budget = Budget::usd(0.13);
    let client = rich(&mock.url(), &budget);
    let three = Batch::new([cheap(), cheap(), cheap()]).unwrap();
    let outcomes = client.run_batch(&three).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome.result, Err(Error::OverBudget { .. }))));
    let two = Batch::new([cheap(), cheap()]).unwrap();
    assert!(client.run_batch(&two).await.iter().all(|outcome| outcome.result.is_ok()));
    assert_eq!(budget.spent(), 0.012);
}

#[tokio::test]
async fn a_deferred_task_is_charged_when_it_is_collected() {
    let mock = mock(MockSettings::default()).await;
    let budget = Budget::usd(1.0);
    let client = rich(&mock.url(), &budget);
    let mut task = cheap().into_inner();
    task.delivery_method = Some(DeliveryMethod::Async);
    let task = task.into_valid().unwrap();
    client.submit(&task).await.unwrap();
    assert_eq!((budget.spent(), budget.reserved()), (0.0, 0.062));
    client.collect(&task).await.unwrap();
    assert_eq!((budget.spent(), budget.reserved()), (0.006, 0.0));
}
