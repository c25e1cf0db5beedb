//! The sandbox of commands: a Landlock ruleset, made anew for each, for directories come and go. What it names may be
//! reached, and nothing else of the file system; signals and abstract sockets end at its edge.
//!
//! Landlock can only allow. So a directory that holds the spore's own is taken apart: its entries are allowed one by
//! one, without the one that leads there. Not here: the network, which is not restricted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cap_std::fs::Dir;

/// Directories of the system that commands may read and run from.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc",
    "/opt",
    "/nix",
    "/snap",
    "/proc",
    "/sys",
    "/run/systemd",
    "/run/udev",
    "/run/log",
    "/run/utmp",
    "/run/resolvconf",
    "/run/NetworkManager",
    "/var/log/journal",
    "/var/lib/dpkg",
    "/var/lib/rpm",
    "/dev/tty",
];
/// What they may also write. Of the devices only those that hold nothing: a disk holds every file.
const SCRATCH: &[&str] = &[
    "/tmp",
    "/var/tmp",
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];
/// Entries of one directory that are allowed one by one.
const ENTRIES: usize = 4096;

/// A place of the policy that commands may use too, by the handle that is used for files.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) dir: Arc<Dir>,
    pub(crate) writable: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Sandbox {
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    kept_away: Vec<PathBuf>,
}

impl Sandbox {
    pub(super) fn new(read: &[String], write: &[String], kept_away: Vec<PathBuf>) -> Self {
        let paths = |system: &[&str], more: &[String]| {
            let more = more.iter().filter(|place| *place != ".");
            let all = system.iter().map(PathBuf::from);
            all.chain(more.map(PathBuf::from)).collect::<Vec<_>>()
        };
        let mut write = paths(SCRATCH, write);
        let scratch = std::env::var_os("TMPDIR").map(PathBuf::from);
        write.extend(scratch.filter(|path| path.is_absolute()));
        Self {
            read: paths(SYSTEM, read),
            write,
            kept_away,
        }
    }
}

/// All of `place` but what is kept away: itself, or its entries one by one.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "for Landlock"))]
fn without(place: &Path, kept_away: &[PathBuf], found: &mut Vec<PathBuf>) {
    let inside = kept_away.iter().any(|away| place.starts_with(away));
    if inside {
        return;
    }
    if !kept_away.iter().any(|away| away.starts_with(place)) {
        found.push(place.to_owned());
        return;
    }
    let Ok(entries) = std::fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten().take(ENTRIES) {
        // What a link leads to is allowed, or not, where it is.
        if entry.file_type().is_ok_and(|kind| !kind.is_symlink()) {
            without(&entry.path(), kept_away, found);
        }
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use landlock::{
        ABI, Access, AccessFs, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
        RulesetCreatedAttr, RulesetError, Scope,
    };

    use super::{Path, PathBuf, Rule, Sandbox, without};

    /// What is restricted where the kernel can; older kernels restrict less.
    const KNOWN: ABI = ABI::V7;

    impl Sandbox {
        /// For one process, as a descriptor that it takes on itself.
        pub(crate) fn ruleset(
            &self,
            program: &Path,
            rules: &[Rule],
        ) -> Result<Option<crate::os::Ruleset>, String> {
            let made = self.build(program, rules);
            let made = made.map_err(|error| format!("the sandbox cannot be made: {error}"))?;
            Ok(made.into())
        }

        fn build(&self, program: &Path, rules: &[Rule]) -> Result<RulesetCreated, RulesetError> {
            let all = AccessFs::from_all(KNOWN);
            // A device made here would be a way to the disk that it names.
            let write = all & !(AccessFs::MakeBlock | AccessFs::MakeChar);
            let read = AccessFs::from_read(KNOWN);
            let mut ruleset = Ruleset::default()
                .handle_access(all)?
                .scope(Scope::from_all(KNOWN))?
                .create()?;
            let away = self.kept_away.iter().filter(|path| path.exists());
            let away: Vec<PathBuf> = away.map(|path| real(path)).collect();
            for (places, access) in [(&self.read, read), (&self.write, write)] {
                for place in places {
                    let mut found = Vec::new();
                    without(&real(place), &away, &mut found);
                    for path in found {
                        ruleset = allow(ruleset, &path, access)?;
                    }
                    // Names may be seen everywhere on the way; what is kept away stays closed.
                    if place.is_dir() {
                        ruleset = allow(ruleset, place, AccessFs::ReadDir.into())?;
                    }
                }
            }
            if !away.iter().any(|away| real(program).starts_with(away)) {
                ruleset = allow(ruleset, program, read)?;
            }
            for rule in rules {
                let access = if rule.writable { write } else { read };
                ruleset = ruleset.add_rule(PathBeneath::new(&*rule.dir, access))?;
            }
            Ok(ruleset)
        }
    }

    /// What does not exist or cannot be opened needs no rule.
    fn allow(
        ruleset: RulesetCreated,
        path: &Path,
        access: BitFlags<AccessFs>,
    ) -> Result<RulesetCreated, RulesetError> {
        let Ok(handle) = PathFd::new(path) else {
            return Ok(ruleset);
        };
        let is_dir = path.is_dir();
        let access = if is_dir {
            access
        } else {
            access & AccessFs::from_file(KNOWN)
        };
        ruleset.add_rule(PathBeneath::new(handle, access))
    }

    fn real(path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| path.to_owned())
    }
}

#[cfg(not(target_os = "linux"))]
impl Sandbox {
    /// Never asked for: there is no sandbox here.
    pub(super) fn ruleset(
        &self,
        _: &Path,
        _: &[Rule],
    ) -> Result<Option<crate::os::Ruleset>, String> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
