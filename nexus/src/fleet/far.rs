//! Nodes whose sockets are at other instances, as our own state sees them: each has a session like any other, whose frames
//! go over the bus to whoever holds the socket. So everything that is true of a session here is true of one there: what is out
//! when it ends is unknown, and what comes back is taken up again.
//! Not here: sockets that are here ([`super::relay`]), and who holds what ([`super::run`]).

mod orders;
mod probe;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Message;
use protocol::{
    Capabilities, FromNexus, FromSpore, Handshake, Running, decode_from_nexus, decode_from_spore,
};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use self::orders::{BATCH, Orders, refusal};
use self::probe::Silent;
use super::message::{Placed, Reply, Says};
use super::post::{Post, Unsaid};
use super::round::{Round, Stamp};
use super::{Epoch, InstanceId};
use crate::hub::Input;
use crate::model::SessionId;
use crate::trust::{Arrival, Credential};

/// Numbers of sessions elsewhere begin here, so that they never meet those of our own sockets.
const FIRST: u64 = 1 << 63;
/// Frames that may wait for one node, as for one of our own.
const OUTBOX: usize = 256;
/// Nodes that are asked for at once.
const OPEN: usize = 500;

/// See the module.
pub(crate) struct Far {
    own: InstanceId,
    post: Arc<Post>,
    inbox: mpsc::Sender<Input>,
    tasks: TaskTracker,
    next: AtomicU64,
    nodes: Mutex<Nodes>,
    silent: Silent,
}

#[derive(Default)]
struct Nodes {
    all: HashMap<String, Elsewhere>,
    round: Round,
}

#[derive(Clone, Copy)]
struct Elsewhere {
    by: InstanceId,
    epoch: Epoch,
    told: Stamp,
    /// Ours to it; none while its instance does not answer.
    session: Option<SessionId>,
}

impl Elsewhere {
    /// Nobody holds it; how it was.
    fn let_go(&mut self) -> Self {
        let nobody = Self {
            by: InstanceId(Uuid::nil()),
            session: None,
            ..*self
        };
        std::mem::replace(self, nobody)
    }

    /// What we had there is over; how it was.
    fn hang_up(&mut self) -> Self {
        let before = *self;
        self.session = None;
        before
    }
}

impl Far {
    pub(crate) fn new(
        own: InstanceId,
        post: Arc<Post>,
        inbox: mpsc::Sender<Input>,
        tasks: TaskTracker,
    ) -> Arc<Self> {
        Arc::new(Self {
            own,
            post,
            inbox,
            tasks,
            next: AtomicU64::new(FIRST),
            nodes: Mutex::default(),
            silent: Silent::default(),
        })
    }

    /// The directory says who holds a node. What we had with an older placement is over.
    pub(crate) async fn held(&self, node: String, by: InstanceId, epoch: Epoch) {
        let before = {
            let mut nodes = self.lock();
            let told = nodes.round.stamp();
            if let Some(known) = nodes.all.get_mut(&node)
                && known.epoch >= epoch
            {
                known.told = told;
                return;
            }
            let new = Elsewhere {
                by,
                epoch,
                told,
                session: None,
            };
            // Ours are in the map too: an older word of the directory must not bring an older holder back.
            nodes.all.insert(node, new)
        };
        self.end(before, "another instance holds it now").await;
    }

    /// Nobody holds it any more.
    pub(crate) async fn free(&self, node: &str, epoch: Epoch) {
        let before = {
            let mut nodes = self.lock();
            match nodes.all.get_mut(node) {
                Some(known) if known.epoch == epoch => Some(known.let_go()),
                _ => None,
            }
        };
        self.end(before, "its spore left").await;
    }

    /// The directory begins to tell everything anew.
    pub(crate) fn begin_round(&self) {
        self.lock().round.begin();
    }

    /// It told everything: what it did not tell is held by nobody, as far as it knows (any more).
    pub(crate) async fn up_to_date(&self) {
        let free: Vec<Elsewhere> = {
            let nodes = &mut *self.lock();
            let round = &mut nodes.round;
            round.up_to_date();
            let theirs = nodes.all.values_mut().filter(|known| known.by != self.own);
            let free = theirs.filter(|known| !known.told.is_of(round));
            free.map(Elsewhere::let_go).collect()
        };
        for before in free {
            self.end(Some(before), "nobody says any more who holds it")
                .await;
        }
    }

    /// Opens it anew: its spore may have something that became ours.
    pub(crate) async fn again(&self, node: &str) {
        let before = self.lock().all.get_mut(node).map(Elsewhere::hang_up);
        self.end(before, "it is opened anew").await;
    }

    /// Nothing is heard of this instance any more.
    pub(crate) async fn lost(&self, instance: InstanceId) {
        let sessions: Vec<Elsewhere> = {
            let mut nodes = self.lock();
            let all = nodes.all.values_mut();
            let theirs = all.filter(|known| known.by == instance);
            theirs.map(Elsewhere::hang_up).collect()
        };
        for before in sessions {
            self.end(Some(before), "its instance does not answer").await;
        }
    }

    /// Opens what is held by instances that live and is not open yet.
    pub(crate) async fn open(self: &Arc<Self>, lives: impl Fn(InstanceId) -> bool) {
        let mut wanted: HashMap<InstanceId, Vec<Placed>> = HashMap::new();
        for (node, known) in &self.lock().all {
            if known.session.is_none() && known.by != self.own && lives(known.by) {
                let epoch = known.epoch;
                let node = node.clone();
                wanted
                    .entry(known.by)
                    .or_default()
                    .push(Placed { node, epoch });
            }
        }
        for (by, nodes) in wanted {
            for nodes in nodes.chunks(OPEN) {
                if !self.open_some(by, nodes).await {
                    break;
                }
            }
        }
    }

    async fn open_some(self: &Arc<Self>, by: InstanceId, nodes: &[Placed]) -> bool {
        let says = Says::Open {
            nodes: nodes.to_vec(),
        };
        let Ok(Reply::Open { nodes: found }) = self.post.ask(by, &says).await else {
            return false;
        };
        for (at, running) in nodes.iter().zip(found) {
            if let Some(running) = running {
                self.begin(by, at, running).await;
            }
        }
        true
    }

    async fn begin(self: &Arc<Self>, by: InstanceId, at: &Placed, running: Vec<Running>) {
        let session = SessionId(self.next.fetch_add(1, Ordering::Relaxed));
        {
            let mut nodes = self.lock();
            match nodes.all.get_mut(&at.node) {
                Some(known) if known.epoch == at.epoch && known.session.is_none() => {
                    known.session = Some(session);
                }
                _ => return,
            }
        }
        let (outbox, frames) = mpsc::channel(OUTBOX);
        let arrival = Arrival {
            counted: false,
            peer: String::new(),
            secure: true,
            credential: Credential::Fleet(by),
        };
        let hello = Handshake {
            node_id: at.node.clone(),
            node_name: String::new(),
            capabilities: Capabilities::default(),
            token: String::new(),
            proof: None,
            join: None,
            protocol: protocol::Version::V2.number(),
            running,
        };
        let hello = Box::new(hello);
        let input = Input::Hello {
            session,
            hello,
            arrival,
            outbox,
        };
        if self.inbox.send(input).await.is_ok() {
            let forward = Arc::clone(self).forward(by, at.clone(), session, frames);
            self.tasks.spawn(forward);
        }
    }

    /// Carries what our state sends to the node.
    async fn forward(
        self: Arc<Self>,
        by: InstanceId,
        at: Placed,
        session: SessionId,
        mut outbox: mpsc::Receiver<Message>,
    ) {
        let mut waiting = Vec::with_capacity(BATCH);
        while outbox.recv_many(&mut waiting, BATCH).await > 0 {
            for says in self.letters(&at, session, waiting.drain(..)).await {
                match self.post.ask(by, &says).await {
                    Ok(Reply::Done) => {}
                    // The node is there, and takes what is smaller.
                    Err(why @ (Unsaid::Older(_) | Unsaid::TooLarge(_))) => {
                        self.refuse(session, &says, &why.to_string()).await;
                    }
                    Ok(_) | Err(Unsaid::Silent) => {
                        self.forget(&at.node, session);
                        let why = "its instance does not answer";
                        drop(self.inbox.send(Input::Closed(session, why)).await);
                        return;
                    }
                }
            }
        }
        // Our state has closed it by itself.
        self.forget(&at.node, session);
    }

    async fn letters(
        &self,
        at: &Placed,
        session: SessionId,
        messages: impl Iterator<Item = Message>,
    ) -> Vec<Says> {
        let mut orders = Orders::new(at);
        let mut letters = Vec::new();
        for message in messages {
            match message {
                Message::Text(text) => match decode_from_nexus(&text) {
                    Ok(FromNexus::Welcome(welcome)) => {
                        let ids = welcome.resume.iter();
                        let ids: Vec<Uuid> = ids
                            .filter_map(|entry| Uuid::try_parse(&entry.request_id).ok())
                            .collect();
                        if !ids.is_empty() {
                            letters.push(Says::Mine {
                                at: at.clone(),
                                ids,
                            });
                        }
                    }
                    Ok(_) | Err(_) => letters.extend(orders.add(text.to_string())),
                },
                Message::Ping(number) => {
                    let number = number.as_ref().try_into().map_or(0, u64::from_be_bytes);
                    drop(self.inbox.send(Input::Pong(session, number)).await);
                }
                Message::Binary(_) | Message::Pong(_) | Message::Close(_) => {}
            }
        }
        letters.extend(orders.rest());
        letters
    }

    /// Executions that cannot be ordered there end with the reason.
    async fn refuse(&self, session: SessionId, says: &Says, why: &str) {
        let Says::Orders { frames, .. } = says else {
            return;
        };
        for frame in frames {
            let Ok(FromNexus::ExecuteSkill(order)) = decode_from_nexus(frame) else {
                continue;
            };
            let refused = FromSpore::Response(refusal(order.request_id, why));
            let input = Input::Message(session, Box::new(refused));
            drop(self.inbox.send(input).await);
        }
    }

    /// Frames of spores that another instance holds. Those of a placement that is over are dropped.
    pub(crate) async fn frames(&self, from: InstanceId, frames: Vec<(Placed, String)>) {
        for (at, frame) in frames {
            let known = self.lock().all.get(&at.node).copied();
            let session = known
                .filter(|known| known.by == from && known.epoch == at.epoch)
                .and_then(|known| known.session);
            let Some(session) = session else { continue };
            // It was read before it was sent; what cannot be read here is of a newer version.
            let Ok(mut message) = decode_from_spore(&frame) else {
                continue;
            };
            if let FromSpore::Response(response) = &mut message {
                response.drop_unreadable();
            }
            if self
                .inbox
                .send(Input::Message(session, Box::new(message)))
                .await
                .is_err()
            {
                return;
            }
        }
    }

    /// How many nodes can be used from here.
    pub(crate) fn reached(&self) -> usize {
        let nodes = self.lock();
        let open = nodes.all.values().filter(|known| known.session.is_some());
        open.count()
    }

    fn forget(&self, node: &str, session: SessionId) {
        if let Some(known) = self.lock().all.get_mut(node)
            && known.session == Some(session)
        {
            known.session = None;
        }
    }

    async fn end(&self, before: Option<Elsewhere>, why: &'static str) {
        if let Some(session) = before.and_then(|before| before.session) {
            drop(self.inbox.send(Input::Closed(session, why)).await);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Nodes> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
