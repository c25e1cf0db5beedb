//! Who may come in: a node with a key, one with the shared token, one with a join code; and the waiting room. What the
//! operator does about it is in [`super::standing`], two machines with one key in [`super::rivals`].
//! Not here: proofs, which were checked at the door.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

use protocol::{Handshake, PublicKey, limits};
use serde_json::json;
use uuid::Uuid;

use super::{Close, Effect, State};
use crate::audit::{Action, Entry};
use crate::identity::fingerprint;
use crate::model::{Event, Now, Ordinal};
use crate::store::Write;
use crate::trust::{
    Arrival, CodeState, Credential, JoinCodeInfo, Joined, NodeTrust, SecretHash, Standing, Waiting,
};

/// Most machines that wait at once.
const WAITING: usize = 1_000;
/// How often the disk is told that somebody still waits.
const STILL_WAITING: std::time::Duration = std::time::Duration::from_secs(300);

/// What the state knows of trust beside the nodes themselves.
#[derive(Default)]
pub(super) struct Trust {
    pub(super) keys: HashMap<PublicKey, Ordinal>,
    pub(super) codes: BTreeMap<Uuid, JoinCodeInfo>,
    pub(super) waiting: BTreeMap<PublicKey, Waiting>,
    pub(super) rivals: BTreeMap<Ordinal, super::rivals::Rival>,
}

/// Whether somebody wants to come in by a code whose uses are counted.
pub(crate) enum Use {
    /// No.
    None,
    /// By one that is not known here.
    Unknown,
    /// Yes.
    Of {
        /// Which.
        code: Uuid,
        /// How often it was used, as far as is known here.
        used: u32,
        /// How often it may be.
        uses: u32,
    },
}

/// Who comes in.
pub(super) enum Admission {
    /// A node that is known.
    Known(Ordinal),
    /// A new one, and the group that its code names.
    New(Box<NodeTrust>, Option<String>),
}

impl State {
    /// Join codes and waiting machines from the store.
    pub fn restore_trust(&mut self, codes: Vec<JoinCodeInfo>, waiting: Vec<Waiting>) {
        self.trust.codes = codes.into_iter().map(|code| (code.id, code)).collect();
        self.trust.waiting = waiting.into_iter().map(|one| (one.key, one)).collect();
    }

    /// Join codes, oldest first.
    pub fn join_codes(&self) -> Vec<JoinCodeInfo> {
        let mut codes: Vec<_> = self.trust.codes.values().cloned().collect();
        codes.sort_by_key(|code| code.created_at);
        codes
    }

    /// Who waits, oldest first.
    pub fn waiting(&self) -> Vec<Waiting> {
        let mut waiting: Vec<_> = self.trust.waiting.values().cloned().collect();
        waiting.sort_by_key(|one| one.first_seen);
        waiting
    }

    /// Whether this peer comes in, and as whom. May change the id that it asks for.
    pub(super) fn admit(
        &mut self,
        hello: &mut Handshake,
        arrival: &Arrival,
        now: Now,
    ) -> Result<Admission, Close> {
        match arrival.credential {
            Credential::SharedToken => self.admit_shared(hello, now),
            Credential::Fleet(_) => self.admit_far(hello),
            Credential::Key(key, code) => match self.trust.keys.get(&key).copied() {
                Some(ordinal) => self.admit_known(ordinal, key, code, arrival, now),
                None => self.admit_stranger(key, code, hello, arrival, now),
            },
        }
    }

    /// The shared token says nothing about who somebody is, so it never speaks for a node that has a key.
    fn admit_shared(&self, hello: &Handshake, now: Now) -> Result<Admission, Close> {
        let Some(&ordinal) = self.by_id.get(&hello.node_id) else {
            let trust = NodeTrust::new(None, Joined::SharedToken, now.wall);
            return Ok(Admission::New(Box::new(trust), None));
        };
        let trust = &self.at(ordinal).facts.trust;
        if trust.key.is_some() {
            return Err(Close::has_a_key());
        }
        may_enter(trust)?;
        Ok(Admission::Known(ordinal))
    }

    /// Who it is was proved to another instance; here it counts only for a node that the directory has told of.
    fn admit_far(&self, hello: &Handshake) -> Result<Admission, Close> {
        let ordinal = self.by_id.get(&hello.node_id).copied();
        let ordinal = ordinal.ok_or_else(Close::unknown_key)?;
        may_enter(&self.at(ordinal).facts.trust)?;
        Ok(Admission::Known(ordinal))
    }

    fn admit_known(
        &mut self,
        ordinal: Ordinal,
        key: PublicKey,
        code: Option<SecretHash>,
        arrival: &Arrival,
        now: Now,
    ) -> Result<Admission, Close> {
        let usable = |hash| self.usable(hash, arrival, now).ok().cloned();
        match may_enter(&self.at(ordinal).facts.trust) {
            Ok(()) => Ok(Admission::Known(ordinal)),
            // A revoked node comes back with a code that was made for it.
            Err(close) => match code.and_then(usable) {
                Some(code) if code.rekeys.as_ref() == Some(&self.at(ordinal).facts.id) => {
                    self.use_up(code.id, arrival);
                    self.give_key(ordinal, key, &code, now);
                    Ok(Admission::Known(ordinal))
                }
                _ => Err(close),
            },
        }
    }

    /// A key that was never seen: it needs a code, or is waiting already.
    fn admit_stranger(
        &mut self,
        key: PublicKey,
        code: Option<SecretHash>,
        hello: &mut Handshake,
        arrival: &Arrival,
        now: Now,
    ) -> Result<Admission, Close> {
        if let Some(waiting) = self.trust.waiting.get_mut(&key) {
            let stale = now
                .wall
                .duration_since(waiting.last_seen)
                .unwrap_or_default()
                > STILL_WAITING;
            waiting.last_seen = now.wall;
            arrival.peer.clone_into(&mut waiting.peer);
            if stale {
                let row = Box::new(waiting.clone());
                self.effects.push(Effect::Store(Write::Waiting(row)));
                self.publish_waiting();
            }
            return Err(Close::waiting());
        }
        let code = self
            .usable(code.ok_or_else(Close::unknown_key)?, arrival, now)?
            .clone();
        if let Some(node) = &code.rekeys {
            let ordinal = self.by_id.get(node).copied().ok_or_else(Close::bad_code)?;
            self.use_up(code.id, arrival);
            self.give_key(ordinal, key, &code, now);
            return Ok(Admission::Known(ordinal));
        }
        if code.waiting_room {
            self.seat(key, &code, hello, arrival, now)?;
            self.use_up(code.id, arrival);
            return Err(Close::waiting());
        }
        if self.by_id.len() >= self.rules.max_nodes {
            return Err(Close::full());
        }
        self.use_up(code.id, arrival);
        Ok(self.newcomer(key, &code, &mut hello.node_id, now))
    }

    /// How somebody with a good code comes in: under the id that it asks for, unless that is another's.
    pub(super) fn newcomer(
        &mut self,
        key: PublicKey,
        code: &JoinCodeInfo,
        id: &mut String,
        now: Now,
    ) -> Admission {
        if let Some(&ordinal) = self.by_id.get(id.as_str()) {
            // Our own machine showed the shared token before it had a key. Anybody else's id is not to be had for a code:
            // a node that is to get a key is given one by a code that was made for it.
            let own = self.rules.local_node.as_deref() == Some(id.as_str());
            let trust = &self.at(ordinal).facts.trust;
            if code.local && own && trust.key.is_none() && may_enter(trust).is_ok() {
                self.give_key(ordinal, key, code, now);
                return Admission::Known(ordinal);
            }
            *id = Uuid::new_v4().to_string();
        }
        let joined = if code.local {
            Joined::Local
        } else {
            Joined::Code(code.label.clone())
        };
        let mut trust = NodeTrust::new(Some(key), joined, now.wall);
        trust.code = Some(code.id);
        trust.name.clone_from(&code.name);
        trust.tags.clone_from(&code.tags);
        Admission::New(Box::new(trust), code.group.clone())
    }

    fn usable(
        &self,
        hash: SecretHash,
        arrival: &Arrival,
        now: Now,
    ) -> Result<&JoinCodeInfo, Close> {
        let good = |code: &&JoinCodeInfo| match code.state(now.wall) {
            CodeState::Open => true,
            // Its last use is this one.
            CodeState::Used => arrival.counted,
            CodeState::Expired | CodeState::Withdrawn => false,
        };
        let mut found = self.trust.codes.values().filter(|code| code.hash == hash);
        found.find(good).ok_or_else(Close::bad_code)
    }

    /// Whether somebody with this key would use up this code.
    pub(crate) fn use_of(&self, key: PublicKey, hash: SecretHash, now: SystemTime) -> Use {
        let known = self.trust.keys.get(&key);
        let enters = known.is_some_and(|node| may_enter(&self.at(*node).facts.trust).is_ok());
        if enters || self.trust.waiting.contains_key(&key) {
            return Use::None;
        }
        match self.trust.codes.values().find(|code| code.hash == hash) {
            None => Use::Unknown,
            Some(code) if code.local => Use::None,
            Some(code) => match code.state(now) {
                CodeState::Expired | CodeState::Withdrawn => Use::None,
                // By whom it was used is known where uses are counted.
                CodeState::Open | CodeState::Used => Use::Of {
                    code: code.id,
                    used: code.used,
                    uses: code.uses,
                },
            },
        }
    }

    /// One of them.
    pub(super) fn join_code(&self, id: Uuid) -> Option<&JoinCodeInfo> {
        self.trust.codes.get(&id)
    }

    /// It was used so often, by the count of all instances.
    pub(crate) fn count_use(&mut self, id: Uuid, used: u32) {
        if let Some(code) = self.trust.codes.get_mut(&id)
            && code.used < used.min(code.uses)
        {
            code.used = used.min(code.uses);
            let code = code.clone();
            self.keep_code(code);
        }
    }

    /// Whether nobody can come in by it any more, or it is not known.
    pub(crate) fn is_code_over(&self, id: Uuid, now: Now) -> bool {
        let code = self.trust.codes.get(&id);
        code.is_none_or(|code| match code.state(now.wall) {
            CodeState::Open => false,
            CodeState::Expired | CodeState::Withdrawn => true,
            // Who used it may have to come again.
            CodeState::Used => now.wall >= code.expires_at,
        })
    }

    fn use_up(&mut self, id: Uuid, arrival: &Arrival) {
        if arrival.counted {
            return;
        }
        if let Some(code) = self.trust.codes.get_mut(&id) {
            code.used += 1;
            let code = code.clone();
            self.keep_code(code);
        }
    }

    /// Writes a code down and tells of it.
    pub(super) fn keep_code(&mut self, code: JoinCodeInfo) {
        let told = Arc::new(code.clone());
        self.effects
            .push(Effect::Store(Write::JoinCode(Box::new(code))));
        self.publish(|_| Event::JoinCodeChanged(told));
    }

    fn seat(
        &mut self,
        key: PublicKey,
        code: &JoinCodeInfo,
        hello: &Handshake,
        arrival: &Arrival,
        now: Now,
    ) -> Result<(), Close> {
        if self.trust.waiting.len() >= WAITING {
            return Err(Close::full());
        }
        let waiting = Waiting {
            key,
            node_id: hello.node_id.clone(),
            name: limits::cut(&hello.node_name, limits::ID).to_owned(),
            capabilities: hello.capabilities.clone(),
            peer: arrival.peer.clone(),
            code: code.clone(),
            first_seen: now.wall,
            last_seen: now.wall,
        };
        let row = Box::new(waiting.clone());
        let mut entry = Entry::new(Action::NodeWaiting, now.wall)
            .about([hello.node_id.clone()])
            .with(json!({"name": hello.node_name, "code": code.id, "key": fingerprint(&key.0)}));
        entry.from = Some(arrival.peer.clone());
        self.tell(entry);
        self.effects.push(Effect::Store(Write::Waiting(row)));
        self.trust.waiting.insert(key, waiting);
        self.publish_waiting();
        Ok(())
    }

    /// From now on this key, and no other, is this node's.
    fn give_key(&mut self, ordinal: Ordinal, key: PublicKey, code: &JoinCodeInfo, now: Now) {
        let mut facts = (*self.at(ordinal).facts).clone();
        if let Some(old) = facts.trust.key.replace(key) {
            self.trust.keys.remove(&old);
        }
        self.trust.keys.insert(key, ordinal);
        facts.trust.since = now.wall;
        facts.trust.code = Some(code.id);
        if facts.trust.joined == Joined::SharedToken {
            facts.trust.joined = Joined::Code(code.label.clone());
        }
        facts.trust.standing = Standing::Accepted;
        let entry = Entry::new(Action::NodeRekeyed, now.wall)
            .about([facts.id.clone()])
            .with(json!({"key": fingerprint(&key.0)}));
        self.tell(entry);
        self.at_mut(ordinal).facts = Arc::new(facts);
        self.keep_node(ordinal);
    }

    pub(super) fn publish_waiting(&mut self) {
        self.watching.touch_door();
        self.publish(|state| Event::WaitingChanged(state.waiting().into()));
    }
}

fn may_enter(trust: &NodeTrust) -> Result<(), Close> {
    match trust.standing {
        Standing::Accepted => Ok(()),
        Standing::Held(_) => Err(Close::held()),
        Standing::Revoked => Err(Close::revoked()),
    }
}
