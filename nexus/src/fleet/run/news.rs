//! What the directory tells, to whom it is of use. Not here: what it is told ([`super::settle`]).

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use uuid::Uuid;

use super::{Life, TICK};
use crate::fleet::book::MemberFact;
use crate::fleet::heads::Head;
use crate::fleet::turns::Turns;
use crate::fleet::uses::Uses;
use crate::fleet::yeses::Yeses;
use crate::fleet::{EngineError, FactKey, News, Table};
use crate::hub::Input;

/// Between two looks for what nobody needs to know any more.
const SWEEP: Duration = Duration::from_mins(1);

impl Life {
    /// Hears what the directory tells.
    pub(super) async fn watch(self: Arc<Self>) {
        self.facts.restore().await;
        loop {
            match self.listen().await {
                Ok(mut news) => {
                    while let Some(news) = news.next().await {
                        self.told(news).await;
                    }
                    self.heads.set_fresh(false);
                    self.turns.lost();
                    self.uses.lost();
                    self.yeses.lost();
                    self.watch.lost();
                    self.echo.cut();
                }
                Err(error) => tracing::warn!(%error, "cannot read what the swarm knows"),
            }
            tokio::time::sleep(TICK).await;
        }
    }

    async fn listen(&self) -> Result<BoxStream<'static, News>, EngineError> {
        let life = self.directory.life().await?;
        // Before it begins: what is claimed and written meanwhile counts as told.
        self.hear_anew();
        let news = self.directory.watch().await?;
        if self.memory.lives(life) {
            self.heads.set_settling(true);
        }
        Ok(news)
    }

    async fn told(&self, news: News) {
        match news {
            News::Instance(card) if card.id == self.own => {
                if card.life == self.life {
                    self.echo.heard(card.beat);
                }
            }
            News::Instance(card) => {
                let (id, name) = (card.id, card.name.clone());
                if self.others.neighbours().heard(card) {
                    tracing::info!(instance = %id.0, name, "another instance of the swarm is here");
                    self.turns.heard(id, true, &self.handle).await;
                }
            }
            News::Left(id) => {
                self.others.neighbours().left(id);
                self.far.lost(id).await;
                self.relay.broken(id);
                self.heir.gone(id);
                self.turns.heard(id, false, &self.handle).await;
            }
            News::Held { node, by, epoch } => {
                self.book.is_held(&node, by == self.own, epoch);
                self.far.held(node, by, epoch).await;
            }
            News::Free { node, epoch } => self.far.free(&node, epoch).await,
            News::Fact {
                key:
                    FactKey {
                        table: Table::Member,
                        key,
                    },
                value,
                revision,
            } => {
                let fact = match &value {
                    Some(value) => MemberFact::read(value),
                    None => Some(MemberFact::Removed),
                };
                // What a newer version wrote takes nothing away.
                if let Some(fact) = fact {
                    self.member(&key, fact, revision).await;
                }
            }
            News::Fact {
                key:
                    FactKey {
                        table: Table::Stop,
                        key,
                    },
                value,
                revision,
            } if key.is_empty() => {
                let fact = value.and_then(|value| serde_json::from_slice(&value).ok());
                if let Some(change) = self.halt.heard(revision, fact) {
                    drop(self.inbox.send(Input::Change(change)).await);
                }
                self.moved.wake();
            }
            News::Fact {
                key,
                value,
                revision,
            } => self.fact(key, value, revision).await,
            News::UpToDate => self.up_to_date().await,
        }
    }

    async fn member(&self, id: &str, fact: MemberFact, revision: u64) {
        if !self.book.told(id, revision, &fact) {
            return;
        }
        let id = id.to_owned();
        let change: crate::hub::Change = match fact {
            MemberFact::Here(member) => Box::new(move |state, now| state.know_member(member, now)),
            MemberFact::Removed => Box::new(move |state, now| state.forget_member(&id, now)),
        };
        drop(self.inbox.send(Input::Change(change)).await);
    }

    async fn fact(&self, key: FactKey, value: Option<Bytes>, revision: u64) {
        if key.table == Table::Job {
            if let Ok(id) = Uuid::try_parse(&key.key) {
                let head = value.and_then(|value| Head::read(&value));
                self.heir.told(id, revision, head).await;
            }
        } else if let Some(id) = Turns::is_about(&key) {
            self.turns.told(id, value, revision, &self.handle).await;
        } else if let Some(of) = Uses::is_about(&key) {
            self.uses.told(of, value, revision).await;
        } else if let Some(id) = Yeses::is_about(&key) {
            self.yeses.told(id, value, revision);
        } else {
            self.facts.told(key, value, revision).await;
        }
    }

    /// Tells the others what came of the times of schedules that this instance took, and gives back what was held for nothing.
    pub(super) async fn tend(self: Arc<Self>) {
        let mut swept = Instant::now();
        loop {
            tokio::time::sleep(TICK).await;
            self.turns.tend(&self.handle).await;
            self.yeses.tend(&self.handle).await;
            self.facts.save().await;
            if swept.elapsed() >= SWEEP {
                swept = Instant::now();
                self.uses.sweep().await;
                self.yeses.sweep().await;
            }
        }
    }
}
