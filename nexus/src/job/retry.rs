//! What becomes of a target when an attempt is over. Pure. Not here: waiting.

use std::time::Duration;

use uuid::Uuid;

use super::{Retry, TargetState};

/// What becomes of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// That was it.
    Final,
    /// Once more, after this long.
    Again(Duration),
}

/// What to do after attempt number `attempts` (from 1) ended so. A node that refused has certainly not begun, so that is no
/// repetition; what failed or was stopped at its limit is repeated only if the method is `idempotent`, or somebody said so;
/// what nobody can prove is never repeated.
pub(crate) fn verdict(
    retry: &Retry,
    idempotent: bool,
    state: TargetState,
    attempts: u16,
    seed: (Uuid, u32),
) -> Verdict {
    if attempts > retry.limit {
        return Verdict::Final;
    }
    let harmless = idempotent || retry.consent;
    let again = match state {
        TargetState::Failed | TargetState::TimedOut => harmless,
        TargetState::Refused => true,
        TargetState::Queued
        | TargetState::Waiting
        | TargetState::Dispatched
        | TargetState::Running
        | TargetState::Stopping
        | TargetState::Succeeded
        | TargetState::Cancelled
        | TargetState::Unknown
        | TargetState::Expired
        | TargetState::Skipped => false,
    };
    if again {
        Verdict::Again(delay(retry, attempts, seed))
    } else {
        Verdict::Final
    }
}

/// Doubles each time up to the longest; give or take a quarter, so that a thousand nodes do not come back at once. The same
/// target waits as long after a restart as it would have before.
fn delay(retry: &Retry, attempts: u16, (job, index): (Uuid, u32)) -> Duration {
    let doubled = retry.backoff * 2f64.powi(i32::from(attempts.saturating_sub(1)).min(30));
    let spread = mix(job.as_u128() as u64 ^ (u64::from(index) << 16) ^ u64::from(attempts));
    let factor =
        0.75 + 0.5 * (f64::from(u32::try_from(spread >> 32).unwrap_or(0)) / f64::from(u32::MAX));
    Duration::from_secs_f64((doubled * factor).clamp(0.0, retry.max_backoff.max(0.0)))
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
