//! Alerts on their way to the window, and what is asked for on its way back. Not here: when something fires.

use protocol::rfc3339;

use crate::alerts::{
    Aim, AimBody, Alert, AlertError, AlertRule, Board, Cause, Condition, Likely, NewAlertRule,
    Severity as Bad, Standing, Subject, What,
};
use crate::console::translate::Refusal;
use crate::console::view::BridgeError;
use crate::console::view::alerts::{
    AlertAim, AlertBoardView, AlertCounts, AlertEventKind, AlertEventView, AlertQuery,
    AlertRuleRequest, AlertRuleView, AlertStanding, AlertState, AlertView, CauseView,
    ConditionKind, ConditionView, LikelyKind, LikelyView, Severity, SubjectKind, SubjectView,
    WebhookView,
};
use crate::model::Ordinal;
use crate::state::{self, FoundAlert, Which};
use crate::webhook::Delivery;

/// All that fires.
pub(crate) fn alert_board(board: &Board) -> AlertBoardView {
    let counts = board.counts;
    AlertBoardView {
        causes: board.causes.iter().map(cause).collect(),
        more: board.more,
        counts: AlertCounts {
            firing: counts.firing,
            critical: counts.critical,
            warning: counts.warning,
            info: counts.info,
            muted: counts.muted,
            acknowledged: counts.acknowledged,
        },
        quiet_since: board.quiet_since.map(rfc3339),
    }
}

fn cause(cause: &Cause) -> CauseView {
    CauseView {
        key: cause.key.clone(),
        rule_id: cause.rule.to_string(),
        rule: cause.name.clone(),
        condition: condition(cause.condition),
        severity: severity(cause.severity),
        likely: likely(&cause.likely),
        place: cause.place.clone(),
        sites: cause.sites.clone(),
        detail: matches!(cause.likely, Likely::One)
            .then(|| cause.hint.clone())
            .flatten(),
        since: rfc3339(cause.since),
        latest: rfc3339(cause.latest),
        touched: rfc3339(cause.touched),
        alerts: short(cause.alerts.len()),
        ordinals: cause.nodes.clone(),
        subject: cause.subject.as_ref().map(|(own, name)| subject(own, name)),
        owner: cause.owner.clone(),
        acknowledged: cause.acknowledged,
        muted_until: cause.muted_until.map(rfc3339),
    }
}

/// One alert. `ordinal`: of its node.
pub(crate) fn alert(found: &FoundAlert, ordinal: Option<Ordinal>) -> AlertView {
    let one = &found.alert;
    let seen = one.acknowledged.as_ref();
    AlertView {
        id: one.id.to_string(),
        rule_id: one.rule.to_string(),
        rule: one.rule_name.clone(),
        condition: condition(one.condition),
        severity: severity(one.severity),
        subject: subject(&one.subject, &one.name),
        ordinal,
        state: match one.standing {
            Standing::Firing => AlertStanding::Firing,
            Standing::Resolved => AlertStanding::Resolved,
        },
        cause: found.cause.clone(),
        since: rfc3339(one.since),
        resolved_at: one.resolved_at.map(rfc3339),
        fired: one.fired,
        value: one.value,
        detail: one.detail.clone(),
        common: one.common.clone(),
        owner: one.owner.clone(),
        acknowledged_by: seen.map(|(who, _)| who.clone()),
        acknowledged_at: seen.map(|(_, at)| rfc3339(*at)),
        note: one.note.clone(),
        muted_until: found.muted_until.map(rfc3339),
        history: events(one),
    }
}

fn events(alert: &Alert) -> Vec<AlertEventView> {
    let events = alert.history.iter().map(|event| AlertEventView {
        at: rfc3339(event.at),
        what: match event.what {
            What::Fired => AlertEventKind::Fired,
            What::Resolved => AlertEventKind::Resolved,
            What::Owned => AlertEventKind::Owned,
            What::Released => AlertEventKind::Released,
            What::Acknowledged => AlertEventKind::Acknowledged,
            What::Muted => AlertEventKind::Muted,
            What::Unmuted => AlertEventKind::Unmuted,
            What::Noted => AlertEventKind::Noted,
        },
        by: event.by.clone(),
        text: event.text.clone(),
    });
    events.collect()
}

/// A rule.
pub(crate) fn alert_rule(rule: &AlertRule) -> AlertRuleView {
    let changed = rule.changed_by.is_some();
    AlertRuleView {
        id: rule.id.to_string(),
        name: rule.name.clone(),
        condition: condition(rule.condition),
        nodes: rule.nodes.to_string(),
        for_seconds: u32::try_from(rule.hold.as_secs()).unwrap_or(u32::MAX),
        severity: severity(rule.severity),
        enabled: rule.enabled,
        built_in: rule.built_in,
        changed_by: rule.changed_by.clone(),
        changed_at: changed.then(|| rfc3339(rule.changed_at)),
    }
}

/// How telling others goes.
pub(crate) fn webhook(delivery: Delivery, configured: bool) -> WebhookView {
    let counted = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let trouble_since = delivery.trouble.as_ref().map(|one| rfc3339(one.since));
    WebhookView {
        to: delivery.to,
        configured,
        delivered: counted(delivery.delivered),
        failed: counted(delivery.failed),
        dropped: counted(delivery.dropped),
        delivered_at: delivery.delivered_at.map(rfc3339),
        trouble: delivery.trouble.map(|one| one.why),
        trouble_since,
    }
}

/// What a rule is to be.
pub(crate) fn new_alert_rule(request: AlertRuleRequest) -> NewAlertRule {
    NewAlertRule {
        name: request.name,
        condition: asked(&request.condition),
        nodes: request.nodes,
        for_seconds: u64::from(request.for_seconds),
        severity: bad(request.severity),
        enabled: request.enabled,
    }
}

/// Which alerts.
pub(crate) fn alert_query(query: AlertQuery) -> Result<state::AlertQuery, BridgeError> {
    let rule = query.rule.as_deref().map(super::id).transpose()?;
    Ok(state::AlertQuery {
        state: match query.state {
            AlertState::Firing => Which::Firing,
            AlertState::Muted => Which::Muted,
            AlertState::Resolved => Which::Resolved,
            AlertState::All => Which::All,
        },
        rule,
        severity: query.severity.map(bad),
        cause: query.cause,
        node: query.node,
        skip: usize::try_from(query.skip).ok(),
        limit: usize::try_from(query.limit).ok(),
    })
}

/// At what somebody aims.
pub(crate) fn alert_aim(aim: AlertAim) -> Result<Aim, Refusal> {
    let AlertAim { alert, cause, rule } = aim;
    Ok(AimBody { alert, cause, rule }.try_into()?)
}

impl From<AlertError> for Refusal {
    fn from(error: AlertError) -> Self {
        Self(BridgeError::new(error.code(), error.to_string()))
    }
}

fn severity(severity: Bad) -> Severity {
    match severity {
        Bad::Info => Severity::Info,
        Bad::Warning => Severity::Warning,
        Bad::Critical => Severity::Critical,
    }
}

fn bad(severity: Severity) -> Bad {
    match severity {
        Severity::Info => Bad::Info,
        Severity::Warning => Bad::Warning,
        Severity::Critical => Bad::Critical,
    }
}

fn likely(likely: &Likely) -> LikelyView {
    let (kind, what, of) = match likely {
        Likely::Outage { site, of } => (LikelyKind::Outage, site.as_str(), *of),
        Likely::Site { site } => (LikelyKind::Site, site.as_str(), 0),
        Likely::Version { version } => (LikelyKind::Version, version.as_str(), 0),
        Likely::Tag { tag } => (LikelyKind::Tag, tag.as_str(), 0),
        Likely::One => (LikelyKind::One, "", 0),
        Likely::Many => (LikelyKind::Many, "", 0),
    };
    LikelyView {
        kind,
        what: what.to_owned(),
        of,
    }
}

fn subject(subject: &Subject, name: &str) -> SubjectView {
    SubjectView {
        kind: match subject {
            Subject::Node(_) => SubjectKind::Node,
            Subject::Job(_) => SubjectKind::Job,
            Subject::Run(_) => SubjectKind::Run,
            Subject::Schedule(_) => SubjectKind::Schedule,
            Subject::Waiting(_) => SubjectKind::Waiting,
        },
        id: subject.to_string(),
        name: name.to_owned(),
    }
}

fn condition(condition: Condition) -> ConditionView {
    let bare = |kind, above| ConditionView {
        kind,
        above,
        times: None,
        minutes: None,
    };
    match condition {
        Condition::Offline => bare(ConditionKind::Offline, None),
        Condition::Cpu { above } => bare(ConditionKind::Cpu, Some(u32::from(above))),
        Condition::Memory { above } => bare(ConditionKind::Memory, Some(u32::from(above))),
        Condition::Disk { above } => bare(ConditionKind::Disk, Some(u32::from(above))),
        Condition::Latency { above_ms } => bare(ConditionKind::Latency, Some(above_ms)),
        Condition::Degraded => bare(ConditionKind::Degraded, None),
        Condition::Held => bare(ConditionKind::Held, None),
        Condition::Flapping { times, minutes } => ConditionView {
            times: Some(u32::from(times)),
            minutes: Some(u32::from(minutes)),
            ..bare(ConditionKind::Flapping, None)
        },
        Condition::JobFailed => bare(ConditionKind::JobFailed, None),
        Condition::JobWaiting => bare(ConditionKind::JobWaiting, None),
        Condition::JobPaused => bare(ConditionKind::JobPaused, None),
        Condition::RunFailed => bare(ConditionKind::RunFailed, None),
        Condition::ScheduleMissed => bare(ConditionKind::ScheduleMissed, None),
        Condition::NodeWaiting => bare(ConditionKind::NodeWaiting, None),
    }
}

/// A number that does not fit becomes one that the rule refuses.
fn asked(view: &ConditionView) -> Condition {
    let percent = || u8::try_from(view.above.unwrap_or_default()).unwrap_or_default();
    match view.kind {
        ConditionKind::Offline => Condition::Offline,
        ConditionKind::Cpu => Condition::Cpu { above: percent() },
        ConditionKind::Memory => Condition::Memory { above: percent() },
        ConditionKind::Disk => Condition::Disk { above: percent() },
        ConditionKind::Latency => Condition::Latency {
            above_ms: view.above.unwrap_or_default(),
        },
        ConditionKind::Degraded => Condition::Degraded,
        ConditionKind::Held => Condition::Held,
        ConditionKind::Flapping => Condition::Flapping {
            times: u8::try_from(view.times.unwrap_or_default()).unwrap_or_default(),
            minutes: u16::try_from(view.minutes.unwrap_or_default()).unwrap_or_default(),
        },
        ConditionKind::JobFailed => Condition::JobFailed,
        ConditionKind::JobWaiting => Condition::JobWaiting,
        ConditionKind::JobPaused => Condition::JobPaused,
        ConditionKind::RunFailed => Condition::RunFailed,
        ConditionKind::ScheduleMissed => Condition::ScheduleMissed,
        ConditionKind::NodeWaiting => Condition::NodeWaiting,
    }
}

fn short(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
