//! The list of cards, and adding one.

use access::id::DoorId;
use access::uid::Uid;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{CardFilter, CardKind, CardPage, Life, NewCard};

use super::views::Card;
use super::{ROWS, choices, done, door_names, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "cards.html")]
struct Cards {
    page: Page,
    form: Form,
    search: Form,
    kinds: Vec<(String, String)>,
    lives: Vec<(String, String)>,
    doors: Vec<(String, String)>,
    cards: Vec<Card>,
    more: String,
}

/// The list.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    // A card that is to be renewed brings its number and its kind along.
    let filled = ["renews", "kind"].map(|name| (name, pairs.get(name).unwrap_or_default().to_owned()));
    render(&list(&app, visit.page, &pairs, Form::with(&filled)).await?)
}

/// Adds a card and goes to it.
pub(super) async fn add(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let uid = form.parse::<Uid>("uid", "not-a-uid");
    let window = form.window(app.context.zone);
    let kind = CardKind::from_code(form.value("kind"));
    if kind.is_none() {
        form.problem_in("kind", "unknown-code");
    }
    let renews = form.optional("renews").map(|text| text.parse::<Uid>());
    if matches!(renews, Some(Err(_))) {
        form.problem_in("renews", "not-a-uid");
    }
    let life = if form.has("life", Life::Ordered.code()) { Life::Ordered } else { Life::Active };
    if let (Some(uid), Some(window), Some(kind), false) = (uid, window, kind, form.failed()) {
        let (caller, operator) = (app.clone(), visit.operator.clone());
        let card = NewCard { uid, kind, window, life, renews: renews.and_then(Result::ok) };
        let added = app.db(move |site| site.add_card(&actor(&caller, &operator), card)).await;
        match added {
            Ok(_) => return Ok(done(&format!("/cards/{}", uid.hex()), "card-added")),
            Err(Fault::Conflict(_)) => form.problem_in("uid", "duplicate"),
            Err(Fault::Invalid { field: "window", problem }) => form.problem_in("until", problem),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&list(&app, visit.page, &Pairs::default(), form).await?)
}

async fn list(app: &App, page: Page, pairs: &Pairs, form: Form) -> Result<Cards, Fault> {
    let filter = CardFilter {
        text: pairs.get("text").map(str::to_owned),
        door: pairs.parse::<DoorId>("door", "unknown-door")?,
        blocked: pairs.parse::<bool>("blocked", "unknown-code")?,
    };
    let after = pairs.parse::<Uid>("after", "not-a-uid")?;
    let (mut views, doors) = app
        .db(move |site| {
            let limit = ROWS + 1;
            Ok((site.cards(&filter, CardPage { after, limit })?, door_names(site)?))
        })
        .await?;
    let more = views.len() > ROWS as usize;
    views.truncate(ROWS as usize);
    let more = views.last().filter(|_| more).map_or_else(String::new, |last| {
        let after = last.uid.hex();
        let names = ["text", "door", "blocked"];
        let kept = names.iter().filter_map(|name| Some((*name, pairs.get(name)?))).chain([("after", after.as_str())]);
        format!("/cards?{}", query::join(kept))
    });
    Ok(Cards {
        lives: [Life::Active, Life::Ordered]
            .map(|life| (life.code().to_owned(), page.code("life", life.code())))
            .to_vec(),
        cards: Card::all(&page, &views),
        kinds: choices::kinds(&page),
        search: pairs.as_form(),
        page: page.at("/cards"),
        form,
        doors,
        more,
    })
}
