//! How busy the machine is, read only when a heartbeat asks. Not here: disks, which may take long to answer ([`crate::disks`]).

use std::time::Instant;

use protocol::DiskUse;
use sysinfo::{MemoryRefreshKind, System};

use crate::disks::Disks;

/// A reading: shares from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) cpu: f64,
    pub(crate) memory: f64,
    /// The fullest one, if that is known.
    pub(crate) disk: Option<DiskUse>,
}

/// Remembers the counters of the last reading, for usage is a difference.
pub(crate) struct Load {
    /// None where the system cannot be read.
    system: Option<System>,
    disks: Disks,
}

impl Load {
    pub(crate) fn new() -> Self {
        let mut system = System::new().ok();
        if let Some(system) = &mut system {
            system.refresh_cpu_usage();
        }
        Self {
            system,
            disks: Disks::default(),
        }
    }

    pub(crate) fn read(&mut self) -> Reading {
        let disk = self.disks.fullest(Instant::now());
        let Some(system) = &mut self.system else {
            return Reading {
                cpu: 0.0,
                memory: 0.0,
                disk,
            };
        };
        system.refresh_cpu_usage();
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let cpu = f64::from(system.global_cpu_usage()) / 100.0;
        #[expect(clippy::cast_precision_loss, reason = "a share, not a count")]
        let memory = system.used_memory() as f64 / system.total_memory().max(1) as f64;
        Reading {
            cpu: share(cpu),
            memory: share(memory),
            disk,
        }
    }
}

fn share(value: f64) -> f64 {
    if value.is_finite() {
        value.clamp(0.0, 1.0)
    } else {
        0.0
    }
}
