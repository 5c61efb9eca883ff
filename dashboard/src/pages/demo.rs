//! The demo's page: tap a virtual card at a door and see the lamp. Exists in the demo only.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::{render, render_refused};
use crate::app::App;
use crate::demo::{DemoDoors, TapShown};
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "demo.html")]
struct Demo {
    page: Page,
    form: Form,
    cards: Vec<(String, String)>,
    doors: Vec<(String, String)>,
    shown: Option<Lamp>,
}

struct Lamp {
    tone: &'static str,
    symbol: &'static str,
    word: String,
    text: String,
    reasons: Vec<String>,
    lock: String,
    signal: String,
    reader: String,
}

/// The choice, and what the last tap showed.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let template = choice(&app, visit.page, pairs.as_form()).await?;
    render(&template)
}

/// Taps, and shows what the person saw.
pub(super) async fn tap(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let (door, card) = (form.value("door").to_owned(), form.value("card").to_owned());
    let tapped = on_thread(&app, move |demo| demo.tap(&door, &card)).await?;
    match tapped {
        Ok(shown) => {
            let place = format!("/demo?{}", as_query(&form, &shown));
            Ok(Redirect::to(&place).into_response())
        }
        Err(error) => {
            tracing::warn!(%error, "the demo's door did not take the tap");
            form.problem_in("door", "demo-failed");
            render_refused(&choice(&app, visit.page, form).await?)
        }
    }
}

/// What a tap showed travels in the URL, so that reloading taps nothing.
fn as_query(form: &Form, shown: &TapShown) -> String {
    let reader = format!("{:.1}", shown.reader_ms);
    let pairs = [
        ("card", form.value("card")),
        ("door", form.value("door")),
        ("lock", shown.lock.as_str()),
        ("signal", shown.signal.as_str()),
        ("reader_ms", reader.as_str()),
    ];
    let reasons = shown.reasons.iter().map(|reason| ("reason", reason.as_str()));
    query::join(pairs.into_iter().chain(reasons))
}

async fn choice(app: &App, page: Page, form: Form) -> Result<Demo, Fault> {
    let (cards, doors) = on_thread(app, |demo| (demo.cards(), demo.doors())).await?;
    let page = page.at("/demo");
    Ok(Demo {
        shown: lamp(&page, &form),
        cards: cards.into_iter().map(|card| (card.name, card.label)).collect(),
        doors: doors.into_iter().map(|door| (door.id, door.name)).collect(),
        page,
        form,
    })
}

/// By the signal, which answers this card: the lock may still be released from an earlier one.
fn lamp(page: &Page, form: &Form) -> Option<Lamp> {
    let signal = form.optional("signal")?;
    let lock = form.value("lock");
    let (tone, symbol, word, text) = match (signal.as_str(), lock) {
        ("granted", _) => ("good", "✓", "event-granted", "demo-released"),
        ("denied", "released") => ("bad", "✕", "event-denied", "demo-still-released"),
        ("denied", _) => ("bad", "✕", "event-denied", "demo-locked"),
        _ => ("warn", "▲", "demo-none", "demo-none-text"),
    };
    Some(Lamp {
        tone,
        symbol,
        word: page.tr(word),
        text: page.tr(text),
        reasons: form.values("reason").map(|code| page.code("reason", code)).collect(),
        lock: page.code("lock", lock),
        signal: page.tr1("demo-signal", "signal", &page.code("signal", &signal)),
        reader: page.tr1("demo-reader", "ms", form.value("reader_ms")),
    })
}

async fn on_thread<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&dyn DemoDoors) -> T + Send + 'static,
) -> Result<T, Fault> {
    let demo: Arc<dyn DemoDoors> = app.context.demo.clone().ok_or(Fault::NotFound)?;
    tokio::task::spawn_blocking(move || work(demo.as_ref())).await.map_err(|error| {
        tracing::error!(%error, "the demo's doors did not answer");
        Fault::Broken
    })
}
