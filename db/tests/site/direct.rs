//! The words of who may pass, evaluated plainly: rows are read whole and one question is answered after the other.
//! It shares with the compiler nothing but the tables and the calendar.

use access::calendar::{Holidays, Schedule, Zone};
use access::entry::{Block, Blocks, CONDITION_WINDOWS_MAX, GRANTS_MAX, TERMS_MAX};
use access::reason::{Reason, Reasons};
use access::time::{Position, UtcS, Window};
use access::uid::Uid;
use rusqlite::{Connection, Row};

/// All that decides, as of a generation.
pub(crate) struct Direct {
    cards: Vec<CardRow>,
    certificates: Vec<(Uid, String, Window)>,
    holdings: Vec<HoldingRow>,
    /// Since and until of every version of a holding, also of those that do not hold now.
    versions: Vec<(Uid, i64)>,
    changes: Vec<(i64, i64)>,
    employments: Vec<(i64, String, String, Window)>,
    rights: Vec<(i64, Window)>,
    members: Vec<(i64, i64, Window)>,
    matches: Vec<MatchRow>,
    rules: Vec<RuleRow>,
    area_doors: Vec<(i64, String)>,
    listings: Vec<(String, Uid, Window)>,
    schedules: Vec<(i64, Schedule)>,
    lockdowns: Vec<LockdownRow>,
    zone: Zone,
    holidays: Holidays,
}

struct CardRow {
    uid: Uid,
    kind: String,
    life: String,
    cause: String,
    blocks: Blocks,
    window: Window,
}

#[derive(Clone)]
struct HoldingRow {
    uid: Uid,
    person: i64,
    as_kind: Option<String>,
    window: Window,
}

/// Door, area and end; of the site without the first two.
type LockdownRow = (Option<String>, Option<i64>, Option<i64>);

/// Group, and the unit, title and kind that must be.
type MatchRow = (i64, Option<String>, Option<String>, Option<String>);

struct RuleRow {
    group: i64,
    area: i64,
    schedule: i64,
    effect: String,
    window: Window,
}

/// What is so, in plain words.
pub(crate) struct Answer {
    pub(crate) reasons: Reasons,
    /// More of something than an entry holds: what is left out admits nobody.
    pub(crate) is_cut: bool,
}

fn window(row: &Row<'_>, at: usize) -> Window {
    let bound = |at| row.get::<_, Option<i64>>(at).unwrap().map(UtcS);
    Window { from: bound(at), until: bound(at + 1) }
}

fn card(row: &Row<'_>, at: usize) -> Uid {
    Uid::new(&row.get::<_, Vec<u8>>(at).unwrap()).unwrap()
}

fn rows<T>(db: &Connection, columns: &str, table: &str, as_of: i64, read: impl Fn(&Row<'_>) -> T) -> Vec<T> {
    let live = "x.since <= ?1 AND (x.until IS NULL OR x.until > ?1)";
    let mut statement = db.prepare(&format!("SELECT {columns} FROM {table} WHERE {live}")).unwrap();
    statement.query_map([as_of], |row| Ok(read(row))).unwrap().map(Result::unwrap).collect()
}

fn cards(db: &Connection, as_of: i64) -> Vec<CardRow> {
    let columns = "x.uid, c.kind, x.life, x.cause, x.blocks, x.from_s, x.until_s";
    rows(db, columns, "card_state x JOIN card c ON c.uid = x.uid", as_of, |r| CardRow {
        uid: card(r, 0),
        kind: r.get(1).unwrap(),
        life: r.get(2).unwrap(),
        cause: r.get(3).unwrap(),
        blocks: Blocks::from_bits(r.get(4).unwrap()),
        window: window(r, 5),
    })
}

fn both(a: Window, b: Window) -> Window {
    let from = a.from.max(b.from);
    let until = [a.until, b.until].into_iter().flatten().min();
    Window { from, until }
}

impl Direct {
    pub(crate) fn read(db: &Connection, as_of: i64) -> Self {
        let body = |row: &Row<'_>, at| postcard::from_bytes(&row.get::<_, Vec<u8>>(at).unwrap()).unwrap();
        let calendar = rows(db, "zone, holidays", "calendar_state x", as_of, |r| {
            let holidays: Holidays = postcard::from_bytes(&r.get::<_, Vec<u8>>(1).unwrap()).unwrap();
            (Zone::from_name(&r.get::<_, String>(0).unwrap()).unwrap(), holidays)
        });
        let default = || {
            let set = access::calendar::HolidaySet::Finland;
            (Zone::HELSINKI, Holidays { set, changed: Vec::new() })
        };
        let (zone, holidays) = calendar.into_iter().next().unwrap_or_else(default);
        let mut all = db.prepare("SELECT uid, since, until FROM holding WHERE since <= ?1").unwrap();
        let versions = all.query_map([as_of], |r| {
            let until = r.get::<_, Option<i64>>(2)?.filter(|until| *until <= as_of);
            Ok((card(r, 0), until.unwrap_or(r.get(1)?)))
        });
        let mut changes = db.prepare("SELECT number, at_ms FROM change").unwrap();
        let changes = changes.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect();
        Self {
            cards: cards(db, as_of),
            certificates: rows(db, "uid, state, from_s, until_s", "card_certificate x", as_of, |r| {
                (card(r, 0), r.get(1).unwrap(), window(r, 2))
            }),
            holdings: rows(db, "uid, person, as_kind, from_s, until_s", "holding x", as_of, |r| HoldingRow {
                uid: card(r, 0),
                person: r.get(1).unwrap(),
                as_kind: r.get(2).unwrap(),
                window: window(r, 3),
            }),
            versions: versions.unwrap().map(Result::unwrap).collect(),
            changes,
            employments: rows(db, "person, unit, title, from_s, until_s", "employment x", as_of, |r| {
                (r.get(0).unwrap(), r.get(1).unwrap(), r.get(2).unwrap(), window(r, 3))
            }),
            rights: rows(db, "person, from_s, until_s", "right_to_practise x", as_of, |r| {
                (r.get(0).unwrap(), window(r, 1))
            }),
            members: rows(db, "grp, person, from_s, until_s", "group_member x", as_of, |r| {
                (r.get(0).unwrap(), r.get(1).unwrap(), window(r, 2))
            }),
            matches: rows(db, "grp, unit, title, kind", "group_match x", as_of, |r| {
                (r.get(0).unwrap(), r.get(1).unwrap(), r.get(2).unwrap(), r.get(3).unwrap())
            }),
            rules: rows(db, "grp, area, schedule, effect, from_s, until_s", "rule_state x", as_of, |r| RuleRow {
                group: r.get(0).unwrap(),
                area: r.get(1).unwrap(),
                schedule: r.get(2).unwrap(),
                effect: r.get(3).unwrap(),
                window: window(r, 4),
            }),
            area_doors: rows(db, "x.area, d.id", "area_door x JOIN door d ON d.number = x.door", as_of, |r| {
                (r.get(0).unwrap(), r.get(1).unwrap())
            }),
            listings: rows(
                db,
                "d.id, x.uid, x.from_s, x.until_s",
                "listing x JOIN door d ON d.number = x.door",
                as_of,
                |r| (r.get(0).unwrap(), card(r, 1), window(r, 2)),
            ),
            schedules: rows(db, "schedule, body", "schedule_state x", as_of, |r| (r.get(0).unwrap(), body(r, 1))),
            lockdowns: rows(
                db,
                "d.id, x.area, x.until_s",
                "lockdown x LEFT JOIN door d ON d.number = x.door",
                as_of,
                |r| (r.get(0).unwrap(), r.get(1).unwrap(), r.get(2).unwrap()),
            ),
            zone,
            holidays,
        }
    }

    /// May this card pass this door at this second, and all that speaks against it.
    pub(crate) fn ask(&self, uid: Uid, door: &str, at: UtcS) -> Answer {
        let mut reasons = Reasons::NONE;
        let Some(card) = self.cards.iter().find(|card| card.uid == uid && card.life != "retired") else {
            return Answer { reasons: Reason::UnknownCard.into(), is_cut: false };
        };
        self.in_the_way(card, at, &mut reasons);
        let listed = self.listings.iter().filter(|(at, listed, _)| at == door && *listed == uid);
        let mut grants: Vec<(Window, i64)> = listed.map(|(_, _, window)| (*window, 0)).collect();
        let (mut is_cut, mut is_exempt) = (false, false);
        if self.versions.iter().any(|(held, _)| *held == uid) {
            let holdings = self.holdings(uid);
            is_cut = holdings.len() > TERMS_MAX;
            let Some(holding) = holder(&holdings, at) else {
                reasons.insert(Reason::NoGrant);
                return Answer { reasons, is_cut };
            };
            position(holding.window, at, Reason::HoldingNotBegun, Reason::HoldingEnded, &mut reasons);
            let kind = holding.as_kind.as_deref().unwrap_or(&card.kind);
            self.conditions(holding.person, kind, at, &mut reasons);
            let concerning = self.concerning(holding.person, kind, door);
            let is_many = |windows: usize| windows > CONDITION_WINDOWS_MAX;
            is_cut |= concerning.len() > GRANTS_MAX || is_many(self.rights.len()) || is_many(self.employments.len());
            for (window, rule) in concerning {
                match rule.effect.as_str() {
                    "allow" => grants.push((window, rule.schedule)),
                    "deny" if self.holds(window, rule.schedule, at) => reasons.insert(Reason::RefusedByRule),
                    "exempt" => is_exempt |= self.holds(window, rule.schedule, at),
                    _ => {}
                }
            }
        }
        self.granted(&grants, at, &mut reasons);
        if !is_exempt && self.is_locked_down(door, at) {
            reasons.insert(Reason::LockedDown);
        }
        Answer { reasons, is_cut }
    }

    fn is_locked_down(&self, door: &str, at: UtcS) -> bool {
        let is_in = |area: i64| self.area_doors.iter().any(|(of, here)| *of == area && here == door);
        let reaches = |(of_door, area, until): &LockdownRow| {
            of_door.as_deref().is_none_or(|of_door| of_door == door)
                && area.is_none_or(is_in)
                && until.is_none_or(|until| at.0 < until)
        };
        self.lockdowns.iter().any(reaches)
    }

    fn in_the_way(&self, card: &CardRow, at: UtcS, reasons: &mut Reasons) {
        match card.life.as_str() {
            "active" => {}
            "ordered" | "delivered" => reasons.insert(Reason::CardNotDelivered),
            "suspended" if card.cause == "inactive" => reasons.insert(Reason::CardInactive),
            "suspended" => reasons.insert(Reason::CardSuspended),
            "blocked" => reasons.insert(Reason::CardBlocked),
            "returned" => reasons.insert(Reason::CardReturned),
            other => panic!("{other}"),
        }
        for block in Block::ALL.into_iter().filter(|block| card.blocks.contains(*block)) {
            reasons.insert(block.reason());
        }
        if card.blocks.has_unknown() {
            reasons.insert(Reason::BlockedOtherwise);
        }
        position(card.window, at, Reason::CardNotYetValid, Reason::CardExpired, reasons);
        let own = self.certificates.iter().filter(|(uid, _, _)| *uid == card.uid);
        let (mut early, mut late) = (false, false);
        for (_, state, window) in own {
            match state.as_str() {
                "revoked" => reasons.insert(Reason::CertificateRevoked),
                "held" => reasons.insert(Reason::CardSuspended),
                "unknown" => reasons.insert(Reason::RevocationUnknown),
                _ => {}
            }
            early |= window.position(at) == Position::Before;
            late |= window.position(at) == Position::After;
        }
        match (early, late) {
            (_, true) => reasons.insert(Reason::CertificateExpired),
            (true, false) => reasons.insert(Reason::CertificateNotYetValid),
            (false, false) => {}
        }
    }

    /// The holdings of a card that were not over when its holdings were last changed; else the last.
    fn holdings(&self, uid: Uid) -> Vec<HoldingRow> {
        let newest = self.versions.iter().filter(|(held, _)| *held == uid).map(|(_, change)| *change).max().unwrap();
        let changed = self.changes.iter().find(|(number, _)| *number == newest).unwrap().1.div_euclid(1000);
        let mut all: Vec<_> = self.holdings.iter().filter(|holding| holding.uid == uid).cloned().collect();
        all.sort_by_key(|holding| holding.window.from);
        let open: Vec<_> =
            all.iter().filter(|holding| holding.window.until.is_none_or(|until| until.0 > changed)).cloned().collect();
        if open.is_empty() { all.pop().into_iter().collect() } else { open }
    }

    fn conditions(&self, person: i64, kind: &str, at: UtcS, reasons: &mut Reasons) {
        if kind == "professional" {
            let windows = self.rights.iter().filter(|(of, _)| *of == person).map(|(_, window)| *window);
            let codes = [Reason::RightToPractiseMissing, Reason::RightToPractiseNotBegun, Reason::RightToPractiseEnded];
            condition(&windows.collect::<Vec<_>>(), at, codes, reasons);
        }
        if kind == "staff" || kind == "actor" {
            let windows = self.employments.iter().filter(|(of, ..)| *of == person).map(|(_, _, _, window)| *window);
            let codes = [Reason::EmploymentMissing, Reason::EmploymentNotBegun, Reason::EmploymentEnded];
            condition(&windows.collect::<Vec<_>>(), at, codes, reasons);
        }
    }

    /// The rules of this door for this person with this kind of card, each with the time at which both the
    /// membership and the rule hold.
    fn concerning(&self, person: i64, kind: &str, door: &str) -> Vec<(Window, &RuleRow)> {
        let mut within: Vec<(i64, Window)> = Vec::new();
        within
            .extend(self.members.iter().filter(|(_, of, _)| *of == person).map(|(group, _, window)| (*group, *window)));
        for (group, unit, title, of_kind) in &self.matches {
            if of_kind.as_deref().is_some_and(|of_kind| of_kind != kind) {
                continue;
            }
            if unit.is_none() && title.is_none() {
                within.push((*group, Window::ALWAYS));
                continue;
            }
            for (of, at, called, window) in &self.employments {
                let same_unit = unit.as_ref().is_none_or(|unit| unit == at);
                let same_title = title.as_ref().is_none_or(|title| title == called);
                if *of == person && same_unit && same_title {
                    within.push((*group, *window));
                }
            }
        }
        let mut concerning = Vec::new();
        for (group, member) in within {
            for rule in self.rules.iter().filter(|rule| rule.group == group) {
                let is_here = self.area_doors.iter().any(|(area, at)| *area == rule.area && at == door);
                let window = both(member, rule.window);
                if is_here && window.is_possible() {
                    concerning.push((window, rule));
                }
            }
        }
        concerning
    }

    fn holds(&self, window: Window, schedule: i64, at: UtcS) -> bool {
        window.position(at) == Position::Within && self.on(schedule, at)
    }

    fn on(&self, schedule: i64, at: UtcS) -> bool {
        let found = || self.schedules.iter().find(|(number, _)| *number == schedule);
        schedule == 0 || found().is_some_and(|(_, body)| body.holds(self.zone.local(at), &self.holidays))
    }

    fn granted(&self, grants: &[(Window, i64)], at: UtcS, reasons: &mut Reasons) {
        let lies = |wanted| grants.iter().any(|(window, _)| window.position(at) == wanted);
        if grants.iter().any(|(window, schedule)| self.holds(*window, *schedule, at)) {
        } else if lies(Position::Within) {
            reasons.insert(Reason::OutsideSchedule);
        } else if lies(Position::Before) {
            reasons.insert(Reason::GrantNotBegun);
        } else if lies(Position::After) {
            reasons.insert(Reason::GrantEnded);
        } else {
            reasons.insert(Reason::NoGrant);
        }
    }
}

/// Whoever holds it, else the next holder, else the last.
fn holder(holdings: &[HoldingRow], at: UtcS) -> Option<&HoldingRow> {
    let lies = |wanted| move |holding: &&HoldingRow| holding.window.position(at) == wanted;
    let now = holdings.iter().find(lies(Position::Within));
    now.or_else(|| holdings.iter().find(lies(Position::Before))).or_else(|| holdings.last())
}

fn position(window: Window, at: UtcS, before: Reason, after: Reason, reasons: &mut Reasons) {
    match window.position(at) {
        Position::Before => reasons.insert(before),
        Position::Within => {}
        Position::After => reasons.insert(after),
    }
}

fn condition(windows: &[Window], at: UtcS, [missing, before, after]: [Reason; 3], reasons: &mut Reasons) {
    let lies = |wanted| windows.iter().any(|window| window.position(at) == wanted);
    if windows.is_empty() {
        reasons.insert(missing);
    } else if !lies(Position::Within) {
        reasons.insert(if lies(Position::Before) { before } else { after });
    }
}
