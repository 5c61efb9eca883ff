//! Who would gain and who would lose which doors by an edit, before it is saved.
//!
//! "May pass" here means at some instant: somebody gains a door who could never pass it before and can at some time
//! after. Whoever may pass before and after, but at other times, is counted by itself. Blocks of cards are looked
//! past: they are no matter of rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use access::entry::{ScheduleId, Term};
use access::id::DoorId;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::{RuleEdit, edit, who};
use crate::site::whitelist::{self, Doors, Graph, Touched};
use crate::site::{Actor, PersonId, Site, SiteError, change, row};

/// Most rows of each list; the counts go on.
pub const PREVIEW_ROWS_MAX: usize = 500;

/// A person and a door.
#[derive(Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// Who.
    pub person: PersonId,
    /// As on the badge.
    pub name: String,
    /// Where.
    pub door: DoorId,
}

/// Names stay out of logs.
impl fmt::Debug for PreviewRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreviewRow").field("person", &self.person).field("door", &self.door).finish_non_exhaustive()
    }
}

/// What an edit would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// Who could pass at some time and never before: the first [`PREVIEW_ROWS_MAX`], by person and door.
    pub gains: Vec<PreviewRow>,
    /// Who could pass at some time before and never again.
    pub loses: Vec<PreviewRow>,
    /// Who could pass before and after, at other times.
    pub other_times: Vec<PreviewRow>,
    /// All that gain.
    pub gain_count: usize,
    /// All that lose.
    pub lose_count: usize,
    /// All that may pass at other times.
    pub other_times_count: usize,
    /// Doors at which a schedule, the zone or the holidays become others.
    pub calendars: Vec<DoorId>,
}

/// Most pairs of card and door that a preview looks at: a group of everybody at the doors that all use. It would hold
/// the file for more than some seconds otherwise.
const PAIRS_MAX: usize = 2_000_000;

impl Site {
    /// What an edit would do, without doing it.
    ///
    /// # Errors
    /// As [`Site::edit_rules`]; [`SiteError::Invalid`] with `preview` and `too-many` for an edit that touches more
    /// than can be shown.
    pub fn preview(&self, actor: &Actor<'_>, edit: &RuleEdit) -> Result<Preview, SiteError> {
        self.preview_of(changed_hours(edit), |db| edit::apply(db, actor, edit).map(|_| ()))
    }

    /// The same of whatever is done.
    pub(in crate::site) fn preview_of(
        &self,
        changed: Option<ScheduleId>,
        apply: impl FnOnce(&Connection) -> Result<(), SiteError>,
    ) -> Result<Preview, SiteError> {
        let mut standing = Standings::new();
        let mut before = Generation(0);
        let (touched, names) = self.try_out(|db| {
            before = Generation(change::newest(db)?);
            apply(db)?;
            let after = Generation(change::newest(db)?);
            let mut touched = whitelist::touched(db, before, after)?;
            let schedule = changed.filter(|_| !touched.calendars.is_empty());
            if let Some(schedule) = schedule {
                add_users(db, schedule, after, &mut touched)?;
            }
            if touched.pairs.len() > PAIRS_MAX {
                return Err(SiteError::invalid("preview", "too-many"));
            }
            let pairs = by_card(&touched.pairs);
            stand(db, &pairs, after, schedule, &mut |key, how| {
                let (_, after) = standing.entry(key).or_default();
                *after = combined(*after, how);
            })?;
            Ok((touched, Doors::read(db)?))
        })?;
        // What was does not change, so it is read without keeping others from writing.
        self.read(|db| {
            let pairs = by_card(&touched.pairs);
            stand(db, &pairs, before, None, &mut |key, how| {
                let (before, _) = standing.entry(key).or_default();
                *before = combined(*before, how);
            })?;
            Preview::of(db, standing, touched.calendars, &names)
        })
    }
}

/// How each person stands at each door before and after: a number for all that lets them pass; 0 if nothing does.
pub(super) type Standings = BTreeMap<(i64, i64), (u64, u64)>;

impl Preview {
    pub(super) fn of(
        db: &Connection,
        standing: Standings,
        calendars: Vec<DoorId>,
        names: &Doors,
    ) -> Result<Self, SiteError> {
        let mut preview = Self { calendars, ..Self::default() };
        for ((person, door), (before, after)) in standing {
            let (rows, count) = match (before, after) {
                (before, after) if before == after => continue,
                (0, _) => (&mut preview.gains, &mut preview.gain_count),
                (_, 0) => (&mut preview.loses, &mut preview.lose_count),
                _ => (&mut preview.other_times, &mut preview.other_times_count),
            };
            *count += 1;
            if rows.len() < PREVIEW_ROWS_MAX {
                let door = names.name(door)?.clone();
                rows.push(PreviewRow { person: PersonId(person), name: who::name(db, person)?, door });
            }
        }
        Ok(preview)
    }
}

/// The schedule that becomes another.
fn changed_hours(edit: &RuleEdit) -> Option<ScheduleId> {
    match edit {
        RuleEdit::ChangeSchedule { schedule, .. } => Some(*schedule),
        _ => None,
    }
}

/// Entries name a schedule by its number, so none of them is touched when its hours change.
fn add_users(db: &Connection, schedule: ScheduleId, as_of: Generation, touched: &mut Touched) -> Result<(), SiteError> {
    let names = Doors::read(db)?;
    for (door, uid) in whitelist::users_of_schedule(db, i64::from(schedule.0), row::generation(as_of))? {
        touched.pairs.push((names.name(door)?.clone(), uid));
    }
    touched.pairs.sort();
    touched.pairs.dedup();
    Ok(())
}

fn by_card(pairs: &[(DoorId, Uid)]) -> BTreeMap<Uid, BTreeSet<&DoorId>> {
    let mut by_card: BTreeMap<Uid, BTreeSet<&DoorId>> = BTreeMap::new();
    for (door, uid) in pairs {
        by_card.entry(*uid).or_default().insert(door);
    }
    by_card
}

/// Tells for each holder of each card at each door what lets them pass, as a number.
fn stand(
    db: &Connection,
    pairs: &BTreeMap<Uid, BTreeSet<&DoorId>>,
    as_of: Generation,
    changed: Option<ScheduleId>,
    tell: &mut dyn FnMut((i64, i64), u64),
) -> Result<(), SiteError> {
    let mut graph = Graph::new(db, row::generation(as_of), None)?;
    let names = Doors::read(db)?;
    for (uid, at) in pairs {
        let wants = |door: i64| names.name(door).is_ok_and(|door| at.contains(door));
        whitelist::listed(db, &mut graph, uid, &wants, &mut |bearer, made| {
            for (holder, term) in bearer.holders.iter().zip(&made.entry.terms) {
                if let Some(holding) = holder.holding.filter(|_| holder.can_pass(term)) {
                    tell((holding.person, made.door), number_of(uid, term, changed));
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// In whatever order cards come; never 0 again.
pub(super) fn combined(one: u64, other: u64) -> u64 {
    one.wrapping_add(other).max(1)
}

/// A number for what one card lets its holder do; others for other grants, and never 0.
fn number_of(uid: &Uid, term: &Term, changed: Option<ScheduleId>) -> u64 {
    let mut hasher = DefaultHasher::new();
    uid.hash(&mut hasher);
    for grant in term.grants.iter().chain(&term.refusals).chain(&term.exemptions) {
        (grant.window, grant.schedule, Some(grant.schedule) == changed).hash(&mut hasher);
    }
    (term.grants.len(), term.refusals.len(), term.exemptions.len()).hash(&mut hasher);
    hasher.finish() | 1
}
