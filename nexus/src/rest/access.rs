//! Who may come in. Loopback is not authentication: whatever runs on this machine, a web page included, can reach
//! a loopback port. So: Host and Origin are checked for everybody, a bearer token for everything that matters.
//! Not here: spores, who bring their token in their handshake.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use axum::RequestExt;
use axum::extract::{ConnectInfo, MatchedPath, RawPathParams, Request, State};
use axum::http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN, TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::doors::{self, Door};
use super::json::LARGEST_BODY;
use super::problem::Refusal;
use super::{App, Problem, Shared};
use crate::access::{Caller, Denied, Limits, Object, Pass, Tokens};
use crate::audit::AuditLog;
use crate::config::Config;
use crate::listen::{Peer, Shares};

/// Open streams of everybody.
const STREAMS: usize = 512;
/// Streams that have not brought their token yet, in all and from one address.
const STRANGERS: (usize, usize) = (64, 16);

/// What is needed to decide.
pub(crate) struct Access {
    pub(crate) tokens: Tokens,
    limits: Arc<Limits>,
    audit: AuditLog,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) strangers: Shares,
    open_to_loopback: bool,
    hosts: BTreeSet<String>,
    origins: BTreeSet<String>,
}

impl Access {
    pub(crate) fn new(
        config: &Config,
        addresses: &[SocketAddr],
        tokens: Tokens,
        limits: Arc<Limits>,
        audit: AuditLog,
    ) -> Self {
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
            tokens,
            limits,
            audit,
            streams: Arc::new(Semaphore::new(STREAMS)),
            strangers: Shares::new(STRANGERS.0, STRANGERS.1),
            open_to_loopback: config.open_api,
            hosts,
            origins,
        }
    }

    /// A browser can be made to send a request to us under another name (DNS rebinding), or from another page.
    /// An address cannot be rebound, so addresses are good hosts.
    fn check_browser(&self, headers: &HeaderMap, secure: bool) -> Result<(), Problem> {
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
        let origin = headers.get(ORIGIN);
        match origin.map(|origin| origin.to_str().unwrap_or("?").to_lowercase()) {
            // The console's own page: under the name that was found good above, and over the same kind of connection.
            Some(origin) if is_own(&origin, host.as_deref(), secure) => Ok(()),
            Some(origin) if !self.origins.contains(&origin) => Err(Problem::forbidden(&format!(
                "pages of {origin:?} may not talk to this Nexus; add the origin to NEXUS_ALLOWED_ORIGINS"
            ))),
            _ => Ok(()),
        }
    }

    /// Whose token the headers bring; or the owner's, where this machine needs none. None: no token at all.
    pub(crate) fn pass(
        &self,
        headers: &HeaderMap,
        peer: &Peer,
    ) -> Result<Option<Arc<Pass>>, Problem> {
        if let Some(token) = bearer_of(headers) {
            return self.pass_of(token, peer).map(Some);
        }
        // A web page, or a proxy that speaks for somebody else, is not this machine. Pictures and frames of a page have no
        // Origin; what browsers say instead is `Sec-Fetch-Site` (W3C Fetch Metadata), which no page can leave out. `none` is
        // somebody who typed the address.
        let site = headers.get("sec-fetch-site");
        let is_page = headers.contains_key(ORIGIN) || site.is_some_and(|site| site != "none");
        let open = self.open_to_loopback && peer.local && !is_page;
        Ok(open.then(|| self.tokens.local()))
    }

    /// Whose token this is. A right one is always taken, so that nobody can lock others out by guessing.
    pub(crate) fn pass_of(&self, token: &str, peer: &Peer) -> Result<Arc<Pass>, Problem> {
        if let Some(pass) = self.tokens.find(token, SystemTime::now()) {
            return Ok(pass);
        }
        self.audit.wrong_token(peer.address.ip());
        match self.limits.failed_attempt(peer.address.ip()) {
            Ok(()) => Err(Problem::unauthorized()),
            Err(wait) => Err(Problem::too_many("too many wrong tokens from there", wait)),
        }
    }
}

impl Access {
    /// Tells the audit log that somebody wanted more than it may.
    fn tell(&self, refusal: Refusal, peer: &Peer, caller: &Caller, asked: &str) {
        let why = match refusal {
            Refusal::Denied(why) => why,
            // For those without limits it just does not exist.
            Refusal::NoSuchNode if caller.principal.scope.nodes().is_all() => return,
            Refusal::NoSuchNode => "outside of the token's nodes".to_owned(),
        };
        self.audit.denied(peer.address.ip(), caller, asked, why);
    }
}

/// The bearer token of a request's header.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Middleware for every route: browser, token, limits, door; and what every answer carries.
pub(crate) async fn guard(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut caller = None;
    let mut response = match admit(&app, &peer, &mut request, &mut caller).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if let (Some(refusal), Some(caller)) = (response.extensions_mut().remove(), caller) {
        let asked = format!("{method} {}", uri.path());
        app.access.tell(refusal, &peer, &caller, &asked);
    }
    let headers = response.headers_mut();
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry("content-security-policy").or_insert(nothing);
    let no_store = HeaderValue::from_static("no-store");
    headers.entry("cache-control").or_insert(no_store);
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

async fn admit(
    app: &App,
    peer: &Peer,
    request: &mut Request,
    known: &mut Option<Caller>,
) -> Result<(), Problem> {
    // Spores connect by whatever name they were given; they are not browsers, and say so by having no Origin.
    if request.uri().path() != protocol::PATH {
        app.access.check_browser(request.headers(), peer.secure)?;
    }
    check_query(request.uri().query())?;
    let Some(path) = request.extensions().get::<MatchedPath>() else {
        return Ok(());
    };
    let door =
        doors::door(request.method(), path.as_str()).ok_or_else(Problem::method_not_allowed)?;
    let verb = match door {
        Door::Open | Door::Stream | Door::Spore => return Ok(()),
        Door::Nexus(verb) | Door::Node(verb) | Door::Asks(verb) => verb,
    };
    let pass = app.access.pass(request.headers(), peer)?;
    let pass = pass.ok_or_else(Problem::unauthorized)?;
    pass.take_request()
        .map_err(|wait| Problem::too_many("your token asks too often", wait))?;
    check_body(request.headers())?;
    let caller = known
        .insert(Caller {
            principal: Arc::clone(&pass.principal),
            from: peer.address.to_string(),
        })
        .clone();
    app.access
        .tokens
        .touch(&pass, &caller.from, SystemTime::now());
    match door {
        Door::Nexus(_) => caller.may(verb, Object::Nexus)?,
        Door::Node(_) => {
            let id = node_of(request).await;
            if let Err(denied) = caller.may_with_node(app.swarm()?, verb, &id).await? {
                return Err(match denied {
                    Denied::Hidden => Problem::no_such_node(&format!("node {id} does not exist")),
                    other @ (Denied::Role { .. } | Denied::Limited | Denied::Call) => other.into(),
                });
            }
        }
        // What it is about is seen by the handler only; the role can be checked here already.
        Door::Asks(_) | Door::Open | Door::Stream | Door::Spore => caller.may_at_all(verb)?,
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

async fn node_of(request: &mut Request) -> String {
    let path = request.extract_parts::<RawPathParams>().await;
    path.ok()
        .and_then(|params| {
            params
                .iter()
                .find(|(name, _)| *name == "id")
                .map(|(_, id)| id.to_owned())
        })
        .unwrap_or_default()
}

/// What stands in a URL ends up in logs and histories.
fn check_query(query: Option<&str>) -> Result<(), Problem> {
    let secret = query.unwrap_or_default().split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        [
            "token",
            "access_token",
            "api_key",
            "apikey",
            "authorization",
        ]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    });
    if secret {
        let detail = "a token never stands in a URL, where logs keep it: send the header `Authorization: Bearer …`, and \
                      revoke this one";
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "token_in_url",
            detail,
        ));
    }
    Ok(())
}

/// A page of another site can send a form or plain text without asking anybody; JSON it cannot. What is too large is refused
/// before it comes.
fn check_body(headers: &HeaderMap) -> Result<(), Problem> {
    let has_body = headers.contains_key(TRANSFER_ENCODING)
        || headers
            .get(CONTENT_LENGTH)
            .is_some_and(|length| length.as_bytes() != b"0");
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY as u64) {
        let detail = format!("the body has more than {LARGEST_BODY} bytes");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body", detail));
    }
    // Neither is one that a page of another origin can send without asking first.
    let is_known = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| {
            let known = ["application/json", "application/toml"];
            known
                .iter()
                .any(|known| kind.trim().eq_ignore_ascii_case(known))
        });
    if has_body && !is_known {
        let detail = "send the body with `content-type: application/json`, a runbook also with `application/toml`";
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media_type",
            detail,
        ));
    }
    Ok(())
}

/// Whether a page comes from here.
fn is_own(origin: &str, host: Option<&str>, secure: bool) -> bool {
    let scheme = if secure { "https://" } else { "http://" };
    origin
        .strip_prefix(scheme)
        .is_some_and(|page| Some(page) == host)
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
