//! Signs of life, ours and those of the others, and what follows when one falls silent. Not here: what the directory tells besides.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Life, TICK};
use crate::fleet::neighbours::Standing;
use crate::fleet::{Card, InstanceId};

/// Between two signs of life.
const BEAT: Duration = Duration::from_secs(2);
/// Silence after which an instance that does not answer is not only busy.
const QUIET: Duration = Duration::from_secs(4);
/// Silence after which an instance is taken for gone.
const GONE: Duration = Duration::from_secs(8);

impl Life {
    /// Says that this instance lives, and looks who else does. Waits for no other instance: who hangs must not make us look gone.
    pub(super) async fn beat(self: Arc<Self>) {
        let mut last: Option<Instant> = None;
        let mut told = Vec::new();
        loop {
            let now = Instant::now();
            if last.is_none_or(|last| now.duration_since(last) >= BEAT) {
                last = Some(now);
                self.show().await;
            }
            self.look_for_the_gone(now).await;
            self.relay.prune(now);
            self.parcels.prune(now);
            self.measure();
            let doors = self.doors();
            if doors != told && self.handle.set_doors(doors.clone()).await.is_ok() {
                told = doors;
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Says that this instance lives, and what is true of it now.
    pub(super) async fn show(&self) {
        let (card, at) = (self.card(), Instant::now());
        let told = self.directory.beat(&card).await;
        match told {
            Ok(()) => self.echo.said(card.beat, at),
            Err(_) => self.echo.cut(),
        }
        self.figures.beaten(told);
    }

    /// Opens what is elsewhere, and asks from time to time whether it is still heard there.
    pub(super) async fn reach(self: Arc<Self>) {
        let mut asked = Instant::now();
        loop {
            if asked.elapsed() >= BEAT {
                self.far.probe(|id| self.is_quiet(id)).await;
                asked = Instant::now();
            }
            self.far.open(|id| self.others.neighbours().lives(id)).await;
            tokio::time::sleep(TICK).await;
        }
    }

    fn measure(&self) {
        let nodes = (self.book.held(), self.far.reached());
        let counted = (self.directory.written(), self.bus.refused());
        let others = self.others.neighbours().all();
        let here = others.iter().filter(|one| one.standing == Standing::Here);
        self.figures.measured(here.count(), nodes, counted);
    }

    fn card(&self) -> Card {
        Card {
            id: self.own,
            name: self.name.clone(),
            addresses: self.addresses.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            life: self.life,
            sessions: self.book.held(),
            watches: self.watch.watches(),
            posts: self.watch.posts(),
            beat: self.echo.next(),
            audit: Some(self.handle.store.recorded()),
        }
    }

    /// Where spores meet this swarm; none while no other instance is there.
    pub(super) fn doors(&self) -> Vec<String> {
        let others = self.others.neighbours().all();
        let mut others = others
            .into_iter()
            .filter(|one| one.standing == Standing::Here)
            .peekable();
        if others.peek().is_none() {
            return Vec::new();
        }
        let mut doors: Vec<String> = others.flat_map(|one| one.card.addresses).collect();
        doors.extend(self.addresses.iter().cloned());
        doors.sort();
        doors.dedup();
        doors
    }

    /// Takes jobs over of those who are gone.
    pub(super) async fn inherit(self: Arc<Self>) {
        self.heir.take(&|id| self.lives(id)).await;
    }

    /// Looks for such.
    pub(super) async fn look(self: Arc<Self>) {
        loop {
            self.heir.look(&|id| self.lives(id)).await;
            self.heir.tell_again().await;
            tokio::time::sleep(TICK).await;
        }
    }

    pub(super) fn lives(&self, id: InstanceId) -> bool {
        id == self.own || self.others.neighbours().lives(id)
    }

    /// It gave no sign of life for a while, as far as this instance is not behind.
    fn is_quiet(&self, id: InstanceId) -> bool {
        let now = Instant::now();
        let silence = self.others.neighbours().silence(id, now);
        silence.is_none_or(|silence| silence >= QUIET + self.echo.behind(now))
    }

    async fn look_for_the_gone(&self, now: Instant) {
        let Some(now) = now.checked_sub(self.echo.behind(now)) else {
            return;
        };
        for id in self.others.neighbours().fallen_silent(now, GONE) {
            tracing::warn!(instance = %id.0, "an instance of the swarm is not heard of any more");
            self.far.lost(id).await;
            self.relay.broken(id);
            self.heir.gone(id);
            self.turns.heard(id, false, &self.handle).await;
        }
    }
}
