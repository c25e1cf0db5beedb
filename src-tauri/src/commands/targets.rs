//! Doormen for expressions: what could stand at the caret, and those with a name.

use nexus::access::Caller;
use nexus::groups::NewGroup;
use nexus::state::State as Swarm;
use nexus::target::LENGTH;
use tauri::State;

use crate::host::Host;
use crate::translate::{self, Refusal};
use crate::view::BridgeError;
use crate::view_ask::{CompletionView, SavedGroupView};

type Answer<T> = Result<T, BridgeError>;

/// Most comparisons for the counts of one list; groups behind it are not counted.
const COUNTED: usize = 20_000_000;

/// Proposes what could stand at the caret.
#[tauri::command]
#[specta::specta]
pub async fn complete_target(
    host: State<'_, Host>,
    text: String,
    at: u32,
) -> Answer<CompletionView> {
    if text.len() > LENGTH {
        return Err(BridgeError::new("invalid", "No expression is so long."));
    }
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let handle = host.connected()?.handle;
    let look = move |swarm: &Swarm| translate::completion(swarm, &text, at);
    Ok(handle.look(look).await.map_err(Refusal::from)?)
}

/// Saved groups, by name.
#[tauri::command]
#[specta::specta]
pub async fn saved_groups(host: State<'_, Host>) -> Answer<Vec<SavedGroupView>> {
    let handle = host.connected()?.handle;
    let look = |swarm: &Swarm| {
        let mut work = COUNTED;
        let all = swarm.groups().list();
        all.map(|group| translate::saved_group(swarm, group, &mut work))
            .collect()
    };
    Ok(handle.look(look).await.map_err(Refusal::from)?)
}

/// Gives an expression a name, or a name another expression.
#[tauri::command]
#[specta::specta]
pub async fn save_group(host: State<'_, Host>, name: String, target: String) -> Answer<()> {
    let handle = host.connected()?.handle;
    let new = NewGroup { name, target };
    let saved = handle.put_group(&Caller::local(), new, true).await;
    saved.map_err(Refusal::from)?;
    Ok(())
}

/// Forgets a name; expressions that have it are refused from then on.
#[tauri::command]
#[specta::specta]
pub async fn remove_group(host: State<'_, Host>, name: String) -> Answer<()> {
    let handle = host.connected()?.handle;
    let removed = handle.remove_group(&Caller::local(), name).await;
    Ok(removed.map_err(Refusal::from)?)
}
