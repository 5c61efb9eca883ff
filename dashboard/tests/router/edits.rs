//! What changed and who did it, two admins at once, and many at once.

use access::entry::{Block, ScheduleId};
use access::time::Window;
use axum::http::{Method, Request, StatusCode};
use db::site::{Effect, GroupId, Life, NewRule, PersonId, RuleId, Site};
use serde_json::{Value, json};

use crate::rules::whole;
use crate::support::{Answer, Bench, Browser, TOKEN, actor, door, uid};

const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

/// A group and a rule that lets it into the ward.
fn with_rule(site: &Site) -> (GroupId, RuleId) {
    let group = site.add_group(&actor(), "Hoitajat").unwrap();
    let area = site.add_area(&actor(), "Osastot", &[door(1)]).unwrap();
    let (schedule, effect) = (ScheduleId::ALWAYS, Effect::Allow);
    let rule = NewRule { group, area, schedule, effect, window: Window::ALWAYS, note: "arki".to_owned() };
    (group, site.add_rule(&actor(), rule).unwrap())
}

/// The value of a hidden field.
fn hidden(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let start = format!("name=\"{name}\" value=\"");
    let rest = text.split(&start).nth(1).unwrap_or_else(|| panic!("no {name}: {text}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_log_tells_what_was_and_what_is_in_every_language() {
    let bench = Bench::new().await;
    with_rule(&bench.site);
    bench.site.block_card(&actor(), &uid(1), Block::Suspended).unwrap();
    let newest = bench.site.latest().unwrap().0;
    let mut browser = bench.signed_in().await;
    for language in LANGUAGES {
        browser.language = language;
        let log = format!("/log?card={}&operator=setup", uid(1).hex());
        for path in ["/log", &log, &format!("/log/{newest}"), "/log?action=rule-add&from=2026-11-24T00%3A00", "/bulk"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            whole(path, &answer.text());
        }
    }
    let page = browser.get(&format!("/log/{newest}")).await.text();
    assert!(page.contains("In use") && page.contains("Paused"), "{page}");
    let rule = browser.get("/log?rule=1").await.text();
    assert!(rule.contains("Hoitajat</a>") && rule.contains("Osastot</a>"), "numbers are told as names: {rule}");
    let refused = browser.get("/log?card=04A1B201&person=1").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.get("/log/999999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_table_has_a_row_for_each_field_and_no_formula() {
    let bench = Bench::new().await;
    bench.site.add_group(&actor(), "=1+1").unwrap();
    for number in 0..450 {
        bench.site.add_group(&actor(), &format!("G{number}")).unwrap();
    }
    let mut browser = bench.signed_in().await;
    let answer = browser.get("/log.csv?action=group-add").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let text = answer.text();
    let lines: Vec<&str> = text.trim_end().lines().collect();
    assert_eq!(lines.len(), 452, "the head and all, over several reads");
    assert!(lines[0].starts_with("\u{feff}Number,Time,Operator,"), "{}", lines[0]);
    assert!(lines[451].ends_with(",–,'=1+1"), "{}", lines[451]);
    assert_eq!(browser.get("/log.csv?card=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_api_tells_changes_by_the_same_filter() {
    let bench = Bench::new().await;
    bench.site.block_card(&actor(), &uid(1), Block::Suspended).unwrap();
    let path = format!("/changes?card={}&action=card-suspend&operator=setup", uid(1).hex());
    let found = bench.api(Method::GET, &path, "").await.json();
    let change = &found["items"][0];
    assert_eq!(
        change["changed"],
        json!([{"of": "card_state", "key": {"uid": uid(1).hex()}, "before": {"cause": "added", "life": "active"},
                "after": {"cause": "other", "life": "suspended"}}])
    );
    let one = bench.api(Method::GET, &format!("/changes/{}", change["number"]), "").await.json();
    assert_eq!(&one, change);
    let first = bench.api(Method::GET, "/changes?limit=1", "").await.json();
    let next = first["next"].as_str().unwrap().to_owned();
    let second = bench.api(Method::GET, &format!("/changes?limit=1&before={next}"), "").await.json();
    assert!(second["items"][0]["number"].as_u64() < first["items"][0]["number"].as_u64());
}

/// Two admins have the form of this page open; both save, one after the other.
async fn both_save(bench: &Bench, page: &str, path: &str, forms: [&str; 2]) -> (Browser, Answer) {
    let (mut first, mut second) = (bench.signed_in().await, bench.signed_in().await);
    let version = hidden(&first.get(page).await, "version");
    let same = hidden(&second.get(page).await, "version");
    assert_eq!(version, same);
    let mut saved = first.post(path, &format!("{}&version={version}", forms[0])).await;
    if saved.status == StatusCode::OK {
        let seen = hidden(&saved, "seen");
        saved = first.post(path, &format!("{}&version={version}&seen={seen}", forms[0])).await;
    }
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{path}: {}", saved.text());
    let before = bench.site.latest().unwrap();
    let late = second.post(path, &format!("{}&version={version}", forms[1])).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{path}: {}", late.text());
    assert_eq!(bench.site.latest().unwrap(), before, "{path}: nothing was saved");
    whole(path, &late.text());
    (second, late)
}

#[tokio::test]
async fn of_two_admins_the_later_one_sees_both_and_decides() {
    let bench = Bench::new().await;
    with_rule(&bench.site);
    let rule = "group=1&area=1&schedule=0&effect=allow&from=&until=&note=";
    let forms = [format!("{rule}theirs"), format!("{rule}mine")];
    let (mut second, late) = both_save(&bench, "/rules/1", "/rules/1", [&forms[0], &forms[1]]).await;
    let text = late.text();
    for told in ["arki", "theirs", "mine", "maija"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    // To go on all the same leads where every edit of a rule leads, and is recorded.
    let version = hidden(&late, "version");
    let preview = second.post("/rules/1", &format!("{}&version={version}", forms[1])).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    let seen = hidden(&preview, "seen");
    let saved = second.post("/rules/1", &format!("{}&version={version}&seen={seen}", forms[1])).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert_eq!(bench.site.rule(RuleId(1)).unwrap().rule.note, "mine");
}

#[tokio::test]
async fn no_form_overwrites_what_its_reader_has_not_seen() {
    let bench = Bench::new().await;
    with_rule(&bench.site);
    let work = "/people/1/employments/1";
    let employment = ["step=save&title=A&unit=B&from=&until=", "step=save&title=C&unit=D&from=&until="];
    both_save(&bench, work, work, employment).await;
    let page = "/doors/pharmacy/settings";
    both_save(&bench, page, page, ["reading=uid-only&release=9", "reading=uid-only&release=8"]).await;
    let area = "/rules/areas/1";
    both_save(
        &bench,
        area,
        area,
        ["shown=main&shown=ward-3&door=main&door=ward-3", "shown=main&shown=ward-3&door=main"],
    )
    .await;
    both_save(&bench, area, "/rules/areas/1/passback", ["rule=told", "rule=denied"]).await;
    let calendar = ["set=none&zone=Europe%2FHelsinki&year=2026", "set=finland&zone=Europe%2FHelsinki&year=2026"];
    both_save(&bench, "/rules/holidays", "/rules/holidays", calendar).await;
}

#[tokio::test]
async fn a_name_that_somebody_else_has_just_given_stays() {
    let bench = Bench::new().await;
    let (group, _) = with_rule(&bench.site);
    let mut browser = bench.signed_in().await;
    let version = hidden(&browser.get("/rules/groups/1").await, "version");
    let first = browser.post("/rules/groups/1/rename", &format!("name=Theirs&version={version}")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let late = browser.post("/rules/groups/1/rename", &format!("name=Mine&version={version}")).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text().contains("changed meanwhile") && late.text().contains("Theirs"), "{}", late.text());
    assert_eq!(bench.site.group(group).unwrap().name, "Theirs");
    let again =
        browser.post("/rules/groups/1/rename", &format!("name=Mine&version={}", hidden(&late, "version"))).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_program_edits_only_what_it_has_read() {
    let bench = Bench::new().await;
    with_rule(&bench.site);
    let put = async |tag: &str, note: &str| {
        let body = json!({"group": 1, "area": 1, "effect": "allow", "note": note}).to_string();
        let request = Request::put("/api/v1/rules/1")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json")
            .header("if-match", tag);
        bench.send(request.body(body.into()).unwrap()).await
    };
    let tag = bench.api(Method::GET, "/rules/1", "").await.header("etag").to_owned();
    assert_eq!(put(&tag, "first").await.status, StatusCode::OK);
    let late = put(&tag, "late").await;
    assert_eq!((late.status, &late.json()["code"]), (StatusCode::PRECONDITION_FAILED, &json!("changed-meanwhile")));
    assert_eq!(bench.site.rule(RuleId(1)).unwrap().rule.note, "first");
    let again = bench.api(Method::GET, "/rules/1", "").await;
    assert_ne!(again.header("etag"), tag);
    assert_eq!(put(again.header("etag"), "second").await.status, StatusCode::OK);
    assert_eq!(put("W/\"x\"", "third").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(put("*", "third").await.status, StatusCode::OK);
    for path in ["/groups/1", "/areas/1", "/calendar", "/doors/pharmacy"] {
        assert!(bench.api(Method::GET, path, "").await.header("etag").starts_with('"'), "{path}");
    }
}

#[tokio::test]
async fn many_are_chosen_previewed_changed_and_taken_back() {
    let bench = Bench::new().await;
    let (group, _) = with_rule(&bench.site);
    let mut browser = bench.signed_in().await;
    let people = browser.get("/people").await.text();
    assert!(people.contains("action=\"/bulk\"") && people.contains("name=\"id\" value=\"2\""), "{people}");
    let chosen = browser.post("/bulk", "kind=people&text=&id=1&id=2").await;
    assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.text());
    whole("/bulk", &chosen.text());
    assert!(chosen.text().contains("Maija Meikäläinen"));
    let form = "kind=people&id=1&id=2&group=1&from=&until=&act=add-to-group";
    let before = bench.site.latest().unwrap().0;
    let preview = browser.post("/bulk", form).await;
    assert_eq!((preview.status, bench.site.latest().unwrap().0), (StatusCode::OK, before));
    whole("/bulk", &preview.text());
    assert!(preview.text().contains("/doors/ward-3"), "who gains which door: {}", preview.text());
    let done = browser.post("/bulk", &format!("{form}&seen={}", hidden(&preview, "seen"))).await;
    let place = done.header("location").to_owned();
    assert_eq!(
        (done.status, place.as_str()),
        (StatusCode::SEE_OTHER, &*format!("/bulk/{}?done=bulk-done", before + 1))
    );
    assert_eq!(bench.site.group(group).unwrap().members, 2);
    let page = browser.get(&place).await;
    whole("/bulk/n", &page.text());
    let undo = format!("/bulk/{}/undo", before + 1);
    assert_eq!(browser.post(&undo, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(bench.site.group(group).unwrap().members, 0);
    let again = browser.post(&undo, "").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("taken back already"), "{}", again.text());
}

#[tokio::test]
async fn what_is_wrong_with_a_choice_is_said_and_nothing_is_done() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let before = bench.site.latest().unwrap();
    for (form, told) in [
        ("kind=people", "Enter a value."),
        ("kind=people&id=77", "There is no such person."),
        ("kind=cards&id=x", "problem"),
        ("kind=people&id=1&act=add-to-group&group=", "problem"),
        ("kind=people&id=1&act=add-to-group&group=9", "problem"),
        ("kind=people&id=1&act=nonsense", "problem"),
    ] {
        let answer = browser.post("/bulk", form).await;
        assert!(answer.status.is_client_error(), "{form}: {}", answer.status);
        assert!(told == "problem" || answer.text().contains(told), "{form}: {}", answer.text());
    }
    let stale = browser.post("/bulk", "kind=cards&id=04A1B201&act=suspend&suspend_cause=absence&seen=1").await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "the preview again, as it would be now");
    assert_eq!(bench.site.latest().unwrap(), before);
    let pasted = browser.post("/bulk", "kind=people&numbers=1001%0A4711").await;
    assert!(pasted.text().contains("4711") && pasted.text().contains("Maija Meikäläinen"), "{}", pasted.text());
    let csv = browser.post("/bulk", "kind=cards&all=yes&text=04A1&act=csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text().lines().count(), 3, "{}", csv.text());
    // A name that is a script stays text in the file too.
    assert!(csv.text().contains("<script>"), "{}", csv.text());
}

#[tokio::test]
async fn a_program_does_the_same_to_many() {
    let bench = Bench::new().await;
    let wish = json!({"whom": {"external_ids": ["1001", "7"]}, "act": {"suspend": {"cause": "absence"}}}).to_string();
    let plan = bench.api(Method::POST, "/bulk", &wish).await.json();
    assert_eq!(plan["unknown"], json!(["7"]));
    assert_eq!(plan["targets"], json!([{"person": 1, "card": "04A1B201", "left_out": null}]));
    let done = bench.api(Method::POST, &format!("/bulk?seen={}", plan["seen"]), &wish).await.json();
    let change = done["change"].as_u64().unwrap();
    assert_eq!(bench.site.card(&uid(1)).unwrap().life, Life::Suspended);
    let told = bench.api(Method::GET, &format!("/bulk/{change}"), "").await.json();
    assert_eq!((&told["count"], &told["unchanged"], &told["undone"]), (&json!(1), &json!(1), &Value::Null));
    let undone = bench.api(Method::POST, &format!("/bulk/{change}/undo"), "").await.json();
    assert_eq!((&undone["count"], &undone["left"]), (&json!(1), &json!(0)));
    assert_eq!(bench.site.card(&uid(1)).unwrap().life, Life::Active);
    let wrong = json!({"whom": {"people": [PersonId(1).0]}, "act": {"suspend": {"cause": "lost"}}}).to_string();
    let refused = bench.api(Method::POST, "/bulk", &wrong).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("cause-not-possible"))
    );
}
