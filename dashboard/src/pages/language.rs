//! Choosing a language, signed in or not.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;

use super::local;
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::language::Lang;
use crate::page::LANGUAGE_COOKIE;
use crate::session;

/// Remembers it in a cookie, and for an operator in the database too: a shared screen must not speak the
/// language of whoever used it before.
pub(super) async fn choose(State(app): State<App>, session: Session, form: Form) -> Result<Response, Fault> {
    let lang =
        Lang::from_code(form.value("language")).ok_or(Fault::Invalid { field: "language", problem: "unknown-code" })?;
    if let Some((operator, _)) = session::operator(&app, &session).await? {
        app.db(move |site| site.set_language(operator.id, Some(lang.code()))).await?;
    }
    let secure = if app.context.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}", lang.code());
    let back = Redirect::to(local(form.value("back")));
    Ok(([(SET_COOKIE, cookie)], back).into_response())
}
