//! What a review confirms, as one number: it is another as soon as anything of it is.

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::holds;
use crate::site::whitelist::{Graph, Span};
use crate::site::{GroupId, PersonId, SiteError, change, row};

/// The rows in which a group's members by name, its members by rule, its rules, the doors of these and their hours
/// stand. Every change of any of it is a row of its own; names are none of it.
const OF_GROUP: &str = "
    SELECT 1, m.id FROM group_member m WHERE m.grp = $1 AND m.until IS NULL
    UNION ALL SELECT 2, x.id FROM group_match x WHERE x.grp = $1 AND x.until IS NULL
    UNION ALL SELECT 3, r.id FROM rule_state r WHERE r.grp = $1 AND r.until IS NULL
    UNION SELECT 4, a.id FROM rule_state r JOIN area_door a ON a.area = r.area AND a.until IS NULL
              WHERE r.grp = $1 AND r.until IS NULL
    UNION SELECT 5, s.id FROM rule_state r JOIN schedule_state s ON s.schedule = r.schedule AND s.until IS NULL
              WHERE r.grp = $1 AND r.until IS NULL
    ORDER BY 1, 2";

/// Of a group.
pub(super) fn of_group(db: &Connection, group: GroupId) -> Result<[u8; 32], SiteError> {
    let mut statement = row::prepare(db, OF_GROUP)?;
    let rows: Vec<(i64, i64)> = row::all(statement.query([group.0])?, |r| Ok((r.get(0)?, r.get(1)?)))?;
    let mut digest = Sha256::new_with_prefix(b"kulku-review-group");
    for (what, row) in rows {
        digest.update(what.to_be_bytes());
        digest.update(row.to_be_bytes());
    }
    Ok(digest.finalize().into())
}

/// Of a person: which doors they may pass at any time at all, whatever it comes from, and with which cards. The clock is
/// none of it: that a right is over by its own time makes nothing new to confirm.
pub(super) fn of_person(db: &Connection, person: PersonId) -> Result<[u8; 32], SiteError> {
    let newest = i64::try_from(change::newest(db)?).unwrap_or(i64::MAX);
    let held = holds::passable(db, &mut Graph::new(db, newest, None)?, Span::ALWAYS, person, None)?;
    let mut digest = Sha256::new_with_prefix(b"kulku-review-person");
    for (door, cards) in held {
        digest.update(door.to_be_bytes());
        for uid in cards {
            digest.update([0]);
            digest.update(uid.as_bytes());
        }
        digest.update([1]);
    }
    Ok(digest.finalize().into())
}
