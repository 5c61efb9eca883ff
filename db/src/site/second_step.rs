//! The second step of an operator's sign-in: a secret, the step whose code was used last, and codes for the day on which the
//! telephone is lost. What a code is stands in the dashboard.

use rusqlite::OptionalExtension;

use super::open::Wakes;
use super::{Actor, Site, SiteError, audit, change, row};

/// Longest secret, in bytes. RFC 4226 asks for 20.
const SECRET_LENGTH_MAX: usize = 64;

/// Most codes for the day on which the telephone is lost.
const CODES_MAX: usize = 20;

/// What an operator's codes are computed from.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondStep {
    /// The shared secret.
    pub secret: Vec<u8>,
    /// The step whose code was used last.
    pub used: Option<i64>,
    /// How many codes are left for the day on which the telephone is lost.
    pub codes: u32,
}

impl std::fmt::Debug for SecondStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecondStep")
    }
}

impl Site {
    /// What an operator's codes are computed from, if they have set up the second step.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn second_step(&self, operator: i64) -> Result<Option<SecondStep>, SiteError> {
        self.read(|db| {
            let found = row::prepare(
                db,
                "SELECT totp, totp_step, (SELECT COUNT(*) FROM recovery_code WHERE operator = $1)
                 FROM operator WHERE id = $1 AND totp IS NOT NULL",
            )?
            .query_row([operator], |row| Ok(SecondStep { secret: row.get(0)?, used: row.get(1)?, codes: row.get(2)? }))
            .optional()?;
            Ok(found)
        })
    }

    /// Sets up the second step, with the step whose code has proved that the telephone has the secret, and the digests of the
    /// codes for the day on which it is lost.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], [`SiteError::Invalid`].
    pub fn set_second_step(
        &self,
        actor: &Actor<'_>,
        operator: i64,
        (secret, used): (&[u8], i64),
        codes: &[[u8; 32]],
    ) -> Result<(), SiteError> {
        if secret.is_empty() || secret.len() > SECRET_LENGTH_MAX || codes.len() > CODES_MAX {
            return Err(SiteError::invalid("secret", "too-long"));
        }
        self.write(Wakes::Changes, |db| {
            let (name, had): (String, bool) =
                row::prepare(db, "SELECT name, totp IS NOT NULL FROM operator WHERE id = $1")?
                    .query_row([operator], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?
                    .ok_or_else(|| SiteError::not_found("operator", &operator))?;
            row::prepare(db, "UPDATE operator SET totp = $1, totp_step = $2 WHERE id = $3")?
                .execute((secret, used, operator))?;
            row::prepare(db, "DELETE FROM recovery_code WHERE operator = $1")?.execute([operator])?;
            let mut insert = row::prepare(db, "INSERT INTO recovery_code (operator, sha256) VALUES ($1, $2)")?;
            for code in codes {
                insert.execute((operator, code))?;
            }
            let change = change::begin(db, actor, "second-step-set", &name)?;
            audit::tell(db, change, "operator", "second_step", (Some(had), Some(true)))
        })
    }

    /// Takes the second step away. Doing so again is no change.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn end_second_step(&self, actor: &Actor<'_>, operator: i64) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let name: Option<String> = row::prepare(
                db,
                "UPDATE operator SET totp = NULL, totp_step = NULL WHERE id = $1 AND totp IS NOT NULL RETURNING name",
            )?
            .query_row([operator], |row| row.get(0))
            .optional()?;
            if let Some(name) = name {
                row::prepare(db, "DELETE FROM recovery_code WHERE operator = $1")?.execute([operator])?;
                let change = change::begin(db, actor, "second-step-end", &name)?;
                audit::tell(db, change, "operator", "second_step", (Some(true), Some(false)))?;
            }
            Ok(())
        })
    }

    /// Uses a step up, and says whether it was still to be used: a code that somebody has looked at over a shoulder is worth
    /// nothing, nor is one of an earlier step. In one statement, so that two at once are not both let in.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn use_step(&self, operator: i64, step: i64) -> Result<bool, SiteError> {
        self.write(Wakes::Nobody, |db| {
            let used = row::prepare(
                db,
                "UPDATE operator SET totp_step = $1
                 WHERE id = $2 AND totp IS NOT NULL AND COALESCE(totp_step, $1 - 1) < $1",
            )?
            .execute((step, operator))?;
            Ok(used > 0)
        })
    }

    /// Uses up a code for the day on which the telephone is lost, and says whether there was one. That one was used stands in
    /// the operators' log.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn use_recovery_code(&self, actor: &Actor<'_>, operator: i64, sha256: [u8; 32]) -> Result<bool, SiteError> {
        self.write(Wakes::Changes, |db| {
            let used = row::prepare(db, "DELETE FROM recovery_code WHERE operator = $1 AND sha256 = $2")?
                .execute((operator, sha256))?;
            if used > 0 {
                change::begin(db, actor, "second-step-recovered", actor.operator)?;
            }
            Ok(used > 0)
        })
    }

    /// Whether admins must prove themselves by a second step.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn second_step_required(&self) -> Result<bool, SiteError> {
        self.read(|db| {
            Ok(row::prepare(db, "SELECT second_step FROM site WHERE id = 1")?.query_row([], |row| row.get(0))?)
        })
    }

    /// Says whether admins must. Doing so again is no change.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn require_second_step(&self, actor: &Actor<'_>, required: bool) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let updated = row::prepare(db, "UPDATE site SET second_step = $1 WHERE id = 1 AND second_step <> $1")?
                .execute([required])?;
            if updated > 0 {
                let change = change::begin(db, actor, "site-second-step", if required { "yes" } else { "no" })?;
                audit::tell(db, change, "site", "second_step", (Some(!required), Some(required)))?;
            }
            Ok(())
        })
    }
}
