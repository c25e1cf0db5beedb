//! Messages of a queue of RabbitMQ, a real one: they become jobs, and their senders hear how those ended. Not here: what is
//! wrong with messages or brokers, see `rabbit_hostile`.

use lapin::BasicProperties;
use serde_json::{Value, json};
use system_tests::rabbit::{Rabbit, Talk};
use system_tests::{a_moment, spore_program};

use super::{job, jobs, node, operator, origin, taking, until, until_problem};

pub(super) fn source(rabbit: &Rabbit, more: Value) -> Value {
    let mut source =
        json!({"kind": "rabbitmq", "url": rabbit.url(), "queue": "jobs", "token": "ci"});
    let fields = source.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    source
}

pub(super) fn named(id: &str) -> BasicProperties {
    BasicProperties::default().with_message_id(id.into())
}

pub(super) fn shell(command: &str) -> Vec<u8> {
    job(json!({"parameters": {"command": command}}))
}

fn text(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[tokio::test]
async fn a_message_runs_and_its_sender_hears_how_it_ended() {
    let rabbit = Rabbit::start().await;
    let talk = rabbit.talk().await;
    talk.queue("jobs").await;
    talk.exchange("done", "results").await;
    talk.queue("answers").await;
    // It waited before there was a Nexus.
    talk.add("jobs", &shell("uname"), named("m-1")).await;
    let results = json!({"results_exchange": "done", "results": "results"});
    let server = taking(source(&rabbit, results)).await;
    let _spore = spore_program(server.address(), "a", &[]);
    server.until_node("a", "online").await;
    until_problem(&server, "there is no API token \"ci\"").await;
    assert_eq!(
        talk.waiting("jobs").await,
        1,
        "nobody's rights fetch nothing"
    );
    let id = operator(&server).await;
    let (body, properties) = talk.take("results").await;
    let (told, all) = (text(&body), jobs(&server).await);
    assert_eq!(
        (&told["id"], &told["message"]),
        (&all[0]["id"], &json!("m-1")),
        "{told}"
    );
    assert_eq!(
        (&told["state"], &told["counts"]["succeeded"]),
        (&json!("succeeded"), &json!(1))
    );
    assert_eq!(
        properties.correlation_id().as_ref().unwrap().as_str(),
        "m-1"
    );
    assert_eq!(origin(&all[0]), ("source", "rabbitmq:jobs"), "{}", all[0]);
    assert_eq!(
        (&all[0]["origin"]["id"], &all[0]["asker"]["id"]),
        (&json!("m-1"), &json!(id))
    );
    answers_go_where_they_are_asked_for(&talk).await;
    let now = until(&server, "all are told", |now| now["told"] == 2).await;
    assert_eq!(
        (&now["taken"], &now["untold"]),
        (&json!(3), &json!(1)),
        "{now}"
    );
    assert_eq!(
        (&now["problem"], &now["results_problem"]),
        (&Value::Null, &Value::Null),
        "{now}"
    );
    let (_, audit) = server.get("/api/v1/audit?action=submit_job").await;
    assert!(audit.to_string().contains("rabbitmq:jobs"), "{audit}");
    let (_, metrics) = server.get("/metrics").await;
    for line in [
        "nexus_source_messages_total{source=\"rabbitmq:jobs\",outcome=\"taken\"} 3",
        "nexus_source_messages_total{source=\"rabbitmq:jobs\",outcome=\"told\"} 2",
        "nexus_source_connected{source=\"rabbitmq:jobs\"} 1",
    ] {
        assert!(metrics.as_str().unwrap().contains(line), "{metrics}");
    }
}

async fn answers_go_where_they_are_asked_for(talk: &Talk) {
    let asks = |to: &str| {
        named(to)
            .with_reply_to(to.into())
            .with_correlation_id("c-7".into())
    };
    // A queue that is not there gets nothing, and nobody waits for it.
    talk.add("jobs", &shell("true"), asks("nowhere")).await;
    talk.add("jobs", &shell("exit 3"), asks("answers")).await;
    let (body, properties) = talk.take("answers").await;
    let told = text(&body);
    assert_eq!(
        (&told["state"], &told["failed"][0]["exit_code"]),
        (&json!("failed"), &json!(3)),
        "{told}"
    );
    assert_eq!(
        properties.correlation_id().as_ref().unwrap().as_str(),
        "c-7"
    );
}

#[tokio::test]
async fn while_everything_is_stopped_or_nobody_may_messages_stay_with_the_broker() {
    let rabbit = Rabbit::start().await;
    let talk = rabbit.talk().await;
    talk.queue("jobs").await;
    let server = taking(source(&rabbit, json!({}))).await;
    let _node = node(&server, "a").await;
    let id = operator(&server).await;
    until(&server, "it takes jobs", |now| now["connected"] == true).await;
    let (status, _) = server.post("/api/v1/stop", json!({"reason": "fire"})).await;
    assert_eq!(status, 202);
    talk.add("jobs", &shell("true"), named("m-1")).await;
    until_problem(&server, "the fleet is stopped").await;
    a_moment().await;
    let now = super::standing(&server).await;
    assert_eq!(
        (&now["taken"], &now["dead_lettered"]),
        (&json!(0), &json!(0)),
        "{now}"
    );
    assert!(
        now["refused"].as_u64().unwrap() < 20,
        "it does not run hot: {now}"
    );
    let stop = server.call(reqwest::Method::DELETE, "/api/v1/stop", None);
    assert_eq!(stop.await.0, 200);
    until(&server, "it is taken after all", |now| now["taken"] == 1).await;
    let caller = nexus::access::Caller::local();
    server.nexus.tokens().revoke(id, &caller).await.unwrap();
    talk.add("jobs", &shell("true"), named("m-2")).await;
    until_problem(&server, "was revoked or has expired").await;
    operator(&server).await;
    until(&server, "another one may", |now| now["taken"] == 2).await;
    assert_eq!(talk.waiting("jobs.dead").await, 0);
    assert_eq!(jobs(&server).await.len(), 2);
}
