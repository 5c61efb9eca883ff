//! Groups, areas, schedules and rules as operators make them, and what an edit would do.

use access::calendar::{DayWindow, HolidaySet, Holidays, Schedule};
use access::entry::ScheduleId;
use access::time::Window;
use db::site::{
    AreaId, CardKind, Effect, GroupId, GroupMatch, NewCard, NewRule, Page, PersonId, PreviewRow, RuleEdit, RuleFilter,
    RuleId, SiteCalendar, SiteError,
};

use crate::support::{ACTOR, Bench, door, problem, uid, window};

const ALL: Page = Page { after: None, limit: 100 };

fn bench() -> (Bench, NewRule) {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let group = bench.site.add_group(&ACTOR, "Nurses").unwrap();
    let area = bench.site.add_area(&ACTOR, "Wards", &[door("ward")]).unwrap();
    let schedule = bench.site.add_schedule(&ACTOR, "Days", Schedule::default()).unwrap();
    let note = "agreed in May".to_owned();
    let rule = NewRule { group, area, schedule, effect: Effect::Allow, window: Window::ALWAYS, note };
    (bench, rule)
}

fn edit(bench: &Bench, edit: &RuleEdit) -> Result<i64, SiteError> {
    bench.site.edit_rules(&ACTOR, edit)
}

#[test]
fn what_is_added_is_shown_with_its_counts_and_found_by_name() {
    let (bench, rule) = bench();
    let id = bench.site.add_rule(&ACTOR, rule.clone()).unwrap();
    let aino = bench.add_person("Aino");
    edit(&bench, &RuleEdit::SetMember { group: rule.group, person: aino, window: window(1, 2) }).unwrap();
    let matches = vec![GroupMatch { unit: Some("ICU".to_owned()), ..GroupMatch::default() }];
    edit(&bench, &RuleEdit::SetMatches { group: rule.group, matches: matches.clone() }).unwrap();
    let group = bench.site.group_by_name("Nurses").unwrap().unwrap();
    assert_eq!((group.members, group.matches, group.rules), (1, matches, 1));
    assert_eq!(bench.site.group(group.id).unwrap().name, "Nurses");
    let members = bench.site.group_members(group.id, ALL).unwrap();
    assert_eq!((members[0].person, members[0].window), (aino, window(1, 2)));
    assert_eq!(bench.site.groups_of(aino).unwrap(), [(group.id, "Nurses".to_owned(), window(1, 2))]);
    let area = bench.site.area_by_name("Wards").unwrap().unwrap();
    assert_eq!((area.doors.len(), area.rules), (1, 1));
    assert_eq!(bench.site.schedule_by_name("Days").unwrap().unwrap().rules, 1);
    let shown = bench.site.rule(id).unwrap();
    assert_eq!((shown.rule, shown.schedule_name.as_deref()), (rule, Some("Days")));
    for (at, found) in [("ward", 1), ("attic", 0)] {
        let filter = RuleFilter { door: Some(door(at)), ..RuleFilter::default() };
        assert_eq!(bench.site.rules(&filter, ALL).unwrap().len(), found);
    }
}

#[test]
fn pages_go_on_where_the_one_before_ended() {
    let bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.site.add_group(&ACTOR, name).unwrap();
    }
    let first = bench.site.groups(Page { after: None, limit: 2 }).unwrap();
    let rest = bench.site.groups(Page { after: first.last().map(|group| group.id.0), limit: 2 }).unwrap();
    let names: Vec<_> = first.iter().chain(&rest).map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn what_a_rule_names_cannot_be_removed_and_afterwards_it_can() {
    let (bench, rule) = bench();
    let id = bench.site.add_rule(&ACTOR, rule.clone()).unwrap();
    let removals =
        [RuleEdit::RemoveGroup(rule.group), RuleEdit::RemoveArea(rule.area), RuleEdit::RemoveSchedule(rule.schedule)];
    for (removal, field) in removals.iter().zip(["group", "area", "schedule"]) {
        assert_eq!(problem(edit(&bench, removal)), (field, "used-by-rule"));
    }
    edit(&bench, &RuleEdit::RemoveRule(id)).unwrap();
    for removal in &removals {
        edit(&bench, removal).unwrap();
        assert!(matches!(edit(&bench, removal), Err(SiteError::NotFound { .. })));
    }
    assert!(bench.site.groups(ALL).unwrap().is_empty() && bench.site.areas(ALL).unwrap().is_empty());
    let again = bench.site.add_schedule(&ACTOR, "Days", Schedule::default()).unwrap();
    assert!(again.0 > rule.schedule.0, "a number is never given again");
}

#[test]
fn bad_input_is_named_and_leaves_nothing() {
    let (bench, rule) = bench();
    let before = bench.latest();
    let changed = |change: fn(&mut NewRule)| {
        let mut rule = rule.clone();
        change(&mut rule);
        problem(edit(&bench, &RuleEdit::AddRule(rule)))
    };
    assert_eq!(changed(|rule| rule.group = GroupId(99)), ("group", "unknown-group"));
    assert_eq!(changed(|rule| rule.area = AreaId(99)), ("area", "unknown-area"));
    assert_eq!(changed(|rule| rule.schedule = ScheduleId(99)), ("schedule", "unknown-schedule"));
    assert_eq!(changed(|rule| rule.window = window(2, 1)), ("window", "reversed-window"));
    assert_eq!(changed(|rule| rule.note = "x".repeat(501)), ("note", "too-long"));
    let mut reversed = Schedule::default();
    reversed.days[0] = vec![DayWindow { from_min: 9, until_min: 8 }];
    let add = RuleEdit::AddSchedule { name: "Bad".to_owned(), body: reversed };
    assert_eq!(problem(edit(&bench, &add)), ("schedule", "not-a-schedule"));
    let zone = SiteCalendar { zone: "Europe/Nowhere".to_owned(), ..SiteCalendar::default() };
    assert_eq!(problem(edit(&bench, &RuleEdit::SetCalendar(zone))), ("zone", "unknown-zone"));
    let member = RuleEdit::SetMember { group: rule.group, person: PersonId(99), window: Window::ALWAYS };
    assert_eq!(problem(edit(&bench, &member)), ("person", "unknown-person"));
    let empty = RuleEdit::SetMatches { group: rule.group, matches: vec![GroupMatch::default()] };
    assert_eq!(problem(edit(&bench, &empty)), ("matches", "empty"));
    let doors = RuleEdit::SetAreaDoors { area: rule.area, doors: vec![door("cellar")] };
    assert_eq!(problem(edit(&bench, &doors)), ("door", "unknown-door"));
    assert_eq!(problem(bench.site.add_group(&ACTOR, " ")), ("name", "empty"));
    assert!(matches!(bench.site.add_group(&ACTOR, "Nurses"), Err(SiteError::Conflict { what: "group", .. })));
    assert!(matches!(edit(&bench, &RuleEdit::RemoveRule(RuleId(9))), Err(SiteError::NotFound { .. })));
    assert_eq!(bench.latest(), before);
}

#[test]
fn what_is_so_already_is_no_change() {
    let (bench, rule) = bench();
    let id = bench.site.add_rule(&ACTOR, rule.clone()).unwrap();
    let before = bench.latest();
    for same in [
        RuleEdit::RenameGroup { group: rule.group, name: "Nurses".to_owned() },
        RuleEdit::RenameArea { area: rule.area, name: "Wards".to_owned() },
        RuleEdit::SetAreaDoors { area: rule.area, doors: vec![door("ward"), door("ward")] },
        RuleEdit::SetMatches { group: rule.group, matches: Vec::new() },
        RuleEdit::ChangeSchedule { schedule: rule.schedule, name: "Days".to_owned(), body: Schedule::default() },
        RuleEdit::SetCalendar(SiteCalendar::default()),
        RuleEdit::ChangeRule { rule: id, to: rule },
    ] {
        edit(&bench, &same).unwrap();
    }
    assert_eq!(bench.latest(), before);
}

#[test]
fn the_calendar_is_helsinkis_until_somebody_says_otherwise() {
    let bench = Bench::new();
    assert_eq!(bench.site.site_calendar().unwrap().zone, "Europe/Helsinki");
    let none = Holidays { set: HolidaySet::None, changed: Vec::new() };
    let set = SiteCalendar { zone: "Europe/Berlin".to_owned(), holidays: none };
    edit(&bench, &RuleEdit::SetCalendar(set.clone())).unwrap();
    assert_eq!(bench.site.site_calendar().unwrap(), set);
}

/// Persons and doors of a preview's rows.
fn who(rows: &[PreviewRow]) -> Vec<(i64, String)> {
    rows.iter().map(|row| (row.person.0, row.door.to_string())).collect()
}

fn give(bench: &Bench, number: u8, name: &str) -> PersonId {
    let person = bench.add_person(name);
    let card = NewCard::new(uid(number), CardKind::Visitor, Window::ALWAYS);
    bench.site.add_card(&ACTOR, card).unwrap();
    bench.site.give_card(&ACTOR, &uid(number), person, Window::ALWAYS).unwrap();
    person
}

#[test]
fn a_preview_says_who_gains_and_loses_and_changes_nothing() {
    let (bench, rule) = bench();
    let (aino, eero) = (give(&bench, 1, "Aino"), give(&bench, 2, "Eero"));
    for person in [aino, eero] {
        edit(&bench, &RuleEdit::SetMember { group: rule.group, person, window: Window::ALWAYS }).unwrap();
    }
    let before = bench.latest();
    let preview = bench.site.preview(&ACTOR, &RuleEdit::AddRule(rule.clone())).unwrap();
    assert_eq!(who(&preview.gains), [(aino.0, "ward".to_owned()), (eero.0, "ward".to_owned())]);
    assert_eq!((preview.gain_count, preview.lose_count, preview.other_times_count), (2, 0, 0));
    assert_eq!(preview.calendars, [door("ward")]);
    assert_eq!(bench.latest(), before);
    assert!(bench.site.rules(&RuleFilter::default(), ALL).unwrap().is_empty());
    let id = bench.site.add_rule(&ACTOR, rule.clone()).unwrap();
    let look = |edit: RuleEdit| bench.site.preview(&ACTOR, &edit).unwrap();
    let gone = look(RuleEdit::RemoveMember { group: rule.group, person: eero });
    assert_eq!((who(&gone.loses), gone.gain_count), (vec![(eero.0, "ward".to_owned())], 0));
    let moved = look(RuleEdit::SetAreaDoors { area: rule.area, doors: vec![door("attic")] });
    assert_eq!((moved.gain_count, moved.lose_count), (2, 2));
    let denied = look(RuleEdit::AddRule(NewRule { effect: Effect::Deny, ..rule.clone() }));
    assert_eq!(denied.lose_count, 2, "during the very hours that let them in");
    let shorter = NewRule { window: window(1, 9), ..rule.clone() };
    let other = look(RuleEdit::ChangeRule { rule: id, to: shorter });
    assert_eq!((other.other_times_count, other.lose_count), (2, 0));
    let mut body = Schedule::default();
    body.days[0] = vec![DayWindow::ALL_DAY];
    let hours = look(RuleEdit::ChangeSchedule { schedule: rule.schedule, name: "Days".to_owned(), body });
    assert_eq!((hours.other_times_count, hours.calendars), (2, vec![door("ward")]));
    let refused = bench.site.preview(&ACTOR, &RuleEdit::RemoveGroup(rule.group));
    assert_eq!(problem(refused), ("group", "used-by-rule"));
    assert_eq!(bench.latest().0, before.0 + 1);
}
