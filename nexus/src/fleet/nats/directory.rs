//! The directory: one stream, so one order for everybody. Whoever changes a row reads it first and writes only over what it
//! read, so versions grow without a gap that an old row would fit into.
//!
//! Not here: how rows look ([`super::row`]).

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use uuid::Uuid;

use super::letters::{Letter, Read, Stored};
use super::link::away;
use super::row::{Row, Seen, name};
use super::streams::{Kind, OVER};
use super::{Inner, Seat, fits, now_ms};
use crate::fleet::engine::{
    Card, Directory, EngineError, Epoch, FactKey, InstanceId, News, Pending, Put,
};

/// A card that nobody renews goes after this long.
const FADED: Duration = Duration::from_mins(1);
/// How often to look again when somebody else was faster.
const TRIES: usize = 20;
/// How often the server says that it is still there, when there is no news.
const PULSE: Duration = Duration::from_secs(5);

/// How a row stands.
struct Current {
    /// The sequence of what is there, ours or not.
    place: u64,
    version: u64,
    /// The sequence of what counts; 0: nothing is there.
    revision: u64,
    row: Option<Row>,
}

impl Inner {
    fn row_subject(&self, kind: char, key: &str) -> String {
        let name = self.sealer.name(&kind.to_string(), key);
        self.link
            .subject(Kind::Directory, &format!("{kind}.{name}"))
    }

    fn fact_subject(&self, key: &FactKey) -> String {
        self.row_subject('f', &name(key))
    }

    /// Opens a row; none if it is not this swarm's, or an old one that was put back, or of a version to come.
    fn open_row(&self, read: &Read) -> Option<(u64, Row)> {
        self.reached.fetch_max(read.sequence, Ordering::AcqRel);
        let opened = self.unseal("row", &read.subject, &read.payload)?;
        let Some((version, row)) = Row::read(&opened) else {
            tracing::debug!("a row that this version does not know");
            return None;
        };
        let seen = Seen {
            version,
            sequence: read.sequence,
            over: row.is_over(),
        };
        if self.memory.takes(&read.subject, seen) {
            return Some((version, row));
        }
        self.sealer.refuse("an old row was put back");
        None
    }

    async fn current(&self, subject: &str) -> Result<Current, EngineError> {
        let read = self.link.last(Kind::Directory, subject).await?;
        let place = read.as_ref().map_or(0, |read| read.sequence);
        let opened = read.as_ref().and_then(|read| self.open_row(read));
        Ok(match opened {
            Some((version, row)) => Current {
                place,
                version,
                revision: if row.is_over() { 0 } else { place },
                row: Some(row),
            },
            None => {
                // Nothing, or nothing that counts: what was seen before still does.
                let seen = self.memory.get(subject).filter(|_| place > 0);
                Current {
                    place,
                    version: self.memory.get(subject).map_or(0, |seen| seen.version),
                    revision: seen
                        .filter(|seen| !seen.over)
                        .map_or(0, |seen| seen.sequence),
                    row: None,
                }
            }
        })
    }

    /// Writes over what is there, if `decide` still wants to: its version and sequence, or none when it did not.
    async fn rewrite(
        &self,
        subject: &str,
        decide: impl Fn(&Current) -> Option<Row> + Send,
    ) -> Result<Option<(u64, u64)>, EngineError> {
        for _ in 0..TRIES {
            let current = self.current(subject).await?;
            let Some(row) = decide(&current) else {
                return Ok(None);
            };
            let version = later(current.version);
            if let Some(sequence) = self
                .write(subject, &row, version, Some(current.place))
                .await?
            {
                return Ok(Some((version, sequence)));
            }
        }
        Err(EngineError::Away(
            "others write the same thing all the time".to_owned(),
        ))
    }

    async fn write(
        &self,
        subject: &str,
        row: &Row,
        version: u64,
        after: Option<u64>,
    ) -> Result<Option<u64>, EngineError> {
        let keep = match row {
            Row::Card(_) => Some(FADED),
            Row::Left(_) | Row::Free(..) | Row::Removed(_) => Some(OVER),
            Row::Held(..) | Row::Fact(..) => None,
        };
        let letter = Letter {
            subject: subject.to_owned(),
            payload: self.seal("row", subject, &row.write(version)),
            after,
            keep,
            id: None,
        };
        let Stored::At(sequence) = self.link.store(letter).await? else {
            return Ok(None);
        };
        self.reached.fetch_max(sequence, Ordering::AcqRel);
        let seen = Seen {
            version,
            sequence,
            over: row.is_over(),
        };
        self.memory.takes(subject, seen);
        Ok(Some(sequence))
    }

    /// A row that only this instance writes, so there is nothing to compare.
    async fn announce(&self, id: InstanceId, row: Row) -> Result<(), EngineError> {
        let subject = self.row_subject('i', &id.0.to_string());
        let before = match self.memory.get(&subject) {
            Some(seen) => seen.version,
            None => self.current(&subject).await?.version,
        };
        self.write(&subject, &row, later(before), None)
            .await
            .map(|_| ())
    }

    async fn first(&self, key: &str, keep: Duration) -> Result<bool, EngineError> {
        let subject = self
            .link
            .subject(Kind::Once, &self.sealer.name("once", key));
        let token = Uuid::new_v4();
        let mut after = 0;
        for _ in 0..TRIES {
            let letter = Letter {
                subject: subject.clone(),
                payload: self.seal("once", &subject, token.as_bytes()),
                after: Some(after),
                keep: Some(keep),
                id: None,
            };
            if let Stored::At(_) = self.link.store(letter).await? {
                return Ok(true);
            }
            // Somebody was first, or somebody put something there that is nothing.
            match self.link.last(Kind::Once, &subject).await? {
                Some(read) => match self.unseal("once", &subject, &read.payload) {
                    Some(theirs) => return Ok(theirs == token.as_bytes()[..]),
                    None => after = read.sequence,
                },
                None => after = 0,
            }
        }
        Err(EngineError::Away(
            "somebody writes over it all the time".to_owned(),
        ))
    }

    /// When each stream was made, and how often the directory was found behind what it had come to.
    async fn life(&self) -> Result<String, EngineError> {
        let reached = self.reached.load(Ordering::Acquire);
        let mut life = Vec::new();
        for kind in [Kind::Directory, Kind::Records, Kind::Outputs] {
            let name = kind.name(&self.link.settings.swarm);
            let stream = self.link.context.get_stream(name).await;
            let stream = stream.map_err(|error| away(&error))?;
            let info = stream.cached_info();
            life.push(format!("{:?}", info.created));
            if kind == Kind::Directory && info.state.last_sequence < reached {
                self.back.fetch_add(1, Ordering::AcqRel);
                self.reached
                    .store(info.state.last_sequence, Ordering::Release);
            }
        }
        life.push(self.back.load(Ordering::Acquire).to_string());
        Ok(life.join(" "))
    }

    async fn watcher(&self) -> Result<Watching, EngineError> {
        let name = Kind::Directory.name(&self.link.settings.swarm);
        let stream = self
            .link
            .context
            .get_stream(name)
            .await
            .map_err(|error| away(&error))?;
        let known = stream.cached_info().state.last_sequence;
        let config = pull::Config {
            deliver_policy: DeliverPolicy::LastPerSubject,
            filter_subject: self.link.subject(Kind::Directory, ">"),
            ack_policy: AckPolicy::None,
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: PULSE * 6,
            ..pull::Config::default()
        };
        let consumer: PullConsumer = stream
            .create_consumer(config)
            .await
            .map_err(|error| away(&error))?;
        let nothing = consumer.cached_info().num_pending == 0;
        let messages = consumer
            .stream()
            .max_messages_per_batch(1000)
            .heartbeat(PULSE)
            .expires(PULSE * 6);
        Ok(Watching {
            messages: messages.messages().await.map_err(|error| away(&error))?,
            known,
            next: 1,
            told: nothing.then_some(false),
        })
    }
}

/// A version after this one, also when nobody knows that one any more.
fn later(version: u64) -> u64 {
    u64::try_from(now_ms())
        .unwrap_or(0)
        .max(version.saturating_add(1))
}

/// A watch under way.
struct Watching {
    messages: pull::Stream,
    /// What stood in the stream when it began.
    known: u64,
    /// Which of its messages comes next; another one means that some are missing.
    next: u64,
    /// Whether "up to date" was said; none: it is not time yet.
    told: Option<bool>,
}

impl Watching {
    async fn news(&mut self, inner: &Inner) -> Option<News> {
        loop {
            if self.told == Some(false) {
                self.told = Some(true);
                return Some(News::UpToDate);
            }
            let message = self.messages.next().await?.ok()?;
            let info = message.info().ok()?;
            if info.consumer_sequence != self.next {
                return None;
            }
            self.next += 1;
            if info.pending == 0 && self.told.is_none() {
                self.told = Some(false);
            }
            let sequence = info.stream_sequence;
            let read = Read {
                subject: message.subject.to_string(),
                sequence,
                payload: message.payload.clone(),
            };
            let Some((version, row)) = inner.open_row(&read) else {
                continue;
            };
            // What was over before anybody looked is no news.
            if !(row.is_over() && sequence <= self.known) {
                return Some(row.news(version, sequence));
            }
        }
    }
}

impl Directory for Seat {
    fn beat<'a>(&'a self, card: &'a Card) -> Pending<'a, ()> {
        let ask = self.0.announce(card.id, Row::Card(card.clone()));
        Box::pin(self.0.link.within(ask))
    }

    fn leave(&self, id: InstanceId) -> Pending<'_, ()> {
        Box::pin(self.0.link.within(self.0.announce(id, Row::Left(id))))
    }

    fn claim<'a>(&'a self, node: &'a str, by: InstanceId) -> Pending<'a, Epoch> {
        Box::pin(self.0.link.within(async move {
            fits(node.len())?;
            let subject = self.0.row_subject('n', node);
            let held = self
                .0
                .rewrite(&subject, |_| Some(Row::Held(node.to_owned(), by)))
                .await?;
            // A claim is never declined.
            Ok(Epoch(held.map_or(0, |(version, _)| version)))
        }))
    }

    fn release<'a>(&'a self, node: &'a str, epoch: Epoch) -> Pending<'a, ()> {
        Box::pin(self.0.link.within(async move {
            let subject = self.0.row_subject('n', node);
            let free = |current: &Current| {
                let held = matches!(current.row, Some(Row::Held(..))) && current.version == epoch.0;
                held.then(|| Row::Free(node.to_owned(), epoch))
            };
            self.0.rewrite(&subject, free).await.map(|_| ())
        }))
    }

    fn put<'a>(&'a self, key: &'a FactKey, value: Option<Bytes>, seen: u64) -> Pending<'a, Put> {
        Box::pin(self.0.link.within(async move {
            fits(value.as_ref().map_or(0, Bytes::len) + key.key.len())?;
            let decide = |current: &Current| {
                (current.revision == seen).then(|| match &value {
                    Some(value) => Row::Fact(key.clone(), value.clone()),
                    None => Row::Removed(key.clone()),
                })
            };
            let written = self.0.rewrite(&self.0.fact_subject(key), decide).await?;
            let Some((_, revision)) = written else {
                return Ok(Put::Changed);
            };
            self.0.written.fetch_add(1, Ordering::Relaxed);
            Ok(Put::Done(revision))
        }))
    }

    fn first<'a>(&'a self, key: &'a str, keep: Duration) -> Pending<'a, bool> {
        Box::pin(self.0.link.within(self.0.first(key, keep)))
    }

    fn watch(&self) -> Pending<'_, BoxStream<'static, News>> {
        Box::pin(async move {
            let lost = self.0.link.lost();
            let watching = Box::pin(self.0.link.within(self.0.watcher())).await?;
            let news = stream::unfold((self.0.clone(), watching), async |(inner, mut watching)| {
                let news = watching.news(&inner).await?;
                Some((news, (inner, watching)))
            });
            Ok(news.take_until(lost).boxed())
        })
    }

    fn life(&self) -> Pending<'_, String> {
        Box::pin(self.0.link.within(self.0.life()))
    }

    fn written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }
}
