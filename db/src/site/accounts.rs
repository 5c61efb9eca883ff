//! Operators as an admin manages them: who they are, what they are for, and how they get in the first time.

use access::time::UtcMs;

use rusqlite::{Connection, OptionalExtension};

use super::change::{self, OPERATOR_LENGTH_MAX};
use super::open::Wakes;
use super::operators::{self, PASSWORD_HASH_LENGTH_MAX};
use super::{Actor, LIST_MAX, Operator, Role, Site, SiteError, audit, row};

/// Stands where the password's hash will: no password has it.
const NO_PASSWORD: &str = "!";

/// An operator as the list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorView {
    /// Its number.
    pub id: i64,
    /// What they sign in with.
    pub name: String,
    /// What they are for.
    pub role: Role,
    /// Whether they may not sign in any more.
    pub disabled: bool,
    /// The last time they signed in.
    pub signed_in: Option<UtcMs>,
    /// Whether they prove themselves by a second step too.
    pub second_step: bool,
    /// Until when their link is good, if they have one that they have not used.
    pub invited: Option<UtcMs>,
}

/// For whom a link is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// Whoever will be the site's first admin.
    First,
    /// The operator of this name.
    Operator(String),
}

impl Site {
    /// All operators, by name.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn operators(&self) -> Result<Vec<OperatorView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT o.id, o.name, o.role, o.disabled, o.signed_in_ms, o.totp IS NOT NULL, i.expires_ms
                 FROM operator o LEFT JOIN invitation i ON i.operator = o.id ORDER BY o.name LIMIT $1",
            )?;
            row::all(statement.query([LIST_MAX])?, |row| {
                Ok(OperatorView {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    role: operators::role(row, 2)?,
                    disabled: row.get(3)?,
                    signed_in: row.get::<_, Option<i64>>(4)?.map(UtcMs),
                    second_step: row.get(5)?,
                    invited: row.get::<_, Option<i64>>(6)?.map(UtcMs),
                })
            })
        })
    }

    /// Adds an operator without a password, who sets it by a link. `sha256` is the digest of what the link carries.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if the name is taken.
    pub fn invite_operator(
        &self,
        actor: &Actor<'_>,
        name: &str,
        role: Role,
        (sha256, expires): ([u8; 32], UtcMs),
    ) -> Result<i64, SiteError> {
        self.write(Wakes::Changes, |db| {
            let id = operators::insert(db, actor, name, role, NO_PASSWORD)?;
            link(db, id, sha256, expires)?;
            Ok(id)
        })
    }

    /// Gives an operator a new link, and takes password, second step and sessions from them: they have lost one of them, or
    /// somebody else has found it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn reset_operator(
        &self,
        actor: &Actor<'_>,
        operator: i64,
        (sha256, expires): ([u8; 32], UtcMs),
    ) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let name = name_of(db, operator)?;
            change::begin(db, actor, "operator-reset", &name)?;
            row::prepare(db, "UPDATE operator SET password_hash = $1, totp = NULL, totp_step = NULL WHERE id = $2")?
                .execute((NO_PASSWORD, operator))?;
            row::prepare(db, "DELETE FROM recovery_code WHERE operator = $1")?.execute([operator])?;
            row::prepare(db, "DELETE FROM session WHERE operator = $1")?.execute([&name])?;
            link(db, operator, sha256, expires)
        })
    }

    /// Gives an operator another role. Doing so again is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Refused`] if nobody would be left who can add operators.
    pub fn set_role(&self, actor: &Actor<'_>, operator: i64, role: Role) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let name = name_of(db, operator)?;
            let was: String =
                row::prepare(db, "SELECT role FROM operator WHERE id = $1")?.query_row([operator], |row| row.get(0))?;
            if was == role.code() {
                return Ok(());
            }
            row::prepare(db, "UPDATE operator SET role = $1 WHERE id = $2")?.execute((role.code(), operator))?;
            still_an_admin(db)?;
            let change = change::begin(db, actor, "operator-role", &format!("{name} {}", role.code()))?;
            audit::tell(db, change, "operator", "role", (Some(was.as_str()), Some(role.code())))
        })
    }

    /// Lets an operator sign in no more, or again. Their sessions and links end. Doing so again is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Refused`] if nobody would be left who can add operators.
    pub fn set_disabled(&self, actor: &Actor<'_>, operator: i64, disabled: bool) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let name = name_of(db, operator)?;
            let updated = row::prepare(db, "UPDATE operator SET disabled = $1 WHERE id = $2 AND disabled <> $1")?
                .execute((disabled, operator))?;
            if updated == 0 {
                return Ok(());
            }
            still_an_admin(db)?;
            let action = if disabled { "operator-disable" } else { "operator-enable" };
            let change = change::begin(db, actor, action, &name)?;
            audit::tell(db, change, "operator", "disabled", (Some(!disabled), Some(disabled)))?;
            if disabled {
                row::prepare(db, "DELETE FROM session WHERE operator = $1")?.execute([&name])?;
                row::prepare(db, "DELETE FROM invitation WHERE operator = $1")?.execute([operator])?;
            }
            Ok(())
        })
    }

    /// Notes a sign-in. No change: it decides nothing.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn note_sign_in(&self, operator: i64, at: UtcMs) -> Result<(), SiteError> {
        self.write(Wakes::Nobody, |db| {
            row::prepare(db, "UPDATE operator SET signed_in_ms = $1 WHERE id = $2")?.execute((at.0, operator))?;
            Ok(())
        })
    }

    /// Makes the link by which a new site gets its first admin, instead of the one before. Nothing is made if there is an
    /// operator; says whether it was.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn invite_first(&self, sha256: [u8; 32], expires: UtcMs) -> Result<bool, SiteError> {
        self.write(Wakes::Nobody, |db| {
            row::prepare(db, "DELETE FROM invitation WHERE operator IS NULL")?.execute([])?;
            if anybody(db)? {
                return Ok(false);
            }
            row::prepare(db, "INSERT INTO invitation (sha256, expires_ms) VALUES ($1, $2)")?
                .execute((sha256, expires.0))?;
            Ok(true)
        })
    }

    /// For whom a link is. Nothing if it is over, used or unknown.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn invitation(&self, sha256: [u8; 32], at: UtcMs) -> Result<Option<Invited>, SiteError> {
        self.read(|db| invited(db, sha256, at))
    }

    /// Takes a link for a password. `name` is that of the first admin, who has none yet. The link is used up.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] if the link is over, used or unknown; as [`Site::add_operator`].
    pub fn accept_invitation(
        &self,
        sha256: [u8; 32],
        name: &str,
        password_hash: &str,
        at: UtcMs,
    ) -> Result<Operator, SiteError> {
        row::check_text("password", password_hash, PASSWORD_HASH_LENGTH_MAX)?;
        self.write(Wakes::Changes, |db| {
            let name = match invited(db, sha256, at)?.ok_or_else(|| SiteError::not_found("invitation", ""))? {
                Invited::Operator(name) => {
                    let actor = Actor { operator: &name, at };
                    change::begin(db, &actor, "operator-password", &name)?;
                    row::prepare(db, "UPDATE operator SET password_hash = $1 WHERE name = $2")?
                        .execute((password_hash, &name))?;
                    name
                }
                Invited::First => {
                    row::check_text("name", name, OPERATOR_LENGTH_MAX)?;
                    operators::insert(db, &Actor { operator: name, at }, name, Role::Admin, password_hash)?;
                    name.to_owned()
                }
            };
            row::prepare(db, "DELETE FROM invitation WHERE sha256 = $1")?.execute([sha256])?;
            operators::named(db, &name)?.ok_or_else(|| SiteError::not_found("operator", &name))
        })
    }
}

/// What an operator signs in with.
pub(super) fn name_of(db: &Connection, operator: i64) -> Result<String, SiteError> {
    row::prepare(db, "SELECT name FROM operator WHERE id = $1")?
        .query_row([operator], |row| row.get(0))
        .optional()?
        .ok_or_else(|| SiteError::not_found("operator", &operator))
}

fn link(db: &Connection, operator: i64, sha256: [u8; 32], expires: UtcMs) -> Result<(), SiteError> {
    row::prepare(db, "DELETE FROM invitation WHERE operator = $1")?.execute([operator])?;
    row::prepare(db, "INSERT INTO invitation (sha256, operator, expires_ms) VALUES ($1, $2, $3)")?
        .execute((sha256, operator, expires.0))?;
    Ok(())
}

/// For whom this link is, if it is good.
fn invited(db: &Connection, sha256: [u8; 32], at: UtcMs) -> Result<Option<Invited>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT o.name FROM invitation i LEFT JOIN operator o ON o.id = i.operator
         WHERE i.sha256 = $1 AND i.expires_ms > $2 AND COALESCE(o.disabled, 0) = 0",
    )?;
    let found = row::first(statement.query((sha256, at.0))?, |row| Ok(row.get::<_, Option<String>>(0)?))?;
    match found {
        // Somebody was added at the machine meanwhile: the site has begun without this link.
        Some(None) if anybody(db)? => Ok(None),
        found => Ok(found.map(|name| name.map_or(Invited::First, Invited::Operator))),
    }
}

fn anybody(db: &Connection) -> Result<bool, SiteError> {
    Ok(row::prepare(db, "SELECT EXISTS (SELECT 1 FROM operator)")?.query_row([], |row| row.get(0))?)
}

/// Refuses what would leave nobody who can add operators: somebody for the whole site, and with a password, not only with a
/// link.
pub(super) fn still_an_admin(db: &Connection) -> Result<(), SiteError> {
    let left: bool = row::prepare(
        db,
        "SELECT EXISTS (SELECT 1 FROM operator WHERE role = 'admin' AND disabled = 0 AND password_hash <> $1
             AND id NOT IN (SELECT operator FROM operator_unit UNION ALL SELECT operator FROM operator_area))",
    )?
    .query_row([NO_PASSWORD], |row| row.get(0))?;
    if left { Ok(()) } else { Err(SiteError::refused("operator", "last-admin")) }
}
