//! How large anything on the wire may be, and the checks that say so. A peer is hostile until proved dull.
//!
//! Not here: limits on time, rates and numbers of connections, which belong to the Nexus.

/// Largest frame from a spore, bytes; the prototype's own limit.
pub const FRAME_FROM_SPORE: usize = 16 * 1024 * 1024;
/// Largest first frame, bytes: nobody is known yet, so it is small, with room for every method's schema.
pub const HANDSHAKE_FRAME: usize = 512 * 1024;
/// Largest frame that a v1 spore survives, bytes (its WebSocket library closes above it).
pub const FRAME_TO_V1_SPORE: usize = 1024 * 1024;
/// Largest frame to a v2 spore, bytes, unless it announced less.
pub const FRAME_TO_SPORE: usize = 8 * 1024 * 1024;
/// Largest piece of output in one OUTPUT, bytes before encoding.
pub const OUTPUT_CHUNK: usize = 64 * 1024;
/// Longest id, bytes.
pub const ID: usize = 128;
/// Longest name, tag, skill, method or version, bytes.
pub const NAME: usize = 256;
/// Longest free text (error, reason), bytes; longer text is cut, not refused.
pub const TEXT: usize = 64 * 1024;
/// Most brackets in one another, of JSON that passes through. Readers at the other end have limits too: 64 is a usual one.
pub const DEPTH: usize = 48;
/// Longest token, bytes.
pub const TOKEN: usize = 4096;
/// Most tags or skills of a node.
pub const LIST: usize = 256;
/// Most methods of a node.
pub const METHODS: usize = 512;
/// Most grants that a node tells of.
pub const GRANTS: usize = 64;
/// All texts of a node's policy together, bytes; the node cuts its lists to this.
pub const POLICY: usize = 32 * 1024;
/// Most addresses of a Nexus that are told in WELCOME.
pub const DOORS: usize = 16;
/// Most running executions in one handshake.
pub const RUNNING: usize = 1024;

/// A field that breaks a limit. Display: a fragment such as `node_name is longer than 256 bytes`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct Violation {
    /// The field's name on the wire.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// Whether a name must not hold this: control characters, those that cannot be seen, and those that break a line or turn the
/// direction of what stands round them, so that a name is shown as another one (Unicode Technical Report 36, section 2.10).
pub fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Checks a short text: not longer than `max` bytes and free of control characters.
pub(crate) fn text(field: &'static str, value: &str, max: usize) -> Result<(), Violation> {
    let problem = if value.len() > max {
        format!("is longer than {max} bytes")
    } else if value.chars().any(is_deceptive) {
        "holds a control character".to_owned()
    } else {
        return Ok(());
    };
    Err(Violation { field, problem })
}

/// Checks an id: [`text`], and not empty.
pub(crate) fn id(field: &'static str, value: &str) -> Result<(), Violation> {
    if value.trim().is_empty() {
        return Err(Violation {
            field,
            problem: "is empty".to_owned(),
        });
    }
    text(field, value, ID)
}

/// Whether this can be the id of something.
pub fn is_id(value: &str) -> bool {
    id("id", value).is_ok()
}

/// Checks a list of short texts.
pub(crate) fn texts(field: &'static str, values: &[String]) -> Result<(), Violation> {
    count(field, values.len(), LIST)?;
    values.iter().try_for_each(|value| text(field, value, NAME))
}

/// Whether JSON has more than [`DEPTH`] brackets in one another. It must be JSON.
pub fn is_deep(json: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    deepest > DEPTH
}

fn skip_string(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => return,
            _ => {}
        }
    }
}

/// Checks the length of a list.
pub(crate) fn count(field: &'static str, len: usize, max: usize) -> Result<(), Violation> {
    if len > max {
        return Err(Violation {
            field,
            problem: format!("has more than {max} entries"),
        });
    }
    Ok(())
}

/// Cuts text to at most `max` bytes at a character's edge.
pub fn cut(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let end = (0..=max)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    text.get(..end).unwrap_or("")
}
