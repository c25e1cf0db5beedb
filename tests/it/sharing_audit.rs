//! The audit log of a swarm: each instance keeps a copy of what the others wrote, and believes nothing that does not follow. The
//! engine is the one in this process.

use std::collections::BTreeSet;

use nexus::fleet::{Through, local};
use serde_json::{Value, json};
use system_tests::{Server, eventually};

use crate::sharing::instance;

pub(crate) async fn page(server: &Server, query: &str) -> Value {
    let (status, body) = server.get(&format!("/api/v1/audit?{query}")).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// All entries of a query, page by page: in whose log, and which number.
pub(crate) async fn listed(server: &Server, query: &str, limit: u32) -> Vec<(String, u64)> {
    let (mut all, mut before) = (Vec::new(), String::new());
    loop {
        let body = page(server, &format!("limit={limit}&{query}{before}")).await;
        for kept in body["entries"].as_array().unwrap() {
            let name = kept["instance"]["name"].as_str().unwrap_or_default();
            all.push((name.to_owned(), kept["number"].as_u64().unwrap()));
        }
        let rest = &body["before"];
        if rest.is_null() {
            return all;
        }
        let word = rest
            .as_str()
            .map_or_else(|| rest.to_string(), str::to_owned);
        before = format!("&before={word}");
    }
}

async fn newest(server: &Server) -> u64 {
    let own = server.nexus.instance().unwrap().0;
    let body = page(server, &format!("limit=1&instance={own}")).await;
    body["entries"][0]["number"].as_u64().unwrap()
}

/// Waits until the first has all of what the second one wrote.
pub(crate) async fn until_copied(here: &Server, there: &Server) {
    let id = there.nexus.instance().unwrap().0;
    let name = here.nexus.instance();
    eventually(&format!("{name:?} has all of {id}"), || async {
        let body = page(here, &format!("limit=1&instance={id}")).await;
        let copied = body["entries"][0]["number"].as_u64();
        (copied == Some(newest(there).await)).then_some(())
    })
    .await;
}

pub(crate) async fn refused(server: &Server, word: &str) {
    let path = format!("/api/v1/nodes/{word}/revoke");
    assert_eq!(server.post(&path, json!({})).await.0, 404);
}

#[tokio::test]
async fn alone_nothing_is_different() {
    let server = Server::start().await;
    for number in 0..4 {
        refused(&server, &format!("n{number}")).await;
    }
    let body = page(&server, "limit=2").await;
    assert_eq!(body["entries"][0].get("instance"), None, "{body}");
    let number = body["entries"][1]["number"].as_u64().unwrap();
    assert_eq!(body["before"], json!(number), "{body}");
    let next = page(&server, &format!("limit=1&before={number}")).await;
    assert_eq!(next["entries"][0]["number"], json!(number - 1), "{next}");
    let (_, verdict) = server.get("/api/v1/audit/verify").await;
    assert_eq!(
        (&verdict["ok"], verdict.get("copies")),
        (&json!(true), None)
    );
    for wrong in ["before=x", "before=1-", "before=-1"] {
        let (status, body) = server.get(&format!("/api/v1/audit?{wrong}")).await;
        assert_eq!(status, 422, "{wrong}: {body}");
    }
}

#[tokio::test]
async fn what_was_done_anywhere_is_one_list_without_loss_or_doubles() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    for round in 0..30 {
        for server in [&one, &two] {
            refused(server, &format!("r{round}")).await;
        }
    }
    until_copied(&one, &two).await;
    until_copied(&two, &one).await;
    let (first, second) = (newest(&one).await, newest(&two).await);
    for server in [&one, &two] {
        let whole = listed(server, "", 500).await;
        for limit in [1, 7, 50] {
            // Nobody writes any more.
            assert_eq!(listed(server, "", limit).await, whole, "{limit}");
        }
        let all: BTreeSet<_> = whole.iter().cloned().collect();
        assert_eq!(all.len(), whole.len(), "nothing twice");
        let of = |name: &str| whole.iter().filter(|(of, _)| of == name).count() as u64;
        assert_eq!(
            (of("one"), of("two")),
            (first, second),
            "nothing is missing"
        );
        let found = listed(server, "search=R7&action=outcome", 1).await;
        assert_eq!(found.len(), 2, "{found:?}");
        let theirs = listed(server, "instance=two", 9).await;
        assert_eq!(theirs.len() as u64, second);
    }
    let (_, verdict) = one.get("/api/v1/audit/verify").await;
    let copy = &verdict["copies"][0];
    assert_eq!(
        (
            &copy["instance"]["name"],
            &copy["ok"],
            &copy["entries"],
            &copy["current"]
        ),
        (&json!("two"), &json!(true), &json!(second), &json!(true)),
        "{verdict}"
    );
}

#[tokio::test]
async fn the_command_line_shows_it_too_and_a_copy_proves_itself_elsewhere() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    refused(&two, "elsewhere").await;
    until_copied(&one, &two).await;
    let shown = one.nexus(&["audit", "list"]).await.with(0).out;
    let line = shown.lines().find(|line| line.contains("elsewhere"));
    assert!(
        line.is_some_and(|line| line.starts_with("two: ")),
        "{shown}"
    );
    let only = one
        .nexus(&["audit", "list", "--instance", "one"])
        .await
        .with(0);
    assert!(!only.out.contains("elsewhere"), "{}", only.out);
    let lines = one.nexus(&["audit", "list", "--json"]).await.with(0).out;
    let entries = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert!(
        entries
            .into_iter()
            .all(|entry| entry["instance"]["id"].is_string())
    );
    let said = one.nexus(&["audit", "verify"]).await.with(0).out;
    assert!(said.contains("copy 1 of the audit log of two"), "{said}");
    let export = one
        .nexus(&["audit", "export", "--instance", "two"])
        .await
        .with(0);
    let file = one.data.path().join("two.jsonl");
    std::fs::write(&file, &export.out).unwrap();
    let file = file.to_str().unwrap();
    let whole = one
        .nexus(&["audit", "verify", "--file", file])
        .await
        .with(0);
    assert!(whole.out.contains("whole"), "{}", whole.out);
    let edited = export.out.replacen("elsewhere", "somewhere", 1);
    assert_ne!(edited, export.out);
    std::fs::write(file, edited).unwrap();
    one.nexus(&["audit", "verify", "--file", file])
        .await
        .with(1);
    let nobody = one
        .nexus(&["audit", "export", "--instance", "nobody"])
        .await;
    assert_ne!(nobody.code, 0, "{}", nobody.out);
}

#[tokio::test]
async fn a_copy_catches_up_after_its_instance_or_the_engine_was_away() {
    let engine = local::Engine::default();
    let one = instance(&engine, "one").await;
    let two = instance(&engine, "two").await;
    until_copied(&one, &two).await;
    let data = one.stop().await;
    for number in 0..5 {
        refused(&two, &format!("while-away-{number}")).await;
    }
    let one = Server::start_with(|config| {
        config.name = "one".to_owned();
        config.data_dir = data.path().to_owned();
        config.fleet = Some(Through::Local(engine.clone()));
    })
    .await;
    until_copied(&one, &two).await;
    until_copied(&two, &one).await;
    engine.away(true);
    refused(&two, "cut-off").await;
    engine.away(false);
    until_copied(&one, &two).await;
    let (_, verdict) = one.get("/api/v1/audit/verify").await;
    assert_eq!(verdict["copies"].as_array().unwrap().len(), 1, "{verdict}");
    assert_eq!(verdict["copies"][0]["ok"], json!(true), "{verdict}");
    assert_eq!(
        page(&one, "action=audit_diverged").await["entries"],
        json!([])
    );
}
