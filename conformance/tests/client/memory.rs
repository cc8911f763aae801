//! A server does not decide how much memory the client takes. Each answer is read by a process of its own with little
//! address space, which tells its peak.
#![cfg(target_os = "linux")]

use crate::gpt_image::{DeliveryMethod, Request};
use crate::support::{KEY, Script, answer, quick, required};
use airspec_models::client::{Client, Finished, Settings};
use airspec_models::{Uuid, Valid};
use std::process::Command;

const TASK: &str = "7f4e4a6e-9a3c-4d6c-8a64-000000000007";
/// What the process may address, in KiB, and what it may take, in MB.
const ADDRESSES: u32 = 700_000;
const MAX_MEMORY: u64 = 300;
const MIB: usize = 1 << 20;

fn two_images() -> Valid<Request> {
    let task = Request::builder(required()).delivery_method(DeliveryMethod::Async).number_results(2);
    task.task_uuid(TASK.parse::<Uuid>().unwrap()).build().unwrap()
}

/// What the process does that the others start.
#[test]
#[ignore = "started by the tests of this file, with an address to ask"]
fn in_little_memory() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let settings: Settings = quick(&std::env::var("ADDRESS").unwrap()).retries(1);
    let settings = settings.polling(std::time::Duration::from_secs(3));
    let outcome = runtime.block_on(Client::new(KEY, settings).unwrap().run(&two_images()));
    match outcome {
        Ok(Finished { results, omitted, shortfall, .. }) => {
            println!("told: {} results, {omitted} omitted, {shortfall:?}", results.len());
        }
        Err(error) => {
            println!("told: billed {}, {}", error.may_be_billed(), error.to_string().replace('\n', " "));
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap());
}

/// What a process says of answers, and its peak in MB.
fn ask(script: &Script) -> (String, u64) {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("ulimit -v {ADDRESSES}; exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap());
    shell.args(["--exact", "memory::in_little_memory", "--ignored", "--nocapture", "--test-threads=1"]);
    let output = shell.env("ADDRESS", &script.url).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let told = text.lines().find_map(|line| Some(line.split_once("told: ")?.1)).unwrap();
    let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = peak.trim().trim_end_matches(" kB").trim().parse().unwrap();
    (told.to_owned(), kib * 1024 / 1_000_000)
}

fn item(members: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"{TASK}","imageUUID":"x","imageURL":"u"{members}}}"#)
}

fn data(items: &str) -> Vec<u8> {
    answer(200, &format!(r#"{{"data":[{items}]}}"#))
}

/// Asks a server with those answers, whatever it costs in memory; what the client says.
async fn told(answers: Vec<Vec<u8>>) -> String {
    let script = Script::start(answers).await;
    let (told, peak) = tokio::task::spawn_blocking(move || ask(&script)).await.unwrap();
    assert!(peak < MAX_MEMORY, "{peak} MB: {told}");
    told
}

#[tokio::test]
async fn small_values_in_large_numbers_take_little_memory() {
    let told_of = |body: String| async move { told(vec![data(&body)]).await };
    // Three bytes each, which were 6 GB when they were decoded.
    let told = told_of("[],".repeat(10_000_000) + "[]").await;
    assert!(told.contains("billed true") && told.contains("and 9999993 more"), "{told}");
    let told = told_of(item(&format!(r#","o":[{}0]"#, r#"{"":0},"#.repeat(3_000_000)))).await;
    assert!(told.contains("billed true") && told.contains("values"), "{told}");
    let items: Vec<String> =
        (0..100_000).map(|number| item("").replace("\"x\"", &format!("\"{number}\""))).collect();
    let told = told_of(items.join(",")).await;
    assert!(told.starts_with("4 results, 99996 omitted"), "{told}");
    let told = told_of((item("") + ",").repeat(100_000) + &item("")).await;
    assert!(told.starts_with("1 results, 0 omitted"), "a repeated result counts once: {told}");
}

#[tokio::test]
async fn errors_in_large_numbers_and_of_great_length_take_little_memory() {
    let many = r#"{"code":"invalidWidth","message":"m"},"#.repeat(1_000_000);
    let many = answer(400, &format!(r#"{{"errors":[{many}0]}}"#));
    let said = told(vec![many]).await;
    assert!(said.starts_with("billed false, invalidWidth: m") && said.len() < 1000, "{said}");
    let long = format!(r#"{{"code":"\/{}","message":"m"}}"#, "A".repeat(70 * MIB));
    let said = told(vec![answer(400, &format!(r#"{{"errors":[{long}]}}"#))]).await;
    assert!(said.starts_with("billed false, /AAAA") && said.len() < 2000, "{}", said.len());
}

#[tokio::test]
async fn the_longest_answer_is_read_within_the_bound_and_a_longer_one_is_not_read() {
    // A backslash makes a text take twice its length while it is decoded.
    let image = item(&format!(r#","imageBase64Data":"\/{}""#, "A".repeat(71 * MIB)));
    let said = told(vec![data(&image)]).await;
    assert!(said.starts_with("1 results"), "{said}");
    let endless = format!("{:x}\r\n{}\r\n", MIB, " ".repeat(MIB)).repeat(100);
    let endless = format!("HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n{endless}0\r\n\r\n");
    let said = told(vec![endless.into()]).await;
    assert!(said.starts_with("billed true, larger than"), "{said}");
}

#[tokio::test]
async fn polls_that_repeat_a_large_result_are_read_within_the_bound() {
    let accepted = format!(r#"{{"taskType":"imageInference","taskUUID":"{TASK}"}}"#);
    let image = item(&format!(r#","status":"success","imageBase64Data":"\/{}""#, "A".repeat(71 * MIB)));
    let open = item(r#","status":"processing""#);
    let said = told(vec![data(&accepted), data(&format!("{image},{open}"))]).await;
    assert!(said.starts_with("1 results, 0 omitted, Some(not finished after"), "{said}");
}
