//! The audit log handed over and read, this instance's own and its copies of others. Slices are small, since everything else waits
//! for them. Not here: writing it ([`super::chronicle`]), and how a log is read ([`super::logs`]).

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use rusqlite::{Connection, OpenFlags};

use super::copies::copies;
use super::logs::{AuditRow, OwnLog, Signatures, Start, entries_after, find, signatures, told};
use super::merged::{Slice, before};
use super::{Job, Store, StoreError};
use crate::audit::{Draft, LogCopy, LogId};

impl Store {
    /// Whether something new may be done: the log takes entries, and the disk took the last ones.
    pub(crate) fn may_act(&self) -> bool {
        !self.health.unrecorded.load(Ordering::Relaxed) && self.lane.has_room()
    }

    /// Hands something over for the audit log. Everything that is handed over after it is written after it. False: the log
    /// is full.
    pub(crate) fn record(&self, draft: Draft) -> bool {
        let taken = self.lane.push(draft);
        if taken == Some(true) {
            // The queue is full only when the writer is awake, and then it sees the lane too.
            drop(self.jobs.try_send(Job::Nudge));
        }
        taken.is_some()
    }

    /// Somebody waits for what was recorded.
    pub(crate) fn hurry(&self) {
        drop(self.jobs.try_send(Job::Hurry));
    }

    /// The next entries after this number.
    pub(crate) async fn audit_after(
        &self,
        log: LogId,
        after: u64,
        rows: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.read(move |connection| entries_after(connection, log, after, (rows, usize::MAX)))
            .await
    }

    /// Where this log begins, all its signatures, and how far it goes now. None: it is not there any more.
    pub(crate) async fn audit_signatures(
        &self,
        log: LogId,
    ) -> Result<Option<Signatures>, StoreError> {
        self.read(move |connection| signatures(connection, log))
            .await
    }

    /// Signs what there is, and finds where an export of this time on begins. None: this log is not there any more.
    pub(crate) async fn audit_sign_and_find(
        &self,
        log: LogId,
        since: Option<String>,
    ) -> Result<Option<Start>, StoreError> {
        self.jobs
            .send(Job::Sign)
            .await
            .map_err(|_| StoreError::Stopped)?;
        self.read(move |connection| find(connection, log, since.as_deref()))
            .await
    }

    /// What another instance is told of this one's log: entries after this number, signatures after that one, at most so many
    /// bytes, one entry at least.
    pub(crate) async fn audit_told(
        &self,
        after: u64,
        signed: u64,
        bytes: usize,
    ) -> Result<OwnLog, StoreError> {
        self.read(move |connection| told(connection, after, signed, bytes))
            .await
    }

    /// Number of the newest entry that is on disk.
    pub(crate) fn recorded(&self) -> u64 {
        self.health.recorded.load(Ordering::Relaxed)
    }
}

/// The audit log of a Nexus that does not run.
pub struct AuditFile {
    connection: Connection,
    path: PathBuf,
}

impl AuditFile {
    /// Opens `nexus.sqlite`; nothing in it is changed.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // To read what a killed Nexus left beside the file, SQLite has to be able to write there.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
            connection.busy_timeout(std::time::Duration::from_secs(2))?;
            connection.query_row("SELECT count(*) FROM audit", [], |_| Ok(()))?;
            Ok(connection)
        });
        let connection = opened.map_err(|source| StoreError::Sqlite {
            what: "cannot read the audit log in",
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        read(&self.connection).map_err(|source| StoreError::Sqlite {
            what: "cannot read the audit log in",
            path: self.path.clone(),
            source,
        })
    }

    pub(crate) fn before(
        &self,
        places: &[(LogId, u64)],
        room: usize,
        filter: impl Fn(&str) -> bool,
    ) -> Result<Slice, StoreError> {
        self.read(|connection| before(connection, places, usize::MAX, room, filter))
    }

    /// What is kept of others; nothing in the file of an older Nexus.
    pub(crate) fn copies(&self) -> Result<Vec<LogCopy>, StoreError> {
        let query = "SELECT count(*) FROM sqlite_master WHERE name = 'audit_copies'";
        self.read(|connection| {
            match connection.query_row(query, [], |row| row.get::<_, u32>(0))? {
                0 => Ok(Vec::new()),
                _ => copies(connection),
            }
        })
    }

    pub(crate) fn after(
        &self,
        log: LogId,
        after: u64,
        rows: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|connection| entries_after(connection, log, after, (rows, usize::MAX)))
    }

    pub(crate) fn signatures(&self, log: LogId) -> Result<Option<Signatures>, StoreError> {
        self.read(|connection| signatures(connection, log))
    }

    pub(crate) fn find(
        &self,
        log: LogId,
        since: Option<&str>,
    ) -> Result<Option<Start>, StoreError> {
        self.read(|connection| find(connection, log, since))
    }
}
