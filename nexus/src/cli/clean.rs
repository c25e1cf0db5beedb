//! Makes text that came from a node safe for a terminal: control sequences, C0 and C1 controls and what turns the direction of
//! writing are taken out, so that output can neither drive the terminal nor hide or reorder what the operator reads. The
//! console does the same in its own language.
//! Not here: colours of nodes, which are dropped on purpose.

/// A string sequence (OSC, DCS…) that does not end is given up after this many characters, so that it cannot swallow a log.
const LONGEST_SEQUENCE: u32 = 4096;

/// Cleans a stream piece by piece; a sequence or a character may be cut in half by the end of a piece.
#[derive(Debug, Default)]
pub(super) struct Cleaner {
    at: At,
    length: u32,
    /// The beginning of a character that the next piece may finish; at most three bytes.
    rest: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Ground,
    Escape,
    Intermediate,
    Csi,
    Text,
    TextEscape,
}

impl Cleaner {
    /// The next piece. Newline, tab and carriage return stay; bytes that are no UTF-8 become replacement characters.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let mut clean = String::with_capacity(all.len());
        let mut left = all.as_slice();
        loop {
            match std::str::from_utf8(left) {
                Ok(text) => {
                    self.text(text, &mut clean);
                    return clean;
                }
                Err(error) => {
                    let (good, bad) = left.split_at(error.valid_up_to());
                    self.text(&String::from_utf8_lossy(good), &mut clean);
                    let Some(length) = error.error_len() else {
                        self.rest = bad.to_vec();
                        return clean;
                    };
                    self.text("\u{fffd}", &mut clean);
                    left = bad.get(length..).unwrap_or_default();
                }
            }
        }
    }

    fn text(&mut self, text: &str, clean: &mut String) {
        for character in text.chars() {
            if self.at == At::Ground {
                if is_harmless(character) {
                    clean.push(character);
                } else {
                    self.enter(character);
                }
            } else if self.inside(character) && is_harmless(character) {
                clean.push(character);
            }
        }
    }

    fn enter(&mut self, character: char) {
        self.length = 0;
        self.at = match character {
            '\u{1b}' => At::Escape,
            '\u{9b}' => At::Csi,
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => At::Text,
            _ => At::Ground,
        };
    }

    /// One character within a sequence; whether it belongs to the text after all.
    fn inside(&mut self, character: char) -> bool {
        self.length += 1;
        if matches!(character, '\n' | '\r') || self.length > LONGEST_SEQUENCE {
            self.at = At::Ground;
            return true;
        }
        self.at = match self.at {
            At::Ground => At::Ground,
            At::Escape => after_escape(character),
            At::Intermediate if character >= '0' => At::Ground,
            At::Intermediate => At::Intermediate,
            At::Csi if character == '\u{1b}' => At::Escape,
            At::Csi if character >= '@' => At::Ground,
            At::Csi => At::Csi,
            At::Text if matches!(character, '\u{7}' | '\u{9c}') => At::Ground,
            At::Text if character == '\u{1b}' => At::TextEscape,
            At::Text => At::Text,
            At::TextEscape if character == '\\' => At::Ground,
            At::TextEscape => At::Text,
        };
        false
    }
}

/// One whole piece of text on one line: a name, a reason.
pub(super) fn line(text: &str) -> String {
    let clean = Cleaner::default().feed(text.as_bytes());
    let words: Vec<_> = clean.split(['\n', '\r', '\t']).collect();
    words.join(" ")
}

/// Several lines, without what controls a terminal.
pub(super) fn lines(text: &str) -> String {
    Cleaner::default().feed(text.as_bytes()).replace('\r', "")
}

/// JSON says everything, but in a way that controls nothing: what is not harmless can only stand in its strings, where it
/// may be escaped.
pub(super) fn json(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmless(character) {
            clean.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                clean.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    clean
}

fn after_escape(character: char) -> At {
    match character {
        '[' => At::Csi,
        ']' | 'P' | 'X' | '^' | '_' => At::Text,
        ' '..='/' => At::Intermediate,
        '\u{1b}' => At::Escape,
        _ => At::Ground,
    }
}

fn is_harmless(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' => false,
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        _ => !character.is_control(),
    }
}

#[cfg(test)]
mod tests;
