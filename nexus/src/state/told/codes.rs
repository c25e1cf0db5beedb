//! Join codes for other instances; not those for the spore on an instance's own machine. How often one was used is counted by
//! facts of its own, see [`crate::fleet`]. Not here: who may come in by one.

use std::borrow::Cow;

use super::{SharedTable, State, id, parse, past, person, write};
use crate::model::Now;
use crate::trust::JoinCodeInfo;

pub(super) const TABLE: SharedTable = SharedTable {
    keys: |state| {
        let codes = state.join_codes().into_iter().filter(|code| !code.local);
        codes.map(|code| code.id.to_string()).collect()
    },
    read,
    take,
    essence,
};

fn read(state: &State, key: &str) -> Option<Vec<u8>> {
    let code = state.join_code(id(key).ok()?)?;
    (!code.local).then(|| write(code))?
}

/// How often it was used goes another way.
fn essence(bytes: &[u8]) -> Cow<'_, [u8]> {
    let code = parse::<JoinCodeInfo>(bytes).ok();
    let unused = code.and_then(|code| write(&JoinCodeInfo { used: 0, ..code }));
    unused.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

fn take(state: &mut State, key: &str, row: Option<&[u8]>, now: Now) -> Result<bool, String> {
    let id = id(key)?;
    let Some(row) = row else {
        state.drop_join_code(id);
        return Ok(false);
    };
    let mut code: JoinCodeInfo = parse(row)?;
    if code.id != id || code.local {
        return Err("it is another code".to_owned());
    }
    code.created_at = past(code.created_at, now)?;
    code.created_by = person(code.created_by)?;
    state
        .take_join_code(code)
        .map_err(|error| error.to_string())
}
