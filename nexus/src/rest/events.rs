//! `GET /ws/events`: the swarm as it changes, in the contract's shape `{type, agent, message, timestamp, data}`.
//! A snapshot comes first, so that nobody needs to poll. A client that is too slow is told of a gap and given a new
//! snapshot; it never slows anybody else.
//!
//! The token comes in the `Authorization` header or, from browsers, as the first frame `{"token": "…"}`.

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

use super::alerts::body::AlertBody;
use super::approvals::ApprovalBody;
use super::chart::ChartBody;
use super::executions::{ChunkBody, ExecutionBody};
use super::jobs::body::JobBody;
use super::join_codes::JoinCodeBody;
use super::nodes::NodeBody;
use super::runs::RunBody;
use super::schedules::body::ScheduleBody;
use super::stop::StopBody;

use super::places::{Place, place, stranger};
use super::waiting::WaitingBody;
use super::{App, Shared};
use crate::access::{Caller, Object, Pass, Sight, Verb};
use crate::alerts::{Alert, Board};
use crate::approval::Approval;
use crate::chart::ChartInfo;
use crate::listen::Peer;
use crate::model::{Event, NodeInfo, Snapshot, StopInfo};
use crate::runbook::Run;
use crate::schedule::Schedule;
use crate::trust::{JoinCodeInfo, Waiting};

/// Longer than any sleep needs to be.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);
const TOKEN_TIME: Duration = Duration::from_secs(5);
const WRITE_TIME: Duration = Duration::from_secs(10);
const LARGEST_FRAME_IN: usize = 8 * 1024;

pub(super) async fn events(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let pass = match app.access.pass(&headers, &peer) {
        Ok(pass) => pass,
        Err(problem) => return problem.into_response(),
    };
    // A place is taken before the socket is there; whoever has shown no token yet has one of few.
    let place = match &pass {
        Some(pass) => place(&app, pass),
        None => stranger(&app, &peer),
    };
    let place = match place {
        Ok(place) => place,
        Err(problem) => return problem.into_response(),
    };
    let upgrade = upgrade
        .max_message_size(LARGEST_FRAME_IN)
        .max_frame_size(LARGEST_FRAME_IN);
    upgrade.on_upgrade(move |socket| welcome(app, socket, peer, pass, place))
}

async fn welcome(
    app: Arc<App>,
    mut socket: WebSocket,
    peer: Peer,
    pass: Option<Arc<Pass>>,
    mut held: Place,
) {
    let (code, reason) = match pass {
        Some(pass) => tell(&app, &mut socket, &peer, &pass).await,
        None => {
            let brought = timeout(TOKEN_TIME, brings_token(&app, &mut socket, &peer)).await;
            match brought
                .ok()
                .flatten()
                .map(|pass| (place(&app, &pass), pass))
            {
                Some((Ok(room), pass)) => {
                    held = room;
                    tell(&app, &mut socket, &peer, &pass).await
                }
                Some((Err(_), _)) => (1013, "too many streams are open; close one first"),
                None => (
                    1008,
                    "send {\"token\": \"…\"} first; `nexus token` shows it",
                ),
            }
        }
    };
    drop(held);
    let goodbye = CloseFrame {
        code,
        reason: reason.into(),
    };
    let said = socket.send(Message::Close(Some(goodbye)));
    drop(timeout(WRITE_TIME, said).await);
}

/// Tells everything that the caller may see until one of them goes; why, as a close code and reason.
async fn tell(app: &App, socket: &mut WebSocket, peer: &Peer, pass: &Pass) -> (u16, &'static str) {
    let caller = Caller {
        principal: Arc::clone(&pass.principal),
        from: peer.address.to_string(),
    };
    if caller.may(Verb::Listen, Object::Nexus).is_err() {
        return (1008, "your token may not listen");
    }
    let now = SystemTime::now();
    app.access.tokens.touch(pass, &caller.from, now);
    let remaining = pass.remaining(now).unwrap_or(FOREVER).min(FOREVER);
    tokio::select! {
        () = pass.ended.cancelled() => (1008, "your token was revoked"),
        () = tokio::time::sleep(remaining) => (1008, "your token has expired"),
        () = stream(app, socket, Sight::new(caller)) => (1000, ""),
    }
}

async fn stream(app: &App, socket: &mut WebSocket, mut view: Sight) {
    let greeting = event(
        "SYSTEM_LOG",
        "Connected to the Nexus",
        json!({"level": "INFO"}),
    );
    if !send(socket, &greeting).await {
        return;
    }
    // For as long as somebody listens, the others are asked how busy their nodes are.
    let _looking = app.doors.handle.looking();
    while let Ok((mut snapshot, events)) = app.doors.handle.subscribe().await {
        view.begin(&mut snapshot);
        if !send(socket, &snapshot_event(&snapshot)).await {
            return;
        }
        drop(snapshot);
        match follow(app, socket, &mut view, events).await {
            End::Lagged(missed) => {
                let gap = event(
                    "GAP",
                    "you read too slowly; a snapshot follows",
                    json!({"missed": missed}),
                );
                if !send(socket, &gap).await {
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

async fn follow(
    app: &App,
    socket: &mut WebSocket,
    view: &mut Sight,
    mut events: Receiver<Event>,
) -> End {
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => if let Some(event) = view.filter(event)
                    && !send(socket, &event_json(&event)).await
                {
                    return End::Gone;
                },
                Err(RecvError::Lagged(missed)) => return End::Lagged(missed),
                Err(RecvError::Closed) => return End::Gone,
            },
            // What clients say is ignored, as by the prototype; that they hang up is not.
            frame = socket.recv() => if !matches!(frame, Some(Ok(_))) { return End::Gone },
            () = app.doors.stopping.cancelled() => return End::Gone,
        }
    }
}

async fn brings_token(app: &App, socket: &mut WebSocket, peer: &Peer) -> Option<Arc<Pass>> {
    while let Some(Ok(frame)) = socket.recv().await {
        if let Message::Text(text) = frame {
            let first: Value = serde_json::from_str(&text).unwrap_or_default();
            let token = first.get("token").and_then(Value::as_str)?;
            return app.access.pass_of(token, peer).ok();
        }
    }
    None
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
    let jobs: Vec<_> = snapshot.jobs.iter().map(|job| JobBody::new(job)).collect();
    let message = format!("{} nodes are known", nodes.len());
    event(
        "SNAPSHOT",
        &message,
        json!({"nodes": nodes, "executions": executions, "jobs": jobs, "stop": StopBody::new(&snapshot.stop)}),
    )
}

fn waiting_event(waiting: &[Waiting]) -> Value {
    let waiting: Vec<_> = waiting.iter().map(WaitingBody::new).collect();
    let message = format!("{} machines wait to be let in", waiting.len());
    event("WAITING_UPDATED", &message, json!({"waiting": waiting}))
}

fn join_code_event(code: &JoinCodeInfo) -> Value {
    let message = format!("Join code {} changed", code.id);
    let data = json!({"join_code": JoinCodeBody::new(code)});
    event("JOIN_CODE_UPDATED", &message, data)
}

fn approval_event(approval: &Approval) -> Value {
    let message = format!("Approval {} changed", approval.id);
    let data = json!({"approval": ApprovalBody::new(approval)});
    event("APPROVAL_UPDATED", &message, data)
}

fn connected_event(node: &NodeInfo) -> Value {
    let (id, name) = (&node.facts.id, &node.facts.name);
    let capabilities = &node.facts.capabilities;
    let data = json!({"node_id": id, "node_name": name, "skills": capabilities.skills, "tags": capabilities.tags,
        "node": NodeBody::new(node)});
    let message = format!("Node {name} ({id}) connected");
    event("NODE_CONNECTED", &message, data)
}

fn stop_event(stop: &StopInfo) -> Value {
    let message = if stop.held {
        format!("{} stopped the fleet", stop.by)
    } else {
        "The fleet is not stopped".to_owned()
    };
    let data = json!({"stop": StopBody::new(stop)});
    event("STOP_UPDATED", &message, data)
}

fn chart_event(chart: &ChartInfo) -> Value {
    let data = json!({"chart": ChartBody::new(chart)});
    event("CHART_UPDATED", "The map is charted anew", data)
}

fn schedule_event(schedule: &Schedule) -> Value {
    let message = format!("Schedule {:?} changed", schedule.name);
    let data = json!({"schedule": ScheduleBody::new(schedule, false)});
    event("SCHEDULE_UPDATED", &message, data)
}

fn run_event(run: &Run) -> Value {
    let message = format!("Run {} of {} is {}", run.id, run.runbook, run.state.word());
    event("RUN_UPDATED", &message, json!({"run": RunBody::new(run)}))
}

fn alert_event(alert: &Alert) -> Value {
    let word = if alert.is_firing() {
        "fires"
    } else {
        "is over"
    };
    let message = format!("{}: {} {word}", alert.name, alert.rule_name);
    event(
        "ALERT_UPDATED",
        &message,
        json!({"alert": AlertBody::bare(alert)}),
    )
}

fn alerts_event(board: &Board) -> Value {
    let message = format!("{} alerts fire", board.counts.firing);
    let causes: Vec<_> = board
        .causes
        .iter()
        .map(|cause| {
            json!({"key": cause.key, "title": cause.title, "place": cause.place, "severity": cause.severity,
                "alerts": cause.alerts.len(), "nodes": cause.nodes.len(), "owner": cause.owner})
        })
        .collect();
    event(
        "ALERTS_UPDATED",
        &message,
        json!({"counts": board.counts, "causes": causes}),
    )
}

fn event_json(what: &Event) -> Value {
    match what {
        Event::NodeConnected(node) => connected_event(node),
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
        Event::WaitingChanged(waiting) => waiting_event(waiting),
        Event::JoinCodeChanged(code) => join_code_event(code),
        Event::ApprovalChanged(approval) => approval_event(approval),
        Event::NodeLoad(node) => {
            let data = json!({"node_id": node.facts.id, "cpu_usage": node.cpu, "memory_usage": node.memory,
                "load_known": node.measured, "active_tasks": node.active_tasks});
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
        Event::ChartChanged(chart) => chart_event(&chart.info),
        Event::ExecutionChanged(execution) => {
            let message = format!("Execution {} is {}", execution.id, execution.state.word());
            event(
                "EXECUTION_UPDATED",
                &message,
                json!({"execution": ExecutionBody::new(execution)}),
            )
        }
        Event::JobChanged(job) => {
            let message = format!("Job {} is {}", job.id, job.state.word());
            event("JOB_UPDATED", &message, json!({"job": JobBody::new(job)}))
        }
        Event::StopChanged(stop) => stop_event(stop),
        Event::AlertChanged(alert) => alert_event(alert),
        Event::AlertsChanged(board) => alerts_event(board),
        Event::ScheduleChanged(schedule) => schedule_event(schedule),
        Event::ScheduleRemoved(schedule) => {
            let message = format!("Schedule {:?} was removed", schedule.name);
            let data = json!({"schedule_id": schedule.id});
            event("SCHEDULE_REMOVED", &message, data)
        }
        Event::RunChanged(run) => run_event(run),
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
