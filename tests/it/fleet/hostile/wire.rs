//! The thief on the bus: what is said again, forged, or sealed with another key. Not here: what the engine keeps, see `hostile`.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use nexus::fleet::seal::SwarmKey;
use nexus::fleet::{Bus, Directory, EngineError, InstanceId};
use uuid::Uuid;

use super::{Scene, known, seat, seat_directory, soon, text, write};

#[tokio::test]
async fn a_request_is_heard_once_and_only_by_whom_it_was_for() {
    let scene = Scene::set().await;
    let mut heard = scene.b.1.listen().await.unwrap();
    let mut others = scene.a.1.listen().await.unwrap();
    let asking = async {
        let (answer, ()) = tokio::join!(
            scene
                .a
                .1
                .request(scene.b.0, text("rm -r"), Duration::from_secs(60)),
            async {
                let inbound = soon(heard.next()).await.unwrap();
                inbound.answer.unwrap()(text("done")).await;
            }
        );
        assert_eq!(answer.unwrap(), "done");
    };
    let asked = scene.overhear("nexus.i.*", asking).await;
    let told = scene
        .overhear("nexus.all", async {
            scene.a.1.tell(text("told")).await.unwrap()
        })
        .await;
    for subject in [
        &*asked.subject,
        &format!("nexus.i.{}", scene.a.0.0),
        "nexus.all",
    ] {
        scene
            .thief
            .publish(subject.to_owned(), asked.payload.clone())
            .await
            .unwrap();
        scene
            .thief
            .publish(subject.to_owned(), told.payload.clone())
            .await
            .unwrap();
        scene
            .thief
            .publish(subject.to_owned(), text("garbage"))
            .await
            .unwrap();
    }
    scene.thief.flush().await.unwrap();
    assert_eq!(soon(heard.next()).await.unwrap().message, "told");
    scene.b.1.tell(text("the end")).await.unwrap();
    scene.a.1.tell(text("the end")).await.unwrap();
    assert_eq!(soon(heard.next()).await.unwrap().message, "the end");
    assert_eq!(soon(others.next()).await.unwrap().message, "the end");
    soon(async {
        while scene.b.1.refused() < 6 {
            assert!(
                heard.next().now_or_never().is_none(),
                "all of it is refused"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(scene.b.1.refused(), 6);
}

#[tokio::test]
async fn a_forged_answer_is_no_answer() {
    let scene = Scene::set().await;
    let mut caught = scene.eavesdrop(&format!("nexus.i.{}", scene.b.0.0)).await;
    let asking = scene
        .a
        .1
        .request(scene.b.0, text("may I?"), Duration::from_secs(60));
    let (answer, ()) = tokio::join!(asking, async {
        let message = soon(caught.next()).await.unwrap();
        scene
            .thief
            .publish(message.reply.unwrap(), text("yes"))
            .await
            .unwrap();
        scene.thief.flush().await.unwrap();
    });
    assert!(matches!(answer, Err(EngineError::Forged(_))), "{answer:?}");
}

#[tokio::test]
async fn a_swarm_of_the_same_name_with_another_key_is_another_swarm() {
    let scene = Scene::set().await;
    let stranger = InstanceId(Uuid::new_v4());
    let theirs = seat(&scene.server, stranger, &SwarmKey::new([8; 32])).await;
    let mut heard = scene.b.1.listen().await.unwrap();
    scene.a.1.claim("node", scene.a.0).await.unwrap();
    write(&scene.a.1, "t", "secret", 0).await;
    assert!(known(seat_directory(&theirs)).await.0.is_empty());
    theirs.claim("node", stranger).await.unwrap();
    assert_eq!(
        known(seat_directory(&scene.b.1)).await.0.len(),
        2,
        "ours are untouched"
    );
    let answer = theirs
        .request(scene.b.0, text("hello"), Duration::from_millis(300))
        .await;
    assert_eq!(answer, Err(EngineError::TimedOut));
    theirs.tell(text("hello")).await.unwrap();
    scene.a.1.tell(text("ours")).await.unwrap();
    assert_eq!(soon(heard.next()).await.unwrap().message, "ours");
}
