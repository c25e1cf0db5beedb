//! Everything that a Nexus keeps, put away as of one moment while it runs, and taken up again: the store, the keys and tokens, and
//! a note that says what it is.
//!
//! What waited when it was made may have run since, so whoever starts from a backup begins nothing until a person releases it.
//! Not here: how the running Nexus is asked for the store (the command line does), and what spores keep.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::config::Config;
use crate::model::StopInfo;
use crate::secret;
use crate::store::{StoreError, copy};

/// Says that a directory is a backup; written last, so what has none is not whole.
const NOTE: &str = "backup.json";
/// Before the name of a copy that a running Nexus made.
const COPY: &str = "backup-";
/// A copy that nobody took away is removed after this long.
const STALE: Duration = Duration::from_hours(1);

/// What a backup says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    /// Of the program that made it.
    pub version: String,
    /// When, RFC 3339.
    pub at: String,
    /// For people.
    pub name: String,
}

/// Why not. Display: a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something is there already.
    #[error("{0} is not empty; name a directory that is not there yet")]
    NotEmpty(PathBuf),
    /// The data directory is in use.
    #[error(
        "{0} is not empty: a Nexus has been here. Stop it, move its data directory away, then try again"
    )]
    InUse(PathBuf),
    /// There is no Nexus.
    #[error("{0} holds no Nexus; name its data directory with --data-dir or NEXUS_DATA_DIR")]
    Nothing(PathBuf),
    /// It is none.
    #[error("{0} is no backup that was finished: {1}")]
    NoBackup(PathBuf, String),
    /// A file.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A backup that is being made: its directory, which is empty.
pub struct Begun<'a> {
    config: &'a Config,
    to: PathBuf,
}

/// Makes the directory, readable by its owner only.
pub fn begin<'a>(config: &'a Config, to: &Path) -> Result<Begun<'a>, BackupError> {
    if !config.identity_file().exists() {
        return Err(BackupError::Nothing(config.data_dir.clone()));
    }
    empty(to, BackupError::NotEmpty)?;
    let to = to.to_owned();
    Ok(Begun { config, to })
}

impl Begun<'_> {
    /// Copies the store of a Nexus that does not run. False: it runs, and has to be asked.
    pub fn copy_store(&self) -> Result<bool, BackupError> {
        let from = self.config.store_file();
        Ok(copy::copy_unused(&from, &self.to.join(name(&from)))?.is_some())
    }

    /// Takes over the copy that the running Nexus made.
    pub fn take_store(&self, made: &str) -> Result<(), BackupError> {
        let expected = made.starts_with(COPY) && !made.contains(['/', '\\']);
        let from = self.config.data_dir.join(made);
        if !expected || !from.exists() {
            let why = io::Error::new(
                io::ErrorKind::NotFound,
                "the Nexus that answers has another data directory; name it with --data-dir or NEXUS_DATA_DIR",
            );
            return Err(BackupError::File(from, why));
        }
        put(&from, &self.to.join(name(&self.config.store_file())))?;
        fs::remove_file(&from).map_err(|error| BackupError::File(from, error))
    }

    /// Copies all else, looks through what is there, and says that it is whole; its bytes.
    pub fn finish(self) -> Result<u64, BackupError> {
        let store = name(&self.config.store_file());
        for file in files(&self.config.data_dir)? {
            let called = name(&file);
            let is_ours = called.starts_with(&store) || called.starts_with(COPY);
            if !is_ours && !called.ends_with(".new") {
                put(&file, &self.to.join(called))?;
            }
        }
        copy::look_through(&self.to.join(store))?;
        let note = Note {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at: rfc3339(SystemTime::now()),
            name: self.config.name.clone(),
        };
        let path = self.to.join(NOTE);
        // A struct of strings: it cannot fail to serialise.
        let text = serde_json::to_vec_pretty(&note).unwrap_or_default();
        let written = secret::bytes_or_create(&path, || Ok(text));
        written.map_err(|error| BackupError::File(path, error))?;
        sync(&self.to)?;
        let sizes = files(&self.to)?.into_iter().map(|file| {
            let about = fs::metadata(&file);
            about.map(|about| about.len())
        });
        Ok(sizes.filter_map(Result::ok).sum())
    }
}

/// Makes a data directory out of a backup. With `held` nothing begins in it before a person releases it.
pub fn restore(config: &Config, from: &Path, held: bool) -> Result<Note, BackupError> {
    let to = &config.data_dir;
    let none = |why: String| BackupError::NoBackup(from.to_owned(), why);
    let note = fs::read(from.join(NOTE)).map_err(|error| none(format!("{NOTE}: {error}")))?;
    let note: Note =
        serde_json::from_slice(&note).map_err(|error| none(format!("{NOTE}: {error}")))?;
    let store = from.join(name(&config.store_file()));
    copy::look_through(&store)?;
    empty(to, BackupError::InUse)?;
    for file in files(from)? {
        if name(&file) != NOTE {
            put(&file, &to.join(name(&file)))?;
        }
    }
    if held {
        let stop = StopInfo {
            held: true,
            by: "nexus restore".to_owned(),
            reason: format!(
                "restored from a backup of {}: what waited then may have run since",
                note.at
            ),
            since: Some(SystemTime::now()),
            ..StopInfo::default()
        };
        copy::hold(&config.store_file(), &stop)?;
    }
    sync(to)?;
    Ok(note)
}

/// A name for a copy in a data directory; copies that nobody took away are removed.
pub(crate) fn place(data_dir: &Path) -> PathBuf {
    let old = files(data_dir)
        .unwrap_or_default()
        .into_iter()
        .filter(|file| {
            let age = fs::metadata(file).and_then(|about| about.modified());
            let age = age.ok().and_then(|at| at.elapsed().ok());
            name(file).starts_with(COPY) && age.is_some_and(|age| age > STALE)
        });
    for file in old {
        drop(fs::remove_file(file));
    }
    data_dir.join(format!("{COPY}{}.sqlite", Uuid::new_v4().simple()))
}

/// Makes a directory, or sees that there is nothing in it.
fn empty(path: &Path, or: impl Fn(PathBuf) -> BackupError) -> Result<(), BackupError> {
    let failed = |error| BackupError::File(path.to_owned(), error);
    secret::private_directory(path).map_err(failed)?;
    match fs::read_dir(path).map_err(failed)?.next() {
        None => Ok(()),
        Some(_) => Err(or(path.to_owned())),
    }
}

/// The files of a directory, not what is below it.
fn files(directory: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let failed = |error| BackupError::File(directory.to_owned(), error);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// A copy that is new, on disk, and readable by its owner only.
fn put(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let copied = File::open(from).and_then(|mut source| {
        let mut file = options.open(to)?;
        io::copy(&mut source, &mut file)?;
        file.sync_all()
    });
    copied.map_err(|error| BackupError::File(to.to_owned(), error))
}

/// What was put into a directory is there after a power cut.
fn sync(directory: &Path) -> Result<(), BackupError> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let synced = File::open(directory).and_then(|opened| opened.sync_all());
    synced.map_err(|error| BackupError::File(directory.to_owned(), error))
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
