//! The life of cards, their limits, and cards that take over from others.

use access::calendar::{Date, Local, Zone};
use access::entry::Block;
use access::event::Event;
use access::reason::Reason;
use access::time::{UtcMs, UtcS, Window};
use db::site::{Actor, AlarmFilter, CardKind, Cause, Life, NewCard, SiteError, Transition};

use crate::support::{ACTOR, Bench, Journal, NOW, problem, tap, uid, window};

fn refusal<T: std::fmt::Debug>(result: Result<T, SiteError>) -> &'static str {
    match result {
        Err(SiteError::Refused { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

fn day(text: &str) -> UtcS {
    Zone::HELSINKI.utc_of(Local::midnight(text.parse::<Date>().unwrap()))
}

fn at(second: i64) -> Actor<'static> {
    Actor { operator: "maija", at: UtcMs(NOW.0 + second * 1000) }
}

#[test]
fn a_card_goes_through_its_life_with_cause_time_and_actor() {
    let bench = Bench::new();
    let new = NewCard { life: Life::Ordered, ..NewCard::new(uid(1), CardKind::Professional, Window::ALWAYS) };
    let card = bench.site.add_card(&ACTOR, new).unwrap();
    assert_eq!((card.life, card.cause), (Life::Ordered, Cause::Ordered));
    assert!(card.blocks.contains(Block::NotDelivered));
    let go = |second, transition, cause| bench.site.transit(&at(second), &uid(1), transition, cause);
    assert_eq!(refusal(go(1, Transition::Activate, Cause::HandedOut)), "is-ordered");
    go(1, Transition::Deliver, Cause::Delivered).unwrap();
    let active = go(2, Transition::Activate, Cause::HandedOut).unwrap();
    assert!(active.blocks.is_empty());
    assert_eq!(refusal(go(3, Transition::Suspend, Cause::Renewed)), "cause-not-possible");
    let blocked = go(4, Transition::Block, Cause::Stolen).unwrap();
    assert_eq!((blocked.cause, blocked.life_since, blocked.life_by.as_str()), (Cause::Stolen, at(4).at, "maija"));
    bench.site.block_card(&at(5), &uid(1), Block::Cloned).unwrap();
    let cloned = bench.site.card(&uid(1)).unwrap();
    assert_eq!(cloned.life_since, at(4).at, "another block does not move its life");
    assert!(cloned.blocks.contains(Block::Cloned) && cloned.blocks.contains(Block::Blocked));
    assert_eq!(refusal(go(6, Transition::Resume, Cause::Found)), "is-blocked");
    go(7, Transition::Reinstate, Cause::Mistake).unwrap();
    go(8, Transition::Retire, Cause::Broken).unwrap();
    assert_eq!(refusal(go(9, Transition::Retire, Cause::Ended)), "already-so");
    assert_eq!(refusal(bench.site.unblock_card(&at(9), &uid(1), Block::Retired)), "is-retired");
    assert_eq!(bench.site.change_log(None, 1).unwrap()[0].action, "card-retire");
}

#[test]
fn a_card_that_is_back_belongs_to_nobody_until_it_is_given_again() {
    let bench = Bench::new();
    let (card, aino, eero) = (bench.add_card(1), bench.add_person("Aino"), bench.add_person("Eero"));
    bench.site.give_card(&at(0), &card, aino, Window::ALWAYS).unwrap();
    let back = bench.site.transit(&at(10), &card, Transition::Return, Cause::Returned).unwrap();
    assert_eq!((back.life, back.held.until), (Life::Returned, Some(at(10).at.second())));
    assert_eq!(bench.site.holder_at(&card, at(9).at).unwrap().unwrap().0, aino);
    assert_eq!(bench.site.holder_at(&card, at(10).at).unwrap(), None);
    let given = bench.site.give_card(&at(20), &card, eero, Window::ALWAYS).unwrap();
    assert_eq!((given.life, given.holder.unwrap().0), (Life::Active, eero));
}

#[test]
fn every_card_has_an_end_and_none_lives_longer_than_its_kind() {
    let bench = Bench::new();
    let add = |number: u8, kind, window| bench.site.add_card(&ACTOR, NewCard::new(uid(number), kind, window));
    let from = |text| Window { from: Some(day(text)), until: None };
    let card = add(1, CardKind::Staff, from("2024-02-29")).unwrap();
    assert_eq!(card.window.until, Some(day("2029-03-01")));
    let visitor = add(2, CardKind::Visitor, from("2027-01-15")).unwrap();
    assert_eq!(visitor.window.until, Some(day("2028-01-16")));
    for (kind, code) in [
        (CardKind::Professional, "longer-than-60-months"),
        (CardKind::Backup, "longer-than-60-months"),
        (CardKind::Visitor, "longer-than-12-months"),
    ] {
        let long = Window { until: Some(day("2032-01-17")), ..from("2027-01-15") };
        assert_eq!(problem(add(3, kind, long)), ("window", code));
    }
    let longer = Window { until: Some(UtcS(day("2029-03-01").0 + 1)), ..from("2024-02-29") };
    assert_eq!(problem(bench.site.set_card_window(&ACTOR, &uid(1), longer)), ("window", "longer-than-60-months"));
    let later = Window { from: None, until: Some(day("2032-06-01")) };
    let refused = bench.site.set_card_window(&at(300_000_000), &uid(1), later);
    assert_eq!(problem(refused), ("window", "longer-than-60-months"), "counted from when it was added");
    let aino = bench.add_person("Aino");
    add(4, CardKind::Backup, Window::ALWAYS).unwrap();
    let lent = bench.site.give_card(&ACTOR, &uid(4), aino, from("2027-11-30")).unwrap();
    assert_eq!((lent.held.until, lent.as_kind), (Some(day("2028-03-01")), Some(CardKind::Staff)));
}

/// A new card that renews an old one, both with the same person.
fn renewed() -> Bench {
    let bench = Bench::with_doors(&["ward"]);
    let (old, aino) = (bench.add_card(1), bench.add_person("Aino"));
    let new = NewCard { renews: Some(old), ..NewCard::new(uid(2), CardKind::Staff, Window::ALWAYS) };
    bench.site.add_card(&ACTOR, new).unwrap();
    for card in [old, uid(2)] {
        bench.site.give_card(&ACTOR, &card, aino, Window::ALWAYS).unwrap();
    }
    bench
}

fn take(bench: &Bench, events: Vec<Event>) {
    let mut journal = Journal::of("ward", 1, 0);
    let count = u64::try_from(events.len()).unwrap();
    journal.events = events;
    bench.site.intake(&[journal.report(1, count)]).unwrap();
}

#[test]
fn the_old_card_retires_when_the_new_one_first_opens_a_door_and_not_before() {
    let bench = renewed();
    assert_eq!(bench.site.card(&uid(1)).unwrap().renewed_by, Some(uid(2)));
    let (old, denied) = (tap(1, Some(uid(1)), None), tap(2, Some(uid(2)), Some(Reason::GrantNotBegun)));
    take(&bench, vec![old.clone(), denied.clone()]);
    assert_eq!(bench.site.card(&uid(1)).unwrap().life, Life::Active, "both are valid");
    let before = bench.latest().0;
    take(&bench, vec![old, denied, tap(3, Some(uid(2)), None), tap(4, Some(uid(2)), None)]);
    let old = bench.site.card(&uid(1)).unwrap();
    assert_eq!((old.life, old.cause), (Life::Retired, Cause::Renewed));
    assert_eq!(bench.latest().0, before + 1, "once");
}

#[test]
fn a_card_of_somebody_else_is_not_retired_by_a_slip_of_the_desk() {
    let bench = renewed();
    let eero = bench.add_person("Eero");
    bench.site.give_card(&at(-10), &uid(1), eero, Window { from: Some(at(-10).at.second()), until: None }).unwrap();
    take(&bench, vec![tap(1, Some(uid(2)), None)]);
    assert_eq!(bench.site.card(&uid(1)).unwrap().life, Life::Active);
}

#[test]
fn a_tap_of_a_lost_card_is_an_alarm_whatever_the_door_said_but_not_one_from_before() {
    let bench = Bench::with_doors(&["ward"]);
    bench.add_card(1);
    bench.site.transit(&at(2), &uid(1), Transition::Block, Cause::Lost).unwrap();
    take(&bench, vec![tap(1, Some(uid(1)), None)]);
    assert!(bench.site.alarms(&AlarmFilter::default(), NOW, 9).unwrap().is_empty(), "a second before it was lost");
    let early = tap(1, Some(uid(1)), None);
    take(&bench, vec![early, tap(2, Some(uid(1)), Some(Reason::UnknownCard)), tap(3, Some(uid(1)), None)]);
    let alarms = bench.site.alarms(&AlarmFilter::default(), NOW, 9).unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!((alarms[0].kind.as_str(), alarms[0].count), ("lost-card-used", 2));
}

#[test]
fn cards_that_end_soon_are_listed_and_old_ones_retire_in_time() {
    let bench = Bench::new();
    let now = NOW.second().0;
    let add = |number: u8, until: i64, renews| {
        let window = Window { from: Some(UtcS(now - 1_000)), until: Some(UtcS(now + until)) };
        let new = NewCard { renews, ..NewCard::new(uid(number), CardKind::Staff, window) };
        bench.site.add_card(&ACTOR, new).unwrap();
    };
    let days = |days: i64| days * 86_400;
    for (number, until) in [(1, days(6)), (2, days(20)), (3, days(80)), (4, days(200))] {
        add(number, until, None);
    }
    add(5, days(400), Some(uid(1)));
    let horizons = bench.site.horizons(NOW).unwrap();
    let ending = |before| bench.site.cards_ending(NOW.second(), before, 9).unwrap().len();
    assert_eq!([ending(horizons.week), ending(horizons.month), ending(horizons.three_months)], [1, 2, 3]);
    let due = |day: i64| {
        let later = UtcMs((now + days(day)) * 1000);
        bench.site.end_due(&Actor { operator: "kulku", at: later }, later).unwrap().retired
    };
    assert_eq!(due(5), 0);
    assert_eq!(due(6), 1, "the renewed one at its end");
    assert_eq!(due(49), 0);
    assert_eq!(due(50), 1, "the other one thirty days after it");
    let causes: Vec<_> = [1, 2].into_iter().map(|number| bench.site.card(&uid(number)).unwrap().cause).collect();
    assert_eq!(causes, [Cause::Renewed, Cause::Ended]);
}

#[test]
fn a_renewal_that_cannot_be_meant_is_refused() {
    let bench = renewed();
    let renew = |old, kind| {
        let new = NewCard { renews: Some(old), ..NewCard::new(uid(9), kind, window(0, 10)) };
        problem(bench.site.add_card(&ACTOR, new))
    };
    assert_eq!(renew(uid(9), CardKind::Staff), ("renews", "unknown-card"));
    assert_eq!(renew(uid(1), CardKind::Staff), ("renews", "being-renewed"));
    assert_eq!(renew(uid(2), CardKind::Backup), ("renews", "is-backup"));
    bench.site.transit(&ACTOR, &uid(2), Transition::Retire, Cause::Ended).unwrap();
    assert_eq!(renew(uid(2), CardKind::Staff), ("renews", "is-retired"));
}
