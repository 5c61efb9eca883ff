//! Who may sign in, by password or by token.

use std::fmt;

use access::time::UtcMs;

use super::{Actor, Site, SiteError};

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
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operator({})", self.id)
    }
}

impl Site {
    /// Adds an operator.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if the name is taken.
    pub fn add_operator(&self, actor: &Actor<'_>, name: &str, password_hash: &str) -> Result<Operator, SiteError> {
        let _ = (actor, name, password_hash);
        Err(SiteError::Busy)
    }

    /// The operator with this name.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn operator(&self, name: &str) -> Result<Option<Operator>, SiteError> {
        let _ = name;
        Err(SiteError::Busy)
    }

    /// Whether anybody can sign in at all.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn operators_exist(&self) -> Result<bool, SiteError> {
        Err(SiteError::Busy)
    }

    /// Sets an operator's password.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn set_password(&self, actor: &Actor<'_>, operator: i64, password_hash: &str) -> Result<(), SiteError> {
        let _ = (actor, operator, password_hash);
        Err(SiteError::Busy)
    }

    /// Sets the language of an operator's pages; none goes back to the browser's. No change: it decides
    /// nothing.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn set_language(&self, operator: i64, language: Option<&str>) -> Result<(), SiteError> {
        let _ = (operator, language);
        Err(SiteError::Busy)
    }

    /// Adds a token by its SHA-256 digest; the token itself is never stored. Returns the token's number.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the operator, [`SiteError::Invalid`], [`SiteError::Conflict`].
    pub fn add_token(
        &self,
        actor: &Actor<'_>,
        operator: i64,
        label: &str,
        sha256: [u8; 32],
        expires: Option<UtcMs>,
    ) -> Result<i64, SiteError> {
        let _ = (actor, operator, label, sha256, expires);
        Err(SiteError::Busy)
    }

    /// Whose token this is, unless it has expired or was revoked. Looked up by the digest of a random
    /// token, so the time that the look-up takes tells nothing about a token.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn operator_by_token(&self, sha256: [u8; 32], at: UtcMs) -> Result<Option<Operator>, SiteError> {
        let _ = (sha256, at);
        Err(SiteError::Busy)
    }

    /// Makes a token void.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn revoke_token(&self, actor: &Actor<'_>, id: i64) -> Result<(), SiteError> {
        let _ = (actor, id);
        Err(SiteError::Busy)
    }
}
