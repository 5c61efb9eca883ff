//! Everything that a decision about one card at one door came from, as of any generation. The caller runs
//! `access::decide` on the entry and the calendar, as the door did.

use access::calendar::{Calendar, Schedule};
use access::entry::{Condition, Entry, ScheduleId};
use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::{AreaId, Effect, GroupId, Membership, RuleId, schedule_body};
use crate::site::whitelist::{self, Bearer, Card, Graph, Holder, Rule, Span};
use crate::site::{CardKind, PersonId, Site, SiteError, row};

/// Why a door has no entry for a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    /// The site did not have it then.
    UnknownCard,
    /// At the end of its life.
    Retired,
    /// It belongs to nobody, and is not listed by itself.
    NobodyHolds,
    /// Nothing lets its holder in at this door, at any time.
    NoRule,
    /// Something does, but never at a time at which card, certificate, holding and conditions hold together. This is
    /// what the door would have been told.
    NeverPossible(Box<Entry>),
}

/// A holder, with what the conditions came from. In the order of the entry's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedTerm {
    /// Who holds it.
    pub person: PersonId,
    /// From when until when.
    pub holding: Window,
    /// The kind whose conditions bind: that which a backup card stands in for.
    pub kind: CardKind,
    /// As in the entry.
    pub right_to_practise: Condition,
    /// As in the entry.
    pub employment: Condition,
}

/// A certificate of the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedCertificate {
    /// Its serial number, big-endian.
    pub serial: Vec<u8>,
    /// Who issued it.
    pub issuer: String,
    /// From when until when.
    pub window: Window,
    /// Stable code: good, revoked, held or unknown.
    pub state: String,
    /// The reason that the revocation list gave.
    pub reason: Option<String>,
    /// The list's number, in decimal digits.
    pub list_number: Option<String>,
}

/// A rule of this door that concerns a holder of this card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// Which holder: a place in [`Explained::terms`].
    pub term: usize,
    /// The rule.
    pub rule: RuleId,
    /// What it does.
    pub effect: Effect,
    /// The group that the holder is in.
    pub group: GroupId,
    /// As it was called then.
    pub group_name: String,
    /// How the holder is in it.
    pub membership: Membership,
    /// And for how long.
    pub member: Window,
    /// The area that the door is in.
    pub area: AreaId,
    /// As it was called then.
    pub area_name: String,
    /// During which hours.
    pub schedule: ScheduleId,
    /// As it was called then, and what it was; `None` for all hours.
    pub hours: Option<(String, Schedule)>,
    /// From when until when the rule holds.
    pub window: Window,
    /// Why it is there; may be empty.
    pub note: String,
}

/// Why a card is listed at a door as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What the door was told, without keys.
    pub entry: Option<Entry>,
    /// Why it was told nothing.
    pub absent: Option<Absent>,
    /// The schedules that the door was told.
    pub calendar: Calendar,
    /// Where the card was in its life, and the cause, as stable codes; `None` for an unknown card.
    pub life: Option<(String, String)>,
    /// Its holders.
    pub terms: Vec<ExplainedTerm>,
    /// Its certificates.
    pub certificates: Vec<ExplainedCertificate>,
    /// The rules, by number.
    pub rules: Vec<Concern>,
    /// The personal exception "this card at this door".
    pub listing: Option<Window>,
}

impl Site {
    /// What decides about a card at a door, as of a generation.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn explain(&self, door: &DoorId, uid: &Uid, as_of: Generation) -> Result<Explained, SiteError> {
        self.read(|db| {
            let (door, as_of) = (row::need_door(db, door)?, row::generation(as_of));
            let mut explained = Explained {
                entry: None,
                absent: Some(Absent::UnknownCard),
                calendar: whitelist::calendar(db, door, as_of)?,
                life: None,
                terms: Vec::new(),
                certificates: Vec::new(),
                rules: Vec::new(),
                listing: None,
            };
            if let Some(card) = Card::of(db, uid, as_of)? {
                let bearer = Bearer::of(db, card, as_of)?;
                explained.tell(db, door, &bearer, as_of)?;
            }
            Ok(explained)
        })
    }
}

impl Explained {
    fn tell(&mut self, db: &Connection, door: i64, bearer: &Bearer, as_of: i64) -> Result<(), SiteError> {
        let card = &bearer.card;
        let mut graph = Graph::new(db, as_of, Some(door))?;
        let mut made = None;
        bearer.entries(db, &mut graph, &|wanted| wanted == door, &mut |entry| {
            made = Some(entry);
            Ok(())
        })?;
        self.life = Some((card.life.clone(), card.cause.clone()));
        self.listing = card.listings.iter().find(|(at, _)| *at == door).map(|(_, span)| span.window());
        self.certificates = certificates(db, &card.uid, as_of)?;
        self.terms = bearer.holders.iter().filter_map(term).collect();
        self.rules = concerns(db, &mut graph, bearer)?;
        (self.entry, self.absent) = match made {
            _ if card.is_retired() => (None, Some(Absent::Retired)),
            Some(made) if made.is_possible => (Some(made.entry), None),
            Some(made) => (None, Some(Absent::NeverPossible(Box::new(made.entry)))),
            None if self.terms.is_empty() => (None, Some(Absent::NobodyHolds)),
            None => (None, Some(Absent::NoRule)),
        };
        Ok(())
    }
}

fn term(holder: &Holder) -> Option<ExplainedTerm> {
    let holding = holder.holding?;
    Some(ExplainedTerm {
        person: PersonId(holding.person),
        holding: holding.span.window(),
        kind: holding.kind,
        right_to_practise: holder.blank.right_to_practise.clone(),
        employment: holder.blank.employment.clone(),
    })
}

fn certificates(db: &Connection, uid: &Uid, as_of: i64) -> Result<Vec<ExplainedCertificate>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT serial, issuer_text, from_s, until_s, state, reason, list_number FROM card_certificate
         WHERE uid = $1 AND since <= $2 AND (until IS NULL OR until > $2) ORDER BY id",
    )?;
    row::all(statement.query((uid.as_bytes(), as_of))?, |r| {
        Ok(ExplainedCertificate {
            serial: r.get(0)?,
            issuer: r.get(1)?,
            window: row::window(r, 2)?,
            state: r.get(4)?,
            reason: r.get(5)?,
            list_number: r.get(6)?,
        })
    })
}

fn concerns(db: &Connection, graph: &mut Graph, bearer: &Bearer) -> Result<Vec<Concern>, SiteError> {
    let mut concerns = Vec::new();
    let holders = bearer.holders.iter().filter(|holder| holder.holding.is_some());
    for (term, holder) in holders.enumerate() {
        let (Some(holding), Some(person)) = (&holder.holding, &holder.person) else { continue };
        let mut members = Vec::new();
        graph.memberships(holding, person, &mut |member| {
            let by = member.matched.cloned().map_or(Membership::Named, Membership::Matched);
            members.push((member.group, member.span, by));
        });
        for (group, member, membership) in members {
            for rule in graph.rules(db, group)?.iter().filter(|rule| rule.span.meet(member).is_possible()) {
                let membership = membership.clone();
                concerns.push(concern(db, graph.as_of(), rule, Part { term, group, member, membership })?);
            }
        }
    }
    concerns.sort_by_key(|concern| (concern.term, concern.rule));
    Ok(concerns)
}

/// How one holder comes to a rule.
struct Part {
    term: usize,
    group: i64,
    member: Span,
    membership: Membership,
}

fn concern(db: &Connection, as_of: i64, rule: &Rule, part: Part) -> Result<Concern, SiteError> {
    let hours = match rule.schedule {
        ScheduleId::ALWAYS => None,
        ScheduleId(number) => {
            let mut statement = row::prepare(
                db,
                "SELECT name, body FROM schedule_state
                 WHERE schedule = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
            )?;
            row::first(statement.query((number, as_of))?, |r| Ok((r.get(0)?, schedule_body(r, 1)?)))?
        }
    };
    Ok(Concern {
        term: part.term,
        rule: RuleId(rule.number),
        effect: rule.effect,
        group: GroupId(part.group),
        group_name: text(db, "SELECT name", "group_state", "grp", (part.group, as_of))?,
        membership: part.membership,
        member: part.member.window(),
        area: AreaId(rule.area),
        area_name: area_then(db, rule.area, as_of)?,
        schedule: rule.schedule,
        hours,
        window: rule.span.window(),
        note: text(db, "SELECT note", "rule_state", "rule", (rule.number, as_of))?,
    })
}

/// What whoever reads calls an area, by its names of then.
fn area_then(db: &Connection, area: i64, as_of: i64) -> Result<String, SiteError> {
    let sql = "SELECT COALESCE(
            (SELECT own.name FROM area_name own WHERE own.area = $1 AND own.since <= $2
                AND (own.until IS NULL OR own.until > $2) AND own.language = speaks()), a.name)
        FROM area_state a WHERE a.area = $1 AND a.since <= $2 AND (a.until IS NULL OR a.until > $2)";
    Ok(row::prepare(db, sql)?.query_row((area, as_of), |row| row.get(0))?)
}

/// A text of the version of a thing that held then.
fn text(
    db: &Connection,
    select: &'static str,
    table: &'static str,
    column: &'static str,
    (number, as_of): (i64, i64),
) -> Result<String, SiteError> {
    let sql = format!("{select} FROM {table} WHERE {column} = $1 AND since <= $2 AND (until IS NULL OR until > $2)");
    Ok(row::prepare(db, &sql)?.query_row((number, as_of), |row| row.get(0))?)
}
