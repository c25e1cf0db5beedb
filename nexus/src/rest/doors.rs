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
    ("GET", "/metrics", Door::Nexus(Verb::ReadMetrics)),
    ("GET", "/openapi.json", Door::Nexus(Verb::ReadDocs)),
    ("GET", "/healthz", Door::Open),
    ("GET", "/readyz", Door::Open),
    ("GET", "/ws/events", Door::Stream),
    ("GET", "/ws/nodes", Door::Spore),
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
