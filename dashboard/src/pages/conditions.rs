//! Employments and rights to practise of a person: one page to add one, and one to change it.

use access::time::Window;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{
    EmploymentId, EmploymentView, NewEmployment, NewRight, Person, PersonId, RightId, RightView, Site, SiteError, Thing,
};

use super::{gained, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::meanwhile;
use crate::page::Page;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};
use crate::when;

/// The routes.
pub(super) fn router() -> Routes {
    Routes::new().get(Right::PeopleEdit, "/people/{id}/{what}/{number}", show).post(
        Right::PeopleEdit,
        "/people/{id}/{what}/{number}",
        set,
    )
}

#[derive(Template)]
#[template(path = "condition.html")]
struct ConditionPage {
    page: Page,
    id: i64,
    name: String,
    what: What,
    /// Its number; nothing for one to be added.
    number: Option<i64>,
    form: Form,
    /// What groups name.
    words: GroupWords,
}

/// Units and titles.
type GroupWords = (Vec<String>, Vec<String>);

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Employment,
    Right,
}

/// What a path names.
#[derive(Debug, Clone, Copy)]
struct Named {
    person: PersonId,
    what: What,
    number: Option<i64>,
}

impl What {
    fn code(self) -> &'static str {
        match self {
            Self::Employment => "employments",
            Self::Right => "rights",
        }
    }

    fn is_right(self) -> bool {
        self == Self::Right
    }
}

impl Named {
    fn read((person, what, number): (String, String, String)) -> Result<Self, Fault> {
        let what = match what.as_str() {
            "employments" => What::Employment,
            "rights" => What::Right,
            _ => return Err(Fault::NotFound),
        };
        let number = if number == "new" { None } else { Some(number.parse().map_err(|_| Fault::NotFound)?) };
        Ok(Self { person: PersonId(person.parse().map_err(|_| Fault::NotFound)?), what, number })
    }

    /// What is edited, if it is there already.
    fn thing(self) -> Option<Thing> {
        self.number.map(|number| match self.what {
            What::Employment => Thing::Employment(EmploymentId(number)),
            What::Right => Thing::Right(RightId(number)),
        })
    }

    fn path(self) -> String {
        let number = self.number.map_or_else(|| "new".to_owned(), |number| number.to_string());
        format!("/people/{}/{}/{number}", self.person.0, self.what.code())
    }
}

/// The form, filled in with what is so now.
async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, Fault> {
    let named = Named::read(path)?;
    let (person, now, words) = app.db(move |site| find(site, named)).await?;
    let form = match now {
        Now::Nothing => Form::default(),
        Now::Employment(job) => Form::with(&[
            ("unit", job.unit),
            ("title", job.title),
            ("external_id", job.external_id.unwrap_or_default()),
            ("from", when::first_day(job.window, visit.page.zone)),
            ("until", when::last_day(job.window, visit.page.zone)),
        ]),
        Now::Right(right) => Form::with(&[
            ("profession", right.profession),
            ("source", right.source),
            ("from", when::first_day(right.window, visit.page.zone)),
            ("until", when::last_day(right.window, visit.page.zone)),
        ]),
    };
    render(&page(visit.page, named, (person, words), form))
}

/// What is so now.
enum Now {
    Nothing,
    Employment(EmploymentView),
    Right(RightView),
}

impl Now {
    fn window(&self) -> Window {
        match self {
            Self::Nothing => Window::ALWAYS,
            Self::Employment(job) => job.window,
            Self::Right(right) => right.window,
        }
    }
}

fn find(site: &Site, named: Named) -> Result<(Person, Now, GroupWords), SiteError> {
    let person = site.person(named.person)?;
    let missing = || SiteError::NotFound { what: "condition", id: String::new() };
    let now = match (named.what, named.number) {
        (_, None) => Now::Nothing,
        (What::Employment, Some(number)) => {
            let found = site.employments(named.person)?.into_iter().find(|job| job.id.0 == number);
            Now::Employment(found.ok_or_else(missing)?)
        }
        (What::Right, Some(number)) => {
            let found = site.rights(named.person)?.into_iter().find(|right| right.id.0 == number);
            Now::Right(found.ok_or_else(missing)?)
        }
    };
    let words = if named.what.is_right() { GroupWords::default() } else { site.group_words()? };
    Ok((person, now, words))
}

fn page(page: Page, named: Named, (person, words): (Person, GroupWords), form: Form) -> ConditionPage {
    let page = page.at(&named.path());
    ConditionPage { page, id: person.id.0, name: person.name, what: named.what, number: named.number, form, words }
}

/// Adds, changes, ends or takes back.
async fn set(
    State(app): State<App>,
    visit: Visit,
    Path(path): Path<(String, String, String)>,
    mut form: Form,
) -> Result<Response, Fault> {
    let named = Named::read(path)?;
    // What is not this person's cannot be changed from this person's page.
    let (person, now, words) = app.db(move |site| find(site, named)).await?;
    if let Some(step) = Step::read(&mut form, named, now.window(), &visit.page) {
        let code = step.done();
        let (caller, operator) = (app.clone(), visit.operator.clone());
        let (thing, entered) = (named.thing(), form.clone());
        let take = move |site: &Site| {
            let guarded = meanwhile::guarded(site, &entered, named.thing().as_ref())?;
            gained::noted(site, || step.take(&guarded, &actor(&caller, &operator), named.person))
        };
        match app.db(take).await {
            Err(Fault::Stale(_)) => {
                let place = meanwhile::Place { about: person.name, action: named.path(), back: named.path() };
                let thing = thing.ok_or(Fault::Broken)?;
                return meanwhile::answer(&app, visit.page, thing, &form, place).await;
            }
            Ok(between) => {
                let place = format!("/people/{}#{}", named.person.0, named.what.code());
                return Ok(gained::done(&place, code, between));
            }
            Err(Fault::Conflict(_)) => form.problem_in("external_id", "duplicate"),
            Err(Fault::Invalid { field: "window", problem }) => form.problem_in("until", problem),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&page(visit.page, named, (person, words), form))
}

/// What is asked for.
enum Step {
    SaveEmployment(Option<EmploymentId>, NewEmployment),
    EndEmployment(EmploymentId),
    RemoveEmployment(EmploymentId),
    SaveRight(Option<RightId>, NewRight),
    EndRight(RightId),
    RemoveRight(RightId),
    NoteChecked(RightId),
}

impl Step {
    fn read(form: &mut Form, named: Named, before: Window, page: &Page) -> Option<Self> {
        let step = form.value("step").to_owned();
        match (named.what, named.number, step.as_str()) {
            (What::Employment, Some(number), "end") => Some(Self::EndEmployment(EmploymentId(number))),
            (What::Employment, Some(number), "remove") => Some(Self::RemoveEmployment(EmploymentId(number))),
            (What::Right, Some(number), "end") => Some(Self::EndRight(RightId(number))),
            (What::Right, Some(number), "remove") => Some(Self::RemoveRight(RightId(number))),
            (What::Right, Some(number), "checked") => Some(Self::NoteChecked(RightId(number))),
            (What::Employment, number, _) => {
                Some(Self::SaveEmployment(number.map(EmploymentId), employment(form, before, page)?))
            }
            (What::Right, number, _) => Some(Self::SaveRight(number.map(RightId), right(form, before, page)?)),
        }
    }

    fn done(&self) -> &'static str {
        match self {
            Self::SaveEmployment(..) => "employment-saved",
            Self::EndEmployment(_) => "employment-ended",
            Self::RemoveEmployment(_) => "employment-removed",
            Self::SaveRight(..) => "right-saved",
            Self::EndRight(_) => "right-ended",
            Self::RemoveRight(_) => "right-removed",
            Self::NoteChecked(..) => "right-checked",
        }
    }

    fn take(self, site: &Site, actor: &db::site::Actor<'_>, person: PersonId) -> Result<(), SiteError> {
        let now = actor.at.second();
        match self {
            Self::SaveEmployment(None, new) => site.add_employment(actor, person, &new).map(drop),
            Self::SaveEmployment(Some(id), new) => site.change_employment(actor, id, &new).map(drop),
            Self::EndEmployment(id) => site.end_employment(actor, id, now).map(drop),
            Self::RemoveEmployment(id) => site.remove_employment(actor, id).map(drop),
            Self::SaveRight(None, new) => site.add_right(actor, person, &new).map(drop),
            Self::SaveRight(Some(id), new) => site.change_right(actor, id, &new).map(drop),
            Self::EndRight(id) => site.end_right(actor, id, now).map(drop),
            Self::RemoveRight(id) => site.remove_right(actor, id).map(drop),
            Self::NoteChecked(id) => site.note_checked(actor, id).map(drop),
        }
    }
}

fn employment(form: &mut Form, before: Window, page: &Page) -> Option<NewEmployment> {
    let window = days(form, before, page)?;
    Some(NewEmployment {
        external_id: form.optional("external_id"),
        unit: form.value("unit").to_owned(),
        title: form.value("title").to_owned(),
        window,
    })
}

fn right(form: &mut Form, before: Window, page: &Page) -> Option<NewRight> {
    let window = days(form, before, page);
    for field in ["profession", "source"] {
        if form.value(field).is_empty() {
            form.problem_in(field, "empty");
        }
    }
    if form.failed() {
        return None;
    }
    Some(NewRight {
        profession: form.value("profession").to_owned(),
        window: window?,
        source: form.value("source").to_owned(),
        checked: page.now,
    })
}

/// The first and the last day, both of which count whole.
fn days(form: &mut Form, before: Window, page: &Page) -> Option<Window> {
    let window = match when::days_kept(form.value("from"), form.value("until"), before, page.zone) {
        Ok(window) => window,
        Err(field) => {
            form.problem_in(field, "not-a-date");
            return None;
        }
    };
    if !window.is_possible() {
        form.problem_in("until", "reversed-window");
        return None;
    }
    Some(window)
}
