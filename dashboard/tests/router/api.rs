//! The REST API, as `docs/API.md` describes it.

use crate::support::{Answer, Bench, TOKEN, uid};
use access::reason::Reason;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use db::site::CommandState;
use serde_json::{Value, json};

fn problem(answer: &Answer, status: StatusCode) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], status.as_u16());
    assert_eq!(problem["type"], "about:blank");
    problem
}

#[tokio::test]
async fn a_card_is_added_given_listed_blocked_and_freed() {
    let bench = Bench::new().await;
    let body = r#"{"uid":"04:11:22:33:44:55:66","kind":"backup","validity":{"until":"2027-01-01T00:00:00+02:00"}}"#;
    let added = bench.api(Method::POST, "/cards", body).await;
    assert_eq!(added.status, StatusCode::CREATED);
    assert_eq!(added.header("location"), "/api/v1/cards/04112233445566");
    assert_eq!(added.json()["validity"], json!({"from": null, "until": "2026-12-31T22:00:00Z"}));
    let place = "/cards/04112233445566";
    let given = bench.api(Method::POST, &format!("{place}/give"), r#"{"person":1}"#).await;
    assert_eq!(given.json()["holder"]["name"], "Maija Meikäläinen");
    let window = r#"{"from":"2026-11-24T00:00:00Z","until":null}"#;
    let listed = bench.api(Method::PUT, &format!("{place}/doors/ward-3"), window).await;
    assert_eq!(listed.json()["doors"][0], json!({"door": "ward-3", "from": "2026-11-24T00:00:00Z", "until": null}));
    let always = bench.api(Method::PUT, &format!("{place}/doors/ward-3"), "").await;
    assert_eq!(always.json()["doors"][0]["from"], Value::Null);
    let blocked = bench.api(Method::POST, &format!("{place}/block"), "").await;
    assert_eq!(blocked.json()["blocks"], json!(["blocked"]));
    let more = bench.api(Method::POST, &format!("{place}/block"), r#"{"block":"suspended"}"#).await;
    assert_eq!((more.status, more.json()["code"].as_str()), (StatusCode::CONFLICT, Some("is-blocked")));
    let free = bench.api(Method::POST, &format!("{place}/unblock"), "{}").await;
    assert_eq!(free.json()["blocks"], json!([]));
    let gone = bench.api(Method::DELETE, &format!("{place}/doors/ward-3"), "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let card = bench.api(Method::GET, place, "").await.json();
    assert_eq!(card["uid"], "04112233445566");
    assert_eq!(card["doors"], json!([]));
}

#[tokio::test]
async fn cards_and_people_are_listed_in_pages() {
    let bench = Bench::new().await;
    for kind in ["cards", "people"] {
        let first = bench.api(Method::GET, &format!("/{kind}?limit=1"), "").await.json();
        let next = first["next"].as_str().unwrap();
        let second = bench.api(Method::GET, &format!("/{kind}?limit=1&after={next}"), "").await.json();
        assert_eq!(first["items"].as_array().unwrap().len(), 1);
        assert_ne!(first["items"], second["items"]);
    }
    let found = bench.api(Method::GET, "/people?text=meik", "").await.json();
    assert_eq!(found["items"][0]["cards"], json!(["04A1B201"]));
    assert_eq!(found["next"], Value::Null);
    let blocked = bench.api(Method::GET, "/cards?blocked=true", "").await.json();
    assert_eq!(blocked["items"], json!([]));
}

#[tokio::test]
async fn the_log_can_be_followed_by_its_cursor() {
    let mut bench = Bench::new().await;
    bench.tap(0, uid(1), None);
    bench.tap(1, uid(1), Some(Reason::CardExpired));
    bench.tap(0, uid(2), None);
    let first = bench.api(Method::GET, "/events?after=0&limit=2", "").await.json();
    assert_eq!(first["items"][0]["id"], 1);
    assert_eq!(first["items"][0]["card"], "04A1B201");
    assert_eq!(first["items"][1]["reasons"], json!(["card-expired"]));
    assert_eq!(first["next"], "2");
    let rest = bench.api(Method::GET, "/events?after=2", "").await.json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next"], "3");
    let end = bench.api(Method::GET, "/events?after=3", "").await.json();
    assert_eq!((&end["items"], &end["next"]), (&json!([]), &json!("3")));
    let newest = bench.api(Method::GET, "/events?limit=1", "").await.json();
    assert_eq!(newest["items"][0]["id"], 3);
    assert_eq!(newest["items"][0]["at"], "2026-11-24T13:00:00.000Z");
    let door = bench.api(Method::GET, "/events?door=ward-3&card=04A1B201&purpose=A%20test", "").await.json();
    assert_eq!(door["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn unlocking_is_accepted_and_its_outcome_can_be_asked() {
    let bench = Bench::new().await;
    let asked = bench.api(Method::POST, "/doors/pharmacy/commands", r#"{"action":"unlock-once","reason":"x"}"#).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    let command = asked.json();
    assert_eq!(command["state"], "requested");
    assert_eq!(command["operator"], "maija");
    let id = command["id"].as_str().unwrap();
    assert_eq!(asked.header("location"), format!("/api/v1/commands/{id}"));
    bench.site.set_command_state(id.parse().unwrap(), CommandState::Expired, bench.now()).unwrap();
    let now = bench.api(Method::GET, &format!("/commands/{id}"), "").await.json();
    assert_eq!(now["state"], "expired");
}

#[tokio::test]
async fn doors_tell_what_is_wanted_and_what_is_in_force() {
    let bench = Bench::new().await;
    let doors = bench.api(Method::GET, "/doors", "").await.json();
    assert_eq!(doors["items"].as_array().unwrap().len(), 3);
    let door = bench.api(Method::GET, "/doors/pharmacy", "").await.json();
    assert_eq!(door["name"], "Apteekki");
    assert_eq!(door["online"], false);
    assert_eq!(door["up_to_date"], false);
    assert_eq!(door["settings"]["reading"], "uid-only");
    assert_eq!(door["generation_in_force"], Value::Null);
}

#[tokio::test]
async fn whatever_is_wrong_comes_as_a_problem_document() {
    let bench = Bench::new().await;
    for (method, path, body, status) in [
        (Method::GET, "/nothing", "", StatusCode::NOT_FOUND),
        (Method::GET, "/cards/zz", "", StatusCode::NOT_FOUND),
        (Method::GET, "/cards/04FFFFFF", "", StatusCode::NOT_FOUND),
        (Method::GET, "/doors/none", "", StatusCode::NOT_FOUND),
        (Method::POST, "/doors/none/commands", r#"{"action":"unlock-once","reason":"x"}"#, StatusCode::NOT_FOUND),
        (Method::GET, "/commands/1", "", StatusCode::NOT_FOUND),
        (Method::GET, "/people/99", "", StatusCode::NOT_FOUND),
        (Method::DELETE, "/cards", "", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/cards", "{", StatusCode::BAD_REQUEST),
        (Method::POST, "/cards", "{}", StatusCode::UNPROCESSABLE_ENTITY),
        (Method::POST, "/cards", r#"{"uid":"1","kind":"staff"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (Method::POST, "/cards", r#"{"uid":"04FFFFFF","kind":"x"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (Method::POST, "/cards", r#"{"uid":"04FFFFFF","kind":"staff","other":1}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (Method::POST, "/cards", r#"{"uid":"04A1B201","kind":"staff"}"#, StatusCode::CONFLICT),
        (Method::POST, "/cards/04A1B201/block", r#"{"block":"x"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (Method::POST, "/cards/04A1B201/give", r#"{"person":99}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (Method::PUT, "/cards/04A1B201/doors/pharmacy", r#"{"from":"x"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (Method::POST, "/people", r#"{"name":""}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (Method::POST, "/people", r#"{"name":"x","external_id":"1001"}"#, StatusCode::CONFLICT),
        (Method::GET, "/events?limit=0", "", StatusCode::UNPROCESSABLE_ENTITY),
        (Method::GET, "/events?limit=1001", "", StatusCode::UNPROCESSABLE_ENTITY),
        (Method::GET, "/events?limit=ten", "", StatusCode::UNPROCESSABLE_ENTITY),
        (Method::GET, "/events?door=none", "", StatusCode::UNPROCESSABLE_ENTITY),
        (Method::GET, "/events?code=none", "", StatusCode::UNPROCESSABLE_ENTITY),
        (Method::GET, "/events?after=x", "", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let before = bench.site.latest().unwrap();
        let answer = bench.api(method.clone(), path, body).await;
        println!("{method} {path} {body}");
        problem(&answer, status);
        assert_eq!(bench.site.latest().unwrap(), before);
    }
    let reversed = r#"{"uid":"04FFFFFF","kind":"staff","validity":{"from":"2027-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}}"#;
    let answer = bench.api(Method::POST, "/cards", reversed).await;
    let problem = problem(&answer, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "reversed-window");
    let methods = bench.api(Method::DELETE, "/cards", "").await;
    assert!(methods.header("allow").contains("POST"));
}

#[tokio::test]
async fn a_limit_outside_its_range_is_told_from_what_is_no_number() {
    let bench = Bench::new().await;
    for (limit, code) in
        [("0", "out-of-range"), ("-1", "out-of-range"), ("4294967296", "out-of-range"), ("ten", "not-a-number")]
    {
        let answer = bench.api(Method::GET, &format!("/cards?limit={limit}"), "").await;
        let problem = problem(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!((&problem["field"], &problem["code"]), (&json!("limit"), &json!(code)), "{limit}");
    }
}

#[tokio::test]
async fn a_name_or_external_id_that_reads_otherwise_than_it_is_stored_is_refused() {
    let bench = Bench::new().await;
    for (field, body) in [
        ("name", r#"{"name":"Ma\u202eaji"}"#),
        ("name", r#"{"name":"Maija\u0000"}"#),
        ("external_id", r#"{"name":"Maija","external_id":"10\u200b01"}"#),
    ] {
        let answer = bench.api(Method::POST, "/people", body).await;
        let problem = problem(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!((&problem["field"], &problem["code"]), (&json!(field), &json!("hidden-character")), "{body}");
    }
}

#[tokio::test]
async fn a_body_of_another_type_or_without_end_is_refused() {
    let bench = Bench::new().await;
    let send = |kind: &'static str, body: String| {
        let request = Request::post("/api/v1/people")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        bench.send(request)
    };
    problem(&send("text/plain", "{}".to_owned()).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(70_000));
    problem(&send("application/json", long).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_card_number_never_stands_in_an_error() {
    let bench = Bench::new().await;
    for (method, path, body) in
        [(Method::GET, "/cards/04FFFFFF", ""), (Method::POST, "/cards", r#"{"uid":"04A1B201","kind":"staff"}"#)]
    {
        let text = bench.api(method, path, body).await.text();
        assert!(!text.contains("04FFFFFF") && !text.contains("04A1B201"), "{text}");
    }
}
