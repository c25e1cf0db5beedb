//! What was in line with the other instances last: a revision and a hash for each key. Not here: what for.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::rows::{json, parsed};
use super::{Store, StoreError};
use crate::audit::Digest;
use crate::fleet::FactKey;

/// One key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InLine {
    /// Which.
    pub(crate) key: FactKey,
    /// Of the directory's value.
    pub(crate) revision: u64,
    /// Of what was here; none: nothing.
    pub(crate) ours: Option<Digest>,
}

impl Store {
    /// All of them.
    pub(crate) async fn in_line(&self) -> Result<Vec<InLine>, StoreError> {
        let query = "SELECT value FROM settings WHERE key >= 'fact:' AND key < 'fact;'";
        self.read(move |connection| parsed(connection, query)).await
    }

    /// Keeps some, and lets some go.
    pub(crate) async fn keep_in_line(
        &self,
        rows: Vec<InLine>,
        gone: Vec<FactKey>,
    ) -> Result<(), StoreError> {
        self.change(move |connection| {
            let mut put =
                connection.prepare_cached("INSERT OR REPLACE INTO settings VALUES (?1, ?2)")?;
            for row in &rows {
                put.execute(params![name(&row.key), json(row)])?;
            }
            let mut forget = connection.prepare_cached("DELETE FROM settings WHERE key = ?1")?;
            for key in &gone {
                forget.execute([name(key)])?;
            }
            Ok(())
        })
        .await
    }
}

fn name(key: &FactKey) -> String {
    format!("fact:{}", json(key))
}
