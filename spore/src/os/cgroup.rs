//! A control group for each execution, where the spore's own group is delegated to it (systemd's `Delegate=yes`): whatever a
//! command does to hide its processes, they are in there, and one stroke of the kernel ends them all.
//!
//! Not here: version 1, and a group that the spore would have to make itself a place in; then executions are found by
//! other means, see [`super::linux`].

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use tracing::{debug, info, warn};

use crate::policy::Limits;

/// Where groups can be made.
#[derive(Debug)]
pub(crate) struct Cgroups {
    base: PathBuf,
    /// Whether memory and processes can be counted there.
    counts: bool,
}

/// The group of one execution.
#[derive(Debug)]
pub(crate) struct Cgroup {
    path: PathBuf,
}

/// The name of the group that the spore itself goes to: one that has children may hold no processes if it counts.
const OWN: &str = "spore-itself";
/// What the names of executions' groups begin with; the number of the spore follows.
const PREFIX: &str = "execution-";

impl Cgroups {
    /// Finds the own group, and whether groups can be made and killed in it.
    pub(crate) fn find() -> Option<Self> {
        let own = own_group(
            &fs::read_to_string("/proc/self/mountinfo").ok()?,
            &fs::read_to_string("/proc/self/cgroup").ok()?,
        )?;
        // After a restart in the same service we may find ourselves in our own child.
        let base = if own.ends_with(OWN) {
            own.parent()?.to_owned()
        } else {
            own
        };
        let mut found = Self {
            base,
            counts: false,
        };
        // Where systemd is, the tree is its own but for what it gave away.
        let delegated = found.is_delegated();
        if !delegated && Path::new("/run/systemd/system").exists() {
            return None;
        }
        let probe = found.make(None).ok()?;
        let kills = probe.path.join("cgroup.kill").exists();
        drop(probe);
        if !kills {
            return None;
        }
        found.sweep();
        found.counts = delegated && found.count();
        info!(group = %found.base.display(), counts = found.counts, "executions get control groups");
        Some(found)
    }

    /// Makes a group.
    pub(crate) fn make(&self, limits: Option<&Limits>) -> io::Result<Cgroup> {
        let (pid, id) = (std::process::id(), uuid::Uuid::new_v4().simple());
        let name = format!("{PREFIX}{pid}-{id}");
        let path = self.base.join(name);
        fs::create_dir(&path)?;
        let made = Cgroup { path };
        if let Some(limits) = limits.filter(|_| self.counts) {
            let memory = limits.memory_mib.map(|mib| u64::from(mib) << 20);
            let processes = limits.processes.map(u64::from);
            for (file, most) in [("memory.max", memory), ("pids.max", processes)] {
                if let Some(most) = most {
                    fs::write(made.path.join(file), most.to_string())?;
                }
            }
        }
        Ok(made)
    }

    /// systemd notes on a group that it gave away: where root only can read it, and since version 251 for all.
    fn is_delegated(&self) -> bool {
        let noted = [c"trusted.delegate", c"user.delegate"];
        noted
            .iter()
            .any(|name| super::linux::attribute(&self.base, name).as_deref() == Some(b"1"))
    }

    /// Switches counting on, as far as this group was given it. It may not hold processes itself then.
    fn count(&self) -> bool {
        let given = fs::read_to_string(self.base.join("cgroup.controllers")).unwrap_or_default();
        if !["memory", "pids"]
            .iter()
            .all(|one| given.split_whitespace().any(|has| has == *one))
        {
            return false;
        }
        let own = self.base.join(OWN);
        let moved = match fs::create_dir(&own) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            Ok(()) | Err(_) => fs::write(own.join("cgroup.procs"), "0"),
        };
        let on = moved
            .and_then(|()| fs::write(self.base.join("cgroup.subtree_control"), "+memory +pids"));
        on.inspect_err(|error| debug!(%error, "control groups count nothing"))
            .is_ok()
    }

    /// Takes away what an earlier life left, if nothing is in it any more. The groups of a spore that lives are its own.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.base).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let owner = name
                .strip_prefix(PREFIX)
                .and_then(|rest| rest.split('-').next());
            if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

impl Cgroup {
    /// For the child to go in by: it writes `0` into it.
    pub(crate) fn door(&self) -> io::Result<OwnedFd> {
        let door = OpenOptions::new()
            .write(true)
            .open(self.path.join("cgroup.procs"))?;
        Ok(door.into())
    }

    /// Numbers of the processes in it.
    pub(crate) fn members(&self) -> Vec<i32> {
        let listed = fs::read_to_string(self.path.join("cgroup.procs")).unwrap_or_default();
        listed
            .lines()
            .filter_map(|line| line.parse().ok())
            .collect()
    }

    /// Ends all of them at once, also those that are being forked.
    pub(crate) fn kill(&self) {
        let killed = File::options()
            .write(true)
            .open(self.path.join("cgroup.kill"));
        let killed = killed.and_then(|mut file| io::Write::write_all(&mut file, b"1"));
        if let Err(error) = killed {
            warn!(%error, "a control group cannot be ended");
        }
    }
}

impl Drop for Cgroup {
    /// What a command detached may stay in it; then the group stays too, until the next start.
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.path);
    }
}

/// The directory of the own group of version 2, from what the kernel says about mounts and groups.
fn own_group(mounts: &str, groups: &str) -> Option<PathBuf> {
    let own = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    mounts.lines().find_map(|line| {
        // `31 23 0:28 <root> <mount point> <options> … - cgroup2 …`; blanks in paths are written as \040.
        let (fields, kind) = line.split_once(" - ")?;
        if kind.split(' ').next()? != "cgroup2" {
            return None;
        }
        let mut fields = fields.split(' ').skip(3);
        let (root, point) = (fields.next()?, fields.next()?);
        let below = Path::new(own).strip_prefix(root).ok()?;
        Some(Path::new(&point.replace("\\040", " ")).join(below))
    })
}

#[cfg(test)]
mod tests;
