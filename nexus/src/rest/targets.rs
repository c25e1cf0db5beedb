//! `/api/v1/targets`: which nodes an expression means, before anything is asked of them; and what could stand in one.
//! Not here: what an expression is, see [`crate::target`].

use axum::extract::State;
use axum::response::Response;
use protocol::Effect;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::json::{Arrived, Query, answer, body};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::audit::Digest;
use crate::state::{Frozen, State as Swarm, SubmitError};
use crate::target::{Aim, AimError, LENGTH, complete};

/// Most nodes that are told one by one.
const LISTED: usize = 1_000;

/// Exactly one of `target` and `node_ids`. The call is optional: with one, it is told who cannot take it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveBody {
    /// Target expression.
    target: Option<String>,
    node_ids: Option<Vec<String>>,
    skill_name: Option<String>,
    /// `run` when there is a skill.
    method_name: Option<String>,
}

/// Who is meant now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resolved {
    status: &'static str,
    /// In its normal form; empty when nodes were named.
    target: String,
    /// SHA-256 over the sorted node ids: the same as long as the same nodes are meant.
    #[schema(value_type = String)]
    targets_sha256: Digest,
    count: usize,
    /// Those that can be reached.
    online: usize,
    offline: usize,
    /// The worst that the call may do on one of them, as POST /api/v1/jobs takes it; null without a call.
    #[schema(value_type = Option<String>)]
    effect: Option<Effect>,
    /// It may destroy on more than one node: POST /api/v1/jobs wants `confirm_count`.
    confirm: bool,
    /// At most 1000; those that are offline last.
    nodes: Vec<Meant>,
    nodes_omitted: usize,
}

/// One of them.
#[derive(Serialize, ToSchema)]
struct Meant {
    node_id: String,
    node_name: String,
    /// `online`, `suspect` or `offline`.
    state: &'static str,
    /// Why it cannot take the call; null when it can, as far as is known.
    refused: Option<String>,
}

/// Tells which nodes are meant. Nothing is run.
#[utoipa::path(post, path = "/api/v1/targets/resolve", request_body = ResolveBody, responses(
    (status = 200, body = Resolved), (status = 400, description = "a named node does not exist", body = Problem),
    (status = 422, description = "no expression, or nobody is meant", body = Problem)))]
pub(crate) async fn resolve(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: ResolveBody = body(arrived, &[])?;
    let aim = Aim::new(asked.target.as_deref(), asked.node_ids)?;
    app.swarm()?.before_resolving(&aim).await;
    let method = asked.method_name.unwrap_or_else(|| "run".to_owned());
    let call = asked.skill_name.map(|skill| (skill, method));
    let look = move |swarm: &Swarm| {
        let frozen = swarm.resolve(&aim, &caller.principal.scope)?;
        Ok::<_, SubmitError>(told(swarm, &aim, &frozen, call.as_ref()))
    };
    Ok(answer(&app.swarm()?.look(look).await??))
}

fn told(swarm: &Swarm, aim: &Aim, frozen: &Frozen, call: Option<&(String, String)>) -> Resolved {
    let count = frozen.nodes.len();
    let nodes = || {
        frozen
            .nodes
            .iter()
            .filter_map(|ordinal| swarm.node_at(*ordinal))
    };
    let online = nodes().filter(|node| node.is_online());
    let offline = nodes().filter(|node| !node.is_online());
    let listed = online.chain(offline).take(LISTED).map(|node| Meant {
        node_id: node.facts.id.clone(),
        node_name: node.facts.name.clone(),
        state: node.phase.word(),
        refused: call.and_then(|(skill, method)| {
            let able = swarm.able(node, skill, method);
            able.err().map(|error| error.to_string())
        }),
    });
    let effect = call.map(|(skill, method)| swarm.harm(&frozen.nodes, skill, method).0);
    let online = nodes().filter(|node| node.is_online()).count();
    Resolved {
        status: "success",
        target: match aim {
            Aim::Expression(expression) => expression.to_string(),
            Aim::Nodes(_) => String::new(),
        },
        targets_sha256: frozen.sha256,
        count,
        online,
        offline: count - online,
        effect,
        confirm: effect == Some(Effect::Destroy) && count > 1,
        nodes: listed.collect(),
        nodes_omitted: count.saturating_sub(LISTED),
    }
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct Written {
    /// The expression so far.
    text: String,
    /// Where the cursor is, in characters from 0; at the end when missing.
    at: Option<usize>,
}

#[derive(Serialize, ToSchema)]
struct Completed {
    /// The items replace what stands from here to the cursor; in characters from 0.
    from: usize,
    /// At most 20, the best first.
    items: Vec<Item>,
}

/// A proposal.
#[derive(Serialize, ToSchema)]
struct Item {
    /// To be put there as it is.
    text: String,
    /// `field`, `group`, `tag`, `fact`, `name`, `word`, or the field whose value it is.
    what: &'static str,
    /// Nodes that have it; null for what is no property of nodes.
    count: Option<usize>,
}

/// Proposes what could stand at the cursor.
#[utoipa::path(get, path = "/api/v1/targets/complete", params(Written), responses(
    (status = 200, body = Completed), (status = 422, body = Problem)))]
pub(crate) async fn propose(
    State(app): Shared,
    caller: Caller,
    Query(written): Query<Written>,
) -> Result<Response, Problem> {
    let Written { text, at } = written;
    if text.len() > LENGTH {
        let detail = format!("text has more than {LENGTH} bytes, no expression is so long");
        let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "invalid", detail));
    }
    let at = at.unwrap_or(usize::MAX);
    let look = move |swarm: &Swarm| {
        let scope = &caller.principal.scope;
        let facts = swarm.nodes().map(crate::state::Node::target_facts);
        let seen = facts.filter(|facts| scope.reaches(facts));
        let groups = swarm.groups().list().map(|group| group.name.as_str());
        complete(&text, at, seen, groups)
    };
    let found = app.swarm()?.look(look).await?;
    let items = found.items.into_iter().map(|one| Item {
        text: one.text,
        what: one.what,
        count: one.count,
    });
    Ok(answer(&Completed {
        from: found.from,
        items: items.collect(),
    }))
}

impl From<AimError> for Problem {
    fn from(error: AimError) -> Self {
        let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        let code = match error {
            AimError::Neither => "no_targets",
            AimError::Both | AimError::Expression(_) => "invalid",
        };
        Self::new(status, code, error.to_string())
    }
}
