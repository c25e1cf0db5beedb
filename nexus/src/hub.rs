//! The owner of the state: one task that takes one input at a time, lets [`State`] decide, and carries out what
//! it wants. It reads the clock and never waits for anything but its next input.
//!
//! Not here: rules. Everything that could be decided here is decided in [`crate::state`].

mod alerts;
mod approvals;
mod charts;
mod doors;
mod elsewhere;
mod glances;
mod groups;
mod handle;
mod history;
mod jobs;
mod loads;
mod outboxes;
mod outputs;
mod plans;
mod trust;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::extract::ws::Message;
use protocol::{FromSpore, Handshake};
use tokio::sync::{broadcast, mpsc, oneshot};
use uuid::Uuid;

pub use alerts::{ShownBoard, Tried};
pub use elsewhere::Unreached;
pub use glances::GlanceError;
use glances::Seen;
pub use handle::{Acceptance, Handle};
use history::History;
pub(crate) use loads::READING;
pub(crate) use outputs::Hit;

use crate::access::Caller;
use crate::audit::{AuditLog, Unrecorded};
use crate::fleet::{Keeper, Relay, Shared};
use crate::history::Sampler;
use crate::job::NewJob;
use crate::metrics::Metrics;
use crate::model::{Event, Now, SessionId, Snapshot};
use crate::state::{
    Answer, CancelError, Effect, Fanout, Glance, Kept, State, Submission, SubmitError, Submitted,
};
use crate::store::{Report, Store, Write};
use crate::trust::Arrival;
use crate::webhook::Webhook;

/// Inputs that may wait; whoever sends more waits, back to the spores' sockets.
pub(crate) const INBOX: usize = 4096;
/// Events that a slow screen may be behind before it is told of a gap.
const EVENTS: usize = 8192;
const BATCH: usize = 256;

/// Something that an operator changes.
pub(crate) type Change = Box<dyn FnOnce(&mut State, Now) + Send>;

/// For each of several executions, in order, where it will be told that it is on disk.
pub(crate) type AllAccepted = Result<Vec<oneshot::Receiver<Result<(), Acceptance>>>, SubmitError>;

/// A job that is taken on, and where it will be told that it is on disk.
pub(crate) type Taken =
    Result<(Submitted, Option<oneshot::Receiver<Result<(), Acceptance>>>), SubmitError>;

/// Everything that can happen.
pub(crate) enum Input {
    Hello {
        session: SessionId,
        hello: Box<Handshake>,
        arrival: Arrival,
        outbox: mpsc::Sender<Message>,
    },
    Message(SessionId, Box<FromSpore>),
    Pong(SessionId, u64),
    /// A part of a frame came.
    Heard(SessionId),
    Closed(SessionId, &'static str),
    Run(
        Box<Submission>,
        oneshot::Sender<Result<Answer, SubmitError>>,
    ),
    Submit(Box<Submission>, oneshot::Sender<Result<(), Acceptance>>),
    SubmitAll(Box<Fanout>, oneshot::Sender<AllAccepted>),
    SubmitJob(Box<NewJob>, oneshot::Sender<Taken>),
    Glance(Box<Glance>, oneshot::Sender<Result<Seen, SubmitError>>),
    Cancel(Uuid, Caller, oneshot::Sender<Result<(), CancelError>>),
    Stored(Report),
    Look(Box<dyn FnOnce(&State) + Send>),
    Change(Change),
    Subscribe(oneshot::Sender<(Snapshot, broadcast::Receiver<Event>)>),
    Stop(oneshot::Sender<()>),
}

pub(crate) struct Hub {
    state: State,
    store: Store,
    audit: AuditLog,
    webhook: Webhook,
    history: History,
    sampler: Sampler,
    metrics: Arc<Metrics>,
    started: Instant,
    outboxes: HashMap<SessionId, mpsc::Sender<Message>>,
    waiting: HashMap<Uuid, oneshot::Sender<Result<Answer, SubmitError>>>,
    accepting: HashMap<Uuid, oneshot::Sender<Result<(), Acceptance>>>,
    looking: HashMap<Uuid, oneshot::Sender<Result<Seen, SubmitError>>>,
    events: broadcast::Sender<Event>,
    /// Only when other instances share the swarm.
    beside: Option<Beside>,
}

/// What the swarm has to do with the state of this instance.
struct Beside {
    relay: Arc<Relay>,
    keeper: Keeper,
    shared: Shared,
}

impl Hub {
    pub(crate) fn new(
        state: State,
        store: Store,
        audit: AuditLog,
        webhook: Webhook,
        metrics: Arc<Metrics>,
        keep_history: Duration,
    ) -> Self {
        Self {
            state,
            store,
            audit,
            webhook,
            history: History::new(),
            sampler: Sampler::new(keep_history),
            metrics,
            started: Instant::now(),
            outboxes: HashMap::new(),
            waiting: HashMap::new(),
            accepting: HashMap::new(),
            looking: HashMap::new(),
            events: broadcast::Sender::new(EVENTS),
            beside: None,
        }
    }

    /// Strays go to the relay, what belongs to jobs is kept with the swarm first, and what all are to know is marked.
    pub(crate) fn beside(mut self, others: Option<(Arc<Relay>, Keeper, Shared)>) -> Self {
        self.beside = others.map(|(relay, keeper, shared)| Beside {
            relay,
            keeper,
            shared,
        });
        self
    }

    /// Runs until told to stop or until nobody can tell it anything any more.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Input>) {
        let mut inputs = Vec::with_capacity(BATCH);
        loop {
            let own = self.history.poll_timeout().min(self.sampler.poll_timeout());
            let due = self.state.poll_timeout().min(own);
            let wake = self.started + due.min(Duration::from_secs(3600));
            tokio::select! {
                biased;
                count = inbox.recv_many(&mut inputs, BATCH) => if count == 0 { return },
                () = tokio::time::sleep_until(wake.into()) => {}
            }
            let now = self.now();
            self.state.set_listening(self.is_listened_to());
            for input in inputs.drain(..) {
                if let Input::Stop(done) = input {
                    self.state.tell_glances(true, now);
                    self.carry_out();
                    self.close_all();
                    self.history.write(&self.store);
                    self.sampler.flush(&self.store);
                    let _ = done.send(());
                    return;
                }
                self.apply(input, now);
            }
            self.state.tick(now);
            self.state.tell_jobs();
            self.history.tick(now.at, &self.store);
            self.carry_out();
            let turns = self.state.take_turns();
            self.sampler.turned(turns, now, &self.store);
            self.sampler.tick(now, &self.state, &self.store);
        }
    }

    fn is_listened_to(&self) -> bool {
        self.beside.is_some() || self.events.receiver_count() > 0
    }

    fn apply(&mut self, input: Input, now: Now) {
        match input {
            Input::Hello {
                session,
                hello,
                arrival,
                outbox,
            } => {
                self.outboxes.insert(session, outbox);
                self.state.hello(session, *hello, arrival, now);
            }
            Input::Message(session, message) => self.state.message(session, *message, now),
            Input::Pong(session, number) => self.state.pong(session, number, now),
            Input::Heard(session) => drop(self.state.heard(session, now)),
            Input::Closed(session, reason) => {
                self.outboxes.remove(&session);
                self.state.closed(session, reason, now);
            }
            Input::Run(submission, answer) => self.run_and_wait(*submission, answer, now),
            Input::Submit(submission, accepted) => self.accept(*submission, accepted, now),
            Input::SubmitAll(fanout, accepted) => {
                drop(accepted.send(self.accept_all(*fanout, now)));
            }
            Input::Glance(glance, seen) => self.look_at(*glance, seen, now),
            Input::Cancel(id, caller, done) => {
                drop(done.send(self.state.cancel(id, &caller, now)));
            }
            Input::Stored(report) => self.stored(report, now),
            Input::Look(look) => look(&self.state),
            Input::Change(change) => change(&mut self.state, now),
            Input::Subscribe(subscribed) => {
                // What came before belongs to the snapshot, so it must not come as an event too.
                self.carry_out();
                drop(subscribed.send((self.state.snapshot(), self.events.subscribe())));
                self.state.set_listening(true);
            }
            Input::SubmitJob(new, submitted) => drop(submitted.send(self.accept_job(*new, now))),
            Input::Stop(_) => {}
        }
        self.state.settle(now);
        self.carry_out();
    }

    fn run_and_wait(
        &mut self,
        submission: Submission,
        answer: oneshot::Sender<Result<Answer, SubmitError>>,
        now: Now,
    ) {
        let id = submission.id;
        match self.submit(submission, true, now) {
            Ok(()) => drop(self.waiting.insert(id, answer)),
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    fn accept(
        &mut self,
        submission: Submission,
        accepted: oneshot::Sender<Result<(), Acceptance>>,
        now: Now,
    ) {
        let id = submission.id;
        match self.submit(submission, false, now) {
            Ok(()) => drop(self.accepting.insert(id, accepted)),
            Err(error) => drop(accepted.send(Err(Acceptance::Refused(error)))),
        }
    }

    fn accept_all(&mut self, fanout: Fanout, now: Now) -> AllAccepted {
        if !self.store.may_act() {
            return Err(SubmitError::Unrecorded(Unrecorded));
        }
        let ids: Vec<_> = fanout.targets.iter().map(|(id, _)| *id).collect();
        self.state.submit_all(fanout, now)?;
        let accepting = ids.into_iter().map(|id| {
            let (accepted, told) = oneshot::channel();
            self.accepting.insert(id, accepted);
            told
        });
        Ok(accepting.collect())
    }

    /// Nothing new is begun of which nothing would be known afterwards.
    fn submit(
        &mut self,
        submission: Submission,
        awaited: bool,
        now: Now,
    ) -> Result<(), SubmitError> {
        if !self.store.may_act() {
            return Err(SubmitError::Unrecorded(Unrecorded));
        }
        self.state.submit(submission, awaited, now)
    }

    fn stored(&mut self, report: Report, now: Now) {
        let (kept, lost) = match report {
            Report::Kept(kept) => (kept, None),
            Report::Lost(kept, why) => (kept, Some(Acceptance::NotKept(why))),
            Report::Declined(kept, why) => (kept, Some(Acceptance::Declined(why))),
        };
        for kept in kept {
            if let Kept::Accepted(id) | Kept::Job(id) = kept
                && let Some(accepted) = self.accepting.remove(&id)
            {
                drop(accepted.send(lost.clone().map_or(Ok(()), Err)));
            }
            match &lost {
                None => self.state.kept(kept, now),
                Some(why) => self.state.lost(kept, &why.to_string(), now),
            }
        }
    }

    fn carry_out(&mut self) {
        // Closing a session is itself an effect with effects.
        loop {
            let effects = self.state.take_effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                self.carry_out_one(effect);
            }
        }
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::Send(session, frame) => self.post(session, Message::Text(frame.into())),
            Effect::Ping(session, number) => {
                self.post(session, Message::Ping(number.to_be_bytes().to_vec().into()));
            }
            Effect::Stray(session, id) => {
                if let Some(beside) = &self.beside {
                    beside.relay.stray(session, id);
                }
            }
            Effect::Close(session, close) => self.hang_up(session, close),
            Effect::Answer(id, answer) => {
                if let Some(waiting) = self.waiting.remove(&id) {
                    drop(waiting.send(Ok(answer)));
                }
            }
            Effect::Glanced(id, seen) => self.seen(id, seen),
            Effect::Publish(event) => {
                if let Some(beside) = &self.beside {
                    beside.shared.moved.saw(&event);
                }
                drop(self.events.send(event));
            }
            Effect::AlertBoard(board) => self.webhook.board(board),
            Effect::AlertHook(hook, here) => self.webhook.set(hook, here),
            Effect::Store(write) => self.keep(write),
            Effect::Audit(draft) => {
                if !self.store.record(draft) {
                    tracing::error!("the audit log is full; something that happened is not in it");
                }
            }
            Effect::NodeRefused { peer, node, why } => self.audit.node_refused(&peer, &node, &why),
        }
    }

    fn keep(&mut self, write: Write) {
        self.sampler.saw(&write);
        if let Some(beside) = &self.beside {
            beside.keeper.saw(&write);
            beside.shared.dirty.wrote(&write);
        }
        if let Write::End(execution, kept) = &write {
            self.metrics.ended(execution);
            if kept.is_none() && execution.attempt.is_none() {
                self.history.add(write, self.started.elapsed(), &self.store);
                return;
            }
        }
        let promise = write.promise();
        let keeper = self.beside.as_ref().map(|beside| &beside.keeper);
        let keeper = keeper.filter(|_| Keeper::wants(&write));
        let taken = match keeper {
            Some(keeper) => keeper.take(write),
            None => self.store.write(write),
        };
        if !taken {
            tracing::warn!("the store cannot keep up; something that should be kept was not");
            let why = "the store cannot keep up".to_owned();
            let lost = Report::Lost(promise.into_iter().collect(), why);
            self.stored(lost, self.now());
        }
    }

    fn now(&self) -> Now {
        Now {
            at: self.started.elapsed(),
            wall: SystemTime::now(),
        }
    }
}
