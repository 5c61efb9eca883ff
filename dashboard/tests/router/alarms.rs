//! Alarms: the list, one with its history, what is done with it, what is muted and what was not delivered.

use access::event::{EventKind, ModeCause, Watched};
use access::mode::Mode;
use access::passage::Side;
use axum::http::{Method, StatusCode};
use db::site::{AlarmFilter, Channel, Severity};
use serde_json::json;

use crate::support::{Bench, actor, door, uid};

/// A site where a door was forced, and where another is offline.
async fn bench() -> (Bench, i64) {
    let mut bench = Bench::new().await;
    bench.happen(0, EventKind::ForcedOpen, None);
    let id = bench.site.alarms(&AlarmFilter::default(), bench.now(), 1).unwrap()[0].id;
    bench.wait_ms(60_000);
    bench.site.raise_alarm("door-offline", Some(&door(1)), None, bench.now()).unwrap();
    (bench, id)
}

#[tokio::test]
async fn an_alarm_tells_what_happened_and_what_to_do_in_three_languages() {
    let (bench, id) = bench().await;
    for (language, kind, advice) in [
        ("en", "Door forced open", "Look who is there"),
        ("fi", "Ovi avattiin luvatta", "Katso, kuka siellä on"),
        ("sv", "Dörren öppnades otillåtet", "Se efter vem som är där"),
    ] {
        let mut browser = bench.signed_in().await;
        browser.language = language;
        let list = browser.get("/alarms").await.text();
        assert!(list.contains(kind) && list.contains(&format!("/alarms/{id}\"")), "{language}");
        let text = browser.get(&format!("/alarms/{id}")).await.text();
        for part in [kind, advice, "/events/1\"", "Apteekki"] {
            assert!(text.contains(part), "{language}: {part}");
        }
        assert!(!text.contains("Unknown localization"), "{language}");
    }
}

#[tokio::test]
async fn the_list_shows_what_is_wished_for_and_no_other() {
    let (bench, id) = bench().await;
    bench.site.acknowledge_alarm(&actor(), id, "a key").unwrap();
    let mut browser = bench.signed_in().await;
    for (query, forced, offline) in [
        ("", false, true),
        ("?state=acknowledged", true, false),
        ("?state=closed", false, false),
        ("?state=all", true, true),
        ("?state=all&kind=forced-open", true, false),
        ("?state=all&door=ward-3", false, true),
    ] {
        let text = browser.get(&format!("/alarms{query}")).await.text();
        let shows = |number: i64| text.contains(&format!("id=\"alarm-{number}\""));
        assert_eq!((shows(id), shows(id + 1)), (forced, offline), "{query}");
    }
    assert!(browser.get("/alarms").await.text().contains("One is acknowledged and not closed"));
    for bad in ["?state=x", "?door=%C3%84", "?after=x", "?after=1-x"] {
        assert_eq!(browser.get(&format!("/alarms{bad}")).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert_eq!(bench.api(Method::GET, &format!("/alarms{bad}"), "").await.status, 422, "{bad}");
    }
    assert_eq!(browser.get("/alarms/x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/alarms/99").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_alarm_is_taken_acknowledged_and_closed_and_its_history_says_by_whom() {
    let (bench, id) = bench().await;
    let mut browser = bench.signed_in().await;
    let own = format!("/alarms/{id}");
    let done = browser.post(&format!("{own}/owner"), "owner=maija").await;
    assert_eq!(done.header("location"), format!("{own}?done=alarm-given"));
    let refused = browser.post(&format!("{own}/owner"), "owner=nobody-known").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("id=\"owner-problem\""));
    browser.post(&format!("{own}/acknowledge"), "comment=A+key+was+used").await;
    // The door still stands forced: whoever closes it has to say why.
    let refused = browser.post(&format!("{own}/close"), "comment=").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("id=\"close-problem\""));
    browser.post(&format!("{own}/close"), "comment=The+lock+is+broken").await;
    let text = browser.get(&own).await.text();
    for part in ["Given to: maija", "A key was used", "The lock is broken", "Closed by maija"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(&format!("{own}/close\"")), "nothing more is to be done with it");
    let late = browser.post(&format!("{own}/owner"), "owner=maija").await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_kind_is_muted_at_a_door_until_a_time_and_shows_so() {
    let (bench, id) = bench().await;
    let mut browser = bench.signed_in().await;
    for (form, field) in [
        ("until=&reason=works", "until"),
        ("until=tomorrow&reason=works", "until"),
        ("until=2026-11-24T14%3A00&reason=works", "until"),
        ("until=2027-11-24T14%3A00&reason=works", "until"),
        ("until=2026-11-24T18%3A00&reason=", "reason"),
    ] {
        let refused = browser.post(&format!("/alarms/{id}/mute"), form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.text().contains(&format!("id=\"{field}-problem\"")), "{form}");
    }
    assert!(bench.site.alarm_mutes(bench.now()).unwrap().is_empty());
    let form = "where=door&until=2026-11-24T18%3A00&reason=Works+at+the+door";
    let done = browser.post(&format!("/alarms/{id}/mute"), form).await;
    assert_eq!(done.header("location"), format!("/alarms/{id}?done=alarm-muted"));
    assert!(browser.get("/alarms").await.text().contains("Muted until 24 Nov 2026, 18:00:00"));
    let mutes = browser.get("/alarms/mutes").await.text();
    assert!(mutes.contains("Works at the door") && mutes.contains("Apteekki"));
    let mute = bench.site.alarm_mutes(bench.now()).unwrap()[0].id;
    browser.post(&format!("/alarms/mutes/{mute}/end"), "").await;
    assert!(browser.get("/alarms/mutes").await.text().contains("Nothing is muted."));
}

#[tokio::test]
async fn what_was_not_delivered_is_tried_again_or_dropped() {
    let bench = Bench::new().await;
    let channel = Channel { name: "duty".to_owned(), severity: Severity::Notice };
    bench.site.set_channels(&[channel], bench.now()).unwrap();
    bench.site.raise_alarm("chain-fork", Some(&door(0)), None, bench.now()).unwrap();
    let waiting = bench.site.notifications_due("duty", bench.now(), 5).unwrap();
    let ids: Vec<i64> = waiting.iter().map(|one| one.id).collect();
    while bench.site.dead_letters(bench.now(), 1).unwrap().is_empty() {
        bench.site.notifications_failed(&ids, "connection refused", bench.now()).unwrap();
    }
    let mut browser = bench.signed_in().await;
    let text = browser.get("/alarms/undelivered").await.text();
    assert!(text.contains("connection refused") && text.contains("duty"), "{text}");
    let place = format!("/alarms/undelivered/{}", ids[0]);
    assert_eq!(browser.post(&place, "do=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.post(&place, "do=retry").await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/alarms/undelivered").await.text().contains("Everything was delivered."));
    assert_eq!(browser.post(&place, "do=drop").await.status, StatusCode::NOT_FOUND, "it was not given up");
}

#[tokio::test]
async fn the_api_does_the_same() {
    let (bench, id) = bench().await;
    let first = bench.api(Method::GET, "/alarms?limit=1", "").await.json();
    assert_eq!(first["items"][0]["kind"], "door-offline");
    let next = first["next"].as_str().unwrap();
    let second = bench.api(Method::GET, &format!("/alarms?limit=1&after={next}"), "").await.json();
    assert_eq!(
        (&second["items"][0]["kind"], &second["items"][0]["severity"]),
        (&json!("forced-open"), &json!("urgent"))
    );
    let one = bench.api(Method::GET, &format!("/alarms/{id}"), "").await.json();
    assert_eq!((&one["steps"][0]["what"], &one["events"][0]["code"]), (&json!("raised"), &json!("forced-open")));
    let given = bench.api(Method::PUT, &format!("/alarms/{id}/owner"), r#"{"owner": "maija"}"#).await.json();
    assert_eq!(given["owner"], "maija");
    let refused = bench.api(Method::PUT, &format!("/alarms/{id}/owner"), r#"{"owner": "x"}"#).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (422, &json!("unknown-operator")));
    let done = bench.api(Method::POST, &format!("/alarms/{id}/acknowledge"), r#"{"comment": "ok"}"#).await.json();
    assert_eq!((&done["state"], &done["acknowledged"]["comment"]), (&json!("acknowledged"), &json!("ok")));
    assert_eq!(bench.api(Method::POST, &format!("/alarms/{id}/close"), "").await.status, 422);
    let closed = bench.api(Method::POST, &format!("/alarms/{id}/close"), r#"{"comment": "mended"}"#).await.json();
    assert_eq!(closed["closed"]["operator"], "maija");
    let mute = r#"{"kind": "held-open", "door": "main", "until": "2026-11-24T18:00:00+02:00", "reason": "works"}"#;
    let made = bench.api(Method::POST, "/alarms/mutes", mute).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let mutes = bench.api(Method::GET, "/alarms/mutes", "").await.json();
    assert_eq!((&mutes["items"][0]["id"], &mutes["items"][0]["door"]), (&made.json()["id"], &json!("main")));
    assert_eq!(bench.api(Method::DELETE, &format!("/alarms/mutes/{}", made.json()["id"]), "").await.status, 204);
    for bad in [
        r#"{"kind": "nothing", "until": "2026-11-24T18:00:00Z", "reason": "x"}"#,
        r#"{"kind": "held-open", "until": "soon", "reason": "x"}"#,
        r#"{"kind": "held-open", "door": "none", "until": "2026-11-24T18:00:00Z", "reason": "x"}"#,
        r#"{"kind": "held-open", "until": "2026-11-24T18:00:00Z", "reason": ""}"#,
    ] {
        assert_eq!(bench.api(Method::POST, "/alarms/mutes", bad).await.status, 422, "{bad}");
    }
    assert_eq!(bench.api(Method::GET, "/alarms/undelivered", "").await.json()["items"], json!([]));
    assert_eq!(bench.api(Method::DELETE, "/alarms/undelivered/7", "").await.status, 404);
}

#[tokio::test]
async fn what_happens_at_a_door_is_told_in_words() {
    let mut bench = Bench::new().await;
    bench.happen(0, EventKind::Entered { side: Side::Out }, Some(uid(1)));
    bench.happen(0, EventKind::Raised(Watched::Fire), None);
    bench.happen(0, EventKind::Cleared(Watched::Mains), None);
    bench.happen(0, EventKind::LockedOut { for_s: 60 }, None);
    bench.happen(0, EventKind::ModeChanged { from: Mode::Unlocked, cause: ModeCause::Time }, None);
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events").await.text();
    for part in [
        "Went through",
        "At the reader inside",
        "Fire alarm",
        "Mains power back",
        "For 60 s",
        "All cards that the door does not know",
        "Its time had come.",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let events = bench.api(Method::GET, "/events?code=mode-changed", "").await.json();
    assert_eq!((&events["items"][0]["from"], &events["items"][0]["cause"]), (&json!("unlocked"), &json!("time")));
}
