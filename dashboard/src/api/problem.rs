//! Errors as `application/problem+json` (RFC 9457).

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::fault::Fault;
use crate::layers::hints;

/// The members of RFC 9457, section 3.1, and two of ours.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Problem {
    /// The status says all there is to say about the type.
    r#type: &'static str,
    title: String,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// The stable code of what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// What else there is to say of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<serde_json::Value>,
}

/// Gives every error that has no document of its own yet one.
pub(crate) async fn from_any(mut response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = problem(status, response.extensions_mut().remove());
    let mut answer = (status, axum::Json(problem)).into_response();
    // What else was said, such as the methods that there are, stays.
    for (name, value) in response.headers() {
        if *name != CONTENT_TYPE && *name != CONTENT_LENGTH {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    hints(&mut answer, status, Some("Bearer"));
    answer
}

fn problem(status: StatusCode, fault: Option<Fault>) -> Problem {
    let (report, fault) = match fault {
        Some(Fault::File { problem, report }) => (Some(report), Some(Fault::Invalid { field: "file", problem })),
        other => (None, other),
    };
    let (detail, field, code) = match fault {
        Some(Fault::Invalid { field, problem }) => (None, Some(field), Some(problem)),
        Some(Fault::Conflict(what)) => (None, Some(what), Some("duplicate")),
        Some(Fault::Refused { what, problem }) => (None, Some(what), Some(problem)),
        Some(Fault::Forbidden(right)) => (
            Some(format!("neither role nor token has the right {}", right.code())),
            Some(right.code()),
            Some("no-right"),
        ),
        Some(Fault::Whole) => (
            Some("this is for operators of the whole site, and this one is limited to a part of it".to_owned()),
            None,
            Some("only-whole-site"),
        ),
        Some(Fault::Outside) => (
            Some("there is no such thing, or it lies outside of what the operator is limited to".to_owned()),
            None,
            Some("outside-limit"),
        ),
        Some(Fault::Stale(what)) => (None, Some(what), Some("changed-meanwhile")),
        Some(Fault::Unreadable(_, words)) => (Some(words), None, None),
        _ => (None, None, None),
    };
    Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail,
        field,
        code,
        report,
    }
}
