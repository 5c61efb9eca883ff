//! Doors and areas are called what they are called in the reader's language, wherever they are named.

use access::entry::ScheduleId;
use access::reason::Reason;
use access::time::Window;
use axum::http::{Method, StatusCode};
use db::site::{AreaId, Effect, Language, LockdownScope, NewRule, RuleEdit, Translations};
use serde_json::json;

use crate::support::{Bench, actor, door, uid};

fn names(of: &[(Language, &str)]) -> Translations {
    of.iter().map(|(language, name)| (*language, (*name).to_owned())).collect()
}

impl Bench {
    /// The pharmacy and an area of it, which are called otherwise in English; something of every kind speaks of both.
    async fn with_named_places() -> (Self, AreaId) {
        let mut bench = Self::new().await;
        let site = &bench.site;
        let area = site.add_area(&actor(), "Lääkehuolto", &[door(0)]).unwrap();
        site.set_door_names(&actor(), &door(0), &names(&[(Language::English, "Dispensary")])).unwrap();
        site.set_area_names(&actor(), area, &names(&[(Language::English, "Medicines")])).unwrap();
        let group = site.add_group(&actor(), "Farmaseutit").unwrap();
        let rule = NewRule {
            group,
            area,
            schedule: ScheduleId::ALWAYS,
            effect: Effect::Allow,
            window: Window::ALWAYS,
            note: String::new(),
        };
        site.edit_rules(&actor(), &RuleEdit::AddRule(rule)).unwrap();
        site.lock_down(&actor(), &LockdownScope::Area(area.0), None, "a drill").unwrap();
        site.lock_down(&actor(), &LockdownScope::Door(door(0)), None, "a drill").unwrap();
        site.raise_alarm("door-offline", Some(&door(0)), None, bench.now()).unwrap();
        bench.tap(0, uid(1), None);
        bench.tap(0, uid(2), Some(Reason::CardExpired));
        (bench, area)
    }
}

/// The page without the form of the names, which says what the main one is.
fn outside_the_form(page: &str) -> String {
    let without = |page: String, from: &str, to: &str| match page.split_once(from) {
        Some((before, form)) => format!("{before}{}", form.split_once(to).unwrap().1),
        None => page,
    };
    // Whoever renames an area renames it so.
    without(without(page.to_owned(), "<section id=\"names\">", "</section>"), "/rename\">", "</form>")
}

#[tokio::test]
async fn no_page_and_no_file_says_a_name_that_the_reader_has_another_for() {
    let (bench, area) = Bench::with_named_places().await;
    let mut browser = bench.signed_in().await;
    browser.say_why("/events?person=1").await;
    let named = ["/doors/pharmacy".to_owned(), format!("/rules/areas/{}", area.0), "/log/1".to_owned()];
    let mut told = 0;
    let questions = ["/explain?ask=where&subject=04A1B201", "/explain?ask=would&subject=04A1B201&door=pharmacy"];
    let pages = bench.pages().into_iter().filter(|page| page.method == Method::GET).map(|page| page.path);
    for path in pages.chain(named).chain(questions.map(str::to_owned)) {
        // A stream never ends, an event is told in every language, and the operator log tells what was written.
        if path.starts_with("/events/") || path.starts_with("/log") {
            continue;
        }
        let text = browser.get(&path).await.text();
        let said = outside_the_form(&text);
        assert!(!said.contains("Apteekki") && !said.contains("Lääkehuolto"), "{path}: {said}");
        told += usize::from(said.contains("Dispensary") || said.contains("Medicines"));
    }
    assert!(told >= 12, "{told}: the places that name the two are what this is about");
    let mut swede = bench.signed_in().await;
    swede.language = "sv";
    assert!(swede.get("/doors").await.text().contains("Apteekki"), "without a name in Swedish it is the main one");
}

#[tokio::test]
async fn the_form_sets_the_names_and_comes_back_with_what_is_wrong() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let set = browser.post("/doors/pharmacy/names", "fi=&sv=Apotek&en=Pharmacy").await;
    assert_eq!((set.status, set.header("location")), (StatusCode::SEE_OTHER, "/doors/pharmacy?done=names-set#names"));
    assert!(browser.get("/doors/pharmacy").await.text().contains("<h1>Pharmacy"));
    assert!(
        browser.get("/doors?text=APOT").await.text().contains("/doors/pharmacy"),
        "found by a name in any language"
    );
    assert!(browser.get("/doors?text=apteek").await.text().contains("/doors/pharmacy"));
    assert!(!browser.get("/doors?text=apoteekk").await.text().contains("/doors/pharmacy"));
    let long = "a".repeat(101);
    let refused = browser.post("/doors/pharmacy/names", &format!("fi=&sv={long}&en=Pharmacy")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains(&long) && refused.text().contains("sv-problem"));
    let late = browser.post("/doors/pharmacy/names", "version=1&fi=&sv=&en=").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("Name in Swedish") || late.text().contains("Swedish"));
    let log = browser.get("/log").await.text();
    assert!(log.contains("Names of a door set"));
}

#[tokio::test]
async fn programs_read_the_main_name_with_the_others_beside_and_set_them_with_a_tag() {
    let (bench, area) = Bench::with_named_places().await;
    let shown = bench.api(Method::GET, "/doors/pharmacy", "").await;
    let tag = shown.header("etag").to_owned();
    let shown = shown.json();
    assert_eq!(
        (&shown["name"], &shown["names"]),
        (&json!("Apteekki"), &json!({"fi": null, "sv": null, "en": "Dispensary"}))
    );
    let set = bench.api(Method::PUT, "/doors/pharmacy/names", r#"{"sv": "Apotek"}"#).await;
    assert_eq!(set.json(), json!({"fi": null, "sv": "Apotek", "en": null}));
    assert_ne!(bench.api(Method::GET, "/doors/pharmacy", "").await.header("etag"), tag);
    let found = bench.api(Method::GET, "/doors?text=apotek", "").await.json();
    assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["id"]), (1, &json!("pharmacy")));
    let path = format!("/areas/{}", area.0);
    let shown = bench.api(Method::GET, &path, "").await.json();
    assert_eq!((&shown["name"], &shown["names"]["en"]), (&json!("Lääkehuolto"), &json!("Medicines")));
    let wrong = bench.api(Method::PUT, &format!("{path}/names"), r#"{"de": "x"}"#).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let events = bench.api(Method::GET, "/events", "").await.json();
    assert_eq!(events["items"][0]["door_name"], "Apteekki");
    let said = bench.api(Method::GET, "/explain/event/2", "").await.json();
    assert!(said["say"]["sv"].as_str().unwrap().contains("Apotek"), "{said}");
}
