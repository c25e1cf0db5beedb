//! Talks to a Nexus over its public REST API: one request, one connection. Not here: what is asked, and where the Nexus is, see
//! [`place`].

mod body;
mod place;
mod refusal;

pub(super) use body::Lines;
pub(super) use place::Place;
pub(super) use refusal::{AskError, Refused};

use std::io::Write;
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Failure;

const CONNECT: Duration = Duration::from_secs(10);
/// For the head of an answer; nothing that is asked here waits for a node.
const ANSWER: Duration = Duration::from_secs(60);
/// Largest answer that is read as a whole, bytes.
const LARGEST: usize = 64 << 20;
/// Pieces of an answer that is copied may be so far apart.
const PIECE: Duration = Duration::from_secs(60);

/// See the module.
pub(super) struct Client {
    place: Place,
    patience: Duration,
}

impl Client {
    /// Of this place. Nothing is sent yet.
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            patience: ANSWER,
        }
    }

    /// For what takes long by its nature.
    pub(super) fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What is read.
    pub(super) async fn get(&self, path: &str) -> Result<Value, AskError> {
        self.ask(Method::GET, path, None).await
    }

    /// What is answered to an order.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, AskError> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// The answer's JSON.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, AskError> {
        let text = body.map(Value::to_string).unwrap_or_default();
        let answer = self.send(method, path, "application/json", text).await?;
        self.whole(answer).await
    }

    /// The same with a body that is not JSON.
    pub(super) async fn put_text(
        &self,
        path: &str,
        kind: &str,
        text: String,
    ) -> Result<Value, AskError> {
        let answer = self.send(Method::PUT, path, kind, text).await?;
        self.whole(answer).await
    }

    /// A stream of JSON lines, for as long as it lasts.
    pub(super) async fn follow(&self, path: &str) -> Result<Lines, AskError> {
        let answer = self.send(Method::GET, path, "", String::new()).await?;
        if answer.status() == StatusCode::OK {
            return Ok(Lines::new(answer.into_body()));
        }
        match self.whole(answer).await {
            Ok(_) => Err(self.odd()),
            Err(error) => Err(error),
        }
    }

    /// Copies what is answered, however much it is.
    pub(super) async fn copy(&self, path: &str, to: &mut impl Write) -> Result<(), Failure> {
        let answer = self.send(Method::GET, path, "", String::new()).await?;
        if answer.status() != StatusCode::OK {
            self.whole(answer).await?;
            return Err(self.odd().into());
        }
        let mut body = answer.into_body();
        loop {
            let frame = timeout(PIECE, body.frame()).await;
            match frame.map_err(|_| self.silent("it stopped in the middle of its answer"))? {
                None => return Ok(()),
                Some(Err(error)) => return Err(self.silent(&error.to_string()).into()),
                Some(Ok(frame)) => {
                    if let Some(piece) = frame.data_ref() {
                        to.write_all(piece)
                            .map_err(|error| Failure::of_output(&error))?;
                    }
                }
            }
        }
    }

    /// Whether anything listens there.
    pub(super) async fn is_there(&self) -> bool {
        let at = (self.place.host.as_str(), self.place.port);
        matches!(timeout(CONNECT, TcpStream::connect(at)).await, Ok(Ok(_)))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: String,
    ) -> Result<Response<Incoming>, AskError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.place.prefix))
            .header("host", self.place.authority())
            .header("authorization", format!("Bearer {}", self.place.token))
            .header("accept", "application/json, application/x-ndjson, */*");
        if !body.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| AskError::Odd(format!("{path:?} cannot be asked: {error}")))?;
        let at = (self.place.host.as_str(), self.place.port);
        let connected = timeout(CONNECT, TcpStream::connect(at)).await;
        let socket = connected
            .map_err(|_| self.silent("no answer in time"))?
            .map_err(|error| self.silent(&error.to_string()))?;
        drop(socket.set_nodelay(true));
        match &self.place.trust {
            None => self.talk(socket, request).await,
            Some(trust) => {
                let secured = timeout(
                    CONNECT,
                    nexus::tls::client::connect(socket, &self.place.host, trust),
                )
                .await;
                let secured = secured
                    .map_err(|_| self.silent("it says nothing when spoken to with TLS"))?
                    .map_err(|error| self.silent(&error.to_string()))?;
                self.talk(secured, request).await
            }
        }
    }

    async fn talk(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, AskError> {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.lost(&error))?;
        tokio::spawn(connection);
        let answered = timeout(self.patience, sender.send_request(request)).await;
        answered
            .map_err(|_| self.silent("no answer in time"))?
            .map_err(|error| self.lost(&error))
    }

    /// Whoever takes a connection and then says nothing, or something else, speaks no HTTP.
    fn lost(&self, error: &hyper::Error) -> AskError {
        if error.is_parse() || error.is_incomplete_message() || error.is_canceled() {
            self.odd()
        } else {
            self.silent(&error.to_string())
        }
    }

    /// All of an answer, as JSON or as the problem that it tells of.
    async fn whole(&self, answer: Response<Incoming>) -> Result<Value, AskError> {
        let status = answer.status();
        let read = timeout(
            ANSWER,
            http_body_util::Limited::new(answer.into_body(), LARGEST).collect(),
        );
        let read = read
            .await
            .map_err(|_| self.silent("it stopped in the middle of its answer"))?;
        let bytes = read.map_err(|error| self.silent(&error.to_string()))?;
        let body: Option<Value> = serde_json::from_slice(&bytes.to_bytes()).ok();
        match (status.is_success(), body) {
            (true, Some(body)) => Ok(body),
            (true, None) => Err(self.odd()),
            (false, body) => match Refused::read(status, body) {
                Some(refused) => Err(AskError::Refused(refused)),
                None => Err(self.odd()),
            },
        }
    }

    fn silent(&self, why: &str) -> AskError {
        AskError::Silent(format!(
            "no Nexus answers at {}: {why}{}",
            self.place.authority(),
            self.place.advice()
        ))
    }

    fn odd(&self) -> AskError {
        let at = self.place.authority();
        AskError::Odd(format!(
            "what listens at {at} does not answer as a Nexus does"
        ))
    }
}

/// For a query string or a part of a path.
pub(super) fn in_url(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encoded = text.bytes().map(|byte| match byte {
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    encoded.collect()
}
