//! Web pages and REST API over the site database.
//!
//! The controller mounts [`router`]. Nothing here speaks MQTT: pages write what should be true into the
//! site database and read what happened out of it. Pages are rendered on the server and work without
//! JavaScript; one small module of our own keeps the event list live.

use std::sync::Arc;

use access::time::UtcMs;
use tokio::sync::watch;

mod demo;

pub use demo::{DemoCard, DemoDoor, DemoDoors, TapShown};

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
    /// The demo's doors, if this is the demo.
    pub demo: Option<Arc<dyn DemoDoors>>,
}

/// All pages and the API.
pub fn router(_context: Context) -> axum::Router {
    axum::Router::new()
}
