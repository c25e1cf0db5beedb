//! Tells others of alerts: one POST for each cause that opens or closes, never one for each node. What is to be told waits in
//! a short queue; one request goes at a time, three times at most. Boards come here in a `watch`, so nothing of this is
//! ever waited for by the hub.
//!
//! - [`news`]: what is new on a board. [`post`]: one request. [`unsaid`]: what another instance tells.
//!
//! Not here: what fires and who belongs together, see [`crate::alerts`], which also has the address.

mod news;
mod post;
#[cfg(test)]
mod tests;
mod unsaid;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::alerts::{Board, Hook};
use crate::metrics::{Metrics, Posted};
use news::{Message, News};
use post::Failure;
use unsaid::Unsaid;

/// Messages that wait; of more the oldest are dropped.
const QUEUE: usize = 256;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// A board is looked at so long after it changed: what fires together comes within seconds.
    pub(crate) settle: Duration,
    /// For one request, from the look-up of the name to the head of the answer.
    pub(crate) answer: Duration,
    /// Before the second and the third try.
    pub(crate) again: [Duration; 2],
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            settle: Duration::from_secs(3),
            answer: Duration::from_secs(10),
            again: [Duration::from_secs(2), Duration::from_secs(8)],
        }
    }
}

/// How telling others goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// Where it goes, without what is secret; none: nowhere.
    pub to: Option<String>,
    /// This instance of the swarm is the one that tells.
    pub ours: bool,
    /// What waits.
    pub waiting: usize,
    /// Since the start, or since the address was set.
    pub delivered: u64,
    /// Given up after three tries, or refused.
    pub failed: u64,
    /// Not tried, because too much waited.
    pub dropped: u64,
    /// When the last one was delivered.
    pub delivered_at: Option<SystemTime>,
    /// What is wrong; none when the last one was delivered.
    pub trouble: Option<Trouble>,
}

/// Why others are not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Since when.
    pub since: SystemTime,
    /// In words.
    pub why: String,
}

/// What others hold of it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    hook: watch::Sender<Option<Hook>>,
    /// None before the first look of this life.
    board: watch::Sender<Option<Arc<Board>>>,
    /// Whether it is this instance of the swarm that tells.
    duty: watch::Sender<bool>,
    /// A person of this instance set it.
    set_here: AtomicBool,
    queue: Mutex<VecDeque<Message>>,
    more: Notify,
    delivery: Mutex<Delivery>,
}

impl Webhook {
    /// `hook`: as it was left.
    pub(crate) fn new(hook: Option<Hook>) -> Self {
        let delivery = Delivery {
            to: hook.as_ref().map(Hook::shown),
            ..Delivery::default()
        };
        Self {
            inner: Arc::new(Inner {
                hook: watch::Sender::new(hook),
                board: watch::Sender::new(None),
                duty: watch::Sender::new(true),
                set_here: AtomicBool::new(true),
                queue: Mutex::default(),
                more: Notify::new(),
                delivery: Mutex::new(delivery),
            }),
        }
    }

    /// From now on it goes there, or nowhere. `here`: whoever set it is here, and looks whether it works.
    pub(crate) fn set(&self, hook: Option<Hook>, here: bool) {
        self.inner.queue().clear();
        *self.inner.delivery() = Delivery {
            to: hook.as_ref().map(Hook::shown),
            ..Delivery::default()
        };
        self.inner.set_here.store(here, Ordering::Release);
        self.inner.hook.send_replace(hook);
    }

    /// Whether it is this instance of the swarm that tells. When it takes that over, nobody who lives does: what whoever did may not
    /// have told is told.
    pub(crate) fn duty(&self, ours: bool) {
        self.inner
            .duty
            .send_if_modified(|before| std::mem::replace(before, ours) != ours);
    }

    /// What fires has changed.
    pub(crate) fn board(&self, board: Arc<Board>) {
        self.inner.board.send_replace(Some(board));
    }

    /// How it goes.
    pub(crate) fn delivery(&self) -> Delivery {
        let waiting = self.inner.queue().len();
        Delivery {
            waiting,
            ours: *self.inner.duty.borrow(),
            ..self.inner.delivery().clone()
        }
    }

    /// Finds news, until told to stop.
    pub(crate) async fn find(
        self,
        patience: Patience,
        metrics: Arc<Metrics>,
        stopping: CancellationToken,
    ) {
        let finding = self.finding(patience, &metrics);
        stopping.run_until_cancelled(finding).await;
    }

    /// Posts news, until told to stop. `nexus`: who tells.
    pub(crate) async fn tell(
        self,
        nexus: String,
        patience: Patience,
        metrics: Arc<Metrics>,
        stopping: CancellationToken,
    ) {
        let telling = self.telling(&nexus, patience, &metrics);
        stopping.run_until_cancelled(telling).await;
    }

    async fn finding(&self, patience: Patience, metrics: &Metrics) {
        let mut hook = self.inner.hook.subscribe();
        let mut board = self.inner.board.subscribe();
        // What fired before is no news: after a start and when the address is set.
        if board.wait_for(Option::is_some).await.is_err() {
            return;
        }
        let now = |board: &mut watch::Receiver<Option<Arc<Board>>>| {
            board.borrow_and_update().clone().unwrap_or_default()
        };
        let mut news = News::known(&now(&mut board));
        let mut duty = self.inner.duty.subscribe();
        let mut unsaid = Unsaid::default();
        loop {
            tokio::select! {
                changed = hook.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    news = News::known(&now(&mut board));
                    unsaid = Unsaid::default();
                    let here = self.inner.set_here.load(Ordering::Acquire);
                    if hook.borrow_and_update().is_some() && here {
                        self.push([Message::set_up(SystemTime::now())], metrics);
                    }
                }
                changed = duty.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    if *duty.borrow_and_update() && hook.borrow().is_some() {
                        self.push(unsaid.take(Instant::now()), metrics);
                    }
                }
                changed = board.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    tokio::time::sleep(patience.settle).await;
                    let found = news.compare(&now(&mut board), SystemTime::now());
                    if !*duty.borrow() {
                        unsaid.keep(found, Instant::now());
                    } else if hook.borrow().is_some() {
                        self.push(found, metrics);
                    }
                }
            }
        }
    }

    fn push(&self, messages: impl IntoIterator<Item = Message>, metrics: &Metrics) {
        let mut queue = self.inner.queue();
        let mut dropped = 0;
        for message in messages {
            if queue.len() >= QUEUE {
                queue.pop_front();
                dropped += 1;
            }
            queue.push_back(message);
        }
        drop(queue);
        if dropped > 0 {
            self.inner.delivery().dropped += dropped;
            metrics.posted(Posted::Dropped, dropped);
        }
        self.inner.more.notify_one();
    }

    async fn telling(&self, nexus: &str, patience: Patience, metrics: &Metrics) {
        let mut hook = self.inner.hook.subscribe();
        loop {
            let next = self.inner.queue().pop_front();
            let to = hook.borrow_and_update().clone();
            let (Some(message), Some(to)) = (next, to) else {
                self.inner.more.notified().await;
                continue;
            };
            let body = message.body(nexus);
            tokio::select! {
                // Another address, or none: what was on its way to the old one is given up.
                _ = hook.changed() => {}
                came = deliver(&to, &message, body, patience) => {
                    // The address may have changed at this very moment.
                    if hook.has_changed().unwrap_or(true) {
                        continue;
                    }
                    metrics.posted(if came.is_ok() { Posted::Delivered } else { Posted::Failed }, 1);
                    self.came(&to, came);
                }
            }
        }
    }

    fn came(&self, to: &Hook, came: Result<(), String>) {
        let now = SystemTime::now();
        let mut delivery = self.inner.delivery();
        match came {
            Ok(()) => {
                delivery.delivered += 1;
                delivery.delivered_at = Some(now);
                delivery.trouble = None;
            }
            Err(why) => {
                tracing::warn!(to = %to.shown(), %why, "news of an alert could not be posted");
                delivery.failed += 1;
                let before = delivery.trouble.take();
                let since = before.map_or(now, |trouble| trouble.since);
                delivery.trouble = Some(Trouble { since, why });
            }
        }
    }
}

/// Three tries, unless trying again makes no sense.
async fn deliver(
    to: &Hook,
    message: &Message,
    body: String,
    patience: Patience,
) -> Result<(), String> {
    let mut again = patience.again.into_iter();
    loop {
        let failure = match post::post(to, message.id, body.clone(), patience.answer).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        match (failure, again.next()) {
            (Failure::Passing(_), Some(wait)) => tokio::time::sleep(wait).await,
            (Failure::Passing(why) | Failure::Lasting(why), _) => return Err(why),
        }
    }
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Message>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn delivery(&self) -> MutexGuard<'_, Delivery> {
        self.delivery.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
