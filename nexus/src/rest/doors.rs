//! Every route and what it takes to pass it. A route that has no row here is answered with 405, whatever handler it
//! has: deny by default. Not here: the decision itself, see [`crate::access::authorize`].

use axum::http::Method;

use crate::access::Verb;

/// What is asked at a door before its handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Nothing.
    Open,
    /// Whether the caller may do this at all.
    Nexus(Verb),
    /// Whether the caller may do this with the node of the path.
    Node(Verb),
    /// The handler asks about the rest: the call, or the execution's node.
    Asks(Verb),
    /// It asks for its token by itself, and shows no one anything before.
    Stream,
    /// For spores, who prove themselves in their handshake.
    Spore,
}

/// The most used ones first.
pub(crate) const DOORS: &[(&str, &str, Door)] = &[
    (
        "POST",
        "/api/v1/nodes/{id}/execute",
        Door::Asks(Verb::Execute),
    ),
    ("POST", "/api/v1/dispatch", Door::Asks(Verb::Execute)),
    ("POST", "/api/v1/executions", Door::Asks(Verb::Execute)),
    ("GET", "/api/v1/nodes", Door::Asks(Verb::SeeNode)),
    ("GET", "/api/v1/nodes/{id}", Door::Node(Verb::SeeNode)),
    ("PATCH", "/api/v1/nodes/{id}", Door::Node(Verb::EditNode)),
    ("DELETE", "/api/v1/nodes/{id}", Door::Node(Verb::RemoveNode)),
    (
        "POST",
        "/api/v1/nodes/{id}/revoke",
        Door::Node(Verb::RevokeNode),
    ),
    (
        "POST",
        "/api/v1/nodes/{id}/release",
        Door::Node(Verb::RevokeNode),
    ),
    (
        "POST",
        "/api/v1/nodes/{id}/rekey",
        Door::Nexus(Verb::JoinCodes),
    ),
    ("POST", "/api/v1/placement", Door::Asks(Verb::Execute)),
    ("POST", "/api/v1/targets/resolve", Door::Asks(Verb::SeeNode)),
    ("GET", "/api/v1/targets/complete", Door::Asks(Verb::SeeNode)),
    ("GET", "/api/v1/groups", Door::Asks(Verb::SeeNode)),
    ("POST", "/api/v1/groups", Door::Nexus(Verb::EditGroups)),
    ("GET", "/api/v1/groups/{name}", Door::Asks(Verb::SeeNode)),
    (
        "PUT",
        "/api/v1/groups/{name}",
        Door::Nexus(Verb::EditGroups),
    ),
    (
        "DELETE",
        "/api/v1/groups/{name}",
        Door::Nexus(Verb::EditGroups),
    ),
    ("GET", "/api/v1/chart", Door::Asks(Verb::SeeNode)),
    ("PUT", "/api/v1/chart", Door::Nexus(Verb::EditChart)),
    (
        "POST",
        "/api/v1/chart/preview",
        Door::Nexus(Verb::EditChart),
    ),
    ("POST", "/api/v1/chart/undo", Door::Nexus(Verb::EditChart)),
    ("GET", "/api/v1/alerts", Door::Asks(Verb::SeeNode)),
    ("GET", "/api/v1/alerts/causes", Door::Asks(Verb::SeeNode)),
    ("GET", "/api/v1/alerts/{id}", Door::Asks(Verb::SeeNode)),
    ("POST", "/api/v1/alerts/own", Door::Nexus(Verb::Alerts)),
    (
        "POST",
        "/api/v1/alerts/acknowledge",
        Door::Nexus(Verb::Alerts),
    ),
    ("POST", "/api/v1/alerts/note", Door::Nexus(Verb::Alerts)),
    ("POST", "/api/v1/alerts/mute", Door::Nexus(Verb::Alerts)),
    ("POST", "/api/v1/alerts/unmute", Door::Nexus(Verb::Alerts)),
    ("GET", "/api/v1/alert-rules", Door::Asks(Verb::SeeNode)),
    ("POST", "/api/v1/alert-rules", Door::Nexus(Verb::AlertRules)),
    (
        "POST",
        "/api/v1/alert-rules/preview",
        Door::Asks(Verb::SeeNode),
    ),
    (
        "PUT",
        "/api/v1/alert-rules/{id}",
        Door::Nexus(Verb::AlertRules),
    ),
    (
        "DELETE",
        "/api/v1/alert-rules/{id}",
        Door::Nexus(Verb::AlertRules),
    ),
    (
        "GET",
        "/api/v1/alert-webhook",
        Door::Nexus(Verb::AlertRules),
    ),
    (
        "PUT",
        "/api/v1/alert-webhook",
        Door::Nexus(Verb::AlertRules),
    ),
    (
        "DELETE",
        "/api/v1/alert-webhook",
        Door::Nexus(Verb::AlertRules),
    ),
    ("GET", "/api/v1/executions", Door::Asks(Verb::SeeExecution)),
    (
        "GET",
        "/api/v1/executions/{id}",
        Door::Asks(Verb::SeeExecution),
    ),
    (
        "GET",
        "/api/v1/executions/{id}/output",
        Door::Asks(Verb::SeeExecution),
    ),
    (
        "POST",
        "/api/v1/executions/{id}/cancel",
        Door::Asks(Verb::Cancel),
    ),
    (
        "GET",
        "/api/v1/executions/{id}/follow",
        Door::Asks(Verb::SeeExecution),
    ),
    (
        "GET",
        "/api/v1/executions/{id}/download",
        Door::Asks(Verb::SeeExecution),
    ),
    ("POST", "/api/v1/jobs", Door::Asks(Verb::Execute)),
    ("GET", "/api/v1/jobs", Door::Asks(Verb::SeeExecution)),
    ("GET", "/api/v1/jobs/{id}", Door::Asks(Verb::SeeExecution)),
    (
        "GET",
        "/api/v1/jobs/{id}/targets",
        Door::Asks(Verb::SeeExecution),
    ),
    (
        "GET",
        "/api/v1/jobs/{id}/groups",
        Door::Asks(Verb::SeeExecution),
    ),
    (
        "GET",
        "/api/v1/jobs/{id}/search",
        Door::Asks(Verb::SeeExecution),
    ),
    (
        "GET",
        "/api/v1/jobs/{id}/follow",
        Door::Asks(Verb::SeeExecution),
    ),
    ("POST", "/api/v1/jobs/{id}/pause", Door::Asks(Verb::Cancel)),
    ("POST", "/api/v1/jobs/{id}/resume", Door::Asks(Verb::Cancel)),
    ("POST", "/api/v1/jobs/{id}/cancel", Door::Asks(Verb::Cancel)),
    ("POST", "/api/v1/jobs/{id}/rerun", Door::Asks(Verb::Execute)),
    ("POST", "/api/v1/stop", Door::Nexus(Verb::StopFleet)),
    ("GET", "/api/v1/stop", Door::Asks(Verb::SeeExecution)),
    ("DELETE", "/api/v1/stop", Door::Nexus(Verb::ReleaseFleet)),
    ("POST", "/api/v1/nodes/{id}/stop", Door::Node(Verb::Cancel)),
    ("GET", "/api/v1/join-codes", Door::Nexus(Verb::JoinCodes)),
    ("POST", "/api/v1/join-codes", Door::Nexus(Verb::JoinCodes)),
    (
        "DELETE",
        "/api/v1/join-codes/{id}",
        Door::Nexus(Verb::JoinCodes),
    ),
    ("GET", "/api/v1/waiting", Door::Nexus(Verb::WaitingRoom)),
    (
        "POST",
        "/api/v1/waiting/{id}/accept",
        Door::Nexus(Verb::WaitingRoom),
    ),
    (
        "DELETE",
        "/api/v1/waiting/{id}",
        Door::Nexus(Verb::WaitingRoom),
    ),
    ("GET", "/api/v1/tokens", Door::Nexus(Verb::Tokens)),
    ("POST", "/api/v1/tokens", Door::Nexus(Verb::Tokens)),
    ("DELETE", "/api/v1/tokens/{id}", Door::Nexus(Verb::Tokens)),
    ("GET", "/api/v1/audit", Door::Nexus(Verb::ReadAudit)),
    ("GET", "/api/v1/audit/verify", Door::Nexus(Verb::ReadAudit)),
    ("GET", "/api/v1/audit/export", Door::Nexus(Verb::ReadAudit)),
    ("GET", "/api/v1/approvals", Door::Nexus(Verb::Approve)),
    (
        "GET",
        "/api/v1/approvals/{id}",
        Door::Asks(Verb::SeeApproval),
    ),
    (
        "POST",
        "/api/v1/approvals/{id}/approve",
        Door::Nexus(Verb::Approve),
    ),
    (
        "POST",
        "/api/v1/approvals/{id}/deny",
        Door::Nexus(Verb::Approve),
    ),
    ("GET", "/api/v1/approval-rules", Door::Nexus(Verb::Approve)),
    ("POST", "/api/v1/approval-rules", Door::Nexus(Verb::Approve)),
    (
        "DELETE",
        "/api/v1/approval-rules/{id}",
        Door::Nexus(Verb::Approve),
    ),
    ("GET", "/api/v1/schedules", Door::Nexus(Verb::SeePlans)),
    ("POST", "/api/v1/schedules", Door::Nexus(Verb::Schedules)),
    (
        "POST",
        "/api/v1/schedules/preview",
        Door::Nexus(Verb::SeePlans),
    ),
    ("GET", "/api/v1/schedules/{id}", Door::Nexus(Verb::SeePlans)),
    (
        "PUT",
        "/api/v1/schedules/{id}",
        Door::Nexus(Verb::Schedules),
    ),
    (
        "DELETE",
        "/api/v1/schedules/{id}",
        Door::Nexus(Verb::Schedules),
    ),
    (
        "POST",
        "/api/v1/schedules/{id}/pause",
        Door::Nexus(Verb::Schedules),
    ),
    (
        "POST",
        "/api/v1/schedules/{id}/resume",
        Door::Nexus(Verb::Schedules),
    ),
    (
        "POST",
        "/api/v1/schedules/{id}/run",
        Door::Asks(Verb::Execute),
    ),
    ("GET", "/api/v1/runbooks", Door::Nexus(Verb::SeePlans)),
    (
        "GET",
        "/api/v1/runbooks/{name}",
        Door::Nexus(Verb::SeePlans),
    ),
    (
        "PUT",
        "/api/v1/runbooks/{name}",
        Door::Nexus(Verb::Runbooks),
    ),
    (
        "DELETE",
        "/api/v1/runbooks/{name}",
        Door::Nexus(Verb::Runbooks),
    ),
    (
        "POST",
        "/api/v1/runbooks/{name}/run",
        Door::Asks(Verb::Execute),
    ),
    ("GET", "/api/v1/runs", Door::Nexus(Verb::SeePlans)),
    ("GET", "/api/v1/runs/{id}", Door::Nexus(Verb::SeePlans)),
    ("POST", "/api/v1/runs/{id}/cancel", Door::Asks(Verb::Cancel)),
    ("GET", "/api/v1/timeline", Door::Asks(Verb::SeeNode)),
    ("GET", "/api/v1/timeline/at", Door::Asks(Verb::SeeNode)),
    (
        "GET",
        "/api/v1/nodes/{id}/history",
        Door::Node(Verb::SeeNode),
    ),
    ("GET", "/api/v1/sources", Door::Nexus(Verb::SeePlans)),
    ("GET", "/api/v1/fleet", Door::Nexus(Verb::ReadMetrics)),
    ("POST", "/api/v1/backup", Door::Nexus(Verb::Backup)),
    ("GET", "/api/v1/instances", Door::Nexus(Verb::SeePlans)),
    ("GET", "/metrics", Door::Nexus(Verb::ReadMetrics)),
    ("GET", "/openapi.json", Door::Nexus(Verb::ReadDocs)),
    ("GET", "/healthz", Door::Open),
    ("GET", "/readyz", Door::Open),
    ("GET", "/ws/events", Door::Stream),
    ("GET", "/ws/nodes", Door::Spore),
    ("GET", "/", Door::Open),
    ("GET", "/favicon.svg", Door::Open),
    ("GET", "/assets/{name}", Door::Open),
    ("POST", "/console/login", Door::Open),
    ("POST", "/console/logout", Door::Open),
    ("GET", "/console/session", Door::Open),
    ("GET", "/console/socket", Door::Stream),
];

/// The door of a route; none for a method that it does not have.
pub(crate) fn door(method: &Method, path: &str) -> Option<Door> {
    let method = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    DOORS
        .iter()
        .find(|(own, route, _)| *route == path && *own == method)
        .map(|(_, _, door)| *door)
}
