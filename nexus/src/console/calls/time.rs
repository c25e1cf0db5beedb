//! Doormen for the fleet's last day. Not here: what is kept of it.

use crate::console::translate::{self, Refusal};
use crate::console::view::BridgeError;
use crate::console::view::time::{FleetAtView, MomentMs, NodeHistoryView, TimelineView};
use crate::console::{Answer, Desk};

/// Counts of the fleet in parts of a time.
pub(super) async fn timeline(
    desk: Desk,
    from: MomentMs,
    to: MomentMs,
    buckets: u32,
) -> Answer<TimelineView> {
    let (from, to) = (whole(from)?, whole(to)?);
    let told = desk.handle.timeline(&desk.caller, from, to, buckets).await;
    Ok(translate::timeline(&told.map_err(Refusal::from)?))
}

/// The fleet at a moment.
pub(super) async fn fleet_at(desk: Desk, at: MomentMs) -> Answer<FleetAtView> {
    let told = desk.handle.fleet_at(&desk.caller, whole(at)?).await;
    Ok(translate::fleet_at(&told.map_err(Refusal::from)?))
}

/// A node over some hours.
pub(super) async fn node_history(desk: Desk, node: String, hours: u32) -> Answer<NodeHistoryView> {
    let told = desk.handle.node_past(&desk.caller, &node, hours).await;
    Ok(translate::node_history(&told.map_err(Refusal::from)?))
}

/// A time that is one.
fn whole(MomentMs(at): MomentMs) -> Result<i64, BridgeError> {
    // As far as a float counts milliseconds one by one.
    if !(0.0..9.0e15).contains(&at) {
        return Err(BridgeError::new("invalid", "This is no time."));
    }
    #[expect(clippy::cast_possible_truncation, reason = "its range was checked")]
    let whole = at as i64;
    Ok(whole)
}
