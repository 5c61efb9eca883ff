//! What an entry is made of, case by case.

use access::calendar::{DayWindow, Schedule};
use access::entry::{Block, Blocks, Condition, Entry, Grant, ScheduleId};
use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{
    Absent, Actor, CardKind, Effect, GroupId, GroupMatch, Membership, NewCard, NewRule, PersonId, RuleEdit,
    SiteCalendar, Touched,
};
use rusqlite::Connection;

use crate::support::{ACTOR, Bench, door, uid, window};

/// Long before the windows of these tests.
const EARLY: Actor<'static> = Actor { operator: "maija", at: UtcMs(0) };

struct Ward {
    bench: Bench,
    db: Connection,
    group: GroupId,
    aino: PersonId,
    card: Uid,
}

/// One door, one area, one group with a rule, one person with a card of this kind.
fn ward(kind: CardKind) -> Ward {
    let bench = Bench::with_doors(&["ward", "attic"]);
    let db = Connection::open(bench.folder.path().join("site.db")).unwrap();
    let aino = bench.add_person("Aino");
    let card = uid(1);
    bench.site.add_card(&ACTOR, NewCard::new(card, kind, Window::ALWAYS)).unwrap();
    bench.site.give_card(&EARLY, &card, aino, Window::ALWAYS).unwrap();
    let group = bench.site.add_group(&ACTOR, "Nurses").unwrap();
    bench.site.add_area(&ACTOR, "Ward", &[door("ward")]).unwrap();
    let ward = Ward { bench, db, group, aino, card };
    ward.rule(Effect::Allow, ScheduleId::ALWAYS, Window::ALWAYS);
    ward
}

impl Ward {
    fn rule(&self, effect: Effect, schedule: ScheduleId, window: Window) {
        let area = self.bench.site.area_by_name("Ward").unwrap().unwrap().id;
        let rule = NewRule { group: self.group, area, schedule, effect, window, note: String::new() };
        self.bench.site.add_rule(&ACTOR, rule).unwrap();
    }

    fn join(&self, window: Window) {
        let edit = RuleEdit::SetMember { group: self.group, person: self.aino, window };
        self.bench.site.edit_rules(&ACTOR, &edit).unwrap();
    }

    fn matching(&self, unit: Option<&str>, title: Option<&str>, kind: Option<CardKind>) {
        let one = GroupMatch { unit: unit.map(str::to_owned), title: title.map(str::to_owned), kind };
        let edit = RuleEdit::SetMatches { group: self.group, matches: vec![one] };
        self.bench.site.edit_rules(&ACTOR, &edit).unwrap();
    }

    /// As the modules of employments and the like would, in one more change.
    fn row(&self, sql: &str) {
        let next = "INSERT INTO change (number, at_ms, operator, action, detail)
                    SELECT MAX(number) + 1, 0, 'maija', 'test', '' FROM change";
        self.db.execute(next, []).unwrap();
        let change: i64 = self.db.query_row("SELECT MAX(number) FROM change", [], |row| row.get(0)).unwrap();
        self.db.execute(&sql.replace("NOW", &change.to_string()), []).unwrap();
    }

    fn employ(&self, unit: &str, title: &str, from: i64, until: i64) {
        self.row(&format!(
            "INSERT INTO employment (number, person, unit, title, from_s, until_s, since)
             VALUES (NOW, {}, '{unit}', '{title}', {from}, {until}, NOW)",
            self.aino.0
        ));
    }

    fn entry(&self) -> Option<Entry> {
        let latest = self.bench.latest();
        self.bench.site.entries(&door("ward"), Some(&[self.card]), latest).unwrap().pop()
    }

    fn absent(&self) -> Option<Absent> {
        self.bench.site.explain(&door("ward"), &self.card, self.bench.latest()).unwrap().absent
    }

    fn grants(&self) -> Vec<(Window, u16)> {
        let of_term = |grant: &Grant| (grant.window, grant.schedule.0);
        self.entry().map_or_else(Vec::new, |entry| entry.terms[0].grants.iter().map(of_term).collect())
    }
}

#[test]
fn a_rule_lets_in_members_for_as_long_as_both_last() {
    let ward = ward(CardKind::Visitor);
    assert_eq!(ward.absent(), Some(Absent::NoRule));
    ward.join(window(10, 40));
    ward.rule(Effect::Allow, ScheduleId::ALWAYS, window(30, 60));
    assert_eq!(ward.grants(), [(window(10, 40), 0)], "the shorter is covered by the longer");
    assert!(ward.bench.site.entries(&door("attic"), None, ward.bench.latest()).unwrap().is_empty());
    ward.join(window(70, 80));
    assert_eq!(ward.grants(), [(window(70, 80), 0)]);
}

#[test]
fn windows_that_touch_or_overlap_are_one_and_hours_are_dropped_where_all_hours_are_open() {
    let ward = ward(CardKind::Visitor);
    let night = Schedule::default();
    let night = ward.bench.site.add_schedule(&ACTOR, "Night", night).unwrap();
    ward.matching(Some("ICU"), None, None);
    for (from, until) in [(10, 20), (20, 30), (25, 40), (50, 60)] {
        ward.employ("ICU", "nurse", from, until);
    }
    assert_eq!(ward.grants(), [(window(10, 40), 0), (window(50, 60), 0)]);
    ward.rule(Effect::Allow, night, window(12, 55));
    assert_eq!(ward.grants(), [(window(10, 40), 0), (window(50, 60), 0)], "each part lies within an open one");
    ward.rule(Effect::Allow, night, Window::ALWAYS);
    ward.join(window(0, 70));
    assert_eq!(ward.grants(), [(window(0, 70), 0)]);
}

#[test]
fn a_deny_rule_is_told_to_the_door_beside_the_grants() {
    let ward = ward(CardKind::Visitor);
    ward.join(Window::ALWAYS);
    ward.rule(Effect::Deny, ScheduleId::ALWAYS, window(10, 20));
    let term = ward.entry().unwrap().terms.remove(0);
    assert_eq!(term.refusals, [Grant { window: window(10, 20), schedule: ScheduleId::ALWAYS }]);
    assert_eq!(term.grants.len(), 1);
}

#[test]
fn members_by_rule_are_members_while_the_employment_lasts_and_all_that_is_given_must_hold() {
    let ward = ward(CardKind::Visitor);
    ward.matching(Some("ICU"), Some("nurse"), None);
    ward.employ("ICU", "cook", 0, 100);
    ward.employ("ER", "nurse", 0, 100);
    assert_eq!(ward.grants(), []);
    ward.employ("ICU", "nurse", 30, 50);
    assert_eq!(ward.grants(), [(window(30, 50), 0)]);
    ward.matching(None, Some("nurse"), None);
    assert_eq!(ward.grants(), [(window(0, 100), 0)]);
    ward.matching(Some("ICU"), None, Some(CardKind::Staff));
    assert_eq!(ward.grants(), [], "not with a visitor's card");
    ward.matching(Some("ICU"), None, Some(CardKind::Visitor));
    assert_eq!(ward.grants(), [(window(0, 100), 0)]);
}

#[test]
fn a_backup_card_counts_as_the_kind_it_stands_in_for() {
    let ward = ward(CardKind::Backup);
    ward.matching(None, None, Some(CardKind::Professional));
    assert_eq!(ward.grants(), []);
    ward.row("UPDATE holding SET as_kind = 'professional', since = NOW");
    assert!(matches!(ward.absent(), Some(Absent::NeverPossible(entry))
        if entry.terms[0].right_to_practise == Condition::Needed(Vec::new())));
    ward.row(
        "INSERT INTO right_to_practise (number, person, profession, from_s, until_s, source, checked_ms, since)
              VALUES (1, 1, 'nurse', 5, 9, 'register', 0, NOW)",
    );
    let entry = ward.entry().unwrap();
    assert_eq!(entry.terms[0].right_to_practise, Condition::Needed(vec![window(5, 9)]));
    assert_eq!(entry.terms[0].employment, Condition::NotNeeded);
}

#[test]
fn a_backup_card_has_a_term_for_each_holder_and_what_one_may_is_nothing_to_the_next() {
    let ward = ward(CardKind::Backup);
    let eero = ward.bench.add_person("Eero");
    ward.join(Window::ALWAYS);
    ward.bench.site.give_card(&EARLY, &ward.card, ward.aino, window(10, 20)).unwrap();
    ward.bench.site.give_card(&EARLY, &ward.card, eero, window(20, 30)).unwrap();
    ward.row("UPDATE holding SET as_kind = 'visitor', since = NOW WHERE until IS NULL");
    let entry = ward.entry().unwrap();
    let held: Vec<_> = entry.terms.iter().map(|term| (term.holding.until, term.grants.len())).collect();
    assert_eq!(held, [(Some(UtcS(20)), 1), (Some(UtcS(30)), 0)], "Aino's two times follow each other");
}

#[test]
fn a_holding_that_was_over_at_the_next_hand_out_is_left_out_and_the_last_stays() {
    let ward = ward(CardKind::Visitor);
    let eero = ward.bench.add_person("Eero");
    ward.join(Window::ALWAYS);
    ward.bench.site.give_card(&EARLY, &ward.card, ward.aino, window(10, 20)).unwrap();
    let at_25 = Actor { at: UtcMs(25_000), ..EARLY };
    ward.bench.site.give_card(&at_25, &ward.card, eero, window(30, 40)).unwrap();
    assert_eq!(ward.entry(), None, "Eero may not pass, and Aino's time is over");
    ward.bench.site.give_card(&at_25, &ward.card, ward.aino, window(50, 60)).unwrap();
    let held: Vec<_> = ward.entry().unwrap().terms.iter().map(|term| term.holding).collect();
    assert_eq!(held, [window(30, 40), window(50, 60)]);
    let late = Actor { at: UtcMs(90_000), ..EARLY };
    ward.bench.site.give_card(&late, &ward.card, ward.aino, window(70, 80)).unwrap();
    let held: Vec<_> = ward.entry().unwrap().terms.iter().map(|term| term.holding).collect();
    assert_eq!(held, [window(70, 80)], "all are over: the last says so");
}

#[test]
fn certificates_limit_and_block() {
    let ward = ward(CardKind::Visitor);
    ward.join(Window::ALWAYS);
    let certificate = |serial: u8, from: i64, until: i64, state: &str| {
        ward.row(&format!(
            "INSERT INTO card_certificate (uid, serial, issuer, issuer_text, subject_text, from_s, until_s, usage,
                 fingerprint, state, reason, list_number, since)
             VALUES (x'01020301', x'0{serial}', zeroblob(32), 'CA', 'S', {from}, {until}, '', zeroblob(32), '{state}',
                 'keyCompromise', '41', NOW)"
        ));
    };
    certificate(1, 10, 50, "good");
    certificate(2, 20, 60, "good");
    assert_eq!(ward.entry().unwrap().certificate, window(20, 50));
    certificate(3, 0, 90, "revoked");
    certificate(4, 0, 90, "unknown");
    let blocks = Blocks::NONE.with(Block::Revoked).with(Block::RevocationUnknown);
    assert_eq!(ward.entry().unwrap().blocks, blocks);
    let told = ward.bench.site.explain(&door("ward"), &ward.card, ward.bench.latest()).unwrap();
    let revoked = told.certificates.iter().find(|one| one.state == "revoked").unwrap();
    assert_eq!(revoked.list_number.as_deref(), Some("41"));
}

#[test]
fn a_card_in_the_way_stays_in_the_list_and_a_retired_one_does_not() {
    let ward = ward(CardKind::Visitor);
    ward.join(Window::ALWAYS);
    for (life, block) in [
        ("ordered", Block::NotDelivered),
        ("delivered", Block::NotDelivered),
        ("suspended", Block::Suspended),
        ("blocked", Block::Blocked),
        ("returned", Block::Returned),
    ] {
        ward.row(&format!("UPDATE card_state SET life = '{life}', since = NOW"));
        assert_eq!(ward.entry().unwrap().blocks, Blocks::NONE.with(block), "{life}");
    }
    ward.row("UPDATE card_state SET life = 'retired', since = NOW");
    assert_eq!((ward.entry(), ward.absent()), (None, Some(Absent::Retired)));
}

#[test]
fn a_listing_counts_for_every_holder_and_for_a_card_that_nobody_ever_held() {
    let ward = ward(CardKind::Visitor);
    ward.bench.site.list_card(&ACTOR, &ward.card, &door("ward"), window(10, 20)).unwrap();
    assert_eq!(ward.grants(), [(window(10, 20), 0)]);
    let blank = uid(9);
    let new = NewCard::new(blank, CardKind::Staff, Window::ALWAYS);
    let card = ward.bench.site.add_card(&ACTOR, new).unwrap().window;
    let latest = ward.bench.latest();
    let told = ward.bench.site.explain(&door("ward"), &blank, latest).unwrap();
    assert_eq!(told.absent, Some(Absent::NobodyHolds));
    ward.bench.site.list_card(&ACTOR, &blank, &door("ward"), Window::ALWAYS).unwrap();
    let entries = ward.bench.site.entries(&door("ward"), Some(&[blank]), ward.bench.latest()).unwrap();
    assert_eq!(entries, [Entry { card, ..Entry::granting(blank, [Window::ALWAYS]) }]);
}

#[test]
fn a_door_gets_the_schedules_that_its_rules_use_and_hears_of_their_changes() {
    let ward = ward(CardKind::Visitor);
    let mut body = Schedule::default();
    body.days[0] = vec![DayWindow::ALL_DAY];
    let used = ward.bench.site.add_schedule(&ACTOR, "Used", body.clone()).unwrap();
    ward.bench.site.add_schedule(&ACTOR, "Not used", body.clone()).unwrap();
    assert!(ward.bench.site.calendar(&door("ward"), ward.bench.latest()).unwrap().is_empty());
    ward.join(Window::ALWAYS);
    ward.rule(Effect::Deny, used, Window::ALWAYS);
    let before = ward.bench.latest();
    let calendar = ward.bench.site.calendar(&door("ward"), before).unwrap();
    assert_eq!(calendar.schedules, [(used, body.clone())]);
    body.days[1] = vec![DayWindow::ALL_DAY];
    let change = RuleEdit::ChangeSchedule { schedule: used, name: "Used".to_owned(), body };
    ward.bench.site.edit_rules(&ACTOR, &change).unwrap();
    let touched = ward.bench.site.touched(before, ward.bench.latest()).unwrap();
    assert_eq!(touched, Touched { pairs: Vec::new(), calendars: vec![door("ward")] });
    assert_eq!(ward.bench.site.calendar(&door("ward"), before).unwrap(), calendar);
    let (before, zone) = (ward.bench.latest(), "Europe/Berlin".to_owned());
    let moved = RuleEdit::SetCalendar(SiteCalendar { zone, ..SiteCalendar::default() });
    ward.bench.site.edit_rules(&ACTOR, &moved).unwrap();
    let touched = ward.bench.site.touched(before, ward.bench.latest()).unwrap();
    assert_eq!(touched.calendars, [door("ward")], "the attic has no schedules");
}

#[test]
fn an_explanation_names_the_rule_as_it_was_then() {
    let ward = ward(CardKind::Visitor);
    ward.matching(None, None, Some(CardKind::Visitor));
    let then = ward.bench.latest();
    let rename = RuleEdit::RenameGroup { group: ward.group, name: "Guests".to_owned() };
    ward.bench.site.edit_rules(&ACTOR, &rename).unwrap();
    let told = |as_of: Generation| ward.bench.site.explain(&door("ward"), &ward.card, as_of).unwrap().rules.remove(0);
    let (was, is) = (told(then), told(ward.bench.latest()));
    assert_eq!((was.group_name.as_str(), is.group_name.as_str()), ("Nurses", "Guests"));
    assert!(matches!(was.membership, Membership::Matched(GroupMatch { kind: Some(CardKind::Visitor), .. })));
    assert_eq!((was.area_name.as_str(), was.hours.is_none()), ("Ward", true));
}

#[test]
fn more_grants_than_an_entry_holds_keep_the_latest_ending_and_more_refusals_become_one() {
    let ward = ward(CardKind::Visitor);
    ward.join(Window::ALWAYS);
    let all = ward.bench.site.rules(&db::site::RuleFilter::default(), db::site::Page { after: None, limit: 9 });
    ward.bench.site.edit_rules(&ACTOR, &RuleEdit::RemoveRule(all.unwrap()[0].id)).unwrap();
    for at in 0..30 {
        ward.rule(Effect::Allow, ScheduleId::ALWAYS, window(at * 10, at * 10 + 5));
    }
    let kept = ward.grants();
    assert_eq!(kept.len(), access::entry::GRANTS_MAX);
    assert!(kept.contains(&(window(290, 295), 0)) && !kept.contains(&(window(0, 5), 0)));
    for at in 0..30 {
        ward.rule(Effect::Deny, ScheduleId::ALWAYS, window(at * 10, at * 10 + 5));
    }
    let refusals = ward.entry().unwrap().terms.remove(0).refusals;
    assert_eq!(refusals, [Grant { window: Window::ALWAYS, schedule: ScheduleId::ALWAYS }]);
}
