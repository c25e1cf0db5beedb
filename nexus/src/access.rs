//! Who may ask what. One pure function, [`authorize`], is asked at every door; whatever it does not know is denied.
//! Not here: how a caller proves who it is over HTTP (that is the doors' part), and what a node itself allows.

mod authorize;
mod elsewhere;
mod issue;
mod limits;
mod named;
mod rows;
mod scope;
mod sight;
mod tokens;

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

pub use authorize::{Denied, Object, Verb, authorize};
pub use limits::Limits;
pub(crate) use limits::network;
pub use scope::{Scope, ScopeError};
pub(crate) use sight::Sight;
pub use tokens::{NewToken, Pass, TokenError, TokenInfo, Tokens};

/// Somebody who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// `local`, or the id of a token.
    pub id: String,
    /// For people.
    pub name: String,
    /// How it is known.
    pub kind: PrincipalKind,
    /// How much it may do.
    pub role: Role,
    /// With which nodes and calls.
    pub scope: Scope,
}

/// How a principal is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PrincipalKind {
    /// The owner of this machine: the desktop window, or the token in the data directory.
    Local,
    /// An API token.
    Token,
}

/// How much somebody may do; each role may do what the one before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees.
    Viewer,
    /// Runs and stops.
    Operator,
    /// Decides who else may.
    Admin,
}

impl Role {
    /// As written everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator, Self::Admin]
            .into_iter()
            .find(|role| role.word() == word)
    }
}

impl Principal {
    /// The owner of this machine, who may do everything.
    pub fn local() -> Arc<Self> {
        static LOCAL: OnceLock<Arc<Principal>> = OnceLock::new();
        Arc::clone(LOCAL.get_or_init(|| {
            Arc::new(Self {
                id: "local".to_owned(),
                name: "local".to_owned(),
                kind: PrincipalKind::Local,
                role: Role::Admin,
                scope: Scope::all(),
            })
        }))
    }
}

/// Somebody who asks, and from where.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub principal: Arc<Principal>,
    /// Address, or `desktop`.
    pub from: String,
}

impl Caller {
    /// The desktop window.
    pub fn local() -> Self {
        Self {
            principal: Principal::local(),
            from: "desktop".to_owned(),
        }
    }

    /// The Nexus itself, for the machine that it runs on.
    pub(crate) fn nexus() -> Self {
        Self {
            principal: Principal::local(),
            from: "this Nexus".to_owned(),
        }
    }

    /// See [`authorize`].
    pub fn may(&self, verb: Verb, object: Object<'_>) -> Result<(), Denied> {
        authorize(&self.principal, verb, object)
    }
}

#[cfg(test)]
mod tests;
