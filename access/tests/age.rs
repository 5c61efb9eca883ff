//! How old a list is, whatever the broker and the power do.

use access::age::{Ago, ListAge, NONCES_MAX, Nonces};
use access::confirm::{NEVER, Nonce};
use access::settings::{Age, Beyond};
use access::time::{At, ClockTrust, MonoMs, UtcMs};
use proptest::prelude::*;

const MAY: i64 = 1_780_000_000_000;
const HOUR_MS: u64 = 3_600_000;
const PHARMACY: Option<Age> = Some(Age { limit_s: 3_600, beyond: Beyond::Denies });
const WARD: Option<Age> = Some(Age { limit_s: 3_600, beyond: Beyond::GoesOn });

fn nonce(number: u8) -> Nonce {
    Nonce([number; 16])
}

fn at(mono: u64, utc: i64) -> At {
    At { mono: MonoMs(mono), utc: UtcMs(utc), trust: ClockTrust::Synchronised }
}

#[test]
fn a_nonce_is_answered_once_and_only_if_it_is_one_of_the_newest() {
    let mut nonces = Nonces::default();
    assert_eq!(nonces.answered(Nonce::default()), None, "nothing was asked");
    let last = u8::try_from(NONCES_MAX + 1).unwrap();
    for number in 1..=last {
        nonces.sent(nonce(number), MonoMs(u64::from(number)));
    }
    assert_eq!(nonces.answered(nonce(1)), None, "{NONCES_MAX} newer ones were sent");
    assert_eq!(nonces.answered(nonce(2)), Some(MonoMs(2)));
    assert_eq!(nonces.answered(nonce(2)), None, "it has been answered");
    assert_eq!(nonces.answered(nonce(last)), Some(MonoMs(u64::from(last))));
    assert_eq!(nonces.answered(nonce(177)), None, "nobody asked");
}

#[test]
fn an_age_counts_from_the_question_and_both_sides_of_the_limit() {
    let mut age = ListAge::default();
    age.confirmed(MonoMs(1_000), UtcMs(MAY), UtcMs(MAY + 3_600_000));
    for rule in [PHARMACY, WARD] {
        assert!(!age.is_too_old(rule, at(1_000 + HOUR_MS, MAY), true));
        assert!(age.is_too_old(rule, at(1_001 + HOUR_MS, MAY), true));
    }
    assert!(!age.is_too_old(None, at(u64::MAX, MAY), false), "of any age");
}

#[test]
fn what_the_controller_signed_for_is_not_stretched_by_newer_settings() {
    let mut age = ListAge::default();
    age.confirmed(MonoMs(0), UtcMs(MAY), UtcMs(MAY + 1_000));
    assert!(age.is_too_old(PHARMACY, at(1_001, MAY), true));
    age.confirmed(MonoMs(0), UtcMs(MAY), NEVER);
    assert!(!age.is_too_old(PHARMACY, at(1_001, MAY), true));
}

#[test]
fn older_news_makes_no_list_younger_or_older() {
    let mut age = ListAge::default();
    age.confirmed(MonoMs(5_000), UtcMs(MAY), NEVER);
    age.confirmed(MonoMs(4_000), UtcMs(MAY), UtcMs(MAY));
    assert_eq!(age.ago(at(6_000, MAY), true), Ago { at_least_ms: 1_000, at_most_ms: Some(1_000) });
}

#[test]
fn after_a_boot_a_door_that_denies_needs_a_sure_time_and_one_that_goes_on_does_not() {
    let age = ListAge::found(Some(UtcMs(MAY)));
    let soon = at(5_000, MAY + 60_000);
    assert!(!age.is_too_old(PHARMACY, soon, true));
    assert!(age.is_too_old(PHARMACY, soon, false), "the power may have been off for a week");
    assert!(!age.is_too_old(WARD, soon, false), "nobody knows that it is too old");
    assert!(age.is_too_old(WARD, at(HOUR_MS + 1, MAY), false), "now it does");
    assert_eq!(age.ago(soon, false), Ago { at_least_ms: 60_000, at_most_ms: None });
}

#[test]
fn a_list_that_was_never_confirmed_is_too_old_where_that_denies() {
    let never = ListAge::found(None);
    assert!(never.is_too_old(PHARMACY, at(0, MAY), true));
    assert!(!never.is_too_old(WARD, at(HOUR_MS, MAY), true));
    assert!(never.is_too_old(WARD, at(HOUR_MS + 1, MAY), true));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A hostile broker delays, repeats, reorders and withholds: the door never believes its list to be younger than the
    /// newest question whose answer it was.
    #[test]
    fn no_broker_makes_a_list_younger(
        gaps in proptest::collection::vec(1_u64..120_000, 1..40),
        deliveries in proptest::collection::vec((any::<prop::sample::Index>(), 0_u64..900_000), 0..80),
    ) {
        let (mut nonces, mut age) = (Nonces::default(), ListAge::default());
        let (mut now, mut asked) = (0, Vec::new());
        let mut deliveries = deliveries.into_iter();
        let mut newest_answered: Option<u64> = None;
        for (number, gap) in (0_u8..).zip(gaps) {
            now += gap;
            nonces.sent(nonce(number), MonoMs(now));
            asked.push((nonce(number), now));
            for (which, delay) in deliveries.by_ref().take(2) {
                now += delay;
                let (nonce, sent) = *which.get(&asked);
                if let Some(remembered) = nonces.answered(nonce) {
                    prop_assert_eq!(remembered, MonoMs(sent));
                    age.confirmed(remembered, UtcMs(MAY), NEVER);
                    newest_answered = newest_answered.max(Some(sent));
                }
            }
            let ago = age.ago(at(now, MAY), true);
            match newest_answered {
                Some(sent) => prop_assert_eq!(ago.at_most_ms.unwrap(), now - sent),
                None => prop_assert_eq!(ago.at_most_ms, None),
            }
        }
    }
}
