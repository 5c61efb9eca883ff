//! What people see and hear at doors.

use std::collections::BTreeMap;

use access::signal::{Pattern, Signal, SignalSet};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::body::Body;
use super::calls::Calls;
use crate::app::App;
use crate::fault::Fault;
use crate::rights::Right;
use crate::visit::{Caller, actor};

/// Both routes.
pub(super) fn router() -> Calls {
    Calls::new().get(Right::Settings, "/signals", list).put(Right::Settings, "/signals", set)
}

/// A signal with its pattern.
#[derive(Serialize, JsonSchema)]
struct SignalShape {
    signal: &'static str,
    pattern: String,
    built_in: bool,
    repeats: bool,
}

/// All of them.
async fn list(State(app): State<App>) -> Result<Json<Vec<SignalShape>>, Fault> {
    Ok(Json(shapes(&app.db(|site| site.signals()).await?)))
}

/// Sets the patterns that differ from those that are built in, all of them anew.
async fn set(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(patterns): Body<BTreeMap<String, String>>,
) -> Result<Json<Vec<SignalShape>>, Fault> {
    let signals = read(&patterns)?;
    let (caller, kept) = (app.clone(), signals.clone());
    app.db(move |site| site.set_signals(&actor(&caller, &operator), &kept)).await?;
    Ok(Json(shapes(&signals)))
}

fn read(patterns: &BTreeMap<String, String>) -> Result<SignalSet, Fault> {
    let mut own = Vec::new();
    for (code, text) in patterns {
        let signal = Signal::from_code(code).ok_or(Fault::Invalid { field: "signals", problem: "unknown-code" })?;
        let pattern =
            Pattern::parse(text).map_err(|_| Fault::Invalid { field: signal.code(), problem: "not-a-pattern" })?;
        if pattern != SignalSet::default().pattern(signal) {
            own.push((signal, pattern));
        }
    }
    let signals = SignalSet(own);
    let confused = signals.confused();
    if confused.is_empty() {
        return Ok(signals);
    }
    // A problem has one field, and here two are to be named.
    let pairs = confused.iter().map(|(one, other)| format!("{} = {}", one.code(), other.code()));
    let words = format!("signals cannot be told apart: {}", pairs.collect::<Vec<_>>().join(", "));
    Err(Fault::Unreadable(StatusCode::UNPROCESSABLE_ENTITY, words))
}

fn shapes(signals: &SignalSet) -> Vec<SignalShape> {
    let shape = |signal: Signal| SignalShape {
        signal: signal.code(),
        pattern: signals.pattern(signal).to_string(),
        built_in: !signals.0.iter().any(|(own, _)| *own == signal),
        repeats: signal.repeats(),
    };
    Signal::ALL.map(shape).into()
}
