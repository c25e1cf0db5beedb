//! An instance whose clock is an hour wrong: its neighbours say so, its own nodes work, and STOP is released all the same.

use std::path::{Path, PathBuf};

use serde_json::json;
use system_tests::{Instance, Program, eventually, joining_spore};
use tempfile::TempDir;

use super::server::Server;

/// An instance, and a spore that joined there.
async fn with_spore(name: &str, environment: &[(&str, &str)]) -> (Instance, Program, String) {
    let mut all = vec![("NEXUS_NAME", name)];
    all.extend_from_slice(environment);
    let instance = Instance::start(TempDir::new().unwrap(), &all).await;
    let body = json!({"addresses": [instance.address.to_string()]});
    let made = instance.ask("join-codes", Some(body)).await;
    let mut spore = joining_spore(made["code"].as_str().unwrap(), name);
    spore.says("this machine is a member now").await;
    let node = eventually("its spore is there", || instance.online()).await;
    (instance, spore, node)
}

async fn works(instance: &Instance, node: &str) {
    let body = json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "echo works"}, "timeout": 60});
    let asked = instance.ask("executions", Some(body)).await;
    let id = asked["id"].as_str().unwrap_or_else(|| panic!("{asked}"));
    instance.until_state(id, "succeeded").await;
    assert_eq!(instance.output(id).await, "works\n");
}

async fn until_stopped(instance: &Instance, held: bool) {
    eventually(&format!("it is stopped: {held}"), || async {
        let stop = instance.ask("stop", None).await;
        (stop["stop"]["held"] == json!(held)).then_some(())
    })
    .await;
}

async fn an_hour_wrong(by: &str) {
    let engine = Server::start();
    let url = engine.url();
    let (right, _spore, near) = with_spore("right", &[("NEXUS_FLEET_URL", &url)]).await;
    let key = right.file("fleet-key");
    let library = library();
    let environment = [
        ("NEXUS_FLEET_URL", url.as_str()),
        ("NEXUS_FLEET_KEY", &key),
        ("LD_PRELOAD", library.to_str().unwrap()),
        ("FAKETIME", by),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    let (wrong, _other, far) = with_spore("wrong", &environment).await;
    for instance in [&right, &wrong] {
        eventually("it says what is wrong", || async {
            let log = instance.log();
            let said = log.contains("the clocks of the two instances differ by")
                && log.contains("set both by NTP");
            said.then_some(())
        })
        .await;
    }
    works(&right, &near).await;
    works(&wrong, &far).await;
    let stopped = right.ask("stop", Some(json!({"reason": "smoke"}))).await;
    assert!(stopped["error"].is_null(), "{stopped}");
    until_stopped(&wrong, true).await;
    wrong.release().await;
    until_stopped(&right, false).await;
    until_stopped(&wrong, false).await;
    works(&right, &near).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_an_hour_ahead_is_told_and_its_own_nodes_work() {
    an_hour_wrong("+1h").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_an_hour_behind_is_told_and_its_own_nodes_work() {
    an_hour_wrong("-1h").await;
}

/// Where libfaketime is.
fn library() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folders = [
        root.join("target/tools/usr/lib"),
        "/usr/lib".into(),
        "/usr/lib64".into(),
    ];
    let below = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok());
    let below = below
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    folders
        .iter()
        .cloned()
        .chain(below)
        .map(|folder| folder.join("faketime/libfaketime.so.1"))
        .find(|path| path.is_file())
        .expect("libfaketime is not on this machine; `node scripts/setup.mjs --test` gets it")
}
