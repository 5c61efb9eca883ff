//! The same against a real Mosquitto, where one is installed.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use link::{AckOutcome, Event, Options, Qos, Reason, Will};
use tempfile::NamedTempFile;

use crate::bench::{Told, open};

const GONE: &str = "doors/7/up/gone";

/// A broker process that ends with the test.
struct Mosquitto {
    process: Child,
    port: u16,
    _settings: NamedTempFile,
}

impl Mosquitto {
    /// `None`, and a line that says so, if it is not installed.
    #[expect(clippy::print_stdout, reason = "a skipped test must say so")]
    fn start(allow_anonymous: bool) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut settings = NamedTempFile::new().unwrap();
        writeln!(settings, "listener {port} 127.0.0.1\nallow_anonymous {allow_anonymous}\nuser root").unwrap();
        let started = Command::new("mosquitto")
            .arg("-c")
            .arg(settings.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Ok(process) => Some(Self { process, port, _settings: settings }),
            Err(error) => {
                println!("skipped: mosquitto cannot be started ({error})");
                None
            }
        }
    }

    fn options(&self, client_id: &str) -> Options {
        let mut options = Options::new("127.0.0.1", self.port, client_id);
        options.jitter = Box::new(|ceiling| ceiling.min(Duration::from_millis(20)));
        options
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until the broker process listens.
async fn connected(told: &mut Told) {
    loop {
        match told.next().await {
            Event::Connected { .. } => return,
            Event::Disconnected { reason: Reason::Unreachable(_), .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn with_mosquitto_a_round_trip_a_cut_and_a_goodbye() {
    let Some(broker) = Mosquitto::start(true) else {
        return;
    };
    let mut options = broker.options("controller");
    options.subscriptions = vec![("doors/+/up/#".to_owned(), Qos::AtLeastOnce)];
    options.manual_acks = true;
    let (controller, mut heard) = open(options);
    connected(&mut heard).await;

    let mut options = broker.options("door-7");
    options.will = Some(Box::new(|connection| {
        Some(Will {
            topic: GONE.to_owned(),
            payload: format!("connection {connection}").into_bytes(),
            qos: Qos::AtLeastOnce,
        })
    }));
    let (door, mut told) = open(options);
    connected(&mut told).await;
    for number in 0..200 {
        door.publish("doors/7/up/event", number.to_string(), Qos::AtLeastOnce).await.unwrap();
        let message = heard.message().await;
        assert_eq!(message.payload, number.to_string().into_bytes());
        assert_eq!(controller.ack(message.ack.unwrap()), AckOutcome::Sent);
    }

    door.set_network(false).await;
    let message = heard.message().await;
    assert_eq!(message.topic, GONE);
    assert_eq!(told.disconnected().await, Reason::NetworkOff);
    controller.ack(message.ack.unwrap());

    door.set_network(true).await;
    connected(&mut told).await;
    door.close().await;
    // No will stands between the goodbye and this.
    controller.publish("doors/7/up/event", "last", Qos::AtLeastOnce).await.unwrap();
    assert_eq!(heard.text().await, "last");
}

#[tokio::test]
async fn with_mosquitto_a_login_without_password_is_known_as_refused_credentials() {
    let Some(broker) = Mosquitto::start(false) else {
        return;
    };
    let (_door, mut told) = open(broker.options("door-7"));
    loop {
        match told.disconnected().await {
            Reason::Unreachable(_) => {}
            reason => {
                assert!(reason.is_credentials_refused(), "{reason:?}");
                break;
            }
        }
    }
}
