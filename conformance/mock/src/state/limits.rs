//! What counts over many requests: the rate at which they come, and the money they cost.

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

/// What was spent, in millionths of USD.
#[derive(Debug, Default)]
pub(crate) struct Balance {
    spent: u64,
}

impl Balance {
    /// Spends, unless the balance does not cover it.
    pub(crate) fn spend(&mut self, usd: f64, balance: f64) -> bool {
        let cost = micros(usd);
        let covered = self.spent.saturating_add(cost) <= micros(balance);
        if covered {
            self.spent = self.spent.saturating_add(cost);
        }
        covered
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn micros(usd: f64) -> u64 {
    (usd * 1e6).round() as u64
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

    #[test]
    fn a_balance_is_spent_to_the_last_millionth() {
        let mut balance = Balance::default();
        assert!(balance.spend(0.1, 0.3) && balance.spend(0.2, 0.3));
        assert!(!balance.spend(0.000_001, 0.3) && balance.spend(0.0, 0.3));
        assert!(!balance.spend(1e300, 1e9));
    }
}
