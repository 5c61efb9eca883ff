//! Notifications that were tried and given up.

use axum::Json;
use axum::extract::{Path, State};

use super::shape::LetterShape;
use super::{Nothing, number};
use crate::api::answer::Done;
use crate::api::events::limit;
use crate::api::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::visit::{Caller, actor};

/// The newest first; there is no cursor, since they are dealt with and go.
pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<LetterShape>>, Fault> {
    let (limit, now) = (limit(&pairs)?, app.now());
    let letters = app.db(move |site| site.dead_letters(now, limit)).await?;
    Ok(Json(List { items: letters.iter().map(LetterShape::from).collect(), next: None }))
}

/// Tries one again.
pub(super) async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Nothing {
    let (id, of) = (number(&id)?, app.clone());
    app.db(move |site| site.retry_notification(&actor(&of, &caller.0), id)).await?;
    Ok(Done)
}

/// Drops one.
pub(super) async fn forget(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Nothing {
    let (id, of) = (number(&id)?, app.clone());
    app.db(move |site| site.drop_notification(&actor(&of, &caller.0), id)).await?;
    Ok(Done)
}
