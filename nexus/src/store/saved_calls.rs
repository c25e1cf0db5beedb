//! Calls that a principal made before or gave a name, for that principal's own form. Bounded for each of them, so that
//! nobody fills the disk by asking. Not here: what may be kept of a call, see [`crate::console`].

use std::time::SystemTime;

use rusqlite::{Row, Transaction, params};
use uuid::Uuid;

use super::rows::{micros, time};
use super::{Store, StoreError};

/// Used calls kept of one method.
const RECENT: i64 = 20;
/// Used calls kept of all methods together.
const RECENT_ALL: i64 = 1_000;
/// Calls with a name, of all methods together.
const NAMED: i64 = 200;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SavedCall {
    pub(crate) id: Uuid,
    pub(crate) principal: String,
    pub(crate) skill: String,
    pub(crate) method: String,
    /// Empty for one that was only used.
    pub(crate) name: String,
    /// JSON.
    pub(crate) parameters: String,
    /// Seconds.
    pub(crate) timeout: f64,
    pub(crate) summary: String,
    /// Something secret is not in it.
    pub(crate) incomplete: bool,
    pub(crate) used_at: SystemTime,
}

impl Store {
    /// Those of one method: with a name first, by it; then the used ones, newest first.
    pub(crate) async fn saved_calls(
        &self,
        principal: String,
        skill: String,
        method: String,
    ) -> Result<Vec<SavedCall>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT id, principal, skill, method, name, parameters, timeout, summary, incomplete, used_at
                 FROM saved_calls WHERE principal = ?1 AND skill = ?2 AND method = ?3
                 ORDER BY name = '', name, used_at DESC",
            )?;
            query
                .query_map((principal, skill, method), saved_call)?
                .collect()
        })
        .await
    }

    /// Keeps one in the place of what is the same. False: there are too many with a name.
    pub(crate) async fn put_saved_call(&self, call: SavedCall) -> Result<bool, StoreError> {
        self.change(move |transaction| {
            replace(transaction, &call)?;
            if !call.name.is_empty() && named(transaction, &call.principal)? >= NAMED {
                // Nothing was committed: the one that it would have replaced is not gone.
                return Err(rusqlite::Error::StatementChangedRows(0));
            }
            insert(transaction, &call)?;
            forget_old(transaction, &call)
        })
        .await
        .map(|()| true)
        .or_else(|error| match error {
            StoreError::Sqlite {
                source: rusqlite::Error::StatementChangedRows(0),
                ..
            } => Ok(false),
            error @ (StoreError::Sqlite { .. }
            | StoreError::Newer { .. }
            | StoreError::Damaged { .. }
            | StoreError::Stopped) => Err(error),
        })
    }

    /// Only one's own; what is not there is gone already.
    pub(crate) async fn remove_saved_call(
        &self,
        principal: String,
        id: Uuid,
    ) -> Result<(), StoreError> {
        self.change(move |transaction| {
            transaction
                .execute(
                    "DELETE FROM saved_calls WHERE id = ?1 AND principal = ?2",
                    params![id.as_bytes().as_slice(), principal],
                )
                .map(drop)
        })
        .await
    }
}

fn replace(transaction: &Transaction<'_>, call: &SavedCall) -> rusqlite::Result<()> {
    transaction
        .execute(
            "DELETE FROM saved_calls WHERE principal = ?1 AND skill = ?2 AND method = ?3 AND name = ?4
             AND (name <> '' OR parameters = ?5)",
            params![
                call.principal,
                call.skill,
                call.method,
                call.name,
                call.parameters
            ],
        )
        .map(drop)
}

fn named(transaction: &Transaction<'_>, principal: &str) -> rusqlite::Result<i64> {
    transaction.query_row(
        "SELECT count(*) FROM saved_calls WHERE principal = ?1 AND name <> ''",
        [principal],
        |row| row.get(0),
    )
}

fn insert(transaction: &Transaction<'_>, call: &SavedCall) -> rusqlite::Result<()> {
    transaction
        .execute(
            "INSERT INTO saved_calls VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                call.id.as_bytes().as_slice(),
                call.principal,
                call.skill,
                call.method,
                call.name,
                call.parameters,
                call.timeout,
                call.summary,
                call.incomplete,
                micros(call.used_at),
            ],
        )
        .map(drop)
}

fn forget_old(transaction: &Transaction<'_>, call: &SavedCall) -> rusqlite::Result<()> {
    transaction.execute(
        "DELETE FROM saved_calls WHERE id IN (SELECT id FROM saved_calls
         WHERE principal = ?1 AND skill = ?2 AND method = ?3 AND name = ''
         ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ?4)",
        params![call.principal, call.skill, call.method, RECENT],
    )?;
    transaction
        .execute(
            "DELETE FROM saved_calls WHERE id IN (SELECT id FROM saved_calls
             WHERE principal = ?1 AND name = '' ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ?2)",
            params![call.principal, RECENT_ALL],
        )
        .map(drop)
}

fn saved_call(row: &Row<'_>) -> rusqlite::Result<SavedCall> {
    Ok(SavedCall {
        id: Uuid::from_slice(&row.get::<_, Vec<u8>>(0)?).unwrap_or_default(),
        principal: row.get(1)?,
        skill: row.get(2)?,
        method: row.get(3)?,
        name: row.get(4)?,
        parameters: row.get(5)?,
        timeout: row.get(6)?,
        summary: row.get(7)?,
        incomplete: row.get(8)?,
        used_at: time(row.get(9)?),
    })
}
