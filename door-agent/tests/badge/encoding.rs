//! A card is encoded and wiped at the desk.

use access::credential::keys::SectorKey;
use access::credential::mad::{Aid, Directory, KEY_A};
use access::credential::trailer::{Conditions, trailer};
use access::decide::Credential;
use access::encode::{ChipClass, Outcome, Stage, Work};
use access::uid::Uid;
use door_agent::reader::{Job, Report};
use mfrc522_emulator::{Personality, VirtualCard};

use crate::stand::{Mode, Stand, UID_4, UID_7, UID_10, ours, sector};

/// Encodes the card that lies there.
pub(crate) fn encode(stand: &mut Stand, uid: &[u8], work: Work) -> (Outcome, ChipClass, Vec<Stage>) {
    let mut stages = Vec::new();
    let job = Job { id: 9, uid: Uid::new(uid).unwrap(), work };
    let report = stand.watch.encode(&job, &mut |stage| stages.push(stage));
    let Report::Encoded { job: 9, ended } = report else { panic!("{report:?}") };
    (ended.outcome, ended.chip, stages)
}

/// A whole visit of a card at the desk.
pub(crate) fn visit(stand: &mut Stand, card: VirtualCard, work: Work) -> (Outcome, ChipClass, VirtualCard) {
    let uid = card.uid().to_vec();
    let id = stand.emulator.place(card).unwrap();
    stand.until_came(20).expect("the card is seen");
    stand.watch.let_go();
    let (outcome, chip, _) = encode(stand, &uid, work);
    let card = stand.emulator.remove(id).unwrap();
    stand.until_empty();
    (outcome, chip, card)
}

pub(crate) fn blank(uid: &[u8]) -> VirtualCard {
    VirtualCard::classic_1k(uid).unwrap()
}

pub(crate) fn work(stand: &Stand, uid: &[u8], issue: u8) -> Work {
    stand.site.work(&Uid::new(uid).unwrap(), issue)
}

fn wipe(stand: &Stand, uid: &[u8]) -> Work {
    let transport = trailer(SectorKey([0xFF; 6]), Conditions::TRANSPORT, 0x69, SectorKey([0xFF; 6]));
    let mut work = work(stand, uid, 0);
    work.blocks = [[0; 16], [0; 16], [0; 16], transport];
    work
}

#[test]
fn a_blank_card_of_each_length_is_encoded_and_passes_a_strict_door() {
    for uid in [&UID_4[..], &UID_7, &UID_10] {
        let mut stand = Stand::new();
        let work = work(&stand, uid, 1);
        let wanted = work.blocks;
        let (outcome, chip, card) = visit(&mut stand, blank(uid), work);
        assert_eq!((outcome, chip), (Outcome::Done, ChipClass::Plain));
        assert_eq!(ours(&card), wanted);
        assert_eq!(stand.tap(card, 1, Mode::Strict).0.credential, Credential::Verified);
    }
}

#[test]
fn the_stages_are_told_in_order() {
    let mut stand = Stand::new();
    stand.emulator.place(blank(&UID_4)).unwrap();
    let work = work(&stand, &UID_4, 1);
    let (_, _, stages) = encode(&mut stand, &UID_4, work);
    assert_eq!(stages, [Stage::Probing, Stage::Writing, Stage::Locking]);
}

#[test]
fn a_card_is_encoded_again_and_wiped() {
    let mut stand = Stand::new();
    let again = work(&stand, &UID_4, 2);
    let wanted = again.blocks;
    let before = stand.site.card(&UID_4, 1);
    let (outcome, _, card) = visit(&mut stand, before, again);
    assert_eq!((outcome, ours(&card)), (Outcome::Done, wanted));
    let wiping = wipe(&stand, &UID_4);
    let wanted = wiping.blocks;
    let (outcome, _, card) = visit(&mut stand, card, wiping);
    assert_eq!((outcome, ours(&card)), (Outcome::Done, wanted));
    assert_eq!(card.blocks(), blank(&UID_4).blocks());
}

#[test]
fn what_stands_there_already_is_not_written_again() {
    let mut stand = Stand::new();
    let work = work(&stand, &UID_4, 1);
    stand.emulator.place(stand.site.card(&UID_4, 1)).unwrap();
    stand.emulator.record(1_000);
    let (outcome, _, stages) = encode(&mut stand, &UID_4, work);
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(stages, [Stage::Probing, Stage::Writing], "no trailer is written");
    let transcript = stand.emulator.transcript();
    let data = transcript.frames().filter(|frame| frame.bytes.len() == 18 && frame.exchange.is_some());
    assert_eq!(data.filter(|frame| frame.from == mfrc522_emulator::Side::Reader).count(), 0);
}

#[test]
fn each_kind_of_chip_is_told_and_a_suspect_one_refused_if_that_is_wished() {
    for (personality, class) in [
        (Personality::Genuine, ChipClass::Plain),
        (Personality::Gen1a, ChipClass::Gen1a),
        (Personality::Gen1b, ChipClass::Gen1b),
        (Personality::Gen2, ChipClass::Gen2),
        (Personality::Gen3, ChipClass::Gen3),
        (Personality::Gen4Gtu { password: [0; 4] }, ChipClass::Gen4Gtu),
        (Personality::Gen4Gdm, ChipClass::Gen4Gdm),
        (Personality::Fm11rf08, ChipClass::BackDoor),
        (Personality::Fm11rf08s, ChipClass::BackDoor),
        (Personality::Fm11rf32n, ChipClass::BackDoor),
        (Personality::Mf1ics50, ChipClass::BackDoor),
        (Personality::StaticNonce, ChipClass::StaticNonce),
    ] {
        let mut stand = Stand::new();
        let mut strict = work(&stand, &UID_4, 1);
        strict.refuse_magic = true;
        let (outcome, chip, card) = visit(&mut stand, blank(&UID_4).with_personality(personality), strict);
        let refused = if class == ChipClass::Plain { Outcome::Done } else { Outcome::ChipRefused };
        assert_eq!((outcome, chip), (refused, class));
        if class != ChipClass::Plain {
            assert_eq!(card.blocks(), blank(&UID_4).blocks(), "{personality:?} is as it was");
        }
        let flagged = work(&stand, &UID_4, 1);
        let (outcome, chip, _) = visit(&mut stand, card, flagged);
        assert_eq!((outcome, chip), (Outcome::Done, class), "{personality:?}");
    }
}

#[test]
fn another_card_is_not_touched() {
    let mut stand = Stand::new();
    let id = stand.emulator.place(blank(&UID_7)).unwrap();
    let work = work(&stand, &UID_4, 1);
    let (outcome, _, stages) = encode(&mut stand, &UID_4, work);
    assert_eq!((outcome, stages.len()), (Outcome::Untouched, 0));
    assert_eq!(stand.emulator.remove(id).unwrap().blocks(), blank(&UID_7).blocks());
}

#[test]
fn a_sector_that_none_of_the_keys_opens_is_foreign_and_stays_as_it_is() {
    let mut stand = Stand::new();
    let mut card = blank(&UID_4);
    let last = usize::from(sector().first_block()) + 3;
    card.set_block(last, trailer(SectorKey([1; 6]), Conditions::CREDENTIAL, 0x69, SectorKey([2; 6])));
    let before = card.blocks().to_vec();
    let work = work(&stand, &UID_4, 1);
    let (outcome, _, card) = visit(&mut stand, card, work);
    assert_eq!((outcome, card.blocks()), (Outcome::Foreign, &before[..]));
}

#[test]
fn a_trailer_that_would_block_the_sector_is_refused_before_the_card_is_touched() {
    let mut stand = Stand::new();
    let mut work = work(&stand, &UID_4, 1);
    work.blocks[3][7] ^= 0x10;
    let (outcome, _, card) = visit(&mut stand, blank(&UID_4), work);
    assert_eq!((outcome, card.blocks()), (Outcome::Refused, blank(&UID_4).blocks()));
}

/// A card with a directory, foreign sectors with keys of their own, and bytes everywhere.
fn foreign_card(directory: &Directory) -> VirtualCard {
    let mut card = blank(&UID_7);
    for block in (4..64).filter(|block| block / 4 != usize::from(sector().number())) {
        let data = std::array::from_fn(|byte| u8::try_from((block * 31 + byte * 7) % 256).unwrap());
        let foreign = SectorKey([u8::try_from(block).unwrap(); 6]);
        let locked = trailer(foreign, Conditions([0b011, 0b011, 0b011, 0b011]), 0x11, SectorKey([0xB0; 6]));
        card.set_block(block, if block % 4 == 3 { locked } else { data });
    }
    let (first, second) = directory.to_blocks();
    card.set_block(1, first);
    card.set_block(2, second);
    card.set_block(3, trailer(SectorKey(KEY_A), Conditions::DIRECTORY, 0xC1, SectorKey([0xFF; 6])));
    card
}

#[test]
fn every_byte_outside_our_sector_and_our_directory_entry_stays() {
    let mut directory = Directory { info: 0, applications: [Aid(0x4811); 15] };
    directory.applications[4] = Aid::FREE;
    let before = foreign_card(&directory);
    let mut stand = Stand::new();
    for application in [None, Some(Aid(0x51A7))] {
        let mut work = work(&stand, &UID_7, 1);
        work.application = application;
        let (outcome, _, card) = visit(&mut stand, before.clone(), work);
        assert_eq!(outcome, Outcome::Done);
        let mut expected = directory;
        expected.applications[4] = application.unwrap_or(Aid::FREE);
        let (first, second) = expected.to_blocks();
        for block in (0..64).filter(|block| block / 4 != usize::from(sector().number())) {
            let wanted = match block {
                1 => first,
                2 => second,
                _ => before.block(block).unwrap(),
            };
            assert_eq!(card.block(block).unwrap(), wanted, "block {block}, {application:?}");
        }
        let mut wiping = wipe(&stand, &UID_7);
        wiping.application = application;
        let (outcome, _, card) = visit(&mut stand, card, wiping);
        assert_eq!((outcome, card.blocks() == before.blocks()), (Outcome::Done, true), "wiped to what it was");
    }
}

#[test]
fn a_directory_that_names_somebody_else_or_cannot_be_written_is_left_alone() {
    let mut stand = Stand::new();
    let directory = Directory { info: 0, applications: [Aid(0x4811); 15] };
    let taken = foreign_card(&directory);
    let mut locked = foreign_card(&Directory { info: 0, applications: [Aid::FREE; 15] });
    locked.set_block(3, trailer(SectorKey(KEY_A), Conditions::DIRECTORY, 0xC1, SectorKey([0xB0; 6])));
    for card in [taken, locked, blank(&UID_7)] {
        let mut work = work(&stand, &UID_7, 1);
        work.application = Some(Aid(0x51A7));
        let before: Vec<_> = (0..4).map(|block| card.block(block)).collect();
        let (outcome, _, card) = visit(&mut stand, card, work);
        assert_eq!(outcome, Outcome::Done);
        assert_eq!((0..4).map(|block| card.block(block)).collect::<Vec<_>>(), before);
    }
}
