//! What a whitelist is made of, and the chain.

use access::calendar::Calendar;
use access::chain::{Link, link};
use access::entry::Entry;
use access::message::Down;
use access::time::{UtcS, Window};
use access::whitelist::{Change, Generation, WhitelistPart};

use crate::support::{calendar, down, entry, event, handed_on, hex, id, key, uid};

#[test]
fn an_entry_of_two_holders() {
    let bytes = handed_on().to_bytes();
    assert_eq!(
        hex(&bytes),
        "04010203040000000080010281c49fd50c8186f7840d0102020181c49fd50c0000010000ac02000000008186f7840d00000100010081c8ceb40d000100000701000000010100"
    );
    assert_eq!(Entry::from_bytes(&bytes).unwrap(), handed_on());
}

#[test]
fn a_calendar_as_a_change_and_in_the_first_piece_of_a_whole() {
    let bytes = calendar().to_bytes();
    assert_eq!(
        hex(&bytes),
        "c07001e0a801030506b0540a0506c070010196c50201020701a80a880e0000000000000201e003d00501a4c50200ac02000000000000000000"
    );
    assert_eq!(Calendar::from_bytes(&bytes).unwrap(), calendar());
    let mut with = id(300);
    with.replace_calendar(&Calendar::empty(), &calendar());
    assert_eq!((with.generation, with.entries), (Generation(300), 1));
    assert_eq!(hex(&with.digest.to_bytes()), "5a7f6bd8124a7b5a3bec131fd06d1c1864454958e7d7050a1cbb2c74dea357ef");
    let delta = WhitelistPart::Delta { from: id(299), to: with, changes: vec![Change::Calendar(calendar())] };
    let piece = |index, calendar| WhitelistPart::Chunk { to: with, index, count: 2, calendar, entries: Vec::new() };
    assert_eq!(
        down(&Down::Whitelist(delta)),
        "0000ab02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae0101ac02dafeadc3adc2d2bd5abbd8cff881ba9b8e18e48aa5c2f5fcf5820a9cf6b2a1e7fbe8abef01010102c07001e0a801030506b0540a0506c070010196c50201020701a80a880e0000000000000201e003d00501a4c50200ac02000000000000000000"
    );
    assert_eq!(
        down(&Down::Whitelist(piece(0, Some(calendar())))),
        "0001ac02dafeadc3adc2d2bd5abbd8cff881ba9b8e18e48aa5c2f5fcf5820a9cf6b2a1e7fbe8abef0101000201c07001e0a801030506b0540a0506c070010196c50201020701a80a880e0000000000000201e003d00501a4c50200ac0200000000000000000000"
    );
    assert_eq!(
        down(&Down::Whitelist(piece(1, None))),
        "0001ac02dafeadc3adc2d2bd5abbd8cff881ba9b8e18e48aa5c2f5fcf5820a9cf6b2a1e7fbe8abef010101020000"
    );
}

#[test]
fn the_ends_of_windows() {
    for (window, expected) in [
        (Window::ALWAYS, "0000"),
        (Window::new(UtcS(0), UtcS(-1)), "0102"),
        (Window::new(UtcS(1), UtcS(1_800_000_000)), "0381c8ceb40d"),
    ] {
        let bytes = Entry { card: window, ..Entry::new(uid()) }.to_bytes();
        assert!(hex(&bytes[8..]).starts_with(expected), "{window:?} {}", hex(&bytes[8..]));
    }
}

#[test]
fn an_entry_its_digest_and_a_link_of_the_chain() {
    assert_eq!(
        hex(&entry().to_bytes()),
        "0704a1b2c3d4e5f681c49fd50c81c8ceb40d0000020100000000010081ee89ab0d00000000000103010203"
    );
    assert_eq!(hex(&id(300).digest.to_bytes()), "07cde4eec25e6585cd01c1e622d741976b2a1b58828e31406a43dfb03913feae");
    assert_eq!(
        hex(&event().to_bytes()),
        "2a03c0c407f6a1bfe9d66602ac020500000000008001ac020000010704a1b2c3d4e5f630313233343536373839616263646566"
    );
    assert_eq!(
        hex(&link(Link::START, 1, &event()).0),
        "9270830a420f1378bf947acef88508b52856d1277b4d728a7a7fdf357897f599"
    );
    assert_eq!(hex(&key().broker_password()), "364b21727f397cf40666335d133890cd3da16e78bac7b197f36460568b6f2aa3");
}
