//! What people set, as other instances of the swarm are to know it: for each table how all of it is read, and how one row of
//! another instance is taken over. What others say is checked as if it came from a file, and what a person would be refused is
//! refused here too. Not here: how it gets from one to the other, see [`crate::fleet`].

mod alerts;
mod approvals;
mod chart;
mod codes;
mod groups;
mod hook;
mod mutes;
mod plans;
mod rules;

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use alerts::{FIRES, alert_keys, deeds as deeds_key};
pub(super) use chart::ToldSeats;
pub(crate) use chart::{CHART as CHART_KEY, SEATS, block_key};
pub(crate) use hook::KEY as HOOK_KEY;
pub(crate) use mutes::mute_key;
pub(crate) use plans::key_of as runbook_key;

use super::State;
use crate::fleet::Table;
use crate::model::Now;

/// See [`SharedTable::take`].
pub(crate) type Take = fn(&mut State, &str, Option<&[u8]>, Now) -> Result<bool, String>;

/// One table.
pub(crate) struct SharedTable {
    /// All keys that there are.
    pub(crate) keys: fn(&State) -> Vec<String>,
    /// What is here of this key.
    pub(crate) read: fn(&State, &str) -> Option<Vec<u8>>,
    /// Takes over what another instance says of it; none: that it is gone. True: what is here says more, and the others must
    /// know. An error says why nothing was done.
    pub(crate) take: Take,
    /// What of a value is the same at all instances.
    pub(crate) essence: fn(&[u8]) -> Cow<'_, [u8]>,
}

/// All of them.
pub(crate) static SHARED: [(Table, SharedTable); 9] = [
    (Table::Group, groups::TABLE),
    (Table::ApprovalRule, rules::APPROVAL),
    (Table::AlertRule, rules::ALERT),
    (Table::Runbook, plans::RUNBOOK),
    (Table::Schedule, plans::SCHEDULE),
    (Table::JoinCode, codes::TABLE),
    (Table::Chart, chart::TABLE),
    (Table::Approval, approvals::TABLE),
    (Table::Alert, alerts::TABLE),
];

/// Longest name of a person or token, bytes.
const NAME: usize = 128;
/// How far the clock of another instance may be ahead.
const SKEW: Duration = Duration::from_secs(24 * 3600);

/// All of it.
fn whole(bytes: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(bytes)
}

fn write(row: &impl Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(row).ok()
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

fn id(key: &str) -> Result<uuid::Uuid, String> {
    let id = uuid::Uuid::try_parse(key).map_err(|error| error.to_string())?;
    // Another way to write it would be another key for the same thing.
    if id.to_string() == key {
        Ok(id)
    } else {
        Err("its id is written in another way".to_owned())
    }
}

/// The name of somebody who did something.
fn person(name: String) -> Result<String, String> {
    if name.len() > NAME || name.chars().any(protocol::limits::is_deceptive) {
        return Err("the name of who did it is none".to_owned());
    }
    Ok(name)
}

/// When somebody did something; clocks of others may be ahead, but not by much.
fn past(at: SystemTime, now: Now) -> Result<SystemTime, String> {
    let ahead = at.duration_since(now.wall).unwrap_or_default();
    if ahead > SKEW {
        return Err("it was made a day from now, so a clock is wrong".to_owned());
    }
    Ok(at)
}
