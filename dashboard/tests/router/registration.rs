//! The registration desk: a backup card goes out and comes back.

use access::reason::Reason;
use access::time::{UtcMs, Window};
use access::uid::Uid;
use axum::http::{Method, StatusCode};
use db::site::{CardKind, Life, NewCard};
use serde_json::json;

use crate::support::{Bench, actor, uid};

const BACKUP: &str = "04A1B2B0";

async fn bench() -> Bench {
    let bench = Bench::new().await;
    bench.site.add_card(&actor(), NewCard::new(backup(), CardKind::Backup, Window::ALWAYS)).unwrap();
    bench
}

fn backup() -> Uid {
    BACKUP.parse().unwrap()
}

fn form(cause: &str, original: &str) -> String {
    format!(
        "backup={BACKUP}&person=1&original={original}&cause={cause}&document=passport&place=P%C3%A4%C3%A4aula&until="
    )
}

#[tokio::test]
async fn a_forgotten_card_is_paused_until_its_backup_is_back() {
    let bench = bench().await;
    let mut browser = bench.signed_in().await;
    // A person is found by name, and the form offers their card.
    let found = browser.get("/desk?q=meik").await.text();
    assert!(found.contains("/desk?person=1"));
    assert!(browser.get("/desk?person=1").await.text().contains("<option value=\"04A1B201\""));
    let out = browser.post("/desk/hand-out", &form("forgotten", "04A1B201")).await;
    assert_eq!(out.header("location"), "/desk/1?done=backup-handed-out", "{}", out.text());
    assert_eq!(bench.site.card(&uid(1)).unwrap().life, Life::Suspended);
    let receipt = browser.get("/desk/1").await.text();
    for part in ["Maija Meik", BACKUP, "…B201", "Passport", "Pääaula", "Forgotten", "24 Feb 2027", "Signature"] {
        assert!(receipt.contains(part), "{part}");
    }
    assert!(!receipt.contains("04A1B201"), "a receipt shows no more of the original than is needed");
    for (language, part) in [("fi", "Varakortin kuitti"), ("sv", "Kvitto på reservkort")] {
        assert!(browser.get(&format!("/desk/1?language={language}")).await.text().contains(part), "{language}");
    }
    assert!(browser.get("/desk").await.text().contains(BACKUP), "the list of those that are out");
    // Whoever brings the card is asked nothing but the desk.
    assert!(browser.get(&format!("/desk?q={BACKUP}")).await.text().contains("/desk/return"));
    let back = browser.post("/desk/return", &format!("backup={BACKUP}&place=P%C3%A4%C3%A4aula")).await;
    assert_eq!(back.header("location"), "/desk/1?done=backup-returned");
    assert_eq!(bench.site.card(&uid(1)).unwrap().life, Life::Active);
    assert_eq!(bench.site.card(&backup()).unwrap().life, Life::Returned);
    let receipt = browser.get("/desk/1").await.text();
    assert!(receipt.contains("Taken back by") && !receipt.contains("Signature"));
    // The person's page tells of it.
    let person = browser.get("/people/1").await.text();
    assert!(person.contains("Cards over time") && person.contains("/desk/1"));
}

#[tokio::test]
async fn a_lost_card_is_blocked_and_a_broken_one_retires() {
    let bench = bench().await;
    let mut browser = bench.signed_in().await;
    browser.post("/desk/hand-out", &form("lost", "04A1B201")).await;
    assert_eq!(bench.site.card(&uid(1)).unwrap().life, Life::Blocked);
    let missing = browser.post("/desk/missing", &format!("backup={BACKUP}&cause=lost")).await;
    assert_eq!(missing.header("location"), "/desk/1?done=backup-missing");
    assert_eq!(bench.site.card(&backup()).unwrap().life, Life::Blocked);
    let second = NewCard::new(uid(0xB1), CardKind::Backup, Window::ALWAYS);
    bench.site.add_card(&actor(), second).unwrap();
    let out = browser
        .post("/desk/hand-out", &form("broken", "04A1B202").replace(BACKUP, "04A1B2B1").replace("person=1", "person=2"))
        .await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.text());
    assert_eq!(bench.site.card(&uid(2)).unwrap().life, Life::Retired);
}

#[tokio::test]
async fn what_is_wrong_at_the_desk_is_said_and_changes_nothing() {
    let bench = bench().await;
    let mut browser = bench.signed_in().await;
    let good = form("forgotten", "04A1B201");
    for (form, said) in [
        (good.replace(BACKUP, "04A1B2"), "backup-problem"),
        (good.replace(BACKUP, "04A1B2FF"), "There is no such card"),
        (good.replace(BACKUP, "04A1B202"), "not a backup card"),
        (good.replace("passport", ""), "document-problem"),
        (good.replace("place=P%C3%A4%C3%A4aula", "place="), "place-problem"),
        (good.replace("until=", "until=2027-03-01"), "three months at most"),
        (good.replace("until=", "until=x"), "until-problem"),
        (good.replace("forgotten", "x"), "cause-problem"),
        (good.replace("original=04A1B201", "original=04A1B202"), "somebody else"),
        (good.replace("person=1", "person=99"), "no such person"),
    ] {
        let before = bench.site.latest().unwrap();
        let answer = browser.post("/desk/hand-out", &form).await;
        if form.contains("person=99") {
            // The page of the desk cannot show a person who is not there.
            assert!(answer.status.is_client_error(), "{form}");
        } else {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
            assert!(answer.text().contains(said), "{form}: {said}");
        }
        assert_eq!(bench.site.latest().unwrap(), before, "{form}");
    }
    for (path, form) in [("/desk/return", "backup=04A1B2B0&place=A"), ("/desk/missing", "backup=04A1B2B0&cause=lost")] {
        let answer = browser.post(path, form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(answer.text().contains("This card is not out"), "{path}");
    }
    assert_eq!(browser.get("/desk/77").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_overdue_is_counted_and_listed() {
    let bench = bench().await;
    let mut browser = bench.signed_in().await;
    browser.post("/desk/hand-out", &form("forgotten", "04A1B201").replace("until=", "until=2026-11-25")).await;
    assert!(!browser.get("/desk?show=overdue").await.text().contains(BACKUP));
    bench.wait_ms(3 * 86_400_000);
    let mut browser = bench.signed_in().await;
    assert!(browser.get("/desk?show=overdue").await.text().contains(BACKUP));
    assert!(browser.get("/").await.text().contains("backup card overdue"));
    let overdue = bench.api(Method::GET, "/handouts?state=overdue", "").await.json();
    assert_eq!(overdue["items"][0]["backup"], BACKUP);
}

#[tokio::test]
async fn the_api_hands_out_and_takes_back() {
    let bench = bench().await;
    let body = json!({"backup": BACKUP, "person": 1, "original": "04A1B201", "cause": "forgotten",
        "document": "identity-card", "place": "Pääaula", "until": "2026-12-24T22:00:00Z"});
    let out = bench.api(Method::POST, "/handouts", &body.to_string()).await;
    assert_eq!((out.status, out.header("location")), (StatusCode::CREATED, "/api/v1/handouts/1"));
    assert_eq!(out.json()["stands_in_for"], "staff");
    assert_eq!(out.json()["until"], "2026-12-24T22:00:00Z");
    assert_eq!(bench.api(Method::GET, "/handouts/1", "").await.json(), out.json());
    let again = bench.api(Method::POST, "/handouts", &body.to_string()).await;
    assert_eq!((again.status, again.json()["code"].clone()), (StatusCode::CONFLICT, json!("is-handed-out")));
    let card = bench.api(Method::GET, &format!("/cards/{BACKUP}"), "").await.json();
    assert_eq!(card["stands_in_for"], "staff");
    let back = json!({"backup": BACKUP, "place": "Pääaula"}).to_string();
    let back = bench.api(Method::POST, "/handouts/return", &back).await.json();
    assert_eq!((&back["ended"], &back["returned_by"]), (&json!("returned"), &json!("maija")));
    let open = bench.api(Method::GET, "/handouts?state=open", "").await.json();
    assert_eq!(open["items"], json!([]));
}

#[tokio::test]
async fn a_backup_card_with_three_holders_and_two_late_events_has_the_right_names_in_the_log() {
    let mut bench = bench().await;
    let hour = 3_600_000;
    let mut times = Vec::new();
    for (person, original) in [(1, "04A1B201"), (2, "04A1B202"), (1, "04A1B201")] {
        let mut browser = bench.signed_in().await;
        let form = form("forgotten", original).replace("person=1", &format!("person={person}"));
        let out = browser.post("/desk/hand-out", &form).await;
        assert!(out.header("location").starts_with("/desk/"), "{}", out.text());
        bench.wait_ms(hour);
        times.push((bench.now(), person));
        bench.wait_ms(hour);
        let mut browser = bench.signed_in().await;
        let back = browser.post("/desk/return", &format!("backup={BACKUP}&place=A")).await;
        assert!(back.header("location").starts_with("/desk/"), "{}", back.text());
        bench.wait_ms(hour);
    }
    // Two taps of the first two holders come in when the third has long given the card back.
    let now = bench.now();
    for (at, _) in &times[..2] {
        bench.wait_ms(at.0 - bench.now().0);
        bench.tap(1, backup(), Some(Reason::UnknownCard));
    }
    bench.wait_ms(now.0 - bench.now().0);
    let log = bench.api(Method::GET, &format!("/events?card={BACKUP}&after=0&purpose=A%20test"), "").await.json();
    let names: Vec<_> = log["items"].as_array().unwrap().iter().map(|event| event["holder"]["id"].clone()).collect();
    assert_eq!(names, [json!(1), json!(2)]);
    for (at, person) in times {
        let holder = bench.site.holder_at(&backup(), at).unwrap().unwrap().0;
        assert_eq!(holder.0, person, "{at:?}");
    }
    assert_eq!(bench.site.holder_at(&backup(), UtcMs(now.0)).unwrap(), None);
}
