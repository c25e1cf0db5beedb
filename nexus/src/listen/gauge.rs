//! A connection that somebody looks on at: how much comes and goes, and whether more may come. Not here: what that one makes of it
//! ([`super::flow`], [`super::allowance`]).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Looks on.
pub(super) trait Gauge {
    /// Before something is read; an error: nothing is any more.
    fn may_come(&self) -> io::Result<()>;

    /// So many bytes came from the peer.
    fn has_come(&self, bytes: u64);

    /// So many bytes went to it.
    fn has_gone(&self, bytes: u64);
}

/// See the module.
pub(super) struct Gauged<S, G> {
    stream: S,
    gauge: G,
}

impl<S, G: Gauge> Gauged<S, G> {
    pub(super) fn new(stream: S, gauge: G) -> Self {
        Self { stream, gauge }
    }

    fn sent(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.gauge.has_gone(bytes as u64);
        }
        written
    }
}

impl<S: AsyncRead + Unpin, G: Gauge + Unpin> AsyncRead for Gauged<S, G> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.gauge.may_come()?;
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let bytes = buffer.filled().len().saturating_sub(before);
        self.gauge.has_come(bytes as u64);
        read
    }
}

impl<S: AsyncWrite + Unpin, G: Gauge + Unpin> AsyncWrite for Gauged<S, G> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.sent(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.sent(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;
    use crate::listen::{Allowance, Flow};

    #[tokio::test]
    async fn what_comes_and_what_goes_is_counted_however_it_is_written() {
        let flow = Flow::default();
        let (near, mut far) = duplex(64);
        let mut near = Gauged::new(near, flow.clone());
        assert!(near.is_write_vectored(), "as the stream under it");
        near.write_all(b"one").await.unwrap();
        let slices = [IoSlice::new(b"two"), IoSlice::new(b"three")];
        assert_eq!(near.write_vectored(&slices).await.unwrap(), 8);
        near.shutdown().await.unwrap();
        far.write_all(b"four").await.unwrap();
        drop(far);
        let mut came = Vec::new();
        near.read_to_end(&mut came).await.unwrap();
        assert_eq!((flow.went(), flow.came(), &came[..]), (11, 4, &b"four"[..]));
    }

    #[tokio::test]
    async fn a_stranger_may_send_so_much_and_be_answered_more() {
        let left = Allowance::default();
        let (near, mut far) = duplex(4 << 20);
        let mut near = Gauged::new(near, left.clone());
        near.write_all(&vec![0; 2 << 20]).await.unwrap();
        far.write_all(&vec![0; 2 << 20]).await.unwrap();
        let mut came = vec![0; 1 << 20];
        near.read_exact(&mut came).await.unwrap();
        assert!(near.read(&mut came).await.is_err());
        left.lift();
        near.read_exact(&mut came).await.unwrap();
        far.write_all(b"more").await.unwrap();
        assert_eq!(near.read(&mut came).await.unwrap(), 4);
        left.restrict();
        far.write_all(b"more").await.unwrap();
        assert_eq!(near.read(&mut came).await.unwrap(), 4, "it counts anew");
    }
}
