//! What a skill found, told in pieces where the call is streamed. Not here: finding it, and results.

use std::time::Instant;

use protocol::Stream;

use crate::execution::{Order, Report, Reports};

/// Size of the pieces, bytes.
const PIECE: usize = 32 * 1024;

/// A streamed call has no result, so the text goes out as output. False when it was stopped on the way.
pub(super) async fn stream(text: &str, order: &Order, reports: &Reports, began: Instant) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let piece = protocol::limits::cut(rest, PIECE);
        rest = &rest[piece.len()..];
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        tokio::select! {
            biased;
            () = order.stop.cancelled() => return false,
            credit = order.credit.acquire_many(length) => if let Ok(credit) = credit { credit.forget() },
        }
        let at_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let request_id = order.request_id.clone();
        let bytes = piece.as_bytes().to_vec();
        let _ = reports.send(Report::Chunk {
            request_id,
            stream: Stream::Stdout,
            at_ms,
            bytes,
        });
    }
    true
}
