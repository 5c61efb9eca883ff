//! An operator who is limited to a unit and an area: asked of every route that the router has, whether anything foreign
//! comes out, and whether anything foreign can be changed.

use access::entry::ScheduleId;
use access::reason::Reason;
use access::time::Window;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use db::site::{
    AreaId, CardKind, Effect, GroupId, Limit, LockdownScope, NewCard, NewEmployment, NewPerson, NewRule, PersonId,
    Role, RuleEdit,
};
use futures_util::StreamExt as _;

use crate::support::{Answer, Bench, Browser, Called, TOKEN, actor, command, door, uid};

/// What stands nowhere but in what is foreign: names, cards and doors.
const FOREIGN: [&str; 7] = ["Meikäläinen", "alert(", "04A1B201", "04A1B202", "Apteekki", "Pääovi", "Siivoojakaappi"];

/// The person who is within, and their number.
const OWN: (&str, i64) = ("Oona Omatytti", 3);

/// A bench whose ward has a person, a card, a door and a group of its own, and in which much happens elsewhere.
async fn ward() -> (Bench, Vec<AreaId>) {
    let mut bench = Bench::with(true).await;
    bench.add_desk();
    let site = bench.site.clone();
    let person = NewPerson { name: OWN.0.to_owned(), external_id: Some("3003".to_owned()) };
    assert_eq!(site.add_person(&actor(), person).unwrap().id, PersonId(OWN.1));
    site.add_employment(&actor(), PersonId(OWN.1), &NewEmployment::always("Osasto 3", "Hoitaja")).unwrap();
    site.add_card(&actor(), NewCard::new(uid(3), CardKind::Staff, Window::ALWAYS)).unwrap();
    site.give_card(&actor(), &uid(3), PersonId(OWN.1), Window::ALWAYS).unwrap();
    let own = site.add_area(&actor(), "Osastoalue", &[door(1)]).unwrap();
    let other = site.add_area(&actor(), "Muu alue", &[door(0), door(2)]).unwrap();
    for (name, area) in [("Hoitajat", own), ("Proviisorit", other)] {
        let group = site.add_group(&actor(), name).unwrap();
        let (window, note) = (Window::ALWAYS, String::new());
        let rule = NewRule { group, area, schedule: ScheduleId::ALWAYS, effect: Effect::Allow, window, note };
        site.add_rule(&actor(), rule).unwrap();
        let member = RuleEdit::SetMember { group, person: PersonId(1), window: Window::ALWAYS };
        site.edit_rules(&actor(), &member).unwrap();
    }
    bench.tap(0, uid(1), None);
    bench.tap(2, uid(2), Some(Reason::CardBlocked));
    bench.tap(1, uid(3), None);
    bench.tap(1, uid(3), Some(Reason::CardBlocked));
    site.raise_alarm("held-open", Some(&door(0)), None, bench.now()).unwrap();
    site.raise_alarm("held-open", Some(&door(1)), None, bench.now()).unwrap();
    site.lock_down(&actor(), &LockdownScope::Door(door(2)), None, "Siivoojakaappi").unwrap();
    command(&site, 0);
    (bench, vec![own, other])
}

/// Limits somebody of this role to the ward, and lets them sign in.
async fn limited(bench: &Bench, areas: &[AreaId], role: Role) -> (Browser, String) {
    let token = bench.token_of(role, "all");
    let id = bench.site.operator(role.code()).unwrap().unwrap().id;
    let limit = Limit { units: vec!["Osasto 3".to_owned()], areas: areas[..1].to_vec() };
    bench.site.set_limit(&actor(), id, limit).unwrap();
    (bench.signed_in_as(role).await, token)
}

/// A route with what is foreign in its path, and with what is the operator's own.
fn twice(called: &Called) -> [String; 2] {
    let own = [("{uid}", "04A1B203"), ("{door}", "ward-3"), ("{person}", "3"), ("{id}", "3")];
    let path = own.into_iter().fold(called.pattern.clone(), |path, (name, value)| path.replace(name, value));
    let path = if called.pattern.contains("/doors/{id}") { path.replace("/doors/3", "/doors/ward-3") } else { path };
    let rest = [
        ("{what}", "employments"),
        ("{number}", "3"),
        ("{kind}", "people"),
        ("{issuer}", "1"),
        ("{serial}", "01"),
        ("{session}", "1"),
        ("{change}", "1"),
    ];
    let foreign = called.path.clone();
    let foreign =
        if called.pattern.contains("/doors/{id}") { foreign.replace("/doors/1", "/doors/main") } else { foreign };
    [foreign, rest.into_iter().fold(path, |path, (name, value)| path.replace(name, value))]
}

async fn call(bench: &Bench, token: &str, method: &Method, path: &str, body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    bench.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// What is foreign in an answer, but for what the request itself has named.
fn leaks(answer: &Answer, path: &str) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(&answer.body).replace(path, "");
    let encoded: String = path.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D");
    let text = text.replace(&encoded, "");
    FOREIGN.into_iter().filter(|foreign| text.contains(foreign)).collect()
}

/// Who is in is shown whole: a list by which a house is searched leaves out nobody.
fn whole(called: &Called) -> bool {
    called.right.code() == "evacuation"
}

#[tokio::test]
async fn nothing_foreign_comes_out_of_any_page_for_any_role() {
    let (bench, areas) = ward().await;
    for role in Role::ALL {
        let (mut browser, _) = limited(&bench, &areas, role).await;
        browser.say_why("/people/3").await;
        let mut shown = 0;
        for called in bench.pages().into_iter().filter(|called| called.method == Method::GET && !whole(called)) {
            if called.path == "/events/stream" {
                continue;
            }
            for path in twice(&called) {
                let answer = browser.get(&path).await;
                assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{role:?} {path}");
                assert_eq!(leaks(&answer, &path), [] as [&str; 0], "{role:?} {path}: {}", answer.text());
                shown += usize::from(answer.status.is_success());
            }
        }
        assert!(shown > 8, "{role:?} is shown {shown} pages");
    }
}

#[tokio::test]
async fn nothing_foreign_comes_out_of_any_call_for_any_role() {
    let (bench, areas) = ward().await;
    for role in Role::ALL {
        let (_, token) = limited(&bench, &areas, role).await;
        let mut shown = 0;
        for called in bench.calls().into_iter().filter(|called| called.method == Method::GET && !whole(called)) {
            for path in twice(&called) {
                let answer = call(&bench, &token, &Method::GET, &format!("{path}?purpose=A+test"), "").await;
                assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{role:?} {path}");
                assert_eq!(leaks(&answer, &path), [] as [&str; 0], "{role:?} {path}: {}", answer.text());
                shown += usize::from(answer.status.is_success());
            }
        }
        assert!(shown > 5, "{role:?} is answered {shown} calls");
    }
}

#[tokio::test]
async fn what_is_searched_filtered_followed_and_taken_along_is_limited_too() {
    let (bench, areas) = ward().await;
    let (mut browser, token) = limited(&bench, &areas, Role::Security).await;
    for place in ["/events?person=1", "/events?card=04A1B201", "/events.csv?person=1"] {
        let next: String = place.bytes().map(|byte| format!("%{byte:02X}")).collect();
        browser.post("/privacy/purpose", &format!("next={next}&reason=A+test")).await;
    }
    for path in [
        "/people?text=Meik",
        "/cards?text=04A1B201",
        "/events",
        "/events?person=1",
        "/events?card=04A1B201",
        "/events?door=pharmacy",
        "/events?span=all&code=denied",
        "/events.csv",
        "/events.csv?person=1",
        "/explain/where?person=1",
        "/explain?card=04A1B201&door=ward-3",
        "/explain?card=04A1B203&door=pharmacy",
        "/reports/taps?door=pharmacy",
        "/reports/holds?text=Meik",
        "/rules/groups/2?who=Meik",
    ] {
        let answer = browser.get(path).await;
        // What was typed stands in its field again.
        let typed: Vec<&str> = leaks(&answer, path).into_iter().filter(|word| !path.contains(*word)).collect();
        assert_eq!(typed, [] as [&str; 0], "{path}: {}", answer.text());
    }
    let events = browser.get("/events").await.text();
    assert!(events.contains(OWN.0) && events.contains("Osasto 3"), "{events}");
    let csv = browser.get("/events.csv").await.text();
    assert_eq!(csv.lines().count(), 3, "a head and two events: {csv}");
    let overview = browser.get("/").await.text();
    assert!(overview.contains(OWN.0), "{overview}");
    let of_api = call(&bench, &token, &Method::GET, "/api/v1/events", "").await.json();
    assert_eq!(of_api["items"].as_array().unwrap().len(), 2);
    let people = call(&bench, &token, &Method::GET, "/api/v1/people?text=meik", "").await.json();
    assert_eq!(people["items"].as_array().unwrap().len(), 0);
    let me = call(&bench, &token, &Method::GET, "/api/v1/me", "").await.json();
    assert_eq!(me["limit"]["units"][0], "Osasto 3");
}

#[tokio::test]
async fn the_live_view_tells_nothing_foreign() {
    let (mut bench, areas) = ward().await;
    let (browser, _) = limited(&bench, &areas, Role::Security).await;
    let request = browser.request(Method::GET, "/events/stream").body(Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(bench.router.clone(), request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut stream = response.into_body().into_data_stream();
    bench.tap(0, uid(1), None);
    bench.tap(1, uid(1), None);
    bench.tap(1, uid(3), None);
    let mut text = String::new();
    while !text.contains(OWN.0) {
        let chunk = tokio::time::timeout(std::time::Duration::from_secs(20), stream.next()).await;
        text.push_str(std::str::from_utf8(&chunk.unwrap().unwrap().unwrap()).unwrap());
    }
    // Somebody foreign at an own door is an event of that door, without a name.
    assert_eq!(text.matches("event: row").count(), 2, "{text}");
    assert!(!text.contains("Meikäläinen") && !text.contains("Apteekki"), "{text}");
}

#[tokio::test]
async fn who_is_in_is_shown_whole_to_everybody() {
    let (bench, areas) = ward().await;
    for role in Role::ALL {
        let (mut browser, token) = limited(&bench, &areas, role).await;
        for path in ["/inside/list", "/inside/list.csv"] {
            let page = browser.get(path).await;
            assert!(page.status == StatusCode::OK && page.text().contains("Meikäläinen"), "{role:?} {path}");
        }
        assert!(call(&bench, &token, &Method::GET, "/api/v1/inside", "").await.text().contains("Meikäläinen"));
    }
}

#[tokio::test]
async fn what_is_within_can_be_changed_and_what_is_outside_is_refused_and_told() {
    let (bench, areas) = ward().await;
    let (mut browser, token) = limited(&bench, &areas, Role::Admin).await;
    let told = |bench: &Bench| bench.site.change_log(None, 1).unwrap().remove(0);
    for (method, path, body) in [
        (Method::POST, "/people/3/employments", r#"{"unit":"Osasto 3","title":"Osastonhoitaja"}"#),
        (Method::POST, "/cards/04A1B203/block", ""),
        (Method::PUT, "/groups/1/members/3", ""),
        (Method::POST, "/doors/ward-3/commands", r#"{"action":"unlock-once","reason":"A courier"}"#),
        (Method::PUT, "/cards/04A1B203/doors/ward-3", ""),
    ] {
        let answer = call(&bench, &token, &method, &format!("/api/v1{path}"), body).await;
        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text());
    }
    for (method, path, body, status) in [
        (Method::POST, "/people/1/employments", r#"{"unit":"Osasto 3","title":"Hoitaja"}"#, 404),
        (Method::POST, "/people/3/employments", r#"{"unit":"Apteekki","title":"Hoitaja"}"#, 404),
        (Method::POST, "/cards/04A1B201/block", "", 404),
        (Method::POST, "/cards/04FFFFFF/block", "", 404),
        (Method::PUT, "/groups/2/members/3", "", 404),
        (Method::PUT, "/groups/1/members/2", "", 404),
        (Method::POST, "/doors/pharmacy/commands", r#"{"action":"unlock-once","reason":"A courier"}"#, 404),
        (Method::PUT, "/cards/04A1B203/doors/pharmacy", "", 404),
        (Method::POST, "/lockdowns", r#"{"scope":"site","reason":"Drill"}"#, 404),
        (Method::POST, "/people", r#"{"name":"Aino"}"#, 403),
        (Method::POST, "/groups", r#"{"name":"Oma"}"#, 403),
        (Method::POST, "/operators", r#"{"name":"olli","role":"admin"}"#, 403),
    ] {
        let before = bench.site.latest().unwrap().0;
        let answer = call(&bench, &token, &method, &format!("/api/v1{path}"), body).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        let code = if status == 404 { "outside-limit" } else { "only-whole-site" };
        assert_eq!(answer.json()["code"], code, "{path}");
        let told = told(&bench);
        assert_eq!((told.number, told.action.as_str()), (before + 1, "outside-refused"), "{path}");
        assert_eq!(told.detail, format!("{method} /api/v1{path}"));
    }
    let page = browser.post("/cards/04A1B201/transit", "transition=suspend&cause=absence").await;
    assert!(page.status == StatusCode::NOT_FOUND && page.text().contains("outside of the units and areas"));
    let page = browser.get("/rules/new").await;
    assert!(page.status == StatusCode::FORBIDDEN && page.text().contains("operators of the whole site"));
    let add = r#"name="external_id""#;
    assert!(!browser.get("/people").await.text().contains(add), "nobody is offered what they may not do");
    assert_eq!(bench.site.group_members(GroupId(1), db::site::Page { after: None, limit: 9 }).unwrap().len(), 2);
}

#[tokio::test]
async fn an_admin_sets_a_limit_and_the_list_tells_it() {
    let (bench, areas) = ward().await;
    bench.token_of(Role::Desk, "read");
    let id = bench.site.operator("desk").unwrap().unwrap().id;
    let mut browser = bench.signed_in().await;
    let place = format!("/operators/{id}/limit");
    assert!(browser.get(&place).await.text().contains("What desk is limited to"));
    let set = browser.post(&place, &format!("units=Osasto+3%0D%0AApteekki&area={}", areas[0].0)).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text());
    assert!(browser.get("/operators").await.text().contains("Apteekki, Osasto 3, Osastoalue"));
    let page = browser.get(&place).await.text();
    assert!(page.contains("Apteekki\nOsasto 3") && page.contains("checked"), "{page}");
    let refused = browser.post(&place, "units=&area=99").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = format!("/api/v1/operators/{id}/limit");
    let limit = call(&bench, TOKEN, &Method::GET, &path, "").await.json();
    assert_eq!(limit["units"].as_array().unwrap().len(), 2);
    let set = call(&bench, TOKEN, &Method::PUT, &path, r#"{"units":[],"areas":[]}"#).await;
    assert!(set.status.is_success());
    assert!(bench.site.limits().unwrap().is_empty());
    let own = bench.site.operator("maija").unwrap().unwrap().id;
    let path = format!("/api/v1/operators/{own}/limit");
    let last = call(&bench, TOKEN, &Method::PUT, &path, r#"{"units":["x"],"areas":[]}"#).await;
    assert_eq!(last.json()["code"], "last-admin");
}

#[tokio::test]
async fn what_was_answered_before_the_limit_is_not_answered_again() {
    let (bench, areas) = ward().await;
    let token = bench.token_of(Role::Security, "all");
    let started = async || {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/lockdowns")
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", "k")
            .header("content-type", "application/json");
        let body = r#"{"scope":"door","door":"pharmacy","reason":"Drill"}"#;
        bench.send(request.body(Body::from(body)).unwrap()).await
    };
    let first = started().await;
    assert!(first.status == StatusCode::CREATED && first.text().contains("Apteekki"), "{}", first.text());
    let id = bench.site.operator("security").unwrap().unwrap().id;
    let limit = Limit { units: vec!["Osasto 3".to_owned()], areas: areas[..1].to_vec() };
    bench.site.set_limit(&actor(), id, limit).unwrap();
    let again = started().await;
    assert_eq!((again.status, again.json()["code"].as_str()), (StatusCode::CONFLICT, Some("answer-not-kept")));
    assert_eq!(leaks(&again, ""), [] as [&str; 0]);
    bench.site.set_limit(&actor(), id, Limit::default()).unwrap();
    assert_eq!(started().await.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn a_name_in_a_path_is_looked_at_as_its_handler_reads_it() {
    let (bench, areas) = ward().await;
    let (mut browser, token) = limited(&bench, &areas, Role::Admin).await;
    for path in ["/people/%31", "/cards/04%3AA1%3AB2%3A01", "/doors/phar%6Dacy", "/events/%31"] {
        let page = browser.get(path).await;
        assert!(
            page.status == StatusCode::NOT_FOUND && page.text().contains("outside of the units and areas"),
            "{path}"
        );
    }
    for path in ["/cards/%30%34A1B201/block", "/cards/04%3Aa1%3Ab2%3A01/block"] {
        let answer = call(&bench, &token, &Method::POST, &format!("/api/v1{path}"), "").await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (StatusCode::NOT_FOUND, Some("outside-limit")));
    }
    let own = call(&bench, &token, &Method::POST, "/api/v1/cards/04%3Aa1%3Ab2%3A03/block", "").await;
    assert!(own.status.is_success(), "{}", own.text());
}

#[tokio::test]
async fn an_event_is_shown_where_its_door_or_its_card_is_foreign_but_not_what_decided_there() {
    let (mut bench, areas) = ward().await;
    bench.tap(0, uid(3), None);
    bench.tap(1, uid(1), None);
    let (mut browser, token) = limited(&bench, &areas, Role::Security).await;
    for id in [5, 6] {
        let page = browser.get(&format!("/events/{id}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert!(!page.text().contains("Meikäläinen") && !page.text().contains("id=\"why\""), "{}", page.text());
        let told = call(&bench, &token, &Method::GET, &format!("/api/v1/explain/event/{id}"), "").await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.text());
        assert!(told.json()["recomputed"].is_null() && told.json()["event"]["code"] == "granted", "{}", told.text());
    }
    let own = call(&bench, &token, &Method::GET, "/api/v1/explain/event/3", "").await;
    assert!(own.json()["recomputed"].is_object(), "{}", own.text());
}

#[tokio::test]
async fn the_live_view_follows_nobody_whose_employment_ends_meanwhile() {
    let (mut bench, areas) = ward().await;
    let person = NewPerson { name: "Lea Lähtevä".to_owned(), external_id: None };
    let person = bench.site.add_person(&actor(), person).unwrap().id;
    let ends = access::time::UtcS(bench.now().second().0 + 5);
    let window = Window { from: None, until: Some(ends) };
    let employment = NewEmployment { window, ..NewEmployment::always("Osasto 3", "Hoitaja") };
    bench.site.add_employment(&actor(), person, &employment).unwrap();
    bench.site.add_card(&actor(), NewCard::new(uid(8), CardKind::Staff, Window::ALWAYS)).unwrap();
    bench.site.give_card(&actor(), &uid(8), person, Window::ALWAYS).unwrap();
    let (browser, _) = limited(&bench, &areas, Role::Security).await;
    let request = browser.request(Method::GET, "/events/stream").body(Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(bench.router.clone(), request).await.unwrap();
    let mut stream = response.into_body().into_data_stream();
    let mut until = async |word: &str| {
        let mut text = String::new();
        while !text.contains(word) {
            let chunk = tokio::time::timeout(std::time::Duration::from_secs(20), stream.next()).await;
            text.push_str(std::str::from_utf8(&chunk.unwrap().unwrap().unwrap()).unwrap());
        }
        text
    };
    bench.tap(0, uid(8), None);
    assert!(until("Lea Lähtevä").await.contains("event: row"));
    bench.wait_ms(6_000);
    bench.tap(0, uid(8), None);
    bench.tap(1, uid(3), None);
    assert!(!until(OWN.0).await.contains("Lea Lähtevä"));
}
