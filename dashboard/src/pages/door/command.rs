//! Commands to a door: asked with a reason, and what became of each.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use db::site::{CommandState, CommandView, DoorKind};

use super::{id_of, refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::views::Mark;
use crate::sentence;
use crate::visit::{Visit, actor};

/// What became of the command that was just asked for.
pub(super) struct Followed {
    pub(super) tone: &'static str,
    pub(super) symbol: &'static str,
    pub(super) text: String,
    pub(super) pending: bool,
}

/// A command in the list.
pub(super) struct Line {
    pub(super) at: String,
    pub(super) iso: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) why: String,
    pub(super) outcome: Mark,
}

/// Asks the controller to send a command, and shows what becomes of it.
pub(super) async fn ask(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let action = sentence::action_from_code(form.value("action"));
    let action = action.ok_or(Fault::Invalid { field: "action", problem: "unknown-code" })?;
    let reason = form.value("reason").to_owned();
    let (caller, operator, door) = (app.clone(), visit.operator.clone(), id.clone());
    let asked = app.db(move |site| match site.door(&door)?.kind {
        DoorKind::Door => site.request_command(&actor(&caller, &operator), &door, action, &reason).map(Some),
        DoorKind::Encoder => Ok(None),
    });
    match asked.await {
        Ok(Some(command)) => {
            Ok(Redirect::to(&format!("/doors/{}?command={}", command.door, command.id)).into_response())
        }
        Ok(None) => Err(Fault::NotFound),
        Err(fault) => {
            form.refused(fault)?;
            refused(&app, visit, &id, form, action.code()).await
        }
    }
}

impl Followed {
    pub(super) fn new(page: &Page, command: &CommandView) -> Self {
        let Mark { tone, symbol, text } = outcome(page, &command.state);
        let words = [
            ("what", page.code("action", command.action.code()).into()),
            ("operator", command.operator.clone().into()),
            ("at", page.instant(&command.requested).into()),
            ("outcome", text.into()),
        ];
        let pending = matches!(command.state, CommandState::Requested | CommandState::Sent);
        Self { tone, symbol, text: page.lang.say_with("command-line", &words), pending }
    }
}

impl Line {
    pub(super) fn new(page: &Page, command: &CommandView) -> Self {
        Self {
            at: page.instant(&command.requested),
            iso: page.iso(&command.requested),
            what: page.code("action", command.action.code()),
            who: command.operator.clone(),
            why: command.reason.clone(),
            outcome: outcome(page, &command.state),
        }
    }
}

fn outcome(page: &Page, state: &CommandState) -> Mark {
    let text = sentence::command(page, state);
    match state {
        CommandState::Requested | CommandState::Sent => Mark::new("plain", "…", text),
        CommandState::Followed => Mark::good(text),
        CommandState::Refused(_) | CommandState::DoorAway | CommandState::Expired => Mark::bad(text),
    }
}
