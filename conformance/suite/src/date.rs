//! Calendar dates of the Gregorian calendar in UTC: when a deviation ends, and when an exchange began.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u32,
    month: u32,
    day: u32,
}

impl Date {
    /// The day of a moment, in UTC. What is before 1970 counts as its first day.
    #[must_use]
    pub fn of(moment: SystemTime) -> Self {
        let seconds = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let (mut year, mut days) = (1970, seconds / 86_400);
        while days >= u64::from(days_of_year(year)) {
            days -= u64::from(days_of_year(year));
            year += 1;
        }
        let mut month = 1;
        while days >= u64::from(days_of_month(year, month)) {
            days -= u64::from(days_of_month(year, month));
            month += 1;
        }
        let day = u32::try_from(days).unwrap_or(0) + 1;
        Self { year, month, day }
    }

    /// The day that is so many days after a moment.
    #[must_use]
    pub fn after(moment: SystemTime, days: u64) -> Self {
        Self::of(moment + Duration::from_secs(days * 86_400))
    }
}

/// A moment as ISO 8601 says it, such as `2026-11-22T18:30:00.250Z`.
#[must_use]
pub fn timestamp(moment: SystemTime) -> String {
    let since = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (seconds, milliseconds) = (since.as_secs() % 86_400, since.subsec_millis());
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z", Date::of(moment))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no date such as 2027-01-31")]
pub struct NoDate;

impl FromStr for Date {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |part: &str, length: usize| {
            let is_number = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u32>().ok()).flatten().ok_or(NoDate)
        };
        let [year, month, day] = parts.as_slice() else { return Err(NoDate) };
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        let is_day = (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day);
        is_day.then_some(Self { year, month, day }).ok_or(NoDate)
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn days_of_year(year: u32) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of_month(year: u32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_the_days_that_other_calendars_say() {
        // As `date --utc --date @N` says.
        for (seconds, day) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_799, "2000-02-29T23:59:59.000Z"),
            (1_795_371_000, "2026-11-22T18:10:00.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(timestamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), day);
        }
    }

    #[test]
    fn what_is_no_day_is_no_date() {
        for good in ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01"] {
            assert_eq!(good.parse::<Date>().unwrap().to_string(), good);
        }
        for bad in [
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-04-31",
            "26-1-1",
            "2026-1-01",
            "",
            "2026/01/01",
            "+026-01-01",
        ] {
            assert_eq!(bad.parse::<Date>(), Err(NoDate), "{bad}");
        }
        assert!("2026-12-31".parse::<Date>().unwrap() < "2027-01-01".parse::<Date>().unwrap());
    }
}
