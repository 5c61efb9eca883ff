//! The OpenAPI 3.1 document, made from the calls themselves.
//!
//! | module | subject |
//! | --- | --- |
//! | `describe` | what the types of a handler say |
//! | `path`, `query` | what stands in the address |
//!
//! It lies where every token may read it and nobody else: whoever has none learns nothing here, not even which paths there
//! are, and whoever writes a program has one.

use std::sync::OnceLock;

use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use self::describe::Draft;
use super::calls::Operation;
use super::problem::Problem;

pub(super) mod describe;
mod path;
mod query;

/// Where it is, below the place of the API and below its version.
pub(super) const PLACE: &str = "/openapi.json";

/// Answers with the document. It is the same for everybody, so it is made once, when it is asked for first.
pub(super) fn serve(operations: &[Operation]) -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| document(operations).to_string());
    ([(CONTENT_TYPE, "application/json")], document.as_str()).into_response()
}

/// The document of these calls, whose paths are as they are called from outside.
fn document(operations: &[Operation]) -> Value {
    // A body is read and an answer is written, so the two say different things of one type. Bodies are told where they
    // stand, so that their names do not meet.
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    let mut bodies =
        settings.clone().for_deserialize().with(|settings| settings.inline_subschemas = true).into_generator();
    let named = settings.for_serialize().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut answers = named.into_generator();
    let problem = answers.subschema_for::<Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let told = told(operation, &mut bodies, &mut answers);
        let path = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(operation.method.as_str().to_lowercase(), told);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kulku",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Physical access control of a site. Rules that hold for every call stand in docs/API.md.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": {"Problem": {
                "description": "It could not be done, and why (RFC 9457)",
                "content": {"application/problem+json": {"schema": problem}},
            }},
            "schemas": answers.take_definitions(true),
        },
    })
}

fn told(operation: &Operation, bodies: &mut SchemaGenerator, answers: &mut SchemaGenerator) -> Value {
    let Operation { method, path, right, describe } = operation;
    let mut draft = Draft { bodies, answers, body: None, success: Map::new(), query: false, if_match: false };
    describe(&mut draft);
    let Draft { body, success, query, if_match, .. } = draft;
    let mut parameters = path::parameters(path);
    let names = query::parameters(method, path);
    parameters.extend(names.iter().cloned());
    if if_match {
        let about = "The ETag of what was read: refused if somebody has edited it since";
        parameters
            .push(json!({"name": "If-Match", "in": "header", "description": about, "schema": {"type": "string"}}));
    }
    if *method == Method::POST && !path.contains("/import/") {
        let about = "Done once in a day, however often it comes with this key";
        let key = json!({"type": "string", "minLength": 1, "maxLength": db::site::ONCE_KEY_LENGTH_MAX, "pattern": "^[!#-~]+$"});
        parameters.push(json!({"name": "Idempotency-Key", "in": "header", "description": about, "schema": key}));
    }
    let mut responses = success;
    for status in refusals(method, body.is_some(), !names.is_empty(), if_match) {
        responses.insert(status.to_string(), json!({"$ref": "#/components/responses/Problem"}));
    }
    let mut told = json!({
        "operationId": id(method, path),
        "tags": [subject(path)],
        "x-right": right.code(),
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(told) = told.as_object_mut() {
        told.extend(body.map(|body| ("requestBody".to_owned(), body)));
        // For the tests: the list of names stands apart from the handler that reads them. A purpose is read before it.
        let left = match (query, names.iter().any(|one| one["name"] != "purpose")) {
            (true, false) => Some("x-untold-query"),
            (false, true) => Some("x-unread-query"),
            _ => None,
        };
        told.extend(left.map(|left| (left.to_owned(), Value::Bool(true))));
    }
    told
}

/// For bodies of which no field may be left out, not even one that may be null.
pub(super) fn all_required(schema: &mut Schema) {
    let names = schema.get("properties").and_then(Value::as_object).map(|all| all.keys().cloned().collect::<Vec<_>>());
    if let Some(names) = names {
        schema.insert("required".to_owned(), names.into());
    }
}

/// With what a call may be refused. 500 is none of them: that is a fault of ours.
fn refusals(method: &Method, body: bool, query: bool, if_match: bool) -> Vec<u16> {
    let changes = *method != Method::GET;
    let mut all = vec![400, 401, 403, 404, 503];
    all.extend((changes || query).then_some(422));
    all.extend(changes.then_some(409));
    all.extend(body.then_some([413, 415]).into_iter().flatten());
    all.extend(if_match.then_some(412));
    all
}

/// `get-doors-id-settings`, which is the same for ever as the path is.
fn id(method: &Method, path: &str) -> String {
    let words = path.split('/').skip(3).map(|word| word.trim_matches(['{', '}']).replace('.', "-"));
    [method.as_str().to_lowercase()].into_iter().chain(words).collect::<Vec<_>>().join("-")
}

/// The first word behind the version.
fn subject(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or_default().trim_end_matches(".csv")
}
