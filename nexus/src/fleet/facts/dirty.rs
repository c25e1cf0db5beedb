//! Which keys have to be looked at: marked by whoever writes something to the disk that all instances are to know. Who has which seat
//! of a chart waits a moment: when thousands come in at once each of them changes the same few blocks, and whoever is told of one
//! gives everybody a seat anew. Not here: looking.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::alerts::AlertRow;
use crate::fleet::InstanceId;
use crate::fleet::{FactKey, Table};
use crate::state::{
    CHART_KEY, HOOK_KEY, SEATS, alert_keys, block_key, deeds_key, mute_key, runbook_key,
};
use crate::store::{Plan, Write};

/// How long seats are gathered before they are told.
const GATHER: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug)]
pub(crate) struct Dirty {
    own: InstanceId,
    keys: Mutex<Keys>,
    marked: Notify,
}

#[derive(Debug, Default)]
struct Keys {
    now: BTreeSet<FactKey>,
    seats: BTreeSet<FactKey>,
    /// When those have waited long enough.
    due: Option<Instant>,
}

impl Keys {
    fn add(&mut self, key: FactKey) {
        if key.table == Table::Chart && key.key != CHART_KEY {
            self.seats.insert(key);
            self.due.get_or_insert_with(|| Instant::now() + GATHER);
        } else {
            self.now.insert(key);
        }
    }
}

impl Dirty {
    /// Of this instance.
    pub(crate) fn of(own: InstanceId) -> Self {
        Self {
            own,
            keys: Mutex::default(),
            marked: Notify::new(),
        }
    }

    /// This key.
    pub(crate) fn mark(&self, key: FactKey) {
        self.mark_all([key]);
    }

    /// These keys.
    pub(crate) fn mark_all(&self, keys: impl IntoIterator<Item = FactKey>) {
        let mut all = self.lock();
        keys.into_iter().for_each(|key| all.add(key));
        if !all.now.is_empty() || !all.seats.is_empty() {
            self.marked.notify_one();
        }
    }

    /// What is written is about this key, if all instances are to know it.
    pub(crate) fn wrote(&self, write: &Write) {
        if let Write::Chart(chart) = write {
            let seats = u32::try_from(chart.seats.len()).unwrap_or(u32::MAX);
            let blocks = (0..seats.div_ceil(SEATS)).map(|block| FactKey {
                table: Table::Chart,
                key: block_key(chart.info.number, block * SEATS),
            });
            self.mark_all(blocks);
        }
        if let Write::Alert(AlertRow::Alert(alert)) = write {
            let table = Table::Alert;
            let keys = alert_keys(alert, self.own).into_iter();
            self.mark_all(keys.map(|key| FactKey { table, key }));
        }
        if let Some((table, key)) = key_of(write) {
            self.mark(FactKey { table, key });
        }
    }

    /// Until there may be something.
    pub(super) async fn wait(&self) {
        let due = self.lock().due;
        let seats = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.marked.notified() => {}
            () = seats => {}
        }
    }

    /// All of them that have not to wait.
    pub(super) fn take(&self) -> BTreeSet<FactKey> {
        let mut all = self.lock();
        let mut keys = std::mem::take(&mut all.now);
        if all.due.is_some_and(|due| due <= Instant::now()) {
            all.due = None;
            keys.append(&mut all.seats);
        }
        keys
    }

    fn lock(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key_of(write: &Write) -> Option<(Table, String)> {
    match write {
        Write::Group(group) => Some((Table::Group, group.name.clone())),
        Write::ForgetGroup(name) => Some((Table::Group, name.clone())),
        Write::ApprovalRule(rule) => Some((Table::ApprovalRule, rule.id.to_string())),
        Write::ForgetApprovalRule(id) => Some((Table::ApprovalRule, id.to_string())),
        Write::Chart(_) | Write::ForgetChart(_) => Some((Table::Chart, CHART_KEY.to_owned())),
        Write::Seat(chart, seat, _) => Some((Table::Chart, block_key(*chart, *seat))),
        Write::Alert(row) => of_alerts(row),
        Write::Plan(plan) => of_plan(plan),
        Write::JoinCode(code) => Some((Table::JoinCode, code.id.to_string())),
        Write::ForgetJoinCode(id) => Some((Table::JoinCode, id.to_string())),
        Write::Approval(approval) => Some((Table::Approval, approval.id.to_string())),
        Write::ForgetApproval(id) => Some((Table::Approval, id.to_string())),
        Write::Node(_)
        | Write::Waiting(_)
        | Write::Unseat(_)
        | Write::Secrets(..)
        | Write::Begin(..)
        | Write::Output(..)
        | Write::Job(..)
        | Write::ForgetJob(_)
        | Write::Stop(_)
        | Write::Sample(_)
        | Write::Turns(_)
        | Write::End(..) => None,
    }
}

fn of_alerts(row: &AlertRow) -> Option<(Table, String)> {
    match row {
        AlertRow::Rule(rule) => Some((Table::AlertRule, rule.id.to_string())),
        AlertRow::ForgetRule(id) => Some((Table::AlertRule, id.to_string())),
        AlertRow::Mute(mute) => Some((Table::AlertRule, mute_key(&mute.aim.key()))),
        AlertRow::ForgetMute(aim) => Some((Table::AlertRule, mute_key(aim))),
        AlertRow::Hook(_) => Some((Table::AlertRule, HOOK_KEY.to_owned())),
        AlertRow::ForgetAlert(id) => Some((Table::Alert, deeds_key(*id))),
        AlertRow::Alert(_) => None,
    }
}

fn of_plan(plan: &Plan) -> Option<(Table, String)> {
    match plan {
        Plan::Schedule(schedule) => Some((Table::Schedule, schedule.id.to_string())),
        Plan::ForgetSchedule(id) => Some((Table::Schedule, id.to_string())),
        Plan::Runbook(version) => {
            let key = runbook_key(&version.runbook.name, version.number);
            Some((Table::Runbook, key))
        }
        Plan::ForgetRunbook(name, number) => Some((Table::Runbook, runbook_key(name, *number))),
        Plan::Run(_) | Plan::ForgetRun(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(table: Table, key: &str) -> FactKey {
        let key = key.to_owned();
        FactKey { table, key }
    }

    #[tokio::test(start_paused = true)]
    async fn seats_are_gathered_and_nothing_else_waits_for_them() {
        let dirty = Dirty::of(InstanceId(Uuid::nil()));
        let (seats, group) = (key(Table::Chart, "1:0"), key(Table::Group, "web"));
        let chart = key(Table::Chart, CHART_KEY);
        dirty.mark_all([seats.clone(), group.clone(), chart.clone()]);
        dirty.wait().await;
        assert_eq!(dirty.take(), BTreeSet::from([group, chart]));
        let begun = Instant::now();
        dirty.mark_all([seats.clone(), key(Table::Chart, "1:256")]);
        let mut taken = BTreeSet::new();
        while taken.is_empty() {
            dirty.wait().await;
            taken = dirty.take();
        }
        assert_eq!(taken, BTreeSet::from([seats, key(Table::Chart, "1:256")]));
        assert_eq!(begun.elapsed(), GATHER, "by the clock of the test");
        assert_eq!(dirty.take(), BTreeSet::new());
    }
}
