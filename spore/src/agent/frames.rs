//! What a Nexus says, and what follows from it.

use std::time::{Duration, Instant, SystemTime};

use protocol::{
    Cancel, DecodeError, ExecuteSkill, FromNexus, Problem, Version, Welcome, decode_from_nexus,
    limits,
};
use tracing::{debug, info, warn};

use super::{Agent, Effect};
use crate::Status;

impl Agent {
    /// One text frame from the Nexus.
    pub(crate) fn frame(&mut self, text: &str, now: Instant, wall: SystemTime) {
        self.session.heard(now);
        match decode_from_nexus(text) {
            Ok(message) => self.message(message, now, wall),
            Err(error) => self.unusable(&error, wall),
        }
    }

    /// A frame that cannot be a message: binary.
    pub(crate) fn not_text(&mut self, now: Instant, wall: SystemTime) {
        self.session.heard(now);
        self.unusable(&DecodeError::Malformed("a binary frame".to_owned()), wall);
    }

    fn message(&mut self, message: FromNexus, now: Instant, wall: SystemTime) {
        let v2 = self.session.version() == Some(Version::V2);
        match message {
            FromNexus::Welcome(welcome) => {
                if !v2 {
                    self.welcome(&welcome, now);
                }
                self.learn(welcome.nexus_addresses);
            }
            FromNexus::ExecuteSkill(call) => {
                if self.session.version().is_none() && self.member.is_some() {
                    return self
                        .effects
                        .push_back(Effect::HangUp("work before a WELCOME".to_owned()));
                }
                if self.session.version().is_none() {
                    info!("work before a WELCOME: this Nexus speaks the prototype's dialect (v1)");
                    self.fall_back(now);
                }
                self.execute(call, wall);
            }
            FromNexus::Cancel(cancel) if v2 => self.cancel(cancel, wall),
            FromNexus::Ack(ack) if v2 => self.ledger.ack(&ack, now),
            FromNexus::Disconnect(farewell) => {
                self.effects.push_back(Effect::HangUp(format!(
                    "the Nexus leaves: {}",
                    shown(&farewell.reason)
                )));
            }
            FromNexus::Problem(problem) => warn!(
                code = %shown(&problem.code), message = %shown(&problem.message), "the Nexus reports a problem"
            ),
            FromNexus::Challenge(_) | FromNexus::Cancel(_) | FromNexus::Ack(_) => {
                debug!("a message out of place was ignored");
            }
        }
    }

    fn unusable(&mut self, error: &DecodeError, wall: SystemTime) {
        // It may quote the frame.
        let error_text = shown(&error.to_string());
        warn!(error = %error_text, "a frame of the Nexus cannot be used");
        if self.session.version() == Some(Version::V2) {
            let code = match error {
                DecodeError::UnknownType(_) => "unknown_message",
                DecodeError::Malformed(_) | DecodeError::Payload { .. } => "malformed",
            };
            self.complain(code, error_text, None, wall);
        }
    }

    fn welcome(&mut self, welcome: &Welcome, now: Instant) {
        let interval = Duration::from_secs(u64::from(welcome.heartbeat_interval.clamp(1, 3600)));
        self.session.welcomed(now, interval);
        self.refusal = None;
        if let Some(member) = &mut self.member {
            let named = welcome.node_id.clone();
            let named = named
                .filter(|id| limits::is_id(id))
                .unwrap_or_else(|| self.node_id.clone());
            if member.join.take().is_some() || named != self.node_id {
                self.node_id.clone_from(&named);
                self.effects.push_back(Effect::Joined(named));
            }
        }
        self.ledger.opened(Version::V2, &welcome.resume);
        let nexus = shown(&welcome.nexus_id);
        info!(%nexus, version = %shown(&welcome.nexus_version), resumed = welcome.resume.len(), "connected");
        self.tell(Status::Connected {
            protocol: Version::V2.number(),
            nexus,
        });
    }

    /// None is no news. With the shared token it would not be proved who is met there.
    fn learn(&mut self, mut told: Vec<String>) {
        if !told.is_empty() && self.member.is_some() {
            // One more than may be, so that it shows that there were more.
            told.truncate(limits::DOORS + 1);
            self.effects.push_back(Effect::Learn(told));
        }
    }

    fn execute(&mut self, call: ExecuteSkill, wall: SystemTime) {
        let id = &call.request_id;
        if id.trim().is_empty() || id.len() > limits::ID || id.chars().any(char::is_control) {
            let message = "EXECUTE_SKILL with a bad request_id".to_owned();
            return self.unusable(&DecodeError::Malformed(message), wall);
        }
        if self.ledger.repeat(id) {
            debug!(request_id = %id, "a known execution was asked for again");
            return;
        }
        if let Some(reason) = self.reason_against(&call) {
            warn!(request_id = %id, %reason, "refused");
            return self.ledger.refuse(call, &self.node_id, reason);
        }
        info!(request_id = %id, skill = %shown(&call.skill_name), method = %shown(&call.method_name), "asked");
        let order = self.ledger.admit(call);
        self.effects.push_back(Effect::Start(order));
    }

    fn reason_against(&self, call: &ExecuteSkill) -> Option<String> {
        if call.node_id != self.node_id {
            return Some(format!(
                "this is node {}, not {}",
                self.node_id,
                shown(&call.node_id)
            ));
        }
        if self.leaving.is_some() {
            return Some("the spore is leaving".to_owned());
        }
        if self.ledger.active() >= self.max_executions {
            return Some(format!(
                "{} executions run already, which is the limit of this node",
                self.max_executions
            ));
        }
        self.ledger.full()
    }

    fn cancel(&mut self, cancel: Cancel, wall: SystemTime) {
        let request_id = cancel.request_id;
        if self.ledger.cancel(&request_id) {
            info!(%request_id, reason = %shown(&cancel.reason), "asked to stop");
        } else {
            let problem = Problem {
                code: "unknown_execution".to_owned(),
                message: "no execution with this id".to_owned(),
                request_id: Some(request_id),
            };
            self.complain(&problem.code, problem.message, problem.request_id, wall);
        }
    }
}

/// Foreign text as it may stand in a log: one line, not long.
pub(super) fn shown(text: &str) -> String {
    limits::cut(text, limits::NAME)
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}
