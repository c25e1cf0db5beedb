//! One simulated spore: one task, one socket, no process. Not here: anything a real spore needs to be trusted.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use futures_util::{SinkExt, StreamExt};
use protocol::{
    Accepted, ExecuteSkill, FromNexus, Handshake, Heartbeat, Outcome, Output, Response, Stream,
    decode_from_nexus, encode,
};
use serde_json::value::{RawValue, to_raw_value};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::{Persona, Shared};

/// How long it may take to come in.
const PATIENCE: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<TcpStream>;
type Broken = tokio_tungstenite::tungstenite::Error;

/// A count that is under way.
struct Counting {
    request: ExecuteSkill,
    done: u64,
    lines: u64,
    every: Duration,
    next: Instant,
    started: Instant,
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Parameters {
    command: String,
    text: String,
    lines: Option<u64>,
    every_ms: Option<u64>,
}

/// Lives until the fleet is told to stop.
pub(super) async fn live(mut persona: Persona, number: u32, shared: Arc<Shared>) {
    let doors: Vec<&str> = shared.fleet.address.split(',').collect();
    let number = usize::try_from(number).unwrap_or_default();
    let (mut door, mut failed) = (number, 0);
    // Half of them go round the other way, or all of a door that is shut would come to the same one.
    let step = if (number / doors.len()).is_multiple_of(2) {
        1
    } else {
        doors.len() - 1
    };
    while !shared.stop.is_cancelled() {
        let mut came_in = false;
        let session = async {
            let at = doors.get(door % doors.len()).copied().unwrap_or_default();
            let Some(mut socket) = connect(at, &persona, &shared).await else {
                return;
            };
            came_in = true;
            shared.connected.fetch_add(1, Ordering::Relaxed);
            shared.changed.notify_waiters();
            // What ended the session does not matter: it connects again.
            drop(converse(&mut persona, &mut socket, &shared).await);
            shared.connected.fetch_sub(1, Ordering::Relaxed);
        };
        tokio::select! {
            () = session => {}
            () = shared.stop.cancelled() => return,
        }
        door += step;
        failed = if came_in { 1 } else { failed + 1 };
        // Another instance may be there; only when none is does it wait.
        if failed % doors.len() != 0 {
            continue;
        }
        let pause = Duration::from_secs_f64(0.5 + persona.chance.fraction() * 3.0);
        tokio::select! { () = sleep(pause) => {}, () = shared.stop.cancelled() => return }
    }
}

/// Connects and is welcomed, when its turn comes.
async fn connect(at: &str, persona: &Persona, shared: &Shared) -> Option<Socket> {
    let _turn = shared.gate.acquire().await.ok()?;
    let coming = timeout(PATIENCE, come_in(at, persona, shared));
    coming.await.ok().flatten()
}

async fn come_in(at: &str, persona: &Persona, shared: &Shared) -> Option<Socket> {
    let tcp = TcpStream::connect(at).await.ok()?;
    tcp.set_nodelay(true).ok()?;
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(4096);
    let url = format!("ws://{at}{}", protocol::PATH);
    let (mut socket, _) = client_async_with_config(url, tcp, Some(config))
        .await
        .ok()?;
    let hello = Handshake {
        node_id: persona.id.clone(),
        node_name: persona.name.clone(),
        capabilities: persona.capabilities.clone(),
        token: shared.fleet.token.clone(),
        proof: None,
        join: None,
        protocol: 2,
        running: Vec::new(),
    };
    send(&mut socket, &hello).await.ok()?;
    match socket.next().await {
        Some(Ok(Message::Text(text))) => {
            matches!(decode_from_nexus(&text), Ok(FromNexus::Welcome(_))).then_some(socket)
        }
        _ => None,
    }
}

async fn converse(
    persona: &mut Persona,
    socket: &mut Socket,
    shared: &Shared,
) -> Result<(), Broken> {
    let every = shared.fleet.heartbeat.unwrap_or(Duration::from_secs(3));
    // Not all at the same moment.
    let mut heartbeat = Instant::now() + every.mul_f64(persona.chance.fraction());
    let (mut cpu, mut memory) = (
        persona.chance.fraction() * 0.6,
        0.2 + persona.chance.fraction() * 0.5,
    );
    let mut counting: Vec<Counting> = Vec::new();
    loop {
        let due = counting
            .iter()
            .map(|count| count.next)
            .min()
            .unwrap_or(heartbeat)
            .min(heartbeat);
        tokio::select! {
            frame = socket.next() => match frame.transpose()? {
                Some(Message::Text(text)) => {
                    if let Ok(FromNexus::ExecuteSkill(request)) = decode_from_nexus(&text) {
                        shared.executed.fetch_add(1, Ordering::Relaxed);
                        if let Some(count) = execute(socket, request).await? {
                            counting.push(count);
                        }
                    } else if let Ok(FromNexus::Cancel(cancel)) = decode_from_nexus(&text) {
                        stop(socket, &mut counting, &cancel.request_id).await?;
                    }
                }
                Some(_) => {}
                None => return Ok(()),
            },
            () = sleep_until(due) => {
                go_on(socket, &mut counting).await?;
                if Instant::now() >= heartbeat {
                    heartbeat += every;
                    cpu = (cpu + (persona.chance.fraction() - 0.5) * 0.1).clamp(0.01, 0.97);
                    memory = (memory + (persona.chance.fraction() - 0.5) * 0.02).clamp(0.05, 0.95);
                    let active_tasks = u32::try_from(counting.len()).unwrap_or(u32::MAX);
                    let life = Heartbeat { node_id: persona.id.clone(), cpu_usage: cpu, memory_usage: memory, active_tasks, disk: None };
                    send(socket, &life).await?;
                }
            }
        }
    }
}

/// Answers at once, or begins to count.
async fn execute(socket: &mut Socket, request: ExecuteSkill) -> Result<Option<Counting>, Broken> {
    let asked: Parameters = serde_json::from_str(request.parameters.get()).unwrap_or_default();
    if request.stream {
        send(
            socket,
            &Accepted {
                request_id: request.request_id.clone(),
            },
        )
        .await?;
    }
    if request.method_name == "count" {
        let now = Instant::now();
        let every = Duration::from_millis(asked.every_ms.unwrap_or(200).clamp(1, 10_000));
        let lines = asked.lines.unwrap_or(10).min(1000);
        return Ok(Some(Counting {
            request,
            done: 0,
            lines,
            every,
            next: now,
            started: now,
        }));
    }
    let text = match (
        asked.command.strip_prefix("echo "),
        request.method_name.as_str(),
    ) {
        (Some(words), _) => format!("{words}\n"),
        (None, "echo") => format!("{}\n", asked.text),
        (None, _) => format!("simulated: {}\n", asked.command),
    };
    if request.stream {
        send(
            socket,
            &Output::new(
                request.request_id.clone(),
                0,
                Stream::Stdout,
                0,
                text.as_bytes(),
            ),
        )
        .await?;
    }
    let chunks = u64::from(request.stream);
    let result = if request.stream {
        RawValue::NULL.to_owned()
    } else {
        to_raw_value(&text).unwrap_or_default()
    };
    respond(
        socket,
        &request,
        Outcome::Succeeded,
        result,
        chunks,
        Duration::ZERO,
    )
    .await?;
    Ok(None)
}

async fn go_on(socket: &mut Socket, counting: &mut Vec<Counting>) -> Result<(), Broken> {
    let now = Instant::now();
    for count in counting.iter_mut().filter(|count| count.next <= now) {
        count.next = now + count.every;
        count.done += 1;
        if count.request.stream {
            let line = format!("line {} of {}\n", count.done, count.lines);
            let at_ms = u64::try_from(count.started.elapsed().as_millis()).unwrap_or_default();
            let id = count.request.request_id.clone();
            send(
                socket,
                &Output::new(id, count.done - 1, Stream::Stdout, at_ms, line.as_bytes()),
            )
            .await?;
        }
    }
    while let Some(at) = counting.iter().position(|count| count.done >= count.lines) {
        let count = counting.swap_remove(at);
        let result = to_raw_value(&format!("{} lines\n", count.lines)).unwrap_or_default();
        respond(
            socket,
            &count.request,
            Outcome::Succeeded,
            result,
            count.done,
            count.started.elapsed(),
        )
        .await?;
    }
    Ok(())
}

async fn stop(socket: &mut Socket, counting: &mut Vec<Counting>, id: &str) -> Result<(), Broken> {
    if let Some(at) = counting
        .iter()
        .position(|count| count.request.request_id == id)
    {
        let count = counting.swap_remove(at);
        let result = RawValue::NULL.to_owned();
        respond(
            socket,
            &count.request,
            Outcome::Cancelled,
            result,
            count.done,
            count.started.elapsed(),
        )
        .await?;
    }
    Ok(())
}

async fn respond(
    socket: &mut Socket,
    request: &ExecuteSkill,
    outcome: Outcome,
    result: Box<RawValue>,
    chunks: u64,
    took: Duration,
) -> Result<(), Broken> {
    let response = Response {
        request_id: request.request_id.clone(),
        node_id: request.node_id.clone(),
        success: outcome == Outcome::Succeeded,
        result,
        error: None,
        execution_time: took.as_secs_f64(),
        outcome: Some(outcome),
        exit_code: (outcome == Outcome::Succeeded).then_some(0),
        signal: None,
        next_seq: request.stream.then_some(chunks),
        output_truncated: false,
    };
    send(socket, &response).await
}

async fn send<M: protocol::Message>(socket: &mut Socket, message: &M) -> Result<(), Broken> {
    socket
        .send(Message::Text(encode(message, SystemTime::now()).into()))
        .await
}
