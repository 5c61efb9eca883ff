//! Every message, in both directions.

use access::calendar::Calendar;
use access::chain::Link;
use access::command::{Action, Command};
use access::confirm::{Confirmation, LogHead, NEVER, Nonce, Receipt};
use access::encode::{EncodeJob, SealedWork, Stage};
use access::entry::{Block, Blocks};
use access::event::{Faults, Watched};
use access::latency::Latencies;
use access::message::{Down, Figures, Leaf, Listed, Status, Up};
use access::mode::Mode;
use access::passage::{AreaId, Passage, Passages, Step};
use access::state::{Counter, Counters};
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistPart};

use crate::support::{down, entry, event, id, uid, up};

fn status() -> Status {
    let mut faults = Faults::NONE;
    faults.set(Watched::Tamper, true);
    faults.set(Watched::Contact, true);
    Status {
        session: 9,
        mono: MonoMs(60_000),
        utc: UtcMs(1_764_000_000_000),
        trust: ClockTrust::Kept,
        wire_min: 1,
        wire_max: 1,
        agent: "0.1.0".into(),
        whitelist: id(300),
        state_generation: Generation(5),
        counters_generation: Generation(0),
        passages_generation: Generation(4),
        mode: Mode::LockedDown,
        nonce: Nonce([0xA5; 16]),
        confirmed_age_s: Some(300),
        log: LogHead { row: 1_000, link: Link([0x11; 32]) },
        journal_oldest: 40,
        probe: 41,
        journal_head: 42,
        journal_acknowledged: 41,
        journal_percent: 81,
        reader: true,
        lock_released: false,
        leaf: Leaf::HeldOpen,
        faults,
        messages_refused: 2,
    }
}

#[test]
fn messages_of_a_door() {
    assert_eq!(
        up(&Up::Status(status())),
        "0009e0d40380a0bfe9d66601010105302e312e30ac02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae010105000401a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a501ac02e807111111111111111111111111111111111111111111111111111111111111111128292a29510100032102"
    );
    assert_eq!(
        up(&Up::Events(vec![event()])),
        "01012a03c0c407f6a1bfe9d66602ac020500000000008001ac020000010704a1b2c3d4e5f630313233343536373839616263646566"
    );
    assert_eq!(up(&Up::Offline { session: 9 }), "0209");
    assert_eq!(up(&Up::Encoding { job: 7, stage: Stage::Locking }), "030703");
    let cards = vec![(uid(), Blocks::NONE.with(Block::Inactive))];
    assert_eq!(
        up(&Up::Listed(Listed { whitelist: id(300), index: 0, count: 1, cards })),
        "04ac02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae01010001010704a1b2c3d4e5f68002"
    );
    let mut taps = Latencies { sum_us: 5_000_000, ..Latencies::default() };
    (taps.counts[3], taps.counts[4], taps.counts[19]) = (300, 7, 1);
    assert_eq!(
        up(&Up::Figures(Figures { for_s: 86_400, taps })),
        "0580a305000000ac0207000000000000000000000000000001c096b102"
    );
}

#[test]
fn messages_to_a_door() {
    let changes = vec![Change::Put(entry()), Change::Remove(Uid::new(&[1, 2, 3, 4]).unwrap())];
    let delta = WhitelistPart::Delta { from: id(299), to: id(300), changes };
    let chunk = WhitelistPart::Chunk {
        to: id(300),
        index: 0,
        count: 2,
        calendar: Some(Calendar::empty()),
        entries: vec![entry()],
    };
    let counters = Counters {
        generation: Generation(1),
        counters: vec![Counter { uid: uid(), issue: 7, value: 1_000, nonce: 0xBEEF }],
    };
    let passage = Passage { uid: uid(), area: AreaId(300), step: Step::Left, at: UtcMs(1_764_000_000_123) };
    let passages = Passages { generation: Generation(2), passages: vec![passage] };
    let command = Command { id: 77, boot: 3, session: 9, expires: MonoMs(65_000), action: Action::UnlockOnce };
    assert_eq!(
        down(&Down::Whitelist(delta)),
        "0000ab02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae0101ac02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae010102000704a1b2c3d4e5f681c49fd50c81c8ceb40d0000020100000000010081ee89ab0d00000000000103010203010401020304"
    );
    assert_eq!(
        down(&Down::Whitelist(chunk)),
        "0001ac02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae01010002010000000000010704a1b2c3d4e5f681c49fd50c81c8ceb40d0000020100000000010081ee89ab0d00000000000103010203"
    );
    assert_eq!(down(&Down::Counters(counters)), "0201010704a1b2c3d4e5f607e807effd02");
    assert_eq!(down(&Down::Passages(passages)), "0302010704a1b2c3d4e5f6ac0201f6a1bfe9d666");
    assert_eq!(
        down(&Down::Acknowledged { epoch: 0x0102, through: 41, log: LogHead { row: 1_000, link: Link([0x11; 32]) } }),
        "04820229e8071111111111111111111111111111111111111111111111111111111111111111"
    );
    assert_eq!(down(&Down::Command(command)), "054d0309e8fb0300");
    let sealed = SealedWork(vec![1, 2, 3]);
    let job = EncodeJob { id: 77, boot: 3, session: 9, expires: MonoMs(65_000), uid: uid(), sealed };
    assert_eq!(down(&Down::Encode(job)), "064d0309e8fb030704a1b2c3d4e5f603010203");
    let receipt = Receipt { epoch: 0x0102, through: 41, probe: 41, link: Some(Link([0x22; 32])) };
    let confirmation = Confirmation {
        nonce: Nonce([0xA5; 16]),
        issued: UtcMs(1_764_000_000_000),
        expires: NEVER,
        whitelist: id(300),
        state: Generation(5),
        receipt,
        log: LogHead { row: 1_000, link: Link([0x11; 32]) },
        hold: true,
    };
    assert_eq!(
        down(&Down::Confirmed(confirmation)),
        "07a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a580a0bfe9d666feffffffffffffffff01ac02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae01010582022929012222222222222222222222222222222222222222222222222222222222222222e807111111111111111111111111111111111111111111111111111111111111111101"
    );
}
