//! What leaves as a file, in parts, so that nothing has to hold all of it: the audit log, a runbook, what an execution wrote.
//! Whoever asked writes the file: a browser its download, the desktop application a file. Not here: what stands in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use protocol::rfc3339;
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::translate::{self, Refusal};
use super::{Answer, BridgeError, Desk};
use crate::access::{Object, Verb};
use crate::audit::{Export, Part};
use crate::runbook::to_toml;

/// Open at once at one desk; the oldest one is let go.
const OPEN: usize = 8;
/// Bytes of output in one part.
const PART: usize = 256 << 10;

/// What to export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ExportWhat {
    /// The audit log, as JSON lines.
    Audit,
    /// The newest version of a runbook, as TOML.
    Runbook {
        /// Its name.
        name: String,
    },
    /// What is kept of an execution's output, both streams as they came.
    Output {
        /// The execution.
        execution_id: String,
    },
}

/// An export that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenExport {
    /// To ask for its parts.
    pub id: String,
    /// A name for its file; no name of a folder is in it.
    pub file: String,
}

/// See the module.
#[derive(Clone, Default)]
pub(super) struct Exports(Arc<Mutex<BTreeMap<Uuid, Source>>>);

enum Source {
    Audit(Box<Export>),
    Whole(Option<Vec<u8>>),
    /// An execution, and the number of its next chunk.
    Output(Uuid, u64),
}

/// Begins an export.
pub(super) async fn open(desk: Desk, what: ExportWhat) -> Answer<OpenExport> {
    // Colons are no part of a file's name on Windows.
    let now = rfc3339(SystemTime::now()).replace(':', "-");
    let (source, file) = match what {
        ExportWhat::Audit => {
            desk.caller
                .may(Verb::ReadAudit, Object::Nexus)
                .map_err(Refusal::from)?;
            let export = desk
                .handle
                .audit()
                .export(&desk.caller, Part::default())
                .await;
            let export = export.map_err(Refusal::from)?;
            (
                Source::Audit(Box::new(export)),
                format!("nexus-audit-{now}.jsonl"),
            )
        }
        ExportWhat::Runbook { name } => {
            let found = desk.handle.runbook(&name, None).await;
            let runbook = found.map_err(Refusal::from)?.0.runbook.clone();
            let text = to_toml(&runbook).map_err(Refusal::from)?;
            let file = format!("{}-{now}.toml", runbook.name);
            (Source::Whole(Some(text.into_bytes())), file)
        }
        ExportWhat::Output { execution_id } => {
            let id = translate::id(&execution_id)?;
            (Source::Output(id, 0), format!("output-{id}.txt"))
        }
    };
    let id = Uuid::now_v7();
    let mut open = desk.exports.0.lock().await;
    while open.len() >= OPEN {
        open.pop_first();
    }
    open.insert(id, source);
    Ok(OpenExport {
        id: id.to_string(),
        file,
    })
}

/// The next part of an export, base64; null when there is no more.
pub(super) async fn next(desk: Desk, id: String) -> Answer<Option<String>> {
    use base64::Engine as _;
    let id = translate::id(&id)?;
    let mut open = desk.exports.0.lock().await;
    let source = open.get_mut(&id).ok_or_else(|| {
        BridgeError::new(
            "not_found",
            "This export is not open any more; begin it again.",
        )
    })?;
    let part = match source {
        Source::Audit(export) => export
            .next()
            .await
            .map_err(Refusal::from)?
            .map(String::into_bytes),
        Source::Whole(bytes) => bytes.take(),
        Source::Output(execution, from) => {
            let read = desk.handle.output(*execution, *from, PART).await;
            let chunks = read.map_err(Refusal::from)?;
            if let Some(last) = chunks.last() {
                *from = last.seq + 1;
            }
            let bytes: Vec<u8> = chunks
                .iter()
                .flat_map(|chunk| chunk.bytes.iter().copied())
                .collect();
            (!chunks.is_empty()).then_some(bytes)
        }
    };
    if part.is_none() {
        open.remove(&id);
    }
    Ok(part.map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes)))
}
