//! The time of the mock, which tests can move.

use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Time since the mock began. It runs by itself, unless it is made to stand still, and can be moved ahead.
#[derive(Debug)]
pub struct Clock {
    /// Where a running clock began.
    started: Option<Instant>,
    ahead: Mutex<Duration>,
    moved: watch::Sender<()>,
}

impl Clock {
    /// A clock that runs.
    #[must_use]
    pub fn running() -> Self {
        Self { started: Some(Instant::now()), ahead: Mutex::default(), moved: watch::Sender::new(()) }
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn still() -> Self {
        Self { started: None, ..Self::running() }
    }

    /// Time since the mock began.
    #[must_use]
    pub fn now(&self) -> Duration {
        let ran = self.started.map_or(Duration::ZERO, |started| started.elapsed());
        ran.saturating_add(*super::lock(&self.ahead))
    }

    /// Moves the clock ahead: links expire, tasks finish and retries fall due as if so much time had passed.
    pub fn advance(&self, by: Duration) {
        {
            let mut ahead = super::lock(&self.ahead);
            *ahead = ahead.saturating_add(by);
        }
        self.moved.send_replace(());
    }

    /// Waits until that time has come, by itself or by moving.
    pub async fn reach(&self, time: Duration) {
        let mut moved = self.moved.subscribe();
        loop {
            let Some(left) = time.checked_sub(self.now()).filter(|left| !left.is_zero()) else { return };
            // Both ways the loop looks at the clock again: an error only says that the clock itself is gone.
            if self.started.is_some() {
                let _ = tokio::time::timeout(left, moved.changed()).await;
            } else if moved.changed().await.is_err() {
                return;
            }
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::running()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_still_clock_moves_only_when_moved_and_wakes_who_waits() {
        let clock = Arc::new(Clock::still());
        assert_eq!(clock.now(), Duration::ZERO);
        let waiting = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.reach(Duration::from_secs(3600)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(3599));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(Duration::from_secs(1));
        waiting.await.unwrap();
        assert_eq!(clock.now(), Duration::from_secs(3600));
    }

    #[tokio::test]
    async fn a_running_clock_can_be_moved_too() {
        let clock = Clock::running();
        clock.advance(Duration::from_secs(60));
        assert!(clock.now() >= Duration::from_secs(60));
        clock.reach(clock.now() + Duration::from_millis(2)).await;
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Duration::MAX);
    }
}
