//! From groups to doors, as of a generation. Each group is read once, when the first card needs it: one card needs
//! a few of them, a whole site all.

use std::collections::HashMap;
use std::rc::Rc;

use access::entry::ScheduleId;
use rusqlite::Connection;

use super::facts::{Holding, Person};
use super::span::Span;
use crate::site::rules::{Effect, match_of, schedule_id};
use crate::site::{CardKind, GroupMatch, SiteError, row};

/// A rule of a group, and the doors where it holds.
pub(in crate::site) struct Rule {
    pub(in crate::site) number: i64,
    pub(in crate::site) effect: Effect,
    pub(in crate::site) schedule: ScheduleId,
    pub(in crate::site) span: Span,
    pub(in crate::site) area: i64,
    pub(in crate::site) doors: Rc<[i64]>,
}

pub(in crate::site) struct Graph {
    as_of: i64,
    /// Only the rules at this door.
    door: Option<i64>,
    /// Members by rule, by what must be looked up.
    by_unit: HashMap<String, Vec<Rc<Match>>>,
    by_title: HashMap<String, Vec<Rc<Match>>>,
    by_kind: Vec<Rc<Match>>,
    groups: HashMap<i64, Rc<[Rule]>>,
    areas: HashMap<i64, Rc<[i64]>>,
}

struct Match {
    group: i64,
    rule: GroupMatch,
}

/// Somebody is in a group for a time.
pub(in crate::site) struct In<'a> {
    pub(in crate::site) group: i64,
    pub(in crate::site) span: Span,
    /// `None`: by name.
    pub(in crate::site) matched: Option<&'a GroupMatch>,
}

impl Graph {
    pub(in crate::site) fn new(db: &Connection, as_of: i64, door: Option<i64>) -> Result<Self, SiteError> {
        let mut graph = Self {
            as_of,
            door,
            by_unit: HashMap::new(),
            by_title: HashMap::new(),
            by_kind: Vec::new(),
            groups: HashMap::new(),
            areas: HashMap::new(),
        };
        let mut statement = row::prepare(
            db,
            "SELECT grp, unit, title, kind FROM group_match WHERE since <= $1 AND (until IS NULL OR until > $1)",
        )?;
        let all = row::all(statement.query([as_of])?, |r| Ok(Match { group: r.get(0)?, rule: match_of(r, 1)? }))?;
        for one in all.into_iter().map(Rc::new) {
            match (&one.rule.unit, &one.rule.title) {
                (Some(unit), _) => graph.by_unit.entry(unit.clone()).or_default().push(one),
                (None, Some(title)) => graph.by_title.entry(title.clone()).or_default().push(one),
                (None, None) => graph.by_kind.push(one),
            }
        }
        Ok(graph)
    }

    pub(in crate::site) fn as_of(&self) -> i64 {
        self.as_of
    }

    /// Hands over every way in which the holder is in a group during this holding. The same group may come more than
    /// once.
    pub(in crate::site) fn memberships(&self, holding: &Holding, person: &Person, take: &mut dyn FnMut(In<'_>)) {
        for (group, span) in &person.members {
            take(In { group: *group, span: *span, matched: None });
        }
        for employment in &person.employments {
            let by_unit = self.by_unit.get(&employment.unit).into_iter().flatten();
            let by_title = self.by_title.get(&employment.title).into_iter().flatten();
            for one in by_unit.chain(by_title) {
                let titled = one.rule.title.as_ref().is_none_or(|title| *title == employment.title);
                if titled && fits(&one.rule, holding.kind) {
                    take(In { group: one.group, span: employment.span, matched: Some(&one.rule) });
                }
            }
        }
        for one in self.by_kind.iter().filter(|one| fits(&one.rule, holding.kind)) {
            take(In { group: one.group, span: Span::ALWAYS, matched: Some(&one.rule) });
        }
    }

    /// The rules of a group that hold at any door.
    pub(in crate::site) fn rules(&mut self, db: &Connection, group: i64) -> Result<Rc<[Rule]>, SiteError> {
        if let Some(rules) = self.groups.get(&group) {
            return Ok(Rc::clone(rules));
        }
        let mut statement = row::prepare(
            db,
            "SELECT rule, area, schedule, effect, from_s, until_s FROM rule_state
             WHERE grp = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
        )?;
        let mut rules = row::all(statement.query((group, self.as_of))?, |r| {
            let effect = r.get_ref(3)?.as_str().ok().and_then(Effect::from_code);
            let area = r.get(1)?;
            Ok(Rule {
                number: r.get(0)?,
                effect: effect.ok_or(SiteError::corrupt("rule"))?,
                schedule: schedule_id(r.get(2)?)?,
                span: Span::of(row::window(r, 4)?),
                area,
                doors: self.doors(db, area)?,
            })
        })?;
        rules.retain(|rule| !rule.doors.is_empty());
        let rules: Rc<[Rule]> = rules.into();
        self.groups.insert(group, Rc::clone(&rules));
        Ok(rules)
    }

    fn doors(&mut self, db: &Connection, area: i64) -> Result<Rc<[i64]>, SiteError> {
        if let Some(doors) = self.areas.get(&area) {
            return Ok(Rc::clone(doors));
        }
        let mut statement = row::prepare(
            db,
            "SELECT door FROM area_door
             WHERE area = $1 AND since <= $2 AND (until IS NULL OR until > $2) AND ($3 IS NULL OR door = $3)",
        )?;
        let doors: Rc<[i64]> = row::all(statement.query((area, self.as_of, self.door))?, |r| Ok(r.get(0)?))?.into();
        self.areas.insert(area, Rc::clone(&doors));
        Ok(doors)
    }
}

fn fits(rule: &GroupMatch, kind: CardKind) -> bool {
    rule.kind.is_none_or(|wanted| wanted == kind)
}
