//! A node that was never seen gets its record and its place. Not here: whether it may come in.

use std::sync::Arc;

use protocol::{Handshake, Version};
use serde_json::json;

use super::State;
use crate::audit::{Action, Entry};
use crate::identity::fingerprint;
use crate::model::{NodeFacts, Now, Ordinal};
use crate::store::NodeRow;
use crate::trust::NodeTrust;

impl State {
    /// Makes the record of a node never seen before. It stands where a removed one of its group stood, if there is one.
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
        match self.vacancy(row.group_key.as_deref()) {
            Some(ordinal) => self.reoccupy(ordinal, row),
            None => {
                let ordinal = row.ordinal;
                self.restore_node(row);
                ordinal
            }
        }
    }

    fn vacancy(&self, group: Option<&str>) -> Option<Ordinal> {
        let of_group = |ordinal: &Ordinal| {
            self.group_keys
                .get(ordinal)
                .is_some_and(|key| key.as_deref() == group)
        };
        let removed = self.nodes.iter().filter(|node| node.removed);
        removed.map(|node| node.ordinal).find(of_group)
    }

    fn reoccupy(&mut self, ordinal: Ordinal, row: NodeRow) -> Ordinal {
        self.by_id.insert(row.id.clone(), ordinal);
        if let Some(key) = row.trust.key {
            self.trust.keys.insert(key, ordinal);
        }
        let local = self.rules.local_node.as_ref() == Some(&row.id);
        let node = self.at_mut(ordinal);
        let mut facts = NodeFacts::clone(&node.facts);
        (facts.id, facts.name, facts.capabilities) = (row.id, row.name, row.capabilities);
        (facts.version, facts.trust, facts.local) = (row.version, row.trust, local);
        facts.registered_at = row.registered_at;
        node.facts = Arc::new(facts);
        node.removed = false;
        node.latency = None;
        node.success = 1.0;
        node.resources_used.clear();
        ordinal
    }
}

/// Nodes are grouped on the map by the first tag of the form `site:…` or `site=…`.
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
