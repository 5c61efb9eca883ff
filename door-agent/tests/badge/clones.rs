//! Two copies of one card at one door.

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
