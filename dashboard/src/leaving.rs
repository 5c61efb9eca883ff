//! What leaves as a file stands in the operator log before the first byte of it is sent.
//!
//! The layer looks at the answer and not at the path: whatever is handed out to be kept, as `Content-Disposition` says,
//! is noted, from whichever page or call it comes. If it cannot be noted, it does not leave.

use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::fault::Fault;
use crate::visit::{Caller, Visit, actor};

/// The layer of pages and API alike.
pub(crate) async fn noted(State(app): State<App>, request: Request, next: Next) -> Result<Response, Fault> {
    let (visit, caller) = (request.extensions().get::<Visit>(), request.extensions().get::<Caller>());
    let below = if caller.is_some() { "/api" } else { "" };
    let operator = visit.map(|visit| visit.operator.clone()).or_else(|| caller.map(|caller| caller.0.clone()));
    let place = request.uri().path_and_query().map_or_else(|| request.uri().path(), |place| place.as_str());
    let what = format!("{below}{place}");
    let only_asked = request.method() == Method::HEAD;
    let response = next.run(request).await;
    let leaves = response.status().is_success() && response.headers().contains_key(header::CONTENT_DISPOSITION);
    if leaves && !only_asked {
        let operator = operator.ok_or(Fault::Unauthorised)?;
        let of = app.clone();
        app.db(move |site| site.note_export(&actor(&of, &operator), &what)).await?;
    }
    Ok(response)
}
