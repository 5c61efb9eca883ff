//! Brokers that refuse, fall silent or talk nonsense.

use link::{Credentials, Qos, Reason, Refusal};
use tokio::net::TcpListener;

use crate::bench::{UP, listening, open, options, soon};
use crate::broker::Broker;
use crate::codec::Packet;

#[tokio::test]
async fn refused_credentials_are_told_apart_from_other_refusals() {
    let cases = [
        (1, Refusal::ProtocolVersion, false),
        (2, Refusal::ClientId, false),
        (3, Refusal::Unavailable, false),
        (4, Refusal::BadCredentials, true),
        (5, Refusal::NotAuthorized, true),
    ];
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.credentials = Some(Credentials::new("door-7", "hunter2"));
    let (_handle, mut told) = open(options);
    for (code, refusal, credentials) in cases {
        let mut peer = broker.accept().await;
        let login = peer.greeting().await.login.unwrap();
        assert_eq!(login, ("door-7".to_owned(), b"hunter2".to_vec()));
        peer.answer(false, code).await;
        let reason = told.disconnected().await;
        assert_eq!(reason, Reason::Refused(refusal));
        assert_eq!(reason.is_credentials_refused(), credentials);
    }
}

#[tokio::test]
async fn a_broker_that_accepts_and_never_answers_is_unreachable() {
    let broker = Broker::start().await;
    let mut options = options(&broker);
    options.answer_wait_s = 1;
    let (_handle, mut told) = open(options);
    let _silent = broker.accept().await;
    assert!(matches!(told.disconnected().await, Reason::Unreachable(_)));
    broker.welcome().await;
    told.connected().await;
}

#[tokio::test]
async fn a_broker_that_does_not_answer_the_subscription_is_left() {
    let broker = Broker::start().await;
    let mut options = listening(&broker);
    options.answer_wait_s = 1;
    options.keep_alive_s = 1;
    let (_handle, mut told) = open(options);
    let mut peer = broker.welcome().await;
    told.connected().await;
    assert!(matches!(peer.packet().await, Packet::Subscribe { .. }));
    soon(async {
        while let Some(packet) = peer.next().await {
            assert_eq!(packet, Packet::PingReq);
            peer.pong().await;
        }
    })
    .await;
    assert_eq!(told.disconnected().await, Reason::SubscriptionUnanswered);
}

#[tokio::test]
async fn a_confirmation_of_nothing_is_a_broken_protocol_not_a_broken_session() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    for packet_id in [1, 60_000] {
        let mut peer = broker.welcome().await;
        told.connected().await;
        peer.puback(packet_id).await;
        assert!(matches!(told.disconnected().await, Reason::Protocol(_)));
    }
    let mut peer = broker.welcome().await;
    told.connected().await;
    handle.try_publish(UP, "alive", Qos::AtLeastOnce).unwrap();
    assert_eq!(peer.published().await.0, "alive");
}

#[tokio::test]
async fn nonsense_ends_a_connection_and_never_the_session() {
    let broker = Broker::start().await;
    let (handle, mut told) = open(options(&broker));
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..300 {
        let greeted = round % 2 == 0;
        let mut peer = broker.accept().await;
        peer.greeting().await;
        if greeted {
            peer.answer(false, 0).await;
            told.connected().await;
        }
        peer.send(&nonsense(&mut seed)).await;
        drop(peer);
        // Some nonsense is an empty message or a valid answer by chance.
        while !matches!(told.next().await, link::Event::Disconnected { .. }) {}
    }
    let mut peer = broker.welcome().await;
    told.connected().await;
    handle.try_publish(UP, "alive", Qos::AtLeastOnce).unwrap();
    assert_eq!(peer.published().await.0, "alive");
}

#[tokio::test]
async fn an_address_of_ipv6_is_reached() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        println!("skipped: this machine has no IPv6 loopback");
        return;
    };
    let mut options = link::Options::new("::1", 0, "door-7");
    options.port = listener.local_addr().unwrap().port();
    let (_handle, _told) = open(options);
    soon(listener.accept()).await.unwrap();
}

/// Up to 40 bytes from a xorshift generator; the first is a packet type that brokers send
/// in three of four cases.
fn nonsense(seed: &mut u64) -> Vec<u8> {
    let mut byte = || {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        seed.to_be_bytes()[0]
    };
    let length = usize::from(byte() % 40) + 1;
    let mut bytes: Vec<u8> = (0..length).map(|_| byte()).collect();
    if byte() % 4 != 0 {
        let kinds = [0x20, 0x30, 0x32, 0x40, 0x50, 0x62, 0x70, 0x90, 0xB0, 0xD0];
        bytes[0] = kinds[usize::from(byte()) % kinds.len()];
    }
    if bytes.len() > 1 && byte() % 2 == 0 {
        bytes[1] = u8::try_from(bytes.len() - 2).unwrap();
    }
    bytes
}
