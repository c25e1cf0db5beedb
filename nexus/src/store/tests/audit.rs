//! The audit log in a real file, and what somebody does to that file with SQLite in hand.

use std::sync::Arc as Shared;

use super::*;
use crate::audit::{Action, AuditLog, Draft, Entry, FaultKind, Part, Query, Verdict, verify_lines};
use crate::redact::Known;

struct Log {
    path: PathBuf,
    identity: Identity,
}

struct Life {
    audit: AuditLog,
    store: Store,
    thread: std::thread::JoinHandle<()>,
}

impl Log {
    fn new(name: &str) -> Self {
        Self {
            path: scratch(name),
            identity: identity(),
        }
    }

    fn live(&self, keep: Option<Duration>) -> Life {
        let (store, _, thread) =
            Store::open(&self.path, self.identity.clone(), keep, |_| ()).unwrap();
        let key = protocol::Fixed(self.identity.public());
        Life {
            audit: AuditLog::new(store.clone(), key, None),
            store,
            thread,
        }
    }

    /// Some entries of several kinds, in one orderly life.
    async fn filled(name: &str) -> Self {
        let log = Self::new(name);
        let life = log.live(None);
        for number in 0..12 {
            life.store.record(Draft::Asked(Box::new(asked(number))));
        }
        life.audit
            .keep(entry(Action::RevokeNode, "n1"))
            .await
            .unwrap();
        life.audit.note(entry(Action::NodeJoined, "n2"));
        life.end();
        log
    }

    fn tampered(&self, sql: &str) -> Verdict {
        let copy = scratch(&format!("copy-{}", Uuid::new_v4()));
        std::fs::copy(&self.path, &copy).unwrap();
        let connection = Connection::open(&copy).unwrap();
        connection
            .execute_batch(&format!("DROP TRIGGER audit_is_append_only; {sql}"))
            .unwrap();
        drop(connection);
        let file = AuditFile::open(&copy).unwrap();
        let verdict = file
            .verify(protocol::Fixed(self.identity.public()))
            .unwrap();
        drop(file);
        std::fs::remove_file(copy).unwrap();
        verdict
    }

    fn first_fault(&self, sql: &str) -> (u64, FaultKind) {
        let verdict = self.tampered(sql);
        let first = verdict
            .faults
            .first()
            .unwrap_or_else(|| panic!("{sql} is not found"));
        (first.number, first.kind)
    }
}

impl Life {
    fn end(self) {
        drop((self.audit, self.store));
        self.thread.join().unwrap();
    }
}

fn entry(action: Action, subject: &str) -> Entry {
    Entry::new(action, SystemTime::now()).about([subject.to_owned()])
}

fn asked(number: u32) -> crate::audit::Asked {
    crate::audit::Asked {
        action: Action::Execute,
        at: SystemTime::now(),
        caller: crate::access::Caller::local(),
        skill: "ShellSkill".into(),
        method: "run".into(),
        parameters: serde_json::value::RawValue::from_string(format!("{{\"n\":{number}}}"))
            .unwrap(),
        timeout: 30,
        summary: format!("command {number}"),
        targets: vec![(Uuid::new_v4(), "a".into()), (Uuid::new_v4(), "b".into())],
        approval: None,
    }
}

#[tokio::test]
async fn an_untouched_file_is_whole() {
    let log = Log::filled("untouched").await;
    let verdict = log.tampered("");
    assert!(verdict.ok, "{verdict:?}");
    assert_eq!(
        (verdict.entries, verdict.unsigned),
        (14, 0),
        "the end of an orderly life is signed"
    );
    // It goes on in the next life.
    let life = log.live(None);
    assert_eq!(
        life.audit.keep(entry(Action::Start, "x")).await.unwrap(),
        15
    );
    let verdict = life.audit.verify().await.unwrap();
    assert!(verdict.ok && verdict.last == 15, "{verdict:?}");
    life.end();
}

#[tokio::test]
async fn every_field_of_every_kind_of_entry_counts() {
    let log = Log::filled("fields").await;
    let connection = Connection::open(&log.path).unwrap();
    let texts: Vec<(u64, String)> = connection
        .prepare("SELECT number, entry FROM audit")
        .unwrap()
        .query_map([], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
        })
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    drop(connection);
    let mut tried = 0;
    for (number, text) in texts
        .iter()
        .filter(|(number, _)| [3, 13, 14].contains(number))
    {
        let fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).unwrap();
        for name in fields.keys() {
            let mut without = fields.clone();
            without.remove(name);
            let mut changed = fields.clone();
            changed.insert(name.clone(), serde_json::json!("other"));
            for fields in [without, changed] {
                let text = serde_json::to_string(&fields).unwrap().replace('\'', "''");
                let sql = format!("UPDATE audit SET entry = '{text}' WHERE number = {number}");
                assert_eq!(log.first_fault(&sql).0, *number, "{name} of {number}");
                tried += 1;
            }
        }
        // The same JSON with other bytes is another text.
        let spaced = text.replacen(':', ": ", 1).replace('\'', "''");
        let sql = format!("UPDATE audit SET entry = '{spaced}' WHERE number = {number}");
        assert_eq!(log.first_fault(&sql), (*number, FaultKind::Edited));
    }
    assert!(tried > 30, "{tried}");
}

#[tokio::test]
async fn rows_cannot_be_removed_swapped_inserted_or_cut() {
    let log = Log::filled("rows").await;
    let faults: &[(&str, (u64, FaultKind))] = &[
        ("DELETE FROM audit WHERE number = 5", (5, FaultKind::Missing)),
        ("DELETE FROM audit WHERE number < 4", (1, FaultKind::Missing)),
        ("DELETE FROM audit WHERE number > 10", (11, FaultKind::Cut)),
        ("DELETE FROM audit", (1, FaultKind::Cut)),
        (
            "UPDATE audit SET number = 1000 WHERE number = 5; UPDATE audit SET number = 5 WHERE number = 6;
             UPDATE audit SET number = 6 WHERE number = 1000;",
            (5, FaultKind::Reordered),
        ),
        (
            "INSERT INTO audit SELECT 15, entry, hash FROM audit WHERE number = 14",
            (15, FaultKind::Reordered),
        ),
        ("UPDATE audit SET hash = zeroblob(32) WHERE number = 7", (7, FaultKind::Edited)),
        ("UPDATE audit SET entry = 'x' WHERE number = 7", (7, FaultKind::Edited)),
        (
            "UPDATE audit_checkpoints SET signature = zeroblob(64)",
            (0, FaultKind::BadSignature),
        ),
        ("UPDATE audit_checkpoints SET key = zeroblob(32)", (0, FaultKind::ForeignKey)),
        ("UPDATE audit_checkpoints SET at = at + 1", (0, FaultKind::BadSignature)),
        (
            "DELETE FROM audit WHERE number < 4; INSERT INTO audit_anchors SELECT number, hash, at, key, signature
             FROM audit_checkpoints ORDER BY number LIMIT 1",
            (0, FaultKind::BadSignature),
        ),
    ];
    for (sql, (number, kind)) in faults {
        let found = log.first_fault(sql);
        assert_eq!(found.1, *kind, "{sql}");
        if *number > 0 {
            assert_eq!(found.0, *number, "{sql}");
        }
    }
}

#[tokio::test]
async fn entries_are_signed_each_thousand_and_written_once() {
    let log = Log::new("thousands");
    let life = log.live(None);
    for number in 0..2_345 {
        assert!(life.store.record(Draft::Asked(Box::new(asked(number)))));
    }
    let last = life.audit.keep(entry(Action::Cancel, "n")).await.unwrap();
    assert_eq!(last, 2_346);
    let verdict = life.audit.verify().await.unwrap();
    assert!(verdict.ok && verdict.checkpoints == 2, "{verdict:?}");
    life.end();
}

#[tokio::test]
async fn pages_go_back_in_time_and_filters_fit() {
    let log = Log::filled("pages").await;
    let life = log.live(None);
    let page = |query: Query| life.audit.page(query);
    let all = page(Query::default()).await.unwrap();
    assert_eq!(all.entries.len(), 14);
    assert!(all.before.is_none() && all.entries[0].number == 14);
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let query = Query {
            limit: Some(5),
            before,
            ..Query::default()
        };
        let next = page(query).await.unwrap();
        seen.extend(next.entries.iter().map(|kept| kept.number));
        before = next.before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=14).rev().collect::<Vec<_>>());
    life.end();
}

#[tokio::test]
async fn filters_fit() {
    let log = Log::filled("filters").await;
    let life = log.live(None);
    let page = |query: Query| life.audit.page(query);
    let count = async |query: Query| page(query).await.unwrap().entries.len();
    assert_eq!(
        count(Query {
            action: Some(Action::Execute),
            ..Query::default()
        })
        .await,
        12
    );
    assert_eq!(
        count(Query {
            who: Some("local".into()),
            ..Query::default()
        })
        .await,
        12
    );
    assert_eq!(
        count(Query {
            node: Some("n1".into()),
            ..Query::default()
        })
        .await,
        1
    );
    assert_eq!(
        count(Query {
            node: Some("b".into()),
            ..Query::default()
        })
        .await,
        12
    );
    assert_eq!(
        count(Query {
            search: Some("COMMAND 7".into()),
            ..Query::default()
        })
        .await,
        1
    );
    assert_eq!(
        count(Query {
            search: Some("%".into()),
            ..Query::default()
        })
        .await,
        0
    );
    life.end();
}

#[tokio::test]
async fn an_export_proves_itself_and_any_change_in_it_is_found() {
    let log = Log::filled("export").await;
    let life = log.live(None);
    let caller = crate::access::Caller::local();
    let mut export = life.audit.export(&caller, Part::default()).await.unwrap();
    let mut text = String::new();
    while let Some(piece) = export.next().await.unwrap() {
        text.push_str(&piece);
    }
    drop(export);
    let verify = |text: &str| verify_lines(text.as_bytes(), None);
    let verdict = verify(&text).unwrap();
    assert!(verdict.ok, "{verdict:?}");
    assert_eq!(
        (verdict.entries, verdict.unsigned),
        (15, 0),
        "the export itself is the last one"
    );
    let own = verdict.fingerprint.replace(' ', "").to_uppercase();
    assert!(verify_lines(text.as_bytes(), Some(&own)).unwrap().ok);
    assert!(verify_lines(text.as_bytes(), Some("00")).is_err());

    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let broken = |lines: Vec<String>| !verify(&lines.join("\n")).is_ok_and(|verdict| verdict.ok);
    for at in 0..lines.len() {
        let mut fewer = lines.clone();
        let gone = fewer.remove(at);
        // A signature may be missing: the next one proves as much.
        let matters = !gone.starts_with("{\"checkpoint\"");
        assert_eq!(broken(fewer), matters, "without line {at}: {gone}");
        let mut edited = lines.clone();
        edited[at] = edited[at]
            .replacen("\"a\"", "\"c\"", 1)
            .replacen("local", "nobody", 1);
        assert!(edited[at] == lines[at] || broken(edited), "line {at}");
    }
    let mut swapped = lines.clone();
    swapped.swap(4, 5);
    assert!(broken(swapped));
    let mut doubled = lines.clone();
    doubled.insert(4, lines[4].clone());
    assert!(broken(doubled));
    for cut in [1, text.len() / 2, text.len() - 2] {
        assert!(
            !verify(&text[..cut]).is_ok_and(|verdict| verdict.ok),
            "cut at {cut}"
        );
    }
    assert!(verify("").is_err());
    life.end();
}

#[tokio::test]
async fn old_entries_go_with_a_word_of_the_nexus() {
    let log = Log::filled("old").await;
    // Everything is too old for this life.
    let life = log.live(Some(Duration::ZERO));
    let pruned = life.audit.keep(entry(Action::Start, "x")).await.unwrap();
    assert_eq!(pruned, 15);
    let verdict = life.audit.verify().await.unwrap();
    assert!(verdict.ok, "{verdict:?}");
    assert_eq!(verdict.first, 15);
    let page = life.audit.page(Query::default()).await.unwrap();
    let actions: Vec<_> = page
        .entries
        .iter()
        .map(|kept| kept.read().unwrap().action)
        .collect();
    assert_eq!(actions, [Action::PruneAudit, Action::Start]);
    life.end();
    assert!(log.tampered("").ok);
    let without_word = log.first_fault("DELETE FROM audit_anchors");
    assert_eq!(without_word, (1, FaultKind::Missing));
    // The file still begins where the Nexus says it does.
    assert_eq!(
        log.first_fault("DELETE FROM audit WHERE number = 15").1,
        FaultKind::Missing
    );
}

#[tokio::test]
async fn a_full_disk_stops_what_is_new_and_loses_nothing_that_happened() {
    let log = Log::new("full");
    let life = log.live(None);
    life.audit.keep(entry(Action::Start, "x")).await.unwrap();
    let limit = |pages: u32| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        life.store
            .read(move |connection| connection.query_row(&sql, [], |_| Ok(())))
    };
    limit(1).await.unwrap();
    assert!(life.store.may_act());
    for _ in 0..200 {
        life.store.record(Draft::Asked(Box::new(asked(1))));
    }
    let refused = life.audit.keep(entry(Action::Cancel, "n")).await;
    assert!(refused.is_err());
    assert!(!life.store.may_act());
    limit(1_000_000).await.unwrap();
    while !life.store.may_act() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let number = life.audit.keep(entry(Action::Cancel, "n")).await.unwrap();
    assert_eq!(
        number, 202,
        "what happened meanwhile is there, what was refused is not"
    );
    assert!(life.audit.verify().await.unwrap().ok);
    life.end();
}

#[tokio::test]
async fn secrets_do_not_reach_the_file() {
    let path = scratch("secrets");
    let (store, _, thread) = Store::open(&path, identity(), None, |_| ()).unwrap();
    let (id, parameters) = (Uuid::new_v4(), r#"{"env":{"DB_PASSWORD":"correct-horse"}}"#);
    let known = Known::of(parameters).unwrap();
    store.write(Write::Secrets(id, Box::new(known)));
    store.write(Write::Begin(execution(id, ExecutionState::Running), None));
    let pieces: [&[u8]; 5] = [
        b"\xff it is correct-horse, or correct",
        b"-horse; token=abc ",
        b"c",
        b"orrect-hors",
        b"e. \xc3\xbc",
    ];
    for (seq, bytes) in pieces.iter().enumerate() {
        store.write(Write::Output(
            Shared::new(Chunk {
                execution: id,
                seq: seq as u64,
                stream: Stream::Stdout,
                at_ms: 0,
                bytes: bytes.to_vec(),
            }),
            None,
        ));
    }
    let mut end = (*execution(id, ExecutionState::Failed)).clone();
    end.error = Some("exited: correct-horse".into());
    end.result = serde_json::value::RawValue::from_string(
        r#"{"out":"ghp_0123456789abcdef0123456789","n":1}"#.into(),
    )
    .ok()
    .map(Shared::from);
    store.write(Write::End(Shared::new(end), None));
    let kept = store.output(id, 0, 1 << 20).await.unwrap();
    let numbers: Vec<_> = kept.iter().map(|chunk| chunk.seq).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4], "numbers stay");
    assert_eq!(kept[0].bytes, b"\xff it is [redacted], or [redacted]");
    assert_eq!(kept[1].bytes, b"; token=[redacted] ");
    assert_eq!(kept[4].bytes.last_chunk(), Some(b"\xc3\xbc"));
    let end = store.execution(id).await.unwrap().unwrap();
    assert_eq!(end.error.as_deref(), Some("exited: [redacted]"));
    assert_eq!(end.result.unwrap().get(), r#"{"out":"[redacted]","n":1}"#);
    drop(store);
    thread.join().unwrap();
    let file = std::fs::read(&path).unwrap();
    let holds = |what: &[u8]| file.windows(what.len()).any(|part| part == what);
    assert!(!holds(b"correct-horse") && !holds(b"ghp_01"));
}
