//! What was spent, on disk before it can be: a file of lines beside the report, `spending.jsonl`.
//!
//! A line with the upper bound of a request is written, and is on the disk, before the request is sent; a second line
//! follows once its answer is there. So a run that is killed at any moment leaves behind what it may have cost at most,
//! and which cases must not be sent again. The file is locked while a run writes to it: a second run in the same
//! folder is refused.

use super::usd::Usd;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The name of the file in the folder of a report.
pub const FILE_NAME: &str = "spending.jsonl";
/// A journal that is larger was not written by a run.
const MAX_BYTES: u64 = 256 << 20;

/// A journal that cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct JournalError {
    path: PathBuf,
    reason: String,
}

/// The run that a journal belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The address, or `mock`.
    pub target: String,
    /// The model.
    pub model: String,
    /// The seed of the cases.
    pub seed: u64,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// The first line.
    Run(Header),
    /// What a journal in another folder holds, which this one goes on from.
    Carried {
        usd: f64,
        held: BTreeSet<String>,
        accepted: bool,
        /// How many those were; journals of earlier releases have only `accepted`.
        #[serde(default)]
        acceptances: usize,
    },
    /// A request that is about to be sent, with what it may cost at most.
    Sent { request: u64, usd: f64, cases: BTreeSet<String> },
    /// What became of it: what is counted, the cases that are known to be refused, and whether it was accepted.
    Answered { request: u64, usd: f64, refused: BTreeSet<String>, accepted: bool },
    /// Cases that are not sent again, as they may have been billed and nobody has seen their result.
    Held { cases: BTreeSet<String> },
    /// The folder in which the run goes on: this journal is closed.
    Continued { folder: String },
}

/// What the journal of an earlier part of a run says.
#[derive(Debug, Default)]
pub struct Past {
    header: Option<Header>,
    settled: Usd,
    /// Requests without an answer: their upper bounds, and their cases.
    unanswered: BTreeMap<u64, (Usd, BTreeSet<String>)>,
    /// Cases with an answer that is no refusal.
    billed: BTreeSet<String>,
    held: BTreeSet<String>,
    acceptances: usize,
    continued: Option<String>,
    requests: u64,
}

impl Past {
    /// What was spent: as counted, and the upper bound of every request whose answer is not known.
    #[must_use]
    pub fn spent(&self) -> Usd {
        self.settled + self.unanswered.values().map(|(bound, _)| *bound).sum()
    }

    /// How many requests were accepted.
    #[must_use]
    pub fn acceptances(&self) -> usize {
        self.acceptances
    }

    /// The cases that must not be sent again: they may have been billed, and the report has no verdict on them.
    /// `listed` are the cases that the report names, `done` those with a verdict.
    #[must_use]
    pub fn held(&self, listed: &HashSet<&str>, done: &HashSet<&str>) -> BTreeSet<String> {
        let unanswered = self.unanswered.values().flat_map(|(_, cases)| cases);
        // A case that the report lists as not tried was left out on purpose, after what was billed before.
        let unlisted = self.billed.iter().filter(|case| !listed.contains(case.as_str()));
        let all = self.held.iter().chain(unanswered).chain(unlisted);
        all.filter(|case| !done.contains(case.as_str())).cloned().collect()
    }

    /// Reads a journal; nothing where there is none.
    ///
    /// # Errors
    /// A file that cannot be read, or that is damaged: what was spent is then not known.
    pub fn read(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(FILE_NAME);
        let refused = |reason: String| JournalError { path: path.clone(), reason };
        match open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(refused(error.to_string())),
            Ok(mut file) => Ok(Self::parse(&text(&mut file).map_err(refused)?).map_err(refused)?.0),
        }
    }

    /// What the lines say, and how many bytes of them are whole: a last line without its end was never acted upon.
    fn parse(text: &[u8]) -> Result<(Self, usize), String> {
        let mut past = Self::default();
        let mut whole = 0;
        for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let is_torn = !line.ends_with(b"\n");
            match serde_json::from_slice(line) {
                Err(_) if is_torn => break,
                Err(error) => return Err(damaged(index, &error.to_string())),
                Ok(line) => past.add(line).map_err(|reason| damaged(index, &reason))?,
            }
            whole += line.len();
        }
        Ok((past, whole))
    }

    fn add(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Run(header) => self.header = Some(header),
            Line::Carried { usd, held, accepted, acceptances } => {
                self.settled += amount(usd)?;
                self.held.extend(held);
                self.acceptances += acceptances.max(usize::from(accepted));
            }
            Line::Sent { request, usd, cases } => {
                if self.unanswered.insert(request, (amount(usd)?, cases)).is_some() {
                    return Err(format!("request {request} is there twice"));
                }
                self.requests = self.requests.max(request);
            }
            Line::Answered { request, usd, refused, accepted } => {
                let (_, cases) = self
                    .unanswered
                    .remove(&request)
                    .ok_or_else(|| format!("request {request} was answered and never sent"))?;
                self.settled += amount(usd)?;
                self.billed.extend(cases.difference(&refused).cloned());
                self.acceptances += usize::from(accepted);
            }
            Line::Held { cases } => self.held.extend(cases),
            Line::Continued { folder } => self.continued = Some(folder),
        }
        Ok(())
    }
}

fn amount(usd: f64) -> Result<Usd, String> {
    if usd >= 0.0 { Ok(Usd::rounded_up(usd)) } else { Err(format!("{usd} is no amount")) }
}

fn damaged(index: usize, reason: &str) -> String {
    format!("line {}: {reason}; the file is damaged, so what was spent is not known", index + 1)
}

/// The journal that a run writes.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    requests: u64,
    /// The journal of the folder from which this run goes on, until it is closed.
    origin: Option<(PathBuf, File)>,
    /// Nothing follows a line that could not be written whole.
    is_broken: bool,
}

impl Journal {
    /// Begins a journal; what an earlier run left in the folder is replaced.
    ///
    /// # Errors
    /// A file that cannot be written, and one that another run is writing.
    pub fn create(folder: &Path, header: &Header) -> Result<Self, JournalError> {
        let mut journal = Self::locked(folder)?;
        journal.file.set_len(0).map_err(|error| journal.error(&error))?;
        journal.write(&Line::Run(header.clone()), true)?;
        Ok(journal)
    }

    /// Goes on with the journal of a folder, in the same file or in the folder `into`.
    ///
    /// # Errors
    /// A file that cannot be written, one that another run is writing, one that is damaged or belongs to another run,
    /// and one that is continued in another folder.
    pub fn resume(
        folder: &Path,
        into: Option<&Path>,
        header: &Header,
        past_of: impl FnOnce(&Past) -> (Usd, BTreeSet<String>),
    ) -> Result<(Self, Past), JournalError> {
        let mut journal = Self::locked(folder)?;
        let refused = |reason: String| JournalError { path: journal.path.clone(), reason };
        let bytes = text(&mut journal.file).map_err(refused)?;
        let (past, whole) = Past::parse(&bytes).map_err(refused)?;
        if past.header.as_ref().is_some_and(|known| known != header) {
            return Err(refused("belongs to another run than the report beside it".to_owned()));
        }
        if let Some(folder) = &past.continued {
            return Err(refused(format!("that run was continued in {folder}: give that to --resume")));
        }
        journal.requests = past.requests;
        let (spent, held) = past_of(&past);
        let into = into.filter(|into| !is_same(folder, into));
        if let Some(into) = into {
            let mut next = Self::create(into, header)?;
            next.origin = Some((journal.path, journal.file));
            let acceptances = past.acceptances;
            let accepted = acceptances > 0;
            next.write(&Line::Carried { usd: spent.to_f64(), held, accepted, acceptances }, true)?;
            return Ok((next, past));
        }
        let is_new = whole == 0;
        journal.file.set_len(whole as u64).map_err(|error| journal.error(&error))?;
        journal.file.seek(SeekFrom::End(0)).map_err(|error| journal.error(&error))?;
        if whole > 0 && bytes.get(whole - 1) != Some(&b'\n') {
            journal.file.write_all(b"\n").map_err(|error| journal.error(&error))?;
        }
        if is_new {
            journal.write(&Line::Run(header.clone()), true)?;
        }
        // What only the report tells is counted too.
        let missing = spent.minus(past.spent());
        let held: BTreeSet<String> = held.difference(&past.held).cloned().collect();
        if missing > Usd::ZERO || !held.is_empty() {
            let (usd, accepted) = (missing.to_f64(), false);
            journal.write(&Line::Carried { usd, held, accepted, acceptances: 0 }, true)?;
        }
        Ok((journal, past))
    }

    /// Opens the file of a folder and locks it.
    fn locked(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(FILE_NAME);
        let refused = |reason: String| JournalError { path: path.clone(), reason };
        let opened = match open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                OpenOptions::new().read(true).write(true).create_new(true).open(&path)
            }
            other => other,
        };
        let file = opened.map_err(|error| refused(error.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, file, requests: 0, origin: None, is_broken: false }),
            Err(TryLockError::WouldBlock) => {
                Err(refused("another run is writing to this folder: wait for it, or use another".to_owned()))
            }
            Err(TryLockError::Error(error)) => Err(refused(format!("cannot be locked: {error}"))),
        }
    }

    /// Writes that a request is about to be sent, and waits until that is on the disk.
    ///
    /// # Errors
    /// A file that cannot be written: the request must not be sent.
    pub(super) fn sent(&mut self, bound: Usd, cases: BTreeSet<String>) -> Result<u64, JournalError> {
        self.close_origin()?;
        self.requests += 1;
        self.write(&Line::Sent { request: self.requests, usd: bound.to_f64(), cases }, true)?;
        Ok(self.requests)
    }

    /// Writes what became of a request. Where that is lost, its upper bound counts.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn answered(
        &mut self,
        request: u64,
        counted: Usd,
        refused: BTreeSet<String>,
        accepted: bool,
    ) -> Result<(), JournalError> {
        self.write(&Line::Answered { request, usd: counted.to_f64(), refused, accepted }, false)
    }

    /// Writes which cases are not sent again.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn held(&mut self, cases: BTreeSet<String>) -> Result<(), JournalError> {
        if cases.is_empty() { Ok(()) } else { self.write(&Line::Held { cases }, true) }
    }

    /// Before the first request, the journal from which this one goes on says so: nobody spends its rest again.
    fn close_origin(&mut self) -> Result<(), JournalError> {
        let Some((path, mut file)) = self.origin.take() else { return Ok(()) };
        let folder = self.path.parent().unwrap_or(Path::new("")).display().to_string();
        let line = text_of(&Line::Continued { folder });
        let written = line.and_then(|line| {
            // A torn last line stays where it is: it is cut off once, not read twice.
            let bytes = text(&mut file).map_err(io::Error::other)?;
            let (_, whole) = Past::parse(&bytes).map_err(io::Error::other)?;
            file.set_len(whole as u64)?;
            file.seek(SeekFrom::End(0))?;
            let end = if whole > 0 && bytes.get(whole - 1) != Some(&b'\n') { "\n" } else { "" };
            file.write_all(format!("{end}{line}").as_bytes())?;
            file.sync_data()
        });
        self.is_broken |= written.is_err();
        written.map_err(|error| JournalError { path, reason: error.to_string() })
    }

    fn write(&mut self, line: &Line, is_awaited: bool) -> Result<(), JournalError> {
        if self.is_broken {
            return Err(self.error(&io::Error::other("could not be written before")));
        }
        let written = text_of(line).and_then(|line| {
            self.file.write_all(line.as_bytes())?;
            if is_awaited { self.file.sync_data() } else { Ok(()) }
        });
        self.is_broken = written.is_err();
        written.map_err(|error| self.error(&error))
    }

    fn error(&self, error: &io::Error) -> JournalError {
        JournalError { path: self.path.clone(), reason: error.to_string() }
    }
}

fn text_of(line: &Line) -> io::Result<String> {
    Ok(serde_json::to_string(line)? + "\n")
}

/// Opens a file that is there, and never what a link points to.
fn open(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("is no file of its own"));
    }
    OpenOptions::new().read(true).write(true).open(path)
}

fn text(file: &mut File) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(|error| error.to_string())?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("is larger than {MAX_BYTES} bytes"));
    }
    Ok(bytes)
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header { target: "mock".to_owned(), model: "tiny".to_owned(), seed: 7 }
    }

    fn usd(usd: f64) -> Usd {
        Usd::rounded_up(usd)
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// Three requests: one refused, one accepted, one without an answer.
    fn write(folder: &Path) {
        let mut journal = Journal::create(folder, &header()).unwrap();
        for (number, name) in [(1, "a"), (2, "b"), (3, "c")] {
            assert_eq!(journal.sent(usd(0.5), names(&[name])).unwrap(), number);
        }
        journal.answered(1, Usd::ZERO, names(&["a"]), false).unwrap();
        journal.answered(2, usd(0.1), names(&[]), true).unwrap();
    }

    fn resume(folder: &Path, into: Option<&Path>) -> Result<(Journal, Past), JournalError> {
        let nothing = HashSet::new();
        Journal::resume(folder, into, &header(), |past| (past.spent(), past.held(&nothing, &nothing)))
    }

    #[test]
    fn what_has_no_answer_counts_in_full_and_is_held_back() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let past = Past::read(folder.path()).unwrap();
        assert_eq!(past.spent(), usd(0.6));
        assert_eq!(past.acceptances(), 1);
        let (none, b, bc) = (HashSet::new(), HashSet::from(["b"]), HashSet::from(["b", "c"]));
        assert_eq!(past.held(&none, &none), names(&["b", "c"]));
        // The report lists it as not tried: that was on purpose.
        assert_eq!(past.held(&b, &none), names(&["c"]));
        assert_eq!(past.held(&bc, &bc), names(&[]));
        assert_eq!(Past::read(&folder.path().join("nowhere")).unwrap().spent(), Usd::ZERO);
    }

    #[test]
    fn a_line_that_is_cut_off_anywhere_leaves_the_journal_readable() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let path = folder.path().join(FILE_NAME);
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let before = Past::read(folder.path()).unwrap().spent();
            let (mut journal, past) = resume(folder.path(), None).unwrap();
            assert_eq!(past.spent(), before);
            journal.sent(usd(1.0), names(&["z"])).unwrap();
            drop(journal);
            assert_eq!(Past::read(folder.path()).unwrap().spent(), before + usd(1.0), "{length} bytes");
        }
    }

    #[test]
    fn a_damaged_journal_is_refused_with_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        for (text, line) in [
            ("{\"run\":{\"target\":\"mock\",\"model\":\"tiny\",\"seed\":7}}\nnonsense\n", "line 2"),
            ("{\"sent\":{\"request\":1,\"usd\":-1,\"cases\":[]}}\n", "line 1"),
            ("{\"answered\":{\"request\":1,\"usd\":1,\"refused\":[],\"accepted\":false}}\n", "line 1"),
            ("{\"sent\":{\"request\":1,\"usd\":1e999,\"cases\":[]}}\n", "line 1"),
        ] {
            fs::write(&path, text).unwrap();
            let error = resume(folder.path(), None).unwrap_err().to_string();
            assert!(error.contains(line) && error.lines().count() == 1, "{error}");
        }
    }

    #[test]
    fn two_runs_do_not_write_to_one_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::create(folder.path(), &header()).unwrap();
        let error = Journal::create(folder.path(), &header()).unwrap_err().to_string();
        assert!(error.contains("another run is writing"), "{error}");
        assert!(resume(folder.path(), None).is_err());
        drop(first);
        assert!(resume(folder.path(), None).is_ok());
    }

    #[test]
    fn what_goes_on_in_another_folder_is_not_gone_on_with_twice() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(one.path());
        // Nothing was sent: the first folder can still be taken.
        drop(resume(one.path(), Some(two.path())).unwrap());
        let (mut journal, _) = resume(one.path(), Some(two.path())).unwrap();
        assert!(resume(one.path(), None).is_err(), "it is locked while the other goes on");
        journal.sent(usd(0.5), names(&["d"])).unwrap();
        drop(journal);
        let error = resume(one.path(), None).unwrap_err().to_string();
        assert!(error.contains(&two.path().display().to_string()), "{error}");
        let (_, past) = resume(two.path(), None).unwrap();
        assert_eq!(past.spent(), usd(1.1));
        assert_eq!(past.held(&HashSet::new(), &HashSet::new()), names(&["b", "c", "d"]));
        assert_eq!(past.acceptances(), 1);
    }

    #[test]
    fn the_journal_of_another_run_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(Journal::create(folder.path(), &Header { seed: 8, ..header() }).unwrap());
        let error = resume(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains("another run"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, folder.path().join(FILE_NAME)).unwrap();
        assert!(Journal::create(folder.path(), &header()).is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
    }
}
