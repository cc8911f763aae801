//! Instructions, which are the same on a machine that is busy: counted by cachegrind, and compared with those that
//! `PERFORMANCE.md` states. They depend on the compiler, on the standard library's choice for the processor, and on
//! nothing else.

use super::page;
use super::scratch::{Scratch, models};
use super::table::{Table, Unit};
use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::{Command, Stdio};

const GROUP: &str = "instructions";

/// The ways from a request to a verdict.
const WAYS: [&str; 2] = ["from memory", "from text"];

/// Nothing is said of changes below that, in hundredths.
const NOTABLE: f64 = 1.0;

/// Checks one of the samples of the benches so many times; without arguments it lists them.
const MAIN: &str = r#"
use airspec_models::openai_gpt_image_2::Request;
use std::hint::black_box;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, name, times] = &*arguments else {
        return corpus::samples().iter().for_each(|sample| println!("{}", sample.name));
    };
    let sample = corpus::samples().into_iter().find(|sample| sample.name == *name).unwrap();
    let text = sample.value.to_string();
    let request: Request = serde_json::from_value(sample.value).unwrap();
    for _ in 0..times.parse().unwrap() {
        if way == "from text" {
            black_box(Request::from_json(black_box(&text)).map_err(|violations| violations.to_string())).ok();
        } else {
            black_box(black_box(&request).validate().map_err(|violations| violations.to_string())).ok();
        }
    }
}
"#;

pub(super) fn measure(root: &Path, table: &mut Table) -> anyhow::Result<()> {
    if !Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|ran| ran.success())
    {
        table.skipped.push("instructions: valgrind is not installed".to_owned());
        return Ok(());
    }
    let corpus = root.join("generated/benches/corpus/mod.rs");
    let main =
        format!("#[allow(dead_code)]\n#[path = {:?}]\nmod corpus;\n{MAIN}", corpus.display().to_string());
    let folder = crate::target(root).join("bench/instructions");
    let dependencies = format!("{}\nserde_json = \"1\"", models(root, ""));
    let scratch = Scratch::new(folder, &dependencies, &main)?;
    scratch.cargo(&["build", "--release"])?;
    let listed = Command::new(scratch.program()).output()?;
    let stated = std::fs::read_to_string(root.join("PERFORMANCE.md"))?;
    let stated = page::of(&stated, GROUP).unwrap_or_default();
    for sample in String::from_utf8(listed.stdout)?.lines() {
        // Once is enough where a million instructions are executed.
        let times = if sample.contains("MB") { 1 } else { 10 };
        for (column, way) in WAYS.into_iter().enumerate() {
            let count = |times: u32| counted(&scratch.program(), way, sample, times);
            let found = (count(1 + times)? - count(1)?) / f64::from(times);
            table.add(GROUP, sample, way, found.round(), Unit::Count);
            if let Some(change) = change(stated, sample, column, found) {
                eprintln!("{sample}, {way}: {change}");
            }
        }
    }
    Ok(())
}

/// How a count differs from the one that is stated, if that is worth saying.
fn change(stated: &str, sample: &str, column: usize, found: f64) -> Option<String> {
    let row = stated.lines().find_map(|line| line.strip_prefix(&*format!("| {sample} |")))?;
    let before: f64 = row.split('|').nth(column)?.trim().parse().ok()?;
    let percent = (found / before - 1.0) * 100.0;
    (percent.abs() >= NOTABLE).then(|| format!("{before} before, {found:.0} now ({percent:+.1} %)"))
}

/// The instructions of a whole run.
fn counted(program: &Path, way: &str, sample: &str, times: u32) -> anyhow::Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .args([way, sample, &times.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind fails: {said}");
    total(&said).context("valgrind says no count")
}

/// The count in what valgrind says: `==1== I   refs:      82,220,283`.
fn total(said: &str) -> Option<f64> {
    let counts = said.lines().filter_map(|line| line.split_once(" refs:"));
    let (_, count) = counts.into_iter().find(|(before, _)| before.trim_end().ends_with(" I"))?;
    count.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_however_the_line_is_indented() {
        let lines = "==1== D refs: 1\n==1== I   refs:      82,220,283\n";
        assert_eq!(total(lines), Some(82_220_283.0));
        assert_eq!(total("==1== I refs: 7"), Some(7.0));
        assert_eq!(total("==1== Command: refs"), None);
    }

    #[test]
    fn a_change_is_told_from_one_percent_on() {
        let stated = "| small, valid | 100 | 2000 |\n";
        let of = |column, found| change(stated, "small, valid", column, found);
        assert_eq!(of(0, 100.9), None);
        assert_eq!(of(0, 101.0).unwrap(), "100 before, 101 now (+1.0 %)");
        assert_eq!(of(1, 1000.0).unwrap(), "2000 before, 1000 now (-50.0 %)");
        assert_eq!(change(stated, "full, valid", 0, 1.0), None);
    }
}
