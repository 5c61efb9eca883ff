//! The rule of an area against passing back, who is inside, and forgiving.

use access::uid::Uid;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{AreaId, PassbackRule, PresenceView};

use super::number;
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::hours;
use crate::page::Page;
use crate::pages::{ROWS, done, render, render_refused};
use crate::query::Pairs;
use crate::visit::{Visit, actor};

/// What happens to a card that is inside already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Nothing.
    Off,
    /// It is let in, and an alarm is raised.
    Told,
    /// It is denied.
    Denied,
}

impl Rule {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Off, Self::Told, Self::Denied];

    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Told => "told",
            Self::Denied => "denied",
        }
    }

    /// The rule with this code.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.code() == code)
    }

    /// That of an area.
    pub(crate) fn of(rule: Option<PassbackRule>) -> Self {
        match rule {
            None => Self::Off,
            Some(rule) if rule.hard => Self::Denied,
            Some(_) => Self::Told,
        }
    }
}

#[derive(Template)]
#[template(path = "passing_inside.html")]
struct Inside {
    page: Page,
    area: i64,
    name: String,
    rule: String,
    rows: Vec<Row>,
    more: String,
}

struct Row {
    card: String,
    person: Option<(i64, String)>,
    door: Option<(String, String)>,
    since: access::time::UtcMs,
}

#[derive(Template)]
#[template(path = "passing_forgive.html")]
struct Forgive {
    page: Page,
    area: i64,
    name: String,
    card: String,
    person: String,
    form: Form,
    scopes: Vec<(String, String)>,
}

/// Who is inside.
pub(super) async fn inside(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    let id = AreaId(number(&id)?);
    let after = pairs.parse::<Uid>("after", "not-a-uid")?;
    let (area, mut found) =
        app.db(move |site| Ok((site.area(id)?, site.presence(id, after.as_ref(), ROWS + 1)?))).await?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let last = found.last().filter(|_| more);
    let more = last.map_or_else(String::new, |last| format!("{}?after={}", place(id), last.uid.hex()));
    let page = visit.page;
    render(&Inside {
        area: id.0,
        name: area.name,
        rule: said(&page, area.passback),
        rows: found.into_iter().map(Row::new).collect(),
        page,
        more,
    })
}

/// Asks why a card is forgiven, and where.
pub(super) async fn ask(
    State(app): State<App>,
    visit: Visit,
    Path((id, uid)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (id, uid) = (AreaId(number(&id)?), uid.parse().map_err(|_| Fault::NotFound)?);
    render(&question(&app, visit.page, id, uid, Form::with(&[("scope", "here".to_owned())])).await?)
}

/// Forgives it.
pub(super) async fn forgive(
    State(app): State<App>,
    visit: Visit,
    Path((id, uid)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, Fault> {
    let (id, uid): (_, Uid) = (AreaId(number(&id)?), uid.parse().map_err(|_| Fault::NotFound)?);
    let area = match form.value("scope") {
        "here" => Some(Some(id)),
        "everywhere" => Some(None),
        _ => None,
    };
    if let Some(area) = area {
        let (caller, operator, reason) = (app.clone(), visit.operator.clone(), form.value("reason").to_owned());
        match app.db(move |site| site.forgive(&actor(&caller, &operator), &uid, area, &reason)).await {
            Ok(0) => form.problem_in("scope", "not-inside"),
            Ok(_) => return Ok(done(&place(id), "card-forgiven")),
            Err(fault) => form.refused(fault)?,
        }
    } else {
        form.problem_in("scope", "unknown-code");
    }
    render_refused(&question(&app, visit.page, id, uid, form).await?)
}

/// What was entered for the rule of an area: nothing if it is off.
#[expect(clippy::option_option, reason = "no rule is a good answer, unlike none that can be read")]
pub(super) fn read(form: &mut Form) -> Option<Option<PassbackRule>> {
    let Some(rule) = Rule::from_code(form.value("rule")) else {
        form.problem_in("rule", "unknown-code");
        return None;
    };
    if rule == Rule::Off {
        return Some(None);
    }
    let within_s = if form.value("within_s").is_empty() { None } else { form.parse("within_s", "not-a-number") };
    let forgiven_at = form.optional("forgiven_at").and_then(|text| {
        let minute = hours::minute(&text);
        if minute.is_none() {
            form.problem_in("forgiven_at", "not-an-hour");
        }
        minute
    });
    (!form.failed()).then_some(Some(PassbackRule { hard: rule == Rule::Denied, within_s, forgiven_at }))
}

/// The form of a rule as it is.
pub(super) fn filled(rule: Option<PassbackRule>) -> Form {
    let within = rule.and_then(|rule| rule.within_s).map_or_else(String::new, |within| within.to_string());
    let forgiven = rule.and_then(|rule| rule.forgiven_at).map_or_else(String::new, hours::of_minute);
    let code = Rule::of(rule).code().to_owned();
    Form::with(&[("rule", code), ("within_s", within), ("forgiven_at", forgiven)])
}

/// A rule in a sentence.
fn said(page: &Page, rule: Option<PassbackRule>) -> String {
    let mut said = vec![page.code("passback", Rule::of(rule).code())];
    if let Some(within) = rule.and_then(|rule| rule.within_s) {
        said.push(page.tr1("passback-said-within", "seconds", &within.to_string()));
    }
    if let Some(minute) = rule.and_then(|rule| rule.forgiven_at) {
        said.push(page.tr1("passback-said-forgiven", "at", &hours::of_minute(minute)));
    }
    said.join(" · ")
}

async fn question(app: &App, page: Page, id: AreaId, uid: Uid, form: Form) -> Result<Forgive, Fault> {
    let (area, card) = app.db(move |site| Ok((site.area(id)?, site.card(&uid)?))).await?;
    let scopes = ["here", "everywhere"].map(|code| (code.to_owned(), page.code("forgive", code)));
    Ok(Forgive {
        area: id.0,
        name: area.name,
        card: uid.hex(),
        person: card.holder.map_or_else(String::new, |(_, name)| page.name(&name)),
        scopes: scopes.into(),
        page: page.at(&format!("{}/{}", place(id), uid.hex())),
        form,
    })
}

fn place(area: AreaId) -> String {
    format!("/rules/areas/{}/inside", area.0)
}

impl Row {
    fn new(view: PresenceView) -> Self {
        Self {
            card: view.uid.hex(),
            person: view.person.map(|(id, name)| (id.0, name)),
            door: view.door.map(|(id, name)| (id.to_string(), name)),
            since: view.at,
        }
    }
}
