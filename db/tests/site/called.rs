//! Doors and areas are named in the language of whoever reads; what is written and what programs read has main names.

use access::time::{UtcMs, UtcS};
use db::site::{Effect, Language, LockdownScope, NewRule, RuleEdit, Thing, Translations};

use crate::support::{ACTOR, Bench, door, problem, window};

fn names(of: &[(Language, &str)]) -> Translations {
    of.iter().map(|(language, name)| (*language, (*name).to_owned())).collect()
}

fn bench() -> Bench {
    let bench = Bench::with_doors(&["ward", "main"]);
    let named = names(&[(Language::Finnish, "Osasto"), (Language::Swedish, " Avdelningen ")]);
    bench.site.set_door_names(&ACTOR, &door("ward"), &named).unwrap();
    bench
}

#[test]
fn a_reader_gets_the_name_in_their_language_and_else_the_main_name() {
    let bench = bench();
    let uid = bench.add_card(1);
    bench.site.list_card(&ACTOR, &uid, &door("ward"), window(5, 9)).unwrap();
    bench.site.raise_alarm("door-offline", Some(&door("ward")), None, UtcMs(5)).unwrap();
    for (language, name) in [
        (None, "Door ward"),
        (Some(Language::English), "Door ward"),
        (Some(Language::Finnish), "Osasto"),
        (Some(Language::Swedish), "Avdelningen"),
    ] {
        let site = bench.site.speaking(language);
        assert_eq!(site.door(&door("ward")).unwrap().name, name, "{language:?}");
        let doors: Vec<_> = site.doors().unwrap().into_iter().map(|door| door.name).collect();
        assert_eq!(doors, ["Door main", name]);
        assert_eq!(site.card(&uid).unwrap().listings[0].door_name, name);
        let alarms = site.alarms(&db::site::AlarmFilter::default(), UtcMs(6), 9).unwrap();
        assert_eq!(alarms[0].door_name.as_deref(), Some(name));
        assert_eq!(bench.site.door(&door("ward")).unwrap().name, "Door ward", "one reader's language is no other's");
    }
    let all = bench.site.doors().unwrap().into_iter().map(|door| door.names).collect::<Vec<_>>();
    assert_eq!((all[1].main.as_str(), all[1].in_language(Language::Swedish)), ("Door ward", "Avdelningen"));
    for (text, found) in [("avdel", 1), ("OSASTO", 1), ("door", 2), ("x", 0)] {
        assert_eq!(all.iter().filter(|names| names.contain(text)).count(), found, "{text}");
    }
}

#[test]
fn areas_and_what_speaks_of_them_are_named_so_too() {
    let bench = bench();
    let area = bench.site.add_area(&ACTOR, "Wards", &[door("ward")]).unwrap();
    let group = bench.site.add_group(&ACTOR, "Nurses").unwrap();
    bench.site.set_area_names(&ACTOR, area, &names(&[(Language::Finnish, "Osastot")])).unwrap();
    let rule = NewRule {
        group,
        area,
        schedule: access::entry::ScheduleId::ALWAYS,
        effect: Effect::Allow,
        window: access::time::Window::ALWAYS,
        note: String::new(),
    };
    bench.site.edit_rules(&ACTOR, &RuleEdit::AddRule(rule)).unwrap();
    bench.site.lock_down(&ACTOR, &LockdownScope::Area(area.0), None, "drill").unwrap();
    for (language, name, ward) in [(None, "Wards", "Door ward"), (Some(Language::Finnish), "Osastot", "Osasto")] {
        let site = bench.site.speaking(language);
        let view = site.area(area).unwrap();
        assert_eq!((view.name.as_str(), view.names.main.as_str()), (name, "Wards"));
        assert_eq!(view.doors, [(door("ward"), ward.to_owned())]);
        let rules = site.rules(&db::site::RuleFilter::default(), db::site::Page { after: None, limit: 9 }).unwrap();
        assert_eq!(rules[0].area_name, name);
        assert_eq!(site.lockdowns(Some(UtcS(0)), 9).unwrap()[0].name, name);
    }
    assert!(bench.site.area_by_name("Osastot").unwrap().is_none(), "the main name is the one that is unique");
}

#[test]
fn only_the_names_that_become_others_are_a_change_and_the_log_tells_both() {
    let bench = bench();
    let before = bench.site.latest().unwrap();
    let same = names(&[(Language::Finnish, "Osasto"), (Language::Swedish, "Avdelningen"), (Language::English, "  ")]);
    bench.site.set_door_names(&ACTOR, &door("ward"), &same).unwrap();
    assert_eq!(bench.site.latest().unwrap(), before);
    bench.site.set_door_names(&ACTOR, &door("ward"), &names(&[(Language::Finnish, "Vuodeosasto")])).unwrap();
    let change = bench.site.change_log(None, 1).unwrap().remove(0);
    assert_eq!((change.action.as_str(), change.detail.as_str()), ("door-names", "ward"));
    let told: Vec<_> = change
        .differences
        .iter()
        .map(|one| (one.key[1].1.to_string(), one.fields[0].1.to_string(), one.fields[0].2.to_string()))
        .collect();
    let line = |language: &str, was: &str, is: &str| (language.to_owned(), was.to_owned(), is.to_owned());
    assert_eq!(told, [line("\"fi\"", "\"Osasto\"", "\"Vuodeosasto\""), line("\"sv\"", "\"Avdelningen\"", "null")]);
}

#[test]
fn names_are_checked_and_nobody_overwrites_what_they_have_not_seen() {
    let bench = bench();
    let long = "a".repeat(101);
    for (name, wrong) in [(long.as_str(), ("sv", "too-long")), ("a\u{202E}b", ("sv", "hidden-character"))] {
        let refused = bench.site.set_door_names(&ACTOR, &door("ward"), &names(&[(Language::Swedish, name)]));
        assert_eq!(problem(refused), wrong);
    }
    assert!(bench.site.set_door_names(&ACTOR, &door("none"), &Translations::new()).is_err());
    let thing = Thing::Door(door("ward"));
    let seen = bench.site.version(&thing).unwrap();
    bench.site.set_door_names(&ACTOR, &door("ward"), &Translations::new()).unwrap();
    let late =
        bench.site.as_seen(thing, seen).set_door_names(&ACTOR, &door("ward"), &names(&[(Language::English, "W")]));
    assert!(matches!(late, Err(db::site::SiteError::Stale { what: "door" })), "{late:?}");
}

#[test]
fn names_touch_no_door_and_go_with_their_area() {
    let bench = bench();
    let wanted = bench.site.door(&door("ward")).unwrap().wanted_state;
    bench.site.set_door_names(&ACTOR, &door("ward"), &names(&[(Language::English, "The ward")])).unwrap();
    assert_eq!(bench.site.door(&door("ward")).unwrap().wanted_state, wanted, "names never reach a door");
    let area = bench.site.add_area(&ACTOR, "Wards", &[]).unwrap();
    bench.site.set_area_names(&ACTOR, area, &names(&[(Language::Finnish, "Osastot")])).unwrap();
    bench.site.edit_rules(&ACTOR, &RuleEdit::RemoveArea(area)).unwrap();
    let change = bench.site.change_log(None, 1).unwrap().remove(0);
    assert!(change.differences.iter().any(|one| one.of == "area_name" && !one.is));
}
