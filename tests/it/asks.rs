//! Any instance answers for all: what one owns can be looked at and stopped at every other, by the rights of whoever asks there,
//! and who does not answer is named.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use nexus::access::{Caller, NewToken, Role};
use nexus::fleet::{Bus, Card, Directory, InstanceId, Through, local};
use nexus::simulate::{self, Fleet};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Program, Server, TOKEN, eventually, spore_program};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// An instance of the swarm of this engine.
async fn instance(engine: &local::Engine, name: &str) -> Server {
    Server::start_with(|config| {
        config.name = name.to_owned();
        config.fleet = Some(Through::Local(engine.clone()));
    })
    .await
}

/// One that owns, one that is asked, and one that holds the only node's socket.
struct Three {
    engine: local::Engine,
    owner: Server,
    asked: Server,
    holder: Server,
    node: String,
    _spore: Program,
}

impl Three {
    async fn start() -> Self {
        let engine = local::Engine::default();
        let owner = instance(&engine, "owner").await;
        let asked = instance(&engine, "asked").await;
        let holder = instance(&engine, "holder").await;
        let spore = spore_program(holder.address(), "far", &[]);
        let node = owner.until_node("far", "online").await;
        asked.until_node("far", "online").await;
        know_each_other(&[&owner, &asked], 3).await;
        Self {
            engine,
            owner,
            asked,
            holder,
            node: node["node_id"].as_str().unwrap().to_owned(),
            _spore: spore,
        }
    }
}

/// Each of them has heard of so many, itself included.
async fn know_each_other(servers: &[&Server], count: usize) {
    for server in servers {
        eventually("they have heard of each other", || async {
            let (_, body) = server.get("/api/v1/instances").await;
            (body["instances"].as_array()?.len() == count).then_some(())
        })
        .await;
    }
}

async fn job(server: &Server, command: &str) -> String {
    let body = json!({"target": "*", "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": command}, "timeout": 120});
    let (status, body) = server.post("/api/v1/jobs", body).await;
    assert_eq!(status, 202, "{body}");
    body["job"]["id"].as_str().unwrap().to_owned()
}

/// What the audit log of this instance says of one action, newest first.
async fn audit(server: &Server, action: &str) -> Vec<Value> {
    let own = server.nexus.instance().unwrap().0;
    let path = format!("/api/v1/audit?limit=100&action={action}&instance={own}");
    let (_, body) = server.get(&path).await;
    let entries = body["entries"].as_array().unwrap().iter();
    entries.map(|kept| kept["entry"].clone()).collect()
}

#[tokio::test]
async fn what_one_owns_is_read_at_every_other() {
    let swarm = Three::start().await;
    let (owner, asked) = (&swarm.owner, &swarm.asked);
    let run = owner
        .start_shell(&swarm.node, "echo out; echo err >&2; exit 3", 20)
        .await;
    let own = owner.until_state(&run, "failed").await;
    let (status, body) = asked.get(&format!("/api/v1/executions/{run}")).await;
    assert_eq!((status, &body["execution"]), (200, &own), "word for word");
    let (_, here) = owner.get(&format!("/api/v1/executions/{run}/output")).await;
    let (_, there) = asked.get(&format!("/api/v1/executions/{run}/output")).await;
    assert_eq!(there, here, "byte for byte, with numbers and times");
    assert_eq!(here["chunks"].as_array().unwrap().len(), 2, "{here}");
    let (_, rest) = asked
        .get(&format!("/api/v1/executions/{run}/output?from=1"))
        .await;
    assert_eq!(rest["chunks"].as_array().unwrap().len(), 1, "{rest}");
    let (_, listed) = asked.get("/api/v1/executions").await;
    assert_eq!(listed, owner.get("/api/v1/executions").await.1);
    assert_eq!(listed["executions"][0]["id"], run.as_str(), "{listed}");
    assert_eq!(listed.get("missing"), None, "everybody answered");
    let (status, nothing) = asked
        .get(&format!("/api/v1/executions/{}", Uuid::new_v4()))
        .await;
    assert_eq!(status, 404, "all said that they have no such: {nothing}");
}

#[tokio::test]
async fn a_result_that_is_larger_than_a_letter_comes_whole() {
    let Three {
        engine,
        owner,
        asked,
        holder: _holder,
        node,
        _spore,
    } = Three::start().await;
    // Every byte of it doubles when it is written as JSON, and again when that is told.
    let command =
        r#"i=0; while [ $i -lt 20000 ]; do printf '%s' '"\"\"\"\"\"\"'; i=$((i+1)); done"#;
    let (status, own) = owner.shell(&node, command, 60).await;
    assert_eq!(status, 200, "{}", own["error"]);
    assert!(own["result"].to_string().len() > 400_000);
    let id = own["request_id"].as_str().unwrap();
    // What is so large is let go from memory; after a restart it is read from the disk.
    let data = owner.stop().await;
    let mut config = nexus::Config::new(data.path().to_owned());
    (config.port, config.name) = (0, "owner".to_owned());
    config.fleet = Some(Through::Local(engine));
    let again = nexus::start(config).await.unwrap();
    let found = eventually("it is read there", || async {
        let path = format!("/api/v1/executions/{id}");
        let (status, body) = asked.get(&path).await;
        (status == 200).then(|| body["execution"].clone())
    })
    .await;
    assert_eq!(found["result"], own["result"]);
    let (_, list) = asked.get("/api/v1/executions").await;
    let listed = &list["executions"][0];
    assert_eq!(
        (&listed["id"], &listed["result"]),
        (&json!(id), &Value::Null)
    );
    again.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_job_is_looked_at_where_it_is_not() {
    let swarm = Three::start().await;
    let (owner, asked) = (&swarm.owner, &swarm.asked);
    let id = job(owner, "echo found it; exit 2").await;
    let path = format!("/api/v1/jobs/{id}");
    let own = eventually("the job is over", || async {
        let (_, body) = owner.get(&path).await;
        (body["job"]["state"] == "failed").then_some(body)
    })
    .await;
    assert_eq!(asked.get(&path).await, (200, own.clone()));
    for part in ["targets", "groups", "search?q=found"] {
        let path = format!("{path}/{part}");
        let (status, there) = asked.get(&path).await;
        assert_eq!((status, there.clone()), owner.get(&path).await, "{part}");
        let text = there.to_string();
        assert!(text.contains("far"), "{part} has something: {text}");
    }
    let (_, listed) = asked.get("/api/v1/jobs").await;
    assert_eq!(listed, owner.get("/api/v1/jobs").await.1);
    assert_eq!(listed["jobs"][0]["id"], id.as_str(), "{listed}");
    let (status, again) = asked.post(&format!("{path}/rerun"), json!({})).await;
    assert_eq!(status, 202, "it is begun here: {again}");
    let again = again["job"]["id"].as_str().unwrap().to_owned();
    let (_, listed) = owner.get("/api/v1/jobs").await;
    let ids = listed["jobs"].as_array().unwrap().iter();
    let ids: Vec<_> = ids.map(|job| job["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [again.as_str(), id.as_str()], "newest first");
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

/// A token for one node, at this instance.
async fn limited(server: &Server, nodes: &str, role: Role) -> String {
    let new = NewToken {
        name: "limited".into(),
        role,
        nodes: nodes.into(),
        calls: vec!["*".into()],
        ttl_seconds: 600,
    };
    let tokens = server.nexus.tokens();
    let (secret, _) = tokens.create(new, &Caller::local()).await.unwrap();
    secret.reveal().to_owned()
}

#[tokio::test]
async fn a_limited_token_sees_no_more_through_another_instance() {
    let swarm = Three::start().await;
    let (owner, asked) = (&swarm.owner, &swarm.asked);
    let run = owner.start_shell(&swarm.node, "sleep 600", 700).await;
    let id = job(owner, "true").await;
    owner.until_state(&run, "running").await;
    let call = |token: String, method: Method, path: String| async move {
        let request = asked.bare(method, &path).bearer_auth(token);
        let answer = request.send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap_or_default(),
        )
    };
    let elsewhere = limited(asked, "id:elsewhere", Role::Operator).await;
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
        let (status, body) = call(elsewhere.clone(), method, path.clone()).await;
        assert_eq!(status, 404, "{path}: {body}");
    }
    let (_, listed) = call(
        elsewhere.clone(),
        Method::GET,
        "/api/v1/executions".to_owned(),
    )
    .await;
    assert_eq!(listed["executions"], json!([]), "{listed}");
    let (_, listed) = call(elsewhere, Method::GET, "/api/v1/jobs".to_owned()).await;
    assert_eq!(listed["jobs"], json!([]), "{listed}");
    let cancel = format!("/api/v1/executions/{run}/cancel");
    let viewer = limited(asked, "*", Role::Viewer).await;
    let (status, _) = call(viewer.clone(), Method::POST, cancel.clone()).await;
    assert_eq!(status, 403);
    let path = format!("/api/v1/executions/{run}");
    let (status, _) = call(viewer, Method::GET, path).await;
    assert_eq!(status, 200);
    assert_eq!(owner.until_state(&run, "running").await["state"], "running");
    assert_eq!(audit(owner, "cancel").await.len(), 0, "nothing was asked");
    let inside = limited(asked, &format!("id:{}", swarm.node), Role::Operator).await;
    let (status, body) = call(inside, Method::POST, cancel).await;
    assert_eq!(status, 202, "{body}");
    owner.until_state(&run, "cancelled").await;
    let told = audit(owner, "cancel").await;
    assert_eq!(told[0]["who"]["name"], "limited", "{told:?}");
}

#[tokio::test]
async fn who_does_not_answer_is_named_in_time() {
    let swarm = Three::start().await;
    let (owner, asked) = (&swarm.owner, &swarm.asked);
    let run = owner.start_shell(&swarm.node, "echo kept", 20).await;
    owner.until_state(&run, "succeeded").await;
    let own = asked.start_shell(&swarm.node, "echo own", 20).await;
    asked.until_state(&own, "succeeded").await;
    let ids = [owner, asked].map(|server| server.nexus.instance().unwrap());
    swarm.engine.cut(ids[0], ids[1]);
    for path in ["", "/output"] {
        let (status, body) = asked.get(&format!("/api/v1/executions/{run}{path}")).await;
        let code = body["code"].as_str();
        assert_eq!((status, code), (503, Some("instance_away")), "{body}");
        let sentence = body["detail"].as_str().unwrap();
        assert!(sentence.contains("\"owner\""), "{sentence}");
    }
    let (status, _) = asked.get(&format!("/api/v1/executions/{own}")).await;
    assert_eq!(status, 200, "what is here needs nobody");
    let (status, listed) = asked.get("/api/v1/executions").await;
    assert_eq!(
        (status, listed["executions"][0]["id"].as_str()),
        (200, Some(own.as_str()))
    );
    assert_eq!(
        listed["executions"].as_array().unwrap().len(),
        1,
        "{listed}"
    );
    assert_eq!(listed["missing"][0]["name"], "owner", "{listed}");
    let told = asked.nexus(&["jobs"]).await.with(0);
    assert!(
        told.err.contains("\"owner\" did not answer"),
        "{}",
        told.err
    );
    let cancel = format!("/api/v1/executions/{run}/cancel");
    let (status, _) = asked.post(&cancel, json!({})).await;
    assert_eq!(status, 503);
    swarm.engine.mend(ids[0], ids[1]);
    asked.until_state(&run, "succeeded").await;
}

#[tokio::test]
async fn one_that_was_stopped_is_missed_until_it_is_back() {
    let engine = local::Engine::default();
    let (first, second) = (
        instance(&engine, "first").await,
        instance(&engine, "second").await,
    );
    know_each_other(&[&first, &second], 2).await;
    first.stop().await;
    eventually("it is told that it left", || async {
        let (_, body) = second.get("/api/v1/instances").await;
        (body["instances"][1]["state"] == "left").then_some(())
    })
    .await;
    let (_, listed) = second.get("/api/v1/jobs").await;
    assert_eq!(listed["missing"][0]["name"], "first", "{listed}");
    let (status, _) = second
        .get(&format!("/api/v1/jobs/{}", Uuid::new_v4()))
        .await;
    assert_eq!(status, 503);
}

#[tokio::test]
async fn what_is_elsewhere_is_followed_until_it_is_over() {
    let swarm = Three::start().await;
    let (owner, asked) = (&swarm.owner, &swarm.asked);
    let lines = |path: String| async move {
        let request = asked.bare(Method::GET, &path);
        let token = asked.nexus.api_token().reveal();
        let answer = request.bearer_auth(token).send().await.unwrap();
        let text = answer.text().await.unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<Value>>()
    };
    let written = |lines: &[Value]| -> String {
        let texts = lines
            .iter()
            .filter_map(|line| line["output"]["text"].as_str());
        texts.collect()
    };
    let command = "for i in 1 2 3 4 5 6; do echo $i; sleep 0.4; done";
    let run = owner.start_shell(&swarm.node, command, 60).await;
    owner.until_state(&run, "running").await;
    let told = lines(format!("/api/v1/executions/{run}/follow")).await;
    assert_eq!(written(&told), "1\n2\n3\n4\n5\n6\n", "{told:?}");
    let last = told.last().unwrap();
    assert_eq!(last["execution"]["state"], "succeeded", "{told:?}");
    let id = job(owner, command).await;
    let told = lines(format!("/api/v1/jobs/{id}/follow")).await;
    assert_eq!(written(&told), "1\n2\n3\n4\n5\n6\n", "{told:?}");
    assert_eq!(told.first().unwrap()["job"]["state"], "running", "{told:?}");
    let last = told.last().unwrap();
    assert_eq!(last["job"]["state"], "succeeded", "{told:?}");
    let ended = told
        .iter()
        .position(|line| line["target"]["state"] == "succeeded");
    let wrote = told.iter().rposition(|line| line["output"].is_object());
    assert!(wrote < ended, "first all that it wrote: {told:?}");
    let followed = asked.nexus(&["logs", &id, "--follow"]).await.with(0);
    assert!(followed.out.contains('6'), "{}", followed.out);
}

#[tokio::test]
async fn the_command_line_tells_who_is_there_and_who_holds_what() {
    let swarm = Three::start().await;
    let told = swarm.asked.nexus(&["instances"]).await.with(0);
    for word in ["owner", "asked", "holder", "this one"] {
        assert!(told.out.contains(word), "{word}: {}", told.out);
    }
    let told = swarm.asked.nexus(&["nodes"]).await.with(0);
    assert!(
        told.out.contains("VIA") && told.out.contains("holder"),
        "{}",
        told.out
    );
    let told = swarm.holder.nexus(&["nodes"]).await.with(0);
    assert!(!told.out.contains("VIA"), "it is here: {}", told.out);
    let alone = Server::start().await;
    let (_, body) = alone.get("/api/v1/instances").await;
    assert_eq!(body["instances"].as_array().unwrap().len(), 1, "{body}");
    assert_eq!(body["instances"][0]["id"], Value::Null, "{body}");
}

/// What a console is answered.
async fn call(server: &Server, name: &str, arguments: Value) -> Value {
    let desk = server.nexus.console().desk(Caller::local());
    let arguments = serde_json::value::to_raw_value(&arguments).unwrap();
    let told = desk.call(name, &arguments).await.unwrap();
    serde_json::from_str(told.get()).unwrap()
}

#[tokio::test]
async fn a_console_shows_what_others_ran_on_a_node_and_what_it_wrote() {
    let swarm = Three::start().await;
    let run = swarm.owner.start_shell(&swarm.node, "echo far", 20).await;
    swarm.owner.until_state(&run, "succeeded").await;
    let wanted = json!([swarm.node]);
    let told = call(&swarm.asked, "nodeExecutions", wanted.clone()).await;
    assert_eq!(told["executions"][0]["id"], run.as_str(), "{told}");
    assert_eq!(
        (&told["missing"], &told["alone"]),
        (&json!([]), &json!(false))
    );
    let wrote = call(&swarm.asked, "output", json!([run])).await;
    assert_eq!(wrote[0]["text"], "far\n", "{wrote}");
    let own = call(&swarm.owner, "nodeExecutions", wanted).await;
    assert_eq!(
        own["executions"],
        json!([]),
        "its own come by the feed: {own}"
    );
    let alone = Server::start().await;
    let told = call(&alone, "nodeExecutions", json!(["any"])).await;
    assert_eq!(told["alone"], true, "{told}");
}

/// A member of the swarm that answers every question with this.
async fn liar(engine: &local::Engine, answer: fn() -> Bytes) {
    let id = InstanceId(Uuid::new_v4());
    let seat = engine.seat(id);
    let card = Card {
        id,
        name: "liar".into(),
        addresses: Vec::new(),
        version: "0".into(),
        life: Uuid::new_v4(),
        sessions: 0,
        watches: false,
        audit: None,
    };
    let mut heard = seat.listen().await.unwrap();
    tokio::spawn(async move {
        while let Some(inbound) = heard.next().await {
            if let Some(reply) = inbound.answer {
                reply(answer()).await;
            }
        }
    });
    tokio::spawn(async move {
        while seat.beat(&card).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
}

#[tokio::test]
async fn an_instance_that_talks_nonsense_is_not_believed() {
    let lies: [fn() -> Bytes; 7] = [
        || Bytes::from_static(b"not JSON"),
        || Bytes::from_static(b"{\"reply\":\"told\"}"),
        || Bytes::from_static(b"{\"reply\":\"told\",\"told\":{\"id\":7}}"),
        || Bytes::from_static(b"{\"reply\":\"told\",\"told\":{\"rows\":[1,2,3],\"more\":true}}"),
        || Bytes::from_static(b"{\"reply\":\"done\"}"),
        || vec![b'['; 1_000_000].into(),
        other_execution,
    ];
    for lie in lies {
        let engine = local::Engine::default();
        let here = instance(&engine, "here").await;
        liar(&engine, lie).await;
        know_each_other(&[&here], 2).await;
        let wanted = Uuid::new_v4();
        let (status, body) = here.get(&format!("/api/v1/executions/{wanted}")).await;
        assert!([404, 503].contains(&status), "{status} {body}");
        let (status, body) = here
            .get(&format!("/api/v1/executions/{wanted}/output"))
            .await;
        assert!([200, 503].contains(&status), "{status} {body}");
        assert_eq!(
            body.get("chunks").unwrap_or(&json!([])),
            &json!([]),
            "{body}"
        );
        for list in ["executions", "jobs"] {
            let (status, body) = here.get(&format!("/api/v1/{list}?limit=50")).await;
            assert_eq!((status, &body[list]), (200, &json!([])), "{body}");
        }
        let (status, _) = here.get(&format!("/api/v1/jobs/{wanted}/targets")).await;
        assert!([404, 503].contains(&status), "{status}");
    }
}

/// A whole execution, but not one that anybody asked for.
fn other_execution() -> Bytes {
    let at = json!({"secs_since_epoch": 1_700_000_000, "nanos_since_epoch": 0});
    let told = json!({"id": Uuid::nil(), "node_id": "far", "node_name": "far", "skill": "S", "method": "m", "summary": "",
        "state": "succeeded", "submitted_at": at, "output_bytes": 0, "output_gap": false});
    let reply = json!({"reply": "told", "told": told});
    reply.to_string().into()
}

/// The same execution again and again, and always more of it.
fn endless_list() -> Bytes {
    let one: Value = serde_json::from_slice(&other_execution()).unwrap();
    let rows = vec![one["told"].clone(); 100];
    json!({"reply": "told", "told": {"rows": rows, "more": true}})
        .to_string()
        .into()
}

#[tokio::test]
async fn a_list_without_an_end_has_one_here() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    liar(&engine, endless_list).await;
    know_each_other(&[&here], 2).await;
    let (status, body) = here.get("/api/v1/executions?limit=1000").await;
    let listed = body["executions"].as_array().unwrap().len();
    assert_eq!((status, listed), (200, 1), "each once: {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_five_thousand_the_newest_are_listed() {
    let engine = local::Engine::default();
    let (owner, asked) = (
        instance(&engine, "owner").await,
        instance(&engine, "asked").await,
    );
    let stop = CancellationToken::new();
    let fleet = Fleet {
        spores: 20,
        address: owner.address().to_string(),
        token: TOKEN.to_owned(),
        at_once: 20,
        seed: 9,
        heartbeat: None,
    };
    let simulation = simulate::start(fleet, stop.clone());
    tokio::time::timeout(system_tests::PATIENCE, simulation.all_connected())
        .await
        .unwrap();
    // So long that not all of a list fit into one letter.
    let words = "echo ".to_owned() + &"word ".repeat(200);
    let ran = futures_util::stream::iter(0..5_000)
        .map(|number| {
            let (owner, words) = (&owner, &words);
            async move {
                owner
                    .shell(&format!("sim-9-{}", number % 20), words, 60)
                    .await
                    .0
            }
        })
        .buffer_unordered(32);
    let ended: Vec<u16> = ran.collect().await;
    assert!(ended.iter().all(|status| *status == 200));
    let (_, own) = owner.get("/api/v1/executions?limit=1000").await;
    assert_eq!(own["executions"].as_array().unwrap().len(), 1_000);
    eventually("the other one lists the same", || async {
        let (_, own) = owner.get("/api/v1/executions?limit=100000").await;
        let (_, theirs) = asked.get("/api/v1/executions?limit=100000").await;
        assert_eq!(theirs.get("missing"), None);
        let ids = |body: &Value| {
            let all = body["executions"].as_array().unwrap().iter();
            let mut ids: Vec<_> = all
                .map(|one| one["id"].as_str().unwrap().to_owned())
                .collect();
            ids.sort();
            ids
        };
        (ids(&own) == ids(&theirs)).then_some(())
    })
    .await;
    stop.cancel();
    simulation.ended().await;
}

#[tokio::test]
async fn pages_of_an_output_have_no_holes() {
    let server = Server::start().await;
    let _spore = spore_program(server.address(), "near", &[]);
    let node = server.until_node("near", "online").await;
    let node = node["node_id"].as_str().unwrap().to_owned();
    let run = server.start_shell(&node, "seq 300000", 60).await;
    server.until_state(&run, "succeeded").await;
    let (handle, id) = (server.nexus.handle(), run.parse().unwrap());
    let (mut next, mut read) = (0, Vec::new());
    loop {
        let page = handle.output(id, next, 300_000).await.unwrap();
        let Some(last) = page.last() else { break };
        assert_eq!(page[0].seq, next);
        next = last.seq + 1;
        read.extend(page.into_iter().flat_map(|chunk| chunk.bytes));
    }
    let all: String = (1..=300_000).map(|number| format!("{number}\n")).collect();
    assert!(
        read == all.as_bytes(),
        "{} of {} bytes",
        read.len(),
        all.len()
    );
}
