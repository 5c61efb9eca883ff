//! Whatever is written to the chip, it neither panics nor stops.

use embedded_hal::spi::{Operation, SpiDevice};
use mfrc522_emulator::{Config, Emulator, SpiCost, VirtualCard};
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
    ]
}

fn perform(emulator: &Emulator, raw: &mut Raw, step: &Step) {
    match step {
        Step::Write(register, value) => raw.write(*register, *value),
        Step::Read(register) => {
            raw.read(*register);
        }
        Step::Bytes(bytes) => {
            let mut read = [0; 3];
            let mut operations = [Operation::Transfer(&mut read, bytes), Operation::DelayNs(1)];
            raw.0.transaction(&mut operations).unwrap();
        }
        Step::Delay(delay_ns) => raw.0.transaction(&mut [Operation::DelayNs(*delay_ns)]).unwrap(),
        Step::Place(seven) => {
            let uid: &[u8] = if *seven { &UID_7 } else { &UID_4 };
            let _ = emulator.place_for(card(uid), 7);
        }
        Step::Take => {
            let _ = emulator.remove_uid(&UID_4);
        }
        Step::Reset => emulator.reset_chip(),
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
        emulator.set_transaction_budget(Some(50_000));
        let spi = driver.release();
        let mut driver = mfrc522::Mfrc522::new(spi).init().unwrap();
        emulator.place(card(&UID_4)).unwrap();
        let uid = select(&mut driver);
        prop_assert_eq!(uid.as_bytes(), UID_4);
    }

    #[test]
    fn any_frame_may_be_sent_to_any_card_in_any_state(
        frames in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..64), 0_u8..8), 1..12),
        mini in any::<bool>(),
    ) {
        let (emulator, mut driver) = reader();
        let card = if mini { VirtualCard::mini(&UID_7) } else { VirtualCard::classic_1k(&UID_7) };
        emulator.place(card.unwrap()).unwrap();
        select(&mut driver);
        for (bytes, last_bits) in &frames {
            let _ = driver.transceive::<64>(bytes, *last_bits, 0);
        }
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
