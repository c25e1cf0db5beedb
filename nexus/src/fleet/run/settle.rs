//! What changes here is brought in line with the directory. Not here: how ([`crate::fleet::book`], [`crate::fleet::halt`]).

use std::sync::{Arc, PoisonError};

use futures_util::StreamExt;
use tokio::sync::broadcast::error::RecvError;

use super::{Life, TICK};
use crate::model::Event;

/// Nodes that are told of at once.
const AT_ONCE: usize = 64;

impl Life {
    pub(super) async fn everything_is_dirty(&self) {
        let Ok(nodes) = self.handle.nodes().await else {
            return;
        };
        self.mark(nodes.iter().map(|node| node.facts.id.clone()));
    }

    pub(super) fn mark(&self, nodes: impl IntoIterator<Item = String>) {
        self.dirty
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(nodes);
        self.settle.notify_one();
    }

    /// Follows what happens to nodes here.
    pub(super) async fn follow(self: Arc<Self>) {
        loop {
            let Ok((_, mut events)) = self.handle.subscribe().await else {
                tokio::time::sleep(TICK).await;
                continue;
            };
            self.everything_is_dirty().await;
            loop {
                match events.recv().await {
                    Ok(
                        Event::NodeConnected(node)
                        | Event::NodeDisconnected(node, _)
                        | Event::NodeChanged(node),
                    ) => {
                        self.mark([node.facts.id.clone()]);
                    }
                    Ok(Event::NodeRemoved(node)) => {
                        self.book.removed(&node.facts.id);
                        self.mark([node.facts.id.clone()]);
                    }
                    Ok(Event::JobChanged(job)) => self.moved.mark(job),
                    Ok(Event::StopChanged(_)) => self.settle.notify_one(),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_) | RecvError::Closed) => break,
                }
            }
        }
    }

    /// Brings the directory in line with what changed.
    pub(super) async fn settle(self: Arc<Self>) {
        loop {
            self.settle.notified().await;
            let dirty: Vec<String> = {
                let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
                dirty.drain().collect()
            };
            let failed: Vec<String> = futures_util::stream::iter(dirty)
                .map(|node| self.settle_one(node))
                .buffer_unordered(AT_ONCE)
                .filter_map(|failed| async { failed })
                .collect()
                .await;
            let told = self.tell_stop().await;
            if !failed.is_empty() || !told {
                tokio::time::sleep(TICK).await;
                self.mark(failed);
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
