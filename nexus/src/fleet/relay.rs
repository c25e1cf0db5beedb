//! Spores whose sockets are here, for executions that other instances own. What they order goes out by the same outbox as our
//! own orders; what the spore says of their executions goes to them instead of our state.
//!
//! A spore lets go of output and results only when their owner acknowledges them, so whatever is lost between two instances
//! is still there: the spore is asked to connect again and brings everything back.
//! Not here: our own use of nodes elsewhere ([`super::far`]), and the way between instances ([`super::links`]).

mod inside;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::ws::Message;
use protocol::{FromNexus, FromSpore, Running, decode_from_nexus};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::links::{Link, Outgoing};
use super::message::Placed;
use super::{Epoch, InstanceId};
use crate::model::SessionId;

/// Bytes that are kept for one session while the owner of what it brought back is looked for.
const PARKED: usize = 4 << 20;
/// How long a session with more than that is not read, so that the owner can say a word.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a route stays after the response, for one that is sent again.
const AFTER: Duration = Duration::from_secs(120);

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
    /// Instances that did not get what was for them, and have not been told.
    owed: HashSet<InstanceId>,
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
    /// Nobody has said that it is theirs, since then.
    Parked(Vec<String>, Instant),
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
    /// Not known yet; ask again.
    Later,
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
        // Its spore may be back by another socket already, and have brought the same executions.
        for id in here.routes {
            if inside
                .routes
                .get(&id)
                .is_some_and(|route| route.session == session)
            {
                inside.routes.remove(&id);
            }
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
            way: Way::Parked(Vec::new(), Instant::now()),
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
            Way::Parked(..) | Way::Broken => true,
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
        let (mut again, mut freed) = (false, 0);
        for id in ids {
            let Some(route) = inside
                .routes
                .get_mut(id)
                .filter(|route| route.session == session)
            else {
                continue;
            };
            match std::mem::replace(&mut route.way, Way::To(link.clone())) {
                Way::Parked(frames, _) => {
                    freed += frames.iter().map(String::len).sum::<usize>();
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
        if let Some(here) = inside.sessions.get_mut(&session) {
            here.parked -= freed;
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
            Way::Parked(frames, since) => {
                let Some(here) = sessions.get_mut(&session) else {
                    return Goes::Kept;
                };
                if here.parked + frame.len() <= PARKED {
                    here.parked += frame.len();
                    frames.push(frame.to_owned());
                } else if since.elapsed() < PATIENCE {
                    return Goes::Later;
                } else {
                    here.parked -= frames.iter().map(String::len).sum::<usize>();
                    route.way = Way::Broken;
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
        let Inside { routes, owed, .. } = &mut *inside;
        for route in routes.values_mut() {
            if matches!(&route.way, Way::To(link) if link.to() == to) {
                route.way = Way::Broken;
                owed.insert(to);
            }
        }
    }

    /// Whether something for this instance was lost; once, because it is told by that.
    pub(crate) fn owes(&self, to: InstanceId) -> bool {
        self.lock().owed.remove(&to)
    }

    /// These became ours. What was kept of them may not be whole, so their spores are asked to come again.
    pub(crate) fn bring(&self, ids: &[Uuid]) {
        let inside = self.lock();
        let routes = ids.iter().filter_map(|id| inside.routes.get(id));
        let sessions: HashSet<SessionId> = routes.map(|route| route.session).collect();
        for session in sessions {
            inside.come_again(session);
        }
    }

    /// What its spore has of somebody else's is to be told to them.
    pub(crate) fn come_again(&self, session: SessionId) {
        self.lock().come_again(session);
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
