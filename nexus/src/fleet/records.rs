//! How a job lies in the ledger: a folder of its own with its body in parts and a record of each attempt, and beside it the
//! outputs and the large results of its attempts.
//! Not here: when it is written ([`super::keeper`]) and who reads it ([`super::heir`]).

use std::collections::BTreeMap;

use axum::body::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use protocol::Stream;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::engine::LARGEST;
use super::{EngineError, InstanceId, Ledger};
use crate::job::{JobInfo, Record};
use crate::model::{Chunk, ExecutionInfo};
use crate::state::StoredJob;

/// Bytes of one part of a body or a result.
const PART: usize = LARGEST / 2;
/// Pieces of an output from here on are its result.
const RESULT: u64 = 1 << 62;
/// Attempts that are read at once.
const AT_ONCE: usize = 16;

/// An attempt.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AttemptRecord {
    /// Who began it.
    pub(super) by: InstanceId,
    /// Of how many pieces its result is, if it is not here.
    #[serde(default)]
    pub(super) pieces: u32,
    pub(super) info: ExecutionInfo,
}

impl AttemptRecord {
    pub(super) fn bytes(&self) -> Bytes {
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// Keeps what never changes of a job; of how many parts that is.
pub(super) async fn keep_body(
    ledger: &dyn Ledger,
    job: Uuid,
    record: &str,
) -> Result<u32, EngineError> {
    let parts: Vec<_> = record.as_bytes().chunks(PART).collect();
    for (number, part) in (0..).zip(&parts) {
        let part = Bytes::copy_from_slice(part);
        ledger.keep(job, Uuid::from_u128(number), part).await?;
    }
    Ok(u32::try_from(parts.len()).unwrap_or(u32::MAX))
}

/// Keeps how an attempt stands, its result included.
pub(super) async fn keep_attempt(
    ledger: &dyn Ledger,
    job: Uuid,
    by: InstanceId,
    info: &ExecutionInfo,
) -> Result<(), EngineError> {
    let record = with_result(ledger, by, info).await?;
    ledger.keep(job, info.id, record.bytes()).await
}

/// The same, unless something is known of it already.
pub(super) async fn bring_attempt(
    ledger: &dyn Ledger,
    job: Uuid,
    by: InstanceId,
    info: &ExecutionInfo,
) -> Result<(), EngineError> {
    let record = with_result(ledger, by, info).await?;
    ledger.begin(job, info.id, record.bytes()).await.map(drop)
}

async fn with_result(
    ledger: &dyn Ledger,
    by: InstanceId,
    info: &ExecutionInfo,
) -> Result<AttemptRecord, EngineError> {
    let mut record = AttemptRecord {
        by,
        pieces: 0,
        info: info.clone(),
    };
    let result = record.info.result.take_if(|one| one.get().len() > PART);
    for piece in result
        .as_deref()
        .map_or(&b""[..], |one| one.get().as_bytes())
        .chunks(PART)
    {
        let number = RESULT + u64::from(record.pieces);
        let piece = Bytes::copy_from_slice(piece);
        ledger.append(info.id, number, piece).await?;
        record.pieces += 1;
    }
    Ok(record)
}

/// Keeps a piece of an output.
pub(super) async fn keep_chunk(ledger: &dyn Ledger, chunk: &Chunk) -> Result<(), EngineError> {
    let mut piece = vec![u8::from(chunk.stream == Stream::Stderr)];
    piece.extend(chunk.at_ms.to_be_bytes());
    piece.extend_from_slice(&chunk.bytes);
    ledger
        .append(chunk.execution, chunk.seq, piece.into())
        .await
}

fn read_chunk(execution: Uuid, seq: u64, piece: &Bytes) -> Option<Chunk> {
    let (stream, rest) = piece.split_first()?;
    let (at_ms, bytes) = rest.split_first_chunk::<8>()?;
    Some(Chunk {
        execution,
        seq,
        stream: if *stream == 0 {
            Stream::Stdout
        } else {
            Stream::Stderr
        },
        at_ms: u64::from_be_bytes(*at_ms),
        bytes: bytes.to_vec(),
    })
}

/// About a mebibyte of an output from a number on; empty at its end.
pub(super) async fn output(
    ledger: &dyn Ledger,
    execution: Uuid,
    from: u64,
) -> Result<Vec<Chunk>, EngineError> {
    if from >= RESULT {
        return Ok(Vec::new());
    }
    let pieces = ledger.read(execution, from, LARGEST).await?;
    let pieces = pieces.iter().filter(|(number, _)| *number < RESULT);
    Ok(pieces
        .filter_map(|(seq, piece)| read_chunk(execution, *seq, piece))
        .collect())
}

/// Why a job cannot go on. Display: a sentence for people.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("what the swarm keeps of this job is not whole; start it anew")]
    Torn,
    #[error("what the swarm keeps of this job cannot be read: {0}; a newer Nexus may know how")]
    Strange(#[from] serde_json::Error),
}

/// All that is needed to go on with a job.
pub(super) async fn read(
    ledger: &dyn Ledger,
    info: JobInfo,
    parts: u32,
) -> Result<StoredJob, Unreadable> {
    let mut records: BTreeMap<Uuid, Bytes> = ledger.of(info.id).await?.into_iter().collect();
    let mut body = Vec::new();
    for number in 0..parts {
        let part = records.remove(&Uuid::from_u128(number.into()));
        body.extend_from_slice(&part.ok_or(Unreadable::Torn)?);
    }
    let record: Record = serde_json::from_slice(&body)?;
    let known = records.values().filter_map(|record| {
        serde_json::from_slice::<AttemptRecord>(record)
            .inspect_err(|error| tracing::warn!(%error, job = %info.id, "cannot read an attempt"))
            .ok()
    });
    let known: Vec<_> = known
        .filter(|one| {
            one.info
                .attempt
                .is_some_and(|attempt| attempt.job == info.id)
        })
        .collect();
    let mut attempts: Vec<ExecutionInfo> = stream::iter(known)
        .map(|one| whole(ledger, one))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    attempts.sort_by_key(|one| one.attempt.map(|attempt| (attempt.number, attempt.index)));
    Ok(StoredJob {
        info,
        record,
        attempts,
    })
}

/// Executions of no job that an instance had under way.
pub(super) async fn singles(
    ledger: &dyn Ledger,
    of: InstanceId,
) -> Result<Vec<ExecutionInfo>, EngineError> {
    let mut singles = Vec::new();
    for (_, record) in ledger.of(of.0).await? {
        if let Ok(record) = serde_json::from_slice::<AttemptRecord>(&record) {
            singles.push(record.info);
        }
    }
    Ok(singles)
}

/// With its result, and with as many bytes of output as are kept.
async fn whole(ledger: &dyn Ledger, record: AttemptRecord) -> Result<ExecutionInfo, EngineError> {
    let AttemptRecord {
        pieces, mut info, ..
    } = record;
    if pieces > 0 {
        let all = ledger.read(info.id, RESULT, usize::MAX).await?;
        let bytes: Vec<u8> = all.into_iter().flat_map(|(_, piece)| piece).collect();
        let text = String::from_utf8(bytes).ok();
        let result = text.and_then(|text| RawValue::from_string(text).ok());
        info.result = result.map(Into::into);
    }
    if !info.state.is_over() {
        let (mut from, mut bytes) = (0, 0);
        loop {
            let chunks = output(ledger, info.id, from).await?;
            let Some(last) = chunks.last() else { break };
            from = last.seq + 1;
            bytes += chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>();
        }
        info.output_bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    }
    Ok(info)
}
