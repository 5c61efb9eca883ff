//! Looking for somebody asks why, names that are kept back are shown to those who are named, and data ends with its time.

use crate::support::{Bench, Browser, OPERATOR, actor, door, uid};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use db::site::{NewToken, PersonId, SearchFilter};
use serde_json::json;

pub(crate) const NAME: &str = "Maija Meikäläinen";

/// Another operator, with a browser and a token of their own.
pub(crate) async fn other(bench: &Bench, name: &str) -> (Browser, String) {
    use sha2::Digest as _;
    let hash = dashboard::password::hash("another horse").await.unwrap();
    let operator = bench.site.add_operator(&actor(), name, &hash).unwrap();
    let token = format!("token-of-{name}");
    let sha256 = sha2::Sha256::digest(token.as_bytes()).into();
    let new = NewToken { operator: operator.id, label: "test", sha256, scope: "all", expires: None };
    bench.site.add_token(&actor(), &new).unwrap();
    let mut browser = bench.browser();
    let answer = browser.post("/sign-in", &format!("name={name}&password=another+horse&next=%2F")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    (browser, token)
}

async fn called(bench: &Bench, token: &str, path: &str) -> crate::support::Answer {
    let request = Request::get(format!("/api/v1{path}")).header("authorization", format!("Bearer {token}"));
    bench.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn nobody_sees_where_somebody_was_before_they_have_said_why() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    let mut browser = bench.signed_in().await;
    for place in ["/events?person=1", "/events?card=04A1B201&door=pharmacy", "/people/1/data", "/people/1/data.json"] {
        let answer = browser.get(place).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{place}");
        let asked = answer.header("location").to_owned();
        assert!(asked.starts_with("/privacy/purpose?next=%2F"), "{asked}");
        let form = browser.get(&asked).await.text();
        assert!(form.contains(NAME) || form.contains("04A1B201"), "{form}");
    }
    let request = browser.request(Method::GET, "/events/stream?person=1").header("accept", "text/event-stream");
    assert_eq!(bench.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for place in ["/people/1", "/cards/04A1B201"] {
        let text = browser.get(place).await.text();
        assert!(!text.contains("id=\"event-1\"") && text.contains("/privacy/purpose?next="), "{place}");
    }
    let unsaid = browser.post("/privacy/purpose", "next=%2Fevents%3Fperson%3D1&reason=+").await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.text().contains("id=\"reason-problem\""));

    let said = browser.post("/privacy/purpose", "next=%2Fevents%3Fperson%3D1&reason=Theft+in+ward+3").await;
    assert_eq!((said.status, said.header("location")), (StatusCode::SEE_OTHER, "/events?person=1"));
    // The card has been nobody else's, so the reason is one for it too.
    for place in ["/events?person=1", "/events?card=04A1B201", "/people/1", "/cards/04A1B201", "/people/1/data"] {
        assert!(browser.get(place).await.text().contains("id=\"event-1\""), "{place}");
    }
    assert_eq!(browser.get("/events?person=2").await.status, StatusCode::SEE_OTHER, "another person");
    let mut elsewhere = bench.signed_in().await;
    assert_eq!(elsewhere.get("/events?person=1").await.status, StatusCode::SEE_OTHER, "another session");
    let list = browser.get("/privacy/searches").await.text();
    assert!(list.contains("Theft in ward 3") && list.contains(OPERATOR) && list.contains(NAME), "{list}");
    assert_eq!(bench.site.searches(&SearchFilter::default(), 9).unwrap()[0].looks, 5);
    bench.wait_ms(30 * 60 * 1000 - 1);
    browser.get("/").await;
    bench.wait_ms(29 * 60 * 1000);
    assert_eq!(browser.get("/events?person=1").await.status, StatusCode::OK);
    bench.wait_ms(2 * 60 * 1000);
    assert_eq!(browser.get("/events?person=1").await.status, StatusCode::SEE_OTHER, "after an hour");
    assert!(browser.get("/log").await.text().contains("Theft in ward 3"));
}

#[tokio::test]
async fn the_form_leads_nowhere_else() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (next, to) in [("https%3A%2F%2Fevil", "/"), ("%2F%2Fevil%3Fperson%3D1", "/"), ("%2Fdoors", "/doors")] {
        for answer in [
            browser.get(&format!("/privacy/purpose?next={next}")).await,
            browser.post("/privacy/purpose", &format!("next={next}&reason=x")).await,
        ] {
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to), "{next}");
        }
    }
    assert_eq!(bench.site.searches(&SearchFilter::default(), 9).unwrap(), []);
    assert_eq!(browser.get("/privacy/purpose?next=%2Fpeople%2F99").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_sends_its_reason_along() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    let refused = bench.api(Method::GET, "/events?person=1", "").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((&refused.json()["field"], &refused.json()["code"]), (&json!("purpose"), &json!("empty")));
    assert_eq!(bench.api(Method::GET, "/people/1/data", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = format!("/events?person=1&purpose={}", "x".repeat(501));
    assert_eq!(bench.api(Method::GET, &long, "").await.json()["code"], "too-long");
    let answer = bench.api(Method::GET, "/events?person=1&purpose=Payroll%20dispute%2012", "").await;
    assert_eq!(answer.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(bench.api(Method::GET, "/events?person=1&before=9", "").await.status, StatusCode::OK, "within the hour");
    let data = bench.api(Method::GET, "/people/1/data", "").await.json();
    assert_eq!((&data["person"]["name"], &data["events"][0]["door"]), (&json!(NAME), &json!("pharmacy")));
    assert_eq!(data["searches"][0]["reason"], "Payroll dispute 12");
    assert!(data["searches"][0].get("operator").is_none(), "who looked is no business of the person's");
    let (_, token) = other(&bench, "otso").await;
    assert_eq!(called(&bench, &token, "/events?person=1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let listed = bench.api(Method::GET, "/privacy/searches?operator=maija", "").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!((&listed["items"][0]["person"], &listed["items"][0]["looks"]), (&json!(1), &json!(3)));
    assert_eq!(bench.api(Method::GET, "/privacy/searches?operator=otso", "").await.json()["items"], json!([]));
    assert_eq!(bench.api(Method::GET, "/events", "").await.status, StatusCode::OK, "the whole log asks for none");
}

#[tokio::test]
async fn a_name_that_is_kept_back_is_shown_to_those_who_are_named_and_nobody_else() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    let mut maija = bench.signed_in().await;
    let (mut aino, _) = other(&bench, "aino").await;
    let page = maija.get("/people/1/privacy").await.text();
    assert!(page.contains("name=\"reader\" value=\"aino\""), "{page}");
    let kept = maija.post("/people/1/secret", "reader=aino&reason=Turvakielto").await;
    assert_eq!(kept.header("location"), "/people/1/privacy?done=name-kept-back", "{}", kept.text());
    let places = [
        "/",
        "/events",
        "/events/1",
        "/people",
        "/people?text=maija",
        "/people/1",
        "/cards",
        "/cards?text=maija",
        "/cards/04A1B201",
        "/desk?q=maija",
        "/desk?q=04A1B201",
        "/desk?person=1",
        "/cards/04A1B201?who=1",
        "/explain?ask=would&door=pharmacy&subject=04A1B201&at=",
        "/log",
        "/privacy",
        "/people/1/privacy",
    ];
    for place in places {
        let text = maija.get(place).await.text();
        assert!(!text.contains("Meikäläinen") && !text.contains(">1001<"), "{place}");
    }
    for path in ["/people", "/people/1", "/cards", "/cards/04A1B201", "/events", "/people?text=maija"] {
        let text = bench.api(Method::GET, path, "").await.text();
        assert!(!text.contains("Meikäläinen") && !text.contains("1001"), "{path}: {text}");
    }
    assert!(maija.get("/events").await.text().contains(">Person 1<"));
    maija.language = "fi";
    maija.post("/language", "language=fi&back=%2F").await;
    assert!(maija.get("/people").await.text().contains(">Henkilö 1<"));
    for place in ["/events", "/people", "/people/1", "/cards/04A1B201", "/people/1/privacy"] {
        assert!(aino.get(place).await.text().contains(NAME), "{place}");
    }
    assert!(!aino.get("/log").await.text().contains(NAME));
    assert!(!aino.get("/events.csv").await.text().contains(NAME), "a file goes from hand to hand");

    let nobody = maija.post("/people/1/secret", "reader=nobody&reason=x").await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    let secret = bench.api(Method::GET, "/people/1/secret", "").await.json();
    assert_eq!((&secret["readers"], &secret["reason"]), (&json!(["aino"]), &json!("Turvakielto")));
    let body = r#"{"reason": "Changed hands", "readers": []}"#;
    assert_eq!(bench.api(Method::PUT, "/people/1/secret", body).await.status, StatusCode::OK);
    assert!(!aino.get("/people").await.text().contains(NAME), "no longer named");
    let ended = bench.api(Method::DELETE, "/people/1/secret", r#"{"reason": "It has ended"}"#).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.api(Method::GET, "/people/1/secret", "").await.status, StatusCode::NOT_FOUND);
    assert!(maija.get("/people").await.text().contains(NAME));
    let again = maija.post("/people/1/secret/end", "reason=x").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn times_and_holds_are_set_within_their_bounds() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let page = browser.get("/privacy").await.text();
    assert!(page.contains("id=\"events\" name=\"events\" type=\"text\" inputmode=\"numeric\" value=\"12\""), "{page}");
    let bad = browser.post("/privacy/retention", "events=25&unknown-cards=x&alarms=24&audit=24").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = bad.text();
    assert!(
        text.contains("id=\"events-problem\"")
            && text.contains("1–24")
            && text.contains("id=\"unknown-cards-problem\"")
    );
    let set = browser.post("/privacy/retention", "events=6&unknown-cards=1&alarms=24&audit=60").await;
    assert_eq!(set.header("location"), "/privacy?done=retention-set");
    let all = bench.api(Method::GET, "/privacy/retention", "").await.json();
    let months: Vec<_> = all.as_array().unwrap().iter().map(|one| one["months"].clone()).collect();
    assert_eq!(months, [json!(6), json!(1), json!(24), json!(60)]);
    let put = bench.api(Method::PUT, "/privacy/retention/events", r#"{"months": 12}"#).await;
    assert_eq!(put.json()[0]["months"], 12);
    let refused = bench.api(Method::PUT, "/privacy/retention/events", r#"{"months": 0}"#).await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("out-of-range"))
    );
    assert_eq!(bench.api(Method::PUT, "/privacy/retention/x", r#"{"months": 1}"#).await.status, StatusCode::NOT_FOUND);

    let form = "of=person&which=1&door=&from=&until=&ends=2027-06-30&reason=Police+case";
    let held = browser.post("/privacy/holds", form).await;
    assert_eq!(held.header("location"), "/privacy?done=hold-set#holds", "{}", held.text());
    for (form, field) in [
        ("of=person&which=99&ends=2027-06-30&reason=x", "which"),
        ("of=card&which=zz&ends=2027-06-30&reason=x", "which"),
        ("of=door&door=nowhere&ends=2027-06-30&reason=x", "door"),
        ("of=all&ends=2026-01-01&reason=x", "ends"),
        ("of=all&ends=2027-06-30&reason=", "reason"),
    ] {
        let refused = browser.post("/privacy/holds", form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.text().contains(&format!("id=\"{field}-problem\"")), "{form}: {}", refused.text());
    }
    let page = browser.get("/privacy").await.text();
    assert!(page.contains("Police case") && page.contains(NAME));
    let new = format!(
        r#"{{"scope": "door", "door": "{}", "ends": "2027-06-30T00:00:00Z", "reason": "Works council"}}"#,
        door(0)
    );
    let made = bench.api(Method::POST, "/privacy/holds", &new).await;
    assert_eq!((made.status, made.json()["door"].clone()), (StatusCode::CREATED, json!("pharmacy")));
    let mixed = r#"{"scope": "all", "person": 1, "ends": "2027-06-30T00:00:00Z", "reason": "x"}"#;
    assert_eq!(bench.api(Method::POST, "/privacy/holds", mixed).await.json()["field"], "scope");
    let id = made.json()["id"].as_i64().unwrap();
    let lift = format!("/privacy/holds/{id}/lift");
    assert_eq!(bench.api(Method::POST, &lift, r#"{"reason": "Done"}"#).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.api(Method::POST, &lift, r#"{"reason": "Done"}"#).await.status, StatusCode::CONFLICT);
    let listed = bench.api(Method::GET, "/privacy/holds", "").await.json();
    assert_eq!((&listed["items"][0]["on"], &listed["items"][1]["on"]), (&json!(false), &json!(true)));
    assert_eq!(browser.post("/privacy/holds/1/lift", "reason=").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.post("/privacy/holds/1/lift", "reason=Over").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_known_of_a_person_can_be_given_to_them() {
    let mut bench = Bench::new().await;
    for _ in 0..3 {
        bench.tap(0, uid(1), None);
    }
    bench.tap(0, uid(2), None);
    let mut browser = bench.signed_in().await;
    browser.post("/privacy/purpose", "next=%2Fpeople%2F1%2Fdata&reason=Her+own+request").await;
    let page = browser.get("/people/1/data").await.text();
    for part in [NAME, "1001", "04A1B201", "Sairaanhoitaja, Päivystys", "Her own request", "id=\"event-3\""] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("04A1B202"), "nobody else's");
    let file = browser.get("/people/1/data.json").await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"person-1.json\"");
    let data = file.json();
    assert_eq!(data["events"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&data["employments"][0]["title"], &data["cards"][0]["card"]),
        (&json!("Sairaanhoitaja"), &json!("04A1B201"))
    );
    assert_eq!(browser.get("/people/99/data").await.status, StatusCode::SEE_OTHER);
    assert!(bench.site.person(PersonId(1)).is_ok());
}
