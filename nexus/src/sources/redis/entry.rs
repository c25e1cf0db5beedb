//! Entries of a stream as Redis answers with them. Read here by hand: an entry that was removed has no fields, and a value
//! need not be text. Not here: asking for them.

use redis::{ErrorKind, RedisError, Value};

/// The field that a job stands in.
const JOB: &[u8] = b"job";

/// What an entry has, in its order.
type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// One message.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: String,
    /// None when it was removed from the stream.
    fields: Option<Fields>,
}

impl Entry {
    /// What is to be a job.
    pub(super) fn job(&self) -> Option<&[u8]> {
        let fields = self.fields.as_ref()?;
        let found = fields.iter().find(|(name, _)| name == JOB);
        found.map(|(_, value)| value.as_slice())
    }

    pub(super) fn is_gone(&self) -> bool {
        self.fields.is_none()
    }

    pub(super) fn fields(&self) -> &[(Vec<u8>, Vec<u8>)] {
        self.fields.as_deref().unwrap_or_default()
    }
}

/// The answer to XREADGROUP for one stream.
pub(super) fn read(answer: Value) -> Result<Vec<Entry>, RedisError> {
    if answer == Value::Nil {
        return Ok(Vec::new());
    }
    let stream = list(answer)?.pop().ok_or_else(odd)?;
    entries_of(list(stream)?.pop().ok_or_else(odd)?)
}

/// The answer to XAUTOCLAIM: where to go on, and what was taken over.
pub(super) fn claimed(answer: Value) -> Result<(String, Vec<Entry>), RedisError> {
    let mut parts = list(answer)?.into_iter();
    let (next, entries) = parts.next().zip(parts.next()).ok_or_else(odd)?;
    Ok((text(next)?, entries_of(entries)?))
}

fn entries_of(value: Value) -> Result<Vec<Entry>, RedisError> {
    let mut entries = Vec::new();
    for entry in list(value)? {
        // Older servers tell what was removed so.
        if entry == Value::Nil {
            continue;
        }
        let mut parts = list(entry)?.into_iter();
        let (id, fields) = parts.next().zip(parts.next()).ok_or_else(odd)?;
        entries.push(Entry {
            id: text(id)?,
            fields: fields_of(fields)?,
        });
    }
    Ok(entries)
}

fn fields_of(value: Value) -> Result<Option<Fields>, RedisError> {
    if value == Value::Nil {
        return Ok(None);
    }
    let mut parts = list(value)?.into_iter();
    let mut fields = Vec::new();
    while let Some(name) = parts.next() {
        let value = parts.next().ok_or_else(odd)?;
        fields.push((bytes(name)?, bytes(value)?));
    }
    Ok(Some(fields))
}

fn list(value: Value) -> Result<Vec<Value>, RedisError> {
    value.into_sequence().map_err(|_| odd())
}

fn text(value: Value) -> Result<String, RedisError> {
    String::from_utf8(bytes(value)?).map_err(|_| odd())
}

fn bytes(value: Value) -> Result<Vec<u8>, RedisError> {
    if let Value::BulkString(bytes) = value {
        Ok(bytes)
    } else {
        Err(odd())
    }
}

fn odd() -> RedisError {
    RedisError::from((
        ErrorKind::UnexpectedReturnType,
        "its answer is not what Redis answers",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Value {
        Value::BulkString(text.into())
    }

    #[test]
    fn entries_are_read_and_removed_ones_are_told_apart() {
        let fields = Value::Array(vec![bulk("a"), bulk("1"), bulk("job"), bulk("{}")]);
        let entries = Value::Array(vec![
            Value::Array(vec![bulk("1-0"), fields]),
            Value::Array(vec![bulk("2-0"), Value::Nil]),
        ]);
        let answer = Value::Array(vec![Value::Array(vec![bulk("jobs"), entries])]);
        let read = read(answer).unwrap();
        assert_eq!(read[0].job(), Some(&b"{}"[..]));
        assert_eq!(read[0].fields().len(), 2);
        assert!(read[1].is_gone() && read[1].job().is_none() && read[1].id == "2-0");
    }

    #[test]
    fn what_redis_never_answers_is_an_error() {
        for odd in [
            Value::Int(1),
            Value::Array(vec![]),
            Value::Array(vec![Value::Array(vec![bulk("jobs"), bulk("x")])]),
            Value::Array(vec![Value::Array(vec![
                bulk("jobs"),
                Value::Array(vec![Value::Array(vec![
                    bulk("1-0"),
                    Value::Array(vec![bulk("job")]),
                ])]),
            ])]),
        ] {
            assert!(read(odd.clone()).is_err(), "{odd:?}");
            assert!(claimed(odd).is_err());
        }
        assert!(read(Value::Nil).unwrap().is_empty());
    }
}
