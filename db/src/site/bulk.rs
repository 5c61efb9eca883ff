//! One thing done to many people or cards, as one change, and taken back as one.
//!
//! ```text
//! selection ─▶ targets ─▶ each: changed, or left out and why ─▶ one change ─▶ undo: what nobody has changed since
//! ```
//!
//! A target that cannot be treated so is left out, said so, and keeps nobody else from it.
//!
//! | module | subject |
//! | --- | --- |
//! | `types` | what is done to whom |
//! | `select` | whom a selection means |
//! | `undo` | taking it back |

use access::time::Window;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::cards::{self, state};
use super::life::{Transition, step};
use super::open::Wakes;
use super::rules::groups;
use super::{Actor, Life, Preview, Site, SiteError, change, row};

mod select;
mod types;
mod undo;

pub use types::{BULK_MAX, BulkAct, BulkDone, BulkPlan, BulkSelection, LeftOut, Target, Undo};

/// What came of it: the change, if anything became another, and each target.
struct Made {
    change: i64,
    targets: Vec<Target>,
    unknown: Vec<String>,
}

impl Site {
    /// What it would do to whom, without doing it. Where people or doors are too many to compare, the plan has no
    /// preview.
    ///
    /// # Errors
    /// [`SiteError::Invalid`]: `selection` with `empty` or `too-many`, or what the act itself names; [`SiteError::NotFound`]
    /// for its group.
    pub fn plan_bulk(
        &self,
        actor: &Actor<'_>,
        selection: &BulkSelection,
        act: &BulkAct,
    ) -> Result<BulkPlan, SiteError> {
        let seen = self.latest()?;
        let mut made = None;
        let preview = self.preview_of(None, |db| {
            made = Some(make(db, actor, selection, act)?);
            Ok(())
        });
        let preview = match preview {
            Ok(preview) => Some(preview),
            Err(SiteError::Invalid { field: "preview", .. }) => None,
            Err(error) => return Err(error),
        };
        let Made { targets, unknown, .. } = made.ok_or(SiteError::corrupt("bulk"))?;
        Ok(BulkPlan { targets, unknown, preview: preview.filter(|preview| *preview != Preview::default()), seen })
    }

    /// Whom a selection means: people, or cards with their holders; and the numbers that nobody has.
    ///
    /// # Errors
    /// [`SiteError::Invalid`]: `selection` with `empty`, `too-many` or `unknown-person`; [`SiteError::NotFound`] for a card.
    pub fn bulk_targets(&self, selection: &BulkSelection) -> Result<(Vec<Target>, Vec<String>), SiteError> {
        self.read(|db| select::targets(db, selection, selection.is_of_cards()))
    }

    /// Does it, only if nothing has changed since the plan was made. Returns its change; none if nothing was to be done.
    ///
    /// # Errors
    /// As [`Site::plan_bulk`]; [`SiteError::Invalid`] with field `seen` and code `changed-meanwhile`.
    pub fn make_bulk(
        &self,
        actor: &Actor<'_>,
        selection: &BulkSelection,
        act: &BulkAct,
        seen: Generation,
    ) -> Result<Option<u64>, SiteError> {
        self.write(Wakes::Changes, |db| {
            if change::newest(db)? != seen.0 {
                return Err(SiteError::invalid("seen", "changed-meanwhile"));
            }
            let made = make(db, actor, selection, act)?;
            Ok((made.change != 0).then(|| made.change.cast_unsigned()))
        })
    }
}

fn make(db: &Connection, actor: &Actor<'_>, selection: &BulkSelection, act: &BulkAct) -> Result<Made, SiteError> {
    act.check()?;
    if let Some(group) = act.group() {
        groups::name(db, group)?;
    }
    let (mut targets, unknown) = select::targets(db, selection, act.is_of_cards())?;
    let mut begun = Change { db, actor, act, number: 0 };
    let mut count = 0;
    for target in &mut targets {
        target.left_out = one(db, &mut begun, target, act)?;
        count += usize::from(target.left_out.is_none());
    }
    begun.end(count)?;
    Ok(Made { change: begun.number, targets, unknown })
}

/// A change that begins with the first target that becomes another.
struct Change<'a> {
    db: &'a Connection,
    actor: &'a Actor<'a>,
    act: &'a BulkAct,
    number: i64,
}

impl Change<'_> {
    fn number(&mut self) -> Result<i64, SiteError> {
        if self.number == 0 {
            self.number = change::begin(self.db, self.actor, self.act.action(), "")?;
            row::prepare(self.db, "INSERT INTO bulk (change, act, grp) VALUES ($1, $2, $3)")?.execute((
                self.number,
                self.act.code(),
                self.act.group().map(|group| group.0),
            ))?;
        }
        Ok(self.number)
    }

    /// Says what it was about.
    fn end(&self, count: usize) -> Result<(), SiteError> {
        if self.number == 0 {
            return Ok(());
        }
        let detail = match self.act.group() {
            Some(group) => format!("{} {} {count}", group.0, groups::name(self.db, group)?),
            None => count.to_string(),
        };
        change::about(self.db, self.number, &detail)
    }
}

/// Treats one target; says why not, if not.
fn one(db: &Connection, change: &mut Change<'_>, target: &Target, act: &BulkAct) -> Result<Option<LeftOut>, SiteError> {
    match act {
        BulkAct::AddToGroup { group, window } => {
            let Some((person, _)) = target.person else { return Ok(Some("nobody")) };
            if groups::member(db, *group, person)? == Some(*window) {
                return Ok(Some("already-so"));
            }
            groups::put_member(db, change.number()?, *group, person, *window)?;
        }
        BulkAct::RemoveFromGroup { group } => {
            let Some((person, _)) = target.person else { return Ok(Some("nobody")) };
            if groups::member(db, *group, person)?.is_none() {
                return Ok(Some("no-member"));
            }
            groups::close_member(db, change.number()?, *group, person)?;
        }
        BulkAct::SetEnd { .. } | BulkAct::Suspend { .. } | BulkAct::Resume { .. } => {
            return card(db, change, target, act);
        }
    }
    Ok(None)
}

fn card(
    db: &Connection,
    change: &mut Change<'_>,
    target: &Target,
    act: &BulkAct,
) -> Result<Option<LeftOut>, SiteError> {
    let Some(uid) = &target.uid else { return Ok(Some("holds-no-card")) };
    let now = state::get(db, uid)?;
    let (transition, cause) = match act {
        BulkAct::Suspend { cause } => (Transition::Suspend, *cause),
        BulkAct::Resume { cause } => (Transition::Resume, *cause),
        BulkAct::SetEnd { until } => {
            if now.life == Life::Retired {
                return Ok(Some("is-retired"));
            }
            let wanted = Window { from: now.window.from, until: *until };
            let window = match cards::limited(db, uid, &now, wanted) {
                Ok(window) if window == now.window => return Ok(Some("already-so")),
                Ok(window) => window,
                Err(SiteError::Invalid { problem, .. }) => return Ok(Some(problem)),
                Err(error) => return Err(error),
            };
            state::set(db, change.number()?, uid, &state::State { window, ..now })?;
            return Ok(None);
        }
        _ => return Ok(None),
    };
    if let Err(refusal) = step(now.life, transition) {
        return Ok(Some(refusal.code()));
    }
    cards::go(db, change.number()?, uid, transition, cause)?;
    Ok(None)
}
