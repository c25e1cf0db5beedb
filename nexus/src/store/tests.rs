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
    Write::Output(
        Arc::new(Chunk {
            execution: id,
            seq,
            stream: Stream::Stderr,
            at_ms: 1,
            bytes: vec![0xff, 0],
        }),
        None,
    )
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
mod copies;
mod history;

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

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story over four starts")]
async fn the_chart_in_use_and_the_one_before_it_are_kept() {
    use crate::chart::{ChartBy, ChartInfo, Seat};
    let path = scratch("charts");
    let seat = |key: &str, holder| Seat {
        key: (!key.is_empty()).then(|| key.to_owned()),
        holder,
    };
    let chart = |number, by| ChartRow {
        info: ChartInfo {
            number,
            by,
            made_by: "ann".into(),
            since: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(number)),
            can_undo: false,
        },
        expected: vec![("web".into(), 2)],
        seats: vec![seat("web", Some(0)), seat("", Some(1)), seat("web", None)],
    };
    let numbers = |remembered: &Remembered| {
        let charts = remembered.charts.iter();
        charts.map(|chart| chart.info.number).collect::<Vec<_>>()
    };
    let (store, remembered, thread, _hear) = open(&path);
    assert_eq!(numbers(&remembered), [1]);
    assert_eq!(remembered.charts[0].info, ChartInfo::default());
    store.write(Write::Seat(1, 0, Box::new(seat("paris", Some(0)))));
    store.write(Write::Chart(Box::new(chart(2, ChartBy::Role))));
    store.write(Write::Seat(2, 2, Box::new(seat("web", Some(2)))));
    store.write(Write::Seat(2, 4, Box::new(seat("db", Some(3)))));
    drop(store);
    thread.join().unwrap();

    let (store, remembered, thread, _hear) = open(&path);
    assert_eq!(numbers(&remembered), [1, 2]);
    assert_eq!(remembered.charts[0].seats, [seat("paris", Some(0))]);
    let kept = &remembered.charts[1];
    assert_eq!(kept.info, chart(2, ChartBy::Role).info);
    assert_eq!(kept.expected, [("web".to_owned(), 2)]);
    let seats = [
        seat("web", Some(0)),
        seat("", Some(1)),
        seat("web", Some(2)),
        seat("db", None),
        seat("db", Some(3)),
    ];
    assert_eq!(
        kept.seats, seats,
        "one that was never written keeps its number"
    );
    store.write(Write::Chart(Box::new(chart(
        3,
        ChartBy::Tag("rack".into()),
    ))));
    drop(store);
    thread.join().unwrap();

    let (store, remembered, thread, _hear) = open(&path);
    assert_eq!(numbers(&remembered), [2, 3]);
    store.write(Write::ForgetChart(3));
    drop(store);
    thread.join().unwrap();
    let (store, remembered, thread, _hear) = open(&path);
    assert_eq!(numbers(&remembered), [2]);
    let damage = "UPDATE charts SET chart = '{}'";
    store
        .change(move |file| file.execute(damage, []).map(drop))
        .await
        .unwrap();
    drop(store);
    thread.join().unwrap();
    let (store, remembered, thread, _hear) = open(&path);
    assert!(remembered.charts.is_empty());
    drop(store);
    thread.join().unwrap();
}

/// A file from before there were charts: who was there keeps his place.
#[test]
fn places_from_before_charts_are_seats_of_the_first_one() {
    let path = scratch("before-charts");
    let file = rusqlite::Connection::open(&path).unwrap();
    let before = 7;
    for migration in &schema::MIGRATIONS[..before] {
        file.execute_batch(migration).unwrap();
    }
    file.pragma_update(None, "user_version", 7).unwrap();
    for (ordinal, group, removed) in [(0, Some("paris"), 0), (1, None, 0), (2, Some("paris"), 1)] {
        let row = "INSERT INTO nodes VALUES (?1, 'n' || ?1, 'n', '{}', 2, '', ?2, 1, 1, '', ?3)";
        file.execute(row, rusqlite::params![ordinal, group, removed])
            .unwrap();
    }
    drop(file);
    let (store, remembered, thread, _hear) = open(&path);
    let seats = &remembered.charts[0].seats;
    let kept: Vec<_> = seats
        .iter()
        .map(|seat| (seat.key.as_deref(), seat.holder))
        .collect();
    assert_eq!(
        kept,
        [
            (Some("paris"), Some(0)),
            (None, Some(1)),
            (Some("paris"), None)
        ]
    );
    drop(store);
    thread.join().unwrap();
}

fn saved(principal: &str, name: &str, number: u64) -> super::SavedCall {
    super::SavedCall {
        id: Uuid::now_v7(),
        principal: principal.to_owned(),
        skill: "ShellSkill".to_owned(),
        method: "run".to_owned(),
        name: name.to_owned(),
        parameters: format!("{{\"command\":\"echo {number}\"}}"),
        timeout: 30.0,
        summary: format!("echo {number}"),
        incomplete: false,
        used_at: SystemTime::UNIX_EPOCH + Duration::from_secs(number),
    }
}

#[tokio::test]
async fn calls_of_before_are_ones_own_and_only_so_many() {
    let path = scratch("saved-calls");
    let (store, _, thread, _hear) = open(&path);
    for number in 0..25 {
        assert!(
            store
                .put_saved_call(saved("ann", "", number))
                .await
                .unwrap()
        );
    }
    // The same parameters again are no second one, the same name replaces.
    assert!(store.put_saved_call(saved("ann", "", 24)).await.unwrap());
    assert!(store.put_saved_call(saved("ann", "b", 1)).await.unwrap());
    assert!(store.put_saved_call(saved("ann", "b", 2)).await.unwrap());
    assert!(store.put_saved_call(saved("bob", "", 7)).await.unwrap());
    let of = async |who: &str| {
        let kept = store.saved_calls(who.into(), "ShellSkill".into(), "run".into());
        kept.await.unwrap()
    };
    let ann = of("ann").await;
    let told: Vec<_> = ann.iter().map(|one| one.summary.as_str()).collect();
    assert_eq!(told.len(), 21);
    assert_eq!(told[..3], ["echo 2", "echo 24", "echo 23"]);
    assert_eq!(told[20], "echo 5");
    let bob = of("bob").await;
    assert_eq!(bob.len(), 1);
    // Nobody takes away what is another's.
    store
        .remove_saved_call("ann".into(), bob[0].id)
        .await
        .unwrap();
    assert_eq!(of("bob").await, bob);
    store
        .remove_saved_call("ann".into(), ann[0].id)
        .await
        .unwrap();
    assert_eq!(of("ann").await.len(), 20);
    for number in 0..200 {
        assert!(
            store
                .put_saved_call(saved("cid", &format!("n{number}"), number))
                .await
                .unwrap()
        );
    }
    assert!(
        !store
            .put_saved_call(saved("cid", "one more", 1))
            .await
            .unwrap()
    );
    assert!(store.put_saved_call(saved("cid", "n7", 999)).await.unwrap());
    assert_eq!(of("cid").await.len(), 200);
    drop(store);
    thread.join().unwrap();
}
