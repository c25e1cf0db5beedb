//! Requests and what is told to all.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::BoxStream;
use nexus::fleet::engine::LARGEST;
use nexus::fleet::{EngineError, Inbound, InstanceId};
use uuid::Uuid;

use super::swarm::{Member, Swarm, soon};

/// More than any test lasts.
const LONG: Duration = Duration::from_hours(1);

async fn listen(member: &Member) -> BoxStream<'static, Inbound> {
    member.bus.listen().await.unwrap()
}

async fn ask(from: &Member, to: &Member, message: &'static str) -> Result<Bytes, EngineError> {
    soon(
        from.bus
            .request(to.id, Bytes::from_static(message.as_bytes()), LONG),
    )
    .await
}

/// Answers everything with what it was asked.
fn echo(mut heard: BoxStream<'static, Inbound>) {
    tokio::spawn(async move {
        while let Some(inbound) = heard.next().await {
            if let Some(answer) = inbound.answer {
                answer(inbound.message).await;
            }
        }
    });
}

pub(super) async fn asking_nobody_fails_at_once(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let nobody = InstanceId(Uuid::new_v4());
    assert_eq!(
        soon(a.bus.request(nobody, Bytes::new(), LONG)).await,
        Err(EngineError::NoOne)
    );
    assert_eq!(
        ask(a, b, "?").await,
        Err(EngineError::NoOne),
        "it does not listen yet"
    );
    echo(listen(b).await);
    assert_eq!(ask(a, b, "?").await.unwrap(), "?");
    assert_eq!(ask(b, b, "myself").await.unwrap(), "myself");
}

pub(super) async fn who_is_silent_times_out_and_a_late_answer_goes_nowhere(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let mut heard = listen(b).await;
    let first = a.bus.request(
        b.id,
        Bytes::from_static(b"first"),
        Duration::from_millis(300),
    );
    assert_eq!(first.await, Err(EngineError::TimedOut));
    let late = soon(heard.next()).await.unwrap();
    assert_eq!(late.message, "first", "it may have heard");
    let (answer, ()) = tokio::join!(ask(a, b, "second"), async {
        late.answer.unwrap()(Bytes::from_static(b"to the first")).await;
        let second = soon(heard.next()).await.unwrap();
        second.answer.unwrap()(Bytes::from_static(b"to the second")).await;
    });
    assert_eq!(answer.unwrap(), "to the second");
    let (dropped, ()) = tokio::join!(
        a.bus.request(
            b.id,
            Bytes::from_static(b"third"),
            Duration::from_millis(300)
        ),
        async { drop(soon(heard.next()).await) }
    );
    assert_eq!(
        dropped,
        Err(EngineError::TimedOut),
        "thrown away is not answered"
    );
}

pub(super) async fn what_is_too_large_is_not_said(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let mut heard = listen(b).await;
    let large = |bytes| Bytes::from(vec![7; bytes]);
    let refused = Err(EngineError::TooLarge(LARGEST));
    assert_eq!(
        soon(a.bus.request(b.id, large(LARGEST + 1), LONG)).await,
        refused
    );
    assert_eq!(
        a.bus.tell(large(LARGEST + 1)).await,
        Err(EngineError::TooLarge(LARGEST))
    );
    let (answer, ()) = tokio::join!(soon(a.bus.request(b.id, large(LARGEST), LONG)), async {
        let inbound = soon(heard.next()).await.unwrap();
        assert_eq!(
            inbound.message.len(),
            LARGEST,
            "the large ones were not heard, the largest is"
        );
        inbound.answer.unwrap()(large(LARGEST)).await;
    });
    assert_eq!(answer.unwrap().len(), LARGEST);
    let (answer, ()) = tokio::join!(soon(a.bus.request(b.id, large(1), LONG)), async {
        let inbound = soon(heard.next()).await.unwrap();
        inbound.answer.unwrap()(large(LARGEST + 1)).await;
    });
    assert_eq!(answer, refused, "nor as an answer");
}

pub(super) async fn what_is_told_comes_in_order_to_all_others(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    let mut own = listen(a).await;
    let mut others = [listen(b).await, listen(c).await];
    for number in 0..1000_u32 {
        a.bus
            .tell(Bytes::copy_from_slice(&number.to_be_bytes()))
            .await
            .unwrap();
    }
    for heard in &mut others {
        for number in 0..1000_u32 {
            let inbound = soon(heard.next()).await.unwrap();
            assert_eq!(inbound.message[..], number.to_be_bytes());
            assert!(inbound.answer.is_none(), "nobody waits for an answer");
        }
    }
    b.bus.tell(Bytes::from_static(b"hello")).await.unwrap();
    assert_eq!(
        soon(own.next()).await.unwrap().message,
        "hello",
        "and nothing of what it said itself"
    );
}

pub(super) async fn every_request_gets_its_own_answer(swarm: Swarm) {
    let (a, b, c) = swarm.three();
    echo(listen(b).await);
    echo(listen(c).await);
    let asks = (0..300_u32).map(|number| async move {
        let (from, to) = if number % 2 == 0 { (a, b) } else { (b, c) };
        let message = Bytes::copy_from_slice(&number.to_be_bytes());
        assert_eq!(
            soon(from.bus.request(to.id, message.clone(), LONG))
                .await
                .unwrap(),
            message
        );
    });
    join_all(asks).await;
}

pub(super) async fn listening_again_ends_what_was_before(swarm: Swarm) {
    let (a, b, _) = swarm.three();
    let mut before = listen(b).await;
    let after = listen(b).await;
    assert!(soon(before.next()).await.is_none());
    echo(after);
    assert_eq!(ask(a, b, "?").await.unwrap(), "?");
}
