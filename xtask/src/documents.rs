//! Every command in every document is one that its program takes: those of the blocks marked `sh` in Markdown, of the
//! recipes for CI, and of the examples in `--help`. `xtask/tests/documents` runs them.

mod lines;
mod terminal;

use crate::{Arguments, PassedOn, Task, root};
use clap::Parser as _;
use lines::{Line, commands, documents, name, read, shell_lines};
use yaml_rust2::{Yaml, YamlLoader};

/// Programs that are not ours. A word that is neither one of these nor ours is a mistake in a document.
const OTHERS: [&str; 16] = [
    "[", "cargo", "bash", "cp", "cat", "command", "curl", "export", "git", "kubectl", "man", "mdbook",
    "mkdir", "rustup", "$EDITOR", "xdg-open",
];

/// Whether a program takes its arguments; true for one of ours, whose arguments were parsed.
fn parses(words: &[String]) -> Result<bool, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["cargo", "xtask", arguments @ ..] => xtask(arguments).map(|()| true),
        ["airspec", arguments @ ..] => airspec(arguments).map(|()| true),
        [program, ..] if OTHERS.contains(program) => Ok(false),
        [program, ..] => {
            Err(format!("`{program}` is no program of ours, nor one that documents are known to use"))
        }
        [] => Ok(false),
    }
}

fn xtask(arguments: &[&str]) -> Result<(), String> {
    let parsed = Arguments::try_parse_from(std::iter::once(&"xtask").chain(arguments));
    let pass_on = |name: &str, PassedOn { arguments }: PassedOn| {
        let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        airspec(&std::iter::once(name).chain(words.iter().map(String::as_str)).collect::<Vec<_>>())
    };
    match parsed.map_err(|error| error.to_string())?.task {
        Task::Conformance(passed) => pass_on("conformance", passed),
        Task::Faults(passed) => pass_on("faults", passed),
        Task::Fetch(passed) => pass_on("fetch", passed),
        Task::Import(passed) => pass_on("import", passed),
        Task::Merge(passed) => pass_on("merge", passed),
        Task::Mock(passed) => pass_on("mock", passed),
        Task::Report(passed) => pass_on("report", passed),
        Task::Validate(passed) => pass_on("validate", passed),
        Task::Verify(passed) => pass_on("verify", passed),
        Task::Check(passed) => pass_on("check", passed),
        Task::Proxy(passed) => pass_on("proxy", passed),
        Task::Replay(passed) => pass_on("replay", passed),
        Task::Config(passed) => pass_on("config", passed),
        Task::Mcp(passed) => pass_on("mcp", passed),
        Task::Gen(_)
        | Task::Diff(_)
        | Task::Explain(_)
        | Task::Bench(_)
        | Task::Differential(_)
        | Task::Fuzz(_)
        | Task::Rehearse(_)
        | Task::ReleaseNotes(_)
        | Task::Snapshots(_)
        | Task::Tidy(_)
        | Task::Interop(_)
        | Task::Browse(_)
        | Task::Catalogue(_) => Ok(()),
    }
}

fn airspec(arguments: &[&str]) -> Result<(), String> {
    let words = std::iter::once(&"airspec").chain(arguments);
    let parsed = airspec::cli::command().try_get_matches_from(words);
    match parsed {
        Err(error) if error.use_stderr() => Err(error.to_string()),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Checks every line, and gives how many commands of ours there were.
fn check(lines: &[Line]) -> usize {
    let mut wrong = Vec::new();
    let mut ours = 0;
    for line in lines {
        for command in commands(line) {
            match parses(&command) {
                Ok(is_ours) => ours += usize::from(is_ours),
                Err(error) => wrong.push(format!("{}: {}\n{error}", line.document, line.text)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    ours
}

#[test]
fn every_command_in_every_document_parses() {
    let mut ours = 0;
    for path in documents() {
        ours += check(&shell_lines(&name(&path), &read(&path)));
    }
    assert!(ours > 60, "only {ours} commands were found: are the blocks still marked `sh`?");
}

#[test]
fn a_command_that_is_wrong_is_noticed() {
    let wrong = |text: &str| {
        let line = Line { document: String::new(), text: text.to_owned() };
        commands(&line).iter().any(|command| parses(command).is_err())
    };
    for text in [
        "cargo xtask conformanse",
        "cargo xtask conformance --raport x",
        "cargo xtask diff OLD",
        "airspec mock --port x",
        "airspec conformance --case",
        "FOO=1 airspec nothing > file",
        "true && airspec merge",
        "arispec mock",
    ] {
        assert!(wrong(text), "{text}");
    }
    assert!(!wrong("A_B=1 airspec validate - < file | cat # airspec nothing"));
}

#[test]
fn every_example_in_a_help_parses() {
    let mut program = airspec::cli::command();
    program.build();
    let mut lines = Vec::new();
    for command in std::iter::once(&program).chain(program.get_subcommands()) {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let name = command.get_name();
        let examples = text.lines().filter(|line| line.starts_with("  airspec "));
        let before = lines.len();
        lines.extend(examples.map(|line| {
            // What is behind two blanks says what it does.
            let text = line.trim().split("  ").next().unwrap_or_default().to_owned();
            Line { document: format!("airspec {name} --help"), text }
        }));
        assert!(lines.len() > before || name == "help", "{name} --help has no example");
    }
    assert!(check(&lines) > 20);
}

#[test]
fn the_tables_have_every_command_and_every_flag_of_the_suite() {
    let mut program = airspec::cli::command();
    program.build();
    let table = |name: &str, words: Vec<String>| {
        let document = read(&root().join("docs/src").join(name));
        let rows: String = document.lines().filter(|line| line.starts_with('|')).collect();
        let missing: Vec<_> = words.iter().filter(|word| !rows.contains(word.as_str())).collect();
        assert!(missing.is_empty(), "{name} has no row for {missing:?}");
    };
    let commands = program.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help");
    table("reference/commands.md", commands.map(|name| format!("| `{name}` |")).collect());
    let suite = program.find_subcommand("conformance").unwrap();
    let flags = suite.get_arguments().filter_map(clap::Arg::get_long).filter(|name| *name != "help");
    table("how-to/test-a-server.md", flags.map(|name| format!("`--{name}")).collect());
}

/// Every text of a YAML document.
fn texts(yaml: &Yaml, found: &mut Vec<String>) {
    match yaml {
        Yaml::String(text) => found.push(text.clone()),
        Yaml::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Yaml::Hash(members) => members.iter().for_each(|(_, value)| texts(value, found)),
        _ => {}
    }
}

/// A line with a plausible value in the place of each variable.
fn filled(text: &str) -> String {
    let text = regex::Regex::new(r"\$\{\{[^}]*\}\}").unwrap().replace_all(text, "1");
    regex::Regex::new(r"\$\{?[A-Z_]+\}?").unwrap().replace_all(&text, "1").into_owned()
}

#[test]
fn the_recipes_for_ci_are_yaml_and_their_commands_parse() {
    let recipes = [
        ("github-action.yml", 0),
        ("github-actions.yml", 5),
        ("github-follow.yml", 3),
        ("gitlab-ci.yml", 4),
        ("kubernetes.yml", 1),
        ("kubernetes-report.yml", 1),
    ];
    let files = std::fs::read_dir(root().join("docs/ci")).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let files = files.filter(|name| std::path::Path::new(name).extension().is_some_and(|end| end == "yml"));
    assert_eq!(files.count(), recipes.len());
    for (recipe, calls) in recipes {
        let text = read(&root().join("docs/ci").join(recipe));
        let yaml = YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{recipe}: {error}"));
        let mut found = Vec::new();
        for document in &yaml {
            texts(document, &mut found);
        }
        let is_ours = |line: &Line| {
            let is_shell = shlex::split(&line.text).is_some();
            let is_ours = |command: &Vec<String>| command[0] == "airspec" && command.len() > 1;
            is_shell && commands(line).iter().any(is_ours)
        };
        let lines = found.iter().flat_map(|text| text.lines());
        let lines = lines.map(|line| Line { document: recipe.to_owned(), text: filled(line) });
        let lines: Vec<Line> = lines.filter(is_ours).collect();
        // verify and the free run, the proxy where there is one, a shard, merge; or import, diff and the suite.
        assert_eq!(check(&lines), calls, "{recipe}");
    }
}

#[test]
fn the_empty_list_of_deviations_is_one() {
    let path = root().join("docs/ci/deviations.txt");
    airspec_suite::run::deviation::Deviations::read("deviations.txt", &read(&path)).unwrap();
}

/// Where the links of a Markdown file lead to, those to the web left out.
fn links(text: &str) -> Vec<String> {
    let link = regex::Regex::new(r"\]\(([^)#\s]+)(?:#[^)]*)?\)").unwrap();
    let all = link.captures_iter(text).map(|found| found[1].to_owned());
    all.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).collect()
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut count = 0;
    for path in documents() {
        for link in links(&read(&path)) {
            let target = path.parent().unwrap().join(&link);
            assert!(target.exists(), "{}: {link}", name(&path));
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn the_book_has_every_chapter_and_every_model() {
    let book = root().join("docs/src");
    let mut chapters: Vec<String> = documents()
        .iter()
        .filter_map(|path| Some(path.strip_prefix(&book).ok()?.display().to_string()))
        .filter(|name| name != "SUMMARY.md")
        .collect();
    let mut listed = links(&read(&book.join("SUMMARY.md")));
    chapters.sort();
    listed.sort();
    assert_eq!(listed, chapters);
    for model in std::fs::read_dir(root().join("generated/reference")).unwrap() {
        let slug = model.unwrap().file_name().into_string().unwrap();
        let chapter = read(&book.join(format!("reference/{slug}.md")));
        let include = format!("../../../generated/reference/{slug}/README.md");
        assert_eq!(chapter.trim(), format!("{{{{#include {include}}}}}"));
        assert!(book.join("reference").join(include).exists());
    }
}

/// What SECURITY.md promises is shown by tests that are there.
#[test]
fn every_test_that_shows_a_promise_exists() {
    let document = read(&root().join("SECURITY.md"));
    let quoted: Vec<&str> = document.split('`').skip(1).step_by(2).collect();
    let mut sources = String::new();
    let is_rust = |path: &std::path::Path| path.extension().is_some_and(|extension| extension == "rs");
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
                folders.push(path);
            } else if is_rust(&path) {
                sources += &read(&path);
            }
        }
    }
    let is_test = |text: &&str| {
        text.matches('_').count() > 2
            && text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
    };
    let tests: Vec<&str> = quoted.iter().copied().filter(is_test).collect();
    assert!(tests.len() > 25, "{tests:?}");
    let missing: Vec<&str> =
        tests.into_iter().filter(|name| !sources.contains(&format!("fn {name}()"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let is_file = |text: &&str| text.contains('/') && is_rust(std::path::Path::new(text));
    for file in quoted.iter().filter(|text| is_file(text)) {
        assert!(root().join(file).is_file(), "{file}");
    }
}
