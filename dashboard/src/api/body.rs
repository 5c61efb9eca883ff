//! Bodies of requests.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::fault::Fault;

/// A JSON body. What is wrong with it is said in the parser's words.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Fault;
    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        Json::from_request(request, app)
            .await
            .map(|Json(value)| Self(value))
            .map_err(|refused| Fault::Unreadable(refused.status(), refused.body_text()))
    }
}

/// A JSON body that may be left out; then everything has its default.
pub(super) struct Optional<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequest<App> for Optional<T> {
    type Rejection = Fault;
    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), app)
            .await
            .map_err(|refused| Fault::Unreadable(refused.status(), refused.body_text()))?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        let whole = Request::from_parts(parts, bytes.into());
        Body::from_request(whole, app).await.map(|Body(value)| Self(value))
    }
}
