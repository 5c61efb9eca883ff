//! Employments and rights to practise, one by one and from registers.

use access::time::{UtcMs, UtcS, Window};
use db::site::{
    Actor, CardKind, CardRow, EmploymentRow, ImportOptions, ImportRows, ImportTable, NewEmployment, NewRight, Page,
    PeopleFilter, PersonRow, RightRow, RowError, SiteError,
};
use serde_json::Value;

use crate::support::{ACTOR, Bench, NOW, problem, uid, window};

#[test]
fn an_employment_is_changed_ended_and_taken_back_and_its_register_never_has_it_twice() {
    let bench = Bench::new();
    let (aino, eero) = (bench.add_person("Aino"), bench.add_person("Eero"));
    let new = NewEmployment { external_id: Some("e1".to_owned()), ..NewEmployment::always("Ward 5", "Nurse") };
    let added = bench.site.add_employment(&ACTOR, aino, &new).unwrap();
    let before = bench.latest();
    assert_eq!(bench.site.add_employment(&ACTOR, aino, &new).unwrap(), added);
    assert_eq!(bench.latest(), before, "what is so already is no change");
    let moved = NewEmployment { unit: "Ward 6".to_owned(), ..new.clone() };
    assert_eq!(bench.site.add_employment(&ACTOR, aino, &moved).unwrap().id, added.id);
    let taken = bench.site.add_employment(&ACTOR, eero, &new);
    assert!(matches!(taken, Err(SiteError::Conflict { what: "employment", .. })));
    let reversed = NewEmployment { window: window(9, 5), ..new };
    assert_eq!(problem(bench.site.change_employment(&ACTOR, added.id, &reversed)), ("window", "reversed-window"));
    let ended = bench.site.end_employment(&ACTOR, added.id, UtcS(50)).unwrap();
    assert_eq!(ended.window.until, Some(UtcS(50)));
    assert_eq!(bench.site.end_employment(&ACTOR, added.id, UtcS(60)).unwrap(), ended);
    bench.site.remove_employment(&ACTOR, added.id).unwrap();
    assert!(bench.site.employments(aino).unwrap().is_empty());
}

#[test]
fn a_check_of_a_right_is_noted_and_makes_no_version_of_it() {
    let bench = Bench::new();
    let aino = bench.add_person("Aino");
    let new = NewRight::always("nurse", "terhikki", UtcMs(10));
    let right = bench.site.add_right(&ACTOR, aino, &new).unwrap();
    let before = bench.latest();
    let at = |at| Actor { at: UtcMs(at), ..ACTOR };
    assert_eq!(bench.site.note_checked(&at(30), right.id).unwrap().checked, UtcMs(30));
    assert_eq!(bench.site.note_checked(&at(20), right.id).unwrap().checked, UtcMs(30));
    bench.site.change_right(&ACTOR, right.id, &NewRight { checked: UtcMs(40), ..new.clone() }).unwrap();
    let log = bench.site.change_log(None, 2).unwrap();
    let told: Vec<_> =
        log.iter().map(|change| (change.action.as_str(), change.differences[0].fields[0].clone())).collect();
    let became = |was: i64, is: i64| ("checked_ms".to_owned(), Value::from(was), Value::from(is));
    assert_eq!(told, [("right-checked", became(30, 40)), ("right-checked", became(10, 30))]);
    assert_eq!(bench.latest().0, before.0 + 2);
    let before = bench.latest();
    bench.site.change_right(&ACTOR, right.id, &NewRight { window: window(0, 9), ..new }).unwrap();
    assert_eq!(bench.latest().0, before.0 + 1);
    assert_eq!(bench.site.rights(aino).unwrap()[0].window, window(0, 9));
}

fn rows(people: u32) -> ImportRows {
    let external = |n: u32| format!("p{n}");
    let numbers = || 1..=people;
    ImportRows {
        people: numbers()
            .map(|n| PersonRow { row: n, external_id: external(n), name: format!("Person {n}") })
            .collect(),
        employments: numbers()
            .map(|n| EmploymentRow {
                row: n,
                external_id: format!("e{n}"),
                person: external(n),
                unit: "Ward".to_owned(),
                title: "Nurse".to_owned(),
                window: Window::ALWAYS,
            })
            .collect(),
        rights: numbers()
            .map(|n| RightRow {
                row: n,
                person: external(n),
                profession: "nurse".to_owned(),
                window: Window::ALWAYS,
                source: "terhikki".to_owned(),
                checked: NOW,
            })
            .collect(),
        cards: numbers()
            .map(|n| CardRow {
                row: n,
                uid: uid(u8::try_from(n).unwrap()),
                kind: CardKind::Professional,
                person: Some(external(n)),
                window: Window::ALWAYS,
            })
            .collect(),
    }
}

#[test]
fn rows_are_added_once_changed_where_they_differ_and_otherwise_left_alone() {
    let bench = Bench::new();
    let options = ImportOptions::default();
    let mut given = rows(30);
    let plan = bench.site.plan_import(&given, options, NOW).unwrap();
    assert_eq!((plan.added, plan.changed, plan.unchanged, plan.error_count), (120, 0, 0, 0));
    assert_eq!(bench.latest().0, 0, "a plan changes nothing");
    let done = bench.site.apply_import(&ACTOR, &given, options).unwrap();
    assert_eq!((done.plan, done.generation.unwrap().0), (plan, 1));
    assert_eq!(bench.site.card(&uid(7)).unwrap().holder.unwrap().1, "Person 7");
    let again = bench.site.apply_import(&ACTOR, &given, options).unwrap();
    assert_eq!((again.plan.unchanged, again.generation), (120, None));
    given.people[0].name = "Åsa".to_owned();
    given.employments[1].unit = "Ward 6".to_owned();
    given.rights[2].window = window(0, 9);
    given.cards[3].person = Some("p1".to_owned());
    let plan = bench.site.apply_import(&ACTOR, &given, options).unwrap().plan;
    let columns: Vec<_> = plan.differences.iter().map(|one| (one.table, one.columns.clone())).collect();
    assert_eq!(
        columns,
        [
            (ImportTable::People, vec!["name"]),
            (ImportTable::Employments, vec!["unit"]),
            (ImportTable::Rights, vec!["from", "until"]),
            (ImportTable::Cards, vec!["person"]),
        ]
    );
    assert_eq!(bench.site.card(&uid(4)).unwrap().holder.unwrap().1, "Åsa");
}

#[test]
fn rows_with_errors_are_named_and_nothing_of_the_file_is_applied() {
    let bench = Bench::new();
    let mut given = rows(20);
    given.people[3].name = " ".to_owned();
    given.employments[5].window = window(9, 5);
    given.employments[6].person = "nobody".to_owned();
    given.rights[8].person = given.rights[7].person.clone();
    given.cards[10].window = window(0, 2_000_000_000);
    given.cards[11].uid = uid(1);
    let done = bench.site.apply_import(&ACTOR, &given, ImportOptions::default()).unwrap();
    assert_eq!(done.generation, None);
    assert!(bench.site.people(&PeopleFilter::default(), Page { after: None, limit: 9 }).unwrap().is_empty());
    let error = |table, row, column, problem| RowError { table, row, column, problem };
    let expected = [
        error(ImportTable::People, 4, "name", "empty"),
        error(ImportTable::Employments, 4, "person", "unknown-person"),
        error(ImportTable::Employments, 6, "window", "reversed-window"),
        error(ImportTable::Employments, 7, "person", "unknown-person"),
        error(ImportTable::Rights, 4, "person", "unknown-person"),
        error(ImportTable::Rights, 9, "profession", "duplicate"),
        error(ImportTable::Cards, 4, "person", "unknown-person"),
        error(ImportTable::Cards, 11, "window", "longer-than-60-months"),
        error(ImportTable::Cards, 12, "uid", "duplicate"),
    ];
    assert_eq!(done.plan.errors, expected);
}

#[test]
fn what_is_absent_ends_only_when_asked_for_and_never_many_at_once_unconfirmed() {
    let bench = Bench::new();
    let ends = ImportOptions { end_absent_employments: true, end_absent_rights: true, ..ImportOptions::default() };
    bench.site.apply_import(&ACTOR, &rows(100), ends).unwrap();
    let kept = bench.site.apply_import(&ACTOR, &rows(50), ImportOptions::default()).unwrap();
    assert_eq!((kept.plan.removed, kept.generation), (0, None));
    let before = bench.latest();
    let cut = bench.site.apply_import(&ACTOR, &rows(89), ends);
    assert!(matches!(cut, Err(SiteError::Refused { problem: "needs-confirmation", .. })), "{cut:?}");
    assert_eq!(bench.latest(), before);
    let few = bench.site.apply_import(&ACTOR, &rows(90), ends).unwrap();
    assert_eq!(few.plan.removed, 20, "ten employments and ten rights");
    let confirmed = ImportOptions { confirm_removals: true, ..ends };
    assert_eq!(bench.site.apply_import(&ACTOR, &rows(1), confirmed).unwrap().plan.removed, 178);
}

#[test]
fn an_empty_answer_of_a_named_register_ends_its_rights_within_the_bound_and_no_others() {
    let bench = Bench::new();
    bench.site.apply_import(&ACTOR, &rows(11), ImportOptions::default()).unwrap();
    let source = rows(1).rights[0].source.clone();
    let nothing = ImportRows::default();
    let of = |rights_of| ImportOptions { end_absent_rights: true, rights_of, ..ImportOptions::default() };
    assert_eq!(bench.site.plan_import(&nothing, of(Some("another")), NOW).unwrap().removed, 0);
    let planned = bench.site.plan_import(&nothing, of(Some(&source)), NOW).unwrap();
    assert_eq!((planned.removed, planned.needs_confirmation), (11, true));
    let all = bench.site.apply_import(&ACTOR, &nothing, of(Some(&source)));
    assert!(matches!(all, Err(SiteError::Refused { problem: "needs-confirmation", .. })), "{all:?}");
    let confirmed = ImportOptions { confirm_removals: true, ..of(Some(&source)) };
    assert_eq!(bench.site.apply_import(&ACTOR, &nothing, confirmed).unwrap().plan.removed, 11);
}

#[test]
fn where_nobody_looks_what_takes_work_from_people_is_bounded_however_a_file_says_it() {
    let bench = Bench::new();
    bench.site.apply_import(&ACTOR, &rows(100), ImportOptions::default()).unwrap();
    let alone = ImportOptions { end_absent_employments: true, lost_percent: Some(5), ..ImportOptions::default() };
    let people = |change: &dyn Fn(&mut EmploymentRow)| {
        let ImportRows { people, mut employments, .. } = rows(100);
        employments.iter_mut().take(6).for_each(change);
        ImportRows { people, employments, ..ImportRows::default() }
    };
    let over = Window { from: None, until: Some(NOW.second()) };
    let later = Window { from: Some(UtcS(NOW.second().0 + 1)), until: None };
    let cut = ImportRows { employments: rows(94).employments, ..ImportRows::default() };
    for (how, given) in [
        ("absent", cut),
        ("over", people(&|one| one.window = over)),
        ("later", people(&|one| one.window = later)),
        ("unit", people(&|one| one.unit = "Ward 6".to_owned())),
        ("title", people(&|one| one.title = "nurse".to_owned())),
    ] {
        let planned = bench.site.plan_import(&given, alone, NOW).unwrap();
        assert_eq!((planned.lost, planned.running, planned.needs_confirmation), (6, 100, true), "{how}");
        let applied = bench.site.apply_import(&ACTOR, &given, alone);
        assert!(matches!(applied, Err(SiteError::Refused { problem: "needs-confirmation", .. })), "{how}");
        let more = ImportOptions { lost_percent: Some(6), ..alone };
        assert!(
            !bench.site.plan_import(&given, more, NOW).unwrap().needs_confirmation,
            "{how}: the share is the site's"
        );
    }
    let named = people(&|one| one.window = Window { from: None, until: Some(UtcS(NOW.second().0 + 1)) });
    assert_eq!(bench.site.plan_import(&named, alone, NOW).unwrap().lost, 0, "an end to come takes nothing now");
}

#[test]
fn of_a_small_house_a_few_may_go_unattended_and_not_all() {
    let bench = Bench::new();
    let alone = ImportOptions { end_absent_employments: true, lost_percent: Some(5), ..ImportOptions::default() };
    let house = |people| ImportRows { rights: Vec::new(), cards: Vec::new(), ..rows(people) };
    bench.site.apply_import(&ACTOR, &house(8), alone).unwrap();
    assert!(bench.site.plan_import(&house(4), alone, NOW).unwrap().needs_confirmation);
    assert!(!bench.site.plan_import(&house(5), alone, NOW).unwrap().needs_confirmation);
}
