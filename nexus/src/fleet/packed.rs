//! Facts that are large, made small before they are sealed: what a node tells of its methods is tens of kilobytes of schemas, most
//! of which repeat. Deflate (RFC 1951) behind one byte that no JSON begins with.
//!
//! Not here: what a fact is. Letters are not packed: they are small, or the output of a program, which is somebody's secret that
//! its length should not tell more of.

use std::borrow::Cow;
use std::io::{Read, Write};

use axum::body::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// What is shorter stays as it is.
const SMALL: usize = 1024;
/// Longest text that comes out of one, bytes.
const LARGEST: u64 = 8 * 1024 * 1024;
/// Before what is packed.
const MARK: u8 = 1;

/// Packs a text, if it pays.
pub(super) fn pack(json: Vec<u8>) -> Bytes {
    if json.len() < SMALL {
        return json.into();
    }
    let mut encoder = DeflateEncoder::new(vec![MARK], Compression::fast());
    let packed = encoder.write_all(&json).and_then(|()| encoder.finish());
    match packed {
        Ok(packed) if packed.len() < json.len() => packed.into(),
        Ok(_) | Err(_) => json.into(),
    }
}

/// The text again. None: it is no packed text, or of an absurd length.
pub(super) fn unpack(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let Some((&MARK, packed)) = value.split_first() else {
        return Some(Cow::Borrowed(value));
    };
    let mut json = Vec::new();
    let read = DeflateDecoder::new(packed)
        .take(LARGEST + 1)
        .read_to_end(&mut json);
    let fits = read.is_ok() && json.len() as u64 <= LARGEST;
    fits.then_some(Cow::Owned(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_and_a_large_one_is_small_meanwhile() {
        for length in [0, 1, SMALL - 1, SMALL, 100 * SMALL] {
            let text = "{\"type\":\"object\"}".repeat(length / 17 + 1).into_bytes();
            let packed = pack(text.clone());
            assert_eq!(unpack(&packed).as_deref(), Some(&text[..]));
            assert!(text.len() < SMALL || packed.len() < text.len() / 10);
        }
    }

    #[test]
    fn what_does_not_get_smaller_stays() {
        let noise: Vec<u8> = (0..2 * SMALL)
            .map(|at| b' ' + u8::try_from(at * at * 31 / 7 % 90).unwrap())
            .collect();
        assert_eq!(unpack(&pack(noise.clone())).as_deref(), Some(&noise[..]));
    }

    #[test]
    fn what_is_none_or_never_ends_is_not_taken() {
        assert_eq!(unpack(&[MARK, 0xff, 0xff]), None);
        let bomb = pack(vec![b' '; usize::try_from(LARGEST).unwrap() + 1]);
        assert!(bomb.len() < 100 * 1024);
        assert_eq!(unpack(&bomb), None);
    }
}
