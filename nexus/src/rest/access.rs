//! Who may come in. Loopback is not authentication: whatever runs on this machine, a web page included, can reach
//! a loopback port. So: Host and Origin are checked for everybody, a bearer token for everything that matters.
//! Not here: spores, who bring their token in their handshake.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::{App, Problem, Shared};
use crate::config::Config;
use crate::secret::Secret;

/// What is needed to decide.
pub(crate) struct Access {
    token: Secret,
    open_to_loopback: bool,
    hosts: BTreeSet<String>,
    origins: BTreeSet<String>,
}

impl Access {
    pub(crate) fn new(config: &Config, addresses: &[SocketAddr], token: Secret) -> Self {
        let mut hosts: BTreeSet<_> = config
            .allowed_hosts
            .iter()
            .map(|host| host.to_lowercase())
            .collect();
        hosts.insert("localhost".to_owned());
        hosts.insert(config.name.to_lowercase());
        let mut origins: BTreeSet<_> = config
            .allowed_origins
            .iter()
            .map(|origin| origin.to_lowercase())
            .collect();
        for address in addresses {
            origins.insert(format!("http://{address}"));
            origins.insert(format!("http://localhost:{}", address.port()));
        }
        Self {
            token,
            open_to_loopback: config.open_api,
            hosts,
            origins,
        }
    }

    /// A browser can be made to send a request to us under another name (DNS rebinding), or from another page.
    /// An address cannot be rebound, so addresses are good hosts.
    fn check_browser(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let host = headers
            .get(HOST)
            .and_then(|host| host.to_str().ok())
            .map(str::to_lowercase);
        if let Some(host) = host.as_deref().map(without_port)
            && host.parse::<IpAddr>().is_err()
            && !self.hosts.contains(host)
        {
            return Err(Problem::forbidden(&format!(
                "this Nexus is not known as {host:?}; add the name to NEXUS_ALLOWED_HOSTS"
            )));
        }
        match headers
            .get(ORIGIN)
            .map(|origin| origin.to_str().unwrap_or("?").to_lowercase())
        {
            Some(origin) if !self.origins.contains(&origin) => Err(Problem::forbidden(&format!(
                "pages of {origin:?} may not talk to this Nexus; add the origin to NEXUS_ALLOWED_ORIGINS"
            ))),
            _ => Ok(()),
        }
    }

    /// Whether this caller needs no token at all.
    pub(crate) fn is_open_to(&self, peer: SocketAddr) -> bool {
        self.open_to_loopback && peer.ip().to_canonical().is_loopback()
    }

    /// Whether this is the token.
    pub(crate) fn is_token(&self, candidate: &str) -> bool {
        self.token.matches(candidate)
    }
}

/// The bearer token of a request's header.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Middleware for every route.
pub(crate) async fn browser(State(app): Shared, request: Request, next: Next) -> Response {
    // Spores connect by whatever name they were given; they are not browsers, and say so by having no Origin.
    if request.uri().path() != protocol::PATH
        && let Err(problem) = app.access.check_browser(request.headers())
    {
        return problem.into_response();
    }
    next.run(request).await
}

/// Middleware for every route that matters.
pub(crate) async fn bearer(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let allowed = app.access.is_open_to(peer)
        || bearer_of(request.headers()).is_some_and(|token| app.access.is_token(token));
    if allowed {
        next.run(request).await
    } else {
        Problem::unauthorized().into_response()
    }
}

fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// Tells the OpenAPI document how to authenticate.
pub(crate) struct BearerToken;

impl utoipa::Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", scheme);
    }
}
