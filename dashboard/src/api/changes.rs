//! The operator log, with what each change found and left.

use axum::Json;
use axum::extract::{Path, State};
use db::site::{Became, ChangeView};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::calls::Calls;
use super::events::limit;
use super::shape::List;
use crate::app::App;
use crate::change_query;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::rights::Right;
use crate::when;

/// The routes.
pub(super) fn router() -> Calls {
    Calls::new().get(Right::Audit, "/changes", list).get(Right::Audit, "/changes/{number}", show)
}

/// A change.
#[derive(Serialize, JsonSchema)]
pub(super) struct ChangeShape {
    number: u64,
    at: String,
    operator: String,
    action: String,
    detail: String,
    /// What became another by it.
    changed: Vec<BecameShape>,
    /// Rows that are not told of, since there were too many.
    more: u64,
}

/// A thing that became another: null before if it was not there, null after if it is not there any more.
#[derive(Serialize, JsonSchema)]
struct BecameShape {
    of: String,
    key: Map<String, Value>,
    before: Option<Map<String, Value>>,
    after: Option<Map<String, Value>>,
}

impl From<Became> for BecameShape {
    fn from(one: Became) -> Self {
        let (mut before, mut after) = (Map::new(), Map::new());
        for (field, was, is) in one.fields {
            before.insert(field.clone(), was);
            after.insert(field, is);
        }
        Self {
            of: one.of,
            key: one.key.into_iter().collect(),
            before: one.was.then_some(before),
            after: one.is.then_some(after),
        }
    }
}

impl From<ChangeView> for ChangeShape {
    fn from(view: ChangeView) -> Self {
        Self {
            number: view.number,
            at: when::rfc3339(view.at),
            operator: view.operator,
            action: view.action,
            detail: view.detail,
            changed: view.differences.into_iter().map(BecameShape::from).collect(),
            more: view.more,
        }
    }
}

/// Changes by the same filter as the page, newest first; `before` goes back.
async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<ChangeShape>>, Fault> {
    let filter = change_query::filter(&pairs, app.context.zone)?;
    let before = pairs.parse("before", "not-a-number")?;
    let limit = limit(&pairs)?;
    let found = app.db(move |site| site.find_changes(&filter, before, limit)).await?;
    let next = found.last().filter(|_| found.len() >= limit as usize).map(|last| last.number.to_string());
    Ok(Json(List { items: found.into_iter().map(ChangeShape::from).collect(), next }))
}

/// One change.
async fn show(State(app): State<App>, Path(number): Path<String>) -> Result<Json<ChangeShape>, Fault> {
    let number = number.parse().map_err(|_| Fault::NotFound)?;
    Ok(Json(app.db(move |site| site.change(number)).await?.into()))
}
