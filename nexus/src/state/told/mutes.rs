//! Mutes for other instances, beside the rules. A single alert has the same id everywhere. Not here: what is muted.

use super::{State, parse, past, person, write};
use crate::alerts::{Aim, Mute};
use crate::model::Now;

/// What a mute is called among rules.
const MUTE: &str = "mute:";

/// How a mute is called among instances.
pub(crate) fn mute_key(aim: &str) -> String {
    format!("{MUTE}{aim}")
}

/// At what it aims, if this key is about a mute.
pub(super) fn aim(key: &str) -> Option<Aim> {
    let aim = key.strip_prefix(MUTE)?;
    let aim = match aim.split_once(' ')? {
        ("rule", id) => Aim::Rule(super::id(id).ok()?),
        ("alert", id) => Aim::Alert(super::id(id).ok()?),
        ("cause", key) => Aim::Cause(key.to_owned()),
        _ => return None,
    };
    Some(aim)
}

pub(super) fn keys(state: &State) -> impl Iterator<Item = String> {
    let mutes = state.alerts().mutes();
    mutes.map(|mute| mute_key(&mute.aim.key()))
}

pub(super) fn read(state: &State, aim: &Aim) -> Option<Vec<u8>> {
    let found = state.alerts().mutes().find(|mute| mute.aim == *aim);
    write(found?)
}

pub(super) fn take(
    state: &mut State,
    aim: &Aim,
    row: Option<&[u8]>,
    now: Now,
) -> Result<bool, String> {
    let Some(row) = row else {
        // Its time may be over here already.
        let _ = state.unmute_alerts(aim, now);
        return Ok(false);
    };
    let told: Mute = parse(row)?;
    if told.aim != *aim {
        return Err("it mutes something else".to_owned());
    }
    if told.until <= now.wall {
        return Ok(false);
    }
    let (by, reason) = (person(told.by)?, told.reason.as_deref());
    let mute = Mute::new(told.aim, told.until, reason, &by, now.wall);
    let mute = Mute {
        at: past(told.at, now)?,
        ..mute.map_err(|error| error.to_string())?
    };
    let taken = state.take_mute(mute, now);
    taken.map_err(|error| error.to_string())?;
    Ok(false)
}
