//! What a Nexus answers when it does not do what was asked, and what that is for the shell. Not here: success.

use http::StatusCode;
use serde_json::Value;

use crate::cli::{Exit, Failure};

/// Why there is no answer to go on with.
#[derive(Debug)]
pub(in crate::cli) enum AskError {
    /// Nothing answers, or not for long enough.
    Silent(String),
    /// Something answers, but no Nexus.
    Odd(String),
    /// The Nexus says no.
    Refused(Refused),
}

/// A problem as the Nexus tells it.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Refused {
    status: u16,
    /// For programs: `unknown_node`, `held`…
    pub(in crate::cli) code: String,
    /// For people.
    said: Vec<String>,
    /// More, if there is more to know.
    pub(in crate::cli) context: Value,
}

impl Refused {
    /// None if this is no problem of ours.
    pub(super) fn read(status: StatusCode, body: Option<Value>) -> Option<Self> {
        let mut body = body?;
        let said = match body.get("detail")? {
            Value::String(detail) => vec![detail.clone()],
            Value::Array(fields) => fields.iter().map(of_field).collect(),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
                vec![other.to_string()]
            }
        };
        let said = if said == ["Not Found"] {
            vec!["this Nexus does not know that; it may be older than this program".to_owned()]
        } else {
            said
        };
        let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
        Some(Self {
            status: status.as_u16(),
            code: code.to_owned(),
            said,
            context: body.get_mut("context").map(Value::take).unwrap_or_default(),
        })
    }

    /// Whether something else has that name already.
    pub(in crate::cli) fn is_conflict(&self) -> bool {
        self.status == 409
    }

    /// Whether somebody has to say that destruction is meant.
    pub(in crate::cli) fn wants_yes(&self) -> bool {
        self.status == 409 && self.code.starts_with("confirm")
    }

    fn exit(&self) -> Exit {
        match (self.status, self.code.as_str()) {
            (401 | 403 | 423, _) => Exit::REFUSED,
            (_, "targets_changed") => Exit::REFUSED,
            (_, code) if code.starts_with("confirm") => Exit::REFUSED,
            (_, code) if code.starts_with("approval") => Exit::REFUSED,
            (_, "unknown_outcome") => Exit::UNKNOWN,
            (422, "invalid") => Exit::USAGE,
            _ => Exit::FAILED,
        }
    }

    /// Which nodes cannot do it and why, if the Nexus lists them.
    fn reasons(&self) -> Vec<String> {
        let text = |one: &Value, field: &str| {
            let text = one.get(field).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let listed = self.context.get("refused").and_then(Value::as_array);
        let reason = |one: &Value| {
            let name = ["node_name", "node_id"].map(|field| text(one, field));
            let name = name.into_iter().find(|name| !name.is_empty());
            format!("  {}: {}", name.unwrap_or_default(), text(one, "detail"))
        };
        listed.into_iter().flatten().take(20).map(reason).collect()
    }
}

/// One bad field of an ask.
fn of_field(field: &Value) -> String {
    let place = field.get("loc").and_then(Value::as_array);
    let place = place.into_iter().flatten().map(|part| {
        let text = part.as_str().map(str::to_owned);
        text.unwrap_or_else(|| part.to_string())
    });
    let place: Vec<_> = place.filter(|part| part != "body").collect();
    let what = field
        .get("msg")
        .and_then(Value::as_str)
        .unwrap_or("is wrong");
    format!("{}: {what}", place.join("."))
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Silent(why) | AskError::Odd(why) => Self::new(Exit::UNREACHABLE, why),
            AskError::Refused(refused) => Self {
                exit: refused.exit(),
                said: [refused.said.clone(), refused.reasons()].concat(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(status: u16, body: Value) -> Failure {
        let refused = Refused::read(StatusCode::from_u16(status).unwrap(), Some(body));
        AskError::Refused(refused.unwrap()).into()
    }

    #[test]
    fn every_refusal_has_the_exit_code_that_is_promised() {
        for (status, code, exit) in [
            (401, "unauthorized", 4),
            (403, "forbidden", 4),
            (409, "approval_required", 4),
            (403, "approval_required", 4),
            (423, "held", 4),
            (409, "confirm_count", 4),
            (409, "targets_changed", 4),
            (502, "unknown_outcome", 5),
            (422, "invalid", 2),
            (422, "no_targets", 1),
            (404, "not_found", 1),
            (500, "store", 1),
        ] {
            let failure = read(status, json!({"detail": "no", "code": code}));
            assert_eq!(failure.exit, Exit(exit), "{code}");
            assert_eq!(failure.said, ["no"]);
        }
    }

    #[test]
    fn bad_fields_and_refused_nodes_are_named() {
        let detail = json!([{"type": "missing", "loc": ["body", "waves", "steps", 0], "msg": "is too large"}]);
        let failure = read(422, json!({"detail": detail, "code": "invalid"}));
        assert_eq!(failure.said, ["waves.steps.0: is too large"]);
        let context =
            json!({"refused": [{"node_id": "n1", "code": "offline", "detail": "is offline"}]});
        let failure = read(
            400,
            json!({"detail": "no", "code": "targets", "context": context}),
        );
        assert_eq!(failure.said, ["no", "  n1: is offline"]);
    }

    #[test]
    fn what_is_no_problem_of_ours_is_none() {
        let status = StatusCode::BAD_GATEWAY;
        assert!(Refused::read(status, None).is_none());
        assert!(Refused::read(status, Some(json!("<html>"))).is_none());
        assert!(Refused::read(status, Some(json!({"error": 1}))).is_none());
    }
}
