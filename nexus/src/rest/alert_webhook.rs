//! `/api/v1/alert-webhook`: where alerts are posted, and how that goes. The address comes in and never goes out again. Not
//! here: posting, see [`crate::webhook`].

use axum::extract::State;
use axum::response::Response;
use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::json::{Arrived, answer, body};
use super::{Problem, Shared};
use crate::access::Caller;
use crate::webhook::Delivery;

/// Where alerts are to be posted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HookBody {
    /// `https://…` or `http://…`. It is a secret: it is kept, and shown to nobody.
    url: String,
}

#[derive(Serialize, ToSchema)]
struct OneHook {
    status: &'static str,
    webhook: DeliveryBody,
}

/// How telling others goes.
#[derive(Serialize, ToSchema)]
struct DeliveryBody {
    /// Scheme and host; null: nobody is told.
    to: Option<String>,
    /// The configuration says where; it cannot be changed here.
    configured: bool,
    /// This instance is the one of its swarm that posts; the figures below are its own.
    posts: bool,
    waiting: usize,
    delivered: u64,
    /// Given up after three tries, or refused.
    failed: u64,
    /// Not tried, because too much waited.
    dropped: u64,
    delivered_at: Option<String>,
    /// What is wrong; null when the last one was delivered.
    trouble: Option<String>,
    trouble_since: Option<String>,
}

impl DeliveryBody {
    fn new((delivery, configured): (Delivery, bool)) -> Self {
        let trouble_since = delivery.trouble.as_ref().map(|one| rfc3339(one.since));
        Self {
            to: delivery.to,
            configured,
            posts: delivery.ours,
            waiting: delivery.waiting,
            delivered: delivery.delivered,
            failed: delivery.failed,
            dropped: delivery.dropped,
            delivered_at: delivery.delivered_at.map(rfc3339),
            trouble: delivery.trouble.map(|one| one.why),
            trouble_since,
        }
    }
}

/// Where alerts are posted, and how that goes since it was set or since the start.
#[utoipa::path(get, path = "/api/v1/alert-webhook", responses((status = 200, body = OneHook)))]
pub(crate) async fn get(State(app): Shared) -> Result<Response, Problem> {
    Ok(answer(&OneHook {
        status: "success",
        webhook: DeliveryBody::new(app.swarm()?.alert_webhook().await?),
    }))
}

/// Posts alerts there from now on: one request for each cause that opens or closes. The first one says only that it was
/// set up, so that one sees whether it arrives.
#[utoipa::path(put, path = "/api/v1/alert-webhook", request_body = HookBody, responses(
    (status = 200, body = OneHook), (status = 409, description = "the configuration says where", body = Problem),
    (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let asked: HookBody = body(arrived, &["url"])?;
    let swarm = app.swarm()?;
    swarm
        .set_alert_webhook(&caller, Some(asked.url.parse()?))
        .await?;
    Ok(answer(&OneHook {
        status: "success",
        webhook: DeliveryBody::new(swarm.alert_webhook().await?),
    }))
}

/// Nobody is told any more. What waits is dropped.
#[utoipa::path(delete, path = "/api/v1/alert-webhook", responses(
    (status = 200, body = Value), (status = 409, description = "the configuration says where", body = Problem)))]
pub(crate) async fn remove(State(app): Shared, caller: Caller) -> Result<Response, Problem> {
    app.swarm()?.set_alert_webhook(&caller, None).await?;
    Ok(answer(&json!({"status": "success"})))
}
