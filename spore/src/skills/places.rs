//! The directories that files may be in: the workspace, and those that the policy and grants name. Each is opened once,
//! and from then on its handle is the place, whatever its name leads to by then. Not here: who may go where.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cap_std::fs::Dir;
use tracing::warn;

use crate::Config;
use crate::identity::make_private_dir;
use crate::policy::{ETC, Policy, PolicyError};

use super::SkillsError;

/// See the module.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) workspace: Arc<Dir>,
    /// Where the workspace really is.
    pub(super) path: PathBuf,
    /// Where the keys and the grants are.
    data_dir: PathBuf,
    open: Mutex<BTreeMap<PathBuf, Arc<Dir>>>,
}

impl Places {
    /// Opens the workspace, making it where it is missing.
    pub(super) fn open(config: &Config) -> Result<Self, SkillsError> {
        let workspace = make_private_dir(&config.workspace)
            .and_then(|()| config.workspace.canonicalize())
            .and_then(|path| Ok((ambient(&path)?, path)));
        let (workspace, path) = workspace.map_err(|source| SkillsError::Workspace {
            path: config.workspace.clone(),
            source,
        })?;
        let data_dir = config.data_dir.canonicalize();
        Ok(Self {
            workspace: Arc::new(workspace),
            path,
            data_dir: data_dir.unwrap_or_else(|_| config.data_dir.clone()),
            open: Mutex::default(),
        })
    }

    /// Opens what a policy names, as far as it exists by now. What would give the node's own files away is an error.
    pub(super) fn prepare(&self, policy: &Policy) -> Result<(), PolicyError> {
        let forbidden = |why: String| PolicyError::Impossible(why);
        if self.data_dir.starts_with(&self.path) {
            return Err(forbidden(format!(
                "the workspace {} holds the spore's own files in {}; give it another SPORE_WORKSPACE",
                self.path.display(),
                self.data_dir.display()
            )));
        }
        for place in policy.write.iter().map(Path::new) {
            if place != Path::new(".") && Path::new(ETC).starts_with(place) {
                let place = place.display();
                return Err(forbidden(format!("write: {place} holds the policy itself")));
            }
        }
        let named = policy.read.iter().chain(&policy.write);
        for place in named.filter(|place| *place != ".") {
            match self.dir(Path::new(place)) {
                Err(Closed::Own(why)) => return Err(forbidden(why)),
                Err(Closed::Io(error)) => warn!("the policy allows {place}, but: {error}"),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// The handle of a place.
    pub(super) fn dir(&self, place: &Path) -> Result<Arc<Dir>, Closed> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(dir) = open.get(place) {
            return Ok(Arc::clone(dir));
        }
        let dir = ambient(place).map_err(Closed::Io)?;
        let real = real(&dir, place).map_err(Closed::Io)?;
        let own = self.data_dir.starts_with(&real)
            || (real.starts_with(&self.data_dir) && !real.starts_with(&self.path));
        if own {
            return Err(Closed::Own(format!(
                "{} holds the spore's own files in {}; name directories beside them",
                place.display(),
                self.data_dir.display()
            )));
        }
        let dir = Arc::new(dir);
        open.insert(place.to_owned(), Arc::clone(&dir));
        Ok(dir)
    }

    /// Lets go of what only ended grants named, so that the next one opens it anew.
    pub(super) fn keep(&self, policy: &Policy) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|place, _| {
            let mut named = policy.read.iter().chain(&policy.write);
            named.any(|known| Path::new(known) == place)
        });
    }
}

/// Why a place cannot be used.
#[derive(Debug)]
pub(super) enum Closed {
    /// It holds what no skill may touch.
    Own(String),
    Io(io::Error),
}

impl std::fmt::Display for Closed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own(why) => out.write_str(why),
            Self::Io(error) => error.fmt(out),
        }
    }
}

/// The only places where a name alone opens something; each of them was written down by the owner of the machine.
fn ambient(path: &Path) -> io::Result<Dir> {
    Dir::open_ambient_dir(path, cap_std::ambient_authority())
}

/// Where an open directory really is.
#[cfg(target_os = "linux")]
fn real(dir: &Dir, _: &Path) -> io::Result<PathBuf> {
    use std::os::fd::AsRawFd;
    std::fs::read_link(format!("/proc/self/fd/{}", dir.as_raw_fd()))
}

#[cfg(not(target_os = "linux"))]
fn real(_: &Dir, path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}
