//! What the operator does about trust: codes, the waiting room, revoking, holding, names, tags, removing.
//! Not here: who may ask for it, see [`crate::rest`].

use std::sync::Arc;
use std::time::Duration;

use protocol::{Fixed, Handshake, JoinSecret, PublicKey, Version, limits};
use uuid::Uuid;

use super::trust::Admission;
use super::{Close, Effect, State};
use crate::history::Stood;
use crate::identity::fingerprint;
use crate::model::{Event, Now, Ordinal, Phase};
use crate::store::Write;
use crate::trust::{
    CodeState, JoinCodeInfo, NewJoinCode, SecretHash, Standing, TrustError, Waiting,
};

/// Most codes that are kept; those that cannot be used any more go first.
const CODES: usize = 1_000;
/// Most uses of one code.
const USES: u32 = 100_000;
/// Longest life of a code: 30 days.
const LONGEST: u64 = 30 * 24 * 3600;

impl State {
    /// Makes a join code. Its secret is told here and never again.
    pub fn make_join_code(
        &mut self,
        new: &NewJoinCode,
        by: &str,
        now: Now,
    ) -> Result<(JoinSecret, JoinCodeInfo), TrustError> {
        check(new)?;
        self.add_code(new, by, None, false, now)
    }

    /// Makes a code that gives this node a new key. The old one holds until then, unless it was revoked.
    pub fn make_rekey_code(
        &mut self,
        node: &str,
        by: &str,
        now: Now,
    ) -> Result<(JoinSecret, JoinCodeInfo), TrustError> {
        let ordinal = self.ordinal_of(node)?;
        let label = format!("new key for {}", self.at(ordinal).facts.name);
        let new = NewJoinCode {
            label,
            ..NewJoinCode::default()
        };
        self.add_code(&new, by, Some(node.to_owned()), false, now)
    }

    /// Makes a code for the spore on the Nexus' own machine.
    pub fn make_local_code(&mut self, now: Now) -> Result<(JoinSecret, JoinCodeInfo), TrustError> {
        let new = NewJoinCode {
            label: "this machine".to_owned(),
            ttl_seconds: 600,
            ..NewJoinCode::default()
        };
        self.add_code(&new, "this Nexus", None, true, now)
    }

    fn add_code(
        &mut self,
        new: &NewJoinCode,
        by: &str,
        rekeys: Option<String>,
        local: bool,
        now: Now,
    ) -> Result<(JoinSecret, JoinCodeInfo), TrustError> {
        self.forget_codes(now);
        let mut secret = Fixed([0; 16]);
        getrandom::fill(&mut secret.0).map_err(|_| TrustError::NoRandom)?;
        let info = JoinCodeInfo {
            id: Uuid::now_v7(),
            hash: SecretHash::of(&secret),
            label: new.label.clone(),
            uses: new.uses,
            used: 0,
            name: new.name.clone(),
            tags: new.tags.clone(),
            group: new.group.as_ref().map(|group| group.trim().to_lowercase()),
            waiting_room: new.waiting_room.unwrap_or(new.uses > 1),
            rekeys,
            local,
            created_by: by.to_owned(),
            created_at: now.wall,
            expires_at: now.wall + Duration::from_secs(new.ttl_seconds),
            withdrawn: false,
        };
        if self.trust.codes.len() >= CODES {
            return Err(TrustError::TooMany(CODES, "withdraw some join codes"));
        }
        self.trust.codes.insert(info.id, info.clone());
        self.keep_code(info.clone());
        Ok((secret, info))
    }

    /// Codes that cannot be used make room when room is needed.
    fn forget_codes(&mut self, now: Now) {
        if self.trust.codes.len() < CODES {
            return;
        }
        let dead = |code: &JoinCodeInfo| code.state(now.wall) != CodeState::Open;
        let dead: Vec<_> = self
            .trust
            .codes
            .values()
            .filter(|code| dead(code))
            .map(|code| code.id)
            .collect();
        for id in dead {
            self.drop_join_code(id);
        }
    }

    /// It is not kept any more, here or at another instance.
    pub(super) fn drop_join_code(&mut self, id: Uuid) {
        if self.trust.codes.remove(&id).is_some() {
            self.effects.push(Effect::Store(Write::ForgetJoinCode(id)));
        }
    }

    /// Another instance made a code, or took it back. True: it was taken back here, and the others must know.
    pub(super) fn take_join_code(&mut self, mut code: JoinCodeInfo) -> Result<bool, TrustError> {
        let life = code.expires_at.duration_since(code.created_at);
        let new = NewJoinCode {
            label: code.label.clone(),
            uses: code.uses,
            ttl_seconds: life.unwrap_or_default().as_secs(),
            name: code.name.clone(),
            tags: code.tags.clone(),
            group: code.group.clone(),
            waiting_room: Some(code.waiting_room),
            addresses: Vec::new(),
        };
        // One that gives a node a new key is labelled with the node's name.
        if code.rekeys.is_none() {
            check(&new)?;
        }
        plain("node", code.rekeys.as_deref().unwrap_or_default())?;
        if code.label.chars().any(limits::is_deceptive) {
            return Err(TrustError::Invalid("its label deceives".to_owned()));
        }
        let known = self.trust.codes.get(&code.id);
        if known.is_none() && self.trust.codes.len() >= CODES {
            return Err(TrustError::TooMany(CODES, "withdraw some join codes"));
        }
        let withdrawn = known.is_some_and(|known| known.withdrawn);
        let ahead = withdrawn && !code.withdrawn;
        code.withdrawn |= withdrawn;
        code.used = code
            .used
            .max(known.map_or(0, |known| known.used))
            .min(code.uses);
        self.trust.codes.insert(code.id, code.clone());
        self.keep_code(code);
        Ok(ahead)
    }

    /// Takes a code back. Who waits because of it goes on waiting.
    pub fn withdraw_join_code(&mut self, id: Uuid) -> Result<(), TrustError> {
        let code = self
            .trust
            .codes
            .get_mut(&id)
            .ok_or(TrustError::UnknownCode(id))?;
        code.withdrawn = true;
        let code = code.clone();
        self.keep_code(code);
        Ok(())
    }

    /// Lets somebody in from the waiting room; it comes by itself within seconds. Answers the node's id.
    pub fn accept(&mut self, name: &str, now: Now) -> Result<String, TrustError> {
        let key = self.waiting_key(name)?;
        if self.by_id.len() >= self.rules.max_nodes {
            return Err(TrustError::TooMany(
                self.rules.max_nodes,
                "remove some nodes",
            ));
        }
        let Some(waiting) = self.unseat(key) else {
            return Err(TrustError::NotWaiting(name.to_owned()));
        };
        let Waiting {
            mut node_id,
            name,
            capabilities,
            code,
            peer,
            ..
        } = waiting;
        let ordinal = match self.newcomer(key, &code, &mut node_id, now) {
            Admission::Known(ordinal) => ordinal,
            Admission::New(trust, group) => {
                let hello = Handshake {
                    node_id,
                    node_name: name,
                    capabilities,
                    token: String::new(),
                    proof: None,
                    join: None,
                    protocol: Version::NEWEST.number(),
                    running: Vec::new(),
                };
                self.register(&hello, Version::NEWEST, *trust, group, Some(peer), now)
            }
        };
        self.keep_node(ordinal);
        self.publish_node(ordinal, Event::NodeChanged);
        Ok(self.at(ordinal).facts.id.clone())
    }

    /// Sends somebody away from the waiting room. It needs a new code to come back.
    pub fn turn_away(&mut self, name: &str) -> Result<(), TrustError> {
        let key = self.waiting_key(name)?;
        drop(self.unseat(key));
        Ok(())
    }

    fn waiting_key(&self, name: &str) -> Result<PublicKey, TrustError> {
        let found = self
            .trust
            .waiting
            .keys()
            .find(|key| key.to_string() == name || fingerprint(&key.0) == name);
        found
            .copied()
            .ok_or_else(|| TrustError::NotWaiting(limits::cut(name, 64).to_owned()))
    }

    pub(super) fn unseat(&mut self, key: PublicKey) -> Option<Waiting> {
        let waiting = self.trust.waiting.remove(&key)?;
        self.effects.push(Effect::Store(Write::Unseat(key)));
        self.publish_waiting();
        Some(waiting)
    }

    /// Never lets this node's key in again; its session ends now.
    pub fn revoke(&mut self, node: &str, now: Now) -> Result<(), TrustError> {
        let ordinal = self.ordinal_of(node)?;
        self.stand(ordinal, Standing::Revoked, Some(Close::revoked()), now);
        Ok(())
    }

    /// Lets a held or revoked node in again.
    pub fn release(&mut self, node: &str, now: Now) -> Result<(), TrustError> {
        let ordinal = self.ordinal_of(node)?;
        self.stand(ordinal, Standing::Accepted, None, now);
        Ok(())
    }

    /// Gives it a name over its own; an empty one takes that back.
    pub fn rename(&mut self, node: &str, name: &str) -> Result<(), TrustError> {
        let ordinal = self.ordinal_of(node)?;
        let name = name.trim();
        plain("name", name)?;
        self.edit(ordinal, |trust| {
            trust.name = (!name.is_empty()).then(|| name.to_owned())
        });
        Ok(())
    }

    /// Gives it these tags beside its own.
    pub fn tag(&mut self, node: &str, tags: Vec<String>) -> Result<(), TrustError> {
        let ordinal = self.ordinal_of(node)?;
        check_tags(&tags)?;
        self.edit(ordinal, |trust| trust.tags = tags);
        Ok(())
    }

    /// Forgets a node that is offline. Its place on the map stays empty until another one of its group takes it.
    pub fn remove(&mut self, node: &str, now: Now) -> Result<(), TrustError> {
        let ordinal = self.ordinal_of(node)?;
        let found = self.at(ordinal);
        if found.phase != Phase::Offline {
            return Err(TrustError::Online(node.to_owned()));
        }
        // The prototype's socket stays open while it is silent.
        if let Some(session) = found.session {
            self.effects.push(Effect::Close(session, Close::removed()));
            self.closed(session, "it was removed", now);
        }
        let info = self.at(ordinal).info();
        if let Some(key) = info.facts.trust.key {
            self.trust.keys.remove(&key);
        }
        self.by_id.remove(node);
        self.at_mut(ordinal).removed = true;
        self.leave_place(ordinal);
        self.turns.push((ordinal, Stood::Absent));
        self.jobs.forget_node(ordinal);
        self.watching.touch(ordinal);
        self.keep_node(ordinal);
        self.publish(|_| Event::NodeRemoved(info));
        Ok(())
    }

    pub(super) fn stand(
        &mut self,
        ordinal: Ordinal,
        standing: Standing,
        close: Option<Close>,
        now: Now,
    ) {
        self.edit(ordinal, |trust| trust.standing = standing);
        if let (Some(close), Some(session)) = (close, self.at(ordinal).session) {
            self.turn_rival_away(ordinal, &close);
            let why = close.reason.clone();
            self.effects.push(Effect::Close(session, close));
            self.closed(session, &why, now);
        }
    }

    fn edit(&mut self, ordinal: Ordinal, edit: impl FnOnce(&mut crate::trust::NodeTrust)) {
        let mut facts = (*self.at(ordinal).facts).clone();
        edit(&mut facts.trust);
        facts.name = facts.trust.shown_name();
        facts.capabilities.tags = facts.trust.all_tags();
        self.at_mut(ordinal).facts = Arc::new(facts);
        self.keep_node(ordinal);
        self.publish_node(ordinal, Event::NodeChanged);
    }

    fn ordinal_of(&self, node: &str) -> Result<Ordinal, TrustError> {
        let found = self.by_id.get(node).copied();
        found.ok_or_else(|| TrustError::UnknownNode(limits::cut(node, 64).to_owned()))
    }
}

fn check(new: &NewJoinCode) -> Result<(), TrustError> {
    let wrong = |why: &str| Err(TrustError::Invalid(why.to_owned()));
    if new.uses == 0 || new.uses > USES {
        return wrong("uses must be between 1 and 100000");
    }
    if new.ttl_seconds == 0 || new.ttl_seconds > LONGEST {
        return wrong("ttl_seconds must be between 1 and 2592000 (30 days)");
    }
    if new.uses > 1 && new.name.is_some() {
        return wrong("a name fits one node only; leave it out, or make a code with one use");
    }
    plain("label", &new.label)?;
    plain("name", new.name.as_deref().unwrap_or("n"))?;
    plain("group", new.group.as_deref().unwrap_or_default())?;
    check_tags(&new.tags)
}

fn check_tags(tags: &[String]) -> Result<(), TrustError> {
    if tags.len() > 64 {
        return Err(TrustError::Invalid("at most 64 tags".to_owned()));
    }
    if tags.iter().any(|tag| tag.trim().is_empty()) {
        return Err(TrustError::Invalid("a tag must not be empty".to_owned()));
    }
    tags.iter().try_for_each(|tag| plain("tag", tag))
}

fn plain(what: &str, text: &str) -> Result<(), TrustError> {
    if text.len() > limits::ID || text.chars().any(limits::is_deceptive) {
        return Err(TrustError::Invalid(format!(
            "a {what} has at most {} bytes and no control characters",
            limits::ID
        )));
    }
    Ok(())
}
