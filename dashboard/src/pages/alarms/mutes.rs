//! What is muted now.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::MuteView;

use super::one::number;
use super::undelivered;
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::pages::{done, render};
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "alarm_mutes.html")]
struct Mutes {
    page: Page,
    mutes: Vec<Mute>,
    undelivered: u32,
}

/// A mute.
struct Mute {
    id: i64,
    name: String,
    door: Option<(String, String)>,
    from: String,
    until: String,
    until_iso: String,
    reason: String,
    operator: String,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    let now = visit.page.now;
    let (mutes, undelivered) = app.db(move |site| Ok((site.alarm_mutes(now)?, undelivered(site, now)?))).await?;
    let page = visit.page;
    render(&Mutes { mutes: mutes.into_iter().map(|mute| Mute::new(&page, mute)).collect(), undelivered, page })
}

/// Ends one early.
pub(super) async fn end(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let (id, caller) = (number(&id)?, app.clone());
    app.db(move |site| site.unmute_alarms(&actor(&caller, &visit.operator), id)).await?;
    Ok(done("/alarms/mutes", "alarm-unmuted"))
}

impl Mute {
    fn new(page: &Page, mute: MuteView) -> Self {
        Self {
            id: mute.id,
            name: page.code("alarm", &mute.kind),
            door: mute.door.zip(mute.door_name).map(|(door, name)| (door.to_string(), name)),
            from: page.instant(&mute.from),
            until: page.instant(&mute.until),
            until_iso: page.iso(&mute.until),
            reason: mute.reason,
            operator: mute.operator,
        }
    }
}
