//! The same with Mosquitto as the broker.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use access::event::EventKind;
use controller::config::{Endpoint, Login, Mqtt};
use controller::start;

use super::door::{Door, password};
use super::support::{Bench, config, list};

struct Mosquitto {
    child: Child,
    port: u16,
}

impl Mosquitto {
    /// `None` where it is not installed.
    fn start(folder: &std::path::Path) -> Option<Self> {
        // Freed at once and taken by Mosquitto, which cannot pick a port by itself.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = |name: &str| folder.join(name).display().to_string();
        std::fs::write(file("users"), format!("controller:controller\nward:{}\n", password("ward"))).unwrap();
        let hashed = Command::new("mosquitto_passwd").args(["-U", &file("users")]).status().ok()?;
        assert!(hashed.success());
        let acl = "user controller\ntopic readwrite kulku/#\n\n\
                   pattern write kulku/hospital/%u/up/#\npattern read kulku/hospital/%u/down/#\n";
        std::fs::write(file("acl"), acl).unwrap();
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {}\nacl_file {}\n\
             use_username_as_clientid true\nmax_packet_size 262144\nmax_queued_messages 100000\n\
             log_dest stderr\nuser root\n",
            file("users"),
            file("acl")
        );
        std::fs::write(file("mosquitto.conf"), text).unwrap();
        let mut command = Command::new("/usr/sbin/mosquitto");
        command.args(["-c", &file("mosquitto.conf")]).stderr(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let log = BufReader::new(child.stderr.take().unwrap());
        assert!(log.lines().map_while(Result::ok).any(|line| line.contains("running")), "it did not start");
        Some(Self { child, port })
    }

    fn as_configured(&self) -> Mqtt {
        let broker = Endpoint { host: "127.0.0.1".to_owned(), port: self.port };
        let login = Login { user: "controller".to_owned(), password: "controller".to_owned().into() };
        Mqtt::External { broker, doors_connect_to: None, login: Some(login), tls: false, crl_file: None }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        // A failing test must not leave it behind; there is nothing more to do about an error.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_mosquitto_a_door_is_served_and_its_events_are_stored() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mosquitto) = Mosquitto::start(folder.path()) else {
        eprintln!("skipped: Mosquitto is not installed");
        return;
    };
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..10, &["ward"])).await;
    let bench = bench.restarted_with(|config| config.mqtt = mosquitto.as_configured()).await;
    let mut ward = Door::connect(&bench, "ward").await;
    // Nobody may hear the first status, but then the controller's greeting is still to come.
    ward.report_status().await;
    while ward.list.is_empty() {
        let (_, message) = ward.hear().await;
        ward.follow(message);
        ward.report_status().await;
    }
    assert_eq!(ward.list.len(), 10);
    let events = ward.happen(&[EventKind::Started, EventKind::ExitPressed]);
    ward.report(events).await;
    assert_eq!(ward.acknowledged().await.2, 2);
    assert_eq!(bench.stored(), 2);

    // A controller that starts anew speaks first, and the door, which has been there all the while, answers.
    let bench = bench.restarted_with(|config| config.mqtt = mosquitto.as_configured()).await;
    let boot = ward.heard_from;
    while ward.heard_from == boot {
        let (_, message) = ward.hear().await;
        ward.follow(message);
    }
    ward.report_status().await;
    bench.until("online", |site| site.doors().unwrap()[0].online).await;
    let away = |site: &db::site::Site| !site.doors().unwrap()[0].online;
    ward.cut().await;
    bench.until("away", away).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_and_stops_with_the_broker_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path().join("site.db"));
    let broker = Endpoint { host: "127.0.0.1".to_owned(), port: 1 };
    config.mqtt = Mqtt::External { broker, doors_connect_to: None, login: None, tls: false, crl_file: None };
    start(config).await.unwrap().stop().await;
}
