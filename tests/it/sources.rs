//! Jobs from a broker, a real one: taken once whatever is killed, put away when they are bad, left there when it is not the time.

use nexus::access::{Caller, NewToken, Role};
use serde_json::{Value, json};
use system_tests::redis::Redis;
use system_tests::{
    Peer, Server, TOKEN, a_moment, eventually, hello_v2, listening, nexus_program, spore_program,
};
use tempfile::TempDir;
use uuid::Uuid;

/// As in `docs/sources.md`, but for XACK.
const ACL: &str = "ACL SETUSER nexus on >word ~jobs ~jobs:dead +xgroup +xreadgroup +xautoclaim +xclaim +xadd +xdel +client +select +ping";

/// Everything that a dead message says, by field.
type Dead = std::collections::HashMap<String, Vec<u8>>;

fn source(redis: &Redis, more: Value) -> Value {
    let mut source = json!({"kind": "redis", "url": redis.url(), "stream": "jobs", "token": "ci"});
    let fields = source.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    source
}

/// A Nexus with this source.
async fn taking(source: Value) -> Server {
    let table = serde_json::from_value(source).unwrap();
    let all = nexus::sources::sources(vec![table]).unwrap();
    Server::start_with(|config| config.sources = all).await
}

/// Makes a token; its id.
async fn token(server: &Server, name: &str, role: Role, nodes: &str, calls: &[&str]) -> Uuid {
    let new = NewToken {
        name: name.into(),
        role,
        nodes: nodes.into(),
        calls: calls.iter().map(|call| (*call).into()).collect(),
        ttl_seconds: 600,
    };
    let made = server.nexus.tokens().create(new, &Caller::local()).await;
    made.unwrap().1.id
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
    eventually(what, || async {
        let now = standing(server).await;
        is(&now).then_some(now)
    })
    .await
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

/// How many messages were read and not settled.
async fn pending(redis: &Redis) -> usize {
    let (count, ..): (usize, redis::Value, redis::Value, redis::Value) =
        redis.say("XPENDING jobs nexus").await;
    count
}

async fn until_settled(redis: &Redis) {
    eventually("nothing is pending", || async {
        (pending(redis).await == 0).then_some(())
    })
    .await;
}

async fn dead(redis: &Redis) -> Vec<Dead> {
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
    let get = async |address: std::net::SocketAddr, path: &str| {
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

#[tokio::test]
async fn while_everything_is_stopped_messages_stay_with_the_broker() {
    let redis = Redis::start().await;
    let server = taking(source(&redis, json!({}))).await;
    let _node = node(&server, "a").await;
    operator(&server).await;
    until(&server, "it takes jobs", |now| now["problem"].is_null()).await;
    let (status, _) = server.post("/api/v1/stop", json!({"reason": "fire"})).await;
    assert_eq!(status, 202);
    redis.add("jobs", "job", &job(json!({}))).await;
    until_problem(&server, "the fleet is stopped").await;
    a_moment().await;
    assert_eq!(pending(&redis).await, 1);
    assert!(jobs(&server).await.is_empty() && dead(&redis).await.is_empty());
    let (status, _) = server
        .call(reqwest::Method::DELETE, "/api/v1/stop", None)
        .await;
    assert_eq!(status, 200);
    until(&server, "it is taken after all", |now| now["taken"] == 1).await;
    until_settled(&redis).await;
}

#[tokio::test]
async fn a_token_that_is_revoked_takes_nothing_more_until_there_is_another() {
    let redis = Redis::start().await;
    let server = taking(source(&redis, json!({}))).await;
    let _node = node(&server, "a").await;
    let first = operator(&server).await;
    redis.add("jobs", "job", &job(json!({}))).await;
    until(&server, "one is taken", |now| now["taken"] == 1).await;
    server
        .nexus
        .tokens()
        .revoke(first, &Caller::local())
        .await
        .unwrap();
    redis.add("jobs", "job", &job(json!({}))).await;
    until_problem(&server, "was revoked or has expired").await;
    a_moment().await;
    assert_eq!(jobs(&server).await.len(), 1);
    operator(&server).await;
    until(&server, "it goes on", |now| now["taken"] == 2).await;
    // Two of one name: whose rights would count is anybody's guess.
    operator(&server).await;
    redis.add("jobs", "job", &job(json!({}))).await;
    until_problem(&server, "several API tokens are called").await;
    assert_eq!(jobs(&server).await.len(), 2);
}

#[tokio::test]
async fn a_broker_that_goes_away_is_waited_for() {
    let mut redis = Redis::start().await;
    let server = taking(source(&redis, json!({}))).await;
    let _node = node(&server, "a").await;
    operator(&server).await;
    redis.add("jobs", "job", &job(json!({}))).await;
    until(&server, "one is taken", |now| now["taken"] == 1).await;
    redis.kill().await;
    let gone = until(&server, "it is gone", |now| now["connected"] == false).await;
    assert!(gone["problem"].is_string(), "{gone}");
    until_problem(&server, "nothing listens at redis://127.0.0.1:").await;
    redis.again().await;
    redis.add("jobs", "job", &job(json!({}))).await;
    until(&server, "it is back", |now| now["taken"] == 2).await;
    // Somebody throws everything away, the group with it.
    redis.say::<()>("FLUSHALL").await;
    redis.add("jobs", "job", &job(json!({}))).await;
    until(&server, "the group is made again", |now| now["taken"] == 3).await;
}

#[tokio::test]
async fn a_wrong_password_is_said_and_not_shown() {
    let redis = Redis::with_password("right").await;
    let url = redis.url().replace("right", "hunter2");
    let server = taking(source(&redis, json!({"url": url}))).await;
    operator(&server).await;
    let now = until_problem(&server, "does not take the user and password").await;
    assert!(!now.to_string().contains("hunter2"), "{now}");
    assert_eq!(now["connected"], false);
    let none = redis.url().replace(":right@", "");
    let server = taking(source(&redis, json!({"url": none}))).await;
    operator(&server).await;
    until_problem(&server, "wants a password").await;
}

#[tokio::test]
async fn a_stream_that_is_none_is_said_and_a_dead_one_that_is_none_loses_nothing() {
    let redis = Redis::start().await;
    redis.say::<()>("SET jobs text").await;
    let server = taking(source(&redis, json!({}))).await;
    operator(&server).await;
    until_problem(&server, "is no stream").await;
    redis.say::<()>("SET jobs:dead text").await;
    redis.say::<()>("DEL jobs").await;
    redis.say::<()>("XGROUP CREATE jobs nexus 0 MKSTREAM").await;
    redis.add("jobs", "job", b"bad").await;
    eventually("it is read", || async {
        (pending(&redis).await == 1).then_some(())
    })
    .await;
    until_problem(&server, "is no stream").await;
    assert_eq!(
        pending(&redis).await,
        1,
        "it cannot be put away, so it stays"
    );
    redis.say::<()>("DEL jobs:dead").await;
    until(&server, "it is put away", |now| now["dead_lettered"] == 1).await;
    until_settled(&redis).await;
}

#[tokio::test]
async fn what_a_nexus_left_that_is_gone_is_taken_over() {
    let redis = Redis::start().await;
    redis.say::<()>("XGROUP CREATE jobs nexus 0 MKSTREAM").await;
    let old = redis
        .add("jobs", "job", &job(json!({"label": "left"})))
        .await;
    let fresh = redis
        .add("jobs", "job", &job(json!({"label": "in work"})))
        .await;
    redis
        .say::<redis::Value>("XREADGROUP GROUP nexus gone COUNT 10 STREAMS jobs >")
        .await;
    let left = format!("XCLAIM jobs nexus gone 0 {old} IDLE 900000");
    redis.say::<redis::Value>(&left).await;
    let server = taking(source(&redis, json!({}))).await;
    let _node = node(&server, "a").await;
    operator(&server).await;
    until(&server, "it is taken over", |now| now["taken"] == 1).await;
    assert_eq!(jobs(&server).await[0]["label"], "left");
    eventually("only the other one is left", || async {
        (pending(&redis).await == 1).then_some(())
    })
    .await;
    let (_, first, ..): (usize, String, redis::Value, redis::Value) =
        redis.say("XPENDING jobs nexus").await;
    assert_eq!(first, fresh);
}
