//! How many bytes went each way over a connection, counted where they come from the network: below TLS, whose records may be
//! larger than what a slow line brings in seconds. Not here: what follows from it ([`super`]).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What was counted so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow(Arc<[AtomicU64; 2]>);

impl Flow {
    /// From the Nexus.
    pub(super) fn came(&self) -> u64 {
        self.count(false).load(Ordering::Relaxed)
    }

    /// To it.
    pub(super) fn went(&self) -> u64 {
        self.count(true).load(Ordering::Relaxed)
    }

    fn count(&self, went: bool) -> &AtomicU64 {
        let [from, to] = &*self.0;
        if went { to } else { from }
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Counted {
    stream: TcpStream,
    flow: Flow,
}

impl Counted {
    pub(super) fn new(stream: TcpStream, flow: Flow) -> Self {
        Self { stream, flow }
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let bytes = buffer.filled().len().saturating_sub(before) as u64;
        self.flow.count(false).fetch_add(bytes, Ordering::Relaxed);
        read
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(bytes)) = &written {
            let bytes = *bytes as u64;
            self.flow.count(true).fetch_add(bytes, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
