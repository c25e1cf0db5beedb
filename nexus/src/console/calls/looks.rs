//! The doorman for looking at a node: a question that only reads, and its answer as it came.

use std::time::Duration;

use serde_json::value::to_raw_value;
use uuid::Uuid;

use crate::console::translate::Refusal;
use crate::console::view::Json;
use crate::console::{Answer, BridgeError, Desk};
use crate::state::{Call, Glance};

/// Whoever looks asks again soon; so no answer is waited for longer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks a node something that only reads. It is no execution and stands in no history; the audit log has it.
pub(super) async fn glance(
    desk: Desk,
    node: String,
    skill: String,
    method: String,
    parameters: Json,
) -> Answer<Json> {
    if !parameters.0.is_object() {
        let why = "The parameters must be a JSON object.";
        return Err(BridgeError::new("invalid_parameters", why.to_owned()));
    }
    let unreadable = |error: serde_json::Error| BridgeError::new("host", error.to_string());
    let glance = Glance {
        id: Uuid::now_v7(),
        node,
        call: Call {
            skill,
            method,
            parameters: to_raw_value(&parameters).map_err(unreadable)?,
            timeout: PATIENCE,
        },
        caller: desk.caller,
    };
    let seen = desk.handle.glance(glance).await.map_err(Refusal::from)?;
    serde_json::from_str(seen.get()).map_err(unreadable)
}
