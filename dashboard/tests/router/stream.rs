//! The live tail.

use std::time::Duration;

use crate::privacy::{NAME, other};
use crate::support::{Bench, Browser, actor, uid};
use access::reason::Reason;
use axum::body::{Body, BodyDataStream};
use axum::http::{Method, StatusCode};
use db::site::PersonId;
use futures_util::StreamExt as _;
use tokio::time::timeout;
use tower::ServiceExt as _;

/// Longer than anything here takes; a test that waits so long fails.
const PATIENCE: Duration = Duration::from_secs(20);

async fn open(bench: &Bench, browser: &Browser, path: &str) -> BodyDataStream {
    let request = browser.request(Method::GET, path).body(Body::empty()).unwrap();
    let response = bench.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

/// Reads until a whole event is there, or the stream ends.
async fn event(stream: &mut BodyDataStream) -> Option<String> {
    let mut text = String::new();
    while !text.contains("\n\n") {
        let chunk = timeout(PATIENCE, stream.next()).await.expect("nothing came in time")?;
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        if text.starts_with(':') {
            text.clear();
        }
    }
    Some(text)
}

#[tokio::test]
async fn a_row_comes_as_soon_as_the_log_has_it_and_looks_like_the_pages_row() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    let mut browser = bench.signed_in().await;
    let mut stream = open(&bench, &browser, "/events/stream?after=1").await;
    bench.tap(0, uid(2), Some(Reason::CardExpired));
    let text = event(&mut stream).await.unwrap();
    assert!(text.contains("event: row") && text.contains("id: 2"), "{text}");
    let row = text.split("data: ").nth(1).unwrap().split('\n').next().unwrap();
    assert!(row.contains("The card has expired.") && !row.contains("<script>"));
    assert!(browser.get("/events").await.text().contains(row), "{row}");
}

#[tokio::test]
async fn the_tail_is_filtered_like_the_page_and_resumes_where_it_broke() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    bench.tap(1, uid(1), None);
    bench.tap(0, uid(1), None);
    let browser = bench.signed_in().await;
    let mut stream = open(&bench, &browser, "/events/stream?door=pharmacy&after=0").await;
    assert!(event(&mut stream).await.unwrap().contains("id: 1"));
    assert!(event(&mut stream).await.unwrap().contains("id: 3"));

    let request = browser
        .request(Method::GET, "/events/stream?after=0")
        .header("last-event-id", "2")
        .body(Body::empty())
        .unwrap();
    let response = bench.router.clone().oneshot(request).await.unwrap();
    let mut stream = response.into_body().into_data_stream();
    assert!(event(&mut stream).await.unwrap().contains("id: 3"));
}

#[tokio::test]
async fn the_tail_ends_when_the_server_stops() {
    let bench = Bench::new().await;
    let browser = bench.signed_in().await;
    let mut stream = open(&bench, &browser, "/events/stream").await;
    bench.stop.send(true).unwrap();
    assert_eq!(event(&mut stream).await, None);
}

#[tokio::test]
async fn the_tail_ends_with_the_session() {
    let mut bench = Bench::new().await;
    let browser = bench.signed_in().await;
    let mut stream = open(&bench, &browser, "/events/stream").await;
    bench.wait_ms(31 * 60_000);
    bench.tap(0, uid(1), None);
    assert!(event(&mut stream).await.unwrap().contains("event: ended"));
    assert_eq!(event(&mut stream).await, None);
}

#[tokio::test]
async fn a_tail_without_a_session_is_refused_and_not_led_to_a_page() {
    let bench = Bench::new().await;
    let request = bench
        .browser()
        .request(Method::GET, "/events/stream")
        .header("accept", "text/event-stream")
        .body(Body::empty())
        .unwrap();
    assert_eq!(bench.send(request).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn there_are_only_so_many_tails_at_once() {
    let bench = Bench::new().await;
    let browser = bench.signed_in().await;
    let mut open_ones = Vec::new();
    for _ in 0..64 {
        open_ones.push(open(&bench, &browser, "/events/stream").await);
    }
    let request = browser.request(Method::GET, "/events/stream").body(Body::empty()).unwrap();
    assert_eq!(bench.send(request).await.status, StatusCode::SERVICE_UNAVAILABLE);
    open_ones.pop();
    drop(open(&bench, &browser, "/events/stream").await);
}

#[tokio::test]
async fn all_who_watch_see_every_row_once_in_their_own_language_and_through_their_own_filter() {
    let mut bench = Bench::new().await;
    let mut streams = Vec::new();
    let words = [("fi", "Kortin voimassaolo"), ("sv", "Kortets giltighetstid"), ("en", "The card has expired.")];
    for number in 0..9 {
        let mut browser = bench.signed_in().await;
        browser.language = words[number % 3].0;
        let path = if number < 6 { "/events/stream" } else { "/events/stream?decision=denied&door=pharmacy" };
        streams.push((number, open(&bench, &browser, path).await));
    }
    for turn in 1..=20_u8 {
        bench.tap(usize::from(turn % 2), uid(1), (turn % 3 == 0).then_some(Reason::CardExpired));
    }
    let denied_at_pharmacy = vec![6, 12, 18];
    for (number, stream) in &mut streams {
        let expected: Vec<i64> = if *number < 6 { (1..=20).collect() } else { denied_at_pharmacy.clone() };
        for id in expected {
            let row = event(stream).await.unwrap();
            assert!(row.contains(&format!("id: {id}\n")), "{number}: {row}");
            assert!(!row.contains("data-code=\"denied\"") || row.contains(words[*number % 3].1), "{row}");
        }
    }
}

#[tokio::test]
async fn who_falls_behind_is_told_to_load_anew_and_holds_nobody_up() {
    let mut bench = Bench::new().await;
    let browser = bench.signed_in().await;
    let mut slow = open(&bench, &browser, "/events/stream").await;
    let mut quick = open(&bench, &browser, "/events/stream").await;
    for _ in 0..2_100 {
        bench.tap(0, uid(1), None);
    }
    for id in 1..=2_100 {
        assert!(event(&mut quick).await.unwrap().contains(&format!("id: {id}\n")));
    }
    assert!(event(&mut slow).await.unwrap().contains("event: lagged"));
    assert_eq!(event(&mut slow).await, None);
}

#[tokio::test]
async fn who_was_away_for_too_long_loads_anew() {
    let mut bench = Bench::new().await;
    for _ in 0..501 {
        bench.tap(0, uid(1), None);
    }
    let browser = bench.signed_in().await;
    let mut stream = open(&bench, &browser, "/events/stream?after=0").await;
    assert!(event(&mut stream).await.unwrap().contains("event: lagged"));
    let mut stream = open(&bench, &browser, "/events/stream?after=2").await;
    assert!(event(&mut stream).await.unwrap().contains("id: 3\n"));
}

/// Rows are rendered once for all who watch in a language, and such a name must not be.
#[tokio::test]
async fn a_name_that_is_kept_back_reaches_only_the_watchers_who_are_shown_it() {
    let mut bench = Bench::new().await;
    let maija = bench.signed_in().await;
    let (aino, _) = other(&bench, "aino").await;
    bench.site.keep_name_secret(&actor(), PersonId(1), "Turvakielto", &["aino".to_owned()]).unwrap();
    let mut shown = open(&bench, &aino, "/events/stream?after=0").await;
    let mut hidden = open(&bench, &maija, "/events/stream?after=0").await;
    for _ in 0..2 {
        bench.tap(0, uid(1), None);
        assert!(event(&mut shown).await.unwrap().contains(NAME));
        let text = event(&mut hidden).await.unwrap();
        assert!(text.contains(">Person 1<") && !text.contains(NAME), "{text}");
    }
}
