//! Rules 3, 5 and 8: waiting for a broker, and giving it up.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use link::{BACKOFF_BASE, Event, PublishError, Qos, Reason, State};

use crate::bench::{UP, open, options};
use crate::broker::Broker;
use crate::codec::Packet;

#[tokio::test]
async fn rule_3_a_closed_port_is_tried_with_doubling_ceilings() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    drop(broker);
    let (ceilings, asked) = mpsc::channel();
    options.jitter = Box::new(move |ceiling| {
        ceilings.send(ceiling).unwrap();
        Duration::from_millis(1)
    });
    let (handle, mut told) = open(options);
    for attempt in 1..=4 {
        match told.next().await {
            Event::Disconnected { reason: Reason::Unreachable(_), retry_in, connection } => {
                assert_eq!(retry_in, Some(Duration::from_millis(1)));
                assert_eq!(connection, attempt);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(asked.recv().unwrap(), BACKOFF_BASE * (1 << (attempt - 1)));
    }
    assert_eq!(handle.try_publish(UP, "nobody", Qos::AtMostOnce), Err(PublishError::NotConnected));
}

#[tokio::test]
async fn rule_3_the_wait_is_waited() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    let (times, asked) = mpsc::channel();
    options.jitter = Box::new(move |ceiling| {
        times.send(Instant::now()).unwrap();
        ceiling
    });
    let (handle, mut told) = open(options);
    drop(broker.accept().await);
    told.disconnected().await;
    assert_eq!(handle.state(), State::Waiting);
    broker.accept().await;
    assert!(asked.recv().unwrap().elapsed() >= BACKOFF_BASE);
}

#[tokio::test]
async fn rule_3_a_connection_that_breaks_at_once_does_not_start_over() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    let (ceilings, asked) = mpsc::channel();
    options.jitter = Box::new(move |ceiling| {
        ceilings.send(ceiling).unwrap();
        Duration::ZERO
    });
    let (_handle, mut told) = open(options);
    for attempt in 0..3 {
        drop(broker.welcome().await);
        told.connected().await;
        told.disconnected().await;
        assert_eq!(asked.recv().unwrap(), BACKOFF_BASE * (1 << attempt));
    }
}

#[tokio::test]
async fn rule_5_a_slow_answer_is_waited_for_while_the_caller_is_busy() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    let mut peer = broker.accept().await;
    peer.greeting().await;
    for _ in 0..1_000 {
        assert_eq!(handle.try_publish(UP, "early", Qos::AtMostOnce), Err(PublishError::NotConnected));
        handle.set_network(true).await;
        assert_eq!(handle.state(), State::Connecting);
        tokio::task::yield_now().await;
    }
    peer.answer(false, 0).await;
    assert_eq!(told.connected().await, 1);
}

#[tokio::test]
async fn rule_8_a_broker_that_does_not_answer_pings_is_given_up() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.keep_alive_s = 1;
    let (_handle, mut told) = open(options);
    let mut peer = broker.accept().await;
    assert_eq!(peer.greeting().await.keep_alive_s, 1);
    peer.answer(false, 0).await;
    told.connected().await;
    assert_eq!(peer.packet().await, Packet::PingReq);
    assert_eq!(told.disconnected().await, Reason::Silent);
    peer.gone().await;
}
