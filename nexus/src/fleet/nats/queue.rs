//! The queue: a stream that forgets what was done, one subject for each id, so that an id waits once however long it waits.
//!
//! Not here: giving work to somebody in particular. Whoever takes gets the oldest.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::AckKind;
use futures_util::StreamExt;
use tokio::time::Instant;
use uuid::Uuid;

use super::letters::{Letter, Stored};
use super::link::away;
use super::streams::Kind;
use super::{Inner, Seat, fits};
use crate::fleet::engine::{
    ATTEMPTS, Claimed, EngineError, FOREVER, LARGEST, Pending, Queue, Work,
};

/// One pull waits no longer than this, then comes the next; so a pull that got lost is not waited for.
const PULL: Duration = Duration::from_secs(5);
/// Bytes of the length before a reason.
const LENGTH: usize = 4;
/// Dead letters of one answer.
const BATCH: usize = 256;

impl Inner {
    async fn put(&self, work: &Work, again: bool) -> Result<bool, EngineError> {
        let subject = self.link.subject(Kind::Work, &work.id.to_string());
        let letter = Letter {
            payload: self.seal("work", &subject, &work.message),
            subject,
            after: Some(0),
            id: (!again).then(|| work.id.to_string()),
            keep: None,
        };
        match self.link.store(letter).await? {
            Stored::At(_) => Ok(true),
            Stored::Known | Stored::Changed => Ok(false),
        }
    }

    async fn bury(&self, work: &Work, why: &str) -> Result<(), EngineError> {
        let subject = self.link.subject(Kind::Dead, &work.id.to_string());
        // The reason gives way to the message, which fits.
        let why =
            &why[..why.floor_char_boundary(LARGEST.saturating_sub(work.message.len()).min(1000))];
        let length = u32::try_from(why.len()).unwrap_or(0).to_be_bytes();
        let text = [&length[..], why.as_bytes(), &work.message].concat();
        let letter = Letter {
            payload: self.seal("dead", &subject, &text),
            subject,
            ..Letter::default()
        };
        self.link.store(letter).await.map(|_| ())
    }

    fn read_dead(&self, subject: &str, payload: &[u8]) -> Option<(Work, String)> {
        let id = id_of(subject)?;
        let opened = self.unseal("dead", subject, payload)?;
        let (length, rest) = opened.split_first_chunk::<LENGTH>()?;
        let length = u32::from_be_bytes(*length) as usize;
        let why = String::from_utf8(rest.get(..length)?.to_vec()).ok()?;
        let message = opened.slice(LENGTH + length..);
        Some((Work { id, message }, why))
    }

    async fn dead(&self, most: usize) -> Result<Vec<(Work, String)>, EngineError> {
        let filter = self.link.subject(Kind::Dead, "*");
        let mut dead = Vec::new();
        let (mut from, mut more) = (1, true);
        while more && dead.len() < most {
            let count = (most - dead.len()).min(BATCH);
            let (read, left) = self
                .link
                .batch(Kind::Dead, &filter, from, count, 8 << 20)
                .await?;
            let Some(last) = read.last() else { break };
            from = last.sequence + 1;
            more = left;
            dead.extend(
                read.iter()
                    .filter_map(|read| self.read_dead(&read.subject, &read.payload)),
            );
        }
        Ok(dead)
    }

    async fn revive(&self, id: Uuid) -> Result<bool, EngineError> {
        let subject = self.link.subject(Kind::Dead, &id.to_string());
        let Some(read) = self.link.last(Kind::Dead, &subject).await? else {
            return Ok(false);
        };
        let Some((work, _)) = self.read_dead(&read.subject, &read.payload) else {
            return Err(EngineError::Forged("a dead letter".to_owned()));
        };
        // First there, then gone here: between the two it is in both places rather than in none.
        self.put(&work, true).await?;
        self.link.purge(Kind::Dead, &subject).await?;
        Ok(true)
    }

    /// What a pull brought, if it is for somebody.
    async fn claim(
        self: &Arc<Self>,
        message: jetstream::Message,
    ) -> Result<Option<Claim>, EngineError> {
        let attempt = message.info().map_err(|error| away(&error))?.delivered;
        let opened = self.unseal("work", &message.subject, &message.payload);
        let Some((id, opened)) = id_of(&message.subject).zip(opened) else {
            // Nobody will ever be able to read it.
            settle(&message, AckKind::Term).await?;
            return Ok(None);
        };
        let claim = Claim {
            inner: self.clone(),
            work: Work {
                id,
                message: opened,
            },
            attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
            message,
        };
        if claim.attempt <= ATTEMPTS {
            return Ok(Some(claim));
        }
        let why = format!("{ATTEMPTS} times somebody took it, and nobody finished it");
        claim.give_up(&why).await?;
        Ok(None)
    }

    async fn take(
        self: &Arc<Self>,
        patience: Duration,
    ) -> Result<Option<Box<dyn Claimed>>, EngineError> {
        let end = Instant::now() + patience.min(FOREVER);
        loop {
            let consumer = self.link.taker().await?;
            let lost = self.link.lost();
            let wait = end.saturating_duration_since(Instant::now()).min(PULL);
            // A server takes no pull that waits for nothing.
            let pull = consumer
                .batch()
                .max_messages(1)
                .expires(wait.max(Duration::from_millis(50)));
            let pulled = async {
                let mut messages = pull.messages().await.map_err(|error| away(&error))?;
                messages
                    .next()
                    .await
                    .transpose()
                    .map_err(|error| away(&error))
            };
            let message = tokio::select! {
                message = pulled => message.inspect_err(|_| self.link.doubt())?,
                () = lost => return Err(EngineError::Away("the connection broke".to_owned())),
            };
            if let Some(message) = message
                && let Some(claim) = self.link.bounded(self.claim(message)).await?
            {
                return Ok(Some(Box::new(claim)));
            }
            if Instant::now() >= end {
                return Ok(None);
            }
        }
    }
}

fn id_of(subject: &str) -> Option<Uuid> {
    subject.rsplit('.').next()?.parse().ok()
}

/// The server says that it knows.
async fn settle(message: &jetstream::Message, how: AckKind) -> Result<(), EngineError> {
    message
        .double_ack_with(how)
        .await
        .map_err(|error| away(&error))
}

impl Queue for Seat {
    fn put(&self, work: Work) -> Pending<'_, bool> {
        Box::pin(self.0.link.within(async move {
            fits(work.message.len())?;
            self.0.put(&work, false).await
        }))
    }

    fn take(&self, patience: Duration) -> Pending<'_, Option<Box<dyn Claimed>>> {
        Box::pin(self.0.take(patience))
    }

    fn dead(&self, most: usize) -> Pending<'_, Vec<(Work, String)>> {
        Box::pin(self.0.link.within(self.0.dead(most)))
    }

    fn revive(&self, id: Uuid) -> Pending<'_, bool> {
        Box::pin(self.0.link.within(self.0.revive(id)))
    }

    fn depth(&self) -> Pending<'_, (u64, u64)> {
        Box::pin(self.0.link.within(async move {
            let waiting = self.0.link.count(Kind::Work).await?;
            Ok((waiting, self.0.link.count(Kind::Dead).await?))
        }))
    }
}

struct Claim {
    inner: Arc<Inner>,
    work: Work,
    attempt: u32,
    message: jetstream::Message,
}

impl Claim {
    async fn give_up(&self, why: &str) -> Result<(), EngineError> {
        self.inner.bury(&self.work, why).await?;
        settle(&self.message, AckKind::Term).await
    }

    async fn settled(&self, how: AckKind) -> Result<(), EngineError> {
        self.inner.link.within(settle(&self.message, how)).await
    }
}

impl Claimed for Claim {
    fn work(&self) -> &Work {
        &self.work
    }

    fn attempt(&self) -> u32 {
        self.attempt
    }

    fn working(&mut self) -> Pending<'_, ()> {
        Box::pin(self.settled(AckKind::Progress))
    }

    fn done(self: Box<Self>) -> Pending<'static, ()> {
        Box::pin(async move { self.settled(AckKind::Ack).await })
    }

    fn retry(self: Box<Self>, after: Duration) -> Pending<'static, ()> {
        Box::pin(async move {
            if self.attempt < ATTEMPTS {
                return self.settled(AckKind::Nak(Some(after.min(FOREVER)))).await;
            }
            let why = format!("{ATTEMPTS} times somebody took it, and nobody finished it");
            self.inner.link.within(self.give_up(&why)).await
        })
    }

    fn bury(self: Box<Self>, why: String) -> Pending<'static, ()> {
        Box::pin(async move { self.inner.link.within(self.give_up(&why)).await })
    }
}
