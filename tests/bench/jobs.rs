//! What jobs cost: accepted durably, fanned out, stopped with proof, with a long history behind them; and a soak. Not here: the
//! nodes, which are simulated and answer at once.

use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::child::Child;
use crate::rows::Rows;

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) async fn measure(rows: &mut Rows, quick: bool) {
    accepted(rows).await;
    for count in if quick {
        vec![1_000]
    } else {
        vec![1_000, 10_000]
    } {
        fan_out(rows, count).await;
    }
    stopped(rows, 1_000).await;
    soak(rows, if quick { 10 } else { 100 }).await;
    history(rows, if quick { 100_000 } else { 1_000_000 }).await;
}

/// A server over REST.
pub(crate) struct Door {
    client: Client,
    address: String,
    token: String,
}

impl Door {
    pub(crate) fn of(nexus: &Child) -> Self {
        Self {
            client: Client::new(),
            address: format!("http://{}", nexus.address()),
            token: nexus.token().to_owned(),
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let request = self
            .client
            .request(method, format!("{}{path}", self.address))
            .bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Asks for a job on all nodes; its id.
    pub(crate) async fn submit(&self, call: Value) -> String {
        let mut body = json!({"target": "*", "timeout": 3600});
        body.as_object_mut()
            .unwrap()
            .extend(call.as_object().unwrap().clone());
        let answer = self.ask(Method::POST, "/api/v1/jobs", Some(body)).await;
        answer["job"]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    pub(crate) async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let looking = async {
            loop {
                let answer = self.ask(Method::GET, path, None).await;
                if is_so(&answer) {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.expect(path)
    }
}

pub(crate) fn echo() -> Value {
    json!({"skill_name": "SimSkill", "method_name": "echo", "parameters": {"text": "hello"}})
}

/// Jobs that are on disk when they are said to be accepted: for a node that is away, and for nodes that answer at once.
async fn accepted(rows: &mut Rows) {
    let mut nexus = Child::server("role-nexus").await;
    let spores = Child::fleet(nexus.address(), 100).await;
    let done = nexus.ask("job 64 3").await;
    rows.rate("durable jobs accepted and run, 64 at once", &done, None);
    drop(spores);
    tokio::time::sleep(Duration::from_secs(2)).await;
    for at_once in [1, 64, 1024] {
        let waiting = nexus.ask(&format!("wait {at_once} 2")).await;
        rows.rate(
            &format!("durable jobs accepted for a node that is away, {at_once} at once"),
            &waiting,
            None,
        );
    }
}

/// One job for all: until the first and until the last of them has answered.
async fn fan_out(rows: &mut Rows, count: u32) {
    let nexus = Child::server("role-nexus").await;
    let spores = Child::fleet(nexus.address(), count).await;
    let door = Door::of(&nexus);
    let before = nexus.resources().await;
    let asked = Instant::now();
    let id = door.submit(echo()).await;
    let accepted = asked.elapsed();
    let path = format!("/api/v1/jobs/{id}");
    door.until(&path, |answer| answer["job"]["counts"]["succeeded"] != 0)
        .await;
    let first = asked.elapsed();
    door.until(&path, |answer| answer["job"]["state"] == "succeeded")
        .await;
    let last = asked.elapsed();
    let after = nexus.resources().await;
    rows.figure(
        &format!("{count} nodes: a job is accepted"),
        accepted.as_secs_f64() * 1e3,
        "ms",
    );
    rows.figure(
        &format!("{count} nodes: its first result"),
        first.as_secs_f64() * 1e3,
        "ms",
    );
    rows.figure(
        &format!("{count} nodes: its last result"),
        last.as_secs_f64() * 1e3,
        "ms",
    );
    let each = (after.cpu_s - before.cpu_s) * 1e6 / f64::from(count);
    rows.figure(
        &format!("{count} nodes: server CPU for each target"),
        each,
        "us",
    );
    let asked = Instant::now();
    door.ask(Method::GET, &format!("{path}/groups"), None).await;
    rows.figure(
        &format!("{count} nodes: its output, folded together"),
        asked.elapsed().as_secs_f64() * 1e3,
        "ms",
    );
    drop(spores);
}

/// Fleet STOP: until the last node has proved that it stopped.
async fn stopped(rows: &mut Rows, count: u32) {
    let nexus = Child::server("role-nexus").await;
    let spores = Child::fleet(nexus.address(), count).await;
    let door = Door::of(&nexus);
    let slow = json!({"skill_name": "SimSkill", "method_name": "count", "parameters": {"lines": 1000, "every_ms": 10_000}});
    let id = door.submit(slow).await;
    let running = |answer: &Value| answer["job"]["counts"]["running"] == count;
    door.until(&format!("/api/v1/jobs/{id}"), running).await;
    let asked = Instant::now();
    door.ask(Method::POST, "/api/v1/stop", Some(json!({})))
        .await;
    let proved = |answer: &Value| answer["stop"]["proved"] == count;
    door.until("/api/v1/stop", proved).await;
    rows.figure(
        &format!("{count} nodes: STOP, until all have proved it"),
        asked.elapsed().as_secs_f64() * 1e3,
        "ms",
    );
    drop(spores);
}

/// A thousand spores, so many jobs for all of them: nothing is lost, and memory does not grow.
async fn soak(rows: &mut Rows, jobs: u32) {
    const NODES: u32 = 1_000;
    let nexus = Child::server("role-nexus").await;
    let spores = Child::fleet(nexus.address(), NODES).await;
    let door = Door::of(&nexus);
    let before = nexus.resources().await;
    let started = Instant::now();
    let mut asked = Vec::new();
    for _ in 0..jobs {
        asked.push(door.submit(echo()).await);
    }
    let mut succeeded = 0;
    for id in &asked {
        let over = |answer: &Value| answer["job"]["finished_at"].is_string();
        let job = door.until(&format!("/api/v1/jobs/{id}"), over).await;
        succeeded += job["job"]["counts"]["succeeded"].as_u64().unwrap();
    }
    let took = started.elapsed().as_secs_f64();
    let after = nexus.resources().await;
    let all = u64::from(jobs) * u64::from(NODES);
    assert_eq!(succeeded, all, "something was lost");
    let each = (after.cpu_s - before.cpu_s) * 1e6 / f64::from(jobs * NODES);
    rows.figure(
        &format!("soak: {all} executions of {jobs} jobs, all accounted for"),
        took,
        "s",
    );
    rows.figure("soak: server CPU for each execution", each, "us");
    rows.figure(
        "soak: memory that the server has grown by",
        (after.rss_kib - before.rss_kib) / 1024.0,
        "MiB",
    );
    drop(spores);
}

/// The same with so many finished executions in the store.
async fn history(rows: &mut Rows, finished: u32) {
    let began = Instant::now();
    let mut nexus = Child::start(&["role-nexus", &finished.to_string()]).await;
    rows.figure(
        &format!("{finished} finished executions: written and started"),
        began.elapsed().as_secs_f64(),
        "s",
    );
    let spores = Child::fleet(nexus.address(), 100).await;
    let done = nexus.ask("job 64 3").await;
    rows.rate(
        &format!("durable jobs accepted and run, {finished} behind them"),
        &done,
        None,
    );
    let door = Door::of(&nexus);
    let asked = Instant::now();
    door.ask(Method::GET, "/api/v1/executions?limit=100", None)
        .await;
    rows.figure(
        "the newest 100 of them",
        asked.elapsed().as_secs_f64() * 1e3,
        "ms",
    );
    let asked = Instant::now();
    door.ask(
        Method::GET,
        "/api/v1/executions?limit=100&node_id=sim-1-7",
        None,
    )
    .await;
    rows.figure(
        "the newest 100 of one node",
        asked.elapsed().as_secs_f64() * 1e3,
        "ms",
    );
    drop(spores);
}
