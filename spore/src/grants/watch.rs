//! The grants as a spore that runs sees them: looked at each second, and at the very end of each. Not here: what follows
//! when they change.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use tracing::{info, warn};

use super::clock::Clock;
use super::{Grant, file};

/// How often the file is looked at: a look is one `stat`.
const PACE: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug)]
pub(crate) struct Watch {
    data_dir: PathBuf,
    /// What the file looked like when it was read.
    seen: Option<Stamp>,
    read: Vec<Held>,
    in_force: Vec<Grant>,
    next: Instant,
}

/// A grant and the latest end that this spore will give it: once seen, nothing makes it longer.
#[derive(Debug)]
struct Held {
    grant: Grant,
    end: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// Its number, and when anything about it was changed last, also who may write it.
    number: (u64, i64, i64),
}

impl Watch {
    pub(crate) fn new(data_dir: PathBuf, now: Instant) -> Self {
        Self {
            data_dir,
            seen: None,
            read: Vec::new(),
            in_force: Vec::new(),
            next: now,
        }
    }

    /// When [`Self::look`] wants to be called.
    pub(crate) fn due(&self) -> Instant {
        let ends = self.read.iter().map(|held| held.end);
        ends.fold(self.next, Instant::min)
    }

    /// The grants in force, if they are others than at the last look.
    pub(crate) fn look(&mut self, now: Instant) -> Option<Vec<Grant>> {
        self.next = now + PACE;
        let stamp = self.stamp();
        if stamp != self.seen {
            self.reread(now);
            self.seen = stamp;
        }
        if self.read.is_empty() && self.in_force.is_empty() {
            return None;
        }
        let clock = Clock::read();
        self.read.retain_mut(|held| {
            let left = held.grant.left(&clock).unwrap_or_default();
            held.end = held.end.min(now + left);
            held.end > now
        });
        let in_force: Vec<Grant> = self.read.iter().map(|held| held.grant.clone()).collect();
        if in_force == self.in_force {
            return None;
        }
        self.tell(&in_force);
        self.in_force.clone_from(&in_force);
        Some(in_force)
    }

    fn reread(&mut self, now: Instant) {
        let grants = file::read(&self.data_dir).unwrap_or_else(|error| {
            warn!(%error, "no grant is in force");
            Vec::new()
        });
        let before = std::mem::take(&mut self.read);
        let held = grants.into_iter().map(|grant| {
            let known = before.iter().find(|held| held.grant == grant);
            let end = known.map_or(now + super::LONGEST, |held| held.end);
            Held { grant, end }
        });
        self.read = held.collect();
    }

    fn tell(&self, in_force: &[Grant]) {
        for grant in in_force {
            if !self.in_force.contains(grant) {
                info!(until = %protocol::rfc3339(grant.ends_at()), "{grant} began");
            }
        }
        for grant in &self.in_force {
            if !in_force.contains(grant) {
                info!("{grant} ended");
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let found = fs::metadata(file::place(&self.data_dir)).ok()?;
        #[cfg(unix)]
        let number = {
            use std::os::unix::fs::MetadataExt;
            (found.ino(), found.ctime(), found.ctime_nsec())
        };
        #[cfg(not(unix))]
        let number = (0, 0, 0);
        Some(Stamp {
            modified: found.modified().ok(),
            length: found.len(),
            number,
        })
    }
}
