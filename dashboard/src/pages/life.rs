//! The life of a card: where it is, what can be done to it now, and why the rest cannot.

use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{CardView, Cause, Life, Transition, step};

use super::card::{page, place, uid_of};
use super::views::Mark;
use super::{done, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::rights::Right;
use crate::visit::{Visit, actor};

/// What the card's page shows of it.
pub(super) struct Section {
    pub(super) mark: Mark,
    pub(super) cause: String,
    pub(super) since: String,
    pub(super) by: String,
    pub(super) moves: Vec<Move>,
    /// What cannot be done now, and why not.
    pub(super) refused: Vec<(String, String)>,
}

/// What can be done to it now.
pub(super) struct Move {
    pub(super) code: &'static str,
    /// Whether it cannot be taken back, or takes the card out of use.
    pub(super) danger: bool,
    pub(super) causes: Vec<(&'static str, String)>,
}

impl Section {
    pub(super) fn new(page: &Page, card: &CardView) -> Self {
        let mut moves = Vec::new();
        let mut refused = Vec::new();
        // Handing out is the desk's, or done by giving the card to a person.
        let offered = |one: &Transition| *one != Transition::HandOut && page.access.may_change(right_of(*one));
        for transition in Transition::ALL.into_iter().filter(offered) {
            match step(card.life, transition) {
                Ok(_) => moves.push(Move::new(page, transition)),
                Err(refusal) => {
                    refused.push((page.code("transition", transition.code()), page.problem(refusal.code())));
                }
            }
        }
        Self {
            mark: mark(page, card.life),
            cause: page.code("cause", card.cause.code()),
            since: page.instant(&card.life_since),
            by: card.life_by.clone(),
            moves,
            refused,
        }
    }
}

impl Move {
    fn new(page: &Page, transition: Transition) -> Self {
        Self {
            code: transition.code(),
            danger: matches!(transition, Transition::Block | Transition::Retire),
            causes: transition.causes().iter().map(|cause| (cause.code(), page.code("cause", cause.code()))).collect(),
        }
    }
}

/// What a step asks for: taking a card out of use is for everybody who may act at once, everything else for those who
/// give cards out.
pub(crate) fn right_of(transition: Transition) -> Right {
    match transition {
        Transition::Suspend | Transition::Block => Right::CardBlock,
        _ => Right::CardIssue,
    }
}

/// Where a card is, in a word.
pub(super) fn mark(page: &Page, life: Life) -> Mark {
    let text = page.code("life", life.code());
    match life {
        Life::Active => Mark::good(text),
        Life::Blocked => Mark::bad(text),
        Life::Suspended => Mark::warn(text),
        Life::Ordered | Life::Delivered | Life::Returned | Life::Retired => Mark::plain(text),
    }
}

/// Moves a card on.
pub(super) async fn transit(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let uid = uid_of(&uid)?;
    let transition = Transition::from_code(form.value("transition"));
    let cause = Cause::from_code(form.value("cause"));
    if transition.is_none() {
        form.problem_in("transition", "unknown-code");
    }
    if cause.is_none() {
        form.problem_in("cause", "unknown-code");
    }
    if let (Some(transition), Some(cause)) = (transition, cause) {
        let right = right_of(transition);
        if !visit.page.access.may_change(right) {
            return Err(Fault::Forbidden(right));
        }
        let (caller, operator) = (app.clone(), visit.operator.clone());
        let moved = app.db(move |site| site.transit(&actor(&caller, &operator), &uid, transition, cause)).await;
        match moved {
            Ok(_) => return Ok(done(&format!("{}#life", place(&uid)), "card-moved")),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&page(&app, visit.page, uid, form, "transit").await?)
}
