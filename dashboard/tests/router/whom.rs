//! A person by name in the filter of the log.

use axum::http::StatusCode;
use db::site::{NewPerson, SearchFilter};

use crate::privacy::other;
use crate::support::{Bench, actor, uid};

fn person(bench: &Bench, name: &str, external_id: Option<&str>) -> i64 {
    let new = NewPerson { name: name.to_owned(), external_id: external_id.map(str::to_owned) };
    bench.site.add_person(&actor(), new).unwrap().id.0
}

#[tokio::test]
async fn a_name_leads_to_the_people_who_have_it_and_each_of_them_to_a_reason() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    let namesake = person(&bench, "Maija Virtanen", Some("2002"));
    let mut browser = bench.signed_in().await;
    let page = browser.get("/events?door=pharmacy&person=maija&span=all").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text().replace("&#38;", "&").replace("&amp;", "&");
    for (number, name) in [(1, "Maija Meikäläinen"), (namesake, "Maija Virtanen")] {
        let place = format!("/events?door=pharmacy&person={number}&span=all");
        assert!(text.contains(&place) && text.contains(name), "{place}: {text}");
    }
    assert!(text.contains("2002"), "two of one name are told apart by the register");
    assert!(!text.contains("id=\"event-1\"") && !text.contains("data-stream"), "nothing is listed before the choice");
    assert_eq!(bench.site.searches(&SearchFilter::default(), 9).unwrap(), [], "nobody was looked for yet");

    let chosen = browser.get("/events?door=pharmacy&person=1&span=all").await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    assert!(chosen.header("location").starts_with("/privacy/purpose?next="));
    browser.say_why("/events?door=pharmacy&person=1&span=all").await;
    let text = browser.get("/events?door=pharmacy&person=1&span=all").await.text();
    assert!(text.contains("id=\"event-1\"") && text.contains("Person Maija Meikäläinen"), "{text}");
}

#[tokio::test]
async fn a_name_that_one_person_has_is_that_person_and_one_that_nobody_has_is_said_to_be_none() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let alone = browser.get("/events?person=meik%C3%A4l&code=denied").await;
    assert_eq!((alone.status, alone.header("location")), (StatusCode::SEE_OTHER, "/events?person=1&code=denied"));
    browser.say_why("/events?person=2").await;
    let beside = browser.get("/events?person=2%2C+meik%C3%A4l").await;
    assert_eq!(beside.header("location"), "/events?person=2%2C1", "beside a number");
    let nobody = browser.get("/events?person=Nobody").await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nobody.text().contains("id=\"person-problem\"") && nobody.text().contains("value=\"Nobody\""));
    for place in ["/events.csv?person=maija", "/events/stream?person=maija"] {
        let refused = browser.get(place).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{place} knows numbers only");
    }
}

#[tokio::test]
async fn at_most_twenty_are_offered_and_that_there_are_more_is_said() {
    let bench = Bench::new().await;
    for number in 0..21 {
        person(&bench, &format!("Nurse {number}"), None);
    }
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events?person=nurse").await.text();
    assert_eq!(text.matches("/events?person=").count() - text.matches("/events?person=nurse").count(), 20, "{text}");
    assert!(text.contains("There are more."));
    assert!(!browser.get("/events?person=nurse+1").await.text().contains("There are more."));
}

#[tokio::test]
async fn a_name_that_is_kept_back_is_not_found_by_it() {
    let bench = Bench::new().await;
    let mut maija = bench.signed_in().await;
    let (mut aino, _) = other(&bench, "aino").await;
    maija.post("/people/1/secret", "reader=aino&reason=Turvakielto").await;
    person(&bench, "Maija Virtanen", None);
    for browser in [&mut maija, &mut aino] {
        let found = browser.get("/events?person=maija").await;
        assert_eq!(found.header("location"), "/events?person=3", "only the other one has that name");
        assert_eq!(browser.get("/events?person=Meik%C3%A4l%C3%A4inen").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(!maija.get("/events?person=maija").await.text().contains("Meikäläinen"));
}
