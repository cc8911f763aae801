//! Documents that were read before, each with what identifies its version, so that an unchanged one is not sent again.
//!
//! A cache saves time and nothing else: a folder that cannot be used, and an entry that is damaged, are as none.

use airspec_report::replace;
use airspec_suite::run::Version;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A folder of documents, or none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cache {
    folder: Option<PathBuf>,
}

/// A document that was read before.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) version: Version,
    pub(crate) text: String,
}

/// The first line of a file; the text follows.
#[derive(Serialize, Deserialize)]
struct Head {
    address: String,
    etag: Option<String>,
    modified: Option<String>,
    bytes: usize,
}

impl Cache {
    /// In the folder that is named, or else in that of the user's programs; an empty name is none.
    pub(crate) fn of_user(named: Option<&Path>) -> Self {
        let variable =
            |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let of_user = || {
            let folder = variable("XDG_CACHE_HOME")
                .or_else(|| variable("LOCALAPPDATA"))
                .or_else(|| Some(variable("HOME")?.join(".cache")));
            folder.filter(|folder| folder.is_absolute()).map(|folder| folder.join("airspec"))
        };
        let folder = named.map_or_else(of_user, |named| Some(named.to_owned()));
        Self { folder: folder.filter(|folder| !folder.as_os_str().is_empty()) }
    }

    /// No cache.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    fn file(&self, address: &str) -> Option<PathBuf> {
        let name: String = address
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' })
            .collect();
        // Long addresses share a name; the first line of the file tells them apart.
        let end = name.len().saturating_sub(120);
        Some(self.folder.as_ref()?.join(format!("published{}", &name[end..])))
    }

    /// The document of an address, if it is there, whole, and can be asked for by version.
    pub(crate) fn get(&self, address: &str, bytes: usize) -> Option<Kept> {
        let mut content = Vec::new();
        let file = fs::File::open(self.file(address)?).ok()?;
        file.take(bytes as u64 + 16_384).read_to_end(&mut content).ok()?;
        let content = String::from_utf8(content).ok()?;
        let (head, text) = content.split_once('\n')?;
        let head: Head = serde_json::from_str(head).ok()?;
        let version = Version { etag: head.etag, modified: head.modified };
        let is_whole = head.address == address && head.bytes == text.len() && text.len() <= bytes;
        (is_whole && version != Version::default()).then(|| Kept { version, text: text.to_owned() })
    }

    /// Keeps a document, if its version can be asked for.
    pub(crate) fn put(&self, address: &str, version: &Version, text: &str) {
        let Some(path) = self.file(address).filter(|_| *version != Version::default()) else { return };
        let Version { etag, modified } = version.clone();
        let head = Head { address: address.to_owned(), etag, modified, bytes: text.len() };
        let Ok(head) = serde_json::to_string(&head) else { return };
        let _ = path.parent().map(fs::create_dir_all);
        let _ = replace(&path, format!("{head}\n{text}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_damaged_or_of_another_address_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::of_user(Some(folder.path()));
        let version = Version { etag: Some("\"1\"".to_owned()), modified: None };
        let kept = |address: &str, bytes| cache.get(address, bytes).map(|kept| (kept.version, kept.text));
        cache.put("https://x.example/a?b", &version, "one\ntwo");
        assert_eq!(kept("https://x.example/a?b", 100), Some((version.clone(), "one\ntwo".to_owned())));
        assert_eq!(kept("https://x.example/a?c", 100), None);
        assert_eq!(kept("https://x.example/a_b", 100), None, "of the same file name");
        assert_eq!(kept("https://x.example/a?b", 6), None, "larger than what may be read now");
        let path = cache.file("https://x.example/a?b").unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        for damaged in [&whole[..whole.len() - 1], "", "{}\n", &whole.replace("\"1", "\u{1}")] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(kept("https://x.example/a?b", 100), None, "{damaged}");
        }
        cache.put("https://x.example/b", &Version::default(), "no version");
        assert_eq!(kept("https://x.example/b", 100), None);
        let nowhere = Cache::of_user(Some(&path.join("below a file")));
        nowhere.put("https://x.example/a", &version, "text");
        assert!(nowhere.get("https://x.example/a", 100).is_none() && Cache::none().file("x").is_none());
    }
}
