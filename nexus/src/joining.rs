//! Join codes as people get them: what the state knows, together with the key of this Nexus and where it can be reached.
//! Not here: who may use a code, see [`crate::state`], and who may make one, see [`crate::rest`].

use std::net::{IpAddr, SocketAddr, UdpSocket};

use serde_json::json;

use protocol::{Address, Fixed, JoinCode, JoinSecret, PublicKey, join_code};

use crate::access::Caller;
use crate::alerts::AlertError;
use crate::approval::{ApprovalError, RuleError};
use crate::audit::{Action, Deed, Unrecorded};
use crate::chart::ChartError;
use crate::groups::GroupError;
use crate::hub::{Acceptance, Handle};
use crate::identity::fingerprint;
use crate::runbook::{RunError, RunbookError};
use crate::schedule::ScheduleError;
use crate::trust::{JoinCodeInfo, NewJoinCode, TrustError};

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Joining {
    handle: Handle,
    key: PublicKey,
    addresses: Vec<Address>,
    /// The nearest way, for this machine.
    local: Address,
}

/// A code, shown once.
pub struct MadeJoinCode {
    /// To paste: `spore join <code>`.
    pub code: JoinCode,
    /// What is kept of it.
    pub info: JoinCodeInfo,
}

/// Why there is no code. Display: a sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum JoiningError {
    /// What was asked cannot be done.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The rule cannot be made or found.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The approval cannot be decided.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The schedule cannot be made or found.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The runbook makes no sense, or is somebody else's.
    #[error(transparent)]
    Runbook(#[from] RunbookError),
    /// The run cannot be begun or found.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The chart cannot be made.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The group cannot be made or found.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The alert or its rule cannot be found, or makes no sense.
    #[error(transparent)]
    Alert(#[from] AlertError),
    /// The Nexus cannot.
    #[error(transparent)]
    Nexus(#[from] Acceptance),
}

impl From<Unrecorded> for JoiningError {
    fn from(error: Unrecorded) -> Self {
        Self::Nexus(error.into())
    }
}

impl Joining {
    pub(crate) fn new(
        handle: Handle,
        key: [u8; 32],
        listening: SocketAddr,
        addresses: Vec<Address>,
    ) -> Self {
        let here = match listening.ip() {
            ip if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
            ip => ip,
        };
        let local = Address {
            plain: false,
            host: here.to_string(),
            port: listening.port(),
        };
        Self {
            local,
            handle,
            key: Fixed(key),
            addresses,
        }
    }

    /// Makes a code as asked.
    pub async fn make(
        &self,
        new: NewJoinCode,
        caller: &Caller,
    ) -> Result<MadeJoinCode, JoiningError> {
        let told = addresses(&new.addresses).map_err(TrustError::Invalid)?;
        let deed = Deed::new(caller, Action::MakeJoinCode).with(json!({
            "label": new.label, "uses": new.uses, "ttl_seconds": new.ttl_seconds, "name": new.name, "tags": new.tags,
            "group": new.group, "waiting_room": new.waiting_room,
        }));
        let by = caller.principal.name.clone();
        let made = self
            .handle
            .change(deed, code_of, move |state, now| {
                state.make_join_code(&new, &by, now)
            })
            .await?;
        Ok(self.whole(made, self.places(told).await?))
    }

    /// Makes a code that gives a node a new key.
    pub async fn rekey(&self, node: &str, caller: &Caller) -> Result<MadeJoinCode, JoiningError> {
        let deed = Deed::new(caller, Action::RekeyNode).to(node);
        let (node, by) = (node.to_owned(), caller.principal.name.clone());
        let made = self
            .handle
            .change(deed, code_of, move |state, now| {
                state.make_rekey_code(&node, &by, now)
            })
            .await?;
        Ok(self.whole(made, self.places(Vec::new()).await?))
    }

    /// Makes a code for the spore on this machine.
    pub async fn local(&self) -> Result<JoinCode, JoiningError> {
        let deed = Deed::new(&Caller::nexus(), Action::MakeJoinCode)
            .with(json!({"label": "this machine", "uses": 1, "ttl_seconds": 600}));
        let made = self
            .handle
            .change(deed, code_of, |state, now| state.make_local_code(now))
            .await?;
        Ok(self.whole(made, vec![self.local.clone()]).code)
    }

    /// The key of this Nexus, for people to compare.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key.0)
    }

    /// Where spores can reach it, best first.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Whether another machine could come in by these addresses.
    pub fn is_reachable(&self) -> bool {
        let elsewhere = |address: &Address| {
            let ip = address.host.parse::<IpAddr>();
            ip.map_or(address.host != "localhost", |ip| !ip.is_loopback())
        };
        self.addresses.iter().any(elsewhere)
    }

    /// Where a machine is sent: where somebody says, or else here and to the other instances.
    async fn places(&self, told: Vec<Address>) -> Result<Vec<Address>, Acceptance> {
        if !told.is_empty() {
            return Ok(told);
        }
        let mut places = self.addresses.clone();
        let others = self.handle.doors().await?;
        for other in others.iter().filter_map(|door| door.parse().ok()) {
            if places.len() < join_code::ADDRESSES && !places.contains(&other) {
                places.push(other);
            }
        }
        Ok(places)
    }

    fn whole(&self, made: (JoinSecret, JoinCodeInfo), addresses: Vec<Address>) -> MadeJoinCode {
        let (secret, info) = made;
        let code = JoinCode {
            nexus_key: self.key,
            secret,
            addresses,
        };
        MadeJoinCode { code, info }
    }
}

fn code_of(made: &(JoinSecret, JoinCodeInfo)) -> Option<String> {
    Some(made.1.id.to_string())
}

/// Reads addresses that somebody gave.
pub(crate) fn addresses(texts: &[String]) -> Result<Vec<Address>, String> {
    if texts.len() > join_code::ADDRESSES {
        return Err(format!("at most {} addresses", join_code::ADDRESSES));
    }
    texts.iter().map(|text| text.parse()).collect()
}

/// Where a Nexus can be reached that listens there, over TLS.
pub(crate) fn reachable_at(listening: SocketAddr) -> Vec<Address> {
    let hosts = if listening.ip().is_unspecified() {
        let found = outward_addresses();
        if found.is_empty() {
            vec![IpAddr::from([127, 0, 0, 1])]
        } else {
            found
        }
    } else {
        vec![listening.ip()]
    };
    let address = |ip: IpAddr| Address {
        plain: false,
        host: ip.to_string(),
        port: listening.port(),
    };
    hosts.into_iter().map(address).collect()
}

/// The addresses that this machine has towards others. Asking for a route sends nothing.
fn outward_addresses() -> Vec<IpAddr> {
    let towards = |from: &str, to: &str| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    let found = [
        towards("0.0.0.0:0", "192.0.2.1:9"),
        towards("[::]:0", "[2001:db8::1]:9"),
    ];
    found
        .into_iter()
        .flatten()
        .filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
        .collect()
}
