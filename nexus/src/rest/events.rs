//! `GET /ws/events`: the swarm as it changes, in the contract's shape `{type, agent, message, timestamp, data}`.
//! A snapshot comes first, so that nobody needs to poll. A client that is too slow is told of a gap and given a new
//! snapshot; it never slows anybody else.
//!
//! The token comes in the `Authorization` header or, from browsers, as the first frame `{"token": "…"}`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::extract::{ConnectInfo, State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use protocol::rfc3339;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use super::access::bearer_of;
use super::executions::{ChunkBody, ExecutionBody};
use super::nodes::NodeBody;
use super::waiting::WaitingBody;
use super::{App, Problem, Shared};
use crate::model::{Event, Snapshot};

const TOKEN_TIME: Duration = Duration::from_secs(5);
const WRITE_TIME: Duration = Duration::from_secs(10);
const LARGEST_FRAME_IN: usize = 8 * 1024;

pub(super) async fn events(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let trusted = match bearer_of(&headers) {
        Some(token) if app.access.is_token(token) => true,
        Some(_) => return Problem::unauthorized().into_response(),
        None => app.access.is_open_to(peer),
    };
    let upgrade = upgrade
        .max_message_size(LARGEST_FRAME_IN)
        .max_frame_size(LARGEST_FRAME_IN);
    upgrade.on_upgrade(move |socket| tell(app, socket, trusted))
}

async fn tell(app: Arc<App>, mut socket: WebSocket, trusted: bool) {
    if !trusted
        && !timeout(TOKEN_TIME, brings_token(&app, &mut socket))
            .await
            .unwrap_or(false)
    {
        let refusal = CloseFrame {
            code: 1008,
            reason: "send {\"token\": \"…\"} first; `nexus token` shows it".into(),
        };
        drop(socket.send(Message::Close(Some(refusal))).await);
        return;
    }
    let greeting = event(
        "SYSTEM_LOG",
        "Connected to the Nexus",
        json!({"level": "INFO"}),
    );
    if !send(&mut socket, &greeting).await {
        return;
    }
    while let Ok((snapshot, events)) = app.doors.handle.subscribe().await {
        if !send(&mut socket, &snapshot_event(&snapshot)).await {
            return;
        }
        drop(snapshot);
        match follow(&app, &mut socket, events).await {
            End::Lagged(missed) => {
                let gap = event(
                    "GAP",
                    "you read too slowly; a snapshot follows",
                    json!({"missed": missed}),
                );
                if !send(&mut socket, &gap).await {
                    return;
                }
            }
            End::Gone => return,
        }
    }
}

enum End {
    Lagged(u64),
    Gone,
}

async fn follow(app: &App, socket: &mut WebSocket, mut events: Receiver<Event>) -> End {
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => if !send(socket, &event_json(&event)).await { return End::Gone },
                Err(RecvError::Lagged(missed)) => return End::Lagged(missed),
                Err(RecvError::Closed) => return End::Gone,
            },
            // What clients say is ignored, as by the prototype; that they hang up is not.
            frame = socket.recv() => if !matches!(frame, Some(Ok(_))) { return End::Gone },
            () = app.doors.stopping.cancelled() => return End::Gone,
        }
    }
}

async fn brings_token(app: &App, socket: &mut WebSocket) -> bool {
    while let Some(Ok(frame)) = socket.recv().await {
        if let Message::Text(text) = frame {
            let first: Value = serde_json::from_str(&text).unwrap_or_default();
            return first
                .get("token")
                .and_then(Value::as_str)
                .is_some_and(|token| app.access.is_token(token));
        }
    }
    false
}

async fn send(socket: &mut WebSocket, event: &Value) -> bool {
    matches!(
        timeout(
            WRITE_TIME,
            socket.send(Message::Text(event.to_string().into()))
        )
        .await,
        Ok(Ok(()))
    )
}

fn event(kind: &str, message: &str, data: Value) -> Value {
    json!({"type": kind, "agent": null, "message": message, "timestamp": rfc3339(SystemTime::now()), "data": data})
}

fn snapshot_event(snapshot: &Snapshot) -> Value {
    let nodes: Vec<_> = snapshot.nodes.iter().map(NodeBody::new).collect();
    let executions: Vec<_> = snapshot
        .executions
        .iter()
        .map(|execution| ExecutionBody::new(execution))
        .collect();
    let message = format!("{} nodes are known", nodes.len());
    event(
        "SNAPSHOT",
        &message,
        json!({"nodes": nodes, "executions": executions}),
    )
}

fn event_json(what: &Event) -> Value {
    match what {
        Event::NodeConnected(node) => {
            let (id, name) = (&node.facts.id, &node.facts.name);
            let capabilities = &node.facts.capabilities;
            let data = json!({"node_id": id, "node_name": name, "skills": capabilities.skills, "tags": capabilities.tags,
                "node": NodeBody::new(node)});
            event(
                "NODE_CONNECTED",
                &format!("Node {name} ({id}) connected"),
                data,
            )
        }
        Event::NodeDisconnected(node, reason) => {
            let message = format!("Node {} disconnected: {reason}", node.facts.name);
            event(
                "NODE_DISCONNECTED",
                &message,
                json!({"node_id": node.facts.id, "reason": &**reason}),
            )
        }
        Event::NodeChanged(node) => {
            let message = format!("Node {} changed", node.facts.name);
            event(
                "NODE_UPDATED",
                &message,
                json!({"node_id": node.facts.id, "node": NodeBody::new(node)}),
            )
        }
        Event::NodeRemoved(node) => {
            let message = format!("Node {} was removed", node.facts.name);
            event("NODE_REMOVED", &message, json!({"node_id": node.facts.id}))
        }
        Event::WaitingChanged(waiting) => {
            let waiting: Vec<_> = waiting.iter().map(WaitingBody::new).collect();
            let message = format!("{} machines wait to be let in", waiting.len());
            event("WAITING_UPDATED", &message, json!({"waiting": waiting}))
        }
        Event::NodeLoad(node) => {
            let data = json!({"node_id": node.facts.id, "cpu_usage": node.cpu, "memory_usage": node.memory,
                "active_tasks": node.active_tasks});
            event(
                "NODE_HEARTBEAT",
                &format!("Heartbeat of {}", node.facts.name),
                data,
            )
        }
        Event::GroupsChanged(groups) => {
            let keys: Vec<_> = groups.iter().map(|group| &group.key).collect();
            event("GROUPS_UPDATED", "The map grew", json!({"groups": keys}))
        }
        Event::ExecutionChanged(execution) => {
            let message = format!("Execution {} is {}", execution.id, execution.state.word());
            event(
                "EXECUTION_UPDATED",
                &message,
                json!({"execution": ExecutionBody::new(execution)}),
            )
        }
        Event::OutputAppended(chunk) => {
            let data = json!({"execution_id": chunk.execution, "chunk": ChunkBody::new(chunk)});
            event(
                "EXECUTION_OUTPUT",
                &format!("Output of {}", chunk.execution),
                data,
            )
        }
    }
}
