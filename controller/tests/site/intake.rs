//! What doors report: stored, then acknowledged; and what is refused.

use access::envelope::{DoorKey, seal};
use access::event::EventKind;
use access::message::Up;
use access::topic::Channel;

use super::door::Door;
use super::support::Bench;

const THREE: [EventKind; 3] = [EventKind::Started, EventKind::ExitPressed, EventKind::Closed];

#[tokio::test(flavor = "multi_thread")]
async fn events_are_acknowledged_once_they_are_on_disk_with_the_head_of_the_log() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let events = ward.happen(&THREE);
    ward.report(events).await;
    let (header, epoch, through) = ward.acknowledged().await;
    assert_eq!((epoch, through), (ward.header.epoch, 3));
    assert_eq!(bench.stored(), 3);
    assert_eq!(header.link, bench.site().log_head().unwrap().link);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_comes_again_is_stored_once_and_acknowledged_again() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let events = ward.happen(&THREE);
    for _ in 0..3 {
        ward.report_after(access::chain::Link::START, events.clone()).await;
        assert_eq!(ward.acknowledged().await.2, 3);
    }
    assert_eq!(bench.stored(), 3);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_with_a_gap_before_it_is_answered_with_what_is_stored() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let first = ward.happen(&THREE);
    ward.report(first).await;
    assert_eq!(ward.acknowledged().await.2, 3);
    let _lost = ward.happen(&THREE);
    let later = ward.happen(&THREE);
    ward.report(later).await;
    assert_eq!(ward.acknowledged().await.2, 3);
    assert_eq!(bench.stored(), 3);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_replayed_unknown_or_noise_is_refused_with_an_alarm_and_nothing_is_stored() {
    let bench = Bench::new(&["ward", "pharmacy"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let event = ward.happen(&[EventKind::ExitPressed]);
    let message = Up::Events(event.clone());

    let other_key = seal(&DoorKey::new([9; 32]), &ward.header, &message);
    ward.send_bytes(Channel::UpEvents, other_key).await;
    bench.until_alarm("forged-message").await;

    let mut newer = ward.seal(&message);
    newer[0] = 2;
    ward.send_bytes(Channel::UpEvents, newer).await;
    bench.until_alarm("wire-version").await;

    let status = Up::Status(ward.status.clone());
    let status = ward.seal(&status);
    ward.send_bytes(Channel::UpStatus, status.clone()).await;
    ward.send_bytes(Channel::UpStatus, status).await;
    bench.until_alarm("replayed-message").await;

    // Another door's name with one's own key, a message on the wrong topic, and noise.
    let own = ward.header.clone();
    ward.header.door = "pharmacy".parse().unwrap();
    let borrowed = ward.seal(&message);
    ward.header = own;
    ward.send_bytes(Channel::UpEvents, borrowed).await;
    let misplaced = ward.seal(&message);
    ward.send_bytes(Channel::UpStatus, misplaced).await;
    for noise in [vec![], vec![1], vec![1; 40], vec![0xff; 100_000]] {
        ward.send_bytes(Channel::UpEvents, noise).await;
    }

    // It goes on, and the only event is the one that was reported in order.
    ward.report(event).await;
    assert_eq!(ward.acknowledged().await.2, 1);
    assert_eq!(bench.stored(), 1);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_is_online_from_its_status_to_its_last_will() {
    let bench = Bench::new(&["ward"]).await;
    let online = |online| move |site: &db::site::Site| site.doors().unwrap()[0].online == online;
    let mut ward = Door::connect(&bench, "ward").await;
    assert!(online(false)(bench.site()));
    ward.report_status().await;
    bench.until("online", online(true)).await;
    ward.cut().await;
    bench.until("away", online(false)).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_will_of_an_earlier_session_takes_nobody_offline() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.status.session = 78;
    ward.report_status().await;
    ward.send(&Up::Offline { session: 77 }).await;
    // The answer to a report shows that the will has been looked at.
    let events = ward.happen(&THREE);
    ward.report(events).await;
    ward.acknowledged().await;
    bench.until("online", |site| site.doors().unwrap()[0].online).await;
    ward.send(&Up::Offline { session: 78 }).await;
    bench.until("away", |site| !site.doors().unwrap()[0].online).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_of_a_journal_that_was_replaced_is_refused_and_its_events_are_not() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    let (old, events) = (ward.header.epoch, ward.happen(&THREE));
    ward.header.epoch = 5;
    ward.report_status().await;
    ward.header.epoch = old;
    ward.report_status().await;
    bench.until_alarm("replayed-message").await;
    ward.report(events).await;
    let (_, epoch, through) = ward.acknowledged().await;
    assert_eq!((epoch, through), (old, 3));

    // The log remembers it for a controller that starts anew.
    bench.until("online", |site| site.doors().unwrap()[0].epoch == Some(5)).await;
    let alarm = super::support::open_alarms(bench.site())[0].id;
    bench.site().acknowledge_alarm(&super::support::actor(), alarm, "seen").unwrap();
    let bench = bench.restart().await;
    ward.connected().await;
    ward.report_status().await;
    bench.until_alarm("replayed-message").await;

    // The old box itself, put back, has a new boot and is heard.
    ward.header.boot = 2;
    ward.report_status().await;
    bench.until("online", |site| site.doors().unwrap()[0].epoch == Some(old)).await;
    bench.stop().await;
}

/// Whoever kept the last words of a box to himself cannot put them in the place of the box that came after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_was_held_back_until_the_box_was_replaced_is_refused_and_the_new_box_is_heard() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    let old = ward.header.clone();
    ward.header.boot = 2;
    let status = Up::Status(ward.status.clone());
    let held_back = ward.seal(&status);
    ward.header.epoch = 5;
    ward.header.boot = 3;
    ward.report_status().await;
    bench.until("the new box", |site| site.doors().unwrap()[0].epoch == Some(5)).await;
    ward.send_bytes(Channel::UpStatus, held_back).await;
    bench.until_alarm("replayed-message").await;
    ward.status.session = 79;
    ward.report_status().await;
    bench.until("it is heard", |site| site.doors().unwrap()[0].session == Some(79)).await;
    assert_ne!(bench.site().doors().unwrap()[0].epoch, Some(old.epoch));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_a_status_from_before_it_is_still_refused() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let status = Up::Status(ward.status.clone());
    let captured = ward.seal(&status);
    ward.send_bytes(Channel::UpStatus, captured.clone()).await;
    bench.until("online", |site| site.doors().unwrap()[0].online).await;
    let bench = bench.restart().await;
    ward.connected().await;
    ward.send_bytes(Channel::UpStatus, captured).await;
    bench.until_alarm("replayed-message").await;
    assert!(!bench.site().doors().unwrap()[0].online);
    bench.stop().await;
}
