//! Schedules and runbooks for other instances. Of a schedule what a person set is told here; whose turn a time is, and what came of
//! it, goes its own way ([`crate::fleet`]). A runbook is told version by version. Not here: what they mean.

use std::time::SystemTime;

use super::{SharedTable, State, id, parse, past, person, whole, write};
use crate::model::Now;
use crate::runbook::Version;
use crate::schedule::{Marks, Schedule};

pub(super) const SCHEDULE: SharedTable = SharedTable {
    keys: |state| state.schedules().map(|one| one.id.to_string()).collect(),
    read: read_schedule,
    take: take_schedule,
    essence: whole,
};

pub(super) const RUNBOOK: SharedTable = SharedTable {
    keys: |state| {
        let names = state.runbooks().newest().map(|one| &one.runbook.name);
        let versions = names.flat_map(|name| state.runbooks().versions(name));
        versions
            .map(|one| key_of(&one.runbook.name, one.number))
            .collect()
    },
    read: read_runbook,
    take: take_runbook,
    essence: whole,
};

/// How a version of a runbook is called among instances.
pub(crate) fn key_of(name: &str, number: u32) -> String {
    format!("{name}@{number}")
}

fn read_schedule(state: &State, key: &str) -> Option<Vec<u8>> {
    let schedule = state.schedule(id(key).ok()?)?;
    write(&Schedule {
        marks: Marks {
            looked: SystemTime::UNIX_EPOCH,
            fired: None,
        },
        queued: None,
        last: None,
        ..Schedule::clone(schedule)
    })
}

fn take_schedule(
    state: &mut State,
    key: &str,
    row: Option<&[u8]>,
    now: Now,
) -> Result<bool, String> {
    let id = id(key)?;
    let Some(row) = row else {
        state.drop_schedule(id);
        return Ok(false);
    };
    let mut schedule: Schedule = parse(row)?;
    if schedule.id != id {
        return Err("it is another schedule".to_owned());
    }
    schedule.sound().map_err(|error| error.to_string())?;
    schedule.owner.name = person(schedule.owner.name)?;
    schedule.owner.id = person(schedule.owner.id)?;
    schedule.made_at = past(schedule.made_at, now)?;
    state
        .take_schedule(schedule, now)
        .map_err(|error| error.to_string())?;
    Ok(false)
}

fn read_runbook(state: &State, key: &str) -> Option<Vec<u8>> {
    let (name, number) = parts(key)?;
    let versions = state.runbooks().versions(name);
    let version = versions.iter().find(|one| one.number == number)?;
    write(&**version)
}

fn take_runbook(
    state: &mut State,
    key: &str,
    row: Option<&[u8]>,
    now: Now,
) -> Result<bool, String> {
    let (name, number) = parts(key).ok_or("its name is none")?;
    let Some(row) = row else {
        state.drop_runbook(name, number);
        return Ok(false);
    };
    let mut version: Version = parse(row)?;
    if version.runbook.name != name || version.number != number {
        return Err("it is another runbook, or another version".to_owned());
    }
    version.runbook.check().map_err(|error| error.to_string())?;
    for maker in [&mut version.owner, &mut version.by] {
        maker.id = person(std::mem::take(&mut maker.id))?;
        maker.name = person(std::mem::take(&mut maker.name))?;
    }
    version.at = past(version.at, now)?;
    state
        .take_runbook(version)
        .map_err(|error| error.to_string())?;
    Ok(false)
}

fn parts(key: &str) -> Option<(&str, u32)> {
    let (name, number) = key.split_once('@')?;
    let number: u32 = number.parse().ok()?;
    (key_of(name, number) == key).then_some((name, number))
}
