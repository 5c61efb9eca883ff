//! What is said about groups, areas, schedules and rules.

use std::fmt;

use access::calendar::{HolidaySet, Holidays, Schedule};
use access::entry::ScheduleId;
use access::id::DoorId;
use access::time::Window;
use rusqlite::Row;

use crate::site::{CardKind, Names, PassbackRule, PersonId, SiteError};

macro_rules! number {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);
    };
}

number!(GroupId, "The number of a group of people.");
number!(AreaId, "The number of an area of doors.");
number!(RuleId, "The number of a rule.");

/// Members by rule and not by name: all that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct GroupMatch {
    /// An employment in this unit, as long as it lasts.
    pub unit: Option<String>,
    /// An employment with this title; with this unit, if that is given too.
    pub title: Option<String>,
    /// Held by a card of this kind. A backup card is of the kind that it stands in for.
    pub kind: Option<CardKind>,
}

impl GroupMatch {
    /// For an order: by the texts.
    pub(super) fn sort_key(&self) -> (Option<String>, Option<String>, Option<&'static str>) {
        (self.unit.clone(), self.title.clone(), self.kind.map(CardKind::code))
    }
}

/// A group of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupView {
    /// Its number.
    pub id: GroupId,
    /// What people call it.
    pub name: String,
    /// Members by name, whether or not their time is now.
    pub members: u64,
    /// Members by rule.
    pub matches: Vec<GroupMatch>,
    /// Rules that name it.
    pub rules: u64,
}

/// A member by name.
#[derive(Clone, PartialEq, Eq)]
pub struct MemberView {
    /// Who.
    pub person: PersonId,
    /// As on the badge.
    pub name: String,
    /// From when until when.
    pub window: Window,
}

/// Names stay out of logs.
impl fmt::Debug for MemberView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemberView").field("person", &self.person).field("window", &self.window).finish_non_exhaustive()
    }
}

/// How somebody is in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// By name.
    Named,
    /// Because an employment or the card matches.
    Matched(GroupMatch),
}

/// A set of doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaView {
    /// Its number.
    pub id: AreaId,
    /// What whoever reads calls it.
    pub name: String,
    /// All that it is called.
    pub names: Names,
    /// Its doors with what people call them, by name on the wire.
    pub doors: Vec<(DoorId, String)>,
    /// Rules that name it.
    pub rules: u64,
    /// Its rule against passing back.
    pub passback: Option<PassbackRule>,
}

/// A weekly schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleView {
    /// Its number, as on the wire.
    pub id: ScheduleId,
    /// What people call it.
    pub name: String,
    /// When it holds.
    pub body: Schedule,
    /// Rules that name it.
    pub rules: u64,
}

/// The site's zone and holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteCalendar {
    /// One of `access::calendar::Zone::NAMES`.
    pub zone: String,
    /// Computed and changed holidays.
    pub holidays: Holidays,
}

/// As long as nobody has said otherwise.
impl Default for SiteCalendar {
    fn default() -> Self {
        let holidays = Holidays { set: HolidaySet::Finland, changed: Vec::new() };
        Self { zone: "Europe/Helsinki".to_owned(), holidays }
    }
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Lets pass.
    Allow,
    /// Keeps out, whatever lets pass.
    Deny,
    /// A lockdown does not keep out whom something else lets pass. It lets nobody pass by itself.
    Exempt,
}

impl Effect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Deny, Self::Exempt];

    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Exempt => "exempt",
        }
    }

    /// The effect with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.code() == code)
    }
}

/// A rule to be added, or what one is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRule {
    /// Whom it concerns.
    pub group: GroupId,
    /// Where.
    pub area: AreaId,
    /// During which hours; [`ScheduleId::ALWAYS`] for all.
    pub schedule: ScheduleId,
    /// What it does.
    pub effect: Effect,
    /// From when until when.
    pub window: Window,
    /// Why it is there; may be empty.
    pub note: String,
}

/// A rule, with the names of what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleView {
    /// Its number.
    pub id: RuleId,
    /// What it says.
    pub rule: NewRule,
    /// Name of the group.
    pub group_name: String,
    /// Name of the area.
    pub area_name: String,
    /// Name of the schedule; `None` for all hours.
    pub schedule_name: Option<String>,
}

/// Which rules to show: all that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleFilter {
    /// Naming this group.
    pub group: Option<GroupId>,
    /// Naming this area.
    pub area: Option<AreaId>,
    /// Naming this schedule.
    pub schedule: Option<ScheduleId>,
    /// Concerning this door.
    pub door: Option<DoorId>,
}

/// Three neighbouring columns: unit, title, kind.
pub(in crate::site) fn match_of(row: &Row<'_>, column: usize) -> Result<GroupMatch, SiteError> {
    let kind: Option<String> = row.get(column + 2)?;
    let kind = kind.map(|code| CardKind::from_code(&code).ok_or(SiteError::corrupt("kind of card"))).transpose()?;
    Ok(GroupMatch { unit: row.get(column)?, title: row.get(column + 1)?, kind })
}
