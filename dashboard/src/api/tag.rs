//! Entity tags (RFC 9110, section 8.8.3): two programs, or a program and an admin, do not overwrite each other.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use db::site::{Site, SiteError, Thing};

use super::answer::Tagged;
use crate::app::App;
use crate::fault::Fault;

/// What the call has seen of the thing that it edits, if it says so with `If-Match`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct IfMatch(Option<u64>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        read(&parts.headers)
    }
}

/// Only one tag of ours is understood, or `*`, which asks for nothing. Anything else is refused rather than passed over:
/// whoever sends it wants to be protected.
fn read(headers: &HeaderMap) -> Result<IfMatch, Fault> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(IfMatch(None)) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(IfMatch(None));
    }
    let number = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|tag| tag.parse().ok());
    let invalid = Fault::Invalid { field: "if-match", problem: "not-a-tag" };
    number.map(|number| IfMatch(Some(number))).ok_or(invalid)
}

impl IfMatch {
    /// The site, which refuses the edit if the thing has been edited since.
    pub(super) fn guarded(self, site: &Site, thing: Option<Thing>) -> Site {
        match (self.0, thing) {
            (Some(version), Some(thing)) => site.as_seen(thing, version),
            _ => site.clone(),
        }
    }
}

/// A thing with its tag. The tag is read first: what comes in between makes the next edit refuse, and not overwrite.
pub(super) async fn tagged<T: Send + 'static>(
    app: &App,
    thing: Thing,
    read: impl FnOnce(&Site) -> Result<T, SiteError> + Send + 'static,
) -> Result<Tagged<T>, Fault> {
    let (version, shape) = app.db(move |site| Ok((site.version(&thing)?, read(site)?))).await?;
    Ok(Tagged(version, shape))
}
