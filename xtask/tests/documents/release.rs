//! What a release is made and installed with: the archive, its names in every place, the scripts of the action.

use super::lines::read;
use super::sandbox::{Server, airspec, workspace};
use std::path::Path;
use std::process::{Command, Output};
use yaml_rust2::{Yaml, YamlLoader};

/// A script of the workspace, with bash and the usual programs alone.
fn bash(script: &str, arguments: &[&Path], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new("bash");
    command.arg(workspace().join(script)).args(arguments).env_clear().env("PATH", "/usr/bin:/bin");
    command.envs(settings.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The targets for which the workflow builds.
fn targets() -> Vec<String> {
    let workflow =
        &YamlLoader::load_from_str(&read(&workspace().join(".github/workflows/release.yml"))).unwrap()[0];
    let matrix = &workflow["jobs"]["build"]["strategy"]["matrix"]["include"];
    let target = |entry: &Yaml| entry["target"].as_str().unwrap().to_owned();
    matrix.as_vec().unwrap().iter().map(target).collect()
}

/// The names that `cargo binstall` derives from the manifest: of the archive, and of the program in it.
fn binstall(target: &str) -> (String, String) {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(workspace())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "airspec").unwrap();
    let binstall = &package["metadata"]["binstall"];
    assert_eq!(binstall["pkg-fmt"], "tgz");
    let ending = if target.contains("windows") { ".exe" } else { "" };
    let filled = |name: &str| {
        let values =
            [("target", target), ("bin", "airspec"), ("binary-ext", ending), ("repo", "R"), ("version", "V")];
        let template = binstall[name].as_str().unwrap().to_owned();
        values.iter().fold(template, |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
    };
    let url = filled("pkg-url");
    (url.strip_prefix("R/releases/download/vV/").unwrap().to_owned(), filled("bin-dir"))
}

#[test]
fn every_target_is_packed_under_the_names_that_installers_use() {
    let action = read(&workspace().join(".github/action/install.sh"));
    let targets = targets();
    assert_eq!(targets.len(), 5);
    for target in targets {
        let folder = tempfile::tempdir().unwrap();
        let (archive, program) = binstall(&target);
        std::fs::write(folder.path().join(Path::new(&program).file_name().unwrap()), "a program").unwrap();
        let packed = bash(
            ".github/release/pack.sh",
            &[Path::new(&target), folder.path(), &folder.path().join("out")],
            &[],
        );
        assert!(packed.status.success(), "{}", text(&packed.stderr));
        let list =
            Command::new("tar").arg("-tzf").arg(folder.path().join("out").join(&archive)).output().unwrap();
        let names = text(&list.stdout);
        assert!(names.lines().any(|name| name == program), "{program} in {archive}: {names}");
        assert!(names.contains("LICENSE-MIT") && names.contains("LICENSE-APACHE"), "{names}");
        assert!(action.contains(&format!("target={target} ;;")), "{target} in install.sh");
    }
}

/// A release in a folder, as the workflow publishes it, with a program that prints its name.
fn release(folder: &Path) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let files = folder.join(format!("releases/v{version}"));
    std::fs::create_dir_all(&files).unwrap();
    let program = folder.join("airspec");
    std::fs::copy(airspec(), &program).unwrap();
    let packed =
        bash(".github/release/pack.sh", &[Path::new("x86_64-unknown-linux-musl"), folder, &files], &[]);
    assert!(packed.status.success(), "{}", text(&packed.stderr));
    let sums = ["-c", "sha256sum -- *.tar.gz > SHA256SUMS"];
    assert!(Command::new("sh").args(sums).current_dir(&files).status().unwrap().success());
    format!("file://{}/releases", folder.display())
}

/// Runs the installer of the action, and tells its code, what it printed and the folder that it adds to the path.
fn install(folder: &Path, releases: &str, architecture: &str) -> (Option<i32>, String, String) {
    let (temporary, path) = (folder.join("temporary"), folder.join("path"));
    std::fs::create_dir_all(&temporary).unwrap();
    std::fs::write(&path, "").unwrap();
    // Building takes minutes: what would be called is printed.
    let programs = folder.join("programs");
    std::fs::create_dir_all(&programs).unwrap();
    super::sandbox::script(&programs.join("cargo"), "echo called: cargo \"$@\"\n");
    let output = bash(
        ".github/action/install.sh",
        &[],
        &[
            ("PATH", &format!("{}:/usr/bin:/bin", programs.display())),
            ("AIRSPEC_RELEASES", releases),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", architecture),
            ("RUNNER_TEMP", temporary.to_str().unwrap()),
            ("GITHUB_PATH", path.to_str().unwrap()),
        ],
    );
    let printed = text(&output.stdout) + &text(&output.stderr);
    (output.status.code(), printed, read(&path).trim().to_owned())
}

#[test]
fn the_action_installs_the_release_of_its_version_and_checks_it() {
    let folder = tempfile::tempdir().unwrap();
    let releases = release(folder.path());
    let (code, printed, added) = install(folder.path(), &releases, "X64");
    assert_eq!(code, Some(0), "{printed}");
    let installed = Command::new(Path::new(&added).join("airspec")).arg("--version").output().unwrap();
    assert_eq!(text(&installed.stdout).trim(), format!("airspec {}", env!("CARGO_PKG_VERSION")));

    // A machine without a binary, and a version without a release, build the checkout.
    for (releases, architecture) in [(releases.as_str(), "RISCV64"), ("file:///nowhere", "X64")] {
        let (code, printed, added) = install(folder.path(), releases, architecture);
        assert_eq!(code, Some(0), "{printed}");
        assert!(printed.contains("called: cargo install --locked --path"), "{printed}");
        assert!(added.ends_with("/bin"), "{added}");
    }

    let version = env!("CARGO_PKG_VERSION");
    let archive = format!("releases/v{version}/airspec-x86_64-unknown-linux-musl.tar.gz");
    std::fs::write(folder.path().join(archive), "something else").unwrap();
    let (code, printed, added) = install(folder.path(), &releases, "X64");
    assert_eq!((code, added.as_str()), (Some(2), ""), "{printed}");
    assert!(printed.contains("does not have the checksum"), "{printed}");
}

#[test]
fn the_action_annotates_and_sums_up_what_the_suite_finds() {
    let server = Server::faulty();
    let folder = tempfile::tempdir().unwrap();
    let files = ["output", "summary"].map(|name| folder.path().join(name));
    for file in &files {
        std::fs::write(file, "").unwrap();
    }
    let report = folder.path().join("the report");
    let program = airspec();
    let run = |arguments: &str| {
        bash(
            ".github/action/run.sh",
            &[],
            &[
                ("PATH", &format!("{}:/usr/bin:/bin", program.parent().unwrap().display())),
                ("RUNWARE_API_KEY", "any"),
                ("AIRSPEC_ACTION_TARGET", &server.url),
                ("AIRSPEC_ACTION_ARGS", arguments),
                ("AIRSPEC_ACTION_REPORT", report.to_str().unwrap()),
                ("GITHUB_OUTPUT", files[0].to_str().unwrap()),
                ("GITHUB_STEP_SUMMARY", files[1].to_str().unwrap()),
            ],
        )
    };
    let output = run("--case 'width.m*' --seed 7 --search 0");
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}{}", text(&output.stderr));
    let annotations: Vec<&str> = printed.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(annotations.len(), 1, "{printed}");
    let annotation = annotations[0];
    assert!(annotation.contains("title=width.maximum::breaks-page, "), "{printed}");
    assert!(annotation.contains("cases: accepted against `maximum`: "), "{printed}");
    // What the server says is printed while commands are off.
    let first = printed.lines().next().unwrap();
    let token = first.strip_prefix("::stop-commands::").unwrap();
    assert!(printed.contains(&format!("\n::{token}::\n")), "{printed}");
    assert_eq!(read(&files[0]), "outcome=does-not-conform\n");
    assert!(read(&files[1]).contains("does not conform: "));

    let wrong = run("--no-such-flag '*'");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("--no-such-flag"));
}
