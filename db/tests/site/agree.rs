//! What holds at any site: the list and the words agree, the past stays, no touched pair is missed, and nothing that
//! takes away lets anybody in.

use std::collections::{BTreeMap, BTreeSet};

use access::decide::{Credential, Decision, Presented, Question, decide};
use access::entry::Entry;
use access::id::DoorId;
use access::passage::Side;
use access::reason::Reason;
use access::time::{ClockTrust, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{Absent, Effect, Page, RuleEdit, RuleFilter, WhoPage};

use crate::direct::Direct;
use crate::support::{door, uid};
use crate::world::{CARDS, DOORS, Snapshot, World};

/// Steps between two rounds of questions, and questions in one.
const STEPS: usize = 10;
const QUESTIONS: usize = 500;

fn number_of(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn decided(entry: Option<&Entry>, now: &Snapshot, at_door: &DoorId, at: UtcS) -> Decision {
    decide(&Question {
        presented: Presented::Classic1k,
        entry,
        credential: Credential::NotAsked,
        calendar: &now.calendars[at_door],
        door: &now.states[at_door],
        side: Side::In,
        generation: Generation(1),
        utc: UtcMs(at.0 * 1000),
        trust: ClockTrust::Synchronised,
    })
}

#[test]
fn the_list_and_the_words_agree_on_any_person_door_and_time() {
    let (seed, wanted) = (number_of("KULKU_SEED", 4), number_of("KULKU_QUESTIONS", 50_000));
    println!("KULKU_SEED={seed} KULKU_QUESTIONS={wanted}");
    let mut world = World::new(seed);
    let mut asked = 0;
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    while asked < wanted {
        (0..STEPS).for_each(|_| world.step());
        let newest = i64::try_from(world.bench.latest().0).unwrap();
        let as_of = if world.rng.one_in(4) { newest - world.rng.below(newest.min(300)) } else { newest };
        let now = world.snapshot(Generation(as_of.cast_unsigned()));
        let direct = Direct::read(&world.db, as_of);
        for _ in 0..QUESTIONS {
            let (card, name) = (world.card(), world.rng.of(&DOORS));
            let (at_door, at) = (door(name), UtcS(world.instant()));
            let entry = now.entries.get(&(at_door.clone(), card));
            let listed = decided(entry, &now, &at_door, at);
            let said = direct.ask(card, name, at);
            asked += 1;
            if said.is_cut {
                *seen.entry("(cut)").or_default() += 1;
                assert!(!listed.granted() || said.reasons.is_empty());
                continue;
            }
            let what = || format!("seed {seed}, generation {as_of}, card {}, {name}, {}", card.hex(), at.0);
            assert_eq!(listed.granted(), said.reasons.is_empty(), "{}: {listed:?} {:?}", what(), said.reasons);
            if entry.is_some() {
                assert_eq!(listed.reasons, said.reasons, "{}", what());
            }
            for reason in listed.reasons.iter() {
                *seen.entry(reason.code()).or_default() += 1;
            }
            if listed.granted() {
                *seen.entry("(granted)").or_default() += 1;
            }
        }
    }
    println!("{seen:?}");
    for must in [
        "(granted)",
        "refused-by-rule",
        "locked-down",
        "card-inactive",
        "outside-schedule",
        "grant-ended",
        "employment-ended",
        "card-cloned",
    ] {
        assert!(seen.contains_key(must), "no question came to {must}");
    }
}

#[test]
fn no_difference_is_untouched_and_the_past_stays() {
    let mut world = World::new(number_of("KULKU_SEED", 7));
    let mut then: Vec<(Generation, Snapshot)> = Vec::new();
    for round in 0..100 {
        (0..STEPS).for_each(|_| world.step());
        let newest = world.bench.latest();
        let now = world.snapshot(newest);
        for (after, before) in then.iter().rev().take(3).chain(then.iter().step_by(10)) {
            let touched = world.bench.site.touched(*after, newest).unwrap();
            let pairs: BTreeSet<_> = touched.pairs.iter().cloned().collect();
            assert!(pairs.len() == touched.pairs.len() && pairs.iter().eq(&touched.pairs), "in order, each once");
            for pair in before.entries.keys().chain(now.entries.keys()) {
                let differs = before.entries.get(pair) != now.entries.get(pair);
                assert!(!differs || pairs.contains(pair), "round {round}, {after} to {newest}: {pair:?}");
            }
            let differ = DOORS.iter().map(|name| door(name));
            let differ: Vec<_> = differ.filter(|at| before.calendars[at] != now.calendars[at]).collect();
            assert_eq!(touched.calendars, differ);
            let states = world.bench.site.states_touched(*after, newest).unwrap();
            for name in DOORS {
                let (was, is) = (&before.states[&door(name)], &now.states[&door(name)]);
                assert_eq!(was.generation == is.generation, !states.contains(&door(name)));
                assert!(was == is || was.generation < is.generation, "{name}: another state of the same generation");
            }
        }
        then.push((newest, now));
    }
    for (generation, was) in &then {
        assert!(world.snapshot(*generation) == *was, "generation {generation} reads otherwise now");
    }
}

#[test]
fn nothing_that_takes_away_lets_anybody_in() {
    let mut world = World::new(number_of("KULKU_SEED", 9));
    for _ in 0..60 {
        world.step();
        let before = world.snapshot(world.bench.latest());
        if !take_away(&mut world) {
            continue;
        }
        let after = world.snapshot(world.bench.latest());
        for _ in 0..200 {
            let card = world.card();
            let (at_door, at) = (door(world.rng.of(&DOORS)), UtcS(world.instant()));
            let granted =
                |now: &Snapshot| decided(now.entries.get(&(at_door.clone(), card)), now, &at_door, at).granted();
            assert!(granted(&before) || !granted(&after));
        }
    }
}

/// A block, an allowing rule less, or a shorter one.
fn take_away(world: &mut World) -> bool {
    if world.rng.one_in(3) {
        let card = world.card();
        world.bench.site.block_card(&crate::support::ACTOR, &card, access::entry::Block::Cloned).unwrap();
        return true;
    }
    let rules = world.bench.site.rules(&RuleFilter::default(), Page { after: None, limit: 100 }).unwrap();
    let allows: Vec<_> = rules.into_iter().filter(|rule| rule.rule.effect == Effect::Allow).collect();
    let Some(found) = allows.get(usize::try_from(world.rng.below(20)).unwrap()) else { return false };
    let until = UtcS(world.instant());
    let shorter =
        Window { until: Some(found.rule.window.until.map_or(until, |end| end.min(until))), ..found.rule.window };
    let edit = match shorter.is_possible() && world.rng.one_in(2) {
        true => {
            RuleEdit::ChangeRule { rule: found.id, to: db::site::NewRule { window: shorter, ..found.rule.clone() } }
        }
        false => RuleEdit::RemoveRule(found.id),
    };
    world.edit(&edit).unwrap();
    true
}

#[test]
fn one_card_one_door_and_the_whole_site_are_compiled_alike() {
    let mut world = World::new(number_of("KULKU_SEED", 11));
    for _ in 0..20 {
        (0..STEPS).for_each(|_| world.step());
        let newest = world.bench.latest();
        let now = world.snapshot(newest);
        for name in DOORS {
            let own: Vec<Entry> =
                now.entries.iter().filter(|((at, _), _)| *at == door(name)).map(|(_, entry)| entry.clone()).collect();
            assert_eq!(world.bench.site.entries(&door(name), None, newest).unwrap(), own);
            let cards: Vec<Uid> = (0..CARDS).map(uid).collect();
            assert_eq!(world.bench.site.entries(&door(name), Some(&cards), newest).unwrap(), own);
            explanations_are_of_the_list(&mut world, name, &now, newest);
            whoever_may_pass_is_found(&mut world, name, &now, newest);
        }
    }
}

fn explanations_are_of_the_list(world: &mut World, name: &str, now: &Snapshot, newest: Generation) {
    for number in 0..CARDS {
        let told = world.bench.site.explain(&door(name), &uid(number), newest).unwrap();
        let entry = now.entries.get(&(door(name), uid(number)));
        assert_eq!(told.entry.as_ref(), entry);
        assert_eq!(told.absent.is_some(), entry.is_none());
        assert_eq!(told.calendar, now.calendars[&door(name)]);
        let Some(entry) = entry else { continue };
        let rules_and_listing = told.rules.iter().any(|rule| rule.effect == Effect::Allow) || told.listing.is_some();
        assert!(rules_and_listing, "something lets it in");
        for (at, term) in entry.terms.iter().enumerate() {
            let of_term = |effect| told.rules.iter().any(|rule| rule.term == at && rule.effect == effect);
            assert_eq!(of_term(Effect::Deny), !term.refusals.is_empty());
            assert_eq!(of_term(Effect::Exempt), !term.exemptions.is_empty());
        }
    }
    let nobody = world.bench.site.explain(&door(name), &uid(200), newest).unwrap();
    assert_eq!(nobody.absent, Some(Absent::UnknownCard));
}

fn whoever_may_pass_is_found(world: &mut World, name: &str, now: &Snapshot, newest: Generation) {
    let at = UtcS(world.instant());
    let may = |card: &Uid| decided(now.entries.get(&(door(name), *card)), now, &door(name), at).granted();
    let expected: Vec<Uid> = (0..CARDS).map(uid).filter(may).collect();
    let mut found = Vec::new();
    loop {
        let page = WhoPage { after: found.last().copied(), limit: 2 };
        let some = world.bench.site.who(&door(name), at, newest, page).unwrap();
        if some.is_empty() {
            break;
        }
        found.extend(some.iter().map(|holder| holder.uid));
        for holder in some {
            let Some((person, _)) = holder.person else { continue };
            let theirs = world.bench.site.where_can_person(person, at, newest).unwrap();
            assert!(theirs.contains(&(holder.uid, door(name))));
        }
    }
    assert_eq!(found, expected);
    for card in &found {
        assert!(world.bench.site.where_can(card, at, newest).unwrap().contains(&door(name)));
        let reasons = decided(now.entries.get(&(door(name), *card)), now, &door(name), at).reasons;
        assert!(!reasons.contains(Reason::NoGrant));
    }
}
