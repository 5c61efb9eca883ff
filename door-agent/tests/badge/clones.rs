//! Two copies of one card at one door.

use access::credential::rolling::{Joined, Step, join};
use access::decide::Credential;
use mfrc522_emulator::VirtualCard;

use crate::stand::{Mode, Stand, UID_4, UID_7};

/// A card that was used so many times, and an exact copy of it, as a dump gives it.
fn pair(stand: &mut Stand, uid: &[u8], taps: usize) -> (VirtualCard, VirtualCard) {
    let mut card = stand.site.card(uid, 3);
    for _ in 0..taps {
        card = stand.tap(card, 3, Mode::Strict).1;
    }
    (card.clone(), card)
}

#[test]
fn the_second_of_two_copies_is_noticed_at_once_in_either_order() {
    for uid in [&UID_4[..], &UID_7] {
        for mode in [Mode::Strict, Mode::Lenient] {
            for taps in 0..4 {
                let mut stand = Stand::new();
                let (original, copy) = pair(&mut stand, uid, taps);
                assert_eq!(stand.tap(original, 3, mode).0.credential, Credential::Verified);
                let (findings, _) = stand.tap(copy, 3, mode);
                assert_eq!(findings.credential, Credential::Cloned, "{mode:?}, {taps} taps");
                let rolling = findings.rolling.unwrap();
                assert_eq!((rolling.found, rolling.written), (findings.rolling.unwrap().found, None));
            }
        }
    }
}

#[test]
fn a_clone_is_told_where_it_stood() {
    let mut stand = Stand::new();
    let (original, copy) = pair(&mut stand, &UID_4, 2);
    let (first, _) = stand.tap(original, 3, Mode::Strict);
    let (second, _) = stand.tap(copy, 3, Mode::Strict);
    assert_eq!(second.rolling.unwrap().found, first.rolling.unwrap().found, "both left the same place");
}

#[test]
fn a_card_that_was_encoded_anew_begins_anew_and_its_old_dump_is_nothing() {
    let mut stand = Stand::new();
    let (old, _) = pair(&mut stand, &UID_4, 3);
    let new = stand.site.card(&UID_4, 4);
    assert_eq!(stand.tap(new, 4, Mode::Strict).0.credential, Credential::Verified);
    assert_eq!(stand.tap(old, 4, Mode::Strict).0.credential, Credential::Invalid);
}

/// The step of one tap, as the event tells it.
fn step(stand: &mut Stand, card: VirtualCard) -> (Step, VirtualCard) {
    let (findings, card) = stand.tap(card, 3, Mode::Strict);
    assert_eq!(findings.credential, Credential::Verified);
    let rolling = findings.rolling.unwrap();
    let (from, to) = (rolling.found.unwrap(), rolling.written.unwrap());
    (Step { from, to, stepped_in: rolling.stepped_in }, card)
}

#[test]
fn two_doors_that_know_nothing_of_each_other_tell_a_fork_by_their_events() {
    for taps in 0..3 {
        let (mut here, mut there) = (Stand::at_door(1), Stand::at_door(2));
        let (original, copy) = pair(&mut here, &UID_4, taps);
        let (one, _) = step(&mut here, original);
        let (other, _) = step(&mut there, copy);
        assert_eq!(join(&one, &other), Joined::Forked, "after {taps} taps");
    }
}

#[test]
fn one_card_that_goes_from_door_to_door_is_no_fork() {
    let (mut here, mut there) = (Stand::at_door(1), Stand::at_door(2));
    let mut card = here.site.card(&UID_7, 3);
    let mut steps: Vec<Step> = Vec::new();
    for round in 0..6 {
        let stand = if round % 2 == 0 { &mut here } else { &mut there };
        let (made, back) = step(stand, card);
        card = back;
        assert!(steps.iter().all(|other| join(other, &made) == Joined::Fine));
        steps.push(made);
    }
}
