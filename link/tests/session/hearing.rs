//! Rules 6 and 7, and the tenth about late acknowledgements: what is received.

use std::time::Duration;

use link::{AckOutcome, Event, PublishError, Qos, Reason};

use crate::bench::{DOWN, FILTER, UP, listening, open, options, soon};
use crate::broker::Broker;
use crate::codec::Packet;

#[tokio::test]
async fn rule_6_who_receives_the_events_cannot_block_for_ever_by_publishing() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.inflight = 2;
    options.event_queue = 1;
    options.publish_wait = Duration::from_millis(20);
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    handle.publish(UP, "first", Qos::AtLeastOnce).await.unwrap();
    let (_, packet_id) = peer.published().await;
    for number in 0..50 {
        peer.publish(DOWN, number.to_string().as_bytes(), 0).await;
    }
    peer.puback(packet_id).await;
    // The confirmation stands behind messages that nobody receives.
    assert_eq!(soon(handle.publish(UP, "second", Qos::AtLeastOnce)).await, Err(PublishError::QueueFull));
    for number in 0..50 {
        assert_eq!(told.text().await, number.to_string());
    }
    peer.publish(DOWN, b"end", 0).await;
    assert_eq!(told.text().await, "end");
    handle.try_publish(UP, "second", Qos::AtLeastOnce).unwrap();
    assert_eq!(peer.published().await.0, "second");
}

#[tokio::test]
async fn rule_7_subscriptions_are_made_again_at_every_connection_without_a_session() {
    let broker = Broker::start().await;
    let (_handle, mut told) = open(listening(&broker));
    for _ in 0..3 {
        let mut peer = broker.welcome().await;
        assert_eq!(peer.grant().await, [(FILTER.to_owned(), 1)]);
        told.connected().await;
        peer.publish(DOWN, b"heard", 0).await;
        assert_eq!(told.text().await, "heard");
        drop(peer);
        told.disconnected().await;
    }
}

#[tokio::test]
async fn rule_7_subscriptions_are_not_made_again_if_the_broker_remembers_them() {
    let broker = Broker::start().await;
    let mut options = listening(&broker);
    options.clean_session = false;
    let (handle, mut told) = open(options);

    // An earlier process may have asked for something else.
    let mut peer = broker.accept().await;
    assert!(!peer.greeting().await.clean_session);
    peer.answer(true, 0).await;
    peer.grant().await;
    told.connected().await;
    peer.publish(DOWN, b"granted", 0).await;
    told.message().await;
    drop(peer);
    told.disconnected().await;

    let mut peer = broker.accept().await;
    peer.greeting().await;
    peer.answer(true, 0).await;
    match told.next().await {
        Event::Connected { session_present, .. } => assert!(session_present),
        other => panic!("{other:?}"),
    }
    handle.try_publish(UP, "no subscription before me", Qos::AtMostOnce).unwrap();
    peer.published().await;
}

#[tokio::test]
async fn rule_7_a_session_that_was_not_asked_for_is_not_believed() {
    let broker = Broker::start().await;
    let (_handle, mut told) = open(listening(&broker));
    for _ in 0..2 {
        let mut peer = broker.accept().await;
        assert!(peer.greeting().await.clean_session);
        peer.answer(true, 0).await;
        match told.next().await {
            Event::Connected { session_present, .. } => assert!(!session_present),
            other => panic!("{other:?}"),
        }
        peer.grant().await;
        peer.publish(DOWN, b"granted", 0).await;
        told.message().await;
        drop(peer);
        told.disconnected().await;
    }
}

#[tokio::test]
async fn rule_7_a_subscription_goes_ahead_of_everything_published() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(listening(&broker));
    let mut peer = broker.welcome().await;
    told.connected().await;
    handle.try_publish(UP, "hello", Qos::AtMostOnce).unwrap();
    peer.grant().await;
    assert_eq!(peer.published().await.0, "hello");
}

#[tokio::test]
async fn rule_7_a_refused_subscription_is_told_by_name() {
    const REFUSED: u8 = 0x80;
    let broker = Broker::start().await;
    let mut options = listening(&broker);
    options.subscriptions.push(("doors/8/down/#".to_owned(), Qos::AtMostOnce));
    let (_handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    match peer.packet().await {
        Packet::Subscribe { packet_id, filters } => {
            assert_eq!(filters.len(), 2);
            peer.suback(packet_id, &[1, REFUSED]).await;
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(told.disconnected().await, Reason::SubscriptionRefused { filter: "doors/8/down/#".to_owned() });
}

#[tokio::test]
async fn late_acknowledgements_of_an_earlier_connection_are_dropped() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.manual_acks = true;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    peer.publish(DOWN, b"old", 7).await;
    let old = told.message().await.ack.unwrap();
    drop(peer);
    told.disconnected().await;

    let mut peer = broker.welcome().await;
    told.connected().await;
    peer.publish(DOWN, b"another with the same identifier", 7).await;
    peer.publish(DOWN, b"new", 8).await;
    let same = told.message().await.ack.unwrap();
    let new = told.message().await.ack.unwrap();
    assert_eq!(handle.ack(old), AckOutcome::Late);
    assert_eq!(handle.ack(new), AckOutcome::Sent);
    assert_eq!(handle.ack(same), AckOutcome::Sent);
    assert_eq!(peer.packet().await, Packet::PubAck(8));
    assert_eq!(peer.packet().await, Packet::PubAck(7));
}

#[tokio::test]
async fn messages_left_unread_at_a_break_keep_the_number_of_their_connection() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.manual_acks = true;
    options.event_queue = 1;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    for packet_id in 1..=5 {
        peer.publish(DOWN, b"old", packet_id).await;
    }
    drop(peer);
    told.connected().await;
    let mut old = Vec::new();
    loop {
        match told.next().await {
            Event::Message(message) => old.push(message.ack.unwrap()),
            Event::Disconnected { connection: 1, .. } => break,
            other => panic!("{other:?}"),
        }
    }
    let mut peer = broker.welcome().await;
    told.connected().await;
    assert_eq!(old.len(), 5, "what was read is not lost");
    for token in old {
        assert_eq!(handle.ack(token), AckOutcome::Late);
    }
    peer.publish(DOWN, b"new", 9).await;
    assert_eq!(told.text().await, "new");
}

#[tokio::test]
async fn acknowledgements_are_automatic_unless_asked_for() {
    let broker = Broker::start().await;
    let (_handle, mut told) = open(options(&broker));
    let mut peer = broker.welcome().await;
    told.connected().await;
    peer.publish(DOWN, b"state", 3).await;
    assert_eq!(peer.packet().await, Packet::PubAck(3));
    assert_eq!(told.message().await.ack, None);
}
