//! Nodes as the whole swarm knows them: what another instance learned about one, ours takes over. Not here: how it gets here
//! ([`crate::fleet`]), and which session a node has.

use std::sync::Arc;
use std::time::SystemTime;

use protocol::{Capabilities, PublicKey, Version};
use serde::{Deserialize, Serialize};

use super::{Close, State};
use crate::model::{Event, Now, Ordinal, Phase};
use crate::store::NodeRow;
use crate::trust::{NodeTrust, Standing};

/// A node without anything that is true at one instance only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Stable id.
    pub id: String,
    /// As announced.
    pub capabilities: Capabilities,
    /// The dialect of its last session.
    pub version: u32,
    /// Where it connected from.
    pub peer: String,
    /// `group:` in expressions.
    pub group_key: Option<String>,
    /// How it came in and stands, with the names and tags that people gave it.
    pub trust: NodeTrust,
    /// First handshake ever.
    pub registered_at: SystemTime,
}

impl State {
    /// The node as others are to know it.
    pub fn member(&self, id: &str) -> Option<Member> {
        let facts = &self.node(id)?.facts;
        Some(Member {
            id: facts.id.clone(),
            capabilities: facts.capabilities.clone(),
            version: facts.version.number(),
            peer: facts.peer.clone(),
            group_key: facts.group_key.clone(),
            trust: facts.trust.clone(),
            registered_at: facts.registered_at,
        })
    }

    /// What another instance says of a node. One that may not come in (any more) loses its session here.
    pub fn know_member(&mut self, mut member: Member, now: Now) {
        self.intern(&mut member.capabilities);
        self.waits_no_more(member.trust.key);
        let Some(&ordinal) = self.by_id.get(&member.id) else {
            return self.meet(member, now);
        };
        let version = Version::negotiate(member.version).unwrap_or(Version::NEWEST);
        let node = self.at_mut(ordinal);
        let mut facts = (*node.facts).clone();
        let before = facts.trust.clone();
        // A live socket here tells newer things of the machine than any other instance can.
        if node.session.is_none() || node.via.is_some() {
            facts.capabilities = member.capabilities;
            facts.version = version;
            facts.peer = member.peer;
            facts.trust = member.trust;
        } else {
            let own = (
                facts.trust.own_name.clone(),
                facts.trust.own_tags.clone(),
                facts.trust.secure,
            );
            facts.trust = member.trust;
            (
                facts.trust.own_name,
                facts.trust.own_tags,
                facts.trust.secure,
            ) = own;
        }
        facts.group_key = member.group_key;
        facts.registered_at = facts.registered_at.min(member.registered_at);
        facts.name = facts.trust.shown_name();
        facts.capabilities.tags = facts.trust.all_tags();
        if facts == *node.facts {
            return;
        }
        let after = facts.trust.clone();
        node.facts = Arc::new(facts);
        self.hold_key(ordinal, &before, &after);
        self.keep_node(ordinal);
        self.publish_node(ordinal, Event::NodeChanged);
        if before.standing != after.standing {
            let close = match after.standing {
                Standing::Accepted => None,
                Standing::Held(_) => Some(Close::held()),
                Standing::Revoked => Some(Close::revoked()),
            };
            self.stand(ordinal, after.standing, close, now);
        }
    }

    /// Another instance let it in.
    fn meet(&mut self, member: Member, now: Now) {
        if self.by_id.len() >= self.rules.max_nodes {
            return tracing::warn!(
                node = member.id,
                "the swarm has more nodes than this Nexus may know"
            );
        }
        let row = NodeRow {
            ordinal: self.next_ordinal(),
            id: member.id,
            name: member.trust.shown_name(),
            capabilities: member.capabilities,
            version: Version::negotiate(member.version).unwrap_or(Version::NEWEST),
            peer: member.peer,
            group_key: member.group_key,
            trust: member.trust,
            removed: false,
            registered_at: member.registered_at,
            last_seen: now.wall,
        };
        let ordinal = self.take_in(row);
        self.at_mut(ordinal).met = Some(now.at);
        self.keep_node(ordinal);
        self.publish_node(ordinal, Event::NodeChanged);
    }

    /// Another instance forgot it.
    pub fn forget_member(&mut self, id: &str, now: Now) {
        let Some(&ordinal) = self.by_id.get(id) else {
            return;
        };
        if let Some(session) = self.at(ordinal).session {
            self.effects
                .push(super::Effect::Close(session, Close::removed()));
            self.closed(session, "it was removed", now);
        }
        debug_assert_eq!(self.at(ordinal).phase, Phase::Offline);
        drop(self.remove(id, now));
    }

    /// Who was let in at another instance does not wait here any more.
    fn waits_no_more(&mut self, key: Option<PublicKey>) {
        if let Some(key) = key {
            self.unseat(key);
        }
    }

    fn hold_key(&mut self, ordinal: Ordinal, before: &NodeTrust, after: &NodeTrust) {
        if before.key == after.key {
            return;
        }
        if let Some(key) = before.key {
            self.trust.keys.remove(&key);
        }
        if let Some(key) = after.key {
            self.trust.keys.insert(key, ordinal);
        }
    }
}
