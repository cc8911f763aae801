//! Any bytes as the answer to a case of the suite: the oracle judges it without panicking and in no time, and says little
//! about it, however long it is.
//!
//! The first four bytes choose the case, the status, the media type, and whether the same is what polling brings; the
//! rest is the body.
#![no_main]

use airspec_suite::case::{Case, derive};
use airspec_suite::oracle::observation::{Answer, Observation, Outcome};
use airspec_suite::oracle::{Judgement, Oracle};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// Statuses that matter to somebody, and some that are none.
const STATUSES: [u16; 16] =
    [200, 201, 202, 204, 302, 400, 401, 402, 408, 409, 413, 429, 500, 503, 504, 999];

const MEDIA: [Option<&str>; 4] = [None, Some("application/json"), Some("text/html; charset=utf-8"), Some("\u{1b}[2J")];

/// What is said about one answer, in bytes: sentences quote a server, and cut what they quote.
const MOST_SAID: usize = 64 << 10;

static SUITE: LazyLock<(Oracle, Vec<Case>)> = LazyLock::new(|| {
    let (slug, text) = airspec_spec::documents()[0];
    let model = airspec_spec::read(&airspec_spec::Source::new(slug, text)).expect("the workspace's spec is read");
    let cases = derive(&model, 1).expect("the workspace's spec has cases").cases;
    // Cases of one subject and one side are looked at in the same way.
    let mut kinds = std::collections::HashSet::new();
    let first = cases.into_iter().filter(|case| kinds.insert((case.subject.clone(), case.expect.word())));
    (Oracle::new(&model).expect("the workspace's spec is a judge"), first.collect())
});

/// How much a judgement says.
fn said(judgement: &Judgement) -> usize {
    let secondary = judgement.secondary.iter().map(|other| format!("{other:?}").len()).sum::<usize>();
    judgement.detail.len() + secondary
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&[case, status, media, rest], body)) = bytes.split_first_chunk::<4>() else { return };
    let (oracle, cases) = &*SUITE;
    let case = &cases[(usize::from(case) + 256 * usize::from(rest >> 2)) % cases.len()];
    let status = STATUSES[usize::from(status) % STATUSES.len()];
    let media = MEDIA[usize::from(media) % MEDIA.len()].map(str::to_owned);
    let outcome = Outcome::Answer(Answer::read(status, media, body.to_vec()));
    let mut seen = Observation::new(case.body.clone(), outcome.clone());
    if rest & 1 == 1 {
        seen.polls.push(outcome);
    }
    if rest & 2 == 2 {
        seen.counterpart = Some(Box::new(seen.clone()));
    }
    let judgement = oracle.finish(oracle.judge(case, &seen));
    let length = said(&judgement);
    assert!(length <= MOST_SAID, "{length} bytes about an answer of {}", body.len());
});
