//! The real agent: its size, how soon it is there, what it weighs and costs when idle.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nexus::Config;
use nexus::secret::Secret;
use tokio::process::Command;

use crate::child::{TOKEN, resources};
use crate::rows::Rows;

pub(crate) async fn measure(rows: &mut Rows) {
    let Some(program) = program() else {
        eprintln!("no release build of the spore: `npm run bench` makes one");
        return;
    };
    let size = std::fs::metadata(&program).unwrap().len();
    rows.figure(
        "spore: size of the program",
        size as f64 / 1024.0 / 1024.0,
        "MiB",
    );
    let data = tempfile::TempDir::new().unwrap();
    let mut config = Config::new(data.path().join("nexus"));
    config.port = 0;
    config.shared_token = Some(Secret::new(TOKEN));
    let nexus = nexus::start(config).await.unwrap();
    let (_, mut events) = nexus.handle().subscribe().await.unwrap();
    let started = Instant::now();
    let child = Command::new(&program)
        .current_dir(data.path())
        .env("SPORE_NEXUS_PORT", nexus.address().port().to_string())
        .env("SPORE_NEXUS_HOST", "127.0.0.1")
        .env("SPORE_SHARED_TOKEN", TOKEN)
        .env("SPORE_DATA_DIR", data.path().join("spore"))
        .env("SPORE_WORKSPACE", data.path().join("workspace"))
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    tokio::time::timeout(Duration::from_secs(30), events.recv())
        .await
        .expect("it joins")
        .unwrap();
    rows.figure(
        "spore: from its start to being registered",
        started.elapsed().as_secs_f64() * 1000.0,
        "ms",
    );
    let pid = child.id().unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let before = resources(pid).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    let after = resources(pid).await;
    rows.figure(
        "spore: idle, resident memory",
        after.rss_kib / 1024.0,
        "MiB",
    );
    rows.figure(
        "spore: idle, share of a core",
        (after.cpu_s - before.cpu_s) / 20.0 * 100.0,
        "%",
    );
}

/// Beside this program, or where its own size profile puts it.
fn program() -> Option<PathBuf> {
    let here = std::env::current_exe().unwrap();
    let target = here.ancestors().nth(2).unwrap();
    let places = [
        target.join("spore-release/spore"),
        target.join("release/spore"),
    ];
    places.into_iter().find(|place| place.exists())
}
