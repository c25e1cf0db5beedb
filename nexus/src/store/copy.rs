//! The store as a file that can be put away: copied as of one moment while it is in use, looked at, and made safe to start from.
//! Not here: what else belongs to a backup ([`crate::backup`]).

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::schema::MIGRATIONS;
use super::{Store, StoreError, jobs};
use crate::model::StopInfo;

impl Store {
    /// Writes everything into a new file, as of now, readable by its owner only. What is accepted meanwhile waits for it.
    pub(crate) async fn copy(&self, to: PathBuf) -> Result<u64, StoreError> {
        self.ask("cannot copy", move |connection| copy(connection, &to))
            .await
    }
}

/// The same for a store that nobody uses. None: somebody does.
pub(crate) fn copy_unused(from: &Path, to: &Path) -> Result<Option<u64>, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copied = Connection::open_with_flags(from, flags).and_then(|connection| {
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE;")?;
        copy(&connection, to)
    });
    match copied {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(None),
        Err(source) => Err(failed("cannot copy", from, source)),
    }
}

fn copy(connection: &Connection, to: &Path) -> rusqlite::Result<u64> {
    let io = |error: io::Error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
    let text = to.to_str().ok_or_else(|| {
        io(io::Error::other(
            "its name is no text that SQLite understands",
        ))
    })?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(to).map_err(io)?;
    let copied = connection
        .execute("VACUUM INTO ?1", [text])
        .and_then(|_| file.sync_all().map_err(io))
        .and_then(|()| file.metadata().map_err(io));
    if copied.is_err() {
        drop(std::fs::remove_file(to));
    }
    copied.map(|about| about.len())
}

/// Reads all of a copy. An error says what is wrong with it.
pub(crate) fn look_through(path: &Path) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|why| failed("cannot open", path, why))?;
    let said: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|why| failed("cannot read", path, why))?;
    if said != "ok" {
        return Err(StoreError::Damaged {
            path: path.to_owned(),
            said,
        });
    }
    let found: u32 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|why| failed("cannot read", path, why))?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: MIGRATIONS.len(),
        });
    }
    Ok(())
}

/// Whoever starts from this file begins nothing until a person has said so.
pub(crate) fn hold(path: &Path, stop: &StopInfo) -> Result<(), StoreError> {
    let connection = Connection::open(path).map_err(|why| failed("cannot open", path, why))?;
    jobs::put_stop(&connection, stop).map_err(|why| failed("cannot write", path, why))
}

fn failed(what: &'static str, path: &Path, source: rusqlite::Error) -> StoreError {
    StoreError::Sqlite {
        what,
        path: path.to_owned(),
        source,
    }
}
