//! Whoever looks at the movements of one person or one card says why, before they see any.
//!
//! ```text
//! GET /events?person=7 ──▶ stated within the hour, in this session? ──yes──▶ counted, shown
//!                                     │ no
//!                                     ▼
//!                          /privacy/purpose: the form ──▶ kept, and back
//! ```
//!
//! The layer asks by path and query, so a list, a stream or a file that is added below these paths asks too. Programs
//! send the reason along, as `purpose`.

use access::uid::Uid;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use db::site::{PersonId, Searched};
use sha2::{Digest as _, Sha256};
use tower_sessions::session::Id;

use crate::app::App;
use crate::asked;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::{Pairs, encode};
use crate::visit::{Caller, Visit, actor};

/// Where a reader says why.
pub(crate) const PLACE: &str = "/privacy/purpose";

/// Whose reasons count: a digest of the session or of the token.
pub(crate) type Asker = [u8; 32];

/// The same of a session; of none, one that has stated nothing.
pub(crate) fn of_session(id: Option<Id>) -> Asker {
    let id = id.map_or_else(Vec::new, |id| id.0.to_le_bytes().to_vec());
    Sha256::new_with_prefix(b"session").chain_update(id).finalize().into()
}

/// The same of a token.
pub(crate) fn of_token(headers: &HeaderMap) -> Asker {
    let token = headers.get(header::AUTHORIZATION).map_or(&[][..], |value| value.as_bytes());
    Sha256::new_with_prefix(b"token").chain_update(token).finalize().into()
}

/// The layer of the pages.
pub(crate) async fn of_pages(State(app): State<App>, request: Request, next: Next) -> Result<Response, Fault> {
    let (parts, body) = request.into_parts();
    let searched = if asks(&parts) { of_uri(&parts.uri).await? } else { Vec::new() };
    if searched.is_empty() {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    let visit = parts.extensions.get::<Visit>().cloned().ok_or(Fault::Unauthorised)?;
    if may_look(&app, &visit.page, searched).await? {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    if parts.headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream")) {
        return Err(Fault::Invalid { field: "purpose", problem: "empty" });
    }
    Ok(Redirect::to(&ask(&visit.page.here)).into_response())
}

/// The layer of the API.
pub(crate) async fn of_calls(State(app): State<App>, request: Request, next: Next) -> Result<Response, Fault> {
    let (mut parts, body) = request.into_parts();
    let searched = if asks(&parts) { of_uri(&parts.uri).await? } else { Vec::new() };
    if !searched.is_empty() {
        let Caller(operator) = parts.extensions.get::<Caller>().cloned().ok_or(Fault::Unauthorised)?;
        let (asker, now) = (of_token(&parts.headers), app.now());
        let purpose = Pairs::from_request_parts(&mut parts, &app).await?.get("purpose").map(str::to_owned);
        let caller = app.clone();
        let may = app.db(move |site| {
            if site.look_at_movements(&asker, &searched, now)? {
                return Ok(true);
            }
            let Some(purpose) = purpose else { return Ok(false) };
            site.state_search(&actor(&caller, &operator), &asker, &searched, &purpose)?;
            site.look_at_movements(&asker, &searched, now)
        });
        match may.await {
            Ok(true) => {}
            Ok(false) => return Err(Fault::Invalid { field: "purpose", problem: "empty" }),
            Err(Fault::Invalid { field: "reason", problem }) => {
                return Err(Fault::Invalid { field: "purpose", problem });
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Whether a reason is stated for these, which is counted as a look.
pub(crate) async fn may_look(app: &App, page: &Page, searched: Vec<Searched>) -> Result<bool, Fault> {
    let (asker, now) = (page.asker, app.now());
    app.db(move |site| site.look_at_movements(&asker, &searched, now)).await
}

/// Where to say why, and to come back from.
pub(crate) fn ask(back: &str) -> String {
    format!("{PLACE}?next={}", encode(back))
}

/// Whose movements a place of this site shows.
pub(crate) async fn of_place(place: &str) -> Result<Vec<Searched>, Fault> {
    match place.parse::<Uri>() {
        Ok(uri) => of_uri(&uri).await,
        Err(_) => Ok(Vec::new()),
    }
}

/// Whether the path shows nothing without a reason. Pages of a person and of a card show everything else.
fn asks(parts: &Parts) -> bool {
    let path = within(parts.uri.path());
    let data = path.strip_prefix("/people/").and_then(|rest| rest.split_once('/'));
    matches!(parts.method, Method::GET | Method::HEAD)
        && (path.starts_with("/events") || data.is_some_and(|(_, page)| page.starts_with("data")))
}

/// The path behind the API's own, if it has that.
fn within(path: &str) -> &str {
    let path = path.strip_prefix("/api").unwrap_or(path);
    path.strip_prefix("/v1").unwrap_or(path)
}

/// What is no number and no card is refused where the filter is read.
async fn of_uri(uri: &Uri) -> Result<Vec<Searched>, Fault> {
    let path = within(uri.path());
    let person = |text: &str| text.parse().ok().map(|id| Searched::Person(PersonId(id)));
    let card = |text: &str| text.parse::<Uid>().ok().map(Searched::Card);
    let named = |folder: &str| path.strip_prefix(folder).and_then(|rest| rest.split('/').next());
    if path.starts_with("/events") {
        let request = axum::http::Request::builder().uri(uri.clone()).body(()).map_err(|_| Fault::Broken)?;
        let pairs = Pairs::from_request_parts(&mut request.into_parts().0, &()).await?;
        let (persons, cards) = (asked::values(&pairs, "person"), asked::values(&pairs, "card"));
        return Ok(persons.filter_map(person).chain(cards.filter_map(card)).collect());
    }
    Ok(named("/people/").and_then(person).or_else(|| named("/cards/").and_then(card)).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_tells_whose_movements_it_shows() {
        let (person, card) = (Searched::Person(PersonId(7)), Searched::Card("04A1B201".parse().unwrap()));
        for (place, whose) in [
            ("/events?person=7", vec![person]),
            ("/events/stream?door=a&card=04%3Aa1%3Ab2%3A01&person=7", vec![person, card]),
            ("/events.csv?person=7", vec![person]),
            ("/events?person=x,7&card=;04A1B201", vec![person, card]),
            ("/v1/events?card=04A1B201", vec![card]),
            ("/api/v1/events?card=04A1B201", vec![card]),
            ("/people/7", vec![person]),
            ("/people/7/data.json", vec![person]),
            ("/cards/04A1B201", vec![card]),
            ("/events", vec![]),
            ("/events/12", vec![]),
            ("/events?card=&person=x", vec![]),
            ("/doors/pharmacy", vec![]),
        ] {
            assert_eq!(of_place(place).await, Ok(whose), "{place}");
        }
    }
}
