//! How slowly a frame may cross a bad line: whoever sends or takes one is alive as long as bytes move, but not for ever, and not
//! by a drop now and then. Not here: counting bytes, and what follows from silence.

use std::time::{Duration, Instant};

/// So many bytes are a sign of life; fewer in the time that silence may last are none.
const STEP: u64 = 2 * 1024;
/// Between two signs of life by bytes.
const LEAST: Duration = Duration::from_secs(1);
/// Longest time that one frame may take.
const LONGEST: Duration = Duration::from_mins(10);

/// One direction of one connection.
#[derive(Debug, Default)]
pub struct Pace {
    /// Bytes at the last sign of life, and when that was.
    seen: u64,
    at: Option<Instant>,
    /// When the frame that is under way gave its first one.
    begun: Option<Instant>,
}

impl Pace {
    /// So many bytes have crossed in all, and no frame has become whole by the last of them. True: that is a sign of life.
    /// Cheap as long as it is none.
    pub fn moves(&mut self, bytes: u64, now: impl FnOnce() -> Instant) -> bool {
        if bytes.wrapping_sub(self.seen) < STEP {
            return false;
        }
        let now = now();
        if self
            .at
            .is_some_and(|at| now.saturating_duration_since(at) < LEAST)
        {
            return false;
        }
        (self.seen, self.at) = (bytes, Some(now));
        let begun = *self.begun.get_or_insert(now);
        now.saturating_duration_since(begun) < LONGEST
    }

    /// A frame is whole, which is a sign of life by itself.
    pub fn whole(&mut self) {
        self.begun = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_life_and_drops_are_not() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for second in 0..60 {
            let now = start + Duration::from_secs(second);
            assert!(!pace.moves(second, || now), "a byte a second is nothing");
        }
        assert!(pace.moves(STEP, || start));
        assert!(!pace.moves(2 * STEP, || start), "not as often as that");
        let later = start + LEAST;
        assert!(pace.moves(2 * STEP, || later));
        assert!(!pace.moves(3 * STEP - 1, || later + LEAST));
    }

    #[test]
    fn one_frame_does_not_come_for_ever() {
        let start = Instant::now();
        let mut pace = Pace::default();
        let moves = |pace: &mut Pace, minute: u64, number: u64| {
            pace.moves(number * STEP, || start + Duration::from_secs(60 * minute))
        };
        assert!(moves(&mut pace, 0, 1) && moves(&mut pace, 9, 2));
        assert!(!moves(&mut pace, 10, 3));
        pace.whole();
        assert!(moves(&mut pace, 11, 4), "the next one has its own time");
    }
}
