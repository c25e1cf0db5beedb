//! A Nexus as the spore sees it: a WebSocket server with a script. And a spore in process to go with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use spore::{CancellationToken, Config, Token};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Ends a test that hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);
/// The token that must never be seen anywhere but in the handshake.
pub(crate) const TOKEN: &str = "very-secret-token-4711";

/// A directory that goes away with its test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("spore-it-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where commands may not go unless they are allowed to, unlike the directory for temporary files: the first place
    /// outside of what every sandbox has in which something can be made. The sources themselves may lie inside.
    pub(crate) fn outside_tmp() -> Self {
        let allowed = ["/tmp", "/var/tmp", "/usr", "/etc", "/opt", "/nix", "/snap"];
        let shut = |place: &Path| {
            let real = place.canonicalize().unwrap_or_else(|_| place.to_owned());
            !allowed.iter().any(|prefix| real.starts_with(prefix))
                && !real.starts_with(std::env::temp_dir())
        };
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let places = [env!("CARGO_TARGET_TMPDIR"), "/dev/shm", "/var/lib", "/srv"];
        let places = places.into_iter().map(PathBuf::from).chain(home);
        let name = format!("spore-it-{}", uuid::Uuid::new_v4().simple());
        let made = places
            .filter(|place| shut(place))
            .map(|place| place.join(&name))
            .find(|path| std::fs::create_dir_all(path).is_ok());
        Self(made.expect("a place outside of every sandbox"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.0.join("workspace")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The listening side.
pub(crate) struct Nexus {
    listener: TcpListener,
}

/// One session with a spore.
pub(crate) struct Session {
    pub(crate) socket: WebSocketStream<TcpStream>,
    pub(crate) node_id: String,
    /// The payload of the handshake.
    pub(crate) handshake: Value,
    /// Messages that came while another was waited for.
    kept: Vec<Value>,
}

/// A spore in this process.
pub(crate) struct InProcess {
    pub(crate) scratch: Scratch,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<()>,
    pub(crate) status: tokio::sync::watch::Receiver<spore::Status>,
}

impl Nexus {
    pub(crate) async fn listen() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// A configuration that leads here.
    pub(crate) fn config(&self, scratch: &Scratch) -> Config {
        let token = Token::new(TOKEN.to_owned());
        let mut config = Config::new(
            "test".to_owned(),
            "127.0.0.1".to_owned(),
            Some(token),
            scratch.path().join("data"),
        );
        config.nexus_port = self.port();
        config.workspace = scratch.workspace();
        config
    }

    /// Starts a spore that leads here.
    pub(crate) fn spore(&self) -> InProcess {
        self.spore_with(|_| {})
    }

    pub(crate) fn spore_with(&self, change: impl FnOnce(&mut Config)) -> InProcess {
        let scratch = Scratch::new();
        let mut config = self.config(&scratch);
        change(&mut config);
        let shutdown = CancellationToken::new();
        let spore = spore::Spore::prepare(config).unwrap();
        let status = spore.status();
        let task = tokio::spawn(spore.run(shutdown.clone()));
        InProcess {
            scratch,
            shutdown,
            task,
            status,
        }
    }

    /// The next connection, up to its handshake.
    pub(crate) async fn accept(&self) -> Session {
        let (stream, _) = timeout(PATIENCE, self.listener.accept())
            .await
            .expect("no connection")
            .unwrap();
        stream.set_nodelay(true).unwrap();
        let socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        let mut session = Session {
            socket,
            node_id: String::new(),
            handshake: Value::Null,
            kept: Vec::new(),
        };
        session.handshake = session.expect("HANDSHAKE").await;
        session.node_id = session.handshake["node_id"].as_str().unwrap().to_owned();
        session
    }

    /// The next connection, greeted as a v2 Nexus does.
    pub(crate) async fn welcome(&self) -> Session {
        let mut session = self.accept().await;
        session.welcome(json!([])).await;
        session
    }
}

impl Session {
    pub(crate) async fn welcome(&mut self, resume: Value) {
        self.welcome_every(3600, resume).await;
    }

    pub(crate) async fn welcome_every(&mut self, heartbeat_interval: u32, resume: Value) {
        self.send(
            "WELCOME",
            json!({
                "protocol": 2, "nexus_id": "nexus", "nexus_version": "0", "session_id": "session",
                "heartbeat_interval": heartbeat_interval, "resume": resume,
            }),
        )
        .await;
    }

    pub(crate) async fn send(&mut self, message_type: &str, payload: Value) {
        self.send_raw(&json!({ "message_type": message_type, "payload": payload }).to_string())
            .await;
    }

    pub(crate) async fn send_raw(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn execute(
        &mut self,
        request_id: &str,
        skill: &str,
        method: &str,
        parameters: Value,
        more: Value,
    ) {
        let mut payload = json!({
            "request_id": request_id, "node_id": self.node_id, "skill_name": skill, "method_name": method,
            "parameters": parameters, "timeout": 60,
        });
        payload
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.send("EXECUTE_SKILL", payload).await;
    }

    /// A command line, whole result at the end.
    pub(crate) async fn run(&mut self, request_id: &str, command: &str) {
        self.execute(
            request_id,
            "ShellSkill",
            "run",
            json!({ "command": command }),
            json!({}),
        )
        .await;
    }

    /// A command line, output while it runs.
    pub(crate) async fn stream(&mut self, request_id: &str, command: &str) {
        self.execute(
            request_id,
            "ShellSkill",
            "run",
            json!({ "command": command }),
            json!({ "stream": true }),
        )
        .await;
    }

    pub(crate) async fn file(&mut self, method: &str, parameters: Value) -> Value {
        let id = uuid::Uuid::new_v4().to_string();
        self.execute(&id, "FileSkill", method, parameters, json!({}))
            .await;
        self.response(&id).await
    }

    pub(crate) async fn ack(&mut self, request_id: &str, next_seq: u64, finished: bool) {
        self.send(
            "ACK",
            json!({ "request_id": request_id, "next_seq": next_seq, "finished": finished }),
        )
        .await;
    }

    /// The next message of any type, with its type; pings are answered on the way.
    pub(crate) async fn message(&mut self) -> (String, Value) {
        if !self.kept.is_empty() {
            return split(self.kept.remove(0));
        }
        split(self.fresh().await)
    }

    async fn fresh(&mut self) -> Value {
        loop {
            let message = timeout(PATIENCE, self.socket.next())
                .await
                .expect("nothing came");
            match message
                .expect("the spore closed")
                .expect("the connection broke")
            {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other @ (Message::Binary(_) | Message::Close(_) | Message::Frame(_)) => {
                    panic!("unexpected {other:?}")
                }
            }
        }
    }

    /// The payload of the next message of a type; others are kept.
    pub(crate) async fn expect(&mut self, message_type: &str) -> Value {
        self.find(|message| message["message_type"] == message_type)
            .await
    }

    /// The payload of the next message of a type about an execution; others are kept.
    pub(crate) async fn expect_of(&mut self, message_type: &str, request_id: &str) -> Value {
        self.find(|message| {
            message["message_type"] == message_type
                && message["payload"]["request_id"] == request_id
        })
        .await
    }

    pub(crate) async fn response(&mut self, request_id: &str) -> Value {
        self.expect_of("RESPONSE", request_id).await
    }

    /// As [`Self::response`], without keeping what floods in.
    pub(crate) async fn response_of_flood(&mut self, request_id: &str) -> Value {
        self.sieve(|message| {
            message["payload"]["request_id"] == request_id && message["message_type"] == "RESPONSE"
        })
        .await
    }

    /// The next heartbeat, without keeping what floods in.
    pub(crate) async fn expect_any_beat(&mut self) -> Value {
        self.sieve(|message| message["message_type"] == "HEARTBEAT")
            .await
    }

    async fn sieve(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let wanted = &wanted;
        let mut found = None;
        while found.is_none() {
            let message = match self.kept.iter().position(wanted) {
                Some(at) => self.kept.remove(at),
                None => self.fresh().await,
            };
            if wanted(&message) {
                found = Some(message);
            } else if message["message_type"] == "RESPONSE" {
                self.kept.push(message);
            }
        }
        found.unwrap()["payload"].take()
    }

    async fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at)["payload"].take();
        }
        loop {
            let mut message = self.fresh().await;
            if wanted(&message) {
                return message["payload"].take();
            }
            self.kept.push(message);
        }
    }

    /// All output of an execution up to its response, acknowledged as it comes: numbers, bytes, response.
    pub(crate) async fn collect(&mut self, request_id: &str) -> (Vec<u64>, Vec<u8>, Value) {
        let (mut numbers, mut bytes) = (Vec::new(), Vec::new());
        loop {
            let payload = self
                .find(|message| {
                    message["payload"]["request_id"] == request_id
                        && (message["message_type"] == "OUTPUT"
                            || message["message_type"] == "RESPONSE")
                })
                .await;
            if payload.get("seq").is_none() {
                return (numbers, bytes, payload);
            }
            let output: protocol::Output = serde_json::from_value(payload).unwrap();
            bytes.extend_from_slice(&output.bytes().unwrap());
            numbers.push(output.seq);
            self.ack(request_id, output.seq + 1, false).await;
        }
    }

    /// Says no.
    pub(crate) async fn close(mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame {
            code: code.into(),
            reason: Utf8Bytes::from_static(reason),
        };
        self.socket.close(Some(frame)).await.unwrap();
        while self
            .socket
            .next()
            .await
            .is_some_and(|message| message.is_ok())
        {}
    }

    /// Breaks the connection without a word.
    pub(crate) fn drop_tcp(self) {
        drop(self.socket.into_inner());
    }
}

impl InProcess {
    /// Asks it to leave and waits until it has.
    pub(crate) async fn leave(self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.task)
            .await
            .expect("it does not leave")
            .unwrap();
    }
}

fn split(mut message: Value) -> (String, Value) {
    (
        message["message_type"].as_str().unwrap().to_owned(),
        message["payload"].take(),
    )
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(waited.await.is_ok(), "never: {what}");
}

/// Whether a process with this in its command line lives; it must be something unique.
#[cfg(target_os = "linux")]
pub(crate) fn alive(mark: &str) -> bool {
    std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line)
            .split('\0')
            .any(|word| word == mark)
    })
}

/// A number of seconds that no other sleep on this machine has.
pub(crate) fn unique_sleep() -> String {
    let id = uuid::Uuid::new_v4().as_u128();
    format!("1000.{:09}", id % 1_000_000_000)
}
