//! The receipt of a hand-out: one printed page, in the language of whoever takes the card.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{HandOutId, HandOutView};

use super::desk::{is_out, state};
use super::render;
use super::views::Mark;
use crate::app::App;
use crate::fault::Fault;
use crate::language::Lang;
use crate::page::Page;
use crate::query::Pairs;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "receipt.html")]
struct Receipt {
    page: Page,
    id: i64,
    person: i64,
    name: String,
    backup: String,
    kind: &'static str,
    /// The last digits of the original's number: enough to tell the holder's cards apart.
    original: String,
    cause: &'static str,
    document: &'static str,
    place: String,
    given: String,
    given_by: String,
    until: String,
    state: Mark,
    returned: Option<Returned>,
    is_out: bool,
    /// The language of the receipt, which need not be the desk's.
    lang: Lang,
}

struct Returned {
    at: String,
    by: String,
    place: String,
}

/// Digits of the original's number that a receipt shows.
const ORIGINAL_DIGITS: usize = 4;

/// The receipt.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    let id = HandOutId(id.parse().map_err(|_| Fault::NotFound)?);
    let out = app.db(move |site| site.handout(id)).await?;
    let lang = pairs.get("language").and_then(Lang::from_code).unwrap_or(visit.page.lang);
    render(&receipt(visit.page, lang, &out))
}

fn receipt(page: Page, lang: Lang, out: &HandOutView) -> Receipt {
    let said = Page { lang, ..page.clone() };
    Receipt {
        id: out.id.0,
        person: out.person.0,
        name: page.name(&out.person_name),
        backup: out.backup.hex(),
        kind: out.kind.code(),
        original: out.original.map_or_else(String::new, |uid| last_digits(&uid.hex())),
        cause: out.cause.code(),
        document: out.document.code(),
        place: out.place.clone(),
        given: said.instant(&out.given),
        given_by: out.given_by.clone(),
        until: said.last_day(&out.until),
        state: state(&page, out),
        returned: out.returned.as_ref().map(|(by, at)| Returned {
            at: said.instant(at),
            by: by.clone(),
            place: out.returned_place.clone().unwrap_or_default(),
        }),
        is_out: is_out(out),
        lang,
        page,
    }
}

impl Receipt {
    /// A sentence of the receipt.
    fn say(&self, key: &str) -> String {
        self.lang.say(key)
    }

    /// The sentence of a code on the receipt.
    fn code(&self, prefix: &str, code: &str) -> String {
        self.lang.try_say(&format!("{prefix}-{code}")).unwrap_or_else(|| code.to_owned())
    }
}

fn last_digits(number: &str) -> String {
    let from = number.len().saturating_sub(ORIGINAL_DIGITS);
    format!("…{}", number.get(from..).unwrap_or_default())
}
