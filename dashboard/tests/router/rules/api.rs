//! The same by calls.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Rules;

impl Rules {
    async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.bench.api(method, path, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer.json()
    }
}

#[tokio::test]
async fn the_api_makes_previews_and_removes_all_of_it() {
    let rules = Rules::new().await;
    let group = rules.call(Method::POST, "/groups", &json!({"name": "Siivous"})).await["id"].clone();
    let place = format!("/groups/{group}");
    rules.call(Method::PUT, &place, &json!({"name": "Siivoojat"})).await;
    let member = format!("{place}/members/2");
    rules.call(Method::PUT, &member, &json!({"until": "2027-01-01T00:00:00Z"})).await;
    let members = rules.call(Method::GET, &format!("{place}/members"), &Value::Null).await;
    assert_eq!(members["items"][0]["member"], json!({"from": null, "until": "2027-01-01T00:00:00Z"}));
    rules.call(Method::PUT, &format!("{place}/matches"), &json!([{"unit": "Leikkaus", "kind": "staff"}])).await;
    let shown = rules.call(Method::GET, &place, &Value::Null).await;
    assert_eq!(shown["matches"], json!([{"unit": "Leikkaus", "title": null, "kind": "staff"}]));
    assert_eq!((&shown["name"], &shown["members"]), (&json!("Siivoojat"), &json!(1)));

    let area =
        rules.call(Method::POST, "/areas", &json!({"name": "Apteekki", "doors": ["pharmacy"]})).await["id"].clone();
    rules.call(Method::PUT, &format!("/areas/{area}"), &json!({"doors": ["main", "ward-3"]})).await;
    let shown = rules.call(Method::GET, &format!("/areas/{area}"), &Value::Null).await;
    assert_eq!(shown["doors"], json!(["main", "ward-3"]));

    let week = json!({"name": "Yö", "days": {"friday": "22:00-06:00"}, "holiday": "10:00-14:00",
        "exceptions": {"2026-12-24": ""}});
    let schedule = rules.call(Method::POST, "/schedules", &week).await["id"].clone();
    let shown = rules.call(Method::GET, &format!("/schedules/{schedule}"), &Value::Null).await;
    assert_eq!((&shown["days"]["friday"], &shown["days"]["monday"]), (&json!("22:00-06:00"), &json!("")));
    assert_eq!((&shown["holiday"], &shown["exceptions"]), (&week["holiday"], &week["exceptions"]));

    let rule = json!({"group": group, "area": area, "schedule": schedule, "effect": "allow"});
    let before = rules.change();
    let preview = rules.call(Method::POST, "/rules?preview=true", &rule).await;
    assert_eq!(rules.change(), before);
    assert_eq!((&preview["change"], &preview["preview"]["gains"]["count"]), (&json!(before), &json!(2)));
    let saved = rules.call(Method::POST, &format!("/rules?seen={before}"), &rule).await;
    let place = format!("/rules/{}", saved["id"]);
    let late = rules.bench.api(Method::DELETE, &format!("{place}?seen={before}"), "").await;
    assert_eq!(late.json()["code"], "changed-meanwhile");
    let shown = rules.call(Method::GET, &format!("/rules?group={group}"), &Value::Null).await;
    assert_eq!(shown["items"][0]["area_name"], "Apteekki");
    rules.call(Method::DELETE, &place, &Value::Null).await;
    for gone in [format!("/groups/{group}"), format!("/areas/{area}"), format!("/schedules/{schedule}")] {
        rules.call(Method::DELETE, &gone, &Value::Null).await;
        assert_eq!(rules.bench.api(Method::GET, &gone, "").await.status, StatusCode::NOT_FOUND);
    }

    let calendar = json!({"zone": "Europe/Stockholm", "set": "finland", "changed": {"2026-12-24": true}});
    rules.call(Method::PUT, "/calendar", &calendar).await;
    assert_eq!(rules.call(Method::GET, "/calendar", &Value::Null).await, calendar);
}

#[tokio::test]
async fn the_api_names_what_is_wrong() {
    let rules = Rules::new().await;
    for (method, path, body, field, code) in [
        (Method::POST, "/groups", json!({"name": ""}), "name", "empty"),
        (Method::POST, "/groups", json!({"name": "Hoitajat"}), "group", "duplicate"),
        (Method::DELETE, "/groups/1", Value::Null, "group", "used-by-rule"),
        (Method::PUT, "/groups/1/members/99", Value::Null, "person", "unknown-person"),
        (Method::PUT, "/groups/1/matches", json!([{}]), "matches", "no-match"),
        (Method::POST, "/areas", json!({"name": "x", "doors": ["none"]}), "door", "unknown-door"),
        (Method::POST, "/areas", json!({"name": "x", "doors": ["Ä"]}), "doors", "unknown-door"),
        (Method::POST, "/schedules", json!({"name": "x", "days": {"monday": "07:00-25:00"}}), "monday", "window-clock"),
        (
            Method::POST,
            "/schedules",
            json!({"name": "x", "days": {"monday": "07:00-12:00,11:00-13:00"}}),
            "monday",
            "window-overlaps",
        ),
        (Method::POST, "/schedules", json!({"name": "x", "days": {"someday": ""}}), "days", "unknown-code"),
        (Method::POST, "/rules", json!({"group": 99, "area": 1, "effect": "allow"}), "group", "unknown-group"),
        (Method::POST, "/rules", json!({"group": 1, "area": 1, "effect": "x"}), "effect", "unknown-code"),
        (Method::PUT, "/calendar", json!({"zone": "Mars", "set": "none"}), "zone", "unknown-zone"),
    ] {
        let before = rules.change();
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let answer = rules.bench.api(method, path, &text).await;
        let problem = answer.json();
        assert_eq!((&problem["field"], &problem["code"]), (&json!(field), &json!(code)), "{path} {body}: {problem}");
        assert_eq!(rules.change(), before, "{path}");
    }
}
