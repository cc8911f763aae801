//! What is in the way of a file, and what must never happen to it.

use super::*;
use std::collections::BTreeSet;

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn only(name: &str) -> BTreeSet<String> {
    BTreeSet::from([name.to_owned()])
}

#[test]
fn a_file_is_replaced_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    for text in ["one", "two"] {
        replace(&path, text.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    try_place(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "two");
    assert_eq!(names(folder.path()), only("report.json"));
}

#[test]
fn what_cannot_be_written_is_told_in_plain_words_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("folder");
    fs::create_dir(&inside).unwrap();
    for (path, words) in [
        (inside.clone(), "is a folder, and must be a file"),
        (folder.path().join("nowhere/report.json"), "No such file or directory"),
        (PathBuf::from("/dev/null"), "is no ordinary file"),
    ] {
        for error in [replace(&path, b"x").unwrap_err(), try_place(&path).unwrap_err()] {
            let text = error.to_string();
            assert!(text.starts_with(&path.display().to_string()) && text.contains(words), "{text}");
            assert!(!text.contains(".part"), "{text}");
        }
    }
    assert_eq!(names(folder.path()), only("folder"));
    assert!(names(&inside).is_empty());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("victim"), "precious").unwrap();
    // The place itself, and every name that an earlier version took for its temporary file.
    for link in ["report.json", "report.json.part", ".report.json.part"] {
        symlink("victim", place(link)).unwrap();
    }
    symlink("nowhere", place("dangling")).unwrap();
    for name in ["report.json", "dangling"] {
        try_place(&place(name)).unwrap();
        assert!(place(name).is_symlink(), "trying changes nothing");
        replace(&place(name), b"text").unwrap();
        assert!(!place(name).is_symlink(), "the link is replaced");
        assert_eq!(fs::read_to_string(place(name)).unwrap(), "text");
    }
    assert_eq!(fs::read_to_string(place("victim")).unwrap(), "precious");
    assert!(!place("nowhere").exists() && place("report.json.part").is_symlink());
    // The permissions are those that any new file gets.
    fs::write(place("other"), "").unwrap();
    let mode = |name: &str| fs::metadata(place(name)).unwrap().permissions().mode();
    assert_eq!(mode("report.json"), mode("other"));
}

#[test]
fn many_writers_of_one_file_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let text = |writer: usize| format!("{writer}").repeat(50_000);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (path, text) = (&path, text(writer));
            scope.spawn(move || {
                for _ in 0..50 {
                    replace(path, text.as_bytes()).unwrap();
                    let found = fs::read(path).unwrap();
                    assert_eq!(found.len(), 50_000);
                    assert!(
                        found.iter().all(|byte| *byte == found[0]),
                        "never a part of one and a part of another"
                    );
                }
            });
        }
    });
    assert_eq!(names(folder.path()), only("report.json"));
}
