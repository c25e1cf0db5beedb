//! One POST: ten seconds, no redirect is followed, and of the answer only its first line counts, however much comes. Not here:
//! whether it is tried again.

use std::time::Duration;

use http::header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use crate::alerts::Hook;
use crate::tls::client::{Trust, connect};

/// Largest head of an answer, bytes.
const HEAD: usize = 16 * 1024;

/// Why it was not delivered. The texts are for people and hold nothing that others wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It may be better soon.
    Passing(String),
    /// It will not.
    Lasting(String),
}

/// Delivered means: answered with 2xx.
pub(super) async fn post(
    to: &Hook,
    id: Uuid,
    body: String,
    patience: Duration,
) -> Result<(), Failure> {
    let asked = timeout(patience, ask(to, id, body)).await;
    let seconds = patience.as_secs();
    judge(asked.map_err(|_| Failure::Passing(format!("no answer within {seconds} s")))??)
}

async fn ask(to: &Hook, id: Uuid, body: String) -> Result<StatusCode, Failure> {
    let stream = TcpStream::connect((to.host.as_str(), to.port)).await;
    let stream = stream.map_err(|error| Failure::Passing(format!("cannot connect: {error}")))?;
    let request = Request::post(to.path())
        .header(HOST, &to.authority)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("nexus/", env!("CARGO_PKG_VERSION")))
        // The same for every try, so that whoever takes it can tell.
        .header("idempotency-key", id.to_string())
        .header(CONNECTION, "close")
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| Failure::Lasting("the address cannot be asked for".to_owned()))?;
    if !to.secure {
        return talk(stream, request).await;
    }
    let secured = connect(stream, &to.host, &Trust::Authorities).await;
    let secured = secured.map_err(|error| Failure::Passing(format!("no TLS: {error}")))?;
    talk(secured, request).await
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, Failure> {
    let lost = |error: hyper::Error| Failure::Passing(format!("it does not speak HTTP: {error}"));
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(lost)?;
    // Whatever comes after the head is never read: the connection ends with this function.
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let answer = sender.send_request(request).await.map_err(lost)?;
    Ok(answer.status())
}

fn judge(status: StatusCode) -> Result<(), Failure> {
    let told = format!("it answers {}", status.as_u16());
    match status.as_u16() {
        200..=299 => Ok(()),
        300..=399 => Err(Failure::Lasting(format!(
            "{told}, which sends elsewhere; that is not followed, set the address where it ends"
        ))),
        404 | 410 => Err(Failure::Lasting(format!(
            "{told}: nobody takes it there (any more)"
        ))),
        408 | 429 | 500..=599 => Err(Failure::Passing(told)),
        _ => Err(Failure::Lasting(told)),
    }
}
