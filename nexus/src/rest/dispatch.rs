//! `POST /api/v1/dispatch`: runs something on the best node, and says why there.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::execute::{Executed, call, finished, half_a_minute};
use super::json::{Arrived, body, no_parameters, object, seconds};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::state::{Mode, Preference, Strategy, Submission, Target, WishError, Wishes, WishesBody};
use crate::target::Aim;

/// What is to be run, and what its node must have.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DispatchBody {
    /// May also stand in the preference.
    skill_name: Option<String>,
    /// May also stand in the preference; `run` if in neither.
    method_name: Option<String>,
    #[serde(default = "no_parameters", deserialize_with = "object")]
    #[schema(value_type = Value)]
    parameters: Box<RawValue>,
    /// Seconds.
    #[serde(default = "half_a_minute", deserialize_with = "seconds")]
    timeout: u32,
    #[serde(default)]
    node_preference: NodePreference,
    /// Whether the Nexus' own machine will do when no node can take it, if the Nexus allows that at all.
    #[serde(default = "yes")]
    local_fallback: bool,
    /// Only nodes that this target expression means.
    target: Option<String>,
    /// `least_load` when missing.
    strategy: Option<Strategy>,
    /// Target expression: these nodes are better than others.
    prefer: Option<String>,
    /// Target expression: these nodes are taken only when nobody else can.
    avoid: Option<String>,
    /// `group` or the key of a tag: where the fewest executions are.
    spread_by: Option<String>,
    /// A node must have a free slot of this, e.g. `gpu`.
    resource: Option<String>,
}

impl DispatchBody {
    /// None for nothing, which is the contract's least load.
    fn wishes(&mut self) -> Result<Option<Box<Wishes>>, WishError> {
        let asked = WishesBody {
            strategy: self.strategy.unwrap_or_default(),
            prefer: self.prefer.take().unwrap_or_default(),
            avoid: self.avoid.take().unwrap_or_default(),
            spread_by: self.spread_by.take(),
            resource: self.resource.take(),
        };
        let wishes = asked.read()?;
        Ok((!wishes.is_plain()).then(|| Box::new(wishes)))
    }
}

/// The prototype's preference.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct NodePreference {
    /// Only nodes with this tag.
    tag: Option<String>,
    skill: Option<String>,
    method: Option<String>,
}

fn yes() -> bool {
    true
}

/// Runs one method on the least loaded node that has it (and the tag), with failover to the next best.
#[utoipa::path(post, path = "/api/v1/dispatch", request_body = DispatchBody, responses(
    (status = 200, description = "the node answered, whatever it says", body = Executed),
    (status = 422, body = Problem),
    (status = 502, description = "the connection was lost; the outcome is unknown", body = Problem),
    (status = 503, description = "no node can take it; the context lists all and why", body = Problem),
    (status = 504, description = "no end within the timeout", body = Problem)))]
pub(crate) async fn dispatch(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let mut asked: DispatchBody = body(arrived, &[])?;
    let wishes = asked.wishes()?;
    let only = asked.target.map(|text| Aim::new(Some(&text), None));
    let preference = asked.node_preference;
    let skill = asked.skill_name.or(preference.skill).ok_or_else(|| {
        let detail = "say which skill: skill_name, or node_preference.skill";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
    })?;
    let method = asked
        .method_name
        .or(preference.method)
        .unwrap_or_else(|| "run".to_owned());
    let call = call(skill, method, asked.parameters, asked.timeout)?;
    caller.may_call(&call)?;
    let target = Target::Best(Preference {
        tag: preference.tag,
        target: match only.transpose()? {
            Some(Aim::Expression(only)) => Some(only),
            Some(Aim::Nodes(_)) | None => None,
        },
        wishes,
        fallback: asked.local_fallback,
    });
    let submission = Submission {
        id: Uuid::now_v7(),
        target,
        call,
        mode: Mode::Collect,
        caller,
        approval: None,
    };
    finished(&app.swarm()?.run(submission).await?)
}
