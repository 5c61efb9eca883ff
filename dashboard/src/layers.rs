//! What surrounds every handler: headers, bounds, and errors made readable.

use std::any::Any;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{Html, IntoResponse, Response};
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::api::problem;
use crate::app::App;
use crate::fault::Fault;
use crate::leaving;
use crate::once;
use crate::page::Page;
use crate::purpose;
use crate::routes::Routes;
use crate::session;
use crate::visit::{self, Gate};

/// Largest body of a request. The longest form has a dozen short fields.
pub(crate) const BODY_MAX: usize = 64 * 1024;

/// Longest that an answer may take to begin. The database waits for another writer for less.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Longest that an import may take: 200,000 rows are held against the site twice and written. An answer that comes too
/// early would say that nothing happened.
const IMPORT_MAX: Duration = Duration::from_secs(5 * 60);

/// Scripts and styles only from here, nothing inline, no frames, forms only to here.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Around the pages: requests from other sites refused, sessions, rights, errors as pages.
pub(crate) fn pages(routes: Routes, app: &App) -> Router<App> {
    let (router, table) = routes.finish("");
    let asked = from_fn_with_state(Gate { app: app.clone(), table }, visit::operators);
    let noted = from_fn_with_state(app.clone(), leaving::noted);
    let why = from_fn_with_state(app.clone(), purpose::of_pages);
    let router = router.fallback(nothing_here).layer(noted).layer(why).layer(asked);
    bounded(router.layer(session::layer(app)).layer(CsrfLayer::new()))
        .layer(from_fn_with_state(app.clone(), error_pages))
}

/// Around the API: tokens, rights, errors as problem documents. Whoever has no token learns nothing, not even which paths
/// there are.
pub(crate) fn api(routes: Routes, app: &App) -> Router<App> {
    let (router, table) = routes.finish("/api");
    let asked = from_fn_with_state(Gate { app: app.clone(), table }, visit::programs);
    let noted = from_fn_with_state(app.clone(), leaving::noted);
    let why = from_fn_with_state(app.clone(), purpose::of_calls);
    let once = from_fn_with_state(app.clone(), once::layer);
    let router = router.fallback(nothing_here).layer(noted).layer(why).layer(once).layer(asked);
    bounded(router).layer(map_response(problem::from_any))
}

async fn nothing_here() -> Fault {
    Fault::NotFound
}

/// Around everything: headers.
pub(crate) fn headers(router: Router) -> Router {
    let set = |name: HeaderName, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    router
        .layer(set(CONTENT_SECURITY_POLICY, CSP))
        .layer(set(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(REFERRER_POLICY, "same-origin"))
        .layer(set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        // Names and card numbers do not belong into caches on shared machines.
        .layer(set(CACHE_CONTROL, "no-store"))
}

fn bounded(router: Router<App>) -> Router<App> {
    router.layer(DefaultBodyLimit::max(BODY_MAX)).layer(from_fn(in_time)).layer(CatchPanicLayer::custom(after_panic))
}

/// Ends what takes too long. The path tells imports, since a layer of their own would lie inside this one.
async fn in_time(request: Request, next: Next) -> Response {
    let is_import = request.uri().path().split('/').any(|part| part == "import");
    let most = if is_import { IMPORT_MAX } else { ANSWER_MAX };
    timeout(most, next.run(request)).await.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that the layer asks for")]
fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(panic = text, "a handler panicked");
    Fault::Broken.into_response()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    title: String,
    text: String,
}

/// Gives every error that has no page of its own yet one.
async fn error_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let anonymous = Page::anonymous(&app, &parts);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let has_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if has_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let page = response.extensions_mut().remove().unwrap_or(anonymous);
    let fault: Option<Fault> = response.extensions_mut().remove();
    let rendered = error_page(page, status, fault.as_ref());
    let mut answer = (status, rendered).into_response();
    hints(&mut answer, status, None);
    // The method's list and the session's cookie stay.
    for (name, value) in response.headers() {
        if *name != CONTENT_TYPE && *name != axum::http::header::CONTENT_LENGTH {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}

fn error_page(page: Page, status: StatusCode, fault: Option<&Fault>) -> Html<String> {
    let known = [400, 401, 403, 404, 405, 413, 415, 422, 503];
    let code = if known.contains(&status.as_u16()) { status.as_str() } else { "other" };
    let (title, text) = match fault {
        Some(Fault::Forbidden(right)) => (page.tr("forbidden-title"), page.forbidden(*right)),
        Some(Fault::Whole) => (page.tr("within-whole-title"), page.tr("within-whole-text")),
        Some(Fault::Outside) => (page.code("error-title", "404"), page.tr("within-outside-text")),
        _ => (page.code("error-title", code), page.code("error-text", code)),
    };
    let template = ErrorPage { page, status: status.as_u16(), title, text };
    Html(template.render().unwrap_or_default())
}

/// The headers that belong to a status.
pub(crate) fn hints(response: &mut Response, status: StatusCode, scheme: Option<&'static str>) {
    let headers = response.headers_mut();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if let (StatusCode::UNAUTHORIZED, Some(scheme)) = (status, scheme) {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    }
}
