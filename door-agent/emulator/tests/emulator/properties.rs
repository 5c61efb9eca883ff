//! Whatever is written to the chip, it neither panics nor stops.

use embedded_hal::spi::{Operation, SpiDevice};
use mfrc522_emulator::{Config, Emulator, Fault, FaultKind, Personality, Plan, Span, SpiCost, VirtualCard, crc_a};
use proptest::prelude::*;

use crate::support::{Raw, UID_4, UID_7, card, reader, seeded, select};

#[derive(Clone, Debug)]
enum Step {
    Write(u8, u8),
    Read(u8),
    Bytes(Vec<u8>),
    Delay(u32),
    Place(bool),
    Take,
    Reset,
    Fault(u8),
    Plan(u64),
}

fn step() -> impl Strategy<Value = Step> {
    // Registers and values that start something come often, or nothing would ever happen.
    let register = prop_oneof![0_u8..64, prop::sample::select(vec![0x01, 0x04, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x14])];
    let value = prop_oneof![
        any::<u8>(),
        prop::sample::select(vec![0x00, 0x03, 0x04, 0x0C, 0x0E, 0x0F, 0x10, 0x26, 0x52, 0x80, 0x83, 0x87, 0x93, 0x20]),
    ];
    prop_oneof![
        8 => (register.clone(), value).prop_map(|(register, value)| Step::Write(register, value)),
        4 => register.prop_map(Step::Read),
        1 => prop::collection::vec(any::<u8>(), 0..80).prop_map(Step::Bytes),
        2 => prop_oneof![0_u32..1_000_000, any::<u32>()].prop_map(Step::Delay),
        1 => any::<bool>().prop_map(Step::Place),
        1 => Just(Step::Take),
        1 => Just(Step::Reset),
        1 => any::<u8>().prop_map(Step::Fault),
        1 => any::<u64>().prop_map(Step::Plan),
    ]
}

/// Bytes and bits of the last one. Commands that some chip understands come often, with the right CRC.
fn frame() -> impl Strategy<Value = (Vec<u8>, u8)> {
    let known = prop::sample::select(vec![0x30, 0xA0, 0x60, 0x61, 0x64, 0x80, 0x50, 0xCF, 0xE0]);
    let command = (known, prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(command, rest)| {
        let bytes = [&[command], &rest[..]].concat();
        ([&bytes[..], &crc_a(&bytes)].concat(), 0)
    });
    let short = prop::sample::select(vec![(0x26, 7), (0x52, 7), (0x40, 7), (0x20, 7), (0x43, 0), (0x23, 0)]);
    prop_oneof![
        (prop::collection::vec(any::<u8>(), 1..64), 0_u8..8),
        command,
        short.prop_map(|(byte, last_bits)| (vec![byte], last_bits)),
    ]
}

fn perform(emulator: &Emulator, raw: &mut Raw, step: &Step) {
    // A bus that is told to fail may do so.
    let mut send = |operations: &mut [Operation<'_, u8>]| {
        let _ = raw.0.transaction(operations);
    };
    match step {
        Step::Write(register, value) => send(&mut [Operation::Write(&[register << 1, *value])]),
        Step::Read(register) => send(&mut [Operation::TransferInPlace(&mut [register << 1 | 0x80, 0])]),
        Step::Bytes(bytes) => send(&mut [Operation::Transfer(&mut [0; 3], bytes), Operation::DelayNs(1)]),
        Step::Delay(delay_ns) => send(&mut [Operation::DelayNs(*delay_ns)]),
        Step::Place(seven) => {
            let uid: &[u8] = if *seven { &UID_7 } else { &UID_4 };
            let card = card(uid).with_personality(personality(emulator.transactions()));
            let _ = emulator.place_for(card, 7);
        }
        Step::Take => {
            let _ = emulator.remove_uid(&UID_4);
        }
        Step::Reset => emulator.reset_chip(),
        Step::Fault(chance) => emulator.schedule_fault(fault(*chance), Span::Transactions(1), Span::Transactions(4)),
        Step::Plan(seed) => {
            let uid = seed.to_be_bytes().first_chunk::<4>().copied().unwrap_or_default();
            let plan = Plan::random(*seed, 3).at(seed % 5, FaultKind::ResetChip);
            emulator.set_plan(plan.at(seed % 3, FaultKind::SecondCard { uid }));
        }
    }
}

fn personality(chance: u64) -> Personality {
    let all = [
        Personality::Genuine,
        Personality::Gen1a,
        Personality::Gen1b,
        Personality::Gen2,
        Personality::Gen3,
        Personality::Gen4Gtu { password: [0; 4] },
        Personality::Gen4Gdm,
        Personality::Fm11rf08s,
        Personality::StaticNonce,
    ];
    all.into_iter().cycle().nth(usize::try_from(chance % 9).unwrap_or(0)).unwrap_or_default()
}

fn fault(chance: u8) -> Fault {
    let (seed, per_mille) = (u64::from(chance), 500);
    match chance % 9 {
        0 => Fault::MisoStuckLow,
        1 => Fault::MisoStuckHigh,
        2 => Fault::SpiError,
        3 => Fault::WriteDataRefused,
        4 => Fault::CheckByteDamaged,
        5 => Fault::BrownOut,
        6 => Fault::Wedged,
        7 => Fault::MisoNoise { seed, per_mille },
        _ => Fault::AirNoise { seed, per_mille },
    }
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn random_traffic_never_panics_nor_hangs(
        steps in prop::collection::vec(step(), 0..120),
        free in any::<bool>(),
    ) {
        let spi = if free { SpiCost::FREE } else { SpiCost::RASPBERRY_PI };
        let emulator = Emulator::new(Config { spi, ..Config::default() });
        let mut raw = Raw(emulator.spi());
        let mut last = emulator.now();
        for step in &steps {
            perform(&emulator, &mut raw, step);
            prop_assert!(emulator.now() >= last);
            last = emulator.now();
        }
    }

    #[test]
    fn after_any_traffic_a_soft_reset_brings_the_chip_back(steps in prop::collection::vec(step(), 0..60)) {
        let (emulator, driver) = reader();
        let mut raw = Raw(emulator.spi());
        for step in &steps {
            perform(&emulator, &mut raw, step);
        }
        let _ = emulator.clear();
        emulator.set_fault(None);
        emulator.set_plan(Plan::default());
        emulator.set_transaction_budget(Some(50_000));
        let spi = driver.release();
        let mut driver = mfrc522::Mfrc522::new(spi).init().unwrap();
        emulator.place(card(&UID_4)).unwrap();
        let uid = select(&mut driver);
        prop_assert_eq!(uid.as_bytes(), UID_4);
    }

    #[test]
    fn any_frame_may_be_sent_to_any_card_in_any_state(
        frames in prop::collection::vec(frame(), 1..12),
        mini in any::<bool>(),
        chip in any::<u64>(),
    ) {
        let (emulator, mut driver) = reader();
        let card = if mini { VirtualCard::mini(&UID_7) } else { VirtualCard::classic_1k(&UID_7) };
        emulator.place(card.unwrap().with_personality(personality(chip))).unwrap();
        emulator.record(10);
        select(&mut driver);
        for (bytes, last_bits) in &frames {
            let _ = driver.transceive::<64>(bytes, *last_bits, 0);
        }
        prop_assert!(emulator.transcript().frames().count() <= 10);
    }

    #[test]
    fn two_cards_with_any_uids_are_both_found(first in any::<[u8; 4]>(), second in any::<[u8; 4]>()) {
        prop_assume!(first != second && first[0] != 0x88 && second[0] != 0x88);
        let (emulator, mut driver) = reader();
        emulator.place(card(&first)).unwrap();
        emulator.place(card(&second)).unwrap();
        let mut seen = [0, 1].map(|_| {
            let uid = select(&mut driver).as_bytes().to_vec();
            driver.hlta().unwrap();
            uid
        });
        seen.sort();
        let mut both = [first.to_vec(), second.to_vec()];
        both.sort();
        prop_assert_eq!(seen, both);
    }
}
