//! The embedded broker from outside, with raw packets of MQTT 3.1.1: whatever is behind it, this holds.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking"
)]

mod client;
mod identity;
mod limits;
mod tls;
mod topics;

use std::net::SocketAddr;
use std::sync::Arc;

use access::envelope::DoorKey;
use access::id::{DoorId, SiteId};
use controller::broker::{Broker, Doors, Proof};
use zeroize::Zeroizing;

/// Two doors with known keys.
struct TwoDoors;

impl Doors for TwoDoors {
    fn passwords(&self, door: &DoorId) -> Vec<Zeroizing<[u8; 32]>> {
        match door.as_str() {
            "ward" | "pharmacy" => vec![Zeroizing::new(key(door.as_str()).broker_password())],
            _ => Vec::new(),
        }
    }

    fn holder(&self, _: &[u8; 32]) -> Option<DoorId> {
        None
    }

    fn counts(&self, door: &DoorId, proof: &Proof) -> bool {
        matches!(proof, Proof::Password(password) if self.passwords(door).contains(password))
    }

    fn refused(&self, _: Option<DoorId>) {}
}

fn key(door: &str) -> DoorKey {
    DoorKey::new([door.len() as u8; 32])
}

fn password(door: &str) -> String {
    key(door).broker_password().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn broker() -> Broker {
    broker_at("127.0.0.1:0".parse().unwrap()).await
}

async fn broker_at(addr: SocketAddr) -> Broker {
    let site: SiteId = "hospital".parse().unwrap();
    let broker = Broker::start(addr, None, site, Arc::new(TwoDoors)).await.unwrap();
    // Doors are let in once the controller has listened.
    client::Client::controller(&broker).await;
    broker
}
