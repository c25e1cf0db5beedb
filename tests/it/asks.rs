//! Any instance answers for all: what one owns can be looked at and followed at every other. Not here: what is stopped there and
//! by whose rights, see `steering`; who does not answer, see `away`; what people and programs see, see `screens`; what is larger
//! than a letter, see `large`; what is not true, see `lies`.

mod away;
mod large;
mod lies;
mod screens;
mod steering;

use nexus::fleet::local;
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Program, Server, eventually, spore_program};
use uuid::Uuid;

use crate::sharing::instance;

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
