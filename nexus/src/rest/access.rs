//! Who may come in. Loopback is not authentication: whatever runs on this machine, a web page included, can reach
//! a loopback port. So: Host and Origin are checked for everybody, a bearer token for everything that matters.
//! Not here: spores, who bring their token in their handshake.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use axum::RequestExt;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN, TRANSFER_ENCODING,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::doors::{self, Door};
use super::{App, Problem, Shared};
use crate::access::{Caller, Denied, Limits, Object, Pass, Tokens, Verb};
use crate::config::Config;
use crate::hub::{Acceptance, Handle};
use crate::listen::Peer;
use crate::model::{ExecutionInfo, NodeInfo};
use crate::state::{Call, Node};
use crate::target::Facts;

/// Open streams of everybody.
const STREAMS: usize = 512;
/// Streams that have not brought their token yet.
const STRANGERS: usize = 64;

/// What is needed to decide.
pub(crate) struct Access {
    pub(crate) tokens: Tokens,
    limits: Arc<Limits>,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) strangers: Arc<Semaphore>,
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
            streams: Arc::new(Semaphore::new(STREAMS)),
            strangers: Arc::new(Semaphore::new(STRANGERS)),
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

    /// Whose token the headers bring; or the owner's, where this machine needs none. None: no token at all.
    pub(crate) fn pass(
        &self,
        headers: &HeaderMap,
        peer: &Peer,
    ) -> Result<Option<Arc<Pass>>, Problem> {
        if let Some(token) = bearer_of(headers) {
            return self.pass_of(token, peer).map(Some);
        }
        // A web page, or a proxy that speaks for somebody else, is not this machine.
        let open = self.open_to_loopback && peer.local && !headers.contains_key(ORIGIN);
        Ok(open.then(|| self.tokens.local()))
    }

    /// Whose token this is. A right one is always taken, so that nobody can lock others out by guessing.
    pub(crate) fn pass_of(&self, token: &str, peer: &Peer) -> Result<Arc<Pass>, Problem> {
        if let Some(pass) = self.tokens.find(token, SystemTime::now()) {
            return Ok(pass);
        }
        match self.limits.failed_attempt(peer.address.ip()) {
            Ok(()) => Err(Problem::unauthorized()),
            Err(wait) => Err(Problem::too_many("too many wrong tokens from there", wait)),
        }
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
    let mut response = match admit(&app, &peer, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        "content-security-policy",
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

async fn admit(app: &App, peer: &Peer, request: &mut Request) -> Result<(), Problem> {
    // Spores connect by whatever name they were given; they are not browsers, and say so by having no Origin.
    if request.uri().path() != protocol::PATH {
        app.access.check_browser(request.headers())?;
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
    let caller = Caller {
        principal: Arc::clone(&pass.principal),
        from: peer.address.to_string(),
    };
    app.access
        .tokens
        .touch(&pass, &caller.from, SystemTime::now());
    match door {
        Door::Nexus(_) => caller.may(verb, Object::Nexus)?,
        Door::Node(_) => {
            let id = node_of(request).await;
            if let Err(denied) = caller.may_with_node(app.swarm()?, verb, &id).await? {
                return Err(match denied {
                    Denied::Hidden => Problem::not_found(&format!("node {id} does not exist")),
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

/// A page of another site can send a form or plain text without asking anybody; JSON it cannot.
fn check_body(headers: &HeaderMap) -> Result<(), Problem> {
    let has_body = headers.contains_key(TRANSFER_ENCODING)
        || headers
            .get(CONTENT_LENGTH)
            .is_some_and(|length| length.as_bytes() != b"0");
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if has_body && !is_json {
        let detail = "send the body with `content-type: application/json`";
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media_type",
            detail,
        ));
    }
    Ok(())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let caller = parts.extensions.get::<Self>();
        caller
            .cloned()
            .ok_or_else(|| Problem::unauthorized().into_response())
    }
}

impl Caller {
    /// Whether it may make this call, on nodes that are checked when it is placed.
    pub(super) fn may_call(&self, call: &Call) -> Result<(), Denied> {
        let (skill, method) = (call.skill.as_str(), call.method.as_str());
        self.may(Verb::Execute, Object::Call { skill, method })
    }

    /// Whether its role is enough, whatever it is about.
    fn may_at_all(&self, verb: Verb) -> Result<(), Denied> {
        let (has, needs) = (self.principal.role, verb.needs());
        if has < needs {
            return Err(Denied::Role { has, needs });
        }
        Ok(())
    }

    /// Whether this node exists for it.
    pub(super) fn sees(&self, node: &NodeInfo) -> bool {
        let facts = Facts::from(node);
        self.may(Verb::SeeNode, Object::Node(Some(&facts))).is_ok()
    }

    /// Whether it may do this with the node of this id.
    pub(super) async fn may_with_node(
        &self,
        swarm: &Handle,
        verb: Verb,
        id: &str,
    ) -> Result<Result<(), Denied>, Acceptance> {
        if self.principal.scope.nodes().is_all() {
            return Ok(self.may(verb, Object::Node(None)));
        }
        let (caller, id) = (self.clone(), id.to_owned());
        swarm
            .look(move |state| {
                let facts = state.node(&id).map(Node::target_facts);
                caller.may(verb, Object::Node(facts.as_ref()))
            })
            .await
    }

    /// Those of its nodes.
    pub(super) async fn seen(
        &self,
        swarm: &Handle,
        mut executions: Vec<ExecutionInfo>,
    ) -> Result<Vec<ExecutionInfo>, Acceptance> {
        let caller = self.clone();
        swarm
            .look(move |state| {
                executions.retain(|one| {
                    let facts = state.node(&one.node_id).map(Node::target_facts);
                    let node = Object::Node(facts.as_ref());
                    caller.may(Verb::SeeExecution, node).is_ok()
                });
                executions
            })
            .await
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
