//! Real instances on a real engine: what was done at one is read at the others, also when it is gone with all it had, and a log
//! that was written anew is noticed.

use std::path::Path;

use serde_json::{Value, json};
use system_tests::{Instance, eventually};
use tempfile::TempDir;

use super::kills::two;
use super::server::Server;

async fn entries(instance: &Instance, query: &str) -> Vec<Value> {
    let body = instance
        .ask(&format!("audit?limit=500&{query}"), None)
        .await;
    body["entries"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| panic!("{body}"))
}

/// Does something at an instance that stands in its log with this word.
async fn done(instance: &Instance, word: &str) {
    let group = json!({"name": word, "target": "tag:x"});
    let made = instance.ask("groups", Some(group)).await;
    assert_eq!(made["status"], "success", "{made}");
}

/// Waits until an instance knows what was done at another one with this word; the kept entry.
async fn until_known(instance: &Instance, of: &str, word: &str) -> Value {
    eventually(&format!("{word} of {of} is known"), || async {
        let query = format!("action=put_group&instance={of}&search={word}");
        entries(instance, &query).await.pop()
    })
    .await
}

/// Starts the second instance again with what is in this folder.
async fn again(engine: &Server, first: &Instance, home: TempDir) -> Instance {
    let (url, key) = (engine.url(), first.file("fleet-key"));
    let all = [
        ("NEXUS_FLEET_URL", url.as_str()),
        ("NEXUS_FLEET_KEY", &key),
        ("NEXUS_NAME", "second"),
    ];
    Instance::start(home, &all).await
}

async fn killed(mut instance: Instance) -> TempDir {
    instance.program.signal("KILL").await;
    instance.program.end().await;
    std::mem::replace(&mut instance.program.home, TempDir::new().unwrap())
}

/// All files of a folder, into another one.
fn copied(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), to.path().join(file.file_name())).unwrap();
        }
    }
    to
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_at_an_instance_is_read_when_it_is_gone_with_all_it_had() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    let id = second.file("instance");
    done(&second, "only-there").await;
    let kept = until_known(&first, "second", "only-there").await;
    assert_eq!(
        kept["instance"],
        json!({"id": id, "name": "second"}),
        "{kept}"
    );
    drop(killed(second).await);
    let still = until_known(&first, &id, "only-there").await;
    assert_eq!(still, kept, "word for word");
    let verdict = first.ask("audit/verify", None).await;
    assert_eq!(verdict["copies"][0]["ok"], json!(true), "{verdict}");
    let listed = entries(&first, "").await;
    assert!(listed.contains(&kept), "it is in the one list");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_catches_up_after_its_instance_was_down() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    done(&first, "before").await;
    until_known(&second, "first", "before").await;
    let home = killed(second).await;
    for number in 0..20 {
        done(&first, &format!("meanwhile-{number}")).await;
    }
    let second = again(&engine, &first, home).await;
    until_known(&second, "first", "meanwhile-19").await;
    let all = entries(&second, "action=put_group&instance=first").await;
    assert_eq!(all.len(), 21);
    let verdict = second.ask("audit/verify", None).await;
    assert_eq!(verdict["copies"][0]["why"], json!("first"), "{verdict}");
    assert_eq!(verdict["copies"][0]["ok"], json!(true), "{verdict}");
}

/// What the first instance says after the second one came back with another past.
async fn noticed(first: &Instance, second: &Instance) {
    done(second, "after").await;
    until_known(first, "second", "after").await;
    let told = entries(first, "action=audit_diverged&instance=first").await;
    let [told] = told.as_slice() else {
        panic!("told once: {told:?}")
    };
    let entry = &told["entry"];
    assert_eq!(
        entry["subject"],
        json!([second.file("instance")]),
        "{entry}"
    );
    assert_eq!(entry["detail"]["instance"], "second", "{entry}");
    // What it had is still there.
    until_known(first, "second", "early").await;
    until_known(first, "second", "late").await;
    let verdict = first.ask("audit/verify", None).await;
    let copies = verdict["copies"].as_array().unwrap();
    let why: Vec<_> = copies
        .iter()
        .map(|copy| (&copy["why"], &copy["ok"]))
        .collect();
    let whole = json!(true);
    assert_eq!(
        why,
        [(&json!("first"), &whole), (&json!("diverged"), &whole)],
        "{verdict}"
    );
    let fork = copies[1]["first"].as_u64().unwrap();
    assert_eq!(entry["detail"]["number"], json!(fork), "{entry}");
    let metrics = reqwest::Client::new()
        .get(format!("http://{}/metrics", first.address))
        .bearer_auth(first.file("api-token"))
        .send();
    let metrics = metrics.await.unwrap().text().await.unwrap();
    assert!(
        metrics.contains("fleet_audit_diverged_total 1"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_taken_from_a_backup_is_noticed_and_what_it_had_is_kept() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    done(&second, "early").await;
    until_known(&first, "second", "early").await;
    let home = killed(second).await;
    let backup = copied(home.path());
    let second = again(&engine, &first, home).await;
    done(&second, "late").await;
    until_known(&first, "second", "late").await;
    drop(killed(second).await);
    let second = again(&engine, &first, backup).await;
    noticed(&first, &second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_somebody_cut_in_its_file_is_noticed() {
    let engine = Server::start();
    let (first, second) = two(&engine).await;
    done(&second, "early").await;
    done(&second, "late").await;
    until_known(&first, "second", "late").await;
    let home = killed(second).await;
    let file = rusqlite::Connection::open(home.path().join("nexus.sqlite")).unwrap();
    let late = "SELECT min(number) FROM audit WHERE entry LIKE '%\"late\"%'";
    let number: i64 = file.query_row(late, [], |row| row.get(0)).unwrap();
    // As if it had never been; who has the key could sign this.
    for table in ["audit", "audit_checkpoints"] {
        let cut = format!("DELETE FROM {table} WHERE number >= ?1");
        file.execute(&cut, [number]).unwrap();
    }
    drop(file);
    let second = again(&engine, &first, home).await;
    noticed(&first, &second).await;
    let proof = second.ask("audit/verify", None).await;
    assert_eq!(
        proof["ok"],
        json!(true),
        "by itself it looks whole: {proof}"
    );
}
