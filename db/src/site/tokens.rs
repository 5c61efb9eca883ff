//! Tokens of programs, by digest only.

use access::time::UtcMs;

use rusqlite::OptionalExtension;

use super::open::Wakes;
use super::{Actor, LIST_MAX, Operator, Site, SiteError, audit, change, operators, row};

/// Longest label of a token, in bytes.
const LABEL_LENGTH_MAX: usize = 100;

/// Longest scope, in bytes: all rights by their codes, with room.
const SCOPE_LENGTH_MAX: usize = 500;

/// A use is noted at most this often, since each note is a write to disk.
const NOTED_MS: i64 = 60 * 1000;

/// A token to be added.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    /// Whose it is.
    pub operator: i64,
    /// What it is for, in the words of whoever makes it.
    pub label: &'a str,
    /// The digest of the token, which itself is never stored.
    pub sha256: [u8; 32],
    /// What it is good for; the dashboard reads it.
    pub scope: &'a str,
    /// When it ends by itself.
    pub expires: Option<UtcMs>,
}

/// A token as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub operator: i64,
    /// What that is called.
    pub operator_name: String,
    /// What it is for.
    pub label: String,
    /// What it is good for.
    pub scope: String,
    /// When it was made.
    pub made: UtcMs,
    /// When it ends by itself.
    pub expires: Option<UtcMs>,
    /// When it was used last, to the minute.
    pub used: Option<UtcMs>,
    /// Whether it was made void.
    pub revoked: bool,
}

impl Site {
    /// Adds a token. Returns its number.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the operator, [`SiteError::Invalid`], [`SiteError::Conflict`].
    pub fn add_token(&self, actor: &Actor<'_>, token: &NewToken<'_>) -> Result<i64, SiteError> {
        row::check_text("label", token.label, LABEL_LENGTH_MAX)?;
        row::check_text("scope", token.scope, SCOPE_LENGTH_MAX)?;
        self.write(Wakes::Changes, |db| {
            row::prepare(db, "SELECT 1 FROM operator WHERE id = $1")?
                .query_row([token.operator], |_| Ok(()))
                .optional()?
                .ok_or_else(|| SiteError::not_found("operator", &token.operator))?;
            let change = change::begin(db, actor, "token-add", token.label)?;
            audit::tell(db, change, "token", "scope", (None, Some(token.scope)))?;
            row::prepare(
                db,
                "INSERT INTO token (operator, label, sha256, scope, expires_ms, since)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (sha256) DO NOTHING RETURNING id",
            )?
            .query_row(
                (token.operator, token.label, token.sha256, token.scope, token.expires.map(|at| at.0), change),
                |row| row.get(0),
            )
            .optional()?
            .ok_or_else(|| SiteError::conflict("token", token.label))
        })
    }

    /// Whose token this is and what it is good for, unless it has expired, was revoked, or its operator is disabled. Looked up
    /// by the digest of a random token, so the time that the look-up takes tells nothing about a token. The use is noted.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn token_holder(&self, sha256: [u8; 32], at: UtcMs) -> Result<Option<(Operator, String)>, SiteError> {
        let found = self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT o.id, o.name, o.password_hash, o.language, o.role, o.disabled, o.totp IS NOT NULL, t.id, t.scope,
                        t.used_ms
                 FROM token t JOIN operator o ON o.id = t.operator
                 WHERE t.sha256 = $1 AND t.revoked IS NULL AND o.disabled = 0
                   AND (t.expires_ms IS NULL OR t.expires_ms > $2)",
            )?;
            row::first(statement.query((sha256, at.0))?, |row| {
                let used: Option<i64> = row.get(9)?;
                Ok((operators::view(row)?, row.get::<_, i64>(7)?, row.get::<_, String>(8)?, used))
            })
        })?;
        let Some((operator, id, scope, used)) = found else {
            return Ok(None);
        };
        if used.is_none_or(|used| at.0 - used >= NOTED_MS) {
            // A use that cannot be noted is no reason to refuse it: programs read while a disk is full.
            let _ = self.write(Wakes::Nobody, |db| {
                row::prepare(db, "UPDATE token SET used_ms = $1 WHERE id = $2")?.execute((at.0, id))?;
                Ok(())
            });
        }
        Ok(Some((operator, scope)))
    }

    /// The tokens of one operator, or of all; those that are void last.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn tokens(&self, operator: Option<i64>) -> Result<Vec<TokenView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT t.id, t.operator, o.name, t.label, t.scope, c.at_ms, t.expires_ms, t.used_ms, t.revoked IS NOT NULL
                 FROM token t JOIN operator o ON o.id = t.operator JOIN change c ON c.number = t.since
                 WHERE $1 IS NULL OR t.operator = $1
                 ORDER BY t.revoked IS NOT NULL, t.id DESC LIMIT $2",
            )?;
            row::all(statement.query((operator, LIST_MAX))?, |row| {
                Ok(TokenView {
                    id: row.get(0)?,
                    operator: row.get(1)?,
                    operator_name: row.get(2)?,
                    label: row.get(3)?,
                    scope: row.get(4)?,
                    made: UtcMs(row.get(5)?),
                    expires: row.get::<_, Option<i64>>(6)?.map(UtcMs),
                    used: row.get::<_, Option<i64>>(7)?.map(UtcMs),
                    revoked: row.get(8)?,
                })
            })
        })
    }

    /// Makes a token void. Doing so again is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn revoke_token(&self, actor: &Actor<'_>, id: i64) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let (label, scope, revoked): (String, String, bool) =
                row::prepare(db, "SELECT label, scope, revoked IS NOT NULL FROM token WHERE id = $1")?
                    .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?
                    .ok_or_else(|| SiteError::not_found("token", &id))?;
            if revoked {
                return Ok(());
            }
            let change = change::begin(db, actor, "token-revoke", &label)?;
            audit::tell(db, change, "token", "scope", (Some(scope), None))?;
            row::prepare(db, "UPDATE token SET revoked = $1 WHERE id = $2")?.execute((change, id))?;
            Ok(())
        })
    }
}
