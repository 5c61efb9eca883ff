//! What people see and hear at a door: one page to be printed, in the language of whoever reads it, and the form that
//! changes the patterns.

use access::signal::{Pattern, PatternError, Signal, SignalSet};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{Actor, Site, Thing};

use super::{render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::language::Lang;
use crate::meanwhile::{self, Saving};
use crate::page::Page;
use crate::query::Pairs;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::Visit;

mod picture;

use picture::{Bar, WIDTH};

#[derive(Template)]
#[template(path = "signals.html")]
struct SignalsPage {
    page: Page,
    /// The language of the printed page, which need not be that of whoever prints it.
    lang: Lang,
    rows: Vec<Row>,
    form: Form,
    fields: Vec<Field>,
    width: u64,
}

/// A signal of the printed page.
struct Row {
    code: &'static str,
    bars: Vec<Bar>,
    rhythm: String,
}

/// A pattern in the form.
struct Field {
    code: &'static str,
    label: String,
    built_in: String,
}

/// Both routes of the page.
pub(super) fn router() -> Routes {
    Routes::new().get(Right::Settings, "/signals", show).post(Right::Settings, "/signals", set)
}

/// The page.
async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let lang = pairs.get("language").and_then(Lang::from_code).unwrap_or(visit.page.lang);
    let signals = app.db(|site| site.signals()).await?;
    let form = filled(&signals);
    render(&template(visit.page, lang, &signals, form))
}

/// Sets the patterns, all of them anew. What could be taken for another is refused.
async fn set(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    if let Some(signals) = read(&mut form, &visit.page) {
        let [action, back, after] = ["/signals"; 3].map(str::to_owned);
        let place = meanwhile::Place { about: String::new(), action, back };
        let saving = Saving { thing: Thing::Signals, place, done: (after, "signals-set") };
        let set = move |site: &Site, actor: &Actor<'_>| site.set_signals(actor, &signals);
        if let Some(answer) = meanwhile::save(&app, &visit, &mut form, saving, set).await? {
            return Ok(answer);
        }
    }
    let signals = app.db(|site| site.signals()).await?;
    let lang = visit.page.lang;
    render_refused(&template(visit.page, lang, &signals, form))
}

/// What was entered. A field that is empty, or says what is built in, is as built in.
fn read(form: &mut Form, page: &Page) -> Option<SignalSet> {
    let mut own = Vec::new();
    for signal in Signal::ALL {
        match Pattern::parse(form.value(signal.code())) {
            _ if form.value(signal.code()).is_empty() => {}
            Ok(pattern) if pattern == SignalSet::default().pattern(signal) => {}
            Ok(pattern) => own.push((signal, pattern)),
            Err(error) => form.problem_in(signal.code(), &wrong(error)),
        }
    }
    let signals = SignalSet(own);
    if !form.failed() {
        for (one, other) in signals.confused() {
            form.problem_in(one.code(), &alike(page, one, other));
        }
    }
    (!form.failed()).then_some(signals)
}

/// The code of what is wrong with a pattern.
fn wrong(error: PatternError) -> String {
    match error {
        PatternError::Text(step) => format!("pattern-text|{step}"),
        PatternError::StepMs(ms) => format!("pattern-length|{ms}"),
        PatternError::Steps(_) | PatternError::Twice => "pattern-steps".to_owned(),
    }
}

fn alike(page: &Page, one: Signal, other: Signal) -> String {
    let [name, of] = [one, other].map(|signal| page.code("signal-means", signal.code()));
    if one == other { format!("signal-dark|{name}") } else { format!("signals-alike|{name} – {of}") }
}

fn filled(signals: &SignalSet) -> Form {
    Form::with(&Signal::ALL.map(|signal| (signal.code(), signals.pattern(signal).to_string())))
}

fn template(page: Page, lang: Lang, signals: &SignalSet, form: Form) -> SignalsPage {
    let row = |signal: Signal| {
        let pattern = signals.pattern(signal);
        let rhythm = picture::words(lang, &pattern, signal.repeats());
        Row { code: signal.code(), bars: picture::bars(&pattern, signal.repeats()), rhythm }
    };
    let field = |signal: Signal| Field {
        code: signal.code(),
        label: format!("signal-means-{}", signal.code()),
        built_in: SignalSet::default().pattern(signal).to_string(),
    };
    SignalsPage {
        rows: Signal::ALL.map(row).into(),
        fields: Signal::ALL.map(field).into(),
        page: page.at("/signals"),
        width: WIDTH,
        lang,
        form,
    }
}

impl SignalsPage {
    /// A sentence of the printed page.
    fn say(&self, key: &str) -> String {
        self.lang.say(key)
    }

    /// The sentence of a code on it.
    fn code(&self, prefix: &str, code: &str) -> String {
        self.lang.try_say(&format!("{prefix}-{code}")).unwrap_or_else(|| code.to_owned())
    }
}
