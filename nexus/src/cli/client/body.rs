//! Lines of JSON out of a body that goes on. Not here: what they mean.

use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

use super::AskError;

/// Longest line, bytes; output comes in much smaller pieces.
const LINE: usize = 16 << 20;

/// See the module.
pub(in crate::cli) struct Lines {
    body: Incoming,
    splitter: Splitter,
}

impl Lines {
    pub(super) fn new(body: Incoming) -> Self {
        Self {
            body,
            splitter: Splitter::default(),
        }
    }

    /// The next line; none when the stream has ended in order. May be given up and asked again.
    pub(in crate::cli) async fn next(&mut self) -> Result<Option<Value>, AskError> {
        loop {
            if let Some(line) = self.splitter.line() {
                return serde_json::from_slice(&line).map(Some).map_err(|_| {
                    AskError::Odd("the Nexus sent a line that is no JSON".to_owned())
                });
            }
            match self.body.frame().await {
                None => return Ok(None),
                Some(Err(error)) => {
                    return Err(AskError::Silent(format!(
                        "the connection to the Nexus broke: {error}"
                    )));
                }
                Some(Ok(frame)) => {
                    let piece = frame.data_ref().map(AsRef::as_ref).unwrap_or_default();
                    if !self.splitter.feed(piece) {
                        let why = "the Nexus sent a line that does not end";
                        return Err(AskError::Odd(why.to_owned()));
                    }
                }
            }
        }
    }
}

/// Cuts bytes into lines.
#[derive(Debug, Default)]
struct Splitter {
    kept: Vec<u8>,
    /// Where the next line begins, and how far its end was looked for.
    from: usize,
    seen: usize,
}

impl Splitter {
    /// False: there is no end of the line for too long.
    fn feed(&mut self, piece: &[u8]) -> bool {
        self.kept.drain(..self.from);
        self.seen -= self.from;
        self.from = 0;
        self.kept.extend_from_slice(piece);
        self.kept.len() <= LINE
    }

    /// The next whole line; empty ones keep a connection alive and mean nothing.
    fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            let unseen = self.kept.get(self.seen..)?;
            let Some(length) = unseen.iter().position(|byte| *byte == b'\n') else {
                self.seen = self.kept.len();
                return None;
            };
            let end = self.seen + length;
            let line = self.kept.get(self.from..end)?.trim_ascii().to_vec();
            self.from = end + 1;
            self.seen = self.from;
            if !line.is_empty() {
                return Some(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let text = b"{\"a\":1}\n\n\r\n{\"b\":2}\r\nrest";
        for size in 1..text.len() {
            let mut splitter = Splitter::default();
            let mut lines = Vec::new();
            for piece in text.chunks(size) {
                assert!(splitter.feed(piece));
                lines.extend(std::iter::from_fn(|| splitter.line()));
            }
            assert_eq!(
                lines,
                [b"{\"a\":1}".to_vec(), b"{\"b\":2}".to_vec()],
                "{size}"
            );
        }
    }

    #[test]
    fn a_line_that_never_ends_is_given_up() {
        let mut splitter = Splitter::default();
        let piece = vec![b'x'; LINE / 2 + 1];
        assert!(splitter.feed(&piece));
        assert!(splitter.line().is_none());
        assert!(!splitter.feed(&piece));
    }
}
