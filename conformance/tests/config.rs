//! Flags that are not from the command line, as users have them: a file, variables, and a program between them.

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use support::{KEY, SPEC, Server};

/// The program in a folder, without variables of whoever runs the tests.
fn airspec(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command: Command = support::command(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AIRSPEC_") {
            command.env_remove(&name);
        }
    }
    command.current_dir(folder).envs(variables.iter().copied()).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_run_takes_its_flags_from_the_file_above_it() {
    let server = Server::start(&["--spec", SPEC, "--fault", "accept:width.maximum"]);
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    let url = &server.url;
    let text = format!(
        "target = \"{url}\"\nreport = \"report\"\nspec = \"{SPEC}\"\nseed = 7\n[conformance]\ncase = [\"width.maximum.*\"]\n"
    );
    fs::write(folder.path().join("airspec.toml"), text).unwrap();
    let run = airspec(&inner, &[], &["conformance"]);
    assert_eq!(run.status.code(), Some(1), "{}", err(&run));
    assert!(out(&run).contains("seed 7"), "{}", out(&run));
    assert!(err(&run).contains(&format!("not from the command line: --target {url} (")), "{}", err(&run));
    assert!(folder.path().join("report/report.html").is_file(), "paths start at the folder of the file");
    let run = airspec(&inner, &[("AIRSPEC_SEED", "8")], &["conformance"]);
    assert!(out(&run).contains("seed 8"), "{}", out(&run));
    let run = airspec(&inner, &[("AIRSPEC_SEED", "8")], &["conformance", "--seed", "9"]);
    assert!(out(&run).contains("seed 9"), "{}", out(&run));
    let run = airspec(&inner, &[], &["conformance", "--no-config", "--case", "width.maximum.*"]);
    assert_eq!(run.status.code(), Some(0), "the embedded mock has no fault: {}", err(&run));
}

#[test]
fn what_a_flag_needs_can_be_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("airspec.toml"), "deviations = \"known.txt\"\n").unwrap();
    let run = airspec(folder.path(), &[], &["conformance", "--case", "width.maximum.*", "--fix"]);
    assert_eq!(run.status.code(), Some(0), "{}", err(&run));
    assert!(folder.path().join("known.txt").is_file());
}

#[test]
fn a_wrong_value_is_told_with_its_place_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("airspec.toml");
    for (text, told) in [
        ("[conformance]\njobs = 999\n", "airspec.toml:2: invalid value '999' for '--jobs <N>': use 1 to 256"),
        ("jbos = 1\n", "airspec.toml:1: no command has the flag `jbos`; did you mean `jobs`?"),
        ("jobs = \n", "airspec.toml:1: "),
        ("header = \"X: ${AIRSPEC_NO_SUCH}\"\n", "`header`: the variable AIRSPEC_NO_SUCH is not set"),
    ] {
        fs::write(&file, text).unwrap();
        let run = airspec(folder.path(), &[], &["conformance", "--case", "width.maximum.*"]);
        assert_eq!(run.status.code(), Some(2), "{text}");
        assert!(err(&run).contains(told), "{}", err(&run));
        assert_eq!(err(&run).lines().count(), 1, "{}", err(&run));
        assert_eq!(airspec(folder.path(), &[], &["conformance", "--help"]).status.code(), Some(0));
    }
    let run = airspec(folder.path(), &[("AIRSPEC_TARGET", "")], &["conformance", "--no-config", "--list"]);
    assert_eq!(
        (run.status.code(), &*err(&run)),
        (Some(2), "airspec: AIRSPEC_TARGET is empty: set it to a URL, or unset it\n")
    );
    // A wrong command line is told as ever, with a file and without.
    for text in ["", "jobs = 2\n"] {
        fs::write(&file, text).unwrap();
        for wrong in [
            &["conformance", "--no-such-flag", "*"][..],
            &["conformance", "--seed", "x"],
            &["nothing"],
            &["--no-config"],
        ] {
            let run = airspec(folder.path(), &[], wrong);
            assert_eq!(
                (run.status.code(), err(&run).lines().count()),
                (Some(2), 1),
                "{wrong:?} {}",
                err(&run)
            );
        }
    }
    fs::write(&file, vec![b'#'; 2 << 20]).unwrap();
    let run = airspec(folder.path(), &[], &["config"]);
    assert!(err(&run).contains("larger than 1 MiB"), "{}", err(&run));
    fs::write(&file, [0xff, 0xfe]).unwrap();
    assert_eq!(airspec(folder.path(), &[], &["config"]).status.code(), Some(2));
    let run = airspec(folder.path(), &[("AIRSPEC_CONFIG", "none.toml")], &["config"]);
    assert!(err(&run).starts_with("airspec: none.toml: "), "{}", err(&run));
}

#[test]
fn config_tells_what_holds_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "header = [\"X-Team: ${TEAM_TOKEN}\", \"X-Other: in-the-file\"]\nrate = 2\n[mock]\nport = 9000\n";
    fs::write(folder.path().join("airspec.toml"), text).unwrap();
    let variables = [
        ("TEAM_TOKEN", "very-secret"),
        ("AIRSPEC_RATE", "0.5"),
        ("AIRSPEC_TARGET", &format!("http://127.0.0.1:1/{KEY}")),
        ("AIRSPEC_MAXCOST", "3"),
    ];
    let run = airspec(folder.path(), &variables, &["config"]);
    let text = out(&run);
    assert_eq!(run.status.code(), Some(0), "{}", err(&run));
    for secret in ["very-secret", "in-the-file", KEY] {
        assert!(!text.contains(secret) && !err(&run).contains(secret), "{text}");
    }
    let has = |words: &[&str]| text.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(has(&["all commands", "rate", "0.5", "(AIRSPEC_RATE)"]), "{text}");
    assert!(has(&["all commands", "rate", "2", "airspec.toml:2, replaced)"]), "{text}");
    assert!(has(&["mock ", "port", "9000", "airspec.toml:4)"]), "{text}");
    assert!(has(&["X-Team: …, X-Other: …"]), "{text}");
    assert!(has(&["AIRSPEC_MAXCOST is the variable of no flag"]), "{text}");
}

#[test]
fn colours_are_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let coloured = |variables: &[(&str, &str)], more: &[&str]| {
        let arguments = [&["conformance", "--case", "width.maximum.*"], more].concat();
        out(&airspec(folder.path(), variables, &arguments)).contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&[], &["--color", "always"]));
    assert!(coloured(&[("FORCE_COLOR", "1")], &[]));
    assert!(!coloured(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!coloured(&[("FORCE_COLOR", "1")], &["--color", "never"]));
    assert!(coloured(&[("NO_COLOR", "1")], &["--color", "always"]));
}

fn schema(of: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    serde_json::from_str(&out(&airspec(folder.path(), &[], &["config", "--schema", of]))).unwrap()
}

/// The schema and the program come to the same verdict.
#[test]
fn the_schema_of_the_file_takes_what_the_program_takes() {
    let validator = jsonschema::draft202012::new(&schema("flags")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (text, is_right) in [
        ("", true),
        (
            "target = \"http://127.0.0.1:1/v1\"\nmax-cost = 5\nverbose = true\ncase = \"a\"\ncolor = \"never\"\n",
            true,
        ),
        ("report = \"out\"\n[report]\nout = \"x\"\n", false),
        ("[report]\nout = \"x\"\n[proxy]\nlisten = \"127.0.0.1:0\"\n", true),
        ("[conformance]\ncase = [\"a\", \"b\"]\ncompare = [\"http://a\", \"http://b\"]\n", true),
        ("[conformance]\nport = 1\n", false),
        ("[nothing]\n", false),
        ("[config]\n", false),
        ("verbose = \"yes\"\n", false),
        ("seed = true\n", false),
        ("seed = [[1]]\n", false),
        ("list = true\n", false),
        ("config = \"x\"\n", false),
        ("max-cots = 1\n", false),
    ] {
        fs::write(folder.path().join("airspec.toml"), text).unwrap();
        let run = airspec(folder.path(), &[], &["config"]);
        assert_eq!(run.status.success(), is_right, "{text}\n{}", err(&run));
        // A key that stands twice is no TOML.
        if let Ok(value) = toml::from_str::<toml::Value>(text) {
            assert_eq!(validator.is_valid(&serde_json::to_value(value).unwrap()), is_right, "{text}");
        }
    }
}

/// Every key that the mock takes is in its schema, with the values that it takes.
#[test]
fn the_schema_of_the_settings_of_a_mock_takes_what_the_mock_takes() {
    let schema = schema("mock-settings");
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let verdict = |text: &str| {
        let value: toml::Value = toml::from_str(text).unwrap();
        let is_taken = airspec_mock::Settings::from_toml(text).is_ok();
        assert_eq!(validator.is_valid(&serde_json::to_value(value).unwrap()), is_taken, "{text}");
        is_taken
    };
    // The example of the documentation has every setting but those that are switched off.
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("mock/README.md")).unwrap();
    let example = readme.split("```toml\n").find_map(|part| part.strip_prefix("seed = 0")).unwrap();
    assert!(verdict(&format!("seed = 0{}", example.split("```").next().unwrap())));
    let told = airspec_mock::Settings::from_toml("none = 1").unwrap_err().to_string();
    let names: Vec<&str> = told.split('`').skip(3).step_by(2).filter(|name| *name != "weather").collect();
    assert!(names.len() > 20, "{told}");
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.len(), names.len(), "{told}");
    for name in names {
        assert!(properties.contains_key(name), "{name}");
    }
    let told = airspec_mock::Settings::from_toml("[network]\nnone = 1").unwrap_err().to_string();
    let (_, names) = told.split_once(": use ").unwrap();
    let names: Vec<&str> = names.split([',', ' ']).filter(|name| !["", "or"].contains(name)).collect();
    let properties = schema["properties"]["network"]["properties"].as_object().unwrap();
    assert_eq!(properties.len(), names.len(), "{names:?}");
    for name in names {
        assert!(properties.contains_key(name), "{name}");
    }
    for (text, is_right) in [
        ("pace = \"250ms\"\nidle = \"2m\"\nretries = [\"1.5s\", \"0\"]\n", true),
        ("pace = \"250\"\n", false),
        ("pace = 250\n", false),
        ("retries = [\"x\"]\n", false),
        ("mixed-status = 207\n", true),
        ("mixed-status = 600\n", false),
        ("reach = \"anywhere\"\n", true),
        ("reach = \"moon\"\n", false),
        ("max-connections = 0\n", false),
        ("max-body = 1073741825\n", false),
        ("public-url = \"ftp://x\"\n", false),
        ("[network]\nerror = 1.5\n", false),
        ("[network]\nerror = 0.5\nretry-after = \"none\"\nrate = 2.5\nbalance = 0\nstatus = 418\n", true),
        ("[network]\nstatus = 200\n", false),
        ("[network]\nrate = 0\n", false),
        ("[codes]\n\"width.maximum\" = \"tooWide\"\n", true),
        ("[codes]\n\"width.maximum\" = 3\n", false),
    ] {
        assert_eq!(verdict(text), is_right, "{text}");
    }
}
