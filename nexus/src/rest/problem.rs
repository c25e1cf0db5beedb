//! What goes wrong, as an answer: the contract's `detail`, with the fields of RFC 9457 beside it.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Denied;
use crate::hub::{Acceptance, Unreached};
use crate::state::{CancelError, SubmitError};
use crate::store::StoreError;

/// The body of every answer that is not a success.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A sentence that says what to do; for 422 a list with one entry for each bad field.
    detail: Box<Value>,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// For programs: `unknown_node`, `offline`, `busy`…
    code: &'static str,
    /// Seconds until it is worth trying again.
    #[serde(skip)]
    retry_after: u64,
    /// For the audit log: the caller wanted more than it may.
    #[serde(skip)]
    refusal: Option<Refusal>,
    /// More, if there is more to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Box<Value>>,
}

/// Why the audit log should hear of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Refusal {
    /// The caller may not do this.
    Denied(String),
    /// There is no such node, or none in the caller's scope.
    NoSuchNode,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<Value>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            detail: Box::new(detail.into()),
            title,
            status: status.as_u16(),
            code,
            retry_after: 1,
            refusal: None,
            context: None,
        }
    }

    /// Its sentence, where there is no body to put it in.
    pub(crate) fn sentence(&self) -> String {
        self.detail
            .as_str()
            .map_or_else(|| self.detail.to_string(), str::to_owned)
    }

    pub(crate) fn with(mut self, context: Value) -> Self {
        self.context = Some(Box::new(context));
        self
    }

    pub(crate) fn not_found(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// The node is outside of the caller's scope, which looks as if it did not exist.
    pub(crate) fn no_such_node(detail: &str) -> Self {
        Self {
            refusal: Some(Refusal::NoSuchNode),
            ..Self::not_found(detail)
        }
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Method Not Allowed",
        )
    }

    pub(crate) fn forbidden(detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    pub(crate) fn unauthorized() -> Self {
        let detail =
            "send the header `Authorization: Bearer …` with the token that `nexus token` shows";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    pub(crate) fn too_many(detail: &str, wait: std::time::Duration) -> Self {
        Self {
            retry_after: wait.as_secs() + 1,
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail)
        }
    }

    pub(crate) fn disabled() -> Self {
        let detail = "this Nexus is switched off; start it with ENABLE_NEXUS=true";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "disabled", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response =
            (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(refusal) = self.refusal {
            response.extensions_mut().insert(refusal);
        }
        let headers = response.headers_mut();
        match status {
            StatusCode::UNAUTHORIZED => {
                drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
            }
            StatusCode::TOO_MANY_REQUESTS => {
                drop(headers.insert(RETRY_AFTER, self.retry_after.into()))
            }
            _ => {}
        }
        response
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let (detail, code) = (error.to_string(), error.code());
        match error {
            SubmitError::UnknownNode(_) | SubmitError::UnknownNodes { .. } => Self {
                refusal: Some(Refusal::NoSuchNode),
                ..Self::new(StatusCode::BAD_REQUEST, "unknown_node", detail)
            },
            SubmitError::Unrecorded(error) => error.into(),
            SubmitError::SharedToken { .. } => {
                Self::new(StatusCode::FORBIDDEN, "shared_token", detail)
            }
            SubmitError::Targets(refused) => {
                // Told one by one, in the words that each of them would be refused with.
                let hidden = refused
                    .iter()
                    .any(|(_, error)| matches!(error, SubmitError::UnknownNode(_)));
                let each: Vec<_> = refused
                    .iter()
                    .map(|(node, error)| {
                        json!({"node_id": node, "code": error.code(), "detail": error.to_string()})
                    })
                    .collect();
                Self {
                    refusal: hidden.then_some(Refusal::NoSuchNode),
                    ..Self::new(StatusCode::BAD_REQUEST, "targets", detail)
                        .with(json!({"refused": each}))
                }
            }
            SubmitError::NoTargets(_) | SubmitError::Saved(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
            }
            SubmitError::TargetsChanged { sha256, count } => {
                Self::new(StatusCode::CONFLICT, "targets_changed", detail)
                    .with(json!({"targets_sha256": sha256, "count": count}))
            }
            SubmitError::ConfirmCount(count) => {
                Self::new(StatusCode::CONFLICT, "confirm_count", detail)
                    .with(json!({ "count": count }))
            }
            SubmitError::OtherJob(id) | SubmitError::KnownJob(id) => {
                Self::new(StatusCode::CONFLICT, "duplicate", detail).with(json!({ "job_id": id }))
            }
            SubmitError::Held(_) => Self::new(StatusCode::LOCKED, "held", detail),
            SubmitError::BadTargets(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
            }
            SubmitError::NeedsApproval(approval) => super::approvals::required(&approval),
            SubmitError::Approval(error) => error.into(),
            SubmitError::NameNodes(_) | SubmitError::Guarded { .. } => {
                Self::new(StatusCode::CONFLICT, "approval_required", detail)
            }
            SubmitError::Offline(_) => Self::new(StatusCode::BAD_REQUEST, "offline", detail),
            SubmitError::Unsupported { .. } => {
                Self::new(StatusCode::BAD_REQUEST, "unsupported", detail)
            }
            SubmitError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
            }
            SubmitError::Duplicate(_) => Self::new(StatusCode::CONFLICT, "duplicate", detail),
            SubmitError::Busy(_) => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", detail),
            SubmitError::NoCandidate(placement) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "no_candidate", detail)
                    .with(serde_json::to_value(placement).unwrap_or_default())
            }
        }
    }
}

impl From<Acceptance> for Problem {
    fn from(error: Acceptance) -> Self {
        match error {
            Acceptance::Refused(error) => error.into(),
            Acceptance::NotKept(_) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "not_kept",
                error.to_string(),
            ),
            Acceptance::Declined(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "declined",
                error.to_string(),
            ),
            Acceptance::Stopping => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stopping",
                error.to_string(),
            ),
            Acceptance::Unrecorded(error) => error.into(),
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let why = denied.to_string();
        match denied {
            Denied::Hidden => Self::no_such_node(&why),
            Denied::Role { .. } | Denied::Limited | Denied::Call => Self {
                refusal: Some(Refusal::Denied(why.clone())),
                ..Self::forbidden(&why)
            },
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "store",
            error.to_string(),
        )
    }
}

impl From<Unreached> for Problem {
    fn from(error: Unreached) -> Self {
        match error {
            Unreached::Own(error) => error.into(),
            Unreached::Store(error) => error.into(),
            Unreached::Away(error) => {
                let names: Vec<_> = error.0.iter().map(|one| one.name.clone()).collect();
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "instance_away",
                    error.to_string(),
                )
                .with(json!({ "instances": names }))
            }
        }
    }
}

impl From<CancelError> for Problem {
    fn from(error: CancelError) -> Self {
        let detail = error.to_string();
        match error {
            CancelError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, "not_found", detail),
            CancelError::Over { .. } => Self::new(StatusCode::CONFLICT, "over", detail),
            CancelError::Unsupported(_) => Self::new(StatusCode::CONFLICT, "unsupported", detail),
        }
    }
}
