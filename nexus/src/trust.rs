//! How a node came into the swarm and how it stands there; join codes; who waits. Plain data, as kept in the store and shown.
//! The owner of the truth is [`crate::state::State`]. Not here: cryptography, see [`crate::session`], and who may change it.

use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use protocol::{Capabilities, JoinSecret, PublicKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fleet::InstanceId;

/// What a peer has proved at the door, before anything that it says is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// It showed the shared token, as many others may.
    SharedToken,
    /// It has this key, proved for this connection; and perhaps a join code.
    Key(PublicKey, Option<SecretHash>),
    /// Another instance of the swarm holds its session, and checked all of this.
    Fleet(InstanceId),
}

/// One peer that came through the door.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where it connects from, `ip:port`.
    pub peer: String,
    /// Over TLS.
    pub secure: bool,
    /// What it has proved.
    pub credential: Credential,
    /// All instances of the swarm know that it uses its join code: it is counted already.
    pub counted: bool,
}

/// SHA-256 of a join code's secret; the secret itself is never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Of this secret.
    pub fn of(secret: &JoinSecret) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &secret.0).as_ref());
        Self(hash)
    }
}

/// How a node came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joined {
    /// With a join code of this label.
    Code(String),
    /// It is the Nexus' own machine.
    Local,
    /// With the token that it shares with others.
    SharedToken,
}

/// Whether a node may come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Yes.
    Accepted,
    /// Not before a person has looked at it; why.
    Held(String),
    /// Never again with this key.
    Revoked,
}

/// A node's trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeTrust {
    /// Its own key; none with the shared token.
    pub key: Option<PublicKey>,
    /// How it came in.
    pub joined: Joined,
    /// The join code that it came in with, or got its present key by.
    #[serde(default)]
    pub code: Option<Uuid>,
    /// When it came in, or got its present key.
    pub since: SystemTime,
    /// Whether it may come in.
    pub standing: Standing,
    /// Its last session was over TLS.
    pub secure: bool,
    /// The name that the operator gave it, over its own.
    pub name: Option<String>,
    /// The name that it gives itself.
    pub own_name: String,
    /// Tags that the operator gave it, beside its own.
    pub tags: Vec<String>,
    /// Tags that it gives itself.
    pub own_tags: Vec<String>,
}

impl NodeTrust {
    /// A node that is let in now.
    pub fn new(key: Option<PublicKey>, joined: Joined, since: SystemTime) -> Self {
        Self {
            key,
            joined,
            code: None,
            since,
            standing: Standing::Accepted,
            secure: false,
            name: None,
            own_name: String::new(),
            tags: Vec::new(),
            own_tags: Vec::new(),
        }
    }

    /// As people are to see it.
    pub fn shown_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.own_name.clone())
    }

    /// Its own tags and those that it was given.
    pub fn all_tags(&self) -> Vec<String> {
        let mut tags = self.own_tags.clone();
        tags.extend(
            self.tags
                .iter()
                .filter(|tag| !self.own_tags.contains(tag))
                .cloned(),
        );
        tags
    }
}

/// What an operator asks for.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewJoinCode {
    /// For people, e.g. `rack 4`.
    pub label: String,
    /// How many machines may use it.
    pub uses: u32,
    /// Seconds until it ends.
    pub ttl_seconds: u64,
    /// Name of the node, over its own. Only with one use.
    pub name: Option<String>,
    /// Tags that each node gets.
    pub tags: Vec<String>,
    /// Group on the map.
    pub group: Option<String>,
    /// Whether nodes wait until a person accepts them; unless said, when it has more than one use.
    pub waiting_room: Option<bool>,
    /// Where the Nexus can be reached, `[ws://]host[:port]`; unless said, what it knows of itself.
    pub addresses: Vec<String>,
}

impl Default for NewJoinCode {
    fn default() -> Self {
        Self {
            label: String::new(),
            uses: 1,
            ttl_seconds: 3600,
            name: None,
            tags: Vec::new(),
            group: None,
            waiting_room: None,
            addresses: Vec::new(),
        }
    }
}

/// A join code as kept: all but its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JoinCodeInfo {
    /// To speak of it.
    pub id: Uuid,
    /// What finds it.
    pub hash: SecretHash,
    /// For people.
    pub label: String,
    /// How often it may be used.
    pub uses: u32,
    /// How often it was.
    pub used: u32,
    /// See [`NewJoinCode`].
    pub name: Option<String>,
    /// See [`NewJoinCode`].
    pub tags: Vec<String>,
    /// See [`NewJoinCode`].
    pub group: Option<String>,
    /// Nodes wait for a person.
    pub waiting_room: bool,
    /// Gives this node a new key, and lets nobody else in.
    pub rekeys: Option<String>,
    /// For the spore on the Nexus' own machine.
    pub local: bool,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: SystemTime,
    /// Until when.
    pub expires_at: SystemTime,
    /// Somebody took it back.
    pub withdrawn: bool,
}

/// Where a join code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    /// Can be used.
    Open,
    /// As often as it may be.
    Used,
    /// Too old.
    Expired,
    /// Taken back.
    Withdrawn,
}

impl JoinCodeInfo {
    /// Where it stands now.
    pub fn state(&self, now: SystemTime) -> CodeState {
        if self.withdrawn {
            CodeState::Withdrawn
        } else if self.used >= self.uses {
            CodeState::Used
        } else if now >= self.expires_at || now + SKEW < self.created_at {
            // A clock that was set back does not make it young again.
            CodeState::Expired
        } else {
            CodeState::Open
        }
    }
}

/// How far a clock may be set back before codes of the future are refused.
const SKEW: Duration = Duration::from_secs(300);

/// A machine in the waiting room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Its key; also how one speaks of it, see [`crate::identity::fingerprint`].
    pub key: PublicKey,
    /// The id that it asks for.
    pub node_id: String,
    /// The name that it gives itself.
    pub name: String,
    /// As announced.
    pub capabilities: Capabilities,
    /// Where it connects from.
    pub peer: String,
    /// The code that it came with, as it was then.
    pub code: JoinCodeInfo,
    /// First seen.
    pub first_seen: SystemTime,
    /// Last seen.
    pub last_seen: SystemTime,
}

/// Why something about trust cannot be done. Display: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// No such node.
    #[error("node {0} does not exist")]
    UnknownNode(String),
    /// Nobody waits under that name.
    #[error("nobody waits as {0}; it may have been accepted or turned away meanwhile")]
    NotWaiting(String),
    /// No such code.
    #[error("join code {0} does not exist")]
    UnknownCode(Uuid),
    /// The node has no key of its own.
    #[error(
        "node {0} has no key of its own: it shows the shared token; change NEXUS_SHARED_TOKEN, or remove the node"
    )]
    NoKey(String),
    /// It would come back at once.
    #[error("node {0} is online; stop or revoke it first")]
    Online(String),
    /// What was asked makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// There are too many.
    #[error("there are {0} already, which is the most; {1}")]
    TooMany(usize, &'static str),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandom,
}
