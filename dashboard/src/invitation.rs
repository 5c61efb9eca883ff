//! Links by which somebody sets their first password: the site's first admin, and whoever an admin adds later. Nobody is
//! given a password that somebody else knows.

use access::time::UtcMs;
use db::site::{Site, SiteError};
use sha2::{Digest as _, Sha256};

use crate::hex;

/// For so long a link is good. Somebody who is on leave gets another.
const GOOD_MS: i64 = 72 * 60 * 60 * 1000;

/// For so long the link of a new site is good. The controller makes another at each start.
const FIRST_MS: i64 = 24 * 60 * 60 * 1000;

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// The database.
    #[error(transparent)]
    Site(#[from] SiteError),
}

/// A link that was made. Only its digest is kept.
pub struct Link {
    /// Path below the address of the dashboard.
    pub path: String,
    /// What the database keeps.
    pub sha256: [u8; 32],
    /// Until when it is good.
    pub expires: UtcMs,
}

/// Makes a link for an operator.
///
/// # Errors
/// If there are no random bytes.
pub fn link(now: UtcMs) -> Result<Link, getrandom::Error> {
    lasting(now, GOOD_MS)
}

/// Makes the link by which a new site gets its first admin, and returns its path; nothing if there is an operator already.
///
/// # Errors
/// [`InvitationError`].
pub fn first(site: &Site, now: UtcMs) -> Result<Option<String>, InvitationError> {
    let link = lasting(now, FIRST_MS)?;
    Ok(site.invite_first(link.sha256, link.expires)?.then_some(link.path))
}

fn lasting(now: UtcMs, ms: i64) -> Result<Link, getrandom::Error> {
    let code = secret()?;
    Ok(Link { path: format!("/welcome/{code}"), sha256: digest(&code), expires: UtcMs(now.0 + ms) })
}

/// A secret of 256 random bits, as text.
pub(crate) fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// What is kept of a secret: whoever reads the database cannot use it.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
