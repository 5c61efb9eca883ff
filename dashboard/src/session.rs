//! Sessions of signed-in operators, kept in the site database.
//!
//! ```text
//!            right password, and the
//!            code of a second step     each request, at most IDLE apart
//!  nobody ───────────────────▶ signed in ──┐
//!    ▲                          │   ▲      │
//!    │  sign-out, IDLE without  │   └──────┘
//!    │  a request, ABSOLUTE     │
//!    └──since the sign-in, ─────┘
//!       password changed, operator
//!       disabled, ended by hand
//! ```

use std::fmt;

use access::time::UtcMs;
use async_trait::async_trait;
use db::site::{Operator, SessionOf};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use crate::app::App;
use crate::fault::Fault;
use crate::hex;

/// Without a request for this long, the session ends: a desk is left alone.
pub(crate) const IDLE_MS: i64 = 30 * 60 * 1000;
/// This long after the sign-in it ends in any case: a shift is over.
pub(crate) const ABSOLUTE_MS: i64 = 12 * 60 * 60 * 1000;
/// A request is noted at most this often, since each note is a write to disk.
const NOTED_MS: i64 = 60 * 1000;
/// Where the session's content stands.
const KEY: &str = "operator";
/// Where it stands that the password was right and a code is waited for.
const PENDING: &str = "pending";
/// So long a code is waited for after the password.
const PENDING_MS: i64 = 5 * 60 * 1000;

/// The session's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    pub(crate) name: String,
    since_ms: i64,
    seen_ms: i64,
    /// Of the password's hash, so that a new password ends the sessions of the old one.
    password_mark: String,
}

impl SignedIn {
    fn new(operator: &Operator, now: UtcMs) -> Self {
        Self {
            name: operator.name.clone(),
            since_ms: now.0,
            seen_ms: now.0,
            password_mark: mark(&operator.password_hash),
        }
    }

    fn holds(&self, now: UtcMs) -> bool {
        now < self.ends()
    }

    /// When it ends if nothing more is asked for.
    fn ends(&self) -> UtcMs {
        UtcMs((self.seen_ms + IDLE_MS).min(self.since_ms + ABSOLUTE_MS))
    }
}

/// Whoever has typed the right password, and not yet a code of their second step.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pending {
    name: String,
    since_ms: i64,
    password_mark: String,
}

/// Notes that the password was right. That alone opens nothing.
pub(crate) async fn begin(session: &Session, operator: &Operator, now: UtcMs) -> std::result::Result<(), Fault> {
    let name = operator.name.clone();
    let pending = Pending { name, since_ms: now.0, password_mark: mark(&operator.password_hash) };
    session.cycle_id().await?;
    session.insert(PENDING, pending).await?;
    Ok(())
}

/// Who has typed the right password a moment ago.
pub(crate) async fn pending(app: &App, session: &Session) -> std::result::Result<Option<Operator>, Fault> {
    let Some(pending) = session.get::<Pending>(PENDING).await? else {
        return Ok(None);
    };
    if app.now().0 - pending.since_ms >= PENDING_MS {
        return Ok(None);
    }
    known(app, &pending.name, &pending.password_mark).await
}

/// Starts a session under a new id, so that an id planted before the sign-in is worth nothing.
pub(crate) async fn start(session: &Session, operator: &Operator, now: UtcMs) -> std::result::Result<(), Fault> {
    session.cycle_id().await?;
    session.remove::<Pending>(PENDING).await?;
    session.insert(KEY, SignedIn::new(operator, now)).await?;
    Ok(())
}

/// Who is signed in, if the session still holds, and when it will end by itself. Notes the request.
pub(crate) async fn operator(app: &App, session: &Session) -> std::result::Result<Option<(Operator, UtcMs)>, Fault> {
    let Some(mut signed_in) = session.get::<SignedIn>(KEY).await? else {
        return Ok(None);
    };
    let now = app.now();
    let known = if signed_in.holds(now) { known(app, &signed_in.name, &signed_in.password_mark).await? } else { None };
    let Some(operator) = known else {
        session.flush().await?;
        return Ok(None);
    };
    if now.0 - signed_in.seen_ms >= NOTED_MS {
        signed_in.seen_ms = now.0;
        session.insert(KEY, &signed_in).await?;
    }
    Ok(Some((operator, signed_in.ends())))
}

/// Whether the session still holds, asked by a stream that has been open for a while. It does not count
/// as a request: a forgotten screen must not stay signed in for ever.
pub(crate) async fn still_holds(app: &App, id: Option<Id>) -> bool {
    let Some(id) = id else { return false };
    let Ok(Some(record)) = Store(app.clone()).load(&id).await else {
        return false;
    };
    let signed_in = record.data.get(KEY).and_then(|value| serde_json::from_value::<SignedIn>(value.clone()).ok());
    match signed_in {
        Some(signed_in) if signed_in.holds(app.now()) => {
            matches!(known(app, &signed_in.name, &signed_in.password_mark).await, Ok(Some(_)))
        }
        _ => false,
    }
}

/// Ends the session.
pub(crate) async fn end(session: &Session) -> std::result::Result<(), Fault> {
    session.flush().await?;
    Ok(())
}

/// The layer that reads and writes the cookie.
pub(crate) fn layer(app: &App) -> SessionManagerLayer<Store> {
    let secure = app.context.secure_cookies;
    SessionManagerLayer::new(Store(app.clone()))
        // Browsers keep a `__Host-` cookie only over HTTPS; on loopback there is none.
        .with_name(if secure { "__Host-kulku" } else { "kulku" })
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::milliseconds(IDLE_MS)))
}

async fn known(app: &App, name: &str, password_mark: &str) -> std::result::Result<Option<Operator>, Fault> {
    let name = name.to_owned();
    let operator = app.db(move |site| site.operator(&name)).await?;
    Ok(operator.filter(|operator| !operator.disabled && mark(&operator.password_hash) == password_mark))
}

fn mark(password_hash: &str) -> String {
    let digest = Sha256::digest(password_hash.as_bytes());
    hex(digest.get(..8).unwrap_or(&[]))
}

/// Sessions in the site database, under a digest of their id: whoever reads the database cannot take a
/// session over.
#[derive(Clone)]
pub(crate) struct Store(App);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // Two equal numbers of 128 random bits are not to be waited for; ours is always the first.
        let (key, of) = (key(&record.id), whose(record));
        let data = serde_json::to_vec(&record.data).map_err(|e| Error::Encode(e.to_string()))?;
        let expires = UtcMs(self.0.now().0 + IDLE_MS);
        self.0.db(move |site| site.session_save(&key, &data, of.as_ref(), expires)).await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let (key, of) = (key(&record.id), whose(record));
        let data = serde_json::to_vec(&record.data).map_err(|e| Error::Encode(e.to_string()))?;
        let expires = UtcMs(self.0.now().0 + IDLE_MS);
        self.0.db(move |site| site.session_keep(&key, &data, of.as_ref(), expires)).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let (key, now) = (key(id), self.0.now());
        let found = self.0.db(move |site| site.session_load(&key, now)).await.map_err(backend)?;
        found
            .map(|data| {
                Ok(Record {
                    id: *id,
                    data: serde_json::from_slice(&data).map_err(|e| Error::Decode(e.to_string()))?,
                    expiry_date: OffsetDateTime::now_utc() + Duration::milliseconds(IDLE_MS),
                })
            })
            .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let key = key(id);
        self.0.db(move |site| site.session_delete(&key)).await.map_err(backend)
    }
}

/// Whose session it is, so that it can be listed and ended.
fn whose(record: &Record) -> Option<SessionOf> {
    let signed_in: SignedIn = serde_json::from_value(record.data.get(KEY)?.clone()).ok()?;
    let (since, seen) = (UtcMs(signed_in.since_ms), UtcMs(signed_in.seen_ms));
    Some(SessionOf { operator: signed_in.name, since, seen })
}

/// Under what a session is kept.
pub(crate) fn key(id: &Id) -> String {
    hex(&Sha256::digest(id.0.to_le_bytes()))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn backend(fault: Fault) -> Error {
    Error::Backend(format!("{fault:?}"))
}
