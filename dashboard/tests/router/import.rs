//! Imports: looked at first, applied only as they were looked at.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use db::site::{NewPerson, PersonId};
use serde_json::{Value, json};

use crate::support::{Answer, Bench, TOKEN, actor};

const PEOPLE: &str = "Henkilönumero;Nimi;Palvelussuhde;Yksikkö;Nimike;Alkaen;Päättyy\r\n\
    1001;Maija Mäkelä;E1;Päivystys;Sairaanhoitaja;1.1.2020;\r\n\
    1002;Åke Öström;E2;Leikkaus;Lääkäri;1.1.2026;31.12.2026\r\n";

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn hidden<'a>(text: &'a str, name: &str) -> &'a str {
    text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap()
}

async fn call(bench: &Bench, path: &str, kind: &str, body: &[u8]) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/api/v1/import/{path}"))
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("content-type", kind);
    bench.send(request.body(Body::from(body.to_vec())).unwrap()).await
}

#[tokio::test]
async fn a_file_is_looked_at_and_then_applied() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let before = bench.site.latest().unwrap();
    let form = format!("kind=people&content={}", encoded(PEOPLE));
    let looked = browser.post("/import", &format!("{form}&step=look")).await;
    assert_eq!(looked.status, StatusCode::OK);
    let text = looked.text();
    for part in ["New", "Changed", "1002", "E1"] {
        assert!(text.contains(part), "{part}");
    }
    assert_eq!(bench.site.latest().unwrap(), before, "looking changes nothing");
    let seen = format!("&digest={}&plan={}&step=apply", hidden(&text, "digest"), hidden(&text, "plan"));
    let applied = browser.post("/import", &format!("{form}{seen}")).await;
    assert_eq!(applied.header("location"), "/import?done=imported", "{}", applied.text());
    assert_eq!(bench.site.person(PersonId(1)).unwrap().name, "Maija Mäkelä");
    // Once more changes nothing.
    let again = browser.post("/import", &format!("{form}&step=look")).await.text();
    assert!(again.contains("<dt>Unchanged</dt><dd>4</dd>"), "{again}");
}

#[tokio::test]
async fn what_was_not_looked_at_is_not_applied() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let form = format!("kind=people&content={}", encoded(PEOPLE));
    let text = browser.post("/import", &format!("{form}&step=look")).await.text();
    let seen = format!("&digest={}&plan={}&step=apply", hidden(&text, "digest"), hidden(&text, "plan"));
    // Another file, other choices, or a site that somebody has changed meanwhile.
    let other = format!("kind=people&content={}{seen}", encoded(&PEOPLE.replace("Leikkaus", "Apteekki")));
    let choice = format!("{form}&ignore_unknown=1{seen}");
    for form in [other, choice] {
        let before = bench.site.latest().unwrap();
        let answer = browser.post("/import", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("Nothing was imported"));
        assert_eq!(bench.site.latest().unwrap(), before);
    }
    let person = NewPerson { name: "Åke Öström".to_owned(), external_id: Some("1002".to_owned()) };
    bench.site.add_person(&actor(), person).unwrap();
    let before = bench.site.latest().unwrap();
    let moved = browser.post("/import", &format!("{form}{seen}")).await;
    assert!(moved.text().contains("Nothing was imported"));
    assert_eq!(bench.site.latest().unwrap(), before);
}

#[tokio::test]
async fn a_file_with_errors_is_told_of_by_row_and_column_and_nothing_is_applied() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (kind, content, said) in [
        ("people", "person;name;unit;title;until\n1;A;X;Y;31.2.2026\n", "Enter a day"),
        ("people", "person;salary\n1;5\n", "salary"),
        ("people", "person\n1\n", "These columns are missing"),
        ("cards", "card;kind\n12;staff\n", "hexadecimal digits"),
        ("cards", "card;kind;person\n04FFFFFF;staff;9999\n", "no such person"),
        ("cards", "card;kind;from;until\n04FFFFFF;staff;1.1.2026;1.3.2031\n", "60 months"),
        ("rights", "person;profession\n9999;x\n", "no such person"),
        ("people", "", "Enter a value"),
        ("nothing", "a;b\n1;2\n", "one of the values"),
    ] {
        let before = bench.site.latest().unwrap();
        let form = format!("kind={kind}&content={}&step=apply&digest=&plan=", encoded(content));
        let answer = browser.post("/import", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{content}");
        assert!(answer.text().contains(said), "{content}: {said}");
        assert_eq!(bench.site.latest().unwrap(), before, "{content}");
    }
}

#[tokio::test]
async fn the_page_takes_more_than_other_forms_do() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let mut file = String::from("person;name\n");
    for number in 0..5_000 {
        file.push_str(&format!("P{number};Henkilö Numero {number}\n"));
    }
    let looked = browser.post("/import", &format!("kind=people&content={}&step=look", encoded(&file))).await;
    assert_eq!(looked.status, StatusCode::OK);
    assert!(looked.text().contains("<dt>New</dt><dd>5000</dd>"));
    let elsewhere = browser.post("/people", &format!("name={}", encoded(&file))).await;
    assert_eq!(elsewhere.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_api_looks_and_applies() {
    let bench = Bench::new().await;
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(PEOPLE);
    let looked = call(&bench, "people?dry_run=1", "text/csv", &windows).await.json();
    assert_eq!((&looked["applied"], &looked["added"]), (&json!(false), &json!(3)));
    assert_eq!(looked["differences"][0]["key"], "1001");
    let plan = looked["plan"].as_str().unwrap().to_owned();
    let other = call(&bench, &format!("people?plan={}", "0".repeat(64)), "text/csv", &windows).await;
    assert_eq!((other.status, other.json()["code"].clone()), (StatusCode::UNPROCESSABLE_ENTITY, json!("plan-changed")));
    // The same people and columns, and other values: not what was looked at.
    let values = PEOPLE.replace("Leikkaus", "Apteekki");
    let other = call(&bench, &format!("people?plan={plan}"), "text/csv", values.as_bytes()).await;
    assert_eq!(other.json()["code"], "plan-changed");
    let applied = call(&bench, &format!("people?plan={plan}"), "text/csv; charset=windows-1252", &windows).await.json();
    assert_eq!(applied["applied"], true);
    assert!(applied["generation"].is_u64());
    let cards = call(&bench, "cards", "text/csv", b"card,kind,person\n04AAAAAA,staff,1002\n").await.json();
    assert_eq!((&cards["applied"], &cards["added"]), (&json!(true), &json!(1)));
    let rights = br#"[{"person":"1001","profession":"Sairaanhoitaja","from":"2020-01-01"}]"#;
    let rights = call(&bench, "rights?source=terhikki", "application/json", rights).await.json();
    assert_eq!(rights["added"], 1);
    assert_eq!(bench.site.rights(PersonId(1)).unwrap()[0].source, "terhikki");
}

#[tokio::test]
async fn the_api_names_what_is_wrong_and_applies_nothing() {
    let bench = Bench::new().await;
    let before = bench.site.latest().unwrap();
    for (path, kind, body, status, code) in [
        ("people", "text/csv", "person;name\n;x\n", 422, json!("file-rows")),
        ("people", "text/csv", "person;name;x\n1;x;y\n", 422, json!("file-unknown-columns")),
        ("people", "text/csv", "", 422, json!("file-empty")),
        ("people", "application/json", "[]", 415, Value::Null),
        ("people?dry_run=maybe", "text/csv", "person;name\n1;x\n", 422, json!("unknown-code")),
        ("rights", "application/json", "{}", 422, json!("file-json")),
        ("nothing", "text/csv", "a\n1\n", 404, Value::Null),
    ] {
        let answer = call(&bench, path, kind, body.as_bytes()).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (status, code), "{path} {body}");
    }
    let told = call(&bench, "people", "text/csv", b"person;name\n;x\n").await.json();
    assert_eq!(told["report"]["errors"][0], json!({"table": "people", "row": 2, "column": "person", "code": "empty"}));
    assert_eq!(bench.site.latest().unwrap(), before);
}

#[tokio::test]
async fn many_ends_need_a_confirmation() {
    let bench = Bench::new().await;
    let mut file = String::from("person;name;employment;unit;title\n");
    for number in 0..40 {
        file.push_str(&format!("P{number};Henkilö {number};E{number};Osasto;Hoitaja\n"));
    }
    assert_eq!(call(&bench, "people", "text/csv", file.as_bytes()).await.json()["applied"], true);
    let cut: String = file.split_inclusive('\n').take(11).collect();
    let before = bench.site.latest().unwrap();
    let refused = call(&bench, "people?end_absent=1", "text/csv", cut.as_bytes()).await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (422, json!("needs-confirmation")));
    assert_eq!(refused.json()["report"]["removed"], 30);
    assert_eq!(bench.site.latest().unwrap(), before);
    let mut browser = bench.signed_in().await;
    let form = format!("kind=people&end_absent=1&content={}", encoded(&cut));
    let looked = browser.post("/import", &format!("{form}&step=look")).await.text();
    assert!(looked.contains("confirm_removals"));
    let seen = format!("&digest={}&plan={}&step=apply", hidden(&looked, "digest"), hidden(&looked, "plan"));
    let unconfirmed = browser.post("/import", &format!("{form}{seen}")).await;
    assert_eq!(unconfirmed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bench.site.latest().unwrap(), before);
    let confirmed = browser.post("/import", &format!("{form}{seen}&confirm_removals=1")).await;
    assert_eq!(confirmed.header("location"), "/import?done=imported");
}
