//! How many targets each wave reaches. Not here: when the next one begins.

use super::Waves;

/// The cumulative ends of the waves over so many targets; the last one is all of them. Without waves there is one.
pub(crate) fn ends(waves: Option<&Waves>, total: u32) -> Vec<u32> {
    let mut ends = Vec::new();
    let mut widen = |end: u32| {
        let end = end.min(total);
        if end > ends.last().copied().unwrap_or(0) {
            ends.push(end);
        }
    };
    if let Some(waves) = waves {
        widen(waves.canary);
        for step in &waves.steps {
            // At least what was said: 10 % of 12 are 2.
            let share = (u64::from(total) * u64::from(*step)).div_ceil(100);
            widen(u32::try_from(share).unwrap_or(total));
        }
    }
    widen(total);
    ends
}
