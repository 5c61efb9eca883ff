//! Who is in, how doors are used, who holds what, what did not come back, and what was confirmed.

use access::event::{Event, EventKind, Subject};
use access::passage::{AreaId as WireAreaId, Side};
use access::reason::Reason;
use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use db::site::{
    Actor, CardKind, Cause, FoundIn, GroupId, HoldFilter, HoldPage, NewCard, NewEmployment, NewRule, Page, PersonId,
    ReviewOf, RuleEdit, Site, SiteError, TapSpan, Transition, WhoIsIn, WhyOver,
};

use crate::support::{ACTOR, Bench, Journal, NOW, door, event, problem, tap, uid};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

/// A house with a ward that has readers on both sides, and a shed without.
struct House {
    bench: Bench,
    epoch: u64,
}

impl House {
    fn new() -> Self {
        let bench = Bench::with_doors(&["ward", "shed"]);
        let area = bench.site.add_area(&ACTOR, "Ward", &[door("ward")]).unwrap();
        let mut settings = bench.site.door(&door("ward")).unwrap().settings;
        settings.leads_into = Some(WireAreaId(u32::try_from(area.0).unwrap()));
        bench.site.set_settings(&ACTOR, &door("ward"), settings).unwrap();
        Self { bench, epoch: 0 }
    }

    /// A person with a visitor's card of this number, which needs nothing else.
    fn person(&self, name: &str, number: u8) -> PersonId {
        let person = self.bench.add_person(name);
        self.give(person, number);
        person
    }

    fn give(&self, person: PersonId, number: u8) {
        self.bench.add_card(number);
        self.bench.site.give_card(&ACTOR, &uid(number), person, Window::ALWAYS).unwrap();
    }

    /// What a door tells of a card, so long ago.
    fn tell(&mut self, name: &str, kind: EventKind, card: Uid, ago_ms: i64) {
        self.epoch += 1;
        let mut journal = Journal::of(name, self.epoch, 0);
        let state_generation = self.bench.site.door_state(&door(name), self.bench.latest()).unwrap().generation;
        let subject = Some(Subject { uid: card, salt: [1; 16] });
        journal.events = vec![Event { subject, utc: UtcMs(NOW.0 - ago_ms), state_generation, ..event(1, kind) }];
        self.bench.site.intake(&[journal.report(1, 1)]).unwrap();
    }

    fn tapped(&mut self, name: &str, card: u8, ago_ms: i64) {
        self.tell(name, tap(1, Some(uid(card)), None).kind, uid(card), ago_ms);
    }

    /// A card is let in and goes through.
    fn through(&mut self, name: &str, card: u8, side: Side, ago_ms: i64) {
        self.tapped(name, card, ago_ms);
        self.tell(name, EventKind::Entered { side }, uid(card), ago_ms - 1_000);
    }

    fn who(&self, hours: i64) -> WhoIsIn {
        self.bench.site.who_is_in(UtcMs(NOW.0 - hours * HOUR_MS)).unwrap()
    }

    fn names(&self, hours: i64) -> Vec<(bool, String)> {
        let who = self.who(hours);
        let name = |one: &db::site::InsideView| one.person.as_ref().map_or("?".to_owned(), |(_, name)| name.clone());
        who.people.iter().map(|one| (matches!(one.found, FoundIn::Area(_)), name(one))).collect()
    }
}

fn named(list: &[(bool, &str)]) -> Vec<(bool, String)> {
    list.iter().map(|(area, name)| (*area, (*name).to_owned())).collect()
}

#[test]
fn who_went_in_is_listed_until_going_out_and_who_was_let_in_elsewhere_too() {
    let mut house = House::new();
    house.person("Åsa", 1);
    house.person("Maija", 2);
    house.person("Pekka", 3);
    assert!(house.names(24).is_empty());
    house.through("ward", 1, Side::In, 3 * HOUR_MS);
    house.through("ward", 2, Side::In, 2 * HOUR_MS);
    house.tapped("shed", 3, HOUR_MS);
    assert_eq!(house.names(24), named(&[(true, "Maija"), (true, "Åsa"), (false, "Pekka")]));
    assert_eq!(house.who(24).total(), 3);
    house.through("ward", 1, Side::Out, HOUR_MS);
    assert_eq!(house.names(24), named(&[(true, "Maija"), (false, "Pekka")]));
    assert_eq!(house.who(24).left, 1, "who left is counted");
    house.tapped("shed", 1, HOUR_MS / 2);
    assert_eq!(house.names(24), named(&[(true, "Maija"), (false, "Pekka"), (false, "Åsa")]), "and is in elsewhere");
    let seen = house.who(24).people.pop().and_then(|one| one.seen).unwrap();
    assert_eq!((seen.0.as_str(), seen.2), ("shed", UtcMs(NOW.0 - HOUR_MS / 2)));
}

#[test]
fn a_person_is_in_if_any_of_their_cards_is_and_is_listed_once() {
    let mut house = House::new();
    let maija = house.person("Maija", 1);
    house.give(maija, 2);
    house.through("ward", 1, Side::In, 3 * HOUR_MS);
    house.through("ward", 2, Side::In, 2 * HOUR_MS);
    house.through("ward", 2, Side::Out, HOUR_MS);
    let who = house.who(24);
    assert_eq!((who.people.len(), who.total(), who.left), (1, 1, 0), "one card is inside: {who:?}");
    house.through("ward", 2, Side::In, HOUR_MS / 2);
    let who = house.who(24);
    assert_eq!((who.people.len(), who.people.first().map(|one| one.cards.len())), (1, Some(2)));
    assert_eq!(who.people.first().map(|one| one.since), Some(UtcMs(NOW.0 - HOUR_MS / 2 + 1_000)));
}

#[test]
fn whoever_went_in_long_ago_is_counted_and_a_card_of_nobody_stands_for_itself() {
    let mut house = House::new();
    house.person("Maija", 1);
    house.bench.add_card(2);
    house.through("ward", 1, Side::In, 30 * HOUR_MS);
    house.through("ward", 2, Side::In, HOUR_MS);
    let who = house.who(24);
    assert_eq!((who.people.len(), who.earlier), (1, 1));
    assert_eq!(who.people.first().map(|one| (one.person.is_none(), one.cards.clone())), Some((true, vec![uid(2)])));
    assert_eq!(house.who(48).people.len(), 2);
    let [(_, name, leaves)] = who.areas.as_slice() else { panic!("{:?}", who.areas) };
    assert_eq!((name.as_str(), *leaves), ("Ward", false), "no door has told of leaving yet");
    house.through("ward", 2, Side::Out, 0);
    assert!(house.who(24).areas.first().is_some_and(|(_, _, leaves)| *leaves));
}

fn span(from_ms: i64, until_ms: i64, doors: &[&str]) -> TapSpan {
    let at = |ms: i64| UtcMs(NOW.0 + ms);
    TapSpan { from: at(from_ms), until: at(until_ms), doors: doors.iter().map(|name| door(name)).collect() }
}

#[test]
fn taps_are_counted_by_hour_and_door_and_denials_by_reason() {
    let mut house = House::new();
    house.person("Maija", 1);
    for ago in [0, 60_000, HOUR_MS] {
        house.tapped("ward", 1, ago);
    }
    let denied = tap(1, Some(uid(1)), Some(Reason::CardExpired)).kind;
    house.tell("shed", denied, uid(1), 120_000);
    let taps = house.bench.site.taps(&span(-DAY_MS, 1, &[])).unwrap();
    let sum = |name: &str| {
        let at = taps.iter().filter(|count| count.door == door(name));
        at.fold((0, 0), |(granted, denied), count| (granted + count.granted, denied + count.denied))
    };
    assert_eq!((sum("ward"), sum("shed")), ((3, 0), (0, 1)));
    assert!(taps.iter().all(|count| count.hour.0 % HOUR_MS == 0 && count.hour.0 <= NOW.0));
    assert_eq!(house.bench.site.taps(&span(-DAY_MS, 1, &["shed"])).unwrap().len(), 1);
    assert!(house.bench.site.taps(&span(-DAY_MS, -2 * HOUR_MS, &[])).unwrap().is_empty());
    let denials = house.bench.site.denials(&span(-DAY_MS, 1, &[])).unwrap();
    let [one] = denials.as_slice() else { panic!("{denials:?}") };
    assert_eq!((one.door.as_str(), one.count), ("shed", 1));
    assert!(one.reasons.contains(Reason::CardExpired));
}

#[test]
fn a_report_is_of_a_month_at_most_and_of_known_doors() {
    let bench = Bench::with_doors(&["ward"]);
    let ask = |of: TapSpan| problem(bench.site.taps(&of));
    assert_eq!(ask(span(0, 0, &[])), ("until", "reversed-window"));
    assert_eq!(ask(span(-32 * DAY_MS, 0, &[])), ("until", "longer-than-31-days"));
    assert_eq!(ask(span(-DAY_MS, 0, &["attic"])), ("door", "unknown-door"));
    assert!(bench.site.taps(&span(-31 * DAY_MS, 0, &["ward"])).unwrap().is_empty());
}

/// A group whose members may pass both doors, with two of them.
struct Team {
    house: House,
    group: GroupId,
    maija: PersonId,
    pekka: PersonId,
}

/// As of long before now, so that rights are old.
const LONG_AGO: Actor<'static> = Actor { operator: "setup", at: UtcMs(NOW.0 - 400 * DAY_MS) };

fn member(site: &Site, actor: &Actor<'_>, group: GroupId, person: PersonId) {
    site.edit_rules(actor, &RuleEdit::SetMember { group, person, window: Window::ALWAYS }).unwrap();
}

fn team() -> Team {
    let house = House { bench: Bench::new(), epoch: 0 };
    let site = house.bench.site.clone();
    for name in ["ward", "shed"] {
        let key = access::envelope::DoorKey::new([7; 32]);
        let settings = access::settings::DoorSettings::default();
        site.add_door(&LONG_AGO, db::site::NewDoor { id: door(name), name: format!("Door {name}"), key, settings })
            .unwrap();
    }
    let area = site.add_area(&LONG_AGO, "House", &[door("ward"), door("shed")]).unwrap();
    let group = site.add_group(&LONG_AGO, "Nurses").unwrap();
    let rule = NewRule {
        group,
        area,
        schedule: access::entry::ScheduleId::ALWAYS,
        effect: db::site::Effect::Allow,
        window: Window::ALWAYS,
        note: String::new(),
    };
    site.add_rule(&LONG_AGO, rule).unwrap();
    let join = |name: &str, number: u8| {
        let new = db::site::NewPerson { name: name.to_owned(), external_id: None };
        let person = site.add_person(&LONG_AGO, new).unwrap().id;
        site.add_card(&LONG_AGO, NewCard::new(uid(number), CardKind::Actor, Window::ALWAYS)).unwrap();
        site.give_card(&LONG_AGO, &uid(number), person, Window::ALWAYS).unwrap();
        site.add_employment(&LONG_AGO, person, &NewEmployment::always("Ward", "Nurse")).unwrap();
        member(&site, &LONG_AGO, group, person);
        person
    };
    let (maija, pekka) = (join("Maija", 1), join("Pekka", 2));
    Team { house, group, maija, pekka }
}

fn shown(page: &HoldPage) -> Vec<(PersonId, Vec<&str>)> {
    page.rows.iter().map(|row| (row.person, row.doors.iter().map(|held| held.door.as_str()).collect())).collect()
}

#[test]
fn what_people_hold_comes_from_rules_and_is_filtered_and_paged() {
    let team = team();
    let site = &team.house.bench.site;
    let (maija, pekka) = (team.maija, team.pekka);
    let all = |filter: HoldFilter| site.who_holds(&filter, NOW.second(), None, 50).unwrap();
    let both = vec!["shed", "ward"];
    assert_eq!(shown(&all(HoldFilter::default())), [(maija, both.clone()), (pekka, both.clone())]);
    let of = HoldFilter { door: Some(door("ward")), text: Some("PEK".to_owned()), ..HoldFilter::default() };
    assert_eq!(shown(&all(of)), [(pekka, vec!["ward"])]);
    assert!(all(HoldFilter { group: Some(GroupId(99)), ..HoldFilter::default() }).rows.is_empty());
    let first = site.who_holds(&HoldFilter::default(), NOW.second(), None, 1).unwrap();
    assert_eq!(shown(&first), [(maija, both.clone())]);
    let second = site.who_holds(&HoldFilter::default(), NOW.second(), first.next, 1).unwrap();
    assert_eq!((shown(&second), second.next), (vec![(pekka, both)], None));
    let unknown = HoldFilter { door: Some(door("attic")), ..HoldFilter::default() };
    assert_eq!(problem(site.who_holds(&unknown, NOW.second(), None, 50)), ("door", "unknown-door"));
    site.transit(&ACTOR, &uid(1), Transition::Suspend, Cause::Absence).unwrap();
    assert_eq!(all(HoldFilter::default()).rows.len(), 2, "a card that is paused gives its doors again tomorrow");
    site.edit_rules(&ACTOR, &RuleEdit::RemoveMember { group: team.group, person: maija }).unwrap();
    assert_eq!(shown(&all(HoldFilter::default())), [(pekka, vec!["shed", "ward"])]);
    let over = UtcS(NOW.second().0 + 6 * 366 * 86_400);
    assert!(
        site.who_holds(&HoldFilter::default(), over, None, 50).unwrap().rows.is_empty(),
        "the cards are over by then"
    );
}

#[test]
fn a_right_is_unused_if_it_is_old_and_no_card_of_its_holder_was_let_in_since() {
    let mut team = team();
    let since = UtcMs(NOW.0 - 90 * DAY_MS);
    let filter = HoldFilter { unused_since: Some(since), ..HoldFilter::default() };
    let (maija, pekka) = (team.maija, team.pekka);
    team.house.tapped("ward", 1, DAY_MS);
    team.house.tapped("shed", 2, 91 * DAY_MS);
    let unused = team.house.bench.site.who_holds(&filter, NOW.second(), None, 50).unwrap();
    assert_eq!(shown(&unused), [(maija, vec!["shed"]), (pekka, vec!["shed", "ward"])]);
    let last = unused.rows.last().and_then(|row| row.doors.first()).and_then(|held| held.last);
    assert_eq!(last, Some(UtcMs(NOW.0 - 91 * DAY_MS)));
    // A right of yesterday has not been left unused for ninety days.
    let new = team.house.person("Uusi", 3);
    member(&team.house.bench.site, &ACTOR, team.group, new);
    let unused = team.house.bench.site.who_holds(&filter, NOW.second(), None, 50).unwrap();
    assert!(unused.rows.iter().all(|row| row.person != new), "{unused:?}");
    let doors = team.house.bench.site.door_uses(since).unwrap();
    let uses: Vec<_> = doors.iter().map(|one| (one.door.as_str(), one.last.is_some(), one.cards)).collect();
    assert_eq!(uses, [("shed", true, 0), ("ward", true, 1)]);
    assert_eq!(team.house.bench.site.forget_uses(since, 10).unwrap(), 1);
    assert_eq!(team.house.bench.site.door_uses(since).unwrap().first().map(|one| one.last), Some(None));
}

#[test]
fn a_tap_that_is_told_late_does_not_make_a_use_older() {
    let mut team = team();
    team.house.tapped("ward", 1, DAY_MS);
    team.house.tapped("ward", 1, 5 * DAY_MS);
    let uses = team.house.bench.site.door_uses(UtcMs(0)).unwrap();
    let ward = uses.iter().find(|one| one.door == door("ward")).unwrap();
    assert_eq!(ward.last, Some(UtcMs(NOW.0 - DAY_MS)));
}

#[test]
fn a_card_that_is_over_is_waited_for_until_it_is_back_unless_it_is_lost() {
    let bench = Bench::new();
    let site = &bench.site;
    let now = NOW.second();
    let give = |number: u8, card: Window, held: Window| {
        let person = bench.add_person(&format!("Person {number}"));
        site.add_card(&ACTOR, NewCard::new(uid(number), CardKind::Visitor, card)).unwrap();
        site.give_card(&ACTOR, &uid(number), person, held).unwrap();
        person
    };
    let ahead = |days: i64| Window { from: None, until: Some(UtcS(now.0 + days * 86_400)) };
    give(1, ahead(10), Window::ALWAYS);
    give(2, Window::ALWAYS, ahead(20));
    let third = give(3, Window::ALWAYS, Window::ALWAYS);
    let work = NewEmployment { window: ahead(30), ..NewEmployment::always("Ward", "Nurse") };
    site.add_employment(&ACTOR, third, &work).unwrap();
    give(4, Window::ALWAYS, Window::ALWAYS);
    let over = |days: i64| -> Vec<(Uid, WhyOver)> {
        let (found, more) = site.unreturned(UtcS(now.0 + days * 86_400)).unwrap();
        assert!(!more);
        found.iter().map(|view| (view.uid, view.why)).collect()
    };
    assert!(over(0).is_empty());
    assert_eq!(over(11), [(uid(1), WhyOver::Card)]);
    let all = [(uid(3), WhyOver::Employment), (uid(2), WhyOver::Holding), (uid(1), WhyOver::Card)];
    assert_eq!(over(31), all, "what ended last comes first");
    site.transit(&ACTOR, &uid(1), Transition::Return, Cause::Returned).unwrap();
    site.transit(&ACTOR, &uid(2), Transition::Block, Cause::Lost).unwrap();
    assert_eq!(over(31), [(uid(3), WhyOver::Employment)]);
    site.transit(&ACTOR, &uid(3), Transition::Retire, Cause::EmploymentEnded).unwrap();
    assert_eq!(over(31).len(), 1, "it has retired, and somebody has it still");
    site.transit(&ACTOR, &uid(1), Transition::Retire, Cause::Ended).unwrap();
    assert_eq!(over(31).len(), 1, "it retired after it came back");
}

#[test]
fn a_confirmation_says_who_when_and_until_when_and_earlier_ones_stay() {
    let team = team();
    let site = &team.house.bench.site;
    let of = ReviewOf::Group(team.group);
    let now = NOW.second();
    let due = UtcS(now.0 + 100 * 86_400);
    let view = site.review(of).unwrap();
    assert!(view.is_due(now) && view.last.is_none() && view.gives);
    site.sign_review(&ACTOR, of, view.digest, "", due).unwrap();
    let view = site.review(of).unwrap();
    let last = view.last.clone().unwrap();
    assert_eq!((last.operator.as_str(), last.at, last.due, last.changed), ("maija", NOW, due, false));
    assert!(!view.is_due(now) && view.is_due(due));
    let later = Actor { operator: "pekka", at: UtcMs(NOW.0 + 1_000) };
    site.sign_review(&later, of, view.digest, "As discussed", due).unwrap();
    let history = site.review_history(of, 10).unwrap();
    let who: Vec<_> = history.iter().map(|one| (one.operator.as_str(), one.note.as_str())).collect();
    assert_eq!(who, [("pekka", "As discussed"), ("maija", "")]);
    assert_eq!(site.group_reviews(Page { after: None, limit: 10 }).unwrap().len(), 1);
    let log = site.change_log(None, 2).unwrap();
    assert!(log.iter().all(|change| change.action == "review-group" && change.detail == team.group.0.to_string()));
}

#[test]
fn what_has_changed_since_it_was_seen_cannot_be_confirmed_and_what_was_confirmed_is_due_when_it_changes() {
    let team = team();
    let site = &team.house.bench.site;
    let due = UtcS(NOW.second().0 + 86_400);
    let refused = |of, seen| site.sign_review(&ACTOR, of, seen, "", due);
    let changed = |result: Result<(), SiteError>| {
        matches!(result, Err(SiteError::Refused { what: "review", problem: "changed-since" }))
    };
    for of in [ReviewOf::Group(team.group), ReviewOf::Person(team.pekka)] {
        let seen = site.review(of).unwrap().digest;
        refused(of, seen).unwrap();
    }
    let before = [ReviewOf::Group(team.group), ReviewOf::Person(team.pekka)].map(|of| (of, site.review(of).unwrap()));
    site.edit_rules(&ACTOR, &RuleEdit::RemoveMember { group: team.group, person: team.pekka }).unwrap();
    for (of, view) in before {
        assert!(!view.is_due(NOW.second()), "{of:?}");
        assert!(site.review(of).unwrap().is_due(NOW.second()), "{of:?} is another than what was confirmed");
        assert!(changed(refused(of, view.digest)), "{of:?}");
    }
    let seen = site.review(ReviewOf::Group(team.group)).unwrap().digest;
    let rename = RuleEdit::RenameGroup { group: team.group, name: "Night nurses".to_owned() };
    site.edit_rules(&ACTOR, &rename).unwrap();
    refused(ReviewOf::Group(team.group), seen).unwrap();
    let people = site.person_reviews(Page { after: None, limit: 10 }).unwrap();
    assert_eq!(people.iter().map(|view| view.of).collect::<Vec<_>>(), [ReviewOf::Person(team.pekka)]);
    for wrong in [NOW.second(), UtcS(NOW.second().0 + 800 * 86_400)] {
        let seen = site.review(ReviewOf::Group(team.group)).unwrap().digest;
        let result = site.sign_review(&ACTOR, ReviewOf::Group(team.group), seen, "", wrong);
        assert_eq!(problem(result), ("due", "out-of-range"));
    }
    assert!(matches!(site.review(ReviewOf::Group(GroupId(99))), Err(SiteError::NotFound { .. })));
}

#[test]
fn how_often_rights_are_due_is_set_within_bounds() {
    let bench = Bench::new();
    assert_eq!(bench.site.review_days().unwrap(), 180);
    bench.site.set_review_days(&ACTOR, 90).unwrap();
    let before = bench.latest();
    bench.site.set_review_days(&ACTOR, 90).unwrap();
    assert_eq!((bench.site.review_days().unwrap(), bench.latest()), (90, before), "what is so already is no change");
    for wrong in [0, 6, 731] {
        assert_eq!(problem(bench.site.set_review_days(&ACTOR, wrong)), ("days", "out-of-range"));
    }
}
