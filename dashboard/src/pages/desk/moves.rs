//! What the desk does: a backup card goes out, comes back, or is reported missing.

use access::uid::Uid;
use axum::extract::State;
use axum::response::Response;
use db::site::{CardKind, Cause, Document, HandOut, HandOutCause, PersonId};

use super::super::{done, render_refused};
use super::desk;
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::Pairs;
use crate::visit::{Visit, actor};
use crate::when;

/// Gives a backup card out, and shows the receipt.
pub(super) async fn hand_out(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    if let Some(wanted) = read(&mut form, &visit.page) {
        let (caller, operator) = (app.clone(), visit.operator.clone());
        match app.db(move |site| site.hand_out(&actor(&caller, &operator), &wanted)).await {
            Ok(out) => return Ok(done(&format!("/desk/{}", out.id.0), "backup-handed-out")),
            Err(Fault::Invalid { field: "window" | "held", problem }) => form.problem_in("until", problem),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&desk(&app, &visit, &Pairs::default(), form).await?)
}

fn read(form: &mut Form, page: &Page) -> Option<HandOut> {
    let backup = form.parse::<Uid>("backup", "not-a-uid");
    let person = form.parse::<i64>("person", "not-a-number").map(PersonId);
    let original = form.optional("original").map(|text| text.parse::<Uid>());
    if matches!(original, Some(Err(_))) {
        form.problem_in("original", "not-a-uid");
    }
    let cause = HandOutCause::from_code(form.value("cause"));
    if cause.is_none() {
        form.problem_in("cause", "unknown-code");
    }
    let document = Document::from_code(form.value("document"));
    if document.is_none() {
        form.problem_in("document", "no-document");
    }
    if form.value("place").is_empty() {
        form.problem_in("place", "empty");
    }
    let until = when::until_day(form.value("until"), page.zone);
    if until.is_err() {
        form.problem_in("until", "not-a-date");
    }
    let original = original.and_then(Result::ok);
    let kind = CardKind::from_code(form.value("kind")).filter(|_| original.is_none());
    if form.failed() {
        return None;
    }
    let place = form.value("place").to_owned();
    Some(HandOut {
        backup: backup?,
        person: person?,
        original,
        kind,
        cause: cause?,
        document: document?,
        place,
        until: until.ok()?,
    })
}

/// Takes a backup card back, and shows the receipt.
pub(super) async fn take_back(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let backup = form.parse::<Uid>("backup", "not-a-uid");
    let place = form.value("place").to_owned();
    if let Some(backup) = backup {
        let (caller, operator) = (app.clone(), visit.operator.clone());
        match app.db(move |site| site.give_back(&actor(&caller, &operator), &backup, &place)).await {
            Ok(out) => return Ok(done(&format!("/desk/{}", out.id.0), "backup-returned")),
            Err(Fault::NotFound) => form.problem_in("backup", "unknown-card"),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&desk(&app, &visit, &Pairs::default(), form).await?)
}

/// Blocks a backup card that is lost or stolen.
pub(super) async fn missing(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let backup = form.parse::<Uid>("backup", "not-a-uid");
    let cause = Cause::from_code(form.value("cause"));
    if cause.is_none() {
        form.problem_in("cause", "unknown-code");
    }
    if let (Some(backup), Some(cause)) = (backup, cause) {
        let (caller, operator) = (app.clone(), visit.operator.clone());
        match app.db(move |site| site.report_missing(&actor(&caller, &operator), &backup, cause)).await {
            Ok(out) => return Ok(done(&format!("/desk/{}", out.id.0), "backup-missing")),
            Err(Fault::NotFound) => form.problem_in("backup", "unknown-card"),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&desk(&app, &visit, &Pairs::default(), form).await?)
}
