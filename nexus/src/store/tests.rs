//! The real SQLite file.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use protocol::Stream;

use super::*;
use crate::model::ExecutionState;
use crate::trust::Joined;

fn scratch(name: &str) -> PathBuf {
    let path =
        std::env::temp_dir().join(format!("nexus-store-{}-{name}.sqlite", std::process::id()));
    for suffix in ["", "-wal", "-shm"] {
        drop(std::fs::remove_file(format!("{}{suffix}", path.display())));
    }
    path
}

fn open(
    path: &Path,
) -> (
    Store,
    Remembered,
    std::thread::JoinHandle<()>,
    Receiver<Report>,
) {
    let (say, hear) = channel();
    let (store, remembered, thread) =
        Store::open(path, identity(), None, move |report| drop(say.send(report))).unwrap();
    (store, remembered, thread, hear)
}

pub(crate) fn identity() -> Identity {
    let path = std::env::temp_dir().join(format!("nexus-identity-{}", Uuid::new_v4()));
    let identity = Identity::load_or_create(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    identity
}

fn node(ordinal: u32, id: &str) -> NodeRow {
    NodeRow {
        ordinal,
        id: id.into(),
        name: "name".into(),
        capabilities: Capabilities {
            tags: vec!["site:paris".into()],
            ..Capabilities::default()
        },
        version: Version::V2,
        peer: "10.0.0.1:1".into(),
        group_key: Some("paris".into()),
        trust: NodeTrust::new(
            Some(protocol::Fixed([7; 32])),
            Joined::Code("rack".into()),
            SystemTime::UNIX_EPOCH,
        ),
        removed: false,
        registered_at: SystemTime::UNIX_EPOCH + Duration::from_secs(1),
        last_seen: SystemTime::UNIX_EPOCH + Duration::from_secs(2),
    }
}

fn execution(id: Uuid, state: ExecutionState) -> Arc<ExecutionInfo> {
    Arc::new(ExecutionInfo {
        id,
        node_id: "n".into(),
        node_name: "name".into(),
        ordinal: 0,
        skill: "ShellSkill".into(),
        method: "run".into(),
        summary: "uptime".into(),
        state,
        exit_code: Some(3),
        signal: None,
        error: Some("exited with code 3".into()),
        result: None,
        submitted_at: SystemTime::UNIX_EPOCH + Duration::from_secs(1),
        finished_at: None,
        duration: Some(Duration::from_millis(5)),
        elapsed: None,
        output_bytes: 2,
        output_gap: false,
        attempt: None,
        output_sha256: None,
    })
}

fn chunk(id: Uuid, seq: u64) -> Write {
    Write::Output(Arc::new(Chunk {
        execution: id,
        seq,
        stream: Stream::Stderr,
        at_ms: 1,
        bytes: vec![0xff, 0],
    }))
}

#[tokio::test]
async fn what_was_reported_is_there_after_a_restart() {
    let path = scratch("restart");
    let id = Uuid::now_v7();
    let (store, _, thread, reports) = open(&path);
    store.write(Write::Node(Box::new(node(0, "a"))));
    store.write(Write::Begin(
        execution(id, ExecutionState::Running),
        Some(Kept::Accepted(id)),
    ));
    store.write(chunk(id, 0));
    store.write(chunk(id, 1));
    let mut kept = Vec::new();
    while kept.len() < 3 {
        let Report::Kept(more) = reports.recv_timeout(Duration::from_secs(20)).unwrap() else {
            panic!("lost")
        };
        kept.extend(more);
    }
    assert_eq!(
        kept,
        [Kept::Accepted(id), Kept::Output(id, 1), Kept::Output(id, 2)]
    );
    drop(store);
    thread.join().unwrap();

    let (store, remembered, ..) = open(&path);
    assert_eq!(remembered.nodes.len(), 1);
    assert_eq!(
        (
            remembered.nodes[0].id.as_str(),
            remembered.nodes[0].group_key.as_deref()
        ),
        ("a", Some("paris"))
    );
    let found = store.execution(id).await.unwrap().unwrap();
    assert_eq!(
        found.state,
        ExecutionState::Unknown,
        "nobody knows what became of it"
    );
    assert_eq!(
        (found.exit_code, found.summary.as_str()),
        (Some(3), "uptime")
    );
    let output = store.output(id, 1, 1000).await.unwrap();
    assert_eq!(
        (output.len(), output[0].seq, output[0].bytes.as_slice()),
        (1, 1, [0xff, 0].as_slice())
    );
}

#[tokio::test]
async fn an_end_replaces_the_beginning_and_lists_are_newest_first() {
    let (store, ..) = open(Path::new(":memory:"));
    let ids: Vec<_> = (0..3).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        store.write(Write::Begin(execution(*id, ExecutionState::Queued), None));
    }
    store.write(Write::End(execution(ids[1], ExecutionState::Failed), None));
    let listed = store.executions(Some("n".into()), 10).await.unwrap();
    assert_eq!(
        listed.iter().map(|one| one.id).collect::<Vec<_>>(),
        [ids[2], ids[1], ids[0]]
    );
    assert_eq!(listed[1].state, ExecutionState::Failed);
    assert!(
        store
            .executions(Some("other".into()), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.executions(None, 2).await.unwrap().len(), 2);
}

#[tokio::test]
async fn output_of_nothing_does_not_spoil_the_rest() {
    let (store, _, _, reports) = open(Path::new(":memory:"));
    store.write(chunk(Uuid::now_v7(), 0));
    store.write(Write::Node(Box::new(node(0, "a"))));
    assert!(matches!(
        reports.recv_timeout(Duration::from_secs(20)).unwrap(),
        Report::Kept(_)
    ));
    assert!(!store.is_failing());
}

#[test]
fn a_file_of_a_newer_nexus_is_left_alone() {
    let path = scratch("newer");
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let Err(error) = Store::open(&path, identity(), None, |_| ()) else {
        panic!("opened")
    };
    assert!(error.to_string().contains("newer Nexus"), "{error}");
}

#[test]
fn a_file_that_is_no_store_is_an_error_that_says_what_to_do() {
    let path = scratch("broken");
    std::fs::write(
        &path,
        "this is not a database, but it is long enough to look like one".repeat(50),
    )
    .unwrap();
    let Err(error) = Store::open(&path, identity(), None, |_| ()) else {
        panic!("opened")
    };
    assert!(error.to_string().contains("move the file away"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_written_is_reported_as_lost() {
    let (store, _, _, reports) = open(Path::new(":memory:"));
    let ruin = "DROP TABLE outputs; DROP TABLE executions";
    let ruined = store
        .read(move |connection| connection.execute_batch(ruin))
        .await;
    ruined.unwrap();
    let id = Uuid::now_v7();
    store.write(Write::Begin(
        execution(id, ExecutionState::Queued),
        Some(Kept::Accepted(id)),
    ));
    let Report::Lost(lost, _) = reports.recv_timeout(Duration::from_secs(20)).unwrap() else {
        panic!("kept")
    };
    assert_eq!(lost, [Kept::Accepted(id)]);
    assert!(store.is_failing());
}

mod audit;

#[tokio::test]
async fn saved_groups_are_kept_changed_and_forgotten() {
    let path = scratch("groups");
    let group = |name: &str, target: &str| crate::groups::Group {
        name: name.into(),
        target: target.parse().unwrap(),
        made_by: "ann".into(),
        made_at: SystemTime::UNIX_EPOCH + Duration::from_secs(7),
    };
    let (store, remembered, thread, _hear) = open(&path);
    assert!(remembered.groups.is_empty());
    for one in [group("b", "x"), group("a", "@b or cpu<50%"), group("c", "")] {
        assert!(store.write(Write::Group(Box::new(one))));
    }
    store.write(Write::Group(Box::new(group("b", "tag:y"))));
    store.write(Write::ForgetGroup("c".into()));
    drop(store);
    thread.join().unwrap();
    let (store, remembered, thread, _hear) = open(&path);
    assert_eq!(
        remembered.groups,
        [group("a", "@b or cpu<50%"), group("b", "tag:y")]
    );
    // What cannot be read any more is no group; and nobody takes its place.
    let damage =
        r#"UPDATE saved_groups SET saved = replace(saved, 'tag:y', 'y y') WHERE name = 'b'"#;
    store
        .change(move |file| file.execute(damage, []).map(drop))
        .await
        .unwrap();
    drop(store);
    thread.join().unwrap();
    let (store, remembered, thread, _hear) = open(&path);
    assert_eq!(remembered.groups.len(), 1);
    drop(store);
    thread.join().unwrap();
}
