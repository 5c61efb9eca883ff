//! Setting up the second step, and ending it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use tower_sessions::Session;

use super::{confirm, refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::invitation::digest;
use crate::page::Page;
use crate::pages::{done, render, render_refused};
use crate::qr::{self, Square};
use crate::totp;
use crate::visit::{Visit, actor};

/// Codes for the day on which the telephone is lost.
const CODES: usize = 10;
/// Bytes of each: 50 bits, which nobody guesses at a few tries a minute.
const CODE_BYTES: usize = 7;
/// Letters of each that are shown.
const CODE_LETTERS: usize = 10;

#[derive(Template)]
#[template(path = "second_step.html")]
struct SecondStep {
    page: Page,
    form: Form,
    /// The secret, in groups that can be typed; empty once it is set up.
    typed: String,
    /// The same for an app on the device that shows this.
    uri: String,
    /// The same for an app on a telephone that looks at this.
    square: Option<Square>,
    /// The codes for the day on which the telephone is lost, shown once.
    codes: Vec<String>,
}

/// Proposes a secret. Nothing is kept until a code has shown that an app has it.
pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    let secret = random::<{ totp::SECRET_LENGTH }>()?;
    let form = Form::with(&[("secret", crate::hex(&secret))]);
    render(&page(&app, &visit, form, &secret))
}

/// Password and code came in.
pub(super) async fn set(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let secret = bytes(form.value("secret")).ok_or(Fault::Invalid { field: "secret", problem: "unknown-code" })?;
    let step = totp::step_of(&secret, form.value("code"), app.now());
    if step.is_none() {
        form.problem_in("code", "wrong-code");
    }
    confirm(&app, &visit.operator, &mut form).await?;
    let Some(step) = step.filter(|_| !form.failed()) else {
        return render_refused(&page(&app, &visit, form, &secret));
    };
    let mut codes = Vec::new();
    for _ in 0..CODES {
        let code: String = totp::base32(&random::<CODE_BYTES>()?).chars().take(CODE_LETTERS).collect();
        codes.push(code);
    }
    let digests: Vec<_> = codes.iter().map(|code| digest(code)).collect();
    let (of, by) = (app.clone(), visit.operator.clone());
    app.db(move |site| site.set_second_step(&actor(&of, &by), by.id, (&secret, step), &digests)).await?;
    let codes = codes.iter().map(|code| in_groups(code, 5)).collect();
    let page = visit.page.at("/me");
    render(&SecondStep { page, form: Form::default(), typed: String::new(), uri: String::new(), square: None, codes })
}

/// Takes it away again.
pub(super) async fn end(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    mut form: Form,
) -> Result<Response, Fault> {
    confirm(&app, &visit.operator, &mut form).await?;
    if form.failed() {
        return refused(&app, &session, visit, form, "end-step").await;
    }
    let of = app.clone();
    app.db(move |site| site.end_second_step(&actor(&of, &visit.operator), visit.operator.id)).await?;
    Ok(done("/me", "second-step-ended"))
}

fn page(app: &App, visit: &Visit, form: Form, secret: &[u8]) -> SecondStep {
    let uri = totp::uri(secret, &visit.operator.name, app.context.site.id().as_str());
    SecondStep {
        page: visit.page.clone(),
        form,
        typed: in_groups(&totp::base32(secret), 4),
        square: qr::square(&uri),
        uri,
        codes: Vec::new(),
    }
}

fn in_groups(text: &str, length: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(length).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], Fault> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the operating system gives no random bytes");
        Fault::Broken
    })?;
    Ok(bytes)
}

/// The secret that this page has proposed.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let is_ours = hex.len() == 2 * totp::SECRET_LENGTH && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_ours.then(|| (0..hex.len()).step_by(2).map(pair).collect())?
}
