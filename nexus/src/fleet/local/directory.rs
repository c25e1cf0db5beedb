//! Cards, placements and facts of a local engine, and who watches them. One lock, so everybody sees one order.
//!
//! Not here: the clock of whoever reads a card; only one that nobody renewed for long is not told any more.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Seat, fits, lock};
use crate::fleet::engine::{
    Card, Directory, Epoch, FOREVER, FactKey, InstanceId, News, Pending, Put,
};

/// How far a watcher may be behind before its stream ends.
const BEHIND: usize = 8192;
/// A card that nobody renewed for this long is nobody's.
const FADED: Duration = Duration::from_mins(1);
/// From so many keys of [`Directory::first`] on, those that are over are let go.
const ONCE: usize = 4096;

#[derive(Default)]
pub(super) struct Board(Mutex<Rows>);

#[derive(Default)]
struct Rows {
    revision: u64,
    cards: HashMap<InstanceId, (Card, Instant)>,
    held: HashMap<String, (InstanceId, Epoch)>,
    facts: HashMap<FactKey, (u64, Bytes)>,
    once: HashMap<String, Instant>,
    watchers: Vec<(mpsc::Sender<News>, CancellationToken)>,
}

impl Board {
    pub(super) fn hang_up(&self) {
        for (_, end) in lock(&self.0).watchers.drain(..) {
            end.cancel();
        }
    }
}

impl Rows {
    fn next(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    fn tell(&mut self, news: &News) {
        self.watchers
            .retain(|(watcher, _)| watcher.try_send(news.clone()).is_ok());
    }

    fn all(&self) -> Vec<News> {
        let cards = self
            .cards
            .values()
            .filter(|(_, beat)| beat.elapsed() < FADED);
        let held = self.held.iter().map(|(node, &(by, epoch))| News::Held {
            node: node.clone(),
            by,
            epoch,
        });
        let facts = self
            .facts
            .iter()
            .map(|(key, (revision, value))| News::Fact {
                key: key.clone(),
                value: Some(value.clone()),
                revision: *revision,
            });
        let cards = cards.map(|(card, _)| News::Instance(card.clone()));
        cards
            .chain(held)
            .chain(facts)
            .chain([News::UpToDate])
            .collect()
    }

    fn put(&mut self, key: &FactKey, value: Option<Bytes>, seen: u64) -> Put {
        if self.facts.get(key).map_or(0, |(revision, _)| *revision) != seen {
            return Put::Changed;
        }
        let revision = self.next();
        match &value {
            Some(value) => self.facts.insert(key.clone(), (revision, value.clone())),
            None => self.facts.remove(key),
        };
        self.tell(&News::Fact {
            key: key.clone(),
            value,
            revision,
        });
        Put::Done(revision)
    }

    fn first(&mut self, key: &str, keep: Duration) -> bool {
        let now = Instant::now();
        if self.once.len() >= ONCE {
            self.once.retain(|_, until| *until > now);
        }
        let known = self.once.get(key).is_some_and(|until| *until > now);
        if !known {
            self.once.insert(key.to_owned(), now + keep.min(FOREVER));
        }
        !known
    }
}

impl Directory for Seat {
    fn beat<'a>(&'a self, card: &'a Card) -> Pending<'a, ()> {
        Box::pin(async move {
            self.shared.there()?;
            let mut rows = lock(&self.shared.directory.0);
            rows.cards.insert(card.id, (card.clone(), Instant::now()));
            rows.tell(&News::Instance(card.clone()));
            Ok(())
        })
    }

    fn leave(&self, id: InstanceId) -> Pending<'_, ()> {
        Box::pin(async move {
            self.shared.there()?;
            let mut rows = lock(&self.shared.directory.0);
            rows.cards.remove(&id);
            rows.tell(&News::Left(id));
            Ok(())
        })
    }

    fn claim<'a>(&'a self, node: &'a str, by: InstanceId) -> Pending<'a, Epoch> {
        Box::pin(async move {
            self.shared.there()?;
            let mut rows = lock(&self.shared.directory.0);
            let epoch = Epoch(rows.next());
            rows.held.insert(node.to_owned(), (by, epoch));
            rows.tell(&News::Held {
                node: node.to_owned(),
                by,
                epoch,
            });
            Ok(epoch)
        })
    }

    fn release<'a>(&'a self, node: &'a str, epoch: Epoch) -> Pending<'a, ()> {
        Box::pin(async move {
            self.shared.there()?;
            let mut rows = lock(&self.shared.directory.0);
            if rows.held.get(node).is_some_and(|(_, now)| *now == epoch) {
                rows.held.remove(node);
                rows.tell(&News::Free {
                    node: node.to_owned(),
                    epoch,
                });
            }
            Ok(())
        })
    }

    fn put<'a>(&'a self, key: &'a FactKey, value: Option<Bytes>, seen: u64) -> Pending<'a, Put> {
        Box::pin(async move {
            self.shared.there()?;
            fits(value.as_ref().map_or(0, Bytes::len) + key.key.len())?;
            Ok(lock(&self.shared.directory.0).put(key, value, seen))
        })
    }

    fn first<'a>(&'a self, key: &'a str, keep: Duration) -> Pending<'a, bool> {
        Box::pin(async move {
            self.shared.there()?;
            Ok(lock(&self.shared.directory.0).first(key, keep))
        })
    }

    fn watch(&self) -> Pending<'_, BoxStream<'static, News>> {
        Box::pin(async move {
            self.shared.there()?;
            let (sender, receiver) = mpsc::channel(BEHIND);
            let end = CancellationToken::new();
            let mut rows = lock(&self.shared.directory.0);
            let known = rows.all();
            rows.watchers.push((sender, end.clone()));
            let later = stream::unfold(receiver, async |mut receiver| {
                let news = receiver.recv().await?;
                Some((news, receiver))
            });
            let all = stream::iter(known).chain(later);
            Ok(all.take_until(end.cancelled_owned()).boxed())
        })
    }
}
