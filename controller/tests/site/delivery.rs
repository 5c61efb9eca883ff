//! What should be true reaches the doors.

use access::entry::Block;
use access::message::Down;
use access::time::UtcS;
use access::whitelist::{Digest, Generation, WhitelistId, WhitelistPart};
use controller::distribute::CHUNK_ENTRIES;
use db::site::{LockdownScope, Site};

use super::door::Door;
use super::support::{Bench, actor, add_door, list, open_alarms, uid};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_door_gets_the_whole_and_then_each_change_as_a_delta() {
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..10, &["ward"])).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    let part = ward.part().await;
    assert!(matches!(&part, WhitelistPart::Chunk { count: 2, .. }), "{part:?}");
    follow(&mut ward, part);
    let part = ward.part().await;
    follow(&mut ward, part);
    ward.report_status().await;
    assert_eq!(ward.list.len(), 10);

    // One after the other, without waiting for the door's report in between.
    bench.site().block_card(&actor(), &uid(3), Block::Blocked).unwrap();
    bench.site().unlist_card(&actor(), &uid(4), &ward.id.clone()).unwrap();
    while ward.status.whitelist.generation != bench.site().latest().unwrap() {
        let part = ward.part().await;
        assert!(matches!(part, WhitelistPart::Delta { .. }), "{part:?}");
        follow(&mut ward, part);
    }
    assert!(ward.list[&uid(3)].blocks.contains(Block::Blocked));
    assert!(!ward.list.contains_key(&uid(4)));
    ward.report_status().await;
    bench.until("in force", in_force).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_the_doors_that_it_touches_and_no_other() {
    let bench = Bench::prepared(&["ward", "pharmacy"], |site| {
        list(site, 0..2, &["ward"]);
        list(site, 10..12, &["pharmacy"]);
    })
    .await;
    let mut ward = Door::connect(&bench, "ward").await;
    let mut pharmacy = Door::connect(&bench, "pharmacy").await;
    for door in [&mut ward, &mut pharmacy] {
        door.report_status().await;
        whole(door).await;
        door.report_status().await;
    }
    bench.site().block_card(&actor(), &uid(1), Block::Blocked).unwrap();
    let blocked = bench.site().latest().unwrap();
    // One after the other: two changes that are looked at together have the number of the later.
    ward.in_force(blocked).await;
    bench.site().block_card(&actor(), &uid(10), Block::Blocked).unwrap();
    let part = pharmacy.part().await;
    assert!(matches!(&part, WhitelistPart::Delta { changes, .. } if changes.len() == 1));
    follow(&mut pharmacy, part);
    let wanted = |site: &Site, door: &Door| site.door(&door.id).unwrap().wanted.unwrap().generation;
    let latest = bench.site().latest().unwrap();
    bench.until("the pharmacy's list is noted", |site| wanted(site, &pharmacy) == latest).await;
    assert_eq!(wanted(bench.site(), &ward), blocked);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_comes_back_gets_what_changed_meanwhile() {
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..10, &["ward"])).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    ward.in_force(bench.site().latest().unwrap()).await;
    let (status, held) = (ward.status.clone(), ward.list.clone());
    ward.cut().await;
    bench.until("away", |site| !site.doors().unwrap()[0].online).await;
    bench.site().block_card(&actor(), &uid(1), Block::Suspended).unwrap();
    bench.site().block_card(&actor(), &uid(2), Block::Suspended).unwrap();

    let bench = bench.restart().await;
    let mut ward = Door::connect(&bench, "ward").await;
    (ward.status, ward.list) = (status, held);
    ward.header.boot = 2;
    ward.report_status().await;
    let part = ward.part().await;
    assert!(matches!(&part, WhitelistPart::Delta { changes, .. } if changes.len() == 2), "{part:?}");
    follow(&mut ward, part);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_with_another_list_than_it_should_have_gets_the_whole() {
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..10, &["ward"])).await;
    bench.site().block_card(&actor(), &uid(1), Block::Blocked).unwrap();
    let mut ward = Door::connect(&bench, "ward").await;
    // The generation is one of ours, the content is not.
    let before = Generation(bench.site().latest().unwrap().0 - 1);
    ward.status.whitelist = WhitelistId { generation: before, digest: Digest::from_bytes([3; 32]), entries: 9 };
    ward.report_status().await;
    whole(&mut ward).await;
    assert_eq!(ward.list.len(), 10);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_door_does_not_report_in_time_is_sent_again() {
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..3, &["ward"])).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    let sent = [ward.part().await, ward.part().await];
    assert_eq!([ward.part().await, ward.part().await], sent);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_in_chunks_and_a_lockdown_does_not_wait_for_them() {
    let bench = Bench::prepared(&["ward"], |site| {
        list(site, 0..CHUNK_ENTRIES * 3 + 1, &["ward"]);
        lock_down(site);
    })
    .await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    let (_, first) = ward.hear().await;
    let Down::State(state) = &first else { panic!("not the state: {first:?}") };
    assert!(state.is_locked_down(UtcS(0)));
    ward.follow(first);
    while ward.list.is_empty() {
        let part = ward.part().await;
        assert!(matches!(part, WhitelistPart::Chunk { count: 5, .. }));
        follow(&mut ward, part);
    }
    ward.report_status().await;
    bench.until("in force", in_force).await;
    assert_eq!(ward.list.len(), (CHUNK_ENTRIES * 3 + 1) as usize);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_another_process_adds_is_let_in_and_served() {
    let bench = Bench::new(&[]).await;
    let beside = Site::open(&bench.database(), bench.site().id()).unwrap();
    add_door(&beside, "ward");
    list(&beside, 0..3, &["ward"]);
    let mut ward = Door::connect(&bench, "ward").await;
    // It speaks before the controller has looked by itself.
    ward.report_status().await;
    whole(&mut ward).await;
    assert_eq!(ward.list.len(), 3);
    assert!(open_alarms(bench.site()).is_empty());
    bench.stop().await;
}

fn lock_down(site: &Site) -> i64 {
    site.lock_down(&actor(), &LockdownScope::Site, None, "a threat").unwrap()
}

/// A short list: its calendar, and its entries.
async fn whole(door: &mut Door) {
    for _ in 0..2 {
        let part = door.part().await;
        assert!(matches!(&part, WhitelistPart::Chunk { .. }), "{part:?}");
        follow(door, part);
    }
}

fn follow(door: &mut Door, part: WhitelistPart) {
    door.follow(Down::Whitelist(part));
}

fn in_force(site: &Site) -> bool {
    site.doors().unwrap().iter().all(|door| {
        door.wanted.is_some() && door.wanted == door.in_force && Some(door.wanted_state) == door.state_in_force
    })
}
