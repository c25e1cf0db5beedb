//! Doormen for trust: join codes, the waiting room, how nodes stand, API tokens. What the window may not do, nobody who
//! holds this machine may: it is the owner's.

use crate::console::translate::{self, Refusal};
use crate::console::view::trust::{
    JoinCodeRequest, JoinView, MadeTokenView, NodeEdit, TokenRequest, TokenView,
};
use crate::console::{Answer, Desk};

/// A line for one machine, soon; the same one until it is used.
pub(super) async fn join(desk: Desk) -> Answer<JoinView> {
    desk.join().await
}

/// Makes a join code.
pub(super) async fn make_join_code(desk: Desk, request: JoinCodeRequest) -> Answer<JoinView> {
    let (joining, caller) = (desk.joining, desk.caller);
    let made = joining.make(translate::new_join_code(request), &caller);
    Ok(translate::join(
        &joining,
        &made.await.map_err(Refusal::from)?,
    ))
}

/// Takes a join code back.
pub(super) async fn withdraw_join_code(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = desk.handle;
    Ok(handle
        .withdraw_join_code(&desk.caller, id)
        .await
        .map_err(Refusal::from)?)
}

/// Lets a waiting machine in; answers the node's id.
pub(super) async fn accept(desk: Desk, waiting: String) -> Answer<String> {
    let handle = desk.handle;
    let accepted = handle.accept(&desk.caller, waiting).await;
    Ok(accepted.map_err(Refusal::from)?)
}

/// Sends a waiting machine away.
pub(super) async fn turn_away(desk: Desk, waiting: String) -> Answer<()> {
    let handle = desk.handle;
    let done = handle.turn_away(&desk.caller, waiting).await;
    Ok(done.map_err(Refusal::from)?)
}

/// Changes a node's name and tags.
pub(super) async fn edit_node(desk: Desk, node: String, edit: NodeEdit) -> Answer<()> {
    let (handle, caller) = (desk.handle, desk.caller);
    let done = handle.edit_node(&caller, node, edit.name, edit.tags);
    Ok(done.await.map_err(Refusal::from)?)
}

/// Puts a node out, now and for good.
pub(super) async fn revoke_node(desk: Desk, node: String) -> Answer<()> {
    let handle = desk.handle;
    let done = handle.revoke_node(&desk.caller, node).await;
    Ok(done.map_err(Refusal::from)?)
}

/// Lets a held or revoked node in again.
pub(super) async fn release_node(desk: Desk, node: String) -> Answer<()> {
    let handle = desk.handle;
    let done = handle.release_node(&desk.caller, node).await;
    Ok(done.map_err(Refusal::from)?)
}

/// Makes a code that gives a node a new key.
pub(super) async fn rekey_node(desk: Desk, node: String) -> Answer<JoinView> {
    let joining = desk.joining;
    let made = joining.rekey(&node, &desk.caller).await;
    Ok(translate::join(&joining, &made.map_err(Refusal::from)?))
}

/// Forgets a node that is offline.
pub(super) async fn remove_node(desk: Desk, node: String) -> Answer<()> {
    let handle = desk.handle;
    let done = handle.remove_node(&desk.caller, node).await;
    Ok(done.map_err(Refusal::from)?)
}

/// All API tokens, oldest first, without their secrets.
pub(super) async fn tokens(desk: Desk) -> Answer<Vec<TokenView>> {
    let tokens = desk.tokens.list();
    Ok(tokens.iter().map(translate::token).collect())
}

/// Makes an API token; the answer is the only place where its secret is told.
pub(super) async fn make_token(desk: Desk, request: TokenRequest) -> Answer<MadeTokenView> {
    let tokens = desk.tokens;
    let made = tokens
        .create(translate::new_token(request), &desk.caller)
        .await;
    let (secret, token) = made.map_err(Refusal::from)?;
    Ok(translate::made_token(&secret, &token))
}

/// Ends an API token, with its open streams.
pub(super) async fn revoke_token(desk: Desk, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let revoked = desk.tokens.revoke(id, &desk.caller).await;
    revoked.map_err(Refusal::from)?;
    desk.handle.pause_jobs_of(id).await.map_err(Refusal::from)?;
    Ok(())
}
