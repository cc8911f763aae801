//! The money that requests cost.

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
    fn a_balance_is_spent_to_the_last_millionth() {
        let mut balance = Balance::default();
        assert!(balance.spend(0.1, 0.3) && balance.spend(0.2, 0.3));
        assert!(!balance.spend(0.000_001, 0.3) && balance.spend(0.0, 0.3));
        assert!(!balance.spend(1e300, 1e9));
    }
}
