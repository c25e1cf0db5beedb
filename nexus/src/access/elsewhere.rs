//! Tokens as other instances of the swarm are to know them, and what those say taken over: a token that was made at one opens all,
//! and one that was revoked at one opens none. Not here: how it gets from one to the other, see [`crate::fleet`].

use std::time::{Duration, SystemTime};

use protocol::Fixed;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::issue::may_be_called;
use super::tokens::{LONGEST, TokenInfo, Tokens};
use super::{Role, Scope};

/// How far the clock of another instance may be ahead.
const SKEW: Duration = Duration::from_secs(24 * 3600);

/// A token as told. Without its secret, and without when it was used, which each instance knows of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    name: String,
    hash: Fixed<32>,
    role: Role,
    nodes: String,
    calls: Vec<String>,
    created_at: SystemTime,
    expires_at: SystemTime,
    revoked_at: Option<SystemTime>,
}

impl Row {
    fn of(info: TokenInfo, hash: [u8; 32]) -> Self {
        Self {
            name: info.name,
            hash: Fixed(hash),
            role: info.role,
            nodes: info.scope.nodes().to_string(),
            calls: info.scope.calls(),
            created_at: info.created_at,
            expires_at: info.expires_at,
            revoked_at: info.revoked_at,
        }
    }

    /// As if somebody asked for it here.
    fn read(self, id: Uuid, now: SystemTime) -> Result<TokenInfo, String> {
        if !may_be_called(&self.name) {
            return Err("a token cannot have its name".to_owned());
        }
        let life = self.expires_at.duration_since(self.created_at);
        let ahead = self.created_at.duration_since(now).unwrap_or_default();
        if ahead > SKEW || life.unwrap_or_default().as_secs() > LONGEST {
            return Err("it would live longer than tokens do, or a clock is wrong".to_owned());
        }
        let scope = Scope::parse(&self.nodes, &self.calls);
        Ok(TokenInfo {
            id,
            name: self.name,
            role: self.role,
            scope: scope.map_err(|error| error.to_string())?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used: None,
            revoked_at: self.revoked_at,
        })
    }
}

impl Tokens {
    /// The ids of all of them.
    pub(crate) fn ids(&self) -> Vec<String> {
        let all = self.list().into_iter();
        all.map(|info| info.id.to_string()).collect()
    }

    /// One of them, to be told.
    pub(crate) fn told(&self, id: &str) -> Option<Vec<u8>> {
        let (hash, info) = self.one(id)?;
        serde_json::to_vec(&Row::of(info, hash)).ok()
    }

    /// Takes over what another instance says of a token. True: it is revoked here, and the others must know.
    pub(crate) async fn take_over(&self, key: &str, row: Option<&[u8]>) -> Result<bool, String> {
        let row = row.ok_or("tokens are revoked, not removed")?;
        let row: Row = serde_json::from_slice(row).map_err(|error| error.to_string())?;
        let id = Uuid::try_parse(key).map_err(|error| error.to_string())?;
        if id.to_string() != key {
            return Err("its id is written in another way".to_owned());
        }
        let hash = row.hash.0;
        let revoked = row.revoked_at.is_some();
        let info = row.read(id, SystemTime::now())?;
        let Some((own_hash, own)) = self.one(key) else {
            let added = self.add(info, hash).await;
            return added.map(|()| false).map_err(|error| error.to_string());
        };
        let same = TokenInfo {
            last_used: own.last_used.clone(),
            revoked_at: own.revoked_at,
            ..info
        };
        if own_hash != hash || same != own {
            return Err("it is another token".to_owned());
        }
        if revoked && own.revoked_at.is_none() {
            self.end(id).await.map_err(|error| error.to_string())?;
        }
        Ok(!revoked && own.revoked_at.is_some())
    }
}
