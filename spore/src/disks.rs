//! How full the fullest disk is. A disk may take for ever to answer, so a thread of its own reads, once a minute; a heartbeat
//! takes what was read last. One that hangs is not asked again, and what is old is not told. Not here: every disk with its
//! size, which SystemSkill tells who looks.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use protocol::{DiskUse, limits};

/// How often disks are read.
const EVERY: Duration = Duration::from_secs(60);
/// What is older is not told.
const STALE: Duration = Duration::from_secs(300);
/// Longest place that is told, bytes.
const MOUNT: usize = 200;

/// See the module.
#[derive(Default)]
pub(crate) struct Disks {
    begun: Option<Instant>,
    /// The thread has the other end while it reads.
    read: Arc<Mutex<Option<(Instant, DiskUse)>>>,
}

/// What one file system says.
#[derive(Clone, Copy)]
struct Space<'a> {
    mount: &'a Path,
    total: u64,
    free: u64,
    /// It is not for writing, or can be taken out.
    passing: bool,
}

impl Disks {
    /// The fullest disk, as it was at most a few minutes ago.
    pub(crate) fn fullest(&mut self, now: Instant) -> Option<DiskUse> {
        let is_due = self
            .begun
            .is_none_or(|begun| now.saturating_duration_since(begun) >= EVERY);
        if is_due && Arc::strong_count(&self.read) == 1 {
            self.begun = Some(now);
            self.begin();
        }
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = read
            .as_ref()
            .filter(|(at, _)| now.saturating_duration_since(*at) < STALE);
        fresh.map(|(_, fullest)| fullest.clone())
    }

    fn begin(&self) {
        let read = Arc::clone(&self.read);
        let reading = std::thread::Builder::new().name("disks".to_owned());
        let begun = reading.spawn(move || {
            let found = look().map(|fullest| (Instant::now(), fullest));
            *read.lock().unwrap_or_else(PoisonError::into_inner) = found;
        });
        if let Err(error) = begun {
            tracing::debug!(%error, "the disks cannot be read at the moment");
        }
    }
}

fn look() -> Option<DiskUse> {
    let all = sysinfo::Disks::new_with_refreshed_list().ok()?;
    fullest(all.iter().map(|disk| Space {
        mount: disk.mount_point(),
        total: disk.total_space(),
        free: disk.available_space(),
        passing: disk.is_read_only() || disk.is_removable(),
    }))
}

/// Images and media are full by nature and nothing is written to them, so they do not count.
fn fullest<'a>(all: impl Iterator<Item = Space<'a>>) -> Option<DiskUse> {
    let counted = all.filter(|one| one.total > 0 && !one.passing);
    let fullest = counted.max_by(|one, other| usage(*one).total_cmp(&usage(*other)))?;
    let mount: String = fullest
        .mount
        .to_string_lossy()
        .chars()
        .filter(|c| !limits::is_deceptive(*c))
        .collect();
    Some(DiskUse {
        usage: usage(fullest),
        free: fullest.free,
        mount: limits::cut(&mount, MOUNT).to_owned(),
    })
}

fn usage(space: Space<'_>) -> f64 {
    let used = space.total.saturating_sub(space.free);
    #[expect(clippy::cast_precision_loss, reason = "a share, not a count")]
    let share = used as f64 / space.total.max(1) as f64;
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(mount: &str, total: u64, free: u64) -> Space<'_> {
        Space {
            mount: Path::new(mount),
            total,
            free,
            passing: false,
        }
    }

    #[test]
    fn the_fullest_is_told_by_share_and_what_cannot_be_written_is_left_out() {
        let image = Space {
            passing: true,
            ..space("/snap/core", 100, 0)
        };
        let all = [
            image,
            space("/", 1_000, 500),
            space("/var\u{202e}", 100, 4),
            space("/proc", 0, 0),
        ];
        let found = fullest(all.into_iter()).unwrap();
        assert_eq!((found.mount.as_str(), found.free), ("/var", 4));
        assert!((found.usage - 0.96).abs() < 1e-9);
        assert_eq!(fullest([image].into_iter()), None);
    }

    #[test]
    fn one_that_hangs_is_not_asked_again_and_what_is_old_is_not_told() {
        let mut disks = Disks::default();
        let now = Instant::now();
        let full = fullest([space("/", 100, 1)].into_iter()).unwrap();
        *disks.read.lock().unwrap() = Some((now, full.clone()));
        let hanging = Arc::clone(&disks.read);
        assert_eq!(disks.fullest(now), Some(full));
        assert_eq!(disks.begun, None);
        assert_eq!(disks.fullest(now + STALE), None);
        drop(hanging);
        disks.fullest(now + STALE);
        assert_eq!(disks.begun, Some(now + STALE));
    }
}
