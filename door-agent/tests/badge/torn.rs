//! An encoding that is disturbed: at every frame, in every way, and at random.

use access::credential::keys::SectorKey;
use access::credential::mad::{Aid, Directory, KEY_A};
use access::credential::trailer::{Conditions, trailer};
use access::encode::Outcome;
use mfrc522_emulator::{FaultKind, Plan, Torn};

use crate::encoding::{blank, encode, visit, work};
use crate::plans::plans;
use crate::stand::{Stand, UID_4, ours, sector};

/// Exchanges of one encoding that goes well, those that carry data, and the one that carries the trailer.
fn exchanges() -> (u64, Vec<u64>, u64) {
    let mut stand = Stand::new();
    stand.emulator.place(blank(&UID_4)).unwrap();
    stand.until_came(20).unwrap();
    stand.watch.let_go();
    stand.emulator.set_plan(Plan::default());
    stand.emulator.record(4_000);
    let work = work(&stand, &UID_4, 1);
    let wanted = work.blocks[3];
    assert_eq!(encode(&mut stand, &UID_4, work).0, Outcome::Done);
    let transcript = stand.emulator.transcript();
    let of_reader = || transcript.frames().filter(|frame| frame.from == mfrc522_emulator::Side::Reader);
    let trailer = of_reader().find(|frame| frame.bytes.starts_with(&wanted)).unwrap();
    let data = of_reader().filter(|frame| frame.bytes.len() == 18).filter_map(|frame| frame.exchange).collect();
    (stand.emulator.exchanges(), data, trailer.exchange.unwrap())
}

fn is_away_for_long(fault: &FaultKind) -> bool {
    matches!(
        fault,
        FaultKind::Remove { away_ms: Some(1..), after_us: 1.. }
            | FaultKind::TearWrite { away_ms: Some(1..), .. }
            | FaultKind::LoseAck { away_ms: Some(1..) }
    )
}

/// Where nothing is programmed all torn writes are the same.
fn matters(fault: &FaultKind, programs: bool) -> bool {
    let torn = matches!(fault, FaultKind::TearWrite { left, .. } if *left != Torn::Old);
    let late = matches!(fault, FaultKind::Remove { after_us: 501.., .. });
    programs || !torn && !late && !is_away_for_long(fault)
}

/// Every kind, and for how long the card stays away where it goes.
pub(crate) fn every_fault() -> Vec<FaultKind> {
    let mut faults = vec![
        FaultKind::DropFrame,
        FaultKind::DropAnswer,
        FaultKind::CorruptFrame { bit: 3 },
        FaultKind::CorruptFrame { bit: 20 },
        FaultKind::CorruptAnswer { bit: 2, parity: true },
        FaultKind::CorruptAnswer { bit: 2, parity: false },
        FaultKind::CorruptAnswer { bit: 77, parity: false },
        FaultKind::Nak(0x4),
        FaultKind::Nak(0x5),
        FaultKind::DelayAnswer { us: 4_000 },
        FaultKind::DelayAnswer { us: 30_000 },
        FaultKind::SecondCard { uid: [0x11, 0x22, 0x33, 0x44] },
        FaultKind::ResetChip,
    ];
    for away_ms in [None, Some(0), Some(40)] {
        faults.extend([0, 500, 1_500, 3_000].map(|after_us| FaultKind::Remove { after_us, away_ms }));
        faults.push(FaultKind::LoseAck { away_ms });
        let torn = [1, 5, 6, 8, 9, 10, 13].map(Torn::Prefix);
        for left in torn.into_iter().chain([Torn::Unstable, Torn::Weak, Torn::Old, Torn::Erased]) {
            faults.push(FaultKind::TearWrite { left, away_ms });
        }
    }
    faults
}

/// What became of an encoding under one fault, and whether a second visit mends it.
fn under(exchange: u64, fault: FaultKind) -> (Outcome, Outcome) {
    under_plan(Plan::new(exchange).at(exchange, fault))
}

fn under_plan(plan: Plan) -> (Outcome, Outcome) {
    let mut stand = Stand::new();
    let id = stand.emulator.place(blank(&UID_4)).unwrap();
    stand.until_came(20).unwrap();
    stand.watch.let_go();
    stand.emulator.set_plan(plan);
    let first = work(&stand, &UID_4, 1);
    let wanted = first.blocks;
    let (outcome, ..) = encode(&mut stand, &UID_4, first);
    stand.emulator.set_plan(Plan::default());
    let card = stand.emulator.remove(id).unwrap();
    stand.emulator.clear();
    let untouched = card.blocks() == blank(&UID_4).blocks();
    match outcome {
        Outcome::Done => assert_eq!(ours(&card), wanted, "done is as wanted"),
        Outcome::Untouched => assert!(untouched, "untouched is as before"),
        Outcome::Interrupted | Outcome::InDoubt => {}
        other => panic!("no other outcome: {other:?}"),
    }
    if matches!(outcome, Outcome::Done | Outcome::Untouched) {
        return (outcome, Outcome::Done);
    }
    stand.until_empty();
    let again = work(&stand, &UID_4, 1);
    let id = stand.emulator.place(card).unwrap();
    for _ in 0..20 {
        stand.turn();
    }
    stand.watch.let_go();
    let (second, ..) = encode(&mut stand, &UID_4, again);
    let card = stand.emulator.remove(id).unwrap();
    if second == Outcome::Done {
        assert_eq!(ours(&card), wanted);
    }
    (outcome, second)
}

#[test]
fn an_encoding_disturbed_at_any_frame_in_any_way_ends_as_before_as_wanted_or_resumable() {
    let (count, data, trailer) = exchanges();
    assert!(count > 60, "{count}");
    let mut in_doubt = 0;
    for exchange in 0..count {
        for fault in every_fault().into_iter().filter(|fault| matters(fault, data.contains(&exchange))) {
            let (outcome, second) = under(exchange, fault);
            let tears = matches!(
                fault,
                FaultKind::TearWrite { .. }
                    | FaultKind::Remove { .. }
                    | FaultKind::LoseAck { .. }
                    | FaultKind::ResetChip
            );
            if outcome == Outcome::InDoubt {
                assert!(
                    (trailer - 1..=trailer).contains(&exchange) && tears,
                    "frame {exchange} of {trailer}: {fault:?}"
                );
                in_doubt += 1;
            }
            if second != Outcome::Done {
                assert!(
                    exchange == trailer && tears && outcome == Outcome::InDoubt,
                    "frame {exchange} of {trailer}: {fault:?}: {outcome:?}, {second:?}"
                );
            }
        }
    }
    assert!(in_doubt > 0, "the one write that can lose the sector was among them");
}

/// A hang is a failure: the budget of transactions of [`Stand`] ends, and then nothing is encoded.
#[test]
fn random_plans_end_an_encoding_in_one_of_its_outcomes() {
    let (count, ..) = exchanges();
    for seed in 0..plans() / 10 {
        let (outcome, second) = under_plan(Plan::random(seed, count));
        if second != Outcome::Done {
            assert_eq!(outcome, Outcome::InDoubt, "seed {seed}: {second:?}");
        }
    }
}

/// The directory belongs to all who use the card: torn in any way it is whole again after this visit or the next. Only
/// bits that were erased or left to chance when the card went for good cannot be told again.
#[test]
fn a_directory_torn_in_any_way_is_mended() {
    let application = Aid(0x51A7);
    let before = Directory { info: 0, applications: [Aid::FREE; 15] };
    let wanted = {
        let mut directory = before;
        directory.applications[usize::from(sector().number()) - 1] = application;
        directory
    };
    let mut programmed = 0;
    for torn in
        [Torn::Prefix(1), Torn::Prefix(10), Torn::Prefix(11), Torn::Old, Torn::Weak, Torn::Erased, Torn::Unstable]
    {
        for away_ms in [None, Some(0)] {
            for exchange in 90..140 {
                let mut stand = Stand::new();
                let mut job = work(&stand, &UID_4, 1);
                job.application = Some(application);
                let mut card = stand.site.card(&UID_4, 1);
                let (first, second) = before.to_blocks();
                card.set_block(1, first);
                card.set_block(2, second);
                card.set_block(3, trailer(SectorKey(KEY_A), Conditions::DIRECTORY, 0xC1, SectorKey([0xFF; 6])));
                let id = stand.emulator.place(card).unwrap();
                stand.until_came(20).unwrap();
                stand.watch.let_go();
                stand.emulator.set_plan(Plan::new(7).at(exchange, FaultKind::TearWrite { left: torn, away_ms }));
                let (outcome, ..) = encode(&mut stand, &UID_4, job.clone());
                stand.emulator.set_plan(Plan::default());
                let mut card = stand.emulator.remove(id).unwrap();
                stand.until_empty();
                if outcome != Outcome::Done {
                    programmed += 1;
                    let (again, _, mended) = visit(&mut stand, card, job);
                    assert_eq!(again, Outcome::Done, "frame {exchange}: {torn:?}");
                    card = mended;
                }
                let directory = Directory::from_blocks(&card.block(1).unwrap(), &card.block(2).unwrap());
                let lost = away_ms.is_none() && matches!(torn, Torn::Erased | Torn::Unstable);
                assert!(directory == Ok(wanted) || lost, "frame {exchange}: {torn:?}, {away_ms:?}: {directory:?}");
            }
        }
    }
    assert!(programmed > 0);
}
