//! One spore's WebSocket, `GET /ws/nodes`: the introduction within a deadline, then frames to the hub and back.
//!
//! The reader waits for the hub, so a flood is pushed back into the spore's socket; the writer never makes the hub
//! wait: its outbox is bounded and a full one ends the session. Not here: what messages mean.

mod introduction;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::future::poll_fn;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use protocol::{FromSpore, Handshake, Pace, Problem, Version, decode_from_spore};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::access::Limits;
use crate::fleet::{Goes, Relay, Shared, Uses};
use crate::hub::Input;
use crate::identity::Identity;
use crate::listen::{Flow, Peer, Shares};
use crate::model::SessionId;
use crate::secret::Secret;
use crate::state::Close;
use crate::trust::Arrival;

/// For how long a peer may take nothing of a batch of frames off us.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// How long a peer may take to read our close frame.
const FAREWELL: Duration = Duration::from_secs(3);
/// Frames that may wait for one spore.
const OUTBOX: usize = 256;
/// Peers that may be unknown at the same time, in all and from one address.
const STRANGERS: (usize, usize) = (512, 128);
/// Bad frames in a row that a v2 spore is told of; then it is cut off. The prototype's is never.
const PATIENCE: usize = 64;
/// Between two looks at where a frame goes.
const AGAIN: Duration = Duration::from_millis(20);
/// Frames written in one go.
const BATCH: usize = 64;

/// What every session needs.
pub(crate) struct Gate {
    inbox: mpsc::Sender<Input>,
    token: Option<Secret>,
    limits: Arc<Limits>,
    identity: Identity,
    next: AtomicU64,
    strangers: Shares,
    tasks: TaskTracker,
    /// Only when other instances share the swarm.
    relay: Option<Arc<Relay>>,
    /// Only then too.
    uses: Option<Arc<Uses>>,
}

impl Gate {
    pub(crate) fn new(
        inbox: mpsc::Sender<Input>,
        token: Option<Secret>,
        limits: Arc<Limits>,
        identity: Identity,
        tasks: TaskTracker,
        beside: Option<(Arc<Relay>, Shared)>,
    ) -> Arc<Self> {
        let (relay, shared) = beside.unzip();
        Arc::new(Self {
            inbox,
            token,
            limits,
            identity,
            next: AtomicU64::new(1),
            strangers: Shares::new(STRANGERS.0, STRANGERS.1),
            tasks,
            relay,
            uses: shared.map(|shared| shared.uses),
        })
    }

    /// Serves one socket until it ends.
    pub(crate) async fn serve(self: Arc<Self>, mut socket: WebSocket, peer: Peer) {
        match self.introduce(&mut socket, &peer).await {
            Ok((hello, arrival)) => {
                let session = SessionId(self.next.fetch_add(1, Ordering::Relaxed));
                // A fresh task: the future of the handshake is large and would stay for the session's life.
                let tasks = self.tasks.clone();
                tasks.spawn(self.converse(socket, session, hello, (arrival, peer.flow)));
            }
            Err(Some(close)) => {
                tracing::info!(peer = %peer.address, code = close.code, reason = %close.reason, "a spore was turned away");
                drop(timeout(WRITE_TIME, say_goodbye(&mut socket, close)).await);
            }
            Err(None) => {}
        }
    }

    async fn converse(
        self: Arc<Self>,
        socket: WebSocket,
        session: SessionId,
        hello: Box<Handshake>,
        (arrival, flow): (Arrival, Flow),
    ) {
        let version = Version::negotiate(hello.protocol).unwrap_or(Version::V1);
        let (outbox, frames) = mpsc::channel(OUTBOX);
        let (node, peer) = (hello.node_id.clone(), arrival.peer.clone());
        tracing::info!(
            peer,
            node,
            name = hello.node_name,
            dialect = version.number(),
            "a spore is here"
        );
        let (sink, stream) = socket.split();
        let writer = self.tasks.spawn(write(sink, frames, flow.clone()));
        let complaints = outbox.downgrade();
        if let Some(relay) = &self.relay {
            relay.opened(session, outbox.downgrade(), hello.running.clone());
        }
        let introduced = Input::Hello {
            session,
            hello,
            arrival,
            outbox,
        };
        if self.inbox.send(introduced).await.is_err() {
            return;
        }
        let mut reader = Reader {
            gate: &self,
            session,
            version,
            complaints,
            bad: 0,
            flow,
            pace: Pace::default(),
        };
        let reason = {
            let mut reading = std::pin::pin!(reader.run(stream));
            tokio::select! {
                reason = &mut reading => reason,
                // Our close frame arrives only if the connection stays until the peer has read it.
                _ = writer => timeout(FAREWELL, reading).await.unwrap_or("its connection broke"),
            }
        };
        tracing::info!(peer, node, reason, "a spore left");
        if let Some(relay) = &self.relay {
            relay.closed(session);
        }
        drop(self.inbox.send(Input::Closed(session, reason)).await);
    }
}

/// The number that we put into our ping.
fn number_of(pong: &[u8]) -> u64 {
    pong.try_into().map_or(0, u64::from_be_bytes)
}

async fn say_goodbye(socket: &mut WebSocket, close: Close) {
    let frame = CloseFrame {
        code: close.code,
        reason: Utf8Bytes::from(close.reason),
    };
    if socket.send(Message::Close(Some(frame))).await.is_ok() {
        // Waiting for the peer's close lets ours arrive before the TCP connection ends.
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

struct Reader<'a> {
    gate: &'a Gate,
    session: SessionId,
    version: Version,
    complaints: mpsc::WeakSender<Message>,
    bad: usize,
    flow: Flow,
    pace: Pace,
}

/// What came of a peer.
enum Came {
    Frame(Option<Result<Message, axum::Error>>),
    /// A part of one.
    Part,
}

impl Reader<'_> {
    /// Reads until the end, and says why it ended.
    async fn run(&mut self, mut stream: SplitStream<WebSocket>) -> &'static str {
        loop {
            let frame = match self.next(&mut stream).await {
                Came::Frame(frame) => frame,
                Came::Part => {
                    let heard = Input::Heard(self.session);
                    if self.gate.inbox.send(heard).await.is_err() {
                        return "the Nexus is stopping";
                    }
                    continue;
                }
            };
            let input = match frame {
                None => return "its connection broke",
                Some(Err(error)) => return self.broken(&error),
                Some(Ok(Message::Close(_))) => return "it hung up",
                Some(Ok(Message::Ping(_))) => Input::Pong(self.session, 0),
                Some(Ok(Message::Pong(number))) => Input::Pong(self.session, number_of(&number)),
                Some(Ok(Message::Text(text))) => match self.take(&text).await {
                    Some(input) => input,
                    None => continue,
                },
                Some(Ok(Message::Binary(bytes))) => match std::str::from_utf8(&bytes) {
                    Ok(text) => match self.take(text).await {
                        Some(input) => input,
                        None => continue,
                    },
                    Err(_) => continue,
                },
            };
            if self.gate.inbox.send(input).await.is_err() {
                return "the Nexus is stopping";
            }
            if self.bad > PATIENCE && self.version >= Version::V2 {
                self.post(Message::Close(Some(CloseFrame {
                    code: 1008,
                    reason: "too many bad frames".into(),
                })));
                return "it sent too many bad frames";
            }
        }
    }

    /// Looks at the clock only when much has come, so it costs nothing per byte.
    async fn next(&mut self, stream: &mut SplitStream<WebSocket>) -> Came {
        poll_fn(|context| match stream.poll_next_unpin(context) {
            Poll::Ready(frame) => {
                self.pace.whole();
                Poll::Ready(Came::Frame(frame))
            }
            Poll::Pending if self.pace.moves(self.flow.came(), Instant::now) => {
                Poll::Ready(Came::Part)
            }
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// A frame for our own state; none when it is another instance's, or nobody's.
    async fn take(&mut self, text: &str) -> Option<Input> {
        let message = self.read(text)?;
        let Some(relay) = &self.gate.relay else {
            return Some(Input::Message(self.session, Box::new(message)));
        };
        loop {
            match relay.way(self.session, &message, text) {
                Goes::Home => return Some(Input::Message(self.session, Box::new(message))),
                Goes::Kept => return None,
                Goes::Later => tokio::time::sleep(AGAIN).await,
                Goes::Away(link, frame) => {
                    link.send(frame).await;
                    return None;
                }
            }
        }
    }

    fn read(&mut self, text: &str) -> Option<FromSpore> {
        match decode_from_spore(text) {
            Ok(mut message) => {
                self.bad = 0;
                if let FromSpore::Response(response) = &mut message {
                    response.drop_unreadable();
                }
                Some(message)
            }
            Err(error) => {
                self.bad += 1;
                tracing::debug!(session = self.session.0, %error, "a bad frame");
                // A prototype's spore counts whatever it does not know, and leaves after ten.
                if self.version >= Version::V2 {
                    let problem = Problem {
                        code: "malformed".to_owned(),
                        message: error.to_string(),
                        request_id: None,
                    };
                    self.post(Message::Text(
                        protocol::encode(&problem, SystemTime::now()).into(),
                    ));
                }
                None
            }
        }
    }

    fn broken(&self, error: &axum::Error) -> &'static str {
        if error.to_string().contains("too long") || error.to_string().contains("too large") {
            self.post(Message::Close(Some(CloseFrame {
                code: 1009,
                reason: "message too big".into(),
            })));
            return "it sent a frame that is too large";
        }
        "its connection broke"
    }

    /// To our own peer, if there is room.
    fn post(&self, message: Message) {
        if let Some(outbox) = self.complaints.upgrade() {
            drop(outbox.try_send(message));
        }
    }
}

/// Writes what waits, many frames with one flush. Ends when the outbox does, or when the peer does not read.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut outbox: mpsc::Receiver<Message>,
    flow: Flow,
) {
    let mut frames = Vec::with_capacity(BATCH);
    while outbox.recv_many(&mut frames, BATCH).await > 0 {
        let written = std::pin::pin!(async {
            for frame in frames.drain(..) {
                sink.feed(frame).await?;
            }
            sink.flush().await
        });
        if !in_time(written, &flow).await {
            return;
        }
    }
    drop(timeout(WRITE_TIME, sink.close()).await);
}

/// Whether it was written, however long that took, as long as the peer goes on taking it.
async fn in_time(
    mut written: std::pin::Pin<&mut impl Future<Output = Result<(), axum::Error>>>,
    flow: &Flow,
) -> bool {
    let mut pace = Pace::default();
    // What went before is no sign of life of now.
    pace.moves(flow.went(), Instant::now);
    loop {
        match timeout(WRITE_TIME, written.as_mut()).await {
            Ok(written) => return written.is_ok(),
            Err(_) if pace.moves(flow.went(), Instant::now) => {}
            Err(_) => return false,
        }
    }
}
