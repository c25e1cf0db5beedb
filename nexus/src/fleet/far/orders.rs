//! Orders for a node elsewhere on their way to become letters. Not here: sending them.

use protocol::{Outcome, Response};
use serde_json::value::RawValue;

use crate::fleet::message::{Placed, Says};

/// Frames of one letter.
pub(super) const BATCH: usize = 64;
/// Bytes of one letter, unless one frame alone has more.
const BYTES: usize = 128 << 10;

/// Orders that wait to become a letter.
pub(super) struct Orders<'a> {
    at: &'a Placed,
    frames: Vec<String>,
    bytes: usize,
}

impl<'a> Orders<'a> {
    pub(super) fn new(at: &'a Placed) -> Self {
        Self {
            at,
            frames: Vec::new(),
            bytes: 0,
        }
    }

    /// One more; a letter, if those before leave no room for it.
    pub(super) fn add(&mut self, frame: String) -> Option<Says> {
        let full = self.bytes + frame.len() > BYTES;
        let letter = full.then(|| self.rest()).flatten();
        self.bytes += frame.len();
        self.frames.push(frame);
        letter
    }

    pub(super) fn rest(&mut self) -> Option<Says> {
        self.bytes = 0;
        let frames = std::mem::take(&mut self.frames);
        let at = self.at.clone();
        (!frames.is_empty()).then_some(Says::Orders { at, frames })
    }
}

/// What a spore would say that does not do it.
pub(super) fn refusal(request_id: String, why: &str) -> Response {
    Response {
        request_id,
        node_id: String::new(),
        success: false,
        result: RawValue::NULL.to_owned(),
        error: Some(why.to_owned()),
        execution_time: 0.0,
        outcome: Some(Outcome::Refused),
        exit_code: None,
        signal: None,
        next_seq: None,
        output_truncated: false,
    }
}
