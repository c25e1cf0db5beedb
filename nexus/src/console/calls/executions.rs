//! Doormen for executions: begin one, stop it, what it wrote.

use crate::console::translate::{self, Refusal};
use crate::console::view::BridgeError;
use crate::console::view::execution::{
    ExecuteAnswer, ExecuteRequest, NodeExecutionsView, OutputView,
};
use crate::console::{Answer, Desk};
use crate::model::ExecutionInfo;
use crate::state::State;

/// Most output that is handed over for one execution, bytes; the newest is what `FeedEvent::Output` brings.
const OUTPUT: usize = 8 << 20;
/// Most executions of another instance that are told of one node.
const LISTED: u32 = 200;

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

/// What other instances ran on a node; of that no events come.
pub(super) async fn node_executions(desk: Desk, node: String) -> Answer<NodeExecutionsView> {
    let Some(others) = desk.handle.others() else {
        return Ok(NodeExecutionsView {
            executions: Vec::new(),
            missing: Vec::new(),
            alone: true,
        });
    };
    let listed = others.executions(Some(&node), LISTED).await;
    let ordinal = move |state: &State| state.node(&node).map(|node| node.ordinal);
    let ordinal = desk.handle.look(ordinal).await.map_err(Refusal::from)?;
    let unknown = || BridgeError::new("unknown_node", "This node is not known any more.");
    let ordinal = ordinal.ok_or_else(unknown)?;
    let view = |info: ExecutionInfo| translate::execution(&ExecutionInfo { ordinal, ..info });
    Ok(NodeExecutionsView {
        executions: listed.rows.into_iter().map(view).collect(),
        missing: listed.missing.into_iter().map(|one| one.name).collect(),
        alone: false,
    })
}

/// What an execution wrote so far.
pub(super) async fn output(desk: Desk, execution_id: String) -> Answer<Vec<OutputView>> {
    let id = translate::id(&execution_id)?;
    let chunks = desk.handle.output(id, 0, OUTPUT).await;
    Ok(translate::whole_output(&chunks.map_err(Refusal::from)?))
}
