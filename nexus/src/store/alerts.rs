//! Rows of alerts, of their rules, and of mutes. Not here: what they mean.

use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{json, parsed};
use crate::alerts::{AlertRow, AlertRule, Condition, Hook, LeftAlerts, Severity};

/// A rule as kept: its nodes as they were written.
#[derive(Serialize, Deserialize)]
struct RuleRow {
    id: Uuid,
    name: String,
    condition: Condition,
    nodes: String,
    hold: Duration,
    severity: Severity,
    enabled: bool,
    changed_by: Option<String>,
    changed_at: SystemTime,
}

pub(super) fn put(connection: &Connection, row: &AlertRow) -> rusqlite::Result<()> {
    match row {
        AlertRow::Alert(alert) => connection
            .prepare_cached("INSERT OR REPLACE INTO alerts VALUES (?1, ?2)")?
            .execute(params![alert.id.as_bytes().as_slice(), json(alert)])
            .map(drop),
        AlertRow::ForgetAlert(id) => connection
            .prepare_cached("DELETE FROM alerts WHERE id = ?1")?
            .execute([id.as_bytes().as_slice()])
            .map(drop),
        AlertRow::Rule(rule) => connection
            .prepare_cached("INSERT OR REPLACE INTO alert_rules VALUES (?1, ?2)")?
            .execute(params![rule.id.as_bytes().as_slice(), json(&kept(rule))])
            .map(drop),
        AlertRow::ForgetRule(id) => connection
            .execute(
                "DELETE FROM alert_rules WHERE id = ?1",
                [id.as_bytes().as_slice()],
            )
            .map(drop),
        AlertRow::Mute(mute) => connection
            .prepare_cached("INSERT OR REPLACE INTO alert_mutes VALUES (?1, ?2)")?
            .execute(params![mute.aim.key(), json(mute)])
            .map(drop),
        AlertRow::Hook(Some(hook)) => connection
            .prepare_cached("INSERT OR REPLACE INTO alert_hook VALUES (1, ?1)")?
            .execute([hook.reveal()])
            .map(drop),
        AlertRow::Hook(None) => connection.execute("DELETE FROM alert_hook", []).map(drop),
        AlertRow::ForgetMute(key) => connection
            .execute("DELETE FROM alert_mutes WHERE key = ?1", [key])
            .map(drop),
    }
}

/// One that cannot be read any more is left out: what goes on fires anew, and a mute is taken back.
pub(super) fn left(connection: &Connection) -> rusqlite::Result<LeftAlerts> {
    let rules: Vec<RuleRow> = parsed(connection, "SELECT rule FROM alert_rules ORDER BY id")?;
    Ok(LeftAlerts {
        rules: rules.into_iter().filter_map(read).collect(),
        alerts: parsed(connection, "SELECT alert FROM alerts ORDER BY id")?,
        mutes: parsed(connection, "SELECT mute FROM alert_mutes ORDER BY key")?,
        hook: hook(connection)?,
    })
}

fn hook(connection: &Connection) -> rusqlite::Result<Option<Hook>> {
    let kept = connection
        .query_row("SELECT url FROM alert_hook", [], |row| {
            row.get::<_, String>(0)
        })
        .optional()?;
    let read = kept.map(|url| url.parse());
    if let Some(Err(_)) = &read {
        tracing::warn!("where alerts are posted is damaged and left out; set it anew");
    }
    Ok(read.and_then(Result::ok))
}

fn kept(rule: &AlertRule) -> RuleRow {
    RuleRow {
        id: rule.id,
        name: rule.name.clone(),
        condition: rule.condition,
        nodes: rule.nodes.to_string(),
        hold: rule.hold,
        severity: rule.severity,
        enabled: rule.enabled,
        changed_by: rule.changed_by.clone(),
        changed_at: rule.changed_at,
    }
}

fn read(row: RuleRow) -> Option<AlertRule> {
    let Ok(nodes) = row.nodes.parse() else {
        tracing::warn!(rule = %row.name, "a rule of alerts is damaged and left out; make it anew");
        return None;
    };
    Some(AlertRule {
        id: row.id,
        name: row.name,
        condition: row.condition,
        nodes,
        hold: row.hold,
        severity: row.severity,
        enabled: row.enabled,
        built_in: false,
        changed_by: row.changed_by,
        changed_at: row.changed_at,
    })
}
