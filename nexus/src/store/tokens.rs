//! Rows of API tokens. The tokens themselves are never here, only their hashes.

use std::time::SystemTime;

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::Store;
use super::StoreError;
use super::rows::{micros, time};

/// A token as kept.
#[derive(Debug, Clone)]
pub(crate) struct TokenRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) hash: [u8; 32],
    pub(crate) role: String,
    pub(crate) nodes: String,
    pub(crate) calls: Vec<String>,
    pub(crate) created_at: SystemTime,
    pub(crate) expires_at: SystemTime,
    pub(crate) last_used: Option<(SystemTime, String)>,
    pub(crate) revoked_at: Option<SystemTime>,
}

impl Store {
    pub(crate) async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare(
                "SELECT id, name, hash, role, nodes, calls, created_at, expires_at, last_used_at, last_used_from, revoked_at
                 FROM tokens ORDER BY created_at, id",
            )?;
            query.query_map([], row)?.collect()
        })
        .await
    }

    pub(crate) async fn put_token(&self, token: TokenRow) -> Result<(), StoreError> {
        self.change(move |connection| put(connection, &token)).await
    }

    pub(crate) async fn touch_token(
        &self,
        id: Uuid,
        at: SystemTime,
        from: String,
    ) -> Result<(), StoreError> {
        self.change(move |connection| {
            connection
                .execute(
                    "UPDATE tokens SET last_used_at = ?2, last_used_from = ?3 WHERE id = ?1",
                    params![id.as_bytes().as_slice(), micros(at), from],
                )
                .map(drop)
        })
        .await
    }

    pub(crate) async fn revoke_token(&self, id: Uuid, at: SystemTime) -> Result<(), StoreError> {
        self.change(move |connection| {
            connection
                .execute(
                    "UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
                    params![id.as_bytes().as_slice(), micros(at)],
                )
                .map(drop)
        })
        .await
    }
}

fn put(connection: &Connection, token: &TokenRow) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT INTO tokens (id, name, hash, role, nodes, calls, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                token.id.as_bytes().as_slice(),
                token.name,
                token.hash.as_slice(),
                token.role,
                token.nodes,
                token.calls.join(" "),
                micros(token.created_at),
                micros(token.expires_at),
            ],
        )
        .map(drop)
}

fn row(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    let at: Option<i64> = row.get(8)?;
    let from: Option<String> = row.get(9)?;
    let calls: String = row.get(5)?;
    Ok(TokenRow {
        id: Uuid::from_slice(&row.get::<_, Vec<u8>>(0)?).unwrap_or_default(),
        name: row.get(1)?,
        hash: row.get(2)?,
        role: row.get(3)?,
        nodes: row.get(4)?,
        calls: calls.split_whitespace().map(str::to_owned).collect(),
        created_at: time(row.get(6)?),
        expires_at: time(row.get(7)?),
        last_used: at.map(time).zip(from),
        revoked_at: row.get::<_, Option<i64>>(10)?.map(time),
    })
}
