//! What a door may say and hear.

use super::client::{ACCEPTED, Client, Connect, NOT_AUTHORIZED, publish};
use super::{broker, password};

#[tokio::test]
async fn a_door_is_heard_on_its_own_topics() {
    let broker = broker().await;
    let mut controller = Client::controller(&broker).await;
    let mut ward = Client::door(&broker, "ward").await;
    ward.publish("kulku/hospital/ward/up/events", b"x").await;
    assert_eq!(controller.heard().await, "kulku/hospital/ward/up/events");
    broker.stop().await;
}

#[tokio::test]
async fn a_foreign_publish_reaches_nobody_and_ends_the_connection() {
    for foreign in [
        "kulku/hospital/pharmacy/up/events",
        "kulku/hospital/pharmacy/down/command",
        "kulku/hospital/ward/down/command",
        "kulku/elsewhere/ward/up/events",
        "else",
    ] {
        let broker = broker().await;
        let mut controller = Client::controller(&broker).await;
        let mut ward = Client::door(&broker, "ward").await;
        ward.publish(foreign, b"x").await;
        ward.hung_up().await;
        // What comes next at the controller is the other door, so the foreign message never came.
        let mut pharmacy = Client::door(&broker, "pharmacy").await;
        pharmacy.publish("kulku/hospital/pharmacy/up/status", b"x").await;
        assert_eq!(controller.heard().await, "kulku/hospital/pharmacy/up/status", "{foreign}");
        assert_eq!(broker.health().topics_refused, 1, "{foreign}");
        broker.stop().await;
    }
}

#[tokio::test]
async fn a_retained_publish_reaches_nobody_and_ends_the_connection() {
    let broker = broker().await;
    let mut ward = Client::door(&broker, "ward").await;
    ward.send(&publish("kulku/hospital/ward/up/status", b"x", true)).await;
    ward.hung_up().await;
    // It would come first, had it been kept.
    let mut controller = Client::controller(&broker).await;
    let mut pharmacy = Client::door(&broker, "pharmacy").await;
    pharmacy.publish("kulku/hospital/pharmacy/up/status", b"x").await;
    assert_eq!(controller.heard().await, "kulku/hospital/pharmacy/up/status");
    broker.stop().await;
}

#[tokio::test]
async fn a_foreign_subscription_is_refused() {
    let broker = broker().await;
    let mut ward = Client::door(&broker, "ward").await;
    for foreign in [
        "#",
        "+/+/+/down/+",
        "kulku/hospital/pharmacy/down/+",
        "kulku/hospital/ward/up/+",
        "kulku/hospital/+/down/command",
        "$share/g/kulku/hospital/ward/down/+",
    ] {
        assert!(matches!(ward.subscribe(foreign).await, Some(0x80)), "{foreign}");
    }
    assert_eq!(ward.subscribe("kulku/hospital/ward/down/+").await, Some(1));
    broker.stop().await;
}

#[tokio::test]
async fn a_foreign_or_retained_will_is_refused_at_the_door() {
    let broker = broker().await;
    let right = password("ward");
    let own = "kulku/hospital/ward/up/status";
    for (will, will_retain) in [("kulku/hospital/pharmacy/up/status", false), (own, true)] {
        let connect = Connect { will: Some(will), will_retain, ..Connect::new("ward", &right) };
        let (mut client, code) = Client::connect(&broker, &connect).await;
        assert_eq!(code, Some(NOT_AUTHORIZED), "{will}");
        client.hung_up().await;
    }
    broker.stop().await;
}

#[tokio::test]
async fn the_will_of_a_connection_that_breaks_is_heard() {
    let broker = broker().await;
    let mut controller = Client::controller(&broker).await;
    let right = password("ward");
    let connect = Connect { will: Some("kulku/hospital/ward/up/status"), ..Connect::new("ward", &right) };
    let (client, code) = Client::connect(&broker, &connect).await;
    assert_eq!(code, Some(ACCEPTED));
    drop(client);
    assert_eq!(controller.heard().await, "kulku/hospital/ward/up/status");
    broker.stop().await;
}

#[tokio::test]
async fn nothing_is_kept_for_a_door_that_is_away() {
    let broker = broker().await;
    let right = password("ward");
    let lasting = Connect { clean: false, ..Connect::new("ward", &right) };
    let (mut ward, _) = Client::connect(&broker, &lasting).await;
    assert_eq!(ward.subscribe("kulku/hospital/ward/down/+").await, Some(1));
    broker.kick("ward".parse().unwrap()).await;
    ward.hung_up().await;

    let mut controller = Client::controller(&broker).await;
    controller.publish("kulku/hospital/ward/down/command", b"open").await;
    assert_eq!(controller.heard().await, "kulku/hospital/ward/down/command");

    let (mut ward, _) = Client::connect(&broker, &lasting).await;
    assert_eq!(ward.subscribe("kulku/hospital/ward/down/+").await, Some(1));
    controller.publish("kulku/hospital/ward/down/ack", b"later").await;
    assert_eq!(ward.heard().await, "kulku/hospital/ward/down/ack");
    broker.stop().await;
}
