//! How much of what a server sends is in memory at a time, over all cases that are under way.
//!
//! A case has a small share of its own, and no other takes it away. What is larger waits for the one hall, which a case
//! keeps until it has been judged: so one case at a time holds large answers or files, and whoever is in there waits for
//! nobody. The bound for a run is [`HALL`] + [`SHARES`], whatever the server sends and however many cases are under way.
//!
//! Which case an exchange belongs to is known by the future that it runs in: [`Rooms::of_case`].

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// What one case can hold, in bytes.
pub(super) const HALL: usize = 96 << 20;
/// What all cases that are not in the hall hold together.
const SHARES: usize = 16 << 20;
/// How many bytes of files are downloaded for one case: twenty of the largest images that models make.
const MAX_FETCHED: u64 = 1 << 30;
/// How many bytes of files are downloaded in one run.
const MAX_FETCHED_BY_ALL: u64 = 8 << 30;
/// How long a case waits for the hall. None is in there for as long: cases are bounded in time.
const MAX_WAIT: Duration = Duration::from_secs(300);

tokio::task_local! {
    static ROOM: Room;
}

/// The rooms of a run.
#[derive(Debug)]
pub(super) struct Rooms {
    share: usize,
    hall: Arc<Semaphore>,
    /// Bytes of files, over all cases.
    fetched: Arc<AtomicU64>,
}

/// The room of a case.
#[derive(Debug)]
struct Room {
    share: usize,
    hall: Arc<Semaphore>,
    fetched_by_all: Arc<AtomicU64>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    /// Bytes of files that were downloaded.
    fetched: u64,
    /// Held until the case has been judged, or two cases could each hold one part of what they need.
    key: Option<OwnedSemaphorePermit>,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// It is more than one case can hold.
    Exhausted,
    /// Others were in the hall for too long.
    Crowded,
}

impl Rooms {
    /// For so many cases at a time.
    pub(super) fn new(jobs: usize) -> Self {
        let hall = Arc::new(Semaphore::new(1));
        Self { share: SHARES / jobs.max(1), hall, fetched: Arc::default() }
    }

    /// Does work that needs room, all of which is free again when it ends: nothing that it took may leave it.
    pub(super) async fn of_case<T>(&self, work: impl Future<Output = T>) -> T {
        let (share, hall, fetched_by_all) = (self.share, Arc::clone(&self.hall), Arc::clone(&self.fetched));
        let room = Room { share, hall, fetched_by_all, state: Mutex::default() };
        ROOM.scope(room, work).await
    }
}

impl Room {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes room where there is some without waiting.
    fn try_take(&self, bytes: usize) -> Option<Result<(), NoRoom>> {
        let mut state = self.state();
        let taken = state.taken.saturating_add(bytes);
        if taken > HALL {
            return Some(Err(NoRoom::Exhausted));
        }
        if taken > self.share && state.key.is_none() {
            return None;
        }
        state.taken = taken;
        Some(Ok(()))
    }
}

/// Takes room for so many bytes, after waiting for as long as it takes, which is told.
///
/// # Errors
/// No room. Outside of [`Rooms::of_case`] there is always some.
pub(super) async fn take(bytes: usize) -> Result<Duration, NoRoom> {
    match ROOM.try_with(|room| room.try_take(bytes)) {
        Err(_) => return Ok(Duration::ZERO),
        Ok(Some(taken)) => return taken.map(|()| Duration::ZERO),
        Ok(None) => {}
    }
    let start = Instant::now();
    let hall = ROOM.with(|room| Arc::clone(&room.hall));
    let key =
        timeout(MAX_WAIT, hall.acquire_owned()).await.ok().and_then(Result::ok).ok_or(NoRoom::Crowded)?;
    ROOM.with(|room| {
        room.state().key = Some(key);
        room.try_take(bytes).unwrap_or(Err(NoRoom::Crowded))
    })?;
    Ok(start.elapsed())
}

/// Gives room back before the case ends. The hall is kept.
pub(super) fn give_back(bytes: usize) {
    // Outside of a case nothing was taken.
    let _ = ROOM.try_with(|room| {
        let mut state = room.state();
        state.taken = state.taken.saturating_sub(bytes);
    });
}

/// Counts bytes of a file.
///
/// # Errors
/// More than a case, or all of them, may download; in words.
pub(super) fn fetch(bytes: usize) -> Result<(), String> {
    let bytes = bytes as u64;
    let counted = ROOM.try_with(|room| {
        let by_all = room.fetched_by_all.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let mut state = room.state();
        state.fetched = state.fetched.saturating_add(bytes);
        if state.fetched > MAX_FETCHED {
            return Err(format!("the files of one case have more than {MAX_FETCHED} bytes"));
        }
        if by_all > MAX_FETCHED_BY_ALL {
            return Err(format!("the files of one run have more than {MAX_FETCHED_BY_ALL} bytes"));
        }
        Ok(())
    });
    // Outside of a case nothing is counted.
    counted.unwrap_or(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn large_cases_take_turns_and_small_ones_do_not_wait() {
        let rooms = Rooms::new(8);
        let large = || async {
            let waited = rooms.of_case(async {
                let waited = take(HALL / 2).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                // Whoever is in there gets more without waiting.
                assert_eq!(take(HALL / 4).await, Ok(Duration::ZERO));
                waited
            });
            waited.await.unwrap().as_secs()
        };
        let small = || rooms.of_case(async { take(1 << 20).await.unwrap().as_secs() });
        let (a, b, c, d) = tokio::join!(large(), large(), large(), small());
        assert_eq!((a, b, c, d), (0, 1, 2, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn no_case_holds_more_than_the_hall() {
        let rooms = Rooms::new(1);
        rooms
            .of_case(async {
                assert_eq!(take(HALL).await, Ok(Duration::ZERO));
                assert_eq!(take(1).await, Err(NoRoom::Exhausted));
                give_back(10);
                assert_eq!(take(10).await, Ok(Duration::ZERO));
                assert_eq!(take(usize::MAX).await, Err(NoRoom::Exhausted));
            })
            .await;
        // All of it is free again.
        assert_eq!(rooms.of_case(take(HALL)).await, Ok(Duration::ZERO));
    }

    #[tokio::test]
    async fn files_are_counted_for_each_case_and_for_all() {
        let rooms = Rooms::new(1);
        let step = 1 << 28;
        let fetch_until_refused = || {
            rooms
                .of_case(async { (0..9).map_while(|_| fetch(step).err().map_or(Some(()), |_| None)).count() })
        };
        for _ in 0..6 {
            assert_eq!(fetch_until_refused().await, 4);
        }
        // A refused step counts, too: 30 of 32 are gone.
        assert_eq!(fetch_until_refused().await, 2);
        let refused = rooms.of_case(async { fetch(step) }).await.unwrap_err();
        assert!(refused.starts_with("the files of one run"), "{refused}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_case_that_is_given_up_leaves_the_hall_to_others() {
        let rooms = Rooms::new(2);
        let hang = rooms.of_case(async {
            take(HALL).await.unwrap();
            std::future::pending::<()>().await;
        });
        assert!(timeout(Duration::from_secs(1), hang).await.is_err());
        assert_eq!(rooms.of_case(take(HALL)).await, Ok(Duration::ZERO));
        let stuck = rooms.of_case(async {
            take(HALL).await.unwrap();
            rooms.of_case(take(HALL)).await
        });
        assert_eq!(stuck.await, Err(NoRoom::Crowded), "waiting ends");
    }
}
