//! Lockdowns: seen before they begin, named on every page while they hold, and lifted.

use access::entry::ScheduleId;
use access::event::Faults;
use access::message::Leaf;
use access::mode::Mode;
use access::time::Window;
use axum::http::{Method, StatusCode};
use db::site::{Effect, NewRule};
use serde_json::json;

use crate::support::{Bench, actor, door};

#[tokio::test]
async fn a_lockdown_is_seen_first_then_begins_and_names_the_doors_that_do_not_have_it() {
    let bench = Bench::new().await;
    bench.tell(0, Mode::Normal, Leaf::Closed, Faults::NONE);
    bench.tell(1, Mode::Normal, Leaf::Closed, Faults::NONE);
    let mut browser = bench.signed_in().await;
    assert!(browser.get("/lockdown").await.text().contains("No lockdown is in force"));
    let before = bench.site.latest().unwrap();
    let query = "where=site&reason=Somebody+with+a+knife&until=";
    let look = browser.get(&format!("/lockdown/start?{query}")).await.text();
    for part in [
        "3 doors lock at once",
        "1 of them has no connection",
        "Pääovi",
        "No rule exempts anybody",
        "Exits stay free",
        "until somebody lifts it",
        "Somebody with a knife",
        "Lock 3 doors down now",
    ] {
        assert!(look.contains(part), "{part}");
    }
    assert_eq!(bench.site.latest().unwrap(), before, "looking changes nothing");

    let begun = browser.post("/lockdown", query).await;
    let id = bench.site.lockdowns(Some(bench.now().second()), 10).unwrap()[0].id;
    assert_eq!(begun.header("location"), format!("/lockdown?done=lockdown-started#lockdown-{id}"));
    bench.tell(0, Mode::LockedDown, Leaf::Closed, Faults::NONE);
    let text = browser.get("/lockdown").await.text();
    for part in ["In force at 1 of 3 doors", "Osasto 3", "connected, has not confirmed", "no connection", "maija"] {
        assert!(text.contains(part), "{part}");
    }
    bench.tell(1, Mode::LockedDown, Leaf::Closed, Faults::NONE);
    bench.tell(2, Mode::LockedDown, Leaf::Closed, Faults::NONE);
    assert!(browser.get("/lockdown").await.text().contains("In force at all 3 doors"));

    let silent = browser.post(&format!("/lockdown/{id}/lift"), "lifted=").await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.text().contains(&format!("lift-{id}-problem")));
    let lifted = browser.post(&format!("/lockdown/{id}/lift"), "lifted=It+was+a+fork").await;
    assert_eq!(lifted.header("location"), "/lockdown?done=lockdown-lifted");
    let after = browser.get("/lockdown").await.text();
    assert!(after.contains("No lockdown is in force") && after.contains("It was a fork"));
    let twice = browser.post(&format!("/lockdown/{id}/lift"), "lifted=again").await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text().contains("over already"));
}

#[tokio::test]
async fn every_page_says_that_a_lockdown_holds_until_it_is_over() {
    let bench = Bench::new().await;
    let until = access::time::UtcS(bench.now().second().0 + 3_600);
    let scope = db::site::LockdownScope::Door(door(0));
    bench.site.lock_down(&actor(), &scope, Some(until), "Drill").unwrap();
    for (language, said) in [
        ("en", "Lockdown in force: Door Apteekki"),
        ("fi", "Hätälukitus voimassa: Ovi Apteekki"),
        ("sv", "Nödlåsning gäller: Dörren Apteekki"),
    ] {
        let mut browser = bench.signed_in().await;
        browser.language = language;
        for path in
            ["/", "/doors", "/doors/pharmacy", "/cards", "/people", "/events", "/rules", "/lockdown", "/nothing"]
        {
            let text = browser.get(path).await.text();
            assert!(text.contains(said), "{language} {path}");
        }
    }
    assert!(!bench.browser().get("/sign-in").await.text().contains("Apteekki"), "strangers hear nothing");
    bench.wait_ms(3_600_000);
    let mut browser = bench.signed_in().await;
    assert!(!browser.get("/").await.text().contains("Lockdown in force"));
}

#[tokio::test]
async fn who_still_passes_is_told_for_the_doors_that_are_meant() {
    let bench = Bench::new().await;
    let group = bench.site.add_group(&actor(), "Vartijat").unwrap();
    let wards = bench.site.add_area(&actor(), "Osastot", &[door(1)]).unwrap();
    let other = bench.site.add_area(&actor(), "Muut", &[door(2)]).unwrap();
    let (schedule, window, note) = (ScheduleId::ALWAYS, Window::ALWAYS, String::new());
    let rule = NewRule { group, area: wards, schedule, effect: Effect::Exempt, window, note };
    bench.site.add_rule(&actor(), rule).unwrap();
    let mut browser = bench.signed_in().await;
    for (place, passes) in [
        ("site".to_owned(), true),
        (format!("area:{}", wards.0), true),
        (format!("area:{}", other.0), false),
        ("door:ward-3".to_owned(), true),
        ("door:main".to_owned(), false),
    ] {
        let text = browser.get(&format!("/lockdown/start?where={place}&reason=x")).await.text();
        assert_eq!(text.contains("Vartijat"), passes, "{place}");
        assert_eq!(text.contains("No rule exempts anybody"), !passes, "{place}");
    }
}

#[tokio::test]
async fn a_reason_is_there_to_be_pressed_and_what_is_wrong_begins_nothing() {
    let bench = Bench::new().await;
    bench.add_desk();
    let mut browser = bench.signed_in().await;
    let quick = browser.get("/lockdown/start?where=door%3Amain&reason=&until=&quick=lockdown-reason-intruder").await;
    assert!(quick.text().contains("value=\"Intruder in the building\""));
    let written = browser.get("/lockdown/start?where=site&reason=Own+words&quick=lockdown-reason-intruder").await;
    assert!(written.text().contains("value=\"Own words\""), "what is written counts");
    let before = bench.site.latest().unwrap();
    for (form, field) in [
        ("where=site&reason=&until=", "reason-problem"),
        ("where=everywhere&reason=x&until=", "where-problem"),
        ("where=area%3A99&reason=x&until=", "where-problem"),
        ("where=door%3Adesk&reason=x&until=", "where-problem"),
        ("where=door%3Anone&reason=x&until=", "where-problem"),
        ("where=site&reason=x&until=2026-11-24T14%3A00", "until-problem"),
    ] {
        let looked = browser.get(&format!("/lockdown/start?{form}")).await;
        let posted = browser.post("/lockdown", form).await;
        for answer in [looked, posted] {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
            assert!(answer.text().contains(field), "{form}: {}", answer.text());
        }
    }
    assert_eq!(bench.site.latest().unwrap(), before);
}

#[tokio::test]
async fn the_api_starts_lists_and_lifts_lockdowns() {
    let bench = Bench::new().await;
    bench.tell(0, Mode::Normal, Leaf::Closed, Faults::NONE);
    let area = bench.site.add_area(&actor(), "Osastot", &[door(0), door(1)]).unwrap().0;
    let body = json!({"scope": "area", "area": area, "reason": "Threat"}).to_string();
    let begun = bench.api(Method::POST, "/lockdowns", &body).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    let place = begun.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    bench.tell(0, Mode::LockedDown, Leaf::Closed, Faults::NONE);
    let shown = bench.api(Method::GET, &place, "").await.json();
    assert_eq!((&shown["scope"], &shown["name"]), (&json!("area"), &json!("Osastot")));
    assert_eq!((&shown["doors"], &shown["in_force"]), (&json!(2), &json!(1)));
    assert_eq!((&shown["missing"], &shown["operator"]), (&json!(["ward-3"]), &json!("maija")));
    let door = bench.api(Method::GET, "/doors/ward-3", "").await.json();
    assert_eq!((&door["mode_ordered"], &door["lockdowns"][0]["id"]), (&json!("locked-down"), &shown["id"]));
    for (body, field) in [
        (json!({"scope": "house", "reason": "x"}), "scope"),
        (json!({"scope": "site", "area": 1, "reason": "x"}), "scope"),
        (json!({"scope": "area", "reason": "x"}), "area"),
        (json!({"scope": "area", "area": 999, "reason": "x"}), "area"),
        (json!({"scope": "door", "door": "none", "reason": "x"}), "door"),
        (json!({"scope": "site", "reason": " "}), "reason"),
        (json!({"scope": "site", "reason": "x", "until": "2020-01-01T00:00:00Z"}), "until"),
    ] {
        let answer = bench.api(Method::POST, "/lockdowns", &body.to_string()).await;
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{body}"
        );
    }
    let lift = format!("{place}/lift");
    assert_eq!(bench.api(Method::POST, &lift, "{}").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let lifted = bench.api(Method::POST, &lift, r#"{"reason":"Over"}"#).await.json();
    assert_eq!((&lifted["lifted"]["reason"], &lifted["lifted"]["operator"]), (&json!("Over"), &json!("maija")));
    assert_eq!(bench.api(Method::POST, &lift, r#"{"reason":"Over"}"#).await.status, StatusCode::CONFLICT);
    assert_eq!(bench.api(Method::GET, "/lockdowns", "").await.json()["items"], json!([]));
    let all = bench.api(Method::GET, "/lockdowns?open=false", "").await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    assert_eq!(bench.api(Method::GET, "/lockdowns/99", "").await.status, StatusCode::NOT_FOUND);
}
