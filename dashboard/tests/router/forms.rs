//! What the forms of the pages do.

use crate::support::{Bench, door};
use axum::http::StatusCode;
use db::site::{AlarmFilter, AlarmState};

#[tokio::test]
async fn a_card_is_added_given_listed_blocked_and_freed() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let added = browser.post("/cards", "uid=04+11+22+33&kind=backup&from=&until=2026-12-24T12%3A00").await;
    assert_eq!(added.header("location"), "/cards/04112233?done=card-added");
    let place = "/cards/04112233";
    let given = browser.post(&format!("{place}/give"), "person=1&from=&until=").await;
    assert!(given.header("location").starts_with(&format!("{place}?done=card-given&before=")));
    let listed = browser.post(&format!("{place}/list"), "door=pharmacy&door=ward-3&from=&until=").await;
    assert_eq!(listed.header("location"), format!("{place}?done=card-listed#doors"));
    let blocked = browser.post(&format!("{place}/transit"), "transition=suspend&cause=absence").await;
    assert_eq!(blocked.header("location"), format!("{place}?done=card-moved#life"));
    let text = browser.get(&format!("{place}?done=card-moved")).await.text();
    for part in
        ["Connected doors know", "Long absence", "Paused", "Maija Meik", "Osasto 3", "Apteekki", "24 Dec 2026, 12:00"]
    {
        assert!(text.contains(part), "{part}");
    }
    browser.post(&format!("{place}/transit"), "transition=resume&cause=returned").await;
    browser.post(&format!("{place}/unlist"), "door=ward-3").await;
    let card = bench.site.card(&"04112233".parse().unwrap()).unwrap();
    assert!(card.blocks.is_empty());
    assert_eq!(card.listings.len(), 1);
    let log = browser.get("/log").await.text();
    assert!(log.contains("Card paused") && log.contains("maija"));
}

#[tokio::test]
async fn what_is_wrong_in_a_form_is_said_beside_the_field_and_the_rest_is_kept() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (path, form, field, kept) in [
        ("/cards", "uid=12&kind=visitor&from=&until=", "uid-problem", "value=\"visitor\" selected"),
        ("/cards", "uid=04A1B201&kind=staff&from=&until=", "uid-problem", "value=\"04A1B201\""),
        (
            "/cards",
            "uid=04FFFFFF&kind=staff&from=2026-12-01T00%3A00&until=2026-11-01T00%3A00",
            "until-problem",
            "2026-12-01T00:00",
        ),
        ("/cards", "uid=04FFFFFF&kind=staff&from=2027-03-28T03%3A30&until=", "from-problem", "value=\"04FFFFFF\""),
        ("/people", "name=&external_id=77", "name-problem", "value=\"77\""),
        ("/people", "name=Matti&external_id=1001", "external_id-problem", "value=\"Matti\""),
        ("/people", "name=Ma%E2%80%AEtti&external_id=77", "cannot be seen", "value=\"77\""),
        ("/cards/04A1B201/list", "from=&until=2026-11-01T00%3A00", "at least", ""),
        ("/cards/04A1B201/give", "person=999&from=&until=", "There is no such person", ""),
        ("/cards/04A1B201/transit", "transition=whatever&cause=lost", "one of the values", ""),
        ("/cards/04A1B201/transit", "transition=deliver&cause=delivered", "The card is in use", ""),
        ("/cards/04A1B201/transit", "transition=block&cause=broken", "cannot be done for that cause", ""),
        ("/cards/04A1B201/unblock", "block=whatever", "one of the values", ""),
        (
            "/cards",
            "uid=04FFFFFF&kind=staff&from=2026-12-01T00%3A00&until=2031-12-03T00%3A00",
            "until-problem",
            "60 months",
        ),
        ("/cards", "uid=04FFFFFF&kind=staff&renews=04A1B2FF", "renews-problem", "no such card"),
        ("/cards", "uid=04FFFFFF&kind=staff&renews=x", "renews-problem", ""),
    ] {
        let before = bench.site.latest().unwrap();
        let answer = browser.post(path, form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {form}");
        let text = answer.text().to_lowercase();
        let field = field.to_lowercase();
        assert!(text.contains(&field), "{path} {form}: {field}");
        assert!(text.contains(&kept.to_lowercase()), "{path} {form}: {kept}");
        assert_eq!(bench.site.latest().unwrap(), before, "{path} {form}");
    }
}

#[tokio::test]
async fn an_alarm_is_shown_until_somebody_acknowledges_it() {
    let bench = Bench::new().await;
    bench.site.raise_alarm("chain-gap", Some(&door(1)), None, bench.now()).unwrap();
    let mut browser = bench.signed_in().await;
    for path in ["/", "/doors/ward-3"] {
        assert!(browser.get(path).await.text().contains("Records of the door are missing"), "{path}");
    }
    assert!(!browser.get("/doors/main").await.text().contains("Records of the door are missing"));
    let id = bench.site.alarms(&AlarmFilter::default(), bench.now(), 1).unwrap()[0].id;
    let done = browser.post(&format!("/alarms/{id}/acknowledge"), "back=%2Fdoors%2Fward-3").await;
    assert_eq!(done.header("location"), "/doors/ward-3?done=alarm-acknowledged");
    let open = AlarmFilter { state: Some(AlarmState::Open), ..AlarmFilter::default() };
    assert!(bench.site.alarms(&open, bench.now(), 1).unwrap().is_empty());
}

#[tokio::test]
async fn the_demo_taps_once_and_shows_the_lamp_again_without_tapping() {
    let bench = Bench::with(true).await;
    let mut browser = bench.signed_in().await;
    let tapped = browser.post("/demo/tap", "card=bad&door=pharmacy").await;
    assert_eq!(tapped.status, StatusCode::SEE_OTHER);
    let text = browser.get(tapped.header("location")).await.text();
    assert!(text.contains("The lock stayed locked.") && text.contains("The card has expired."));
    let good = browser.post("/demo/tap", "card=good&door=pharmacy").await;
    assert!(browser.get(good.header("location")).await.text().contains("The lock was released."));
    let wrong = browser.post("/demo/tap", "card=good&door=cellar").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_demos_lamp_shows_the_answer_to_this_card_whatever_the_lock_still_does() {
    let bench = Bench::with(true).await;
    for (language, denied, nothing) in [
        ("en", "Denied", "The reader saw nothing. Tap again."),
        ("fi", "Pääsy evätty", "Lukija ei havainnut mitään. Näytä korttia uudelleen."),
        ("sv", "Tillträde nekat", "Läsaren såg ingenting. Visa kortet igen."),
    ] {
        let mut browser = bench.signed_in().await;
        browser.language = language;
        let place = "/demo?card=bad&door=pharmacy&reader_ms=1.0&lock=released&signal=";
        let after_a_grant = browser.get(&format!("{place}denied&reason=card-expired")).await.text();
        assert!(after_a_grant.contains("class=\"lamp bad\"") && after_a_grant.contains(denied), "{after_a_grant}");
        let unseen = browser.get(&format!("{place}none")).await.text();
        assert!(unseen.contains("class=\"lamp warn\"") && unseen.contains(nothing), "{unseen}");
        assert!(!unseen.contains(denied));
        let granted = browser.get(&format!("{place}granted")).await.text();
        assert!(granted.contains("class=\"lamp good\""));
    }
}
