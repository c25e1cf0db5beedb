//! The socket to the Nexus: dialing, and then reading and writing at the same time in one task. Frames are
//! pulled from the agent when the socket can take one, so nothing queues here and a heartbeat overtakes output.

mod dial;
mod flow;
mod introduction;
mod tls;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{Sink, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes, error::CapacityError};

use crate::agent::{Agent, Ending, Frame};
use crate::doors::Door;
pub(crate) use dial::{Dialed, Way};
pub(crate) use flow::Flow;
use protocol::Pace;

/// Boxed, for it is far larger than anything else that happens on a link.
type Socket = Box<WebSocketStream<Box<dyn Wire>>>;

/// What carries the WebSocket: TCP, with TLS or without.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// The connection in its three states.
pub(crate) enum Link {
    Down,
    Dialing(Pin<Box<dyn Future<Output = Result<Dialed, Ending>> + Send>>),
    Up(Outgoing, Incoming),
}

/// The writing half.
pub(crate) struct Outgoing {
    sink: SplitSink<Socket, Message>,
    /// It took nothing more when it was last asked.
    blocked: bool,
    /// Bytes that it takes of what it has are a sign of life too.
    flow: Flow,
    pace: Pace,
}

/// The reading half.
pub(crate) struct Incoming {
    stream: SplitStream<Socket>,
    flow: Flow,
    pace: Pace,
}

/// What happened on the link.
pub(crate) enum Event {
    Dialed(Result<Dialed, Ending>),
    Text(Utf8Bytes),
    NotText,
    /// A ping or a pong, or a part of something that is coming.
    Sign,
    Lost(Ending),
}

impl Link {
    /// Begins to dial.
    pub(crate) fn dial(way: Way, door: Door) -> Self {
        Self::Dialing(Box::pin(dial::dial(way, door)))
    }

    /// Takes a connection over.
    pub(crate) fn up(socket: Socket, flow: Flow) -> Self {
        let (sink, stream) = socket.split();
        let outgoing = Outgoing {
            sink,
            blocked: false,
            flow: flow.clone(),
            pace: Pace::default(),
        };
        let incoming = Incoming {
            stream,
            flow,
            pace: Pace::default(),
        };
        Self::Up(outgoing, incoming)
    }

    /// Waits for the next event, sending meanwhile what the agent has to say. May be dropped without loss.
    pub(crate) async fn next(&mut self, agent: &mut Agent) -> Event {
        match self {
            Self::Down => std::future::pending().await,
            Self::Dialing(dialing) => Event::Dialed(dialing.await),
            Self::Up(outgoing, incoming) => {
                tokio::select! {
                    biased;
                    event = poll_fn(|cx| incoming.poll(cx)) => event,
                    error = poll_fn(|cx| pump(outgoing, agent, cx)) => Event::Lost(broken(&error)),
                }
            }
        }
    }
}

impl Incoming {
    /// Looks at the clock only when much has come, so it costs nothing per byte.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        match self.stream.poll_next_unpin(cx) {
            Poll::Ready(message) => {
                self.pace.whole();
                Poll::Ready(event(message))
            }
            Poll::Pending if self.pace.moves(self.flow.came(), Instant::now) => {
                Poll::Ready(Event::Sign)
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Moves frames from the agent to the socket; ready only when the socket breaks.
fn pump(outgoing: &mut Outgoing, agent: &mut Agent, cx: &mut Context<'_>) -> Poll<Error> {
    let now = Instant::now();
    let mut sink = Pin::new(&mut outgoing.sink);
    loop {
        match sink.as_mut().poll_ready(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => return Poll::Ready(error),
            Poll::Pending => {
                outgoing.blocked = true;
                // It reads on: a large frame on a slow line keeps even its pongs from us.
                if outgoing.pace.moves(outgoing.flow.went(), || now) {
                    agent.heard(now);
                }
                return Poll::Pending;
            }
        }
        outgoing.pace.whole();
        if std::mem::take(&mut outgoing.blocked) {
            // The Nexus has read on: it may be busy with our output and come to our ping late, but it is alive.
            agent.heard(now);
        }
        let message = match agent.next_frame(now, SystemTime::now()) {
            Some(Frame::Text(text)) => Message::Text(text.into()),
            Some(Frame::Ping) => Message::Ping(Vec::new().into()),
            Some(Frame::Close) => Message::Close(Some(CloseFrame {
                code: CloseCode::Normal,
                reason: Utf8Bytes::from_static("leaving"),
            })),
            None => break,
        };
        if let Err(error) = sink.as_mut().start_send(message) {
            return Poll::Ready(error);
        }
    }
    match sink.poll_flush(cx) {
        Poll::Ready(Err(error)) => Poll::Ready(error),
        Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
    }
}

fn event(message: Option<Result<Message, Error>>) -> Event {
    match message {
        Some(Ok(Message::Text(text))) => Event::Text(text),
        Some(Ok(Message::Binary(_))) => Event::NotText,
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Event::Sign,
        Some(Ok(Message::Close(frame))) => Event::Lost(closed(frame.as_ref())),
        Some(Err(error)) => Event::Lost(broken(&error)),
        None => Event::Lost(closed(None)),
    }
}

fn closed(frame: Option<&CloseFrame>) -> Ending {
    let Some(frame) = frame else {
        return Ending {
            reason: "the Nexus closed the connection".to_owned(),
            close: None,
        };
    };
    let words: String = frame.reason.chars().filter(|c| !c.is_control()).collect();
    let reason = format!(
        "the Nexus closed the connection: {} {words}",
        u16::from(frame.code)
    );
    Ending {
        reason: reason.trim_end().to_owned(),
        close: Some(frame.code.into()),
    }
}

fn broken(error: &Error) -> Ending {
    let reason = if let Error::Capacity(CapacityError::MessageTooLong { size, max_size }) = error {
        format!(
            "the Nexus sent a message of {size} bytes, more than the {max_size} that were announced"
        )
    } else {
        error.to_string()
    };
    Ending {
        reason,
        close: None,
    }
}
