//! Who went in where, to the other doors of the area and to no other.

use access::event::EventKind;
use access::passage::{AreaId as WireAreaId, Passage, Side, Step};
use access::settings::DoorSettings;
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{AreaId, LockdownScope, PassbackRule, Site};

use super::door::Door;
use super::support::{Bench, actor, list, uid};

const HARD: PassbackRule = PassbackRule { hard: true, within_s: None, forgiven_at: None };
const IN: EventKind = EventKind::Entered { side: Side::In };
const OUT: EventKind = EventKind::Entered { side: Side::Out };

/// Two doors that lead into an area under a rule, and one that does not.
async fn bench() -> (Bench, AreaId) {
    let doors = ["attic", "pharmacy", "ward"];
    let bench = Bench::prepared(&doors, |site| list(site, 0..3, &doors)).await;
    let area = bench.site().add_area(&actor(), "Inside", &[]).unwrap();
    bench.site().set_passback(&actor(), area, Some(HARD)).unwrap();
    lead(bench.site(), "attic", area);
    lead(bench.site(), "ward", area);
    (bench, area)
}

fn lead(site: &Site, door: &str, area: AreaId) {
    let settings = DoorSettings { leads_into: Some(wire(area)), ..DoorSettings::default() };
    site.set_settings(&actor(), &door.parse().unwrap(), settings).unwrap();
}

fn wire(area: AreaId) -> WireAreaId {
    WireAreaId(u32::try_from(area.0).unwrap())
}

/// A door with its list and its state in force.
async fn ready(bench: &Bench, door: &str) -> Door {
    let mut door = Door::connect(bench, door).await;
    door.report_status().await;
    let wanted = bench.site().door(&door.id).unwrap().wanted_state;
    door.follow_until(|door| door.list.len() == 3 && door.state.generation == wanted).await;
    door.report_status().await;
    door
}

/// What happened to a card, each a second after the one before.
async fn happens(door: &mut Door, card: Uid, kinds: &[EventKind]) {
    for kind in kinds {
        let events = door.happen_with(card, *kind);
        door.report(events).await;
        door.acknowledged().await;
    }
}

fn last(door: &Door, card: Uid, area: AreaId) -> Option<Step> {
    door.passages.get(&(card, wire(area))).map(|passage: &Passage| passage.step)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passage_reaches_the_doors_of_its_area_and_no_other() {
    let (bench, area) = bench().await;
    let (mut attic, mut ward) = (ready(&bench, "attic").await, ready(&bench, "ward").await);
    let mut pharmacy = ready(&bench, "pharmacy").await;
    happens(&mut attic, uid(1), &[IN]).await;
    ward.follow_until(|ward| last(ward, uid(1), area) == Some(Step::Entered)).await;
    // The ward's own first event is no later than the attic's, so another comes before.
    happens(&mut ward, uid(2), &[IN]).await;
    happens(&mut ward, uid(1), &[OUT]).await;
    attic.follow_until(|attic| last(attic, uid(1), area) == Some(Step::Left)).await;
    // What comes after shows that the third heard nothing of it.
    bench.site().lock_down(&actor(), &LockdownScope::Site, None, "a drill").unwrap();
    pharmacy.follow_until(|pharmacy| pharmacy.state.lockdown.is_some()).await;
    assert!(pharmacy.passages.is_empty(), "passages of an area that it does not lead to");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_forgives_reaches_the_doors() {
    let (bench, area) = bench().await;
    let (mut attic, mut ward) = (ready(&bench, "attic").await, ready(&bench, "ward").await);
    happens(&mut attic, uid(1), &[IN]).await;
    bench.site().forgive(&actor(), &uid(1), Some(area), "it was held open for her").unwrap();
    for door in [&mut attic, &mut ward] {
        door.follow_until(|door| last(door, uid(1), area) == Some(Step::Forgiven)).await;
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_was_away_or_leads_there_from_now_on_is_told_who_is_inside() {
    let (bench, area) = bench().await;
    let (mut attic, mut pharmacy) = (ready(&bench, "attic").await, ready(&bench, "pharmacy").await);
    for card in 0..3 {
        happens(&mut attic, uid(card), &[IN]).await;
    }
    let mut ward = ready(&bench, "ward").await;
    ward.follow_until(|ward| ward.passages.len() == 3).await;
    lead(bench.site(), "pharmacy", area);
    pharmacy.follow_until(|pharmacy| pharmacy.passages.len() == 3).await;

    // Without what it has, it is told all again; with it, nothing but what is new.
    let told = ward.status.passages_generation;
    ward.report_status().await;
    ward.cut().await;
    bench.until("away", |site| !site.door(&"ward".parse().unwrap()).unwrap().online).await;
    happens(&mut attic, uid(1), &[OUT]).await;
    // It would come back with the controller, and the two would take the connection from each other for ever.
    attic.cut().await;
    let bench = bench.restart().await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.header.boot = 2;
    // The pharmacy has made all of it news again, so this is what it had then.
    ward.status.passages_generation = newest_but_one(&bench, told);
    ward.report_status().await;
    ward.follow_until(|ward| !ward.passages.is_empty()).await;
    assert_eq!((ward.passages.len(), last(&ward, uid(1), area)), (1, Some(Step::Left)));
    let mut replaced = Door::connect(&bench, "attic").await;
    replaced.header.epoch = 2_000;
    replaced.report_status().await;
    replaced.follow_until(|attic| attic.passages.len() == 3).await;
    bench.stop().await;
}

/// Through which generation everything but the newest passage is told.
fn newest_but_one(bench: &Bench, at_least: Generation) -> Generation {
    let newest = bench.site().passages_newest().unwrap();
    let before = Generation(newest.0 - 1);
    assert!(before >= at_least);
    before
}
