//! Who listens at a local engine, and how a message comes there.
//!
//! Not here: a second try. Whoever does not hear it does not hear it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::future::pending;
use futures_util::stream::{self, BoxStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::{Seat, Shared, fits, lock};
use crate::fleet::engine::{Answering, Bus, EngineError, FOREVER, Inbound, InstanceId, Pending};

/// How many messages may wait for one instance; more are not heard.
const WAITING: usize = 8192;

#[derive(Default)]
pub(super) struct Wires(Mutex<HashMap<InstanceId, mpsc::Sender<Inbound>>>);

impl Wires {
    pub(super) fn hang_up(&self) {
        lock(&self.0).clear();
    }
}

impl Shared {
    /// The answer, when there will be one.
    fn say(
        &self,
        from: InstanceId,
        to: InstanceId,
        message: Bytes,
    ) -> Result<Option<oneshot::Receiver<Bytes>>, EngineError> {
        self.there()?;
        let mut wires = lock(&self.bus.0);
        let Some(wire) = wires.get(&to).filter(|wire| !wire.is_closed()) else {
            wires.remove(&to);
            return Err(EngineError::NoOne);
        };
        if self.cut_off(from, to) {
            return Ok(None);
        }
        let (sender, receiver) = oneshot::channel();
        let answer: Answering = Box::new(move |answer| {
            Box::pin(async move {
                // Nobody waits any more: that is what late answers are.
                let _ = sender.send(answer);
            })
        });
        let heard = wire.try_send(Inbound {
            message,
            answer: Some(answer),
        });
        Ok(heard.is_ok().then_some(receiver))
    }
}

impl Bus for Seat {
    fn request(&self, to: InstanceId, message: Bytes, patience: Duration) -> Pending<'_, Bytes> {
        Box::pin(async move {
            fits(message.len())?;
            let answer = self.shared.say(self.id, to, message)?;
            let answered = async {
                // As on a network, nobody is told that a message was thrown away: that shows in the time.
                match answer {
                    Some(answer) => match answer.await {
                        Ok(answer) => answer,
                        Err(_) => pending().await,
                    },
                    None => pending().await,
                }
            };
            tokio::select! {
                answered = timeout(patience.min(FOREVER), answered) => {
                    let answer = answered.map_err(|_| EngineError::TimedOut)?;
                    fits(answer.len())?;
                    Ok(answer)
                }
                // It was said already, so it may have been heard.
                () = self.shared.lost() => Err(EngineError::TimedOut),
            }
        })
    }

    fn tell(&self, message: Bytes) -> Pending<'_, ()> {
        Box::pin(async move {
            fits(message.len())?;
            self.shared.there()?;
            let mut wires = lock(&self.shared.bus.0);
            wires.retain(|_, wire| !wire.is_closed());
            for (&to, wire) in wires.iter() {
                if to != self.id && !self.shared.cut_off(self.id, to) {
                    // Whoever has so much before it does not hear more.
                    let _ = wire.try_send(Inbound {
                        message: message.clone(),
                        answer: None,
                    });
                }
            }
            Ok(())
        })
    }

    fn listen(&self) -> Pending<'_, BoxStream<'static, Inbound>> {
        Box::pin(async move {
            self.shared.there()?;
            let (sender, receiver) = mpsc::channel(WAITING);
            lock(&self.shared.bus.0).insert(self.id, sender);
            let heard = stream::unfold(receiver, async |mut receiver| {
                let inbound = receiver.recv().await?;
                Some((inbound, receiver))
            });
            Ok(heard.boxed())
        })
    }
}
