//! What the door finds on a card.

use access::decide::Credential;
use access::uid::Uid;
use mfrc522_emulator::VirtualCard;

use crate::stand::{Mode, Stand, UID_4, UID_7, UID_10, ours, sector, slots};

#[test]
fn an_encoded_card_verifies_with_uids_of_each_length_in_each_mode() {
    for uid in [&UID_4[..], &UID_7, &UID_10] {
        for mode in [Mode::Sector, Mode::Lenient, Mode::Strict] {
            let mut stand = Stand::new();
            let mut card = stand.site.card(uid, 1);
            for round in 0..3 {
                let (findings, back) = stand.tap(card, 1, mode);
                card = back;
                assert_eq!(findings.credential, Credential::Verified, "{mode:?} {uid:02X?} {round}");
                let Some(rolling) = findings.rolling else {
                    assert_eq!(mode, Mode::Sector);
                    continue;
                };
                assert_eq!(rolling.found.unwrap().counter, round + 1);
                assert_eq!(rolling.written.unwrap().counter, round + 2);
                let highest = slots(&stand.site, &card, 1).into_iter().flatten().map(|reading| reading.token).max();
                assert_eq!(highest, rolling.written, "it stands on the card");
            }
        }
    }
}

#[test]
fn each_write_goes_into_the_older_slot() {
    let mut stand = Stand::new();
    let card = stand.site.card(&UID_4, 1);
    let before = ours(&card);
    let (_, card) = stand.tap(card, 1, Mode::Strict);
    let after = ours(&card);
    assert_eq!((before[0], before[1], before[3]), (after[0], after[1], after[3]));
    assert_ne!(before[2], after[2]);
    let (_, card) = stand.tap(card, 1, Mode::Strict);
    assert_eq!(ours(&card)[2], after[2]);
    assert_ne!(ours(&card)[1], after[1]);
}

#[test]
fn a_blank_card_with_a_listed_number_is_unreadable() {
    let mut stand = Stand::new();
    let (findings, _) = stand.tap(VirtualCard::classic_1k(&UID_4).unwrap(), 1, Mode::Sector);
    assert_eq!(findings.credential, Credential::Unreadable);
}

#[test]
fn the_static_block_of_another_card_or_issue_is_invalid() {
    let mut stand = Stand::new();
    let (findings, _) = stand.tap(stand.site.card(&UID_4, 1), 2, Mode::Strict);
    assert_eq!(findings.credential, Credential::Invalid);
    let mut card = stand.site.card(&UID_4, 1);
    let foreign = stand.site.blocks(&Uid::new(&UID_7).unwrap(), 1);
    card.set_block(usize::from(sector().first_block()), foreign[0]);
    let (findings, _) = stand.tap(card, 1, Mode::Sector);
    assert_eq!(findings.credential, Credential::Invalid);
}

#[test]
fn a_card_whose_slots_are_both_gone_is_damaged_and_nobody_is_accused() {
    let mut stand = Stand::new();
    let mut card = stand.site.card(&UID_4, 1);
    let first = usize::from(sector().first_block());
    card.set_block(first + 1, [0; 16]);
    card.set_block(first + 2, [0; 16]);
    let (findings, _) = stand.tap(card, 1, Mode::Lenient);
    assert_eq!(findings.credential, Credential::Damaged);
}

#[test]
fn a_card_that_cannot_be_written_passes_a_lenient_door_a_few_times_and_a_strict_one_never() {
    for (mode, expected) in [
        (Mode::Strict, [Credential::NotWritten; 5]),
        (
            Mode::Lenient,
            [
                Credential::Verified,
                Credential::Verified,
                Credential::Verified,
                Credential::NotWritten,
                Credential::NotWritten,
            ],
        ),
    ] {
        let mut stand = Stand::new();
        let mut card = stand.site.card(&UID_4, 1);
        for credential in expected {
            stand.emulator.set_fault(Some(mfrc522_emulator::Fault::WriteDataRefused));
            let (findings, back) = stand.tap(card, 1, mode);
            card = back;
            assert_eq!(findings.credential, credential, "{mode:?}");
            assert!(findings.in_doubt && findings.rolling.unwrap().written.is_none());
        }
        stand.emulator.set_fault(None);
        let (findings, _) = stand.tap(card, 1, mode);
        assert_eq!(findings.credential, Credential::Verified, "as soon as it can be written");
        assert!(!findings.in_doubt);
    }
}
