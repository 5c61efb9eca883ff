//! Who is in, reports with their drawings and spreadsheets, and the review of rights.

use access::event::EventKind;
use access::mode::Mode;
use access::passage::Side;
use access::reason::Reason;
use access::settings::DoorSettings;
use access::time::{UtcS, Window};
use access::uid::Uid;
use axum::http::{Method, StatusCode};
use db::site::{AreaId, CardKind, Effect, GroupId, GroupMatch, NewCard, NewPerson, NewRule, RuleEdit};
use serde_json::json;

use crate::support::{Bench, EVIL, NOW, actor, door, uid};

const KINDS: [&str; 6] = ["taps", "denials", "holds", "unused", "doors", "unreturned"];

/// A site with an area behind its second door, which one card went into; another was let in at the first door.
async fn occupied() -> (Bench, AreaId) {
    let mut bench = Bench::new().await;
    let area = bench.site.add_area(&actor(), "Lääkehuone", &[door(1)]).unwrap();
    let leads_into = Some(access::passage::AreaId(u32::try_from(area.0).unwrap()));
    bench.site.set_settings(&actor(), &door(1), DoorSettings { leads_into, ..DoorSettings::default() }).unwrap();
    let state = (bench.site.latest().unwrap(), Mode::Normal);
    bench.happen_in(1, state, EventKind::Entered { side: Side::In }, Some(uid(1)));
    bench.tap(0, uid(2), None);
    (bench, area)
}

/// A member of nobody's family: a person with a visitor's card, which needs no employment.
fn visitor(bench: &Bench, name: &str, number: u16) -> Uid {
    let [high, low] = number.to_be_bytes();
    let card = Uid::new(&[0x04, 0x77, high, low]).unwrap();
    let person = NewPerson { name: name.to_owned(), external_id: None };
    let person = bench.site.add_person(&actor(), person).unwrap().id;
    bench.site.add_card(&actor(), NewCard::new(card, CardKind::Visitor, Window::ALWAYS)).unwrap();
    bench.site.give_card(&actor(), &card, person, Window::ALWAYS).unwrap();
    card
}

/// A group of all visitors, who may pass the main door.
fn visitors(bench: &Bench) -> GroupId {
    let group = bench.site.add_group(&actor(), "Vieraat").unwrap();
    let area = bench.site.add_area(&actor(), "Aula", &[door(2)]).unwrap();
    let kind = GroupMatch { kind: Some(CardKind::Visitor), ..GroupMatch::default() };
    bench.site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches: vec![kind] }).unwrap();
    let schedule = access::entry::ScheduleId::ALWAYS;
    let window = Window::ALWAYS;
    let rule = NewRule { group, area, schedule, effect: Effect::Allow, window, note: String::new() };
    bench.site.add_rule(&actor(), rule).unwrap();
    group
}

#[tokio::test]
async fn the_evacuation_list_names_who_is_in_on_the_page_in_the_file_and_over_the_api() {
    let (mut bench, area) = occupied().await;
    let formula = visitor(&bench, "=HYPERLINK(1)", 1);
    bench.tap(2, formula, None);
    let mut browser = bench.signed_in().await;
    let text = browser.get("/inside").await.text();
    for part in ["<b>3</b>", "Lääkehuone", &format!("/inside/list?within=24h#area-{}", area.0)] {
        assert!(text.contains(part), "{part}");
    }
    let text = browser.get("/inside/list").await.text();
    for part in
        ["3 people are in.", "Lääkehuone: 1", "Maija Meikäläinen", "Let in elsewhere: 2", "Pääovi", "&#60;script&#62;"]
    {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains(EVIL));
    let file = browser.get("/inside/list.csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"kulku-evacuation.csv\"");
    let text = file.text();
    assert!(text.starts_with("\u{FEFF}Area,Person,Since,Last let in\r\n"), "{text}");
    assert!(text.contains("\r\nLääkehuone,Maija Meikäläinen,"), "{text}");
    assert!(text.contains(",'=HYPERLINK(1),"), "{text}");
    browser.language = "fi";
    assert!(browser.get("/inside/list.csv").await.text().contains("Lääkehuone;Maija Meikäläinen;"));
    let who = bench.api(Method::GET, "/inside", "").await.json();
    assert_eq!((who["total"].as_u64(), who["cut"].as_bool()), (Some(3), Some(false)));
    assert_eq!(who["areas"][0]["count"], json!(1));
    assert_eq!(who["people"][0]["person"]["name"], json!("Maija Meikäläinen"));
    assert_eq!(who["people"][0]["area"], json!(area.0));
    assert_eq!(who["people"][1]["area"], json!(null));
    let file = bench.api(Method::GET, "/inside.csv", "").await.text();
    assert!(
        file.starts_with(
            "area,person,name,cards,since,last_door,last_let_in\r\nLääkehuone,1,Maija Meikäläinen,04A1B201,"
        ),
        "{file}"
    );
    for path in ["/inside?within=x", "/inside/list?within=x", "/inside/list.csv?within=x", "/api/v1/inside?within=x"] {
        let answer = if let Some(path) = path.strip_prefix("/api/v1") {
            bench.api(Method::GET, path, "").await
        } else {
            browser.get(path).await
        };
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
}

#[tokio::test]
async fn whoever_left_is_on_no_list_and_whoever_went_in_long_ago_is_told_of() {
    let (mut bench, _) = occupied().await;
    let state = (bench.site.latest().unwrap(), Mode::Normal);
    bench.wait_ms(30 * 3_600_000);
    let mut browser = bench.signed_in().await;
    let text = browser.get("/inside/list").await.text();
    assert!(!text.contains("Maija") && text.contains("One card went in before this time"), "{text}");
    assert!(browser.get("/inside/list?within=week").await.text().contains("Maija"));
    bench.tap(1, uid(1), None);
    bench.happen_in(1, state, EventKind::Entered { side: Side::Out }, Some(uid(1)));
    let text = browser.get("/inside/list").await.text();
    assert!(!text.contains("Maija Meik") && text.contains("One person has left an area"), "{text}");
}

#[tokio::test]
async fn every_report_is_a_page_a_file_and_an_answer_of_the_api_in_every_language() {
    let (mut bench, _) = occupied().await;
    bench.tap(0, uid(1), Some(Reason::CardExpired));
    bench.wait_ms(1_000);
    let mut browser = bench.signed_in().await;
    for language in ["fi", "sv", "en"] {
        browser.language = language;
        for kind in KINDS {
            let page = browser.get(&format!("/reports/{kind}")).await;
            assert_eq!(page.status, StatusCode::OK, "{kind}");
            let text = page.text();
            assert!(!text.contains("Unknown localization"), "{kind} {language}");
            assert_eq!(text.contains("role=\"img\""), ["taps", "denials"].contains(&kind), "{kind}");
            let file = browser.get(&format!("/reports/{kind}.csv")).await;
            assert_eq!(file.status, StatusCode::OK, "{kind}");
            assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"kulku-{kind}.csv\""));
            let rows = file.text().lines().count() - 1;
            let items = bench.api(Method::GET, &format!("/reports/{kind}"), "").await.json();
            assert_eq!(items["items"].as_array().map(Vec::len), Some(rows), "{kind}: {items}");
        }
    }
    assert!(browser.get("/reports").await.text().contains("/reports/unreturned"));
}

#[tokio::test]
async fn taps_and_denials_are_counted_as_the_log_has_them() {
    let mut bench = Bench::new().await;
    for reason in [None, None, Some(Reason::CardExpired)] {
        bench.tap(0, uid(1), reason);
    }
    bench.wait_ms(1_000);
    let taps = bench.api(Method::GET, "/reports/taps", "").await.json();
    // 24 November 2026, 15:00 in Helsinki.
    let hour = "2026-11-24T13:00:00.000Z";
    assert_eq!(taps["items"], json!([{"hour": hour, "door": "pharmacy", "granted": 2, "denied": 1}]));
    let denials = bench.api(Method::GET, "/reports/denials?door=pharmacy", "").await.json();
    assert_eq!(denials["items"], json!([{"reason": "card-expired", "door": "pharmacy", "count": 1}]));
    let none = bench.api(Method::GET, "/reports/denials?door=main", "").await.json();
    assert_eq!(none["items"], json!([]));
    let mut browser = bench.signed_in().await;
    let text = browser.get("/reports/taps").await.text();
    assert!(text.contains("Let in: 2. Denied: 1. The busiest hour begins at 15."), "{text}");
    assert!(
        text.contains("/events?code=denied")
            || browser.get("/reports/denials").await.text().contains("/events?code=denied")
    );
    for (query, said) in [
        ("from=2026-01-01T00:00&until=2026-11-24T00:00", "31 days"),
        ("from=2026-11-24T10:00&until=2026-11-24T09:00", "after the beginning"),
        ("from=x", "Enter a date and a time"),
        ("door=attic", "no such door"),
    ] {
        let answer = browser.get(&format!("/reports/taps?{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(answer.text().contains(said), "{query}: {}", answer.text());
    }
    let answer = browser.get("/reports/unused?days=0").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_file_of_a_long_list_has_all_of_it_and_the_page_a_part() {
    let bench = Bench::new().await;
    visitors(&bench);
    for number in 0..210 {
        visitor(&bench, &format!("Vieras {number}"), number);
    }
    let mut browser = bench.signed_in().await;
    let text = browser.get("/reports/holds?door=main").await.text();
    assert_eq!(text.matches("<th scope=\"row\"").count(), 50);
    assert!(text.contains("rel=\"next\""));
    let file = browser.get("/reports/holds.csv?door=main").await.text();
    assert_eq!(file.lines().count(), 1 + 210, "{file}");
    for number in [0, 49, 50, 199, 200, 209] {
        assert_eq!(file.matches(&format!(",Vieras {number},")).count(), 1, "{number}");
    }
    let mut after = String::new();
    let mut all = 0;
    loop {
        let page = bench.api(Method::GET, &format!("/reports/holds?door=main&limit=100{after}"), "").await.json();
        all += page["items"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(all, 210);
}

#[tokio::test]
async fn rights_are_confirmed_with_a_date_and_what_changed_meanwhile_is_shown_instead() {
    let bench = Bench::new().await;
    let group = visitors(&bench);
    let place = format!("/reports/review/groups/{}", group.0);
    let mut browser = bench.signed_in().await;
    let list = browser.get("/reports/review").await.text();
    assert!(list.contains("Never confirmed") && list.contains(&place), "{list}");
    let text = browser.get(&place).await.text();
    // The usual time is 180 days.
    assert!(text.contains("value=\"2027-05-23\""), "{text}");
    let seen = text.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(seen.len(), 64);
    for (form, said) in [
        (format!("seen={seen}&due=2027-05-23"), "Tick the box"),
        (format!("seen={seen}&due=&confirmed=yes"), "Enter a value"),
        (format!("seen={seen}&due=2020-01-01&confirmed=yes"), "outside the permitted range"),
        ("seen=zz&due=2027-05-23&confirmed=yes".to_owned(), "has changed meanwhile"),
    ] {
        let answer = browser.post(&place, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text().contains(said), "{form}: {}", answer.text());
    }
    let signed = browser.post(&place, &format!("seen={seen}&due=2027-05-23&confirmed=yes&note=Tarpeen")).await;
    assert_eq!(signed.header("location"), format!("{place}?done=review-signed"));
    let due = browser.get("/reports/review?show=due").await.text();
    assert!(!due.contains(&place), "it was confirmed");
    assert_eq!(browser.get("/reports/review?show=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = browser.get(&place).await.text();
    for part in ["Tarpeen", "maija, ", "Confirmed"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(browser.get("/log").await.text().contains(&format!("href=\"{place}\"")));
    bench.site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches: Vec::new() }).unwrap();
    let stale = browser.post(&place, &format!("seen={seen}&due=2027-05-23&confirmed=yes")).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(browser.get("/reports/review").await.text().contains("Changed since it was confirmed"));
    assert!(browser.get("/reports/review?show=due").await.text().contains(&place));
    let before = bench.site.latest().unwrap();
    for days in ["x", "6", ""] {
        let answer = browser.post("/reports/review/days", &format!("days={days}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{days}");
    }
    assert_eq!(bench.site.latest().unwrap(), before);
    let set = browser.post("/reports/review/days", "days=90").await;
    assert_eq!(set.header("location"), "/reports/review?done=review-days-set");
    for gone in ["/reports/review/groups/99", "/reports/review/people/99", "/reports/review/people/x"] {
        assert_eq!(browser.get(gone).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
}

#[tokio::test]
async fn a_program_confirms_what_it_has_seen_and_nothing_else() {
    let bench = Bench::new().await;
    let due = "2027-05-24T00:00:00Z";
    let seen = bench.api(Method::GET, "/reviews/people/1", "").await.json();
    assert_eq!((seen["due"].as_bool(), seen["confirmed"].is_null()), (Some(true), true));
    let body = |seen: &str| json!({"seen": seen, "due": due, "note": "ok"}).to_string();
    let signed = bench.api(Method::POST, "/reviews/people/1", &body(seen["seen"].as_str().unwrap())).await;
    assert_eq!(signed.status, StatusCode::CREATED, "{}", signed.text());
    let signed = signed.json();
    assert_eq!((signed["due"].as_bool(), signed["confirmed"]["note"].as_str()), (Some(false), Some("ok")));
    let people = bench.api(Method::GET, "/reviews/people", "").await.json();
    assert_eq!(people["items"][0]["id"], json!(1));
    let due_now = bench.api(Method::GET, "/reviews/people?show=due", "").await.json();
    assert_eq!(due_now["items"], json!([]));
    bench.site.list_card(&actor(), &uid(1), &door(2), Window::ALWAYS).unwrap();
    let stale = bench.api(Method::POST, "/reviews/people/1", &body(seen["seen"].as_str().unwrap())).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(stale.json()["code"], json!("changed-since"));
    for wrong in [json!({"seen": "0", "due": due}), json!({"seen": "00".repeat(32), "due": "x"})] {
        let answer = bench.api(Method::POST, "/reviews/people/1", &wrong.to_string()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let days = bench.api(Method::PUT, "/reviews/days", "{\"days\": 30}").await;
    assert_eq!((days.status, bench.site.review_days().unwrap()), (StatusCode::OK, 30));
    assert!(bench.site.review(db::site::ReviewOf::Person(db::site::PersonId(1))).unwrap().is_due(UtcS(NOW / 1_000)));
}
