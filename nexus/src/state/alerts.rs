//! Alerts in the state: whoever changed is looked at once a second, at most so many nodes each time, so that nobody who asks
//! for an execution waits for it. What does not change is looked at when its time is up.
//!
//! - [`readings`]: what nodes, jobs and schedules say to a rule. [`board`]: all that fires. [`deeds`]: what people do.
//! - [`query`]: looking for some. [`elsewhere`]: what other instances know.
//!
//! Not here: when something fires, see [`crate::alerts`].

mod board;
mod deeds;
mod elsewhere;
mod query;
mod readings;

pub use query::{AlertPage, AlertQuery, FoundAlert, Which};

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::{Effect, State, index};
use crate::alerts::{Alerts, Board, Hook, LeftAlerts, Reading, Subject};
use crate::identity::fingerprint;
use crate::model::{Event, Now, Ordinal};
use crate::store::Write;
use crate::target::Expression;

/// Most nodes of one look.
const LOOK: usize = 2_000;
/// Most subjects of one look whose time is up.
const DUE: usize = 2_000;
/// Lost connections that are remembered of one node.
const LOST: usize = 64;
/// Changed alerts that are told one by one; of more only the board is.
const TOLD: usize = 256;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Watching {
    desk: Alerts,
    /// Nodes that changed, each once; those that came or went first.
    touched: VecDeque<Ordinal>,
    queued: Vec<bool>,
    jobs: BTreeSet<u64>,
    runs: BTreeSet<Uuid>,
    schedules: BTreeSet<Uuid>,
    /// Who waits to be let in changed.
    door: bool,
    /// When the connections of a node were lost of late.
    lost: HashMap<Ordinal, VecDeque<Duration>>,
    /// Who is looked at when, if nothing happens before.
    timers: BTreeSet<(Duration, Subject)>,
    /// Which nodes count for each rule, with saved groups in their place; none: nobody can tell.
    aims: HashMap<Uuid, Option<Expression>>,
    board: Arc<Board>,
    /// The place of the cause of each alert on the board; made when somebody asks for one.
    causes: OnceLock<HashMap<Uuid, usize>>,
    /// The board does not tell what fires any more.
    stale: bool,
    /// Somebody did something about it, and looks.
    asked: bool,
    /// When the board was made.
    made: Option<Duration>,
    census: board::Census,
    /// When we looked last.
    looked: Duration,
    begun: Option<SystemTime>,
}

impl Watching {
    /// A node changed.
    pub(super) fn touch(&mut self, ordinal: Ordinal) {
        if self.enter(ordinal) {
            self.touched.push_back(ordinal);
        }
    }

    /// A job moved.
    pub(super) fn touch_job(&mut self, number: u64) {
        self.jobs.insert(number);
    }

    /// A run moved.
    pub(super) fn touch_run(&mut self, id: Uuid) {
        self.runs.insert(id);
    }

    /// A schedule changed.
    pub(super) fn touch_schedule(&mut self, id: Uuid) {
        self.schedules.insert(id);
    }

    /// Somebody came to the door, or left it.
    pub(super) fn touch_door(&mut self) {
        self.door = true;
    }

    /// The connection of a node was lost.
    pub(super) fn lost(&mut self, ordinal: Ordinal, at: Duration) {
        let lost = self.lost.entry(ordinal).or_default();
        if lost.len() >= LOST {
            lost.pop_front();
        }
        lost.push_back(at);
        if self.enter(ordinal) {
            self.touched.push_front(ordinal);
        }
    }

    /// Whether it was not in the line yet.
    fn enter(&mut self, ordinal: Ordinal) -> bool {
        let place = index(ordinal);
        if place >= self.queued.len() {
            self.queued.resize(place + 1, false);
        }
        let place = self.queued.get_mut(place);
        place.is_some_and(|queued| !std::mem::replace(queued, true))
    }

    fn due(&mut self, subject: Subject, at: Option<Duration>) {
        if let Some(at) = at {
            self.timers.insert((at, subject));
        }
    }
}

impl State {
    /// Alerts, rules and mutes from the store; after the nodes.
    pub fn restore_alerts(&mut self, left: LeftAlerts, now: Now) {
        self.watching.desk = Alerts::restore(left, !self.nodes.is_empty());
        self.watching.begun = Some(now.wall);
        for subject in self.watching.desk.subjects() {
            self.watching.due(subject, Some(Duration::ZERO));
        }
        self.watching.door = true;
        self.touch_all();
        self.watching.stale = true;
    }

    /// The configuration says where others are told; after what the store has.
    pub fn fix_alert_hook(&mut self, hook: Hook) {
        self.watching.desk.fix_hook(hook);
    }

    /// Alerts, rules and mutes.
    pub fn alerts(&self) -> &Alerts {
        &self.watching.desk
    }

    /// All that fires, grouped by likely cause; as of the last look.
    pub fn alert_board(&self) -> Arc<Board> {
        Arc::clone(&self.watching.board)
    }

    /// Rules changed, or what their expressions mean: everybody is looked at again.
    pub(super) fn touch_all(&mut self) {
        let rules = Arc::clone(self.watching.desk.rules());
        let aim = |nodes: &Expression| nodes.with_groups(&self.groups).ok();
        let aims = rules.iter().map(|rule| (rule.id, aim(&rule.nodes)));
        self.watching.aims = aims.collect();
        for ordinal in 0..self.next_ordinal() {
            self.watching.touch(ordinal);
        }
        self.watching.jobs.extend(self.all_job_numbers());
        let schedules: Vec<_> = self.schedules().map(|schedule| schedule.id).collect();
        self.watching.schedules.extend(schedules);
        let runs: Vec<_> = self.all_runs().iter().map(|run| run.id).collect();
        self.watching.runs.extend(runs);
        self.watching.door = true;
    }

    /// Looks at whoever changed, and tells what came of it. Called once a second.
    pub(super) fn watch_alerts(&mut self, now: Now) {
        if self.watching.begun.is_none() {
            self.watching.begun = Some(now.wall);
            self.watching.stale = true;
            self.touch_all();
        }
        self.watching.looked = now.at;
        self.look_at_due(now);
        for _ in 0..LOOK.min(self.watching.touched.len()) {
            let Some(ordinal) = self.watching.touched.pop_front() else {
                break;
            };
            if let Some(queued) = self.watching.queued.get_mut(index(ordinal)) {
                *queued = false;
            }
            self.look_at_node(ordinal, now);
        }
        for number in std::mem::take(&mut self.watching.jobs) {
            self.look_at_job(number, now);
        }
        for id in std::mem::take(&mut self.watching.runs) {
            self.look_at_run(id, now);
        }
        for id in std::mem::take(&mut self.watching.schedules) {
            self.look_at_schedule(id, now);
        }
        if std::mem::take(&mut self.watching.door) {
            self.look_at_door(now);
        }
        self.watching.stale |= self.watching.desk.expire_mutes(now.wall);
        self.tell_alerts(now);
    }

    /// Hands out what changed: rows, events, and the board.
    pub(super) fn tell_alerts(&mut self, now: Now) {
        if self.watching.desk.has_changes() {
            self.tell_changes();
        }
        if self.watching.stale && self.board_is_due(self.watching.asked, now) {
            self.tell_board(now);
        }
    }

    fn tell_changes(&mut self) {
        self.watching.stale = true;
        let (rows, changed) = self.watching.desk.take_changes();
        for row in rows {
            self.effects.push(Effect::Store(Write::Alert(row)));
        }
        for id in changed.into_iter().take(TOLD) {
            let alert = self.watching.desk.get(id).cloned();
            if let Some(alert) = alert {
                self.publish(|_| Event::AlertChanged(Arc::new(alert)));
            }
        }
    }

    fn tell_board(&mut self, now: Now) {
        (self.watching.stale, self.watching.asked) = (false, false);
        let board = Arc::new(self.make_board(now));
        if board != self.watching.board {
            self.watching.causes = OnceLock::new();
            self.watching.board = Arc::clone(&board);
            self.effects.push(Effect::AlertBoard(Arc::clone(&board)));
            self.publish(|_| Event::AlertsChanged(board));
        }
    }

    fn look_at_due(&mut self, now: Now) {
        for _ in 0..DUE {
            let timers = &mut self.watching.timers;
            if timers.first().is_none_or(|(at, _)| *at > now.at) {
                return;
            }
            let Some((_, subject)) = timers.pop_first() else {
                return;
            };
            match subject {
                Subject::Node(id) => match self.by_id.get(&id).copied() {
                    Some(ordinal) => self.look_at_node(ordinal, now),
                    None => self.look_gone(&Subject::Node(id), "the node was removed", now),
                },
                Subject::Job(id) => match self.job_number(id) {
                    Some(number) => self.look_at_job(number, now),
                    None => self.look_again(Subject::Job(id), now),
                },
                Subject::Run(id) => self.look_at_run(id, now),
                Subject::Schedule(id) => self.look_at_schedule(id, now),
                Subject::Waiting(_) => self.watching.door = true,
            }
        }
    }

    fn look_at_node(&mut self, ordinal: Ordinal, now: Now) {
        let Self {
            nodes, watching, ..
        } = self;
        let Some(node) = nodes.get(index(ordinal)) else {
            return;
        };
        let subject = Subject::Node(node.facts.id.clone());
        if node.removed {
            watching.lost.remove(&ordinal);
            // Another one may have its id by now.
            if !self.by_id.contains_key(&node.facts.id) {
                watching
                    .desk
                    .gone(&subject, "the node was removed", now.wall);
            }
            return;
        }
        let in_grace = now.at < watching.desk.grace();
        let lost = watching.lost.get(&ordinal);
        let aims = &watching.aims;
        let read = |rule: &crate::alerts::AlertRule| {
            let aim = aims.get(&rule.id).and_then(Option::as_ref);
            readings::of_node(node, rule, aim, lost, in_grace, now)
        };
        let due = watching.desk.look(&subject, &node.facts.name, read, now);
        watching.due(subject, due);
    }

    fn look_at_job(&mut self, number: u64, now: Now) {
        let Self { jobs, watching, .. } = self;
        let Some(job) = jobs.get(number) else {
            return;
        };
        let (subject, name) = (Subject::Job(job.id), readings::title(job));
        let read = |rule: &crate::alerts::AlertRule| readings::of_job(job, rule);
        let due = watching.desk.look(&subject, &name, read, now);
        watching.due(subject, due);
    }

    fn look_at_run(&mut self, id: Uuid, now: Now) {
        let subject = Subject::Run(id);
        let Some(run) = self.run(id) else {
            return self.look_again(subject, now);
        };
        let read = |_: &crate::alerts::AlertRule| readings::of_run(&run);
        let due = self.watching.desk.look(&subject, &run.title, read, now);
        self.watching.due(subject, due);
    }

    fn look_at_schedule(&mut self, id: Uuid, now: Now) {
        let subject = Subject::Schedule(id);
        let Some(schedule) = self.schedule(id).cloned() else {
            return self.look_gone(&subject, "the schedule was removed", now);
        };
        let read = |_: &crate::alerts::AlertRule| readings::of_schedule(&schedule);
        let due = self.watching.desk.look(&subject, &schedule.name, read, now);
        self.watching.due(subject, due);
    }

    fn look_at_door(&mut self, now: Now) {
        let waiting: Vec<_> = self
            .trust
            .waiting
            .values()
            .map(|one| {
                let subject = Subject::Waiting(fingerprint(&one.key.0));
                (subject, one.name.clone(), one.first_seen)
            })
            .collect();
        let here: BTreeSet<_> = waiting
            .iter()
            .map(|(subject, ..)| subject.clone())
            .collect();
        for subject in self.watching.desk.subjects() {
            if matches!(subject, Subject::Waiting(_)) && !here.contains(&subject) {
                self.look_gone(&subject, "it does not wait any more", now);
            }
        }
        for (subject, name, since) in waiting {
            let read = |_: &crate::alerts::AlertRule| readings::waits(since);
            let due = self.watching.desk.look(&subject, &name, read, now);
            self.watching.due(subject, due);
        }
    }

    /// Nobody knows more of it by now: what was thought of it stays until its time is over.
    fn look_again(&mut self, subject: Subject, now: Now) {
        let between = |_: &crate::alerts::AlertRule| Reading::of(crate::alerts::Met::Between);
        let due = self.watching.desk.look(&subject, "", between, now);
        self.watching.due(subject, due);
    }

    fn look_gone(&mut self, subject: &Subject, why: &str, now: Now) {
        self.watching.desk.gone(subject, why, now.wall);
    }
}
