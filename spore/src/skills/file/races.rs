//! Somebody swaps a directory for a link to the outside, again and again, while files are read, written and listed. What
//! lies outside is never read and never changed; in the workspace and under an absolute place alike.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and one says how hard it was tried"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::execution::Stop;
use crate::scratch::Scratch;
use crate::skills::Skills;

/// Rounds of each operation, and swaps meanwhile, at least.
const ROUNDS: usize = 300;
const SWAPS: usize = 3000;

fn text(found: Option<Finding>) -> Option<String> {
    match found? {
        Finding::Text(text) => Some(text),
        Finding::Json(value) => panic!("a file is text: {value}"),
    }
}

async fn call(skills: &Skills, method: &str, parameters: Value) -> End {
    let order = Order {
        request_id: "r".to_owned(),
        skill: NAME.to_owned(),
        method: method.to_owned(),
        parameters: serde_json::value::to_raw_value(&parameters).unwrap(),
        timeout: std::time::Duration::from_secs(60),
        stream: false,
        stop: Stop::default(),
        credit: Arc::new(tokio::sync::Semaphore::new(1 << 20)),
    };
    let (reports, mut heard) = tokio::sync::mpsc::unbounded_channel();
    match skills.begin(order, reports) {
        Ok((work, _)) => work.await,
        Err(refusal) => return End::refused(refusal),
    }
    while let Some(report) = heard.recv().await {
        if let Report::Ended { end, .. } = report {
            return end;
        }
    }
    panic!("it never ended");
}

/// Exchanges `inside/dir` and a link to `outside` in one stroke until told to stop; counts how often.
fn swap(inside: &Path, outside: &Path, stop: &AtomicBool, swaps: &AtomicUsize) {
    use rustix::fs::{CWD, RenameFlags, renameat_with};

    let (dir, link) = (inside.join("dir"), inside.join("link"));
    std::os::unix::fs::symlink(outside, &link).unwrap();
    while !stop.load(Ordering::Relaxed) || swaps.load(Ordering::Relaxed) % 2 == 1 {
        renameat_with(CWD, &dir, CWD, &link, RenameFlags::EXCHANGE).unwrap();
        swaps.fetch_add(1, Ordering::Relaxed);
        std::thread::yield_now();
    }
}

async fn under_attack(skills: &Skills, inside: &Path, prefix: &str) {
    let outside = Scratch::new();
    fs::create_dir_all(inside.join("dir")).unwrap();
    fs::write(inside.join("dir/file"), "inside").unwrap();
    fs::write(outside.path().join("file"), "OUTSIDE").unwrap();
    fs::write(outside.path().join("only-outside"), "").unwrap();
    let (stop, swaps) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let attacker = {
        let (stop, swaps) = (Arc::clone(&stop), Arc::clone(&swaps));
        let (inside, outside) = (inside.to_owned(), outside.path().to_owned());
        std::thread::spawn(move || swap(&inside, &outside, &stop, &swaps))
    };
    let at = |path: &str| json!({ "path": format!("{prefix}{path}") });
    let write = |path: String| json!({ "path": format!("{prefix}{path}"), "content": "mine" });
    let (mut round, mut read, mut refused) = (0, 0, 0);
    // As long as it takes, for who gets how much of the machine is up to others.
    while round < ROUNDS || swaps.load(Ordering::Relaxed) < SWAPS || read == 0 || refused == 0 {
        round += 1;
        assert!(
            round < 1000 * ROUNDS,
            "there is no race: {read} read, {refused} refused"
        );
        let content = text(call(skills, "read_file", at("dir/file")).await.result);
        match content.as_deref() {
            Some("inside") => read += 1,
            None => refused += 1,
            Some(other) => panic!("read: {other}"),
        }
        let listed = text(call(skills, "list_files", at("dir")).await.result);
        let listed = listed.unwrap_or_default();
        assert!(!listed.contains("only-outside"), "listed: {listed}");
        if round < ROUNDS {
            let n = round % 7;
            call(skills, "write_file", write(format!("dir/new-{n}"))).await;
            call(skills, "write_file", write(format!("dir/deep/{n}/x"))).await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    attacker.join().unwrap();
    let entries = fs::read_dir(outside.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    assert_eq!(entries, ["file", "only-outside"], "written outside");
    assert_eq!(
        fs::read_to_string(outside.path().join("file")).unwrap(),
        "OUTSIDE"
    );
    let swaps = swaps.load(Ordering::Relaxed);
    println!("{swaps} swaps in {round} rounds; {read} reads went through, {refused} did not");
}

#[tokio::test]
async fn swapped_links_lead_out_of_no_workspace() {
    let scratch = Scratch::new();
    let config = scratch.config();
    let skills = Skills::open(&config, None).unwrap();
    under_attack(&skills, &config.workspace, "").await;
}

#[tokio::test]
async fn swapped_links_lead_out_of_no_place_of_the_policy() {
    let scratch = Scratch::new();
    let place: PathBuf = scratch.path().join("place");
    fs::create_dir(&place).unwrap();
    let name = place.display();
    let policy = format!("methods = ['*']\nread = ['{name}']\nwrite = ['{name}']\n");
    let skills = Skills::open(&scratch.config(), policy.parse().ok()).unwrap();
    under_attack(&skills, &place, &format!("{name}/")).await;
}
