//! Commands and files of another user, where the tests run as root; elsewhere they say that they were skipped.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use serde_json::json;

use crate::nexus::{Nexus, Scratch, TOKEN};

fn is_root() -> bool {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if !root {
        println!("skipped: only root can run commands as others");
    }
    root
}

/// User and group of `nobody`.
fn nobody() -> (u32, u32) {
    let id = |flag: &str| {
        let output = std::process::Command::new("id")
            .args([flag, "nobody"])
            .output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        text.trim().parse().unwrap()
    };
    (id("-u"), id("-g"))
}

fn policy(data_dir: &Path, text: &str) {
    std::fs::create_dir_all(data_dir).unwrap();
    std::fs::set_permissions(data_dir, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::write(data_dir.join("policy.toml"), text).unwrap();
    let path = data_dir.join("policy.toml");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn run_as_holds_for_commands_and_files() {
    if !is_root() {
        return;
    }
    let nexus = Nexus::listen().await;
    let place = Scratch::new();
    let workspace = place.path().join("workspace");
    std::fs::create_dir(&workspace).unwrap();
    let (uid, gid) = nobody();
    chown(&workspace, Some(uid), Some(gid)).unwrap();
    std::fs::write(workspace.join("roots"), "secret").unwrap();
    std::fs::set_permissions(
        workspace.join("roots"),
        std::fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    let text = "methods = ['*']\nshell = true\nrun_as = 'nobody'\n[limits]\nprocesses = 20\n[sandbox]\nmode = 'off'\n";
    let _spore = nexus.spore_with(|config| {
        config.workspace = workspace.clone();
        policy(&config.data_dir, text);
    });
    let mut session = nexus.welcome().await;
    assert_eq!(
        session.handshake["capabilities"]["policy"]["run_as"],
        "nobody"
    );
    session
        .run("who", "id -u; id -g; id -G; echo $USER $HOME; touch made")
        .await;
    let told = session.response("who").await["result"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        told.starts_with(&format!("{uid}\n{gid}\n{gid}\nnobody /")),
        "{told}"
    );
    session.run("reads", "cat roots").await;
    assert_eq!(session.response("reads").await["success"], false);
    let read = session.file("read_file", json!({ "path": "roots" })).await;
    assert!(
        read["error"].as_str().unwrap().contains("ermission denied"),
        "{read}"
    );
    let written = session
        .file("write_file", json!({ "path": "by-file", "content": "" }))
        .await;
    assert_eq!(written["success"], true, "{written}");
    for name in ["made", "by-file"] {
        assert_eq!(
            std::fs::metadata(workspace.join(name)).unwrap().uid(),
            uid,
            "{name}"
        );
    }
    // The spore itself is root as before.
    let again = session
        .file("write_file", json!({ "path": "by-file", "content": "x" }))
        .await;
    assert_eq!(again["success"], true, "{again}");
    let command = "for n in $(seq 60); do sleep 3 & done; wait; echo all";
    session.run("forks", command).await;
    assert_eq!(
        session.response("forks").await["success"],
        false,
        "60 processes"
    );
}

#[tokio::test]
async fn a_user_that_cannot_work_here_is_told_at_the_start() {
    let refused = |text: &str| {
        let scratch = Scratch::new();
        let token = spore::Token::new(TOKEN.to_owned());
        let data_dir = scratch.path().join("data");
        policy(&data_dir, text);
        let config = spore::Config::new("n".to_owned(), "h".to_owned(), Some(token), data_dir);
        let prepared = spore::Spore::prepare(config);
        prepared
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let unknown = refused("run_as = 'no-such-user-here'");
    assert!(unknown.contains("run_as"), "{unknown}");
    if !is_root() {
        assert!(unknown.contains("root"), "{unknown}");
        return;
    }
    let closed = refused("run_as = 'nobody'");
    assert!(closed.contains("SPORE_WORKSPACE"), "{closed}");
}
