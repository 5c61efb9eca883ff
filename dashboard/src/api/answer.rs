//! Answers whose type says what they are.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{ETAG, LOCATION};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Where a thing is found below the version, and the thing.
pub(super) type Placed<T> = (String, T);

/// Something was made: 201, and where it is if it is to be found somewhere.
pub(super) struct Created<T>(pub(super) Option<String>, pub(super) T);

/// Something was asked for: 202, and where to see what becomes of it.
pub(super) struct Accepted<T>(pub(super) Placed<T>);

/// A thing with the version that an edit hands in as `If-Match`.
pub(super) struct Tagged<T>(pub(super) u64, pub(super) T);

/// A table of RFC 4180.
pub(super) struct Spreadsheet(pub(super) Response);

/// It is done, and there is nothing to say.
pub(super) struct Done;

fn placed(status: StatusCode, place: Option<&str>, body: impl Serialize) -> Response {
    let location = place.map(|place| [(LOCATION, format!("/api/v1{place}"))]);
    match location {
        Some(location) => (status, location, Json(body)).into_response(),
        None => (status, Json(body)).into_response(),
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        placed(StatusCode::CREATED, self.0.as_deref(), self.1)
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        let Self((place, body)) = self;
        placed(StatusCode::ACCEPTED, Some(&place), body)
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        ([(ETAG, format!("\"{}\"", self.0))], Json(self.1)).into_response()
    }
}

impl IntoResponse for Spreadsheet {
    fn into_response(self) -> Response {
        self.0
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
