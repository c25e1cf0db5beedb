//! Ways out by what lies in the workspace: links, links that are swapped meanwhile, pipes, sockets and devices. Not here: how a
//! path is written, see `spellings`.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use serde_json::json;

use super::{CANARY, Fence, MARKER};

/// Makes a file by a program, if that can be done here.
fn make(command: &str, path: &Path, arguments: &[&str]) -> bool {
    let made = Command::new(command).arg(path).args(arguments).status();
    made.is_ok_and(|ended| ended.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_and_no_odd_file_leads_out() {
    let fence = Fence::new().await;
    let home = fence.spore.home.path().display().to_string();
    let mut links = vec![
        ("up".to_owned(), "..".to_owned()),
        ("up-and-up".into(), "../..".into()),
        ("root".into(), "/".into()),
        ("file".into(), "../canary".into()),
        ("file-by-root".into(), format!("{home}/canary")),
        ("neighbour".into(), "../workspace2".into()),
        ("folder".into(), format!("{home}/outside")),
        ("through".into(), "deep/../../outside/dir".into()),
        ("new".into(), "../made-by-a-link".into()),
        ("new-by-root".into(), format!("{home}/made-by-a-link")),
        ("new-folder".into(), "../made/by/a/link".into()),
        ("itself".into(), "itself".into()),
        ("there".into(), "back".into()),
        ("back".into(), "there".into()),
        ("process".into(), "/proc/self/root".into()),
        ("cwd".into(), "/proc/self/cwd".into()),
        ("handles".into(), "/proc/self/fd".into()),
        ("passwd".into(), "/etc/passwd".into()),
        ("deep/up".into(), "../..".into()),
        ("deep/deeper/up".into(), "../../../outside".into()),
        ("chain-0".into(), "..".into()),
    ];
    // Longer than systems follow.
    links
        .extend((1..60).map(|number| (format!("chain-{number}"), format!("chain-{}", number - 1))));
    for (name, target) in &links {
        symlink(target, fence.at("workspace").join(name)).unwrap();
    }
    let before = fence.outside();
    let mut tried = 0;
    for (name, _) in &links {
        for below in [
            "",
            "/canary",
            "/dir",
            "/outside/dir/canary",
            "/..",
            "/../canary",
            "/own",
        ] {
            tried += fence.attack(&format!("{name}{below}")).await;
            // Writing replaces a link, so it has to be made again.
            for (name, target) in &links {
                let path = fence.at("workspace").join(name);
                if !path.is_symlink() {
                    let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
                    symlink(target, path).unwrap();
                }
            }
        }
    }
    assert_eq!(fence.outside(), before, "nothing outside has changed");
    assert!(tried > 3_000, "{tried}");
    // A hard link is the file itself: whoever makes one has put the file there. Writing gives the name a new file.
    std::fs::hard_link(fence.at("outside/canary"), fence.at("workspace/hard")).unwrap();
    let wrote = fence
        .call(
            "FileSkill",
            "write_file",
            json!({"path": "hard", "content": "new"}),
        )
        .await;
    assert_eq!(wrote["success"], true, "{wrote}");
    assert_eq!(fence.outside(), before);
    odd_files(&fence).await;
}

/// Pipes, sockets and devices are answered at once, and never with content.
async fn odd_files(fence: &Fence) {
    let pipe = fence.at("workspace/pipe");
    assert!(make("mkfifo", &pipe, &[]));
    let _socket = std::os::unix::net::UnixListener::bind(fence.at("workspace/socket")).unwrap();
    let mut odd = vec!["pipe", "socket"];
    // Only root can make devices.
    if make("mknod", &fence.at("workspace/zero"), &["c", "1", "5"]) {
        odd.push("zero");
    }
    for name in odd {
        let answer = fence
            .call("FileSkill", "read_file", json!({"path": name}))
            .await;
        assert_eq!(answer["success"], false, "{name}: {answer}");
    }
}

/// Swaps a link that leads out with one that stays in, and a folder with a link, as fast as it can.
fn swap(workspace: PathBuf, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let at = |name: &str| workspace.join(name);
        let mut turns = 0;
        while !stop.load(Ordering::Relaxed) {
            for target in ["inside", "../outside"] {
                symlink(target, at("next")).unwrap();
                std::fs::rename(at("next"), at("link")).unwrap();
            }
            // A folder cannot be replaced in one step; between the steps there is nothing.
            // Whoever writes meanwhile makes the folder anew.
            let _ = std::fs::rename(at("folder"), at("folder-away"));
            let _ = symlink("../outside", at("folder"));
            let _ = std::fs::remove_file(at("folder"))
                .or_else(|_| std::fs::remove_dir_all(at("folder")));
            let _ = std::fs::rename(at("folder-away"), at("folder"));
            turns += 1;
        }
        turns
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_swapped_while_they_are_followed_lead_nowhere() {
    let fence = Fence::new().await;
    for folder in ["inside", "folder"] {
        std::fs::create_dir(fence.at("workspace").join(folder)).unwrap();
        std::fs::write(fence.at("workspace").join(folder).join("canary"), "inside").unwrap();
    }
    symlink("inside", fence.at("workspace/link")).unwrap();
    let before = fence.outside();
    let stop = Arc::new(AtomicBool::new(false));
    let swapping = swap(fence.at("workspace"), Arc::clone(&stop));
    let (mut got, mut refused) = (0, 0);
    for turn in 0..500 {
        let calls = (0..8).map(|kind| {
            let folder = ["link", "folder"][(turn + kind) % 2];
            let (method, parameters) = match kind {
                0 | 1 => (
                    "write_file",
                    json!({"path": format!("{folder}/written"), "content": "x"}),
                ),
                2 | 3 => ("list_files", json!({"path": folder})),
                _ => ("read_file", json!({"path": format!("{folder}/canary")})),
            };
            fence.call("FileSkill", method, parameters)
        });
        for answer in join_all(calls).await {
            let said = answer.to_string();
            assert!(!said.contains(CANARY) && !said.contains(MARKER), "{said}");
            if answer["success"] == true {
                got += 1;
            } else {
                refused += 1;
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    let turns = swapping.join().unwrap();
    assert!(
        got > 100 && refused > 100 && turns > 1_000,
        "both sides of the race were seen: {got} {refused} {turns}"
    );
    assert_eq!(fence.outside(), before, "nothing outside has changed");
}
