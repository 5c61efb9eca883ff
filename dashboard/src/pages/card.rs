//! One card: whose it is, where it may pass, what is in its way, and what it did.

use access::entry::Block;
use access::id::DoorId;
use access::uid::Uid;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{
    Actor, CardView, DoorKind, DoorView, EventFilter, EventView, Page as Rows, PeopleFilter, PersonId, Searched, Seek,
    Site, SiteError,
};

use super::binding::{self, Condition, Holder};
use super::certificates::Certificate;
use super::credential::{self, Section};
use super::gained::{self, Gained};
use super::views::Card;
use super::{LAST_ROWS, ROWS, done, life, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::purpose;
use crate::query::Pairs;
use crate::rights::Right;
use crate::sentence::{Row, block_from_code};
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "card.html")]
pub(super) struct CardPage {
    page: Page,
    card: Card,
    /// What giving it to somebody made of their doors.
    gained: Option<Gained>,
    life: life::Section,
    conditions: Vec<Condition>,
    certificates: Vec<Certificate>,
    /// Whether there is any authority, without which no certificate can be attached.
    attachable: bool,
    credential: Section,
    form: Form,
    /// The form that has to be corrected: `give`, `list`, `transit`, `unblock`, `certificate` or `encode`.
    failed: &'static str,
    /// Whether people have been searched for to give the card to.
    giving: bool,
    people: Vec<(String, String)>,
    doors: Vec<(String, String)>,
    /// What it did last; nothing as long as nobody has said why they look.
    rows: Option<Vec<Row>>,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    let mut card = page(&app, visit.page, uid_of(&uid)?, pairs.as_form(), "").await?;
    if let Some((person, _)) = &card.card.holder {
        card.gained = gained::read(&app, &card.page, &pairs, PersonId(*person)).await?;
    }
    render(&card)
}

/// Takes it out of its way.
pub(super) async fn unblock(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let uid = uid_of(&uid)?;
    let Some(block) = block_of(&mut form) else {
        return render_refused(&page(&app, visit.page, uid, form, "unblock").await?);
    };
    match change(&app, &visit, move |site, actor| site.unblock_card(actor, &uid, block)).await {
        Ok(()) => return Ok(done(&place(&uid), "card-unblocked")),
        Err(fault) => form.refused(fault)?,
    }
    render_refused(&page(&app, visit.page, uid, form, "unblock").await?)
}

/// Gives it to a person.
pub(super) async fn give(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let uid = uid_of(&uid)?;
    let person = form.parse::<i64>("person", "not-a-number").map(PersonId);
    let held = form.window(app.context.zone);
    if let (Some(person), Some(held)) = (person, held) {
        let (caller, operator) = (app.clone(), visit.operator.clone());
        let given =
            app.db(move |site| gained::noted(site, || site.give_card(&actor(&caller, &operator), &uid, person, held)));
        match given.await {
            Ok(between) => return Ok(gained::done(&place(&uid), "card-given", between)),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&page(&app, visit.page, uid, form, "give").await?)
}

/// Lists it for the chosen doors.
pub(super) async fn list(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let uid = uid_of(&uid)?;
    let doors: Result<Vec<DoorId>, _> = form.values("door").map(str::parse).collect();
    let window = form.window(app.context.zone);
    match doors {
        Err(_) => form.problem_in("door", "unknown-door"),
        Ok(doors) if doors.is_empty() => form.problem_in("door", "no-door-chosen"),
        Ok(doors) => {
            if let Some(window) = window {
                let listed = change(&app, &visit, move |site, actor| {
                    doors.iter().try_fold(site.card(&uid)?, |_, door| site.list_card(actor, &uid, door, window))
                });
                match listed.await {
                    Ok(()) => return Ok(done(&format!("{}#doors", place(&uid)), "card-listed")),
                    Err(fault) => form.refused(fault)?,
                }
            }
        }
    }
    render_refused(&page(&app, visit.page, uid, form, "list").await?)
}

/// Takes it off a door's list.
pub(super) async fn unlist(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let uid = uid_of(&uid)?;
    let door: DoorId = form.value("door").parse().map_err(|_| Fault::NotFound)?;
    change(&app, &visit, move |site, actor| site.unlist_card(actor, &uid, &door)).await?;
    Ok(done(&format!("{}#doors", place(&uid)), "card-unlisted"))
}

async fn change(
    app: &App,
    visit: &Visit,
    work: impl FnOnce(&Site, &Actor<'_>) -> Result<CardView, SiteError> + Send + 'static,
) -> Result<(), Fault> {
    let (caller, operator) = (app.clone(), visit.operator.clone());
    app.db(move |site| work(site, &actor(&caller, &operator))).await.map(|_| ())
}

struct Found {
    card: CardView,
    holder: Holder,
    credential: credential::Found,
    /// Encoders among them.
    doors: Vec<DoorView>,
    people: Vec<(String, String)>,
    last: Option<Vec<EventView>>,
}

/// The page, with a form on it that may have to be corrected.
pub(super) async fn page(app: &App, page: Page, uid: Uid, form: Form, failed: &'static str) -> Result<CardPage, Fault> {
    let who = form.optional("who");
    let giving = who.is_some() || failed == "give";
    let may_look = page.may(Right::Events) && purpose::may_look(app, &page, vec![Searched::Card(uid)]).await?;
    let found = app.db(move |site| find(site, &uid, may_look, who, giving)).await?;
    let named = form.value("encoding").parse().ok();
    Ok(CardPage {
        card: Card::new(&page, &found.card).with_readings(&page, &found.doors, &found.credential.records),
        gained: None,
        life: life::Section::new(&page, &found.card),
        conditions: binding::conditions(&page, &found.card, &found.holder),
        certificates: found.card.certificates.iter().map(|one| Certificate::new(&page, one)).collect(),
        attachable: app.context.authorities.iter().next().is_some(),
        credential: Section::new(&page, &found.credential, &found.doors, named),
        rows: found.last.map(|last| Row::all(&page, &last)),
        page: page.at(&place(&uid)),
        people: found.people,
        doors: names(&found.doors),
        form,
        failed,
        giving,
    })
}

fn find(site: &Site, uid: &Uid, may_look: bool, who: Option<String>, giving: bool) -> Result<Found, SiteError> {
    let filter = EventFilter { uids: vec![*uid], ..EventFilter::default() };
    let people = if giving {
        let rows = Rows { after: None, limit: ROWS };
        site.people(&PeopleFilter { text: who }, rows)?
    } else {
        Vec::new()
    };
    let card = site.card(uid)?;
    Ok(Found {
        holder: Holder::find(site, card.holder.as_ref().map(|(id, _)| *id))?,
        card,
        credential: credential::Found {
            records: site.credentials(Some(&[*uid]), site.latest()?)?,
            jobs: site.encodings_of(uid)?,
        },
        doors: site.doors()?,
        people: people.into_iter().map(|person| (person.id.0.to_string(), person.name)).collect(),
        last: may_look.then(|| site.events(&filter, Seek::Newest, LAST_ROWS)).transpose()?,
    })
}

/// Id and name of those that a card can be listed for.
fn names(doors: &[DoorView]) -> Vec<(String, String)> {
    let doors = doors.iter().filter(|door| door.kind == DoorKind::Door);
    doors.map(|door| (door.id.to_string(), door.name.clone())).collect()
}

/// The card that a path names.
pub(super) fn uid_of(text: &str) -> Result<Uid, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// Where its page is.
pub(super) fn place(uid: &Uid) -> String {
    format!("/cards/{}", uid.hex())
}

fn block_of(form: &mut Form) -> Option<Block> {
    let block = block_from_code(form.value("block"));
    if block.is_none() {
        form.problem_in("block", "unknown-code");
    }
    block
}
