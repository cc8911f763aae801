//! The rate at which requests come.

use std::time::Duration;

/// Tokens that fill up at a rate; each request takes one.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// Tokens at a time; full before the first request.
    state: Option<(f64, Duration)>,
}

impl Bucket {
    /// Takes a token, or says how long it takes until there is one again.
    pub(crate) fn take(&mut self, rate: f64, now: Duration) -> Result<(), Duration> {
        let room = rate.max(1.0);
        let (tokens, since) = self.state.unwrap_or((room, now));
        let tokens = (tokens + now.saturating_sub(since).as_secs_f64() * rate).min(room);
        let left = tokens - 1.0;
        self.state = Some((if left < 0.0 { tokens } else { left }, now));
        if left < 0.0 { Err(Duration::from_secs_f64(-left / rate)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_admits_so_many_at_once_and_then_so_many_a_second() {
        let mut bucket = Bucket::default();
        let second = Duration::from_secs;
        let admitted = |bucket: &mut Bucket, now| (0..10).filter(|_| bucket.take(3.0, now).is_ok()).count();
        assert_eq!(admitted(&mut bucket, second(0)), 3);
        assert_eq!(admitted(&mut bucket, second(1)), 3);
        assert_eq!(admitted(&mut bucket, second(9)), 3);
        assert!(bucket.take(3.0, second(9)).is_err_and(|wait| wait <= second(1)));
        let mut slow = Bucket::default();
        assert!(slow.take(0.5, second(0)).is_ok());
        assert_eq!(slow.take(0.5, second(0)), Err(second(2)));
        assert!(slow.take(0.5, second(2)).is_ok());
    }
}
