//! Process trees.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::sleep;

use super::*;

async fn until(mut so: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if so() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came so");
}

fn start(script: &str, mark: &str) -> (tokio::process::Child, Tree) {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", script])
        .env(MARK, mark)
        .stdin(Stdio::null());
    detach(&mut command, Confines::default());
    let child = command.spawn().unwrap();
    let tree = Tree::of(child.id().unwrap(), mark, None);
    (child, tree)
}

#[tokio::test]
async fn a_dropped_tree_takes_its_processes_with_it() {
    let mark = uuid::Uuid::new_v4().to_string();
    let (mut child, tree) = start("sleep 1000", &mark);
    assert!(tree.alive(Reach::Everything));
    drop(tree);
    let status = child.wait().await.unwrap();
    assert_eq!(signal_of(status).as_deref(), Some("SIGKILL"));
}

#[tokio::test]
async fn the_dead_are_not_alive_although_nobody_has_collected_them() {
    let mark = uuid::Uuid::new_v4().to_string();
    let (child, tree) = start("exit 0", &mark);
    until(|| !tree.alive(Reach::Everything)).await;
    assert!(child.id().is_some());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_detached_orphan_is_within_reach_of_everything_only() {
    let mark = uuid::Uuid::new_v4().to_string();
    let (mut child, tree) = start("(setsid sleep 1000 &) ; exit 0", &mark);
    child.wait().await.unwrap();
    until(|| !tree.alive(Reach::Session)).await;
    assert!(tree.alive(Reach::Everything));
    assert!(!tree.left_behind());
    tree.signal(Force::Kill, Reach::Everything);
    until(|| !tree.alive(Reach::Everything)).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_stranger_is_out_of_reach() {
    let (mut stranger, theirs) = start("sleep 1000", "theirs");
    let (mut child, ours) = start("sleep 1000", "their");
    ours.signal(Force::Kill, Reach::Everything);
    child.wait().await.unwrap();
    assert!(theirs.alive(Reach::Everything));
    drop((ours, theirs));
    stranger.wait().await.unwrap();
}
