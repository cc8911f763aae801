//! What a run may cost, through the binary.

mod support;

use serde_json::Value;
use support::{SPEC, Server, airspec, report};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn count(report: &Value, holds: impl Fn(&str, &str) -> bool) -> usize {
    let cases = report["cases"].as_array().unwrap().iter();
    cases.filter(|case| holds(case["expect"].as_str().unwrap(), case["verdict"].as_str().unwrap())).count()
}

#[test]
fn a_plan_needs_no_key_and_covers_the_accepting_sides_in_few_requests() {
    let output = airspec(&["conformance", "--spec", SPEC, "--plan", "--target", "https://api.runware.ai/v1"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let plan = text(&output.stdout);
    let line = plan.lines().find(|line| line.starts_with("requests to be accepted: ")).unwrap();
    let billed: usize = line.split([' ', ',']).nth(4).unwrap().parse().unwrap();
    assert!((1..=12).contains(&billed), "{line}");
    // What only the world outside can give is named once, with the flag that gives it.
    assert!(plan.contains("not sent, 20 cases: needs a URL that the target can post to"), "{plan}");
    assert!(plan.contains("(first: webhookURL.type.accept.of-the-type)"), "{plan}");
    assert!(plan.contains("--media-uuid") && plan.matches("not sent, ").count() == 3, "{plan}");
    // No limit that anybody sets lets this one through, and it is not in the total.
    assert!(plan.contains("numberResults") && plan.contains("(up to 4220008.91 USD)"), "{plan}");
    let total = plan.lines().last().unwrap().strip_prefix("--max-cost ").unwrap();
    let total: f64 = total.split(' ').next().unwrap().parse().unwrap();
    assert!((5.0..50.0).contains(&total), "{total}");
}

#[test]
fn other_machines_are_reached_with_a_limit_only() {
    let output = airspec(&["conformance", "--target", "https://api.runware.ai/v1"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("give --max-cost USD or --free-only") && said.lines().count() == 1, "{said}");
    for bad in ["-1", "nan", "inf", "much"] {
        let output = airspec(&["conformance", "--max-cost", bad]);
        assert_eq!(output.status.code(), Some(2), "{bad}");
    }
}

#[test]
fn what_is_free_is_sent_whatever_the_limit_and_what_is_billed_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = airspec(&["conformance", "--free-only", "--report", path]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let free = report(folder.path());
    assert_eq!(count(&free, |expect, _| expect != "reject"), 0);
    assert!(count(&free, |_, verdict| verdict == "pass") > 600);
    assert_eq!(free["summary"]["spent_usd"], 0.0);
}

#[test]
fn a_server_that_accepts_what_it_must_refuse_runs_up_no_bill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    // Five requests that must be refused are accepted and answered without a price; then nothing more is sent.
    let mock = Server::start(&["--fault", "accept:width.maximum", "--fault", "accept:width.minimum"]);
    let output = airspec(&[
        "conformance",
        "--target",
        &mock.url,
        "--free-only",
        "--case",
        "width.m*",
        "--report",
        path,
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let report = report(folder.path());
    let failed = count(&report, |_, verdict| verdict == "fail");
    let skipped = count(&report, |_, verdict| verdict == "skip");
    assert!(failed == 5 && skipped > 2, "{failed} failed, {skipped} skipped");
}

#[test]
fn a_run_that_ran_out_of_money_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let mock = Server::start(&[]);
    let run = |limit: &str, more: &[&str]| {
        let arguments = ["conformance", "--target", &mock.url, "--case", "*.enum.*", "--case", "*.select.*"];
        airspec(&[&arguments[..], &["--max-cost", limit], more].concat())
    };
    let output = run("0.5", &["--report", first.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    let one = report(&first);
    let skipped = count(&one, |_, verdict| verdict == "skip");
    assert!(skipped > 0 && one["summary"]["spent_usd"].as_f64().unwrap() <= 0.5, "{skipped}");

    let output = run("50", &["--report", second.to_str().unwrap(), "--resume", first.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let two = report(&second);
    assert_eq!(
        count(&two, |_, verdict| verdict == "pass"),
        usize::try_from(two["summary"]["cases"].as_u64().unwrap()).unwrap()
    );
    assert_eq!(one["seed"], two["seed"]);
    assert!(two["summary"]["spent_usd"].as_f64() > one["summary"]["spent_usd"].as_f64());
    // What was done is told as it was found then.
    let done = one["cases"].as_array().unwrap().iter().find(|case| case["verdict"] == "pass").unwrap();
    let again = two["cases"].as_array().unwrap().iter().find(|case| case["id"] == done["id"]).unwrap();
    assert_eq!((&done["request"], &done["detail"]), (&again["request"], &again["detail"]));

    let output = airspec(&["conformance", "--resume", first.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is about target"), "{}", text(&output.stderr));
    let output = airspec(&["conformance", "--resume", "nowhere.json"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_task_that_is_not_in_a_batch_is_priced_like_one_that_is() {
    let case = "type.reject.a-task-that-is-not-in-a-batch";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let run = |more: &[&str]| {
        airspec(&[&["conformance", "--case", case, "--search", "0", "--report", path][..], more].concat())
    };
    let output = run(&["--max-cost", "0"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let report = report(folder.path());
    assert!(report["cases"][0]["detail"].as_str().unwrap().starts_with("not sent: it may cost 0.062"));
    // A lenient server would carry it out: it is not free.
    let output = run(&["--free-only"]);
    assert!(!text(&output.stdout).contains(case), "{}", text(&output.stdout));
    let output = run(&["--plan"]);
    assert!(
        text(&output.stdout)
            .contains("requests to be rejected: 1, of which 1 also contains valid tasks that are billed: "),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn one_folder_is_written_by_one_run_and_gone_on_with_once() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let mock = Server::start(&[]);
    let run = |more: &[&str]| {
        let arguments = ["conformance", "--target", &mock.url, "--case", "width.*", "--max-cost", "9"];
        airspec(&[&arguments[..], &["--search", "0"], more].concat())
    };
    let (one, two) = (first.to_str().unwrap(), second.to_str().unwrap());
    assert_eq!(run(&["--report", one]).status.code(), Some(0));
    let spent = report(&first)["summary"]["spent_usd"].as_f64().unwrap();
    let journal = std::fs::File::open(first.join("spending.jsonl")).unwrap();
    journal.lock().unwrap();
    let output = run(&["--report", one]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("another run is writing"), "{}", text(&output.stderr));
    drop(journal);

    // The report of a run that was killed before it wrote what the journal holds already.
    let mut killed = report(&first);
    killed["cases"] = Value::Array(Vec::new());
    std::fs::write(first.join("report.json"), killed.to_string()).unwrap();
    let output = run(&["--resume", one, "--report", two]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let report = report(&second);
    let cases = report["cases"].as_array().unwrap().iter();
    let held = cases.filter(|case| case["detail"].as_str().unwrap().starts_with("not sent again"));
    let held: Vec<&str> = held.map(|case| case["expect"].as_str().unwrap()).collect();
    assert!(!held.is_empty() && held.iter().all(|expect| *expect == "accept"), "{held:?}");
    let after = report["summary"]["spent_usd"].as_f64().unwrap();
    assert!((after - spent).abs() < 1e-9, "{after} after {spent}: what was billed is not sent again");
}

#[test]
fn a_run_that_passes_its_deadline_tells_so() {
    let output = airspec(&["conformance", "--case", "width.*", "--deadline", "1ms"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("deadline") && said.contains("were not tried"), "{said}");
    for bad in ["0", "1d", "soon"] {
        assert_eq!(airspec(&["conformance", "--deadline", bad]).status.code(), Some(2), "{bad}");
    }
}
