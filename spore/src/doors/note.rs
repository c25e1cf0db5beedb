//! A note in the data directory that says which door is in use, for `spore status`. Not here: anything that a spore relies on.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::identity::private_file;

const KEPT: &str = "in-use.json";

/// The note of a spore that runs. It goes with it.
#[derive(Debug)]
pub(crate) struct Note {
    path: PathBuf,
    there: bool,
}

/// What it says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) door: String,
    pub(super) since: String,
    pub(super) pid: u32,
}

impl Note {
    /// Takes away what a spore left there that did not end in order.
    pub(crate) fn new(data_dir: &Path) -> Self {
        let mut note = Self {
            path: data_dir.join(KEPT),
            there: true,
        };
        note.away();
        note
    }

    /// This door is in use now.
    pub(crate) fn put(&mut self, door: String, wall: SystemTime) {
        self.there = true;
        let said = Said {
            door,
            since: protocol::rfc3339(wall),
            pid: std::process::id(),
        };
        let written = serde_json::to_vec(&said)
            .map_err(io::Error::other)
            .and_then(|text| private_file(&self.path, true)?.write_all(&text));
        if let Err(error) = written {
            tracing::debug!(%error, "`spore status` will not know which address is in use");
        }
    }

    /// None is.
    pub(crate) fn away(&mut self) {
        if std::mem::take(&mut self.there) {
            // Should it stay: the process in it tells whether it is old.
            drop(fs::remove_file(&self.path));
        }
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        self.away();
    }
}

/// The note that is there, of a process that lives.
pub(super) fn read(data_dir: &Path) -> Option<Said> {
    let text = fs::read_to_string(data_dir.join(KEPT)).ok()?;
    let said: Said = serde_json::from_str(&text).ok()?;
    let pid = sysinfo::Pid::from_u32(said.pid);
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_processes(sysinfo::ProcessesToUpdate::Some(&[pid]), true);
    system.process(pid).is_some().then_some(said)
}
