//! Doormen for trust: join codes, the waiting room, how nodes stand, API tokens. What the window may not do, nobody who
//! holds this machine may: it is the owner's.

use nexus::access::Caller;
use tauri::State;

use crate::host::Host;
use crate::translate::{self, Refusal};
use crate::view::BridgeError;
use crate::view_trust::{
    JoinCodeRequest, JoinView, MadeTokenView, NodeEdit, TokenRequest, TokenView,
};

type Answer<T> = Result<T, BridgeError>;

/// A line for one machine, soon; the same one until it is used.
#[tauri::command]
#[specta::specta]
pub async fn join(host: State<'_, Host>) -> Answer<JoinView> {
    host.join().await
}

/// Makes a join code.
#[tauri::command]
#[specta::specta]
pub async fn make_join_code(host: State<'_, Host>, request: JoinCodeRequest) -> Answer<JoinView> {
    let (joining, caller) = (host.connected()?.joining, Caller::local());
    let made = joining.make(translate::new_join_code(request), &caller);
    Ok(translate::join(
        &joining,
        &made.await.map_err(Refusal::from)?,
    ))
}

/// Takes a join code back.
#[tauri::command]
#[specta::specta]
pub async fn withdraw_join_code(host: State<'_, Host>, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let handle = host.connected()?.handle;
    Ok(handle
        .withdraw_join_code(&Caller::local(), id)
        .await
        .map_err(Refusal::from)?)
}

/// Lets a waiting machine in; answers the node's id.
#[tauri::command]
#[specta::specta]
pub async fn accept(host: State<'_, Host>, waiting: String) -> Answer<String> {
    let handle = host.connected()?.handle;
    let accepted = handle.accept(&Caller::local(), waiting).await;
    Ok(accepted.map_err(Refusal::from)?)
}

/// Sends a waiting machine away.
#[tauri::command]
#[specta::specta]
pub async fn turn_away(host: State<'_, Host>, waiting: String) -> Answer<()> {
    let handle = host.connected()?.handle;
    let done = handle.turn_away(&Caller::local(), waiting).await;
    Ok(done.map_err(Refusal::from)?)
}

/// Changes a node's name and tags.
#[tauri::command]
#[specta::specta]
pub async fn edit_node(host: State<'_, Host>, node: String, edit: NodeEdit) -> Answer<()> {
    let (handle, caller) = (host.connected()?.handle, Caller::local());
    let done = handle.edit_node(&caller, node, edit.name, edit.tags);
    Ok(done.await.map_err(Refusal::from)?)
}

/// Puts a node out, now and for good.
#[tauri::command]
#[specta::specta]
pub async fn revoke_node(host: State<'_, Host>, node: String) -> Answer<()> {
    let handle = host.connected()?.handle;
    let done = handle.revoke_node(&Caller::local(), node).await;
    Ok(done.map_err(Refusal::from)?)
}

/// Lets a held or revoked node in again.
#[tauri::command]
#[specta::specta]
pub async fn release_node(host: State<'_, Host>, node: String) -> Answer<()> {
    let handle = host.connected()?.handle;
    let done = handle.release_node(&Caller::local(), node).await;
    Ok(done.map_err(Refusal::from)?)
}

/// Makes a code that gives a node a new key.
#[tauri::command]
#[specta::specta]
pub async fn rekey_node(host: State<'_, Host>, node: String) -> Answer<JoinView> {
    let joining = host.connected()?.joining;
    let made = joining.rekey(&node, &Caller::local()).await;
    Ok(translate::join(&joining, &made.map_err(Refusal::from)?))
}

/// Forgets a node that is offline.
#[tauri::command]
#[specta::specta]
pub async fn remove_node(host: State<'_, Host>, node: String) -> Answer<()> {
    let handle = host.connected()?.handle;
    let done = handle.remove_node(&Caller::local(), node).await;
    Ok(done.map_err(Refusal::from)?)
}

/// All API tokens, oldest first, without their secrets.
#[tauri::command]
#[specta::specta]
pub async fn tokens(host: State<'_, Host>) -> Answer<Vec<TokenView>> {
    let tokens = host.connected()?.tokens.list();
    Ok(tokens.iter().map(translate::token).collect())
}

/// Makes an API token; the answer is the only place where its secret is told.
#[tauri::command]
#[specta::specta]
pub async fn make_token(host: State<'_, Host>, request: TokenRequest) -> Answer<MadeTokenView> {
    let tokens = host.connected()?.tokens;
    let made = tokens
        .create(translate::new_token(request), &Caller::local())
        .await;
    let (secret, token) = made.map_err(Refusal::from)?;
    Ok(translate::made_token(&secret, &token))
}

/// Ends an API token, with its open streams.
#[tauri::command]
#[specta::specta]
pub async fn revoke_token(host: State<'_, Host>, id: String) -> Answer<()> {
    let id = translate::id(&id)?;
    let link = host.connected()?;
    let revoked = link.tokens.revoke(id, &Caller::local()).await;
    revoked.map_err(Refusal::from)?;
    link.handle.pause_jobs_of(id).await.map_err(Refusal::from)?;
    Ok(())
}
