//! How much a mock holds at a time, whatever clients send.
//!
//! With the built-in spec the sum stays under 300 MB: some 30 MB for the program and its spec, [`WORK`] for what is
//! computed at the moment, [`BODIES`] for requests that are on their way in, [`ANSWERS`] for answers that are on their
//! way out, [`UPLOADS`] for what is delivered elsewhere, and the stores (tasks, files, sessions and deliveries), each
//! of which says its bound. A spec that allows images of more than 16 million pixels adds up to eight bytes for each
//! pixel beyond.

use super::settings::Settings;
use crate::serving::Budget;

/// Bytes of requests that are read or wait to be answered.
const BODIES: usize = 40 << 20;
/// Bytes of answers that are made or wait to be read.
const ANSWERS: usize = 20 << 20;
/// Bytes of files and results that are on their way to webhooks and uploads.
const UPLOADS: usize = 16 << 20;
/// Bytes that reading, judging and drawing take at a time.
const WORK: usize = 120 << 20;
/// The smallest share of [`WORK`]: not more than three are at work, since each keeps a processor busy.
const WORK_SHARE: usize = WORK / 3;
/// What drawing an image takes for each of its pixels, the lossless encoder of WebP being the hungriest.
const DRAWING: usize = 8;

/// The values of all kinds that one request may have.
pub(crate) const MAX_VALUES: usize = 20_000;
/// The longest API key, in bytes.
pub(crate) const MAX_KEY: usize = 1024;
/// The results that one request may have.
pub(crate) const MAX_RESULTS: usize = 2_000;
/// The bytes of the results that one task may have, and all of one request, images aside.
pub(crate) const MAX_RESULT_BYTES: usize = 4 << 20;
const MAX_ALL_RESULT_BYTES: usize = 12 << 20;
/// The pixels that one answer may have in it, as Base64: 20 images of 3840 x 3840 fit.
pub(crate) const MAX_INLINE_PIXELS: u64 = 320_000_000;
/// Pixels of an answer that are drawn before its first byte is sent; more are drawn while it is read.
pub(crate) const AT_ONCE_PIXELS: u64 = 16_000_000;
/// The errors that an answer has before each further task gets one alone.
const MAX_ERRORS: usize = 500;
/// The errors that one task gets.
pub(crate) const MAX_TASK_ERRORS: usize = 100;

/// The budgets of a mock.
#[derive(Debug)]
pub(crate) struct Capacity {
    pub(crate) bodies: Budget,
    pub(crate) answers: Budget,
    pub(crate) uploads: Budget,
    pub(crate) work: Budget,
}

impl Capacity {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            // The largest body must fit, with some room for others.
            bodies: Budget::new(BODIES.max(settings.max_body.saturating_add(8 << 20))),
            answers: Budget::new(ANSWERS),
            uploads: Budget::new(UPLOADS),
            work: Budget::new(WORK),
        }
    }
}

/// What it takes to read and judge a body: its texts twice, and the values that it may have.
pub(crate) fn reading_work(bytes: usize) -> usize {
    WORK_SHARE.max(bytes.saturating_mul(2).saturating_add(32 << 20))
}

/// What it takes to draw images of so many pixels one after the other.
pub(crate) fn drawing_work(pixels: u64) -> usize {
    WORK_SHARE.max(usize::try_from(pixels).unwrap_or(usize::MAX).saturating_mul(DRAWING))
}

/// What the tasks of one request have taken of what it may have.
#[derive(Debug, Default)]
pub(crate) struct Share {
    results: usize,
    result_bytes: usize,
    inline_pixels: u64,
    errors: usize,
}

impl Share {
    /// Takes results with so many pixels in the answer itself, if they fit.
    pub(crate) fn take_results(&mut self, results: usize, inline_pixels: u64) -> bool {
        let results = self.results.saturating_add(results);
        let inline_pixels = self.inline_pixels.saturating_add(inline_pixels);
        let fits = results <= MAX_RESULTS && inline_pixels <= MAX_INLINE_PIXELS;
        if fits {
            (self.results, self.inline_pixels) = (results, inline_pixels);
        }
        fits
    }

    /// Takes bytes for results, if they fit.
    pub(crate) fn take_bytes(&mut self, bytes: usize) -> bool {
        let bytes = self.result_bytes.saturating_add(bytes);
        let fits = bytes <= MAX_ALL_RESULT_BYTES;
        if fits {
            self.result_bytes = bytes;
        }
        fits
    }

    /// How many errors the next task may have: one at the least, so that no task goes unanswered.
    pub(crate) fn errors_left(&self) -> usize {
        MAX_ERRORS.saturating_sub(self.errors).clamp(1, MAX_TASK_ERRORS)
    }

    pub(crate) fn add_errors(&mut self, errors: usize) {
        self.errors = self.errors.saturating_add(errors);
    }
}

/// Whether a text has more JSON values than a request may have. Every value but the first stands behind one of three
/// marks; those within texts do not count. Text that is no JSON is refused elsewhere.
pub(crate) fn has_too_many_values(text: &str) -> bool {
    let (mut marks, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => marks += 1,
            _ => {}
        }
        if marks >= MAX_VALUES {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_of_texts() {
        let many = |item: &str, times: usize| format!("[{}]", vec![item; times].join(","));
        assert!(!has_too_many_values(&many("0", MAX_VALUES - 1)));
        assert!(has_too_many_values(&many("0", MAX_VALUES)));
        assert!(has_too_many_values(&many("{}", MAX_VALUES / 2 + 1)));
        assert!(has_too_many_values(&many(r#"{"a":[]}"#, MAX_VALUES / 3 + 1)));
        assert!(!has_too_many_values(&format!(r#"["{}"]"#, r#",[{\","#.repeat(MAX_VALUES))));
        assert!(!has_too_many_values(""));
    }

    #[test]
    fn every_task_may_have_an_error_and_no_answer_has_too_many() {
        let mut share = Share::default();
        let errors: usize = (0..1000)
            .map(|_| {
                let errors = share.errors_left();
                share.add_errors(errors);
                errors
            })
            .inspect(|errors| assert!((1..=MAX_TASK_ERRORS).contains(errors)))
            .sum();
        assert!(errors <= MAX_ERRORS + 1000);
    }

    #[test]
    fn results_that_do_not_fit_leave_room_for_smaller_ones() {
        let mut share = Share::default();
        assert!(share.take_results(MAX_RESULTS - 1, MAX_INLINE_PIXELS));
        assert!(!share.take_results(1, 1) && !share.take_results(2, 0));
        assert!(share.take_results(1, 0) && !share.take_results(1, 0));
    }
}
