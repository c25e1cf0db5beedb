//! Real instances on a real engine: what people set at one is so at the other, and stays so when one of them was killed.

use serde_json::{Value, json};
use system_tests::{Instance, eventually};

use super::kills::two;
use super::server::Server;

async fn groups(instance: &Instance) -> Vec<String> {
    let body = instance.ask("groups", None).await;
    let groups = body["groups"].as_array().cloned().unwrap_or_default();
    let name = |group: &Value| group["name"].as_str().unwrap_or_default().to_owned();
    groups.iter().map(name).collect()
}

async fn until_groups(instance: &Instance, expected: &[&str]) {
    eventually(&format!("it has {expected:?}"), || async {
        (groups(instance).await == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_at_one_instance_is_so_at_the_other_and_after_it_was_killed() {
    let engine = Server::start();
    let (first, mut second) = two(&engine).await;
    let group = |name: &str, target: &str| Some(json!({"name": name, "target": target}));
    first.ask("groups", group("a", "tag:a")).await;
    second.ask("groups", group("b", "tag:b")).await;
    until_groups(&first, &["a", "b"]).await;
    until_groups(&second, &["a", "b"]).await;
    let made = first
        .ask(
            "tokens",
            Some(json!({"name": "script", "role": "viewer", "ttl_seconds": 600})),
        )
        .await;
    let secret = made["secret"].as_str().unwrap_or_else(|| panic!("{made}"));
    let url = format!("http://{}/api/v1/nodes", second.address);
    let client = reqwest::Client::new();
    eventually("the token opens the other one", || async {
        let answer = client.get(&url).bearer_auth(secret).send().await.ok()?;
        (answer.status() == 200).then_some(())
    })
    .await;
    // Killed the hard way, and away while something changes.
    second.program.signal("KILL").await;
    second.program.end().await;
    first.ask("groups", group("c", "tag:c")).await;
    let address = second.address;
    let key = first.file("fleet-key");
    let url = engine.url();
    let home = std::mem::replace(&mut second.program.home, tempfile::TempDir::new().unwrap());
    let port = address.port().to_string();
    let all = [
        ("NEXUS_FLEET_URL", url.as_str()),
        ("NEXUS_FLEET_KEY", &key),
        ("NEXUS_PORT", &port),
    ];
    let second = Instance::start(home, &all).await;
    until_groups(&second, &["a", "b", "c"]).await;
    second.ask("groups", group("d", "tag:d")).await;
    until_groups(&first, &["a", "b", "c", "d"]).await;
    let audit = second
        .ask(
            "audit?limit=100&action=replaced_elsewhere&instance=second",
            None,
        )
        .await;
    assert_eq!(audit["entries"], json!([]), "nothing was overruled");
}
