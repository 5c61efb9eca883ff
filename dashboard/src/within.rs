//! Operators who are limited to a part of the site: what they ask for is narrowed before any handler runs.
//!
//! ```text
//! visit: who asks ──▶ Narrow, if they are limited ──▶ may they call it at all? ──▶ is what the address names within?
//!                                                     └▶ handler, with the site narrowed: App::db
//! ```
//!
//! What is within is decided in [`db::site::Within`], and no page or call knows of it. Here stands what such an operator may
//! call at all: nothing that touches both worlds, such as rules, settings and other operators.
//!
//! What a limit means for an answer that is still being written when its handler has returned, such as a file or the live
//! view, is the same: its body is read within the scope too.

use std::sync::Arc;

use access::time::UtcMs;
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequestParts as _, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use db::site::{Limit, Operator, PersonId, Subject, Within};
use futures_util::{StreamExt as _, stream};

use crate::app::App;
use crate::fault::Fault;
use crate::rights::Right;
use crate::routes::Need;
use crate::visit::actor;

/// Below these lies what is about the site as a whole, though other routes of the same right are not: a review confirms all
/// members of a group, and what could not be delivered is told of the whole site.
const WHOLE_BELOW: [&str; 4] =
    ["/reports/review", "/api/v1/reviews", "/alarms/undelivered", "/api/v1/alarms/undelivered"];

/// Who and what is new belongs to nobody yet, so whoever is limited would not see what they have added.
const ADDS: [&str; 4] = ["/people", "/cards", "/api/v1/people", "/api/v1/cards"];

tokio::task_local! {
    static WITHIN: Arc<Within>;
}

/// What is within for whoever asks; nothing if they are not limited.
pub(crate) fn current() -> Option<Arc<Within>> {
    WITHIN.try_with(Clone::clone).ok()
}

/// What a request of somebody who is limited may touch.
#[derive(Debug, Clone)]
pub(crate) struct Narrow(Arc<Within>);

impl Narrow {
    /// None for whoever has the whole site.
    pub(crate) fn new(limit: Limit, now: UtcMs) -> Option<Self> {
        Within::new(limit, now).map(|within| Self(within.into()))
    }

    /// Refuses what is for the whole site, and what the address names if it lies outside.
    ///
    /// # Errors
    /// [`Fault::Whole`], [`Fault::NotFound`].
    pub(crate) async fn admits(&self, app: &App, parts: &mut Parts) -> Result<(), Fault> {
        let pattern = parts.extensions.get().map_or_else(String::new, |path: &MatchedPath| path.as_str().to_owned());
        let below = WHOLE_BELOW.iter().any(|place| pattern.strip_prefix(place).is_some_and(of_it));
        if below || (parts.method == Method::POST && ADDS.contains(&pattern.as_str())) {
            return Err(Fault::Whole);
        }
        for subject in subjects(&words(&pattern, parts).await) {
            let sees = app.db(move |site| site.sees(&subject));
            if !WITHIN.scope(self.0.clone(), sees).await? {
                return Err(Fault::NotFound);
            }
        }
        Ok(())
    }

    /// The same answer, whose body is read with the site narrowed too.
    fn body(self, response: Response) -> Response {
        if response.body().size_hint().exact().is_some() {
            // It is written already.
            return response;
        }
        response.map(|body| {
            let mut body = body.into_data_stream();
            Body::from_stream(stream::poll_fn(move |waker| {
                WITHIN.sync_scope(self.0.clone(), || body.poll_next_unpin(waker))
            }))
        })
    }
}

/// Does this with the site narrowed, if it is.
pub(crate) async fn scoped<T>(narrow: Option<&Narrow>, work: impl Future<Output = T>) -> T {
    match narrow {
        Some(narrow) => WITHIN.scope(narrow.0.clone(), work).await,
        None => work.await,
    }
}

/// Answers with the site narrowed, if it is, to the last byte.
pub(crate) async fn answer(
    app: &App,
    narrow: Option<Narrow>,
    (operator, asked): (&Operator, (Method, String)),
    answer: impl Future<Output = Response>,
) -> Response {
    let Some(narrow) = narrow else { return answer.await };
    let mut response = scoped(Some(&narrow), answer).await;
    note(app, operator, asked, &mut response).await;
    narrow.body(response)
}

/// Answers that it may not be.
pub(crate) async fn refusal(
    app: &App,
    limited: bool,
    (operator, asked): (&Operator, (Method, String)),
    fault: Fault,
) -> Response {
    let mut response = fault.into_response();
    if limited {
        note(app, operator, asked, &mut response).await;
    }
    response
}

/// Whether what comes behind a place still belongs to it.
fn of_it(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// Whether a route is answered with the whole site to everybody: who is in. A list by which a house is searched in a fire
/// must not leave out whom the reader does not know.
pub(crate) fn is_whole(need: Need) -> bool {
    need == Need::Right(Right::Evacuation)
}

/// Says in the answer that something may lie outside, and notes it if they wanted to change something.
async fn note(app: &App, operator: &Operator, (method, path): (Method, String), response: &mut Response) {
    let outside = response.status() == StatusCode::NOT_FOUND;
    if outside {
        response.extensions_mut().insert(Fault::Outside);
    }
    let whole = response.extensions().get::<Fault>() == Some(&Fault::Whole);
    if method.is_safe() || !(outside || whole) {
        return;
    }
    let (of, operator) = (app.clone(), operator.clone());
    let noted = app.db(move |site| site.note_outside(&actor(&of, &operator), &format!("{method} {path}"))).await;
    if noted.is_err() {
        tracing::warn!("what a limited operator was refused could not be noted");
    }
}

/// The words of a path as its handler reads them: what stands for a name of the pattern is decoded.
async fn words(pattern: &str, parts: &mut Parts) -> Vec<String> {
    // What is no text names nothing, and its handler refuses it.
    let named = RawPathParams::from_request_parts(parts, &()).await.ok();
    let value = |word: &str| {
        let name = word.strip_prefix('{')?.strip_suffix('}')?;
        named.as_ref()?.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    };
    pattern.split('/').skip(1).map(|word| value(word).unwrap_or_else(|| word.to_owned())).collect()
}

/// The things that the words of a path name, on pages and in the API alike.
fn subjects(words: &[String]) -> Vec<Subject> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let words = words.strip_prefix(&["api", "v1"]).unwrap_or(&words);
    let number = |text: &str| text.split('.').next().and_then(|text| text.parse::<i64>().ok());
    let card = |text: &str| text.parse().ok().map(Subject::Card);
    let door = |text: &str| text.parse().ok().map(Subject::Door);
    let person = |text: &str| number(text).map(|id| Subject::Person(PersonId(id)));
    let one = match words {
        ["people", id, "employments", of] => {
            return [person(id), number(of).map(Subject::Employment)].into_iter().flatten().collect();
        }
        ["people", id, "rights", of] => {
            return [person(id), number(of).map(Subject::Right)].into_iter().flatten().collect();
        }
        ["cards", uid, "doors", of] => return [card(uid), door(of)].into_iter().flatten().collect(),
        ["people", id, ..] => person(id),
        ["groups", _, "members", id] => person(id),
        ["cards", uid, ..] | ["rules", "areas", _, "inside", uid] => card(uid),
        ["doors", id, ..] => door(id),
        ["events", id] | ["explain", "event", id] => number(id).map(Subject::Event),
        ["alarms", "mutes", id, ..] => number(id).map(Subject::Mute),
        ["alarms", id, ..] => number(id).map(Subject::Alarm),
        ["employments", id, ..] => number(id).map(Subject::Employment),
        ["rights", id, ..] => number(id).map(Subject::Right),
        ["handouts" | "desk", id, ..] => number(id).map(Subject::HandOut),
        ["commands", id] => number(id).map(Subject::Command),
        ["encodings", id] => number(id).map(Subject::Encoding),
        ["lockdown" | "lockdowns", id, ..] => number(id).map(Subject::Lockdown),
        ["requests", id, ..] => number(id).map(Subject::Request),
        _ => None,
    };
    one.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_what_it_names() {
        let card = || Subject::Card("04A1B201".parse().unwrap());
        for (path, named) in [
            ("/people/7", vec![Subject::Person(PersonId(7))]),
            ("/people/7/employments/3", vec![Subject::Person(PersonId(7)), Subject::Employment(3)]),
            ("/api/v1/employments/3", vec![Subject::Employment(3)]),
            ("/api/v1/groups/2/members/7", vec![Subject::Person(PersonId(7))]),
            ("/cards/04:A1:B2:01/block", vec![card()]),
            ("/api/v1/cards/04A1B201/doors/main", vec![card(), Subject::Door("main".parse().unwrap())]),
            ("/cards/ending", vec![]),
            ("/doors/main/order", vec![Subject::Door("main".parse().unwrap())]),
            ("/alarms/mutes/2/end", vec![Subject::Mute(2)]),
            ("/alarms/4/close", vec![Subject::Alarm(4)]),
            ("/events.csv", vec![]),
            ("/api/v1/explain/event/5", vec![Subject::Event(5)]),
            ("/rules/groups/2/member", vec![]),
        ] {
            let words: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
            assert_eq!(subjects(&words), named, "{path}");
        }
    }
}
