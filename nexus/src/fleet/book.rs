//! What this instance and the directory know of each other's nodes, brought in line one node at a time: whose session is here,
//! and what is known of it. Doing it twice does nothing, so whatever was missed or failed is simply done again.
//! Not here: when it is time (`super::run`).

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::relay::Relay;
use super::{Directory, EngineError, Epoch, FactKey, InstanceId, Put, Table};
use crate::hub::Handle;
use crate::model::SessionId;
use crate::state::Member;

/// What the directory holds of a node. One that was removed leaves its name, so that an instance which was away does not
/// bring it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "the small one is rare")]
pub(super) enum MemberFact {
    Here(Member),
    Removed,
}

/// See the module.
#[derive(Default)]
pub(super) struct Book(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    facts: HashMap<String, (u64, MemberFact)>,
    claims: HashMap<String, (SessionId, Epoch)>,
    removed: HashSet<String>,
}

impl Book {
    /// The directory tells of a node. True when that is news.
    pub(super) fn told(&self, id: &str, revision: u64, fact: MemberFact) -> bool {
        let mut inside = self.lock();
        if inside
            .facts
            .get(id)
            .is_some_and(|(known, _)| *known >= revision)
        {
            return false;
        }
        inside.facts.insert(id.to_owned(), (revision, fact));
        true
    }

    /// Somebody removed it here.
    pub(super) fn removed(&self, id: &str) {
        self.lock().removed.insert(id.to_owned());
    }

    /// How many sessions others know to be here.
    pub(super) fn held(&self) -> u32 {
        u32::try_from(self.lock().claims.len()).unwrap_or(u32::MAX)
    }

    /// Brings directory and state in line about this node.
    pub(super) async fn settle(
        &self,
        node: &str,
        own: InstanceId,
        handle: &Handle,
        directory: &dyn Directory,
        relay: &Relay,
    ) -> Result<(), EngineError> {
        let id = node.to_owned();
        let seen = handle.look(move |state| {
            let found = state.node(&id);
            let session = found
                .filter(|node| node.via.is_none())
                .and_then(|node| node.session);
            (state.member(&id), session)
        });
        let Ok((member, session)) = seen.await else {
            return Ok(());
        };
        // Others have to know who it is before they hear where it is.
        self.tell(node, member, directory).await?;
        self.place(node, session, own, directory, relay).await
    }

    async fn tell(
        &self,
        node: &str,
        member: Option<Member>,
        directory: &dyn Directory,
    ) -> Result<(), EngineError> {
        let (known, removed) = {
            let inside = self.lock();
            (
                inside.facts.get(node).cloned(),
                inside.removed.contains(node),
            )
        };
        let fact = match (member, removed) {
            (Some(member), _) => MemberFact::Here(member),
            (None, true) => MemberFact::Removed,
            (None, false) => return Ok(()),
        };
        if known.as_ref().is_some_and(|(_, known)| *known == fact) {
            return Ok(());
        }
        let key = FactKey {
            table: Table::Member,
            key: node.to_owned(),
        };
        // A struct of strings and numbers: it cannot fail to serialise.
        let value = serde_json::to_vec(&fact).unwrap_or_default().into();
        let revision = known.map_or(0, |(revision, _)| revision);
        match directory.put(&key, Some(value), revision).await? {
            Put::Done(revision) => {
                self.told(node, revision, fact);
                self.lock().removed.remove(node);
            }
            // Theirs comes by the watch; what it leaves of ours is told then.
            Put::Changed => {}
        }
        Ok(())
    }

    async fn place(
        &self,
        node: &str,
        session: Option<SessionId>,
        own: InstanceId,
        directory: &dyn Directory,
        relay: &Relay,
    ) -> Result<(), EngineError> {
        let claim = self.lock().claims.get(node).copied();
        match (session, claim) {
            (Some(session), claim) if claim.is_none_or(|(claimed, _)| claimed != session) => {
                let epoch = directory.claim(node, own).await?;
                relay.claimed(node.to_owned(), session, epoch);
                self.lock().claims.insert(node.to_owned(), (session, epoch));
            }
            (None, Some((_, epoch))) => {
                directory.release(node, epoch).await?;
                self.lock().claims.remove(node);
            }
            (Some(_), _) | (None, None) => {}
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
