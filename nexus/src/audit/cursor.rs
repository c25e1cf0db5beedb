//! Where a list of entries goes on: by a number in one log, or by one in each of several. To people it is a word that is given
//! back as it came. Not here: which logs there are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Logs that one word may name.
const MOST: usize = 1_000;

/// One of the logs that are kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub u32);

impl LogId {
    /// This instance's own.
    pub const OWN: Self = Self(0);
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// Before this number: in the log that is asked for, or in this instance's own.
    Number(u64),
    /// Before these numbers; a log that is not named has nothing more.
    Places(Vec<(LogId, u64)>),
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Places(places) => {
                for (at, (log, before)) in places.iter().enumerate() {
                    let between = if at == 0 { "" } else { "_" };
                    write!(out, "{between}{}-{before}", log.0)?;
                }
                Ok(())
            }
        }
    }
}

impl FromStr for Cursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "`before` is no number, and nothing that an earlier page gave".to_owned();
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let place = |part: &str| {
            let (log, before) = part.split_once('-')?;
            Some((LogId(log.parse().ok()?), before.parse().ok()?))
        };
        let places: Option<Vec<_>> = text.split('_').take(MOST + 1).map(place).collect();
        let places = places.filter(|places| places.len() <= MOST);
        places.map(Self::Places).ok_or_else(wrong)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => to.serialize_u64(*number),
            Self::Places(_) => to.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Word;
        impl serde::de::Visitor<'_> for Word {
            type Value = Cursor;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a number, or what an earlier page gave")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Cursor, E> {
                Ok(Cursor::Number(number))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Cursor, E> {
                text.parse().map_err(E::custom)
            }
        }
        from.deserialize_any(Word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_back_as_it_went() {
        for cursor in [
            Cursor::Number(0),
            Cursor::Number(u64::MAX),
            Cursor::Places(vec![(LogId::OWN, 812)]),
            Cursor::Places(vec![(LogId::OWN, 1), (LogId(7), u64::MAX)]),
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor.clone()));
            let json = serde_json::to_string(&cursor).unwrap();
            assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor);
        }
        let many = vec!["1-1"; MOST + 1].join("_");
        for wrong in ["", "x", "1-", "-1", "1-2_", "1-2-3", "é-1", "1--1", &many] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
