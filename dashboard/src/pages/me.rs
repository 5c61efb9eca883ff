//! One's own account: password, second step, sessions and tokens.

use access::time::UtcMs;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use db::site::{NewToken, Operator, SecondStep, SessionView, Site, SiteError, TokenView};
use tower_sessions::Session;

use super::welcome::hashed;
use super::{done, limit, local, render, render_refused};
use crate::app::App;
use crate::audit;
use crate::fault::Fault;
use crate::form::Form;
use crate::invitation::{digest, secret};
use crate::page::Page;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};
use crate::{password, session};

mod step;
mod theme;

/// All routes of the page.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Own, "/me", show)
        .post(Right::Own, "/me/password", set_password)
        .get(Right::Own, "/me/second-step", step::show)
        .post(Right::Own, "/me/second-step", step::set)
        .post(Right::Own, "/me/second-step/end", step::end)
        .post(Right::Own, "/me/sessions/end", end_session)
        .post(Right::Own, "/me/tokens", add_token)
        .post(Right::Own, "/me/tokens/revoke", revoke_token)
        .post(Right::Own, "/me/theme", theme::choose)
        .post(Right::Own, "/me/stay", stay)
}

#[derive(Template)]
#[template(path = "me.html")]
struct Me {
    page: Page,
    role: &'static str,
    /// What they are limited to.
    limit: String,
    form: Form,
    /// The form that has to be corrected: `password`, `token` or `end-step`.
    failed: &'static str,
    /// How many codes are left for the day on which the telephone is lost; nothing without a second step.
    codes: Option<usize>,
    /// Whether an admin must have one.
    required: bool,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    /// What a token may be good for.
    rights: Vec<(&'static str, String)>,
    /// A new token, shown once.
    token: String,
}

/// A session as a list shows it.
pub(super) struct SessionLine {
    pub(super) id: String,
    pub(super) operator: String,
    pub(super) since: String,
    pub(super) seen: String,
    /// Whether it is the one that looks.
    pub(super) own: bool,
}

impl SessionLine {
    pub(super) fn new(page: &Page, session: &SessionView, own: &str) -> Self {
        Self {
            own: session.id == own,
            id: session.id.clone(),
            since: page.instant(&session.of.since),
            seen: page.instant(&session.of.seen),
            operator: session.of.operator.clone(),
        }
    }
}

/// A token as a list shows it.
pub(super) struct TokenLine {
    pub(super) id: i64,
    pub(super) operator: String,
    pub(super) label: String,
    pub(super) scope: String,
    pub(super) made: String,
    pub(super) used: String,
    pub(super) expires: String,
}

impl TokenLine {
    pub(super) fn new(page: &Page, token: TokenView) -> Self {
        let instant = |at: Option<UtcMs>| at.map_or_else(|| page.tr("never"), |at| page.instant(&at));
        let scope = audit::scope(page, &token.scope);
        Self {
            id: token.id,
            operator: token.operator_name,
            label: token.label,
            scope,
            made: page.instant(&token.made),
            used: instant(token.used),
            expires: instant(token.expires),
        }
    }
}

/// The page.
async fn show(State(app): State<App>, session: Session, visit: Visit) -> Result<Response, Fault> {
    render(&page(&app, &session, visit, Form::default(), "").await?)
}

/// A new password. The other sessions end; this one goes on.
async fn set_password(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    mut form: Form,
) -> Result<Response, Fault> {
    password::check(&mut form);
    confirm(&app, &visit.operator, &mut form).await?;
    if form.failed() {
        return refused(&app, &session, visit, form, "password").await;
    }
    let hash = hashed(&app, &form).await?;
    let (of, by) = (app.clone(), visit.operator.clone());
    let renewed = Operator { password_hash: hash.clone(), ..visit.operator };
    app.db(move |site| site.set_password(&actor(&of, &by), by.id, &hash)).await?;
    session::start(&session, &renewed, app.now()).await?;
    Ok(done("/me", "password-set"))
}

async fn end_session(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Fault> {
    let (of, id) = (app.clone(), form.value("session").to_owned());
    app.db(move |site| site.end_session(&actor(&of, &visit.operator), &id, Some(&visit.operator.name))).await?;
    Ok(done("/me#sessions", "session-ended"))
}

/// Makes a token and shows it once.
async fn add_token(State(app): State<App>, session: Session, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let kind = form.value("scope").to_owned();
    let scope = match kind.as_str() {
        "all" | "read" => kind,
        "named" => {
            let named: Vec<_> = form.values("right").filter_map(Right::from_code).map(Right::code).collect();
            if named.is_empty() {
                form.problem_in("right", "no-right-chosen");
            }
            named.join(",")
        }
        _ => {
            form.problem_in("scope", "unknown-code");
            String::new()
        }
    };
    let expires = form.window(app.context.zone).and_then(|window| window.until);
    if expires.is_some_and(|end| end <= visit.page.now.second()) {
        form.problem_in("until", "past");
    }
    if form.failed() {
        return refused(&app, &session, visit, form, "token").await;
    }
    let token = secret().map_err(|error| {
        tracing::error!(%error, "no token could be made");
        Fault::Broken
    })?;
    let (of, by) = (app.clone(), visit.operator.clone());
    let (label, sha256) = (form.value("label").to_owned(), digest(&token));
    let added = app.db(move |site| {
        let expires = expires.map(|end| UtcMs(end.0 * 1000));
        let token = NewToken { operator: by.id, label: &label, sha256, scope: &scope, expires };
        site.add_token(&actor(&of, &by), &token)
    });
    match added.await {
        Ok(_) => {
            let mut me = page(&app, &session, visit, Form::default(), "").await?;
            me.token = token;
            render(&me)
        }
        Err(fault) => {
            form.refused(fault)?;
            refused(&app, &session, visit, form, "token").await
        }
    }
}

async fn revoke_token(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Fault> {
    let id: i64 = form.value("token").parse().map_err(|_| Fault::NotFound)?;
    let (of, by) = (app.clone(), visit.operator);
    app.db(move |site| {
        if !site.tokens(Some(by.id))?.iter().any(|token| token.id == id) {
            return Err(SiteError::NotFound { what: "token", id: String::new() });
        }
        site.revoke_token(&actor(&of, &by), id)
    })
    .await?;
    Ok(done("/me#tokens", "token-revoked"))
}

/// Stays signed in: that something was asked for is all there is to it.
async fn stay(form: Form) -> Response {
    Redirect::to(local(form.value("back"))).into_response()
}

/// Asks for the password once more: whoever finds a desk unattended must not take the account over. Wrong ones count as at
/// the sign-in.
async fn confirm(app: &App, operator: &Operator, form: &mut Form) -> Result<(), Fault> {
    let key = format!("{}\nconfirm", operator.name);
    if app.attempts.begin(&key, app.now()) > 0 {
        form.problem_in("current", "wait");
        return Ok(());
    }
    let _place = app.sign_ins.try_acquire().map_err(|_| Fault::Busy)?;
    if password::verify(form.raw("current"), Some(&operator.password_hash)).await {
        app.attempts.succeeded(&key);
    } else {
        form.problem_in("current", "wrong");
    }
    Ok(())
}

async fn refused(
    app: &App,
    session: &Session,
    visit: Visit,
    form: Form,
    failed: &'static str,
) -> Result<Response, Fault> {
    render_refused(&page(app, session, visit, form, failed).await?)
}

async fn page(app: &App, session: &Session, visit: Visit, form: Form, failed: &'static str) -> Result<Me, Fault> {
    let (now, operator) = (visit.page.now, visit.operator);
    let (id, name) = (operator.id, operator.name.clone());
    let found = app.db(move |site| find(site, id, &name, now)).await?;
    let page = visit.page.at("/me");
    let own = session.id().map_or_else(String::new, |id| session::key(&id));
    let rights = Right::ALL.into_iter().filter(|right| page.may(*right));
    Ok(Me {
        role: operator.role.code(),
        limit: found.limit.of(&page, id),
        codes: found.step.map(|step| usize::try_from(step.codes).unwrap_or(usize::MAX)),
        required: found.required && operator.role == db::site::Role::Admin,
        sessions: found.sessions.iter().map(|one| SessionLine::new(&page, one, &own)).collect(),
        tokens: found.tokens.into_iter().map(|one| TokenLine::new(&page, one)).collect(),
        rights: rights.map(|right| (right.code(), page.code("may", right.code()))).collect(),
        token: String::new(),
        form,
        failed,
        page,
    })
}

struct Found {
    limit: limit::Words,
    step: Option<SecondStep>,
    required: bool,
    sessions: Vec<SessionView>,
    tokens: Vec<TokenView>,
}

fn find(site: &Site, id: i64, name: &str, now: UtcMs) -> Result<Found, SiteError> {
    Ok(Found {
        limit: limit::Words::one(site, id)?,
        step: site.second_step(id)?,
        required: site.second_step_required()?,
        sessions: site.sessions(Some(name), now)?,
        tokens: site.tokens(Some(id))?.into_iter().filter(|token| !token.revoked).collect(),
    })
}
