//! Acknowledging alarms.

use axum::extract::{Path, State};
use axum::response::Response;

use super::{done, local};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::visit::{Visit, actor};

/// Somebody has looked at it.
pub(super) async fn acknowledge(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Fault> {
    let (caller, operator) = (app.clone(), visit.operator);
    app.db(move |site| site.acknowledge_alarm(&actor(&caller, &operator), id)).await?;
    Ok(done(local(form.value("back")), "alarm-acknowledged"))
}
