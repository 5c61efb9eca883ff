//! What an operator has ordered of a door, and the lockdowns that reach it; and ordering.

use access::mode::{Mode, Order};
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{DoorOrders, DoorView, LockdownView, OrderView};

use super::{id_of, refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::views::Mark;
use crate::pages::{done, standing};
use crate::visit::{Visit, actor};
use crate::when;

/// An order, and whether the door has it.
pub(super) struct OrderShown {
    pub(super) what: Mark,
    pub(super) at_door: Mark,
    pub(super) who: String,
    pub(super) why: String,
}

/// A lockdown that reaches the door, and whether the door has it.
pub(super) struct LockdownShown {
    pub(super) id: i64,
    pub(super) text: String,
    pub(super) at_door: Mark,
}

/// Those that hold now.
pub(super) fn shown(
    page: &Page,
    door: &DoorView,
    orders: Option<DoorOrders>,
) -> (Option<OrderShown>, Vec<LockdownShown>) {
    let Some(orders) = orders else { return (None, Vec::new()) };
    let now = page.now.second();
    let beaten = door.mode_in_force == Some(Mode::LockedDown);
    let order = orders.order.filter(|(view, _)| now < view.order.until);
    let order = order.map(|(view, has)| OrderShown::new(page, &view, at_door(page, door, has, beaten)));
    let on = orders.lockdowns.into_iter().filter(|(lockdown, _)| lockdown.is_on(now));
    let lockdowns = on.map(|(lockdown, has)| LockdownShown::new(page, &lockdown, at_door(page, door, has, false)));
    (order, lockdowns.collect())
}

/// Orders the door unlocked or locked until a time.
pub(super) async fn set(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let order = read(&mut form, &app);
    give(&app, visit, &id, form, order, "order").await
}

/// Takes the order back.
pub(super) async fn end(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    give(&app, visit, &id, form, Some(None), "end").await
}

#[expect(clippy::option_option, reason = "no order is one that can be given, unlike one that could not be read")]
async fn give(
    app: &App,
    visit: Visit,
    id: &str,
    mut form: Form,
    order: Option<Option<Order>>,
    of: &'static str,
) -> Result<Response, Fault> {
    let id = id_of(id)?;
    if let Some(order) = order {
        let (caller, operator, door) = (app.clone(), visit.operator.clone(), id.clone());
        let reason = form.value("reason").to_owned();
        let given = app.db(move |site| site.order_mode(&actor(&caller, &operator), &door, order, &reason)).await;
        match given {
            Ok(()) => {
                let code = if order.is_some() { "order-set" } else { "order-ended" };
                return Ok(done(&format!("/doors/{id}#order"), code));
            }
            // It has nothing that could be ordered.
            Err(Fault::Invalid { field: "door", .. }) => return Err(Fault::NotFound),
            Err(fault) => form.refused(fault)?,
        }
    }
    refused(app, visit, &id, form, of).await
}

/// What was entered; what is wrong with it stands in the form.
#[expect(clippy::option_option, reason = "see `give`")]
fn read(form: &mut Form, app: &App) -> Option<Option<Order>> {
    let mode = Mode::from_code(form.value("mode")).filter(|mode| matches!(mode, Mode::Unlocked | Mode::Locked));
    if mode.is_none() {
        form.problem_in("mode", "unknown-code");
    }
    let until = match when::from_field(form.value("until"), app.context.zone) {
        Ok(Some(until)) => Some(until),
        Ok(None) => {
            form.problem_in("until", "empty");
            None
        }
        Err(problem) => {
            form.problem_in("until", problem);
            None
        }
    };
    let now = app.now().second();
    if until.is_some_and(|until| until <= now) {
        form.problem_in("until", "past");
    } else if until.is_some_and(|until| until.0.saturating_sub(now.0) > Order::LENGTH_S_MAX) {
        form.problem_in("until", "too-far");
    }
    if form.value("reason").is_empty() {
        form.problem_in("reason", "empty");
    }
    if form.failed() {
        return None;
    }
    Some(Some(Order { unlock: mode? == Mode::Unlocked, until: until? }))
}

impl OrderShown {
    fn new(page: &Page, view: &OrderView, at_door: Mark) -> Self {
        let (key, mode) =
            if view.order.unlock { ("order-unlock", Mode::Unlocked) } else { ("order-lock", Mode::Locked) };
        Self {
            what: standing::of_mode(mode, page.tr1(key, "until", &page.minute(&view.order.until))),
            at_door,
            who: who(page, &view.operator, &view.at),
            why: view.reason.clone(),
        }
    }
}

impl LockdownShown {
    fn new(page: &Page, view: &LockdownView, at_door: Mark) -> Self {
        let words = [
            ("scope", page.scope(view).into()),
            ("since", page.instant(&view.at).into()),
            ("operator", view.operator.clone().into()),
            ("reason", view.reason.clone().into()),
        ];
        Self { id: view.id, text: page.lang.say_with("order-lockdown-line", &words), at_door }
    }
}

fn who(page: &Page, operator: &str, at: &access::time::UtcMs) -> String {
    let words = [("operator", operator.to_owned().into()), ("at", page.instant(at).into())];
    page.lang.say_with("order-who-line", &words)
}

/// Whether the door has what was ordered.
fn at_door(page: &Page, door: &DoorView, has: bool, beaten: bool) -> Mark {
    match (has, beaten, door.online) {
        (true, true, _) => Mark::warn(page.tr("order-beaten")),
        (true, false, _) => Mark::good(page.tr("order-is-in-force")),
        (false, _, true) => Mark::bad(page.tr("order-not-yet-online")),
        (false, _, false) => Mark::bad(page.tr("order-not-yet-offline")),
    }
}
