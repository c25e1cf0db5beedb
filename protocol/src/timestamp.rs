//! Timestamps as we write them: UTC, RFC 3339, microseconds. Those of others are never parsed: the
//! prototype's have no zone and mean its local time. Not here: reading a clock.

use std::time::SystemTime;

/// `2026-11-23T18:37:41.980732Z`. Times outside years 1..9999 become the Unix epoch.
pub fn rfc3339(time: SystemTime) -> String {
    let stamp = jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{stamp:.6}")
}
