//! Takes secrets out of what executions wrote, on its way to the disk. Numbers of pieces stay as they are; their bytes need
//! not. What is known to be secret because it was a parameter is also found when two pieces share it.
//! Not here: what looks like a secret, see [`crate::redact`].

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use protocol::Stream;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::chronicle::signed;
use crate::model::{Chunk, ExecutionInfo};
use crate::redact::{self, Known, REDACTED};

/// Executions whose secrets are remembered; of some no end ever comes.
const WATCHED: usize = 10_000;

/// See the module.
#[derive(Default)]
pub(super) struct Veil {
    watched: HashMap<Uuid, Watched>,
    /// Oldest first.
    order: VecDeque<Uuid>,
}

struct Watched {
    known: Known,
    /// The end of the last piece of each stream, and its number.
    ends: [Option<(u64, Vec<u8>)>; 2],
}

impl Veil {
    /// These are secrets of an execution that begins.
    pub(super) fn watch(&mut self, id: Uuid, known: Known) {
        let ends = [None, None];
        self.watched.insert(id, Watched { known, ends });
        self.order.push_back(id);
        if self.order.len() > WATCHED {
            let oldest = self.order.pop_front();
            oldest.and_then(|oldest| self.watched.remove(&oldest));
        }
    }

    /// It is over.
    pub(super) fn forget(&mut self, id: Uuid) {
        self.watched.remove(&id);
    }

    /// A piece as it may be kept. May change the one before it.
    pub(super) fn output<'a>(
        &mut self,
        connection: &Connection,
        chunk: &'a Chunk,
    ) -> rusqlite::Result<Cow<'a, [u8]>> {
        let Some(watched) = self.watched.get_mut(&chunk.execution) else {
            return Ok(redact::bytes(&chunk.bytes));
        };
        let from = watched.shared(connection, chunk)?;
        let rest = chunk.bytes.get(from..).unwrap_or_default();
        let clean = watched.known.clean(rest);
        Ok(Cow::Owned(redact::bytes(&clean).into_owned()))
    }

    /// An end as it may be kept: its result and its error.
    pub(super) fn end(&self, one: &ExecutionInfo) -> (Option<String>, Option<String>) {
        let known = self.watched.get(&one.id).map(|watched| &watched.known);
        let result = one.result.as_ref().map(|result| {
            let clean = redact::json(result.get());
            known.map_or(clean.clone().into_owned(), |known| {
                known.json(&clean).into_owned()
            })
        });
        let error = one.error.as_ref().map(|error| {
            let clean = redact::text(error);
            known.map_or(clean.clone().into_owned(), |known| {
                known.text(&clean).into_owned()
            })
        });
        (result, error)
    }
}

impl Watched {
    /// How many bytes of a piece belong to a secret that began in the one before; that one is changed.
    fn shared(&mut self, connection: &Connection, chunk: &Chunk) -> rusqlite::Result<usize> {
        let overlap = self.known.overlap();
        let place = usize::from(chunk.stream == Stream::Stderr);
        let last = self.ends.get_mut(place).and_then(Option::take);
        let mut taken = 0;
        if let Some((seq, end)) = &last {
            let head = chunk.bytes.len().min(overlap);
            let mut joined = end.clone();
            joined.extend_from_slice(chunk.bytes.get(..head).unwrap_or_default());
            let split = |&(from, to): &(usize, usize)| from < end.len() && to > end.len();
            if let Some((from, to)) = self.known.find(&joined).into_iter().find(split) {
                let secret = joined.get(from..end.len()).unwrap_or_default();
                cut_end(connection, chunk.execution, *seq, secret)?;
                taken = to - end.len();
            }
        }
        let keep = chunk.bytes.len().saturating_sub(overlap).max(taken);
        let end = chunk.bytes.get(keep..).unwrap_or_default().to_vec();
        if let Some(place) = self.ends.get_mut(place) {
            *place = Some((chunk.seq, end));
        }
        Ok(taken)
    }
}

fn cut_end(
    connection: &Connection,
    execution: Uuid,
    seq: u64,
    secret: &[u8],
) -> rusqlite::Result<()> {
    let key = (execution.as_bytes().as_slice(), signed(seq));
    let kept: Option<Vec<u8>> = connection
        .prepare_cached("SELECT bytes FROM outputs WHERE execution = ?1 AND seq = ?2")?
        .query_row(key, |row| row.get(0))
        .optional()?;
    let Some(before) = kept.as_deref().and_then(|kept| kept.strip_suffix(secret)) else {
        return Ok(());
    };
    let clean = [before, REDACTED.as_bytes()].concat();
    connection
        .prepare_cached("UPDATE outputs SET bytes = ?3 WHERE execution = ?1 AND seq = ?2")?
        .execute(params![key.0, key.1, clean])?;
    Ok(())
}
