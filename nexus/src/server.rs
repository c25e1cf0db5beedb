//! Start in two phases, end with drain and a deadline. First everything that can be wrong is found out (files,
//! store, ports), then tasks are spawned. Not here: configuration's sources, and routes.

mod parts;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use parts::{
    about, audit_log, certificate_source, chores, console, gate, handle, joining, member, restored,
    sources, tell_others, tokens, webhook,
};

use crate::access::{Limits, Tokens};
use crate::audit::{Action, AuditLog, Entry};
use crate::config::Config;
use crate::console::Console;
use crate::fleet::{Entered, FleetError, InstanceId, Keeper, Relay, Seams, enter};
use crate::hub::{Handle, Hub, INBOX, Input};
use crate::identity::Identity;
use crate::joining::Joining;
use crate::listen::Entrance;
use crate::metrics::Metrics;
use crate::rest::{self, App, Doors, Seat};
use crate::scheduler::Scheduler;
use crate::secret::{self, Secret};
use crate::store::{Remembered, Report, Store, StoreError};
use crate::tls::Certificate;

/// Most nodes that one Nexus remembers.
const MAX_NODES: usize = 50_000;
/// Most connections of any kind at once.
const MAX_CONNECTIONS: usize = 100_000;
/// Fewest descriptors that are left for files, and for what this Nexus connects to.
const FILES: u64 = 100;
/// Most executions under way.
const MAX_EXECUTIONS: usize = 100_000;
/// Most executions waiting for one node.
const MAX_QUEUE: usize = 256;

/// Why a Nexus does not start. Display: a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error("{0} is taken by another program; stop it or choose another port (NEXUS_PORT, --port)")]
    PortTaken(SocketAddr),
    /// It cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// A file of the data directory.
    #[error("{0}: {1}")]
    File(std::path::PathBuf, std::io::Error),
    /// The TLS certificate or its key.
    #[error("the TLS certificate: {0}")]
    Certificate(std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The swarm that it is to be a part of.
    #[error(transparent)]
    Fleet(#[from] FleetError),
}

/// A Nexus at work. Dropping it stops it without drain.
pub struct Running {
    handle: Handle,
    addresses: Vec<SocketAddr>,
    api_token: Secret,
    identity: Identity,
    instance: Option<InstanceId>,
    joining: Joining,
    tokens: Tokens,
    console: Console,
    stopping: CancellationToken,
    listeners: JoinSet<()>,
    sessions: TaskTracker,
    store: std::thread::JoinHandle<()>,
}

impl Running {
    /// Where it listens, the main port first.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.addresses
            .first()
            .copied()
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Which instance of its swarm it is, when there are others.
    pub fn instance(&self) -> Option<InstanceId> {
        self.instance
    }

    /// To ask it things.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// The token of REST and events.
    pub fn api_token(&self) -> &Secret {
        &self.api_token
    }

    /// What spores pin.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// To make join codes.
    pub fn joining(&self) -> &Joining {
        &self.joining
    }

    /// The proof of what was done.
    pub fn audit(&self) -> &AuditLog {
        self.handle.audit()
    }

    /// To make, see and revoke API tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// What consoles stand on.
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// Takes no more connections, lets requests end, says goodbye to spores, writes everything down; at most `deadline`.
    pub async fn shutdown(mut self, deadline: Duration) {
        self.stopping.cancel();
        let drained = tokio::time::timeout(deadline, async {
            // Callers that wait for an execution have half of the time.
            let requests = async { while self.listeners.join_next().await.is_some() {} };
            drop(tokio::time::timeout(deadline / 2, requests).await);
            self.listeners.abort_all();
            let (stopped, stop) = oneshot::channel();
            if self.handle.inbox.send(Input::Stop(stopped)).await.is_ok() {
                drop(stop.await);
            }
            self.sessions.close();
            self.sessions.wait().await;
        });
        if drained.await.is_err() {
            tracing::warn!("stopped before everything was drained");
        }
        let Self {
            handle,
            store,
            tokens,
            joining,
            console,
            ..
        } = self;
        handle.audit().settle_now(true);
        handle
            .audit()
            .note(Entry::new(Action::Stop, SystemTime::now()));
        drop((tokens, joining, console));
        drop(handle);
        // The store's thread ends when the last handle is gone; what it holds is written whatever it takes.
        drop(
            tokio::time::timeout(deadline, tokio::task::spawn_blocking(move || store.join())).await,
        );
    }
}

/// Starts a Nexus on the current tokio runtime.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let connections = raise_file_limit();
    let (api_token, identity, entered) = who_it_is(&config).await?;
    let (certificate, entrance) = entrance(&config, connections)?;
    let (listeners, addresses) = listen(&config).await?;

    let (inbox, inputs) = mpsc::channel(INBOX);
    let (store, mut remembered, thread) = open_store(&config, &identity, &inbox)?;
    let audit = audit_log(&config, &store, &identity, entered.as_ref());
    let about = about(&config, &addresses, remembered.orphaned);
    // Which of them are still this instance's, the swarm knows.
    let left = entered.as_ref().map(|_| remembered.jobs.take_live());
    let state = restored(&config, remembered, entered.as_ref());
    let webhook = webhook(&state, entered.as_ref());
    let metrics = Arc::new(Metrics::of(entered.as_ref()));
    let handle = handle(&inbox, &store, &audit, &webhook, entered.as_ref());
    let stopping = CancellationToken::new();
    let sessions = TaskTracker::new();
    let limits = Arc::new(Limits::default());
    let relay = entered.as_ref().map(|_| Arc::<Relay>::default());
    let instance = entered.as_ref().map(|entered| entered.id);
    let shared = entered.as_ref().map(|entered| entered.shared(&handle));
    let beside = relay.zip(shared);
    let gate = gate(&config, inbox, &limits, &identity, (&sessions, &beside));
    let tokens = tokens(&config, &store, &audit, &api_token).await?;
    let joining = joining(&config, &addresses, &handle, &identity);
    let console = console(&config, &addresses, &handle, &joining, &tokens);
    let asks = (&handle, &tokens);
    let tasks = (&sessions, &stopping);
    let sources = sources(&config, &identity, entered.as_ref(), asks, &metrics, tasks);
    tell_others(&config, &webhook, &metrics, &sessions, &stopping);
    let doors = Doors {
        handle: handle.clone(),
        console: console.clone(),
        joining: joining.clone(),
        gate,
        limits,
        metrics: Arc::clone(&metrics),
        sources,
        seat: Seat::of(&config, entered.as_ref()),
        stopping: stopping.clone(),
    };
    let app = Arc::new(App::new(&config, &addresses, doors, tokens.clone()));
    audit.note(about);
    let shared = beside.as_ref().map(|(_, shared)| shared);
    let scheduler = Scheduler::new(handle.clone(), tokens.clone(), shared);
    chores(&audit, certificate, scheduler, tasks);
    let hub = Hub::new(state, store, audit, webhook, metrics, config.history_keep);
    let (keeper, kept) = Keeper::new();
    let sewn = beside.clone().map(|(r, s)| (r, keeper, s));
    sessions.spawn(hub.beside(sewn).run(inputs));
    if let (Some(entered), Some(beside), Some(left)) = (entered, beside, left) {
        let seams = Seams::new(beside, kept, left);
        member(entered, seams, &config, &addresses, asks, tasks).begin();
    }
    Ok(Running {
        listeners: serve(listeners, &entrance, app, &stopping),
        handle,
        addresses,
        api_token,
        identity,
        instance,
        joining,
        tokens,
        console,
        stopping,
        sessions,
        store: thread,
    })
}

/// Its token, its key, and its place in a swarm of several instances, which may give it the key.
async fn who_it_is(config: &Config) -> Result<(Secret, Identity, Option<Entered>), StartError> {
    let file = |path: &std::path::Path| {
        let path = path.to_owned();
        move |error| StartError::File(path, error)
    };
    secret::private_directory(&config.data_dir).map_err(file(&config.data_dir))?;
    let api_token_file = config.api_token_file();
    let api_token =
        secret::load_or_create(&api_token_file, "nxs_").map_err(file(&api_token_file))?;
    let entered = enter(config).await?;
    let identity_file = config.identity_file();
    let identity = Identity::load_or_create(&identity_file).map_err(file(&identity_file))?;
    Ok((api_token, identity, entered))
}

fn serve(
    listeners: Vec<TcpListener>,
    entrance: &Arc<Entrance>,
    app: Arc<App>,
    stopping: &CancellationToken,
) -> JoinSet<()> {
    let router = rest::router(app);
    let mut serving = JoinSet::new();
    for listener in listeners {
        let entrance = Arc::clone(entrance);
        serving.spawn(entrance.serve(listener, router.clone(), stopping.clone()));
    }
    serving
}

/// The certificate, and what takes connections with it.
fn entrance(
    config: &Config,
    connections: usize,
) -> Result<(Arc<Certificate>, Arc<Entrance>), StartError> {
    let certificate = Certificate::load(certificate_source(config), SystemTime::now())
        .map_err(StartError::Certificate)?;
    let tls = certificate
        .server()
        .map_err(|error| StartError::Certificate(std::io::Error::other(error)))?;
    let proxies = config.trusted_proxies.clone();
    let entrance = Arc::new(Entrance::new(tls, config.plain, proxies, connections));
    Ok((certificate, entrance))
}

/// The store reports to the hub what is on disk.
fn open_store(
    config: &Config,
    identity: &Identity,
    inbox: &mpsc::Sender<Input>,
) -> Result<(Store, Remembered, std::thread::JoinHandle<()>), StoreError> {
    let reports = inbox.downgrade();
    let report = move |report: Report| {
        if let Some(inbox) = reports.upgrade() {
            drop(inbox.blocking_send(Input::Stored(report)));
        }
    };
    let path = if config.in_memory {
        ":memory:".into()
    } else {
        config.store_file()
    };
    Store::open(&path, identity.clone(), config.audit_keep, report)
}

/// The listeners, and where each of them is.
async fn listen(config: &Config) -> Result<(Vec<TcpListener>, Vec<SocketAddr>), StartError> {
    let mut listeners = Vec::new();
    for port in std::iter::once(config.port).chain(config.extra_ports.iter().copied()) {
        listeners.push(bind(config.host, port).await?);
    }
    let addresses = listeners.iter().map(TcpListener::local_addr);
    let addresses = addresses.filter_map(Result::ok).collect();
    Ok((listeners, addresses))
}

async fn bind(host: IpAddr, port: u16) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(host, port);
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            StartError::PortTaken(address)
        } else {
            StartError::Listen(address, error)
        }
    })
}

/// Every node is a file descriptor. How many connections there may be: some are left for files.
fn raise_file_limit() -> usize {
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot raise the limit of file descriptors");
        1024
    });
    tracing::debug!(limit, "file descriptors");
    usize::try_from(limit.saturating_sub(FILES.max(limit / 20)))
        .unwrap_or(usize::MAX)
        .min(MAX_CONNECTIONS)
}
