//! Operators who are limited to units and areas: what they see, what they may write, and what they cannot find out.

use std::sync::Arc;

use access::command::Action;
use access::entry::{Block, ScheduleId};
use access::event::EventKind;
use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use db::site::{
    Actor, AlarmFilter, AreaId, CardFilter, CardKind, CardPage, Cause, CertificateRecord, Document, Effect, EncodeWork,
    EventFilter, EventView, GroupId, GroupMatch, HandOut, HandOutCause, HandOutFilter, KeptAnswer, Life, Limit,
    LockdownScope, NewCard, NewEmployment, NewPerson, NewRule, ONCE_KEPT_MS, Once, OnceKey, Page, PeopleFilter,
    PersonId, Role, RuleEdit, Seek, Site, SiteError, Subject, Transition, Within,
};

use crate::support::{ACTOR, Bench, Journal, NOW, door, event, problem, tap, uid};

const ALL: Page = Page { after: None, limit: 100 };

/// Two wards with a person, a card, a door, a group and an area each, and a card of nobody.
struct Wards {
    bench: Bench,
    own: PersonId,
    foreign: PersonId,
    areas: [AreaId; 2],
    groups: [GroupId; 2],
}

fn wards() -> Wards {
    let bench = Bench::with_doors(&["own", "foreign", "lobby"]);
    let add = |name: &str, unit: &str, number: u8| {
        let person = bench.add_person(name);
        bench.site.add_employment(&ACTOR, person, &NewEmployment::always(unit, "Nurse")).unwrap();
        bench.site.give_card(&ACTOR, &bench.add_card(number), person, Window::ALWAYS).unwrap();
        person
    };
    let (own, foreign) = (add("Aino", "Ward 3", 1), add("Eero", "Pharmacy", 2));
    bench.add_card(9);
    let area = |name: &str, at: &str| bench.site.add_area(&ACTOR, name, &[door(at)]).unwrap();
    let areas = [area("Ward", "own"), area("Store", "foreign")];
    let group = |name: &str, area: AreaId| {
        let group = bench.site.add_group(&ACTOR, name).unwrap();
        let (window, note) = (Window::ALWAYS, String::new());
        let rule = NewRule { group, area, schedule: ScheduleId::ALWAYS, effect: Effect::Allow, window, note };
        bench.site.add_rule(&ACTOR, rule).unwrap();
        group
    };
    let groups = [group("Nurses", areas[0]), group("Chemists", areas[1])];
    Wards { bench, own, foreign, areas, groups }
}

impl Wards {
    fn narrow(&self, units: &[&str], areas: &[AreaId]) -> Site {
        let limit = Limit { units: units.iter().map(|unit| (*unit).to_owned()).collect(), areas: areas.to_vec() };
        self.bench.site.within(Arc::new(Within::new(limit, NOW).unwrap()))
    }

    fn ward(&self) -> Site {
        self.narrow(&["Ward 3"], &self.areas[..1])
    }

    /// A lobby where both tap, and each at their own door and the other's.
    fn busy(&self) {
        for (name, cards) in [("own", [1, 2, 9, 1]), ("foreign", [2, 1, 2, 9]), ("lobby", [2, 1, 2, 1])] {
            let mut journal = Journal::of(name, 1, 0);
            journal.events = (1..).zip(cards).map(|(sequence, card)| tap(sequence, Some(uid(card)), None)).collect();
            journal.events.push(event(5, EventKind::ExitPressed));
            self.bench.site.intake(&[journal.report(1, 5)]).unwrap();
        }
    }
}

fn outside<T: std::fmt::Debug>(result: Result<T, SiteError>) {
    match result {
        // What is foreign is not known, or it is refused when it is written.
        Err(SiteError::Outside | SiteError::NotFound { .. }) => {}
        Err(SiteError::Invalid { problem, .. }) if problem.starts_with("unknown-") => {}
        other => panic!("{other:?}"),
    }
}

fn cards(site: &Site) -> Vec<Uid> {
    let page = CardPage { after: None, limit: 100 };
    site.cards(&CardFilter::default(), page).unwrap().into_iter().map(|card| card.uid).collect()
}

#[test]
fn only_what_is_within_is_there() {
    let wards = wards();
    let narrow = wards.ward();
    let names = |site: &Site, text: Option<&str>| -> Vec<String> {
        let filter = PeopleFilter { text: text.map(str::to_owned) };
        site.people(&filter, ALL).unwrap().into_iter().map(|person| person.name).collect()
    };
    assert_eq!(names(&wards.bench.site, None).len(), 2);
    assert_eq!(names(&narrow, None), ["Aino"]);
    assert!(names(&narrow, Some("eero")).is_empty());
    assert_eq!(cards(&narrow), [uid(1), uid(9)]);
    assert!(matches!(narrow.person(wards.foreign), Err(SiteError::NotFound { .. })));
    assert!(matches!(narrow.card(&uid(2)), Err(SiteError::NotFound { .. })));
    let doors: Vec<String> = narrow.doors().unwrap().into_iter().map(|door| door.id.to_string()).collect();
    assert_eq!(doors, ["own"]);
    for (subject, seen) in [
        (Subject::Person(wards.own), true),
        (Subject::Person(wards.foreign), false),
        (Subject::Person(PersonId(99)), false),
        (Subject::Card(uid(1)), true),
        (Subject::Card(uid(2)), false),
        (Subject::Card(uid(9)), true),
        (Subject::Door(door("own")), true),
        (Subject::Door(door("lobby")), false),
    ] {
        assert_eq!(narrow.sees(&subject).unwrap(), seen, "{subject:?}");
        assert!(wards.bench.site.sees(&subject).unwrap() || subject == Subject::Person(PersonId(99)));
    }
}

#[test]
fn what_is_not_named_is_not_within() {
    let wards = wards();
    wards.busy();
    let units = wards.narrow(&["Ward 3"], &[]);
    assert!(units.doors().unwrap().is_empty());
    assert_eq!(units.people(&PeopleFilter { text: None }, ALL).unwrap().len(), 1);
    let areas = wards.narrow(&[], &wards.areas[..1]);
    assert_eq!(areas.doors().unwrap().len(), 1);
    assert!(areas.people(&PeopleFilter { text: None }, ALL).unwrap().is_empty());
    let seen = areas.events(&EventFilter::default(), Seek::Newest, 100).unwrap();
    assert!(seen.len() == 5 && seen.iter().all(|view| view.door == door("own") && view.holder.is_none()), "{seen:?}");
    assert_eq!(Within::new(Limit::default(), NOW), None);
}

#[test]
fn an_employment_counts_until_it_is_over_and_before_it_begins() {
    let wards = wards();
    let site = &wards.bench.site;
    let add = |from: Option<i64>, until: Option<i64>| {
        let person = site.add_person(&ACTOR, NewPerson { name: "Kaisa".to_owned(), external_id: None }).unwrap().id;
        let window = Window { from: from.map(UtcS), until: until.map(UtcS) };
        let new = NewEmployment { window, ..NewEmployment::always("Ward 3", "Nurse") };
        site.add_employment(&ACTOR, person, &new).unwrap();
        person
    };
    let now = NOW.second().0;
    let (over, coming) = (add(None, Some(now)), add(Some(now + 1_000), None));
    let narrow = wards.ward();
    assert!(!narrow.sees(&Subject::Person(over)).unwrap());
    assert!(narrow.sees(&Subject::Person(coming)).unwrap());
}

#[test]
fn events_are_those_at_own_doors_or_of_own_people_however_they_are_asked_for() {
    let wards = wards();
    wards.busy();
    let (all, narrow) = (&wards.bench.site, wards.ward());
    let reaches = |view: &EventView| {
        view.door == door("own") || view.holder.as_ref().is_some_and(|(person, _)| *person == wards.own)
    };
    let filters = [
        EventFilter::default(),
        EventFilter { doors: vec![door("own")], ..EventFilter::default() },
        EventFilter { areas: vec![wards.areas[0]], ..EventFilter::default() },
        EventFilter { codes: vec!["granted".to_owned()], ..EventFilter::default() },
        EventFilter { granted: Some(true), from: Some(UtcMs(NOW.0 + 2_000)), ..EventFilter::default() },
        EventFilter { uids: vec![uid(2)], ..EventFilter::default() },
        EventFilter { persons: vec![wards.own], ..EventFilter::default() },
    ];
    for filter in &filters {
        let plain = all.events(filter, Seek::Newest, 100).unwrap();
        let wanted: Vec<i64> = plain.iter().filter(|view| reaches(view)).map(|view| view.id).collect();
        for limit in [1, 3, 100] {
            let (mut seek, mut found) = (Seek::Newest, Vec::new());
            loop {
                let page = narrow.find_events(filter, seek, limit).unwrap();
                found.extend(page.events.iter().map(|view| view.id));
                let Some(next) = page.next else { break };
                seek = Seek::Before(next.id);
            }
            assert_eq!(found, wanted, "{filter:?} {limit}");
        }
        let (count, _) = narrow.count_events(filter, 100).unwrap();
        assert_eq!(usize::try_from(count).unwrap(), wanted.len(), "{filter:?}");
        let (mut followed, mut after) = (Vec::new(), 0);
        loop {
            let page = narrow.find_events(filter, Seek::After(after), 2).unwrap();
            followed.extend(page.events.iter().map(|view| view.id));
            let Some(next) = page.next.filter(|_| page.unfinished || page.events.len() == 2) else { break };
            after = next.id;
        }
        let mut in_order = wanted.clone();
        in_order.sort_unstable();
        assert_eq!(followed, in_order, "{filter:?}");
    }
    let foreign = EventFilter { persons: vec![wards.foreign], ..EventFilter::default() };
    assert!(narrow.events(&foreign, Seek::Newest, 100).unwrap().is_empty(), "a number is no name to find a card by");
    assert_eq!(
        problem(narrow.events(
            &EventFilter { doors: vec![door("foreign")], ..EventFilter::default() },
            Seek::Newest,
            1,
        )),
        ("door", "unknown-door")
    );
    for view in all.events(&EventFilter::default(), Seek::Newest, 100).unwrap() {
        let seen = narrow.event(view.id).unwrap();
        assert_eq!(seen.is_some(), reaches(&view));
        if let Some((person, _)) = seen.and_then(|seen| seen.holder) {
            assert_eq!(person, wards.own, "a foreign person at an own door has no name");
        }
    }
}

#[test]
fn alarms_are_those_of_own_doors_and_are_counted_so() {
    let wards = wards();
    let site = &wards.bench.site;
    for at in ["own", "foreign"] {
        site.raise_alarm("held-open", Some(&door(at)), None, NOW).unwrap();
    }
    site.raise_alarm("disk-full", None, None, NOW).unwrap();
    let narrow = wards.ward();
    let seen = narrow.alarms(&AlarmFilter::default(), NOW, 10).unwrap();
    assert_eq!(seen.iter().map(|alarm| alarm.door.clone()).collect::<Vec<_>>(), [Some(door("own"))]);
    assert_eq!(narrow.alarm_counts(NOW).unwrap().open, 1);
    for alarm in site.alarms(&AlarmFilter::default(), NOW, 10).unwrap() {
        let acknowledged = narrow.acknowledge_alarm(&ACTOR, alarm.id, "Seen");
        if alarm.door == Some(door("own")) { acknowledged.unwrap() } else { outside(acknowledged) }
    }
}

#[test]
fn people_and_cards_that_are_within_can_be_changed_and_no_others() {
    let wards = wards();
    let narrow = wards.ward();
    narrow.block_card(&ACTOR, &uid(1), Block::Suspended).unwrap();
    narrow.give_card(&ACTOR, &uid(9), wards.own, Window::ALWAYS).unwrap();
    narrow.add_employment(&ACTOR, wards.own, &NewEmployment::always("Ward 3", "Head nurse")).unwrap();
    let before = wards.bench.latest();
    outside(narrow.block_card(&ACTOR, &uid(2), Block::Suspended));
    outside(narrow.give_card(&ACTOR, &uid(9), wards.foreign, Window::ALWAYS));
    outside(narrow.give_card(&ACTOR, &uid(2), wards.own, Window::ALWAYS));
    outside(narrow.add_employment(&ACTOR, wards.foreign, &NewEmployment::always("Ward 3", "Nurse")));
    outside(narrow.add_employment(&ACTOR, wards.own, &NewEmployment::always("Pharmacy", "Nurse")));
    outside(narrow.list_card(&ACTOR, &uid(1), &door("foreign"), Window::ALWAYS));
    assert!(narrow.set_role(&ACTOR, 1, Role::Admin).is_err());
    assert!(narrow.add_group(&ACTOR, "Mine").is_err());
    assert!(narrow.add_area(&ACTOR, "Mine", &[door("own")]).is_err());
    assert_eq!(wards.bench.latest(), before);
    narrow.list_card(&ACTOR, &uid(1), &door("own"), Window::ALWAYS).unwrap();
}

#[test]
fn nobody_is_put_into_a_group_that_opens_a_door_outside() {
    let wards = wards();
    let site = &wards.bench.site;
    let narrow = wards.ward();
    let member = |group, person| RuleEdit::SetMember { group, person, window: Window::ALWAYS };
    narrow.edit_rules(&ACTOR, &member(wards.groups[0], wards.own)).unwrap();
    outside(narrow.edit_rules(&ACTOR, &member(wards.groups[1], wards.own)));
    outside(narrow.edit_rules(&ACTOR, &member(wards.groups[0], wards.foreign)));
    site.edit_rules(&ACTOR, &member(wards.groups[1], wards.own)).unwrap();
    outside(narrow.edit_rules(&ACTOR, &RuleEdit::RemoveMember { group: wards.groups[1], person: wards.own }));
    narrow.edit_rules(&ACTOR, &RuleEdit::RemoveMember { group: wards.groups[0], person: wards.own }).unwrap();
    outside(wards.narrow(&["Ward 3"], &[]).edit_rules(&ACTOR, &member(wards.groups[0], wards.own)));
    // A title that opens a door outside is none that they may give.
    let line = GroupMatch { title: Some("Chemist".to_owned()), unit: None, kind: None };
    site.edit_rules(&ACTOR, &RuleEdit::SetMatches { group: wards.groups[1], matches: vec![line] }).unwrap();
    outside(narrow.add_employment(&ACTOR, wards.own, &NewEmployment::always("Ward 3", "Chemist")));
    outside(narrow.edit_rules(&ACTOR, &RuleEdit::RenameGroup { group: wards.groups[0], name: "Mine".to_owned() }));
}

#[test]
fn doors_that_are_within_take_commands_and_lockdowns_and_no_others() {
    let wards = wards();
    let narrow = wards.ward();
    narrow.request_command(&ACTOR, &door("own"), Action::UnlockOnce, "A courier").unwrap();
    outside(narrow.request_command(&ACTOR, &door("foreign"), Action::UnlockOnce, "A courier"));
    let down = narrow.lock_down(&ACTOR, &LockdownScope::Area(wards.areas[0].0), None, "Drill").unwrap();
    for scope in [LockdownScope::Site, LockdownScope::Area(wards.areas[1].0), LockdownScope::Door(door("foreign"))] {
        outside(narrow.lock_down(&ACTOR, &scope, None, "Drill"));
    }
    let whole = wards.bench.site.lock_down(&ACTOR, &LockdownScope::Site, None, "Fire").unwrap();
    assert!(narrow.lift_lockdown(&ACTOR, whole, "Over").is_err());
    narrow.lift_lockdown(&ACTOR, down, "Over").unwrap();
}

#[test]
fn a_limit_is_kept_told_of_and_never_takes_the_last_administrator() {
    let wards = wards();
    let site = &wards.bench.site;
    let olli = site.add_operator(&ACTOR, "olli", "$hash").unwrap();
    let limit = Limit { units: vec!["Ward 3".to_owned()], areas: vec![wards.areas[0]] };
    let refused = site.set_limit(&ACTOR, olli.id, limit.clone());
    assert!(matches!(refused, Err(SiteError::Refused { problem: "last-admin", .. })));
    let maija = site.add_operator(&ACTOR, "maija", "$hash").unwrap();
    site.set_limit(&ACTOR, olli.id, limit.clone()).unwrap();
    assert_eq!((site.limit_of(olli.id).unwrap(), site.limits().unwrap().len()), (limit.clone(), 1));
    assert!(site.limit_of(maija.id).unwrap().is_none());
    let told = site.change_log(None, 1).unwrap().remove(0);
    assert_eq!((told.action.as_str(), told.detail.as_str()), ("operator-limit", "olli"));
    assert!(format!("{:?}", told.differences[0].fields).contains("Ward 3; Ward"));
    let before = wards.bench.latest();
    site.set_limit(&ACTOR, olli.id, limit.clone()).unwrap();
    assert_eq!(wards.bench.latest(), before);
    assert!(matches!(site.set_disabled(&ACTOR, maija.id, true), Err(SiteError::Refused { problem: "last-admin", .. })));
    let set = |units: &[&str], areas: &[AreaId]| {
        let units = units.iter().map(|unit| (*unit).to_owned()).collect();
        site.set_limit(&ACTOR, olli.id, Limit { units, areas: areas.to_vec() })
    };
    assert_eq!(problem(set(&[], &[AreaId(99)])), ("areas", "unknown-area"));
    assert_eq!(problem(set(&[""], &[])), ("units", "empty"));
    assert!(matches!(site.set_limit(&ACTOR, 99, limit), Err(SiteError::NotFound { .. })));
    set(&[], &[]).unwrap();
    assert!(site.limit_of(olli.id).unwrap().is_none());
}

#[test]
fn a_card_that_opens_a_door_outside_is_given_to_nobody_who_does_not_have_it() {
    let wards = wards();
    let (site, narrow) = (&wards.bench.site, wards.ward());
    site.list_card(&ACTOR, &uid(9), &door("foreign"), Window::ALWAYS).unwrap();
    outside(narrow.give_card(&ACTOR, &uid(9), wards.own, Window::ALWAYS));
    assert_eq!(site.card(&uid(9)).unwrap().holder, None);
    // Whoever has it already may have it for a shorter time, and give it back, which ends the exception.
    site.give_card(&ACTOR, &uid(9), wards.own, Window::ALWAYS).unwrap();
    let shorter = Window { from: None, until: Some(UtcS(NOW.second().0 + 1_000)) };
    narrow.give_card(&ACTOR, &uid(9), wards.own, shorter).unwrap();
    narrow.transit(&ACTOR, &uid(9), Transition::Return, Cause::Returned).unwrap();
    let back = site.card(&uid(9)).unwrap();
    assert!(back.listings.is_empty() && back.life == Life::Returned, "{back:?}");
}

#[test]
fn a_backup_card_that_somebody_outside_had_is_handed_out_again() {
    let wards = wards();
    let site = &wards.bench.site;
    site.add_card(&ACTOR, NewCard::new(uid(100), CardKind::Backup, Window::ALWAYS)).unwrap();
    let to = |person: PersonId, until: i64| HandOut {
        backup: uid(100),
        person,
        original: None,
        kind: Some(CardKind::Staff),
        cause: HandOutCause::None,
        document: Document::KnownInPerson,
        place: "Ward".to_owned(),
        until: Some(UtcS(NOW.second().0 + until)),
    };
    site.hand_out(&ACTOR, &to(wards.foreign, 100)).unwrap();
    outside(wards.ward().give_back(&ACTOR, &uid(100), "Ward"));
    let later = UtcMs(NOW.0 + 200_000);
    let actor = Actor { operator: "desk", at: later };
    site.end_due(&actor, later).unwrap();
    let limit = Limit { units: vec!["Ward 3".to_owned()], areas: wards.areas[..1].to_vec() };
    let narrow = site.within(Arc::new(Within::new(limit, later).unwrap()));
    narrow.hand_out(&actor, &to(wards.own, 1_000)).unwrap();
    let outs = narrow.handouts(HandOutFilter::default(), None, 9).unwrap();
    assert_eq!(outs.iter().map(|out| out.person).collect::<Vec<_>>(), [wards.own]);
}

#[test]
fn a_lockdown_of_another_area_is_seen_where_it_reaches_an_own_door_and_is_not_lifted() {
    let wards = wards();
    let site = &wards.bench.site;
    let both = site.add_area(&ACTOR, "Both", &[door("own"), door("lobby")]).unwrap();
    let reaching = site.lock_down(&ACTOR, &LockdownScope::Area(both.0), None, "Drill").unwrap();
    let other = site.lock_down(&ACTOR, &LockdownScope::Area(wards.areas[1].0), None, "Drill").unwrap();
    let narrow = wards.ward();
    let seen: Vec<i64> = narrow.lockdowns(None, 9).unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(seen, [reaching]);
    let state = |of: &Site| of.door_state(&door("own"), wards.bench.latest()).unwrap();
    assert_eq!(state(&narrow), state(site), "what an own door does is told as it is");
    for id in [reaching, other] {
        outside(narrow.lift_lockdown(&ACTOR, id, "Over"));
    }
}

#[test]
fn what_is_changed_within_reaches_the_doors_outside() {
    let wards = wards();
    let site = &wards.bench.site;
    site.list_card(&ACTOR, &uid(1), &door("foreign"), Window::ALWAYS).unwrap();
    let before = wards.bench.latest();
    wards.ward().block_card(&ACTOR, &uid(1), Block::Blocked).unwrap();
    let touched = site.touched(before, wards.bench.latest()).unwrap();
    assert!(touched.pairs.contains(&(door("foreign"), uid(1))), "{:?}", touched.pairs);
}

#[test]
fn what_was_answered_within_one_limit_is_not_answered_again_within_another() {
    let wards = wards();
    let key = OnceKey { token: [1; 32], key: "k".to_owned() };
    let answer = KeptAnswer { status: 201, headers: Vec::new(), body: b"Eero".to_vec() };
    let handles = [wards.bench.site.clone(), wards.ward(), wards.narrow(&["Pharmacy"], &[])];
    for (of, asked) in handles.iter().enumerate() {
        assert_eq!(asked.begin_once(&key, [2; 32], 1, NOW).unwrap(), Once::Begun);
        asked.answered_once(&key, Some(&answer)).unwrap();
        for (by, again) in handles.iter().enumerate() {
            let said = again.begin_once(&key, [2; 32], 1, NOW).unwrap();
            assert_eq!(said == Once::Answered(answer.clone()), of == by, "{of} {by}: {said:?}");
        }
        assert_eq!(asked.begin_once(&key, [3; 32], 1, NOW).unwrap(), Once::Another);
        wards.bench.site.once_purge(UtcMs(NOW.0 + ONCE_KEPT_MS)).unwrap();
    }
}

#[test]
fn an_encoder_is_there_for_everybody_with_how_it_is_set_up() {
    let wards = wards();
    let encoder = wards.bench.add_encoder("desk");
    for narrow in [wards.ward(), wards.narrow(&["Ward 3"], &[])] {
        let seen = narrow.doors().unwrap();
        let desk = seen.into_iter().find(|door| door.id == encoder).unwrap();
        assert_eq!(desk, wards.bench.site.door(&encoder).unwrap());
        assert_eq!(narrow.door(&encoder).unwrap(), desk);
        assert!(narrow.request_command(&ACTOR, &encoder, Action::UnlockOnce, "A courier").is_err());
    }
    let asked = wards.ward().request_encoding(&ACTOR, &uid(1), &encoder, EncodeWork::Encode);
    assert_eq!(asked.unwrap().encoder, encoder);
    outside(wards.ward().request_encoding(&ACTOR, &uid(2), &encoder, EncodeWork::Encode));
}

#[test]
fn a_card_that_came_back_from_somebody_outside_tells_no_name() {
    let wards = wards();
    let site = &wards.bench.site;
    let record = |serial: u8| CertificateRecord {
        serial: vec![serial],
        issuer: [1; 32],
        issuer_text: "CN=Test CA".to_owned(),
        subject_text: "CN=Eero".to_owned(),
        window: Window::new(UtcS(0), UtcS(4_000_000_000)),
        usage: "digital-signature".to_owned(),
        fingerprint: [serial; 32],
    };
    for card in [1, 2, 9] {
        site.attach_certificate(&ACTOR, &uid(card), &record(card)).unwrap();
    }
    let earlier = Actor { operator: "desk", at: UtcMs(NOW.0 - 1_000) };
    site.transit(&earlier, &uid(2), Transition::Return, Cause::Returned).unwrap();
    let narrow = wards.ward();
    assert_eq!(cards(&narrow), [uid(1), uid(2), uid(9)]);
    let seen = [1, 2, 9].map(|card| narrow.card(&uid(card)).unwrap());
    assert_eq!(seen.each_ref().map(|card| card.certificates.len()), [1, 0, 1]);
    assert_eq!(seen[1].holder, None);
    assert_eq!(narrow.certificates(&uid(2)).unwrap().len(), 0);
}
