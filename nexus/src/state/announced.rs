//! What nodes say of themselves while they are here: their capabilities changed, e.g. a grant on the node began or ended.
//! Not here: whether it may be done; the node decides that itself, again, at each order.

use std::sync::Arc;
use std::time::Duration;

use protocol::{Announcement, Capabilities, Version};

use super::{Close, Effect, State};
use crate::model::{Event, NodeFacts, Now, Ordinal, SessionId};

/// Each is written to disk and sent to every screen; so there may be this many in this time.
const MOST: u32 = 30;
const WINDOW: Duration = Duration::from_secs(10);

/// Different sets of methods that are remembered for sharing.
const METHOD_SETS: usize = 256;

impl State {
    /// Makes equal methods and policies the same ones: a thousand nodes with one set of schemas need one copy of it.
    pub(super) fn intern(&mut self, capabilities: &mut Capabilities) {
        if self.policies.len() >= METHOD_SETS {
            self.policies.clear();
        }
        if let Some(policy) = &mut capabilities.policy
            && let Ok(json) = serde_json::to_string(&**policy)
        {
            let known = self.policies.entry(json);
            *policy = Arc::clone(known.or_insert_with(|| Arc::clone(policy)));
        }
        if self.methods.len() >= METHOD_SETS {
            self.methods.clear();
        }
        if let Ok(json) = serde_json::to_string(&*capabilities.methods) {
            let known = self
                .methods
                .entry(json)
                .or_insert_with(|| capabilities.methods.clone());
            capabilities.methods = known.clone();
        }
    }

    pub(super) fn announced(
        &mut self,
        ordinal: Ordinal,
        session: SessionId,
        announcement: Announcement,
        now: Now,
    ) {
        let node = self.at_mut(ordinal);
        let mut capabilities = announcement.capabilities;
        if node.facts.version < Version::V2 {
            return;
        }
        if let Err(violation) = capabilities.check() {
            tracing::warn!(node = node.facts.id, %violation, "an announcement was ignored");
            return;
        }
        if now.at.saturating_sub(node.announced.0) >= WINDOW {
            node.announced = (now.at, 0);
        }
        node.announced.1 += 1;
        if node.announced.1 > MOST {
            let close = Close::announces_too_much();
            let why = close.reason.clone();
            self.effects.push(Effect::Close(session, close));
            return self.closed(session, &why, now);
        }
        self.intern(&mut capabilities);
        let node = self.at_mut(ordinal);
        let mut facts = NodeFacts::clone(&node.facts);
        facts.trust.own_tags.clone_from(&capabilities.tags);
        facts.capabilities = capabilities;
        facts.capabilities.tags = facts.trust.all_tags();
        if facts == *node.facts {
            return;
        }
        node.facts = Arc::new(facts);
        self.keep_node(ordinal);
        self.publish_node(ordinal, Event::NodeChanged);
        self.pump(ordinal, now);
    }
}
