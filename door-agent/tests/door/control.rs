//! The control's own manners.

use std::io::Write as _;

use door_agent::{Agent, Config};
use mfrc522_emulator::{Dump, Format, VirtualCard};
use serde_json::{Value, json};

use crate::bench::{Bench, prepare};

#[tokio::test(flavor = "multi_thread")]
async fn foreign_pages_are_refused() {
    let bench = Bench::start().await;
    let body = json!({"card": "short"}).to_string().into_bytes();
    for headers in [&[("Origin", "http://evil.example")][..], &[("Host", "evil.example")], &[("Origin", "null")]] {
        let (status, problem) = bench.send_with("POST", "/tap", body.clone(), headers).await;
        assert_eq!((status, &problem["status"]), (403, &json!(403)), "{headers:?}: {problem}");
    }
    let state = bench.until("the start is on disk", |state| state["journal"]["head"] != 0).await;
    assert_eq!((&state["journal"]["head"], &state["lock"]), (&json!(1), &json!("locked")), "nothing else happened");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_becomes_a_card_that_can_be_tapped() {
    let bench = Bench::start().await;
    let dump = Dump::of_card(&VirtualCard::classic_1k(&[0x01, 0xA0, 0x62, 0xBD]).unwrap()).unwrap();
    let bytes = dump.encode(Format::Mfd).unwrap();
    let (status, card) = bench.send_with("PUT", "/cards/dumped?format=mfd", bytes, &[]).await;
    assert_eq!((status, &card["uid"]), (201, &json!("01A062BD")), "{card}");
    assert_eq!(bench.tap("dumped").await["signal"], "granted");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_given_out_as_the_dump_that_it_came_from() {
    let bench = Bench::start().await;
    let mut card = VirtualCard::classic_1k(&[0x01, 0xA0, 0x62, 0xBD]).unwrap();
    card.set_block(4, [7; 16]);
    let eml = Dump::of_card(&card).unwrap().encode(Format::Eml).unwrap();
    bench.send_with("PUT", "/cards/dumped?format=eml", eml.clone(), &[]).await;
    let (status, given) = bench.send("GET", "/cards/dumped?format=eml", String::new()).await;
    assert_eq!((status, given.as_str().unwrap().as_bytes()), (200, &eml[..]));
    for (path, expected) in [("/cards/nobody?format=eml", 404), ("/cards/mini?format=eml", 400), ("/cards/short", 400)]
    {
        let (status, problem) = bench.send("GET", path, String::new()).await;
        assert_eq!(status, expected, "{path}: {problem}");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_dump_is_refused_with_its_reason() {
    let bench = Bench::start().await;
    for (path, body) in [
        ("/cards/cut?format=mfd", vec![0; 100]),
        ("/cards/odd?format=eml", b"zz\n".to_vec()),
        ("/cards/odd?format=doc", vec![0; 1024]),
        ("/cards/odd", vec![0; 1024]),
        ("/cards/mini?format=mfd", vec![0; 320]),
    ] {
        let (status, problem) = bench.send_with("PUT", path, body, &[]).await;
        assert_eq!(status, 400, "{path}: {problem}");
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
    let (status, problem) = bench.send_with("PUT", "/cards/big?format=mfd", vec![0; 70_000], &[]).await;
    assert_eq!(status, 413, "{problem}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_card_is_made_by_its_number() {
    let bench = Bench::start().await;
    let mini = json!({"name": "purse", "uid": "0A0B0C0D", "kind": "mini"});
    assert_eq!(bench.post("/cards", mini).await["sak"], 9);
    assert_eq!(bench.tap("purse").await["reasons"], json!(["unsupported-card"]));
    let list = bench.get("/cards").await;
    let names: Vec<&Value> = list["cards"].as_array().unwrap().iter().map(|card| &card["name"]).collect();
    assert!(names.contains(&&json!("purse")) && names.contains(&&json!("short")), "{list}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_are_problems_that_say_what_to_do() {
    let bench = Bench::start().await;
    for (method, path, body, expected) in [
        ("POST", "/tap", "{", 400),
        ("POST", "/tap", "{}", 400),
        ("POST", "/tap", r#"{"card":"nobody"}"#, 404),
        ("POST", "/tap", r#"{"card":"short","hold_ms":0}"#, 400),
        ("POST", "/tap", r#"{"cards":[]}"#, 400),
        ("POST", "/tap", r#"{"card":"short","hold":3}"#, 400),
        ("POST", "/contact", r#"{"open":1}"#, 400),
        ("POST", "/cards", r#"{"name":"x","uid":"123","kind":"mini"}"#, 400),
        ("GET", "/nowhere", "", 404),
        ("GET", "/tap", "", 405),
    ] {
        let (status, problem) = bench.send(method, path, body.to_owned()).await;
        assert_eq!((status, &problem["status"]), (expected, &json!(expected)), "{method} {path} {body}: {problem}");
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_can_be_cut_and_the_door_goes_on() {
    let bench = Bench::start().await;
    let state = bench.post("/network", json!({"up": false})).await;
    assert_eq!(state["network"], json!({"up": false, "connected": false}));
    assert_eq!(bench.tap("short").await["signal"], "granted");
    let state = bench.post("/network", json!({"up": true})).await;
    assert_eq!(state["network"]["up"], true);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occupied_port_is_named() {
    let bench = Bench::start().await;
    let address = bench.url("").replace("http://", "");
    let (folder, config) = prepare();
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}control.address = \"{address}\"\n")).unwrap();
    let error = Agent::start(Config::load(&config).unwrap()).await.unwrap_err().to_string();
    assert!(error.contains(&address) && error.contains("control.address"), "{error}");
    drop(folder);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_whose_list_is_truncated_starts_without_one_and_keeps_the_damaged_file() {
    let (folder, config) = prepare();
    let path = folder.path().join(db::door::WHITELIST_FILE);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let bench = Bench::start_in(folder, config).await;
    assert_eq!(bench.get("/state").await["whitelist_generation"], 0);
    let folder = bench.stop().await;
    assert!(folder.path().join("whitelist.db.damaged-1").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_says_nothing_does_not_keep_the_door_from_stopping() {
    let bench = Bench::start().await;
    let mut silent = std::net::TcpStream::connect(bench.url("").replace("http://", "")).unwrap();
    silent.write_all(b"GET /state HTTP/1.1\r\n").unwrap();
    bench.stop().await;
}
