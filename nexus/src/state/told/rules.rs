//! Rules for a second yes and rules of alerts with their mutes, for other instances. Not here: what they mean.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{SharedTable, State, id, parse, past, person, whole, write};
use super::{hook, mutes};
use crate::alerts::{AlertRule, NewAlertRule};
use crate::approval::{NewRule, Rule};
use crate::model::Now;

pub(super) const APPROVAL: SharedTable = SharedTable {
    keys: |state| {
        let rules = state.approvals().rules().into_iter();
        rules.map(|rule| rule.id.to_string()).collect()
    },
    read: read_approval,
    take: take_approval,
    essence: whole,
};

/// Those of the beginning are everywhere; only what people made of them is told.
pub(super) const ALERT: SharedTable = SharedTable {
    keys: |state| {
        let rules = state.alerts().rules().iter();
        let rules = rules.filter(|rule| rule.changed_by.is_some());
        let rules = rules.map(|rule| rule.id.to_string());
        rules
            .chain(mutes::keys(state))
            .chain(hook::keys(state))
            .collect()
    },
    read: read_alert,
    take: take_alert,
    essence: whole,
};

#[derive(Serialize, Deserialize)]
struct Row<T> {
    rule: T,
    by: String,
    at: SystemTime,
}

fn read_approval(state: &State, key: &str) -> Option<Vec<u8>> {
    let rules = state.approvals().rules();
    let rule = rules.into_iter().find(|rule| rule.id.to_string() == key)?;
    write(&Row {
        rule: NewRule {
            name: rule.name,
            calls: rule.scope.calls(),
            nodes: rule.scope.nodes().to_string(),
            at_least: rule.at_least,
            ttl_seconds: rule.ttl.as_secs(),
            by: rule.by,
        },
        by: rule.created_by,
        at: rule.created_at,
    })
}

fn take_approval(
    state: &mut State,
    key: &str,
    row: Option<&[u8]>,
    now: Now,
) -> Result<bool, String> {
    let id = id(key)?;
    let Some(row) = row else {
        // It may be gone already.
        let _ = state.remove_approval_rule(id);
        return Ok(false);
    };
    let row: Row<NewRule> = parse(row)?;
    let rule = Rule::new(&row.rule, &person(row.by)?, past(row.at, now)?);
    let rule = Rule {
        id,
        ..rule.map_err(|error| error.to_string())?
    };
    state
        .take_approval_rule(rule)
        .map_err(|error| error.to_string())?;
    Ok(false)
}

fn read_alert(state: &State, key: &str) -> Option<Vec<u8>> {
    if let Some(aim) = mutes::aim(key) {
        return mutes::read(state, &aim);
    }
    if key == hook::KEY {
        return hook::read(state);
    }
    let rules = state.alerts().rules();
    let rule = rules.iter().find(|rule| rule.id.to_string() == key)?;
    write(&Row {
        rule: NewAlertRule {
            name: rule.name.clone(),
            condition: rule.condition,
            nodes: rule.nodes.to_string(),
            for_seconds: rule.hold.as_secs(),
            severity: rule.severity,
            enabled: rule.enabled,
        },
        by: rule.changed_by.clone()?,
        at: rule.changed_at,
    })
}

fn take_alert(state: &mut State, key: &str, row: Option<&[u8]>, now: Now) -> Result<bool, String> {
    if let Some(aim) = mutes::aim(key) {
        return mutes::take(state, &aim, row, now);
    }
    if key == hook::KEY {
        return hook::take(state, row, now);
    }
    let id = id(key)?;
    let Some(row) = row else {
        // It may be gone already, or is as it was from the beginning.
        let _ = state.remove_alert_rule(id, now);
        return Ok(false);
    };
    let row: Row<NewAlertRule> = parse(row)?;
    let rule = AlertRule::new(id, &row.rule, &person(row.by)?, past(row.at, now)?);
    let rule = rule.map_err(|error| error.to_string())?;
    state
        .take_alert_rule(rule, now)
        .map_err(|error| error.to_string())?;
    Ok(false)
}
