//! Messages that are no jobs, and a RabbitMQ that is wrong, away or back. Not here: what goes well, see `rabbit`.

use lapin::BasicProperties;
use nexus::access::Role;
use serde_json::{Value, json};
use system_tests::rabbit::Rabbit;

use super::rabbit::{named, source};
use super::{job, jobs, node, operator, standing, taking, token, until, until_problem};

#[tokio::test]
async fn what_is_no_job_is_rejected_to_the_dead_letters_and_holds_nobody_up() {
    let rabbit = Rabbit::start().await;
    let talk = rabbit.talk().await;
    talk.queue("jobs").await;
    let server = taking(source(&rabbit, json!({}))).await;
    let _inside = node(&server, "inside").await;
    let _outside = node(&server, "outside").await;
    let calls = ["ShellSkill.run"];
    token(&server, "ci", Role::Operator, "id:inside", &calls).await;
    let huge = vec![b'x'; 2 << 20];
    let bad: [(Vec<u8>, &str); 9] = [
        (b"\xff\x00 no JSON".to_vec(), "must be a JSON object"),
        (Vec::new(), "must be a JSON object"),
        (b"[]".to_vec(), "must be a JSON object"),
        (huge, "2097152 bytes"),
        (job(json!({"sudo": true})), "unknown field `sudo`"),
        (job(json!({"timeout": 0})), "timeout must be"),
        (
            job(json!({"target": null, "node_ids": ["outside"]})),
            "outside do not exist",
        ),
        (
            job(json!({"skill_name": "FileSkill", "method_name": "delete"})),
            "may not do this",
        ),
        (b"{\"skill_name\": \"S\"}".to_vec(), "missing field"),
    ];
    for (at, (body, reason)) in (1u64..).zip(&bad) {
        talk.add("jobs", body, named(&format!("bad \u{202e} {at}")))
            .await;
        let now = until(&server, reason, |now| now["dead_lettered"] == at).await;
        let why = now["dead_reason"].as_str().unwrap();
        assert!(why.contains(reason) && why.len() < 1_000, "{why}");
        assert!(!why.contains('\u{202e}'), "{why}");
        let (dead, properties) = talk.take("jobs.dead").await;
        assert!(dead == *body, "{reason}: it is there as it was");
        let headers = properties.headers().clone().unwrap();
        assert!(headers.contains_key("x-death"), "the broker moved it");
    }
    talk.add("jobs", &job(json!({"label": "good"})), named("good"))
        .await;
    until(&server, "the good one is taken", |now| now["taken"] == 1).await;
    assert_eq!(jobs(&server).await.len(), 1);
    assert_eq!(standing(&server).await["problem"], Value::Null);
    let (_, audit) = server.get("/api/v1/audit?action=denied").await;
    assert!(audit.to_string().contains("rabbitmq:jobs"), "{audit}");
}

#[tokio::test]
async fn a_message_that_comes_twice_is_one_job_and_a_copy_without_a_name_is_not_swallowed() {
    let rabbit = Rabbit::start().await;
    let talk = rabbit.talk().await;
    talk.queue("jobs").await;
    let server = taking(source(&rabbit, json!({}))).await;
    let _node = node(&server, "a").await;
    operator(&server).await;
    for _ in 0..3 {
        talk.add("jobs", &job(json!({})), named("m-1")).await;
    }
    until(&server, "one is taken", |now| {
        now["taken"] == 1 && now["known"] == 2
    })
    .await;
    // The same name for something else is refused, and not taken for the same.
    talk.add(
        "jobs",
        &job(json!({"parameters": {"command": "other"}})),
        named("m-1"),
    )
    .await;
    until(&server, "it is refused", |now| now["dead_lettered"] == 1).await;
    // Without a name it is known by what it says; when it was said is a part of that.
    let at = |seconds| BasicProperties::default().with_timestamp(seconds);
    for properties in [at(1), at(2), at(2)] {
        talk.add("jobs", &job(json!({})), properties).await;
    }
    let now = until(&server, "the copy is refused", |now| {
        now["dead_lettered"] == 2
    })
    .await;
    assert_eq!(
        (&now["taken"], &now["known"]),
        (&json!(3), &json!(2)),
        "{now}"
    );
    let why = now["dead_reason"].as_str().unwrap();
    assert!(why.contains("give each message a message_id"), "{why}");
    assert_eq!(jobs(&server).await.len(), 3);
    assert_eq!(talk.waiting("jobs.dead").await, 2);
}

#[tokio::test]
async fn a_broker_that_is_wrong_or_away_is_said_and_waited_for() {
    let mut rabbit = Rabbit::start().await;
    let url = rabbit.url();
    let wrong = async |url: String, part: &str| {
        let server = taking(source(&rabbit, json!({"url": url}))).await;
        operator(&server).await;
        let now = until_problem(&server, part).await;
        assert!(!now.to_string().contains("hunter2"), "{now}");
        assert_eq!(now["connected"], false, "{now}");
        server
    };
    let other = url.replace("word", "hunter2");
    let server = wrong(other, "does not take the user and password").await;
    wrong(format!("{url}/other"), "virtual host").await;
    wrong(format!("{url}/none"), "virtual host").await;
    // Something else listens there.
    let http = format!("amqp://nexus:hunter2@{}", server.address());
    wrong(http, "RabbitMQ").await;
    let server = wrong(url, "there is no queue \"jobs\"").await;
    let _node = node(&server, "a").await;
    // Whoever does not answer for half a minute is offline by then.
    let patient = job(json!({"offline": "wait"}));
    let talk = rabbit.talk().await;
    talk.queue("jobs").await;
    talk.add("jobs", &patient, named("m-1")).await;
    until(&server, "the queue is found", |now| now["taken"] == 1).await;
    rabbit.kill().await;
    let gone = until(&server, "it is gone", |now| now["connected"] == false).await;
    assert!(gone["problem"].is_string(), "{gone}");
    until_problem(&server, "nothing listens at amqp://127.0.0.1:").await;
    rabbit.again("").await;
    let talk = rabbit.talk().await;
    talk.add("jobs", &patient, named("m-2")).await;
    until(&server, "it is back", |now| now["taken"] == 2).await;
    assert_eq!(jobs(&server).await.len(), 2);
    talk.remove("jobs").await;
    until_problem(&server, "there is no queue \"jobs\"").await;
}
