//! Saved groups, by name, for every door. Changes are in the audit log first. Not here: what a group is, see
//! [`crate::groups`].

use serde_json::json;

use super::Handle;
use crate::access::Caller;
use crate::audit::{Action, Deed};
use crate::groups::{Group, NewGroup};
use crate::joining::JoiningError;

impl Handle {
    /// Makes a group, or, if `replace`, changes the one of this name.
    pub async fn put_group(
        &self,
        caller: &Caller,
        new: NewGroup,
        replace: bool,
    ) -> Result<Group, JoiningError> {
        let text = protocol::limits::cut(&new.target, crate::target::LENGTH);
        let subject = protocol::limits::cut(&new.name, protocol::limits::NAME);
        let deed = Deed::new(caller, Action::PutGroup)
            .to(subject)
            .with(json!({"target": text}));
        let by = caller.principal.name.clone();
        self.change(
            deed,
            |_| None,
            move |state, now| state.put_group(&new, replace, &by, now),
        )
        .await
    }

    /// Forgets a group.
    pub async fn remove_group(&self, caller: &Caller, name: String) -> Result<(), JoiningError> {
        let subject = protocol::limits::cut(&name, protocol::limits::NAME);
        let deed = Deed::new(caller, Action::RemoveGroup).to(subject);
        self.change(deed, |()| None, move |state, _| state.remove_group(&name))
            .await
    }
}
