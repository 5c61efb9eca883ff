//! What changes found and left, which of them are asked for, and nobody overwrites what they have not seen.

use access::calendar::{DayWindow, Schedule};
use access::entry::Block;
use access::time::{UtcMs, UtcS, Window};
use db::site::{
    Actor, Became, CardKind, ChangeFilter, ChangeView, Checked, Effect, GroupId, NewCard, NewEmployment, NewRule,
    RuleEdit, SiteError, Thing,
};

use crate::support::{ACTOR, Bench, NOW, door, problem, uid, window};

fn newest(bench: &Bench) -> ChangeView {
    bench.site.change_log(None, 1).unwrap().remove(0)
}

fn only(change: ChangeView) -> Became {
    assert_eq!((change.differences.len(), change.more), (1, 0), "{:?}", change.action);
    change.differences.into_iter().next().unwrap()
}

/// Field, before, after.
fn fields(became: &Became) -> Vec<(String, String, String)> {
    became.fields.iter().map(|(field, was, is)| (field.clone(), was.to_string(), is.to_string())).collect()
}

fn field(name: &str, was: &str, is: &str) -> (String, String, String) {
    (name.to_owned(), was.to_owned(), is.to_owned())
}

#[test]
fn a_change_tells_field_by_field_what_it_found_and_what_it_left() {
    let bench = Bench::with_doors(&["ward"]);
    let card = bench.add_card(1);
    let added = only(newest(&bench));
    assert_eq!((added.of.as_str(), added.was, added.is), ("card_state", false, true));
    assert_eq!(added.key, [("uid".to_owned(), card.hex().into())]);
    bench.site.block_card(&ACTOR, &card, Block::Suspended).unwrap();
    let paused = only(newest(&bench));
    let expected = [field("cause", "\"added\"", "\"other\""), field("life", "\"active\"", "\"suspended\"")];
    assert_eq!((fields(&paused), paused.was, paused.is), (expected.to_vec(), true, true));
    bench.site.list_card(&ACTOR, &card, &door("ward"), window(5, 9)).unwrap();
    let listed = only(newest(&bench));
    assert_eq!(listed.key, [("uid".to_owned(), card.hex().into()), ("door".to_owned(), "ward".into())]);
    assert_eq!(fields(&listed), [field("from_s", "null", "5"), field("until_s", "null", "9")]);
    bench.site.unlist_card(&ACTOR, &card, &door("ward")).unwrap();
    let unlisted = only(newest(&bench));
    assert_eq!((unlisted.was, unlisted.is), (true, false));
}

#[test]
fn a_schedule_tells_which_day_became_another() {
    let bench = Bench::new();
    let mut body = Schedule::default();
    body.days[0].push(DayWindow { from_min: 420, until_min: 960 });
    let schedule = bench.site.add_schedule(&ACTOR, "Days", body.clone()).unwrap();
    body.days[2].push(DayWindow { from_min: 60, until_min: 120 });
    let edit = RuleEdit::ChangeSchedule { schedule, name: "Days".to_owned(), body };
    bench.site.edit_rules(&ACTOR, &edit).unwrap();
    let became = only(newest(&bench));
    assert_eq!(fields(&became), [field("wednesday", "[]", r#"[{"from_min":60,"until_min":120}]"#)]);
}

#[test]
fn of_very_many_rows_the_first_are_told_and_the_rest_is_counted() {
    let bench = Bench::new();
    let group = bench.site.add_group(&ACTOR, "All").unwrap();
    for number in 0..210 {
        let person = bench.add_person(&format!("P{number}"));
        bench.site.edit_rules(&ACTOR, &RuleEdit::SetMember { group, person, window: Window::ALWAYS }).unwrap();
    }
    bench.site.edit_rules(&ACTOR, &RuleEdit::RemoveGroup(group)).unwrap();
    let removed = newest(&bench);
    assert_eq!((removed.differences.len(), removed.more), (200, 11), "210 members and the group's name");
}

#[test]
fn what_has_no_differences_to_tell_is_told_as_before_and_the_chain_holds_both() {
    let bench = Bench::with_doors(&["ward"]);
    let operator = bench.site.add_operator(&ACTOR, "olli", "hash").unwrap();
    bench.site.set_password(&ACTOR, operator.id, "another").unwrap();
    assert!(newest(&bench).differences.is_empty(), "what a password was is nobody's business");
    bench.add_card(1);
    let mut check = bench.site.check_log().unwrap();
    let end = loop {
        match bench.site.check_log_on(&mut check, 9, &|_| false).unwrap() {
            Checked::More { .. } => {}
            end => break end,
        }
    };
    assert!(matches!(end, Checked::Whole(whole) if whole.changes == 4), "{end:?}");
}

/// A site where two operators did a few things to two cards, a person, a group and a rule.
fn edited() -> (Bench, GroupId, NewRule) {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let other = Actor { operator: "olli", at: UtcMs(NOW.0 + 1_000) };
    let aino = bench.add_person("Aino");
    bench.add_card(1);
    bench.site.add_card(&other, NewCard::new(uid(2), CardKind::Staff, Window::ALWAYS)).unwrap();
    bench.site.give_card(&other, &uid(2), aino, Window::ALWAYS).unwrap();
    let group = bench.site.add_group(&ACTOR, "Nurses").unwrap();
    bench.site.edit_rules(&other, &RuleEdit::SetMember { group, person: aino, window: Window::ALWAYS }).unwrap();
    let area = bench.site.add_area(&ACTOR, "Wards", &[door("ward")]).unwrap();
    let schedule = access::entry::ScheduleId::ALWAYS;
    let rule = NewRule { group, area, schedule, effect: Effect::Allow, window: Window::ALWAYS, note: String::new() };
    bench.site.add_rule(&ACTOR, rule.clone()).unwrap();
    (bench, group, rule)
}

#[test]
fn every_filter_of_the_log_narrows_and_all_hold_together() {
    let (bench, group, rule) = edited();
    let find = |filter: &ChangeFilter| -> Vec<String> {
        bench.site.find_changes(filter, None, 100).unwrap().into_iter().rev().map(|change| change.action).collect()
    };
    let default = ChangeFilter::default;
    let about = |thing| find(&ChangeFilter { about: Some(thing), ..default() });
    assert_eq!(find(&default()).len(), 10);
    let olli = ChangeFilter { operators: vec!["olli".to_owned()], ..default() };
    assert_eq!(find(&olli), ["card-add", "card-give", "group-member"]);
    let both = ChangeFilter { actions: vec!["card-add".to_owned(), "rule-add".to_owned()], ..default() };
    assert_eq!(find(&both), ["card-add", "card-add", "rule-add"]);
    assert_eq!(find(&ChangeFilter { from: Some(UtcMs(NOW.0 + 1)), ..default() }), find(&olli));
    assert_eq!(find(&ChangeFilter { until: Some(UtcMs(NOW.0 + 1)), ..default() }).len(), 7);
    assert_eq!(about(Thing::Card(uid(2))), ["card-add", "card-give"]);
    assert_eq!(about(Thing::Card(uid(9))), [""; 0]);
    assert_eq!(about(Thing::Person(db::site::PersonId(1))), ["person-add", "card-give", "group-member"]);
    assert_eq!(about(Thing::Group(group)), ["group-add", "group-member", "rule-add"]);
    assert_eq!(about(Thing::Area(rule.area)), ["area-add", "rule-add"]);
    assert_eq!(about(Thing::Door(door("ward"))), ["door-add", "area-add"]);
    let narrow = ChangeFilter { about: Some(Thing::Card(uid(2))), actions: vec!["card-give".to_owned()], ..olli };
    assert_eq!(find(&narrow), ["card-give"]);
    let page = bench.site.find_changes(&both, Some(9), 1).unwrap();
    assert_eq!((page.len(), page[0].number), (1, 5), "from where the page before ended");
    assert_eq!(bench.site.change_operators().unwrap(), ["maija", "olli"]);
    assert!(bench.site.change_actions().unwrap().contains(&"group-member".to_owned()));
    let many = ChangeFilter { operators: vec![String::new(); 101], ..default() };
    assert_eq!(problem(bench.site.find_changes(&many, None, 1)), ("operator", "too-many"));
}

#[test]
fn whoever_has_not_seen_the_newest_edit_of_a_thing_overwrites_nothing() {
    let (bench, _, rule) = edited();
    let id = db::site::RuleId(1);
    let thing = Thing::Rule(id);
    let change = |note: &str| RuleEdit::ChangeRule { rule: id, to: NewRule { note: note.to_owned(), ..rule.clone() } };
    let seen = bench.site.latest().unwrap().0;
    assert_eq!(bench.site.version(&thing).unwrap(), seen);
    // Something else changes, which is nobody's concern here.
    bench.add_card(7);
    bench.site.as_seen(thing.clone(), seen).edit_rules(&ACTOR, &change("mine")).unwrap();
    let late = bench.site.as_seen(thing.clone(), seen);
    let before = bench.site.latest().unwrap();
    assert!(matches!(late.edit_rules(&ACTOR, &change("late")), Err(SiteError::Stale { what: "rule" })));
    assert!(matches!(late.preview(&ACTOR, &change("late")), Err(SiteError::Stale { what: "rule" })));
    assert_eq!((bench.site.latest().unwrap(), bench.site.rule(id).unwrap().rule.note.as_str()), (before, "mine"));
    let theirs = bench.site.edits_since(&thing, seen, 10).unwrap();
    assert_eq!(theirs.len(), 1);
    assert_eq!(fields(&theirs[0].differences[0]), [field("note", "\"\"", "\"mine\"")]);
    bench.site.as_seen(thing, before.0).edit_rules(&ACTOR, &change("after all")).unwrap();
}

#[test]
fn a_thing_that_is_gone_is_another_than_the_one_that_was_seen() {
    let bench = Bench::new();
    let aino = bench.add_person("Aino");
    let job = bench.site.add_employment(&ACTOR, aino, &NewEmployment::always("ICU", "Nurse")).unwrap().id;
    let (thing, seen) = (Thing::Employment(job), bench.site.latest().unwrap().0);
    bench.site.remove_employment(&ACTOR, job).unwrap();
    let late = bench.site.as_seen(thing, seen).end_employment(&ACTOR, job, UtcS(1));
    assert!(matches!(late, Err(SiteError::Stale { what: "employment" })), "{late:?}");
}
