//! A tap that is disturbed: at every frame, in every way, and at random.
//!
//! `KULKU_PLANS=10000 cargo test -p kulku-door-agent --test badge` runs more random plans than CI does.

use access::decide::Credential;
use access::uid::Uid;
use mfrc522_emulator::{Fade, FaultKind, Plan, VirtualCard};

use crate::stand::{Mode, Stand, UID_4, UID_7, ours, slots};
use crate::torn::every_fault;

/// Frames of a rolling tap that goes well, from the look that sees the card to its rest.
fn exchanges(uid: &[u8], mode: Mode) -> u64 {
    let mut stand = Stand::new();
    let card = stand.site.card(uid, 1);
    stand.emulator.set_plan(Plan::default());
    stand.emulator.place(card).unwrap();
    stand.until_came(20).unwrap();
    stand.read(&Uid::new(uid).unwrap(), 1, mode).unwrap();
    stand.emulator.exchanges()
}

/// A tap under a plan; the card stays for as long as the plan lets it. What was found, if it came to that.
fn disturbed(stand: &mut Stand, card: VirtualCard, mode: Mode, plan: Plan) -> (Option<Credential>, VirtualCard) {
    let uid = Uid::new(card.uid()).unwrap();
    stand.emulator.set_plan(plan);
    let id = stand.emulator.place(card).unwrap();
    let came = stand.until_came(12);
    let found = match came {
        Some((_, Some(seen))) if seen == uid => stand.read(&uid, 1, mode).map(|findings| findings.credential),
        Some(_) => {
            stand.watch.let_go();
            None
        }
        None => None,
    };
    stand.emulator.set_plan(Plan::default());
    let card = stand.emulator.remove(id).unwrap();
    stand.emulator.clear();
    stand.until_empty();
    (found, card)
}

/// The card is as it was, or as it was to be, or one slot is torn; and the next tap accepts it.
fn is_well(stand: &mut Stand, before: &VirtualCard, card: VirtualCard, mode: Mode, what: &str) {
    let (old, new) = (ours(before), ours(&card));
    assert_eq!((old[0], old[3]), (new[0], new[3]), "{what}: neither static block nor trailer is written");
    let outside = |card: &VirtualCard| [&card.blocks()[..20], &card.blocks()[24..]].concat();
    assert_eq!(outside(before), outside(&card), "{what}: nothing outside the sector");
    assert!(old[1] == new[1] || old[2] == new[2], "{what}: one slot at most");
    assert!(slots(&stand.site, &card, 1).iter().any(Option::is_some), "{what}");
    let (findings, _) = stand.tap(card, 1, mode);
    assert_eq!(findings.credential, Credential::Verified, "{what}: the next tap");
}

#[test]
fn a_tap_disturbed_at_any_frame_in_any_way_leaves_a_card_that_is_accepted() {
    for (uid, mode) in [(&UID_4[..], Mode::Strict), (&UID_4, Mode::Lenient), (&UID_7, Mode::Strict)] {
        for exchange in 0..exchanges(uid, mode) {
            for fault in every_fault() {
                let what = format!("{mode:?}, frame {exchange}: {fault:?}");
                let mut stand = Stand::new();
                let (_, before) = {
                    let card = stand.site.card(uid, 1);
                    stand.tap(card, 1, mode)
                };
                let plan = Plan::new(exchange).at(exchange, fault);
                let (found, card) = disturbed(&mut stand, before.clone(), mode, plan);
                let accepted =
                    [None, Some(Credential::Verified), Some(Credential::Unreadable), Some(Credential::NotWritten)];
                assert!(accepted.contains(&found), "{what}: {found:?}");
                is_well(&mut stand, &before, card, mode, &what);
            }
        }
    }
}

#[test]
fn what_was_weakly_written_may_fade_before_the_next_tap() {
    for exchange in 0..exchanges(&UID_4, Mode::Strict) {
        for fault in every_fault().into_iter().filter(|fault| matches!(fault, FaultKind::TearWrite { .. })) {
            for fade in [Fade::Old, Fade::Erased, Fade::Unstable { seed: exchange }] {
                let mut stand = Stand::new();
                let before = stand.site.card(&UID_4, 1);
                let plan = Plan::new(exchange).at(exchange, fault);
                let (_, mut card) = disturbed(&mut stand, before.clone(), Mode::Strict, plan);
                card.fade(fade);
                is_well(&mut stand, &before, card, Mode::Strict, &format!("frame {exchange}: {fault:?}, {fade:?}"));
            }
        }
    }
}

#[test]
fn a_lost_frame_does_not_cost_the_person_another_tap() {
    let count = exchanges(&UID_4, Mode::Strict);
    for exchange in 0..count - 1 {
        for fault in [
            FaultKind::DropFrame,
            FaultKind::DropAnswer,
            FaultKind::Nak(4),
            FaultKind::Remove { after_us: 0, away_ms: Some(0) },
        ] {
            let mut stand = Stand::new();
            let card = stand.site.card(&UID_4, 1);
            let (found, _) = disturbed(&mut stand, card, Mode::Strict, Plan::new(1).at(exchange, fault));
            assert_eq!(found, Some(Credential::Verified), "frame {exchange}: {fault:?}");
        }
    }
}

pub(crate) fn plans() -> u64 {
    std::env::var("KULKU_PLANS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// A hang is a failure: the budget of transactions of [`Stand`] ends, and then the next tap is not accepted.
#[test]
fn random_plans_neither_hang_the_reader_nor_harm_the_card() {
    let count = exchanges(&UID_4, Mode::Strict) + 10;
    for seed in 0..plans() {
        let mode = if seed % 2 == 0 { Mode::Strict } else { Mode::Lenient };
        let mut stand = Stand::new();
        let before = stand.site.card(&UID_4, 1);
        let (found, card) = disturbed(&mut stand, before.clone(), mode, Plan::random(seed, count));
        assert_ne!(found, Some(Credential::Cloned), "seed {seed}: nobody is accused");
        is_well(&mut stand, &before, card, mode, &format!("seed {seed}"));
    }
}
