//! The ledger: a stream of records, one subject each, and one of outputs, where 32 pieces share a subject; so the middle of an
//! output is found without reading its beginning, and the server has few subjects to remember.
//!
//! Not here: what a record says.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use uuid::Uuid;

use super::letters::{Letter, Stored};
use super::streams::Kind;
use super::{Inner, Seat, fits};
use crate::fleet::engine::{EngineError, LARGEST, Ledger, Pending};

/// Pieces that share a subject.
const BLOCK: u64 = 32;
/// Records that are read at a time.
const AT_ONCE: usize = 64;
/// How often to look again when somebody else was faster.
const TRIES: usize = 20;
/// How long to wait for a copy that is behind, and how often.
const BEHIND: (Duration, usize) = (Duration::from_millis(50), 20);

impl Inner {
    fn record_subject(&self, folder: Uuid, id: Uuid) -> String {
        self.link.subject(Kind::Records, &format!("{folder}.{id}"))
    }

    fn folder_subject(&self, folder: Uuid) -> String {
        self.link.subject(Kind::Records, &format!("{folder}.*"))
    }

    async fn keep(
        &self,
        subject: String,
        record: &[u8],
        after: Option<u64>,
    ) -> Result<Stored, EngineError> {
        fits(record.len())?;
        let letter = Letter {
            payload: self.seal("record", &subject, record),
            subject,
            after,
            ..Letter::default()
        };
        self.link.store(letter).await
    }

    async fn begin(&self, subject: String, record: &[u8]) -> Result<Option<Bytes>, EngineError> {
        let mut after = 0;
        for _ in 0..TRIES {
            if let Stored::At(_) = self.keep(subject.clone(), record, Some(after)).await? {
                return Ok(None);
            }
            // Somebody was first, or somebody put something there that is nothing.
            after = match self.link.last(Kind::Records, &subject).await? {
                Some(read) => match self.unseal("record", &subject, &read.payload) {
                    Some(theirs) => return Ok(Some(theirs)),
                    None => read.sequence,
                },
                None => 0,
            };
        }
        Err(EngineError::Away(
            "somebody writes over it all the time".to_owned(),
        ))
    }

    async fn of(&self, folder: Uuid) -> Result<Vec<(Uuid, Bytes)>, EngineError> {
        let filter = self.folder_subject(folder);
        let subjects = self.link.subjects(Kind::Records, &filter).await?;
        let records = stream::iter(subjects).map(async |(subject, _)| {
            // Between the two questions it may have been forgotten.
            let read = self.link.last(Kind::Records, &subject).await?;
            Ok::<_, EngineError>(read.and_then(|read| {
                let id = subject.rsplit('.').next()?.parse().ok()?;
                Some((id, self.unseal("record", &subject, &read.payload)?))
            }))
        });
        let mut records: Vec<_> = records
            .buffer_unordered(AT_ONCE)
            .try_filter_map(async |record| Ok(record))
            .try_collect()
            .await?;
        records.sort_unstable_by_key(|(id, _)| *id);
        Ok(records)
    }

    async fn append(&self, id: Uuid, number: u64, piece: &[u8]) -> Result<(), EngineError> {
        fits(piece.len())?;
        let subject = self
            .link
            .subject(Kind::Outputs, &format!("{id}.{}", number / BLOCK));
        let numbered = [&number.to_be_bytes()[..], piece].concat();
        let letter = Letter {
            payload: self.seal("output", &subject, &numbered),
            subject,
            ..Letter::default()
        };
        self.link.store(letter).await.map(|_| ())
    }

    async fn read(
        &self,
        id: Uuid,
        from: u64,
        bytes: usize,
    ) -> Result<Vec<(u64, Bytes)>, EngineError> {
        let filter = self.link.subject(Kind::Outputs, &format!("{id}.*"));
        let blocks = self.link.subjects(Kind::Outputs, &filter).await?;
        let mut blocks: Vec<_> = blocks
            .into_iter()
            .filter_map(|(subject, count)| {
                Some((
                    subject.rsplit('.').next()?.parse::<u64>().ok()?,
                    subject,
                    count,
                ))
            })
            .filter(|(block, _, _)| *block >= from / BLOCK)
            .collect();
        blocks.sort_unstable();
        let (mut pieces, mut size) = (Vec::new(), 0);
        for (_, subject, count) in blocks {
            for (number, piece) in self.block(&subject, count).await? {
                if number < from {
                    continue;
                }
                if size > 0 && size + piece.len() > bytes {
                    return Ok(pieces);
                }
                size += piece.len();
                pieces.push((number, piece));
            }
            if size >= bytes {
                break;
            }
        }
        Ok(pieces)
    }

    /// All pieces of a block, of which the leader has so many messages.
    async fn block(
        &self,
        subject: &str,
        count: usize,
    ) -> Result<BTreeMap<u64, Bytes>, EngineError> {
        let mut pieces = BTreeMap::new();
        let (mut from, mut read, mut tries) = (1, 0, 0);
        while read < count {
            let (messages, _) = self
                .link
                .batch(Kind::Outputs, subject, from, count - read, 4 * LARGEST)
                .await?;
            let Some(last) = messages.last() else {
                // A copy that is behind the leader; or it was erased just now.
                tries += 1;
                if tries > BEHIND.1 || self.link.last(Kind::Outputs, subject).await?.is_none() {
                    break;
                }
                tokio::time::sleep(BEHIND.0).await;
                continue;
            };
            from = last.sequence + 1;
            read += messages.len();
            for message in &messages {
                let opened = self.unseal("output", subject, &message.payload);
                // The first one counts: what was appended again, whenever that was, is known by its number.
                if let Some(opened) = opened
                    && let Some((number, _)) = opened.split_first_chunk::<8>()
                {
                    let piece = opened.slice(8..);
                    pieces.entry(u64::from_be_bytes(*number)).or_insert(piece);
                }
            }
        }
        Ok(pieces)
    }
}

impl Ledger for Seat {
    fn keep(&self, folder: Uuid, id: Uuid, record: Bytes) -> Pending<'_, ()> {
        Box::pin(self.0.link.within(async move {
            let subject = self.0.record_subject(folder, id);
            self.0.keep(subject, &record, None).await.map(|_| ())
        }))
    }

    fn begin(&self, folder: Uuid, id: Uuid, record: Bytes) -> Pending<'_, Option<Bytes>> {
        Box::pin(self.0.link.within(async move {
            let subject = self.0.record_subject(folder, id);
            self.0.begin(subject, &record).await
        }))
    }

    fn forget(&self, folder: Uuid, id: Uuid) -> Pending<'_, ()> {
        Box::pin(self.0.link.within(async move {
            let subject = self.0.record_subject(folder, id);
            self.0.link.purge(Kind::Records, &subject).await
        }))
    }

    fn clear(&self, folder: Uuid) -> Pending<'_, ()> {
        Box::pin(self.0.link.within(async move {
            let subject = self.0.folder_subject(folder);
            self.0.link.purge(Kind::Records, &subject).await
        }))
    }

    fn of(&self, folder: Uuid) -> Pending<'_, Vec<(Uuid, Bytes)>> {
        Box::pin(self.0.link.within(self.0.of(folder)))
    }

    fn append(&self, id: Uuid, number: u64, piece: Bytes) -> Pending<'_, ()> {
        Box::pin(
            self.0
                .link
                .within(async move { self.0.append(id, number, &piece).await }),
        )
    }

    fn read(&self, id: Uuid, from: u64, bytes: usize) -> Pending<'_, Vec<(u64, Bytes)>> {
        Box::pin(self.0.link.within(self.0.read(id, from, bytes)))
    }

    fn erase(&self, id: Uuid) -> Pending<'_, ()> {
        Box::pin(self.0.link.within(async move {
            let subject = self.0.link.subject(Kind::Outputs, &format!("{id}.>"));
            self.0.link.purge(Kind::Outputs, &subject).await
        }))
    }
}
