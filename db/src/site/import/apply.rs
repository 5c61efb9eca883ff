//! Rows, written: all of them in one change, or none.

use std::collections::HashMap;

use access::time::{UtcMs, Window};
use access::whitelist::Generation;
use rusqlite::Connection;

use super::plan::{self, Action, Who};
use super::rows::{ImportOptions, ImportPlan, ImportRows, Imported};
use crate::site::cards::state;
use crate::site::conditions::{employments, rights};
use crate::site::open::Wakes;
use crate::site::{Actor, PersonId, Site, SiteError, cards, change, holdings, people};

impl Site {
    /// What an import would do, with its errors by row. Nothing is written.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] (`rows`, `too-many`) beyond [`super::IMPORT_ROWS_MAX`].
    pub fn plan_import(
        &self,
        rows: &ImportRows,
        options: ImportOptions<'_>,
        now: UtcMs,
    ) -> Result<ImportPlan, SiteError> {
        self.read(|db| Ok(plan::plan(db, rows, options, now)?.plan))
    }

    /// Imports rows by their external ids, in one change: all of them, or none if any has an error. Then the plan
    /// says which, and there is no generation.
    ///
    /// # Errors
    /// As [`Site::plan_import`]; [`SiteError::Refused`] (`needs-confirmation`) if more would end than an import ends
    /// without being told so.
    pub fn apply_import(
        &self,
        actor: &Actor<'_>,
        rows: &ImportRows,
        options: ImportOptions<'_>,
    ) -> Result<Imported, SiteError> {
        self.write(Wakes::Changes, |db| {
            let planned = plan::plan(db, rows, options, actor.at)?;
            let (plan, actions) = (planned.plan, planned.actions);
            if plan.error_count > 0 {
                return Ok(Imported { plan, generation: None });
            }
            if plan.needs_confirmation && !options.confirm_removals {
                return Err(SiteError::refused("import", "needs-confirmation"));
            }
            let detail = format!("{} added, {} changed, {} ended", plan.added, plan.changed, plan.removed);
            let begin = || change::begin(db, actor, "import-rows", &detail);
            let change = (plan.added + plan.changed + plan.removed > 0).then(begin).transpose()?;
            let mut writer = Writer { db, actor, change: change.unwrap_or(0), people: HashMap::new() };
            for action in &actions {
                writer.write(action)?;
            }
            Ok(Imported { plan, generation: change.map(|change| Generation(change.cast_unsigned())) })
        })
    }
}

struct Writer<'a> {
    db: &'a Connection,
    actor: &'a Actor<'a>,
    change: i64,
    /// People that this import added.
    people: HashMap<&'a str, PersonId>,
}

impl<'a> Writer<'a> {
    fn write(&mut self, action: &Action<'a>) -> Result<(), SiteError> {
        let (db, change) = (self.db, self.change);
        match action {
            Action::AddPerson(person) => {
                let id = people::insert(db, change, &person.name, Some(&person.external_id))?;
                self.people.insert(&person.external_id, id);
                Ok(())
            }
            Action::RenamePerson(id, person) => people::rename(db, *id, &person.name, &person.external_id),
            Action::AddEmployment(who, new) => employments::insert(db, change, self.id(*who)?, new).map(|_| ()),
            Action::ChangeEmployment(known, to) => employments::set(db, change, known, to),
            Action::AddRight(who, new) => rights::insert(db, change, self.id(*who)?, new).map(|_| ()),
            Action::ChangeRight(known, to) => rights::set(db, change, known, to),
            Action::NoteRight(id, at) => rights::note(db, *id, *at),
            Action::AddCard(new) => cards::insert(db, change, new, self.actor.at.second()),
            Action::CardWindow(uid, card) => {
                let known = state::get(db, uid)?;
                if known.window == card.window { Ok(()) } else { state::set(db, change, uid, card) }
            }
            Action::GiveCard(uid, who) => {
                let card = state::get(db, uid)?;
                let given = (self.id(*who)?, Window::ALWAYS);
                match holdings::plan(db, self.actor, uid, card.kind, given)? {
                    Some(holding) => cards::given(db, change, uid, &card, &holding),
                    None => Ok(()),
                }
            }
        }
    }

    fn id(&self, who: Who<'_>) -> Result<PersonId, SiteError> {
        match who {
            Who::Known(id) => Ok(id),
            Who::New(external_id) => {
                self.people.get(external_id).copied().ok_or(SiteError::invalid("person", "unknown-person"))
            }
        }
    }
}
