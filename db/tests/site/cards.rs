//! People, cards, holders and lists.

use access::entry::Block;
use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use db::site::{
    Actor, CardFilter, CardKind, CardPage, ImportCard, ImportPerson, NewCard, NewPerson, Page, PeopleFilter, PersonId,
    SiteError,
};

use crate::support::{ACTOR, Bench, NOW, door, problem, uid, window};

#[test]
fn a_person_has_a_name_of_bounded_length_and_an_external_id_of_its_own() {
    let bench = Bench::new();
    let add = |name: &str, external_id: Option<&str>| {
        let person = NewPerson { name: name.to_owned(), external_id: external_id.map(str::to_owned) };
        bench.site.add_person(&ACTOR, person)
    };
    assert_eq!(problem(add(" ", None)), ("name", "empty"));
    assert_eq!(problem(add(&"a".repeat(201), None)), ("name", "too-long"));
    assert_eq!(problem(add("Aino", Some(""))), ("external_id", "empty"));
    assert_eq!(bench.latest().0, 0, "what is refused is no change");
    let aino = add("Aino Äijälä", Some("e-1")).unwrap();
    let again = add("Someone", Some("e-1"));
    assert!(matches!(again, Err(SiteError::Conflict { what: "person", .. })));
    assert_eq!(bench.latest().0, 1, "what is refused is no change");
    assert_eq!(bench.site.person(aino.id).unwrap(), aino);
    let missing = bench.site.person(PersonId(99));
    assert!(matches!(missing, Err(SiteError::NotFound { what: "person", .. })));
}

#[test]
fn people_are_found_by_part_of_their_name_whatever_its_case_and_page_by_page() {
    let bench = Bench::new();
    for name in ["Aino Äijälä", "Eero 100%", "ÄIJÄ Örn"] {
        bench.add_person(name);
    }
    let find = |text: Option<&str>, after, limit| -> Vec<String> {
        let filter = PeopleFilter { text: text.map(str::to_owned) };
        let people = bench.site.people(&filter, Page { after, limit });
        people.unwrap().into_iter().map(|p| p.name).collect()
    };
    assert_eq!(find(Some("äijä"), None, 10), ["Aino Äijälä", "ÄIJÄ Örn"]);
    assert_eq!(find(Some("0%"), None, 10), ["Eero 100%"]);
    assert_eq!(find(Some("_"), None, 10), [""; 0]);
    assert_eq!(find(None, None, 2).len(), 2);
    assert_eq!(find(None, Some(2), 2), ["ÄIJÄ Örn"]);
}

#[test]
fn a_card_is_added_once_and_never_with_a_number_drawn_at_random() {
    let bench = Bench::new();
    let card = |uid: Uid, window| NewCard::new(uid, CardKind::Backup, window);
    let random = Uid::new(&[8, 1, 2, 3]).unwrap();
    let added = bench.site.add_card(&ACTOR, card(random, Window::ALWAYS));
    assert_eq!(problem(added), ("uid", "random-uid"));
    let reversed = bench.site.add_card(&ACTOR, card(uid(1), window(20, 10)));
    assert_eq!(problem(reversed), ("window", "reversed-window"));
    let far = bench.site.add_card(&ACTOR, card(uid(1), window(0, i64::MAX)));
    assert_eq!(problem(far), ("window", "out-of-range"));
    let view = bench.site.add_card(&ACTOR, card(uid(1), window(10, 20))).unwrap();
    assert_eq!((view.kind, view.window), (CardKind::Backup, window(10, 20)));
    assert_eq!((view.holder, view.held), (None, Window::ALWAYS));
    let again = bench.site.add_card(&ACTOR, card(uid(1), Window::ALWAYS));
    let text = again.unwrap_err().to_string();
    assert_eq!(text, "there is a card \"this card\" already");
    assert_eq!(bench.latest().0, 1);
}

#[test]
fn no_error_shows_a_card_number() {
    let bench = Bench::with_doors(&["ward"]);
    let (unknown, ward) = (uid(0xAB), door("ward"));
    let errors = [
        bench.site.card(&unknown),
        bench.site.block_card(&ACTOR, &unknown, Block::Blocked),
        bench.site.unblock_card(&ACTOR, &unknown, Block::Blocked),
        bench.site.give_card(&ACTOR, &unknown, PersonId(1), Window::ALWAYS),
        bench.site.list_card(&ACTOR, &unknown, &ward, Window::ALWAYS),
        bench.site.unlist_card(&ACTOR, &unknown, &ward),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert!(matches!(error, SiteError::NotFound { what: "card", .. }));
        assert!(!error.to_string().contains(&unknown.hex()));
        assert!(!format!("{error:?}").contains(&unknown.hex()));
    }
}

#[test]
fn what_is_printed_for_debugging_names_nobody_and_no_card() {
    let bench = Bench::new();
    let card = bench.add_card(0xAB);
    let aino = bench.add_person("Aino");
    let view = bench.site.give_card(&ACTOR, &card, aino, Window::ALWAYS).unwrap();
    let person = bench.site.person(aino).unwrap();
    let log = bench.site.change_log(None, 9).unwrap();
    let text = format!("{view:?} {person:?} {log:?}");
    assert!(!text.contains("Aino") && !text.contains(&card.hex()), "{text}");
}

#[test]
fn a_repeated_block_is_no_change_and_blocks_lie_side_by_side() {
    let bench = Bench::new();
    let card = bench.add_card(1);
    let block = |block| bench.site.block_card(&ACTOR, &card, block).unwrap().blocks;
    let before = bench.latest().0;
    block(Block::Suspended);
    block(Block::Suspended);
    let both = block(Block::Cloned);
    assert!(both.contains(Block::Suspended) && both.contains(Block::Cloned));
    assert_eq!(bench.latest().0, before + 2);
    let unblock = || bench.site.unblock_card(&ACTOR, &card, Block::Suspended);
    let rest = unblock().unwrap().blocks;
    assert!(rest.contains(Block::Cloned) && !rest.contains(Block::Suspended));
    unblock().unwrap();
    assert_eq!(bench.latest().0, before + 3);
}

#[test]
fn a_card_is_listed_at_a_door_once_and_what_is_so_already_is_no_change() {
    let bench = Bench::with_doors(&["ward", "attic"]);
    let card = bench.add_card(1);
    let list = |name: &str, window| bench.site.list_card(&ACTOR, &card, &door(name), window);
    assert_eq!(problem(list("cellar", Window::ALWAYS)), ("door", "unknown-door"));
    assert_eq!(problem(list("ward", window(5, 5))), ("window", "reversed-window"));
    list("ward", Window::ALWAYS).unwrap();
    let before = bench.latest().0;
    list("ward", Window::ALWAYS).unwrap();
    assert_eq!(bench.latest().0, before);
    list("ward", window(1, 2)).unwrap();
    let view = list("attic", Window::ALWAYS).unwrap();
    let listed: Vec<_> = view.listings.iter().map(|l| (l.door.as_str(), l.window)).collect();
    assert_eq!(listed, [("attic", Window::ALWAYS), ("ward", window(1, 2))]);
    let unlist = || bench.site.unlist_card(&ACTOR, &card, &door("ward"));
    assert_eq!(unlist().unwrap().listings.len(), 1);
    let before = bench.latest().0;
    unlist().unwrap();
    assert_eq!(bench.latest().0, before);
}

#[test]
fn giving_a_card_ends_the_earlier_holding_where_the_new_one_begins() {
    let bench = Bench::new();
    let (card, aino, eero) = (bench.add_card(1), bench.add_person("Aino"), bench.add_person("Eero"));
    let give = |person, held| bench.site.give_card(&ACTOR, &card, person, held);
    assert_eq!(problem(give(PersonId(99), Window::ALWAYS)), ("person", "unknown-person"));
    assert_eq!(problem(give(aino, window(2, 1))), ("held", "reversed-window"));
    let first = give(aino, Window::ALWAYS).unwrap();
    assert_eq!(first.holder, Some((aino, "Aino".to_owned())));
    let before = bench.latest().0;
    give(aino, Window::ALWAYS).unwrap();
    assert_eq!(bench.latest().0, before, "what is so already is no change");
    let second = give(eero, Window::ALWAYS).unwrap();
    assert_eq!(second.holder, Some((eero, "Eero".to_owned())));
    assert_eq!(second.held.from, Some(NOW.second()), "not before now: Aino held it then");
    assert!(bench.site.person(aino).unwrap().cards.is_empty());
    assert_eq!(bench.site.person(eero).unwrap().cards, [second]);
}

#[test]
fn a_new_holding_replaces_only_those_that_it_overlaps() {
    let bench = Bench::new();
    let (card, aino, eero) = (bench.add_card(1), bench.add_person("Aino"), bench.add_person("Eero"));
    let give = |person, held| bench.site.give_card(&ACTOR, &card, person, held).unwrap();
    give(aino, window(10, 20));
    give(eero, window(40, 50));
    let between = give(aino, window(25, 30));
    assert_eq!(between.holder.unwrap().0, eero, "the one that begins last is untouched");
    let over = give(aino, window(15, 45));
    assert_eq!((over.holder.unwrap().0, over.held), (aino, window(15, 45)));
}

#[test]
fn cards_are_found_by_number_by_holder_by_door_and_by_block_page_by_page() {
    let bench = Bench::with_doors(&["ward"]);
    for number in 1..=4 {
        bench.add_card(number);
    }
    let aino = bench.add_person("Aino Äijälä");
    bench.site.give_card(&ACTOR, &uid(2), aino, Window::ALWAYS).unwrap();
    bench.site.block_card(&ACTOR, &uid(3), Block::Blocked).unwrap();
    bench.site.list_card(&ACTOR, &uid(4), &door("ward"), Window::ALWAYS).unwrap();
    let find = |filter: CardFilter, page: CardPage| -> Vec<u8> {
        let cards = bench.site.cards(&filter, page).unwrap();
        cards.iter().map(|card| card.uid.as_bytes()[3]).collect()
    };
    let text = |text: &str| CardFilter { text: Some(text.to_owned()), ..CardFilter::default() };
    let all = CardPage { after: None, limit: 10 };
    assert_eq!(find(text("02:03:01"), all), [1]);
    assert_eq!(find(text("äijä"), all), [2]);
    assert_eq!(find(text("  "), all), [1, 2, 3, 4]);
    let blocked = |blocked| CardFilter { blocked: Some(blocked), ..CardFilter::default() };
    assert_eq!(find(blocked(true), all), [3]);
    assert_eq!(find(blocked(false), all), [1, 2, 4]);
    let ward = CardFilter { door: Some(door("ward")), ..CardFilter::default() };
    assert_eq!(find(ward, all), [4]);
    let page = CardPage { after: Some(uid(2)), limit: 1 };
    assert_eq!(find(CardFilter::default(), page), [3]);
    let cellar = CardFilter { door: Some(door("cellar")), ..CardFilter::default() };
    assert_eq!(problem(bench.site.cards(&cellar, all)), ("door", "unknown-door"));
}

#[test]
fn an_import_is_one_change_of_all_or_nothing() {
    let bench = Bench::with_doors(&["ward"]);
    let person = |name: &str, number: u8, doors: Vec<&str>| ImportPerson {
        name: name.to_owned(),
        cards: vec![ImportCard {
            uid: uid(number),
            kind: CardKind::Professional,
            window: Window::ALWAYS,
            doors: doors.iter().map(|d| (door(d), window(10, 20))).collect(),
        }],
        ..ImportPerson::default()
    };
    let before = bench.latest();
    let import = |people: &[ImportPerson]| bench.site.import(&ACTOR, people);
    let good = person("Aino", 1, vec!["ward"]);
    let twice = import(&[good.clone(), person("Eero", 1, vec![])]);
    assert!(matches!(twice, Err(SiteError::Conflict { what: "card", .. })));
    let cellar = import(&[good.clone(), person("Eero", 2, vec!["cellar"])]);
    assert_eq!(problem(cellar), ("door", "unknown-door"));
    let repeated = import(&[person("Eero", 2, vec!["ward", "ward"])]);
    assert_eq!(problem(repeated), ("doors", "duplicate"));
    assert_eq!(bench.latest(), before, "nothing of a refused import stays");
    assert!(bench.site.card(&uid(1)).is_err());
    let generation = import(&[good, person("Eero", 2, vec![])]).unwrap();
    assert_eq!(generation.0, before.0 + 1);
    let card = bench.site.card(&uid(1)).unwrap();
    assert_eq!(card.holder.unwrap().1, "Aino");
    assert_eq!(card.listings[0].window, window(10, 20));
}

#[test]
fn the_operator_log_says_who_did_what_newest_first() {
    let bench = Bench::with_doors(&["ward"]);
    let card = bench.add_card(1);
    let later = Actor { operator: "olli", at: UtcMs(NOW.0 + 1) };
    bench.site.block_card(&later, &card, Block::Blocked).unwrap();
    let log = bench.site.change_log(None, 2).unwrap();
    assert_eq!(log.len(), 2);
    assert_eq!((log[0].number, log[0].operator.as_str()), (3, "olli"));
    assert_eq!((log[0].action.as_str(), log[0].at), ("card-block", later.at));
    assert!(log[0].detail.contains(&card.hex()));
    let rest = bench.site.change_log(Some(2), 10).unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!((rest[0].action.as_str(), rest[0].detail.as_str()), ("door-add", "ward"));
    let long = "o".repeat(65);
    let nobody = Actor { operator: &long, at: NOW };
    let refused = bench.site.unblock_card(&nobody, &card, Block::Blocked);
    assert_eq!(problem(refused), ("operator", "too-long"));
}

#[test]
fn an_open_holding_is_kept_open_for_the_one_who_holds_the_card_alone() {
    let bench = Bench::new();
    let (card, aino) = (bench.add_card(1), bench.add_person("Aino"));
    let until = Window { from: None, until: Some(UtcS(50)) };
    bench.site.give_card(&ACTOR, &card, aino, Window::ALWAYS).unwrap();
    let view = bench.site.give_card(&ACTOR, &card, aino, until).unwrap();
    assert_eq!(view.held, until);
}
