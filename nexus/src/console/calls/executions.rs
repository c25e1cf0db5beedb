//! Doormen for executions: begin one, stop it, what it wrote.

use crate::console::translate::{self, Refusal};
use crate::console::view::execution::{ExecuteAnswer, ExecuteRequest, OutputView};
use crate::console::{Answer, Desk};

/// Most output that is handed over for one execution, bytes; the newest is what `FeedEvent::Output` brings.
const OUTPUT: usize = 8 << 20;

/// Runs something; answers once it is accepted, or what it needs first.
pub(super) async fn execute(desk: Desk, request: ExecuteRequest) -> Answer<ExecuteAnswer> {
    let submission = translate::submission(request, desk.caller)?;
    translate::answer(desk.handle.submit(submission).await)
}

/// Stops something; the proof comes by the feed.
pub(super) async fn cancel(desk: Desk, execution_id: String) -> Answer<()> {
    let id = translate::id(&execution_id)?;
    let cancelled = desk.handle.cancel(id, &desk.caller).await;
    Ok(cancelled.map_err(Refusal::from)?.map_err(Refusal::from)?)
}

/// What an execution wrote so far.
pub(super) async fn output(desk: Desk, execution_id: String) -> Answer<Vec<OutputView>> {
    let id = translate::id(&execution_id)?;
    let chunks = desk.handle.output(id, 0, OUTPUT).await;
    Ok(translate::whole_output(&chunks.map_err(Refusal::from)?))
}
