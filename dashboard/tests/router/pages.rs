//! What pages show.

use std::io::Read as _;

use crate::support::{Bench, EVIL, door, uid};
use access::reason::Reason;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use flate2::read::GzDecoder;

const PAGES: [&str; 52] = [
    "/",
    "/events",
    "/events?code=denied",
    "/cards",
    "/cards/04A1B201",
    "/cards/04A1B201?who=m",
    "/people",
    "/people/1",
    "/doors",
    "/doors/pharmacy",
    "/doors/pharmacy/settings",
    "/doors/pharmacy/settings?reading=sector&release=2",
    "/alarms",
    "/alarms?state=acknowledged",
    "/alarms/mutes",
    "/alarms/undelivered",
    "/log",
    "/cards/ending",
    "/cards/ending?within=week",
    "/desk",
    "/desk?q=Maija",
    "/desk?q=04A1B201",
    "/desk?person=1",
    "/desk?show=overdue",
    "/import",
    "/people/1/employments/new",
    "/people/1/rights/new",
    "/inside",
    "/inside/list?within=all",
    "/reports",
    "/reports/taps",
    "/reports/denials",
    "/reports/holds",
    "/reports/unused?days=30",
    "/reports/doors",
    "/reports/unreturned",
    "/reports/review",
    "/reports/review/people/1",
    "/privacy",
    "/privacy/searches?operator=maija",
    "/privacy/purpose?next=%2Fpeople%2F1",
    "/people/1/privacy",
    "/health",
    "/help",
    "/accessibility",
    "/demo",
    "/me",
    "/me/second-step",
    "/operators",
    "/welcome/none",
    "/sign-in",
    "/nothing/here",
];

#[tokio::test]
async fn every_page_is_whole_strict_and_free_of_other_sites_in_every_language() {
    let mut bench = Bench::with(true).await;
    bench.tap(0, uid(1), Some(Reason::CardExpired));
    for (language, lang) in [("fi", "<html lang=\"fi\">"), ("sv", "<html lang=\"sv\">"), ("en", "<html lang=\"en\">")] {
        let mut browser = bench.signed_in().await;
        browser.language = language;
        for path in PAGES {
            let answer = browser.get(path).await;
            let text = answer.text();
            assert!(text.contains(lang), "{path} {language}");
            assert!(text.trim_end().ends_with("</html>"), "{path}");
            assert!(!text.contains("Unknown localization"), "{path}: {text}");
            let csp = answer.header("content-security-policy");
            assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            for outside in
                ["http://", "https://", "src=\"//", "href=\"//", "<style", " style=", "onclick", "javascript:"]
            {
                assert!(!text.contains(outside), "{path}: {outside}");
            }
            assert!(answer.body.len() < 45_000, "{path}: {} bytes", answer.body.len());
        }
    }
}

#[tokio::test]
async fn the_statement_on_accessibility_is_for_everybody_and_help_for_whoever_is_signed_in() {
    let bench = Bench::new().await;
    let statement = bench.browser().get("/accessibility").await;
    assert_eq!(statement.status, StatusCode::OK);
    assert!(!statement.text().contains("<nav") && statement.text().contains("Traficom"), "{}", statement.text());
    assert_eq!(bench.browser().get("/help").await.status, StatusCode::SEE_OTHER);
    let mut browser = bench.signed_in().await;
    let help = browser.get("/help").await.text();
    // Help speaks of buttons by the words that stand on them.
    assert!(help.contains("“Hand out and show the receipt”") && help.contains("href=\"/desk\""), "{help}");
    assert!(browser.get("/accessibility").await.text().contains("<nav class=\"main\""));
}

#[tokio::test]
async fn the_menu_names_every_place_of_the_bar_and_the_demo_only_in_the_demo() {
    for demo in [false, true] {
        let bench = Bench::with(demo).await;
        let text = bench.signed_in().await.get("/").await.text();
        let (bar, menu) = text.split_once("<details class=\"menu\">").unwrap();
        let (bar, menu) = (links(bar), links(menu.split_once("</details>").unwrap().0));
        assert!(bar.len() > 5 && bar.iter().all(|place| menu.contains(place)), "{menu:?}");
        assert_eq!(menu.contains(&"/demo"), demo);
    }
}

/// The places of a part of the navigation.
fn links(part: &str) -> Vec<&str> {
    part.split("<li><a href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn a_persons_name_never_becomes_markup() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(2), None);
    let mut browser = bench.signed_in().await;
    for path in ["/", "/events", "/cards", "/cards/04A1B202", "/people", "/people/2", "/cards/04A1B201?who=script"] {
        let text = browser.get(path).await.text();
        assert!(!text.contains(EVIL), "{path}");
        assert!(text.contains("&#60;script&#62;"), "{path}: the name is missing");
    }
}

#[tokio::test]
async fn what_stands_in_the_url_never_becomes_markup() {
    let bench = Bench::with(true).await;
    let mut browser = bench.signed_in().await;
    let evil = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for path in [
        "/events?card=",
        "/cards?text=",
        "/people?text=",
        "/cards/04A1B201?who=",
        "/demo?signal=",
        "/demo?signal=denied&lock=",
    ] {
        let text = browser.get(&format!("{path}{evil}")).await.text();
        assert!(!text.contains("<script>alert"), "{path}");
    }
}

#[tokio::test]
async fn a_language_is_taken_from_the_browser_and_can_be_switched_anywhere() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    browser.language = "sv-FI,sv;q=0.9";
    assert!(browser.get("/sign-in").await.text().contains("Lösenord"));
    let back = browser.post("/language", "language=fi&back=%2Fsign-in%3Fnext%3D%252F").await;
    assert_eq!(back.header("location"), "/sign-in?next=%2F");
    assert!(browser.get("/sign-in").await.text().contains("Salasana"));

    let mut signed_in = bench.signed_in().await;
    signed_in.post("/language", "language=sv&back=%2Fdoors").await;
    let mut elsewhere = bench.signed_in().await;
    assert!(elsewhere.get("/doors").await.text().contains("Dörrar"), "it is remembered for the operator");
    let refused = signed_in.post("/language", "language=xx&back=%2F").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn filters_in_the_url_show_the_rows_that_they_name_and_no_other() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    bench.wait_ms(60_000);
    bench.tap(1, uid(1), Some(Reason::CardExpired));
    bench.wait_ms(60_000);
    bench.tap(2, uid(2), Some(Reason::UnknownCard));
    let mut browser = bench.signed_in().await;
    for (query, ids) in [
        ("", vec![3, 2, 1]),
        ("?door=pharmacy", vec![1]),
        ("?door=pharmacy&door=main", vec![3, 1]),
        ("?code=denied", vec![3, 2]),
        ("?reason=card-expired", vec![2]),
        ("?card=04:a1:b2:02", vec![3]),
        ("?person=1", vec![2, 1]),
        ("?from=2026-11-24T15:01", vec![3, 2]),
        ("?until=2026-11-24T15:01", vec![1]),
        ("?code=denied&door=pharmacy", vec![]),
        ("?before=3", vec![2, 1]),
        ("?after=1", vec![3, 2]),
    ] {
        let place = format!("/events{query}");
        if query.contains("card") || query.contains("person") {
            browser.say_why(&place).await;
        }
        let text = browser.get(&place).await.text();
        let shown: Vec<i64> =
            text.split("<tr data-id=\"").skip(1).map(|row| row.split('"').next().unwrap().parse().unwrap()).collect();
        assert_eq!(shown, ids, "{query}");
    }
}

#[tokio::test]
async fn a_filter_that_is_none_is_said_beside_its_field_and_kept() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let answer = browser.get("/events?card=12&code=denied").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(text.contains("id=\"card-problem\"") && text.contains("value=\"12\""));
    assert!(text.contains("<option value=\"denied\" selected>"));
}

#[tokio::test]
async fn many_events_are_paged_without_loss_or_repetition() {
    let mut bench = Bench::new().await;
    for _ in 0..120 {
        bench.tap(0, uid(1), None);
    }
    let mut browser = bench.signed_in().await;
    let mut path = "/events?code=granted".to_owned();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let text = browser.get(&path).await.text();
        seen.extend(text.split("<tr data-id=\"").skip(1).map(|row| {
            let id: i64 = row.split('"').next().unwrap().parse().unwrap();
            id
        }));
        let Some(older) = text.split("rel=\"next\"").next().filter(|_| text.contains("rel=\"next\"")) else {
            break;
        };
        let href = older.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
        path = href.replace("&#38;", "&");
    }
    assert_eq!(seen, (1..=120).rev().collect::<Vec<i64>>());
}

#[tokio::test]
async fn every_reason_of_a_denial_is_told() {
    let mut bench = Bench::new().await;
    for reason in Reason::ALL {
        bench.tap(0, uid(1), Some(*reason));
    }
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events").await.text();
    for sentence in ["The card has expired.", "The door is locked down.", "The right to practise has ended."] {
        assert!(text.contains(sentence), "{sentence}");
    }
}

#[tokio::test]
async fn errors_are_pages_with_plain_words() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (path, status, words) in [
        ("/nothing", StatusCode::NOT_FOUND, "There is nothing here"),
        ("/cards/zz", StatusCode::NOT_FOUND, "There is nothing here"),
        ("/people/99", StatusCode::NOT_FOUND, "There is nothing here"),
        ("/doors/none", StatusCode::NOT_FOUND, "There is nothing here"),
        ("/cards/04A1B201/transit", StatusCode::METHOD_NOT_ALLOWED, "That cannot be done here"),
        ("/people?after=x", StatusCode::UNPROCESSABLE_ENTITY, "does not hold"),
        ("/demo", StatusCode::NOT_FOUND, "There is nothing here"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(words) && answer.text().contains("maija"), "{path}: {}", answer.text());
    }
    let long = format!("name={}", "x".repeat(70_000));
    let answer = browser.post("/people", &long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text().contains("That was too much"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_compressed_and_the_first_page_stays_light() {
    let mut bench = Bench::new().await;
    for _ in 0..60 {
        bench.tap(0, uid(1), Some(Reason::CardExpired));
    }
    let mut browser = bench.signed_in().await;
    let get = |path: &str| browser.request(Method::GET, path).header("accept-encoding", "br, gzip");
    let page = bench.send(get("/events").body(Body::empty()).unwrap()).await;
    assert_eq!(page.header("content-encoding"), "", "the length of a page that repeats an address would tell of names");
    let text = page.text();
    let mut weight = page.body.len();
    for ending in [".css", ".js", ".svg"] {
        let end = text.find(ending).unwrap() + ending.len();
        let start = text[..end].rfind('"').unwrap() + 1;
        let packed = bench.send(get(&text[start..end]).body(Body::empty()).unwrap()).await;
        assert_eq!((packed.status, packed.header("content-encoding")), (StatusCode::OK, "gzip"));
        assert!(packed.header("cache-control").contains("immutable") && packed.header("vary") == "accept-encoding");
        weight += packed.body.len();
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.body.as_ref()).read_to_end(&mut unpacked).unwrap();
        let plain = bench.send(browser.request(Method::GET, &text[start..end]).body(Body::empty()).unwrap()).await;
        assert_eq!((plain.header("content-encoding"), plain.body.as_ref()), ("", unpacked.as_slice()));
    }
    assert!(weight < 60 * 1024, "{weight} bytes");
    assert_eq!(browser.get("/assets/other.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whatever_a_page_points_at_within_itself_is_there_once() {
    let mut bench = Bench::with(true).await;
    bench.tap(0, uid(1), Some(Reason::CardExpired));
    bench.site.raise_alarm("chain-gap", Some(&door(0)), None, bench.now()).unwrap();
    let mut browser = bench.signed_in().await;
    let mut pages = Vec::new();
    for path in PAGES.into_iter().chain(["/events?card=1"]) {
        pages.push((path, browser.get(path).await.text()));
    }
    for (path, form) in [("/cards", "uid=1&from=x"), ("/people", "name="), ("/cards/04A1B201/list", "from=x")] {
        pages.push((path, browser.post(path, form).await.text()));
    }
    for (path, text) in pages {
        let ids: Vec<&str> = attributes(&text, " id=\"").collect();
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| other == &id).count(), 1, "{path}: {id} twice");
        }
        let pointers = [" for=\"", " aria-describedby=\"", " href=\"#"];
        for target in pointers.iter().flat_map(|pointer| attributes(&text, pointer)) {
            assert!(ids.contains(&target), "{path}: {target} is nowhere");
        }
        for input in text.split("<input ").skip(1).chain(text.split("<select ").skip(1)) {
            let tag = input.split('>').next().unwrap();
            let labelled = tag.contains("hidden") || tag.contains("checkbox") || tag.contains("id=\"");
            assert!(labelled, "{path}: {tag} has no label");
        }
    }
}

fn attributes<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(name).skip(1).map(|rest| rest.split('"').next().unwrap())
}
