//! Tokens are made and revoked here, for every door: in the audit log first, then done. Not here: what a token is.

use serde_json::json;
use uuid::Uuid;

use super::tokens::{NewToken, TokenError, TokenInfo, Tokens};
use super::{Caller, Principal, Scope};
use crate::audit::{Action, Deed};
use crate::secret::Secret;

impl Tokens {
    /// Makes one; returns when it is on disk. The secret is nowhere else.
    pub async fn create(
        &self,
        new: NewToken,
        caller: &Caller,
    ) -> Result<(Secret, TokenInfo), TokenError> {
        // What cannot be a scope is not worth an entry of its own text.
        Scope::parse(&new.nodes, &new.calls)?;
        let deed = Deed::new(caller, Action::MakeToken).with(json!({
            "name": new.name, "role": new.role, "nodes": new.nodes, "calls": new.calls, "ttl_seconds": new.ttl_seconds,
        }));
        let made = self.make(new);
        let audit = self.audit();
        audit
            .during(deed, made, |(_, info)| Some(info.id.to_string()))
            .await
    }

    /// Ends one at once, with its open streams; returns when that is on disk.
    pub async fn revoke(&self, id: Uuid, caller: &Caller) -> Result<(), TokenError> {
        let deed = Deed::new(caller, Action::RevokeToken).to(id);
        self.audit().during(deed, self.end(id), |()| None).await
    }
}

/// Whether a token may have this name. Alerts and STOP tell names: nobody may pass for the owner.
pub(super) fn may_be_called(name: &str) -> bool {
    !name.trim().is_empty()
        && name.len() <= 128
        && !name.chars().any(protocol::limits::is_deceptive)
        && !name.trim().eq_ignore_ascii_case(&Principal::local().name)
}
