//! The state, played by hand: inputs at chosen times, effects looked at.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks out what it looks for"
)]

mod alerts;
mod announced;
mod balance;
mod charts;
mod doors;
mod executions;
mod glance;
mod jobs;
mod liveness;
mod loads;
mod members;
mod resolve;
mod schedules;
mod sessions;
mod strategies;
mod trust;

use std::time::{Duration, SystemTime};

use protocol::{
    Capabilities, FromNexus, FromSpore, Handshake, Heartbeat, Limits, Method, Outcome, Output,
    Response, Running, Stream, decode_from_nexus,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    Answer, Call, CancelError, Close, Effect, Kept, Mode, Preference, Rules, State, Submission,
    SubmitError, Target,
};
use crate::model::{Event, ExecutionState, Now, Phase, SessionId};
use crate::trust::{Arrival, Credential};

/// A swarm with a clock that moves when told.
struct Swarm {
    state: State,
    at: Duration,
    sessions: u64,
    done: Vec<Effect>,
}

fn rules() -> Rules {
    Rules {
        heartbeat_timeout: Duration::from_secs(60),
        local_node: Some("here".into()),
        local_fallback: true,
        nexus_id: "nexus".into(),
        max_nodes: 100,
        max_executions: 100,
        max_queue: 4,
        max_job_executions: 50,
        several: false,
        shared_token_calls: crate::access::Scope::all(),
    }
}

/// One of several instances.
fn several() -> Swarm {
    Swarm::with(Rules {
        several: true,
        ..rules()
    })
}

impl Swarm {
    fn new() -> Self {
        Self::with(rules())
    }

    fn with(rules: Rules) -> Self {
        let mut state = State::new(rules);
        state.set_listening(true);
        Self {
            state,
            at: Duration::ZERO,
            sessions: 0,
            done: Vec::new(),
        }
    }

    fn now(&self) -> Now {
        Now {
            at: self.at,
            wall: SystemTime::UNIX_EPOCH + self.at,
        }
    }

    /// Lets time pass in steps of a tenth of a second.
    fn pass(&mut self, seconds: f64) {
        let end = self.at + Duration::from_secs_f64(seconds);
        while self.at < end {
            self.at += Duration::from_millis(100);
            self.state.tick(self.now());
            self.collect();
        }
    }

    fn collect(&mut self) {
        let effects = self.state.take_effects();
        self.done.extend(effects);
    }

    /// Forgets what was done so far.
    fn clear(&mut self) {
        self.done.clear();
    }

    fn join(&mut self, id: &str, protocol: u32) -> SessionId {
        self.join_as(hello(id, protocol))
    }

    fn join_as(&mut self, hello: Handshake) -> SessionId {
        self.arrive(hello, Credential::SharedToken)
    }

    fn arrive(&mut self, hello: Handshake, credential: Credential) -> SessionId {
        self.sessions += 1;
        let session = SessionId(self.sessions);
        let arrival = Arrival {
            counted: false,
            peer: "10.0.0.1:5".to_owned(),
            secure: true,
            credential,
        };
        self.state.hello(session, hello, arrival, self.now());
        self.collect();
        session
    }

    fn say(&mut self, session: SessionId, message: FromSpore) {
        self.state.message(session, message, self.now());
        self.collect();
    }

    fn beat(&mut self, session: SessionId, cpu: f64) {
        let life = Heartbeat {
            node_id: "liar".into(),
            cpu_usage: cpu,
            memory_usage: 0.1,
            active_tasks: 0,
            disk: None,
        };
        self.say(session, FromSpore::Heartbeat(life));
    }

    fn beat_with_disk(&mut self, session: SessionId, disk: Option<protocol::DiskUse>) {
        let life = Heartbeat {
            node_id: "liar".into(),
            cpu_usage: 0.1,
            memory_usage: 0.1,
            active_tasks: 0,
            disk,
        };
        self.say(session, FromSpore::Heartbeat(life));
    }

    fn drop_session(&mut self, session: SessionId) {
        self.state.closed(session, "gone", self.now());
        self.collect();
    }

    fn submit(&mut self, target: Target, mode: Mode) -> Result<Uuid, SubmitError> {
        let id = Uuid::new_v4();
        let submission = Submission {
            id,
            target,
            call: call(30),
            mode,
            caller: crate::access::Caller::local(),
            approval: None,
        };
        let taken = self.state.submit(submission, true, self.now());
        self.collect();
        taken.map(|()| id)
    }

    fn run_on(&mut self, node: &str) -> Uuid {
        self.submit(Target::Node(node.into()), Mode::Stream)
            .unwrap()
    }

    fn best(&mut self, tag: Option<&str>) -> Result<Uuid, SubmitError> {
        self.submit(
            Target::Best(Preference {
                tag: tag.map(str::to_owned),
                target: None,
                wishes: None,
                fallback: true,
            }),
            Mode::Collect,
        )
    }

    fn respond(&mut self, session: SessionId, id: Uuid, outcome: Outcome) {
        self.say(session, FromSpore::Response(response(id, outcome)));
    }

    fn cancel(&mut self, id: Uuid) -> Result<(), CancelError> {
        let done = self
            .state
            .cancel(id, &crate::access::Caller::local(), self.now());
        self.collect();
        done
    }

    fn at_state(&self, id: Uuid) -> ExecutionState {
        self.state.execution(id).unwrap().state
    }

    fn phase(&self, node: &str) -> Phase {
        self.state.node(node).unwrap().phase
    }

    fn frames(&self, session: SessionId) -> Vec<FromNexus> {
        let sent = self.done.iter().filter_map(|effect| match effect {
            Effect::Send(to, frame) if *to == session => Some(decode_from_nexus(frame).unwrap()),
            _ => None,
        });
        sent.collect()
    }

    /// Ids of the executions that were sent over a session.
    fn orders(&self, session: SessionId) -> Vec<Uuid> {
        let orders = self
            .frames(session)
            .into_iter()
            .filter_map(|frame| match frame {
                FromNexus::ExecuteSkill(order) => Some(order.request_id.parse().unwrap()),
                _ => None,
            });
        orders.collect()
    }

    fn cancels(&self, session: SessionId) -> usize {
        self.frames(session)
            .iter()
            .filter(|frame| matches!(frame, FromNexus::Cancel(_)))
            .count()
    }

    fn closes(&self) -> Vec<(SessionId, u16)> {
        let closes = self.done.iter().filter_map(|effect| match effect {
            Effect::Close(session, Close { code, .. }) => Some((*session, *code)),
            _ => None,
        });
        closes.collect()
    }

    fn answers(&self) -> Vec<(Uuid, &Answer)> {
        let answers = self.done.iter().filter_map(|effect| match effect {
            Effect::Answer(id, answer) => Some((*id, answer)),
            _ => None,
        });
        answers.collect()
    }

    /// The events about nodes, as words.
    fn news(&self) -> Vec<String> {
        let news = self.done.iter().filter_map(|effect| match effect {
            Effect::Publish(Event::NodeConnected(node)) => Some(format!("+{}", node.facts.id)),
            Effect::Publish(Event::NodeDisconnected(node, _)) => {
                Some(format!("-{}", node.facts.id))
            }
            Effect::Publish(Event::NodeChanged(node)) => Some(format!("~{}", node.facts.id)),
            _ => None,
        });
        news.collect()
    }
}

fn hello(id: &str, protocol: u32) -> Handshake {
    let method = |method: &str| Method {
        skill: "ShellSkill".into(),
        method: method.into(),
        title: String::new(),
        effect: protocol::Effect::Change,
        idempotent: false,
        cacheable: false,
        parameters: ().into(),
    };
    Handshake {
        node_id: id.into(),
        node_name: format!("name of {id}"),
        capabilities: Capabilities {
            skills: vec!["ShellSkill".into()],
            methods: if protocol >= 2 {
                vec![method("run")].into()
            } else {
                vec![].into()
            },
            limits: (protocol >= 2).then_some(Limits {
                max_executions: 2,
                ..Limits::default()
            }),
            ..Capabilities::default()
        },
        token: "t".into(),
        proof: None,
        join: None,
        protocol,
        running: vec![],
    }
}

fn call(seconds: u64) -> Call {
    Call {
        skill: "ShellSkill".into(),
        method: "run".into(),
        parameters: RawValue::from_string(r#"{"command":"echo test"}"#.into()).unwrap(),
        timeout: Duration::from_secs(seconds),
    }
}

fn response(id: Uuid, outcome: Outcome) -> Response {
    Response {
        request_id: id.to_string(),
        node_id: "liar".into(),
        success: outcome == Outcome::Succeeded,
        result: RawValue::from_string("\"test\\n\"".into()).unwrap(),
        error: (outcome != Outcome::Succeeded).then(|| "why".to_owned()),
        execution_time: 0.5,
        outcome: Some(outcome),
        exit_code: None,
        signal: None,
        next_seq: None,
        output_truncated: false,
    }
}

fn output(id: Uuid, seq: u64, text: &str) -> FromSpore {
    FromSpore::Output(Output::new(
        id.to_string(),
        seq,
        Stream::Stdout,
        0,
        text.as_bytes(),
    ))
}

fn running(id: Uuid, first_seq: u64, next_seq: u64) -> Running {
    Running {
        request_id: id.to_string(),
        skill_name: "ShellSkill".into(),
        method_name: "run".into(),
        first_seq,
        next_seq,
    }
}
