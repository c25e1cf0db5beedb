//! Instances that are played and tell of their audit logs what they like: nothing without proof is written down, and what was
//! stays.

use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use nexus::audit::{Digest, Head};
use nexus::fleet::{Bus, Card, Directory, InstanceId, local};
use serde_json::{Value, json};
use system_tests::{a_moment, eventually};
use uuid::Uuid;

use crate::sharing::instance;
use crate::sharing_audit::{listed, page, refused, until_copied};

/// An instance that is played, and what it was asked.
struct Played {
    card: Card,
    seat: local::Seat,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Played {
    async fn begin(
        engine: &local::Engine,
        audit: Option<u64>,
        answer: impl Fn(&Value) -> Value + Send + 'static,
    ) -> Self {
        let id = InstanceId(Uuid::new_v4());
        let seat = engine.seat(id);
        let mut letters = seat.listen().await.unwrap();
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let heard = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Some(inbound) = letters.next().await {
                let letter: Value = serde_json::from_slice(&inbound.message).unwrap_or_default();
                let question = letter["question"].clone();
                let is_about = question["asks"].as_str().unwrap_or_default();
                let reply = if is_about.starts_with("audit") {
                    let reply = answer(&question);
                    heard.lock().unwrap().push(question);
                    reply
                } else {
                    json!({"reply": "unknown"})
                };
                if let Some(answer) = inbound.answer {
                    answer(reply.to_string().into()).await;
                }
            }
        });
        let card = Card {
            id,
            name: "played".to_owned(),
            addresses: Vec::new(),
            version: "0.0.1".to_owned(),
            life: Uuid::new_v4(),
            sessions: 0,
            audit,
            watches: false,
            posts: false,
            beat: 0,
        };
        seat.beat(&card).await.unwrap();
        Self { card, seat, asked }
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// It says that it has so many entries.
    async fn says(&mut self, audit: u64) {
        self.card.audit = Some(audit);
        self.seat.beat(&self.card).await.unwrap();
    }
}

/// So many entries with their hashes.
fn chain(length: u64) -> Vec<(Digest, Value)> {
    let mut head = Head::EMPTY;
    let entry = move |number| {
        let at = "2026-01-01T00:00:00.000000Z";
        let entry = json!({"number": number, "at": at, "action": "cancel"});
        head = head.extended(&entry.to_string());
        (head.hash, entry)
    };
    (1..=length).map(entry).collect()
}

/// How an honest instance answers whose log this is.
fn honest(log: &[(Digest, Value)], question: &Value) -> Value {
    let after = usize::try_from(question["after"].as_u64().unwrap()).unwrap();
    let nothing = Head::EMPTY.hash;
    let at = match after {
        0 => Some(nothing),
        _ => log.get(after - 1).map(|(hash, _)| *hash),
    };
    let rows = log.iter().skip(after);
    let rows: Vec<_> = match question["only_where"].as_bool() {
        Some(true) => Vec::new(),
        _ => rows
            .map(|(hash, entry)| json!({"hash": hash, "text": entry}))
            .collect(),
    };
    json!({"reply": "told", "told": {"begin": [0, nothing], "last": log.len(), "at": at, "rows": rows,
        "checkpoints": []}})
}

#[tokio::test]
async fn who_is_of_an_older_version_is_not_asked_and_no_trouble() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let older = Played::begin(&engine, None, |_| json!({"reply": "unknown"})).await;
    // It says that it has a log, and then does not know the question.
    let odd = Played::begin(&engine, Some(3), |_| json!({"reply": "unknown"})).await;
    let there = instance(&engine, "there").await;
    refused(&there, "x").await;
    until_copied(&here, &there).await;
    eventually("it was asked", || async { (odd.count() > 0).then_some(()) }).await;
    assert_eq!(older.count(), 0);
    assert_eq!(listed(&here, "instance=played", 5).await, []);
}

#[tokio::test]
async fn what_an_instance_says_without_proof_is_not_written_and_what_was_stays() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let log = Arc::new(Mutex::new(chain(5)));
    let told = Arc::clone(&log);
    let answer = move |question: &Value| honest(&told.lock().unwrap(), question);
    let mut played = Played::begin(&engine, Some(5), answer).await;
    let all = |numbers: &[u64]| {
        let named = numbers.iter().map(|number| ("played".to_owned(), *number));
        named.collect::<Vec<_>>()
    };
    let is_listed = async |numbers: &[u64]| {
        eventually("its log is copied", || async {
            (listed(&here, "instance=played", 3).await == all(numbers)).then_some(())
        })
        .await;
    };
    is_listed(&[5, 4, 3, 2, 1]).await;
    // From the third on it is another one, with hashes that fit.
    let mut other = chain(2);
    let mut head = Head {
        number: 2,
        hash: other[1].0,
    };
    for number in 3..=6 {
        let entry =
            json!({"number": number, "at": "2026-01-02T00:00:00.000000Z", "action": "stop_fleet"});
        head = head.extended(&entry.to_string());
        other.push((head.hash, entry));
    }
    *log.lock().unwrap() = other.clone();
    played.says(6).await;
    is_listed(&[6, 5, 4, 3, 5, 4, 3, 2, 1]).await;
    let diverged = page(&here, "action=audit_diverged").await;
    let entry = &diverged["entries"][0]["entry"];
    assert_eq!(
        entry["detail"],
        json!({"instance": "played", "number": 3}),
        "{diverged}"
    );
    assert_eq!(entry["subject"], json!([played.card.id]));
    // Then one is edited and its hash is left, and it goes on.
    for number in 7..=9 {
        let entry =
            json!({"number": number, "at": "2026-01-03T00:00:00.000000Z", "action": "cancel"});
        head = head.extended(&entry.to_string());
        other.push((head.hash, entry));
    }
    other[7].1["action"] = json!("execute");
    *log.lock().unwrap() = other;
    played.says(9).await;
    is_listed(&[9, 7, 6, 5, 4, 3, 5, 4, 3, 2, 1]).await;
    let diverged = page(&here, "action=audit_diverged").await;
    assert_eq!(
        diverged["entries"].as_array().unwrap().len(),
        2,
        "each is told once"
    );
    let (_, verdict) = here.get("/api/v1/audit/verify").await;
    let copies = verdict["copies"].as_array().unwrap();
    let why: Vec<_> = copies.iter().map(|copy| copy["why"].clone()).collect();
    assert_eq!(why, ["first", "diverged", "misfit"], "{verdict}");
    assert!(
        copies.iter().all(|copy| copy["ok"] == json!(true)),
        "{verdict}"
    );
}

#[tokio::test]
async fn who_never_says_the_same_twice_fills_no_disk() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let turn = Mutex::new(0_u64);
    let answer = move |question: &Value| {
        let mut turn = turn.lock().unwrap();
        *turn += 1;
        let entry = json!({"number": 1, "turn": *turn});
        let hash = Head::EMPTY.extended(&entry.to_string()).hash;
        let mut answer = honest(&[(hash, entry)], question);
        // There always is more to ask for.
        answer["told"]["last"] = json!(9);
        answer
    };
    let mut played = Played::begin(&engine, Some(9), answer).await;
    let copies = async || {
        let (_, verdict) = here.get("/api/v1/audit/verify").await;
        verdict["copies"].as_array().map_or(0, Vec::len)
    };
    eventually("that is enough", || async {
        (copies().await == 16).then_some(())
    })
    .await;
    played.says(10).await;
    a_moment().await;
    assert_eq!(copies().await, 16);
    refused(&here, "still").await;
}

#[tokio::test]
async fn nonsense_is_no_trouble() {
    let engine = local::Engine::default();
    let here = instance(&engine, "here").await;
    let there = instance(&engine, "there").await;
    let hash = Digest([7; 32]);
    let answers = [
        json!({"reply": "told", "told": 7}),
        json!({"reply": "told", "told": {}}),
        json!({"reply": "told", "told": {"begin": [u64::MAX, hash], "last": u64::MAX, "rows": [], "checkpoints": []}}),
        json!({"reply": "told", "told": {"begin": [5, hash], "last": 1, "rows": [], "checkpoints": []}}),
        json!({"reply": "told", "told": {"begin": [0, hash], "last": u64::MAX / 4096, "at": hash,
            "rows": [{"hash": hash}], "checkpoints": []}}),
        json!({"reply": "told", "told": {"begin": [0, hash], "last": 9, "at": hash, "rows": [{"hash": hash, "text": null}],
            "checkpoints": [{"number": 1}]}}),
        json!({"reply": "not_here"}),
        json!({"reply": "failed", "why": "x"}),
        json!([]),
    ];
    for answer in answers {
        let mut played = Played::begin(&engine, Some(4), move |_| answer.clone()).await;
        eventually("it was asked", || async {
            (played.count() > 0).then_some(())
        })
        .await;
        played.says(u64::MAX).await;
    }
    refused(&there, "after-it-all").await;
    until_copied(&here, &there).await;
    let (_, verdict) = here.get("/api/v1/audit/verify").await;
    assert_eq!(verdict["ok"], json!(true), "{verdict}");
}
