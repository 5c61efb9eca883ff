//! The embedded broker under packets that no client sends: whatever comes, a door still gets in, and memory is bounded.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use access::envelope::DoorKey;
use access::id::DoorId;
use controller::broker::{Broker, Doors, Proof};
use zeroize::Zeroizing;

use super::MEMORY;
use super::fuzz::{FEW, alone, run};

/// Longest wait for an answer of the broker. Only a failing run waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// All that the broker may hold while it is spoken to in nonsense by one client at a time.
const MEMORY_MAX: usize = 96 * 1024 * 1024;

struct OneDoor;

impl Doors for OneDoor {
    fn passwords(&self, door: &DoorId) -> Vec<Zeroizing<[u8; 32]>> {
        let known = door.as_str() == "ward";
        known.then(|| Zeroizing::new(DoorKey::new([7; 32]).broker_password())).into_iter().collect()
    }

    fn holder(&self, _: &[u8; 32]) -> Option<DoorId> {
        None
    }

    fn counts(&self, door: &DoorId, proof: &Proof) -> bool {
        matches!(proof, Proof::Password(password) if self.passwords(door).contains(password))
    }

    fn refused(&self, _: Option<DoorId>) {}
}

fn text(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text].concat()
}

fn packet(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut length = body.len();
    let mut bytes = vec![kind];
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    [bytes, body].concat()
}

fn connect(user: &str, password: &str, will: bool) -> Vec<u8> {
    let flags = 0b1100_0010 | u8::from(will) << 2;
    let will = if will { [text(b"kulku/hospital/ward/up/status"), text(b"gone")].concat() } else { Vec::new() };
    let head = [text(b"MQTT"), vec![4, flags, 0, 10], text(user.as_bytes())].concat();
    packet(0x10, &[&head, &will, &text(user.as_bytes()), &text(password.as_bytes())])
}

fn password() -> String {
    DoorKey::new([7; 32]).broker_password().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Connections of clients, from the first byte to the last.
fn samples() -> Vec<Vec<u8>> {
    let good = connect("ward", &password(), false);
    let subscribe = packet(0x82, &[&[0, 1], &text(b"kulku/hospital/ward/down/+"), &[1]]);
    let publish = packet(0x32, &[&text(b"kulku/hospital/ward/up/events"), &[0, 2], &[9; 200]]);
    let rest = [packet(0x40, &[&[0, 2]]), packet(0xC0, &[]), packet(0xE0, &[])].concat();
    vec![
        good.clone(),
        connect("ward", &password(), true),
        connect("ward", "wrong", false),
        [&good[..], &subscribe, &publish, &rest].concat(),
        [&good[..], &packet(0xA2, &[&[0, 3], &text(b"kulku/hospital/ward/down/+")])].concat(),
    ]
}

/// Sends it all, says that no more comes, and reads to the end: whether the broker let the client in.
fn speak(addr: SocketAddr, bytes: &[u8]) -> bool {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A broker that has hung up already takes no more.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
            panic!("the broker neither answered nor hung up")
        }
        _ => answer.starts_with(&[0x20, 2, 0, 0]),
    }
}

#[test]
fn packets_of_any_content_keep_no_door_out() {
    let alone = alone();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let site = "hospital".parse().unwrap();
    let broker =
        runtime.block_on(Broker::start("127.0.0.1:0".parse().unwrap(), None, site, Arc::new(OneDoor))).unwrap();
    let (user, secret) = broker.controller_login();
    // Doors are let in once the controller has listened.
    let mut controller = TcpStream::connect(broker.addr()).unwrap();
    let hear = packet(0x82, &[&[0, 1], &text(b"kulku/hospital/+/up/+"), &[1]]);
    controller.write_all(&[connect(user, secret, false), hear].concat()).unwrap();
    let mut answers = [0; 4 + 5];
    controller.read_exact(&mut answers).unwrap();

    let before = MEMORY.allocated();
    let mut most = 0;
    run(&alone, &samples(), FEW, |bytes, _| {
        let admitted = speak(broker.addr(), bytes);
        most = most.max(MEMORY.allocated().saturating_sub(before));
        admitted
    });
    assert!(most <= MEMORY_MAX, "the broker held {most} bytes; {MEMORY_MAX} is the bound");
    assert!(speak(broker.addr(), &connect("ward", &password(), false)), "the door is kept out");
    runtime.block_on(broker.stop());
}
