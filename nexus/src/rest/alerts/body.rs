//! Alerts and causes as they are written. Not here: which ones.

use protocol::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::alerts::{Alert, Cause, Condition, Counts, Likely, Severity, Standing, Subject, What};
use crate::hub::ShownBoard;
use crate::state::FoundAlert;

/// Most nodes of a cause that are told one by one.
const NODES: usize = 10_000;

/// What an alert is about.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectBody<'a> {
    /// `node`, `job`, `run`, `schedule` or `waiting`.
    kind: &'static str,
    id: String,
    name: &'a str,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HappenedBody<'a> {
    at: String,
    what: What,
    by: Option<&'a str>,
    text: Option<&'a str>,
}

/// An alert.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertBody<'a> {
    id: Uuid,
    rule_id: Uuid,
    rule: &'a str,
    condition: Condition,
    severity: Severity,
    subject: SubjectBody<'a>,
    state: Standing,
    /// Key of its likely cause, while it fires.
    cause: Option<&'a str>,
    since: String,
    resolved_at: Option<String>,
    /// How often it fired.
    fired: u32,
    /// What was measured last: percent, milliseconds, times.
    value: Option<f64>,
    detail: Option<&'a str>,
    /// What all of its nodes have in common.
    common: Option<&'a str>,
    /// The nodes of what is not itself a node.
    node_ids: &'a [String],
    owner: Option<&'a str>,
    acknowledged_by: Option<&'a str>,
    acknowledged_at: Option<String>,
    note: Option<&'a str>,
    muted_until: Option<String>,
    /// Oldest first.
    history: Vec<HappenedBody<'a>>,
}

impl<'a> AlertBody<'a> {
    pub(crate) fn new(found: &'a FoundAlert) -> Self {
        Self {
            cause: found.cause.as_deref(),
            muted_until: found.muted_until.map(rfc3339),
            ..Self::bare(&found.alert)
        }
    }

    /// Without what is known beside it.
    pub(crate) fn bare(alert: &'a Alert) -> Self {
        let seen = alert.acknowledged.as_ref();
        let history = alert.history.iter().map(|one| HappenedBody {
            at: rfc3339(one.at),
            what: one.what,
            by: one.by.as_deref(),
            text: one.text.as_deref(),
        });
        Self {
            id: alert.id,
            rule_id: alert.rule,
            rule: &alert.rule_name,
            condition: alert.condition,
            severity: alert.severity,
            subject: subject(&alert.subject, &alert.name),
            state: alert.standing,
            cause: None,
            since: rfc3339(alert.since),
            resolved_at: alert.resolved_at.map(rfc3339),
            fired: alert.fired,
            value: alert.value,
            detail: alert.detail.as_deref(),
            common: alert.common.as_deref(),
            node_ids: &alert.nodes,
            owner: alert.owner.as_deref(),
            acknowledged_by: seen.map(|(who, _)| who.as_str()),
            acknowledged_at: seen.map(|(_, at)| rfc3339(*at)),
            note: alert.note.as_deref(),
            muted_until: None,
            history: history.collect(),
        }
    }
}

/// What fires for one likely reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct CauseBody<'a> {
    /// To speak of it.
    key: &'a str,
    rule_id: Uuid,
    rule: &'a str,
    condition: Condition,
    severity: Severity,
    likely: &'a Likely,
    /// For people.
    title: &'a str,
    /// Where, for people.
    place: &'a str,
    /// What it probably is, for people.
    hint: Option<&'a str>,
    since: String,
    /// How many alerts it has.
    alerts: usize,
    nodes: usize,
    /// At most 10,000.
    node_ids: &'a [String],
    subject: Option<SubjectBody<'a>>,
    owner: Option<&'a str>,
    acknowledged: bool,
    muted_until: Option<String>,
}

impl<'a> CauseBody<'a> {
    fn new(cause: &'a Cause, nodes: &'a [String]) -> Self {
        Self {
            key: &cause.key,
            rule_id: cause.rule,
            rule: &cause.name,
            condition: cause.condition,
            severity: cause.severity,
            likely: &cause.likely,
            title: &cause.title,
            place: &cause.place,
            hint: cause.hint.as_deref(),
            since: rfc3339(cause.since),
            alerts: cause.alerts.len(),
            nodes: nodes.len(),
            node_ids: nodes.get(..NODES).unwrap_or(nodes),
            subject: cause.subject.as_ref().map(|(own, name)| subject(own, name)),
            owner: cause.owner.as_deref(),
            acknowledged: cause.acknowledged,
            muted_until: cause.muted_until.map(rfc3339),
        }
    }
}

/// All that fires.
#[derive(Serialize, ToSchema)]
pub(crate) struct BoardBody<'a> {
    status: &'static str,
    /// The worst first, at most 200.
    causes: Vec<CauseBody<'a>>,
    /// How many are left out.
    causes_omitted: u32,
    counts: Counts,
    /// Since when nothing fires that is not muted; null while something does.
    quiet_since: Option<String>,
}

impl<'a> BoardBody<'a> {
    pub(crate) fn new(shown: &'a ShownBoard) -> Self {
        let causes = shown.causes.iter();
        Self {
            status: "success",
            causes: causes
                .map(|(cause, nodes)| CauseBody::new(cause, nodes))
                .collect(),
            causes_omitted: shown.board.more,
            counts: shown.board.counts,
            quiet_since: shown.board.quiet_since.map(rfc3339),
        }
    }
}

fn subject<'a>(subject: &Subject, name: &'a str) -> SubjectBody<'a> {
    SubjectBody {
        kind: subject.kind(),
        id: subject.to_string(),
        name,
    }
}
