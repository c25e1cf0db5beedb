//! An engine that comes back without anything that it kept: whoever lives tells it again what is its own, and nothing runs twice.

use futures_util::StreamExt;
use nexus::fleet::seal::SwarmKey;
use nexus::fleet::{Directory, FactKey, InstanceId, News, Table};
use serde_json::{Value, json};
use system_tests::{Instance, Program, eventually};
use tempfile::TempDir;
use uuid::Uuid;

use super::heirs::{
    STEP, ask, first_run, let_go, marks, spore_at, targets, until_job, until_nodes,
};
use super::kills::two;
use super::server::Server;
use super::swarm::seat;

/// The server dies, its disk with it, and another one takes its place.
fn lose_everything(engine: &mut Server) {
    engine.kill();
    engine.forget();
    engine.run();
}

async fn third(engine: &Server, first: &Instance) -> Instance {
    let (url, key) = (engine.url(), first.file("fleet-key"));
    let all = [
        ("NEXUS_FLEET_URL", url.as_str()),
        ("NEXUS_FLEET_KEY", &key),
        ("NEXUS_NAME", "third"),
    ];
    Instance::start(TempDir::new().unwrap(), &all).await
}

async fn node(instance: &Instance, name: &str) -> String {
    let nodes = instance.ask("nodes", None).await;
    let nodes = nodes["nodes"].as_array().unwrap();
    let found = nodes.iter().find(|node| node["node_name"] == name);
    found.unwrap()["node_id"].as_str().unwrap().to_owned()
}

/// Runs something there, as soon as it can be.
async fn until_it_runs(instance: &Instance, node: &str) {
    let body = json!({"skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "echo here"}});
    eventually("a command goes there", || async {
        let path = format!("nodes/{node}/execute");
        let done = instance.try_ask(&path, Some(body.clone())).await.ok()?;
        (done["result"]["stdout"] == "here\n" || done["success"] == true).then_some(())
    })
    .await;
}

async fn until_groups(instance: &Instance, expected: &[&str]) {
    eventually(&format!("it has {expected:?}"), || async {
        let body = instance.ask("groups", None).await;
        let groups = body["groups"].as_array()?.iter();
        let names: Vec<_> = groups.filter_map(|one| one["name"].as_str()).collect();
        (names == expected).then_some(())
    })
    .await;
}

/// Which facts the engine has.
async fn facts(engine: &Server, first: &Instance) -> Option<Vec<FactKey>> {
    let key = first.file("fleet-key");
    let digits = key.strip_prefix("nxf_").unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    let key = SwarmKey::new(std::array::from_fn(|at| byte(2 * at)));
    let seat = seat(engine, InstanceId(Uuid::new_v4()), &key).await;
    let mut facts = Vec::new();
    let mut news = seat.watch().await.ok()?;
    while let Some(told) = news.next().await {
        match told {
            News::UpToDate => break,
            News::Fact { key, .. } => facts.push(key),
            News::Instance(_) | News::Left(_) | News::Held { .. } | News::Free { .. } => {}
        }
    }
    Some(facts)
}

/// How many records it has, and how many pieces of output.
async fn records(engine: &Server) -> Option<(u64, u64)> {
    let client = async_nats::connect(engine.url()).await.ok()?;
    let context = async_nats::jetstream::new(client);
    let count = async |name: &str| {
        let stream = context.get_stream(name).await.ok()?;
        Some(stream.cached_info().state.messages)
    };
    Some((count("nexus-records").await?, count("nexus-outputs").await?))
}

struct Swarm {
    engine: Server,
    first: Instance,
    second: Instance,
    spores: [Program; 2],
}

impl Swarm {
    async fn start() -> Self {
        let engine = Server::start();
        let (first, second) = two(&engine).await;
        let spores = [spore_at(&first, "a").await, spore_at(&second, "b").await];
        until_nodes(&first, 2).await;
        until_nodes(&second, 2).await;
        Self {
            engine,
            first,
            second,
            spores,
        }
    }

    /// A job of the first one, of which one part runs.
    async fn job(&self) -> String {
        let id = ask(&self.first, STEP, 2).await;
        let run = first_run(&self.first, &id).await;
        eventually("it has written", || async {
            (self.first.output(&run).await == "begun\n").then_some(())
        })
        .await;
        id
    }

    async fn ran_once(&self, id: &str, at: &Instance) {
        let end = until_job(at, id, "succeeded").await;
        assert_eq!(end["counts"]["succeeded"], 2, "{end}");
        for spore in &self.spores {
            assert_eq!(marks(spore), "begun\n", "each ran once");
        }
        for target in targets(at, id).await {
            assert_eq!(target["attempts"], 1, "{target}");
            let run = target["execution_id"].as_str().unwrap();
            assert_eq!(at.output(run).await, "begun\ndone\n", "{target}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_lost_everything_is_told_again() {
    let mut swarm = Swarm::start().await;
    let group = |name: &str| Some(json!({"name": name, "target": "*"}));
    for (instance, name) in [
        (&swarm.first, "a"),
        (&swarm.first, "b"),
        (&swarm.second, "c"),
    ] {
        instance.ask("groups", group(name)).await;
    }
    for instance in [&swarm.first, &swarm.second] {
        until_groups(instance, &["a", "b", "c"]).await;
    }
    let id = swarm.job().await;

    lose_everything(&mut swarm.engine);
    let (first, second) = (&swarm.first, &swarm.second);
    let (a, b) = (node(first, "a").await, node(first, "b").await);
    until_it_runs(first, &b).await;
    until_it_runs(second, &a).await;
    let third = third(&swarm.engine, first).await;
    until_nodes(&third, 2).await;
    until_it_runs(&third, &a).await;
    until_it_runs(&third, &b).await;
    for instance in [first, second, &third] {
        until_groups(instance, &["a", "b", "c"]).await;
    }
    let_go(&swarm.spores);
    swarm.ran_once(&id, first).await;
    let known = eventually("the third one knows how it ended", || async {
        let body = third.ask(&format!("jobs/{id}"), None).await;
        Some(body["job"].clone()).filter(|job| job["state"] == "succeeded")
    })
    .await;
    assert_eq!(known["counts"]["succeeded"], 2, "{known}");
    assert_eq!(audit(first).await, json!([]), "nothing was overruled");
    assert_eq!(audit(second).await, json!([]), "nothing was overruled");
}

async fn audit(instance: &Instance) -> Value {
    let path = "audit?limit=100&action=replaced_elsewhere";
    instance.ask(path, None).await["entries"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_again_outlives_its_instance() {
    let mut swarm = Swarm::start().await;
    let id = swarm.job().await;
    lose_everything(&mut swarm.engine);
    eventually(
        "the engine has the job, an attempt and its output",
        || async {
            let (records, outputs) = records(&swarm.engine).await?;
            let facts = facts(&swarm.engine, &swarm.first).await?;
            let head = facts.iter().any(|fact| fact.key == id);
            (head && records >= 2 && outputs >= 1).then_some(())
        },
    )
    .await;
    swarm.first.program.signal("KILL").await;
    let adopted = until_job(&swarm.second, &id, "running").await;
    assert_eq!(adopted["label"], "inherited", "{adopted}");
    let_go(&swarm.spores);
    swarm.ran_once(&id, &swarm.second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_is_held_is_held_by_whoever_comes_later() {
    let mut swarm = Swarm::start().await;
    swarm
        .first
        .ask("stop", Some(json!({"reason": "smoke"})))
        .await;
    let held = async |instance: &Instance| {
        eventually("it is held", || async {
            let body = instance.try_ask("stop", None).await.ok()?;
            (body["stop"]["held"] == true).then_some(())
        })
        .await;
    };
    held(&swarm.second).await;
    lose_everything(&mut swarm.engine);
    let first = &swarm.first;
    eventually("the engine knows it again", || async {
        let facts = facts(&swarm.engine, first).await?;
        let stop = facts.iter().any(|fact| fact.table == Table::Stop);
        stop.then_some(())
    })
    .await;
    let third = third(&swarm.engine, first).await;
    held(&third).await;
    until_nodes(&third, 2).await;
}
