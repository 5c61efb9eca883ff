//! The network switch, the will, and the end of a session.

use std::time::Duration;

use link::{Event, OptionsError, PublishError, Qos, Reason, State, Will};

use crate::bench::{DOWN, FILTER, UP, listening, open, options, soon};
use crate::broker::Broker;
use crate::codec::Packet;

fn numbered_will(connection: u64) -> Option<Will> {
    Some(Will {
        topic: "doors/7/up/gone".to_owned(),
        payload: format!("connection {connection}").into_bytes(),
        qos: Qos::AtLeastOnce,
    })
}

#[tokio::test]
async fn a_will_is_made_anew_for_every_attempt() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.will = Some(Box::new(numbered_will));
    let (_handle, mut told) = open(options);
    for attempt in 1..=3 {
        let mut peer = broker.accept().await;
        let will = peer.greeting().await.will.unwrap();
        assert_eq!(will.topic, "doors/7/up/gone");
        assert_eq!(will.payload, format!("connection {attempt}").into_bytes());
        assert_eq!(will.qos, 1);
        assert!(!will.retain);
        if attempt == 2 {
            peer.answer(false, 0).await;
            assert_eq!(told.connected().await, 2);
        }
        drop(peer);
        told.disconnected().await;
    }
}

#[tokio::test]
async fn a_will_that_mqtt_cannot_carry_is_told_and_no_connection_is_made_without_it() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.will = Some(Box::new(|connection| {
        let mut will = numbered_will(connection)?;
        if connection == 1 {
            will.payload = vec![0; 65_536];
        }
        Some(will)
    }));
    let (_handle, mut told) = open(options);
    assert!(matches!(told.disconnected().await, Reason::Will(OptionsError::FieldTooLong { .. })));
    let will = broker.accept().await.greeting().await.will.unwrap();
    assert_eq!(will.payload, b"connection 2");
}

#[tokio::test]
async fn network_off_is_abrupt_and_stays_away_until_it_is_on() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.will = Some(Box::new(numbered_will));
    let (handle, mut told) = open(options);
    let peer = broker.welcome().await;
    told.connected().await;

    soon(handle.set_network(false)).await;
    assert_eq!(handle.state(), State::Off);
    peer.gone().await;
    match told.next().await {
        Event::Disconnected { reason, retry_in, .. } => {
            assert_eq!(reason, Reason::NetworkOff);
            assert_eq!(retry_in, None);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(handle.publish(UP, "cut", Qos::AtLeastOnce).await, Err(PublishError::NotConnected));

    handle.set_network(true).await;
    let mut peer = broker.accept().await;
    let will = peer.greeting().await.will.unwrap();
    assert_eq!(will.payload, b"connection 2", "no attempt in between");
    peer.answer(false, 0).await;
    assert_eq!(told.connected().await, 2);
}

#[tokio::test]
async fn network_off_ends_an_attempt_that_nobody_answers() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    let mut peer = broker.accept().await;
    peer.greeting().await;
    soon(handle.set_network(false)).await;
    assert_eq!(handle.state(), State::Off);
    peer.gone().await;
    assert_eq!(told.disconnected().await, Reason::NetworkOff);
}

#[tokio::test]
async fn network_off_and_on_ends_a_long_wait() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.jitter = Box::new(|ceiling| ceiling);
    let (handle, mut told) = open(options);
    drop(broker.accept().await);
    told.disconnected().await;
    handle.set_network(false).await;
    handle.set_network(true).await;
    broker.welcome().await;
    assert_eq!(told.connected().await, 2);
}

#[tokio::test]
async fn network_off_works_while_nobody_receives_events() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.event_queue = 1;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    for _ in 0..20 {
        peer.publish(DOWN, b"unheard", 0).await;
    }
    told.full().await;
    soon(handle.set_network(false)).await;
    assert_eq!(handle.state(), State::Off);
    peer.gone().await;
}

#[tokio::test]
async fn someone_waiting_for_room_is_told_when_the_connection_breaks() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.inflight = 2;
    options.jitter = Box::new(|ceiling| ceiling);
    let (handle, mut told) = open(options);
    let peer = broker.welcome().await;
    told.connected().await;
    handle.publish(UP, "one", Qos::AtLeastOnce).await.unwrap();
    let (waited, ()) = tokio::join!(handle.publish(UP, "two", Qos::AtLeastOnce), async {
        drop(peer);
    });
    assert_eq!(waited, Err(PublishError::NotConnected));
}

#[tokio::test]
async fn close_sends_what_was_handed_over_and_says_goodbye() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(listening(&broker));
    let mut peer = broker.welcome().await;
    assert_eq!(peer.grant().await[0].0, FILTER);
    told.connected().await;
    for text in ["one", "two"] {
        handle.try_publish(UP, text, Qos::AtLeastOnce).unwrap();
    }
    soon(handle.close()).await;
    assert_eq!(handle.state(), State::Closed);
    assert_eq!(peer.published().await.0, "one");
    assert_eq!(peer.published().await.0, "two");
    assert_eq!(peer.packet().await, Packet::Disconnect);
    peer.gone().await;
    told.ended().await;
    assert_eq!(handle.publish(UP, "three", Qos::AtLeastOnce).await, Err(PublishError::Closed));
    soon(handle.close()).await;
}

#[tokio::test]
async fn close_says_goodbye_although_nobody_receives_events() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.event_queue = 1;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    for _ in 0..20 {
        peer.publish(DOWN, b"unheard", 0).await;
    }
    told.full().await;
    soon(handle.close()).await;
    assert_eq!(peer.packet().await, Packet::Disconnect);
    peer.gone().await;
}

#[tokio::test]
async fn close_ends_in_every_state() {
    // Off.
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    handle.set_network(false).await;
    soon(handle.close()).await;
    assert_eq!(handle.state(), State::Closed);
    while soon(told.0.recv()).await.is_some() {}

    // Connecting, to a broker that does not answer.
    let (handle, mut told) = open(options(&broker));
    let peer = broker.accept().await;
    soon(handle.close()).await;
    drop(peer);
    told.ended().await;

    // Waiting.
    let mut patient = options(&broker);
    patient.jitter = Box::new(|ceiling| ceiling);
    let (handle, mut told) = open(patient);
    drop(broker.accept().await);
    told.disconnected().await;
    soon(handle.close()).await;
    told.ended().await;
}

#[tokio::test]
async fn close_is_bounded_though_the_broker_takes_nothing() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    let _peer = broker.welcome().await;
    told.connected().await;
    // More than the buffers of a loopback connection hold; the broker reads none of it.
    let large = vec![0; link::PACKET_MAX_BYTES / 2];
    while handle.try_publish(UP, large.clone(), Qos::AtLeastOnce).is_ok() {}
    soon(handle.close()).await;
    assert_eq!(handle.state(), State::Closed);
}

#[tokio::test]
async fn a_session_whose_receiver_is_dropped_says_goodbye_and_ends() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    let mut peer = broker.welcome().await;
    told.connected().await;
    drop(told);
    assert_eq!(peer.packet().await, Packet::Disconnect);
    peer.gone().await;
    soon(handle.close()).await;
    assert_eq!(handle.state(), State::Closed);
}

#[tokio::test]
async fn a_session_that_only_listens_lives_without_handles() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    drop(handle);
    let mut peer = broker.welcome().await;
    told.connected().await;
    peer.publish(DOWN, b"heard", 0).await;
    assert_eq!(told.text().await, "heard");
}

#[tokio::test]
async fn every_message_arrives_in_order_through_the_smallest_queue() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.event_queue = 1;
    options.answer_wait_s = 30;
    let (_handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    let receiving = async {
        for number in 0..500_u32 {
            assert_eq!(told.text().await, number.to_string());
        }
    };
    let sending = async {
        for number in 0..500_u32 {
            peer.publish(DOWN, number.to_string().as_bytes(), 0).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(receiving, sending) }).await.unwrap();
}
