//! Where a policy lies and whether it can be trusted. Not here: what it says.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Policy;

/// The machine's own directory; what lies in it is root's.
pub(crate) const ETC: &str = "/etc/nexus-spore";
/// Largest file that is read, bytes.
const LARGEST: u64 = 1024 * 1024;

/// Why a policy cannot be used. A spore with a broken policy does not start.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file cannot be read.
    #[error("cannot read the policy {}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others could widen it.
    #[error("the policy {} cannot be trusted: {why}", path.display())]
    Unsound {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// What it says makes no sense.
    #[error("the policy {} is wrong: {problems}", path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// All that is wrong.
        problems: String,
    },
    /// It wants what cannot be had on this machine.
    #[error("the policy cannot be kept here: {0}")]
    Impossible(String),
}

/// The places, the stronger one first: root's file is not overruled by one that a user can write.
pub(super) fn places(data_dir: &Path) -> [PathBuf; 2] {
    let machine = if cfg!(unix) {
        Path::new(ETC).join("policy.toml")
    } else {
        data_dir.join("policy.toml")
    };
    [machine, data_dir.join("policy.toml")]
}

/// The policy of this node, if there is one.
pub(crate) fn load(data_dir: &Path) -> Result<Option<Policy>, PolicyError> {
    for path in places(data_dir) {
        match File::open(&path) {
            Ok(file) => return read(&file, path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(PolicyError::Io { path, source }),
        }
    }
    Ok(None)
}

fn read(file: &File, path: PathBuf) -> Result<Policy, PolicyError> {
    if let Err(why) = sound_file(file, &path) {
        return Err(PolicyError::Unsound { path, why });
    }
    let mut text = String::new();
    if let Err(source) = file.take(LARGEST).read_to_string(&mut text) {
        return Err(PolicyError::Io { path, source });
    }
    text.parse().map_err(|mistakes: super::Mistakes| {
        let problems = mistakes.to_string();
        PolicyError::Wrong { path, problems }
    })
}

/// Whether only its owner and root could have written a file, and who owns it is us or root. The file is looked at
/// through its handle, so that nobody can swap it in between.
#[cfg(unix)]
pub(crate) fn sound_file(file: &File, path: &Path) -> Result<(), String> {
    let found = file.metadata().map_err(|error| error.to_string())?;
    sound(&found, "it")?;
    // Whoever can write the directory can put another file there.
    let parent = path.parent().unwrap_or(Path::new("/"));
    let found = std::fs::metadata(parent).map_err(|error| error.to_string())?;
    sound(&found, &parent.display().to_string())
}

#[cfg(unix)]
fn sound(found: &std::fs::Metadata, what: &str) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    if found.mode() & 0o022 != 0 {
        return Err(format!("{what} can be written by others: chmod go-w it"));
    }
    let us = rustix::process::geteuid().as_raw();
    if found.uid() != us && found.uid() != 0 {
        return Err(format!(
            "{what} belongs to user {} and not to the spore's or root: chown it",
            found.uid()
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn sound_file(_: &File, _: &Path) -> Result<(), String> {
    Ok(())
}
