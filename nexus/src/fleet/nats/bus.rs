//! The bus: plain subjects, one for each instance and one for all. A request is bound to where it goes, an answer to the one
//! request that it answers; what is said twice or is from another time is not heard.
//!
//! Not here: trying again. Who is not there is told to the asker at once.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Message, Request, RequestErrorKind};
use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::time::timeout;

use super::link::{PATIENCE, away};
use super::{Inner, Seat, fits, lock, now_ms};
use crate::fleet::engine::{
    Answering, Bus, EngineError, FOREVER, Inbound, InstanceId, LARGEST, Pending,
};
use crate::fleet::seal::{Place, Stale, Stamp};

/// First byte of an answer.
const ANSWER: u8 = 0;
/// The request was too old; seconds follow.
const CLOCKS: u8 = 1;
/// There is an answer, which is more than fits.
const HUGE: u8 = 2;

impl Inner {
    fn mailbox(&self, id: InstanceId) -> String {
        format!("{}.i.{}", self.link.settings.swarm, id.0)
    }

    fn everybody(&self) -> String {
        format!("{}.all", self.link.settings.swarm)
    }

    fn say(&self, to: &str, message: &[u8]) -> (Stamp, Bytes) {
        let said = [&now_ms().to_be_bytes()[..], message].concat();
        self.sealer
            .stamped(&Place::new("bus", &[to.as_bytes()]), &said)
    }

    /// What is heard of a message.
    fn hear(self: &Arc<Self>, message: &Message, to_all: bool) -> Option<Inbound> {
        let place = Place::new("bus", &[message.subject.as_bytes()]);
        let (stamp, opened) = self.sealer.open(&place, &message.payload).ok()?;
        if to_all && stamp.salt == self.sealer.salt() {
            return None;
        }
        let (said, _) = opened.split_first_chunk::<8>()?;
        let memory = if to_all { &self.told } else { &self.asked };
        let fresh = lock(memory).fresh(stamp, i64::from_be_bytes(*said), now_ms());
        let reply = message.reply.clone();
        match fresh {
            Ok(()) => {}
            Err(stale) => {
                self.sealer.refuse(&stale.to_string());
                if let (Stale::Time(seconds), Some(reply)) = (stale, reply) {
                    self.refuse_for_time(reply, &message.subject, stamp, seconds);
                }
                return None;
            }
        }
        let answer = reply.filter(|_| !to_all).map(|reply| {
            let (inner, subject) = (self.clone(), message.subject.clone());
            let answering: Answering = Box::new(move |answer| {
                Box::pin(async move {
                    let (first, answer) = if answer.len() > LARGEST {
                        (HUGE, Bytes::new())
                    } else {
                        (ANSWER, answer)
                    };
                    let sealed = inner.answer(&subject, stamp, first, &answer);
                    // Who does not get it finds out by the time.
                    let _ = timeout(PATIENCE, inner.link.client.publish(reply, sealed)).await;
                })
            });
            answering
        });
        Some(Inbound {
            message: opened.slice(8..),
            answer,
        })
    }

    fn answer(&self, to: &str, stamp: Stamp, first: u8, answer: &[u8]) -> Bytes {
        self.sealer
            .seal(&answer_place(to, stamp), &[&[first], answer].concat())
    }

    /// The asker should know that it is about clocks, not about silence.
    fn refuse_for_time(
        self: &Arc<Self>,
        reply: async_nats::Subject,
        to: &str,
        stamp: Stamp,
        seconds: i64,
    ) {
        let sealed = self.answer(to, stamp, CLOCKS, &seconds.to_be_bytes());
        let inner = self.clone();
        tokio::spawn(async move { inner.link.client.publish(reply, sealed).await });
    }

    async fn request(
        &self,
        to: InstanceId,
        message: &[u8],
        patience: Duration,
    ) -> Result<Bytes, EngineError> {
        fits(message.len())?;
        self.link.connected().await?;
        let subject = self.mailbox(to);
        let (stamp, sealed) = self.say(&subject, message);
        let lost = self.link.lost();
        let patience = patience.min(FOREVER);
        let request = Request::new().payload(sealed).timeout(Some(patience));
        let answer = tokio::select! {
            answer = timeout(patience, self.link.client.send_request(subject.clone(), request)) => {
                // Also when it waits before everything that is to be sent.
                answer.map_err(|_| EngineError::TimedOut)?
            }
            // It was said already, so it may have been heard.
            () = lost => return Err(EngineError::TimedOut),
        };
        let answer = answer.map_err(|error| match error.kind() {
            RequestErrorKind::TimedOut => EngineError::TimedOut,
            RequestErrorKind::NoResponders => EngineError::NoOne,
            RequestErrorKind::MaxPayloadExceeded => EngineError::TooLarge(LARGEST),
            RequestErrorKind::InvalidSubject | RequestErrorKind::Other => away(&error),
        })?;
        let forged = |_| EngineError::Forged("the answer to a request".to_owned());
        let opened = self
            .sealer
            .open(&answer_place(&subject, stamp), &answer.payload);
        let (_, opened) = opened.map_err(forged)?;
        match opened.split_first() {
            Some((&ANSWER, _)) => Ok(opened.slice(1..)),
            Some((&CLOCKS, seconds)) => {
                let seconds = seconds.try_into().map_or(0, i64::from_be_bytes);
                Err(EngineError::Clocks(seconds))
            }
            Some((&HUGE, _)) => Err(EngineError::TooLarge(LARGEST)),
            Some(_) | None => Err(EngineError::Forged(
                "an answer of a newer version".to_owned(),
            )),
        }
    }

    async fn subscribe(self: Arc<Self>) -> Result<BoxStream<'static, Inbound>, EngineError> {
        let client = &self.link.client;
        let asked = client
            .subscribe(self.mailbox(self.id))
            .await
            .map_err(|error| away(&error))?;
        let told = client
            .subscribe(self.everybody())
            .await
            .map_err(|error| away(&error))?;
        // The server has worked through both once it says that nobody listens there.
        let nobody = format!("{}.nobody", self.link.settings.swarm);
        match client.request(nobody, Bytes::new()).await {
            Err(error) if error.kind() == RequestErrorKind::NoResponders => {}
            Err(error) => return Err(away(&error)),
            Ok(_) => {
                return Err(EngineError::Forged(
                    "an answer that nobody can give".to_owned(),
                ));
            }
        }
        let (one, all) = (self.clone(), self);
        let asked = asked.filter_map(move |message| std::future::ready(one.hear(&message, false)));
        let told = told.filter_map(move |message| std::future::ready(all.hear(&message, true)));
        Ok(stream::select(asked, told).boxed())
    }
}

fn answer_place(to: &str, stamp: Stamp) -> Place {
    Place::new(
        "answer",
        &[to.as_bytes(), &stamp.salt, &stamp.counter.to_be_bytes()],
    )
}

impl Bus for Seat {
    fn request(&self, to: InstanceId, message: Bytes, patience: Duration) -> Pending<'_, Bytes> {
        Box::pin(async move { self.0.request(to, &message, patience).await })
    }

    fn tell(&self, message: Bytes) -> Pending<'_, ()> {
        Box::pin(async move {
            fits(message.len())?;
            self.0.link.connected().await?;
            let to = self.0.everybody();
            let (_, sealed) = self.0.say(&to, &message);
            let told = async {
                self.0
                    .link
                    .client
                    .publish(to, sealed)
                    .await
                    .map_err(|error| away(&error))
            };
            self.0.link.bounded(told).await
        })
    }

    fn listen(&self) -> Pending<'_, BoxStream<'static, Inbound>> {
        Box::pin(async move {
            self.0.link.connected().await?;
            let missed = self.0.link.missed();
            self.0.listening.send_modify(|times| *times += 1);
            let mut newer = self.0.listening.subscribe();
            let heard = self.0.link.bounded(self.0.clone().subscribe()).await?;
            let end = async move {
                tokio::select! {
                    () = missed => {}
                    // An error means that the seat is gone, which is the same.
                    _ = newer.changed() => {}
                }
            };
            Ok(heard.take_until(Box::pin(end)).boxed())
        })
    }

    fn refused(&self) -> u64 {
        Self::refused(self)
    }
}
