//! `/healthz`, `/readyz`, `/metrics`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

use super::fleet::EngineBody;
use super::json::answer;
use super::{Problem, Shared};

/// The process is alive.
#[utoipa::path(get, path = "/healthz", security(()), responses((status = 200, body = Value)))]
pub(crate) async fn healthz(State(app): Shared) -> Response {
    let component = if app.prototype_health {
        "venom-core"
    } else {
        "nexus"
    };
    answer(&json!({"status": "ok", "component": component}))
}

/// It can do its work: the hub answers and the store keeps what it is given. An instance whose engine is away is ready: its nodes
/// work. One that stops is not, though what was begun is still answered.
#[utoipa::path(get, path = "/readyz", security(()), responses(
    (status = 200, body = Value), (status = 503, body = Problem)))]
pub(crate) async fn readyz(State(app): Shared) -> Result<Response, Problem> {
    let hub = app.swarm()?;
    if app.doors.stopping.is_cancelled() {
        let detail = "this Nexus stops";
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            detail,
        ));
    }
    hub.look(|_| ()).await?;
    if hub.store().is_failing() {
        let detail = "the store cannot write; check the disk";
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store",
            detail,
        ));
    }
    let mut body = json!({"status": "ready"});
    if let Some(seat) = &app.doors.seat {
        body["engine"] = json!(EngineBody::public(seat));
        body["instances"] = json!(seat.others());
    }
    Ok(answer(&body))
}

/// Figures in Prometheus' text form (OpenMetrics 1.0).
#[utoipa::path(get, path = "/metrics", responses((status = 200, body = String)))]
pub(crate) async fn metrics(State(app): Shared) -> Result<Response, Problem> {
    let (metrics, store) = (
        Arc::clone(&app.doors.metrics),
        app.doors.handle.store().clone(),
    );
    app.doors
        .handle
        .look(move |state| metrics.refresh(state, &store))
        .await?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([("content-type", kind)], app.doors.metrics.text()).into_response())
}
