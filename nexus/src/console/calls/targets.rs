//! Doormen for expressions: what could stand at the caret, and those with a name.

use crate::groups::NewGroup;
use crate::state::State as Swarm;
use crate::target::LENGTH;

use crate::console::translate::{self, Refusal};
use crate::console::view::BridgeError;
use crate::console::view::ask::{CompletionView, SavedGroupView};
use crate::console::{Answer, Desk};

/// Most comparisons for the counts of one list; groups behind it are not counted.
const COUNTED: usize = 20_000_000;

/// Proposes what could stand at the caret.
pub(super) async fn complete_target(desk: Desk, text: String, at: u32) -> Answer<CompletionView> {
    if text.len() > LENGTH {
        return Err(BridgeError::new("invalid", "No expression is so long."));
    }
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let handle = desk.handle;
    let look = move |swarm: &Swarm| translate::completion(swarm, &text, at);
    Ok(handle.look(look).await.map_err(Refusal::from)?)
}

/// Saved groups, by name.
pub(super) async fn saved_groups(desk: Desk) -> Answer<Vec<SavedGroupView>> {
    let handle = desk.handle;
    let look = |swarm: &Swarm| {
        let mut work = COUNTED;
        let all = swarm.groups().list();
        all.map(|group| translate::saved_group(swarm, group, &mut work))
            .collect()
    };
    Ok(handle.look(look).await.map_err(Refusal::from)?)
}

/// Gives an expression a name, or a name another expression.
pub(super) async fn save_group(desk: Desk, name: String, target: String) -> Answer<()> {
    let handle = desk.handle;
    let new = NewGroup { name, target };
    let saved = handle.put_group(&desk.caller, new, true).await;
    saved.map_err(Refusal::from)?;
    Ok(())
}

/// Forgets a name; expressions that have it are refused from then on.
pub(super) async fn remove_group(desk: Desk, name: String) -> Answer<()> {
    let handle = desk.handle;
    let removed = handle.remove_group(&desk.caller, name).await;
    Ok(removed.map_err(Refusal::from)?)
}
