//! The audit log of an instance on its way to another one, which keeps a copy: a page at a time, and an entry that does not fit into
//! one in pieces. Whoever asks believes nothing of it yet.
//! Not here: when it is asked for, and what is kept ([`crate::fleet::copies`]).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answering::{Answer, TEXT, in_words, told};
use super::words::{PAGE, Piece};
use super::{NotAnswered, Others, Question};
use crate::audit::{Anchor, Checkpoint, Digest, Head, LONGEST, LogId, Told};
use crate::fleet::InstanceId;
use crate::hub::Handle;

/// How long one may take to answer. Nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest text that goes along with its page, bytes.
const ALONG: usize = 256 * 1024;
/// Largest number that an entry can have.
const LARGEST: u64 = 1 << 53;

/// What the log of an instance holds after a number.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ToldLog {
    /// The entry before its first: number and hash.
    begin: (u64, Digest),
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anchor: Option<Anchor>,
    /// Number of the last one.
    last: u64,
    /// Hash of the one with that number; none: it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Digest>,
    /// Those that follow it, or that follow the beginning if that is later.
    rows: Vec<ToldEntry>,
    checkpoints: Vec<Checkpoint>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ToldEntry {
    hash: Digest,
    /// None: it is too long to come along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Box<RawValue>>,
}

/// The same, read.
pub(crate) struct LogPage {
    /// The entry before its first.
    pub(crate) begin: Head,
    /// That those before were removed.
    pub(crate) anchor: Option<Anchor>,
    /// Number of the last one.
    pub(crate) last: u64,
    /// Hash of the one with the number that was asked for; none: it is not there.
    pub(crate) at: Option<Digest>,
    /// What follows.
    pub(crate) told: Told,
    /// A text could not be had: there is more than this.
    pub(crate) cut: bool,
}

impl Others {
    /// The log of an instance after a number, and signatures of entries after another one. `only_where`: no entries, only how it
    /// stands there. None: it does not tell.
    pub(crate) async fn audit(
        &self,
        of: InstanceId,
        (after, signed): (u64, u64),
        only_where: bool,
    ) -> Result<Option<LogPage>, NotAnswered> {
        let question = Question::Audit {
            after,
            signed,
            only_where,
        };
        let told: Option<ToldLog> = self.one(of, &question, PATIENCE).await?;
        let plausible = |told: &ToldLog| told.begin.0 <= LARGEST && told.last <= LARGEST;
        let Some(told) = told.filter(plausible) else {
            return Ok(None);
        };
        let mut page = LogPage {
            begin: Head {
                number: told.begin.0,
                hash: told.begin.1,
            },
            anchor: told.anchor,
            last: told.last,
            at: told.at,
            told: Told {
                rows: Vec::with_capacity(told.rows.len()),
                checkpoints: told.checkpoints,
            },
            cut: false,
        };
        let mut number = after.max(told.begin.0);
        for row in told.rows {
            number += 1;
            let text = match row.text {
                Some(text) => Some(String::from(Box::<str>::from(text))),
                None => self.audit_text(of, number).await?,
            };
            let Some(text) = text else {
                page.cut = true;
                break;
            };
            page.told.rows.push((row.hash, text));
        }
        Ok(Some(page))
    }

    async fn audit_text(&self, of: InstanceId, number: u64) -> Result<Option<String>, NotAnswered> {
        let mut text = String::new();
        loop {
            let from = text.len();
            let question = Question::AuditText { number, from };
            let piece: Option<Piece> = self.one(of, &question, PATIENCE).await?;
            let Some(piece) = piece else {
                return Ok(None);
            };
            text.push_str(&piece.text);
            if text.len() == piece.of {
                return Ok(Some(text));
            }
            if piece.text.is_empty() || text.len() > piece.of || piece.of > LONGEST {
                return Ok(None);
            }
        }
    }
}

/// What this instance's log holds.
pub(super) async fn log(handle: &Handle, after: u64, signed: u64, only_where: bool) -> Answer {
    let bytes = if only_where { 0 } else { PAGE };
    let own = handle.store.audit_told(after, signed, bytes).await;
    let own = own.map_err(in_words)?;
    let (mut rows, mut size) = (Vec::new(), 0);
    for row in own.rows {
        let long = row.text.len() > ALONG;
        size += if long { 0 } else { row.text.len() } + 200;
        if size > PAGE && !rows.is_empty() {
            break;
        }
        let hash = row.hash;
        let text = (!long).then(|| row.raw());
        rows.push(ToldEntry { hash, text });
    }
    told(&ToldLog {
        begin: (own.begin.head.number, own.begin.head.hash),
        anchor: own.begin.anchor,
        last: own.last,
        at: own.at,
        rows,
        checkpoints: own.checkpoints,
    })
}

/// A piece of a long entry of it.
pub(super) async fn text(handle: &Handle, number: u64, from: usize) -> Answer {
    let Some(before) = number.checked_sub(1) else {
        return Ok(None);
    };
    let rows = handle.store.audit_after(LogId::OWN, before, 1).await;
    let row = rows.map_err(in_words)?.pop();
    let row = row.filter(|row| row.number == number);
    let Some(rest) = row.as_ref().and_then(|row| row.text.get(from..)) else {
        return Ok(None);
    };
    told(&Piece {
        text: protocol::limits::cut(rest, TEXT).to_owned(),
        of: from + rest.len(),
    })
}
