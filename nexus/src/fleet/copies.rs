//! Copies of the audit logs of all other instances, kept by asking each for what follows when it says that it has more. So whoever
//! was away catches up by itself, any instance shows the log of the whole swarm, and none can rewrite its own unseen.
//!
//! What does not follow from a copy is never written over it: another copy of that log begins beside it, and this instance's own
//! log says so. Copying may lag behind; nothing waits for it.
//! Not here: what follows from what ([`crate::audit`]), and the question ([`super::ask`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::join_all;
use protocol::PublicKey;
use serde_json::json;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::ask::LogPage;
use super::neighbours::{Neighbour, Standing};
use super::{Figures, InstanceId, Others};
use crate::audit::{Action, Anchor, AuditLog, Entry, Head, InstanceName, LogCopy, Unrecorded, Why};
use crate::store::{NewCopy, Progress, Store, StoreError};

/// Between two looks who has more.
const TICK: Duration = Duration::from_secs(1);
/// Pages of one instance before it is looked at the others again.
const PAGES: u32 = 32;
/// Copies of one instance's log at most: one that changes all the time must not fill this disk.
const MOST: usize = 16;
/// After it wrote, copying rests so many times as long as that took, so that the store has most of its time for others.
const REST: u32 = 4;
/// Longest such rest.
const LONGEST_REST: Duration = Duration::from_secs(2);

/// See the module.
pub(super) struct Copies {
    others: Others,
    store: Store,
    audit: AuditLog,
    /// Of the swarm.
    key: PublicKey,
    figures: Arc<Figures>,
    /// One writes at a time.
    turn: tokio::sync::Mutex<()>,
    known: Mutex<HashMap<InstanceId, Known>>,
}

/// What is known of one.
#[derive(Default)]
struct Known {
    /// What it said of itself when the copy was complete: which life, and how many entries.
    complete: Option<(Uuid, u64)>,
    /// Last number of the copy.
    last: u64,
    /// It was said that something is wrong with its signatures, or that there are too many copies.
    complained: bool,
}

/// What came of one page.
enum Step {
    /// Ask again.
    More,
    /// Nothing follows.
    Complete,
    /// Not now.
    Later,
}

/// Why it does not go on. Display: for the log of the program.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Away(#[from] super::NotAnswered),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unrecorded(#[from] Unrecorded),
    #[error("what it told could not be looked at")]
    Unread,
}

impl Copies {
    pub(super) fn new(
        others: Others,
        (store, audit): (Store, AuditLog),
        figures: Arc<Figures>,
    ) -> Arc<Self> {
        Arc::new(Self {
            key: audit.key(),
            others,
            store,
            audit,
            figures,
            turn: tokio::sync::Mutex::default(),
            known: Mutex::default(),
        })
    }

    /// Copies whatever the others have.
    pub(super) async fn keep(self: Arc<Self>) {
        loop {
            tokio::time::sleep(TICK).await;
            let due = self.due();
            // What people do goes first.
            if self.store.may_act() && !self.store.is_failing() {
                join_all(due.iter().map(|(one, told)| self.catch_up(one, *told))).await;
            }
        }
    }

    /// Those that said something new of their logs. One of an older version says nothing of it.
    fn due(&self) -> Vec<(Neighbour, (Uuid, u64))> {
        let mut known = self.lock();
        let (mut due, mut behind) = (Vec::new(), 0);
        for one in self.others.known() {
            let Some(last) = one.card.audit else { continue };
            let seen = known.entry(one.card.id).or_default();
            behind = u64::saturating_add(behind, last.saturating_sub(seen.last));
            let told = (one.card.life, last);
            if one.standing == Standing::Here && seen.complete != Some(told) {
                due.push((one, told));
            }
        }
        let behind = i64::try_from(behind).unwrap_or(i64::MAX);
        self.figures.audit_behind.set(behind);
        due
    }

    async fn catch_up(&self, one: &Neighbour, told: (Uuid, u64)) {
        for _ in 0..PAGES {
            match self.step(one).await {
                Ok(Step::More) => {}
                Ok(Step::Complete) => {
                    self.lock().entry(one.card.id).or_default().complete = Some(told);
                    return;
                }
                Ok(Step::Later) => return,
                Err(error) => {
                    let of = one.card.id.0;
                    tracing::debug!(instance = %of, %error, "its audit log is not copied now");
                    return;
                }
            }
        }
    }

    async fn step(&self, one: &Neighbour) -> Result<Step, Trouble> {
        let id = one.card.id;
        let (progress, copies) = self.store.copied(id.0).await?;
        let at = progress
            .as_ref()
            .map_or((0, 0), |it| (it.head.number, it.signed));
        self.lock().entry(id).or_default().last = at.0;
        let only_where = progress.is_none();
        let Some(page) = self.others.audit(id, at, only_where).await? else {
            return Ok(Step::Later);
        };
        let new = match &progress {
            Some(it) if page.begin.number <= it.head.number => {
                if page.at == Some(it.head.hash) {
                    return self.go_on(id, it, page, copies).await;
                }
                let (start, agreed) = self.fork(id, it, &page).await?;
                if start == it.head {
                    return Ok(Step::Later);
                }
                let anchor = page.anchor.filter(|_| start == page.begin);
                self.begins(id, start, anchor, Why::Diverged)
                    .after(agreed, it.head.number)
            }
            Some(it) => {
                let (lost, begin) = (it.head.number + 1, page.begin.number);
                tracing::warn!(instance = %id.0, "entries {lost} to {begin} of its audit log were removed there, for their age, before they were copied");
                self.begins(id, page.begin, page.anchor, Why::Aged)
            }
            None => self.begins(id, page.begin, page.anchor, Why::First),
        };
        self.begin(new, copies).await
    }

    /// Adds what follows from the copy.
    async fn go_on(
        &self,
        id: InstanceId,
        progress: &Progress,
        page: LogPage,
        copies: usize,
    ) -> Result<Step, Trouble> {
        let (head, signed, key) = (progress.head, progress.signed, self.key);
        let told = page.told;
        // Hashes of a whole page take longer than others should wait.
        let follows = spawn_blocking(move || told.after(head, signed, key)).await;
        let mut follows = follows.map_err(|_| Trouble::Unread)?;
        let misfit = follows.misfit.take();
        let (count, mut refused) = (follows.rows.len(), follows.refused);
        let last = follows.rows.last().map_or(head.number, |row| row.0);
        if count > 0 || !follows.checkpoints.is_empty() {
            let _turn = self.turn.lock().await;
            let begun = Instant::now();
            let name = self.others.name_of(id);
            refused += self
                .store
                .copy_more(progress.copy.id, name, follows)
                .await?;
            self.figures.audit_copied.inc_by(count as u64);
            self.lock().entry(id).or_default().last = last;
            tokio::time::sleep((begun.elapsed() * REST).min(LONGEST_REST)).await;
        }
        if refused > 0 && self.complains(id) {
            tracing::error!(instance = %id.0, "signatures in its audit log are wrong and were not copied");
            self.told_of(id, last, "signatures in its log are wrong")
                .await?;
        }
        if let Some(misfit) = misfit {
            let why = format!("entry {}: {}", misfit.told.number, misfit.why);
            let mut new = self.begins(id, misfit.told, None, Why::Misfit);
            new.tell = Some((misfit.told.number, why));
            return self.begin(new, copies).await;
        }
        if page.cut {
            return Ok(Step::Later);
        }
        let more = count > 0 && last < page.last;
        Ok(if more { Step::More } else { Step::Complete })
    }

    /// The last entry that both have, looked for by halves, since hashes agree up to there and nowhere behind; and whether there is
    /// one. Without, what the origin has now is copied from its beginning.
    async fn fork(
        &self,
        id: InstanceId,
        progress: &Progress,
        page: &LogPage,
    ) -> Result<(Head, bool), Trouble> {
        let mut low = progress.copy.start.number.max(page.begin.number);
        let mut high = progress.head.number.min(page.last);
        if low > high {
            return Ok((page.begin, false));
        }
        let Some(mut agreed) = self.agreed(id, &progress.copy, low).await? else {
            return Ok((page.begin, false));
        };
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match self.agreed(id, &progress.copy, middle).await? {
                Some(head) => (low, agreed) = (middle, head),
                None => high = middle - 1,
            }
        }
        Ok((agreed, true))
    }

    /// This entry, if the origin has it as the copy has it.
    async fn agreed(
        &self,
        id: InstanceId,
        copy: &LogCopy,
        number: u64,
    ) -> Result<Option<Head>, Trouble> {
        let theirs = self.others.audit(id, (number, number), true).await?;
        let theirs = theirs.ok_or(Trouble::Unread)?.at;
        let ours = self.store.copied_hash(copy, number).await?;
        let same = ours.filter(|hash| theirs == Some(*hash));
        Ok(same.map(|hash| Head { number, hash }))
    }

    fn begins(&self, id: InstanceId, start: Head, anchor: Option<Anchor>, why: Why) -> Begins {
        let proved = |anchor: &Anchor| {
            anchor.0.key == self.key && anchor.head() == start && anchor.is_signed()
        };
        let anchor = anchor.filter(proved);
        let unproved = start != Head::EMPTY && anchor.is_none();
        let is_beginning = matches!(why, Why::First | Why::Aged);
        let mut tell = None;
        if unproved && is_beginning {
            let through = start.number;
            let what = "are gone there, and nobody signed that they were to be removed";
            tell = Some((through, format!("entries up to {through} {what}")));
        }
        let why = if tell.is_some() { Why::Unproved } else { why };
        let name = self.others.name_of(id);
        Begins {
            new: NewCopy {
                origin: InstanceName { id: id.0, name },
                start,
                anchor,
                why,
            },
            tell,
        }
    }

    /// Begins a copy, after it is told why, if that is worth it.
    async fn begin(&self, begins: Begins, copies: usize) -> Result<Step, Trouble> {
        let id = InstanceId(begins.new.origin.id);
        if copies >= MOST {
            if self.complains(id) {
                tracing::error!(instance = %id.0, "its audit log was replaced {copies} times; it is not copied any more until the oldest copy has gone with its age");
            }
            return Ok(Step::Later);
        }
        if let Some((number, why)) = begins.tell {
            tracing::error!(instance = %id.0, why, "its audit log is not what it was; what was copied of it is kept");
            self.told_of(id, number, &why).await?;
        }
        self.store.begin_copy(begins.new).await?;
        Ok(Step::More)
    }

    /// On disk before anything follows from it: rather twice than never.
    async fn told_of(&self, id: InstanceId, number: u64, why: &str) -> Result<(), Trouble> {
        self.figures.audit_diverged.inc();
        let mut entry = Entry::new(Action::AuditDiverged, SystemTime::now());
        entry = entry.about([id.0.to_string()]);
        entry.why = Some(why.to_owned());
        let instance = self.others.name_of(id);
        let detail = json!({"instance": instance, "number": number});
        self.audit.keep(entry.with(detail)).await?;
        Ok(())
    }

    /// True once.
    fn complains(&self, id: InstanceId) -> bool {
        let mut known = self.lock();
        !std::mem::replace(&mut known.entry(id).or_default().complained, true)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InstanceId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A copy that is to begin.
struct Begins {
    new: NewCopy,
    /// What this instance's own log says of it: the number of an entry, and why.
    tell: Option<(u64, String)>,
}

impl Begins {
    /// After one that its origin does not have any more.
    fn after(mut self, agreed: bool, had: u64) -> Self {
        let from = if agreed { self.new.start.number + 1 } else { 1 };
        let why = format!(
            "its log is another one from entry {from} on; the copy of what it had goes to entry {had}"
        );
        self.tell = Some((from, why));
        self
    }
}
