//! Entries with all that proves them, as JSON lines: what is exported, the entries with their hashes, checkpoints with their
//! signatures, and an end, so that a cut file is seen. Not here: where the lines go.

use std::io::BufRead;

use protocol::PublicKey;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::verify::FaultKind;
use crate::identity::fingerprint;

use super::{Anchor, Checkpoint, Digest, Head, Verdict, Verifier};

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// The first one.
    Export {
        /// Of this format.
        version: u32,
        /// Whose log it is.
        key: PublicKey,
        /// The same for people.
        fingerprint: String,
        /// When it was made, RFC 3339.
        at: String,
        /// Number of the entry before the first one.
        after: u64,
        /// Its hash.
        hash: Digest,
        /// When the entries before are gone: that the Nexus removed them.
        anchor: Option<Anchor>,
    },
    /// An entry.
    Entry {
        /// As in [`super::Head::extended`].
        hash: Digest,
        /// Its text, to the byte.
        text: Box<RawValue>,
    },
    /// Belongs to the entry before it.
    Checkpoint(Checkpoint),
    /// The last one.
    End {
        /// How many entries there are.
        entries: u64,
    },
}

/// Verifies an export. `wanted`: fingerprint of the key that it has to be of; none believes the file, which then proves only
/// that it fits itself.
pub fn verify_lines(lines: impl BufRead, wanted: Option<&str>) -> Result<Verdict, String> {
    let mut lines = lines
        .lines()
        .enumerate()
        .filter(|(_, line)| line.as_ref().map_or(true, |text| !text.trim().is_empty()));
    let mut next = || {
        let (at, line) = lines.next()?;
        let read = |text: String| {
            serde_json::from_str::<Line>(&text)
                .map_err(|error| format!("line {} is not of an export: {error}", at + 1))
        };
        Some(line.map_err(|error| error.to_string()).and_then(read))
    };
    let first = next().ok_or("the file is empty")??;
    let mut verifier = begin(first, wanted)?;
    let (mut entries, mut ended) = (0, None);
    while let Some(line) = next() {
        if ended.is_some() {
            return Err("something follows the end of the export".to_owned());
        }
        match line? {
            Line::Entry { hash, text } => {
                entries += 1;
                let number = number_of(text.get()).unwrap_or_else(|| verifier.due());
                verifier.entry(number, text.get(), hash);
            }
            Line::Checkpoint(checkpoint) => verifier.checkpoint(checkpoint),
            Line::End { entries } => ended = Some(entries),
            Line::Export { .. } => return Err("a second export begins in the file".to_owned()),
        }
    }
    if ended != Some(entries) {
        let detail = match ended {
            Some(told) => format!("the export had {told} entries, the file has {entries}"),
            None => "the file does not end as an export does".to_owned(),
        };
        verifier.fault(entries + 1, FaultKind::Cut, detail);
    }
    Ok(verifier.finish())
}

fn begin(first: Line, wanted: Option<&str>) -> Result<Verifier, String> {
    let Line::Export {
        version: 1,
        key,
        after,
        hash,
        anchor,
        ..
    } = first
    else {
        return Err("the first line is not that of an export (version 1)".to_owned());
    };
    let is = fingerprint(&key.0);
    if let Some(wanted) = wanted.filter(|wanted| plain(wanted) != plain(&is)) {
        return Err(format!(
            "it is of another Nexus: its key is {is}, not {wanted}"
        ));
    }
    let start = Head {
        number: after,
        hash,
    };
    Ok(match anchor {
        Some(anchor) if anchor.head() == start => Verifier::after(key, &anchor),
        Some(_) => return Err("the export does not begin where its anchor stands".to_owned()),
        None if after == 0 && start != Head::EMPTY => {
            return Err("the first entry follows nothing, so its hash before is zero".to_owned());
        }
        None => Verifier::new(key, start),
    })
}

/// People write fingerprints with spaces, without, and with colons.
fn plain(fingerprint: &str) -> String {
    let digits = fingerprint.chars().filter(char::is_ascii_alphanumeric);
    digits.map(|c| c.to_ascii_lowercase()).collect()
}

/// What it says of itself; its place in the file is what counts.
fn number_of(text: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Place {
        number: u64,
    }
    serde_json::from_str::<Place>(text)
        .ok()
        .map(|place| place.number)
}
