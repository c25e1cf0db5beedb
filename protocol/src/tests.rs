//! The wire, held still: a snapshot of every message, frames of the prototype as it really sent them, hostile
//! input, and properties of the codec.

mod hostile;
mod prototype;
mod snapshots;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// 2026-11-23T18:37:41.980732Z
fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(1_795_459_061_980_732)
}
