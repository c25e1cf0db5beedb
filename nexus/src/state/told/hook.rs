//! Where alerts are posted, for other instances, beside the rules of alerts. It is a secret: it is told sealed, as everything is, and
//! stands in no log. What a configuration says is told to nobody. Not here: who posts.

use super::{State, parse, write};
use crate::alerts::Hook;
use crate::model::Now;

/// How it is called among rules.
pub(crate) const KEY: &str = "webhook";

pub(super) fn keys(state: &State) -> Option<String> {
    let set = state.alerts().hook_that_was_set();
    set.map(|_| KEY.to_owned())
}

pub(super) fn read(state: &State) -> Option<Vec<u8>> {
    write(&state.alerts().hook_that_was_set()?.reveal())
}

pub(super) fn take(state: &mut State, row: Option<&[u8]>, now: Now) -> Result<bool, String> {
    let hook = match row {
        Some(row) => {
            let text: String = parse(row).map_err(|_| "it is no text".to_owned())?;
            let read = text.parse::<Hook>().map_err(|error| error.to_string())?;
            Some(read)
        }
        None => None,
    };
    state.take_alert_hook(hook, now);
    Ok(false)
}
