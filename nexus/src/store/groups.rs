//! Rows of saved groups. Not here: what they mean.

use std::time::SystemTime;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::rows::{json, parsed};
use crate::groups::Group;

/// A group as kept: its expression as it was written.
#[derive(Serialize, Deserialize)]
struct GroupRow {
    name: String,
    target: String,
    made_by: String,
    made_at: SystemTime,
}

pub(super) fn put(connection: &Connection, group: &Group) -> rusqlite::Result<()> {
    let row = GroupRow {
        name: group.name.clone(),
        target: group.target.to_string(),
        made_by: group.made_by.clone(),
        made_at: group.made_at,
    };
    connection
        .prepare_cached("INSERT OR REPLACE INTO saved_groups VALUES (?1, ?2)")?
        .execute(params![group.name, json(&row)])
        .map(drop)
}

pub(super) fn forget(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM saved_groups WHERE name = ?1", [name])
        .map(drop)
}

/// One that cannot be read any more is left out: what names it is then refused, and never means anybody else.
pub(super) fn groups(connection: &Connection) -> rusqlite::Result<Vec<Group>> {
    let rows: Vec<GroupRow> = parsed(connection, "SELECT saved FROM saved_groups ORDER BY name")?;
    let read = rows.into_iter().filter_map(|row| {
        let Ok(target) = row.target.parse() else {
            tracing::warn!(group = %row.name, "a saved group is damaged and left out; make it anew");
            return None;
        };
        Some(Group {
            name: row.name,
            target,
            made_by: row.made_by,
            made_at: row.made_at,
        })
    });
    Ok(read.collect())
}
