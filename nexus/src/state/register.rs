//! A node that was never seen gets its record and its place. Not here: whether it may come in.

use std::sync::Arc;

use protocol::{Capabilities, Handshake, Version};
use serde_json::json;

use super::State;
use crate::audit::{Action, Entry};
use crate::identity::fingerprint;
use crate::model::{Event, NodeFacts, Now, Ordinal};
use crate::store::NodeRow;
use crate::trust::{Arrival, Joined, NodeTrust};

impl State {
    /// Makes the record of a node never seen before. It stands where a removed one of its group of the
    /// chart stood, if there is such a place.
    pub(super) fn register(
        &mut self,
        hello: &Handshake,
        version: Version,
        mut trust: NodeTrust,
        group: Option<String>,
        from: Option<String>,
        now: Now,
    ) -> Ordinal {
        hello.node_name.clone_into(&mut trust.own_name);
        trust.own_tags.clone_from(&hello.capabilities.tags);
        let mut capabilities = hello.capabilities.clone();
        capabilities.tags = trust.all_tags();
        let group_key = group.or_else(|| group_key(&capabilities.tags));
        let row = NodeRow {
            ordinal: self.next_ordinal(),
            id: hello.node_id.clone(),
            name: trust.shown_name(),
            capabilities,
            version,
            peer: String::new(),
            group_key,
            trust,
            removed: false,
            registered_at: now.wall,
            last_seen: now.wall,
        };
        let mut entry = Entry::new(Action::NodeJoined, now.wall)
            .about([row.id.clone()])
            .with(json!({"name": row.name, "how": row.trust.joined, "key": row.trust.key.map(|key| fingerprint(&key.0))}));
        entry.from = from;
        self.tell(entry);
        self.take_in(row)
    }

    /// Its record and its place.
    pub(super) fn take_in(&mut self, row: NodeRow) -> Ordinal {
        let revision = self.sky.revision();
        let ordinal = match self.vacated.pop_first() {
            Some(ordinal) => self.reoccupy(ordinal, row),
            None => {
                let ordinal = row.ordinal;
                self.restore_node(row);
                ordinal
            }
        };
        if self.sky.revision() != revision {
            self.publish(|state| Event::GroupsChanged(state.sky.groups().into()));
        }
        ordinal
    }

    fn reoccupy(&mut self, ordinal: Ordinal, row: NodeRow) -> Ordinal {
        self.by_id.insert(row.id.clone(), ordinal);
        if let Some(key) = row.trust.key {
            self.trust.keys.insert(key, ordinal);
        }
        let local = self.rules.local_node.as_ref() == Some(&row.id);
        let mut facts = NodeFacts::clone(&self.at(ordinal).facts);
        (facts.id, facts.name, facts.capabilities) = (row.id, row.name, row.capabilities);
        (facts.version, facts.trust, facts.local) = (row.version, row.trust, local);
        (facts.registered_at, facts.group_key) = (row.registered_at, row.group_key);
        self.put_in_place(ordinal, &mut facts);
        let node = self.at_mut(ordinal);
        node.facts = Arc::new(facts);
        node.removed = false;
        node.latency = None;
        node.success = 1.0;
        node.resources_used.clear();
        ordinal
    }
}

/// What `group:` means in expressions: the first tag of the form `site:…` or `site=…`, unless a join code says another.
fn group_key(tags: &[String]) -> Option<String> {
    let sites = tags.iter().filter_map(|tag| {
        tag.strip_prefix("site:")
            .or_else(|| tag.strip_prefix("site="))
    });
    sites
        .map(str::trim)
        .find(|site| !site.is_empty())
        .map(str::to_lowercase)
}

/// What a handshake makes of what was known.
pub(super) fn introduced(
    known: &NodeFacts,
    name: String,
    capabilities: Capabilities,
    version: Version,
    arrival: &Arrival,
) -> NodeFacts {
    let mut facts = known.clone();
    facts.trust.own_name = name;
    facts.trust.own_tags.clone_from(&capabilities.tags);
    facts.trust.secure = arrival.secure;
    facts.local |= facts.trust.joined == Joined::Local;
    facts.name = facts.trust.shown_name();
    facts.capabilities = capabilities;
    facts.capabilities.tags = facts.trust.all_tags();
    facts.version = version;
    arrival.peer.clone_into(&mut facts.peer);
    facts
}
