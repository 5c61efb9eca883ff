//! What rows would change: each is held against what is so now, and nothing is written.

use std::collections::{HashMap, HashSet};

use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use rusqlite::Connection;

use super::lost;
use super::rows::{
    Difference, DifferenceKind, EmploymentRow, IMPORT_DIFFERENCES_MAX, IMPORT_ERRORS_MAX, IMPORT_ROWS_MAX,
    ImportOptions, ImportPlan, ImportRows, ImportTable, PersonRow, RightRow, RowError,
};
use crate::site::cards::state::State;
use crate::site::conditions::employments::{self, Employment};
use crate::site::conditions::rights::{self, Right};
use crate::site::{NewCard, NewEmployment, NewRight, PersonId, RightId, SiteError, people, privacy, row};

/// Ends of so many employments or rights are believed whatever their share is.
const REMOVED_FEW: u32 = 10;

/// Beyond that, one in so many may end: a file that was cut off must not lock half a hospital out.
const REMOVED_ONE_IN: u32 = 20;

/// Who is meant: by number if the site has the person, else by the external id of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who<'a> {
    Known(PersonId),
    New(&'a str),
}

/// One thing to write.
#[derive(Debug)]
pub(super) enum Action<'a> {
    AddPerson(&'a PersonRow),
    RenamePerson(PersonId, &'a PersonRow),
    AddEmployment(Who<'a>, NewEmployment),
    ChangeEmployment(Employment, NewEmployment),
    AddRight(Who<'a>, NewRight),
    ChangeRight(Right, NewRight),
    NoteRight(RightId, UtcMs),
    AddCard(NewCard),
    CardWindow(Uid, State),
    GiveCard(Uid, Who<'a>),
}

/// Rows, held against the site.
pub(super) struct Planner<'a> {
    pub(super) db: &'a Connection,
    pub(super) now: UtcS,
    pub(super) plan: ImportPlan,
    pub(super) actions: Vec<Action<'a>>,
    /// People of the rows, by external id.
    people: HashMap<&'a str, Who<'a>>,
}

/// A row that differs, or does not.
pub(super) struct Seen<'a> {
    pub(super) table: ImportTable,
    pub(super) row: Option<u32>,
    pub(super) key: &'a str,
}

/// Holds all rows against the site.
pub(super) fn plan<'a>(
    db: &'a Connection,
    rows: &'a ImportRows,
    options: ImportOptions<'_>,
    now: UtcMs,
) -> Result<Planner<'a>, SiteError> {
    // A line of a file may be a person and an employment, so each kind of row has the bound for itself.
    let counts = [rows.people.len(), rows.employments.len(), rows.rights.len(), rows.cards.len()];
    if counts.into_iter().any(|count| count > IMPORT_ROWS_MAX) {
        return Err(SiteError::invalid("rows", "too-many"));
    }
    let (plan, actions, people) = (ImportPlan::default(), Vec::new(), HashMap::new());
    let mut planner = Planner { db, now: now.second(), plan, actions, people };
    planner.people(rows)?;
    planner.employments(rows, options)?;
    planner.rights(rows, options)?;
    super::plan_cards::cards(&mut planner, rows)?;
    if let Some(percent) = options.lost_percent {
        planner.bound_lost(percent)?;
    }
    Ok(planner)
}

impl<'a> Planner<'a> {
    fn people(&mut self, rows: &'a ImportRows) -> Result<(), SiteError> {
        let mut seen = HashSet::new();
        for person in &rows.people {
            let at = Seen { table: ImportTable::People, row: Some(person.row), key: &person.external_id };
            if !self.sound(&at, people::check(&person.name, Some(&person.external_id)))? {
                continue;
            }
            if !seen.insert(person.external_id.as_str()) {
                self.error(&at, "external_id", "duplicate");
                continue;
            }
            let who = match self.known_person(&person.external_id)? {
                None => {
                    self.differs(&at, DifferenceKind::Added, Vec::new(), Action::AddPerson(person));
                    Who::New(&person.external_id)
                }
                Some((id, name)) => {
                    if name == person.name {
                        self.plan.unchanged += 1;
                    } else {
                        let action = Action::RenamePerson(id, person);
                        self.differs(&at, DifferenceKind::Changed, vec!["name"], action);
                    }
                    Who::Known(id)
                }
            };
            self.people.insert(&person.external_id, who);
        }
        Ok(())
    }

    fn employments(&mut self, rows: &'a ImportRows, options: ImportOptions<'_>) -> Result<(), SiteError> {
        let mut seen = HashSet::new();
        for employment in &rows.employments {
            let new = new_employment(employment);
            let at = Seen { table: ImportTable::Employments, row: Some(employment.row), key: &employment.external_id };
            if !self.sound(&at, employments::check(&new))? {
                continue;
            }
            if !seen.insert(employment.external_id.as_str()) {
                self.error(&at, "external_id", "duplicate");
                continue;
            }
            let Some(who) = self.who(&at, &employment.person)? else { continue };
            let Some(known) = employments::same(self.db, Some(&employment.external_id))? else {
                self.differs(&at, DifferenceKind::Added, Vec::new(), Action::AddEmployment(who, new));
                continue;
            };
            if !matches!(who, Who::Known(id) if id == known.person) {
                self.error(&at, "external_id", "of-another-person");
                continue;
            }
            let columns = differing(&[
                ("unit", known.unit != new.unit),
                ("title", known.title != new.title),
                ("from", known.window.from != new.window.from),
                ("until", known.window.until != new.window.until),
            ]);
            self.plan.lost += u32::from(lost::loses(&known, &new, self.now));
            self.changed(&at, columns, Action::ChangeEmployment(known, new));
        }
        if options.end_absent_employments { self.end_employments(&seen, options) } else { Ok(()) }
    }

    fn rights(&mut self, rows: &'a ImportRows, options: ImportOptions<'_>) -> Result<(), SiteError> {
        let mut seen = HashSet::new();
        let mut kept = HashSet::new();
        for right in &rows.rights {
            let new = new_right(right);
            let at = Seen { table: ImportTable::Rights, row: Some(right.row), key: &right.person };
            if !self.sound(&at, rights::check(&new))? {
                continue;
            }
            if !seen.insert((right.person.as_str(), right.profession.as_str(), right.source.as_str())) {
                self.error(&at, "profession", "duplicate");
                continue;
            }
            let Some(who) = self.who(&at, &right.person)? else { continue };
            let Some(known) = self.known_right(who, right)? else {
                self.differs(&at, DifferenceKind::Added, Vec::new(), Action::AddRight(who, new));
                continue;
            };
            kept.insert(known.id);
            let columns = differing(&[
                ("from", known.window.from != new.window.from),
                ("until", known.window.until != new.window.until),
            ]);
            if columns.is_empty() && known.checked < new.checked {
                self.actions.push(Action::NoteRight(known.id, new.checked));
            }
            self.changed(&at, columns, Action::ChangeRight(known, new));
        }
        if options.end_absent_rights { self.end_rights(rows, options.rights_of, &kept) } else { Ok(()) }
    }

    fn end_employments(&mut self, listed: &HashSet<&str>, options: ImportOptions<'_>) -> Result<(), SiteError> {
        let mut statement = row::prepare(
            self.db,
            "SELECT number, person, external_id, unit, title, from_s, until_s FROM employment
             WHERE until IS NULL AND external_id IS NOT NULL AND (until_s IS NULL OR until_s > $1)
             ORDER BY number",
        )?;
        let running = row::all(statement.query([self.now.0])?, employments::view)?;
        let (all, before) = (running.len(), self.plan.removed);
        for known in running {
            let key = known.external_id.clone().unwrap_or_default();
            if listed.contains(key.as_str()) {
                continue;
            }
            let to = NewEmployment { window: self.ended(known.window), ..NewEmployment::from(&known) };
            self.plan.lost += u32::from(lost::loses(&known, &to, self.now));
            let at = Seen { table: ImportTable::Employments, row: None, key: &key };
            self.differs(&at, DifferenceKind::Removed, vec!["until"], Action::ChangeEmployment(known, to));
        }
        // Whoever names a share of their own has that one.
        if options.lost_percent.is_none() {
            self.bound_removals(all, before);
        }
        Ok(())
    }

    fn end_rights(&mut self, rows: &'a ImportRows, of: Option<&str>, kept: &HashSet<RightId>) -> Result<(), SiteError> {
        let sources: HashSet<&str> = rows.rights.iter().map(|right| right.source.as_str()).chain(of).collect();
        let mut statement = row::prepare(
            self.db,
            "SELECT number, person, profession, from_s, until_s, source, checked_ms FROM right_to_practise
             WHERE until IS NULL AND (until_s IS NULL OR until_s > $1) ORDER BY number",
        )?;
        let running = row::all(statement.query([self.now.0])?, rights::view)?;
        let running: Vec<Right> = running.into_iter().filter(|known| sources.contains(known.source.as_str())).collect();
        let (all, before) = (running.len(), self.plan.removed);
        for known in running {
            if kept.contains(&known.id) {
                continue;
            }
            let to = NewRight { window: self.ended(known.window), ..NewRight::from(&known) };
            let key = known.person.0.to_string();
            let at = Seen { table: ImportTable::Rights, row: None, key: &key };
            self.differs(&at, DifferenceKind::Removed, vec!["until"], Action::ChangeRight(known, to));
        }
        self.bound_removals(all, before);
        Ok(())
    }

    /// What has not begun ends as it begins: a window that never holds, and the record that it was planned.
    fn ended(&self, window: Window) -> Window {
        let until = window.from.map_or(self.now, |from| from.max(self.now));
        Window { until: Some(until), ..window }
    }

    fn bound_removals(&mut self, all: usize, before: u32) {
        let removed = self.plan.removed - before;
        let all = u32::try_from(all).unwrap_or(u32::MAX);
        if removed > REMOVED_FEW && removed > all / REMOVED_ONE_IN {
            self.plan.needs_confirmation = true;
        }
    }

    /// The person that a row names, if there is one; else the row is an error.
    pub(super) fn who(&mut self, at: &Seen<'_>, external_id: &'a str) -> Result<Option<Who<'a>>, SiteError> {
        let listed = self.people.get(external_id).copied();
        let known = match listed {
            Some(who) => Some(who),
            None => self.known_person(external_id)?.map(|(id, _)| Who::Known(id)),
        };
        match known {
            Some(who) => _ = self.people.insert(external_id, who),
            None => self.error(at, "person", "unknown-person"),
        }
        Ok(known)
    }

    fn known_person(&self, external_id: &str) -> Result<Option<(PersonId, String)>, SiteError> {
        Ok(privacy::known_person(self.db, external_id)?.map(|known| (known.id, known.name)))
    }

    fn known_right(&self, who: Who<'_>, right: &RightRow) -> Result<Option<Right>, SiteError> {
        let Who::Known(person) = who else { return Ok(None) };
        let mut statement = row::prepare(
            self.db,
            "SELECT number, person, profession, from_s, until_s, source, checked_ms FROM right_to_practise
             WHERE person = $1 AND profession = $2 AND source = $3 AND until IS NULL ORDER BY number LIMIT 1",
        )?;
        row::first(statement.query((person.0, &right.profession, &right.source))?, rights::view)
    }

    /// Whether a row is sound; what is wrong with it is an error of the row, anything else one of the import.
    pub(super) fn sound<T>(&mut self, at: &Seen<'_>, checked: Result<T, SiteError>) -> Result<bool, SiteError> {
        match checked {
            Ok(_) => Ok(true),
            Err(SiteError::Invalid { field, problem }) => {
                self.error(at, field, problem);
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    pub(super) fn error(&mut self, at: &Seen<'_>, column: &'static str, problem: &'static str) {
        self.plan.error_count += 1;
        if self.plan.errors.len() < IMPORT_ERRORS_MAX {
            let row = at.row.unwrap_or(0);
            self.plan.errors.push(RowError { table: at.table, row, column, problem });
        }
    }

    pub(super) fn changed(&mut self, at: &Seen<'_>, columns: Vec<&'static str>, action: Action<'a>) {
        if columns.is_empty() {
            self.plan.unchanged += 1;
        } else {
            self.differs(at, DifferenceKind::Changed, columns, action);
        }
    }

    pub(super) fn differs(
        &mut self,
        at: &Seen<'_>,
        kind: DifferenceKind,
        columns: Vec<&'static str>,
        action: Action<'a>,
    ) {
        match kind {
            DifferenceKind::Added => self.plan.added += 1,
            DifferenceKind::Changed => self.plan.changed += 1,
            DifferenceKind::Removed => self.plan.removed += 1,
        }
        if self.plan.differences.len() < IMPORT_DIFFERENCES_MAX {
            let difference = Difference { table: at.table, row: at.row, kind, key: at.key.to_owned(), columns };
            self.plan.differences.push(difference);
        }
        self.actions.push(action);
    }
}

fn new_employment(row: &EmploymentRow) -> NewEmployment {
    NewEmployment {
        external_id: Some(row.external_id.clone()),
        unit: row.unit.clone(),
        title: row.title.clone(),
        window: row.window,
    }
}

fn new_right(row: &RightRow) -> NewRight {
    NewRight {
        profession: row.profession.clone(),
        window: row.window,
        source: row.source.clone(),
        checked: row.checked,
    }
}

pub(super) fn differing(columns: &[(&'static str, bool)]) -> Vec<&'static str> {
    columns.iter().filter(|(_, differs)| *differs).map(|(column, _)| *column).collect()
}
