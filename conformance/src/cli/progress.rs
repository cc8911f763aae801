//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Written to standard error.
#[derive(Debug)]
pub(super) struct Progress {
    total: usize,
    done: usize,
    failed: usize,
    shape: Shape,
    noun: &'static str,
}

#[derive(Debug)]
enum Shape {
    Bar(ProgressBar),
    Lines { next: Instant },
}

/// The pause between two lines.
const PAUSE: Duration = Duration::from_secs(2);

impl Progress {
    /// Begins to count things of that name.
    #[must_use]
    pub(super) fn start(total: usize, noun: &'static str) -> Self {
        let shape = if std::io::stderr().is_terminal() {
            let bar =
                ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr_with_hz(15));
            let style = ProgressStyle::with_template(&format!(
                "{{bar:40}} {{pos}}/{{len}} {noun}, {{elapsed}} {{msg}}"
            ));
            Shape::Bar(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
        } else {
            Shape::Lines { next: Instant::now() + PAUSE }
        };
        Self { total, done: 0, failed: 0, shape, noun }
    }

    /// One more case is done.
    pub(super) fn step(&mut self, failed: bool) {
        self.done += 1;
        self.failed += usize::from(failed);
        match &mut self.shape {
            Shape::Bar(bar) => {
                if self.failed > 0 {
                    bar.set_message(format!("{} failed", self.failed));
                }
                bar.inc(1);
            }
            Shape::Lines { next } if Instant::now() >= *next => {
                *next = Instant::now() + PAUSE;
                let Self { done, total, failed, noun, .. } = self;
                // Nobody may be reading.
                let _ = writeln!(std::io::stderr(), "{done}/{total} {noun}, {failed} failed");
            }
            Shape::Lines { .. } => {}
        }
    }

    /// Clears the bar.
    pub(super) fn end(self) {
        if let Shape::Bar(bar) = self.shape {
            bar.finish_and_clear();
        }
    }
}
