//! Bytes to text, piece by piece: a character that is cut in two by the end of a piece is put together again.

use std::collections::HashMap;

use protocol::Stream;
use uuid::Uuid;

/// Remembers the beginnings of characters whose ends have not come.
#[derive(Default)]
pub(crate) struct Decoder {
    begun: HashMap<(Uuid, bool), Vec<u8>>,
}

impl Decoder {
    /// The text of a piece. What is not UTF-8 becomes U+FFFD.
    pub(crate) fn decode(&mut self, execution: Uuid, stream: Stream, bytes: &[u8]) -> String {
        let key = (execution, stream == Stream::Stderr);
        let whole = match self.begun.remove(&key) {
            Some(mut begun) => {
                begun.extend_from_slice(bytes);
                begun
            }
            None => bytes.to_vec(),
        };
        let (head, tail) = whole.split_at(whole.len() - unfinished(&whole));
        if !tail.is_empty() {
            self.begun.insert(key, tail.to_vec());
        }
        String::from_utf8_lossy(head).into_owned()
    }

    /// Nothing more will come of it.
    pub(crate) fn forget(&mut self, execution: Uuid) {
        self.begun.retain(|(id, _), _| *id != execution);
    }
}

/// How many bytes at the end may be the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last();
    let invalid = last.map_or(&[][..], |chunk| chunk.invalid());
    // Something invalid at the very end is unfinished if more bytes could make it valid.
    let may_go_on =
        |piece: &[u8]| std::str::from_utf8(piece).is_err_and(|error| error.error_len().is_none());
    if may_go_on(invalid) { invalid.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Stream, Uuid};

    #[test]
    fn a_cut_character_is_put_together() {
        let mut decoder = Decoder::default();
        let id = Uuid::new_v4();
        let bytes = "zażółć 🚀".as_bytes();
        let text: String = bytes
            .chunks(1)
            .map(|piece| decoder.decode(id, Stream::Stdout, piece))
            .collect();
        assert_eq!(text, "zażółć 🚀");
    }

    #[test]
    fn streams_and_executions_do_not_mix() {
        let mut decoder = Decoder::default();
        let (one, other) = (Uuid::new_v4(), Uuid::new_v4());
        assert_eq!(decoder.decode(one, Stream::Stdout, b"\xc5"), "");
        assert_eq!(decoder.decode(one, Stream::Stderr, b"x"), "x");
        assert_eq!(decoder.decode(other, Stream::Stdout, b"y"), "y");
        assert_eq!(decoder.decode(one, Stream::Stdout, b"\xbc!"), "ż!");
    }

    #[test]
    fn what_is_no_text_is_replaced_at_once() {
        let mut decoder = Decoder::default();
        let id = Uuid::new_v4();
        assert_eq!(decoder.decode(id, Stream::Stdout, b"a\xff"), "a\u{fffd}");
        assert_eq!(decoder.decode(id, Stream::Stdout, b"\xe2\x82"), "");
        decoder.forget(id);
        assert_eq!(decoder.decode(id, Stream::Stdout, b"b"), "b");
    }
}
