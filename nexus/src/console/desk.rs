//! A [`Console`] is what every console of one Nexus stands on; a [`Desk`] is one caller at it. Not here: what can be asked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::value::RawValue;

use crate::access::{Caller, Object, Tokens};
use crate::trust::{CodeState, JoinCodeInfo};
use crate::{Handle, Joining, MadeJoinCode};

use super::exports::Exports;
use super::translate::{self, Refusal};
use super::view::trust::JoinView;
use super::{Answer, BridgeError, calls};

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Console(Arc<Inside>);

struct Inside {
    handle: Handle,
    joining: Joining,
    tokens: Tokens,
    name: String,
    address: SocketAddr,
    /// The join code that is shown until it is used.
    shown_code: tokio::sync::Mutex<Option<MadeJoinCode>>,
}

impl Console {
    /// A console of this Nexus, which is called so and listens there.
    pub(crate) fn new(
        handle: Handle,
        joining: Joining,
        tokens: Tokens,
        name: String,
        address: SocketAddr,
    ) -> Self {
        Self(Arc::new(Inside {
            handle,
            joining,
            tokens,
            name,
            address,
            shown_code: tokio::sync::Mutex::default(),
        }))
    }

    /// Sits somebody down.
    pub fn desk(&self, caller: Caller) -> Desk {
        Desk {
            handle: self.0.handle.clone(),
            joining: self.0.joining.clone(),
            tokens: self.0.tokens.clone(),
            caller,
            console: self.clone(),
            exports: Exports::default(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub(super) handle: Handle,
    pub(super) joining: Joining,
    pub(super) tokens: Tokens,
    pub(super) caller: Caller,
    pub(super) console: Console,
    pub(super) exports: Exports,
}

impl Desk {
    /// To ask the Nexus more than the table has.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The console that it is a desk of.
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// Who sits here.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Makes a call of the table, if the caller may.
    pub async fn call(&self, name: &str, arguments: &RawValue) -> Answer<Box<RawValue>> {
        let unknown = || BridgeError::new("unknown_call", format!("There is no call {name:?}."));
        let row = calls().get(name).ok_or_else(unknown)?;
        let forbidden = || BridgeError::new("forbidden", "No console may ask for this.");
        let verb = row.verb.ok_or_else(forbidden)?;
        let may = self.caller.may(verb, Object::Nexus);
        may.map_err(Refusal::from)?;
        row.call(self.clone(), arguments).await
    }

    /// The calls of the table that the role or the limits of the caller do not allow, whatever they are about.
    pub(super) fn refused(&self) -> Vec<&'static str> {
        let refuses = |verb| self.caller.may(verb, Object::Nexus).is_err();
        let rows = calls().rows();
        let refused = rows.filter(|row| row.verb.is_none_or(refuses));
        refused.map(|row| row.name).collect()
    }

    /// How a machine elsewhere joins. The same line is shown until somebody has used it.
    pub(super) async fn join(&self) -> Answer<JoinView> {
        let joining = &self.joining;
        let mut shown = self.console.0.shown_code.lock().await;
        if let Some(made) = shown.as_ref() {
            let id = made.info.id;
            let codes = self.handle.join_codes().await.map_err(Refusal::from)?;
            let is_open = |code: &JoinCodeInfo| {
                code.id == id && code.state(SystemTime::now()) == CodeState::Open
            };
            if codes.iter().any(is_open) && made.code.addresses == joining.addresses() {
                return Ok(translate::join(joining, made));
            }
        }
        let made = joining
            .make(translate::one_machine_soon(), &self.caller)
            .await;
        let made = made.map_err(Refusal::from)?;
        let view = translate::join(joining, &made);
        *shown = Some(made);
        Ok(view)
    }
}
