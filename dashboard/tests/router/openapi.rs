//! The OpenAPI document: it has every call and nothing else, says of each what the router asks, and is for tokens only.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use db::site::Role;
use serde_json::Value;

use crate::support::{Bench, Called};

async fn document(bench: &Bench) -> Value {
    let answer = bench.api(Method::GET, "/openapi.json", "").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    answer.json()
}

fn operations(document: &Value) -> impl Iterator<Item = (Method, &str, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, told)| (method.to_uppercase().parse().unwrap(), path.as_str(), told))
    })
}

#[tokio::test]
async fn every_call_is_an_operation_with_its_right_and_every_operation_is_a_call() {
    let bench = Bench::new().await;
    let document = document(&bench).await;
    let named = |method: &Method, path: &str, right: &str| format!("{method} {path} {right}");
    let told: BTreeSet<_> = operations(&document)
        .map(|(method, path, told)| named(&method, path, told["x-right"].as_str().unwrap()))
        .collect();
    let called: BTreeSet<_> = bench
        .calls()
        .iter()
        .map(|Called { method, pattern, right, .. }| named(method, pattern, right.code()))
        .collect();
    assert_eq!(told, called);
    let ids: BTreeSet<_> = operations(&document).map(|(.., told)| told["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), called.len(), "each has its own id");
}

#[tokio::test]
async fn what_an_operation_names_is_there_and_what_it_reads_is_told() {
    let bench = Bench::new().await;
    let document = document(&bench).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut refs = Vec::new();
    references(&document, &mut refs);
    assert!(refs.len() > 500, "{}", refs.len());
    for place in refs {
        assert!(document.pointer(place.strip_prefix('#').unwrap()).is_some(), "{place} is nowhere");
    }
    for (method, path, told) in operations(&document) {
        let parameters = told["parameters"].as_array().unwrap();
        let of = |place: &str| parameters.iter().filter(|one| one["in"] == place).count();
        assert_eq!(of("path"), path.matches('{').count(), "{path}");
        for left in ["x-untold-query", "x-unread-query"] {
            assert!(told.get(left).is_none(), "{method} {path}: {left}");
        }
        let done: Vec<_> =
            told["responses"].as_object().unwrap().keys().filter(|status| status.starts_with('2')).collect();
        assert_eq!(done.len(), 1, "{method} {path}: {done:?}");
        let answer = &told["responses"][done[0].as_str()];
        assert_eq!(answer.get("content").is_none(), done[0] == "204", "{method} {path}");
        for status in ["401", "403", "404", "503"] {
            assert_eq!(told["responses"][status]["$ref"], "#/components/responses/Problem", "{method} {path} {status}");
        }
        assert!(told["responses"].get("500").is_none(), "a fault of ours is no answer");
    }
}

fn references<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn any_token_may_read_the_document_and_nobody_else() {
    let bench = Bench::new().await;
    let known = document(&bench).await;
    for token in [bench.token_of(Role::Desk, "card-block"), bench.token_of(Role::Auditor, "read")] {
        for place in ["/api/openapi.json", "/api/v1/openapi.json"] {
            let request = Request::get(place).header("authorization", format!("Bearer {token}"));
            let answer = bench.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.json(), known, "{place}");
        }
    }
    let stranger = bench.send(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    let mut browser = bench.signed_in().await;
    assert_eq!(browser.get("/api/openapi.json").await.status, StatusCode::UNAUTHORIZED, "cookies count for nothing");
}
