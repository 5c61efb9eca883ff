//! A door's or the controller's end of MQTT under a broker that says anything: the session ends or goes on, and the
//! next connection is as good as new.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use link::{Event, Handle, Options};
use tokio::sync::mpsc::Receiver;

use super::MEMORY;
use super::fuzz::{FEW, alone, run};

/// Longest wait for the client. Only a failing run waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// All that the client may hold: its queue of messages is bounded, and each message is.
const MEMORY_MAX: usize = 96 * 1024 * 1024;

/// What a broker says, from the first byte to the last.
fn samples() -> Vec<Vec<u8>> {
    let accepted = vec![0x20, 2, 0, 0];
    let subscribed = [0x90, 3, 0, 1, 1];
    let publish = [&[0x32, 9 + 4][..], &[0, 5], b"kulku", &[0, 7], b"news"].concat();
    let large = [&[0x30, 0xE9, 0x07, 0, 5][..], b"kulku", &[9; 994]].concat();
    vec![
        accepted.clone(),
        vec![0x20, 2, 0, 5],
        [&accepted[..], &subscribed, &publish, &[0xD0, 0]].concat(),
        [&accepted[..], &subscribed, &large, &[0x40, 2, 0, 1], &[0xB0, 2, 0, 1]].concat(),
    ]
}

/// Waits for the client's next attempt, and answers it with these bytes.
fn answer(listener: &TcpListener, bytes: &[u8]) -> TcpStream {
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting).unwrap();
    assert_eq!(greeting[0], 0x10, "no CONNECT");
    let _ = stream.write_all(bytes);
    stream
}

fn next(runtime: &tokio::runtime::Runtime, events: &mut Receiver<Event>) -> Event {
    let next = async { tokio::time::timeout(PATIENCE, events.recv()).await };
    runtime.block_on(next).ok().flatten().unwrap_or_else(|| panic!("the client neither ended nor went on"))
}

fn open(port: u16) -> (Handle, Receiver<Event>) {
    let mut options = Options::new("127.0.0.1", port, "door");
    options.subscriptions = vec![("kulku/#".to_owned(), link::Qos::AtLeastOnce)];
    // At once: nothing here is about waiting.
    options.jitter = Box::new(|_| Duration::ZERO);
    link::open(options).unwrap()
}

#[test]
fn a_broker_that_says_anything_makes_no_client_fall() {
    let alone = alone();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let context = runtime.enter();
    let (_handle, mut events) = open(listener.local_addr().unwrap().port());
    drop(context);
    let before = MEMORY.allocated();
    let mut most = 0;
    run(&alone, &samples(), FEW, |bytes, _| {
        let stream = answer(&listener, bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut connected = false;
        loop {
            match next(&runtime, &mut events) {
                Event::Connected { .. } => connected = true,
                Event::Message(message) => assert!(message.payload.len() <= bytes.len()),
                Event::Disconnected { .. } => break,
            }
        }
        most = most.max(MEMORY.allocated().saturating_sub(before));
        connected
    });
    assert!(most <= MEMORY_MAX, "the client held {most} bytes; {MEMORY_MAX} is the bound");
    let _stream = answer(&listener, &samples()[2]);
    assert!(matches!(next(&runtime, &mut events), Event::Connected { .. }), "the client did not come back");
    assert!(matches!(next(&runtime, &mut events), Event::Message(message) if message.payload == b"news"));
}
