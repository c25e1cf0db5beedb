//! Copies of the logs of others in a real file, and several logs as one list.

use super::*;
use crate::audit::{
    Action, AuditLog, Checkpoint, Cursor, Entry, Follows, Head, InstanceName, Page, Part, Query,
    Told, Why, verify_lines,
};

struct Here {
    store: Store,
    audit: AuditLog,
    identity: Identity,
    thread: std::thread::JoinHandle<()>,
}

fn here(name: &str) -> Here {
    lived(&scratch(name), identity(), None)
}

fn lived(path: &Path, identity: Identity, keep: Option<Duration>) -> Here {
    let (store, _, thread) = Store::open(path, identity.clone(), keep, |_| ()).unwrap();
    let key = protocol::Fixed(identity.public());
    let own = InstanceName {
        id: Uuid::from_u128(1),
        name: "here".into(),
    };
    Here {
        audit: AuditLog::new(store.clone(), key, Some(own)),
        store,
        identity,
        thread,
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// What an origin tells: an entry for each of these times, and a signature of the last one.
fn told(start: Head, times: &[u64], identity: &Identity) -> (Told, Head) {
    let (mut head, mut rows) = (start, Vec::new());
    for &time in times {
        let mut entry = Entry::new(Action::Cancel, at(time));
        entry.number = head.number + 1;
        let text = serde_json::to_string(&entry).unwrap();
        head = head.extended(&text);
        rows.push((head.hash, text));
    }
    let checkpoints = vec![Checkpoint::sign(identity, head, at(0))];
    (Told { rows, checkpoints }, head)
}

impl Here {
    async fn copy(&self, instance: u128, name: &str, start: Head, why: Why, times: &[u64]) -> Head {
        let id = Uuid::from_u128(instance);
        let name = name.to_owned();
        let new = NewCopy {
            origin: InstanceName {
                id,
                name: name.clone(),
            },
            start,
            anchor: None,
            why,
        };
        self.store.begin_copy(new).await.unwrap();
        let (progress, _) = self.store.copied(id).await.unwrap();
        let progress = progress.unwrap();
        assert_eq!((progress.head, progress.signed), (start, start.number));
        let (told, head) = told(start, times, &self.identity);
        let follows = self.follow(told, start);
        let put = self.store.copy_more(progress.copy.id, name, follows).await;
        assert_eq!(put.unwrap(), 0);
        let (progress, _) = self.store.copied(id).await.unwrap();
        assert_eq!(progress.unwrap().head, head);
        head
    }

    fn follow(&self, told: Told, head: Head) -> Follows {
        let key = protocol::Fixed(self.identity.public());
        let follows = told.after(head, head.number, key);
        assert!(follows.misfit.is_none());
        follows
    }

    async fn own(&self, times: &[u64]) {
        for &time in times {
            self.audit
                .keep(Entry::new(Action::Start, at(time)))
                .await
                .unwrap();
        }
    }

    async fn page(&self, query: Query) -> Page {
        self.audit.page(query).await.unwrap()
    }

    /// Whose entry, and its number, page by page.
    async fn listed(&self, query: Query, limit: u32) -> Vec<(String, u64)> {
        let (mut all, mut before) = (Vec::new(), query.before.clone());
        loop {
            let query = Query {
                limit: Some(limit),
                before,
                ..query.clone()
            };
            let page = self.page(query).await;
            assert!(page.entries.len() <= limit as usize);
            for kept in page.entries {
                all.push((kept.instance.unwrap().name, kept.number));
            }
            // As a script gives it back.
            before = page
                .before
                .map(|before| before.to_string().parse().unwrap());
            if before.is_none() {
                return all;
            }
        }
    }

    fn end(self) {
        drop((self.audit, self.store));
        self.thread.join().unwrap();
    }
}

fn named(all: &[(&str, u64)]) -> Vec<(String, u64)> {
    all.iter()
        .map(|(name, n)| ((*name).to_owned(), *n))
        .collect()
}

#[tokio::test]
async fn several_logs_are_one_list_by_time() {
    let here = here("merged");
    here.own(&[10, 20, 30, 30]).await;
    here.copy(2, "b", Head::EMPTY, Why::First, &[5, 20, 25, 40])
        .await;
    here.copy(3, "c", Head::EMPTY, Why::First, &[30]).await;
    let all = named(&[
        ("b", 4),
        ("c", 1),
        ("here", 4),
        ("here", 3),
        ("b", 3),
        ("b", 2),
        ("here", 2),
        ("here", 1),
        ("b", 1),
    ]);
    for limit in [1, 2, 3, 4, 8, 9, 500] {
        assert_eq!(here.listed(Query::default(), limit).await, all, "{limit}");
    }
    let of = |instance: &str| Query {
        instance: Some(instance.to_owned()),
        ..Query::default()
    };
    let b = named(&[("b", 4), ("b", 3), ("b", 2), ("b", 1)]);
    assert_eq!(here.listed(of("b"), 3).await, b);
    assert_eq!(here.listed(of(&Uuid::from_u128(2).to_string()), 3).await, b);
    assert_eq!(here.listed(of("nobody"), 3).await, []);
    // A number counts in the log that is meant.
    let below = |instance: Option<&str>| Query {
        instance: instance.map(str::to_owned),
        before: Some(Cursor::Number(3)),
        ..Query::default()
    };
    assert_eq!(
        here.listed(below(Some("b")), 1).await,
        named(&[("b", 2), ("b", 1)])
    );
    assert_eq!(
        here.listed(below(None), 5).await,
        named(&[("here", 2), ("here", 1)])
    );
    here.end();
}

#[tokio::test]
async fn what_comes_meanwhile_is_no_part_of_later_pages() {
    let here = here("meanwhile");
    here.own(&[10, 20]).await;
    let first = Query {
        limit: Some(1),
        ..Query::default()
    };
    let page = here.page(first).await;
    assert_eq!(page.entries[0].number, 2);
    here.own(&[30]).await;
    here.copy(2, "b", Head::EMPTY, Why::First, &[15]).await;
    let rest = Query {
        before: page.before,
        ..Query::default()
    };
    assert_eq!(here.listed(rest, 5).await, named(&[("here", 1)]));
    assert_eq!(here.listed(Query::default(), 5).await.len(), 4);
    here.end();
}

#[tokio::test]
async fn a_clock_that_went_back_loses_nothing_and_doubles_nothing() {
    let here = here("clocks");
    here.own(&[50, 10, 60, 0]).await;
    here.copy(2, "b", Head::EMPTY, Why::First, &[70, 1, 55, 55, 2])
        .await;
    for limit in [1, 2, 5] {
        let mut all = here.listed(Query::default(), limit).await;
        let numbers = |name: &str| {
            let own = all.iter().filter(|(of, _)| of == name);
            own.map(|(_, number)| *number).collect::<Vec<_>>()
        };
        assert_eq!(numbers("here"), [4, 3, 2, 1]);
        assert_eq!(numbers("b"), [5, 4, 3, 2, 1]);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 9);
    }
    here.end();
}

#[tokio::test]
async fn a_log_that_became_another_one_has_two_copies_and_both_are_read() {
    let here = here("branches");
    let old = here
        .copy(2, "b", Head::EMPTY, Why::First, &[1, 2, 3, 4])
        .await;
    let (progress, _) = here.store.copied(Uuid::from_u128(2)).await.unwrap();
    let copy = progress.unwrap().copy;
    let hash = here.store.copied_hash(&copy, 2).await.unwrap().unwrap();
    let fork = Head { number: 2, hash };
    assert_eq!(
        here.store.copied_hash(&copy, 4).await.unwrap(),
        Some(old.hash)
    );
    assert_eq!(here.store.copied_hash(&copy, 5).await.unwrap(), None);
    let new = here.copy(2, "b", fork, Why::Diverged, &[5, 6]).await;
    assert_ne!(old.hash, new.hash);
    let listed = here.listed(Query::default(), 2).await;
    let all = [("b", 4), ("b", 3), ("b", 4), ("b", 3), ("b", 2), ("b", 1)];
    assert_eq!(listed, named(&all));
    let verdicts = here.audit.verify_copies().await.unwrap();
    let said: Vec<_> = verdicts
        .iter()
        .map(|one| (one.why, one.current, one.verdict.ok, one.verdict.first))
        .collect();
    assert_eq!(
        said,
        [(Why::First, false, true, 1), (Why::Diverged, true, true, 3)]
    );
    // Each can be taken along and proved elsewhere.
    for (copy, entries) in [(None, 2), (Some(1), 4), (Some(2), 2)] {
        let part = Part {
            instance: Some("b".to_owned()),
            copy,
            ..Part::default()
        };
        let caller = crate::access::Caller::local();
        let mut export = here.audit.export(&caller, part).await.unwrap();
        let mut text = String::new();
        while let Some(piece) = export.next().await.unwrap() {
            text.push_str(&piece);
        }
        let verdict = verify_lines(text.as_bytes(), None).unwrap();
        assert!(verdict.ok && verdict.entries == entries, "{verdict:?}");
    }
    let caller = crate::access::Caller::local();
    for (instance, copy) in [("nobody", None), ("b", Some(3))] {
        let part = Part {
            instance: Some(instance.to_owned()),
            copy,
            ..Part::default()
        };
        assert!(here.audit.export(&caller, part).await.is_err());
    }
    here.end();
}

#[tokio::test]
async fn a_signature_of_another_entry_is_not_kept_with_this_one() {
    let here = here("strange-signatures");
    here.copy(2, "b", Head::EMPTY, Why::First, &[1, 2]).await;
    let (_, other) = told(Head::EMPTY, &[3, 4], &here.identity);
    let checkpoint = Checkpoint::sign(&here.identity, other, at(0));
    let strange = Follows {
        rows: Vec::new(),
        checkpoints: vec![checkpoint],
        refused: 0,
        misfit: None,
    };
    let put = here.store.copy_more(1, "b".to_owned(), strange).await;
    assert_eq!(put.unwrap(), 1);
    assert!(here.audit.verify_copies().await.unwrap()[0].verdict.ok);
    here.end();
}

#[tokio::test]
async fn who_writes_into_a_copy_is_found() {
    let path = scratch("copy-edited");
    let here = lived(&path, identity(), None);
    let identity = here.identity.clone();
    here.copy(2, "b", Head::EMPTY, Why::First, &[1, 2, 3]).await;
    here.end();
    let key = protocol::Fixed(identity.public());
    let verdict = |sql: &str| {
        let copy = scratch("copy-edited-again");
        std::fs::copy(&path, &copy).unwrap();
        let file = Connection::open(&copy).unwrap();
        let whole = format!("DROP TRIGGER audit_copied_is_append_only; {sql}");
        file.execute_batch(&whole).unwrap();
        drop(file);
        let verdicts = AuditFile::open(&copy).unwrap().verify_copies(key).unwrap();
        verdicts[0].verdict.ok
    };
    assert!(verdict(""));
    for sql in [
        "UPDATE audit_copied SET entry = replace(entry, 'cancel', 'execute') WHERE number = 2",
        "UPDATE audit_copied SET hash = zeroblob(32) WHERE number = 2",
        "DELETE FROM audit_copied WHERE number = 2",
        "DELETE FROM audit_copied WHERE number = 3",
        "DELETE FROM audit_copied WHERE number = 1",
        "UPDATE audit_copies SET number = 1",
        "UPDATE audit_copied_checkpoints SET signature = zeroblob(64)",
    ] {
        assert!(!verdict(sql), "{sql}");
    }
}

#[tokio::test]
async fn copies_go_with_their_age() {
    let path = scratch("copies-old");
    let here = lived(&path, identity(), None);
    let identity = here.identity.clone();
    let head = here.copy(2, "b", Head::EMPTY, Why::First, &[1, 2, 3]).await;
    let more = here.follow(told(head, &[4], &here.identity).0, head);
    let unsigned = Follows {
        checkpoints: Vec::new(),
        ..more
    };
    let put = here.store.copy_more(1, "b".to_owned(), unsigned).await;
    assert_eq!(put.unwrap(), 0);
    here.copy(3, "gone", Head::EMPTY, Why::First, &[1]).await;
    let forgotten = "UPDATE audit_copies SET heard_at = 0 WHERE name = 'gone'";
    here.store
        .change(move |file| file.execute(forgotten, []).map(drop))
        .await
        .unwrap();
    here.end();
    // Signed in 1970, so too old for this life; the last one is not signed.
    let here = lived(&path, identity, Some(Duration::from_secs(3600)));
    here.own(&[10]).await;
    let verdicts = here.audit.verify_copies().await.unwrap();
    let [left] = verdicts.as_slice() else {
        panic!("{verdicts:?}")
    };
    assert!(left.verdict.ok, "{left:?}");
    assert_eq!((left.verdict.first, left.verdict.last), (4, 4));
    let listed = here.listed(Query::default(), 5).await;
    assert_eq!(listed.iter().filter(|(of, _)| of == "b").count(), 1);
    // It goes on where it was.
    let (progress, copies) = here.store.copied(Uuid::from_u128(2)).await.unwrap();
    assert_eq!((progress.unwrap().head.number, copies), (4, 1));
    here.end();
}
