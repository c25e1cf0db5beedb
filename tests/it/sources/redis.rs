//! Messages of a stream of Redis, a real one. Not here: what may happen to the broker, see `redis_broker`.

use std::net::SocketAddr;

use nexus::access::Role;
use serde_json::{Value, json};
use system_tests::redis::Redis;
use system_tests::{Peer, TOKEN, eventually, hello_v2, listening, nexus_program, spore_program};
use tempfile::TempDir;
use uuid::Uuid;

use super::{job, jobs, node, operator, standing, taking, token, until, until_problem};

/// As in `docs/sources.md`, but for XACK.
const ACL: &str = "ACL SETUSER nexus on >word ~jobs ~jobs:dead +xgroup +xreadgroup +xautoclaim +xclaim +xadd +xdel +client +select +ping";
/// Everything that a dead message says, by field.
type Dead = std::collections::HashMap<String, Vec<u8>>;

pub(super) fn source(redis: &Redis, more: Value) -> Value {
    let mut source = json!({"kind": "redis", "url": redis.url(), "stream": "jobs", "token": "ci"});
    let fields = source.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    source
}

/// How many messages were read and not settled.
pub(super) async fn pending(redis: &Redis) -> usize {
    let (count, ..): (usize, ::redis::Value, ::redis::Value, ::redis::Value) =
        redis.say("XPENDING jobs nexus").await;
    count
}

pub(super) async fn until_settled(redis: &Redis) {
    eventually("nothing is pending", || async {
        (pending(redis).await == 0).then_some(())
    })
    .await;
}

pub(super) async fn dead(redis: &Redis) -> Vec<Dead> {
    let all: Vec<(String, Dead)> = redis.say("XRANGE jobs:dead - +").await;
    all.into_iter().map(|(_, fields)| fields).collect()
}

#[tokio::test]
async fn a_message_becomes_a_job_that_runs_and_is_acknowledged() {
    let redis = Redis::start().await;
    // It waited before there was a Nexus.
    redis
        .add("jobs", "job", &job(json!({"label": "early"})))
        .await;
    let server = taking(source(&redis, json!({"delete": true}))).await;
    let _spore = spore_program(server.address(), "a", &[]);
    server.until_node("a", "online").await;
    until_problem(&server, "there is no API token \"ci\"").await;
    assert!(
        jobs(&server).await.is_empty(),
        "nobody's rights are no rights"
    );
    let id = operator(&server).await;
    let taken = until(&server, "one is taken", |now| now["taken"] == 1).await;
    assert_eq!(taken["problem"], Value::Null, "{taken}");
    assert_eq!(taken["connected"], true, "{taken}");
    let ended = eventually("the job is over", || async {
        let job = jobs(&server).await.pop()?;
        job["finished_at"].is_string().then_some(job)
    })
    .await;
    assert_eq!(
        (&ended["label"], &ended["total"]),
        (&json!("early"), &json!(1)),
        "{ended}"
    );
    assert_eq!(ended["asker"]["id"], id.to_string());
    until_settled(&redis).await;
    eventually("it is removed", || async {
        (redis.say::<usize>("XLEN jobs").await == 0).then_some(())
    })
    .await;
    let (_, audit) = server.get("/api/v1/audit?action=submit_job").await;
    let entry = &audit["entries"][0];
    assert!(audit.to_string().contains("redis:jobs"), "{audit}");
    assert!(entry.to_string().contains(&id.to_string()), "{entry}");
    let (_, metrics) = server.get("/metrics").await;
    let metrics = metrics.as_str().unwrap();
    let line = "nexus_source_messages_total{source=\"redis:jobs\",outcome=\"taken\"} 1";
    assert!(metrics.contains(line), "{metrics}");
    assert!(metrics.contains("nexus_source_connected{source=\"redis:jobs\"} 1"));
}

#[tokio::test]
async fn bad_messages_are_put_away_with_their_reason_and_hold_nobody_up() {
    let redis = Redis::start().await;
    let server = taking(source(&redis, json!({}))).await;
    let _inside = node(&server, "inside").await;
    let _outside = node(&server, "outside").await;
    token(
        &server,
        "ci",
        Role::Operator,
        "id:inside",
        &["ShellSkill.run"],
    )
    .await;
    let huge = vec![b'x'; 2 << 20];
    let bad: [(&str, Vec<u8>, &str); 8] = [
        ("job", b"\xff\x00 no JSON".to_vec(), "must be a JSON object"),
        ("job", b"[]".to_vec(), "must be a JSON object"),
        ("task", job(json!({})), "no field `job`"),
        ("job", huge, "2097152 bytes"),
        ("job", job(json!({"sudo": true})), "unknown field `sudo`"),
        ("job", job(json!({"timeout": 0})), "timeout must be"),
        (
            "job",
            job(json!({"target": null, "node_ids": ["outside"]})),
            "outside do not exist",
        ),
        (
            "job",
            job(json!({"skill_name": "FileSkill", "method_name": "delete"})),
            "may not do this",
        ),
    ];
    for (field, value, _) in &bad {
        redis.add("jobs", field, value).await;
    }
    redis
        .add("jobs", "job", &job(json!({"label": "good"})))
        .await;
    until(&server, "the good one is taken", |now| now["taken"] == 1).await;
    until_settled(&redis).await;
    let dead = dead(&redis).await;
    assert_eq!(dead.len(), bad.len());
    for (buried, (field, value, reason)) in dead.iter().zip(&bad) {
        let said = String::from_utf8_lossy(&buried["nexus_reason"]);
        assert!(said.contains(reason), "{said:?} says nothing of {reason:?}");
        assert!(said.len() <= 500, "{said}");
        assert_eq!(&buried[*field], value, "it is there as it was");
        assert_eq!(buried["nexus_stream"], b"jobs");
    }
    let now = standing(&server).await;
    assert_eq!(now["dead_lettered"], bad.len(), "{now}");
    assert_eq!(jobs(&server).await.len(), 1);
    let (_, audit) = server.get("/api/v1/audit?action=denied").await;
    assert!(audit.to_string().contains("redis:jobs"), "{audit}");
}

#[tokio::test]
async fn what_may_destroy_on_several_nodes_is_confirmed_in_the_message() {
    let redis = Redis::start().await;
    let server = taking(source(&redis, json!({}))).await;
    let mut peers = Vec::new();
    for name in ["a", "b"] {
        let mut hello = hello_v2(name);
        hello["payload"]["capabilities"]["methods"][0]["effect"] = json!("destroy");
        peers.push(Peer::join(server.address(), &hello).await);
        server.until_node(name, "online").await;
    }
    operator(&server).await;
    let asked = |more| job(json!({"label": more}));
    redis.add("jobs", "job", &asked("not confirmed")).await;
    redis
        .add(
            "jobs",
            "job",
            &job(json!({"label": "confirmed", "confirm_count": 2})),
        )
        .await;
    until(&server, "one is taken", |now| {
        now["taken"] == 1 && now["dead_lettered"] == 1
    })
    .await;
    let why = String::from_utf8_lossy(&dead(&redis).await[0]["nexus_reason"]).into_owned();
    assert!(why.contains("confirm_count: 2"), "{why}");
    assert_eq!(jobs(&server).await[0]["label"], "confirmed");
}

#[tokio::test]
async fn a_message_that_comes_twice_is_one_job() {
    let redis = Redis::start().await;
    let server = taking(source(&redis, json!({}))).await;
    let _node = node(&server, "a").await;
    operator(&server).await;
    let id = Uuid::new_v4();
    for _ in 0..3 {
        redis.add("jobs", "job", &job(json!({"id": id}))).await;
    }
    // The same id for something else is refused, and not taken for the same.
    redis
        .add(
            "jobs",
            "job",
            &job(json!({"id": id, "parameters": {"command": "other"}})),
        )
        .await;
    until(&server, "all are settled", |now| now["dead_lettered"] == 1).await;
    let now = standing(&server).await;
    assert_eq!(
        (&now["taken"], &now["known"]),
        (&json!(1), &json!(2)),
        "{now}"
    );
    assert_eq!(jobs(&server).await.len(), 1);
}

#[tokio::test]
async fn a_nexus_that_is_killed_before_it_could_acknowledge_runs_nothing_twice() {
    let redis = Redis::start().await;
    // It may read and not acknowledge: so it dies between the two for certain.
    redis.say::<()>(ACL).await;
    let url = redis.url().replace("redis://", "redis://nexus:word@");
    let sources = json!([source(&redis, json!({"url": url}))]).to_string();
    let data = TempDir::new().unwrap();
    let environment = [
        ("NEXUS_SOURCES", sources.as_str()),
        ("NEXUS_PORT", "0"),
        ("NEXUS_SHARED_TOKEN", TOKEN),
        ("HOME", data.path().to_str().unwrap()),
    ];
    let start = || {
        let mut command = nexus_program(data.path(), &["serve"], &environment);
        command.kill_on_drop(true).spawn().unwrap()
    };
    let mut killed = start();
    let address = listening(killed.stderr.take().unwrap()).await;
    let _spore = spore_program(address, "a", &[]);
    let word = std::fs::read_to_string(data.path().join("api-token")).unwrap();
    let client = reqwest::Client::new();
    let get = async |address: SocketAddr, path: &str| {
        let request = client.get(format!("http://{address}{path}"));
        let answer = request.bearer_auth(word.trim()).send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    eventually("the node is there", || async {
        let body = get(address, "/api/v1/nodes").await;
        (body["nodes"][0]["state"] == "online").then_some(())
    })
    .await;
    let new = json!({"name": "ci", "role": "operator"});
    let request = client.post(format!("http://{address}/api/v1/tokens"));
    let made = request.bearer_auth(word.trim()).json(&new).send().await;
    assert_eq!(made.unwrap().status(), 201);
    redis.add("jobs", "job", &job(json!({}))).await;
    eventually("it cannot acknowledge", || async {
        let body = get(address, "/api/v1/sources").await;
        let why = body["sources"][0]["problem"].as_str()?;
        (why.contains("may not do") && body["sources"][0]["taken"] == 1).then_some(())
    })
    .await;
    killed.kill().await.unwrap();
    assert_eq!(pending(&redis).await, 1, "the broker keeps it");
    redis.say::<()>("ACL SETUSER nexus +xack").await;
    let mut again = start();
    let address = listening(again.stderr.take().unwrap()).await;
    until_settled(&redis).await;
    let body = get(address, "/api/v1/sources").await;
    let source = &body["sources"][0];
    assert_eq!(
        (&source["taken"], &source["known"]),
        (&json!(0), &json!(1)),
        "{body}"
    );
    let body = get(address, "/api/v1/jobs").await;
    assert_eq!(body["jobs"].as_array().unwrap().len(), 1, "{body}");
}
