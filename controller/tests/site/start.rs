//! Starting and stopping.

use access::event::EventKind;
use controller::start;

use super::door::Door;
use super::support::{Bench, config};

#[tokio::test(flavor = "multi_thread")]
async fn an_occupied_address_is_named_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let mut pages = config(folder.path().join("site.db"));
    pages.dashboard = addr;
    let mut broker = config(folder.path().join("site.db"));
    broker.mqtt = controller::config::Mqtt::Embedded { listen: addr, doors_connect_to: None, tls: false };
    for (config, key) in [(pages, "dashboard.listen"), (broker, "mqtt.embedded.listen")] {
        let message = start(config).await.err().unwrap().to_string();
        assert!(message.contains(key) && message.contains(&addr.to_string()), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_database_is_named() {
    let bench = Bench::new(&["ward"]).await;
    let whole = bench.database();
    bench.controller.site.latest().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("site.db");
    std::fs::copy(&whole, &cut).unwrap();
    let length = std::fs::metadata(&cut).unwrap().len();
    std::fs::File::options().write(true).open(&cut).unwrap().set_len(length / 2).unwrap();
    let message = start(config(cut.clone())).await.err().unwrap().to_string();
    assert!(message.contains(&cut.display().to_string()), "{message}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_with_doors_connected_and_goes_on_where_it_was_on_the_same_port() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let before = ward.happen(&[EventKind::Started]);
    ward.report(before).await;
    let (first, ..) = ward.acknowledged().await;
    let bench = bench.restart().await;
    ward.connected().await;
    let after = ward.happen(&[EventKind::ExitPressed]);
    ward.report(after).await;
    let (second, _, through) = ward.acknowledged().await;
    assert_eq!(through, 2);
    assert!(second.boot > first.boot);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_controller_on_the_same_database_is_refused() {
    let bench = Bench::new(&[]).await;
    let message = start(config(bench.database())).await.err().unwrap().to_string();
    assert!(message.contains("another controller"), "{message}");
    bench.restart().await.stop().await;
}
