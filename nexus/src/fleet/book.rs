//! What this instance and the directory know of each other's nodes, brought in line one node at a time: whose session is here,
//! and what is known of it. Doing it twice does nothing, so whatever was missed or failed is simply done again.
//! Not here: when it is time (`super::run`).

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::facts::hashed;
use super::packed::{pack, unpack};
use super::relay::Relay;
use super::round::{Round, Stamp, Told};
use super::{Directory, EngineError, Epoch, FactKey, InstanceId, Put, Table};
use crate::audit::Digest;
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
    facts: HashMap<String, Fact>,
    claims: HashMap<String, Claim>,
    removed: HashSet<String>,
    round: Round,
}

/// What the directory says of one node. Only its mark: the state has the rest, and thousands have the same methods.
struct Fact {
    told: Told,
    mark: Digest,
    removed: bool,
}

#[derive(Clone, Copy)]
struct Claim {
    session: SessionId,
    epoch: Epoch,
    told: Stamp,
}

impl MemberFact {
    /// As the directory keeps it. None: another version wrote it.
    pub(super) fn read(value: &[u8]) -> Option<Self> {
        serde_json::from_slice(&unpack(value)?).ok()
    }

    fn json(&self) -> Vec<u8> {
        // A struct of strings and numbers: it cannot fail to serialise.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Inside {
    fn know(&mut self, id: &str, revision: u64, fact: &MemberFact) {
        let fact = Fact {
            told: self.round.told(revision),
            mark: hashed(&fact.json()),
            removed: *fact == MemberFact::Removed,
        };
        self.facts.insert(id.to_owned(), fact);
    }
}

impl Book {
    /// The directory tells of a node. True when that is news.
    pub(super) fn told(&self, id: &str, revision: u64, fact: &MemberFact) -> bool {
        let inside = &mut *self.lock();
        let known = inside.facts.get_mut(id);
        let news = known.is_none_or(|known| inside.round.is_news(&mut known.told, revision));
        if news {
            inside.know(id, revision, fact);
        }
        news
    }

    /// The directory tells who holds a node.
    pub(super) fn is_held(&self, id: &str, by_us: bool, epoch: Epoch) {
        let inside = &mut *self.lock();
        if let Some(claim) = inside.claims.get_mut(id)
            && (epoch > claim.epoch || by_us && epoch == claim.epoch)
        {
            claim.told = inside.round.stamp();
        }
    }

    /// The directory begins to tell everything anew.
    pub(super) fn begin(&self) {
        self.lock().round.begin();
    }

    /// It told everything. What it did not tell it lost, and it is told again: which nodes were removed.
    pub(super) fn up_to_date(&self) -> Vec<String> {
        let inside = &mut *self.lock();
        let round = &mut inside.round;
        round.up_to_date();
        inside.claims.retain(|_, claim| claim.told.is_of(round));
        let lost = inside.facts.extract_if(|_, known| !known.told.is_of(round));
        let removed = lost.filter(|(_, known)| known.removed);
        let removed: Vec<String> = removed.map(|(id, _)| id).collect();
        inside.removed.extend(removed.iter().cloned());
        removed
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
                inside
                    .facts
                    .get(node)
                    .map(|known| (known.told.revision(), known.mark)),
                inside.removed.contains(node),
            )
        };
        let fact = match (member, removed) {
            (Some(member), _) => MemberFact::Here(member),
            (None, true) => MemberFact::Removed,
            (None, false) => return Ok(()),
        };
        let json = fact.json();
        if known.is_some_and(|(_, mark)| mark == hashed(&json)) {
            return Ok(());
        }
        let key = FactKey {
            table: Table::Member,
            key: node.to_owned(),
        };
        let value = pack(json);
        let revision = known.map_or(0, |(revision, _)| revision);
        match directory.put(&key, Some(value), revision).await? {
            Put::Done(revision) => {
                let mut inside = self.lock();
                let known = inside.facts.get(node);
                if known.is_none_or(|known| known.told.revision() < revision) {
                    inside.know(node, revision, &fact);
                }
                inside.removed.remove(node);
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
            (Some(session), claim) if claim.is_none_or(|claim| claim.session != session) => {
                let epoch = directory.claim(node, own).await?;
                relay.claimed(node.to_owned(), session, epoch);
                let mut inside = self.lock();
                let claim = Claim {
                    session,
                    epoch,
                    told: inside.round.stamp(),
                };
                inside.claims.insert(node.to_owned(), claim);
            }
            (None, Some(claim)) => {
                directory.release(node, claim.epoch).await?;
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
