//! The spore's mind without hands: frames, reports and times go in, effects and frames come out. It reads no
//! clock, owns no socket and starts no task. Composes the [`Session`] (when) and the [`Ledger`] (what).

mod frames;
mod leaving;
mod losing;

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use protocol::{
    Announcement, Capabilities, Handshake, Heartbeat, JoinSecret, Message, Problem, Signature,
    Version, encode,
};
use tracing::info;

use crate::execution::{End, Order, Report};
use crate::ledger::{Ledger, Saying};
use crate::load::Reading;
use crate::membership::Membership;
use crate::session::{Due, Session};
use crate::{Config, Status, Token};
use leaving::Leaving;
pub(crate) use losing::Ending;

/// What the hands are to do.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Open a connection, then call [`Agent::dialed`] or [`Agent::lost`].
    Dial,
    /// Drop the connection, then call [`Agent::lost`].
    HangUp(String),
    /// Read the load, then call [`Agent::beat`].
    Sample,
    /// Carry out, and report.
    Start(Order),
    /// Tell whoever watches.
    Tell(Status),
    /// The Nexus has taken this spore under this id: keep that.
    Joined(String),
    /// The join code was refused: go back to what was before.
    FallBack,
    /// This door does not do: the next dial goes to the next one.
    MoveOn,
    /// The Nexus says that it can be reached there too.
    Learn(Vec<String>),
    /// The last one: the spore has left.
    Gone,
}

/// What goes out on the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Ping,
    Close,
}

/// Most ERROR frames that wait to be sent.
const PROBLEMS: usize = 16;

/// What the handshake of a member needs.
struct Member {
    /// Shown until the Nexus has taken it.
    join: Option<JoinSecret>,
    fingerprint: String,
}

/// The whole state of a spore.
pub(crate) struct Agent {
    node_id: String,
    node_name: String,
    token: Option<Token>,
    /// What makes it a member; none with the shared token.
    member: Option<Member>,
    max_executions: u32,
    drain: Duration,
    capabilities: Capabilities,
    session: Session,
    ledger: Ledger,
    leaving: Option<Leaving>,
    /// The last refusal of this round over all doors.
    refusal: Option<Ending>,
    farewell_said: bool,
    /// The capabilities changed since the handshake.
    say_capabilities: bool,
    effects: VecDeque<Effect>,
    /// Goes before everything else: handshake, heartbeat, pings, errors, farewell.
    urgent: VecDeque<Frame>,
}

impl Agent {
    pub(crate) fn new(
        config: &Config,
        node_id: String,
        capabilities: Capabilities,
        now: Instant,
    ) -> Self {
        Self {
            node_id,
            node_name: config.node_name.clone(),
            token: config.token.clone(),
            member: None,
            max_executions: config.max_executions,
            drain: config.drain,
            capabilities,
            session: Session::new(now, config.heartbeat),
            ledger: Ledger::default(),
            leaving: None,
            refusal: None,
            farewell_said: false,
            say_capabilities: false,
            effects: VecDeque::new(),
            urgent: VecDeque::new(),
        }
    }

    /// The next thing to do, until there is none.
    pub(crate) fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The next frame to send, asked for when the connection can take one.
    pub(crate) fn next_frame(&mut self, now: Instant, wall: SystemTime) -> Option<Frame> {
        if let Some(frame) = self.urgent.pop_front() {
            return Some(frame);
        }
        let version = self.session.version()?;
        // The prototype's Nexus would count it as a mistake.
        if std::mem::take(&mut self.say_capabilities) && version >= Version::V2 {
            let capabilities = self.capabilities.clone();
            return Some(Frame::Text(encode(&Announcement { capabilities }, wall)));
        }
        if let Some(saying) = self.ledger.next(now) {
            return Some(Frame::Text(match saying {
                Saying::Accepted(request_id) => encode(&protocol::Accepted { request_id }, wall),
                Saying::Output(output) => encode(&output, wall),
                Saying::Response(response) => encode(&response, wall),
            }));
        }
        self.part(wall);
        self.urgent.pop_front()
    }

    /// When [`Self::timeout`] wants to be called.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let leaving = self.leaving.map(|leaving| leaving.until());
        [self.session.poll_timeout(), leaving]
            .into_iter()
            .flatten()
            .min()
    }

    /// A time has come.
    pub(crate) fn timeout(&mut self, now: Instant) {
        while let Some(due) = self.session.timeout(now) {
            match due {
                Due::Dial => {
                    self.tell(Status::Connecting);
                    self.effects.push_back(Effect::Dial);
                }
                Due::Fallback if self.member.is_some() => {
                    let reason = "the Nexus does not answer the handshake".to_owned();
                    self.effects.push_back(Effect::HangUp(reason));
                    return;
                }
                Due::Fallback => {
                    info!("no WELCOME: this Nexus speaks the prototype's dialect (v1)");
                    self.fall_back(now);
                }
                Due::Beat { ping } => {
                    self.ledger.beat(now);
                    self.effects.push_back(Effect::Sample);
                    if ping {
                        self.urgent.push_back(Frame::Ping);
                    }
                }
                Due::Dead => {
                    self.effects
                        .push_back(Effect::HangUp("the Nexus is silent".to_owned()));
                    return;
                }
            }
        }
        self.leave_on(now);
    }

    /// The connection stands.
    pub(crate) fn dialed(
        &mut self,
        now: Instant,
        wall: SystemTime,
        has_docker: bool,
        proof: Option<Signature>,
    ) {
        self.capabilities.has_docker = has_docker;
        self.session.dialed(now);
        let handshake = Handshake {
            node_id: self.node_id.clone(),
            node_name: self.node_name.clone(),
            capabilities: self.capabilities.clone(),
            token: self.shown_token(),
            proof,
            join: self.member.as_ref().and_then(|member| member.join),
            protocol: Version::NEWEST.number(),
            running: self.ledger.running(),
        };
        self.urgent.clear();
        self.say_capabilities = false;
        self.say(&handshake, wall);
    }

    /// Something came that is not a message: a ping, a pong.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.session.heard(now);
    }

    /// The load has been read for a heartbeat. It overtakes all output.
    pub(crate) fn beat(&mut self, reading: Reading, wall: SystemTime) {
        let heartbeat = Heartbeat {
            node_id: self.node_id.clone(),
            cpu_usage: reading.cpu,
            memory_usage: reading.memory,
            active_tasks: self.ledger.active(),
            disk: reading.disk,
        };
        // When the connection takes nothing, an old heartbeat is worthless.
        if self.urgent.len() < PROBLEMS {
            self.urgent
                .push_front(Frame::Text(encode(&heartbeat, wall)));
        }
    }

    /// An execution has something to say.
    pub(crate) fn report(&mut self, report: Report) {
        match report {
            Report::Started { request_id, .. } => self.ledger.started(&request_id),
            Report::Chunk {
                request_id,
                stream,
                at_ms,
                bytes,
            } => {
                self.ledger.chunk(&request_id, stream, at_ms, bytes);
            }
            Report::Ended { request_id, end } => {
                let error = end.error.as_deref().map(frames::shown);
                info!(%request_id, outcome = ?end.outcome, seconds = end.seconds, error, "ended");
                self.ledger.ended(&request_id, &self.node_id, end);
            }
        }
    }

    /// An order could not be begun.
    pub(crate) fn refused(&mut self, request_id: String, reason: String) {
        self.report(Report::Ended {
            request_id,
            end: End::refused(reason),
        });
    }

    /// Something about this node changed. It is told once, as it is when the connection can take it.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Capabilities)) {
        change(&mut self.capabilities);
        self.say_capabilities = true;
    }

    /// From now on it shows this membership; its proofs are made by the link.
    pub(crate) fn be_member(&mut self, membership: &Membership) {
        if let Some(id) = &membership.node_id {
            self.node_id.clone_from(id);
        }
        self.session.expect_v2();
        self.member = Some(Member {
            join: membership.join,
            fingerprint: membership.key.fingerprint(),
        });
    }

    /// There are this many doors now.
    pub(crate) fn set_doors(&mut self, doors: usize) {
        self.session.set_doors(doors);
    }

    fn shown_token(&self) -> String {
        let token = self.token.as_ref().filter(|_| self.member.is_none());
        token
            .map(|token| token.reveal().to_owned())
            .unwrap_or_default()
    }

    fn fall_back(&mut self, now: Instant) {
        self.session.fall_back(now);
        self.ledger.opened(Version::V1, &[]);
        self.tell(Status::Connected {
            protocol: Version::V1.number(),
            nexus: "a v1 Nexus".to_owned(),
        });
    }

    fn say<M: Message>(&mut self, message: &M, wall: SystemTime) {
        self.urgent.push_back(Frame::Text(encode(message, wall)));
    }

    fn complain(
        &mut self,
        code: &str,
        message: String,
        request_id: Option<String>,
        wall: SystemTime,
    ) {
        if self.urgent.len() < PROBLEMS {
            self.say(
                &Problem {
                    code: code.to_owned(),
                    message,
                    request_id,
                },
                wall,
            );
        }
    }

    fn tell(&mut self, status: Status) {
        self.effects.push_back(Effect::Tell(status));
    }

    fn gone(&mut self) {
        self.effects.push_back(Effect::Gone);
    }
}

#[cfg(test)]
mod tests;
