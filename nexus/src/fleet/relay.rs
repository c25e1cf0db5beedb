//! Spores whose sockets are here, for executions that other instances own. What they order goes out by the same outbox as our
//! own orders; what the spore says of their executions goes to them instead of our state.
//!
//! A spore lets go of output and results only when their owner acknowledges them, so whatever is lost between two instances
//! is still there: the spore is asked to connect again and brings everything back.
//! Not here: our own use of nodes elsewhere ([`super::far`]), and the way between instances ([`super::links`]).

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message};
use protocol::{Ack, FromNexus, FromSpore, Running, decode_from_nexus};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::links::{Link, Outgoing};
use super::message::Placed;
use super::{Epoch, InstanceId};
use crate::model::SessionId;

/// Bytes that are kept for one session while the owner of what it brought back is looked for.
const PARKED: usize = 4 << 20;
/// How long a route stays after the response, for one that is sent again.
const AFTER: Duration = Duration::from_secs(120);
/// Asks a spore of ours to connect again (RFC 6455 and its registry: service restart).
const COME_AGAIN: u16 = 1012;

/// See the module. Its lock is never held over a wait.
#[derive(Default)]
pub(crate) struct Relay {
    inside: Mutex<Inside>,
    /// Whether there is any route, so that a Nexus that is alone pays nothing.
    any: AtomicBool,
}

#[derive(Default)]
struct Inside {
    sessions: HashMap<SessionId, Here>,
    nodes: HashMap<String, SessionId>,
    routes: HashMap<Uuid, Route>,
}

/// A socket that is here.
struct Here {
    outbox: mpsc::WeakSender<Message>,
    /// Which node it is, once the directory knows.
    placed: Option<Placed>,
    /// What it brought back, by its handshake.
    running: Vec<Running>,
    routes: HashSet<Uuid>,
    parked: usize,
}

struct Route {
    session: SessionId,
    /// What a handshake would say of it now.
    running: Running,
    way: Way,
    over: Option<Instant>,
}

enum Way {
    /// Nobody has said that it is theirs.
    Parked(Vec<String>),
    To(Link),
    /// Something was lost on the way, so all of it waits in the spore.
    Broken,
}

/// Where a frame of a spore goes.
pub(crate) enum Goes {
    /// To our own state.
    Home,
    /// Nowhere now; nothing is lost.
    Kept,
    /// There; wait until it is taken.
    Away(Link, Outgoing),
}

impl Relay {
    /// A socket that has said who it is; before its node is told to the state.
    pub(crate) fn opened(
        &self,
        session: SessionId,
        outbox: mpsc::WeakSender<Message>,
        running: Vec<Running>,
    ) {
        let here = Here {
            outbox,
            placed: None,
            running,
            routes: HashSet::new(),
            parked: 0,
        };
        self.lock().sessions.insert(session, here);
    }

    /// The directory knows that this node's session is here.
    pub(crate) fn claimed(&self, node: String, session: SessionId, epoch: Epoch) {
        let mut inside = self.lock();
        if let Some(here) = inside.sessions.get_mut(&session) {
            here.placed = Some(Placed {
                node: node.clone(),
                epoch,
            });
            inside.nodes.insert(node, session);
        }
    }

    /// Its socket is gone. The placement that ended, if it was known to others.
    pub(crate) fn closed(&self, session: SessionId) -> Option<Placed> {
        let mut inside = self.lock();
        let here = inside.sessions.remove(&session)?;
        for id in here.routes {
            inside.routes.remove(&id);
        }
        self.any.store(!inside.routes.is_empty(), Ordering::Release);
        let placed = here.placed?;
        if inside.nodes.get(&placed.node) == Some(&session) {
            inside.nodes.remove(&placed.node);
        }
        Some(placed)
    }

    /// The state does not know this execution that the spore brought back.
    pub(crate) fn stray(&self, session: SessionId, id: Uuid) {
        let mut inside = self.lock();
        let Some(here) = inside.sessions.get_mut(&session) else {
            return;
        };
        let told = here
            .running
            .iter()
            .find(|entry| Uuid::try_parse(&entry.request_id) == Ok(id));
        let Some(running) = told.cloned() else {
            return;
        };
        here.routes.insert(id);
        let route = Route {
            session,
            running,
            way: Way::Parked(Vec::new()),
            over: None,
        };
        inside.routes.insert(id, route);
        self.any.store(true, Ordering::Release);
    }

    /// What its spore has that may be this instance's: what nobody has claimed, and what it asked for itself. None when the
    /// node is not here in that placement.
    pub(crate) fn open(&self, at: &Placed, by: InstanceId) -> Option<Vec<Running>> {
        let inside = self.lock();
        let here = inside.sessions.get(&inside.at(at)?)?;
        let routes = here.routes.iter().filter_map(|id| inside.routes.get(id));
        let may_be_theirs = |route: &&Route| match &route.way {
            Way::Parked(_) | Way::Broken => true,
            Way::To(link) => link.to() == by,
        };
        Some(
            routes
                .filter(may_be_theirs)
                .map(|route| route.running.clone())
                .collect(),
        )
    }

    /// Another instance owns these. What was kept of them goes there; where something was lost, the spore is asked to come
    /// again. False: the node is not here.
    pub(crate) fn mine(&self, at: &Placed, ids: &[Uuid], link: &Link) -> bool {
        let mut inside = self.lock();
        let Some(session) = inside.at(at) else {
            return false;
        };
        let mut again = false;
        for id in ids {
            let Some(route) = inside
                .routes
                .get_mut(id)
                .filter(|route| route.session == session)
            else {
                continue;
            };
            match std::mem::replace(&mut route.way, Way::To(link.clone())) {
                Way::Parked(frames) => {
                    again |= frames.into_iter().any(|frame| {
                        !link.try_send(Outgoing {
                            at: at.clone(),
                            frame,
                        })
                    });
                }
                // It had it before and asks again: whatever was sent in between went nowhere.
                Way::To(_) | Way::Broken => again = true,
            }
        }
        if again {
            inside.come_again(session);
        }
        true
    }

    /// Orders of another instance. False: the node is not here in that placement, or does not take them.
    pub(crate) fn order(&self, at: &Placed, frames: Vec<String>, link: &Link) -> bool {
        let mut inside = self.lock();
        let Some(session) = inside.at(at) else {
            return false;
        };
        let Some(outbox) = inside
            .sessions
            .get(&session)
            .and_then(|here| here.outbox.upgrade())
        else {
            return false;
        };
        for frame in frames {
            match decode_from_nexus(&frame) {
                Ok(FromNexus::ExecuteSkill(order)) => {
                    let Ok(id) = Uuid::try_parse(&order.request_id) else {
                        continue;
                    };
                    let running = Running {
                        request_id: order.request_id,
                        skill_name: order.skill_name,
                        method_name: order.method_name,
                        first_seq: 0,
                        next_seq: 0,
                    };
                    let route = Route {
                        session,
                        running,
                        way: Way::To(link.clone()),
                        over: None,
                    };
                    inside.routes.insert(id, route);
                    if let Some(here) = inside.sessions.get_mut(&session) {
                        here.routes.insert(id);
                    }
                    self.any.store(true, Ordering::Release);
                }
                Ok(FromNexus::Ack(ack)) => inside.acknowledged(&ack),
                Ok(FromNexus::Cancel(_)) => {}
                // Who a node is and how it stands is told by facts, never by another instance's frames.
                Ok(
                    FromNexus::Challenge(_)
                    | FromNexus::Welcome(_)
                    | FromNexus::Disconnect(_)
                    | FromNexus::Problem(_),
                )
                | Err(_) => {
                    continue;
                }
            }
            if outbox.try_send(Message::Text(frame.into())).is_err() {
                inside.come_again(session);
                return false;
            }
        }
        true
    }

    /// Where this frame goes. Costs one load while nothing is relayed.
    pub(crate) fn way(&self, session: SessionId, message: &FromSpore, frame: &str) -> Goes {
        if !self.any.load(Ordering::Acquire) {
            return Goes::Home;
        }
        let id = match message {
            FromSpore::Accepted(accepted) => &accepted.request_id,
            FromSpore::Output(output) => &output.request_id,
            FromSpore::Response(response) => &response.request_id,
            FromSpore::Hello(_)
            | FromSpore::Handshake(_)
            | FromSpore::Heartbeat(_)
            | FromSpore::Announcement(_)
            | FromSpore::Disconnect(_)
            | FromSpore::Problem(_) => return Goes::Home,
        };
        let Ok(id) = Uuid::try_parse(id) else {
            return Goes::Home;
        };
        let mut inside = self.lock();
        let Inside {
            sessions, routes, ..
        } = &mut *inside;
        let Some(route) = routes.get_mut(&id).filter(|route| route.session == session) else {
            return Goes::Home;
        };
        if matches!(message, FromSpore::Response(_)) {
            route.over = Some(Instant::now());
        }
        match &mut route.way {
            Way::Broken => Goes::Kept,
            Way::Parked(frames) => {
                if let Some(here) = sessions.get_mut(&session) {
                    here.parked += frame.len();
                    if here.parked <= PARKED {
                        frames.push(frame.to_owned());
                    } else {
                        route.way = Way::Broken;
                    }
                }
                Goes::Kept
            }
            Way::To(link) => {
                let at = sessions.get(&session).and_then(|here| here.placed.clone());
                at.map_or(Goes::Kept, |at| {
                    Goes::Away(
                        link.clone(),
                        Outgoing {
                            at,
                            frame: frame.to_owned(),
                        },
                    )
                })
            }
        }
    }

    /// Frames for this instance were lost, so nothing more of those executions is sent there until it says again that
    /// they are its own.
    pub(crate) fn broken(&self, to: InstanceId) {
        let mut inside = self.lock();
        for route in inside.routes.values_mut() {
            if matches!(&route.way, Way::To(link) if link.to() == to) {
                route.way = Way::Broken;
            }
        }
    }

    /// Lets go of routes whose response is long gone.
    pub(crate) fn prune(&self, now: Instant) {
        let mut inside = self.lock();
        let Inside {
            sessions, routes, ..
        } = &mut *inside;
        routes.retain(|id, route| {
            let stays = route
                .over
                .is_none_or(|over| now.duration_since(over) < AFTER);
            if !stays && let Some(here) = sessions.get_mut(&route.session) {
                here.routes.remove(id);
            }
            stays
        });
        self.any.store(!inside.routes.is_empty(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// The owner has kept so much of it; the spore lets go of that.
    fn acknowledged(&mut self, ack: &Ack) {
        let Ok(id) = Uuid::try_parse(&ack.request_id) else {
            return;
        };
        let Some(route) = self.routes.get_mut(&id) else {
            return;
        };
        route.running.first_seq = route.running.first_seq.max(ack.next_seq);
        if ack.finished {
            let session = route.session;
            self.routes.remove(&id);
            if let Some(here) = self.sessions.get_mut(&session) {
                here.routes.remove(&id);
            }
        }
    }

    /// The session of a node in exactly this placement.
    fn at(&self, at: &Placed) -> Option<SessionId> {
        let session = self.nodes.get(&at.node)?;
        let here = self.sessions.get(session)?;
        (here.placed.as_ref() == Some(at)).then_some(*session)
    }

    /// Ends a session so that its spore brings back all that was not acknowledged.
    fn come_again(&self, session: SessionId) {
        if let Some(outbox) = self
            .sessions
            .get(&session)
            .and_then(|here| here.outbox.upgrade())
        {
            let frame = CloseFrame {
                code: COME_AGAIN,
                reason: "come again and bring what is not acknowledged".into(),
            };
            drop(outbox.try_send(Message::Close(Some(frame))));
        }
    }
}
