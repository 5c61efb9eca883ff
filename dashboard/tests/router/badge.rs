//! Credentials: encoding, what a door reads, and two cards that say to be one.

use access::credential::block::Token;
use access::decide::{Credential, Decision, Presented};
use access::encode::{ChipClass, Outcome};
use access::event::{EventKind, Rolling};
use access::passage::Side;
use access::reason::Reasons;
use access::settings::Reading;
use access::time::Window;
use access::uid::Uid;
use access::whitelist::Generation;
use axum::http::{Method, StatusCode};
use db::site::{AlarmFilter, EncodeState, EncodeWork};
use serde_json::{Value, json};

use crate::support::{Bench, DESK, actor, door, uid};

const CARD: &str = "/cards/04A1B201";

/// A job's number, from the place that a form leads to.
fn job_of(place: &str) -> u64 {
    let (path, anchor) = place.split_once('#').unwrap();
    assert_eq!(anchor, "credential");
    path.rsplit('=').next().unwrap().parse().unwrap()
}

fn rolled(found: Option<Token>, written: Option<Token>, stepped_in: bool, credential: Credential) -> EventKind {
    EventKind::Tap {
        side: Side::In,
        presented: Presented::Classic1k,
        credential,
        decision: Decision {
            reasons: credential.reason().map_or(Reasons::NONE, Reasons::from),
            generation: Generation(1),
        },
        noted: Reasons::NONE,
        rolling: Some(Rolling { issue: 1, found, written, stepped_in }),
    }
}

fn token(counter: u32, nonce: u16) -> Token {
    Token { counter, nonce }
}

/// A tap at a door that lists the card, where the counter moves by one.
fn step(bench: &mut Bench, number: usize, card: Uid, from: Token, to: Token, stepped_in: bool) {
    bench.site.list_card(&actor(), &card, &door(number), Window::ALWAYS).unwrap();
    bench.happen(number, rolled(Some(from), Some(to), stepped_in, Credential::Verified), Some(card));
}

#[tokio::test]
async fn a_card_is_encoded_at_an_encoder_and_the_page_tells_each_step() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    let mut browser = bench.signed_in().await;
    let bare = browser.get(CARD).await.text();
    assert!(bare.contains("Not encoded") && bare.contains("Encode at …") && !bare.contains("Wipe for return"));
    assert!(bare.contains("<option value=\"desk\">") && !bare.contains("<option value=\"pharmacy\">"));

    let asked = browser.post(&format!("{CARD}/encode"), "encoder=desk&work=encode").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let place = asked.header("location").to_owned();
    let job = job_of(&place);
    let path = place.split('#').next().unwrap();
    let waiting = browser.get(path).await.text();
    assert!(waiting.contains("data-pending") && waiting.contains("waiting to be sent"));
    assert!(waiting.contains(&format!("<a href=\"{path}\">")), "who has no script can look again");
    bench.begin(job);
    for (stage, words) in [
        (EncodeState::Waiting, "lay the card on the encoder"),
        (EncodeState::Writing, "writing. Leave the card"),
        (EncodeState::Locking, "Do not move the card now"),
    ] {
        bench.site.set_encoding_stage(job, stage, bench.now()).unwrap();
        let text = browser.get(path).await.text();
        assert!(text.contains(words) && text.contains("data-pending"), "{words}");
        assert!(text.contains("Begun, and perhaps on the card in part"), "{words}");
    }
    bench.end(uid(1), job, Outcome::Done, ChipClass::Plain);
    browser.say_why(CARD).await;
    let done = browser.get(path).await.text();
    for part in ["Henkilöstötoimisto: done.", "On the card", "Ordinary chip", "Wipe for return", "Card encoded"] {
        assert!(done.contains(part), "{part}");
    }
    assert!(!done.contains("data-pending"));
    assert!(!browser.get(CARD).await.text().contains("id=\"encoding\""), "what went well is not told for ever");
    assert!(browser.get("/log").await.text().contains("Card encoded"));
}

#[tokio::test]
async fn every_end_of_an_encoding_says_what_to_do() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    let mut browser = bench.signed_in().await;
    for (outcome, words, elsewhere) in [
        (Outcome::Untouched, "Lay it down again", false),
        (Outcome::Interrupted, "Nothing is lost: lay it down again", false),
        (Outcome::InDoubt, "Encode into another sector, or retire the card", true),
        (Outcome::Foreign, "no key of ours opens the sector", true),
        (Outcome::ChipRefused, "Take another card", false),
        (Outcome::Refused, "Start anew", false),
    ] {
        let asked = browser.post(&format!("{CARD}/encode"), "encoder=desk&work=encode").await;
        let job = job_of(asked.header("location"));
        bench.begin(job);
        bench.end(uid(1), job, outcome, ChipClass::Plain);
        let text = browser.get(CARD).await.text();
        assert!(text.contains(words), "{words}");
        assert!(!text.contains("data-pending"), "{words}");
        assert_eq!(text.contains("value=\"encode-elsewhere\""), elsewhere, "{words}");
        bench.wait_ms(1000);
    }
    let asked = browser.post(&format!("{CARD}/encode"), "encoder=desk&work=encode-elsewhere").await;
    assert_eq!(bench.site.encoding(job_of(asked.header("location"))).unwrap().work, EncodeWork::EncodeElsewhere);
}

#[tokio::test]
async fn an_encoder_does_one_job_and_only_an_encoder_writes() {
    let bench = Bench::new().await;
    bench.add_desk();
    let mut browser = bench.signed_in().await;
    browser.post(&format!("{CARD}/encode"), "encoder=desk&work=encode").await;
    for (form, words) in [
        ("encoder=desk&work=encode", "The encoder has another job"),
        ("encoder=pharmacy&work=encode", "There is no such encoder"),
        ("encoder=&work=encode", "Enter a value"),
        ("encoder=desk&work=burn", "Choose one of the values"),
    ] {
        let answer = browser.post(&format!("{CARD}/encode"), form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text().contains(words), "{form}");
    }
    let missing = browser.post("/cards/04FFFFFF/encode", "encoder=desk&work=encode").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_job_that_nobody_ends_any_more_is_not_waited_for() {
    let bench = Bench::new().await;
    bench.add_desk();
    let mut browser = bench.signed_in().await;
    browser.post(&format!("{CARD}/encode"), "encoder=desk&work=encode").await;
    bench.wait_ms(121_000);
    let text = browser.get(CARD).await.text();
    assert!(text.contains("nothing came back in time") && !text.contains("data-pending"));
    bench.wait_ms(24 * 60 * 60 * 1000);
    assert!(!browser.get(CARD).await.text().contains("id=\"encoding\""));
}

#[tokio::test]
async fn a_suspect_chip_is_marked_and_a_card_can_be_wiped() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    bench.encode(uid(1), ChipClass::Gen1a);
    let mut browser = bench.signed_in().await;
    let text = browser.get(CARD).await.text();
    assert!(text.contains("tone warn\"><span aria-hidden=\"true\">▲</span> Copyable chip"), "{text}");
    let asked = browser.post(&format!("{CARD}/encode"), "encoder=desk&work=wipe").await;
    let job = job_of(asked.header("location"));
    bench.begin(job);
    bench.end(uid(1), job, Outcome::Done, ChipClass::Gen1a);
    let text = browser.get(CARD).await.text();
    assert!(text.contains("Not encoded") && !text.contains("Wipe for return"));
    assert!(browser.get("/log").await.text().contains("Card wiped"));
}

#[tokio::test]
async fn encoders_stand_apart_and_do_not_count_as_doors() {
    let bench = Bench::new().await;
    bench.add_desk();
    let mut browser = bench.signed_in().await;
    let doors = browser.get("/doors").await.text();
    assert!(doors.contains("in force at 0 of 3 doors"));
    let (before, after) = doors.split_once("id=\"encoders\"").unwrap();
    assert!(!before.contains("/doors/desk") && after.contains("/doors/desk"));
    bench.site.record_offline(&door(DESK), None, bench.now()).unwrap();
    assert!(browser.get("/").await.text().contains("</span> 3</b> <span>doors offline"));
    let page = browser.get("/doors/desk").await.text();
    assert!(!page.contains("Unlock once") && !page.contains("/doors/desk/settings") && !page.contains("Number only"));
    assert!(browser.get(CARD).await.text().contains("No encoder is connected"));
    assert!(browser.get("/events").await.text().contains("<option value=\"desk\">"), "it has events");
    for (path, form) in
        [("/doors/desk/command", "action=unlock-once&reason=x"), ("/doors/desk/settings", "reading=sector&release=5")]
    {
        assert_eq!(browser.post(path, form).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(browser.get("/doors/desk/settings").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_change_of_a_door_is_shown_with_its_consequences_before_it_is_made() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    bench.encode(uid(2), ChipClass::Plain);
    let mut browser = bench.signed_in().await;
    let form = browser.get("/doors/pharmacy/settings").await.text();
    assert!(form.contains("<option value=\"uid-only\" selected>Number only (weak)") && form.contains("value=\"5\""));
    let before = bench.site.latest().unwrap();
    let query = "reading=sector-rolling-strict&release=2%2C5";
    let look = browser.get(&format!("/doors/pharmacy/settings?{query}")).await.text();
    for part in ["1 of 2 listed cards have no credential", "opens when written", "2.5 s", "Less than the three seconds"]
    {
        assert!(look.contains(part), "{part}");
    }
    assert_eq!(bench.site.latest().unwrap(), before, "looking changes nothing");
    assert!(browser.get("/doors/main/settings?reading=sector&release=5").await.text().contains("No card is listed"));

    let set = browser.post("/doors/pharmacy/settings", query).await;
    assert_eq!(set.header("location"), "/doors/pharmacy?done=door-set");
    let settings = bench.site.door(&door(0)).unwrap().settings;
    assert_eq!((settings.reading, settings.times.release_ms), (Reading::RollingStrict, 2_500));
    let log = browser.get("/log").await.text();
    assert!(log.contains("Door set up") && log.contains("opens when written"));
    assert!(browser.get(CARD).await.text().contains("Refused: the card is not encoded"));
    assert!(browser.get("/cards/04A1B202").await.text().contains("opens when written"));
    for (query, field) in [
        ("reading=x&release=5", "reading-problem"),
        ("reading=sector&release=0.4", "release-problem"),
        ("reading=sector&release=120.001", "release-problem"),
        ("reading=sector&release=soon", "release-problem"),
    ] {
        let looked = browser.get(&format!("/doors/main/settings?{query}")).await;
        let posted = browser.post("/doors/main/settings", query).await;
        for answer in [looked, posted] {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
            assert!(answer.text().contains(field), "{query}");
        }
    }
    assert_eq!(bench.site.door(&door(2)).unwrap().settings.reading, Reading::UidOnly);
}

#[tokio::test]
async fn two_cards_that_say_to_be_one_are_shown_side_by_side() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    bench.encode(uid(1), ChipClass::Plain);
    step(&mut bench, 0, uid(1), token(41, 0x0A01), token(42, 0x0B02), false);
    bench.wait_ms(60_000);
    step(&mut bench, 1, uid(1), token(41, 0x0A01), token(42, 0x0C03), false);
    let mut browser = bench.signed_in().await;
    let id = first_alarm(&bench);
    let list = browser.get("/alarms").await.text();
    assert!(list.contains("Two copies of one card") && list.contains(&format!("/alarms/{id}\"")));
    let text = browser.get(&format!("/alarms/{id}")).await.text();
    for part in [
        "Two copies of one card",
        "Apteekki",
        "Osasto 3",
        "41 (0A01)",
        "42 (0B02)",
        "42 (0C03)",
        "24 Nov 2026, 15:00:00",
        "24 Nov 2026, 15:01:00",
        "/events/2\"",
        "/events/3\"",
        "blocked at every door",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let (first, second) = (text.find("42 (0B02)").unwrap(), text.find("42 (0C03)").unwrap());
    assert!(first < second, "the older comes first");
    browser.say_why("/events?card=04A1B201&before=3").await;
    let shown = browser.get("/events?card=04A1B201&before=3").await.text();
    assert!(
        shown.contains("id=\"event-2\"") && shown.contains("Counter 41 → 42") && shown.contains("Credential verified")
    );
    assert!(browser.get(CARD).await.text().contains("Copied"));
    assert!(browser.get("/").await.text().contains(&format!("/alarms/{id}")));

    browser.post(&format!("/alarms/{id}/acknowledge"), "back=%2Falarms").await;
    assert!(browser.get("/alarms").await.text().contains("No such alarms"));
    let past = browser.get("/alarms?state=acknowledged").await.text();
    assert!(past.contains("Two copies of one card") && past.contains("Acknowledged by maija"));
}

fn first_alarm(bench: &Bench) -> i64 {
    bench.site.alarms(&AlarmFilter::default(), bench.now(), 1).unwrap()[0].id
}

#[tokio::test]
async fn a_damaged_credential_is_told_apart_from_a_copy() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    bench.encode(uid(1), ChipClass::Plain);
    step(&mut bench, 0, uid(1), token(41, 1), token(42, 2), false);
    step(&mut bench, 1, uid(1), token(41, 1), token(42, 3), true);
    let mut browser = bench.signed_in().await;
    let text = browser.get(&format!("/alarms/{}", first_alarm(&bench))).await.text();
    assert!(text.contains("A card’s credential is damaged") && text.contains("Nobody is accused"), "{text}");
    assert!(!text.contains("Two copies of one card"));
    assert!(bench.site.card(&uid(1)).unwrap().blocks.is_empty());
}

#[tokio::test]
async fn what_was_read_of_a_credential_is_told_once_and_in_words() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    for (credential, words) in [
        (Credential::Invalid, "not the one that was written there"),
        (Credential::Damaged, "The credential on the card is damaged"),
        (Credential::NotWritten, "Hold it at the reader longer"),
        (Credential::NotEncoded, "The card has not been encoded yet"),
        (Credential::Unreadable, "could not be verified"),
    ] {
        bench.happen(0, rolled(None, None, false, credential), Some(uid(1)));
        let mut browser = bench.signed_in().await;
        let text = browser.get("/events?code=denied").await.text();
        let row = text.split("<tr data-id").nth(1).unwrap();
        assert!(row.contains(words) && row.contains("Counter not read, not moved"), "{words}");
        assert_eq!(row.matches("class=\"detail\"").count(), 2, "{row}");
    }
    bench.happen(DESK, EventKind::Presented, Some(uid(1)));
    bench.happen(
        DESK,
        EventKind::Encoded { job: 1, outcome: Outcome::InDoubt, chip: ChipClass::BackDoor },
        Some(uid(1)),
    );
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events?door=desk").await.text();
    for part in ["Card laid on the encoder", "Encoding did not succeed", "sector may be lost", "published back door"] {
        assert!(text.contains(part), "{part}");
    }
    for code in ["encoded", "encoding-failed", "presented"] {
        assert_eq!(browser.get(&format!("/events?code={code}")).await.status, StatusCode::OK, "{code}");
    }
}

#[tokio::test]
async fn the_api_encodes_and_tells_what_is_on_a_card() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    let asked = bench.api(Method::POST, "/cards/04A1B201/encode", r#"{"encoder":"desk","work":"encode"}"#).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.header("location"), format!("/api/v1/encodings/{id}"));
    bench.begin(id.parse().unwrap());
    let card = bench.api(Method::GET, "/cards/04A1B201", "").await.json();
    assert_eq!((&card["credential"], card["pending"][0]["sector"].as_u64()), (&Value::Null, Some(7)));
    bench.end(uid(1), id.parse().unwrap(), Outcome::Done, ChipClass::Gen2);
    let job = bench.api(Method::GET, &format!("/encodings/{id}"), "").await.json();
    assert_eq!((&job["state"], &job["over"], &job["chip"]), (&json!("done"), &json!(true), &json!("gen2")));
    assert_eq!((&job["operator"], &job["work"], &job["card"]), (&json!("maija"), &json!("encode"), &json!("04A1B201")));
    let card = bench.api(Method::GET, "/cards/04A1B201", "").await.json();
    assert_eq!(card["credential"], json!({"sector": 7, "key_version": 2, "issue": 1, "chip": "gen2", "suspect": true}));
    let event = bench.api(Method::GET, "/events?code=encoded", "").await.json();
    assert_eq!((&event["items"][0]["encoding"], &event["items"][0]["outcome"]), (&json!(id), &json!("done")));
    for (path, body, status) in [
        ("/cards/04FFFFFF/encode", r#"{"encoder":"desk"}"#, StatusCode::NOT_FOUND),
        ("/cards/04A1B201/encode", r#"{"encoder":"pharmacy"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("/cards/04A1B201/encode", r#"{"encoder":"desk","work":"burn"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("/cards/04A1B201/encode", r#"{"encoder":"desk","key":"x"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("/doors/desk/commands", r#"{"action":"unlock-once","reason":"x"}"#, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(bench.api(Method::POST, path, body).await.status, status, "{path} {body}");
    }
    assert_eq!(bench.api(Method::GET, "/encodings/1", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_api_lists_doors_and_alarms() {
    let mut bench = Bench::new().await;
    bench.add_desk();
    let doors = bench.api(Method::GET, "/doors", "").await.json();
    let kinds: Vec<_> = doors["items"].as_array().unwrap().iter().map(|door| door["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["encoder", "door", "door", "door"]);

    bench.encode(uid(1), ChipClass::Plain);
    step(&mut bench, 0, uid(1), token(41, 1), token(42, 2), false);
    step(&mut bench, 1, uid(1), token(41, 1), token(42, 3), false);
    let alarms = bench.api(Method::GET, "/alarms", "").await.json();
    let alarm = &alarms["items"][0];
    assert_eq!((&alarm["kind"], &alarm["door"]), (&json!("clone-suspected"), &json!("ward-3")));
    assert_eq!((&alarm["event"], &alarm["other_event"]), (&json!(3), &json!(2)));
    let event = bench.api(Method::GET, "/events?door=ward-3", "").await.json();
    assert_eq!(
        event["items"][0]["rolling"],
        json!({"issue": 1, "found": {"counter": 41, "nonce": 1}, "written": {"counter": 42, "nonce": 3}, "stepped_in": false})
    );
    bench.site.acknowledge_alarm(&actor(), alarm["id"].as_i64().unwrap(), "").unwrap();
    assert_eq!(bench.api(Method::GET, "/alarms", "").await.json()["items"], json!([]));
    let all = bench.api(Method::GET, "/alarms?state=all&limit=5", "").await.json();
    assert_eq!(all["items"][0]["acknowledged"]["operator"], "setup");
    assert_eq!(bench.api(Method::GET, "/alarms?state=x", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
