//! Lockdowns and orders go to the doors that they reach, before and beside everything else.

use access::entry::Block;
use access::id::DoorId;
use access::message::Down;
use access::mode::Order;
use access::time::UtcS;
use access::whitelist::{Generation, WhitelistId};
use controller::distribute::CHUNK_ENTRIES;
use db::site::{LockdownScope, Site};

use super::door::Door;
use super::support::{Bench, actor, list, uid};

/// Chunks of a list that takes a second to send.
const CHUNKS: u32 = 40;

fn lock_down(site: &Site, scope: &LockdownScope) -> i64 {
    site.lock_down(&actor(), scope, None, "a threat").unwrap()
}

fn is_locked_down(door: &Door) -> bool {
    door.state.is_locked_down(UtcS(0))
}

fn id(door: &str) -> DoorId {
    door.parse().unwrap()
}

/// A door that has everything in force.
async fn ready(bench: &Bench, door: &str) -> Door {
    let mut door = Door::connect(bench, door).await;
    door.report_status().await;
    let wanted = bench.site().door(&door.id).unwrap();
    door.follow_until(|door| {
        Some(door.status.whitelist) == wanted.wanted && door.state.generation == wanted.wanted_state
    })
    .await;
    door.report_status().await;
    let in_force = |site: &Site| site.door(&door.id).unwrap().state_in_force == Some(wanted.wanted_state);
    bench.until("in force", in_force).await;
    door.heard.clear();
    door
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lockdown_passes_a_long_list_that_is_on_its_way() {
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..CHUNK_ENTRIES * CHUNKS, &["ward"])).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    ward.follow_until(|ward| ward.heard.ends_with('l')).await;
    lock_down(bench.site(), &LockdownScope::Site);
    ward.follow_until(is_locked_down).await;
    assert!(ward.list.is_empty(), "the list was through already");
    ward.follow_until(|ward| !ward.list.is_empty()).await;
    assert_eq!(ward.list.len(), (CHUNK_ENTRIES * CHUNKS) as usize);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lockdown_moves_the_states_of_its_doors_and_no_list() {
    let doors = ["attic", "pharmacy", "ward"];
    let bench = Bench::prepared(&doors, |site| list(site, 0..3, &doors)).await;
    let (mut attic, mut pharmacy) = (ready(&bench, "attic").await, ready(&bench, "pharmacy").await);
    let mut ward = ready(&bench, "ward").await;
    let area = bench.site().add_area(&actor(), "Upstairs", &[id("attic"), id("ward")]).unwrap();
    for door in [&mut attic, &mut ward] {
        let joined = bench.site().latest().unwrap();
        door.follow_until(|door| door.state.generation == joined).await;
        door.heard.clear();
    }
    let lockdown = lock_down(bench.site(), &LockdownScope::Area(area.0));
    for door in [&mut attic, &mut ward] {
        door.follow_until(is_locked_down).await;
        door.report_status().await;
    }
    // A second one holds on when the first is lifted.
    let second = lock_down(bench.site(), &LockdownScope::Door(id("ward")));
    let now = bench.site().latest().unwrap();
    ward.follow_until(|ward| ward.state.generation == now).await;
    bench.site().lift_lockdown(&actor(), lockdown, "over").unwrap();
    attic.follow_until(|attic| !is_locked_down(attic)).await;
    let now = bench.site().latest().unwrap();
    ward.follow_until(|ward| ward.state.generation == now).await;
    assert!(is_locked_down(&ward));
    bench.site().lift_lockdown(&actor(), second, "over").unwrap();
    ward.follow_until(|ward| !is_locked_down(ward)).await;
    // What comes after shows that nothing else came.
    bench.site().block_card(&actor(), &uid(1), Block::Blocked).unwrap();
    for door in [&mut attic, &mut pharmacy, &mut ward] {
        door.follow_until(|door| !door.list[&uid(1)].blocks.is_empty()).await;
    }
    assert_eq!([&attic.heard[..], &pharmacy.heard, &ward.heard], ["ssl", "l", "ssssl"]);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_to_its_door_with_its_end_and_is_taken_back() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = ready(&bench, "ward").await;
    let order = Order { unlock: true, until: UtcS(actor().at.second().0 + 3_600) };
    bench.site().order_mode(&actor(), &ward.id, Some(order), "a delivery").unwrap();
    ward.follow_until(|ward| ward.state.order == Some(order)).await;
    bench.site().order_mode(&actor(), &ward.id, None, "done").unwrap();
    ward.follow_until(|ward| ward.state.order.is_none()).await;
    assert_eq!(ward.heard, "ss");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_was_away_hears_of_the_lockdown_before_its_list() {
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..3, &["ward"])).await;
    let ward = ready(&bench, "ward").await;
    let (status, held, state) = (ward.status.clone(), ward.list.clone(), ward.state.clone());
    ward.cut().await;
    bench.until("away", |site| !site.doors().unwrap()[0].online).await;
    bench.site().block_card(&actor(), &uid(1), Block::Blocked).unwrap();
    lock_down(bench.site(), &LockdownScope::Site);
    let wanted = bench.site().latest().unwrap();
    // What the loop has found, and not only what the database has.
    let is_found = |wants: (WhitelistId, Generation)| wants.1 == wanted && wants.0 != status.whitelist;
    bench.until("found", |site| site.watch_doors().unwrap()[0].wanted.is_some_and(is_found)).await;

    let mut ward = Door::connect(&bench, "ward").await;
    (ward.status, ward.list, ward.state) = (status, held, state);
    ward.header.boot = 2;
    ward.report_status().await;
    let (_, first) = ward.hear().await;
    assert!(matches!(first, Down::State(_)), "{first:?}");
    ward.follow(first);
    assert!(is_locked_down(&ward));
    ward.follow_until(|ward| !ward.list[&uid(1)].blocks.is_empty()).await;
    assert_eq!(ward.heard, "sl");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_that_starts_anew_sends_only_what_a_door_has_not() {
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..3, &["ward"])).await;
    let ward = ready(&bench, "ward").await;
    let (status, held, state) = (ward.status.clone(), ward.list.clone(), ward.state.clone());
    ward.cut().await;
    let bench = bench.restart().await;
    let mut ward = Door::connect(&bench, "ward").await;
    (ward.status, ward.list, ward.state) = (status, held, state);
    ward.header.boot = 2;
    ward.report_status().await;
    bench.until("online", |site| site.doors().unwrap()[0].online).await;
    // What comes after shows that nothing came before.
    lock_down(bench.site(), &LockdownScope::Site);
    ward.follow_until(is_locked_down).await;
    assert_eq!(ward.heard, "s");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_is_added_in_a_lockdown_of_the_site_is_locked_down() {
    let bench = Bench::new(&[]).await;
    lock_down(bench.site(), &LockdownScope::Site);
    super::support::add_door(bench.site(), "ward");
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    ward.follow_until(is_locked_down).await;
    bench.stop().await;
}
