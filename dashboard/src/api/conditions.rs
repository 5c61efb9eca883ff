//! Employments, rights to practise and certificates.

use access::time::Window;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{
    CertificateView, EmploymentId, EmploymentView, IssuerId, NewEmployment, NewRight, PersonId, RightId, RightView,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Created, Done};
use super::body::Body;
use super::calls::Calls;
use super::cards::uid_of;
use super::shape::{List, WindowShape};
use crate::app::App;
use crate::certificate;
use crate::fault::Fault;
use crate::hex;
use crate::pages::bytes_of;
use crate::rights::Right;
use crate::visit::{Caller, actor};
use crate::when;

/// The routes.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::People, "/people/{id}/employments", employments)
        .post(Right::PeopleEdit, "/people/{id}/employments", add_employment)
        .get(Right::People, "/people/{id}/rights", rights)
        .post(Right::PeopleEdit, "/people/{id}/rights", add_right)
        .put(Right::PeopleEdit, "/employments/{id}", change_employment)
        .delete(Right::PeopleEdit, "/employments/{id}", remove_employment)
        .put(Right::PeopleEdit, "/rights/{id}", change_right)
        .delete(Right::PeopleEdit, "/rights/{id}", remove_right)
        .post(Right::PeopleEdit, "/rights/{id}/checked", note_checked)
        .get(Right::Cards, "/cards/{uid}/certificates", certificates)
        .post(Right::CardIssue, "/cards/{uid}/certificates", attach)
        .delete(Right::CardIssue, "/cards/{uid}/certificates/{issuer}/{serial}", detach)
}

#[derive(Serialize, JsonSchema)]
struct EmploymentShape {
    id: i64,
    person: i64,
    external_id: Option<String>,
    unit: String,
    title: String,
    validity: WindowShape,
}

impl From<EmploymentView> for EmploymentShape {
    fn from(view: EmploymentView) -> Self {
        Self {
            id: view.id.0,
            person: view.person.0,
            external_id: view.external_id,
            unit: view.unit,
            title: view.title,
            validity: view.window.into(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct RightShape {
    id: i64,
    person: i64,
    profession: String,
    validity: WindowShape,
    source: String,
    checked: String,
}

impl From<RightView> for RightShape {
    fn from(view: RightView) -> Self {
        Self {
            id: view.id.0,
            person: view.person.0,
            profession: view.profession,
            validity: view.window.into(),
            source: view.source,
            checked: when::rfc3339(view.checked),
        }
    }
}

/// A certificate as it is on its card.
#[derive(Serialize, JsonSchema)]
pub(super) struct CertificateShape {
    serial: String,
    issuer: String,
    issuer_name: String,
    subject: String,
    validity: WindowShape,
    usage: Vec<String>,
    state: &'static str,
    reason: Option<&'static str>,
    list_number: Option<String>,
}

impl From<&CertificateView> for CertificateShape {
    fn from(view: &CertificateView) -> Self {
        Self {
            serial: hex(&view.record.serial),
            issuer: hex(&view.record.issuer),
            issuer_name: view.record.issuer_text.clone(),
            subject: view.record.subject_text.clone(),
            validity: view.record.window.into(),
            usage: view.record.usage.split_whitespace().map(str::to_owned).collect(),
            state: view.state.code(),
            reason: view.reason.map(db::site::RevocationReason::code),
            list_number: view.list_number.clone(),
        }
    }
}

/// An employment to be added, or as it is to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EmploymentBody {
    #[serde(default)]
    external_id: Option<String>,
    unit: String,
    title: String,
    #[serde(default)]
    validity: WindowShape,
}

impl EmploymentBody {
    fn read(self) -> Result<NewEmployment, Fault> {
        let window = self.validity.read()?;
        Ok(NewEmployment { external_id: self.external_id, unit: self.unit, title: self.title, window })
    }
}

/// A right to practise to be added, or as it is to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RightBody {
    profession: String,
    source: String,
    #[serde(default)]
    validity: WindowShape,
    /// Now, if it is left out.
    #[serde(default)]
    checked: Option<String>,
}

impl RightBody {
    fn read(self, app: &App) -> Result<NewRight, Fault> {
        let now = app.now();
        let checked = match self.checked.as_deref() {
            None => now,
            Some(text) => when::from_rfc3339(text).ok_or_else(|| invalid("checked", "not-a-time"))?,
        };
        if checked > now {
            return Err(invalid("checked", "in-the-future"));
        }
        let window: Window = self.validity.read()?;
        Ok(NewRight { profession: self.profession, window, source: self.source, checked })
    }
}

async fn employments(State(app): State<App>, Path(id): Path<String>) -> Result<Json<List<EmploymentShape>>, Fault> {
    let id = person_of(&id)?;
    let (_, all) = app.db(move |site| Ok((site.person(id)?, site.employments(id)?))).await?;
    Ok(Json(List { items: all.into_iter().map(EmploymentShape::from).collect(), next: None }))
}

async fn rights(State(app): State<App>, Path(id): Path<String>) -> Result<Json<List<RightShape>>, Fault> {
    let id = person_of(&id)?;
    let (_, all) = app.db(move |site| Ok((site.person(id)?, site.rights(id)?))).await?;
    Ok(Json(List { items: all.into_iter().map(RightShape::from).collect(), next: None }))
}

async fn add_employment(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
    Body(body): Body<EmploymentBody>,
) -> Result<Created<EmploymentShape>, Fault> {
    let (id, new, caller) = (person_of(&id)?, body.read()?, app.clone());
    let added = app.db(move |site| {
        site.person(id)?;
        site.add_employment(&actor(&caller, &operator), id, &new)
    });
    Ok(Created(None, added.await?.into()))
}

async fn add_right(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
    Body(body): Body<RightBody>,
) -> Result<Created<RightShape>, Fault> {
    let (id, new, caller) = (person_of(&id)?, body.read(&app)?, app.clone());
    let added = app.db(move |site| {
        site.person(id)?;
        site.add_right(&actor(&caller, &operator), id, &new)
    });
    Ok(Created(None, added.await?.into()))
}

async fn change_employment(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
    Body(body): Body<EmploymentBody>,
) -> Result<Json<EmploymentShape>, Fault> {
    let (id, to, caller) = (EmploymentId(number_of(&id)?), body.read()?, app.clone());
    let changed = app.db(move |site| site.change_employment(&actor(&caller, &operator), id, &to)).await?;
    Ok(Json(changed.into()))
}

async fn change_right(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
    Body(body): Body<RightBody>,
) -> Result<Json<RightShape>, Fault> {
    let (id, to, caller) = (RightId(number_of(&id)?), body.read(&app)?, app.clone());
    let changed = app.db(move |site| site.change_right(&actor(&caller, &operator), id, &to)).await?;
    Ok(Json(changed.into()))
}

async fn remove_employment(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
) -> Result<Done, Fault> {
    let (id, caller) = (EmploymentId(number_of(&id)?), app.clone());
    app.db(move |site| site.remove_employment(&actor(&caller, &operator), id)).await?;
    Ok(Done)
}

async fn remove_right(State(app): State<App>, Caller(operator): Caller, Path(id): Path<String>) -> Result<Done, Fault> {
    let (id, caller) = (RightId(number_of(&id)?), app.clone());
    app.db(move |site| site.remove_right(&actor(&caller, &operator), id)).await?;
    Ok(Done)
}

/// The register was asked just now, and says the same.
async fn note_checked(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
) -> Result<Json<RightShape>, Fault> {
    let (id, caller) = (RightId(number_of(&id)?), app.clone());
    Ok(Json(app.db(move |site| site.note_checked(&actor(&caller, &operator), id)).await?.into()))
}

/// A certificate, PEM or DER in base64.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CertificateBody {
    certificate: String,
}

async fn certificates(State(app): State<App>, Path(uid): Path<String>) -> Result<Json<List<CertificateShape>>, Fault> {
    let uid = uid_of(&uid)?;
    let card = app.db(move |site| site.card(&uid)).await?;
    Ok(Json(List { items: card.certificates.iter().map(CertificateShape::from).collect(), next: None }))
}

async fn attach(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(uid): Path<String>,
    Body(body): Body<CertificateBody>,
) -> Result<Created<CertificateShape>, Fault> {
    let uid = uid_of(&uid)?;
    let record = certificate::read(&body.certificate, &app.context.authorities, app.now())
        .map_err(|problem| invalid("certificate", problem))?;
    let caller = app.clone();
    let attached = app.db(move |site| site.attach_certificate(&actor(&caller, &operator), &uid, &record)).await?;
    Ok(Created(None, CertificateShape::from(&attached)))
}

async fn detach(
    State(app): State<App>,
    Caller(operator): Caller,
    Path((uid, issuer, serial)): Path<(String, String, String)>,
) -> Result<Done, Fault> {
    let uid = uid_of(&uid)?;
    let issuer: IssuerId = bytes_of(&issuer).and_then(|bytes| bytes.try_into().ok()).ok_or(Fault::NotFound)?;
    let serial = bytes_of(&serial).ok_or(Fault::NotFound)?;
    let caller = app.clone();
    app.db(move |site| site.detach_certificate(&actor(&caller, &operator), &uid, &issuer, &serial)).await?;
    Ok(Done)
}

fn person_of(text: &str) -> Result<PersonId, Fault> {
    number_of(text).map(PersonId)
}

fn number_of(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

fn invalid(field: &'static str, problem: &'static str) -> Fault {
    Fault::Invalid { field, problem }
}
