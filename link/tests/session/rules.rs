//! The nine rules for the client underneath, and the tenth about late acknowledgements.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use link::{AckOutcome, BACKOFF_BASE, Event, PACKET_MAX_BYTES, PublishError, Qos, Reason, State};

use crate::bench::{DOWN, FILTER, UP, listening, open, options, soon};
use crate::broker::Broker;
use crate::codec::Packet;

#[tokio::test]
async fn rule_1_what_was_not_confirmed_is_never_repeated_by_the_link() {
    for session_present in [false, true] {
        let broker = Broker::start().await;
        let mut options = options(&broker);
        options.clean_session = false;
        let (handle, mut told) = open(options);
        let mut peer = broker.welcome().await;
        told.connected().await;
        for text in ["one", "two", "three"] {
            handle.publish(UP, text, Qos::AtLeastOnce).await.unwrap();
        }
        assert_eq!(peer.published().await.0, "one");
        drop(peer);
        assert!(matches!(told.disconnected().await, Reason::Lost(_)));

        let mut peer = broker.accept().await;
        peer.greeting().await;
        peer.answer(session_present, 0).await;
        told.connected().await;
        handle.publish(UP, "four", Qos::AtLeastOnce).await.unwrap();
        assert_eq!(peer.published().await.0, "four");
    }
}

#[tokio::test]
async fn rule_2_at_most_half_of_the_window_is_outstanding() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.inflight = 6;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    for text in ["one", "two", "three"] {
        handle.try_publish(UP, text, Qos::AtLeastOnce).unwrap();
    }
    assert_eq!(
        handle.try_publish(UP, "four", Qos::AtLeastOnce),
        Err(PublishError::QueueFull)
    );
    let (_, first) = peer.published().await;
    let waiting = handle.publish(UP, "four", Qos::AtLeastOnce);
    peer.puback(first).await;
    soon(waiting).await.unwrap();
    assert_eq!(peer.published().await.0, "two");
    assert_eq!(peer.published().await.0, "three");
    assert_eq!(peer.published().await.0, "four");
}

#[tokio::test]
async fn rule_2_room_taken_by_unconfirmed_messages_of_no_importance_comes_back() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.inflight = 2;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    for number in 0..20 {
        let text = number.to_string();
        soon(handle.publish(UP, text.clone(), Qos::AtMostOnce))
            .await
            .unwrap();
        assert_eq!(peer.published().await, (text, 0));
    }
}

#[tokio::test]
async fn rule_2_a_wedged_client_is_thrown_away_and_a_new_one_works() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.inflight = 4;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    // The first message is never confirmed, all later ones are: a window later its
    // packet identifier comes round again.
    handle.try_publish(UP, "lost", Qos::AtLeastOnce).unwrap();
    assert_eq!(peer.published().await.1, 1);
    for packet_id in 2..=4 {
        soon(handle.publish(UP, "later", Qos::AtLeastOnce))
            .await
            .unwrap();
        assert_eq!(peer.published().await.1, packet_id);
        peer.puback(packet_id).await;
    }
    soon(handle.publish(UP, "collides", Qos::AtLeastOnce))
        .await
        .unwrap();
    assert_eq!(told.disconnected().await, Reason::Wedged);
    peer.gone().await;

    let mut peer = broker.welcome().await;
    told.connected().await;
    for number in 0..10 {
        soon(handle.publish(UP, number.to_string(), Qos::AtLeastOnce))
            .await
            .unwrap();
        let (text, packet_id) = peer.published().await;
        assert_eq!(text, number.to_string());
        peer.puback(packet_id).await;
    }
}

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
            Event::Disconnected {
                reason: Reason::Unreachable(_),
                retry_in,
                connection,
            } => {
                assert_eq!(retry_in, Some(Duration::from_millis(1)));
                assert_eq!(connection, attempt);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(asked.recv().unwrap(), BACKOFF_BASE * (1 << (attempt - 1)));
    }
    assert_eq!(
        handle.try_publish(UP, "nobody", Qos::AtMostOnce),
        Err(PublishError::NotConnected)
    );
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
async fn rule_4_a_message_beyond_the_limit_is_refused_before_it_is_sent() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    let mut peer = broker.welcome().await;
    told.connected().await;
    let refused = handle
        .publish(UP, vec![b'x'; PACKET_MAX_BYTES], Qos::AtLeastOnce)
        .await;
    assert!(
        matches!(refused, Err(PublishError::TooLarge { bytes, limit, .. })
            if bytes > limit && limit == PACKET_MAX_BYTES),
        "{refused:?}"
    );
    let largest = "y".repeat(PACKET_MAX_BYTES - 9 - UP.len());
    handle
        .publish(UP, largest.clone(), Qos::AtLeastOnce)
        .await
        .unwrap();
    assert!(matches!(
        handle.try_publish(UP, format!("{largest}y"), Qos::AtLeastOnce),
        Err(PublishError::TooLarge { .. })
    ));
    assert_eq!(peer.published().await.0, largest);
}

#[tokio::test]
async fn rule_4_a_packet_beyond_the_limit_is_told_and_smaller_ones_pass() {
    let broker = Broker::start().await;
    let (_handle, mut told) = open(options(&broker));
    let mut peer = broker.welcome().await;
    told.connected().await;
    let large = vec![7; PACKET_MAX_BYTES - 100];
    peer.publish(DOWN, &large, 0).await;
    assert_eq!(told.message().await.payload, large);
    peer.publish(DOWN, &vec![7; PACKET_MAX_BYTES], 0).await;
    let reason = told.disconnected().await;
    assert!(
        matches!(reason, Reason::TooLarge { bytes, limit } if bytes > limit),
        "{reason:?}"
    );
    broker.welcome().await;
    told.connected().await;
}

#[tokio::test]
async fn rule_5_a_slow_answer_is_waited_for_while_the_caller_is_busy() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    let mut peer = broker.accept().await;
    peer.greeting().await;
    for _ in 0..1_000 {
        assert_eq!(
            handle.try_publish(UP, "early", Qos::AtMostOnce),
            Err(PublishError::NotConnected)
        );
        handle.set_network(true).await;
        assert_eq!(handle.state(), State::Connecting);
        tokio::task::yield_now().await;
    }
    peer.answer(false, 0).await;
    assert_eq!(told.connected().await, 1);
}

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
    assert_eq!(
        soon(handle.publish(UP, "second", Qos::AtLeastOnce)).await,
        Err(PublishError::QueueFull)
    );
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
        Event::Connected {
            session_present, ..
        } => assert!(session_present),
        other => panic!("{other:?}"),
    }
    handle
        .try_publish(UP, "no subscription before me", Qos::AtMostOnce)
        .unwrap();
    peer.published().await;
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
    options
        .subscriptions
        .push(("doors/8/down/#".to_owned(), Qos::AtMostOnce));
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
    assert_eq!(
        told.disconnected().await,
        Reason::SubscriptionRefused {
            filter: "doors/8/down/#".to_owned()
        }
    );
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

#[tokio::test]
async fn rule_9_a_brokers_confirmation_makes_room_and_says_nothing() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.inflight = 2;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    handle
        .publish(UP, "event 41", Qos::AtLeastOnce)
        .await
        .unwrap();
    let (_, packet_id) = peer.published().await;
    peer.puback(packet_id).await;
    // Only the other end's own word is told, and room is there again.
    peer.publish(DOWN, b"everything through 41", 0).await;
    assert_eq!(told.text().await, "everything through 41");
    handle
        .try_publish(UP, "event 42", Qos::AtLeastOnce)
        .unwrap();
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
    peer.publish(DOWN, b"another with the same identifier", 7)
        .await;
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
