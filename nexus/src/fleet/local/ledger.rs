//! Records and outputs of a local engine, in memory.
//!
//! Not here: keeping them over the end of the process.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Mutex;

use axum::body::Bytes;
use uuid::Uuid;

use super::{Seat, fits, lock};
use crate::fleet::engine::{EngineError, Ledger, Pending};

/// Most bytes of outputs; the oldest output goes first.
const OUTPUTS: usize = 256 << 20;
/// Most records.
const RECORDS: usize = 200_000;

#[derive(Default)]
pub(super) struct Books(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    folders: HashMap<Uuid, BTreeMap<Uuid, Bytes>>,
    count: usize,
    outputs: HashMap<Uuid, BTreeMap<u64, Bytes>>,
    /// Outputs as they were begun.
    order: VecDeque<Uuid>,
    bytes: usize,
}

impl Pages {
    fn keep(&mut self, folder: Uuid, id: Uuid, record: Bytes) -> Result<(), EngineError> {
        let of = self.folders.entry(folder).or_default();
        if !of.contains_key(&id) {
            if self.count >= RECORDS {
                return Err(EngineError::Full(format!("{RECORDS} records are kept")));
            }
            self.count += 1;
        }
        of.insert(id, record);
        Ok(())
    }

    fn begin(
        &mut self,
        folder: Uuid,
        id: Uuid,
        record: Bytes,
    ) -> Result<Option<Bytes>, EngineError> {
        let there = self.folders.get(&folder).and_then(|of| of.get(&id));
        match there.cloned() {
            Some(theirs) => Ok(Some(theirs)),
            None => self.keep(folder, id, record).map(|()| None),
        }
    }

    fn clear(&mut self, folder: Uuid) {
        self.count -= self.folders.remove(&folder).map_or(0, |of| of.len());
    }

    fn forget(&mut self, folder: Uuid, id: Uuid) {
        let Some(of) = self.folders.get_mut(&folder) else {
            return;
        };
        self.count -= usize::from(of.remove(&id).is_some());
        if of.is_empty() {
            self.folders.remove(&folder);
        }
    }

    fn append(&mut self, id: Uuid, number: u64, piece: Bytes) {
        let output = self.outputs.entry(id).or_insert_with(|| {
            self.order.push_back(id);
            BTreeMap::new()
        });
        if output.contains_key(&number) {
            return;
        }
        self.bytes += piece.len();
        output.insert(number, piece);
        while self.bytes > OUTPUTS
            && let Some(&oldest) = self.order.front()
        {
            self.erase(oldest);
        }
    }

    fn erase(&mut self, id: Uuid) {
        if let Some(output) = self.outputs.remove(&id) {
            self.bytes -= output.values().map(Bytes::len).sum::<usize>();
            self.order.retain(|other| *other != id);
        }
    }

    fn read(&self, id: Uuid, from: u64, bytes: usize) -> Vec<(u64, Bytes)> {
        let mut pieces = Vec::new();
        let mut size = 0;
        for (&number, piece) in self
            .outputs
            .get(&id)
            .into_iter()
            .flat_map(|output| output.range(from..))
        {
            if size > 0 && size + piece.len() > bytes {
                break;
            }
            size += piece.len();
            pieces.push((number, piece.clone()));
        }
        pieces
    }
}

impl Seat {
    fn pages<T>(&self, ask: impl FnOnce(&mut Pages) -> T) -> Result<T, EngineError> {
        self.shared.there()?;
        Ok(ask(&mut lock(&self.shared.ledger.0)))
    }
}

impl Ledger for Seat {
    fn keep(&self, folder: Uuid, id: Uuid, record: Bytes) -> Pending<'_, ()> {
        Box::pin(async move {
            fits(record.len())?;
            self.pages(|pages| pages.keep(folder, id, record))?
        })
    }

    fn begin(&self, folder: Uuid, id: Uuid, record: Bytes) -> Pending<'_, Option<Bytes>> {
        Box::pin(async move {
            fits(record.len())?;
            self.pages(|pages| pages.begin(folder, id, record))?
        })
    }

    fn clear(&self, folder: Uuid) -> Pending<'_, ()> {
        Box::pin(async move { self.pages(|pages| pages.clear(folder)) })
    }

    fn forget(&self, folder: Uuid, id: Uuid) -> Pending<'_, ()> {
        Box::pin(async move { self.pages(|pages| pages.forget(folder, id)) })
    }

    fn of(&self, folder: Uuid) -> Pending<'_, Vec<(Uuid, Bytes)>> {
        Box::pin(async move {
            self.pages(|pages| {
                let of = pages.folders.get(&folder).into_iter().flatten();
                of.map(|(id, record)| (*id, record.clone())).collect()
            })
        })
    }

    fn append(&self, id: Uuid, number: u64, piece: Bytes) -> Pending<'_, ()> {
        Box::pin(async move {
            fits(piece.len())?;
            self.pages(|pages| pages.append(id, number, piece))
        })
    }

    fn read(&self, id: Uuid, from: u64, bytes: usize) -> Pending<'_, Vec<(u64, Bytes)>> {
        Box::pin(async move { self.pages(|pages| pages.read(id, from, bytes)) })
    }

    fn erase(&self, id: Uuid) -> Pending<'_, ()> {
        Box::pin(async move { self.pages(|pages| pages.erase(id)) })
    }
}
