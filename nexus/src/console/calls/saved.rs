//! Doormen for calls of before: everybody's own, and never their secrets.

use std::time::SystemTime;

use protocol::rfc3339;
use uuid::Uuid;

use crate::console::translate::{self, Refusal};
use crate::console::view::Json;
use crate::console::view::saved::{SavedCallRequest, SavedCallView};
use crate::console::{Answer, BridgeError, Desk};
use crate::redact;
use crate::store::SavedCall;

/// Longest name, characters.
const NAME: usize = 80;
/// Longest name of a skill or method, bytes.
const CALL: usize = 128;
/// Longest summary, characters.
const SUMMARY: usize = 200;
/// Largest parameters, bytes of JSON.
const PARAMETERS: usize = 64 << 10;

/// Those of one method: with a name first, by it; then the used ones, newest first.
pub(super) async fn saved_calls(
    desk: Desk,
    skill: String,
    method: String,
) -> Answer<Vec<SavedCallView>> {
    let own = desk.caller.principal.id.clone();
    let kept = desk.handle.store.saved_calls(own, skill, method).await;
    Ok(kept.map_err(Refusal::from)?.into_iter().map(told).collect())
}

/// Keeps one.
pub(super) async fn put_saved_call(desk: Desk, call: SavedCallRequest) -> Answer<SavedCallView> {
    let call = checked(call, desk.caller.principal.id.clone())?;
    let kept = desk.handle.store.put_saved_call(call.clone()).await;
    if kept.map_err(Refusal::from)? {
        Ok(told(call))
    } else {
        Err(BridgeError::new(
            "limit",
            "There are as many saved calls as can be. Remove one first.",
        ))
    }
}

/// Lets one go.
pub(super) async fn remove_saved_call(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let own = desk.caller.principal.id.clone();
    let removed = desk.handle.store.remove_saved_call(own, id).await;
    Ok(removed.map_err(Refusal::from)?)
}

fn checked(call: SavedCallRequest, principal: String) -> Result<SavedCall, BridgeError> {
    let bad = |why: &str| Err(BridgeError::new("invalid", why));
    let name = call.name.trim();
    if name.chars().count() > NAME || name.chars().any(char::is_control) {
        return bad("A name has at most 80 characters, and none that cannot be seen.");
    }
    if [&call.skill, &call.method]
        .iter()
        .any(|part| part.is_empty() || part.len() > CALL)
    {
        return bad("Which skill and method it is of has to be said.");
    }
    if !call.timeout_seconds.is_finite() || !(0.0..=86_400.0).contains(&call.timeout_seconds) {
        return bad("The time limit must be at most a day.");
    }
    let Json(mut parameters) = call.parameters;
    if !parameters.is_object() {
        return bad("Parameters are an object.");
    }
    let veiled = redact::value(&mut parameters);
    let parameters = parameters.to_string();
    if parameters.len() > PARAMETERS {
        return bad("These parameters are too large to be kept; at most 64 KiB are.");
    }
    let summary: String = call.summary.chars().take(SUMMARY).collect();
    Ok(SavedCall {
        id: Uuid::now_v7(),
        principal,
        name: name.to_owned(),
        skill: call.skill,
        method: call.method,
        parameters,
        timeout: call.timeout_seconds,
        summary: redact::text(&summary).into_owned(),
        incomplete: call.incomplete || veiled,
        used_at: SystemTime::now(),
    })
}

fn told(call: SavedCall) -> SavedCallView {
    SavedCallView {
        id: call.id.to_string(),
        skill: call.skill,
        method: call.method,
        name: call.name,
        // It was written by us; what a damaged disk made of it is shown as nothing.
        parameters: Json(serde_json::from_str(&call.parameters).unwrap_or_default()),
        timeout_seconds: call.timeout,
        summary: call.summary,
        incomplete: call.incomplete,
        used_at: rfc3339(call.used_at),
    }
}
