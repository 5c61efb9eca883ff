//! What an operator is limited to: units and areas, or the whole site.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{AreaId, AreaView, LIST_MAX, Limit, Page as Rows, Site, SiteError};

use super::{done, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "operator_limit.html")]
struct Shown {
    page: Page,
    id: i64,
    name: String,
    form: Form,
    /// Areas, with whether the operator is limited to them.
    areas: Vec<(String, String, bool)>,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id = id.parse().map_err(|_| Fault::NotFound)?;
    let limit = app.db(move |site| site.limit_of(id)).await?;
    let mut fields = vec![("units".to_owned(), limit.units.join("\n"))];
    fields.extend(limit.areas.iter().map(|area| ("area".to_owned(), area.0.to_string())));
    render(&page(&app, visit.page, id, Form::entered(fields)).await?)
}

/// Sets it.
pub(super) async fn set(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let units = form.raw("units").lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let areas: Result<Vec<AreaId>, _> = form.values("area").map(|area| area.parse().map(AreaId)).collect();
    let Ok(areas) = areas else {
        form.problem_in("areas", "unknown-area");
        return render_refused(&page(&app, visit.page, id, form).await?);
    };
    let (of, by) = (app.clone(), visit.operator.clone());
    match app.db(move |site| site.set_limit(&actor(&of, &by), id, Limit { units, areas })).await {
        Ok(()) => Ok(done("/operators", "operator-changed")),
        Err(fault) => {
            form.refused(fault)?;
            render_refused(&page(&app, visit.page, id, form).await?)
        }
    }
}

async fn page(app: &App, page: Page, id: i64, form: Form) -> Result<Shown, Fault> {
    let found = app.db(|site| Ok((site.operators()?, site.areas(Rows { after: None, limit: LIST_MAX })?)));
    let (operators, areas) = found.await?;
    let name = operators.into_iter().find(|one| one.id == id).map(|one| one.name).ok_or(Fault::NotFound)?;
    let ticked = |area: AreaView| {
        let id = area.id.0.to_string();
        let on = form.has("area", &id);
        (id, area.name, on)
    };
    Ok(Shown {
        areas: areas.into_iter().map(ticked).collect(),
        page: page.at(&format!("/operators/{id}/limit")),
        id,
        name,
        form,
    })
}

/// What each operator is limited to, in words.
pub(super) struct Words {
    limits: BTreeMap<i64, Limit>,
    areas: BTreeMap<i64, String>,
}

impl Words {
    /// Of all operators.
    pub(super) fn all(site: &Site) -> Result<Self, SiteError> {
        Self::with(site, site.limits()?)
    }

    /// Of one.
    pub(super) fn one(site: &Site, operator: i64) -> Result<Self, SiteError> {
        let limit = Some(site.limit_of(operator)?).filter(|limit| !limit.is_none());
        Self::with(site, limit.map(|limit| (operator, limit)).into_iter().collect())
    }

    fn with(site: &Site, limits: BTreeMap<i64, Limit>) -> Result<Self, SiteError> {
        let areas = site.areas(Rows { after: None, limit: LIST_MAX })?;
        Ok(Self { limits, areas: areas.into_iter().map(|area| (area.id.0, area.name)).collect() })
    }

    pub(super) fn of(&self, page: &Page, operator: i64) -> String {
        let Some(limit) = self.limits.get(&operator) else { return page.tr("within-all") };
        // An area that was removed has no name any more; its operator is limited to it all the same.
        let area = |area: &AreaId| self.areas.get(&area.0).cloned().unwrap_or_else(|| area.0.to_string());
        limit.units.iter().cloned().chain(limit.areas.iter().map(area)).collect::<Vec<_>>().join(", ")
    }
}
