//! `/api/v1/backup`: a copy of the store beside it, for `nexus backup` on the same machine. It is only told where the copy is, so a
//! token that leads here leads to no secret. Not here: what else belongs to a backup.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::json::answer;
use super::{Problem, Shared};
use crate::access::Caller;
use crate::audit::{Action, Deed, ExportError};
use crate::backup;

#[derive(Serialize, ToSchema)]
struct Copied {
    status: &'static str,
    /// In the data directory. One that nobody takes away is removed by the next backup after an hour.
    file: String,
    bytes: u64,
}

/// Copies the store, as of now, into a new file of the data directory. What is accepted meanwhile waits for it.
#[utoipa::path(post, path = "/api/v1/backup", responses(
    (status = 200, body = Copied), (status = 403, body = Problem), (status = 500, body = Problem)))]
pub(crate) async fn make(State(app): Shared, caller: Caller) -> Result<Response, Problem> {
    let handle = app.swarm()?;
    let place = backup::place(&app.data_dir);
    let file = place.file_name().unwrap_or_default();
    let file = file.to_string_lossy().into_owned();
    let deed = Deed::new(&caller, Action::MakeBackup).to(&file);
    let copying = async { handle.store().copy(place).await.map_err(ExportError::Store) };
    let bytes = handle.audit().during(deed, copying, |_| None).await?;
    Ok(answer(&Copied {
        status: "success",
        file,
        bytes,
    }))
}
