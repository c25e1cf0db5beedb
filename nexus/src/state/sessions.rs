//! Sessions begin and end; nodes stay. Not here: the socket, and whether the token was right.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use protocol::{Handshake, Resume, Running, Version, Welcome};
use uuid::Uuid;

use super::execution::OutputLog;
use super::trust::Admission;
use super::{Call, Close, Effect, Execution, Mode, Node, OWN_HEARTBEAT, State, frame, reschedule};
use crate::model::{Event, ExecutionState, NodeFacts, Now, Ordinal, Phase, SessionId};
use crate::store::{NodeRow, Write};
use crate::trust::{Arrival, Credential};

/// How long a caller may go on waiting for an execution whose node was lost and may come back.
const RESUME_GRACE: Duration = Duration::from_secs(30);

/// How long an execution may still run whose own limit is not known; its spore knows it.
pub(super) const ADOPTED: Duration = Duration::from_secs(24 * 3600);

impl State {
    /// A node from the store; all are given back in the order of their ordinals, after the charts and before anything else.
    pub fn restore_node(&mut self, mut row: NodeRow) {
        self.intern(&mut row.capabilities);
        let ordinal = self.next_ordinal();
        if !row.removed {
            self.by_id.insert(row.id.clone(), ordinal);
            if let Some(key) = row.trust.key {
                self.trust.keys.insert(key, ordinal);
            }
        }
        let local = self.rules.local_node.as_ref() == Some(&row.id);
        let mut facts = NodeFacts {
            id: row.id,
            name: row.name,
            capabilities: row.capabilities,
            version: row.version,
            peer: row.peer,
            local,
            trust: row.trust,
            registered_at: row.registered_at,
            group: 0,
            group_key: row.group_key,
            x: 0.0,
            y: 0.0,
        };
        if row.removed {
            self.vacated.insert(ordinal);
        } else {
            self.put_in_place(ordinal, &mut facts);
        }
        self.nodes.push(Node {
            ordinal,
            facts: Arc::new(facts),
            removed: row.removed,
            session: None,
            via: None,
            phase: Phase::Offline,
            cpu: 0.0,
            memory: 0.0,
            disk: None,
            measured: false,
            told: super::loads::Told::default(),
            reported_tasks: 0,
            met: None,
            heard: Duration::ZERO,
            pinged: None,
            latency: None,
            last_seen: row.last_seen,
            last_heartbeat: row.last_seen,
            in_flight: BTreeSet::new(),
            queue: VecDeque::new(),
            reserved: 0,
            resources_used: BTreeMap::new(),
            success: 1.0,
            announced: (Duration::ZERO, 0),
        });
    }

    /// A checked handshake of somebody who proved what `arrival` says. With the shared token the newest session of a node
    /// wins; with a key the older one is asked first.
    pub fn hello(&mut self, session: SessionId, mut hello: Handshake, arrival: Arrival, now: Now) {
        let Some(version) = Version::negotiate(hello.protocol) else {
            let close = Close::bad_handshake("protocol 0 does not exist");
            self.effects.push(Effect::Close(session, close));
            return;
        };
        let admission = match self.admit(&mut hello, &arrival, now) {
            Ok(admission) => admission,
            Err(close) => return self.turn_back(session, &hello, arrival, close),
        };
        self.intern(&mut hello.capabilities);
        let ordinal = match admission {
            Admission::Known(ordinal) => ordinal,
            Admission::New(..) if self.by_id.len() >= self.rules.max_nodes => {
                return self.effects.push(Effect::Close(session, Close::full()));
            }
            Admission::New(trust, group) => self.register(
                &hello,
                version,
                *trust,
                group,
                Some(arrival.peer.clone()),
                now,
            ),
        };
        let node = self.at(ordinal);
        // A session elsewhere has ended when its node is here; a live one here is asked first, as always.
        if node.session.is_some() && node.via.is_none() && node.facts.trust.key.is_some() {
            return self.rival(ordinal, session, hello, arrival, now);
        }
        if let Some(older) = self.at_mut(ordinal).session.take() {
            self.sessions.remove(&older);
            self.effects.push(Effect::Close(older, Close::replaced()));
            self.lose_in_flight(ordinal, now);
        }
        let running = self.attach(ordinal, session, hello, version, &arrival, now);
        self.publish_node(ordinal, Event::NodeConnected);
        self.keep_node(ordinal);
        let resume = self.resume(ordinal, &running, now);
        if version >= Version::V2 {
            self.welcome(session, ordinal, version, &resume, now);
        }
        self.stop_resumed(ordinal, &resume, now);
        self.pump(ordinal, now);
        self.node_is_back(ordinal, now);
    }

    /// Somebody does not come in. Who waits to be accepted asks every few seconds; that is told once, when it first came.
    fn turn_back(&mut self, session: SessionId, hello: &Handshake, arrival: Arrival, close: Close) {
        if close != Close::waiting() {
            self.effects.push(Effect::NodeRefused {
                peer: arrival.peer,
                node: hello.node_id.clone(),
                why: close.reason.clone(),
            });
        }
        self.effects.push(Effect::Close(session, close));
    }

    /// A session's socket is gone.
    pub fn closed(&mut self, session: SessionId, reason: &str, now: Now) {
        let Some(ordinal) = self.sessions.remove(&session) else {
            return self.forget_rival(session);
        };
        let node = self.at_mut(ordinal);
        node.session = None;
        if node.via.take().is_some() {
            node.forget_load();
        }
        node.last_seen = now.wall;
        let was_offline = self.set_phase(ordinal, Phase::Offline) == Phase::Offline;
        self.lose_glances(session, now);
        self.lose_in_flight(ordinal, now);
        self.lose_queue(ordinal, now);
        self.node_is_gone(ordinal, now);
        self.keep_node(ordinal);
        if !was_offline {
            self.watching.lost(ordinal, now.at);
            self.publish_node(ordinal, |info| Event::NodeDisconnected(info, reason.into()));
        }
        self.succeed(ordinal, now);
    }

    /// Ties the session to its node and takes over what the handshake tells.
    fn attach(
        &mut self,
        ordinal: Ordinal,
        session: SessionId,
        hello: Handshake,
        version: Version,
        arrival: &Arrival,
        now: Now,
    ) -> Vec<Running> {
        self.sessions.insert(session, ordinal);
        let node = self.at_mut(ordinal);
        node.via = match arrival.credential {
            Credential::Fleet(instance) => Some(instance),
            Credential::SharedToken | Credential::Key(..) => None,
        };
        // Of a node elsewhere the directory tells more than its session does.
        if node.via.is_none() {
            node.facts = Arc::new(super::register::introduced(
                &node.facts,
                hello.node_name,
                hello.capabilities,
                version,
                arrival,
            ));
        }
        node.session = Some(session);
        node.met = None;
        node.heard = now.at;
        node.pinged = None;
        node.last_seen = now.wall;
        node.last_heartbeat = now.wall;
        node.forget_load();
        self.place_load(ordinal, now);
        self.set_phase(ordinal, Phase::Online);
        hello.running
    }

    /// Matches what the spore still has with what we know. What it has and we do not is adopted, so that nothing
    /// runs unseen; what we had and it does not is lost for good.
    fn resume(&mut self, ordinal: Ordinal, running: &[Running], now: Now) -> Vec<Resume> {
        let mut resume = Vec::new();
        for entry in running {
            let Ok(id) = Uuid::try_parse(&entry.request_id) else {
                continue;
            };
            match self.executions.get(&id) {
                Some(execution)
                    if execution.ordinal != ordinal
                        || execution.node.0 != self.at(ordinal).facts.id =>
                {
                    tracing::warn!(execution = %id, "a node claims an execution of another one; ignored");
                    continue;
                }
                // Whatever was said of it, its node has it: only what is known to be over is over.
                Some(execution)
                    if execution.state.is_over() && execution.state != ExecutionState::Unknown =>
                {
                    continue;
                }
                Some(_) => {}
                // Nobody waits for it any more, and it was never more than a look.
                None if self.is_glance(id) => continue,
                None if self.at(ordinal).via.is_some() => continue,
                None if self.rules.several => {
                    let session = self.at(ordinal).session;
                    self.effects
                        .extend(session.map(|session| Effect::Stray(session, id)));
                    resume.push(Resume {
                        request_id: entry.request_id.clone(),
                        next_seq: entry.first_seq,
                    });
                    continue;
                }
                None => self.adopt(id, ordinal, entry, now),
            }
            let Some(execution) = self.executions.get_mut(&id) else {
                continue;
            };
            execution.lost = false;
            execution.inherited = false;
            execution.state = ExecutionState::Running;
            execution.output.begin_at(entry.first_seq);
            execution.output.gap |= entry.first_seq > execution.output.next_seq;
            resume.push(Resume {
                request_id: entry.request_id.clone(),
                next_seq: execution.output.next_seq,
            });
            let deadline = now.at + execution.call.timeout + RESUME_GRACE;
            reschedule(&mut self.deadlines, execution, Some(deadline));
            self.unknown.remove(id);
            self.at_mut(ordinal).in_flight.insert(id);
            self.moved(id);
        }
        self.give_up_lost(ordinal, now);
        resume
    }

    /// An execution that another life of this Nexus (or another Nexus) started.
    fn adopt(&mut self, id: Uuid, ordinal: Ordinal, entry: &Running, now: Now) {
        let call = Call {
            skill: entry.skill_name.clone(),
            method: entry.method_name.clone(),
            parameters: serde_json::value::RawValue::NULL.to_owned(),
            timeout: ADOPTED,
        };
        let summary = "started before this Nexus knew of it".to_owned();
        let node = self.at(ordinal);
        let mut execution = Execution::new(id, node, call, summary, Mode::Stream, now);
        execution.state = ExecutionState::Running;
        execution.sent = Some(now.at);
        execution.output = OutputLog::resumed_at(entry.first_seq);
        self.effects.push(Effect::Store(Write::Begin(
            Arc::new(execution.info()),
            None,
        )));
        self.executions.insert(id, execution);
    }

    /// What was lost with the last session and did not come back with this one never will.
    fn give_up_lost(&mut self, ordinal: Ordinal, now: Now) {
        let gone: Vec<Uuid> = self
            .unknown
            .iter()
            .filter(|id| {
                self.executions
                    .get(id)
                    .is_some_and(|one| one.lost && !one.inherited && one.ordinal == ordinal)
            })
            .collect();
        for id in gone {
            if let Some(execution) = self.executions.get_mut(&id) {
                execution.lost = false;
                execution.end.error = Some(
                    "the node came back without it; whether it finished cannot be proved"
                        .to_owned(),
                );
            }
            self.settle_unknown(id, now);
        }
    }

    fn stop_resumed(&mut self, ordinal: Ordinal, resume: &[Resume], now: Now) {
        for entry in resume {
            let Ok(id) = Uuid::try_parse(&entry.request_id) else {
                continue;
            };
            if let Some(why) = self
                .executions
                .get(&id)
                .and_then(|execution| execution.stop)
            {
                self.stop(id, ordinal, why, now);
            }
        }
    }

    pub(super) fn welcome(
        &mut self,
        session: SessionId,
        ordinal: Ordinal,
        version: Version,
        resume: &[Resume],
        now: Now,
    ) {
        let welcome = Welcome {
            protocol: version.number(),
            nexus_id: self.rules.nexus_id.clone(),
            nexus_version: env!("CARGO_PKG_VERSION").to_owned(),
            session_id: session.0.to_string(),
            node_id: Some(self.at(ordinal).facts.id.clone()),
            heartbeat_interval: u32::try_from(OWN_HEARTBEAT.as_secs()).unwrap_or(3),
            resume: resume.to_vec(),
            nexus_addresses: self.doors.clone(),
        };
        self.effects
            .push(Effect::Send(session, frame(&welcome, now)));
    }

    /// Everything that was out on the node is now unknown, until the node brings it back.
    fn lose_in_flight(&mut self, ordinal: Ordinal, now: Now) {
        let version = self.at(ordinal).facts.version;
        let in_flight = std::mem::take(&mut self.at_mut(ordinal).in_flight);
        for id in in_flight {
            let Some(execution) = self.executions.get_mut(&id) else {
                continue;
            };
            execution.lost = version >= Version::V2;
            execution.state = ExecutionState::Unknown;
            execution.end.error = Some("the connection was lost while it ran".to_owned());
            if execution.lost {
                let deadline = execution
                    .deadline
                    .unwrap_or(now.at)
                    .min(now.at + RESUME_GRACE);
                reschedule(&mut self.deadlines, execution, Some(deadline));
                self.moved(id);
                self.remember_unknown(id, now);
            } else {
                self.settle_unknown(id, now);
            }
        }
    }

    /// What was never sent is certainly not running: elsewhere, or refused.
    fn lose_queue(&mut self, ordinal: Ordinal, now: Now) {
        for id in std::mem::take(&mut self.at_mut(ordinal).queue) {
            self.refuse_or_move(id, "the node went offline before it was sent", now);
        }
    }

    pub(super) fn keep_node(&mut self, ordinal: Ordinal) {
        let node = self.at(ordinal);
        let row = NodeRow {
            ordinal,
            id: node.facts.id.clone(),
            name: node.facts.name.clone(),
            capabilities: node.facts.capabilities.clone(),
            version: node.facts.version,
            peer: node.facts.peer.clone(),
            group_key: node.facts.group_key.clone(),
            trust: node.facts.trust.clone(),
            removed: node.removed,
            registered_at: node.facts.registered_at,
            last_seen: node.last_seen,
        };
        self.effects.push(Effect::Store(Write::Node(Box::new(row))));
    }

    pub(super) fn next_ordinal(&self) -> Ordinal {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }
}
