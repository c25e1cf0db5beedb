//! Jobs from brokers, real ones: taken once whatever is killed, put away when they are bad, left there when it is not the time.

mod rabbit;
mod rabbit_hostile;
mod rabbit_program;
mod redis;
mod redis_broker;
mod results;

use std::time::{Duration, Instant};

use nexus::access::Role;
use serde_json::{Value, json};
use system_tests::{PATIENCE, Peer, Server, hello_v2};
use uuid::Uuid;

/// A Nexus with this source.
async fn taking(source: Value) -> Server {
    let table = serde_json::from_value(source).unwrap();
    let all = nexus::sources::sources(vec![table]).unwrap();
    Server::start_with(|config| config.sources = all).await
}

/// Makes a token; its id.
async fn token(server: &Server, name: &str, role: Role, nodes: &str, calls: &[&str]) -> Uuid {
    server.token(name, role, nodes, calls).await.0
}

async fn operator(server: &Server) -> Uuid {
    token(server, "ci", Role::Operator, "*", &["*"]).await
}

/// A node that answers nothing; enough for jobs that only have to be taken.
async fn node(server: &Server, name: &str) -> Peer {
    let mut peer = Peer::join(server.address(), &hello_v2(name)).await;
    peer.hear_type("WELCOME").await;
    server.until_node(name, "online").await;
    peer
}

fn job(more: Value) -> Vec<u8> {
    let mut job = json!({"target": "*", "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "uname"}, "timeout": 60});
    let fields = job.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    job.to_string().into_bytes()
}

async fn standing(server: &Server) -> Value {
    let (status, body) = server.get("/api/v1/sources").await;
    assert_eq!(status, 200, "{body}");
    body["sources"][0].clone()
}

/// Waits until the source says so; its whole standing.
async fn until(server: &Server, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let now = standing(server).await;
        if is(&now) {
            return now;
        }
        assert!(began.elapsed() < PATIENCE, "never happened: {what}; {now}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

async fn until_problem(server: &Server, part: &str) -> Value {
    until(server, part, |now| {
        now["problem"]
            .as_str()
            .is_some_and(|why| why.contains(part))
    })
    .await
}

async fn jobs(server: &Server) -> Vec<Value> {
    let (_, body) = server.get("/api/v1/jobs").await;
    body["jobs"].as_array().unwrap().clone()
}

/// Where a job came from: a kind and a name.
fn origin(job: &Value) -> (&str, &str) {
    let origin = &job["origin"];
    let text = |field: &str| origin[field].as_str().unwrap_or_default();
    (text("kind"), text("name"))
}
