//! What other instances ask of this one. Not here: what this one asks of them.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use futures_util::StreamExt;
use tokio_util::task::TaskTracker;

use super::{Life, TICK};
use crate::fleet::Inbound;
use crate::fleet::message::{Letter, Reply, Says};
use crate::fleet::parcels::Taken;

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
        let reply = match Letter::read(&message) {
            Some((letter, piece)) if letter.from != self.own => self.take(letter, &piece).await,
            Some(_) | None => Reply::Unknown.bytes(),
        };
        if let Some(answer) = answer {
            answer(reply).await;
        }
    }

    /// Puts letters together, and takes answers apart.
    async fn take(&self, letter: Letter, piece: &[u8]) -> Bytes {
        let (from, now) = (letter.from, Instant::now());
        let letter = match letter.says {
            Says::Rest(part) => return self.parcels.rest(from, part, now),
            Says::Part(part) => match self.parcels.take(from, part, piece, now) {
                Taken::Says(reply) => return reply.bytes(),
                Taken::Whole(whole) => match Letter::read(&whole) {
                    Some((letter, _)) if letter.from == from => letter,
                    Some(_) | None => return Reply::Unknown.bytes(),
                },
            },
            Says::Open { .. }
            | Says::Mine { .. }
            | Says::Orders { .. }
            | Says::Frames { .. }
            | Says::Look { .. }
            | Says::Jobs { .. }
            | Says::Ask { .. }
            | Says::Unknown => letter,
        };
        if let Says::Ask { question } = letter.says {
            let through = self.others.name_of(from);
            return question.answered(&self.handle, &through).await;
        }
        let reply = self.read(letter).await.bytes();
        self.parcels.answer(from, reply, now)
    }

    async fn read(&self, Letter { from, says }: Letter) -> Reply {
        let here = |is_here: bool| if is_here { Reply::Done } else { Reply::NotHere };
        self.figures.frames_in.inc_by(says.frames());
        match says {
            // It only asks whether it is heard.
            Says::Open { nodes } if nodes.is_empty() && self.relay.owes(from) => Reply::NotHere,
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
            Says::Look { job } => here(self.heir.look_again(job).await),
            Says::Jobs { jobs } => {
                self.heir.hear(from, jobs).await;
                Reply::Done
            }
            // A question is answered before; a part of a part means nothing.
            Says::Ask { .. } | Says::Part(_) | Says::Rest(_) | Says::Unknown => Reply::Unknown,
        }
    }
}
