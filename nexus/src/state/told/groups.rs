//! Saved groups for other instances. What one says is checked by itself only: that it names groups which are not there, or goes
//! round in a circle with one that was made elsewhere at the same time, is said to whoever uses it. Not here: what a group is.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{SharedTable, State, parse, past, person, whole, write};
use crate::groups::{Group, NewGroup};
use crate::model::Now;

pub(super) const TABLE: SharedTable = SharedTable {
    keys: |state| state.groups().list().map(|one| one.name.clone()).collect(),
    read,
    take,
    essence: whole,
};

#[derive(Serialize, Deserialize)]
struct Row {
    target: String,
    by: String,
    at: SystemTime,
}

fn read(state: &State, name: &str) -> Option<Vec<u8>> {
    let group = state.groups().find(name)?;
    write(&Row {
        target: group.target.to_string(),
        by: group.made_by.clone(),
        at: group.made_at,
    })
}

fn take(state: &mut State, name: &str, row: Option<&[u8]>, now: Now) -> Result<bool, String> {
    let Some(row) = row else {
        state.drop_group(name);
        return Ok(false);
    };
    let row: Row = parse(row)?;
    let new = NewGroup {
        name: name.to_owned(),
        target: row.target,
    };
    let group = Group::new(&new, &person(row.by)?, past(row.at, now)?);
    let group = group.map_err(|error| error.to_string())?;
    state.take_group(group).map_err(|error| error.to_string())?;
    Ok(false)
}
