//! Rules against passing back, who is inside, forgiving, longer time at doors, and cards that nobody uses.

use access::chain::Link;
use access::entry::Comfort;
use access::event::{Event, EventKind, Subject};
use access::mode::Mode;
use access::passage::Side;
use access::settings::DoorSettings;
use access::time::{ClockTrust, MonoMs};
use access::whitelist::Generation;
use axum::http::{Method, StatusCode};
use db::site::{AreaId, PassbackRule, PersonId, Report};
use serde_json::json;

use crate::support::{Bench, actor, door, uid};

/// A site with an area behind its second door, and a card that went in.
async fn inside() -> (Bench, AreaId) {
    let bench = Bench::new().await;
    let area = bench.site.add_area(&actor(), "Lääkehuone", &[door(1)]).unwrap();
    let leads_into = Some(access::passage::AreaId(u32::try_from(area.0).unwrap()));
    bench.site.set_settings(&actor(), &door(1), DoorSettings { leads_into, ..DoorSettings::default() }).unwrap();
    let event = Event {
        sequence: 1,
        boot: 1,
        mono: MonoMs(10),
        utc: bench.now(),
        trust: ClockTrust::Synchronised,
        generation: Generation(1),
        // Where a door leads is told by the settings that it had.
        state_generation: bench.site.latest().unwrap(),
        mode: Mode::Normal,
        kind: EventKind::Entered { side: Side::In },
        subject: Some(Subject { uid: uid(1), salt: [7; 16] }),
    };
    let (previous, received) = (Link::START, bench.now());
    let report = Report { door: door(1), epoch: 1, boot: 1, previous, events: vec![event], received };
    bench.site.intake(&[report]).unwrap();
    assert_eq!(bench.site.presence(area, None, 10).unwrap().len(), 1);
    (bench, area)
}

#[tokio::test]
async fn a_rule_against_passing_back_is_set_shown_and_taken_away() {
    let (bench, area) = inside().await;
    let mut browser = bench.signed_in().await;
    let place = format!("/rules/areas/{}", area.0);
    for (language, said) in
        [("en", "Rule against passing back"), ("fi", "Uudelleensisäänkulun esto"), ("sv", "Spärr mot återinpassering")]
    {
        browser.language = language;
        for path in [place.clone(), format!("{place}/inside")] {
            assert!(browser.get(&path).await.text().contains(said), "{language} {path}");
        }
    }
    browser.language = "en";
    let set = browser.post(&format!("{place}/passback"), "rule=denied&within_s=600&forgiven_at=03%3A30").await;
    assert_eq!(set.header("location"), format!("{place}?done=passback-set#passback"));
    let rule = PassbackRule { hard: true, within_s: Some(600), forgiven_at: Some(210) };
    assert_eq!(bench.site.area(area).unwrap().passback, Some(rule));
    let text = browser.get(&place).await.text();
    for part in ["<option value=\"denied\" selected>", "value=\"600\"", "value=\"03:30\""] {
        assert!(text.contains(part), "{part}");
    }
    let before = bench.site.latest().unwrap();
    for (form, said) in [
        ("rule=perhaps", "Choose one of the values"),
        ("rule=told&within_s=5", "outside the permitted range"),
        ("rule=told&within_s=x", "Enter a number"),
        ("rule=told&forgiven_at=24%3A00", "Enter a time of the day"),
    ] {
        let answer = browser.post(&format!("{place}/passback"), form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text().contains(said), "{form}");
    }
    assert_eq!(bench.site.latest().unwrap(), before);
    browser.post(&format!("{place}/passback"), "rule=off&within_s=600").await;
    assert_eq!(bench.site.area(area).unwrap().passback, None);
}

#[tokio::test]
async fn who_is_inside_is_shown_and_forgiven_with_a_reason() {
    let (bench, area) = inside().await;
    let mut browser = bench.signed_in().await;
    let place = format!("/rules/areas/{}/inside", area.0);
    let one = format!("{place}/{}", uid(1).hex());
    let text = browser.get(&place).await.text();
    for part in ["Maija Meikäläinen", "Osasto 3", &one] {
        assert!(text.contains(part), "{part}");
    }
    assert!(browser.get(&one).await.text().contains("Forgive the card"));
    for form in ["scope=here&reason=", "scope=there&reason=x", "reason=x"] {
        assert_eq!(browser.post(&one, form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
    }
    assert_eq!(bench.site.presence(area, None, 10).unwrap().len(), 1, "nothing was forgiven");
    let forgiven = browser.post(&one, "scope=here&reason=Went+out+with+a+colleague").await;
    assert_eq!(forgiven.header("location"), format!("{place}?done=card-forgiven"));
    assert!(browser.get(&place).await.text().contains("No card is inside"));
    let twice = browser.post(&one, "scope=everywhere&reason=again").await;
    assert!(twice.text().contains("This card is not inside there"));
    assert!(browser.get("/log").await.text().contains("Card forgiven"));
}

#[tokio::test]
async fn programs_do_the_same() {
    let (bench, area) = inside().await;
    let place = format!("/areas/{}", area.0);
    let rule = json!({"rule": "told", "within_s": null, "forgiven_at": "03:30"});
    let set = bench.api(Method::PUT, &format!("{place}/passback"), &rule.to_string()).await;
    assert_eq!((set.status, set.json()), (StatusCode::OK, rule.clone()));
    assert_eq!(bench.api(Method::GET, &format!("{place}/passback"), "").await.json(), rule);
    for (body, field, code) in [
        (json!({"rule": "soft"}), "rule", "unknown-code"),
        (json!({"rule": "told", "forgiven_at": "25:00"}), "forgiven_at", "not-an-hour"),
        (json!({"rule": "told", "within_s": 5}), "within_s", "out-of-range"),
    ] {
        let problem = bench.api(Method::PUT, &format!("{place}/passback"), &body.to_string()).await.json();
        assert_eq!((problem["field"].as_str(), problem["code"].as_str()), (Some(field), Some(code)), "{body}");
    }
    let list = bench.api(Method::GET, &format!("{place}/inside"), "").await.json();
    assert_eq!(list["items"][0]["card"], uid(1).hex());
    assert_eq!(list["items"][0]["door"], "ward-3");
    assert_eq!(list["items"][0]["person"]["id"], 1);
    let forgive = format!("/cards/{}/forgive", uid(1).hex());
    let silent = bench.api(Method::POST, &forgive, &json!({"reason": ""}).to_string()).await;
    assert_eq!((silent.status, silent.json()["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("reason")));
    let forgiven = bench.api(Method::POST, &forgive, &json!({"reason": "Fire drill"}).to_string()).await;
    assert_eq!(forgiven.json(), json!({"areas": 1}));
    assert_eq!(bench.api(Method::GET, "/areas/99/inside", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn somebody_gets_longer_at_doors_and_the_usual_time_again() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (language, said) in [("en", "Give longer time"), ("fi", "Anna enemmän aikaa"), ("sv", "Ge längre tid")] {
        browser.language = language;
        assert!(browser.get("/people/1").await.text().contains(said), "{language}");
    }
    browser.language = "en";
    let set = browser.post("/people/1/comfort", "longer=yes").await;
    assert_eq!(set.header("location"), "/people/1?done=comfort-set#comfort");
    assert_eq!(bench.site.person(PersonId(1)).unwrap().comfort, Comfort::LONG);
    assert!(browser.get("/people/1").await.text().contains("Needs longer at doors"));
    assert_eq!(browser.post("/people/1/comfort", "longer=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let usual = bench.api(Method::PUT, "/people/1/comfort", &json!({"needs_longer": false}).to_string()).await;
    assert_eq!(usual.json()["needs_longer"], false);
    assert_eq!(bench.site.person(PersonId(1)).unwrap().comfort, Comfort::NONE);
    let nobody = bench.api(Method::PUT, "/people/99/comfort", &json!({"needs_longer": true}).to_string()).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn unused_cards_are_suspended_only_if_somebody_says_after_how_many_days() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (language, said) in
        [("en", "Cards that nobody uses"), ("fi", "Käyttämättömät kortit"), ("sv", "Kort som ingen använder")]
    {
        browser.language = language;
        assert!(browser.get("/settings").await.text().contains(said), "{language}");
    }
    browser.language = "en";
    assert_eq!(bench.site.inactivity().unwrap(), None);
    assert_eq!(browser.post("/settings", "days=90").await.header("location"), "/settings?done=site-set");
    assert_eq!(bench.site.inactivity().unwrap(), Some(90));
    for days in ["0", "13", "1831", "x", "-1"] {
        let answer = browser.post("/settings", &format!("days={days}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{days}");
    }
    assert_eq!(bench.api(Method::GET, "/settings", "").await.json(), json!({"inactivity_days": 90}));
    let left_out = bench.api(Method::PUT, "/settings", "{}").await;
    assert_eq!(left_out.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is switched off by being left out");
    let off = bench.api(Method::PUT, "/settings", &json!({"inactivity_days": null}).to_string()).await;
    assert_eq!(off.json(), json!({"inactivity_days": null}));
    assert_eq!(bench.site.inactivity().unwrap(), None);
}

#[tokio::test]
async fn a_rule_for_lockdowns_can_be_chosen_and_says_that_it_lets_nobody_in() {
    let bench = Bench::new().await;
    let group = bench.site.add_group(&actor(), "Vartijat").unwrap();
    let area = bench.site.add_area(&actor(), "Osastot", &[door(1)]).unwrap();
    let mut browser = bench.signed_in().await;
    for (language, effect, hint) in [
        ("en", "Passes in a lockdown", "lets nobody in by itself"),
        ("fi", "Ohittaa hätälukituksen", "ei yksin päästä ketään sisään"),
        ("sv", "", "släpper inte ensam in någon"),
    ] {
        browser.language = language;
        let text = browser.get("/rules/new").await.text();
        assert!(text.contains(effect) && text.contains(hint), "{language}");
    }
    browser.language = "en";
    let form = format!("group={}&area={}&schedule=0&effect=exempt&from=&until=&note=", group.0, area.0);
    let preview = browser.post("/rules/new", &form).await;
    assert!(preview.text().contains("lets nobody in by itself"), "{}", preview.text());
    let seen = bench.site.latest().unwrap().0;
    let saved = browser.post("/rules/new", &format!("{form}&seen={seen}")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    assert!(browser.get("/rules").await.text().contains("Passes in a lockdown"));
}
