//! A card that is inside does not come in again, and always comes out.

use access::calendar::Zone;
use access::local::{Local, passback};
use access::mode::Mode;
use access::passage::{AreaId, Passage, Passback, Side, Step};
use access::reason::{Reason, Reasons};
use access::time::{ClockTrust, UtcMs};
use proptest::prelude::*;

use crate::around::{Around, INSIDE, NOW_MS, OUTSIDE, card};

const HARD: Passback = Passback { area: INSIDE, hard: true, within_s: None, forgiven_at: None };

fn known(area: AreaId, step: Step, at_ms: i64) -> Option<Passage> {
    Some(Passage { uid: card(1), area, step, at: UtcMs(at_ms) })
}

fn inside(rule: Passback, since_ms: i64) -> Around {
    Around { passback: vec![(rule, known(INSIDE, Step::Entered, NOW_MS - since_ms))], ..Around::new(1) }
}

fn is_denied(around: &Around) -> bool {
    around.granted(&mut Local::default()) == [Reason::Passback]
}

#[test]
fn a_card_that_is_inside_is_denied_or_noted() {
    assert!(is_denied(&inside(HARD, 1)));
    let soft = inside(Passback { hard: false, ..HARD }, 1);
    let verdict = soft.judge(&mut Local::default(), Reasons::NONE);
    assert_eq!((verdict.reasons, verdict.noted), (Reasons::NONE, Reason::Passback.into()));
    let verdict = soft.judge(&mut Local::default(), Reason::CardBlocked);
    assert_eq!(verdict.noted, Reasons::NONE, "nobody was let in");
}

#[test]
fn a_card_that_left_was_forgiven_or_is_unknown_comes_in() {
    for known in [known(INSIDE, Step::Left, 0), known(INSIDE, Step::Forgiven, 0), None] {
        assert!(!is_denied(&Around { passback: vec![(HARD, known)], ..Around::new(1) }));
    }
    let elsewhere = Passback { area: AreaId(9), ..HARD };
    assert!(!is_denied(&inside(elsewhere, 1)), "a rule of another area");
}

#[test]
fn the_same_tap_again_and_an_unlocked_door_deny_nothing() {
    let mut around = Around { own_release: true, ..inside(HARD, 1) };
    assert!(!is_denied(&around));
    around = Around { mode: Mode::Unlocked, ..inside(HARD, 1) };
    let verdict = around.judge(&mut Local::default(), Reasons::NONE);
    assert_eq!((verdict.reasons, verdict.noted), (Reasons::NONE, Reason::Passback.into()));
}

#[test]
fn a_time_ends_with_its_last_millisecond() {
    let rule = Passback { within_s: Some(60), ..HARD };
    assert!(is_denied(&inside(rule, 59_999)));
    assert!(!is_denied(&inside(rule, 60_000)));
}

#[test]
fn a_rule_that_forgives_after_a_time_only_notes_by_a_clock_that_may_be_wrong() {
    let timed = [
        Passback { within_s: Some(60), ..HARD },
        Passback { forgiven_at: Some(240), ..HARD },
        Passback { within_s: Some(60), forgiven_at: Some(240), ..HARD },
    ];
    for rule in timed {
        let right = inside(rule, 0);
        assert!(is_denied(&right));
        assert!(is_denied(&inside(rule, -10_000)), "handed to a door whose clock is a little behind");
        let by = |trust| Around { trust, ..right.clone() };
        for wrong in [by(ClockTrust::Unknown), by(ClockTrust::Kept), inside(rule, -10_001)] {
            let verdict = wrong.judge(&mut Local::default(), Reasons::NONE);
            assert_eq!((verdict.reasons, verdict.noted), (Reasons::NONE, Reason::Passback.into()));
        }
    }
    assert!(is_denied(&Around { trust: ClockTrust::Unknown, ..inside(HARD, -10_001) }), "this one asks no clock");
}

/// At 04:00 on the wall, which is 02:00 UTC in winter: six hours ago.
#[test]
fn the_daily_hour_forgives_what_was_before_it() {
    let rule = Passback { forgiven_at: Some(240), ..HARD };
    assert!(is_denied(&inside(rule, 6 * 3_600_000)));
    assert!(!is_denied(&inside(rule, 6 * 3_600_000 + 1_000)));
    let mut around = inside(Passback { forgiven_at: Some(601), ..HARD }, 3_600_000);
    assert!(is_denied(&around), "today's is to come");
    around.utc_ms += 60_000;
    assert!(!is_denied(&around), "and has come");
}

/// The clocks turn at 01:00 UTC: at 03:00 on the wall to 04:00 on 2027-03-28, at 04:00 to 03:00 on 2027-10-31.
#[test]
fn the_daily_hour_comes_once_in_either_night() {
    let rule = Passback { forgiven_at: Some(210), ..HARD };
    let forgiven = |entered_s: i64, now_s: i64| {
        let known = Passage { uid: card(1), area: INSIDE, step: Step::Entered, at: UtcMs(entered_s * 1_000) };
        !passback::counts(&rule, &known, &Zone::HELSINKI, UtcMs(now_s * 1_000))
    };
    let spring = 1_806_195_600;
    assert!(!forgiven(spring - 60, spring - 1));
    assert!(forgiven(spring - 60, spring), "03:30 is skipped, so it is the first instant after");
    assert!(!forgiven(spring, spring + 7_200));
    let autumn = 1_824_944_400 - 1_800;
    assert!(!forgiven(autumn - 60, autumn - 1));
    assert!(forgiven(autumn - 60, autumn));
    assert!(!forgiven(autumn, autumn + 3_600), "the second 03:30 forgives nothing");
}

#[test]
fn leaving_is_never_denied() {
    let odd =
        [(HARD, known(INSIDE, Step::Left, 0)), (Passback { area: OUTSIDE, ..HARD }, known(OUTSIDE, Step::Entered, 0))];
    for passback in [vec![odd[0]], vec![odd[1]], odd.to_vec()] {
        let around = Around { side: Side::Out, passback, ..Around::new(1) };
        let verdict = around.judge(&mut Local::default(), Reasons::NONE);
        assert_eq!((verdict.reasons, verdict.noted), (Reasons::NONE, Reason::Passback.into()));
    }
}

#[test]
fn each_reader_leads_out_of_what_the_other_leads_into() {
    let steps = |side| passback::steps(&Around::new(1).settings, side).collect::<Vec<_>>();
    assert_eq!(steps(Side::In), [(INSIDE, Step::Entered), (OUTSIDE, Step::Left)]);
    assert_eq!(steps(Side::Out), [(OUTSIDE, Step::Entered), (INSIDE, Step::Left)]);
    let nowhere = access::settings::DoorSettings::default();
    assert_eq!(passback::steps(&nowhere, Side::In).count(), 0);
}

proptest! {
    #[test]
    fn a_passage_is_after_what_is_known_and_never_before_now(now in any::<i64>(), at in any::<i64>()) {
        let known = known(INSIDE, Step::Entered, at).unwrap();
        let written = passback::at(UtcMs(now), Some(&known));
        prop_assert!(written.0 >= now && (written > known.at || at == i64::MAX));
        prop_assert_eq!(passback::at(UtcMs(now), None), UtcMs(now));
    }
}
