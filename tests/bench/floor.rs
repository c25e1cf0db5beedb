//! The floor: the least that a program can do to run something on a node by REST with these libraries: find the
//! socket, send the frame, wait for the answer. No store, no checks, no state, nothing to show.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use axum::extract::{Path, State, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use futures_util::{SinkExt, StreamExt};
use protocol::{ExecuteSkill, FromSpore, Welcome, decode_from_spore, encode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::child::timed;

type Pending = Mutex<HashMap<Uuid, oneshot::Sender<Box<RawValue>>>>;

struct Node {
    outbox: mpsc::Sender<Message>,
    pending: Pending,
}

#[derive(Clone, Default)]
struct Floor(Arc<RwLock<Vec<Arc<Node>>>>);

#[derive(Deserialize)]
struct Asked {
    skill_name: String,
    method_name: String,
    parameters: Box<RawValue>,
    timeout: u32,
}

#[derive(Serialize)]
struct Answered {
    success: bool,
    result: Box<RawValue>,
}

pub(crate) async fn run() {
    let floor = Floor::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{} none", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/empty", post(|body: Bytes| async move { body }))
        .route("/execute/{node}", post(execute))
        .route("/ws/nodes", get(connect))
        .with_state(floor.clone());
    let listener = listener.tap_io(|socket| socket.set_nodelay(true).unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let mut lines = BufReader::new(stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let words: Vec<_> = line.split(' ').collect();
        let floor = floor.clone();
        timed(
            words[1].parse().unwrap(),
            words[2].parse().unwrap(),
            move |turn| {
                let floor = floor.clone();
                async move {
                    let parameters = serde_json::value::to_raw_value(
                        &serde_json::json!({"command": "echo hello"}),
                    )
                    .unwrap();
                    let asked = Asked {
                        skill_name: "ShellSkill".to_owned(),
                        method_name: "run".to_owned(),
                        parameters,
                        timeout: 30,
                    };
                    floor.dispatch(turn % 100, asked).await;
                }
            },
        )
        .await;
    }
}

impl Floor {
    async fn dispatch(&self, node: usize, asked: Asked) -> Box<RawValue> {
        let node = Arc::clone(&self.0.read().unwrap()[node]);
        let id = Uuid::now_v7();
        let (answer, result) = oneshot::channel();
        node.pending.lock().unwrap().insert(id, answer);
        let order = ExecuteSkill {
            request_id: id.to_string(),
            node_id: String::new(),
            skill_name: asked.skill_name,
            method_name: asked.method_name,
            parameters: asked.parameters,
            timeout: asked.timeout,
            stream: false,
        };
        node.outbox
            .send(Message::Text(encode(&order, SystemTime::now()).into()))
            .await
            .unwrap();
        tokio::time::timeout(Duration::from_secs(30), result)
            .await
            .unwrap()
            .unwrap()
    }
}

async fn execute(State(floor): State<Floor>, Path(node): Path<usize>, body: Bytes) -> Vec<u8> {
    let result = floor
        .dispatch(node, serde_json::from_slice(&body).unwrap())
        .await;
    serde_json::to_vec(&Answered {
        success: true,
        result,
    })
    .unwrap()
}

async fn connect(State(floor): State<Floor>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .read_buffer_size(4096)
        .write_buffer_size(4096)
        .on_upgrade(move |socket| serve(floor, socket))
}

async fn serve(floor: Floor, socket: WebSocket) {
    let (mut sink, mut stream) = socket.split();
    stream.next().await;
    let welcome = Welcome {
        protocol: 2,
        nexus_id: String::new(),
        nexus_version: String::new(),
        session_id: String::new(),
        node_id: None,
        heartbeat_interval: 30,
        resume: Vec::new(),
        nexus_addresses: Vec::new(),
    };
    sink.send(Message::Text(encode(&welcome, SystemTime::now()).into()))
        .await
        .unwrap();
    let (outbox, mut frames) = mpsc::channel(256);
    let node = Arc::new(Node {
        outbox,
        pending: Pending::default(),
    });
    floor.0.write().unwrap().push(Arc::clone(&node));
    tokio::spawn(async move {
        let mut batch = Vec::new();
        while frames.recv_many(&mut batch, 64).await > 0 {
            for frame in batch.drain(..) {
                drop(sink.feed(frame).await);
            }
            drop(sink.flush().await);
        }
    });
    while let Some(Ok(frame)) = stream.next().await {
        let Message::Text(text) = frame else { continue };
        if let Ok(FromSpore::Response(response)) = decode_from_spore(&text) {
            let waiting = response
                .request_id
                .parse()
                .ok()
                .and_then(|id| node.pending.lock().unwrap().remove(&id));
            waiting.map(|waiting| waiting.send(response.result));
        }
    }
}
