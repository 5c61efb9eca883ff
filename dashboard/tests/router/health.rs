//! How quick the site is: page and API tell what was counted, and only to whoever may see it.

use std::time::Duration;

use access::latency::Latencies;
use access::time::UtcMs;
use axum::http::{Method, StatusCode};
use dashboard::figures::{Answer, DoorFigures, Figures, Measure, PerMeasure};
use db::site::{Limit, Role};
use tokio::sync::mpsc;

use crate::support::{Bench, NOW, actor, door};

const MINUTE: i64 = 60_000;

fn of(measure: Measure, took: &[u64]) -> Latencies {
    let factor = if measure == Measure::Late { 1_000 } else { 1 };
    let mut all = Latencies::default();
    took.iter().for_each(|ms| all.record(Duration::from_millis(ms * factor)));
    all
}

/// Counts what stands here, in the place of the controller: the pharmacy is quick and waits for nothing, the ward is slow
/// and waits, and the main door's agent is older.
pub(crate) async fn count(mut asked: mpsc::Receiver<Answer>) {
    while let Some(answer) = asked.recv().await {
        let quick = PerMeasure::each(|measure| of(measure, &[3, 4, 14]));
        let slow = PerMeasure::each(|measure| of(measure, &[400; 2]));
        let pharmacy = DoorFigures { hour: quick.clone(), day: quick, tells_taps: true, waiting_since: None };
        let ward = DoorFigures {
            hour: PerMeasure::default(),
            day: slow,
            tells_taps: true,
            waiting_since: Some(UtcMs(NOW - 90 * MINUTE)),
        };
        let figures = Figures {
            since: UtcMs(NOW - 300 * MINUTE),
            hour: UtcMs(NOW - 65 * MINUTE),
            day: UtcMs(NOW - 300 * MINUTE),
            totals: PerMeasure::default(),
            doors: [(door(0), pharmacy), (door(1), ward)].into(),
        };
        let _ = answer.send(figures);
    }
}

/// The cells of a row of the page, without what is around them.
fn cells(page: &str, row: &str) -> Vec<String> {
    let row = page.split("<tr>").find(|text| text.contains(row)).unwrap_or_else(|| panic!("{row} in {page}"));
    let inside = |cell: &str| {
        let mut text = String::new();
        let mut tag = false;
        for letter in cell.chars() {
            match letter {
                '<' => tag = true,
                '>' => tag = false,
                _ if !tag => text.push(letter),
                _ => {}
            }
        }
        text.trim().to_owned()
    };
    row.split("<td").skip(1).map(|cell| inside(&format!("<td{}", cell.split("</td>").next().unwrap()))).collect()
}

#[tokio::test]
async fn page_and_api_show_what_was_counted() {
    let bench = Bench::new().await;
    let told = bench.api(Method::GET, "/health", "").await.json();
    // Of two doors in the day: 3, 4, 14, 400, 400.
    assert_eq!(
        told["figures"]["tap"],
        serde_json::json!({
            "hour": {"count": 3, "p50_ms": 5, "p95_ms": 15, "p99_ms": 15},
            "day": {"count": 5, "p50_ms": 15, "p95_ms": 500, "p99_ms": 500},
        })
    );
    let late = &told["figures"]["late"]["day"];
    assert_eq!((&late["count"], &late["p99_ms"]), (&5.into(), &serde_json::Value::Null), "more than a minute");
    assert_eq!(told["since"], "2026-11-24T08:00:00.000Z");
    let main = told["doors"].as_array().unwrap().iter().find(|door| door["id"] == "main").unwrap();
    assert_eq!((&main["tells_taps"], &main["figures"]["tap"]["day"]["count"]), (&false.into(), &0.into()));

    let mut browser = bench.signed_in().await;
    let page = browser.get("/health").await.text();
    let tap = page.split("<tr>").find(|row| row.contains(">Tap to decision<") && row.contains("last day")).unwrap();
    assert!(["≤ 15 ms", "≤ 500 ms", ">5<"].iter().all(|text| tap.contains(text)), "{tap}");
    assert_eq!(cells(&page, "/doors/pharmacy")[..5], ["3", "≤ 5 ms", "≤ 15 ms", "≤ 15 ms", "≤ 15 ms"]);
    assert_eq!(cells(&page, "/doors/main")[..3], ["not told", "–", "–"]);
    assert!(page.contains("&gt; 60 s") || page.contains("&#62; 60 s"), "late by more than a minute: {page}");
    // No door has told yet what it has. Whoever waits comes first, and says since when.
    assert!(page.find("/doors/ward-3").unwrap() < page.find("/doors/pharmacy").unwrap());
    assert!(
        page.contains("The longest has been without it since") && cells(&page, "/doors/ward-3")[6].contains("13:30")
    );
}

#[tokio::test]
async fn without_an_answer_the_page_says_so_and_the_api_is_busy() {
    let bench = Bench::without_figures().await;
    let mut browser = bench.signed_in().await;
    for (language, words) in [("en", "has not answered"), ("fi", "ei vastannut"), ("sv", "svarade inte")] {
        browser.language = language;
        let page = browser.get("/health").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(words), "{language}");
    }
    assert_eq!(bench.api(Method::GET, "/health", "").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn whoever_is_limited_sees_the_figures_of_their_doors_and_no_others() {
    let bench = Bench::new().await;
    let area = bench.site.add_area(&actor(), "Osasto 3", &[door(1)]).unwrap();
    let mut whole = bench.signed_in_as(Role::Security).await;
    assert!(whole.get("/health").await.text().contains("/doors/pharmacy"));
    let id = bench.site.operator(Role::Security.code()).unwrap().unwrap().id;
    bench.site.set_limit(&actor(), id, Limit { units: Vec::new(), areas: vec![area] }).unwrap();
    let page = bench.signed_in_as(Role::Security).await.get("/health").await.text();
    let tap = page.split("<tr>").find(|row| row.contains(">Tap to decision<") && row.contains("last day")).unwrap();
    assert!(tap.contains(">2<") && page.contains("/doors/ward-3"), "{tap}");
    assert!(!page.contains("pharmacy") && !page.contains("Apteekki"), "{page}");
}
