//! A small site at which anything may happen, by chance and from a seed: what tests of properties are made of.

use std::collections::BTreeMap;

use access::calendar::{Calendar, Date, DayWindow, HolidayPlan, HolidaySet, Holidays, Schedule};
use access::entry::{Entry, ScheduleId};
use access::id::DoorId;
use access::mode::{Order, Unlock};
use access::settings::DoorSettings;
use access::state::DoorState;
use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{
    Actor, AreaId, CardKind, Effect, GroupId, GroupMatch, LockdownScope, NewCard, NewRule, PassbackRule, PersonId,
    RuleEdit, RuleId, SiteCalendar, SiteError, Which,
};
use rusqlite::Connection;

use crate::support::{ACTOR, Bench, door, uid};

pub(crate) const DOORS: [&str; 4] = ["attic", "cellar", "lab", "ward"];
pub(crate) const CARDS: u8 = 8;
const PEOPLE: i64 = 6;
const GROUPS: i64 = 4;
const AREAS: i64 = 3;
const SCHEDULES: u16 = 3;
const RULES: i64 = 10;
const EFFECTS: [Effect; 7] =
    [Effect::Allow, Effect::Allow, Effect::Allow, Effect::Allow, Effect::Allow, Effect::Deny, Effect::Exempt];
/// 1 October 2026 and 1 May 2027: both nights at which Helsinki turns its clocks, Christmas and Easter.
const SPAN: (i64, i64) = (1_790_812_800, 1_809_129_600);
/// 25 October 2026 and 28 March 2027, 01:00 UTC; Independence Day, Christmas Day and Good Friday, midnight.
const NIGHTS: [i64; 5] = [1_792_890_000, 1_806_195_600, 1_796_508_000, 1_798_149_600, 1_806_009_600 - 7_200];

/// Numbers by chance: splitmix64.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: i64) -> i64 {
        i64::try_from(self.next() % bound.unsigned_abs()).unwrap()
    }

    pub(crate) fn one_in(&mut self, count: i64) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        let at = self.below(i64::try_from(all.len()).unwrap());
        all[usize::try_from(at).unwrap()]
    }

    fn small(&mut self, bound: u8) -> u8 {
        u8::try_from(self.below(i64::from(bound))).unwrap()
    }
}

/// Entries and calendars of all doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) entries: BTreeMap<(DoorId, Uid), Entry>,
    pub(crate) calendars: BTreeMap<DoorId, Calendar>,
    pub(crate) states: BTreeMap<DoorId, DoorState>,
}

pub(crate) struct World {
    pub(crate) bench: Bench,
    pub(crate) db: Connection,
    pub(crate) rng: Rng,
    /// Seconds that were used as bounds: questions are asked on both sides of them.
    pub(crate) bounds: Vec<i64>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let bench = Bench::with_doors(&DOORS);
        for number in 0..PEOPLE {
            bench.add_person(&format!("Person {number}"));
        }
        for number in 0..CARDS {
            let kind = CardKind::ALL[usize::from(number) % CardKind::ALL.len()];
            bench.site.add_card(&ACTOR, NewCard::new(uid(number), kind, Window::ALWAYS)).unwrap();
        }
        let db = Connection::open(bench.folder.path().join("site.db")).unwrap();
        db.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        let mut world = Self { bench, db, rng: Rng(seed), bounds: vec![SPAN.0] };
        world.begin();
        world
    }

    fn begin(&mut self) {
        for number in 0..GROUPS {
            self.edit(&RuleEdit::AddGroup { name: format!("Group {number}") }).unwrap();
        }
        for number in 0..AREAS {
            let doors = self.doors();
            self.edit(&RuleEdit::AddArea { name: format!("Area {number}"), doors }).unwrap();
        }
        for number in 0..SCHEDULES {
            let body = self.schedule();
            self.edit(&RuleEdit::AddSchedule { name: format!("Schedule {number}"), body }).unwrap();
        }
        for _ in 0..RULES {
            let rule = self.rule();
            self.edit(&RuleEdit::AddRule(rule)).unwrap();
        }
        for _ in 0..60 {
            self.step();
        }
    }

    pub(crate) fn edit(&self, edit: &RuleEdit) -> Result<i64, SiteError> {
        self.bench.site.edit_rules(&self.actor(), edit)
    }

    fn actor(&self) -> Actor<'static> {
        let at = UtcMs(self.bounds.last().unwrap() * 1000);
        Actor { operator: "maija", at }
    }

    /// An instant that tests look at.
    pub(crate) fn instant(&mut self) -> i64 {
        match self.rng.below(4) {
            0 => SPAN.0 + self.rng.below(SPAN.1 - SPAN.0),
            1 => self.rng.of(&NIGHTS) + (self.rng.below(48 * 12) - 24 * 12) * 300,
            2 => self.rng.of(&NIGHTS) + self.rng.below(12 * 3600) - 6 * 3600,
            _ => {
                let bounds = self.bounds.clone();
                self.rng.of(&bounds) + self.rng.below(3) - 1
            }
        }
    }

    pub(crate) fn window(&mut self) -> Window {
        let (has_from, has_until) = (self.rng.one_in(3), self.rng.one_in(3));
        let (mut from, mut until) = (self.instant(), self.instant());
        if from >= until {
            (from, until) = (until, from + 1);
        }
        for (is_used, at) in [(has_from, from), (has_until, until)] {
            if is_used {
                self.bounds.push(at);
            }
        }
        Window { from: has_from.then_some(UtcS(from)), until: has_until.then_some(UtcS(until)) }
    }

    pub(crate) fn card(&mut self) -> Uid {
        uid(self.rng.small(CARDS))
    }

    fn person(&mut self) -> i64 {
        1 + self.rng.below(PEOPLE)
    }

    fn group(&mut self) -> GroupId {
        GroupId(1 + self.rng.below(GROUPS))
    }

    fn doors(&mut self) -> Vec<DoorId> {
        DOORS.iter().filter(|_| self.rng.one_in(2)).map(|name| door(name)).collect()
    }

    fn word(&mut self, words: [&'static str; 2]) -> Option<String> {
        self.rng.one_in(2).then(|| self.rng.of(&words).to_owned())
    }

    fn schedule(&mut self) -> Schedule {
        let mut schedule = Schedule::default();
        for day in &mut schedule.days {
            *day = windows(&mut self.rng);
        }
        schedule.holiday = match self.rng.below(3) {
            0 => HolidayPlan::AsWeekday,
            1 => HolidayPlan::Closed,
            _ => HolidayPlan::Own(windows(&mut self.rng)),
        };
        if self.rng.one_in(2) {
            schedule.exceptions.push((Date::from_ymd(2026, 12, 24).unwrap(), windows(&mut self.rng)));
        }
        schedule
    }

    pub(crate) fn rule(&mut self) -> NewRule {
        let schedule = u16::try_from(self.rng.below(i64::from(SCHEDULES) + 1)).unwrap();
        NewRule {
            group: self.group(),
            area: AreaId(1 + self.rng.below(AREAS)),
            schedule: ScheduleId(schedule),
            effect: self.rng.of(&EFFECTS),
            window: self.window(),
            note: String::new(),
        }
    }

    pub(crate) fn rule_edit(&mut self) -> RuleEdit {
        let rule = RuleId(1 + self.rng.below(RULES));
        match self.rng.below(8) {
            0 => RuleEdit::SetMember { group: self.group(), person: PersonId(self.person()), window: self.window() },
            1 => RuleEdit::RemoveMember { group: self.group(), person: PersonId(self.person()) },
            2 | 3 => {
                let kind = self.rng.one_in(3).then(|| self.rng.of(&CardKind::ALL));
                let one = GroupMatch { unit: self.word(["A", "B"]), title: self.word(["x", "y"]), kind };
                let matches = if one == GroupMatch::default() { Vec::new() } else { vec![one] };
                RuleEdit::SetMatches { group: self.group(), matches }
            }
            4 => RuleEdit::SetAreaDoors { area: AreaId(1 + self.rng.below(AREAS)), doors: self.doors() },
            5 => {
                let number = 1 + u16::try_from(self.rng.below(i64::from(SCHEDULES))).unwrap();
                let name = format!("Schedule {}", number - 1);
                RuleEdit::ChangeSchedule { schedule: ScheduleId(number), name, body: self.schedule() }
            }
            6 if self.rng.one_in(2) => {
                let changed = vec![(Date::from_ymd(2026, 11, 2).unwrap(), self.rng.one_in(2))];
                let zone = self.rng.of(&["Europe/Helsinki", "Europe/Berlin"]).to_owned();
                RuleEdit::SetCalendar(SiteCalendar { zone, holidays: Holidays { set: HolidaySet::Finland, changed } })
            }
            6 => RuleEdit::RemoveRule(rule),
            _ => RuleEdit::ChangeRule { rule, to: self.rule() },
        }
    }

    /// One thing happens. What is refused leaves no trace.
    pub(crate) fn step(&mut self) {
        let (card, person) = (self.card(), self.person());
        match self.rng.below(14) {
            0..=3 => {
                let edit = self.rule_edit();
                match self.edit(&edit) {
                    Err(SiteError::NotFound { .. }) => {
                        let rule = self.rule();
                        self.edit(&RuleEdit::AddRule(rule)).unwrap();
                    }
                    other => drop(other.unwrap()),
                }
            }
            4 | 5 => {
                let held = if self.rng.one_in(2) { Window::ALWAYS } else { self.window() };
                let actor = self.actor();
                let _ = self.bench.site.give_card(&actor, &card, PersonId(person), held);
            }
            6 => self.employ(person),
            7 => self.license(person),
            8 => self.certify(card),
            9 => self.live(card),
            10 => self.stand_in(card),
            11 => self.threaten(),
            12 => self.set_up(),
            _ => {
                let at = door(self.rng.of(&DOORS));
                let window = self.window();
                let _ = match self.rng.one_in(2) {
                    true => self.bench.site.list_card(&ACTOR, &card, &at, window),
                    false => self.bench.site.unlist_card(&ACTOR, &card, &at),
                };
            }
        }
    }

    /// A lockdown begins, or the one that is on is lifted: with more, hardly anything would be granted.
    fn threaten(&mut self) {
        let actor = self.actor();
        let open = self.bench.site.lockdowns(Some(actor.at.second()), 100).unwrap();
        if let Some(first) = open.first() {
            self.bench.site.lift_lockdown(&actor, first.id, "it is over").unwrap();
            return;
        }
        let scope = match self.rng.below(8) {
            0 => LockdownScope::Site,
            1..=3 => LockdownScope::Area(1 + self.rng.below(AREAS)),
            _ => LockdownScope::Door(door(self.rng.of(&DOORS))),
        };
        let until = self.rng.one_in(2).then(|| UtcS(actor.at.second().0 + 1 + self.rng.below(30 * 86_400)));
        self.bench.site.lock_down(&actor, &scope, until, "a threat").unwrap();
    }

    /// A door is set up otherwise, or ordered, or an area gets another rule against passing back.
    fn set_up(&mut self) {
        let (actor, at) = (self.actor(), door(self.rng.of(&DOORS)));
        let area = 1 + self.rng.below(AREAS);
        match self.rng.below(3) {
            0 => {
                let until = UtcS(actor.at.second().0 + 1 + self.rng.below(86_400));
                let order = self.rng.one_in(2).then_some(Order { unlock: self.rng.one_in(2), until });
                self.bench.site.order_mode(&actor, &at, order, "a test").unwrap();
            }
            1 => {
                let schedule = ScheduleId(1 + u16::try_from(self.rng.below(i64::from(SCHEDULES))).unwrap());
                let unlock = self.rng.one_in(2).then_some(Unlock { schedule, first_person_in: self.rng.one_in(2) });
                let leads_into = self.rng.one_in(2).then(|| access::passage::AreaId(u32::try_from(area).unwrap()));
                let settings = DoorSettings { unlock, leads_into, ..DoorSettings::default() };
                self.bench.site.set_settings(&actor, &at, settings).unwrap();
            }
            _ => {
                let hard = self.rng.one_in(2);
                let rule = self.rng.one_in(2).then_some(PassbackRule { hard, within_s: None, forgiven_at: Some(180) });
                self.bench.site.set_passback(&actor, AreaId(area), rule).unwrap();
            }
        }
    }

    /// Writes a change of what other modules write, in their tables.
    fn change(&self) -> i64 {
        let at = self.actor().at.0;
        let sql = "INSERT INTO change (number, at_ms, operator, action, detail)
                   VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM change), ?1, 'maija', 'test', '')
                   RETURNING number";
        self.db.query_row(sql, [at], |row| row.get(0)).unwrap()
    }

    fn employ(&mut self, person: i64) {
        let (number, change) = (self.rng.below(8), self.change());
        self.close("employment", "number", number, change);
        let (unit, title) = (self.rng.of(&["A", "B"]), self.rng.of(&["x", "y"]));
        let (from, until) = bounds(self.window());
        if !self.rng.one_in(4) {
            let sql = "INSERT INTO employment (number, person, unit, title, from_s, until_s, since)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            self.db.execute(sql, (number, person, unit, title, from, until, change)).unwrap();
        }
    }

    fn license(&mut self, person: i64) {
        let (number, change) = (self.rng.below(8), self.change());
        self.close("right_to_practise", "number", number, change);
        let (from, until) = bounds(self.window());
        if !self.rng.one_in(4) {
            let sql = "INSERT INTO right_to_practise
                       (number, person, profession, from_s, until_s, source, checked_ms, since)
                       VALUES (?1, ?2, 'nurse', ?3, ?4, 'register', 0, ?5)";
            self.db.execute(sql, (number, person, from, until, change)).unwrap();
        }
    }

    fn certify(&mut self, card: Uid) {
        let (serial, change) = (self.rng.small(6), self.change());
        let sql = "UPDATE card_certificate SET until = ?1 WHERE serial = ?2 AND until IS NULL";
        self.db.execute(sql, (change, [serial])).unwrap();
        if self.rng.one_in(2) {
            return;
        }
        let state = self.rng.of(&["good", "good", "good", "good", "good", "good", "revoked", "held", "unknown"]);
        let window = self.window();
        let (from, until) = (window.from.map_or(0, |at| at.0), window.until.map_or(4_000_000_000, |at| at.0));
        let sql = "INSERT INTO card_certificate (uid, serial, issuer, issuer_text, subject_text, from_s, until_s,
                       usage, fingerprint, state, since)
                   VALUES (?1, ?2, ?3, 'CA', 'S', ?4, ?5, '', ?3, ?6, ?7)";
        let values = (card.as_bytes(), [serial], [7_u8; 32], from, until, state, change);
        self.db.execute(sql, values).unwrap();
    }

    /// Another stage of a card's life, other blocks and another window.
    fn live(&mut self, card: Uid) {
        let usual = !self.rng.one_in(4);
        let life = self.rng.of(&["suspended", "suspended", "blocked", "returned", "retired", "ordered"]);
        let life = if usual { "active" } else { life };
        let blocks = self.rng.of(&[0, 0, 0, 0, 0, 0, 0, 64, 0x4000]);
        let window = if self.rng.one_in(2) { Window::ALWAYS } else { self.window() };
        let cause = if life == "suspended" && self.rng.one_in(2) { "inactive" } else { "other" };
        self.set_state(card, (life, cause), blocks, window);
    }

    pub(crate) fn set_state(&self, card: Uid, (life, cause): (&str, &str), blocks: i64, window: Window) {
        let change = self.change();
        let sql = "UPDATE card_state SET until = ?1 WHERE uid = ?2 AND until IS NULL";
        self.db.execute(sql, (change, card.as_bytes())).unwrap();
        let (from, until) = bounds(window);
        let sql = "INSERT INTO card_state (uid, life, cause, blocks, from_s, until_s, since)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.db.execute(sql, (card.as_bytes(), life, cause, blocks, from, until, change)).unwrap();
    }

    /// A holding goes on as that of a card of another kind.
    fn stand_in(&mut self, card: Uid) {
        let change = self.change();
        let kind = self.rng.of(&CardKind::ALL).code();
        let kind = self.rng.one_in(2).then_some(kind);
        let sql = "SELECT id FROM holding WHERE uid = ?1 AND until IS NULL ORDER BY from_s DESC LIMIT 1";
        let Ok(id) = self.db.query_row(sql, [card.as_bytes()], |row| row.get::<_, i64>(0)) else { return };
        self.db.execute("UPDATE holding SET until = ?1 WHERE id = ?2", (change, id)).unwrap();
        let sql = "INSERT INTO holding (uid, person, as_kind, from_s, until_s, since)
                   SELECT uid, person, ?1, from_s, until_s, ?2 FROM holding WHERE id = ?3";
        self.db.execute(sql, (kind, change, id)).unwrap();
    }

    fn close(&self, table: &str, column: &str, number: i64, change: i64) {
        let sql = format!("UPDATE {table} SET until = ?1 WHERE {column} = ?2 AND until IS NULL");
        self.db.execute(&sql, (change, number)).unwrap();
    }

    pub(crate) fn snapshot(&self, as_of: Generation) -> Snapshot {
        let mut entries = BTreeMap::new();
        let mut take = |door: &DoorId, entry: Entry| {
            entry.check().unwrap();
            assert_eq!(entries.insert((door.clone(), entry.uid), entry), None, "each pair once");
        };
        self.bench.site.compile(Which::All, as_of, &mut take).unwrap();
        let calendar = |name: &&str| (door(name), self.bench.site.calendar(&door(name), as_of).unwrap());
        let states = self.bench.site.door_states(None, as_of).unwrap().into_iter().collect();
        Snapshot { entries, calendars: DOORS.iter().map(calendar).collect(), states }
    }
}

fn windows(rng: &mut Rng) -> Vec<DayWindow> {
    let from_min = u16::try_from(rng.below(24)).unwrap() * 60;
    let until_min = from_min + u16::try_from(1 + rng.below(12)).unwrap() * 60;
    if rng.one_in(3) { Vec::new() } else { vec![DayWindow { from_min, until_min }] }
}

fn bounds(window: Window) -> (Option<i64>, Option<i64>) {
    (window.from.map(|at| at.0), window.until.map(|at| at.0))
}
