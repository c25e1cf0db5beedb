//! What is put away can be taken up again: from a Nexus that runs, with a spore that knows it, and never by accident.

use std::path::Path;

use serde_json::{Value, json};
use system_tests::command_line::finished;
use system_tests::{Instance, Program, eventually, joining_spore, nexus_program};
use tempfile::TempDir;

/// `nexus` with arguments, its data there; as it ended.
async fn nexus(data: &Path, arguments: &[&str], port: u16) -> system_tests::command_line::Ended {
    let port = port.to_string();
    let mut command = nexus_program(data, arguments, &[("NEXUS_PORT", &port)]);
    command.kill_on_drop(true);
    finished(command).await
}

async fn running() -> (Instance, Program, String) {
    let nexus = Instance::start(TempDir::new().unwrap(), &[]).await;
    let addresses = json!({"addresses": [nexus.address.to_string()]});
    let made = nexus.ask("join-codes", Some(addresses)).await;
    let spore = joining_spore(made["code"].as_str().unwrap(), "kept");
    let node = eventually("it is in", || nexus.online()).await;
    (nexus, spore, node)
}

async fn run(nexus: &Instance, node: &str, command: &str) -> String {
    let body = json!({"node_id": node, "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": command}, "timeout": 60});
    let asked = nexus.ask("executions", Some(body)).await;
    asked["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{asked}"))
        .to_owned()
}

/// A job for a node that is away.
async fn waiting(nexus: &Instance, node: &str) -> Value {
    let body = json!({"node_ids": [node], "offline": "wait", "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": "echo late"}, "timeout": 60});
    let asked = nexus.ask("jobs", Some(body)).await;
    assert!(asked["job"]["id"].is_string(), "{asked}");
    asked["job"]["id"].clone()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_away_while_it_ran_is_the_same_nexus_again_and_begins_nothing() {
    let (mut first, spore, node) = running().await;
    let id = run(&first, &node, "echo remembered").await;
    first.until_state(&id, "succeeded").await;
    spore.signal("STOP").await;
    eventually("it is away", || async {
        let nodes = first.ask("nodes", None).await;
        (nodes["nodes"][0]["state"] == "offline").then_some(())
    })
    .await;
    let job = waiting(&first, &node).await;
    let place = TempDir::new().unwrap();
    let backup = place.path().join("backup");
    let port = first.address.port();
    let data = first.program.home.path().to_owned();
    nexus(&data, &["backup", backup.to_str().unwrap()], port)
        .await
        .with(0);
    #[cfg(unix)]
    {
        assert_eq!(mode(&backup), 0o700);
        for file in std::fs::read_dir(&backup).unwrap().map(Result::unwrap) {
            assert_eq!(mode(&file.path()), 0o600, "{file:?}");
        }
    }
    let left = std::fs::read_dir(&data).unwrap().map(Result::unwrap);
    let copies = left.filter(|file| file.file_name().to_string_lossy().starts_with("backup-"));
    assert_eq!(copies.count(), 0, "no copy stays behind");
    // It went on meanwhile, and what comes now is not in the backup.
    spore.signal("CONT").await;
    let path = format!("jobs/{}", job.as_str().unwrap());
    eventually("the job runs once", || async {
        (first.ask(&path, None).await["job"]["state"] == "succeeded").then_some(())
    })
    .await;
    first.program.signal("KILL").await;
    first.program.end().await;
    let again = TempDir::new().unwrap();
    nexus(again.path(), &["restore", backup.to_str().unwrap()], port)
        .await
        .with(0);
    let second = Instance::at(again, first.address).await;
    eventually("the spore knows it", || second.online()).await;
    assert_eq!(second.output(&id).await, "remembered\n");
    let stop = second.ask("stop", None).await;
    assert_eq!(stop["stop"]["held"], true, "{stop}");
    let reason = stop["stop"]["reason"].as_str().unwrap();
    assert!(reason.contains("restored from a backup"), "{reason}");
    let stands = second.ask(&path, None).await;
    assert_ne!(
        stands["job"]["state"], "succeeded",
        "as it was then: {stands}"
    );
    assert_eq!(stands["job"]["counts"]["succeeded"], 0, "{stands}");
    let verdict = second.ask("audit/verify", None).await;
    assert_eq!(verdict["ok"], true, "{verdict}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_over_and_what_is_not_whole_is_not_taken() {
    let mut first = Instance::start(TempDir::new().unwrap(), &[]).await;
    let port = first.address.port();
    let data = first.program.home.path().to_owned();
    let place = TempDir::new().unwrap();
    let backup = place.path().join("backup");
    let to = backup.to_str().unwrap();
    let said = nexus(&data, &["backup", data.to_str().unwrap()], port).await;
    assert!(said.with(1).err.contains("is not empty"));
    let nobody = TempDir::new().unwrap();
    let said = nexus(nobody.path(), &["backup", to], port).await.with(1);
    assert!(said.err.contains("holds no Nexus"), "{}", said.err);
    first.program.signal("TERM").await;
    first.program.end().await;
    // One that does not run is put away as well.
    nexus(&data, &["backup", to], port).await.with(0);
    let said = nexus(&data, &["backup", to], port).await.with(1);
    assert!(said.err.contains("is not empty"), "{}", said.err);
    let said = nexus(&data, &["restore", to], port).await.with(1);
    assert!(said.err.contains("a Nexus has been here"), "{}", said.err);
    let again = place.path().join("again");
    let store = backup.join("nexus.sqlite");
    let whole = std::fs::read(&store).unwrap();
    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    std::fs::write(&store, &torn).unwrap();
    nexus(&again, &["restore", to], port).await.with(1);
    assert!(!again.exists(), "nothing was begun");
    std::fs::write(&store, &whole).unwrap();
    rusqlite::Connection::open(&store)
        .unwrap()
        .pragma_update(None, "user_version", 9999)
        .unwrap();
    let said = nexus(&again, &["restore", to], port).await.with(1);
    assert!(said.err.contains("newer Nexus"), "{}", said.err);
    std::fs::remove_file(backup.join("backup.json")).unwrap();
    let said = nexus(&again, &["restore", to], port).await.with(1);
    assert!(
        said.err.contains("no backup that was finished"),
        "{}",
        said.err
    );
}
