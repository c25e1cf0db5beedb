//! Bodies and query strings in, with the contract's answers (422) when they do not fit.
//!
//! A body is read straight into its type; only when that fails is it read again, slowly, to say what is wrong.

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Problem;

/// Compact JSON, 200.
pub(crate) fn answer<T: Serialize>(body: &T) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => ([(CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "encoding",
            error.to_string(),
        )
        .into_response(),
    }
}

/// Largest body, bytes: the largest order that any spore takes, and what stands round it.
pub(crate) const LARGEST_BODY: usize = protocol::limits::FRAME_TO_SPORE + 64 * 1024;

/// A body as it arrived, if it did.
pub(crate) type Arrived = Result<Bytes, BytesRejection>;

/// Reads a body whose `required` fields must be there.
pub(crate) fn body<T: DeserializeOwned>(arrived: Arrived, required: &[&str]) -> Result<T, Problem> {
    let bytes = arrived.map_err(|rejection| {
        let detail =
            format!("the body did not arrive whole, or has more than {LARGEST_BODY} bytes");
        Problem::new(rejection.status(), "body", detail)
    })?;
    // A list would be taken for the fields in their order; an empty one for an object without any.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        let error = serde::de::Error::custom("expected an object");
        return Err(explain(&bytes, required, &error));
    }
    serde_json::from_slice(&bytes).map_err(|error| explain(&bytes, required, &error))
}

fn explain(bytes: &[u8], required: &[&str], error: &serde_json::Error) -> Problem {
    let details = match serde_json::from_slice::<Value>(bytes) {
        Err(error) => vec![json!({
            "type": "json_invalid", "loc": ["body", error.column()], "msg": "JSON decode error", "input": {},
            "ctx": {"error": error.to_string()},
        })],
        Ok(Value::Object(fields)) => {
            let missing: Vec<_> = required
                .iter()
                .filter(|field| !fields.contains_key(**field))
                .map(|field| json!({"type": "missing", "loc": ["body", field], "msg": "Field required", "input": fields}))
                .collect();
            if missing.is_empty() {
                vec![misfit(&fields, error)]
            } else {
                missing
            }
        }
        Ok(other) => vec![json!({
            "type": "model_attributes_type", "loc": ["body"],
            "msg": "Input should be a valid dictionary or object to extract fields from", "input": other,
        })],
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", details)
}

/// One field has the wrong type; serde's message says which in words, the contract wants it as a path.
fn misfit(fields: &serde_json::Map<String, Value>, error: &serde_json::Error) -> Value {
    let message = error.to_string();
    let said = message
        .split('`')
        .nth(1)
        .filter(|name| fields.contains_key(*name));
    match said {
        Some("timeout") => json!({
            "type": "int_parsing", "loc": ["body", "timeout"],
            "msg": "Input should be a valid integer, unable to parse string as an integer", "input": fields["timeout"],
        }),
        Some(name) => {
            json!({"type": "type_error", "loc": ["body", name], "msg": message, "input": fields[name]})
        }
        None => json!({"type": "value_error", "loc": ["body"], "msg": message, "input": fields}),
    }
}

/// A truth value of a query string, as FastAPI reads it.
pub(crate) fn flag(name: &str, value: Option<&str>) -> Result<bool, Problem> {
    match value.unwrap_or("false").to_ascii_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
        _ => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            vec![json!({
                "type": "bool_parsing", "loc": ["query", name],
                "msg": "Input should be a valid boolean, unable to interpret input", "input": value,
            })],
        )),
    }
}

/// What stands behind the `?` of a URL; what does not fit is answered like everything else that does not.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(read)| Self(read))
            .map_err(|rejection| {
                let detail = format!("the query string does not fit: {}", rejection.body_text());
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
            })
    }
}

/// Seconds, as leniently as the prototype: `30`, `"30"`, `30.0`.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    let value = Value::deserialize(input)?;
    let number = match &value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .trim()
            .parse::<i64>()
            .ok()
            .and_then(|whole| i32::try_from(whole).ok())
            .map(f64::from),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    match number {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole and in range"
        )]
        Some(number) if number.fract() == 0.0 && (0.0..=86_400.0).contains(&number) => {
            Ok(number as u32)
        }
        _ => Err(serde::de::Error::custom(
            "`timeout` must be whole seconds, 0 to 86400",
        )),
    }
}

/// A JSON object, kept as text.
pub(crate) fn object<'de, D: Deserializer<'de>>(input: D) -> Result<Box<RawValue>, D::Error> {
    let raw = Box::<RawValue>::deserialize(input)?;
    if raw.get().starts_with('{') {
        Ok(raw)
    } else {
        Err(serde::de::Error::custom("`parameters` must be an object"))
    }
}

/// No parameters at all.
pub(crate) fn no_parameters() -> Box<RawValue> {
    RawValue::from_string("{}".to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
