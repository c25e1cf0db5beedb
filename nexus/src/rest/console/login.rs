//! Signing in with a token, once; from then on a cookie that no script can read speaks for the browser, and only for the
//! console. It opens nothing of the REST API. Not here: what tokens there are.

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{ConnectInfo, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::super::json::{self, Arrived};
use super::super::{App, Problem, Shared};
use crate::access::{Object, Pass, Verb};
use crate::listen::Peer;

const COOKIE_NAME: &str = "nexus_console";

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    token: String,
}

/// Who has signed in.
#[derive(Serialize)]
pub(crate) struct SignedIn {
    name: String,
    role: &'static str,
    /// The Nexus.
    nexus: String,
}

/// `POST /console/login`: a session for a token.
pub(crate) async fn sign_in(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    arrived: Arrived,
) -> Result<Response, Problem> {
    let body: SignIn = json::body(arrived, &["token"])?;
    let pass = app.access.pass_of(body.token.trim(), &peer)?;
    admit(&pass)?;
    let now = SystemTime::now();
    app.access
        .tokens
        .touch(&pass, &peer.address.to_string(), now);
    let secret = app.sessions.begin(Arc::clone(&pass), now).ok_or_else(|| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "random",
            "this machine has no random numbers",
        )
    })?;
    let cookie = cookie(&secret, peer.secure, "");
    Ok(([(SET_COOKIE, cookie)], axum::Json(signed_in(&app, &pass))).into_response())
}

/// `GET /console/session`: who has signed in with this browser.
pub(crate) async fn look(
    State(app): Shared,
    headers: HeaderMap,
) -> Result<axum::Json<SignedIn>, Problem> {
    let pass = session(&app, &headers).ok_or_else(signed_out)?;
    Ok(axum::Json(signed_in(&app, &pass)))
}

/// `POST /console/logout`: ends the session.
pub(crate) async fn sign_out(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
) -> Response {
    if let Some(secret) = secret_of(&headers) {
        app.sessions.end(secret);
    }
    let gone = cookie("", peer.secure, "; Max-Age=0");
    (StatusCode::NO_CONTENT, [(SET_COOKIE, gone)]).into_response()
}

/// Whose session the cookie names.
pub(super) fn session(app: &App, headers: &HeaderMap) -> Option<Arc<Pass>> {
    app.sessions.find(secret_of(headers)?, SystemTime::now())
}

/// The console shows the whole swarm, so it is not for tokens with limits.
pub(super) fn admit(pass: &Pass) -> Result<(), Problem> {
    let caller = crate::access::Caller {
        principal: Arc::clone(&pass.principal),
        from: String::new(),
    };
    caller.may(Verb::Listen, Object::Nexus)?;
    if pass.principal.scope.is_all() {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "limited",
        "this token is limited to some nodes or calls; the console shows the whole swarm and wants one without limits",
    ))
}

fn signed_out() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "signed_out", "sign in first")
}

fn signed_in(app: &App, pass: &Pass) -> SignedIn {
    SignedIn {
        name: pass.principal.name.clone(),
        role: pass.principal.role.word(),
        nexus: app.doors.console.name().to_owned(),
    }
}

/// No script reads it, no other site's page sends it, and over TLS nobody on the way does.
fn cookie(secret: &str, secure: bool, more: &str) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text =
        format!("{COOKIE_NAME}={secret}; Path=/console; HttpOnly; SameSite=Strict{secure}{more}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

fn secret_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}
