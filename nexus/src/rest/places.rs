//! Room for streams: so many of each principal, so many of all, and few of those who have shown no token yet.
//! Not here: what is streamed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::{App, Problem};
use crate::access::Pass;
use crate::listen::{Peer, Share};

fn full() -> Problem {
    let wait = Duration::from_secs(30);
    Problem::too_many("too many streams are open; close one first", wait)
}

/// Room for one stream, held as long as it is open.
pub(super) enum Place {
    Stranger(#[expect(dead_code, reason = "held")] Share),
    Known(#[expect(dead_code, reason = "held")] [OwnedSemaphorePermit; 2]),
}

/// Room for one more stream of somebody who has shown no token yet.
pub(super) fn stranger(app: &App, peer: &Peer) -> Result<Place, Problem> {
    let stranger = app.access.strangers.try_take(Some(peer.address.ip()));
    stranger.map(Place::Stranger).ok_or_else(full)
}

/// Room for one more stream, of this principal and of all.
pub(super) fn place(app: &App, pass: &Pass) -> Result<Place, Problem> {
    let own = Arc::clone(&pass.streams).try_acquire_owned();
    let all = Arc::clone(&app.access.streams).try_acquire_owned();
    match (own, all) {
        (Ok(own), Ok(all)) => Ok(Place::Known([own, all])),
        _ => Err(full()),
    }
}
