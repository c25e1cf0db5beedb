//! Jobs whose instance is killed, hangs, or is cut off from the engine: another one goes on with them, nothing is begun twice,
//! and what was known stays known.

use serde_json::{Value, json};
use system_tests::{Instance, Program, eventually, joining_spore};

use super::kills::two;
use super::server::Server;

/// A spore that joins this instance, and the name of its node.
pub(super) async fn spore_at(instance: &Instance, name: &str) -> Program {
    let addresses = json!({"addresses": [instance.address.to_string()]});
    let made = instance.ask("join-codes", Some(addresses)).await;
    joining_spore(made["code"].as_str().unwrap(), name)
}

pub(super) async fn until_nodes(instance: &Instance, count: usize) {
    eventually(&format!("{count} nodes are online"), || async {
        let nodes = instance.ask("nodes", None).await;
        let nodes = nodes["nodes"].as_array()?;
        let online = nodes.iter().filter(|node| node["state"] == "online");
        (online.count() == count).then_some(())
    })
    .await;
}

/// A job on all nodes, one node after the other.
pub(super) async fn ask(instance: &Instance, command: &str, count: usize) -> String {
    let body = json!({"target": "*", "skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": command},
        "timeout": 90, "concurrency": 1, "confirm_count": count, "label": "inherited"});
    let asked = instance.ask("jobs", Some(body)).await;
    let id = asked["job"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{asked}")).to_owned()
}

async fn job(instance: &Instance, id: &str) -> Value {
    instance.ask(&format!("jobs/{id}"), None).await["job"].clone()
}

pub(super) async fn until_job(instance: &Instance, id: &str, state: &str) -> Value {
    eventually(&format!("job {id} is {state}"), || async {
        Some(job(instance, id).await).filter(|job| job["state"] == state)
    })
    .await
}

pub(super) async fn targets(instance: &Instance, id: &str) -> Vec<Value> {
    let told = instance.ask(&format!("jobs/{id}/targets"), None).await;
    told["targets"].as_array().cloned().unwrap_or_default()
}

/// The execution that is under way; the first target.
pub(super) async fn first_run(instance: &Instance, id: &str) -> String {
    eventually("one of them runs", || async {
        let targets = targets(instance, id).await;
        let running = targets.iter().find(|target| target["state"] == "running")?;
        Some(running["execution_id"].as_str()?.to_owned())
    })
    .await
}

/// Says that it begins, waits until it may go on, and leaves a mark.
pub(super) const STEP: &str =
    "echo begun; echo begun >> marks; while [ ! -e go ]; do sleep 0.05; done; echo done";

pub(super) fn let_go(spores: &[Program]) {
    for spore in spores {
        std::fs::write(spore.home.path().join("data/workspace/go"), "").unwrap();
    }
}

pub(super) fn marks(spore: &Program) -> String {
    let path = spore.home.path().join("data/workspace/marks");
    std::fs::read_to_string(path).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_an_instance_that_is_killed_goes_on_at_another() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    let spores = [
        spore_at(&second, "a").await,
        spore_at(&second, "b").await,
        spore_at(&first, "c").await,
    ];
    until_nodes(&first, 3).await;
    let id = ask(&first, STEP, 3).await;
    let run = first_run(&first, &id).await;
    eventually("it has written", || async {
        (first.output(&run).await == "begun\n").then_some(())
    })
    .await;
    first.program.signal("KILL").await;
    let adopted = until_job(&second, &id, "running").await;
    assert_eq!(adopted["label"], "inherited", "{adopted}");
    let_go(&spores);
    let end = until_job(&second, &id, "succeeded").await;
    assert_eq!(end["counts"]["succeeded"], 3, "{end}");
    for spore in &spores {
        assert_eq!(marks(spore), "begun\n", "each ran once");
    }
    for target in targets(&second, &id).await {
        assert_eq!(target["attempts"], 1, "{target}");
        let run = target["execution_id"].as_str().unwrap();
        assert_eq!(second.output(run).await, "begun\ndone\n", "{target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_and_comes_back_finds_that_its_job_moved_on() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    let spores = [spore_at(&first, "a").await, spore_at(&second, "b").await];
    until_nodes(&first, 2).await;
    let id = ask(&first, STEP, 2).await;
    first_run(&first, &id).await;
    first.program.signal("STOP").await;
    until_job(&second, &id, "running").await;
    first.program.signal("CONT").await;
    let_go(&spores);
    let end = until_job(&second, &id, "succeeded").await;
    assert_eq!(end["counts"]["succeeded"], 2, "{end}");
    for spore in &spores {
        assert_eq!(marks(spore), "begun\n", "each ran once");
    }
    eventually("the first one does not have it any more", || async {
        let jobs = first.ask("jobs", None).await;
        let live = jobs["jobs"]
            .as_array()?
            .iter()
            .any(|job| job["state"] == "running");
        (!live).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_no_job_outlives_its_instance_too() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    let spores = [spore_at(&second, "a").await];
    until_nodes(&first, 1).await;
    let node = first.online().await.unwrap();
    let body = json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": STEP}, "timeout": 90});
    let asked = first.ask("executions", Some(body)).await;
    let run = asked["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{asked}"))
        .to_owned();
    eventually("it has written", || async {
        (first.output(&run).await == "begun\n").then_some(())
    })
    .await;
    first.program.signal("KILL").await;
    second.until_state(&run, "running").await;
    let_go(&spores);
    second.until_state(&run, "succeeded").await;
    // What was acknowledged before is on the disk of the one that was killed; the rest is here.
    assert!(second.output(&run).await.ends_with("done\n"));
    assert_eq!(marks(&spores[0]), "begun\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_engine_is_away_no_job_is_taken_on_and_what_runs_goes_on() {
    let mut engine = Server::start();
    let (first, second) = two(&engine).await;
    let spores = [spore_at(&first, "a").await, spore_at(&second, "b").await];
    until_nodes(&first, 2).await;
    let id = ask(&first, STEP, 2).await;
    first_run(&first, &id).await;
    engine.kill();
    eventually("jobs are refused", || async {
        let body = json!({"target": "*", "skill_name": "ShellSkill", "method_name": "run",
            "parameters": {"command": "true"}, "confirm_count": 2});
        let refused = first.ask("jobs", Some(body)).await;
        let why = refused["detail"].as_str()?;
        why.contains("the fleet's engine does not answer")
            .then_some(())
    })
    .await;
    let here = eventually("there is a node of its own", || first.online()).await;
    let body = json!({"node_id": here, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "echo still here"}, "timeout": 30});
    let asked = first.ask("executions", Some(body)).await;
    let direct = asked["id"].as_str().unwrap().to_owned();
    first.until_state(&direct, "succeeded").await;
    let_go(&spores);
    engine.run();
    let end = until_job(&first, &id, "succeeded").await;
    assert_eq!(end["counts"]["succeeded"], 2, "{end}");
    for spore in &spores {
        assert_eq!(marks(spore), "begun\n", "each ran once");
    }
    let jobs = first.ask("jobs", None).await;
    let done =
        jobs["jobs"].as_array().unwrap().iter().filter(|job| {
            job["counts"]["succeeded"].as_u64() > Some(0) || job["state"] == "running"
        });
    assert_eq!(done.count(), 1, "what was refused was not begun: {jobs}");
}
