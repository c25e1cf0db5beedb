//! Against real sockets: what arrives, what is tried again, what is given up, and that a storm is few requests. The nodes' side
//! of it, from lost connections to causes, is in the system tests.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::DropGuard;
use uuid::Uuid;

use super::*;
use crate::alerts::{Cause, Condition, Likely, Severity};

/// What a server does with each request, in order; the last one for all that follow.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Status(u16),
    /// It takes the request and says nothing.
    Hang,
    /// It answers 200 and then never stops.
    Flood,
    /// A head without an end.
    Heads,
    /// No HTTP at all.
    Noise,
    /// It sends to another path of its own.
    Redirect,
}

struct Heard {
    head: String,
    body: Value,
}

struct Hub {
    webhook: Webhook,
    heard: mpsc::UnboundedReceiver<Heard>,
    metrics: Arc<Metrics>,
    _stop: DropGuard,
}

const PATIENCE: Patience = Patience {
    settle: Duration::from_millis(20),
    answer: Duration::from_millis(400),
    again: [Duration::from_millis(10), Duration::from_millis(20)],
};

async fn hub(answers: &[Answer]) -> Hub {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (tell, heard) = mpsc::unbounded_channel();
    let answers = answers.to_vec();
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answers[number.min(answers.len() - 1)];
            number += 1;
            tokio::spawn(serve(stream, answer, tell.clone()));
        }
    });
    let hook = format!("http://{at}/hooks/s3cret?key=s3cret");
    running(hook.parse().unwrap(), heard)
}

fn running(hook: Hook, heard: mpsc::UnboundedReceiver<Heard>) -> Hub {
    let webhook = Webhook::new(Some(hook));
    let metrics = Arc::new(Metrics::default());
    let stopping = CancellationToken::new();
    let (find, tell) = (webhook.clone(), webhook.clone());
    tokio::spawn(find.find(PATIENCE, Arc::clone(&metrics), stopping.clone()));
    let name = "home".to_owned();
    tokio::spawn(tell.tell(name, PATIENCE, Arc::clone(&metrics), stopping.clone()));
    Hub {
        webhook,
        heard,
        metrics,
        _stop: stopping.drop_guard(),
    }
}

async fn serve(mut stream: TcpStream, answer: Answer, tell: mpsc::UnboundedSender<Heard>) {
    let mut text = Vec::new();
    let (head, body) = loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.unwrap_or_default();
        if count == 0 {
            return;
        }
        text.extend(&piece[..count]);
        let read = String::from_utf8(text.clone()).unwrap();
        let Some((head, body)) = read.split_once("\r\n\r\n") else {
            continue;
        };
        if let Ok(body) = serde_json::from_str(body) {
            break (head.to_owned(), body);
        }
    };
    drop(tell.send(Heard { head, body }));
    let head = match answer {
        Answer::Status(status) => format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n"),
        Answer::Redirect => {
            "HTTP/1.1 307 X\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".to_owned()
        }
        Answer::Noise => "SSH-2.0-OpenSSH_9.9\r\n".to_owned(),
        Answer::Hang => String::new(),
        Answer::Flood => "HTTP/1.1 200 X\r\ncontent-length: 99999999999\r\n\r\n".to_owned(),
        Answer::Heads => "HTTP/1.1 200 X\r\n".to_owned(),
    };
    let mut sent = stream.write_all(head.as_bytes()).await;
    let more: &[u8] = match answer {
        Answer::Flood => &[b'x'; 64 * 1024],
        Answer::Heads => b"x-more: of the same\r\n",
        Answer::Hang => &[],
        Answer::Status(_) | Answer::Redirect | Answer::Noise => return,
    };
    while sent.is_ok() {
        if more.is_empty() {
            // Until the other side goes.
            sent = stream.read_u8().await.map(drop);
        } else {
            sent = stream.write_all(more).await;
        }
    }
}

fn cause(key: &str, nodes: u32) -> Cause {
    Cause {
        key: key.to_owned(),
        rule: Uuid::from_u128(1),
        name: "No connection".into(),
        condition: Condition::Offline,
        severity: Severity::Critical,
        likely: Likely::Many,
        title: "No connection".into(),
        place: "Paris".into(),
        hint: None,
        since: SystemTime::UNIX_EPOCH,
        latest: SystemTime::UNIX_EPOCH,
        touched: SystemTime::UNIX_EPOCH,
        alerts: (0..nodes)
            .map(|node| Uuid::from_u128(node.into()))
            .collect(),
        nodes: (0..nodes).collect(),
        sites: vec!["Paris".into()],
        subject: None,
        owner: None,
        acknowledged: false,
        muted_until: None,
    }
}

impl Hub {
    fn board(&self, causes: impl IntoIterator<Item = Cause>) {
        self.webhook.board(Arc::new(Board {
            causes: causes.into_iter().collect(),
            ..Board::default()
        }));
    }

    /// What fired before is known, and the finder waits for news.
    async fn settled(&self, causes: impl IntoIterator<Item = Cause>) {
        self.board(causes);
        while self.webhook.inner.board.receiver_count() == 0 {
            tokio::task::yield_now().await;
        }
    }

    async fn hear(&mut self) -> Heard {
        let heard = tokio::time::timeout(Duration::from_secs(20), self.heard.recv()).await;
        heard.expect("in time").expect("a server")
    }

    async fn until(&self, is_so: impl Fn(&Delivery) -> bool) -> Delivery {
        let asked = async {
            loop {
                let delivery = self.webhook.delivery();
                if is_so(&delivery) {
                    return delivery;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let asked = tokio::time::timeout(Duration::from_secs(20), asked).await;
        asked.expect("it becomes so in time")
    }
}

#[tokio::test]
async fn a_cause_that_opens_and_closes_is_posted_twice_with_all_that_one_needs() {
    let mut hub = hub(&[Answer::Status(204)]).await;
    hub.settled([cause("known", 1)]).await;
    hub.board([cause("known", 1), cause("r/site/paris", 1_000)]);
    let opened = hub.hear().await;
    assert!(
        opened
            .head
            .starts_with("POST /hooks/s3cret?key=s3cret HTTP/1.1"),
        "{}",
        opened.head
    );
    let body = opened.body;
    assert_eq!(
        (&body["event"], &body["nexus"]),
        (&"opened".into(), &"home".into())
    );
    assert_eq!(body["text"], "No connection (Paris)");
    assert_eq!(body["cause"]["key"], "r/site/paris");
    assert_eq!(body["cause"]["nodes"], 1_000);
    assert_eq!(body["cause"]["severity"], "critical");
    hub.board([cause("known", 1)]);
    let closed = hub.hear().await.body;
    assert_eq!(
        (&closed["event"], &closed["cause"]["key"]),
        (&"closed".into(), &"r/site/paris".into())
    );
    let delivery = hub.until(|one| one.delivered == 2).await;
    assert_eq!((delivery.failed, delivery.trouble), (0, None));
    assert!(
        hub.metrics
            .text()
            .contains("nexus_alert_webhook_messages_total{outcome=\"delivered\"} 2")
    );
}

#[tokio::test]
async fn what_fails_for_a_moment_is_tried_again_with_the_same_id() {
    let mut hub = hub(&[Answer::Status(500), Answer::Noise, Answer::Status(200)]).await;
    hub.settled([]).await;
    hub.board([cause("a", 1)]);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let heard = hub.hear().await;
        let id = heard.body["id"].as_str().unwrap().to_owned();
        assert!(
            heard.head.contains(&format!("idempotency-key: {id}")),
            "{}",
            heard.head
        );
        ids.push(id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let delivery = hub.until(|one| one.delivered == 1).await;
    assert_eq!((delivery.failed, delivery.trouble), (0, None));
}

#[tokio::test]
async fn a_server_that_hangs_floods_or_talks_nonsense_costs_three_tries_and_is_told() {
    for (answer, tries, why) in [
        (Answer::Hang, 3, "no answer within"),
        (Answer::Heads, 3, "does not speak HTTP"),
        (Answer::Noise, 3, "does not speak HTTP"),
        (Answer::Status(503), 3, "it answers 503"),
        (Answer::Status(404), 1, "nobody takes it there"),
        (Answer::Status(401), 1, "it answers 401"),
        (Answer::Redirect, 1, "that is not followed"),
    ] {
        let mut hub = hub(&[answer]).await;
        hub.settled([]).await;
        hub.board([cause("a", 1)]);
        let delivery = hub.until(|one| one.failed == 1).await;
        let trouble = delivery.trouble.unwrap();
        assert!(trouble.why.contains(why), "{answer:?}: {}", trouble.why);
        let mut asked = 0;
        while hub.heard.try_recv().is_ok() {
            asked += 1;
        }
        assert_eq!(asked, tries, "{answer:?}");
        assert!(
            hub.metrics
                .text()
                .contains("messages_total{outcome=\"failed\"} 1")
        );
        assert!(!format!("{:?}", hub.webhook).contains("s3cret"));
    }
}

#[tokio::test]
async fn of_a_huge_answer_only_the_first_line_counts_and_the_next_is_told_too() {
    let mut hub = hub(&[Answer::Flood]).await;
    hub.settled([]).await;
    hub.board([cause("a", 1)]);
    hub.hear().await;
    hub.until(|one| one.delivered == 1).await;
    hub.board([]);
    assert_eq!(hub.hear().await.body["event"], "closed");
    hub.until(|one| one.delivered == 2).await;
}

#[tokio::test]
async fn nobody_listens_and_that_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = free.local_addr().unwrap();
    drop(free);
    let (_, heard) = mpsc::unbounded_channel();
    let hub = running(format!("http://{at}/s3cret").parse().unwrap(), heard);
    hub.settled([]).await;
    hub.board([cause("a", 1)]);
    let delivery = hub.until(|one| one.failed == 1).await;
    assert!(delivery.trouble.unwrap().why.contains("cannot connect"));
}

#[tokio::test]
async fn what_is_too_much_is_dropped_oldest_first_and_counted() {
    let mut hub = hub(&[Answer::Hang]).await;
    hub.settled([]).await;
    let many = 1_000;
    hub.board((0..many).map(|number| cause(&format!("{number:04}"), 1)));
    let delivery = hub.until(|one| one.dropped > 0).await;
    assert!(delivery.waiting <= QUEUE);
    assert!(delivery.dropped >= many - QUEUE as u64 - 1, "{delivery:?}");
    hub.hear().await;
    // Another address begins with nothing of that, and with a first message.
    let mut other = super::tests::hub(&[Answer::Status(200)]).await;
    let there = other.webhook.inner.hook.borrow().clone();
    hub.webhook.set(there, true);
    assert_eq!(other.hear().await.body["event"], "set_up");
    let delivery = hub.until(|one| one.delivered == 1).await;
    assert_eq!(
        (delivery.dropped, delivery.waiting, delivery.failed),
        (0, 0, 0)
    );
    // And none is told nothing.
    hub.webhook.set(None, true);
    hub.board([cause("b", 1)]);
    tokio::time::sleep(PATIENCE.settle * 4).await;
    assert!(other.heard.try_recv().is_err());
    let nothing = Delivery {
        ours: true,
        ..Delivery::default()
    };
    assert_eq!(hub.webhook.delivery(), nothing);
}

#[tokio::test]
async fn what_another_one_was_to_tell_is_told_when_that_one_is_gone() {
    let mut hub = hub(&[Answer::Status(200)]).await;
    hub.settled([]).await;
    hub.webhook.duty(false);
    hub.board([cause("a", 1)]);
    tokio::time::sleep(PATIENCE.settle * 4).await;
    assert!(hub.heard.try_recv().is_err(), "it is another one's turn");
    assert!(!hub.webhook.delivery().ours);
    hub.webhook.duty(true);
    assert_eq!(hub.hear().await.body["cause"]["key"], "a");
    // It took over what was not over, too.
    hub.board([]);
    assert_eq!(hub.hear().await.body["event"], "closed");
}

#[test]
fn news_is_what_nobody_was_told_yet() {
    let now = SystemTime::UNIX_EPOCH;
    let board = |causes: &[Cause], more| Board {
        causes: causes.to_vec(),
        more,
        ..Board::default()
    };
    let mut muted = cause("muted", 1);
    muted.muted_until = Some(now);
    let mut news = News::known(&board(&[cause("a", 1)], 0));
    let mut told = |causes: &[Cause], more| {
        let messages = news.compare(&board(causes, more), now);
        let bodies = messages.iter().map(|one| one.body("n"));
        let bodies = bodies.map(|body| serde_json::from_str::<Value>(&body).unwrap());
        let told = bodies.map(|body| {
            format!(
                "{} {}",
                body["event"].as_str().unwrap(),
                body["cause"]["key"].as_str().unwrap()
            )
        });
        told.collect::<Vec<_>>()
    };
    assert!(told(&[cause("a", 1), muted.clone()], 0).is_empty());
    // It grows, and stays the same cause.
    assert!(told(&[cause("a", 900), muted], 0).is_empty());
    assert_eq!(
        told(&[cause("a", 900), cause("muted", 1)], 0),
        ["opened muted"]
    );
    // Muted after it was told: its end is told.
    let mut a = cause("a", 900);
    a.muted_until = Some(now);
    assert!(told(&[a, cause("muted", 1)], 0).is_empty());
    // A board that leaves some out says nothing of their end.
    assert_eq!(told(&[cause("b", 1)], 3), ["opened b"]);
    assert_eq!(told(&[cause("b", 1)], 0), ["closed a", "closed muted"]);
}
