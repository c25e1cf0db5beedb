//! What this instance answers when another one asks: out of what is its own, never by asking further. Whoever asks is an instance
//! of this swarm, or it could not have sealed its letter; by whose rights it asks was decided there, and stands in the audit log
//! here too.
//!
//! Not here: the questions ([`super::words`]).

use axum::body::Bytes;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use super::past::PastTold;
use super::proof;
use super::words::{Cancelled, Controlled, Envelope, Long, PAGE, Page, Piece};
use super::words::{Question, ToldChunk, ToldExecution};
use crate::access::{Caller, Denied, Object, Verb};
use crate::fleet::engine::LARGEST;
use crate::hub::{Handle, Unreached};
use crate::job::Asker;
use crate::model::Ordinal;
use crate::state::{CancelError, Control, JobError, State};

/// Most rows of one list, as for a person.
const ROWS: u32 = 1000;
/// Most bytes of output in one answer.
const OUTPUT: usize = 480 * 1024;
/// Executions whose output is read for one answer.
const EXECUTIONS: usize = 1000;
/// Most loads that are looked for at once: everybody waits for that.
const LOADS: usize = 5_000;
/// Bytes of a long text in one answer; it may double when it is written.
pub(super) const TEXT: usize = 300 * 1024;
/// Longest word on where somebody asks from, bytes.
const FROM: usize = 200;

pub(super) type Answer = Result<Option<Box<RawValue>>, String>;

impl Question {
    /// The answer on its way. `through` is the name of the instance that asks.
    pub(crate) async fn answered(self, handle: &Handle, through: &str) -> Bytes {
        let handle = handle.alone();
        let unknown = matches!(self, Self::Unknown);
        let said = match self.answer(&handle, through).await {
            Ok(None) if unknown => envelope("unknown", None, None),
            Ok(None) => envelope("not_here", None, None),
            Ok(Some(told)) => envelope("told", Some(told), None),
            Err(why) => envelope("failed", None, Some(why)),
        };
        let bytes = serde_json::to_vec(&said).unwrap_or_default();
        if bytes.len() <= LARGEST {
            return bytes.into();
        }
        let why = "what it has is too large for one answer".to_owned();
        let failed = envelope("failed", None, Some(why));
        serde_json::to_vec(&failed).unwrap_or_default().into()
    }

    async fn answer(self, handle: &Handle, through: &str) -> Answer {
        if let Self::Job { id } | Self::Targets { id, .. } | Self::Search { id, .. } = &self
            && !handle.owns_job(*id).await.map_err(in_words)?
        {
            return Ok(None);
        }
        match self {
            Self::Execution { id } => {
                let found = handle.execution(id).await.map_err(in_words)?;
                found.map_or(Ok(None), |one| told(&ToldExecution::new(&one, false)))
            }
            Self::Executions { node, limit, skip } => executions(handle, node, limit, skip).await,
            Self::Output { wanted, bytes } => outputs(handle, wanted, bytes).await,
            Self::Text { of, id, from } => text(handle, of, id, from).await,
            Self::Job { id } => {
                let found = handle.job(id).await.map_err(in_words)?;
                found.map_or(Ok(None), |job| told(&*job))
            }
            Self::Jobs {
                asker,
                live,
                over,
                limit,
                skip,
            } => {
                let found = handle.jobs(asker, (live, over), limit.min(ROWS)).await;
                let rows = found.map_err(in_words)?.rows;
                told(&page(rows.iter().skip(size(skip)).map(AsRef::as_ref))?)
            }
            Self::Targets { id, after } => {
                let found = handle.job_targets(id, after).await.map_err(in_words)?;
                told(&page(found.iter())?)
            }
            Self::Search { id, text, limit } => {
                let limit = limit.min(size(ROWS));
                let found = handle.search_job(id, &text, limit).await;
                let (hits, complete) = found.map_err(in_words)?;
                let Page { rows: hits, more } = page(hits.into_iter())?;
                let complete = complete && !more;
                told(&Hits { hits, complete })
            }
            Self::Cancel { id, by } => cancel(handle, id, &by, through).await,
            Self::Control { id, act, by } => {
                let control = Control::from(act);
                steer(handle, id, control, &by, through).await
            }
            Self::Stop => {
                let stop = handle.look(State::stop_info).await;
                told(&stop.map_err(in_words)?)
            }
            Self::StopNode { node, by } => {
                let caller = caller(&by, through)?;
                let stopped = handle.own_stop_node(&node, &caller).await;
                let stopped = stopped.map_err(in_words)?;
                stopped.map_or(Ok(None), |stop| told(&stop))
            }
            Self::Loads { since, from } => loads(handle, since, from).await,
            Self::Past { node, hours } => past(handle, &node, hours).await,
            Self::Audit {
                after,
                signed,
                only_where,
            } => proof::log(handle, after, signed, only_where).await,
            Self::AuditText { number, from } => proof::text(handle, number, from).await,
            Self::Unknown => Ok(None),
        }
    }
}

/// [`LoadsTold`](super::words::LoadsTold), written already.
#[derive(Serialize)]
struct Written {
    now: u64,
    rows: Vec<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Ordinal>,
}

/// [`super::words::Found`], written already.
#[derive(Serialize)]
struct Hits {
    hits: Vec<Box<RawValue>>,
    complete: bool,
}

fn envelope(reply: &str, told: Option<Box<RawValue>>, why: Option<String>) -> Envelope {
    Envelope {
        reply: reply.to_owned(),
        told,
        why,
    }
}

pub(super) fn told<T: Serialize>(value: &T) -> Answer {
    let told = to_raw_value(value);
    told.map(Some).map_err(|error| error.to_string())
}

/// As many as fit into one answer, at least one.
fn page<T: Serialize>(rows: impl Iterator<Item = T>) -> Result<Page<Box<RawValue>>, String> {
    let (mut page, mut bytes) = (Vec::new(), 0);
    for row in rows {
        let row = to_raw_value(&row).map_err(|error| error.to_string())?;
        bytes += row.get().len() + 1;
        if bytes > PAGE && !page.is_empty() {
            return Ok(Page {
                rows: page,
                more: true,
            });
        }
        page.push(row);
    }
    Ok(Page {
        rows: page,
        more: false,
    })
}

async fn executions(handle: &Handle, node: Option<String>, limit: u32, skip: u32) -> Answer {
    let found = handle.executions(node, limit.min(ROWS)).await;
    let rows = found.map_err(in_words)?.rows;
    let rows = rows.iter().map(|one| ToldExecution::new(one, true));
    told(&page(rows.skip(size(skip)))?)
}

async fn outputs(handle: &Handle, wanted: Vec<(Uuid, u64)>, bytes: usize) -> Answer {
    let mut left = bytes.min(OUTPUT);
    let (mut chunks, mut known) = (Vec::new(), false);
    for (id, from) in wanted.into_iter().take(EXECUTIONS) {
        let found = handle.output(id, from, left).await.map_err(in_words)?;
        known |= !found.is_empty();
        for chunk in &found {
            if chunk.bytes.len() > left && !chunks.is_empty() {
                return told(&chunks);
            }
            left = left.saturating_sub(chunk.bytes.len());
            chunks.push(ToldChunk::new(chunk));
        }
        if found.is_empty() && !known {
            known = handle.execution(id).await.map_err(in_words)?.is_some();
        }
        if left == 0 {
            break;
        }
    }
    if known { told(&chunks) } else { Ok(None) }
}

async fn text(handle: &Handle, of: Long, id: Uuid, from: usize) -> Answer {
    let whole = match of {
        Long::Result => {
            let found = handle.execution(id).await.map_err(in_words)?;
            let result = found.and_then(|one| one.result);
            result.map(|result| result.get().to_owned())
        }
        Long::Request => {
            let found = handle.job_request(id).await.map_err(in_words)?;
            found.and_then(|request| serde_json::to_string(&request).ok())
        }
    };
    let Some(rest) = whole.as_ref().and_then(|whole| whole.get(from..)) else {
        return Ok(None);
    };
    told(&Piece {
        text: protocol::limits::cut(rest, TEXT).to_owned(),
        of: from + rest.len(),
    })
}

async fn loads(handle: &Handle, since: u64, from: Ordinal) -> Answer {
    let changed = handle.look(move |state| state.loads_since(since, from, LOADS));
    let changed = changed.await.map_err(in_words)?;
    let places: Vec<Ordinal> = changed.rows.iter().map(|row| row.place).collect();
    let Page { rows, more } = page(changed.rows.iter())?;
    // What did not fit comes first in the next part.
    let cut = more.then(|| places.get(rows.len()).copied()).flatten();
    told(&Written {
        now: changed.stamp,
        rows,
        next: cut.or(changed.next),
    })
}

async fn past(handle: &Handle, node: &str, hours: u32) -> Answer {
    let past = handle.own_past(node, hours).await;
    match past.map_err(|error| error.to_string())? {
        Some(past) => told(&PastTold::from(past)),
        None => Ok(None),
    }
}

/// Whoever asks there, as the audit log here tells it.
fn caller(by: &Asker, through: &str) -> Result<Caller, String> {
    let mut caller = by.caller().map_err(|error| error.to_string())?;
    let from = protocol::limits::cut(&caller.from, FROM);
    caller.from = format!("{from} through instance {through}");
    // It was asked about the rest there, where the token is known.
    let may = caller.may(Verb::Cancel, Object::Nexus);
    may.map_err(|denied: Denied| denied.to_string())?;
    Ok(caller)
}

async fn cancel(handle: &Handle, id: Uuid, by: &Asker, through: &str) -> Answer {
    let caller = match caller(by, through) {
        Ok(caller) => caller,
        Err(why) => return told(&Cancelled::Refused { why }),
    };
    let done = handle.cancel(id, &caller).await.map_err(in_words)?;
    told(&match done {
        Ok(()) => Cancelled::Done,
        Err(CancelError::Over { state, .. }) => Cancelled::Over { state },
        Err(CancelError::Unsupported(_)) => Cancelled::Unsupported,
        Err(CancelError::NotFound(_)) => return Ok(None),
    })
}

async fn steer(handle: &Handle, id: Uuid, control: Control, by: &Asker, through: &str) -> Answer {
    let caller = match caller(by, through) {
        Ok(caller) => caller,
        Err(why) => return told(&Controlled::Refused(why)),
    };
    let done = handle.control_job(id, control, &caller).await;
    told(&match done.map_err(in_words)? {
        Ok(job) => Controlled::Done(Box::new(job.as_ref().clone())),
        Err(JobError::State { state, .. }) => Controlled::State(state),
        Err(JobError::NotFound(_)) => return Ok(None),
    })
}

pub(super) fn in_words(error: impl Into<Unreached>) -> String {
    error.into().to_string()
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
