//! What other instances ask of this one. Not here: what this one asks of them.

use std::sync::Arc;

use futures_util::StreamExt;
use tokio_util::task::TaskTracker;

use super::{Life, TICK};
use crate::fleet::Inbound;
use crate::fleet::message::{Letter, Reply, Says};

/// Letters that are answered at once.
const LETTERS: usize = 256;

impl Life {
    /// Answers the others.
    pub(super) async fn hear(self: Arc<Self>, tasks: TaskTracker) {
        let places = Arc::new(tokio::sync::Semaphore::new(LETTERS));
        loop {
            if let Ok(mut letters) = self.bus.listen().await {
                while let Some(inbound) = letters.next().await {
                    let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                        return;
                    };
                    let life = Arc::clone(&self);
                    tasks.spawn(async move {
                        life.answer(inbound).await;
                        drop(place);
                    });
                }
            }
            tokio::time::sleep(TICK).await;
        }
    }

    async fn answer(&self, Inbound { message, answer }: Inbound) {
        let reply = match serde_json::from_slice::<Letter>(&message) {
            Ok(letter) if letter.from != self.own => self.read(letter).await,
            Ok(_) | Err(_) => Reply::Unknown,
        };
        if let Some(answer) = answer {
            answer(reply.bytes()).await;
        }
    }

    async fn read(&self, Letter { from, says }: Letter) -> Reply {
        let here = |is_here: bool| if is_here { Reply::Done } else { Reply::NotHere };
        match says {
            Says::Open { nodes } => Reply::Open {
                nodes: nodes.iter().map(|at| self.relay.open(at, from)).collect(),
            },
            Says::Mine { at, ids } => here(self.relay.mine(&at, &ids, &self.links.to(from))),
            Says::Orders { at, frames } => {
                here(self.relay.order(&at, frames, &self.links.to(from)))
            }
            Says::Frames { frames } => {
                self.far.frames(from, frames).await;
                Reply::Done
            }
            Says::Unknown => Reply::Unknown,
        }
    }
}
