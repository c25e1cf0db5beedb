//! Alerts for other instances: those that this instance alone can know, each under the alert and its teller, and what people did about
//! any of them, under the alert. A teller's own rows are written by it alone; those of one that is gone are let go of by whoever
//! is left. Not here: when something fires.

use std::borrow::Cow;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{SharedTable, State, id, parse, past, write};
use crate::alerts::{Alert, Deeds};
use crate::fleet::InstanceId;
use crate::model::Now;

/// Before an alert and whoever tells of it.
pub(crate) const FIRES: &str = "fires:";
const DEEDS: &str = "deeds:";

pub(super) const TABLE: SharedTable = SharedTable {
    keys: |state| {
        let desk = state.alerts();
        let told = desk.telling().filter_map(|id| {
            let own = state.instance?;
            Some(fires(id, own))
        });
        told.chain(desk.with_deeds().map(deeds)).collect()
    },
    read,
    take,
    essence,
};

/// What others are told of an alert of this instance.
pub(crate) fn alert_keys(alert: &Alert, own: InstanceId) -> Vec<String> {
    let mut keys = Vec::new();
    if alert.condition.is_known_by_one() {
        keys.push(fires(alert.id, own));
    }
    if alert.has_deeds() {
        keys.push(deeds(alert.id));
    }
    keys
}

fn fires(alert: Uuid, by: InstanceId) -> String {
    format!("{FIRES}{alert}@{}", by.0)
}

pub(crate) fn deeds(alert: Uuid) -> String {
    format!("{DEEDS}{alert}")
}

/// What a key is about.
enum About {
    Fires(Uuid, InstanceId),
    Deeds(Uuid),
}

fn about(key: &str) -> Result<About, String> {
    if let Some(alert) = key.strip_prefix(DEEDS) {
        return Ok(About::Deeds(id(alert)?));
    }
    let told = key
        .strip_prefix(FIRES)
        .and_then(|rest| rest.split_once('@'));
    let (alert, by) = told.ok_or("its name is none")?;
    Ok(About::Fires(id(alert)?, InstanceId(id(by)?)))
}

fn read(state: &State, key: &str) -> Option<Vec<u8>> {
    let desk = state.alerts();
    match about(key).ok()? {
        About::Deeds(id) => write(&desk.deeds(id)?),
        About::Fires(id, by) if state.instance == Some(by) => write(&desk.tells(id)?),
        About::Fires(id, by) => write(desk.told_by(by, id)?),
    }
}

fn take(state: &mut State, key: &str, row: Option<&[u8]>, now: Now) -> Result<bool, String> {
    match about(key)? {
        // What an earlier life told, or somebody let go of because nothing was heard of us.
        About::Fires(_, by) if state.instance == Some(by) => return Ok(true),
        About::Fires(id, by) => {
            let told: Option<Alert> = row.map(parse).transpose()?;
            if let Some(told) = &told {
                past(told.since, now)?;
            }
            state.take_told_alert(by, id, told, now)?;
        }
        About::Deeds(id) => {
            let told: Option<Deeds> = row.map(parse).transpose()?;
            state.take_alert_deeds(id, told, now)?;
        }
    }
    Ok(false)
}

/// What is measured goes on, and is not told again.
fn essence(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Ok(mut row) = serde_json::from_slice::<Map<String, Value>>(bytes) else {
        return Cow::Borrowed(bytes);
    };
    let measured = [row.remove("value"), row.remove("detail")];
    if measured.iter().all(Option::is_none) {
        return Cow::Borrowed(bytes);
    }
    serde_json::to_vec(&row).map_or(Cow::Borrowed(bytes), Cow::Owned)
}

impl State {
    /// Which instance of the swarm this is.
    pub(crate) fn set_instance(&mut self, own: InstanceId) {
        self.instance = Some(own);
    }

    /// Nothing is heard of an instance: what it alone could know is over. Keys that nobody needs any more.
    pub(crate) fn alert_teller_is_gone(&mut self, by: InstanceId, now: Now) -> Vec<String> {
        let over = self.forget_teller(by, now);
        over.into_iter().map(|id| fires(id, by)).collect()
    }
}
