//! What the next list of revoked certificates says.

use access::time::UtcS;

use crate::site::open::Wakes;
use crate::site::{Site, SiteError, row};

/// How far before now a list says that it was made. Readers take the one that says the later second, so two that are
/// made within one have to differ, and one that says a second which has not come yet would be refused.
const MADE_BEFORE_S: i64 = 3_600;

/// A list of revoked certificates, to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// Higher than that of every list before.
    pub number: u64,
    /// Later than that of every list before.
    pub this_update: UtcS,
    /// Serial numbers of certificates that would be valid otherwise, and since when each is revoked.
    pub serials: Vec<(Vec<u8>, UtcS)>,
}

impl Site {
    /// Begins the next list of revoked certificates.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn next_revocation_list(&self, at: UtcS) -> Result<RevocationList, SiteError> {
        self.write(Wakes::Nobody, |db| {
            let (number, this_update): (i64, i64) = row::prepare(
                db,
                "UPDATE certificate_list SET number = number + 1, this_update_s = MAX(this_update_s + 1, $1)
                 WHERE id = 1 RETURNING number, this_update_s",
            )?
            .query_row([at.0.saturating_sub(MADE_BEFORE_S)], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut statement = row::prepare(
                db,
                "SELECT serial, revoked_s FROM door_certificate WHERE revoked IS NOT NULL AND not_after_s >= $1
                 ORDER BY serial",
            )?;
            let serials = row::all(statement.query([at.0])?, |row| Ok((row.get(0)?, UtcS(row.get(1)?))))?;
            Ok(RevocationList { number: number.cast_unsigned(), this_update: UtcS(this_update), serials })
        })
    }
}
