//! `GET /console/socket`: one WebSocket for all of a console: calls by number, answers as they come, and one feed. A browser is
//! known by its cookie; a window elsewhere brings its token in the first frame.
//!
//! ```text
//! ▶ {"token": "…"}                                  first, when there is no cookie
//! ◀ {"welcome": {"name", "role", "nexus", "version"}}
//! ▶ {"id": 7, "call": "job", "arguments": ["…"]}     ◀ {"id": 7, "ok": …} or {"id": 7, "error": {"code", "message"}}
//! ▶ {"subscribe": 1}  {"seen": [1, 64]}  {"unsubscribe": 1}
//! ◀ {"feed": 1, "batch": {"seq", "events"}}
//! ```
//! Not here: what can be asked, see [`crate::console`].

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::extract::{ConnectInfo, State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::super::json::LARGEST_BODY;
use super::super::places::{Place, place, stranger};
use super::super::{App, Problem, Shared};
use super::login::{admit, session};
use crate::access::{Caller, Pass};
use crate::console::{BridgeError, Desk, feed};
use crate::listen::Peer;

/// Longer than any sleep needs to be.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);
const TOKEN_TIME: Duration = Duration::from_secs(5);
const WRITE_TIME: Duration = Duration::from_secs(20);
/// Between two pings; a peer that answers none of two is gone.
const PING: Duration = Duration::from_secs(20);
/// Calls under way at one socket.
const CALLS: usize = 64;
/// Frames that wait to be written: more than a feed may be ahead of its reader, and some answers.
const FRAMES: usize = feed::AHEAD as usize + 128;

/// What is said: one of these, with what belongs to it. No enum, for raw JSON cannot be read through serde's buffer.
#[derive(Deserialize)]
struct Words {
    id: Option<u64>,
    call: Option<String>,
    arguments: Option<Box<RawValue>>,
    subscribe: Option<u32>,
    seen: Option<(u32, u32)>,
    unsubscribe: Option<u32>,
}

enum Said {
    Call {
        id: u64,
        call: String,
        arguments: Box<RawValue>,
    },
    Subscribe(u32),
    Seen(u32, u32),
    Unsubscribe(u32),
}

impl Said {
    fn read(text: &str) -> Option<Self> {
        let words: Words = serde_json::from_str(text).ok()?;
        Some(match words {
            Words {
                id: Some(id),
                call: Some(call),
                arguments: Some(arguments),
                ..
            } => Self::Call {
                id,
                call,
                arguments,
            },
            Words {
                subscribe: Some(number),
                ..
            } => Self::Subscribe(number),
            Words {
                seen: Some((number, seq)),
                ..
            } => Self::Seen(number, seq),
            Words {
                unsubscribe: Some(number),
                ..
            } => Self::Unsubscribe(number),
            Words { .. } => return None,
        })
    }
}

/// What is written, as JSON text.
type Frame = String;

pub(crate) async fn socket(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let pass = session(&app, &headers);
    // A page without a session signs in first; only what is no page brings its token later.
    if pass.is_none() && headers.contains_key("origin") {
        let detail = "sign in first";
        return Problem::new(axum::http::StatusCode::UNAUTHORIZED, "signed_out", detail)
            .into_response();
    }
    let held = match &pass {
        Some(pass) => place(&app, pass),
        None => stranger(&app, &peer),
    };
    let held = match held {
        Ok(held) => held,
        Err(problem) => return problem.into_response(),
    };
    let upgrade = upgrade
        .max_message_size(LARGEST_BODY)
        .max_frame_size(LARGEST_BODY);
    upgrade.on_upgrade(move |socket| welcome(app, socket, peer, pass, held))
}

async fn welcome(
    app: Arc<App>,
    mut socket: WebSocket,
    peer: Peer,
    pass: Option<Arc<Pass>>,
    held: Place,
) {
    let met = match pass {
        Some(pass) => Ok((pass, held)),
        None => brought(&app, &mut socket, &peer).await,
    };
    let (code, reason) = match met {
        Ok((pass, held)) => {
            let ended = serve(&app, &mut socket, &peer, &pass).await;
            drop(held);
            ended
        }
        Err(reason) => (1008, reason),
    };
    // A close frame has room for so much (RFC 6455, section 5.5).
    let reason = protocol::limits::cut(&reason, 123).into();
    let goodbye = CloseFrame { code, reason };
    drop(timeout(WRITE_TIME, socket.send(Message::Close(Some(goodbye)))).await);
}

/// The token of the first frame, and a place for whom it speaks for.
async fn brought(
    app: &App,
    socket: &mut WebSocket,
    peer: &Peer,
) -> Result<(Arc<Pass>, Place), String> {
    let missing = || "send {\"token\": \"…\"} first".to_owned();
    let first = timeout(TOKEN_TIME, socket.recv())
        .await
        .map_err(|_| missing())?;
    let Some(Ok(Message::Text(text))) = first else {
        return Err(missing());
    };
    let first: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let token = first
        .get("token")
        .and_then(serde_json::Value::as_str)
        .ok_or_else(missing)?;
    let said = |problem: Problem| problem.sentence();
    let pass = app.access.pass_of(token, peer).map_err(said)?;
    admit(&pass).map_err(said)?;
    let held = place(app, &pass).map_err(said)?;
    Ok((pass, held))
}

async fn serve(app: &App, socket: &mut WebSocket, peer: &Peer, pass: &Arc<Pass>) -> (u16, String) {
    let caller = Caller {
        principal: Arc::clone(&pass.principal),
        from: peer.address.to_string(),
    };
    let now = SystemTime::now();
    app.access.tokens.touch(pass, &caller.from, now);
    let remaining = pass.remaining(now).unwrap_or(FOREVER).min(FOREVER);
    let (frames, waiting) = mpsc::channel(FRAMES);
    let visitor = Visitor {
        desk: app.doors.console.desk(caller),
        pass: Arc::clone(pass),
        peer: peer.clone(),
        frames,
        room: Arc::new(Semaphore::new(CALLS)),
    };
    visitor.greet(app);
    let (mut sink, mut stream) = socket.split();
    let ended = tokio::select! {
        () = pass.ended.cancelled() => (1008, "your token was revoked"),
        () = tokio::time::sleep(remaining) => (1008, "your token has expired"),
        () = app.doors.stopping.cancelled() => (1001, "the Nexus stops"),
        () = write(&mut sink, waiting) => (1013, "you read too slowly"),
        why = visitor.listen(app, &mut stream) => (1000, why),
    };
    (ended.0, ended.1.to_owned())
}

/// Writes until nobody has more to say, or the reader does not read.
async fn write(sink: &mut SplitSink<&mut WebSocket, Message>, mut frames: mpsc::Receiver<Frame>) {
    loop {
        let message = tokio::select! {
            frame = frames.recv() => match frame {
                Some(frame) => Message::Text(frame.into()),
                None => return,
            },
            () = tokio::time::sleep(PING) => Message::Ping(Vec::new().into()),
        };
        if !matches!(timeout(WRITE_TIME, sink.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
}

#[derive(Serialize)]
struct Welcome<'a> {
    name: &'a str,
    role: &'a str,
    nexus: &'a str,
    version: &'a str,
}

/// One console at the other end.
struct Visitor {
    desk: Desk,
    pass: Arc<Pass>,
    peer: Peer,
    frames: mpsc::Sender<Frame>,
    room: Arc<Semaphore>,
}

/// The one feed of a socket.
struct Live {
    number: u32,
    seen: watch::Sender<u32>,
    _task: AbortOnDropHandle<()>,
}

impl Visitor {
    fn greet(&self, app: &App) {
        let principal = &self.pass.principal;
        let welcome = Welcome {
            name: &principal.name,
            role: principal.role.word(),
            nexus: app.doors.console.name(),
            version: env!("CARGO_PKG_VERSION"),
        };
        self.say(&serde_json::json!({ "welcome": welcome }));
    }

    /// Takes in what is said until the other end goes.
    async fn listen(&self, app: &App, stream: &mut SplitStream<&mut WebSocket>) -> &'static str {
        let mut live: Option<Live> = None;
        loop {
            let silence = timeout(3 * PING, stream.next()).await;
            let text = match silence {
                Ok(Some(Ok(Message::Text(text)))) => text,
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
                Ok(Some(Ok(Message::Binary(_)))) => return "only text is understood",
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return "",
                Err(_) => return "you do not answer",
            };
            match Said::read(&text) {
                Some(Said::Call {
                    id,
                    call,
                    arguments,
                }) => {
                    let Ok(place) = Arc::clone(&self.room).acquire_owned().await else {
                        return "";
                    };
                    let answer = self.answer(app, id, call, arguments);
                    tokio::spawn(async move {
                        answer.await;
                        drop(place);
                    });
                }
                Some(Said::Subscribe(number)) => live = Some(self.subscribe(number)),
                Some(Said::Seen(number, seq)) => {
                    if let Some(live) = live.as_ref().filter(|live| live.number == number) {
                        live.seen.send_replace(seq);
                    }
                }
                Some(Said::Unsubscribe(number)) => {
                    live = live.filter(|live| live.number != number);
                }
                None => return "this is not understood",
            }
        }
    }

    fn subscribe(&self, number: u32) -> Live {
        let seen = watch::Sender::new(0);
        let desk = watch::Sender::new(Some(self.desk.clone()));
        let (frames, seen_too) = (self.frames.clone(), seen.subscribe());
        let task = tokio::spawn(async move {
            let show = |batch| {
                let frame = serde_json::json!({ "feed": number, "batch": batch });
                frames.try_send(frame.to_string()).is_ok()
            };
            feed::run(desk.subscribe(), seen_too, show).await;
        });
        Live {
            number,
            seen,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// Makes a call and says what came of it.
    fn answer(
        &self,
        app: &App,
        id: u64,
        call: String,
        arguments: Box<RawValue>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (desk, frames) = (self.desk.clone(), self.frames.clone());
        let allowed = self.pass.take_request();
        let audit = app.doors.handle.audit().clone();
        let from = self.peer.address.ip();
        async move {
            let answer = match allowed {
                Ok(()) => desk.call(&call, &arguments).await,
                Err(wait) => {
                    let seconds = wait.as_secs() + 1;
                    Err(BridgeError::new(
                        "rate_limited",
                        format!("Your token asks too often; wait {seconds} s."),
                    ))
                }
            };
            let frame = match answer {
                Ok(value) => format!("{{\"id\":{id},\"ok\":{}}}", value.get()),
                Err(error) => {
                    if error.code == "forbidden" {
                        audit.denied(from, desk.caller(), &call, error.message.clone());
                    }
                    serde_json::json!({ "id": id, "error": error }).to_string()
                }
            };
            drop(frames.send(frame).await);
        }
    }

    fn say(&self, frame: &serde_json::Value) {
        drop(self.frames.try_send(frame.to_string()));
    }
}
