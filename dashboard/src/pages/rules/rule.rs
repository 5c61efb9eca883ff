//! One rule: which group, which area, when, and whether it lets in or keeps out.

use access::entry::ScheduleId;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{AreaId, Effect, GroupId, NewRule, RuleEdit, RuleId, RuleView, Site, SiteError};

use super::number;
use super::offered::{self, Choices};
use super::preview::{self, Plan};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{render, render_refused};
use crate::query::Pairs;
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "rules_rule.html")]
struct Rule {
    page: Page,
    /// None for one that is to be added.
    id: Option<i64>,
    action: String,
    form: Form,
    groups: Choices,
    areas: Choices,
    schedules: Choices,
    effects: Choices,
}

/// The form for a new one.
pub(super) async fn fresh(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    render(&page(&app, visit.page, None, pairs.as_form()).await?)
}

/// Adds one.
pub(super) async fn add(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    if let Some(rule) = read(&mut form, &app) {
        let plan = Plan {
            title: "rule-add",
            about: about(&app, &visit.page, &rule).await,
            action: "/rules/new".to_owned(),
            back: "/rules/new".to_owned(),
            place: "/rules/{}".to_owned(),
            done: "rule-added",
        };
        let edit = RuleEdit::AddRule(rule);
        if let Some(answer) = preview::step(&app, &visit, &mut form, edit, plan).await? {
            return Ok(answer);
        }
    }
    render_refused(&page(&app, visit.page, None, form).await?)
}

/// The form for one that is there.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id = RuleId(number(&id)?);
    let view = app.db(move |site| site.rule(id)).await?;
    let form = filled(&view, &app);
    render(&page(&app, visit.page, Some(id), form).await?)
}

/// Changes one.
pub(super) async fn change(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = RuleId(number(&id)?);
    let view = app.db(move |site| site.rule(id)).await?;
    if let Some(to) = read(&mut form, &app) {
        let plan = Plan {
            title: "rule-change",
            about: format!("{} → {}", of_view(&visit.page, &view), about(&app, &visit.page, &to).await),
            action: place(id),
            back: place(id),
            place: place(id),
            done: "rule-changed",
        };
        let edit = RuleEdit::ChangeRule { rule: id, to };
        if let Some(answer) = preview::step(&app, &visit, &mut form, edit, plan).await? {
            return Ok(answer);
        }
    }
    render_refused(&page(&app, visit.page, Some(id), form).await?)
}

/// Takes one away.
pub(super) async fn remove(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = RuleId(number(&id)?);
    let view = app.db(move |site| site.rule(id)).await?;
    let plan = Plan {
        title: "rule-remove",
        about: of_view(&visit.page, &view),
        action: format!("{}/remove", place(id)),
        back: place(id),
        place: "/rules".to_owned(),
        done: "rule-removed",
    };
    if let Some(answer) = preview::step(&app, &visit, &mut form, RuleEdit::RemoveRule(id), plan).await? {
        return Ok(answer);
    }
    render_refused(&page(&app, visit.page, Some(id), form).await?)
}

/// What was entered.
fn read(form: &mut Form, app: &App) -> Option<NewRule> {
    let group = form.parse("group", "unknown-group").map(GroupId);
    let area = form.parse("area", "unknown-area").map(AreaId);
    let schedule = form.parse("schedule", "unknown-schedule").map(ScheduleId);
    let effect = Effect::from_code(form.value("effect"));
    if effect.is_none() {
        form.problem_in("effect", "unknown-code");
    }
    let window = form.window(app.context.zone);
    let note = form.value("note").to_owned();
    Some(NewRule { group: group?, area: area?, schedule: schedule?, effect: effect?, window: window?, note })
}

fn filled(view: &RuleView, app: &App) -> Form {
    let rule = &view.rule;
    Form::with(&[
        ("group", rule.group.0.to_string()),
        ("area", rule.area.0.to_string()),
        ("schedule", rule.schedule.0.to_string()),
        ("effect", rule.effect.code().to_owned()),
        ("from", when::field(rule.window.from, app.context.zone)),
        ("until", when::field(rule.window.until, app.context.zone)),
        ("note", rule.note.clone()),
    ])
}

async fn page(app: &App, page: Page, id: Option<RuleId>, form: Form) -> Result<Rule, Fault> {
    let named = ["group", "area", "schedule"].map(|field| form.value(field).parse().ok());
    let (groups, areas, schedules) = app.db(move |site| choices(site, named)).await?;
    let always = ("0".to_owned(), page.tr("schedule-always"));
    let effects = Effect::ALL.map(|effect| (effect.code().to_owned(), page.code("effect", effect.code())));
    let place = id.map_or_else(|| "/rules/new".to_owned(), place);
    Ok(Rule {
        id: id.map(|id| id.0),
        effects: effects.into(),
        schedules: std::iter::once(always).chain(schedules).collect(),
        page: page.at(&place),
        action: place,
        form,
        groups,
        areas,
    })
}

/// What a rule may name.
fn choices(site: &Site, [group, area, schedule]: [Option<i64>; 3]) -> Result<(Choices, Choices, Choices), SiteError> {
    Ok((offered::groups(site, group)?, offered::areas(site, area)?, offered::schedules(site, schedule)?))
}

/// A rule in words; nothing if it names what is gone, which is said beside the field.
async fn about(app: &App, page: &Page, rule: &NewRule) -> String {
    let (group, area, schedule) = (rule.group, rule.area, rule.schedule);
    let names = app.db(move |site| {
        let schedule = match schedule {
            ScheduleId::ALWAYS => None,
            other => Some(site.schedule(other)?.name),
        };
        Ok((site.group(group)?.name, site.area(area)?.name, schedule))
    });
    let Ok((group_name, area_name, schedule_name)) = names.await else { return String::new() };
    of_view(page, &RuleView { id: RuleId(0), rule: rule.clone(), group_name, area_name, schedule_name })
}

fn of_view(page: &Page, view: &RuleView) -> String {
    let effect = page.code("effect", view.rule.effect.code());
    let schedule = view.schedule_name.clone().unwrap_or_else(|| page.tr("schedule-always"));
    let when = page.window(&view.rule.window);
    format!("{} – {}: {effect}, {schedule} ({when})", view.group_name, view.area_name)
}

fn place(id: RuleId) -> String {
    format!("/rules/{}", id.0)
}
