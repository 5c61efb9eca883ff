//! What a monitoring system is told, and what it is not.

use std::net::SocketAddr;

use controller::config::{Endpoint, Mqtt};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::door::Door;
use super::support::{Bench, DEADLINE, list};

async fn observed(doors: &[&str]) -> Bench {
    Bench::with(doors, |_| {}, |config, _| config.observe = Some("127.0.0.1:0".parse().unwrap())).await
}

pub(crate) async fn get(address: Option<SocketAddr>, path: &str) -> String {
    let asked = async {
        let mut stream = TcpStream::connect(address.expect("it listens")).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    timeout(DEADLINE, asked).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_tell_how_doors_are_and_name_no_person_and_no_card() {
    let bench = observed(&["ward", "pharmacy"]).await;
    list(bench.site(), 0..3, &["ward"]);
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    let online = |site: &db::site::Site| site.watch_doors().unwrap().iter().any(|door| door.online);
    bench.until("the ward is heard of", online).await;
    let answer = get(bench.controller.observe(), "/metrics").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("content-type: text/plain; version=0.0.4"), "{answer}");
    for line in ["kulku_broker_connected 1", "kulku_door_connected{door=\"ward\"} 1", "kulku_log_rows_total 0"] {
        assert!(answer.lines().any(|told| told == line), "{line} in {answer}");
    }
    assert!(!answer.contains("pharmacy"), "nobody has heard of it: {answer}");
    for secret in ["Person", "WARD", "04000001", "Nurse"] {
        assert!(!answer.contains(secret), "{secret} in {answer}");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_has_its_help_and_its_kind_once_and_before_it() {
    let bench = observed(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    bench.until("the ward is heard of", |site| !site.watch_doors().unwrap().is_empty()).await;
    let answer = get(bench.controller.observe(), "/metrics").await;
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let mut known = Vec::new();
    for line in body.lines().filter(|line| line.contains("kulku_")) {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(["gauge", "counter"].contains(&kind) && !known.contains(&name), "{line}");
            known.push(name);
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            assert_eq!(known.last(), Some(&name), "{line} stands where it belongs");
            assert!(line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(), "{line} ends in a figure");
        }
    }
    // What is watched for is told.
    for file in [
        include_str!("../../../packaging/monitoring/alerts.yml"),
        include_str!("../../../packaging/monitoring/dashboard.json"),
    ] {
        let words = file.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let named: Vec<&str> = words.filter(|word| word.starts_with("kulku_")).collect();
        assert!(!named.is_empty());
        for name in named {
            assert!(known.contains(&name), "{name} is watched, and not told");
        }
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_ready_with_its_broker_and_alive_without() {
    let bench = observed(&[]).await;
    let asked = bench.controller.observe();
    let ready = async { while !get(asked, "/readyz").await.starts_with("HTTP/1.1 200") {} };
    timeout(DEADLINE, ready).await.expect("it becomes ready");
    assert!(get(asked, "/healthz").await.starts_with("HTTP/1.1 200"));
    assert!(get(asked, "/events").await.starts_with("HTTP/1.1 404"), "nothing else is served there");
    bench.stop().await;

    // Freed at once: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let away = Mqtt::External {
        broker: Endpoint { host: "127.0.0.1".to_owned(), port },
        doors_connect_to: None,
        login: None,
        tls: false,
        crl_file: None,
    };
    let change = |config: &mut controller::config::Config, _: &std::path::Path| {
        config.observe = Some("127.0.0.1:0".parse().unwrap());
        config.mqtt = away;
    };
    let bench = Bench::with(&[], |_| {}, change).await;
    let ready = get(bench.controller.observe(), "/readyz").await;
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("broker"), "{ready}");
    assert!(get(bench.controller.observe(), "/healthz").await.starts_with("HTTP/1.1 200"));
    bench.stop().await;
}
