//! Who this spore is, for ever: the data directory, its lock, and the node id on disk.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use protocol::limits;

use crate::Config;

/// A spore that was killed while it began a command leaves a child that holds the lock until the command runs.
const LEFT_BEHIND: Duration = Duration::from_secs(2);
/// Between two tries.
const AGAIN: Duration = Duration::from_millis(50);

/// The data directory, held by this process alone, and the id that is kept in it.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) node_id: String,
    /// Held for as long as the spore lives; the system lets go of it when the process dies.
    _lock: File,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The directory or a file in it cannot be used.
    #[error("cannot use {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process holds the directory.
    #[error(
        "another spore already runs with the data directory {0}; give this one its own with --data-dir"
    )]
    Taken(PathBuf),
    /// The id on disk is not one.
    #[error("{0} does not hold a node id; delete it to get a new one")]
    Damaged(PathBuf),
}

impl Identity {
    /// Takes the data directory, making it and the id where they are missing.
    pub(crate) fn take(config: &Config) -> Result<Self, IdentityError> {
        let dir = &config.data_dir;
        make_private_dir(dir).map_err(at(dir))?;
        let lock_path = dir.join("lock");
        let lock = private_file(&lock_path, false).map_err(at(&lock_path))?;
        let begun = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if begun.elapsed() < LEFT_BEHIND => {
                    std::thread::sleep(AGAIN);
                }
                Err(TryLockError::WouldBlock) => return Err(IdentityError::Taken(dir.clone())),
                Err(TryLockError::Error(error)) => return Err(at(&lock_path)(error)),
            }
        }
        let node_id = match &config.node_id {
            Some(fixed) => fixed.clone(),
            None => kept_id(dir)?,
        };
        Ok(Self {
            node_id,
            _lock: lock,
        })
    }
}

/// A directory that only its owner can look into; parents as usual.
pub(crate) fn make_private_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn kept_id(dir: &Path) -> Result<String, IdentityError> {
    let path = dir.join("node-id");
    match fs::read_to_string(&path) {
        Ok(text) => {
            let id = text.trim();
            let sound =
                !id.is_empty() && id.len() <= limits::ID && !id.chars().any(char::is_control);
            if sound {
                Ok(id.to_owned())
            } else {
                Err(IdentityError::Damaged(path))
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let id = uuid::Uuid::new_v4().to_string();
            keep_id(dir, &path, &id).map_err(at(&path))?;
            Ok(id)
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(IdentityError::Damaged(path))
        }
        Err(error) => Err(at(&path)(error)),
    }
}

/// Whole or not at all, also when the power goes: temporary file, sync, rename.
fn keep_id(dir: &Path, path: &Path, id: &str) -> io::Result<()> {
    let temporary = dir.join("node-id.new");
    let mut file = private_file(&temporary, true)?;
    writeln!(file, "{id}")?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    if cfg!(unix) {
        File::open(dir)?.sync_all()
    } else {
        Ok(())
    }
}

pub(crate) fn private_file(path: &Path, truncate: bool) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(truncate);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> IdentityError {
    let path = path.to_path_buf();
    move |source| IdentityError::Io { path, source }
}

#[cfg(test)]
mod tests;
