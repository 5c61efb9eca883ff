//! Who is let in, and as whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use access::id::DoorId;
use controller::broker::{Broker, Doors, Proof};
use zeroize::Zeroizing;

use super::client::{ACCEPTED, BAD_CREDENTIALS, Client, Connect};
use super::{TwoDoors, broker, password};

#[tokio::test]
async fn a_wrong_password_and_no_password_are_refused() {
    let broker = broker().await;
    let (right, wrong) = (password("ward"), password("pharmacy"));
    let refused = [
        Connect::new("ward", &wrong),
        Connect::new("ward", ""),
        Connect::new("unknown", &right),
        Connect::new("kulku_controller", &right),
        Connect { password: None, ..Connect::new("ward", "") },
        Connect { password: None, user: None, ..Connect::new("ward", "") },
    ];
    for connect in &refused {
        let (mut client, code) = Client::connect(&broker, connect).await;
        assert!(matches!(code, None | Some(BAD_CREDENTIALS)), "{code:?}");
        client.hung_up().await;
    }
    assert_eq!(broker.health().passwords_refused, refused.len() as u64);
    broker.stop().await;
}

#[tokio::test]
async fn a_door_is_known_by_its_own_client_identifier_only() {
    let broker = broker().await;
    let right = password("ward");
    for foreign in ["pharmacy", "kulku_controller", "", "cert:0"] {
        let connect = Connect { client_id: foreign, user: Some("ward"), ..Connect::new("ward", &right) };
        let (mut client, code) = Client::connect(&broker, &connect).await;
        assert_ne!(code, Some(ACCEPTED), "{foreign}");
        client.hung_up().await;
    }
    broker.stop().await;
}

#[tokio::test]
async fn a_second_connection_of_a_door_ends_the_first() {
    let broker = broker().await;
    let mut first = Client::door(&broker, "ward").await;
    let mut second = Client::door(&broker, "ward").await;
    first.hung_up().await;
    assert_eq!(second.subscribe("kulku/hospital/ward/down/+").await, Some(1));
    broker.stop().await;
}

#[tokio::test]
async fn a_door_that_is_kicked_is_gone_and_others_are_not() {
    let broker = broker().await;
    let mut ward = Client::door(&broker, "ward").await;
    let mut pharmacy = Client::door(&broker, "pharmacy").await;
    broker.kick("ward".parse().unwrap()).await;
    ward.hung_up().await;
    assert_eq!(pharmacy.subscribe("kulku/hospital/pharmacy/down/+").await, Some(1));
    broker.stop().await;
}

#[tokio::test]
async fn doors_are_let_in_once_the_controller_listens() {
    let site = "hospital".parse().unwrap();
    let broker = Broker::start("127.0.0.1:0".parse().unwrap(), None, site, Arc::new(TwoDoors)).await.unwrap();
    // It says all it has to say before anybody could hear it.
    let right = password("ward");
    let mut ward = Client::open(broker.addr()).await;
    ward.send(&Connect::new("ward", &right).bytes()).await;
    ward.publish("kulku/hospital/ward/up/status", b"x").await;
    let mut controller = Client::controller(&broker).await;
    assert_eq!(controller.heard().await, "kulku/hospital/ward/up/status");
    assert_eq!(ward.receive().await.unwrap().0, 0x20, "not a CONNACK");
    broker.stop().await;
}

/// The same doors; each is revoked as soon as it has shown who it is.
#[derive(Default)]
struct Revoked(AtomicBool);

impl Doors for Revoked {
    fn passwords(&self, door: &DoorId) -> Vec<Zeroizing<[u8; 32]>> {
        self.0.store(true, Ordering::Relaxed);
        TwoDoors.passwords(door)
    }

    fn holder(&self, _: &[u8; 32]) -> Option<DoorId> {
        None
    }

    fn counts(&self, _: &DoorId, _: &Proof) -> bool {
        !self.0.load(Ordering::Relaxed)
    }

    fn refused(&self, _: Option<DoorId>) {}
}

#[tokio::test]
async fn a_door_that_is_revoked_while_it_arrives_is_not_let_in() {
    let site = "hospital".parse().unwrap();
    let broker = Broker::start("127.0.0.1:0".parse().unwrap(), None, site, Arc::new(Revoked::default())).await.unwrap();
    Client::controller(&broker).await;
    let (mut ward, code) = Client::connect(&broker, &Connect::new("ward", &password("ward"))).await;
    assert!(matches!(code, None | Some(BAD_CREDENTIALS)), "{code:?}");
    ward.hung_up().await;
    broker.stop().await;
}
