//! Runs on a server that bills: it is elsewhere, here behind a proxy, and takes its time.

#[path = "support/gateway.rs"]
#[allow(dead_code, reason = "the tests of the transport use all of it")]
mod gateway;
mod support;

use gateway::{Act, Gateway, Heard};
use serde_json::Value;
use std::path::Path;
use std::process::Output;
use support::{SPEC, Server, airspec, report};

const TARGET: &str = "http://api.example.com/v1";
/// Cases that the world outside has no part in.
const CASES: [&str; 10] = [
    "--case",
    "width.*",
    "--case",
    "numberResults.*",
    "--case",
    "outputFormat.*",
    "--case",
    "deliveryMethod.*",
    "--case",
    "outputType.select.*",
];

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs cases on a server elsewhere whose name only the gateway knows.
fn run(
    limit: &str,
    folder: &Path,
    arguments: &[&str],
    act: impl Fn(&Heard) -> Act + Send + Sync + 'static,
) -> (Output, Vec<Heard>) {
    let mock = Server::start(&["--spec", SPEC]);
    let gateway = Gateway::start(&mock.url, act);
    let proxy = gateway.url.trim_end_matches("/v1");
    let fixed = [
        "conformance",
        "--spec",
        SPEC,
        "--target",
        TARGET,
        "--proxy",
        proxy,
        "--allow-private",
        "--max-cost",
        limit,
    ];
    let report = ["--seed", "7", "--report", folder.to_str().unwrap()];
    (airspec(&[&fixed[..], &report, arguments].concat()), gateway.heard())
}

/// The tasks of a request.
fn tasks(heard: &Heard) -> Vec<Value> {
    serde_json::from_str::<Value>(&heard.body)
        .ok()
        .and_then(|body| body.as_array().cloned())
        .unwrap_or_default()
}

#[test]
fn the_limit_that_a_plan_names_sends_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let plan = airspec(&[&["conformance", "--spec", SPEC, "--plan", "--seed", "7"][..], &CASES].concat());
    let plan = text(&plan);
    let total = plan.lines().last().unwrap().strip_prefix("--max-cost ").unwrap();
    let total = total.split(' ').next().unwrap();
    assert!(total.parse::<f64>().unwrap() < 100.0, "{plan}");
    assert!(plan.contains("(up to 4220008.91 USD)"), "{plan}");
    let (output, heard) = run(total, folder.path(), &CASES, |_| Act::Pass);
    assert!(matches!(output.status.code(), Some(0 | 2)), "{}", text(&output));
    let report = report(folder.path());
    let cases = report["cases"].as_array().unwrap();
    let unsent: Vec<&str> = cases
        .iter()
        .filter(|case| case["verdict"] != "pass")
        .map(|case| case["id"].as_str().unwrap())
        .collect();
    assert!(
        !unsent.is_empty() && unsent.iter().all(|id| plan.contains(&format!("too expensive: {id} (up to"))),
        "{unsent:?}"
    );
    // What was polled for has told its price: less than the upper bound of everything.
    let spent = report["summary"]["spent_usd"].as_f64().unwrap();
    assert!(spent > 0.0 && spent < total.parse::<f64>().unwrap() * 0.8, "{spent} of {total}");
    assert!(heard.iter().any(Heard::is_poll));
}

#[test]
fn a_server_elsewhere_is_asked_for_results_later_where_a_case_leaves_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let cases =
        ["--case", "outputType.select.*", "--case", "deliveryMethod.delivery.*", "--case", "width.maximum.*"];
    let start = std::time::Instant::now();
    let (output, heard) = run("50", folder.path(), &cases, |_| Act::Pass);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    // The first poll comes after a second.
    assert!(start.elapsed().as_secs_f64() > 1.0);
    let sent = heard.iter().filter(|heard| heard.is_task()).flat_map(tasks);
    let (good, faulty): (Vec<Value>, Vec<Value>) =
        sent.partition(|task| task["width"].as_f64().is_some_and(|width| width <= 3840.0));
    let count =
        |tasks: &[Value], way: Value| tasks.iter().filter(|task| task["deliveryMethod"] == way).count();
    assert_eq!(count(&good, "sync".into()), 1, "the case about it: {good:?}");
    assert!(count(&good, "async".into()) >= 5 && count(&faulty, Value::Null) > 0, "{good:?} {faulty:?}");
}

#[test]
fn a_lost_answer_is_not_billed_twice() {
    let folder = tempfile::tempdir().unwrap();
    let cases = ["--alone", "--search", "0", "--case", "width.maximum.*"];
    let is_good = |heard: &Heard| {
        tasks(heard).iter().all(|task| task["width"].as_f64().is_some_and(|width| width <= 3840.0))
    };
    let (output, heard) = run("50", folder.path(), &cases, move |heard| {
        if heard.is_task() && heard.number % 3 == 2 { Act::Close } else { Act::Pass }
    });
    let (good, faulty): (Vec<Heard>, Vec<Heard>) =
        heard.into_iter().filter(Heard::is_task).partition(is_good);
    let repeated = |heard: &[Heard]| {
        let mut bodies: Vec<&str> = heard.iter().map(|heard| heard.body.as_str()).collect();
        bodies.sort_unstable();
        let all = bodies.len();
        bodies.dedup();
        all - bodies.len()
    };
    assert!(good.len() > 2, "{}", text(&output));
    assert_eq!(repeated(&good), 0, "{}", text(&output));
    assert_eq!(repeated(&faulty), 0, "{}", text(&output));
}
