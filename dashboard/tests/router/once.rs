//! Calls with an `Idempotency-Key`: done once, answered as often as they come.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use db::site::{Once, OnceKey, Role};
use sha2::{Digest as _, Sha256};

use crate::support::{Answer, Bench, TOKEN};

async fn called(bench: &Bench, (token, key): (&str, &str), method: Method, path: &str, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", key)
        .header("content-type", "application/json");
    bench.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn added(bench: &Bench, key: &str, name: &str) -> Answer {
    called(bench, (TOKEN, key), Method::POST, "/people", &format!("{{\"name\":\"{name}\"}}")).await
}

fn people(bench: &Bench) -> usize {
    bench.site.people(&Default::default(), db::site::Page { after: None, limit: 100 }).unwrap().len()
}

#[tokio::test]
async fn the_same_call_twice_makes_one_person_and_gets_the_same_answer_also_after_a_restart() {
    let mut bench = Bench::new().await;
    let before = people(&bench);
    let first = added(&bench, "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "Aino").await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (StatusCode::CREATED, ""));
    for restarted in [false, true] {
        if restarted {
            bench.restart();
        }
        let again = added(&bench, "8e03978e-40d5-43e8-bc93-6894a57f9324", "Aino").await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (StatusCode::CREATED, "true"));
        assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
        assert_eq!(again.header("content-type"), first.header("content-type"));
    }
    assert_eq!(people(&bench), before + 1);
    let other = added(&bench, "8e03978e-40d5-43e8-bc93-6894a57f9324", "Eero").await;
    assert_eq!(
        (other.status, other.json()["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("used-for-another"))
    );
    assert_eq!(other.json()["field"], "idempotency-key");
    let theirs = bench.token_of(Role::Admin, "all");
    let path = ("/people", r#"{"name":"Aino"}"#);
    let apart = called(&bench, (&theirs, "8e03978e-40d5-43e8-bc93-6894a57f9324"), Method::POST, path.0, path.1).await;
    assert_eq!(
        (apart.status, apart.header("idempotent-replayed")),
        (StatusCode::CREATED, ""),
        "keys are a token's own"
    );
    bench.wait_ms(24 * 3_600_000);
    assert_eq!(added(&bench, "8e03978e-40d5-43e8-bc93-6894a57f9324", "Aino").await.header("idempotent-replayed"), "");
    assert_eq!(people(&bench), before + 3);
}

#[tokio::test]
async fn a_call_under_way_is_waited_for_and_one_that_left_no_answer_is_not_done_again() {
    let mut bench = Bench::new().await;
    let before = people(&bench);
    let token = Sha256::new_with_prefix(b"token").chain_update(format!("Bearer {TOKEN}")).finalize().into();
    let key = OnceKey { token, key: "k".to_owned() };
    let body = r#"{"name":"Aino"}"#;
    let digest = Sha256::new_with_prefix(b"/v1/people").chain_update([0]).chain_update(body).finalize().into();
    // The controller stopped between the change and its answer.
    assert_eq!(bench.site.begin_once(&key, digest, 99, bench.now()).unwrap(), Once::Begun);
    bench.site.doing(key.clone()).add_person(&crate::support::actor(), person("Aino")).unwrap();
    let lost = added(&bench, "k", "Aino").await;
    assert_eq!((lost.status, lost.json()["code"].as_str()), (StatusCode::CONFLICT, Some("answer-not-kept")));
    assert_eq!(people(&bench), before + 1);
    // It stopped before: nothing was done, so it is done now.
    let early = OnceKey { key: "early".to_owned(), ..key };
    assert_eq!(bench.site.begin_once(&early, digest, 99, bench.now()).unwrap(), Once::Begun);
    assert_eq!(added(&bench, "early", "Aino").await.status, StatusCode::CREATED);
    assert_eq!(people(&bench), before + 2);
    // Two at once: one is done, the other waits or hears the same.
    let (one, other) = tokio::join!(added(&bench, "both", "Eero"), added(&bench, "both", "Eero"));
    let done = [&one, &other].iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    let waits = [&one, &other].iter().filter(|answer| answer.status == StatusCode::CONFLICT).count();
    assert!(done >= 1 && done + waits == 2, "{} {}", one.status, other.status);
    assert_eq!(people(&bench), before + 3);
    bench.restart();
    assert_eq!(added(&bench, "both", "Eero").await.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn a_refused_call_frees_its_key_and_a_link_is_told_once() {
    let bench = Bench::new().await;
    assert_eq!(added(&bench, "k", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(added(&bench, "k", "Aino").await.status, StatusCode::CREATED);
    let operator = r#"{"name":"olli","role":"desk"}"#;
    let made = called(&bench, (TOKEN, "o"), Method::POST, "/operators", operator).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let again = called(&bench, (TOKEN, "o"), Method::POST, "/operators", operator).await;
    assert_eq!((again.status, again.json()["code"].as_str()), (StatusCode::CONFLICT, Some("answer-not-kept")));
    for key in ["", "\"\"", &"x".repeat(256), "a\"b"] {
        assert_eq!(added(&bench, key, "Eero").await.status, StatusCode::BAD_REQUEST, "{key}");
    }
    let reader = bench.token_of(Role::Auditor, "all");
    let forbidden = called(&bench, (&reader, "o"), Method::POST, "/operators", operator).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN, "a key opens nothing");
    for _ in 0..2 {
        // What is the same however often it is done needs no key.
        let set = called(&bench, (TOKEN, "p"), Method::PUT, "/reviews/days", r#"{"days":30}"#).await;
        assert_eq!((set.status, set.header("idempotent-replayed")), (StatusCode::OK, ""));
    }
}

fn person(name: &str) -> db::site::NewPerson {
    db::site::NewPerson { name: name.to_owned(), external_id: None }
}
