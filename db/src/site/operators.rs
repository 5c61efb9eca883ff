//! Who may sign in.

use std::fmt;

use rusqlite::{Connection, OptionalExtension, Row};

use super::change::{self, OPERATOR_LENGTH_MAX};
use super::open::Wakes;
use super::{Actor, LIST_MAX, Site, SiteError, audit, row};

/// Longest password hash, in bytes, with its parameters and salt.
pub(super) const PASSWORD_HASH_LENGTH_MAX: usize = 512;

/// Longest language tag, in bytes.
const LANGUAGE_LENGTH_MAX: usize = 16;

/// What an operator is for. What that allows stands in the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Admin,
    /// Watches, and acts at once.
    Security,
    /// Hands out cards.
    Desk,
    /// Looks at what others did.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Security, Self::Desk, Self::Auditor];

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Security => "security",
            Self::Desk => "desk",
            Self::Auditor => "auditor",
        }
    }

    /// The role of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A person who signs in to the dashboard.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    /// Its number.
    pub id: i64,
    /// What they sign in with.
    pub name: String,
    /// As the password hash function wrote it.
    pub password_hash: String,
    /// The language of their pages, if they chose one.
    pub language: Option<String>,
    /// What they are for.
    pub role: Role,
    /// Whether they may not sign in any more, nor their tokens.
    pub disabled: bool,
    /// Whether they prove themselves by a second step too.
    pub second_step: bool,
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operator({})", self.id)
    }
}

impl Site {
    /// Adds an operator who may do everything, as whoever sits at the controller's machine can.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if the name is taken.
    pub fn add_operator(&self, actor: &Actor<'_>, name: &str, password_hash: &str) -> Result<Operator, SiteError> {
        row::check_text("password", password_hash, PASSWORD_HASH_LENGTH_MAX)?;
        self.write(Wakes::Changes, |db| {
            insert(db, actor, name, Role::Admin, password_hash)?;
            named(db, name)?.ok_or_else(|| SiteError::not_found("operator", name))
        })
    }

    /// The operator with this name.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn operator(&self, name: &str) -> Result<Option<Operator>, SiteError> {
        self.read(|db| named(db, name))
    }

    /// The names of all operators, in their order.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn operator_names(&self) -> Result<Vec<String>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, "SELECT name FROM operator ORDER BY name LIMIT $1")?;
            row::all(statement.query([LIST_MAX])?, |row| Ok(row.get(0)?))
        })
    }

    /// Whether anybody can sign in at all.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn operators_exist(&self) -> Result<bool, SiteError> {
        self.read(|db| Ok(row::prepare(db, "SELECT EXISTS (SELECT 1 FROM operator)")?.query_row([], |row| row.get(0))?))
    }

    /// Sets an operator's password.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn set_password(&self, actor: &Actor<'_>, operator: i64, password_hash: &str) -> Result<(), SiteError> {
        row::check_text("password", password_hash, PASSWORD_HASH_LENGTH_MAX)?;
        self.write(Wakes::Changes, |db| {
            let name: String = row::prepare(db, "UPDATE operator SET password_hash = $1 WHERE id = $2 RETURNING name")?
                .query_row((password_hash, operator), |row| row.get(0))
                .optional()?
                .ok_or_else(|| SiteError::not_found("operator", &operator))?;
            change::begin(db, actor, "operator-password", &name)?;
            Ok(())
        })
    }

    /// Sets the language of an operator's pages; none goes back to the browser's. No change: it decides
    /// nothing.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn set_language(&self, operator: i64, language: Option<&str>) -> Result<(), SiteError> {
        if let Some(language) = language {
            row::check_text("language", language, LANGUAGE_LENGTH_MAX)?;
        }
        self.write(Wakes::Nobody, |db| {
            let updated =
                row::prepare(db, "UPDATE operator SET language = $1 WHERE id = $2")?.execute((language, operator))?;
            if updated == 0 {
                return Err(SiteError::not_found("operator", &operator));
            }
            Ok(())
        })
    }
}

pub(super) fn view(row: &Row<'_>) -> Result<Operator, SiteError> {
    Ok(Operator {
        id: row.get(0)?,
        name: row.get(1)?,
        password_hash: row.get(2)?,
        language: row.get(3)?,
        role: role(row, 4)?,
        disabled: row.get(5)?,
        second_step: row.get(6)?,
    })
}

/// The role in this column.
pub(super) fn role(row: &Row<'_>, column: usize) -> Result<Role, SiteError> {
    Role::from_code(&row.get::<_, String>(column)?).ok_or(SiteError::corrupt("role"))
}

/// Adds an operator and returns its number.
pub(super) fn insert(
    db: &Connection,
    actor: &Actor<'_>,
    name: &str,
    role: Role,
    password_hash: &str,
) -> Result<i64, SiteError> {
    row::check_text("name", name, OPERATOR_LENGTH_MAX)?;
    let change = change::begin(db, actor, "operator-add", &format!("{name} {}", role.code()))?;
    let id = row::prepare(
        db,
        "INSERT INTO operator (name, password_hash, role, since) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO NOTHING RETURNING id",
    )?
    .query_row((name, password_hash, role.code(), change), |row| row.get(0))
    .optional()?
    .ok_or_else(|| SiteError::conflict("operator", name))?;
    audit::tell(db, change, "operator", "role", (None, Some(role.code())))?;
    Ok(id)
}

/// The operator with this name.
pub(super) fn named(db: &Connection, name: &str) -> Result<Option<Operator>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT id, name, password_hash, language, role, disabled, totp IS NOT NULL FROM operator WHERE name = $1",
    )?;
    row::first(statement.query([name])?, view)
}
