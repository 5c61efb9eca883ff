//! What nobody can do to the others.

use super::client::{Client, Connect};
use super::{broker, broker_at, password};
use access::envelope::MESSAGE_LENGTH_MAX;

#[tokio::test]
async fn a_packet_beyond_the_limit_ends_the_connection_and_one_within_it_does_not() {
    let broker = broker().await;
    let mut controller = Client::controller(&broker).await;
    let mut ward = Client::door(&broker, "ward").await;
    let topic = "kulku/hospital/ward/up/events";
    ward.publish(topic, &vec![0; MESSAGE_LENGTH_MAX - 128]).await;
    assert_eq!(controller.heard().await, topic);
    ward.publish(topic, &vec![0; MESSAGE_LENGTH_MAX + 1]).await;
    ward.hung_up().await;
    broker.stop().await;
}

#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let broker = broker().await;
    let mut silent = Vec::new();
    // More than are waited for at once.
    for _ in 0..300 {
        silent.push(Client::open(broker.addr()).await);
    }
    let mut ward = Client::door(&broker, "ward").await;
    assert_eq!(ward.subscribe("kulku/hospital/ward/down/+").await, Some(1));
    assert!(broker.health().dropped >= 44, "{:?}", broker.health());
    broker.stop().await;
}

#[tokio::test]
async fn a_connection_that_never_says_who_it_is_is_dropped() {
    let broker = broker().await;
    let mut silent = Client::open(broker.addr()).await;
    let mut half = Client::open(broker.addr()).await;
    half.send(&[0x10, 40, 0, 4, b'M']).await;
    silent.hung_up().await;
    half.hung_up().await;
    broker.stop().await;
}

#[tokio::test]
async fn noise_ends_its_own_connection_only() {
    let broker = broker().await;
    let mut ward = Client::door(&broker, "ward").await;
    for noise in [&[0xff; 64][..], &[0x10, 0xff, 0xff, 0xff, 0xff, 0x01], b"GET / HTTP/1.1\r\n\r\n", &[0; 16]] {
        let mut client = Client::open(broker.addr()).await;
        client.send(noise).await;
        client.hung_up().await;
    }
    assert_eq!(ward.subscribe("kulku/hospital/ward/down/+").await, Some(1));
    broker.stop().await;
}

#[tokio::test]
async fn it_stops_with_connections_open_and_starts_again_on_the_same_port() {
    let first = broker().await;
    let addr = first.addr();
    let mut ward = Client::door(&first, "ward").await;
    let mut silent = Client::open(addr).await;
    first.stop().await;
    ward.hung_up().await;
    silent.hung_up().await;

    let again = broker_at(addr).await;
    assert_eq!(again.addr(), addr);
    let (_ward, code) = Client::connect(&again, &Connect::new("ward", &password("ward"))).await;
    assert_eq!(code, Some(0));
    again.stop().await;
}

#[tokio::test]
async fn the_controllers_password_is_another_at_each_start() {
    let (one, other) = (broker().await, broker().await);
    assert_ne!(one.controller_login().1, other.controller_login().1);
    one.stop().await;
    other.stop().await;
}
