//! Rows of approvals and of the rules that want them. Not here: what they mean.

use std::time::{Duration, SystemTime};

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{json, parsed};
use crate::access::Scope;
use crate::approval::{Approval, By, Rule};

/// A rule as kept: its scope as it was written.
#[derive(Serialize, Deserialize)]
struct RuleRow {
    id: Uuid,
    name: String,
    nodes: String,
    calls: Vec<String>,
    at_least: u32,
    ttl: Duration,
    by: By,
    created_by: String,
    created_at: SystemTime,
}

pub(super) fn put(connection: &Connection, approval: &Approval) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO approvals VALUES (?1, ?2)")?
        .execute(params![approval.id.as_bytes().as_slice(), json(approval)])
        .map(drop)
}

pub(super) fn forget(connection: &Connection, id: Uuid) -> rusqlite::Result<()> {
    connection
        .execute(
            "DELETE FROM approvals WHERE id = ?1",
            [id.as_bytes().as_slice()],
        )
        .map(drop)
}

pub(super) fn put_rule(connection: &Connection, rule: &Rule) -> rusqlite::Result<()> {
    let row = RuleRow {
        id: rule.id,
        name: rule.name.clone(),
        nodes: rule.scope.nodes().to_string(),
        calls: rule.scope.calls(),
        at_least: rule.at_least,
        ttl: rule.ttl,
        by: rule.by,
        created_by: rule.created_by.clone(),
        created_at: rule.created_at,
    };
    connection
        .prepare_cached("INSERT OR REPLACE INTO approval_rules VALUES (?1, ?2)")?
        .execute(params![rule.id.as_bytes().as_slice(), json(&row)])
        .map(drop)
}

pub(super) fn forget_rule(connection: &Connection, id: Uuid) -> rusqlite::Result<()> {
    connection
        .execute(
            "DELETE FROM approval_rules WHERE id = ?1",
            [id.as_bytes().as_slice()],
        )
        .map(drop)
}

/// One that cannot be read any more is left out: nothing is approved by it.
pub(super) fn approvals(connection: &Connection) -> rusqlite::Result<Vec<Approval>> {
    parsed(connection, "SELECT approval FROM approvals ORDER BY id")
}

/// One that cannot be read any more wants a yes for everything: protection does not go away by damage.
pub(super) fn rules(connection: &Connection) -> rusqlite::Result<Vec<Rule>> {
    let mut query = connection.prepare("SELECT id, rule FROM approval_rules ORDER BY id")?;
    let rows = query.query_map([], |row| {
        let (id, text): (Vec<u8>, String) = (row.get(0)?, row.get(1)?);
        let id = Uuid::from_slice(&id).unwrap_or_default();
        let read = serde_json::from_str::<RuleRow>(&text)
            .ok()
            .and_then(restored);
        Ok(read.unwrap_or_else(|| damaged(id)))
    })?;
    rows.collect()
}

fn restored(row: RuleRow) -> Option<Rule> {
    Some(Rule {
        id: row.id,
        name: row.name,
        scope: Scope::parse(&row.nodes, &row.calls).ok()?,
        at_least: row.at_least,
        ttl: row.ttl,
        by: row.by,
        created_by: row.created_by,
        created_at: row.created_at,
    })
}

fn damaged(id: Uuid) -> Rule {
    tracing::warn!(rule = %id, "a rule for approvals is damaged, so everything needs one; remove it and make it anew");
    Rule {
        id,
        name: "damaged rule".to_owned(),
        scope: Scope::all(),
        at_least: 1,
        ttl: Duration::from_secs(900),
        by: By::Another,
        created_by: String::new(),
        created_at: SystemTime::UNIX_EPOCH,
    }
}
