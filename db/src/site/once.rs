//! Requests that are to be done once, however often they come, also over a restart.
//!
//! ```text
//! begin ──▶ nothing known: do it ──▶ the change and its mark, in one transaction ──▶ the answer is kept
//!       ──▶ kept: the same answer again, to whoever is limited as then
//!       ──▶ marked, no answer: it was done, and nobody knows any more what was answered
//!       ──▶ not marked, of an earlier run: nothing was done, so do it
//! ```
//!
//! The mark is what makes this hold: an answer that is kept after the change can be lost with the power, and the second
//! request would then make a second person.

use access::time::UtcMs;
use rusqlite::{Connection, Row};

use super::open::Wakes;
use super::{Limit, Site, SiteError, row};

/// How long a key is good for.
pub const ONCE_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// Keys of one token that are kept: of more, the oldest go first. A program that makes so many in a day and asks for one of
/// the first again does it twice, which the documentation says.
pub const ONCE_KEYS_MAX: u32 = 1_000;

/// Longest key, in bytes.
pub const ONCE_KEY_LENGTH_MAX: usize = 255;

/// Longest body of an answer that is kept, in bytes. Of a longer one it is known that it was given.
pub const ONCE_ANSWER_MAX: usize = 64 * 1024;

/// How long a request of this run that has left no answer counts as under way: longer than any may take.
const UNDER_WAY_MS: i64 = 10 * 60 * 1000;

/// A request by whose it is and what they call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    /// Digest of the token.
    pub token: [u8; 32],
    /// At most [`ONCE_KEY_LENGTH_MAX`] bytes.
    pub key: String,
}

/// An answer that was given.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Status of HTTP.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// As it was sent.
    pub body: Vec<u8>,
}

/// Names and links stay out of logs.
impl std::fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptAnswer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// Nothing: it is to be done now, with [`Site::doing`].
    Begun,
    /// Somebody is doing it.
    UnderWay,
    /// The key was used for another request.
    Another,
    /// It was done, and this was the answer.
    Answered(KeptAnswer),
    /// It was done by this change, and the answer is not kept.
    Done(u64),
    /// It was done, and answered within another limit than that of whoever asks now: the answer is not for them.
    Apart,
}

impl Site {
    /// Notes that a request begins, or says what is known of it. `request` is its digest, `run` tells this run of the
    /// controller from others.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `idempotency-key`; [`SiteError`] if the file cannot be written.
    pub fn begin_once(&self, key: &OnceKey, request: [u8; 32], run: i64, at: UtcMs) -> Result<Once, SiteError> {
        row::check_text("idempotency-key", &key.key, ONCE_KEY_LENGTH_MAX)?;
        let reach = self.reach()?;
        self.write(Wakes::Nobody, |db| {
            purge(db, at)?;
            let Some(known) = find(db, key)? else {
                make_room(db, &key.token)?;
                row::prepare(db, "INSERT INTO once (token, key, request, run, at_ms) VALUES ($1, $2, $3, $4, $5)")?
                    .execute((key.token, &key.key, request, run, at.0))?;
                return Ok(Once::Begun);
            };
            if known.request != request {
                return Ok(Once::Another);
            }
            if let Some(answer) = known.answer {
                return Ok(if known.reach == reach { Once::Answered(answer) } else { Once::Apart });
            }
            if known.run == run && at.0 - known.at < UNDER_WAY_MS {
                return Ok(Once::UnderWay);
            }
            if let Some(change) = known.change {
                return Ok(Once::Done(change.cast_unsigned()));
            }
            row::prepare(db, "UPDATE once SET run = $1, at_ms = $2 WHERE token = $3 AND key = $4")?
                .execute((run, at.0, key.token, &key.key))?;
            Ok(Once::Begun)
        })
    }

    /// Forgets all keys whose time is over, and what was answered.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn once_purge(&self, at: UtcMs) -> Result<(), SiteError> {
        self.write(Wakes::Nobody, |db| purge(db, at))
    }

    /// The same site, for a request that has begun: what it changes is marked as this request's in the same transaction.
    #[must_use]
    pub fn doing(&self, key: OnceKey) -> Self {
        self.marking(key)
    }

    /// It was done: keeps the answer, or of one that is not to be kept only that there was one.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn answered_once(&self, key: &OnceKey, answer: Option<&KeptAnswer>) -> Result<(), SiteError> {
        let Some(answer) = answer.filter(|answer| answer.body.len() <= ONCE_ANSWER_MAX) else {
            // No run has this number, so nobody takes it for under way.
            return self.write(Wakes::Nobody, |db| {
                row::prepare(db, "UPDATE once SET run = 0 WHERE token = $1 AND key = $2")?
                    .execute((key.token, &key.key))?;
                Ok(())
            });
        };
        let head =
            serde_json::to_string(&(answer.status, &answer.headers)).map_err(|_| SiteError::corrupt("answer"))?;
        let reach = self.reach()?;
        self.write(Wakes::Nobody, |db| {
            let sql = "UPDATE once SET answer = $1, body = $2, reach = $3 WHERE token = $4 AND key = $5";
            row::prepare(db, sql)?.execute((head, &answer.body, reach, key.token, &key.key))?;
            Ok(())
        })
    }

    /// It was refused: the key is free again, unless something was done.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn refused_once(&self, key: &OnceKey) -> Result<(), SiteError> {
        self.write(Wakes::Nobody, |db| {
            row::prepare(db, "DELETE FROM once WHERE token = $1 AND key = $2 AND change IS NULL")?
                .execute((key.token, &key.key))?;
            Ok(())
        })
    }

    /// The limit of whoever asks, as it is kept with an answer.
    fn reach(&self) -> Result<Option<String>, SiteError> {
        let written = |limit: &Limit| {
            let areas: Vec<i64> = limit.areas.iter().map(|area| area.0).collect();
            serde_json::to_string(&(&limit.units, areas)).map_err(|_| SiteError::corrupt("limit"))
        };
        self.limit().map(written).transpose()
    }
}

fn purge(db: &Connection, at: UtcMs) -> Result<(), SiteError> {
    row::prepare(db, "DELETE FROM once WHERE at_ms <= $1")?.execute([at.0.saturating_sub(ONCE_KEPT_MS)])?;
    Ok(())
}

/// Marks a change as made by a request.
pub(super) fn mark(db: &Connection, key: &OnceKey, change: u64) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE once SET change = $1 WHERE token = $2 AND key = $3")?.execute((
        change.cast_signed(),
        key.token,
        &key.key,
    ))?;
    Ok(())
}

struct Known {
    request: [u8; 32],
    run: i64,
    at: i64,
    change: Option<i64>,
    answer: Option<KeptAnswer>,
    reach: Option<String>,
}

fn find(db: &Connection, key: &OnceKey) -> Result<Option<Known>, SiteError> {
    let sql = "SELECT request, run, at_ms, change, answer, body, reach FROM once WHERE token = $1 AND key = $2";
    let mut statement = row::prepare(db, sql)?;
    row::first(statement.query((key.token, &key.key))?, known)
}

fn known(r: &Row<'_>) -> Result<Known, SiteError> {
    let (head, body): (Option<String>, Option<Vec<u8>>) = (r.get(4)?, r.get(5)?);
    let answer = head.zip(body).map(|(head, body)| {
        let (status, headers) = serde_json::from_str(&head).map_err(|_| SiteError::corrupt("answer"))?;
        Ok::<_, SiteError>(KeptAnswer { status, headers, body })
    });
    Ok(Known {
        request: r.get(0)?,
        run: r.get(1)?,
        at: r.get(2)?,
        change: r.get(3)?,
        answer: answer.transpose()?,
        reach: r.get(6)?,
    })
}

fn make_room(db: &Connection, token: &[u8; 32]) -> Result<(), SiteError> {
    let sql = "DELETE FROM once WHERE token = $1 AND key IN (
                   SELECT key FROM once WHERE token = $1 ORDER BY at_ms DESC, key LIMIT -1 OFFSET $2)";
    row::prepare(db, sql)?.execute((token, ONCE_KEYS_MAX - 1))?;
    Ok(())
}
