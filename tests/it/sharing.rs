//! What people set at one of several instances is so at all of them: while they hear each other, after they did not, and for those
//! who come late. The engine is the one in this process, which can be taken away. Not here: what makes no sense, see
//! `sharing_nonsense`.

use std::collections::BTreeMap;
use std::time::Duration;

use nexus::fleet::{Through, local};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Server, eventually};

/// An instance of the swarm of this engine.
pub(crate) async fn instance(engine: &local::Engine, name: &str) -> Server {
    Server::start_with(|config| {
        config.name = name.to_owned();
        config.fleet = Some(Through::Local(engine.clone()));
    })
    .await
}

pub(crate) async fn three(engine: &local::Engine) -> [Server; 3] {
    [
        instance(engine, "one").await,
        instance(engine, "two").await,
        instance(engine, "three").await,
    ]
}

pub(crate) async fn group(server: &Server, name: &str, target: &str) -> u16 {
    let body = json!({"name": name, "target": target});
    let (status, body) = server.post("/api/v1/groups", body).await;
    if status == 409 {
        let path = format!("/api/v1/groups/{name}");
        let body = json!({"target": target});
        return server.call(Method::PUT, &path, Some(body)).await.0;
    }
    assert!(status < 300 || status == 409, "{status} {body}");
    status
}

async fn remove(server: &Server, path: &str) -> u16 {
    server.call(Method::DELETE, path, None).await.0
}

/// Name and meaning of each saved group.
async fn groups(server: &Server) -> BTreeMap<String, String> {
    let (_, body) = server.get("/api/v1/groups").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let groups = body["groups"].as_array().unwrap().iter();
    groups
        .map(|group| (text(&group["name"]), text(&group["target"])))
        .collect()
}

pub(crate) async fn until_groups(server: &Server, expected: &[(&str, &str)]) {
    let own = |(name, target): &(&str, &str)| ((*name).to_owned(), (*target).to_owned());
    let expected: BTreeMap<_, _> = expected.iter().map(own).collect();
    let name = server.nexus.instance();
    eventually(&format!("{name:?} has {expected:?}"), || async {
        (groups(server).await == expected).then_some(())
    })
    .await;
}

/// How often the audit log says that something set here was replaced.
async fn replaced(server: &Server) -> usize {
    let (_, body) = server
        .get(&format!(
            "/api/v1/audit?limit=500&action=replaced_elsewhere&instance={}",
            server.nexus.instance().unwrap().0
        ))
        .await;
    body["entries"].as_array().unwrap().len()
}

/// The names of what stands under this path at an instance.
async fn names(server: &Server, path: &str, list: &str) -> Vec<String> {
    let (_, body) = server.get(&format!("/api/v1/{path}")).await;
    let all = body[list].as_array().unwrap_or_else(|| panic!("{body}"));
    let mut names: Vec<_> = all
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

async fn until_named(server: &Server, path: &str, list: &str, name: &str, there: bool) {
    eventually(&format!("{name} in {path}: {there}"), || async {
        let is = names(server, path, list)
            .await
            .iter()
            .any(|one| one == name);
        (is == there).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_group_is_made_changed_and_removed_for_all() {
    let engine = local::Engine::default();
    let [one, two, three] = three(&engine).await;
    assert_eq!(group(&one, "gpus", "tag:gpu").await, 201);
    for server in [&two, &three] {
        until_groups(server, &[("gpus", "tag:gpu")]).await;
    }
    group(&three, "gpus", "tag:cpu").await;
    group(&two, "all", "*").await;
    for server in [&one, &two, &three] {
        until_groups(server, &[("gpus", "tag:cpu"), ("all", "*")]).await;
    }
    assert!(remove(&one, "/api/v1/groups/gpus").await < 300);
    for server in [&two, &three] {
        until_groups(server, &[("all", "*")]).await;
        assert_eq!(replaced(server).await, 0, "nobody was overruled");
    }
}

#[tokio::test]
async fn who_was_away_or_comes_late_takes_over_and_brings_nothing_back() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let mut two = instance(&engine, "two").await;
    group(&one, "old", "tag:old").await;
    until_groups(&two, &[("old", "tag:old")]).await;
    let data = two.stop().await;
    assert!(remove(&one, "/api/v1/groups/old").await < 300);
    group(&one, "new", "tag:new").await;
    two = Server::start_with(|config| {
        config.data_dir = data.path().to_owned();
        config.fleet = Some(Through::Local(engine.clone()));
    })
    .await;
    until_groups(&two, &[("new", "tag:new")]).await;
    until_groups(&one, &[("new", "tag:new")]).await;
    let late = instance(&engine, "late").await;
    until_groups(&late, &[("new", "tag:new")]).await;
}

#[tokio::test]
async fn what_is_set_while_the_engine_is_away_meets_when_it_is_back() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    group(&one, "both", "tag:before").await;
    until_groups(&two, &[("both", "tag:before")]).await;
    engine.away(true);
    group(&one, "of-one", "tag:a").await;
    group(&two, "of-two", "tag:b").await;
    group(&one, "same", "tag:one").await;
    group(&two, "same", "tag:two").await;
    group(&two, "both", "tag:after").await;
    engine.away(false);
    let agreed = eventually("both have the same", || async {
        let (here, there) = (groups(&one).await, groups(&two).await);
        (here == there && here.len() == 4).then_some(here)
    })
    .await;
    assert_eq!(agreed["both"], "tag:after", "only one had changed it");
    assert_eq!((&*agreed["of-one"], &*agreed["of-two"]), ("tag:a", "tag:b"));
    let (winner, loser) = if agreed["same"] == "tag:one" {
        (&one, &two)
    } else {
        (&two, &one)
    };
    assert_eq!(replaced(loser).await, 1, "it is told what became of it");
    assert_eq!(replaced(winner).await, 0);
}

#[tokio::test]
async fn rules_and_runbooks_are_everywhere_too() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    let rule =
        json!({"name": "careful", "calls": ["ShellSkill.run"], "nodes": "tag:prod", "at_least": 2});
    let (status, made) = one.post("/api/v1/approval-rules", rule).await;
    assert_eq!(status, 201, "{made}");
    let alert = json!({"name": "hot", "condition": {"kind": "cpu", "above": 50}, "nodes": "tag:x"});
    let (status, made_alert) = one.post("/api/v1/alert-rules", alert).await;
    assert_eq!(status, 201, "{made_alert}");
    let runbook = json!({"name": "greet", "title": "Hello", "target": "*", "steps": [{"name": "say", "job":
        {"skill_name": "ShellSkill", "method_name": "run", "parameters": {"command": "echo 1"}}}]});
    let mut second = runbook.clone();
    second["title"] = json!("Hello again");
    for version in [runbook, second] {
        let (status, body) = one
            .call(Method::PUT, "/api/v1/runbooks/greet", Some(version))
            .await;
        assert!(status < 300, "{status} {body}");
    }
    until_named(&two, "approval-rules", "rules", "careful", true).await;
    until_named(&two, "alert-rules", "rules", "hot", true).await;
    let versions = eventually("both versions are there", || async {
        let (_, body) = two.get("/api/v1/runbooks/greet").await;
        let versions = body["versions"].as_array().cloned();
        versions.filter(|versions| versions.len() == 2)
    });
    versions.await;
    let (_, rules) = two.get("/api/v1/approval-rules").await;
    let (_, own) = one.get("/api/v1/approval-rules").await;
    assert_eq!(rules, own, "the same in every part");
    let id = own["rules"][0]["id"].as_str().unwrap();
    assert!(remove(&two, &format!("/api/v1/approval-rules/{id}")).await < 300);
    until_named(&one, "approval-rules", "rules", "careful", false).await;
    assert!(remove(&two, "/api/v1/runbooks/greet").await < 300);
    eventually("the runbook is gone", || async {
        (one.get("/api/v1/runbooks/greet").await.0 == 404).then_some(())
    })
    .await;
    let (_, rules) = one.get("/api/v1/alert-rules").await;
    let (_, theirs) = two.get("/api/v1/alert-rules").await;
    assert_eq!(rules, theirs);
}

/// How much is muted at an instance.
async fn until_muted(server: &Server, mutes: usize) {
    eventually(&format!("{mutes} mutes"), || async {
        let handle = server.nexus.handle();
        let count = handle.look(|state| state.alerts().mutes().count());
        (count.await.ok()? == mutes).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_is_muted_at_one_instance_is_muted_at_all() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    let mute = json!({"rule": "00000000-0000-0000-0000-000000000001", "seconds": 600, "reason": "moving house"});
    let (status, body) = one.post("/api/v1/alerts/mute", mute).await;
    assert_eq!(status, 200, "{body}");
    until_muted(&two, 1).await;
    let aim = json!({"rule": "00000000-0000-0000-0000-000000000001"});
    let (status, body) = two.post("/api/v1/alerts/unmute", aim).await;
    assert_eq!(status, 200, "{body}");
    until_muted(&one, 0).await;
}

#[tokio::test]
async fn an_edit_before_a_restart_is_told_after_it() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    group(&one, "kept", "tag:a").await;
    group(&one, "gone", "tag:a").await;
    until_groups(&two, &[("kept", "tag:a"), ("gone", "tag:a")]).await;
    // What was in line is written down once a second.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    engine.away(true);
    group(&two, "kept", "tag:b").await;
    assert!(remove(&two, "/api/v1/groups/gone").await < 300);
    let data = two.stop().await;
    engine.away(false);
    let two = Server::start_with(|config| {
        config.data_dir = data.path().to_owned();
        config.fleet = Some(Through::Local(engine.clone()));
    })
    .await;
    for server in [&one, &two] {
        until_groups(server, &[("kept", "tag:b")]).await;
        assert_eq!(replaced(server).await, 0);
    }
}

/// The next number of a row that looks like chance and is the same each time.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    usize::try_from(*seed >> 33).unwrap()
}

#[tokio::test]
async fn whatever_is_edited_wherever_in_the_end_all_have_the_same() {
    let engine = local::Engine::default();
    let servers = three(&engine).await;
    let mut seed = 7;
    for step in 0..150 {
        if next(&mut seed).is_multiple_of(10) {
            engine.away(next(&mut seed).is_multiple_of(2));
        }
        let server = &servers[next(&mut seed) % 3];
        let name = format!("g{}", next(&mut seed) % 6);
        if next(&mut seed).is_multiple_of(3) {
            remove(server, &format!("/api/v1/groups/{name}")).await;
        } else {
            group(server, &name, &format!("tag:t{step}")).await;
        }
    }
    engine.away(false);
    group(&servers[0], "last", "*").await;
    eventually("all have the same", || async {
        let all = [
            groups(&servers[0]).await,
            groups(&servers[1]).await,
            groups(&servers[2]).await,
        ];
        let settled = all
            .iter()
            .all(|one| *one == all[0] && one.contains_key("last"));
        settled.then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let first = groups(&servers[0]).await;
    assert_eq!(first, groups(&servers[1]).await, "and it stays so");
    assert_eq!(first, groups(&servers[2]).await);
}
