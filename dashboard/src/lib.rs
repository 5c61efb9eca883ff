//! Web pages and REST API over the site database.
//!
//! The controller mounts [`router`]. Nothing here speaks MQTT: pages write what should be true into the
//! site database and read what happened out of it. Pages are rendered on the server and work without
//! JavaScript; one small module of our own keeps the event list live.
//!
//! | module | subject |
//! | --- | --- |
//! | `pages`, `api` | one file for each page and each part of the API |
//! | `visit`, `session`, [`password`], `attempts` | who asks |
//! | [`invitation`], `totp`, `qr` | how somebody gets in the first time, and the second step |
//! | `routes`, `rights` | which routes there are, and what they ask of whoever calls them |
//! | `within` | operators who are limited to a part of the site |
//! | `query`, `asked`, `form` | what they ask for |
//! | `once` | calls that are done once, however often they come |
//! | `feed`, `export` | the log as it comes in, and as a table |
//! | `audit`, `change_query` | what changes found and left, and which of them are asked for |
//! | `meanwhile` | somebody else was faster |
//! | `page`, `nav`, `language`, `sentence`, `when` | what every template has at hand |
//! | `hours` | the windows of a day as people type them |
//! | `purpose`, `names`, `leaving` | why somebody looks for a person, whose name is kept back, what leaves as a file |
//! | `explain` | why a card passed or did not |
//! | `reports`, `table`, `chart`, `csv` | what is asked of the site as a whole, drawn and as files |
//! | `lockdown` | which doors a lockdown reaches, and who passes all the same |
//! | [`figures`], `health` | how long taps and changes take, asked of the controller; as far as somebody may see it |
//! | [`mail`] | what is told of an alarm outside of the pages |
//! | `layers`, `fault`, `assets` | what surrounds the handlers |

use std::sync::Arc;

use access::time::UtcMs;
use axum::Router;
use tokio::sync::watch;

mod api;
mod app;
mod asked;
mod assets;
mod attempts;
mod audit;
mod bulk;
mod certificate;
mod change_query;
mod chart;
pub mod console;
mod csv;
mod demo;
mod explain;
mod export;
mod fault;
mod feed;
pub mod figures;
mod form;
mod health;
mod hours;
pub mod import;
pub mod invitation;
mod language;
mod layers;
mod leaving;
mod lockdown;
pub mod mail;
mod meanwhile;
mod names;
mod nav;
mod once;
mod page;
mod pages;
pub mod password;
mod plan;
mod purpose;
mod qr;
mod query;
mod reports;
mod rights;
mod routes;
mod sentence;
mod session;
mod subject;
mod table;
mod theme;
mod totp;
mod visit;
mod when;
mod within;

pub use demo::{DemoCard, DemoDoor, DemoDoors, TapShown};
pub use rights::{Access, Right};
pub use routes::Route;

/// What the dashboard works with. The caller owns all of it.
#[derive(Clone)]
pub struct Context {
    /// The site's database.
    pub site: db::site::Site,
    /// What time it is.
    pub clock: Arc<dyn Fn() -> UtcMs + Send + Sync>,
    /// The zone in which people read and enter times.
    pub zone: chrono_tz::Tz,
    /// Whether pages are served over HTTPS, so that cookies may be bound to it. Browsers drop such
    /// cookies on plain HTTP.
    pub secure_cookies: bool,
    /// Turns true when the server stops; open streams end then.
    pub stop: watch::Receiver<bool>,
    /// Whose certificates cards may bear. Without any, no certificate can be attached.
    pub authorities: Arc<certificates::Authorities>,
    /// The demo's doors, if this is the demo.
    pub demo: Option<Arc<dyn DemoDoors>>,
    /// Who counts how long things take, if somebody does.
    pub figures: Option<figures::Ask>,
}

/// All pages and the API.
pub fn router(context: Context) -> Router {
    let app = app::App::new(context);
    let pages = layers::pages(pages::router(&app), &app);
    let api = layers::api(api::router(&app), &app);
    layers::headers(pages.nest("/api", api).with_state(app))
}

/// Every route of [`router`] with what it asks for, pages first.
#[must_use]
pub fn routes(context: Context) -> Vec<Route> {
    let app = app::App::new(context);
    let mut all = pages::router(&app).table("");
    all.extend(api::router(&app).table("/api"));
    all
}

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
