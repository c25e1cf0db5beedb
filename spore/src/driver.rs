//! The spore's hands: one task that owns the socket, the clock and the executions, waits for one thing at a
//! time, hands it to the [`Agent`] and does what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use crate::agent::{Agent, Effect, Ending};
use crate::allowance::Warrant;
use crate::doors::Entry;
use crate::execution::{self, Order, Report, Reports, Stop};
use crate::grants::Grant;
use crate::grants::watch::Watch;
use crate::link::{Event, Link, Way};
use crate::load::Load;
use crate::membership::Membership;
use crate::os::{self, Orphans};
use crate::skills::{Skills, Work};
use crate::{Status, capabilities};

/// Everything with a side effect.
pub(crate) struct Driver {
    agent: Agent,
    link: Link,
    way: Way,
    data_dir: PathBuf,
    entry: Entry,
    skills: Skills,
    /// Only where there is a policy that grants can widen.
    grants: Option<Watch>,
    /// What runs by grants, and how to stop it when they end.
    warrants: BTreeMap<String, (Stop, Warrant)>,
    load: Load,
    status: watch::Sender<Status>,
    shutdown: CancellationToken,
    told: bool,
    reports: (Reports, mpsc::UnboundedReceiver<Report>),
    /// Executions; with the driver they end, and their processes with them.
    work: JoinSet<()>,
    /// Main processes of executions.
    pids: BTreeMap<String, u32>,
    /// Something ran since memory was last given back.
    untidy: bool,
    orphans: Orphans,
}

enum Tick {
    Leave,
    Timeout,
    Link(Event),
    Report(Option<Report>),
    Grants,
}

impl Driver {
    pub(crate) fn new(
        agent: Agent,
        way: Way,
        data_dir: PathBuf,
        skills: Skills,
        status: watch::Sender<Status>,
        shutdown: CancellationToken,
    ) -> Self {
        let watch = || Watch::new(data_dir.clone(), Instant::now());
        let entry = Entry::new(&way, &data_dir);
        let mut agent = agent;
        agent.set_doors(entry.doors.count());
        Self {
            entry,
            agent,
            link: Link::Down,
            way,
            grants: skills.has_policy().then(watch),
            warrants: BTreeMap::new(),
            data_dir,
            skills,
            load: Load::new(),
            status,
            shutdown,
            told: false,
            reports: mpsc::unbounded_channel(),
            work: JoinSet::new(),
            pids: BTreeMap::new(),
            untidy: false,
            orphans: Orphans::default(),
        }
    }

    /// Until the spore has left.
    pub(crate) async fn run(mut self) {
        loop {
            let tick = self.select().await;
            let now = Instant::now();
            self.apply(tick, now);
            self.agent.leave_on(now);
            while let Some(effect) = self.agent.next_effect() {
                if matches!(effect, Effect::Gone) {
                    self.status.send_replace(Status::Left);
                    return;
                }
                self.perform(effect, now);
            }
        }
    }

    async fn select(&mut self) -> Tick {
        let timeout = self.agent.poll_timeout();
        let grants = self.grants.as_ref().map(Watch::due);
        tokio::select! {
            biased;
            () = self.shutdown.cancelled(), if !self.told => Tick::Leave,
            () = at(grants), if grants.is_some() => Tick::Grants,
            () = at(timeout), if timeout.is_some() => Tick::Timeout,
            event = self.link.next(&mut self.agent) => Tick::Link(event),
            report = self.reports.1.recv() => Tick::Report(report),
        }
    }

    fn apply(&mut self, tick: Tick, now: Instant) {
        match tick {
            Tick::Leave => {
                self.told = true;
                self.agent.leave(now);
            }
            Tick::Timeout => self.agent.timeout(now),
            Tick::Link(event) => self.link_event(event, now),
            Tick::Report(Some(report)) => self.report(report),
            // Never: the sender is ours.
            Tick::Report(None) => {}
            Tick::Grants => {
                let changed = self.grants.as_mut().and_then(|grants| grants.look(now));
                if let Some(grants) = changed {
                    self.regrant(grants);
                }
            }
        }
    }

    fn link_event(&mut self, event: Event, now: Instant) {
        let wall = SystemTime::now();
        match event {
            Event::Dialed(Ok(dialed)) => {
                self.link = Link::up(dialed.socket, dialed.flow);
                self.entry.peer = Some(dialed.peer);
                self.agent
                    .dialed(now, wall, dialed.has_docker, dialed.proof);
            }
            Event::Dialed(Err(ending)) | Event::Lost(ending) => self.lost(&ending, now),
            Event::Text(text) => self.agent.frame(&text, now, wall),
            Event::NotText => self.agent.not_text(now, wall),
            Event::Sign => self.agent.heard(now),
        }
    }

    fn report(&mut self, report: Report) {
        match &report {
            Report::Started {
                request_id,
                pid: Some(pid),
            } => drop(self.pids.insert(request_id.clone(), *pid)),
            Report::Ended { request_id, .. } => {
                self.pids.remove(request_id);
                self.warrants.remove(request_id);
            }
            Report::Started { .. } | Report::Chunk { .. } => {}
        }
        self.agent.report(report);
    }

    fn perform(&mut self, effect: Effect, now: Instant) {
        match effect {
            Effect::Dial => {
                self.link = Link::dial(self.way.clone(), self.entry.doors.current().clone());
            }
            Effect::MoveOn => self.entry.doors.move_on(),
            Effect::Learn(told) => self.entry.hear(told),
            Effect::HangUp(reason) => self.lost(
                &Ending {
                    reason,
                    close: None,
                },
                now,
            ),
            Effect::Sample => {
                self.tidy();
                self.agent.beat(self.load.read(), SystemTime::now());
            }
            Effect::Start(order) => self.start(order),
            Effect::Tell(status) => {
                debug!(?status, "status");
                self.entry.status(&status);
                self.status.send_replace(status);
            }
            Effect::Joined(node_id) => self.joined(node_id),
            Effect::FallBack => self.fall_back(),
            // The loop ends at it.
            Effect::Gone => {}
        }
    }

    fn start(&mut self, order: Order) {
        self.untidy = true;
        let (request_id, stop) = (order.request_id.clone(), order.stop.clone());
        match self.skills.begin(order, self.reports.0.clone()) {
            Ok((work, warrant)) => {
                if !warrant.rules.is_empty() {
                    info!(%request_id, rules = %warrant.rules.join(", "), "permitted");
                }
                if warrant.ends() {
                    self.warrants.insert(request_id.clone(), (stop, warrant));
                }
                self.begin(request_id, work);
            }
            Err(reason) => self.agent.refused(request_id, reason),
        }
    }

    /// Other grants are in force: what none of them covers any more is stopped, and the Nexus is told what may be asked for.
    fn regrant(&mut self, grants: Vec<Grant>) {
        self.skills.set_grants(grants);
        for (request_id, (stop, warrant)) in &mut self.warrants {
            if let Err(reason) = self.skills.renew(warrant) {
                info!(%request_id, %reason, "stopping");
                stop.because(reason);
            }
        }
        let skills = &self.skills;
        self.agent
            .change(|capabilities| capabilities::offer(capabilities, skills));
    }

    /// An execution that breaks off (a defect of ours) is reported too, and harms no other.
    fn begin(&mut self, request_id: String, work: Work) {
        while self.work.try_join_next().is_some() {}
        let reports = self.reports.0.clone();
        self.work.spawn(async move {
            let mut watch = execution::BreakOff {
                request_id,
                reports,
                done: false,
            };
            work.await;
            watch.done = true;
        });
    }

    /// Until it is kept the code would be shown again, which does no harm.
    fn joined(&mut self, node_id: String) {
        let Way::Member(membership) = &mut self.way else {
            return;
        };
        info!(%node_id, "this machine is a member now");
        membership.node_id = Some(node_id);
        membership.join = None;
        if let Err(error) = membership.save(&self.data_dir) {
            error!(%error, "the membership cannot be kept; after a restart it may have to join anew");
        }
    }

    fn fall_back(&mut self) {
        match Membership::fall_back(&self.data_dir) {
            Ok(Some(before)) => {
                warn!("the join code was refused; this machine stays with its former membership");
                self.agent.be_member(&before);
                self.way = Way::Member(before);
                self.entry = Entry::new(&self.way, &self.data_dir);
                self.agent.set_doors(self.entry.doors.count());
            }
            Ok(None) => {}
            Err(error) => error!(%error, "cannot read the former membership"),
        }
    }

    /// Takes over what the Nexus said of its addresses; not sooner, so that one that says much costs little.
    fn learn(&mut self) {
        if let Way::Member(membership) = &self.way
            && self.entry.learn(membership, &self.data_dir)
        {
            self.agent.set_doors(self.entry.doors.count());
        }
    }

    /// Housekeeping at the pace of heartbeats.
    fn tidy(&mut self) {
        self.learn();
        let ours: BTreeSet<u32> = self.pids.values().copied().collect();
        self.orphans.reap(&ours);
        while self.work.try_join_next().is_some() {}
        if self.work.is_empty() && std::mem::take(&mut self.untidy) {
            os::trim_memory();
        }
    }

    fn lost(&mut self, ending: &Ending, now: Instant) {
        self.link = Link::Down;
        self.learn();
        let random = getrandom::u64().unwrap_or_else(|_| u64::from(now.elapsed().subsec_nanos()));
        self.agent.lost(ending, now, random);
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}
