//! Input as leniently as the prototype reads it (pydantic's lax mode), so that its peers' frames decode:
//! integers may be `7`, `"7"` or `7.0`, booleans `true`, `0` or `"yes"`, floats numeric strings.
//! Unlike it, we refuse NaN and infinities. Not here: range checks.

use serde::de::{self, DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

/// The texts of a list; whatever else is in it is left out, and what is no list is an empty one. For what is only advice:
/// nonsense in it must not cost the message.
pub(crate) fn texts<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Entry {
        Text(String),
        Other(IgnoredAny),
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        List(Vec<Entry>),
        Other(IgnoredAny),
    }
    let Given::List(entries) = Given::deserialize(input)? else {
        return Ok(Vec::new());
    };
    let texts = entries.into_iter().filter_map(|entry| match entry {
        Entry::Text(text) => Some(text),
        Entry::Other(IgnoredAny) => None,
    });
    Ok(texts.collect())
}

/// A finite float.
pub(crate) fn float<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
    let value = match Scalar::deserialize(input)? {
        Scalar::Bool(value) => f64::from(u8::from(value)),
        #[expect(clippy::cast_precision_loss, reason = "a reading, not a count")]
        Scalar::Int(value) => value as f64,
        Scalar::Float(value) => value,
        Scalar::Text(text) => text
            .trim()
            .parse()
            .map_err(|_| de::Error::custom("expected a number"))?,
    };
    if value.is_finite() {
        Ok(value)
    } else {
        Err(de::Error::custom("expected a finite number"))
    }
}

/// A whole number.
pub(crate) fn int<'de, D: Deserializer<'de>>(input: D) -> Result<i64, D::Error> {
    const WHOLE: &str = "expected a whole number";
    match Scalar::deserialize(input)? {
        Scalar::Bool(value) => Ok(i64::from(value)),
        Scalar::Int(value) => Ok(value),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "checked to be whole and in range"
        )]
        Scalar::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => Ok(value as i64),
        Scalar::Float(_) => Err(de::Error::custom(WHOLE)),
        Scalar::Text(text) => text.trim().parse().map_err(|_| de::Error::custom(WHOLE)),
    }
}

/// A whole number that is not negative; larger than `u32` becomes the largest `u32`.
pub(crate) fn count<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    let value = int(input)?;
    Ok(u32::try_from(value.max(0)).unwrap_or(u32::MAX))
}

/// What was added later: none when it is not as we know it, so that a stranger's field of the same name harms nobody.
pub(crate) fn maybe<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    input: D,
) -> Result<Option<T>, D::Error> {
    let said = serde_json::Value::deserialize(input)?;
    Ok(serde_json::from_value(said).ok())
}

/// A truth value.
pub(crate) fn truth<'de, D: Deserializer<'de>>(input: D) -> Result<bool, D::Error> {
    let text = match Scalar::deserialize(input)? {
        Scalar::Bool(value) => return Ok(value),
        Scalar::Int(value) => value.to_string(),
        Scalar::Float(value) => value.to_string(),
        Scalar::Text(text) => text.to_ascii_lowercase(),
    };
    match text.as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
        _ => Err(de::Error::custom("expected true or false")),
    }
}
