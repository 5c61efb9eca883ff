//! Calls that carry an `Idempotency-Key` are done once: a program that has lost an answer asks again, and does not make a
//! second person. What is known of a key stands in the site database, see [`db::site::Once`].
//!
//! ```text
//! POST + key ──▶ begun ──▶ handler, whose changes are marked ──▶ done: the answer is kept
//!            │                                               └─▶ refused: the key is free again
//!            └─▶ known ──▶ the answer of then │ 409 under way, or done and not kept or answered within another limit │ 422 another request
//! ```

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use db::site::{KeptAnswer, ONCE_KEY_LENGTH_MAX, Once, OnceKey};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::fault::Fault;
use crate::layers::BODY_MAX;
use crate::purpose;

/// The header of the draft "The Idempotency-Key HTTP Header Field".
const HEADER: &str = "idempotency-key";

/// Says that an answer is one of before.
const REPLAYED: &str = "idempotent-replayed";

/// Longest answer of a call that does something: an import's report and a plan for thousands stay below.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

tokio::task_local! {
    /// What the handler of this task does once.
    static DOING: OnceKey;
}

/// What is being done once, for whoever hands out the site.
pub(crate) fn doing() -> Option<OnceKey> {
    DOING.try_with(Clone::clone).ok()
}

/// The layer of the API.
pub(crate) async fn layer(State(app): State<App>, request: Request, next: Next) -> Result<Response, Fault> {
    let named = request.headers().get(HEADER).filter(|_| *request.method() == Method::POST);
    // A file is all or nothing, and the second time it changes nothing; it is too long to be held before its turn.
    let Some(named) = named.filter(|_| !request.uri().path().contains("/import/")) else {
        return Ok(next.run(request).await);
    };
    let key = read(named)?;
    let (parts, body) = request.into_parts();
    let key = OnceKey { token: purpose::of_token(&parts.headers), key };
    let too_long = |_| Fault::Unreadable(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long".to_owned());
    let body = to_bytes(body, BODY_MAX).await.map_err(too_long)?;
    let (digest, run, now, begins) = (digest(&parts, &body), app.run, app.now(), key.clone());
    match app.db(move |site| site.begin_once(&begins, digest, run, now)).await? {
        Once::Begun => {}
        Once::UnderWay => return Err(Fault::Refused { what: HEADER, problem: "under-way" }),
        Once::Done(_) | Once::Apart => return Err(Fault::Refused { what: HEADER, problem: "answer-not-kept" }),
        Once::Another => return Err(Fault::Invalid { field: HEADER, problem: "used-for-another" }),
        Once::Answered(kept) => return again(kept),
    }
    let secret = told_once(parts.uri.path());
    let response = DOING.scope(key.clone(), next.run(Request::from_parts(parts, Body::from(body)))).await;
    finish(&app, key, response, secret).await
}

/// One to 255 printable characters, in quotation marks as the draft has it, or without as many programs send them.
fn read(value: &HeaderValue) -> Result<String, Fault> {
    let text = value.to_str().unwrap_or_default().trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"');
    if text.is_empty() || text.len() > ONCE_KEY_LENGTH_MAX || !printable {
        let words = format!("{HEADER}: 1 to {ONCE_KEY_LENGTH_MAX} printable characters");
        return Err(Fault::Unreadable(StatusCode::BAD_REQUEST, words));
    }
    Ok(text.to_owned())
}

fn digest(parts: &Parts, body: &Bytes) -> [u8; 32] {
    let place = parts.uri.path_and_query().map_or("", |place| place.as_str());
    Sha256::new_with_prefix(place.as_bytes()).chain_update([0]).chain_update(body).finalize().into()
}

/// Answers with a link by which somebody sets a password are in no file, not for a day either.
fn told_once(path: &str) -> bool {
    path.starts_with("/v1/operators")
}

/// Keeps the answer of what was done.
async fn finish(app: &App, key: OnceKey, response: Response, secret: bool) -> Result<Response, Fault> {
    if !response.status().is_success() {
        let refused = app.db(move |site| site.refused_once(&key)).await;
        if refused.is_err() {
            tracing::warn!("a key of a refused call could not be freed; it will be in some minutes");
        }
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|error| {
        tracing::error!(%error, "an answer was too long to be kept");
        Fault::Broken
    })?;
    let headers = headers(&parts.headers);
    let kept = KeptAnswer { status: parts.status.as_u16(), headers, body: body.to_vec() };
    if app.db(move |site| site.answered_once(&key, (!secret).then_some(&kept))).await.is_err() {
        // It is done and marked as such; only its answer cannot be given again.
        tracing::warn!("an answer could not be kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Those that a program reads.
fn headers(all: &HeaderMap) -> Vec<(String, String)> {
    let told = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];
    let text = |name: &HeaderName| Some((name.as_str().to_owned(), all.get(name)?.to_str().ok()?.to_owned()));
    told.iter().filter_map(text).collect()
}

fn again(kept: KeptAnswer) -> Result<Response, Fault> {
    let status = StatusCode::from_u16(kept.status).map_err(|_| Fault::Broken)?;
    let mut response = (status, kept.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in kept.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
