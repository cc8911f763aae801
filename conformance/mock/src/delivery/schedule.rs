//! Which delivery is next: by the time at which it is due, but for destinations that have enough under way.

use crate::delivery::QueuedDelivery;
use reqwest::Url;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// How many deliveries are under way at a time.
const AT_ONCE: usize = 128;
/// How many of them go to one destination; one with much to send counts twice.
const AT_ONE_DESTINATION: usize = 4;
/// More bytes are much to send.
const MUCH: usize = 1 << 20;

/// The destination of a delivery, and its share of what may be under way to it.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// Scheme, host and port.
    origin: String,
    slots: usize,
}

/// A delivery that waits or is under way.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: u64,
    pub(crate) due: Duration,
    pub(crate) queued: QueuedDelivery,
    pub(crate) destination: Destination,
    /// How often it failed.
    pub(crate) attempts: usize,
}

impl Job {
    pub(crate) fn new(id: u64, queued: QueuedDelivery) -> Self {
        let url = Url::parse(&queued.url).ok();
        let origin = url.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let slots = if queued.load.drawn_bytes() > MUCH { 2 } else { 1 };
        let destination = Destination { origin, slots };
        Self { id, due: queued.due, queued, destination, attempts: 0 }
    }
}

/// The deliveries that wait, and the destinations of those under way.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// By the time at which they are due, then in the order in which they came.
    waiting: BTreeMap<(Duration, u64), Job>,
    under_way: HashMap<String, usize>,
    count: usize,
}

impl Schedule {
    pub(crate) fn add(&mut self, job: Job) {
        self.waiting.insert((job.due, job.id), job);
    }

    /// The next job that is due; it counts as under way from now on.
    pub(crate) fn next(&mut self, now: Duration) -> Option<Job> {
        let key = self.first().filter(|(due, _)| *due <= now)?;
        let job = self.waiting.remove(&key)?;
        *self.under_way.entry(job.destination.origin.clone()).or_default() += job.destination.slots;
        self.count += 1;
        Some(job)
    }

    /// When the next job is due, unless another one has to end first.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.first().map(|(due, _)| due)
    }

    /// A job to that destination is no longer under way.
    pub(crate) fn ended(&mut self, destination: &Destination) {
        self.count = self.count.saturating_sub(1);
        if let Some(slots) = self.under_way.get_mut(&destination.origin) {
            *slots = slots.saturating_sub(destination.slots);
            if *slots == 0 {
                self.under_way.remove(&destination.origin);
            }
        }
    }

    fn first(&self) -> Option<(Duration, u64)> {
        if self.count >= AT_ONCE {
            return None;
        }
        let has_room = |job: &Job| {
            let Destination { origin, slots } = &job.destination;
            self.under_way.get(origin).copied().unwrap_or_default() + slots <= AT_ONE_DESTINATION
        };
        self.waiting.iter().find(|(_, job)| has_room(job)).map(|(key, _)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Secrets;
    use crate::delivery::Load;
    use crate::item::Item;
    use serde_json::Map;

    fn job(id: u64, due: u64, url: &str) -> Job {
        Job::new(
            id,
            QueuedDelivery {
                due: Duration::from_secs(due),
                url: url.to_owned(),
                task: None,
                load: Load::Notice(Item::plain(Map::new())),
                edit: None,
                secrets: Secrets::default(),
            },
        )
    }

    fn started(schedule: &mut Schedule, now: u64) -> Vec<u64> {
        std::iter::from_fn(|| schedule.next(Duration::from_secs(now))).map(|job| job.id).collect()
    }

    #[test]
    fn a_destination_with_enough_under_way_holds_up_its_own_alone() {
        let mut schedule = Schedule::default();
        for id in 0..100 {
            schedule.add(job(id, 0, &format!("http://127.0.0.1:1/{id}")));
        }
        schedule.add(job(100, 0, "http://127.0.0.1:2/x"));
        schedule.add(job(101, 0, "no url"));
        assert_eq!(started(&mut schedule, 0), [0, 1, 2, 3, 100, 101]);
        assert_eq!(schedule.due(), None);
        schedule.ended(&job(0, 0, "http://127.0.0.1:1/y").destination);
        assert_eq!(started(&mut schedule, 0), [4]);
    }

    #[test]
    fn jobs_are_started_when_they_are_due_and_not_too_many_at_a_time() {
        let mut schedule = Schedule::default();
        schedule.add(job(0, 9, "http://127.0.0.1:1/"));
        schedule.add(job(1, 3, "http://127.0.0.1:2/"));
        assert_eq!((schedule.due(), started(&mut schedule, 2)), (Some(Duration::from_secs(3)), vec![]));
        assert_eq!(started(&mut schedule, 3), [1]);
        for id in 2..200 {
            schedule.add(job(id, 0, &format!("http://127.0.0.1:{}/", 1000 + id)));
        }
        assert_eq!(started(&mut schedule, 3).len(), AT_ONCE - 1);
    }
}
