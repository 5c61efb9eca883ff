//! Cards that count: doors hear how far, and a copy is shut out everywhere.

use access::credential::block::Token;
use access::decide::{Credential, Decision, Presented};
use access::entry::Block;
use access::event::{EventKind, Rolling};
use access::passage::Side;
use access::reason::Reasons;
use access::settings::Reading;
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::Site;

use super::door::Door;
use super::support::{Bench, list, open_alarms, set_reading, uid};

/// A tap that moved the card's counter.
fn tapped(from: u32, nonce: u16) -> EventKind {
    let token = |counter, nonce| Token { counter, nonce };
    let (found, written) = (Some(token(from, 1)), Some(token(from + 1, nonce)));
    EventKind::Tap {
        side: Side::In,
        presented: Presented::Classic1k,
        credential: Credential::Verified,
        decision: Decision { reasons: Reasons::NONE, generation: Generation(1) },
        noted: Reasons::NONE,
        rolling: Some(Rolling { issue: 1, found, written, stepped_in: false }),
    }
}

async fn bench(readings: &[(&str, Reading)]) -> Bench {
    let doors: Vec<&str> = readings.iter().map(|(door, _)| *door).collect();
    Bench::prepared(&doors, |site| {
        list(site, 0..3, &doors);
        readings.iter().for_each(|(door, reading)| set_reading(site, door, *reading));
    })
    .await
}

/// A door with its list in force.
async fn ready(bench: &Bench, door: &str) -> Door {
    let mut door = Door::connect(bench, door).await;
    door.report_status().await;
    door.follow_until(|door| door.list.len() == 3).await;
    door.report_status().await;
    door
}

fn value(door: &Door, card: Uid) -> Option<u32> {
    door.counters.get(&card).map(|counter| counter.value)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_shut_out_at_every_door_and_both_taps_stand_in_the_alarm() {
    let rolls = Reading::RollingStrict;
    let bench = bench(&[("attic", rolls), ("ward", rolls), ("pharmacy", Reading::UidOnly)]).await;
    let (mut attic, mut ward) = (ready(&bench, "attic").await, ready(&bench, "ward").await);
    let mut pharmacy = ready(&bench, "pharmacy").await;
    for (door, nonce) in [(&mut attic, 51), (&mut ward, 52)] {
        let events = door.happen_with(uid(1), tapped(4, nonce));
        door.report(events).await;
        door.acknowledged().await;
    }
    for door in [&mut attic, &mut ward, &mut pharmacy] {
        door.follow_until(|door| door.list[&uid(1)].blocks.contains(Block::Cloned)).await;
        assert!(door.list[&uid(2)].blocks.is_empty());
    }
    bench.until_alarm("clone-suspected").await;
    let alarms = open_alarms(bench.site());
    let alarm = alarms.iter().find(|alarm| alarm.kind == "clone-suspected").unwrap();
    assert!(alarm.event.is_some() && alarm.other_event.is_some() && alarm.event != alarm.other_event);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_reach_the_doors_that_move_them_and_a_box_that_was_replaced_hears_its_own_again() {
    let strict = Reading::RollingStrict;
    let bench = bench(&[("attic", Reading::RollingLenient), ("ward", strict), ("pharmacy", Reading::Sector)]).await;
    let (mut attic, mut ward) = (ready(&bench, "attic").await, ready(&bench, "ward").await);
    let mut pharmacy = ready(&bench, "pharmacy").await;
    for from in 4..7 {
        let events = ward.happen_with(uid(1), tapped(from, 1));
        ward.report(events).await;
    }
    attic.follow_until(|attic| value(attic, uid(1)) == Some(7)).await;
    attic.report_status().await;
    let heard = attic.status.counters_generation;
    bench.until("reported", |site| site.counters(&attic.id, 1_000, heard, 10).unwrap().is_empty()).await;

    // What comes after shows that the others heard nothing of it.
    let events = attic.happen_with(uid(2), tapped(8, 1));
    attic.report(events).await;
    ward.follow_until(|ward| value(ward, uid(2)) == Some(9)).await;
    assert_eq!(value(&ward, uid(1)), None, "it said so itself");
    bench.site().block_card(&super::support::actor(), &uid(0), Block::Blocked).unwrap();
    pharmacy.follow_until(|pharmacy| !pharmacy.list[&uid(0)].blocks.is_empty()).await;
    assert!(pharmacy.counters.is_empty(), "counters mean nothing to it");

    ward.cut().await;
    bench.until("away", |site: &Site| !site.door(&"ward".parse().unwrap()).unwrap().online).await;
    let mut replaced = Door::connect(&bench, "ward").await;
    replaced.header.epoch = 2_000;
    replaced.report_status().await;
    replaced.follow_until(|ward| value(ward, uid(1)) == Some(7) && value(ward, uid(2)) == Some(9)).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_was_away_or_begins_to_move_counters_is_told_what_it_missed() {
    let rolls = Reading::RollingStrict;
    let bench = bench(&[("attic", rolls), ("ward", rolls), ("pharmacy", Reading::UidOnly)]).await;
    let (mut ward, mut pharmacy) = (ready(&bench, "ward").await, ready(&bench, "pharmacy").await);
    let events = ward.happen_with(uid(1), tapped(4, 1));
    ward.report(events).await;
    ward.acknowledged().await;
    let mut attic = ready(&bench, "attic").await;
    attic.follow_until(|attic| value(attic, uid(1)) == Some(5)).await;
    set_reading(bench.site(), "pharmacy", Reading::RollingLenient);
    pharmacy.follow_until(|pharmacy| value(pharmacy, uid(1)) == Some(5)).await;
    bench.stop().await;
}
