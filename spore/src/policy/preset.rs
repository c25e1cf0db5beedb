//! Policies that are ready to use, and putting one in place.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

/// A ready-made policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Files of the workspace may be read and listed, and the machine looked at; nothing of a caller's runs.
    Observe,
    /// Named commands that look at the machine.
    Operate,
    /// Everything that the spore's user may do.
    Full,
}

/// No ready-made policy has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such policy: it is observe, operate or full")]
pub struct UnknownPreset;

impl Preset {
    /// All of them, the tightest first.
    pub const ALL: [Self; 3] = [Self::Observe, Self::Operate, Self::Full];

    /// In a few words, for whoever has to choose.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Observe => {
                "read and list files of the workspace, see processes and services; nothing runs"
            }
            Self::Operate => "named commands that look at the machine, without a shell",
            Self::Full => "any command and the shell, as the user that runs the spore",
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Observe => include_str!("ready/observe.toml"),
            Self::Operate => include_str!("ready/operate.toml"),
            Self::Full => include_str!("ready/full.toml"),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Observe => "observe",
            Self::Operate => "operate",
            Self::Full => "full",
        })
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.to_string() == name)
            .ok_or(UnknownPreset)
    }
}

/// Whether this node has a policy, sound or not.
pub fn exists(data_dir: &Path) -> bool {
    let places = super::file::places(data_dir);
    places.iter().any(|path| path.symlink_metadata().is_ok())
}

/// Writes a ready-made policy, unless the node has one; also one in `/etc`, which this would hide. Says whether
/// it did. Whole or not at all: a link that exists already is not replaced.
pub fn install(data_dir: &Path, preset: Preset) -> io::Result<bool> {
    let places = super::file::places(data_dir);
    if exists(data_dir) {
        return Ok(false);
    }
    crate::identity::make_private_dir(data_dir)?;
    let temporary = data_dir.join(format!("policy.{}.new", uuid::Uuid::new_v4()));
    let done = write(&temporary, preset).and_then(|()| fs::hard_link(&temporary, &places[1]));
    let _ = fs::remove_file(&temporary);
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn write(path: &Path, preset: Preset) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(preset.text().as_bytes())?;
    file.sync_all()
}
