//! Choosing how light the pages are.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::pages::done;
use crate::theme::{COOKIE_NAME, Theme};

/// How long a browser keeps it: a year.
const KEPT_S: u32 = 31_536_000;

/// Remembers it in this browser.
pub(super) async fn choose(State(app): State<App>, form: Form) -> Result<Response, Fault> {
    let unknown = Fault::Invalid { field: "theme", problem: "unknown-code" };
    let theme = Theme::from_code(form.value("theme")).ok_or(unknown)?;
    let secure = if app.context.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={}; Path=/; Max-Age={KEPT_S}; HttpOnly; SameSite=Lax{secure}", theme.code());
    Ok(([(SET_COOKIE, cookie)], done("/me#theme", "theme-set")).into_response())
}
