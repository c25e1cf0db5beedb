//! How trust crosses into the window: join codes, who waits, how a node stands, API tokens. They mirror
//! `ui/src/bridge/typesTrust.ts`. Not here: how they are filled, see `translate/trust.rs`.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// Where a line is to be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum JoinSystem {
    /// A shell.
    Linux,
    /// A shell.
    Macos,
    /// PowerShell.
    Windows,
    /// A container.
    Docker,
}

/// One way to start a spore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JoinLine {
    /// Where it is to be typed.
    pub system: JoinSystem,
    /// The whole line.
    pub line: String,
}

/// How a spore elsewhere joins this Nexus. The only shape that holds a code's secret.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct JoinView {
    /// One for each system.
    pub lines: Vec<JoinLine>,
    /// False while the Nexus listens on this machine only.
    pub reachable: bool,
    /// Of this machine, best first.
    pub addresses: Vec<String>,
    /// Of the key of this Nexus.
    pub fingerprint: String,
    /// The code itself.
    pub code: JoinCodeView,
}

/// A join code without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JoinCodeView {
    /// To speak of it.
    pub id: String,
    /// For people.
    pub label: String,
    /// How many machines may use it.
    pub uses: u32,
    /// How many did.
    pub used: u32,
    /// Name of the node, over its own.
    pub name: Option<String>,
    /// Tags that each node gets.
    pub tags: Vec<String>,
    /// Group on the map.
    pub group: Option<String>,
    /// Machines wait until a person accepts them.
    pub waiting_room: bool,
    /// The node that gets a new key by it.
    pub rekeys: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    /// Somebody took it back.
    pub withdrawn: bool,
}

/// What a new code is to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JoinCodeRequest {
    /// For people.
    pub label: String,
    /// How many machines may use it.
    pub uses: u32,
    /// Seconds until it ends.
    #[specta(type = Number)]
    pub ttl_seconds: u64,
    /// Name of the node, over its own.
    pub name: Option<String>,
    /// Tags that each node gets.
    pub tags: Vec<String>,
    /// Machines wait for a person; unless said, when it has more than one use.
    pub waiting_room: Option<bool>,
}

/// A machine that waits to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitingView {
    /// To speak of it.
    pub id: String,
    /// The name that it gives itself.
    pub name: String,
    /// Of its key.
    pub fingerprint: String,
    /// Where it connects from.
    pub address: String,
    /// Id of the code that it came with.
    pub code: String,
    /// Label of that code.
    pub code_label: String,
    /// As announced.
    pub hostname: String,
    /// As announced.
    pub os_name: String,
    /// As announced.
    pub platform: String,
    /// As announced.
    pub arch: String,
    /// As announced.
    pub spore_version: String,
    /// As announced.
    pub cpu_cores: u32,
    /// As announced.
    pub memory_mb: u32,
    /// As announced.
    pub has_gpu: bool,
    /// As announced.
    pub has_docker: bool,
    /// As announced.
    pub tags: Vec<String>,
    /// RFC 3339, UTC.
    pub first_seen: String,
    /// RFC 3339, UTC.
    pub last_seen: String,
}

/// How a node came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum JoinedView {
    /// With a join code.
    Code,
    /// It is the Nexus' own machine.
    Local,
    /// With the token that it shares with others.
    SharedToken,
}

/// Whether a node may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum StandingView {
    /// Yes.
    Accepted,
    /// Not before a person has looked at it.
    Held,
    /// Never again with this key.
    Revoked,
}

/// How a node came in, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TrustView {
    /// How it came in.
    pub how: JoinedView,
    /// Label of the join code.
    pub via: Option<String>,
    /// Id of the join code.
    pub code: Option<String>,
    /// Of its own key; none with the shared token.
    pub fingerprint: Option<String>,
    /// RFC 3339, UTC.
    pub since: String,
    /// Its last session was over TLS.
    pub encrypted: bool,
    /// Whether it may come in.
    pub standing: StandingView,
    /// Why it is held.
    pub why: Option<String>,
    /// The name that the operator gave it.
    pub given_name: Option<String>,
    /// The name that it gives itself.
    pub own_name: String,
    /// Tags that the operator gave it.
    pub given_tags: Vec<String>,
    /// Tags that it gives itself.
    pub own_tags: Vec<String>,
}

/// What the operator changes about a node; what is none stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct NodeEdit {
    /// A name over its own; empty takes it back.
    pub name: Option<String>,
    /// Tags beside its own.
    pub tags: Option<Vec<String>>,
}

/// How much a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum RoleView {
    /// Sees.
    Viewer,
    /// Runs and stops.
    Operator,
    /// Decides who else may.
    Admin,
}

/// An API token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    /// To speak of it.
    pub id: String,
    /// For people.
    pub name: String,
    /// How much it may do.
    pub role: RoleView,
    /// With which nodes; empty is nobody.
    pub nodes: String,
    /// Which calls.
    pub calls: Vec<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    /// RFC 3339, UTC.
    pub last_used_at: Option<String>,
    /// From which address.
    pub last_used_from: Option<String>,
    /// RFC 3339, UTC.
    pub revoked_at: Option<String>,
}

/// What a new token is to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenRequest {
    /// For people.
    pub name: String,
    /// How much it may do.
    pub role: RoleView,
    /// With which nodes; empty is nobody.
    pub nodes: String,
    /// Which calls.
    pub calls: Vec<String>,
    /// Seconds until it ends.
    #[specta(type = Number)]
    pub ttl_seconds: u64,
}

/// A fresh token. The only shape that holds its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct MadeTokenView {
    /// Told once.
    pub secret: String,
    /// What is kept of it.
    pub token: TokenView,
}
