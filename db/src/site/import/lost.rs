//! What people would lose by an import that nobody looks at before it is applied.

use access::time::{Position, UtcS};

use super::plan::Planner;
use crate::site::conditions::employments::Employment;
use crate::site::{NewEmployment, SiteError, row};

/// So many are believed whatever their share is: in a house of twenty, somebody leaves and two move on the same day. Less than
/// with a person beside it, who would see that it is everybody.
const LOST_FEW: u32 = 3;

/// Whether a running employment would stop, or become one by which other groups are joined.
pub(super) fn loses(known: &Employment, to: &NewEmployment, now: UtcS) -> bool {
    let runs = |window: access::time::Window| window.position(now) == Position::Within;
    runs(known.window) && (!runs(to.window) || known.unit != to.unit || known.title != to.title)
}

impl Planner<'_> {
    /// Asks for a confirmation if more than so many hundredths of the running employments would be lost.
    pub(super) fn bound_lost(&mut self, percent: u8) -> Result<(), SiteError> {
        let mut statement = row::prepare(
            self.db,
            "SELECT COUNT(*) FROM employment
             WHERE until IS NULL AND (from_s IS NULL OR from_s <= $1) AND (until_s IS NULL OR until_s > $1)",
        )?;
        let running: i64 = statement.query_row([self.now.0], |row| row.get(0))?;
        self.plan.running = u32::try_from(running).unwrap_or(u32::MAX);
        let share = u64::from(self.plan.running) * u64::from(percent);
        if self.plan.lost > LOST_FEW && u64::from(self.plan.lost) * 100 > share {
            self.plan.needs_confirmation = true;
        }
        Ok(())
    }
}
