//! The doors: REST, events, and the nodes' WebSocket, on one port. Each door checks who may come in; then it asks
//! the hub and writes the answer down in the contract's words.
//!
//! Not here: what anything does to the swarm.

mod access;
mod alert_rules;
mod alert_webhook;
mod alerts;
mod approvals;
mod audit;
mod backup;
mod caller;
mod chart;
mod console;
mod dispatch;
mod doors;
mod download;
mod events;
mod execute;
mod executions;
mod fleet;
mod groups;
mod health;
mod history;
mod instances;
mod jobs;
mod join_codes;
mod json;
mod nodes;
mod placement;
mod places;
mod problem;
mod runbooks;
mod runs;
mod schedules;
mod sources;
mod standing;
mod stop;
mod targets;
mod tokens;
mod waiting;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::connect_info::ConnectInfo;
use axum::extract::{DefaultBodyLimit, State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use protocol::limits;
use tokio_util::sync::CancellationToken;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use access::{Access, BearerToken};
pub(crate) use fleet::Seat;
use problem::Problem;

use crate::access::{Limits, Tokens};
use crate::config::Config;
use crate::console::Console;
use crate::hub::Handle;
use crate::joining::Joining;
use crate::listen::Peer;
use crate::metrics::Metrics;
use crate::session::Gate;
use crate::sources::Sources;
use crate::state::Close;

/// A WebSocket's read and write buffers, bytes: the library's default costs 17 times the memory and half of the
/// speed.
const BUFFER: usize = 4 * 1024;
/// Most bytes of frames that wait inside one WebSocket.
const UNSENT: usize = 2 * limits::FRAME_TO_SPORE;

/// What the routes stand on.
pub(crate) struct Doors {
    pub(crate) handle: Handle,
    pub(crate) console: Console,
    pub(crate) joining: Joining,
    pub(crate) gate: Arc<Gate>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) sources: Sources,
    /// None when this Nexus is alone.
    pub(crate) seat: Option<Seat>,
    pub(crate) stopping: CancellationToken,
}

/// What every route may use.
pub(crate) struct App {
    doors: Doors,
    access: Access,
    enabled: bool,
    prototype_health: bool,
    data_dir: std::path::PathBuf,
    sessions: console::Sessions,
}

type Shared = State<Arc<App>>;

impl App {
    pub(crate) fn new(
        config: &Config,
        addresses: &[SocketAddr],
        doors: Doors,
        tokens: Tokens,
    ) -> Self {
        let audit = doors.handle.audit().clone();
        let limits = Arc::clone(&doors.limits);
        let access = Access::new(config, addresses, tokens, limits, audit);
        Self {
            doors,
            access,
            enabled: config.enabled,
            prototype_health: config.prototype_health,
            data_dir: config.data_dir.clone(),
            sessions: console::Sessions::default(),
        }
    }

    /// The hub, unless the Nexus is switched off.
    fn swarm(&self) -> Result<&Handle, Problem> {
        if self.enabled {
            Ok(&self.doors.handle)
        } else {
            Err(Problem::disabled())
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Nexus", description = "One swarm out of the computers you own.", license(name = "MIT")),
    modifiers(&BearerToken),
    security(("token" = []))
)]
struct Document;

fn protected() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(nodes::list))
        .routes(routes!(nodes::get, standing::edit, standing::remove))
        .routes(routes!(standing::revoke))
        .routes(routes!(standing::release))
        .routes(routes!(join_codes::rekey))
        .routes(routes!(join_codes::list, join_codes::make))
        .routes(routes!(join_codes::withdraw))
        .routes(routes!(waiting::list))
        .routes(routes!(waiting::accept))
        .routes(routes!(waiting::turn_away))
        .routes(routes!(execute::execute))
        .routes(routes!(dispatch::dispatch))
        .routes(routes!(placement::what_if))
        .routes(routes!(targets::resolve))
        .routes(routes!(targets::propose))
        .routes(routes!(groups::list, groups::make))
        .routes(routes!(groups::get, groups::put, groups::remove))
        .routes(routes!(chart::look, chart::apply))
        .routes(routes!(chart::preview))
        .routes(routes!(chart::undo))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::causes))
        .routes(routes!(alerts::get))
        .routes(routes!(alerts::own))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(alerts::note))
        .routes(routes!(alerts::mute))
        .routes(routes!(alerts::unmute))
        .routes(routes!(alert_rules::list, alert_rules::make))
        .routes(routes!(alert_rules::preview))
        .routes(routes!(alert_rules::put, alert_rules::remove))
        .routes(routes!(
            alert_webhook::get,
            alert_webhook::put,
            alert_webhook::remove
        ))
        .merge(work())
}

/// What runs, what will, what is wrong.
fn work() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(executions::list, executions::submit))
        .routes(routes!(executions::get))
        .routes(routes!(executions::output))
        .routes(routes!(executions::cancel))
        .routes(routes!(jobs::follow::execution))
        .routes(routes!(download::download))
        .routes(routes!(jobs::list, jobs::submit))
        .routes(routes!(jobs::get))
        .routes(routes!(jobs::targets))
        .routes(routes!(jobs::groups::groups))
        .routes(routes!(jobs::groups::search))
        .routes(routes!(jobs::follow::job))
        .routes(routes!(jobs::pause))
        .routes(routes!(jobs::resume))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::rerun::rerun))
        .routes(routes!(stop::look, stop::stop, stop::release))
        .routes(routes!(stop::stop_node))
        .routes(routes!(instances::list))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::revoke))
        .routes(routes!(approvals::list))
        .routes(routes!(approvals::get))
        .routes(routes!(approvals::approve))
        .routes(routes!(approvals::deny))
        .routes(routes!(approvals::rules, approvals::make_rule))
        .routes(routes!(approvals::remove_rule))
        .routes(routes!(schedules::list, schedules::make))
        .routes(routes!(schedules::preview))
        .routes(routes!(schedules::get, schedules::edit, schedules::remove))
        .routes(routes!(schedules::pause))
        .routes(routes!(schedules::resume))
        .routes(routes!(schedules::run))
        .routes(routes!(runbooks::list))
        .routes(routes!(runbooks::get, runbooks::put, runbooks::remove))
        .routes(routes!(runbooks::run))
        .routes(routes!(runs::list))
        .routes(routes!(runs::get))
        .routes(routes!(runs::cancel))
        .routes(routes!(sources::list))
        .routes(routes!(fleet::look))
        .routes(routes!(history::timeline))
        .routes(routes!(history::at))
        .routes(routes!(history::node))
        .routes(routes!(audit::list))
        .routes(routes!(audit::verify))
        .routes(routes!(audit::export))
        .routes(routes!(backup::make))
        .routes(routes!(health::metrics))
}

fn open() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}

/// The OpenAPI document, as served at `/openapi.json`.
pub fn openapi() -> String {
    let document = protected().merge(open()).into_openapi();
    document.to_pretty_json().unwrap_or_default()
}

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    let (protected, protected_document) = protected().split_for_parts();
    let (open, open_document) = open().split_for_parts();
    let document = protected_document
        .merge_from(open_document)
        .to_json()
        .unwrap_or_default();
    // Events check their token themselves: a browser cannot send a header with a WebSocket.
    protected
        .route("/openapi.json", get(openapi_document))
        .merge(open)
        .route("/", get(console::index))
        .route("/favicon.svg", get(console::asset))
        .route("/assets/{name}", get(console::asset))
        .route("/console/login", post(console::sign_in))
        .route("/console/logout", post(console::sign_out))
        .route("/console/session", get(console::look))
        .route("/console/socket", get(console::socket))
        .route("/ws/events", get(events::events))
        .route("/ws/nodes", get(spores))
        .fallback(|| async { Problem::not_found("Not Found") })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            access::guard,
        ))
        .layer(DefaultBodyLimit::max(json::LARGEST_BODY))
        .layer(Extension(Arc::<str>::from(document)))
        .with_state(app)
}

async fn openapi_document(Extension(document): Extension<Arc<str>>) -> impl IntoResponse {
    ([("content-type", "application/json")], document.to_string())
}

/// `GET /ws/nodes`.
async fn spores(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if headers.contains_key("origin") {
        return Problem::forbidden("a web page is not a spore").into_response();
    }
    if !app.enabled {
        return (
            axum::http::StatusCode::FORBIDDEN,
            [("connection", "close")],
            Close::disabled().reason,
        )
            .into_response();
    }
    let gate = Arc::clone(&app.doors.gate);
    upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_write_buffer_size(UNSENT)
        .max_message_size(limits::FRAME_FROM_SPORE)
        .max_frame_size(limits::FRAME_FROM_SPORE)
        .on_upgrade(move |socket| gate.serve(socket, peer))
}
