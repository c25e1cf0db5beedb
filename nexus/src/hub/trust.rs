//! What an operator does about trust, by name: every door (REST, the window) asks through these, so that all do the same and
//! all of it is in the audit log. Each returns when it is on disk. Not here: who may ask, and making codes, see
//! [`crate::joining`].

use serde_json::json;
use uuid::Uuid;

use super::{Acceptance, Handle};
use crate::access::Caller;
use crate::audit::{Action, Deed};
use crate::joining::JoiningError;
use crate::trust::{JoinCodeInfo, Waiting};

impl Handle {
    /// Who waits to be let in, oldest first.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, Acceptance> {
        self.look(|state| state.waiting()).await
    }

    /// Lets a waiting machine in; it comes by itself within seconds. `id` is its key or fingerprint. Answers the node's id.
    pub async fn accept(&self, caller: &Caller, id: String) -> Result<String, JoiningError> {
        let deed = Deed::new(caller, Action::AcceptNode).to(&id);
        self.change(
            deed,
            |node: &String| Some(node.clone()),
            move |state, now| state.accept(&id, now),
        )
        .await
    }

    /// Sends a waiting machine away; it needs a new code to come back.
    pub async fn turn_away(&self, caller: &Caller, id: String) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::TurnAwayNode).to(&id);
        self.change(deed, nothing, move |state, _| state.turn_away(&id))
            .await
    }

    /// Join codes, oldest first, without their secrets.
    pub async fn join_codes(&self) -> Result<Vec<JoinCodeInfo>, Acceptance> {
        self.look(|state| state.join_codes()).await
    }

    /// Takes a join code back. Who waits because of it goes on waiting.
    pub async fn withdraw_join_code(&self, caller: &Caller, id: Uuid) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::WithdrawJoinCode).to(id);
        self.change(deed, nothing, move |state, _| state.withdraw_join_code(id))
            .await
    }

    /// Changes a node's name and tags; none stays as it is. An empty name takes the given one back.
    pub async fn edit_node(
        &self,
        caller: &Caller,
        node: String,
        name: Option<String>,
        tags: Option<Vec<String>>,
    ) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::EditNode)
            .to(&node)
            .with(json!({"name": name, "tags": tags}));
        self.change(deed, nothing, move |state, _| {
            name.map_or(Ok(()), |name| state.rename(&node, &name))?;
            tags.map_or(Ok(()), |tags| state.tag(&node, tags))
        })
        .await
    }

    /// Never lets a node's key in again, and ends its session now.
    pub async fn revoke_node(&self, caller: &Caller, node: String) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::RevokeNode).to(&node);
        self.change(deed, nothing, move |state, now| state.revoke(&node, now))
            .await
    }

    /// Lets a held or revoked node in again.
    pub async fn release_node(&self, caller: &Caller, node: String) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::ReleaseNode).to(&node);
        self.change(deed, nothing, move |state, now| state.release(&node, now))
            .await
    }

    /// Forgets a node that is offline.
    pub async fn remove_node(&self, caller: &Caller, node: String) -> Result<(), JoiningError> {
        let deed = Deed::new(caller, Action::RemoveNode).to(&node);
        self.change(deed, nothing, move |state, now| state.remove(&node, now))
            .await
    }
}

fn nothing<T>(_: &T) -> Option<String> {
    None
}
