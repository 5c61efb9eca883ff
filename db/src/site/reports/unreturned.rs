//! Cards that are over and have not come back to the desk: somebody has them in a drawer, or at home.

use std::fmt;

use access::time::UtcS;
use access::uid::Uid;

use crate::site::cards::state;
use crate::site::{CardKind, Cause, LIST_MAX, Life, PersonId, Site, SiteError, row};

/// Why a card is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyOver {
    /// Its own validity is.
    Card,
    /// The time for which it was given is.
    Holding,
    /// Its holder's employment is.
    Employment,
}

impl WhyOver {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Card, Self::Holding, Self::Employment];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Holding => "holding",
            Self::Employment => "employment",
        }
    }
}

/// A card that should have come back.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreturnedView {
    /// The chip.
    pub uid: Uid,
    /// What it is for.
    pub kind: CardKind,
    /// Where it is in its life, and why.
    pub life: (Life, Cause),
    /// Who had it last.
    pub person: (PersonId, String),
    /// Since when it is over.
    pub over: UtcS,
    /// What ended first.
    pub why: WhyOver,
}

/// Names stay out of logs.
impl fmt::Debug for UnreturnedView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreturnedView")
            .field("uid", &self.uid)
            .field("person", &self.person.0)
            .field("over", &self.over)
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}

impl Site {
    /// Cards that are over at an instant and have not come back, those that ended last first; at most [`LIST_MAX`], and
    /// whether there are more. One that is lost or was stolen is not waited for.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn unreturned(&self, now: UtcS) -> Result<(Vec<UnreturnedView>, bool), SiteError> {
        let mut found = self.read(|db| {
            let mut statement = row::prepare(db, SELECT)?;
            row::all(statement.query((now.0, i64::from(LIST_MAX) + 1))?, |r| {
                let ends: [Option<i64>; 3] = [r.get(6)?, r.get(7)?, r.get(8)?];
                let ends = WhyOver::ALL.into_iter().zip(ends).filter_map(|(why, end)| Some((end?, why)));
                let (over, why) = ends.min().ok_or(SiteError::corrupt("end of a card"))?;
                Ok(UnreturnedView {
                    uid: row::uid(r, 0)?,
                    kind: state::kind(r, 1)?,
                    life: (state::life(r, 2)?, state::cause(r, 3)?),
                    person: (PersonId(r.get(4)?), r.get(5)?),
                    over: UtcS(over),
                    why,
                })
            })
        })?;
        let more = found.len() > LIST_MAX as usize;
        found.truncate(LIST_MAX as usize);
        Ok((found, more))
    }
}

/// Ends that lie ahead are none. A card that came back and retired afterwards is back; one that retired by itself is
/// not.
const SELECT: &str = "
    WITH held (uid, person, until_s) AS (
        SELECT h.uid, h.person, h.until_s FROM holding h
        WHERE h.until IS NULL AND NOT EXISTS (
            SELECT 1 FROM holding l WHERE l.uid = h.uid AND l.until IS NULL AND l.id <> h.id AND l.from_s >= h.until_s)
    ), ends (uid, person, card_s, holding_s, employment_s) AS (
        SELECT h.uid, h.person,
               CASE WHEN s.until_s <= $1 THEN s.until_s END,
               CASE WHEN h.until_s <= $1 THEN h.until_s END,
               (SELECT CASE WHEN COUNT(*) = COUNT(e.until_s) AND MAX(e.until_s) <= $1 THEN MAX(e.until_s) END
                FROM employment e WHERE e.person = h.person AND e.until IS NULL)
        FROM held h JOIN card_state s ON s.uid = h.uid AND s.until IS NULL
        WHERE s.life NOT IN ('ordered', 'returned') AND s.cause NOT IN ('lost', 'stolen')
          AND NOT (s.life = 'retired' AND EXISTS (
              SELECT 1 FROM card_state b WHERE b.uid = s.uid AND b.until = s.since AND b.life = 'returned'))
    )
    SELECT c.uid, c.kind, s.life, s.cause, p.id, p.name, e.card_s, e.holding_s, e.employment_s
    FROM ends e
    JOIN card c ON c.uid = e.uid
    JOIN card_state s ON s.uid = e.uid AND s.until IS NULL
    JOIN person p ON p.id = e.person
    WHERE COALESCE(e.card_s, e.holding_s, e.employment_s) IS NOT NULL
    ORDER BY MIN(COALESCE(e.card_s, 9e15), COALESCE(e.holding_s, 9e15), COALESCE(e.employment_s, 9e15)) DESC, e.uid
    LIMIT $2";
