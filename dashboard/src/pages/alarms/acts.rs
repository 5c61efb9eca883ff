//! What an operator does with an alarm.

use access::time::UtcMs;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{NewMute, Site, SiteError};

use super::one::{self, number};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::pages::{done, local, render_refused};
use crate::visit::{Visit, actor};
use crate::when;

/// Somebody has looked at it.
pub(super) async fn acknowledge(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let (id, comment) = (number(&id)?, form.value("comment").to_owned());
    let back = form.optional("back").unwrap_or_else(|| format!("/alarms/{id}"));
    let (caller, operator) = (app.clone(), visit.operator.clone());
    let result = app.db(move |site| site.acknowledge_alarm(&actor(&caller, &operator), id, &comment)).await;
    answer(&app, visit, id, form, "acknowledge", result, local(&back), "alarm-acknowledged").await
}

/// It is done with.
pub(super) async fn close(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let (id, comment) = (number(&id)?, form.value("comment").to_owned());
    let (caller, operator) = (app.clone(), visit.operator.clone());
    let result = app.db(move |site| site.close_alarm(&actor(&caller, &operator), id, &comment)).await;
    answer(&app, visit, id, form, "close", result, "", "alarm-closed").await
}

/// Somebody takes care of it, or nobody any more.
pub(super) async fn own(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let (id, owner) = (number(&id)?, form.optional("owner"));
    let (caller, operator) = (app.clone(), visit.operator.clone());
    let result = app.db(move |site| site.own_alarm(&actor(&caller, &operator), id, owner.as_deref())).await;
    answer(&app, visit, id, form, "owner", result, "", "alarm-given").await
}

/// Mutes the kind of this alarm, at its door or everywhere.
pub(super) async fn mute(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let until = match when::from_field(form.value("until"), app.context.zone) {
        Ok(Some(until)) => Some(UtcMs(until.0.saturating_mul(1_000))),
        Ok(None) => {
            form.problem_in("until", "empty");
            None
        }
        Err(code) => {
            form.problem_in("until", code);
            None
        }
    };
    let result = match until {
        Some(until) => {
            let (caller, operator) = (app.clone(), visit.operator.clone());
            let (reason, everywhere) = (form.value("reason").to_owned(), form.has("where", "everywhere"));
            app.db(move |site| mute_kind(site, &actor(&caller, &operator), id, until, &reason, everywhere)).await
        }
        None => Ok(()),
    };
    answer(&app, visit, id, form, "mute", result, "", "alarm-muted").await
}

fn mute_kind(
    site: &Site,
    actor: &db::site::Actor<'_>,
    id: i64,
    until: UtcMs,
    reason: &str,
    everywhere: bool,
) -> Result<(), SiteError> {
    let alarm = site.alarm(id, actor.at)?.alarm;
    let door = alarm.door.as_ref().filter(|_| !everywhere);
    site.mute_alarms(actor, &NewMute { kind: &alarm.kind, door, until, reason }).map(|_| ())
}

/// Back to the alarm, or the form again with what is wrong.
#[expect(clippy::too_many_arguments, reason = "the parts of one answer, from four places")]
async fn answer(
    app: &App,
    visit: Visit,
    id: i64,
    mut form: Form,
    of: &'static str,
    result: Result<(), Fault>,
    back: &str,
    code: &str,
) -> Result<Response, Fault> {
    if let Err(fault) = result {
        form.refused(fault)?;
    }
    if form.failed() {
        return render_refused(&one::page(app, visit, id, form, of).await?);
    }
    let own = format!("/alarms/{id}");
    Ok(done(if back.is_empty() { &own } else { back }, code))
}
