//! Every example is run as a reader would run it, and does what it says.

use airspec_media::{Container, probe};
use airspec_mock::{Engine, Key, Mock, Settings};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The folder of the examples, which are built first: a test of its own name would run what was built before. The call
/// is that of all tests, whose features they share, so that nothing is compiled twice.
fn examples() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args(["test", "--quiet", "--workspace", "--no-run"]);
        // Build scripts that look at what cargo tells tests of their package would run again, here and afterwards.
        let told = ["CARGO_PKG_", "CARGO_MANIFEST_"];
        for (name, _) in std::env::vars_os() {
            if told.iter().any(|start| name.to_string_lossy().starts_with(start)) {
                cargo.env_remove(name);
            }
        }
        assert!(cargo.status().unwrap().success());
        let test = std::env::current_exe().unwrap();
        test.ancestors().nth(2).unwrap().join("examples")
    })
}

fn command(example: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(examples().join(format!("{example}{}", std::env::consts::EXE_SUFFIX)));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

fn run(example: &str, folder: &Path, arguments: &[&str]) -> Output {
    command(example, folder, arguments).output().unwrap()
}

/// What an example prints that ends well.
fn printed(example: &str, folder: &Path, arguments: &[&str]) -> String {
    let output = run(example, folder, arguments);
    assert!(output.status.success(), "{example}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_example_is_run_by_a_test() {
    let here =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples.rs")).unwrap();
    let folder = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let names: Vec<String> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 11);
    assert!(names.iter().all(|name| here.contains(&format!("(\"{name}\", "))), "{names:?}");
}

#[test]
fn an_image_goes_into_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let told = printed("generate_image", folder.path(), &["--out", "lighthouse.png"]);
    let bytes = std::fs::read(folder.path().join("lighthouse.png")).unwrap();
    assert_eq!(told, format!("lighthouse.png: {} bytes\n", bytes.len()));
    let found = probe(&bytes).unwrap();
    assert_eq!((found.container, found.size()), (Container::Png, Some((1024, 768))));
}

/// With `--base-url`, the key comes from the environment and from nowhere else.
#[test]
fn a_server_of_ones_own_gets_the_key_of_the_environment() {
    let key = "sk-0123456789abcdef";
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let settings = Settings { key: Some(Key::new(key)), ..Settings::default() };
    let (_, text) = airspec_spec::documents()[0];
    let model = airspec_spec::read(&airspec_spec::Source::new("spec", text)).unwrap();
    let mock = runtime.block_on(Mock::start(Engine::new(model, settings).unwrap())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = |key: Option<&str>| {
        let mut command = command("generate_image", folder.path(), &["--base-url", &mock.url()]);
        match key {
            Some(key) => command.env("RUNWARE_API_KEY", key),
            None => command.env_remove("RUNWARE_API_KEY"),
        };
        let output = command.output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(told).unwrap())
    };
    let (is_good, told) = run(Some(key));
    assert!(is_good && told.starts_with("image.png: "), "{told}");
    let (is_good, told) = run(Some("sk-of-somebody-else"));
    assert!(!is_good && told.contains("invalidApiKey") && !told.contains("sk-of-somebody-else"), "{told}");
    let (is_good, told) = run(None);
    assert!(!is_good && told.contains("no key: set RUNWARE_API_KEY"), "{told}");
}

#[test]
fn an_image_is_made_from_others() {
    let folder = tempfile::tempdir().unwrap();
    let cat = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/cat.png");
    printed("edit_image", folder.path(), &["--reference", cat.to_str().unwrap()]);
    let found = probe(&std::fs::read(folder.path().join("edited.webp")).unwrap()).unwrap();
    assert_eq!((found.container, found.size()), (Container::Webp, Some((512, 512))));
    std::fs::write(folder.path().join("cat.txt"), "a cat").unwrap();
    let refused = run("edit_image", folder.path(), &["--reference", "cat.txt"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && told.contains("of an unknown type, and not PNG, JPEG or WebP"),
        "{told}"
    );
}

#[test]
fn images_come_by_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let told = printed("webhook", folder.path(), &[]);
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines.len() == 3 && lines[0].starts_with("accepted "), "{told}");
    assert!(lines[1].starts_with("image 1 at http://127.0.0.1:"), "{told}");
    assert!(lines[2].starts_with("image 2 at http://127.0.0.1:"), "{told}");
}

#[test]
fn of_a_batch_what_worked_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let told = printed("partial_failure", folder.path(), &[]);
    let expected = "done: a lighthouse (0.006 USD)\n\
        failed: a lighthouse in every detail (top up the account, then send this task again)\n\
        done: a harbour (0.006 USD)\n\
        1 of 3 failed\n";
    assert_eq!(told, expected);
}

#[test]
fn a_task_is_collected_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let told = printed("restart", folder.path(), &[]);
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines.len() == 3 && lines[0] == "submitted a task of 2 images", "{told}");
    for number in 1..=2 {
        let found =
            probe(&std::fs::read(folder.path().join(format!("image-{number}.jpg"))).unwrap()).unwrap();
        assert_eq!((found.container, found.size()), (Container::Jpeg, Some((1024, 768))));
    }
    assert!(!folder.path().join("unfinished.txt").exists());
}

#[test]
fn a_refusal_of_the_content_policy_is_handled_at_once_and_in_a_poll() {
    let folder = tempfile::tempdir().unwrap();
    let told = printed("moderation", folder.path(), &[]);
    let lines: Vec<&str> = told.lines().collect();
    for (line, delivery) in lines.iter().zip(["sync", "async"]) {
        let start =
            format!("{delivery}: the prompt was refused, ask for another one (contentPolicyViolation: ");
        assert!(line.starts_with(&start), "{told}");
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_budget_ends_the_sending() {
    let folder = tempfile::tempdir().unwrap();
    let told = printed("budget", folder.path(), &[]);
    let lines: Vec<&str> = told.lines().collect();
    // Seven images of 0.006 US dollars: a further one may cost 0.062, and 0.058 is left.
    assert_eq!(lines.len(), 9, "{told}");
    assert_eq!(lines[6], "image 7: Some(0.006) US dollars");
    assert!(lines[7].contains("up to 0.062") && lines[7].ends_with("0.058 left: it was not sent"), "{told}");
    assert_eq!(lines[8], "spent 0.042 of 0.1 US dollars");
}

#[test]
fn an_http_client_of_ones_own_saves_an_image() {
    let folder = tempfile::tempdir().unwrap();
    printed("own_http_client", folder.path(), &["--out", "own.jpg"]);
    let found = probe(&std::fs::read(folder.path().join("own.jpg")).unwrap()).unwrap();
    assert_eq!((found.container, found.size().unwrap().0), (Container::Jpeg, 1024));
}

#[test]
fn a_file_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let task = |width: u32| {
        format!(
            r#"{{"taskType": "imageInference", "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63",
                 "model": "openai:gpt-image@2", "positivePrompt": "hello", "width": {width}, "height": 64}}"#
        )
    };
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("good.json", &task(64));
    write("bad.json", &format!("[{}]", task(65)));
    assert_eq!(printed("validate_file", folder.path(), &["good.json"]), "good.json: valid, 1 to send\n");
    let bad = run("validate_file", folder.path(), &["bad.json"]);
    assert_eq!(bad.status.code(), Some(1));
    let told = String::from_utf8(bad.stdout).unwrap();
    let expected = "bad.json: /0/width: must be a multiple of 16, found 65; nearest legal values: 64 and 80 \
                    [width.multipleOf]\n";
    assert_eq!(told, expected);
    assert_eq!(run("validate_file", folder.path(), &["none.json"]).status.code(), Some(2));
}

#[test]
fn the_suite_is_part_of_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let told = printed("own_test_suite", folder.path(), &[]);
    assert!(told.ends_with(" cases, 0 failed\n") && !told.starts_with('0'), "{told}");
    let faulty = run("own_test_suite", folder.path(), &["--fault", "accept:width.maximum"]);
    let told = String::from_utf8(faulty.stdout).unwrap();
    assert!(faulty.status.code() == Some(1) && told.starts_with("width.maximum."), "{told}");
}

#[test]
fn a_gateway_validates_before_it_forwards() {
    let folder = tempfile::tempdir().unwrap();
    let told = printed("gateway", folder.path(), &[]);
    let lines: Vec<&str> = told.lines().skip(1).collect();
    assert!(lines[0].starts_with("forwarded: image "), "{told}");
    let expected = [
        "refused: HTTP 400",
        "  /taskUUID: is required",
        "  /positivePrompt: is required",
        "  /width: must be a multiple of 16, found 500; nearest legal values: 496 and 512",
    ];
    assert_eq!(lines[1..], expected);
}
