//! Orders, lockdowns and what else moves only the state of doors.

use access::envelope::Header;
use access::message::Status;
use access::mode::{Lockdown, Order};
use access::signal::{Lamps, Pattern, Signal, SignalSet, Step};
use access::time::{ClockTrust, UtcMs, UtcS};
use access::whitelist::Generation;
use db::site::{Actor, LockdownScope, PassbackRule, RuleEdit, SiteError};

use crate::support::{ACTOR, Bench, NOW, door, problem, site_id};

const LATER: UtcS = UtcS(NOW.0 / 1_000 + 3_600);

fn lock(bench: &Bench, scope: &LockdownScope, until: Option<UtcS>) -> i64 {
    bench.site.lock_down(&ACTOR, scope, until, "a threat").unwrap()
}

/// The doors whose state the last change touched.
fn touched(bench: &Bench) -> Vec<String> {
    let newest = bench.latest();
    let doors = bench.site.states_touched(Generation(newest.0 - 1), newest).unwrap();
    assert!(bench.site.touched(Generation(newest.0 - 1), newest).unwrap().pairs.is_empty(), "no list moves");
    doors.iter().map(ToString::to_string).collect()
}

fn lockdown(bench: &Bench, name: &str) -> Option<Lockdown> {
    bench.site.door_state(&door(name), bench.latest()).unwrap().lockdown
}

/// The door tells that it has the newest state.
fn catch_up(bench: &Bench, name: &str, sequence: u64) {
    let header = Header {
        site: site_id(),
        door: door(name),
        key_id: 1,
        epoch: 1,
        boot: 1,
        sequence,
        link: access::chain::Link::START,
    };
    let status = Status {
        utc: NOW,
        trust: ClockTrust::Synchronised,
        state_generation: bench.site.door_state(&door(name), bench.latest()).unwrap().generation,
        ..Status::of_new_box("1")
    };
    bench.site.record_status(&door(name), &header, &status, NOW).unwrap();
}

#[test]
fn a_lockdown_reaches_its_doors_those_that_join_later_too_and_ends_with_the_last() {
    let bench = Bench::with_doors(&["attic", "lab", "ward"]);
    let area = bench.site.add_area(&ACTOR, "Upstairs", &[door("attic"), door("lab")]).unwrap();
    let of_area = lock(&bench, &LockdownScope::Area(area.0), Some(LATER));
    assert_eq!(touched(&bench), ["attic", "lab"]);
    assert_eq!(lockdown(&bench, "lab"), Some(Lockdown { until: Some(LATER) }));
    assert_eq!(lockdown(&bench, "ward"), None);
    let join = RuleEdit::SetAreaDoors { area, doors: vec![door("lab"), door("ward")] };
    bench.site.edit_rules(&ACTOR, &join).unwrap();
    assert_eq!(touched(&bench), ["attic", "ward"]);
    assert_eq!((lockdown(&bench, "attic"), lockdown(&bench, "ward").is_some()), (None, true));
    let of_site = lock(&bench, &LockdownScope::Site, None);
    assert_eq!(touched(&bench), ["attic", "lab", "ward"]);
    assert_eq!(lockdown(&bench, "ward"), Some(Lockdown { until: None }));
    bench.site.lift_lockdown(&ACTOR, of_site, "it is over").unwrap();
    assert_eq!(touched(&bench), ["attic", "lab", "ward"]);
    assert_eq!(lockdown(&bench, "ward"), Some(Lockdown { until: Some(LATER) }), "the area's goes on");
    bench.site.lift_lockdown(&ACTOR, of_area, "it is over").unwrap();
    assert_eq!(lockdown(&bench, "ward"), None);
    let again = bench.site.lift_lockdown(&ACTOR, of_area, "once more");
    assert!(matches!(again, Err(SiteError::Refused { problem: "is-lifted", .. })));
}

#[test]
fn an_area_is_not_removed_while_it_is_locked_down() {
    let bench = Bench::with_doors(&["ward"]);
    let locked_down = |until: Option<UtcS>| {
        let area = bench.site.add_area(&ACTOR, "Upstairs", &[door("ward")]).unwrap();
        (area, lock(&bench, &LockdownScope::Area(area.0), until))
    };
    let remove = |area, ms| {
        let actor = Actor { operator: "maija", at: UtcMs(LATER.0 * 1_000 + ms) };
        bench.site.edit_rules(&actor, &RuleEdit::RemoveArea(area))
    };
    let (area, id) = locked_down(None);
    assert_eq!(problem(remove(area, 0)), ("area", "locked-down"));
    bench.site.lift_lockdown(&ACTOR, id, "it is over").unwrap();
    remove(area, 0).unwrap();
    let (area, _) = locked_down(Some(LATER));
    assert_eq!(problem(remove(area, -1)), ("area", "locked-down"));
    remove(area, 0).unwrap();
}

#[test]
fn who_and_why_is_told_and_at_how_many_doors_it_is_in_force() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    bench.add_encoder("desk");
    catch_up(&bench, "ward", 1);
    let id = lock(&bench, &LockdownScope::Site, None);
    let counts = |open: bool| {
        let view = bench.site.lockdowns(open.then_some(NOW.second()), 10).unwrap().remove(0);
        (view.doors, view.in_force)
    };
    assert_eq!(counts(true), (2, 0), "an encoder is no door");
    catch_up(&bench, "ward", 2);
    assert_eq!(counts(true), (2, 1));
    let of_ward = bench.site.door_orders(&door("ward")).unwrap().lockdowns;
    let of_attic = bench.site.door_orders(&door("attic")).unwrap().lockdowns;
    assert_eq!((of_ward[0].1, of_attic[0].1), (true, false));
    let view = &of_ward[0].0;
    assert_eq!((view.id, view.operator.as_str(), view.reason.as_str(), view.at), (id, "maija", "a threat", NOW));
    assert!(view.is_on(LATER));
    let lifts = Actor { operator: "pekka", at: UtcMs(NOW.0 + 1) };
    bench.site.lift_lockdown(&lifts, id, "it was a drill").unwrap();
    assert!(bench.site.lockdowns(Some(NOW.second()), 10).unwrap().is_empty());
    assert_eq!(counts(false), (2, 1), "the ward has not heard yet");
    catch_up(&bench, "ward", 3);
    assert_eq!(counts(false), (2, 0));
    let lifted = bench.site.lockdowns(None, 10).unwrap().remove(0).lifted.unwrap();
    assert_eq!((lifted.operator.as_str(), lifted.reason.as_str()), ("pekka", "it was a drill"));
}

#[test]
fn lockdowns_that_are_over_do_not_hide_one_that_is_on_and_each_is_found_by_its_number() {
    let bench = Bench::with_doors(&["ward", "lab"]);
    let on = lock(&bench, &LockdownScope::Door(door("ward")), None);
    let over = lock(&bench, &LockdownScope::Door(door("lab")), Some(LATER));
    let listed = |at| -> Vec<i64> {
        bench.site.lockdowns(Some(at), 1).unwrap().into_iter().map(|lockdown| lockdown.id).collect()
    };
    assert_eq!((listed(UtcS(LATER.0 - 1)), listed(LATER)), (vec![over], vec![on]));
    for id in [on, over] {
        assert_eq!(bench.site.lockdown(id).unwrap().id, id);
    }
    assert!(matches!(bench.site.lockdown(99), Err(SiteError::NotFound { what: "lockdown", .. })));
}

#[test]
fn what_cannot_be_ordered_is_refused_and_leaves_no_trace() {
    let bench = Bench::with_doors(&["ward"]);
    let desk = bench.add_encoder("desk");
    let before = bench.latest();
    let until = |s| Some(Order { unlock: true, until: UtcS(NOW.second().0 + s) });
    let order = |order, reason| bench.site.order_mode(&ACTOR, &door("ward"), order, reason);
    assert_eq!(problem(order(until(0), "x")), ("until", "out-of-range"));
    assert_eq!(problem(order(until(Order::LENGTH_S_MAX + 1), "x")), ("until", "out-of-range"));
    assert_eq!(problem(order(until(9), " ")), ("reason", "empty"));
    assert_eq!(problem(bench.site.order_mode(&ACTOR, &desk, until(9), "x")), ("door", "is-encoder"));
    let down = |scope, until| bench.site.lock_down(&ACTOR, &scope, until, "x");
    assert_eq!(problem(down(LockdownScope::Site, Some(NOW.second()))), ("until", "out-of-range"));
    assert_eq!(problem(down(LockdownScope::Door(desk), None)), ("door", "is-encoder"));
    assert!(matches!(down(LockdownScope::Area(9), None), Err(SiteError::NotFound { what: "area", .. })));
    assert!(matches!(bench.site.lift_lockdown(&ACTOR, 1, "x"), Err(SiteError::NotFound { .. })));
    assert_eq!(bench.latest(), before);
    for _ in 0..16 {
        lock(&bench, &LockdownScope::Site, Some(LATER));
    }
    assert_eq!(problem(down(LockdownScope::Site, None)), ("lockdown", "too-many"));
    let tomorrow = Actor { operator: "maija", at: UtcMs(NOW.0 + 86_400_000) };
    bench.site.lock_down(&tomorrow, &LockdownScope::Site, None, "those of yesterday are put away").unwrap();
    assert_eq!(bench.site.lockdowns(Some(tomorrow.at.second()), 99).unwrap().len(), 1);
}

#[test]
fn an_order_names_its_operator_and_is_replaced_by_the_next() {
    let bench = Bench::with_doors(&["ward"]);
    let order = |unlock| Order { unlock, until: LATER };
    bench.site.order_mode(&ACTOR, &door("ward"), Some(order(true)), "a delivery").unwrap();
    assert_eq!(touched(&bench), ["ward"]);
    catch_up(&bench, "ward", 1);
    bench.site.order_mode(&ACTOR, &door("ward"), Some(order(false)), "a guest lecture").unwrap();
    let all = bench.site.orders().unwrap();
    assert_eq!((all.len(), all[0].order, all[0].reason.as_str()), (1, order(false), "a guest lecture"));
    assert!(!bench.site.door_orders(&door("ward")).unwrap().order.unwrap().1);
    bench.site.order_mode(&ACTOR, &door("ward"), None, "it is over").unwrap();
    assert!(bench.site.orders().unwrap().is_empty());
    assert_eq!(bench.site.door(&door("ward")).unwrap().order, None);
}

#[test]
fn signals_zone_and_passback_rules_touch_the_states_that_they_are_part_of() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let area = bench.site.add_area(&ACTOR, "Store", &[]).unwrap();
    let mut settings = bench.site.door(&door("ward")).unwrap().settings;
    settings.leads_into = Some(access::passage::AreaId(u32::try_from(area.0).unwrap()));
    bench.site.set_settings(&ACTOR, &door("ward"), settings).unwrap();
    let rule = PassbackRule { hard: true, within_s: Some(600), forgiven_at: None };
    bench.site.set_passback(&ACTOR, area, Some(rule)).unwrap();
    assert_eq!(touched(&bench), ["ward"]);
    assert_eq!(bench.site.area(area).unwrap().passback, Some(rule));
    assert_eq!(bench.site.door_state(&door("ward"), bench.latest()).unwrap().passback.len(), 1);
    let bad = PassbackRule { within_s: Some(1), ..rule };
    assert_eq!(problem(bench.site.set_passback(&ACTOR, area, Some(bad))), ("within_s", "out-of-range"));
    let removed = bench.site.edit_rules(&ACTOR, &RuleEdit::RemoveArea(area));
    assert_eq!(problem(removed), ("area", "used-by-door"));
    let pattern = Pattern(vec![Step { lamps: Lamps { green: true, ..Lamps::default() }, ms: 100 }]);
    let signals = SignalSet(vec![(Signal::Granted, pattern)]);
    bench.site.set_signals(&ACTOR, &signals).unwrap();
    assert_eq!(touched(&bench), ["attic", "ward"]);
    assert_eq!(bench.site.signals().unwrap(), signals);
    assert_eq!(bench.site.door_state(&door("attic"), bench.latest()).unwrap().signals, signals);
    let mut calendar = bench.site.site_calendar().unwrap();
    calendar.holidays.changed = vec![(access::calendar::Date::from_ymd(2027, 1, 7).unwrap(), true)];
    bench.site.edit_rules(&ACTOR, &RuleEdit::SetCalendar(calendar.clone())).unwrap();
    assert!(touched(&bench).is_empty(), "holidays are of the whitelist");
    "Europe/Berlin".clone_into(&mut calendar.zone);
    bench.site.edit_rules(&ACTOR, &RuleEdit::SetCalendar(calendar)).unwrap();
    assert_eq!(touched(&bench), ["attic", "ward"]);
}

#[test]
fn a_schedule_that_unlocks_a_door_is_in_its_calendar_and_stays() {
    let bench = Bench::with_doors(&["ward"]);
    let schedule = bench.site.add_schedule(&ACTOR, "Office", access::calendar::Schedule::default()).unwrap();
    let before = bench.latest();
    let mut settings = bench.site.door(&door("ward")).unwrap().settings;
    settings.unlock = Some(access::mode::Unlock { schedule, first_person_in: true });
    bench.site.set_settings(&ACTOR, &door("ward"), settings).unwrap();
    assert_eq!(bench.site.door(&door("ward")).unwrap().settings, settings);
    assert_eq!(bench.site.touched(before, bench.latest()).unwrap().calendars, [door("ward")]);
    assert_eq!(bench.site.calendar(&door("ward"), bench.latest()).unwrap().schedules.len(), 1);
    let removed = bench.site.edit_rules(&ACTOR, &RuleEdit::RemoveSchedule(schedule));
    assert_eq!(problem(removed), ("schedule", "used-by-door"));
    settings.unlock = Some(access::mode::Unlock { schedule: access::entry::ScheduleId(9), first_person_in: false });
    let unknown = bench.site.set_settings(&ACTOR, &door("ward"), settings);
    assert_eq!(problem(unknown), ("unlock", "unknown-schedule"));
}
