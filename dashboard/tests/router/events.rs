//! The log on pages, in tables and in the API: one filter language for all of them.

use crate::support::{Answer, Bench, Browser, EVIL, NOW, door, uid};
use access::event::EventKind;
use access::reason::Reason;
use access::time::UtcMs;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use db::trial::log::Filling;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn ids(text: &str) -> Vec<i64> {
    text.split("<tr data-id=\"").skip(1).map(|row| row.split('"').next().unwrap().parse().unwrap()).collect()
}

/// Four events: granted and denied with Maija's card, denied with the other's, and a door that was forced.
async fn told() -> Bench {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    bench.tap(1, uid(1), Some(Reason::CardExpired));
    bench.tap(2, uid(2), Some(Reason::UnknownCard));
    bench.happen(2, EventKind::ForcedOpen, None);
    bench
}

#[tokio::test]
async fn page_table_api_and_its_table_show_the_same_rows_of_every_filter() {
    let bench = told().await;
    bench.site.add_area(&crate::support::actor(), "Hoito", &[door(0), door(1)]).unwrap();
    let mut browser = bench.signed_in().await;
    for (query, expected) in [
        ("", vec![4, 3, 2, 1]),
        ("door=pharmacy&door=main", vec![4, 3, 1]),
        ("area=1", vec![2, 1]),
        ("area=1&door=main", vec![4, 3, 2, 1]),
        ("area=1&code=denied", vec![2]),
        ("code=granted&code=forced-open", vec![4, 1]),
        ("decision=denied", vec![3, 2]),
        ("decision=denied&code=granted", vec![]),
        ("reason=card-expired&reason=unknown-card", vec![3, 2]),
        ("card=04A1B201,04:A1:B2:02", vec![3, 2, 1]),
        ("card=04A1B201&card=04A1B202&decision=granted", vec![1]),
        ("person=1,2", vec![3, 2, 1]),
        ("person=2&card=04A1B201", vec![]),
        ("span=day", vec![4, 3, 2, 1]),
        ("from=2026-11-24T15:00&until=2026-11-24T15:01", vec![4, 3, 2, 1]),
        ("until=2026-11-24T15:00", vec![]),
    ] {
        if query.contains("card=") || query.contains("person=") {
            browser.say_why(&format!("/events?{query}")).await;
        }
        let page = browser.get(&format!("/events?{query}")).await;
        assert_eq!((page.status, ids(&page.text())), (StatusCode::OK, expected.clone()), "{query}");
        let listed = bench.api(Method::GET, &format!("/events?{query}&purpose=A+test"), "").await.json();
        let listed: Vec<i64> =
            listed["items"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
        assert_eq!(listed, expected, "{query}");
        let tables = [
            browser.get(&format!("/events.csv?{query}")).await,
            bench.api(Method::GET, &format!("/events.csv?{query}&purpose=A+test"), "").await,
        ];
        for table in tables {
            assert_eq!(numbers(&table), expected, "{query}");
        }
    }
}

/// The first column of a table, without its head.
fn numbers(table: &Answer) -> Vec<i64> {
    assert_eq!(table.status, StatusCode::OK, "{}", table.text());
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"kulku-events.csv\"");
    let text = table.text();
    text.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_table_speaks_the_readers_language_and_holds_no_formula() {
    let mut bench = told().await;
    bench
        .site
        .add_person(&crate::support::actor(), db::site::NewPerson { name: "=1+1".to_owned(), external_id: None })
        .unwrap();
    bench
        .site
        .give_card(&crate::support::actor(), &uid(2), db::site::PersonId(3), access::time::Window::ALWAYS)
        .unwrap();
    bench.wait_ms(1_000);
    bench.tap(0, uid(2), Some(Reason::CardExpired));
    let mut browser = bench.signed_in().await;
    for (language, head, word) in [
        ("fi", "\u{FEFF}Numero;Aika;Tapahtuma;", ";Pääsy evätty;"),
        ("sv", "\u{FEFF}Nummer;Tid;Händelse;", ";Tillträde nekat;"),
        ("en", "\u{FEFF}Number,Time,What,", ",Denied,"),
    ] {
        browser.language = language;
        let text = browser.get("/events.csv").await.text();
        assert!(text.starts_with(head), "{text}");
        assert!(text.contains(word), "{text}");
        assert!(text.contains("'=1+1") && !text.contains(";=1+1") && !text.contains(",=1+1"), "{text}");
        assert!(text.contains("Maija Meikäläinen") && !text.contains(EVIL));
    }
    let codes = bench.api(Method::GET, "/events.csv?card=04A1B201&purpose=A+test", "").await.text();
    let mut lines = codes.lines();
    assert_eq!(
        lines.next(),
        Some("id,at,clock,received,door,door_name,code,reasons,noted,card,holder,holder_name,mode,link_ok")
    );
    let row = lines.next().unwrap();
    assert!(row.starts_with("2,2026-11-24T13:00:00.000Z,synchronised,"), "{row}");
    assert!(row.contains(",ward-3,Osasto 3,denied,card-expired,,04A1B201,1,Maija Meikäläinen,normal,true"), "{row}");
}

#[tokio::test]
async fn a_filter_of_a_table_that_is_none_is_refused_before_anything_is_sent() {
    let bench = told().await;
    let mut browser = bench.signed_in().await;
    assert_eq!(browser.get("/events.csv?card=12").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.get("/events.csv?door=cellar").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = bench.api(Method::GET, "/events.csv?area=9", "").await;
    assert_eq!(refused.json()["code"], json!("unknown-area"));
    assert_eq!(bench.browser().get("/events.csv").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_list_goes_back_a_month_and_says_so_and_the_whole_log_is_one_link_away() {
    let mut bench = told().await;
    bench.wait_ms(40 * DAY_MS);
    bench.tap(0, uid(1), None);
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events?door=pharmacy").await.text();
    assert_eq!(ids(&text), [5]);
    assert!(
        text.contains("The last 31 days") && text.contains("href=\"/events?door=pharmacy&#38;span=all\""),
        "{text}"
    );
    let whole = browser.get("/events?door=pharmacy&span=all").await.text();
    assert_eq!(ids(&whole), [5, 1]);
    assert!(whole.contains("The whole log") && !whole.contains("Search the whole log"));
    assert_eq!(ids(&browser.get("/events?span=week&door=pharmacy").await.text()), [5]);
    // Whoever follows the log misses nothing because it is old.
    let followed = bench.api(Method::GET, "/events?after=0", "").await.json();
    assert_eq!(followed["items"].as_array().unwrap().len(), 5);
    assert_eq!(followed["unfinished"], json!(false));
}

#[tokio::test]
async fn each_part_of_a_filter_stands_in_words_and_can_be_taken_away() {
    let bench = told().await;
    bench.site.add_area(&crate::support::actor(), "Hoito", &[door(0)]).unwrap();
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events?door=main&area=1&decision=denied&reason=unknown-card&span=week").await.text();
    for (words, link) in [
        ("Pääovi", "/events?area=1&#38;decision=denied&#38;reason=unknown-card&#38;span=week"),
        ("Area Hoito", "/events?door=main&#38;decision=denied&#38;reason=unknown-card&#38;span=week"),
        ("Denied", "/events?door=main&#38;area=1&#38;reason=unknown-card&#38;span=week"),
        ("The last 7 days", "/events?door=main&#38;area=1&#38;decision=denied&#38;reason=unknown-card"),
    ] {
        assert!(text.contains(&format!("<a href=\"{link}\">{words} ")), "{words}: {text}");
    }
    assert!(!browser.get("/events").await.text().contains("class=\"chips\""));
    let evil = browser.get("/events?door=%3Cscript%3E").await.text();
    assert!(!evil.contains("<script>"), "{evil}");
}

#[tokio::test]
async fn of_many_doors_those_of_the_chosen_areas_are_offered() {
    let bench = told().await;
    let setup = crate::support::actor();
    for number in 0..150 {
        let id: access::id::DoorId = format!("room-{number}").parse().unwrap();
        let (key, settings) = (access::envelope::DoorKey::new([7; 32]), access::settings::DoorSettings::default());
        bench.site.add_door(&setup, db::site::NewDoor { name: id.to_string(), id, key, settings }).unwrap();
    }
    let rooms: [access::id::DoorId; 2] = ["room-1", "room-2"].map(|room| room.parse().unwrap());
    bench.site.add_area(&setup, "Hoito", &rooms).unwrap();
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events").await.text();
    assert!(text.contains("There are many doors here") && !text.contains("<option value=\"room-1\""));
    let text = browser.get("/events?area=1&door=main").await.text();
    for offered in ["room-1", "room-2", "main"] {
        assert!(text.contains(&format!("<option value=\"{offered}\"")), "{offered}");
    }
    assert!(!text.contains("<option value=\"room-3\""));
}

#[tokio::test]
async fn the_overview_counts_what_its_link_lists_and_an_event_leads_to_what_happened_around_it() {
    let mut bench = told().await;
    bench.wait_ms(2 * DAY_MS);
    bench.tap(1, uid(1), Some(Reason::CardExpired));
    let mut browser = bench.signed_in().await;
    let overview = browser.get("/").await.text();
    let denied = overview.split("href=\"/events?decision=denied&#38;span=day\"").nth(1).unwrap();
    assert!(denied.contains("</span> 1</b>"), "{denied}");
    assert_eq!(ids(&browser.get("/events?decision=denied&span=day").await.text()), [5]);

    let event = browser.get("/events/5").await.text();
    let around: Vec<String> = event
        .split("<section id=\"around\">")
        .nth(1)
        .unwrap()
        .split("</section>")
        .next()
        .unwrap()
        .split("href=\"")
        .skip(1)
        .map(|link| link.split('"').next().unwrap().replace("&#38;", "&"))
        .collect();
    assert_eq!(around.len(), 4, "{around:?}");
    for link in around.iter().take(3) {
        if !link.contains("door=") {
            browser.say_why(link).await;
        }
        assert_eq!(ids(&browser.get(link).await.text()), [5], "{link}");
    }
}

/// Sixty thousand events of one card: more of them than one search looks at.
fn busy() -> Filling {
    Filling { events: 60_000, cards: 1, now: UtcMs(NOW), days: 20, seed: 5 }
}

#[tokio::test]
async fn a_search_that_stops_for_now_says_how_far_it_came_and_leads_on_to_the_end() {
    let bench = Bench::with_log(busy()).await;
    let mut browser = bench.signed_in().await;
    let query = "card=04000000&code=fire&span=all";
    let mut path = format!("/events?{query}");
    browser.say_why(&path).await;
    let mut pages = 0;
    while path.starts_with('/') {
        let text = browser.get(&path).await.text();
        assert!(ids(&text).is_empty());
        pages += 1;
        path = match text.split("id=\"searched\"").nth(1) {
            Some(on) => on.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&"),
            None => String::new(),
        };
    }
    assert!((3..=6).contains(&pages), "{pages} pages");
    let first = bench.api(Method::GET, &format!("/events?{query}&purpose=A+test"), "").await.json();
    assert_eq!((&first["items"], &first["unfinished"]), (&json!([]), &json!(true)));
    assert!(first["searched_to"].as_str().unwrap().starts_with("2026-11-"));
    let mut list = first;
    while list["unfinished"] == json!(true) {
        let next = list["next"].as_str().unwrap();
        list = bench.api(Method::GET, &format!("/events?{query}&before={next}"), "").await.json();
    }
    assert_eq!((&list["next"], &list["searched_to"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_long_table_comes_whole_and_in_pieces_of_a_thousand_rows_at_most() {
    let bench = Bench::with_log(busy()).await;
    let browser = bench.signed_in().await;
    let request = browser.request(Method::GET, "/events.csv?span=all").body(Body::empty()).unwrap();
    let response = bench.router.clone().oneshot(request).await.unwrap();
    let mut body = response.into_body().into_data_stream();
    let mut rows = 0;
    while let Some(piece) = body.next().await {
        let lines = piece.unwrap().iter().filter(|byte| **byte == b'\n').count();
        assert!(lines <= 1_001, "{lines}");
        rows += lines;
    }
    assert_eq!(rows, 60_001);
}

#[tokio::test]
async fn a_table_breaks_off_when_the_server_stops_and_only_so_many_are_written_at_once() {
    let bench = Bench::with_log(busy()).await;
    let browser = bench.signed_in().await;
    let open = |browser: &Browser| {
        let request = browser.request(Method::GET, "/events.csv?span=all").body(Body::empty()).unwrap();
        bench.router.clone().oneshot(request)
    };
    let mut begun = Vec::new();
    for _ in 0..4 {
        let response = open(&browser).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        begun.push(response.into_body().into_data_stream());
    }
    assert_eq!(open(&browser).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    let mut one = begun.pop().unwrap();
    assert!(one.next().await.unwrap().is_ok());
    bench.stop.send(true).unwrap();
    assert!(one.next().await.unwrap().is_err(), "nobody takes a part for the whole");
    assert!(one.next().await.is_none());
}
