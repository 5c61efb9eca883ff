//! Which of several wishes wins.

use access::calendar::{Calendar, DayWindow, Schedule};
use access::entry::ScheduleId;
use access::mode::{Lockdown, Mode, Moment, Order, Unlock, mode};
use access::time::{ClockTrust, UtcS};
use proptest::prelude::*;

/// 1970-01-01T12:00:00Z.
const NOW: UtcS = UtcS(12 * 3_600);
const OPEN: ScheduleId = ScheduleId(1);
const SHUT: ScheduleId = ScheduleId(2);

fn calendar() -> Calendar {
    let daily = |from_min, until_min| Schedule {
        days: std::array::from_fn(|_| vec![DayWindow { from_min, until_min }]),
        ..Schedule::default()
    };
    Calendar { schedules: vec![(OPEN, daily(720, 721)), (SHUT, daily(721, 722))], ..Calendar::empty() }
}

fn at(offset_s: i64) -> UtcS {
    UtcS(NOW.0 + offset_s)
}

fn moment(calendar: &Calendar, trust: ClockTrust, first_person_is_in: bool) -> Moment<'_> {
    Moment { at: NOW, trust, sure: true, calendar, first_person_is_in }
}

fn by(schedule: ScheduleId, first_person_in: bool) -> Option<Unlock> {
    Some(Unlock { schedule, first_person_in })
}

#[test]
fn every_wish_alone_and_above_the_next() {
    let order = |unlock, offset_s| Some(Order { unlock, until: at(offset_s) });
    let lockdown = |until| Some(Lockdown { until });
    let rows = [
        (None, None, None, Mode::Normal),
        (None, None, by(OPEN, false), Mode::Unlocked),
        (None, None, by(SHUT, false), Mode::Normal),
        (None, None, by(ScheduleId(9), false), Mode::Normal),
        (None, None, by(ScheduleId::ALWAYS, false), Mode::Normal),
        (None, order(true, 1), by(SHUT, false), Mode::Unlocked),
        (None, order(true, 0), by(SHUT, false), Mode::Normal),
        (None, order(false, 1), by(OPEN, false), Mode::Locked),
        (None, order(false, 0), by(OPEN, false), Mode::Unlocked),
        (lockdown(None), order(true, 1), by(OPEN, false), Mode::LockedDown),
        (lockdown(Some(at(1))), order(true, 1), None, Mode::LockedDown),
        (lockdown(Some(at(0))), order(true, 1), None, Mode::Unlocked),
        (lockdown(Some(at(0))), None, None, Mode::Normal),
    ];
    let calendar = calendar();
    for (row, (lockdown, order, unlock, expected)) in rows.into_iter().enumerate() {
        assert_eq!(
            mode(lockdown, order, unlock, &moment(&calendar, ClockTrust::Synchronised, true)),
            expected,
            "row {row}"
        );
    }
}

#[test]
fn a_schedule_that_waits_for_somebody_unlocks_nothing_before() {
    let calendar = calendar();
    for (is_in, expected) in [(false, Mode::Normal), (true, Mode::Unlocked)] {
        let moment = moment(&calendar, ClockTrust::Synchronised, is_in);
        assert_eq!(mode(None, None, by(OPEN, true), &moment), expected);
    }
}

#[test]
fn lockdowns_make_one_that_ends_with_the_last() {
    let until = |s| Lockdown { until: Some(UtcS(s)) };
    assert_eq!(until(5).and(until(9)), until(9));
    assert_eq!(until(5).and(Lockdown { until: None }), Lockdown { until: None });
}

fn any_trust() -> impl Strategy<Value = ClockTrust> {
    prop_oneof![Just(ClockTrust::Unknown), Just(ClockTrust::Kept), Just(ClockTrust::Synchronised)]
}

fn any_order() -> impl Strategy<Value = Option<Order>> {
    proptest::option::of((any::<bool>(), -3_i64..3).prop_map(|(unlock, s)| Order { unlock, until: at(s) }))
}

fn any_unlock() -> impl Strategy<Value = Option<Unlock>> {
    let schedule = prop_oneof![Just(OPEN), Just(SHUT), Just(ScheduleId::ALWAYS)];
    proptest::option::of(
        (schedule, any::<bool>()).prop_map(|(schedule, first)| Unlock { schedule, first_person_in: first }),
    )
}

fn any_lockdown() -> impl Strategy<Value = Option<Lockdown>> {
    let until = proptest::option::of((-3_i64..3).prop_map(at));
    proptest::option::of(until.prop_map(|until| Lockdown { until }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_lockdown_that_holds_always_wins(
        lockdown in any_lockdown(), order in any_order(), unlock in any_unlock(), trust in any_trust(), is_in in any::<bool>(),
    ) {
        let calendar = calendar();
        let mode = mode(lockdown, order, unlock, &moment(&calendar, trust, is_in));
        prop_assert_eq!(mode == Mode::LockedDown, lockdown.is_some_and(|lockdown| lockdown.holds(NOW)));
    }

    #[test]
    fn a_door_whose_time_nobody_has_confirmed_is_as_it_would_be_without_what_unlocks(
        lockdown in any_lockdown(), order in any_order(), unlock in any_unlock(), kept in any::<bool>(), is_in in any::<bool>(),
    ) {
        let calendar = calendar();
        let trust = if kept { ClockTrust::Kept } else { ClockTrust::Unknown };
        let of = |order, unlock| mode(lockdown, order, unlock, &moment(&calendar, trust, is_in));
        let locks = order.filter(|order| !order.unlock);
        prop_assert_eq!(of(order, unlock), of(locks, None));
        prop_assert_ne!(of(order, unlock), Mode::Unlocked);
    }

    /// Whoever is the network sets its clocks.
    #[test]
    fn a_door_that_has_its_time_from_the_network_alone_is_as_it_would_be_without_what_unlocks(
        lockdown in any_lockdown(), order in any_order(), unlock in any_unlock(), is_in in any::<bool>(),
    ) {
        let calendar = calendar();
        let moment = Moment { sure: false, ..moment(&calendar, ClockTrust::Synchronised, is_in) };
        let of = |order, unlock| mode(lockdown, order, unlock, &moment);
        let locks = order.filter(|order| !order.unlock);
        prop_assert_eq!(of(order, unlock), of(locks, None));
        prop_assert_ne!(of(order, unlock), Mode::Unlocked);
    }
}

#[test]
fn a_time_that_was_only_kept_unlocks_nothing_and_still_locks() {
    let calendar = calendar();
    let order = |unlock| Some(Order { unlock, until: at(1) });
    for trust in [ClockTrust::Unknown, ClockTrust::Kept] {
        let moment = moment(&calendar, trust, true);
        assert_eq!(mode(None, order(true), None, &moment), Mode::Normal);
        assert_eq!(mode(None, None, by(OPEN, false), &moment), Mode::Normal);
        assert_eq!(mode(None, order(false), by(OPEN, false), &moment), Mode::Locked);
        assert_eq!(mode(Some(Lockdown { until: None }), order(true), None, &moment), Mode::LockedDown);
    }
}

#[test]
fn a_schedule_has_held_since_if_no_minute_between_breaks_it() {
    let windows = vec![DayWindow { from_min: 600, until_min: 720 }, DayWindow { from_min: 721, until_min: 1_440 }];
    let daily = Schedule { days: std::array::from_fn(|_| windows.clone()), ..Schedule::default() };
    let calendar = Calendar { schedules: vec![(OPEN, daily)], ..Calendar::empty() };
    let held = |since_s, now_s| calendar.held_since(OPEN, UtcS(since_s), UtcS(now_s));
    assert!(held(36_000, 43_199));
    assert!(!held(35_999, 43_199), "before it began");
    assert!(!held(36_000, 43_200), "after it ended");
    assert!(!held(36_000, 50_000), "a minute without it between");
    assert!(held(43_260, 86_399));
    assert!(!held(43_300, 43_299), "since later than now");
    assert!(!calendar.held_since(SHUT, UtcS(0), UtcS(0)), "not listed");
    assert!(calendar.held_since(ScheduleId::ALWAYS, UtcS(0), UtcS(86_400)));
    assert!(!calendar.held_since(ScheduleId::ALWAYS, UtcS(0), UtcS(86_401)), "further back than it looks");
}
