//! What can go wrong with the site database.

use std::error::Error;

use rusqlite::ErrorCode;

use super::within::OUTSIDE;

/// Why a call to the site database was refused. No text holds a card's number or a person's name.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A value that was handed in cannot be stored. `problem` is a stable code for the API.
    #[error("{field}: {problem}")]
    Invalid {
        /// What is wrong.
        field: &'static str,
        /// Stable code: `empty`, `too-long`, `too-many`, `hidden-character`, `out-of-range`,
        /// `reversed-window`, `duplicate`, `unknown-door`, `unknown-person`, `unknown-encoder`, `is-encoder`, `busy`,
        /// `random-uid`.
        problem: &'static str,
    },
    /// There is no such thing.
    #[error("there is no {what} {id:?}")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// Its name; "this card" for a card.
        id: String,
    },
    /// There is one already.
    #[error("there is a {what} {id:?} already")]
    Conflict {
        /// Kind of thing.
        what: &'static str,
        /// Its name; "this card" for a card.
        id: String,
    },
    /// It is there, and cannot be treated so as it is now.
    #[error("the {what} cannot be changed so: {problem}")]
    Refused {
        /// Kind of thing.
        what: &'static str,
        /// Stable code of why, such as `is-retired`.
        problem: &'static str,
    },
    /// It is in another version than the one that was seen: somebody else has edited it meanwhile.
    #[error("the {what} has been changed meanwhile: look at it as it is now and decide again")]
    Stale {
        /// Kind of thing.
        what: &'static str,
    },
    /// It lies outside of what whoever asks is limited to.
    #[error("this lies outside of what the operator is limited to")]
    Outside,
    /// Another writer had the file for too long. Trying again is safe.
    #[error("the site database is busy; try again")]
    Busy,
    /// The disk or SQLite refused.
    #[error("the site database could not be read or written: {0}")]
    Storage(#[source] Box<dyn Error + Send + Sync>),
    /// Something stored makes no sense.
    #[error("the site database holds a {what} that cannot be read; restore a backup")]
    Corrupt {
        /// Kind of thing.
        what: &'static str,
    },
}

/// What errors say in place of a card's number.
const THIS_CARD: &str = "this card";

impl SiteError {
    pub(crate) fn invalid(field: &'static str, problem: &'static str) -> Self {
        Self::Invalid { field, problem }
    }

    pub(crate) fn not_found(what: &'static str, id: &(impl ToString + ?Sized)) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    pub(crate) fn conflict(what: &'static str, id: &(impl ToString + ?Sized)) -> Self {
        Self::Conflict { what, id: id.to_string() }
    }

    pub(crate) fn refused(what: &'static str, problem: &'static str) -> Self {
        Self::Refused { what, problem }
    }

    pub(crate) fn no_such_card() -> Self {
        Self::not_found("card", THIS_CARD)
    }

    pub(crate) fn card_exists() -> Self {
        Self::conflict("card", THIS_CARD)
    }

    pub(crate) fn corrupt(what: &'static str) -> Self {
        Self::Corrupt { what }
    }
}

impl From<rusqlite::Error> for SiteError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::corrupt("page"),
            Some(ErrorCode::ConstraintViolation) if says(&error, OUTSIDE) => Self::Outside,
            _ => Self::Storage(Box::new(error)),
        }
    }
}

/// Whether a trigger has said this.
fn says(error: &rusqlite::Error, what: &str) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(_, Some(said)) if said == what)
}
