//! The site's zone and holidays.

use std::collections::BTreeMap;

use access::calendar::{Date, HolidaySet, Holidays, Zone};
use axum::Json;
use axum::extract::State;
use db::site::{RuleEdit, SiteCalendar, Thing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Edited, edit_seen};
use crate::api::answer::Tagged;
use crate::api::body::Body;
use crate::api::tag::{IfMatch, tagged};
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::visit::Caller;

/// Zone and holidays.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarShape {
    zone: String,
    /// Which holidays are computed.
    set: String,
    /// What the site changed, by date: whether it is a holiday.
    #[serde(default)]
    changed: BTreeMap<String, bool>,
}

pub(super) async fn show(State(app): State<App>) -> Result<Tagged<CalendarShape>, Fault> {
    tagged(&app, Thing::Calendar, |site| {
        let calendar = site.site_calendar()?;
        Ok(CalendarShape {
            zone: calendar.zone,
            set: calendar.holidays.set.code().to_owned(),
            changed: calendar.holidays.changed.iter().map(|(date, is)| (date.to_string(), *is)).collect(),
        })
    })
    .await
}

pub(super) async fn set(
    State(app): State<App>,
    caller: Caller,
    tag: IfMatch,
    pairs: Pairs,
    Body(shape): Body<CalendarShape>,
) -> Result<Json<Edited>, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    let set = HolidaySet::from_code(&shape.set).ok_or(invalid("set", "unknown-code"))?;
    if Zone::from_name(&shape.zone).is_none() {
        return Err(invalid("zone", "unknown-zone"));
    }
    let mut changed = BTreeMap::new();
    for (date, is) in shape.changed {
        let date: Date = date.parse().map_err(|_| invalid("changed", "not-a-date"))?;
        changed.insert(date, is);
    }
    let holidays = Holidays { set, changed: changed.into_iter().collect() };
    edit_seen(&app, caller, &pairs, tag, RuleEdit::SetCalendar(SiteCalendar { zone: shape.zone, holidays })).await
}
