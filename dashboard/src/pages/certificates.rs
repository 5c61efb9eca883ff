//! The certificates of a card, attaching one and taking one off.

use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{CertificateState, CertificateView, IssuerId};

use super::binding::holds;
use super::card::{page, place, uid_of};
use super::views::Mark;
use super::{done, render_refused};
use crate::app::App;
use crate::certificate;
use crate::fault::Fault;
use crate::form::Form;
use crate::hex;
use crate::page::Page;
use crate::visit::{Visit, actor};

/// One, as the card's page shows it.
pub(super) struct Certificate {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) issuer_id: String,
    pub(super) serial: String,
    pub(super) window: String,
    pub(super) usage: String,
    pub(super) state: Mark,
    /// Why a list speaks against it, and which.
    pub(super) reason: String,
    pub(super) list: String,
}

impl Certificate {
    pub(super) fn new(page: &Page, view: &CertificateView) -> Self {
        let usage = view.record.usage.split_whitespace().map(|code| page.code("usage", code)).collect::<Vec<_>>();
        Self {
            subject: page.name(&view.record.subject_text),
            issuer: view.record.issuer_text.clone(),
            issuer_id: hex(&view.record.issuer),
            serial: hex(&view.record.serial),
            window: page.window(&view.record.window),
            usage: usage.join(", "),
            state: mark(page, view),
            reason: view.reason.map_or_else(String::new, |reason| page.code("revocation", reason.code())),
            list: view.list_number.as_ref().map_or_else(String::new, |list| page.tr1("certificate-list", "list", list)),
        }
    }
}

/// What the lists say, and the clock.
fn mark(page: &Page, view: &CertificateView) -> Mark {
    let text = page.code("certificate-state", view.state.code());
    match view.state {
        CertificateState::Good if !holds(view.record.window, page.now.second()) => {
            Mark::bad(page.tr("certificate-outside"))
        }
        CertificateState::Good => Mark::good(text),
        CertificateState::Revoked => Mark::bad(text),
        CertificateState::Held | CertificateState::Unknown => Mark::warn(text),
    }
}

/// Attaches one.
pub(super) async fn attach(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let uid = uid_of(&uid)?;
    match certificate::read(form.value("certificate"), &app.context.authorities, app.now()) {
        Err(problem) => form.problem_in("certificate", problem),
        Ok(record) => {
            let (caller, operator) = (app.clone(), visit.operator.clone());
            let attached = app.db(move |site| site.attach_certificate(&actor(&caller, &operator), &uid, &record)).await;
            match attached {
                Ok(_) => return Ok(done(&format!("{}#certificates", place(&uid)), "certificate-attached")),
                Err(Fault::Conflict(_)) => form.problem_in("certificate", "duplicate"),
                Err(fault) => form.refused(fault)?,
            }
        }
    }
    render_refused(&page(&app, visit.page, uid, form, "certificate").await?)
}

/// Takes one off.
pub(super) async fn detach(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let uid = uid_of(&uid)?;
    let issuer: IssuerId =
        bytes_of(form.value("issuer")).and_then(|bytes| bytes.try_into().ok()).ok_or(Fault::NotFound)?;
    let serial = bytes_of(form.value("serial")).ok_or(Fault::NotFound)?;
    let (caller, operator) = (app.clone(), visit.operator.clone());
    app.db(move |site| site.detach_certificate(&actor(&caller, &operator), &uid, &issuer, &serial)).await?;
    Ok(done(&format!("{}#certificates", place(&uid)), "certificate-detached"))
}

/// The bytes that hexadecimal digits write.
pub(crate) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || digits.len() % 2 == 1 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
