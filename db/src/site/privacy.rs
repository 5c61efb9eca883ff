//! What is known of people: for how long, who has looked, and whose name is kept back.
//!
//! ```text
//! event, change ──▶ its time is over? ──▶ declared in the operator log ──▶ card or detail erased, row by row
//!                          ▲                                                     │
//! legal hold ──────────────┘ what it covers is passed over                       ▼
//!                                                              the commitment stays: the chain still holds
//! ```

use rusqlite::Connection;

use super::{SiteError, row};

mod alarms;
mod audit;
mod events;
mod exports;
mod holds;
mod names;
mod retention;
mod searches;

pub use holds::{HOLD_LENGTH_MAX_MS, HoldSubject, LegalHoldView, NewHold};
pub use names::{SecretName, neutral_name, neutral_of};
pub use retention::{Erased, Retained, RetentionView};
pub use searches::{SEARCH_COUNTS_MS, SearchFilter, SearchView, Searched};

pub(super) use names::{known_person, rename, taken};

/// Longest reason, in bytes: as of orders and lockdowns.
const REASON_LENGTH_MAX: usize = 500;

/// Through which row of the central log cards may have been erased by us.
pub(super) fn events_erased(db: &Connection) -> Result<u64, SiteError> {
    let events = retention::declared(db, Retained::Events)?;
    Ok(events.max(retention::declared(db, Retained::UnknownCards)?).cast_unsigned())
}

/// Through which change details may have been erased by us.
pub(super) fn changes_erased(db: &Connection) -> Result<u64, SiteError> {
    Ok(retention::declared(db, Retained::Audit)?.cast_unsigned())
}

fn check_reason(reason: &str) -> Result<(), SiteError> {
    row::check_text("reason", reason, REASON_LENGTH_MAX)
}
