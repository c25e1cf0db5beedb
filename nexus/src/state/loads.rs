//! How busy nodes are, as instances tell each other while somebody looks: what of ours changed since, and what they say of theirs.
//! What is not confirmed for a while is not known any more. Not here: asking ([`crate::fleet`]), and how load is measured.

use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use protocol::DiskUse;
use serde::{Deserialize, Serialize};

use super::answers::disk;
use super::{Node, State};
use crate::fleet::InstanceId;
use crate::history::MEMORY_FULL;
use crate::model::{Event, Now, Ordinal};

/// What another instance said of its nodes, and did not confirm since, is true for so long.
const TRUE_FOR: Duration = Duration::from_secs(10);
/// A share that moved by less is told as it was.
const STEP: f64 = 0.01;
/// Nodes that are named as not known in one go.
const NAMED: usize = 2_000;

/// What is known of all that.
#[derive(Default)]
pub(super) struct Loads {
    /// Of the newest change of a node here; each is larger than the one before, also over a restart.
    stamp: u64,
    /// When each of the others confirmed last what it had said.
    confirmed: HashMap<InstanceId, Duration>,
}

/// What others can have heard of a node here.
#[derive(Debug, Default)]
pub struct Told {
    cpu: f64,
    memory: f64,
    tasks: u32,
    disk: Option<f64>,
    /// When its session, its load and its disk changed last.
    placed: u64,
    load: u64,
    space: u64,
}

/// The load of one node on its way to another instance. Shares are told in thousandths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LoadRow {
    /// Its place where its socket is, which stands for its id from the second time on.
    #[serde(rename = "n")]
    pub(crate) place: Ordinal,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// None: it has not told any load.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub(crate) load: Option<Numbers>,
    /// None: as before.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(crate) disk: Option<Space>,
}

/// The numbers of a heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Numbers {
    #[serde(rename = "c")]
    cpu: u16,
    #[serde(rename = "m")]
    memory: u16,
    #[serde(rename = "t", default, skip_serializing_if = "is_zero")]
    tasks: u32,
    /// Microseconds.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    latency: Option<u32>,
}

/// Its fullest disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Space {
    /// None: it does not tell any more.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    usage: Option<u16>,
    #[serde(rename = "f", default)]
    free: u64,
    #[serde(rename = "p", default)]
    mount: String,
}

/// What changed since somebody asked.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    /// To ask with the next time.
    pub(crate) stamp: u64,
    pub(crate) rows: Vec<LoadRow>,
    /// There is more from this place on.
    pub(crate) next: Option<Ordinal>,
}

/// What another instance says of one of its nodes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FarLoad {
    pub(crate) load: Option<Numbers>,
    pub(crate) disk: Option<Space>,
}

impl Node {
    /// Nothing is known of its load.
    pub(super) fn forget_load(&mut self) {
        (self.cpu, self.memory, self.reported_tasks) = (0.0, 0.0, 0);
        self.disk = None;
        self.measured = false;
    }

    fn take_load(&mut self, far: &FarLoad) {
        let Some(load) = far.load else {
            return self.forget_load();
        };
        self.cpu = share(load.cpu);
        self.memory = share(load.memory);
        self.reported_tasks = load.tasks;
        self.latency = load
            .latency
            .map(|micros| Duration::from_micros(micros.into()));
        let said = far.disk.as_ref().and_then(Space::said);
        self.disk = disk(said.as_ref(), self.disk.take());
        self.measured = true;
    }

    /// Whether what others can have heard is another thing by now: of its load, of its disk.
    fn is_news(&self) -> (bool, bool) {
        let told = &self.told;
        let moved = |now: f64, then: f64| (now - then).abs() >= STEP;
        let load = moved(self.cpu, told.cpu)
            || moved(self.memory, told.memory)
            || (self.memory >= MEMORY_FULL) != (told.memory >= MEMORY_FULL)
            || self.active_tasks() != told.tasks
            || told.load <= told.placed;
        let usage = self.disk.as_ref().map(|disk| disk.usage);
        let space = match (usage, told.disk) {
            (Some(now), Some(then)) => moved(now, then),
            (now, then) => now.is_some() != then.is_some(),
        };
        (load, space)
    }

    fn load_row(&self, since: u64) -> LoadRow {
        let Told { placed, space, .. } = self.told;
        let load = Numbers {
            cpu: thousandths(self.cpu),
            memory: thousandths(self.memory),
            tasks: self.active_tasks(),
            latency: self
                .latency
                .map(|latency| u32::try_from(latency.as_micros()).unwrap_or(u32::MAX)),
        };
        let disk = || {
            let disk = self.disk.as_ref();
            Space {
                usage: disk.map(|disk| thousandths(disk.usage)),
                free: disk.map_or(0, |disk| disk.free),
                mount: disk.map_or_else(String::new, |disk| disk.mount.to_string()),
            }
        };
        LoadRow {
            place: self.ordinal,
            id: (placed > since).then(|| self.facts.id.clone()),
            load: self.measured.then_some(load),
            disk: (self.measured && space > since).then(disk),
        }
    }
}

impl Space {
    fn said(&self) -> Option<DiskUse> {
        Some(DiskUse {
            usage: share(self.usage?),
            free: self.free,
            mount: self.mount.clone(),
        })
    }
}

impl Loads {
    fn next(&mut self, now: Now) -> u64 {
        let since = now.wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = u64::try_from(since.as_micros()).unwrap_or_default();
        self.stamp = micros.max(self.stamp.saturating_add(1));
        self.stamp
    }
}

impl State {
    /// A node here has a new session: others are told of it anew.
    pub(super) fn place_load(&mut self, ordinal: Ordinal, now: Now) {
        if self.rules.several {
            let placed = self.loads.next(now);
            self.at_mut(ordinal).told = Told {
                placed,
                ..Told::default()
            };
        }
    }

    /// A node here told its load.
    pub(super) fn mark_load(&mut self, ordinal: Ordinal, now: Now) {
        if !self.rules.several {
            return;
        }
        let (load, space) = self.at(ordinal).is_news();
        if !load && !space {
            return;
        }
        let stamp = self.loads.next(now);
        let node = self.at_mut(ordinal);
        let tasks = node.active_tasks();
        node.told.load = stamp;
        (node.told.cpu, node.told.memory, node.told.tasks) = (node.cpu, node.memory, tasks);
        if space {
            node.told.space = stamp;
            node.told.disk = node.disk.as_ref().map(|disk| disk.usage);
        }
    }

    /// What changed of nodes here after a stamp, from a place on, at most so many.
    pub(crate) fn loads_since(&self, since: u64, from: Ordinal, most: usize) -> Changed {
        let mut changed = Changed {
            stamp: self.loads.stamp,
            ..Changed::default()
        };
        for node in self.nodes.iter().skip(super::index(from)) {
            let here = node.session.is_some() && node.via.is_none() && !node.removed;
            if !here || node.told.placed.max(node.told.load) <= since {
                continue;
            }
            if changed.rows.len() >= most {
                changed.next = Some(node.ordinal);
                break;
            }
            changed.rows.push(node.load_row(since));
        }
        changed
    }

    /// What another instance says of its nodes. Of others it says nothing that counts.
    pub(crate) fn hear_loads(&mut self, by: InstanceId, rows: &[(String, FarLoad)], now: Now) {
        for (id, far) in rows {
            let Some(&ordinal) = self.by_id.get(id) else {
                continue;
            };
            let node = self.at_mut(ordinal);
            if node.via != Some(by) {
                continue;
            }
            node.take_load(far);
            (node.last_heartbeat, node.last_seen) = (now.wall, now.wall);
            self.publish_node(ordinal, Event::NodeLoad);
        }
    }

    /// What it said is all that it has to say: it is true as of now. The nodes there of which nothing is known.
    pub(crate) fn confirm_loads(&mut self, by: InstanceId, now: Now) -> Vec<String> {
        self.loads.confirmed.insert(by, now.at);
        let mut unknown = Vec::new();
        for node in &mut self.nodes {
            if node.via != Some(by) {
                continue;
            }
            if node.measured {
                (node.last_heartbeat, node.last_seen) = (now.wall, now.wall);
            } else if unknown.len() < NAMED {
                unknown.push(node.facts.id.clone());
            }
        }
        unknown
    }

    /// What nobody confirms is not known any more.
    pub(super) fn age_loads(&mut self, now: Now) {
        let gone = |at: &Duration| now.at.saturating_sub(*at) >= TRUE_FOR;
        let confirmed = &mut self.loads.confirmed;
        let old: Vec<InstanceId> = confirmed
            .extract_if(|_, at| gone(at))
            .map(|(by, _)| by)
            .collect();
        if old.is_empty() {
            return;
        }
        let is_old = |node: &Node| node.measured && node.via.is_some_and(|by| old.contains(&by));
        let nodes: Vec<Ordinal> = self
            .nodes()
            .filter(|node| is_old(node))
            .map(|node| node.ordinal)
            .collect();
        for ordinal in nodes {
            self.at_mut(ordinal).forget_load();
            self.publish_node(ordinal, Event::NodeLoad);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what it holds; NaN is 0"
)]
fn thousandths(share: f64) -> u16 {
    (share.clamp(0.0, 1.0) * 1000.0).round() as u16
}

fn share(thousandths: u16) -> f64 {
    f64::from(thousandths.min(1000)) / 1000.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
