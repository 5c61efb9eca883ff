//! A unit's manager asks for access, and somebody else gives it.

use access::time::Window;
use axum::http::{Method, StatusCode};
use db::site::{Limit, NewEmployment, NewRequest, PersonId, Role};

use crate::support::{Bench, Browser, actor};

/// A group, and a manager at the desk who is limited to the unit of the first person.
async fn managed() -> (Bench, Browser, Browser) {
    let bench = Bench::with(true).await;
    bench.site.add_group(&actor(), "Proviisorit").unwrap();
    bench.site.add_employment(&actor(), PersonId(1), &NewEmployment::always("Osasto 3", "Hoitaja")).unwrap();
    let manager = bench.signed_in_as(Role::Desk).await;
    let id = bench.site.operator("desk").unwrap().unwrap().id;
    let limit = Limit { units: vec!["Osasto 3".to_owned()], areas: Vec::new() };
    bench.site.set_limit(&actor(), id, limit).unwrap();
    let admin = bench.signed_in().await;
    (bench, manager, admin)
}

const ASKED: &str = "group=1&from=&until=&reason=Hakee+%3Cl%C3%A4%C3%A4kkeit%C3%A4%3E";

#[tokio::test]
async fn a_manager_asks_and_an_admin_sees_it_on_the_overview_and_approves() {
    let (bench, mut manager, mut admin) = managed().await;
    assert!(manager.get("/people/1").await.text().contains("/people/1/ask"));
    let form = manager.get("/people/1/ask").await.text();
    assert!(form.contains("Proviisorit") && form.contains("Meikäläinen"), "{form}");
    let sent = manager.post("/people/1/ask", ASKED).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/requests?done=request-asked"));
    assert!(bench.site.groups_of(PersonId(1)).unwrap().is_empty());
    let own = manager.get("/requests").await.text();
    assert!(own.contains("/requests/1/withdraw") && !own.contains("/requests/1/approve"), "{own}");
    assert!(own.contains("&#60;lääkkeitä") && !own.contains("<lääkkeitä"), "{own}");
    let overview = admin.get("/").await.text();
    assert!(overview.contains("request for access is open") && overview.contains("href=\"/requests\""), "{overview}");
    let list = admin.get("/requests").await.text();
    assert!(list.contains("/requests/1/approve") && !list.contains("/requests/1/withdraw"), "{list}");
    assert_eq!(manager.post("/requests/1/approve", "").await.status, StatusCode::FORBIDDEN);
    let given = admin.post("/requests/1/approve", "").await;
    assert!(given.header("location").starts_with("/people/1?done=request-approved"), "{}", given.text());
    assert_eq!(bench.site.groups_of(PersonId(1)).unwrap()[0].1, "Proviisorit");
    assert!(admin.get(given.header("location")).await.text().contains("the person is in the group"));
    let over = admin.get("/requests?state=approved").await.text();
    assert!(over.contains("Approved") && over.contains("maija"), "{over}");
    assert!(admin.get("/requests").await.text().contains("no such requests"));
    let log = admin.get("/log").await.text();
    assert!(log.contains("Request for access approved") && log.contains("Access asked for"), "{log}");
    let again = admin.post("/requests/1/refuse", "answer=Late").await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text().contains("decided already"));
}

#[tokio::test]
async fn nobody_approves_their_own_and_a_manager_asks_for_their_own_people_alone() {
    let (bench, mut manager, mut admin) = managed().await;
    assert!(admin.post("/people/2/ask", ASKED).await.status.is_redirection());
    let list = admin.get("/requests").await.text();
    assert!(!list.contains("/requests/1/approve") && list.contains("/requests/1/withdraw"), "{list}");
    let own = admin.post("/requests/1/approve", "").await;
    assert!(own.status == StatusCode::UNPROCESSABLE_ENTITY && own.text().contains("asked for this yourself"));
    let told = bench.api(Method::POST, "/requests/1/approve", "").await;
    assert_eq!((told.status, told.json()["code"].as_str()), (StatusCode::CONFLICT, Some("asked-by-you")));
    assert!(bench.site.groups_of(PersonId(2)).unwrap().is_empty());
    for path in ["/people/2/ask", "/requests/1/withdraw"] {
        assert_eq!(manager.post(path, ASKED).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!manager.get("/requests").await.text().contains("/requests/1"), "somebody outside is not in their list");
    let wrong = manager.post("/people/1/ask", "group=99&from=&until=&reason=x").await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text().contains("no such group"));
    assert!(admin.post("/requests/1/withdraw", "").await.status.is_redirection());
}

#[tokio::test]
async fn programs_ask_list_and_decide_too() {
    let (bench, ..) = managed().await;
    let body = r#"{"group":1,"reason":"Night shift","member":{"until":"2027-01-01T00:00:00Z"}}"#;
    let made = bench.api(Method::POST, "/people/2/requests", body).await;
    assert_eq!((made.status, made.header("location")), (StatusCode::CREATED, "/api/v1/requests/1"), "{}", made.text());
    let same = bench.api(Method::POST, "/people/2/requests", body).await;
    assert_eq!((same.status, same.json()["code"].as_str()), (StatusCode::CONFLICT, Some("duplicate")));
    let unknown = bench.api(Method::POST, "/people/2/requests", r#"{"group":9,"reason":"x"}"#).await;
    assert_eq!(unknown.json()["code"], "unknown-group");
    assert_eq!(bench.api(Method::POST, "/people/99/requests", body).await.status, StatusCode::NOT_FOUND);
    let new =
        NewRequest { person: PersonId(1), group: db::site::GroupId(1), window: Window::ALWAYS, reason: "x".into() };
    let ward = db::site::Actor { operator: "ward", at: bench.now() };
    let other = bench.site.ask_access(&ward, &new).unwrap();
    let first = bench.api(Method::GET, "/requests?limit=1", "").await.json();
    assert_eq!((first["items"][0]["id"].as_i64(), first["next"].as_str()), (Some(other), Some("2")));
    let rest = bench.api(Method::GET, "/requests?before=2&state=open&person=2", "").await.json();
    assert_eq!(rest["items"][0]["member"]["until"], "2027-01-01T00:00:00Z");
    let given = bench.api(Method::POST, &format!("/requests/{other}/approve"), "").await.json();
    assert_eq!((given["state"].as_str(), given["asked_by"].as_str()), (Some("approved"), Some("ward")));
    assert_eq!(given["decided_by"], "maija");
    let refused = bench.api(Method::POST, "/requests/1/refuse", r#"{"answer":"Not at night"}"#).await.json();
    assert_eq!((refused["state"].as_str(), refused["answer"].as_str()), (Some("refused"), Some("Not at night")));
    assert_eq!(bench.api(Method::GET, "/requests/1", "").await.json()["state"], "refused");
    assert_eq!(bench.api(Method::GET, "/requests?state=x", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
