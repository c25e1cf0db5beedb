//! Trust on its way to the window, and what is asked for on its way back.

use crate::JoiningError;
use crate::access::{NewToken, Role, TokenError, TokenInfo};
use crate::identity::fingerprint;
use crate::secret::Secret;
use crate::trust::{JoinCodeInfo, Joined, NewJoinCode, NodeTrust, Standing, TrustError, Waiting};
use protocol::rfc3339;

use super::Refusal;
use crate::console::view::BridgeError;
use crate::console::view::trust::{
    JoinCodeRequest, JoinCodeView, JoinedView, MadeTokenView, RoleView, StandingView, TokenRequest,
    TokenView, TrustView, WaitingView,
};

/// A join code as of now.
pub(crate) fn join_code(code: &JoinCodeInfo) -> JoinCodeView {
    JoinCodeView {
        id: code.id.to_string(),
        label: code.label.clone(),
        uses: code.uses,
        used: code.used,
        name: code.name.clone(),
        tags: code.tags.clone(),
        group: code.group.clone(),
        waiting_room: code.waiting_room,
        rekeys: code.rekeys.clone(),
        created_by: code.created_by.clone(),
        created_at: rfc3339(code.created_at),
        expires_at: rfc3339(code.expires_at),
        withdrawn: code.withdrawn,
    }
}

/// What the operator asks for, as the Nexus takes it. It judges the values.
pub(crate) fn new_join_code(request: JoinCodeRequest) -> NewJoinCode {
    NewJoinCode {
        label: request.label,
        uses: request.uses,
        ttl_seconds: request.ttl_seconds,
        name: request.name,
        tags: request.tags,
        waiting_room: request.waiting_room,
        ..NewJoinCode::default()
    }
}

/// A machine that waits.
pub(crate) fn waiting(one: &Waiting) -> WaitingView {
    let able = &one.capabilities;
    WaitingView {
        id: one.key.to_string(),
        name: one.name.clone(),
        fingerprint: fingerprint(&one.key.0),
        address: one.peer.clone(),
        code: one.code.id.to_string(),
        code_label: one.code.label.clone(),
        hostname: able.hostname.clone(),
        os_name: able.os.clone(),
        platform: able.platform.clone(),
        arch: able.arch.clone(),
        spore_version: able.spore_version.clone(),
        cpu_cores: able.cpu_cores,
        memory_mb: able.memory_mb,
        has_gpu: able.has_gpu,
        has_docker: able.has_docker,
        tags: able.tags.clone(),
        first_seen: rfc3339(one.first_seen),
        last_seen: rfc3339(one.last_seen),
    }
}

/// How a node came in, and how it stands.
pub(crate) fn trust(trust: &NodeTrust) -> TrustView {
    let (how, via) = match &trust.joined {
        Joined::Code(label) => (JoinedView::Code, Some(label.clone())),
        Joined::Local => (JoinedView::Local, None),
        Joined::SharedToken => (JoinedView::SharedToken, None),
    };
    let (standing, why) = match &trust.standing {
        Standing::Accepted => (StandingView::Accepted, None),
        Standing::Held(why) => (StandingView::Held, Some(why.clone())),
        Standing::Revoked => (StandingView::Revoked, None),
    };
    TrustView {
        how,
        via,
        code: trust.code.map(|code| code.to_string()),
        fingerprint: trust.key.map(|key| fingerprint(&key.0)),
        since: rfc3339(trust.since),
        encrypted: trust.secure,
        standing,
        why,
        given_name: trust.name.clone(),
        own_name: trust.own_name.clone(),
        given_tags: trust.tags.clone(),
        own_tags: trust.own_tags.clone(),
    }
}

/// How much somebody may do.
pub(super) fn role(role: Role) -> RoleView {
    match role {
        Role::Viewer => RoleView::Viewer,
        Role::Operator => RoleView::Operator,
        Role::Admin => RoleView::Admin,
    }
}

/// A token without its secret.
pub(crate) fn token(token: &TokenInfo) -> TokenView {
    let used = token.last_used.as_ref();
    TokenView {
        id: token.id.to_string(),
        name: token.name.clone(),
        role: role(token.role),
        nodes: token.scope.nodes().to_string(),
        calls: token.scope.calls(),
        created_at: rfc3339(token.created_at),
        expires_at: rfc3339(token.expires_at),
        last_used_at: used.map(|(at, _)| rfc3339(*at)),
        last_used_from: used.map(|(_, from)| from.clone()),
        revoked_at: token.revoked_at.map(rfc3339),
    }
}

/// A fresh token, for the one time that its secret is told.
pub(crate) fn made_token(secret: &Secret, info: &TokenInfo) -> MadeTokenView {
    MadeTokenView {
        secret: secret.reveal().to_owned(),
        token: token(info),
    }
}

/// What the operator asks for, as the Nexus takes it. It judges the values.
pub(crate) fn new_token(request: TokenRequest) -> NewToken {
    NewToken {
        name: request.name,
        role: match request.role {
            RoleView::Viewer => Role::Viewer,
            RoleView::Operator => Role::Operator,
            RoleView::Admin => Role::Admin,
        },
        nodes: request.nodes,
        calls: request.calls,
        ttl_seconds: request.ttl_seconds,
    }
}

impl From<TrustError> for Refusal {
    fn from(error: TrustError) -> Self {
        let code = match &error {
            TrustError::UnknownNode(_) => "unknown_node",
            TrustError::NotWaiting(_) => "not_waiting",
            TrustError::UnknownCode(_) => "unknown_code",
            TrustError::NoKey(_) => "no_key",
            TrustError::Online(_) => "online",
            TrustError::Invalid(_) => "invalid",
            TrustError::TooMany(..) => "too_many",
            TrustError::NoRandom => "no_random",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}

impl From<JoiningError> for Refusal {
    fn from(error: JoiningError) -> Self {
        match error {
            JoiningError::Trust(error) => error.into(),
            JoiningError::Rule(error) => error.into(),
            JoiningError::Approval(error) => error.into(),
            JoiningError::Schedule(error) => error.into(),
            JoiningError::Runbook(error) => error.into(),
            JoiningError::Run(error) => error.into(),
            JoiningError::Chart(error) => Self(BridgeError::new(error.code(), error.to_string())),
            JoiningError::Group(error) => Self(BridgeError::new(error.code(), error.to_string())),
            JoiningError::Alert(error) => error.into(),
            JoiningError::Nexus(error) => Self::from(error),
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        let code = match &error {
            TokenError::Name | TokenError::Life | TokenError::Scope(_) => "invalid",
            TokenError::TooMany => "too_many",
            TokenError::Unknown(_) => "unknown_token",
            TokenError::NoRandom(_) => "no_random",
            TokenError::Store(_) => "store",
            TokenError::Unrecorded(_) => "unrecorded",
        };
        Self(BridgeError::new(code, error.to_string()))
    }
}
