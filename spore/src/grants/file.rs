//! The file of the grants: read with suspicion, written as a whole, by one at a time. Not here: what they mean.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Grant, GrantError};
use crate::identity::private_file;
use crate::policy;

/// Largest file that is read, bytes.
const LARGEST: u64 = 256 * 1024;

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Grants {
    grants: Vec<Grant>,
}

pub(super) fn place(data_dir: &Path) -> PathBuf {
    data_dir.join("grants.json")
}

/// All that the file holds, also what has ended. What others could have written counts for nothing.
pub(super) fn read(data_dir: &Path) -> Result<Vec<Grant>, GrantError> {
    let path = place(data_dir);
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        file => file.map_err(|error| because(&path, error))?,
    };
    policy::sound_file(&file, &path).map_err(|why| because(&path, why))?;
    let mut text = String::new();
    file.take(LARGEST)
        .read_to_string(&mut text)
        .map_err(|error| because(&path, error))?;
    let found: Grants = serde_json::from_str(&text).map_err(|error| {
        let problem = format!("it is damaged ({error}); `spore ungrant all` begins anew");
        because(&path, problem)
    })?;
    // More than a spore would have written were not written by one.
    Ok(found.grants.into_iter().take(super::MOST).collect())
}

/// Reads, changes and writes it, while nobody else does.
pub(super) fn change(
    data_dir: &Path,
    change: impl FnOnce(&mut Vec<Grant>) -> Result<(), GrantError>,
) -> Result<(), GrantError> {
    let path = place(data_dir);
    let failed = |error: io::Error| because(&path, error);
    let lock = private_file(&data_dir.join("grants.lock"), false).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let mut grants = read(data_dir)?;
    change(&mut grants)?;
    write(data_dir, &path, grants).map_err(failed)
}

/// Forgets all, whatever the file holds.
pub(super) fn begin_anew(data_dir: &Path) -> Result<(), GrantError> {
    let path = place(data_dir);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(because(&path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write(data_dir: &Path, path: &Path, grants: Vec<Grant>) -> io::Result<()> {
    let draft = data_dir.join("grants.draft");
    let mut file = private_file(&draft, true)?;
    let text = serde_json::to_string_pretty(&Grants { grants }).map_err(io::Error::other)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    if cfg!(unix) {
        File::open(data_dir)?.sync_all()
    } else {
        Ok(())
    }
}

fn because(path: &Path, why: impl ToString) -> GrantError {
    GrantError::File {
        path: path.to_owned(),
        why: why.to_string(),
    }
}
