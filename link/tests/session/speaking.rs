//! Rules 1, 2, 4 and 9: what becomes of a message that is published.

use link::{PACKET_MAX_BYTES, PublishError, Qos, Reason};

use crate::bench::{DOWN, UP, open, options, soon};
use crate::broker::Broker;

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
    assert_eq!(handle.try_publish(UP, "four", Qos::AtLeastOnce), Err(PublishError::QueueFull));
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
        soon(handle.publish(UP, text.clone(), Qos::AtMostOnce)).await.unwrap();
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
        soon(handle.publish(UP, "later", Qos::AtLeastOnce)).await.unwrap();
        assert_eq!(peer.published().await.1, packet_id);
        peer.puback(packet_id).await;
    }
    soon(handle.publish(UP, "collides", Qos::AtLeastOnce)).await.unwrap();
    assert_eq!(told.disconnected().await, Reason::Wedged);
    peer.gone().await;

    let mut peer = broker.welcome().await;
    told.connected().await;
    for number in 0..10 {
        soon(handle.publish(UP, number.to_string(), Qos::AtLeastOnce)).await.unwrap();
        let (text, packet_id) = peer.published().await;
        assert_eq!(text, number.to_string());
        peer.puback(packet_id).await;
    }
}

#[tokio::test]
async fn rule_4_a_message_beyond_the_limit_is_refused_before_it_is_sent() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    let mut peer = broker.welcome().await;
    told.connected().await;
    let refused = handle.publish(UP, vec![b'x'; PACKET_MAX_BYTES], Qos::AtLeastOnce).await;
    assert!(
        matches!(refused, Err(PublishError::TooLarge { bytes, limit, .. })
            if bytes > limit && limit == PACKET_MAX_BYTES),
        "{refused:?}"
    );
    let largest = "y".repeat(PACKET_MAX_BYTES - 9 - UP.len());
    handle.publish(UP, largest.clone(), Qos::AtLeastOnce).await.unwrap();
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
    assert!(matches!(reason, Reason::TooLarge { bytes, limit } if bytes > limit), "{reason:?}");
    broker.welcome().await;
    told.connected().await;
}

#[tokio::test]
async fn rule_9_a_brokers_confirmation_makes_room_and_says_nothing() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.inflight = 2;
    let (handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    handle.publish(UP, "event 41", Qos::AtLeastOnce).await.unwrap();
    let (_, packet_id) = peer.published().await;
    peer.puback(packet_id).await;
    // Only the other end's own word is told, and room is there again.
    peer.publish(DOWN, b"everything through 41", 0).await;
    assert_eq!(told.text().await, "everything through 41");
    handle.try_publish(UP, "event 42", Qos::AtLeastOnce).unwrap();
}
