//! What a node is grouped by, in each dimension. Pure: of what is known of the node at one moment.
//! Not here: that it is decided once, see [`super::sky`]; saved groups, whose expressions the state knows.

use super::ChartBy;
use crate::model::NodeFacts;

/// Longest key of a group, bytes.
const LONGEST: usize = 64;

/// Words in names that say what a machine is for, and what they are written as on the map.
const ROLES: &[(&str, &[&str])] = &[
    ("api", &["api", "rest", "grpc"]),
    ("app", &["app", "apps", "srv"]),
    ("backup", &["backup", "bak", "bkp"]),
    ("build", &["bld", "build", "builder", "ci", "runner"]),
    ("cache", &["cache", "redis", "memcached"]),
    ("control", &["control", "ctl", "ctrl", "master"]),
    (
        "database",
        &["database", "db", "mysql", "pg", "postgres", "sql"],
    ),
    ("dns", &["dns", "ns", "resolver"]),
    ("edge", &["edge", "edg", "kiosk", "pos"]),
    ("gateway", &["fw", "gateway", "gw", "router", "vpn"]),
    ("gpu", &["gpu", "ml", "train"]),
    ("load balancer", &["haproxy", "lb", "proxy"]),
    ("mail", &["imap", "mail", "mx", "smtp"]),
    (
        "monitor",
        &["grafana", "log", "logs", "mon", "monitor", "prom"],
    ),
    ("queue", &["kafka", "mq", "queue", "rabbit"]),
    (
        "storage",
        &["ceph", "minio", "nas", "nfs", "stor", "storage"],
    ),
    ("web", &["web", "www", "nginx", "frontend"]),
    ("worker", &["batch", "job", "worker", "wrk"]),
    (
        "workstation",
        &["desktop", "laptop", "pc", "workstation", "ws"],
    ),
];
/// What every spore can do says nothing about a machine.
const COMMON: &[&str] = &["shellskill", "fileskill", "netskill"];

impl ChartBy {
    /// The key of a node's group; none: it has none. By group only the state can tell.
    pub(crate) fn key_of(&self, facts: &NodeFacts) -> Option<String> {
        let key = match self {
            Self::Site => site(facts),
            Self::Role => role(facts),
            // A bare number says nothing on a map.
            Self::Tag(key) => valued(&facts.capabilities.tags, key).map(|value| {
                let is_number = value.chars().all(|letter| letter.is_ascii_digit());
                if is_number {
                    format!("{key} {value}")
                } else {
                    value
                }
            }),
            Self::Group => None,
        };
        key.and_then(|key| tidy(&key))
    }
}

/// What the operator wrote, else what it joined with, else what it says itself.
fn site(facts: &NodeFacts) -> Option<String> {
    valued(&facts.trust.tags, "site")
        .or_else(|| facts.group_key.clone())
        .or_else(|| valued(&facts.capabilities.tags, "site"))
}

fn role(facts: &NodeFacts) -> Option<String> {
    valued(&facts.capabilities.tags, "role")
        .or_else(|| named_role(&facts.name))
        .or_else(|| skilled_role(&facts.capabilities.skills))
}

/// The value of the first tag `key=…` or `key:…`; a bare tag `key` is its own value.
fn valued(tags: &[String], key: &str) -> Option<String> {
    let values = tags.iter().filter_map(|tag| {
        let rest = tag.strip_prefix(key)?;
        match rest.strip_prefix(['=', ':']) {
            Some(value) => Some(value.trim()),
            None => rest.is_empty().then_some(key),
        }
    });
    values
        .into_iter()
        .find(|value| !value.is_empty())
        .map(str::to_lowercase)
}

/// `par-db-07` is a database, `web3.example.com` a web server; what is no word for a role is none.
fn named_role(name: &str) -> Option<String> {
    let host = name.split('.').next().unwrap_or_default().to_lowercase();
    let parts = host
        .split(['-', '_', ' '])
        .map(|part| part.trim_matches(|letter: char| letter.is_ascii_digit()));
    let known = |part: &str| {
        let mut roles = ROLES.iter();
        roles.find(|(_, words)| words.contains(&part))
    };
    parts
        .filter_map(known)
        .next()
        .map(|(role, _)| (*role).to_owned())
}

/// A machine with a skill of its own is named after it: `VoiceSkill` is `voice`.
fn skilled_role(skills: &[String]) -> Option<String> {
    let own = skills.iter().map(|skill| skill.to_lowercase());
    own.filter(|skill| !COMMON.contains(&skill.as_str()))
        .map(|skill| skill.strip_suffix("skill").unwrap_or(&skill).to_owned())
        .find(|skill| !skill.is_empty())
}

/// As it may be kept and shown: short, in one line.
fn tidy(key: &str) -> Option<String> {
    let plain: String = key
        .chars()
        .filter(|letter| !protocol::limits::is_deceptive(*letter))
        .collect();
    let cut = protocol::limits::cut(plain.trim(), LONGEST).trim();
    (!cut.is_empty()).then(|| cut.to_owned())
}
