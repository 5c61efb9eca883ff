//! Somebody else was faster: what they did, what was about to be saved, and the choice between both.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use db::site::{Actor, Site, SiteError, Thing};

use crate::app::App;
use crate::audit::{Names, Told, field_name};
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::done;
use crate::visit::{Visit, actor};

/// Most changes that are shown; whoever is that late had better look at the thing itself.
const CHANGES_SHOWN: u32 = 10;

/// The field of a form that says which change its reader could know of.
pub(crate) const FIELD: &str = "version";

/// Where the form came from and where it leads.
pub(crate) struct Place {
    /// What is about to be done, in words; empty if the fields say it.
    pub(crate) about: String,
    /// Where the form is sent.
    pub(crate) action: String,
    /// Where the thing is as it is now.
    pub(crate) back: String,
}

#[derive(Template)]
#[template(path = "meanwhile.html")]
struct Meanwhile {
    page: Page,
    place: Place,
    theirs: Vec<Edit>,
    mine: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    seen: u64,
}

/// What somebody else did.
struct Edit {
    number: u64,
    at: access::time::UtcMs,
    operator: String,
    action: String,
    told: Vec<Told>,
}

/// The site, guarded if the form says what its reader has seen.
pub(crate) fn guarded(site: &Site, form: &Form, thing: Option<&Thing>) -> Result<Site, SiteError> {
    let Some(thing) = thing.filter(|_| !form.value(FIELD).is_empty()) else { return Ok(site.clone()) };
    let version = form.value(FIELD).parse();
    let version = version.map_err(|_| SiteError::Invalid { field: FIELD, problem: "not-a-number" })?;
    Ok(site.as_seen(thing.clone(), version))
}

/// What a form saves, and where that leads.
pub(crate) struct Saving {
    pub(crate) thing: Thing,
    pub(crate) place: Place,
    /// The page that is shown then, and what it says was done.
    pub(crate) done: (String, &'static str),
}

/// Saves what a form says of one thing: the answer if that is done or somebody else was faster, and nothing if what is wrong
/// stands in the form now.
pub(crate) async fn save(
    app: &App,
    visit: &Visit,
    form: &mut Form,
    saving: Saving,
    edit: impl FnOnce(&Site, &Actor<'_>) -> Result<(), SiteError> + Send + 'static,
) -> Result<Option<Response>, Fault> {
    let (caller, operator) = (app.clone(), visit.operator.clone());
    let (thing, entered) = (saving.thing.clone(), form.clone());
    let saved = app.db(move |site| edit(&guarded(site, &entered, Some(&thing))?, &actor(&caller, &operator)));
    match saved.await {
        Ok(()) => Ok(Some(done(&saving.done.0, saving.done.1))),
        Err(Fault::Stale(_)) => answer(app, visit.page.clone(), saving.thing, form, saving.place).await.map(Some),
        Err(fault) => form.refused(fault).map(|()| None),
    }
}

/// The page that shows both. Nothing was saved.
pub(crate) async fn answer(app: &App, page: Page, thing: Thing, form: &Form, place: Place) -> Result<Response, Fault> {
    let since = form.value(FIELD).parse().unwrap_or(0);
    let (seen, changes, names) = app
        .db(move |site| {
            // Taken first: what comes in between is told of the next time.
            let seen = site.latest()?.0;
            let changes = site.edits_since(&thing, since, CHANGES_SHOWN)?;
            let names = Names::of(site, &changes)?;
            Ok((seen, changes, names))
        })
        .await?;
    let theirs = changes.into_iter().map(|change| Edit {
        told: Told::all(&page, &names, &change),
        number: change.number,
        at: change.at,
        operator: change.operator,
        action: page.code("change", &change.action),
    });
    let kept = |name: &str| ![FIELD, "seen"].contains(&name);
    let fields: Vec<_> = form.fields().iter().filter(|(name, _)| kept(name)).cloned().collect();
    let shown = |(name, value): &(String, String)| (field_name(&page, name), value.clone());
    let template = Meanwhile {
        theirs: theirs.collect(),
        mine: fields.iter().filter(|(_, value)| !value.trim().is_empty()).map(shown).collect(),
        fields,
        seen,
        page,
        place,
    };
    Ok((StatusCode::CONFLICT, Html(template.render()?)).into_response())
}
