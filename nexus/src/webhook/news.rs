//! What is new on a board, compared with what was told before, and the body that tells it. Pure. Not here: sending.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use protocol::rfc3339;
use serde::Serialize;
use uuid::Uuid;

use crate::alerts::{Board, Cause, Condition, Likely, Severity};

/// Most causes that are told and not over.
const OPEN: usize = 2_000;
/// Most sites that are named.
const SITES: usize = 20;

/// Something to be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    /// The same for every try.
    pub(super) id: Uuid,
    event: &'static str,
    at: SystemTime,
    cause: Option<Told>,
}

/// A cause as it is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Told {
    key: String,
    rule_id: Uuid,
    rule: String,
    condition: Condition,
    severity: Severity,
    likely: Likely,
    /// For people.
    title: String,
    place: String,
    hint: Option<String>,
    since: String,
    alerts: usize,
    nodes: usize,
    sites: Vec<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    id: Uuid,
    /// `opened`, `closed`, or `set_up` when the address was set.
    event: &'static str,
    nexus: &'a str,
    at: String,
    /// For people; what chats show.
    text: String,
    cause: Option<&'a Told>,
}

/// What was told, and is not over.
#[derive(Debug, Default)]
pub(super) struct News {
    open: BTreeMap<String, Told>,
}

impl Message {
    /// So that whoever sets an address sees whether it works.
    pub(super) fn set_up(at: SystemTime) -> Self {
        Self::new("set_up", at, None)
    }

    fn new(event: &'static str, at: SystemTime, cause: Option<Told>) -> Self {
        Self {
            id: Uuid::now_v7(),
            event,
            at,
            cause,
        }
    }

    /// `nexus`: who tells.
    pub(super) fn body(&self, nexus: &str) -> String {
        let text = match &self.cause {
            None => format!("{nexus} will tell of alerts here."),
            Some(cause) => {
                let what = if self.event == "closed" { "Over: " } else { "" };
                let place = Some(cause.place.as_str()).filter(|place| !cause.title.contains(place));
                let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
                format!("{what}{}{place}", cause.title)
            }
        };
        let body = Body {
            id: self.id,
            event: self.event,
            nexus,
            at: rfc3339(self.at),
            text,
            cause: self.cause.as_ref(),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl News {
    /// All of this was told, or need not be.
    pub(super) fn known(board: &Board) -> Self {
        let heard = board.causes.iter().filter(|cause| is_heard(cause));
        Self {
            open: heard
                .map(|cause| (cause.key.clone(), told(cause)))
                .collect(),
        }
    }

    /// What opened and closed since the last time. What is muted is not told; what was told before it was muted is told
    /// when it is over.
    pub(super) fn compare(&mut self, board: &Board, now: SystemTime) -> Vec<Message> {
        let mut messages = Vec::new();
        let there: BTreeSet<_> = board.causes.iter().map(|cause| &cause.key).collect();
        // A board has room for so many; of what does not stand there nobody knows whether it is over.
        if board.more == 0 {
            let over: Vec<_> = self
                .open
                .keys()
                .filter(|key| !there.contains(key))
                .cloned()
                .collect();
            for key in over {
                let cause = self.open.remove(&key);
                messages.push(Message::new("closed", now, cause));
            }
        }
        for cause in &board.causes {
            if let Some(known) = self.open.get_mut(&cause.key) {
                *known = told(cause);
            } else if is_heard(cause) && self.open.len() < OPEN {
                let cause = told(cause);
                self.open.insert(cause.key.clone(), cause.clone());
                messages.push(Message::new("opened", now, Some(cause)));
            }
        }
        messages
    }
}

fn is_heard(cause: &Cause) -> bool {
    cause.muted_until.is_none()
}

fn told(cause: &Cause) -> Told {
    Told {
        key: cause.key.clone(),
        rule_id: cause.rule,
        rule: cause.name.clone(),
        condition: cause.condition,
        severity: cause.severity,
        likely: cause.likely.clone(),
        title: cause.title.clone(),
        place: cause.place.clone(),
        hint: cause.hint.clone(),
        since: rfc3339(cause.since),
        alerts: cause.alerts.len(),
        nodes: cause.nodes.len(),
        sites: cause.sites.iter().take(SITES).cloned().collect(),
    }
}
