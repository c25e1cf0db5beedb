//! How jobs ended is told at least once, whatever the broker does, and no job waits for that.

use serde_json::{Value, json};
use system_tests::rabbit::Rabbit;
use system_tests::redis::Redis;
use system_tests::{eventually, spore_program};

use super::rabbit::named;
use super::{job, jobs, operator, origin, taking, until};

#[tokio::test]
async fn a_stream_of_redis_is_told_how_jobs_ended_when_it_can_be() {
    let redis = Redis::start().await;
    redis.say::<()>("SET done text").await;
    let source = super::redis::source(&redis, json!({"results": "done"}));
    let server = taking(source).await;
    let _spore = spore_program(server.address(), "a", &[]);
    server.until_node("a", "online").await;
    operator(&server).await;
    redis.add("jobs", "job", &job(json!({}))).await;
    redis.add("jobs", "job", &job(json!({}))).await;
    let now = until(&server, "it is said what is wrong", |now| {
        now["results_problem"].is_string()
    });
    let now = now.await;
    let why = now["results_problem"].as_str().unwrap();
    assert!(
        why.contains("\"done\"") && why.contains("is no stream"),
        "{why}"
    );
    until(&server, "jobs do not wait", |now| now["taken"] == 2).await;
    redis.say::<()>("DEL done").await;
    until(&server, "both are told", |now| now["told"] == 2).await;
    type Fields = std::collections::HashMap<String, Vec<u8>>;
    let all: Vec<(String, Fields)> = redis.say("XRANGE done - +").await;
    let told: Value = serde_json::from_slice(&all[0].1["result"]).unwrap();
    assert_eq!(told["state"], "succeeded", "{told}");
    let all = jobs(&server).await;
    assert!(all.iter().any(|job| job["id"] == told["id"]), "{told}");
    assert_eq!(origin(&all[0]), ("source", "redis:jobs"));
}

#[tokio::test]
async fn a_rabbit_that_takes_nothing_more_gets_its_results_later() {
    let mut rabbit = Rabbit::start().await;
    let talk = rabbit.talk().await;
    talk.queue("jobs").await;
    talk.queue("results").await;
    for id in ["m-1", "m-2", "m-3"] {
        talk.add("jobs", &job(json!({})), named(id)).await;
    }
    rabbit.kill().await;
    // As when its disk is full.
    rabbit.again("disk_free_limit.absolute = 900000GB").await;
    let source = super::rabbit::source(&rabbit, json!({"results": "results"}));
    let server = taking(source).await;
    let _spore = spore_program(server.address(), "a", &[]);
    server.until_node("a", "online").await;
    operator(&server).await;
    until(&server, "messages are taken and acknowledged", |now| {
        now["taken"] == 3
    })
    .await;
    let now = until(&server, "it is said", |now| {
        now["results_problem"].is_string()
    })
    .await;
    let why = now["results_problem"].as_str().unwrap();
    assert!(why.contains("takes nothing more: low on disk"), "{why}");
    rabbit.kill().await;
    rabbit.again("").await;
    until(&server, "all are told", |now| now["told"] == 3).await;
    let talk = rabbit.talk().await;
    assert_eq!(talk.waiting("jobs").await, 0);
    eventually("they are in the queue", || async {
        (talk.waiting("results").await >= 3).then_some(())
    })
    .await;
    assert_eq!(jobs(&server).await.len(), 3);
}
