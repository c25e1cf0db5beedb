//! How far this instance is behind what the directory tells: what it says of itself comes back to it in the same line as the signs of
//! life of all others. So whoever has not heard itself for ten seconds has not heard anybody, and takes nobody for gone because of
//! them; when thousands of nodes come or go at once that is the difference between being slow and losing everybody.
//!
//! Not here: what follows when somebody is gone ([`super::pulse`]).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Nobody is believed to be behind for longer than this: the line may be cut for good, and then silence is silence.
const LONGEST: Duration = Duration::from_mins(1);

/// See the module.
#[derive(Default)]
pub(super) struct Echo(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    last: u64,
    heard: u64,
    /// What the directory has, and did not tell us yet.
    unheard: VecDeque<(u64, Instant)>,
}

impl Echo {
    /// Number of the next sign of life.
    pub(super) fn next(&self) -> u64 {
        let mut inside = self.lock();
        inside.last += 1;
        inside.last
    }

    /// The directory has it.
    pub(super) fn said(&self, number: u64, at: Instant) {
        let mut inside = self.lock();
        // It may come back before its receipt does.
        if number > inside.heard {
            inside.unheard.push_back((number, at));
        }
        let old = |(_, said): &(u64, Instant)| at.saturating_duration_since(*said) > LONGEST;
        while inside.unheard.front().is_some_and(old) {
            inside.unheard.pop_front();
        }
    }

    /// It came back; those before it need not any more, for the directory tells only the last.
    pub(super) fn heard(&self, number: u64) {
        let mut inside = self.lock();
        inside.heard = inside.heard.max(number);
        while inside
            .unheard
            .front()
            .is_some_and(|(said, _)| *said <= number)
        {
            inside.unheard.pop_front();
        }
    }

    /// The directory cannot be reached: what it has of ours does not come back by this line, and silence is silence.
    pub(super) fn cut(&self) {
        self.lock().unheard.clear();
    }

    /// How old what comes in now may be.
    pub(super) fn behind(&self, now: Instant) -> Duration {
        let inside = self.lock();
        let oldest = inside.unheard.front();
        let behind = oldest.map(|(_, said)| now.saturating_duration_since(*said));
        behind.unwrap_or_default().min(LONGEST)
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn whoever_hears_itself_late_is_so_far_behind() {
        let (echo, start) = (Echo::default(), Instant::now());
        assert_eq!(echo.behind(start), seconds(0), "nothing was said");
        let first = echo.next();
        echo.said(first, start);
        let second = echo.next();
        echo.said(second, start + seconds(2));
        assert_eq!(echo.behind(start + seconds(9)), seconds(9));
        echo.heard(first);
        assert_eq!(echo.behind(start + seconds(9)), seconds(7));
        echo.heard(first);
        assert_eq!(echo.behind(start + seconds(9)), seconds(7), "heard twice");
        echo.heard(second);
        assert_eq!(echo.behind(start + seconds(9)), seconds(0));
    }

    #[test]
    fn only_the_last_one_need_come_back() {
        let (echo, start) = (Echo::default(), Instant::now());
        for _ in 0..5 {
            echo.said(echo.next(), start);
        }
        echo.heard(4);
        assert_eq!(echo.behind(start + seconds(3)), seconds(3), "the fifth");
        echo.heard(5);
        assert_eq!(echo.behind(start + seconds(3)), seconds(0));
    }

    #[test]
    fn what_comes_back_before_its_receipt_is_not_waited_for() {
        let (echo, start) = (Echo::default(), Instant::now());
        let number = echo.next();
        echo.heard(number);
        echo.said(number, start);
        assert_eq!(echo.behind(start + seconds(3)), seconds(0));
    }

    #[test]
    fn a_line_that_is_known_to_be_cut_is_no_excuse() {
        let (echo, start) = (Echo::default(), Instant::now());
        echo.said(echo.next(), start);
        echo.cut();
        assert_eq!(echo.behind(start + seconds(9)), seconds(0));
    }

    #[test]
    fn a_line_that_is_cut_is_no_excuse_for_ever() {
        let (echo, start) = (Echo::default(), Instant::now());
        for at in 0..1_000 {
            echo.said(echo.next(), start + seconds(at));
        }
        let behind = echo.behind(start + seconds(1_000));
        assert!((seconds(59)..=LONGEST).contains(&behind), "{behind:?}");
        assert!(echo.lock().unheard.len() < 100);
    }
}
