//! Where a policy lies and whether it can be trusted.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Policy;

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
    #[error("the policy {} can be written by others: chmod go-w it", .0.display())]
    Writable(PathBuf),
    /// What it says makes no sense.
    #[error("the policy {} is wrong: {problems}", path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// All that is wrong.
        problems: String,
    },
}

/// The places, first one first.
pub(super) fn places(data_dir: &Path) -> [PathBuf; 2] {
    [
        data_dir.join("policy.toml"),
        PathBuf::from("/etc/nexus-spore/policy.toml"),
    ]
}

/// The policy of this node, if there is one.
pub(crate) fn load(data_dir: &Path) -> Result<Option<Policy>, PolicyError> {
    for path in places(data_dir) {
        match File::open(&path) {
            Ok(file) => return read(file, path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(PolicyError::Io { path, source }),
        }
    }
    Ok(None)
}

fn read(mut file: File, path: PathBuf) -> Result<Policy, PolicyError> {
    if writable_by_others(&file) {
        return Err(PolicyError::Writable(path));
    }
    let mut text = String::new();
    if let Err(source) = file.read_to_string(&mut text) {
        return Err(PolicyError::Io { path, source });
    }
    let parsed = toml::from_str::<Policy>(&text).map_err(|error| error.to_string());
    let problems = match parsed {
        Ok(policy) => match policy.problems() {
            none if none.is_empty() => return Ok(policy),
            some => some.join("; "),
        },
        Err(problem) => problem,
    };
    Err(PolicyError::Wrong { path, problems })
}

/// Looked at through the open file, so that nobody can swap it in between.
#[cfg(unix)]
fn writable_by_others(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .map_or(true, |found| found.permissions().mode() & 0o022 != 0)
}

#[cfg(not(unix))]
fn writable_by_others(_: &File) -> bool {
    false
}
