//! Why a request could not be answered as wished. The layers turn it into a page or a problem document.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::site::SiteError;

use crate::rights::Right;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nobody is signed in, or the token is unknown.
    Unauthorised,
    /// The operator or the token has not this right.
    Forbidden(Right),
    /// It is for those who have the whole site, and whoever asks is limited to a part of it.
    Whole,
    /// There is no such thing.
    NotFound,
    /// The same for somebody who is limited: there is none, or it lies outside.
    Outside,
    /// A value does not hold: which field, and the code of the problem.
    Invalid { field: &'static str, problem: &'static str },
    /// It is there already.
    Conflict(&'static str),
    /// It is there, and cannot be treated so as it is now: which thing, and the code of why.
    Refused { what: &'static str, problem: &'static str },
    /// It is not what the caller has seen: somebody else has edited it meanwhile.
    Stale(&'static str),
    /// A file in which things are wrong: the code, and what the API says of it.
    File { problem: &'static str, report: serde_json::Value },
    /// The body or the query could not be read, in the parser's words.
    Unreadable(StatusCode, String),
    /// Too much at once; later it will do.
    Busy,
    /// Our own fault. What it was stands in the log.
    Broken,
}

impl Fault {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::Whole => StatusCode::FORBIDDEN,
            Self::NotFound | Self::Outside => StatusCode::NOT_FOUND,
            Self::Invalid { .. } | Self::File { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) | Self::Refused { .. } => StatusCode::CONFLICT,
            Self::Stale(_) => StatusCode::PRECONDITION_FAILED,
            Self::Unreadable(status, _) => *status,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<SiteError> for Fault {
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::Invalid { field, problem } => Self::Invalid { field, problem },
            SiteError::NotFound { .. } => Self::NotFound,
            SiteError::Outside => Self::Outside,
            SiteError::Conflict { what, .. } => Self::Conflict(what),
            SiteError::Refused { what, problem } => Self::Refused { what, problem },
            SiteError::Stale { what } => Self::Stale(what),
            SiteError::Busy => Self::Busy,
            other => {
                tracing::error!(error = %other, "the site database failed");
                Self::Broken
            }
        }
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be rendered");
        Self::Broken
    }
}

impl From<tower_sessions::session::Error> for Fault {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "the session could not be read or kept");
        Self::Broken
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
