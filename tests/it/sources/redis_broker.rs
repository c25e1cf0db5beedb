//! What may happen to a Redis, and to the right to take from it. Not here: what messages say, see `redis`.

use nexus::access::Caller;
use serde_json::json;
use system_tests::redis::Redis;
use system_tests::{a_moment, eventually};

use super::redis::{dead, pending, source, until_settled};
use super::{job, jobs, node, operator, taking, until, until_problem};

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
        .say::<::redis::Value>("XREADGROUP GROUP nexus gone COUNT 10 STREAMS jobs >")
        .await;
    let left = format!("XCLAIM jobs nexus gone 0 {old} IDLE 900000");
    redis.say::<::redis::Value>(&left).await;
    let server = taking(source(&redis, json!({}))).await;
    let _node = node(&server, "a").await;
    operator(&server).await;
    until(&server, "it is taken over", |now| now["taken"] == 1).await;
    assert_eq!(jobs(&server).await[0]["label"], "left");
    eventually("only the other one is left", || async {
        (pending(&redis).await == 1).then_some(())
    })
    .await;
    let (_, first, ..): (usize, String, ::redis::Value, ::redis::Value) =
        redis.say("XPENDING jobs nexus").await;
    assert_eq!(first, fresh);
}
