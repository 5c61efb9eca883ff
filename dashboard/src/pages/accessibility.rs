//! How accessible these pages are, for anybody: somebody who cannot sign in has to be able to read it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use tower_sessions::Session;

use super::render;
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::session;
use crate::visit::Visitor;

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Accessibility {
    page: Page,
    /// Whom to turn to, if the site has said.
    contact: Option<String>,
}

/// The statement, with the navigation around it for whoever is signed in.
pub(super) async fn show(
    State(app): State<App>,
    session: Session,
    Visitor(mut page): Visitor,
) -> Result<Response, Fault> {
    if let Some((operator, ends)) = session::operator(&app, &session).await? {
        page.is_of(&operator);
        page.ends = Some(ends);
    }
    let contact = app.db(|site| site.contact()).await?;
    render(&Accessibility { page, contact })
}
