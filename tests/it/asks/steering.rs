//! What one instance owns is stopped, paused and resumed at every other, by the rights of whoever asks there, and both write it
//! down. Not here: what is only looked at, see `asks`.

use nexus::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Server, eventually};

use super::{Three, job};

/// What the audit log of this instance says of one action, newest first.
async fn audit(server: &Server, action: &str) -> Vec<Value> {
    let own = server.nexus.instance().unwrap().0;
    let path = format!("/api/v1/audit?limit=100&action={action}&instance={own}");
    let (_, body) = server.get(&path).await;
    let entries = body["entries"].as_array().unwrap().iter();
    entries.map(|kept| kept["entry"].clone()).collect()
}

#[tokio::test]
async fn what_one_owns_is_steered_at_every_other_and_both_write_it_down() {
    let swarm = Three::start().await;
    let (owner, asked) = (&swarm.owner, &swarm.asked);
    let run = owner.start_shell(&swarm.node, "sleep 600", 700).await;
    owner.until_state(&run, "running").await;
    let cancel = format!("/api/v1/executions/{run}/cancel");
    let (status, body) = asked.post(&cancel, json!({})).await;
    assert_eq!(status, 202, "{body}");
    owner.until_state(&run, "cancelled").await;
    asked.until_state(&run, "cancelled").await;
    let (status, body) = asked.post(&cancel, json!({})).await;
    assert_eq!((status, &body["code"]), (409, &json!("over")), "{body}");
    let here = audit(asked, "cancel").await;
    assert_eq!(here[0]["detail"]["at_instance"], "owner", "{here:?}");
    assert_eq!(here[0]["executions"], json!([run]), "{here:?}");
    let there = audit(owner, "cancel").await;
    let from = there[0]["from"].as_str().unwrap();
    assert!(from.ends_with("through instance asked"), "{there:?}");
    assert_eq!(there[0]["who"], here[0]["who"], "{there:?}");

    let id = job(owner, "sleep 600").await;
    let path = format!("/api/v1/jobs/{id}");
    for (verb, state) in [("pause", "paused"), ("resume", "running")] {
        let (status, body) = asked.post(&format!("{path}/{verb}"), json!({})).await;
        assert_eq!((status, &body["job"]["state"]), (202, &json!(state)));
        let (_, body) = owner.get(&path).await;
        assert_eq!(body["job"]["state"], state, "{body}");
    }
    let (status, body) = asked.post(&format!("{path}/resume"), json!({})).await;
    assert_eq!((status, &body["code"]), (409, &json!("state")), "{body}");
    let (status, body) = asked.post(&format!("{path}/cancel"), json!({})).await;
    assert_eq!(status, 202, "{body}");
    eventually("it is proved", || async {
        let (_, body) = asked.get(&path).await;
        (body["job"]["state"] == "cancelled").then_some(())
    })
    .await;
    assert_eq!(audit(owner, "cancel_job").await.len(), 1);
    assert_eq!(audit(asked, "cancel_job").await.len(), 1);
}

#[tokio::test]
async fn a_node_that_is_stopped_at_one_is_stopped_for_all() {
    let swarm = Three::start().await;
    let run = swarm.owner.start_shell(&swarm.node, "sleep 600", 700).await;
    swarm.owner.until_state(&run, "running").await;
    let path = format!("/api/v1/nodes/{}/stop", swarm.node);
    let (status, body) = swarm.asked.post(&path, json!({})).await;
    assert_eq!((status, &body["stop"]["stopping"]), (202, &json!(1)));
    swarm.asked.until_state(&run, "cancelled").await;
}

#[tokio::test]
async fn a_stop_is_proved_of_what_others_own_too() {
    let swarm = Three::start().await;
    let run = swarm.owner.start_shell(&swarm.node, "sleep 600", 700).await;
    swarm.owner.until_state(&run, "running").await;
    let told = swarm.asked.nexus(&["stop", "--reason", "smoke"]).await;
    let told = told.with(0).err;
    assert!(told.contains("1 proved to be stopped"), "{told}");
    let ids = [&swarm.owner, &swarm.asked].map(|server| server.nexus.instance().unwrap());
    swarm.engine.cut(ids[0], ids[1]);
    let (_, body) = swarm.asked.get("/api/v1/stop").await;
    assert_eq!(body["missing"][0]["name"], "owner", "{body}");
}

#[tokio::test]
async fn a_limited_token_sees_no_more_through_another_instance() {
    let swarm = Three::start().await;
    let (owner, asked) = (&swarm.owner, &swarm.asked);
    let run = owner.start_shell(&swarm.node, "sleep 600", 700).await;
    let id = job(owner, "true").await;
    owner.until_state(&run, "running").await;
    let limited = async |nodes: &str, role| asked.token("limited", role, nodes, &["*"]).await.1;
    let call =
        async |token: &str, method, path: &str| asked.call_as(token, method, path, None).await;
    let elsewhere = limited("id:elsewhere", Role::Operator).await;
    for (method, path) in [
        (Method::GET, format!("executions/{run}")),
        (Method::GET, format!("executions/{run}/output")),
        (Method::GET, format!("executions/{run}/follow")),
        (Method::GET, format!("executions/{run}/download")),
        (Method::POST, format!("executions/{run}/cancel")),
        (Method::GET, format!("jobs/{id}")),
        (Method::GET, format!("jobs/{id}/targets")),
        (Method::GET, format!("jobs/{id}/follow")),
        (Method::POST, format!("jobs/{id}/cancel")),
    ] {
        let path = format!("/api/v1/{path}");
        let (status, body) = call(&elsewhere, method, &path).await;
        assert_eq!(status, 404, "{path}: {body}");
    }
    let (_, listed) = call(&elsewhere, Method::GET, "/api/v1/executions").await;
    assert_eq!(listed["executions"], json!([]), "{listed}");
    let (_, listed) = call(&elsewhere, Method::GET, "/api/v1/jobs").await;
    assert_eq!(listed["jobs"], json!([]), "{listed}");
    let cancel = format!("/api/v1/executions/{run}/cancel");
    let viewer = limited("*", Role::Viewer).await;
    let (status, _) = call(&viewer, Method::POST, &cancel).await;
    assert_eq!(status, 403);
    let path = format!("/api/v1/executions/{run}");
    let (status, _) = call(&viewer, Method::GET, &path).await;
    assert_eq!(status, 200);
    assert_eq!(owner.until_state(&run, "running").await["state"], "running");
    assert_eq!(audit(owner, "cancel").await.len(), 0, "nothing was asked");
    let inside = limited(&format!("id:{}", swarm.node), Role::Operator).await;
    let (status, body) = call(&inside, Method::POST, &cancel).await;
    assert_eq!(status, 202, "{body}");
    owner.until_state(&run, "cancelled").await;
    let told = audit(owner, "cancel").await;
    assert_eq!(told[0]["who"]["name"], "limited", "{told:?}");
}
