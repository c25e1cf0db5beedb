//! What changes here is brought in line with the directory. Not here: how ([`crate::fleet::book`], [`crate::fleet::halt`]), and what
//! changed ([`crate::fleet::moved`]).

use std::sync::Arc;

use futures_util::StreamExt;

use super::{Life, TICK};

/// Nodes that are told of at once.
const AT_ONCE: usize = 64;

impl Life {
    pub(super) async fn everything_moved(&self) {
        let Ok(nodes) = self.handle.nodes().await else {
            return;
        };
        let nodes = nodes.iter().map(|node| node.facts.id.clone());
        self.moved.mark(nodes);
    }

    /// Brings the directory in line with what changed.
    pub(super) async fn settle(self: Arc<Self>) {
        self.everything_moved().await;
        loop {
            self.moved.wait().await;
            let nodes = self.moved.take_nodes();
            for node in &nodes.removed {
                self.book.removed(node);
            }
            let failed: Vec<String> = futures_util::stream::iter(nodes.moved)
                .map(|node| self.settle_one(node))
                .buffer_unordered(AT_ONCE)
                .filter_map(|failed| async { failed })
                .collect()
                .await;
            let told = self.tell_stop().await;
            if !failed.is_empty() || !told {
                tokio::time::sleep(TICK).await;
                self.moved.mark(failed);
            }
        }
    }

    /// The node again if that did not work.
    async fn settle_one(&self, node: String) -> Option<String> {
        let (directory, relay) = (&*self.directory, &*self.relay);
        let settled = self
            .book
            .settle(&node, self.own, &self.handle, directory, relay);
        let error = settled.await.err()?;
        tracing::debug!(%error, node, "the swarm does not know of this node yet");
        Some(node)
    }

    async fn tell_stop(&self) -> bool {
        let Ok(info) = self.handle.look(crate::state::State::stop_info).await else {
            return true;
        };
        self.halt.tell(&info, &*self.directory).await.is_ok()
    }
}
