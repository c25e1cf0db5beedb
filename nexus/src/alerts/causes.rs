//! What fires for one likely reason, so that a site without power is one thing to look at and not a hundred: a place of which
//! many fire within a short time, one version of the spore, one tag; what is left is together by its rule. A guess, told as
//! one. Pure. Not here: words in other languages, which are made of the same facts by whoever shows them.

mod spread;

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Alert, Condition, Severity, Subject};
use crate::model::Ordinal;

/// Most causes that are told.
const CAUSES: usize = 200;

/// Why some fire together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Likely {
    /// Most of a place, at about the same time.
    Outage {
        /// The group on the map.
        site: String,
        /// How many nodes it has.
        of: u32,
    },
    /// Many of a place, at about the same time.
    Site {
        /// The group on the map.
        site: String,
    },
    /// Only spores of one version.
    Version {
        /// Which.
        version: String,
    },
    /// Only nodes with one tag.
    Tag {
        /// Which.
        tag: String,
    },
    /// It is one thing.
    One,
    /// They have nothing but the rule in common.
    Many,
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// To speak of it; the same as long as it is the same reason.
    pub key: String,
    /// The rule.
    pub rule: Uuid,
    /// Its name.
    pub name: String,
    /// When it is met.
    pub condition: Condition,
    /// How bad it is.
    pub severity: Severity,
    /// Why they fire together.
    pub likely: Likely,
    /// For people.
    pub title: String,
    /// Where, for people.
    pub place: String,
    /// What it probably is, for people.
    pub hint: Option<String>,
    /// When the first of them began.
    pub since: SystemTime,
    /// When the last of them began.
    pub latest: SystemTime,
    /// When something last happened to one of them: a note, another owner.
    pub touched: SystemTime,
    /// The alerts.
    pub alerts: Vec<Uuid>,
    /// The nodes, in order.
    pub nodes: Vec<Ordinal>,
    /// The sites of the nodes, by name; at most a few.
    pub sites: Vec<String>,
    /// What it is about, when that is one thing.
    pub subject: Option<(Subject, String)>,
    /// Who looks after all of it.
    pub owner: Option<String>,
    /// All of it was seen.
    pub acknowledged: bool,
    /// Until when all of it is muted.
    pub muted_until: Option<SystemTime>,
}

/// How many alerts somebody should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// That fire, muted or not.
    pub firing: u32,
    /// That somebody must look at now; muted and seen ones are not counted, nor below.
    pub critical: u32,
    /// That somebody should look at.
    pub warning: u32,
    /// That are good to know.
    pub info: u32,
    /// That fire and are muted.
    pub muted: u32,
    /// That fire, are not muted, and somebody has seen.
    pub acknowledged: u32,
}

/// All that fires at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Board {
    /// The worst ones first.
    pub causes: Vec<Cause>,
    /// How many causes are left out.
    pub more: u32,
    /// How many alerts.
    pub counts: Counts,
    /// Since when nothing fires that is not muted; none while something does.
    pub quiet_since: Option<SystemTime>,
}

/// An alert that fires, with what is known of its node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    pub(crate) alert: &'a Alert,
    /// Those that light up.
    pub(crate) nodes: &'a [Ordinal],
    /// The group on the map; 0 for none.
    pub(crate) group: u32,
    pub(crate) site: &'a str,
    pub(crate) version: &'a str,
    pub(crate) tags: &'a [String],
    /// Itself or its rule is muted.
    pub(crate) muted_until: Option<SystemTime>,
}

/// What all nodes are like.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    pub(crate) nodes: u32,
    /// Nodes of each group.
    pub(crate) sites: HashMap<u32, u32>,
    /// Nodes of each version.
    pub(crate) versions: HashMap<String, u32>,
    /// Nodes with each tag.
    pub(crate) tags: HashMap<String, u32>,
}

/// Groups what fires. `muted` says until when a cause is.
pub(crate) fn group(
    items: &[Item<'_>],
    fleet: &Fleet,
    muted: impl Fn(&str) -> Option<SystemTime>,
) -> Board {
    let mut rules: BTreeMap<Uuid, Vec<&Item<'_>>> = BTreeMap::new();
    for item in items {
        rules.entry(item.alert.rule).or_default().push(item);
    }
    let mut board = Board::default();
    for of_rule in rules.into_values() {
        let parts = match of_rule.first() {
            Some(first)
                if first.alert.condition.is_of_nodes()
                    || first.alert.condition == Condition::NodeWaiting =>
            {
                spread::parts(of_rule, fleet)
            }
            Some(_) | None => of_rule
                .into_iter()
                .map(|item| (Likely::One, vec![item]))
                .collect(),
        };
        for (likely, some) in parts {
            if let Some(cause) = cause(likely, &some, &muted, &mut board.counts) {
                board.causes.push(cause);
            }
        }
    }
    board.causes.sort_by(|one, other| {
        let quiet = |cause: &Cause| (cause.muted_until.is_some(), cause.acknowledged);
        quiet(one)
            .cmp(&quiet(other))
            .then(other.severity.cmp(&one.severity))
            .then(other.nodes.len().cmp(&one.nodes.len()))
            .then(one.since.cmp(&other.since))
            .then(one.key.cmp(&other.key))
    });
    board.more = u32::try_from(board.causes.len().saturating_sub(CAUSES)).unwrap_or(u32::MAX);
    board.causes.truncate(CAUSES);
    board
}

fn cause(
    likely: Likely,
    items: &[&Item<'_>],
    muted: &impl Fn(&str) -> Option<SystemTime>,
    counts: &mut Counts,
) -> Option<Cause> {
    let first = items.first()?.alert;
    let key = key_of(first, &likely);
    let whole = muted(&key);
    let mut nodes: Vec<_> = items.iter().flat_map(|item| item.nodes).copied().collect();
    nodes.sort_unstable();
    nodes.dedup();
    let all = |fits: &dyn Fn(&Item<'_>) -> bool| items.iter().all(|item| fits(item));
    let each_muted = items.iter().map(|item| item.muted_until);
    let muted_until = whole.or_else(|| each_muted.min().flatten());
    for item in items {
        count(counts, item, whole);
    }
    let owner = first
        .owner
        .clone()
        .filter(|_| all(&|item| item.alert.owner == first.owner));
    let sites = spread::sites(items);
    let (title, place, hint) = words(first, &likely, items, &sites);
    Some(Cause {
        rule: first.rule,
        name: first.rule_name.clone(),
        condition: first.condition,
        severity: items.iter().map(|item| item.alert.severity).max()?,
        title,
        place,
        hint,
        since: items.iter().map(|item| item.alert.since).min()?,
        latest: items.iter().map(|item| item.alert.since).max()?,
        touched: items.iter().map(|item| item.alert.touched()).max()?,
        alerts: items.iter().map(|item| item.alert.id).collect(),
        nodes,
        sites,
        subject: (items.len() == 1).then(|| (first.subject.clone(), first.name.clone())),
        owner,
        acknowledged: all(&|item| item.alert.acknowledged.is_some()),
        muted_until,
        likely,
        key,
    })
}

fn count(counts: &mut Counts, item: &Item<'_>, whole: Option<SystemTime>) {
    counts.firing += 1;
    if whole.is_some() || item.muted_until.is_some() {
        counts.muted += 1;
    } else if item.alert.acknowledged.is_some() {
        counts.acknowledged += 1;
    } else {
        match item.alert.severity {
            Severity::Info => counts.info += 1,
            Severity::Warning => counts.warning += 1,
            Severity::Critical => counts.critical += 1,
        }
    }
}

fn key_of(first: &Alert, likely: &Likely) -> String {
    let rule = first.rule;
    match likely {
        Likely::Outage { site, .. } | Likely::Site { site } => format!("{rule}/site/{site}"),
        Likely::Version { version } => format!("{rule}/version/{version}"),
        Likely::Tag { tag } => format!("{rule}/tag/{tag}"),
        // One that is left of many, or becomes many, stays the same cause.
        Likely::One | Likely::Many if first.condition.is_of_nodes() => format!("{rule}/rest"),
        Likely::One | Likely::Many => match first.condition {
            Condition::NodeWaiting => format!("{rule}/rest"),
            Condition::Offline
            | Condition::Cpu { .. }
            | Condition::Memory { .. }
            | Condition::Disk { .. }
            | Condition::Latency { .. }
            | Condition::Degraded
            | Condition::Held
            | Condition::Flapping { .. }
            | Condition::JobFailed
            | Condition::JobWaiting
            | Condition::JobPaused
            | Condition::RunFailed
            | Condition::ScheduleMissed => format!("{rule}/{}", first.subject),
        },
    }
}

/// Title, place and hint, in English.
fn words(
    first: &Alert,
    likely: &Likely,
    items: &[&Item<'_>],
    sites: &[String],
) -> (String, String, Option<String>) {
    let rule = first.rule_name.clone();
    let place = match items {
        [one] => one.alert.name.clone(),
        [one, other] => format!("{}, {}", one.alert.name, other.alert.name),
        _ if (1..=3).contains(&sites.len()) => sites.join(", "),
        _ => format!("{} sites", sites.len()),
    };
    match likely {
        Likely::Outage { site, of } if first.condition == Condition::Offline => (
            format!("{site}: {} of {of} nodes offline", items.len()),
            site.clone(),
            Some("probably the site's network or power".to_owned()),
        ),
        Likely::Outage { site, .. } | Likely::Site { site } => (
            rule,
            site.clone(),
            Some("all in one place, at about the same time".to_owned()),
        ),
        Likely::Version { version } => (
            rule,
            place,
            Some(format!("only spores of version {version}")),
        ),
        Likely::Tag { tag } => (rule, place, Some(format!("only nodes with {tag}"))),
        Likely::One if !first.condition.is_of_nodes() => (
            rule,
            place,
            first.common.clone().or_else(|| first.detail.clone()),
        ),
        Likely::One => (rule, place, first.detail.clone()),
        Likely::Many => (rule, place, None),
    }
}
