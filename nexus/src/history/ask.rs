//! What may be asked of the fleet's last day: the day in parts, the fleet at one moment, one node over some hours. Whoever
//! may not see a node hears nothing of its past either, and what stood in a node's place before it came is not its past.
//! Each reading is small, because everything else that waits for the disk waits behind it. Not here: rows, JSON.

use std::collections::HashMap;
use std::time::SystemTime;

use super::fold::{self, MinuteRow};
use super::{Bucket, Deeds, Reading, Span, Stood, millis};
use crate::access::{Caller, Object, Verb};
use crate::fleet::{InstanceId, NotAnswered};
use crate::hub::{Acceptance, Handle};
use crate::job::JobInfo;
use crate::model::Ordinal;
use crate::state::Node;
use crate::store::{StoreError, history};

/// Most parts of one timeline.
const BUCKETS: u32 = 1440;
/// Most parts for somebody who may see only some nodes: each is a reading of its own.
const LIMITED_BUCKETS: u32 = 96;
/// Longest time that can be asked about: as long as anything may be kept.
const LONGEST: i64 = 168 * HOUR;
const HOUR: i64 = 3_600_000;
/// Of one node so much is read at once.
const SLICE: i64 = 4 * HOUR;
/// Most samples of one node in one answer.
const SAMPLES: usize = 1440;
/// Most jobs told of one moment.
const JOBS: usize = 20;
/// Clocks of people and machines disagree by so much.
const AHEAD: i64 = 120_000;

/// Why there is no answer. Display: a sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The question makes no sense.
    #[error("{0}")]
    Asked(String),
    /// The node is not known, or not to this caller.
    #[error("node {0} does not exist")]
    NoSuchNode(String),
    /// The Nexus is on its way out.
    #[error(transparent)]
    Acceptance(#[from] Acceptance),
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The instance that has its socket, and its past, does not answer.
    #[error(transparent)]
    Away(#[from] NotAnswered),
}

/// The time that was asked about, in parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Milliseconds since 1970.
    pub from: i64,
    /// Milliseconds since 1970.
    pub to: i64,
    /// Before this nothing is known; none when nothing is known at all.
    pub oldest: Option<i64>,
    /// In order.
    pub buckets: Vec<Bucket>,
    /// What was done is told as well: only to those who may see all nodes.
    pub whole: bool,
}

/// A node at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeThen {
    /// Its id.
    pub id: String,
    /// Its place.
    pub ordinal: Ordinal,
    /// How it was.
    pub reading: Reading,
}

/// A job that was under way at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct JobThen {
    /// As it ended, or as it is.
    pub info: JobInfo,
    /// Where parts of it were under way.
    pub places: Vec<Ordinal>,
}

/// The fleet at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetThen {
    /// The moment, milliseconds since 1970.
    pub at: i64,
    /// When the sample was taken that loads are from; none: nothing is known of this moment.
    pub sampled: Option<i64>,
    /// Those that existed then and are known today.
    pub nodes: Vec<NodeThen>,
    /// Newest first.
    pub jobs: Vec<JobThen>,
}

/// A node over some hours.
#[derive(Debug, Clone, PartialEq)]
pub struct NodePast {
    /// Its id.
    pub id: String,
    /// Milliseconds since 1970.
    pub from: i64,
    /// Milliseconds since 1970.
    pub to: i64,
    /// When, and how it was; where it was not there, nothing.
    pub samples: Vec<(i64, Reading)>,
    /// Where it was not simply online.
    pub spans: Vec<Span>,
}

/// One node that the caller may see.
struct Found {
    ordinal: Ordinal,
    since: i64,
    via: Option<InstanceId>,
}

/// A node that the caller may see.
struct Seen {
    id: String,
    since: i64,
}

impl Handle {
    /// The time between two moments, in so many parts.
    pub async fn timeline(
        &self,
        caller: &Caller,
        from: i64,
        to: i64,
        buckets: u32,
    ) -> Result<Timeline, HistoryError> {
        let now = millis(SystemTime::now());
        let (from, to) = window(from, to, now)?;
        if !(1..=BUCKETS).contains(&buckets) {
            let why = format!("ask for 1 to {BUCKETS} buckets, not for {buckets}");
            return Err(HistoryError::Asked(why));
        }
        let whole = caller.principal.scope.nodes().is_all();
        let oldest = self.store.read(history::oldest).await?;
        let mut rows = self
            .store
            .read(move |connection| history::minutes(connection, from, to))
            .await?;
        let buckets = if whole {
            fold::buckets(&rows, from, to, buckets)
        } else {
            let count = buckets.min(LIMITED_BUCKETS);
            self.limit(caller, &mut rows, from, to, count).await?;
            fold::buckets(&rows, from, to, count)
        };
        Ok(Timeline {
            from,
            to,
            oldest: oldest.filter(|_| whole || !rows.is_empty()),
            buckets,
            whole,
        })
    }

    /// Leaves one minute of each part, and counts in it only what this caller may see.
    async fn limit(
        &self,
        caller: &Caller,
        rows: &mut Vec<MinuteRow>,
        from: i64,
        to: i64,
        count: u32,
    ) -> Result<(), HistoryError> {
        let seen = self.seen_places(caller).await?;
        let width = ((to - from) / i64::from(count)).max(1);
        rows.retain(|row| row.at >= from && row.at < to);
        rows.reverse();
        rows.dedup_by_key(|row| (row.at - from) / width);
        rows.reverse();
        for row in rows {
            let at = row.at;
            let moment = self
                .store
                .read(move |connection| history::moment(connection, at))
                .await?;
            let own = seen
                .iter()
                .filter(|(_, node)| node.since <= at)
                .map(|(place, _)| fold::reading(&moment.readings, *place))
                .collect::<Vec<_>>();
            *row = MinuteRow {
                deeds: Deeds::default(),
                ..MinuteRow::of(at, &own)
            };
        }
        Ok(())
    }

    /// The fleet at a moment.
    pub async fn fleet_at(&self, caller: &Caller, at: i64) -> Result<FleetThen, HistoryError> {
        let now = millis(SystemTime::now());
        if at > now + AHEAD || at < now - LONGEST {
            return Err(HistoryError::Asked(
                "the time must lie within the last seven days; what is to come is not known".into(),
            ));
        }
        let seen = self.seen_places(caller).await?;
        let mut moment = self
            .store
            .read(move |connection| history::moment(connection, at))
            .await?;
        fold::replay(&mut moment.readings, &moment.turns);
        let mut nodes: Vec<_> = seen
            .iter()
            .filter(|(_, node)| node.since <= at)
            .map(|(&ordinal, node)| NodeThen {
                id: node.id.clone(),
                ordinal,
                reading: fold::reading(&moment.readings, ordinal),
            })
            .filter(|node| node.reading.stood != Stood::Absent)
            .collect();
        nodes.sort_unstable_by_key(|node| node.ordinal);
        let whole = caller.principal.scope.nodes().is_all();
        let asker = (!whole).then(|| caller.principal.id.clone());
        let jobs = self
            .store
            .read(move |connection| history::jobs_at(connection, at, asker.as_deref(), JOBS))
            .await?;
        let jobs = jobs.into_iter().map(|(info, mut places)| {
            places.retain(|place| seen.get(place).is_some_and(|node| node.since <= at));
            JobThen { info, places }
        });
        Ok(FleetThen {
            at,
            sampled: moment.sampled,
            jobs: jobs.collect(),
            nodes,
        })
    }

    /// One node over the last hours, as it was where its socket is.
    pub async fn node_past(
        &self,
        caller: &Caller,
        id: &str,
        hours: u32,
    ) -> Result<NodePast, HistoryError> {
        if !(1..=168).contains(&hours) {
            return Err(HistoryError::Asked(
                "hours must be 1 to 168, as far as the history is kept".into(),
            ));
        }
        let unknown = || HistoryError::NoSuchNode(id.to_owned());
        let seen = self.seen_node(caller, id).await?.ok_or_else(unknown)?;
        if let (Some(at), Some(others)) = (seen.via, self.others())
            && let Some(past) = others.past(at, id, hours).await?
        {
            return Ok(past);
        }
        self.past_of(id, seen, hours).await
    }

    /// The same as far as this instance knows; none: it is not known.
    pub(crate) async fn own_past(
        &self,
        id: &str,
        hours: u32,
    ) -> Result<Option<NodePast>, HistoryError> {
        let seen = self.seen_node(&Caller::local(), id).await?;
        match seen {
            Some(seen) => Ok(Some(self.past_of(id, seen, hours.clamp(1, 168)).await?)),
            None => Ok(None),
        }
    }

    async fn past_of(&self, id: &str, seen: Found, hours: u32) -> Result<NodePast, HistoryError> {
        let Found { ordinal, since, .. } = seen;
        let to = millis(SystemTime::now());
        let from = to - i64::from(hours) * HOUR;
        let begin = from.max(since);
        let (mut samples, mut turns) = (Vec::new(), Vec::new());
        let mut at = begin;
        while at <= to {
            let end = (at + SLICE - 1).min(to);
            let read = self
                .store
                .read(move |connection| history::of_place(connection, ordinal, at, end))
                .await?;
            samples.extend(read.0);
            turns.extend(read.1);
            at = end + 1;
        }
        let mut spans = fold::spans(&samples, &turns, begin, to);
        if begin > from {
            spans.insert(
                0,
                Span {
                    from,
                    to: begin,
                    stood: Some(Stood::Absent),
                },
            );
        }
        Ok(NodePast {
            id: id.to_owned(),
            from,
            to,
            samples: fold::thinned(samples, SAMPLES),
            spans,
        })
    }

    /// The places of all nodes that the caller may see, and since when they are theirs.
    async fn seen_places(&self, caller: &Caller) -> Result<HashMap<Ordinal, Seen>, Acceptance> {
        let caller = caller.clone();
        self.look(move |state| {
            let all = caller.principal.scope.nodes().is_all();
            let seen = state
                .nodes()
                .filter(|node| all || may_see(&caller, node))
                .map(|node| {
                    let seen = Seen {
                        id: node.facts.id.clone(),
                        since: millis(node.facts.registered_at),
                    };
                    (node.ordinal, seen)
                });
            seen.collect()
        })
        .await
    }

    async fn seen_node(&self, caller: &Caller, id: &str) -> Result<Option<Found>, Acceptance> {
        let (caller, id) = (caller.clone(), id.to_owned());
        self.look(move |state| {
            let node = state.node(&id).filter(|node| may_see(&caller, node))?;
            Some(Found {
                ordinal: node.ordinal,
                since: millis(node.facts.registered_at),
                via: node.via,
            })
        })
        .await
    }
}

fn may_see(caller: &Caller, node: &Node) -> bool {
    let facts = node.target_facts();
    caller
        .may(Verb::SeeNode, Object::Node(Some(&facts)))
        .is_ok()
}

/// A time that can be asked about: not backwards, not longer than anything is kept, and not in what is to come.
fn window(from: i64, to: i64, now: i64) -> Result<(i64, i64), HistoryError> {
    let to = to.min(now + AHEAD);
    if from >= to {
        let why = "the time must begin before it ends, and before now";
        return Err(HistoryError::Asked(why.into()));
    }
    if from < now - 2 * LONGEST || to - from > LONGEST {
        let why = "at most seven days can be asked about; ask for a shorter or a later time";
        return Err(HistoryError::Asked(why.into()));
    }
    Ok((from, to))
}
