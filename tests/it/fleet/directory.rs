//! Claims, facts, firsts and watches.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::future::join_all;
use nexus::fleet::engine::LARGEST;
use nexus::fleet::{Card, EngineError, Epoch, FactKey, News, Put, Table};
use uuid::Uuid;

use super::swarm::{Member, Swarm, known, next_news, soon, until};

fn fact(key: &str) -> FactKey {
    FactKey {
        table: Table::Group,
        key: key.to_owned(),
    }
}

fn text(text: &str) -> Option<Bytes> {
    Some(Bytes::copy_from_slice(text.as_bytes()))
}

fn done(put: Put) -> u64 {
    match put {
        Put::Done(revision) => revision,
        Put::Changed => panic!("nobody else wrote it"),
    }
}

async fn claim(member: &Member, node: &str) -> Epoch {
    member.directory.claim(node, member.id).await.unwrap()
}

pub(super) async fn a_later_claim_has_a_larger_epoch(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let mut last = Epoch(0);
    for member in [a, a, b, a, b] {
        let epoch = claim(member, "node").await;
        assert!(epoch > last, "{epoch:?} after {last:?}");
        last = epoch;
    }
    a.directory.release("node", last).await.unwrap();
    assert!(
        claim(b, "node").await > last,
        "also when it was free in between"
    );
}

pub(super) async fn releasing_an_old_claim_changes_nothing(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let old = claim(a, "node").await;
    let new = claim(b, "node").await;
    a.directory.release("node", old).await.unwrap();
    a.directory.release("never heard of", old).await.unwrap();
    let (told, mut news) = known(&*c.directory).await;
    let held = News::Held {
        node: "node".to_owned(),
        by: b.id,
        epoch: new,
    };
    assert_eq!(told, [held]);
    b.directory.release("node", new).await.unwrap();
    let freed = next_news(&mut news, Some).await;
    assert_eq!(
        freed,
        News::Free {
            node: "node".to_owned(),
            epoch: new
        }
    );
    b.directory.release("node", new).await.unwrap();
    assert!(known(&*c.directory).await.0.is_empty());
}

pub(super) async fn a_fact_is_written_only_over_what_was_seen(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let key = fact("one");
    let put =
        async |member: &Member, value, seen| member.directory.put(&key, value, seen).await.unwrap();
    assert_eq!(
        put(a, text("stale"), 5).await,
        Put::Changed,
        "it is not there"
    );
    let first = done(put(a, text("1"), 0).await);
    assert_eq!(put(b, text("also first"), 0).await, Put::Changed);
    let second = done(put(b, text("2"), first).await);
    assert!(second > first);
    assert_eq!(put(a, text("3"), first).await, Put::Changed);
    assert_eq!(put(a, None, first).await, Put::Changed);
    let removed = done(put(a, None, second).await);
    assert!(removed > second);
    assert_eq!(put(b, text("over nothing"), second).await, Put::Changed);
    let third = done(put(b, text("3"), 0).await);
    let (told, _) = known(&*a.directory).await;
    assert_eq!(
        told,
        [News::Fact {
            key: key.clone(),
            value: text("3"),
            revision: third
        }]
    );
}

pub(super) async fn one_of_many_writes_at_once_goes_through(swarm: Swarm) {
    let key = fact("one");
    let writes = (0..30).map(|number| {
        let directory = &swarm.members[number % 3].directory;
        directory.put(&key, text(&number.to_string()), 0)
    });
    let written = join_all(writes).await;
    let done = written
        .iter()
        .filter(|put| matches!(put, Ok(Put::Done(_))))
        .count();
    assert_eq!(done, 1, "{written:?}");
    assert!(written.iter().all(Result::is_ok));
}

pub(super) async fn what_is_too_large_is_refused(swarm: Swarm) {
    let (a, ..) = swarm.three();
    let key = fact("k");
    let large = |bytes| Some(Bytes::from(vec![7; bytes]));
    let refused = a.directory.put(&key, large(LARGEST), 0).await;
    assert_eq!(
        refused,
        Err(EngineError::TooLarge(LARGEST)),
        "with its key it does not fit"
    );
    done(a.directory.put(&key, large(LARGEST - 1), 0).await.unwrap());
}

pub(super) async fn exactly_one_of_fifty_is_first(swarm: Swarm) {
    let ask = |keep| {
        let members = swarm.members.iter().cycle().take(50);
        join_all(members.map(move |member| member.directory.first("every day at nine", keep)))
    };
    let first = |answers: Vec<Result<bool, EngineError>>| {
        answers
            .into_iter()
            .map(Result::unwrap)
            .filter(|first| *first)
            .count()
    };
    assert_eq!(first(ask(Duration::from_hours(1)).await), 1);
    assert_eq!(first(ask(Duration::from_hours(1)).await), 0, "nor later");
    let other = &swarm.members[2].directory;
    assert!(
        other
            .first("every day at ten", Duration::from_secs(1))
            .await
            .unwrap()
    );
    until(|| async {
        other
            .first("every day at ten", Duration::from_secs(1))
            .await
            .unwrap()
            .then_some(())
    })
    .await;
}

pub(super) async fn everybody_sees_the_same_order(swarm: Swarm) {
    let mut watches = Vec::new();
    for member in &swarm.members {
        let (told, news) = known(&*member.directory).await;
        assert!(told.is_empty());
        watches.push(news);
    }
    let work = swarm.members.iter().map(async |member| {
        for round in 0..20 {
            claim(member, "fought over").await;
            claim(member, &format!("node {round}")).await;
            let key = fact(&format!("{} {round}", member.id.0));
            done(member.directory.put(&key, text("x"), 0).await.unwrap());
        }
    });
    join_all(work).await;
    done(
        swarm.members[0]
            .directory
            .put(&fact("the end"), text(""), 0)
            .await
            .unwrap(),
    );
    let mut orders = Vec::new();
    for mut news in watches {
        let mut order = Vec::new();
        loop {
            let told = soon(news.next()).await.unwrap();
            assert_ne!(told, News::UpToDate, "that is said once");
            let over = matches!(&told, News::Fact { key, .. } if key.key == "the end");
            order.push(told);
            if over {
                break;
            }
        }
        orders.push(order);
    }
    for order in &orders {
        // What was written over at once need not be told; what stands is.
        assert_eq!(last_of_each(order), last_of_each(&orders[0]));
        assert_eq!(last_of_each(order).len(), 82);
        let both = |one: &[News], other: &[News]| {
            one.iter()
                .filter(|news| other.contains(news))
                .cloned()
                .collect::<Vec<_>>()
        };
        assert!(both(order, &orders[0]) == both(&orders[0], order));
        let mut epochs = Vec::new();
        for news in order {
            if let News::Held { node, epoch, .. } = news
                && node == "fought over"
            {
                epochs.push(*epoch);
            }
        }
        assert!(
            epochs.is_sorted_by(|a, b| a < b),
            "epochs grow in the order that everybody sees"
        );
    }
}

/// How everything stands after all this news.
fn last_of_each(order: &[News]) -> BTreeMap<String, &News> {
    let named = order.iter().map(|news| match news {
        News::Held { node, .. } => (node.clone(), news),
        News::Fact { key, .. } => (key.key.clone(), news),
        News::Instance(_) | News::Left(_) | News::Free { .. } | News::UpToDate => {
            panic!("nobody did this: {news:?}")
        }
    });
    named.collect()
}

pub(super) async fn a_late_watcher_is_told_what_is_and_not_what_was(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let facts = (0..1500).map(|number| async move {
        let key = fact(&number.to_string());
        let first = done(a.directory.put(&key, text("old"), 0).await.unwrap());
        if number % 3 == 0 {
            done(b.directory.put(&key, None, first).await.unwrap());
        }
    });
    futures_util::stream::iter(facts)
        .buffer_unordered(50)
        .collect::<Vec<_>>()
        .await;
    let held = claim(a, "held").await;
    let freed = claim(a, "freed").await;
    a.directory.release("freed", freed).await.unwrap();
    let (told, _) = known(&*c.directory).await;
    let facts = told
        .iter()
        .filter(|news| matches!(news, News::Fact { value: Some(_), .. }));
    assert_eq!(facts.count(), 1000);
    assert_eq!(told.len(), 1001, "and one node");
    assert!(told.contains(&News::Held {
        node: "held".to_owned(),
        by: a.id,
        epoch: held
    }));
}

pub(super) async fn keys_are_any_text(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let long = "ź".repeat(5000);
    let odd = [
        "",
        " ",
        ".",
        "*",
        ">",
        "a.b",
        "węzeł/№1\n",
        "$JS.API",
        "a\0b",
        "..",
        &long,
    ];
    for key in odd {
        claim(a, key).await;
        done(a.directory.put(&fact(key), text(key), 0).await.unwrap());
        assert!(
            a.directory
                .first(key, Duration::from_mins(1))
                .await
                .unwrap(),
            "{key:?}"
        );
    }
    let (told, _) = known(&*b.directory).await;
    for key in odd {
        let held = told
            .iter()
            .any(|news| matches!(news, News::Held { node, .. } if node == key));
        let written = told
            .iter()
            .any(|news| matches!(news, News::Fact { key: told, value, .. } if *told == fact(key) && *value == text(key)));
        assert!(held && written, "{key:?}");
    }
    assert_eq!(told.len(), 2 * odd.len());
}

pub(super) async fn cards_come_and_go(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let mut card = Card {
        id: a.id,
        name: "pierwszy".to_owned(),
        addresses: vec!["[::1]:443".to_owned()],
        version: "0.1.0".to_owned(),
        life: Uuid::new_v4(),
        sessions: 3,
        watches: false,
        posts: false,
        beat: 0,
        audit: None,
    };
    let (_, mut news) = known(&*b.directory).await;
    a.directory.beat(&card).await.unwrap();
    assert_eq!(
        next_news(&mut news, Some).await,
        News::Instance(card.clone())
    );
    card.sessions = 4;
    a.directory.beat(&card).await.unwrap();
    assert_eq!(
        next_news(&mut news, Some).await,
        News::Instance(card.clone())
    );
    assert_eq!(known(&*b.directory).await.0, [News::Instance(card.clone())]);
    a.directory.leave(a.id).await.unwrap();
    assert_eq!(next_news(&mut news, Some).await, News::Left(a.id));
    assert!(known(&*b.directory).await.0.is_empty());
    a.directory.beat(&card).await.unwrap();
    assert_eq!(
        next_news(&mut news, Some).await,
        News::Instance(card),
        "it may come back"
    );
}
