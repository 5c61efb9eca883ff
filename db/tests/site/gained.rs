//! What changes made of one person's doors, after they were made.

use access::entry::ScheduleId;
use access::time::{UtcS, Window};
use access::whitelist::Generation;
use db::site::{CardKind, Effect, GroupMatch, NewCard, NewEmployment, NewRule, PersonId, Preview, RuleEdit};

use crate::support::{ACTOR, Bench, NOW, door, uid};

/// Nurses of the ward pass its door, pharmacists that of the pharmacy.
fn bench() -> (Bench, PersonId) {
    let bench = Bench::with_doors(&["ward", "pharmacy"]);
    for (name, at) in [("Nurse", "ward"), ("Pharmacist", "pharmacy")] {
        let area = bench.site.add_area(&ACTOR, at, &[door(at)]).unwrap();
        let group = bench.site.add_group(&ACTOR, name).unwrap();
        let matches = vec![GroupMatch { title: Some(name.to_owned()), ..GroupMatch::default() }];
        bench.site.edit_rules(&ACTOR, &RuleEdit::SetMatches { group, matches }).unwrap();
        let (schedule, effect, window) = (ScheduleId::ALWAYS, Effect::Allow, Window::ALWAYS);
        let rule = NewRule { group, area, schedule, effect, window, note: String::new() };
        bench.site.add_rule(&ACTOR, rule).unwrap();
    }
    let person = bench.add_person("Aino");
    bench.site.add_card(&ACTOR, NewCard::new(uid(1), CardKind::Staff, Window::ALWAYS)).unwrap();
    bench.site.give_card(&ACTOR, &uid(1), person, Window::ALWAYS).unwrap();
    (bench, person)
}

fn since(bench: &Bench, person: PersonId, before: Generation) -> Preview {
    bench.site.gained(person, (before, bench.site.latest().unwrap()), NOW.second()).unwrap()
}

fn doors(preview: &Preview) -> [Vec<String>; 3] {
    [&preview.gains, &preview.loses, &preview.other_times].map(|rows| {
        rows.iter()
            .map(|row| {
                assert_eq!(row.name, "Aino");
                row.door.to_string()
            })
            .collect()
    })
}

fn told(gains: &[&str], loses: &[&str], others: &[&str]) -> [Vec<String>; 3] {
    [gains, loses, others].map(|doors| doors.iter().map(|door| (*door).to_owned()).collect())
}

#[test]
fn an_employment_gives_doors_moves_them_and_takes_them_when_it_ends_though_it_held_until_now() {
    let (bench, person) = bench();
    let start = bench.site.latest().unwrap();
    let nurse = NewEmployment::always("Ward", "Nurse");
    let job = bench.site.add_employment(&ACTOR, person, &nurse).unwrap().id;
    assert_eq!(doors(&since(&bench, person, start)), told(&["ward"], &[], &[]));

    let before = bench.site.latest().unwrap();
    bench.site.change_employment(&ACTOR, job, &NewEmployment::always("Pharmacy", "Pharmacist")).unwrap();
    assert_eq!(doors(&since(&bench, person, before)), told(&["pharmacy"], &["ward"], &[]));

    let before = bench.site.latest().unwrap();
    let window = Window { from: None, until: Some(UtcS(NOW.second().0 + 86_400)) };
    let shorter = NewEmployment { window, ..NewEmployment::always("Pharmacy", "Pharmacist") };
    bench.site.change_employment(&ACTOR, job, &shorter).unwrap();
    assert_eq!(doors(&since(&bench, person, before)), told(&[], &[], &["pharmacy"]));

    let before = bench.site.latest().unwrap();
    let begun = Window { from: Some(UtcS(NOW.second().0 - 86_400)), ..window };
    let later = NewEmployment { window: begun, ..NewEmployment::always("Pharmacy", "Pharmacist") };
    bench.site.change_employment(&ACTOR, job, &later).unwrap();
    assert_eq!(doors(&since(&bench, person, before)), told(&[], &[], &[]), "what is over makes no difference");

    let before = bench.site.latest().unwrap();
    bench.site.end_employment(&ACTOR, job, NOW.second()).unwrap();
    assert_eq!(doors(&since(&bench, person, before)), told(&[], &["pharmacy"], &[]));
    assert_eq!(doors(&since(&bench, person, start)), told(&[], &[], &[]), "from the first to the last of them");
}

#[test]
fn a_card_that_goes_to_another_person_opens_what_that_person_may_and_nothing_of_before() {
    let (bench, aino) = bench();
    bench.site.list_card(&ACTOR, &uid(1), &door("ward"), Window::ALWAYS).unwrap();
    bench.site.add_employment(&ACTOR, aino, &NewEmployment::always("Ward", "Nurse")).unwrap();
    let eero = bench.add_person("Aino");
    bench.site.add_employment(&ACTOR, eero, &NewEmployment::always("Pharmacy", "Pharmacist")).unwrap();
    let before = bench.site.latest().unwrap();
    bench.site.give_card(&ACTOR, &uid(1), eero, Window::ALWAYS).unwrap();
    assert_eq!(doors(&since(&bench, eero, before)), told(&["pharmacy"], &[], &[]), "an exception was the other's");
    assert_eq!(doors(&since(&bench, aino, before)), told(&[], &["ward"], &[]));
    assert_eq!(doors(&since(&bench, PersonId(99), before)), told(&[], &[], &[]));
}
