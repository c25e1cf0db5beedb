//! Rows of the directory: how they look sealed, and which are taken. Each row has a version, which grows with each writing of
//! its key; an old row that somebody put back stands later in the stream with a version that is over.
//!
//! Not here: what this process never saw. One that has just started takes what the stream holds.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::body::Bytes;
use uuid::Uuid;

use super::lock;
use crate::fleet::engine::{Card, Epoch, FactKey, InstanceId, News, Table};

/// From so many rows on, nothing new is remembered about keys that are over.
const REMEMBERED: usize = 500_000;

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    Card(Card),
    Left(InstanceId),
    Held(String, InstanceId),
    Free(String, Epoch),
    Fact(FactKey, Bytes),
    Removed(FactKey),
}

impl Row {
    /// A version, a letter, the key with its length, the rest.
    pub(super) fn write(&self, version: u64) -> Vec<u8> {
        let mut bytes = version.to_be_bytes().to_vec();
        let mut put = |letter: u8, key: &[u8], rest: &[u8]| {
            bytes.push(letter);
            // Keys are shorter than a message, which is bounded.
            bytes.extend(u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(rest);
        };
        match self {
            // A card is plain data; it always has a text.
            Self::Card(card) => put(b'c', &serde_json::to_vec(card).unwrap_or_default(), &[]),
            Self::Left(id) => put(b'l', id.0.as_bytes(), &[]),
            Self::Held(node, by) => put(b'h', node.as_bytes(), by.0.as_bytes()),
            Self::Free(node, epoch) => put(b'f', node.as_bytes(), &epoch.0.to_be_bytes()),
            Self::Fact(key, value) => put(b'v', name(key).as_bytes(), value),
            Self::Removed(key) => put(b'r', name(key).as_bytes(), &[]),
        }
        bytes
    }

    /// None: a version of this program that nobody knows yet wrote it.
    pub(super) fn read(bytes: &Bytes) -> Option<(u64, Self)> {
        let (version, rest) = bytes.split_first_chunk::<8>()?;
        let (letter, rest) = rest.split_first()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (key, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        let text = || String::from_utf8(key.to_vec()).ok();
        let row = match letter {
            b'c' => Self::Card(serde_json::from_slice(key).ok()?),
            b'l' => Self::Left(InstanceId(Uuid::from_slice(key).ok()?)),
            b'h' => Self::Held(text()?, InstanceId(Uuid::from_slice(rest).ok()?)),
            b'f' => Self::Free(text()?, Epoch(u64::from_be_bytes(rest.try_into().ok()?))),
            b'v' => Self::Fact(read_name(&text()?)?, bytes.slice_ref(rest)),
            b'r' => Self::Removed(read_name(&text()?)?),
            _ => return None,
        };
        Some((u64::from_be_bytes(*version), row))
    }

    /// What this row, of this version and in this place of the stream, is for whoever watches.
    pub(super) fn news(self, version: u64, sequence: u64) -> News {
        let fact = |key, value| News::Fact {
            key,
            value,
            revision: sequence,
        };
        match self {
            Self::Card(card) => News::Instance(card),
            Self::Left(id) => News::Left(id),
            Self::Held(node, by) => News::Held {
                node,
                by,
                epoch: Epoch(version),
            },
            Self::Free(node, epoch) => News::Free { node, epoch },
            Self::Fact(key, value) => fact(key, Some(value)),
            Self::Removed(key) => fact(key, None),
        }
    }

    /// It only says that something is not there any more.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Self::Left(_) | Self::Free(..) | Self::Removed(_) => true,
            Self::Card(_) | Self::Held(..) | Self::Fact(..) => false,
        }
    }
}

/// The table's word, and the key.
pub(super) fn name(key: &FactKey) -> String {
    let table = match key.table {
        Table::Member => "member",
        Table::Token => "token",
        Table::JoinCode => "join_code",
        Table::Group => "group",
        Table::ApprovalRule => "approval_rule",
        Table::Schedule => "schedule",
        Table::Runbook => "runbook",
        Table::AlertRule => "alert_rule",
        Table::Chart => "chart",
        Table::Stop => "stop",
        Table::Swarm => "swarm",
        Table::Job => "job",
        Table::Approval => "approval",
        Table::Alert => "alert",
    };
    format!("{table}/{}", key.key)
}

fn read_name(name: &str) -> Option<FactKey> {
    let (table, key) = name.split_once('/')?;
    let table = serde_json::from_value(serde_json::Value::String(table.to_owned())).ok()?;
    Some(FactKey {
        table,
        key: key.to_owned(),
    })
}

/// The last row that was seen of each subject: its version, and where it stood.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<String, Seen>>);

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) version: u64,
    pub(super) sequence: u64,
    /// It only said that something is not there.
    pub(super) over: bool,
}

impl Memory {
    /// Whether a row with this version may stand there: whatever stands later has a larger one. Rows come out of order to us
    /// (what was just written, what a watch is only now told), so an older one before the known one is fine.
    pub(super) fn takes(&self, subject: &str, row: Seen) -> bool {
        let mut rows = lock(&self.0);
        let Some(seen) = rows.get_mut(subject) else {
            if rows.len() < REMEMBERED {
                rows.insert(subject.to_owned(), row);
            }
            return true;
        };
        if row.version > seen.version {
            *seen = row;
            return true;
        }
        row == *seen || (row.version < seen.version && row.sequence < seen.sequence)
    }

    pub(super) fn get(&self, subject: &str) -> Option<Seen> {
        lock(&self.0).get(subject).copied()
    }
}
