//! Notifications that were tried and given up.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::shape::LetterShape;
use super::{Nothing, number};
use crate::api::events::limit;
use crate::api::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::visit::{Caller, actor};

/// By their numbers.
pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<LetterShape>>, Fault> {
    let (after, limit, now) = (pairs.parse("after", "not-a-number")?, limit(&pairs)?, app.now());
    let letters = app.db(move |site| site.dead_letters(now, after, limit)).await?;
    let next = letters.last().filter(|_| letters.len() >= limit as usize).map(|last| last.id.to_string());
    Ok(Json(List { items: letters.iter().map(LetterShape::from).collect(), next }))
}

/// Tries one again.
pub(super) async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Nothing {
    let (id, of) = (number(&id)?, app.clone());
    app.db(move |site| site.retry_dead_letter(&actor(&of, &caller.0), id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Drops one.
pub(super) async fn forget(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Nothing {
    let (id, of) = (number(&id)?, app.clone());
    app.db(move |site| site.drop_dead_letter(&actor(&of, &caller.0), id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
