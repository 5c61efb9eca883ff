//! Any edit as one value: what the pages save, and what the preview tries out.

use access::calendar::Schedule;
use access::entry::ScheduleId;
use access::id::DoorId;
use access::time::Window;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::{AreaId, GroupId, GroupMatch, NewRule, RuleId, SiteCalendar, areas, groups, schedules, table, zone};
use crate::site::open::Wakes;
use crate::site::{Actor, PersonId, Site, SiteError, change};

/// One edit, which is one change. What is so already is no change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleEdit {
    /// A group of nobody yet.
    AddGroup {
        /// Unique among groups.
        name: String,
    },
    /// Another name for a group.
    RenameGroup {
        /// Which.
        group: GroupId,
        /// Unique among groups.
        name: String,
    },
    /// Away with a group that no rule names, and with its members.
    RemoveGroup(GroupId),
    /// A person becomes a member by name, or a member for another time.
    SetMember {
        /// Of which group.
        group: GroupId,
        /// Who.
        person: PersonId,
        /// From when until when.
        window: Window,
    },
    /// A person is no member by name any more.
    RemoveMember {
        /// Of which group.
        group: GroupId,
        /// Who.
        person: PersonId,
    },
    /// Members by rule, all of them anew.
    SetMatches {
        /// Of which group.
        group: GroupId,
        /// At most 64 of them.
        matches: Vec<GroupMatch>,
    },
    /// A set of doors.
    AddArea {
        /// Unique among areas.
        name: String,
        /// Its doors.
        doors: Vec<DoorId>,
    },
    /// Another name for an area.
    RenameArea {
        /// Which.
        area: AreaId,
        /// Unique among areas.
        name: String,
    },
    /// The doors of an area, all of them anew.
    SetAreaDoors {
        /// Which.
        area: AreaId,
        /// Its doors.
        doors: Vec<DoorId>,
    },
    /// Away with an area that no rule names.
    RemoveArea(AreaId),
    /// A weekly schedule.
    AddSchedule {
        /// Unique among schedules.
        name: String,
        /// When it holds.
        body: Schedule,
    },
    /// Another name, or other hours.
    ChangeSchedule {
        /// Which.
        schedule: ScheduleId,
        /// Unique among schedules.
        name: String,
        /// When it holds.
        body: Schedule,
    },
    /// Away with a schedule that no rule names.
    RemoveSchedule(ScheduleId),
    /// The site's zone and holidays.
    SetCalendar(SiteCalendar),
    /// A rule.
    AddRule(NewRule),
    /// What a rule becomes.
    ChangeRule {
        /// Which.
        rule: RuleId,
        /// And what.
        to: NewRule,
    },
    /// Away with a rule.
    RemoveRule(RuleId),
}

impl Site {
    /// Makes an edit and returns the number of the thing that was edited; 0 for the calendar.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for what is edited; [`SiteError::Conflict`] for a name that is taken;
    /// [`SiteError::Invalid`] with field and code: `empty`, `too-long`, `too-many`, `reversed-window`,
    /// `unknown-person`, `unknown-door`, `is-encoder`, `unknown-group`, `unknown-area`, `unknown-schedule`,
    /// `unknown-zone`, `duplicate`, `not-a-schedule`, `not-holidays`, `too-many-at-door`, or `used-by-rule`,
    /// `used-by-door` or `locked-down` for what cannot be removed yet.
    pub fn edit_rules(&self, actor: &Actor<'_>, edit: &RuleEdit) -> Result<i64, SiteError> {
        self.write(Wakes::Changes, |db| apply(db, actor, edit))
    }

    /// The same, only if nothing has changed since `seen`: what was shown before it was confirmed is still so.
    ///
    /// # Errors
    /// As [`Site::edit_rules`]; [`SiteError::Invalid`] with field `seen` and code `changed-meanwhile`.
    pub fn edit_rules_as_seen(&self, actor: &Actor<'_>, edit: &RuleEdit, seen: Generation) -> Result<i64, SiteError> {
        self.write(Wakes::Changes, |db| {
            if change::newest(db)? != seen.0 {
                return Err(SiteError::invalid("seen", "changed-meanwhile"));
            }
            apply(db, actor, edit)
        })
    }

    /// Adds a group of nobody yet.
    ///
    /// # Errors
    /// As [`Site::edit_rules`].
    pub fn add_group(&self, actor: &Actor<'_>, name: &str) -> Result<GroupId, SiteError> {
        self.edit_rules(actor, &RuleEdit::AddGroup { name: name.to_owned() }).map(GroupId)
    }

    /// Adds an area.
    ///
    /// # Errors
    /// As [`Site::edit_rules`].
    pub fn add_area(&self, actor: &Actor<'_>, name: &str, doors: &[DoorId]) -> Result<AreaId, SiteError> {
        self.edit_rules(actor, &RuleEdit::AddArea { name: name.to_owned(), doors: doors.to_vec() }).map(AreaId)
    }

    /// Adds a schedule.
    ///
    /// # Errors
    /// As [`Site::edit_rules`].
    pub fn add_schedule(&self, actor: &Actor<'_>, name: &str, body: Schedule) -> Result<ScheduleId, SiteError> {
        let number = self.edit_rules(actor, &RuleEdit::AddSchedule { name: name.to_owned(), body })?;
        schedules::id(number)
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// As [`Site::edit_rules`].
    pub fn add_rule(&self, actor: &Actor<'_>, rule: NewRule) -> Result<RuleId, SiteError> {
        self.edit_rules(actor, &RuleEdit::AddRule(rule)).map(RuleId)
    }
}

/// Makes an edit inside a transaction.
pub(super) fn apply(db: &Connection, actor: &Actor<'_>, edit: &RuleEdit) -> Result<i64, SiteError> {
    match edit {
        RuleEdit::AddGroup { name } => groups::add(db, actor, name),
        RuleEdit::RenameGroup { group, name } => groups::rename(db, actor, *group, name),
        RuleEdit::RemoveGroup(group) => groups::remove(db, actor, *group),
        RuleEdit::SetMember { group, person, window } => groups::set_member(db, actor, *group, *person, *window),
        RuleEdit::RemoveMember { group, person } => groups::remove_member(db, actor, *group, *person),
        RuleEdit::SetMatches { group, matches } => groups::set_matches(db, actor, *group, matches),
        RuleEdit::AddArea { name, doors } => areas::add(db, actor, name, doors),
        RuleEdit::RenameArea { area, name } => areas::rename(db, actor, *area, name),
        RuleEdit::SetAreaDoors { area, doors } => areas::set_doors(db, actor, *area, doors),
        RuleEdit::RemoveArea(area) => areas::remove(db, actor, *area),
        RuleEdit::AddSchedule { name, body } => schedules::add(db, actor, name, body),
        RuleEdit::ChangeSchedule { schedule, name, body } => schedules::change(db, actor, *schedule, name, body),
        RuleEdit::RemoveSchedule(schedule) => schedules::remove(db, actor, *schedule),
        RuleEdit::SetCalendar(calendar) => zone::set(db, actor, calendar),
        RuleEdit::AddRule(rule) => table::add(db, actor, rule),
        RuleEdit::ChangeRule { rule, to } => table::change(db, actor, *rule, to),
        RuleEdit::RemoveRule(rule) => table::remove(db, actor, *rule),
    }
}
