//! What time it is, twice: by the clock, which people and networks set, and since the machine was started, which nobody
//! can. Not here: how long a grant lasts.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// A moment in one life of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Boot {
    /// Of this life.
    pub(super) id: String,
    /// Since its start; goes on while the machine sleeps.
    pub(super) at: Duration,
}

/// Both readings.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    pub(super) wall: SystemTime,
    /// None where the system does not tell.
    pub(super) boot: Option<Boot>,
}

impl Clock {
    pub(super) fn read() -> Self {
        Self {
            wall: SystemTime::now(),
            boot: boot(),
        }
    }
}

/// `/proc/uptime` counts suspended time too, unlike the monotonic clock.
#[cfg(target_os = "linux")]
fn boot() -> Option<Boot> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = uptime.split(' ').next()?.parse().ok()?;
    Some(Boot {
        id: id.trim().to_owned(),
        at: Duration::try_from_secs_f64(seconds).ok()?,
    })
}

#[cfg(not(target_os = "linux"))]
fn boot() -> Option<Boot> {
    None
}
