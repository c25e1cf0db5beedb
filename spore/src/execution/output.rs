//! The pipes of a process: read as bytes, cut into pieces where a character ends, counted, bounded.
//!
//! Forwarded output leaves at 16 KiB, or 30 ms after the piece before it, and only as fast as there is credit:
//! without it nothing is read, the pipe fills, and the process waits. Collected output stays here until the end.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::Stream;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin};
use tokio::sync::Semaphore;
use tokio::time::{sleep_until, timeout};

use super::{Order, Report, Reports};

/// A piece leaves when it has this many bytes…
const FULL: usize = 16 * 1024;
/// …or this long after the piece before it, so that the first one does not wait.
const RIPE: Duration = Duration::from_millis(30);
/// Largest piece; below the wire's limit.
const PIECE: usize = 48 * 1024;
/// What a pipe may still hold after its writers are gone.
const PIPE: usize = 1024 * 1024;
/// How long the reactor gets to notice that a pipe has something.
const NOTICE: Duration = Duration::from_millis(20);

/// Both pipes of a process, and its input.
pub(crate) struct Output {
    lanes: [Lane; 2],
    stdin: Option<(ChildStdin, Vec<u8>, usize)>,
    forward: Option<Forward>,
    began: Instant,
    /// Bytes that are still taken.
    budget: usize,
    dropped: u64,
}

struct Lane {
    stream: Stream,
    pipe: Option<Box<dyn AsyncRead + Send + Unpin>>,
    buffer: Vec<u8>,
    /// When the last piece left.
    left: Option<Instant>,
}

struct Forward {
    request_id: String,
    credit: Arc<Semaphore>,
    reports: Reports,
}

/// What one wait brought.
enum Event {
    Read(usize, io::Result<usize>),
    Fed(io::Result<usize>),
    Ripe,
}

impl Output {
    /// Takes the pipes of a child.
    pub(crate) fn of(
        child: &mut Child,
        input: Option<Vec<u8>>,
        budget: usize,
        order: &Order,
        reports: &Reports,
    ) -> Self {
        let stdout = child
            .stdout
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn AsyncRead + Send + Unpin>);
        let stderr = child
            .stderr
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn AsyncRead + Send + Unpin>);
        let forward = order.stream.then(|| Forward {
            request_id: order.request_id.clone(),
            credit: Arc::clone(&order.credit),
            reports: reports.clone(),
        });
        Self {
            lanes: [
                Lane::new(Stream::Stdout, stdout),
                Lane::new(Stream::Stderr, stderr),
            ],
            stdin: child
                .stdin
                .take()
                .zip(input)
                .map(|(pipe, input)| (pipe, input, 0)),
            forward,
            began: Instant::now(),
            budget,
            dropped: 0,
        }
    }

    /// Moves output along while `until` is not done.
    pub(crate) async fn during<T>(&mut self, until: impl Future<Output = T>) -> T {
        tokio::pin!(until);
        loop {
            tokio::select! {
                biased;
                done = &mut until => return done,
                () = self.step() => {}
            }
        }
    }

    /// Moves output along until both pipes are closed and all of it is gone.
    pub(crate) async fn finish(&mut self) {
        while !self.ended() {
            self.step().await;
        }
    }

    /// Takes what is still in the pipes without waiting for those who hold them open, and closes them.
    pub(crate) async fn rest(&mut self) {
        self.stdin = None;
        for lane in 0..self.lanes.len() {
            let mut taken = 0;
            while taken < PIPE && self.lanes[lane].pipe.is_some() {
                if self.lanes[lane].buffer.len() >= FULL {
                    self.emit(lane).await;
                }
                let Ok(read) = timeout(NOTICE, self.lanes[lane].read()).await else {
                    break;
                };
                taken += read.as_ref().copied().unwrap_or(0);
                self.took(lane, read);
            }
            self.lanes[lane].pipe = None;
        }
        self.finish().await;
    }

    /// Bytes over the limit that were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What was collected, as the prototype writes it: standard output, then standard error under a heading.
    pub(crate) fn collected(&self) -> Option<String> {
        if self.forward.is_some() {
            return None;
        }
        let mut text = String::from_utf8_lossy(&self.lanes[0].buffer).into_owned();
        if !self.lanes[1].buffer.is_empty() {
            text.push_str("\n[STDERR]\n");
            text.push_str(&String::from_utf8_lossy(&self.lanes[1].buffer));
        }
        Some(text)
    }

    fn ended(&self) -> bool {
        let sent = |lane: &Lane| self.forward.is_none() || lane.buffer.is_empty();
        self.lanes
            .iter()
            .all(|lane| lane.pipe.is_none() && sent(lane))
    }

    /// Sends a piece that is ready, or waits for something to happen and notes it. May be dropped at any await
    /// without loss.
    async fn step(&mut self) {
        let now = Instant::now();
        if self.forward.is_some()
            && let Some(lane) = (0..self.lanes.len()).find(|&lane| self.lanes[lane].ready(now))
        {
            return self.emit(lane).await;
        }
        let ripens = self
            .forward
            .as_ref()
            .and_then(|_| self.lanes.iter().filter_map(Lane::ripens).min());
        let [out, err] = &mut self.lanes;
        let event = tokio::select! {
            read = out.read(), if out.pipe.is_some() => Event::Read(0, read),
            read = err.read(), if err.pipe.is_some() => Event::Read(1, read),
            fed = feed(self.stdin.as_mut()), if self.stdin.is_some() => Event::Fed(fed),
            () = sleep_until(ripens.unwrap_or(now).into()), if ripens.is_some() => Event::Ripe,
            else => std::future::pending().await,
        };
        match event {
            Event::Read(lane, read) => self.took(lane, read),
            Event::Fed(Ok(count)) if count > 0 => self.fed(count),
            // The process does not want its input; that is its business.
            Event::Fed(_) => self.stdin = None,
            Event::Ripe => {}
        }
    }

    fn fed(&mut self, count: usize) {
        if let Some((_, input, at)) = &mut self.stdin {
            *at += count;
            if *at >= input.len() {
                self.stdin = None;
            }
        }
    }

    fn took(&mut self, lane: usize, read: io::Result<usize>) {
        let lane = &mut self.lanes[lane];
        let count = read.unwrap_or(0);
        if count == 0 {
            lane.pipe = None;
            return;
        }
        let over = count.saturating_sub(self.budget);
        lane.buffer.truncate(lane.buffer.len() - over);
        self.budget -= count - over;
        self.dropped += over as u64;
    }

    async fn emit(&mut self, lane: usize) {
        let Some(forward) = &self.forward else { return };
        let lane = &mut self.lanes[lane];
        let length = lane.piece();
        if length == 0 {
            return;
        }
        // Closed only when the ledger gave the execution up; then nobody reads what is sent.
        if let Ok(permit) = forward
            .credit
            .acquire_many(u32::try_from(length).unwrap_or(u32::MAX))
            .await
        {
            permit.forget();
        }
        let rest = lane.buffer.split_off(length);
        let bytes = std::mem::replace(&mut lane.buffer, rest);
        lane.left = Some(Instant::now());
        let at_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let request_id = forward.request_id.clone();
        // Nobody listens any more when the spore is ending.
        let _ = forward.reports.send(Report::Chunk {
            request_id,
            stream: lane.stream,
            at_ms,
            bytes,
        });
    }
}

impl Lane {
    fn new(stream: Stream, pipe: Option<Box<dyn AsyncRead + Send + Unpin>>) -> Self {
        Self {
            stream,
            pipe,
            buffer: Vec::new(),
            left: None,
        }
    }

    async fn read(&mut self) -> io::Result<usize> {
        self.buffer.reserve(FULL);
        match &mut self.pipe {
            Some(pipe) => pipe.read_buf(&mut self.buffer).await,
            None => Ok(0),
        }
    }

    fn ready(&self, now: Instant) -> bool {
        let due = self.pipe.is_none()
            || self.buffer.len() >= FULL
            || self.left.is_none_or(|left| now >= left + RIPE);
        due && self.piece() > 0
    }

    fn ripens(&self) -> Option<Instant> {
        self.left
            .filter(|_| self.piece() > 0)
            .map(|left| left + RIPE)
    }

    /// Length of the next piece: whole characters as long as more may come.
    fn piece(&self) -> usize {
        let length = self.buffer.len().min(PIECE);
        let more = self.pipe.is_some() || self.buffer.len() > length;
        match std::str::from_utf8(&self.buffer[..length]) {
            Err(error) if more && error.error_len().is_none() => error.valid_up_to(),
            _ => length,
        }
    }
}

async fn feed(stdin: Option<&mut (ChildStdin, Vec<u8>, usize)>) -> io::Result<usize> {
    match stdin {
        Some((pipe, input, at)) => pipe.write(&input[*at..]).await,
        None => Ok(0),
    }
}
