//! What a Nexus is put together from, each part out of the configuration and what was remembered. Not here: the order in
//! which they come to life.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use protocol::Address;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{MAX_EXECUTIONS, MAX_NODES, MAX_QUEUE};
use crate::access::{Limits, Tokens};
use crate::approval::Approvals;
use crate::audit::{Action, AuditLog, Entry, InstanceName};
use crate::config::Config;
use crate::console::Console;
use crate::fleet::{Entered, Member, Others, Relay, Seams, Shared};
use crate::groups::Groups;
use crate::hub::{Handle, Input};
use crate::identity::Identity;
use crate::joining::{Joining, reachable_at};
use crate::metrics::Metrics;
use crate::model::Now;
use crate::scheduler::Scheduler;
use crate::secret::Secret;
use crate::session::Gate;
use crate::sources::Sources;
use crate::state::{Rules, State};
use crate::store::{Remembered, Store, StoreError};
use crate::tls::{Certificate, Source};
use crate::webhook::{Patience, Webhook};

pub(super) fn restored(
    config: &Config,
    remembered: Remembered,
    entered: Option<&Entered>,
) -> State {
    let mut state = State::new(rules(config));
    if let Some(entered) = entered {
        state.set_instance(entered.id);
    }
    state.restore_groups(Groups::restore(remembered.groups));
    let present = remembered.nodes.iter().filter(|node| !node.removed);
    state.restore_charts(
        remembered.charts,
        &present.map(|node| node.ordinal).collect(),
    );
    for node in remembered.nodes {
        state.restore_node(node);
    }
    state.restore_trust(remembered.codes, remembered.waiting);
    state.restore_approvals(Approvals::restore(remembered.rules, remembered.approvals));
    let now = Now {
        at: Duration::ZERO,
        wall: SystemTime::now(),
    };
    let jobs = remembered.jobs;
    let alerts = remembered.alerts;
    state.restore_plans(remembered.plans);
    state.restore_stop(jobs.stop);
    state.restore_jobs(jobs.live, jobs.next, jobs.used, now);
    state.restore_singles(&remembered.singles, now);
    state.restore_alerts(alerts, now);
    if let Some(hook) = config.alert_webhook.clone() {
        state.fix_alert_hook(hook);
    }
    state
}

pub(super) async fn tokens(
    config: &Config,
    store: &Store,
    audit: &AuditLog,
    local: &Secret,
) -> Result<Tokens, StoreError> {
    let (store, audit, local) = (store.clone(), audit.clone(), local.clone());
    Tokens::load(store, audit, local, config.request_rate).await
}

pub(super) fn audit_log(
    config: &Config,
    store: &Store,
    identity: &Identity,
    entered: Option<&Entered>,
) -> AuditLog {
    let name = config.name.clone();
    let own = entered.map(|entered| InstanceName {
        id: entered.id.0,
        name,
    });
    AuditLog::new(store.clone(), protocol::Fixed(identity.public()), own)
}

/// What the audit log says of a start: whatever makes the doors wider, and how many executions the last life left unknown.
pub(super) fn about(config: &Config, addresses: &[SocketAddr], orphaned: usize) -> Entry {
    Entry::new(Action::Start, SystemTime::now()).with(serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "listening": addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "open_api": config.open_api, "shared_token": config.shared_token.is_some(), "plain": format!("{:?}", config.plain),
        "local_fallback": config.local_fallback, "executions_unknown": orphaned,
    }))
}

pub(super) fn joining(
    config: &Config,
    addresses: &[SocketAddr],
    handle: &Handle,
    identity: &Identity,
) -> Joining {
    let listening = addresses
        .first()
        .copied()
        .unwrap_or_else(|| SocketAddr::new(config.host, config.port));
    let reachable = if config.public_addresses.is_empty() {
        reachable_at(listening)
    } else {
        config.public_addresses.clone()
    };
    Joining::new(handle.clone(), identity.public(), listening, reachable)
}

pub(super) fn console(
    config: &Config,
    addresses: &[SocketAddr],
    handle: &Handle,
    joining: &Joining,
    tokens: &Tokens,
) -> Console {
    let configured = SocketAddr::new(config.host, config.port);
    Console::new(
        handle.clone(),
        joining.clone(),
        tokens.clone(),
        config.name.clone(),
        addresses.first().copied().unwrap_or(configured),
    )
}

/// What this Nexus is to its swarm.
pub(super) fn member(
    entered: Entered,
    seams: Seams,
    config: &Config,
    addresses: &[SocketAddr],
    (handle, tokens): (&Handle, &Tokens),
    (tasks, stopping): (&TaskTracker, &CancellationToken),
) -> Member {
    let Entered { id, engine, .. } = entered;
    let others = handle.others().cloned();
    let others = others.unwrap_or_else(|| Others::new(id, Arc::clone(&engine.bus)));
    let listening = addresses.first().copied();
    let listening = listening.unwrap_or_else(|| SocketAddr::new(config.host, config.port));
    let reachable = if config.public_addresses.is_empty() {
        reachable_at(listening)
    } else {
        config.public_addresses.clone()
    };
    let door = |address: &Address| format!("{}:{}", address.host, address.port);
    Member {
        id,
        name: config.name.clone(),
        addresses: reachable.iter().map(door).collect(),
        identity: std::fs::read(config.identity_file()).ok().map(Into::into),
        engine,
        seams,
        tokens: tokens.clone(),
        handle: handle.alone(),
        others,
        stopping: stopping.clone(),
        tasks: tasks.clone(),
    }
}

/// Begins to take jobs from brokers; a Nexus that is switched off takes them from nobody.
pub(super) fn sources(
    config: &Config,
    identity: &Identity,
    entered: Option<&Entered>,
    asks: (&Handle, &Tokens),
    metrics: &Arc<Metrics>,
    tasks: (&TaskTracker, &CancellationToken),
) -> Sources {
    // The same after each start, and another one than that of others of this name; instances of a swarm have one identity.
    let key = match entered {
        Some(entered) => entered.id.0.simple().to_string(),
        None => protocol::Fixed(identity.public()).to_string(),
    };
    let name = config.name.replace(char::is_whitespace, "-");
    let consumer = format!("{name}-{}", protocol::limits::cut(&key, 8));
    let all = if config.enabled {
        config.sources.as_slice()
    } else {
        &[]
    };
    let swarm = entered.map(|entered| Arc::clone(&entered.engine.directory));
    Sources::start(all, &consumer, (asks.0, asks.1, swarm), metrics, tasks)
}

pub(super) fn rules(config: &Config) -> Rules {
    Rules {
        heartbeat_timeout: config.heartbeat_timeout,
        local_node: config.local_node.clone(),
        local_fallback: config.local_fallback,
        nexus_id: config.name.clone(),
        max_nodes: MAX_NODES,
        max_executions: MAX_EXECUTIONS,
        max_queue: MAX_QUEUE,
        max_job_executions: usize::try_from(config.job_executions.max(1)).unwrap_or(usize::MAX),
        several: config.fleet.is_some(),
        shared_token_calls: config.shared_token_calls.clone(),
    }
}

/// Under which names browsers and curl may ask for it.
pub(super) fn certificate_source(config: &Config) -> Source {
    if let Some((chain, key)) = &config.tls {
        return Source::Files(chain.clone(), key.clone());
    }
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    names.push(config.name.clone());
    names.extend(config.allowed_hosts.iter().cloned());
    let listening = reachable_at(SocketAddr::new(config.host, config.port));
    names.extend(listening.into_iter().map(|address| address.host));
    // What cannot stand in a certificate, such as a name with a space, is left out.
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
    names.retain(|name| !name.is_empty() && name.chars().all(fits));
    names.sort();
    names.dedup();
    Source::OwnMade(config.data_dir.clone(), names)
}

/// What goes on by itself as long as the Nexus lives.
pub(super) fn chores(
    audit: &AuditLog,
    certificate: Arc<Certificate>,
    scheduler: Scheduler,
    (tasks, stopping): (&TaskTracker, &CancellationToken),
) {
    tasks.spawn(audit.clone().settle(stopping.clone()));
    tasks.spawn(certificate.keep_fresh(stopping.clone()));
    tasks.spawn(scheduler.run(stopping.clone()));
}

pub(super) fn gate(
    config: &Config,
    inbox: mpsc::Sender<Input>,
    limits: &Arc<Limits>,
    identity: &Identity,
    (sessions, beside): (&TaskTracker, &Option<(Arc<Relay>, Shared)>),
) -> Arc<Gate> {
    let token = config.shared_token.clone();
    let (limits, identity) = (Arc::clone(limits), identity.clone());
    let beside = beside.clone();
    Gate::new(inbox, token, limits, identity, sessions.clone(), beside)
}

pub(super) fn handle(
    inbox: &mpsc::Sender<Input>,
    store: &Store,
    audit: &AuditLog,
    webhook: &Webhook,
    entered: Option<&Entered>,
) -> Handle {
    let others = entered.map(|own| Others::new(own.id, Arc::clone(&own.engine.bus)));
    Handle {
        inbox: inbox.clone(),
        store: store.clone(),
        audit: audit.clone(),
        clock: Arc::default(),
        webhook: webhook.clone(),
        others,
        yeses: entered.map(|own| Arc::clone(&own.yeses)),
    }
}

/// Where alerts are posted. In a swarm another instance may do that.
pub(super) fn webhook(state: &State, entered: Option<&Entered>) -> Webhook {
    let webhook = Webhook::new(state.alerts().hook().cloned());
    webhook.duty(entered.is_none());
    webhook
}

/// Alerts are posted, if somebody wants that.
pub(super) fn tell_others(
    config: &Config,
    webhook: &Webhook,
    metrics: &Arc<Metrics>,
    sessions: &TaskTracker,
    stopping: &CancellationToken,
) {
    let patience = Patience::default();
    let (finding, telling) = (webhook.clone(), webhook.clone());
    sessions.spawn(finding.find(patience, Arc::clone(metrics), stopping.clone()));
    let (name, metrics) = (config.name.clone(), Arc::clone(metrics));
    sessions.spawn(telling.tell(name, patience, metrics, stopping.clone()));
}
