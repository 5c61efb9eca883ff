//! A controller whose doors report, and a SIEM: what comes arrives there, over a restart too, and figures tell what waits.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access::event::EventKind;
use controller::config::{Config, Endpoint, Pace, Syslog};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::door::Door;
use super::observe::get;
use super::support::{Bench, DEADLINE, list, uid};

/// A receiver that tells what came on each connection, once it has ended; its certificate is written into the folder.
async fn receiver(folder: &Path) -> (SocketAddr, mpsc::UnboundedReceiver<String>, JoinHandle<()>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join("siem.pem"), certificate.pem()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let (listener, acceptor) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), TlsAcceptor::from(Arc::new(config)));
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = acceptor.accept(stream).await.unwrap();
            let mut all = String::new();
            stream.read_to_string(&mut all).await.unwrap();
            let _ = tell.send(all);
            let _ = stream.shutdown().await;
        }
    });
    (address, told, task)
}

fn send(config: &mut Config, folder: &Path, address: SocketAddr) {
    config.observe = Some("127.0.0.1:0".parse().unwrap());
    config.syslog = Some(Syslog {
        server: Endpoint { host: address.ip().to_string(), port: address.port() },
        authority: folder.join("siem.pem"),
        client: None,
        names: false,
        enterprise: 32_473,
        host: None,
        pace: Pace {
            idle: Duration::from_millis(50),
            settle: Duration::from_millis(20),
            pause: (Duration::from_millis(5), Duration::from_millis(20)),
            ..Pace::default()
        },
    });
}

/// Rows of events that came, until this one.
async fn rows_until(told: &mut mpsc::UnboundedReceiver<String>, last: u64) -> (BTreeSet<u64>, String) {
    let (mut rows, mut all) = (BTreeSet::new(), String::new());
    while !rows.contains(&last) {
        let more = timeout(DEADLINE, told.recv()).await.expect("nothing came").unwrap();
        let numbers = more.split(" row=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<u64>().unwrap());
        rows.extend(numbers);
        all.push_str(&more);
    }
    (rows, all)
}

/// Waits until of as many rows as wait this holds.
async fn until_waiting(bench: &Bench, holds: impl Fn(u64) -> bool) {
    let waits = async {
        loop {
            let figures = get(bench.controller.observe(), "/metrics").await;
            let line = figures.lines().find_map(|line| line.strip_prefix("kulku_syslog_behind_rows "));
            if holds(line.unwrap().parse().unwrap()) {
                return;
            }
        }
    };
    timeout(DEADLINE, waits).await.expect("in vain");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_doors_report_reaches_the_siem_over_a_restart_and_figures_tell_what_waits() {
    let place = tempfile::tempdir().unwrap();
    let (address, mut told, task) = receiver(place.path()).await;
    let prepare = |site: &db::site::Site| list(site, 0..2, &["ward"]);
    let bench = Bench::with(&["ward"], prepare, |config, _| send(config, place.path(), address)).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let taps = ward.happen_with(uid(1), EventKind::Presented);
    ward.report(taps).await;
    ward.acknowledged().await;
    let (mut rows, mut all) = rows_until(&mut told, 1).await;
    let mqtt = bench.controller.mqtt.to_string().parse().unwrap();
    let bench = bench
        .restarted_with(|config| {
            send(config, place.path(), address);
            config.mqtt = controller::config::Mqtt::Embedded { listen: mqtt, doors_connect_to: None, tls: false };
        })
        .await;
    ward.connected().await;
    for _ in 0..3 {
        let events = ward.happen(&[EventKind::ExitPressed; 20]);
        ward.report(events).await;
        ward.acknowledged().await;
    }
    let (more, text) = rows_until(&mut told, 61).await;
    rows.extend(more);
    all.push_str(&text);
    assert_eq!(rows, (1..=61).collect());
    for secret in ["Person", "04000001", "tester", "WARD"] {
        assert!(!all.contains(secret), "{secret} is told");
    }
    until_waiting(&bench, |rows| rows == 0).await;

    // Nobody listens there any more: the log goes on, and what waits is told.
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let events = ward.happen(&[EventKind::ExitPressed; 5]);
    ward.report(events).await;
    ward.acknowledged().await;
    until_waiting(&bench, |rows| rows >= 5).await;
    bench.stop().await;
}
