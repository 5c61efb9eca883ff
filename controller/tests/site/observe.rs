//! What a monitoring system is told, and what it is not.

use std::net::SocketAddr;
use std::time::Duration;

use access::entry::Block;
use access::latency::Latencies;
use access::message::{Figures, Up};
use controller::config::{Endpoint, Mqtt};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::door::Door;
use super::support::{Bench, DEADLINE, actor, list, open_alarms, uid};

async fn observed(doors: &[&str]) -> Bench {
    Bench::with(doors, |_| {}, |config, _| config.observe = Some("127.0.0.1:0".parse().unwrap())).await
}

async fn get(address: Option<SocketAddr>, path: &str) -> String {
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

/// The histogram that a series is a part of, if it is one.
fn of_histogram(name: &str) -> &str {
    let parts = ["_bucket", "_sum", "_count"];
    parts.iter().filter(|_| name.contains("_seconds_")).find_map(|part| name.strip_suffix(part)).unwrap_or(name)
}

/// What is told of this series.
fn told(answer: &str, series: &str) -> Option<f64> {
    answer.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

/// Asks until all these are told.
async fn until_told(bench: &Bench, wanted: &[(&str, f64)]) {
    let asked = async {
        loop {
            let answer = get(bench.controller.observe(), "/metrics").await;
            if wanted.iter().all(|(series, value)| told(&answer, series) == Some(*value)) {
                return;
            }
        }
    };
    timeout(DEADLINE, asked).await.unwrap_or_else(|_| panic!("in vain: {wanted:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn taps_and_changes_are_histograms_and_who_was_away_is_counted_apart() {
    let prepare = |site: &db::site::Site| list(site, 0..3, &["ward"]);
    let observe = |config: &mut controller::config::Config, _: &std::path::Path| {
        config.observe = Some("127.0.0.1:0".parse().unwrap());
    };
    let bench = Bench::with(&["ward"], prepare, observe).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    // What a new box lacks comes late.
    ward.follow_until(|ward| ward.list.len() == 3 && ward.heard.contains('s')).await;
    ward.report_status().await;
    let late = "kulku_late_change_in_force_seconds_count";
    until_told(&bench, &[(late, 2.0), ("kulku_change_in_force_seconds_count", 0.0)]).await;

    bench.site().block_card(&actor(), &uid(1), Block::Blocked).unwrap();
    ward.in_force(bench.site().latest().unwrap()).await;
    bench.site().unblock_card(&actor(), &uid(1), Block::Blocked).unwrap();
    ward.in_force(bench.site().latest().unwrap()).await;
    let mut figures = Figures { for_s: 0, taps: Latencies::default() };
    for took in [3, 4, 70_000] {
        figures.taps.record(Duration::from_millis(took));
        ward.send(&Up::Figures(figures)).await;
    }
    let wanted = [
        (late, 2.0),
        ("kulku_change_in_force_seconds_count", 2.0),
        ("kulku_revocation_in_force_seconds_count", 1.0),
        ("kulku_tap_decision_seconds_bucket{le=\"0.002\"}", 0.0),
        ("kulku_tap_decision_seconds_bucket{le=\"0.005\"}", 2.0),
        ("kulku_tap_decision_seconds_bucket{le=\"60\"}", 2.0),
        ("kulku_tap_decision_seconds_bucket{le=\"+Inf\"}", 3.0),
        ("kulku_tap_decision_seconds_sum", 70.007),
        ("kulku_tap_decision_seconds_count", 3.0),
    ];
    until_told(&bench, &wanted).await;
    assert!(open_alarms(bench.site()).is_empty(), "nothing of it is an alarm");
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
            assert!(["gauge", "counter", "histogram"].contains(&kind) && !known.contains(&name), "{line}");
            known.push(name);
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            assert_eq!(known.last(), Some(&of_histogram(name)), "{line} stands where it belongs");
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
            assert!(known.contains(&of_histogram(name)), "{name} is watched, and not told");
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
