//! What a card needs: its life, its holder's employments and rights, its certificates; and how pages say it.

use access::time::{UtcS, Window};
use axum::http::{Method, StatusCode};
use db::site::{CardKind, Effect, GroupMatch, NewCard, NewEmployment, NewRight, NewRule, RuleEdit};
use serde_json::json;

use crate::support::{Bench, actor, uid};

const CARD: &str = include_str!("data/card.pem");
const ENDED: &str = include_str!("data/ended.pem");
const AUTHORITY: &str = include_str!("data/authority.pem");

/// The second person does not work here any more.
fn leave(bench: &Bench) {
    let job = bench.site.employments(db::site::PersonId(2)).unwrap().remove(0);
    bench.site.remove_employment(&actor(), job.id).unwrap();
}

fn field(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn an_employment_is_added_changed_ended_and_taken_back() {
    let bench = Bench::new().await;
    leave(&bench);
    let mut browser = bench.signed_in().await;
    let form = "step=save&unit=Leikkaus&title=L%C3%A4%C3%A4k%C3%A4ri&external_id=E7&from=2026-01-01&until=2026-11-24";
    let added = browser.post("/people/2/employments/new", form).await;
    let leads_to = |answer: &crate::support::Answer, code: &str| {
        let place = answer.header("location");
        place.starts_with(&format!("/people/2?done={code}&before=")) && place.ends_with("#employments")
    };
    assert!(leads_to(&added, "employment-saved"), "{}", added.header("location"));
    let job = bench.site.employments(db::site::PersonId(2)).unwrap().remove(0);
    // The last day counts whole: until midnight in Helsinki.
    assert_eq!(job.window.until, Some(UtcS(1_795_557_600)));
    let text = browser.get("/people/2").await.text();
    assert!(text.contains("1 Jan 2026 – 24 Nov 2026") && text.contains("E7"), "{text}");
    let place = format!("/people/2/employments/{}", job.id.0);
    let shown = browser.get(&place).await.text();
    assert!(shown.contains("value=\"2026-11-24\"") && shown.contains("value=\"Leikkaus\""));
    browser.post(&place, "step=save&unit=Leikkaus&title=Ylil%C3%A4%C3%A4k%C3%A4ri&from=&until=").await;
    assert_eq!(bench.site.employments(job.person).unwrap()[0].title, "Ylilääkäri");
    let ended = browser.post(&place, "step=end").await;
    assert!(leads_to(&ended, "employment-ended"), "{}", ended.header("location"));
    assert_eq!(bench.site.employments(job.person).unwrap()[0].window.until, Some(bench.now().second()));
    browser.post(&place, "step=remove").await;
    assert!(bench.site.employments(job.person).unwrap().is_empty());
}

#[tokio::test]
async fn the_page_that_a_saving_leads_to_says_which_doors_it_gives_and_takes() {
    let bench = Bench::new().await;
    let area = bench.site.add_area(&actor(), "Aula", &[crate::support::door(2)]).unwrap();
    let group = bench.site.add_group(&actor(), "Vahtimestarit").unwrap();
    let matches = vec![GroupMatch { title: Some("Vahtimestari".to_owned()), ..GroupMatch::default() }];
    bench.site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches }).unwrap();
    let (schedule, effect, window) = (access::entry::ScheduleId::ALWAYS, Effect::Allow, Window::ALWAYS);
    bench.site.add_rule(&actor(), NewRule { group, area, schedule, effect, window, note: String::new() }).unwrap();
    let card = NewCard::new("04A1B2F1".parse().unwrap(), CardKind::Staff, Window::ALWAYS);
    bench.site.add_card(&actor(), card).unwrap();
    let mut browser = bench.signed_in().await;
    let given = browser.post("/cards/04A1B2F1/give", "person=1&from=&until=").await;
    let shown = browser.get(given.header("location")).await.text();
    assert!(shown.contains("No door is gained, and none is lost."), "{shown}");
    let form = "step=save&unit=Aula&title=Vahtimestari&from=&until=";
    let added = browser.post("/people/1/employments/new", form).await;
    let place = added.header("location").replace("#employments", "");
    let shown = browser.get(&place).await.text();
    assert!(shown.contains("1 door is gained") && shown.contains("<a href=\"/doors/main\">Pääovi</a>"), "{shown}");
    let query = place.split("&before=").nth(1).unwrap();
    let told = bench.api(Method::GET, &format!("/people/1/gained?before={query}"), "").await.json();
    assert_eq!((&told["gains"]["count"], &told["gains"]["first"][0]["door"]), (&json!(1), &json!("main")));
    let jobs = bench.site.employments(db::site::PersonId(1)).unwrap();
    let job = jobs.iter().find(|job| job.title == "Vahtimestari").unwrap();
    let ended = browser.post(&format!("/people/1/employments/{}", job.id.0), "step=end").await;
    browser.language = "sv";
    let shown = browser.get(&ended.header("location").replace("#employments", "")).await.text();
    assert!(shown.contains("1 dörr försvinner"), "{shown}");
    assert!(!browser.get("/people/1").await.text().contains("id=\"gained\""), "only after something was saved");
    let missing = bench.api(Method::GET, "/people/1/gained?before=1", "").await;
    assert_eq!((missing.status, &missing.json()["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("after")));
}

#[tokio::test]
async fn what_was_ended_within_a_day_is_not_revived_by_saving_another_field() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let person = db::site::PersonId(1);
    let job = bench.site.employments(person).unwrap().remove(0);
    let right = NewRight::always("Sairaanhoitaja", "Terhikki", bench.now());
    let right = bench.site.add_right(&actor(), person, &right).unwrap();
    // Both began and ended within a day.
    let window = Window { from: Some(UtcS(bench.now().second().0 - 600)), until: Some(bench.now().second()) };
    let job_then = NewEmployment { window, ..NewEmployment::always("Päivystys", "Hoitaja") };
    bench.site.change_employment(&actor(), job.id, &job_then).unwrap();
    let right_then = NewRight { window, ..NewRight::always("Sairaanhoitaja", "Terhikki", bench.now()) };
    bench.site.change_right(&actor(), right.id, &right_then).unwrap();
    let same = "from=2026-11-24&until=2026-11-24";
    let job_place = format!("/people/1/employments/{}", job.id.0);
    browser.post(&job_place, &format!("step=save&unit=Leikkaus&title=Hoitaja&{same}")).await;
    let right_place = format!("/people/1/rights/{}", right.id.0);
    browser.post(&right_place, &format!("step=save&profession=L&source=Terhikki&{same}")).await;
    let job = bench.site.employments(person).unwrap().remove(0);
    assert_eq!((job.unit.as_str(), job.window), ("Leikkaus", window));
    let right = bench.site.rights(person).unwrap().remove(0);
    assert_eq!((right.profession.as_str(), right.window), ("L", window));
    // A day that was not shown is meant as it is entered.
    browser.post(&job_place, "step=save&unit=Leikkaus&title=Hoitaja&from=2026-11-24&until=2026-11-25").await;
    let later = bench.site.employments(person).unwrap().remove(0).window;
    assert_eq!((later.from, later.until), (window.from, Some(UtcS(1_795_557_600 + 86_400))));
}

#[tokio::test]
async fn a_right_to_practise_is_checked_and_the_check_is_shown() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let added = browser.post("/people/1/rights/new", "step=save&profession=Sairaanhoitaja&source=Terhikki").await;
    assert!(added.header("location").starts_with("/people/1?done=right-saved&before="), "{}", added.header("location"));
    bench.wait_ms(60_000);
    let right = bench.site.rights(db::site::PersonId(1)).unwrap().remove(0);
    let before = bench.site.latest().unwrap();
    browser.post(&format!("/people/1/rights/{}", right.id.0), "step=checked").await;
    assert_eq!(bench.site.rights(right.person).unwrap()[0].checked, bench.now());
    assert_eq!(bench.site.latest().unwrap().0, before.0 + 1, "who looked it up stands in the log");
    assert!(browser.get("/people/1").await.text().contains("24 Nov 2026, 15:01:00"));
}

#[tokio::test]
async fn what_is_wrong_with_a_condition_is_said_and_changes_nothing() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (path, form, field) in [
        ("/people/1/employments/new", "step=save&unit=&title=x", "unit-problem"),
        ("/people/1/employments/new", "step=save&unit=x&title=x&from=2026-02-30", "from-problem"),
        ("/people/1/employments/new", "step=save&unit=x&title=x&from=2026-02-02&until=2026-02-01", "until-problem"),
        ("/people/1/rights/new", "step=save&profession=&source=Terhikki", "profession-problem"),
        ("/people/1/rights/new", "step=save&profession=x&source=&until=x", "source-problem"),
    ] {
        let before = bench.site.latest().unwrap();
        let answer = browser.post(path, form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text().contains(field), "{form}");
        assert_eq!(bench.site.latest().unwrap(), before);
    }
    // What belongs to somebody else is not there.
    let job = bench.site.employments(db::site::PersonId(1)).unwrap().remove(0);
    for path in [format!("/people/2/employments/{}", job.id.0), "/people/1/nothing/new".to_owned()] {
        assert_eq!(browser.post(&path, "step=remove").await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn people_whose_card_needs_what_they_lack_are_marked() {
    let bench = Bench::new().await;
    leave(&bench);
    let mut browser = bench.signed_in().await;
    let marks = |text: &str| text.matches("No employment").count();
    // The second person has a staff card and works nowhere.
    assert_eq!(marks(&browser.get("/people").await.text()), 1);
    let card = browser.get("/cards/04A1B202").await.text();
    assert!(card.contains("Employment") && card.contains("Missing"), "{card}");
    browser.post("/people/2/employments/new", "step=save&unit=Apteekki&title=Proviisori").await;
    assert_eq!(marks(&browser.get("/people").await.text()), 0);
    assert!(!browser.get("/cards/04A1B202").await.text().contains("Missing"));
}

#[tokio::test]
async fn a_certificate_is_attached_shown_and_taken_off() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let path = "/cards/04A1B201/certificates";
    let attached = browser.post(path, &format!("certificate={}", field(CARD))).await;
    assert_eq!(attached.header("location"), "/cards/04A1B201?done=certificate-attached#certificates");
    let text = browser.get("/cards/04A1B201").await.text();
    for part in ["4a01", "Kulku Test CA", "Signing in", "Not revoked"] {
        assert!(text.contains(part), "{part}");
    }
    let issuer = text.split("name=\"issuer\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    // Another card cannot have the same.
    let twice = browser.post("/cards/04A1B202/certificates", &format!("certificate={}", field(CARD))).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    let off = browser.post(&format!("{path}/detach"), &format!("issuer={issuer}&serial=4a01")).await;
    assert_eq!(off.header("location"), "/cards/04A1B201?done=certificate-detached#certificates");
    assert!(bench.site.card(&uid(1)).unwrap().certificates.is_empty());
}

#[tokio::test]
async fn what_is_no_certificate_of_a_card_is_refused_with_its_reason() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (text, code, said) in [
        ("", "empty", "Enter a value"),
        ("hello", "not-a-certificate", "no certificate"),
        (ENDED, "certificate-expired", "has ended"),
        (AUTHORITY, "is-authority", "of an authority"),
    ] {
        let before = bench.site.latest().unwrap();
        let answer = browser.post("/cards/04A1B201/certificates", &format!("certificate={}", field(text))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        assert!(answer.text().contains(said), "{code}");
        let body = json!({ "certificate": text }).to_string();
        let refused = bench.api(Method::POST, "/cards/04A1B201/certificates", &body).await;
        assert_eq!((refused.status, refused.json()["code"].clone()), (StatusCode::UNPROCESSABLE_ENTITY, json!(code)));
        assert_eq!(bench.site.latest().unwrap(), before);
    }
}

#[tokio::test]
async fn the_api_does_the_same() {
    let bench = Bench::new().await;
    leave(&bench);
    let body = json!({"unit": "Leikkaus", "title": "Lääkäri", "external_id": "E9",
        "validity": {"until": "2026-12-31T22:00:00Z"}});
    let added = bench.api(Method::POST, "/people/2/employments", &body.to_string()).await;
    assert_eq!(added.status, StatusCode::CREATED);
    let id = added.json()["id"].clone();
    let listed = bench.api(Method::GET, "/people/2/employments", "").await.json();
    assert_eq!(listed["items"][0]["unit"], "Leikkaus");
    let changed = bench.api(Method::PUT, &format!("/employments/{id}"), r#"{"unit":"A","title":"B"}"#).await;
    assert_eq!(changed.json()["validity"], json!({"from": null, "until": null}));
    let gone = bench.api(Method::DELETE, &format!("/employments/{id}"), "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let right = r#"{"profession":"Lääkäri","source":"terhikki","checked":"2026-11-24T06:00:00+02:00"}"#;
    let right = bench.api(Method::POST, "/people/2/rights", right).await;
    assert_eq!(right.json()["checked"], "2026-11-24T04:00:00.000Z");
    let checked = bench.api(Method::POST, &format!("/rights/{}/checked", right.json()["id"]), "").await;
    assert_eq!(checked.json()["checked"], "2026-11-24T13:00:00.000Z");
    let body = json!({ "certificate": CARD.lines().filter(|line| !line.starts_with("---")).collect::<String>() });
    let attached = bench.api(Method::POST, "/cards/04A1B201/certificates", &body.to_string()).await;
    assert_eq!((attached.status, attached.json()["serial"].clone()), (StatusCode::CREATED, json!("4a01")));
    let issuer = attached.json()["issuer"].as_str().unwrap().to_owned();
    let card = bench.api(Method::GET, "/cards/04A1B201", "").await.json();
    assert_eq!(card["certificates"][0]["state"], "good");
    let off = bench.api(Method::DELETE, &format!("/cards/04A1B201/certificates/{issuer}/4a01"), "").await;
    assert_eq!(off.status, StatusCode::NO_CONTENT);
    let step = r#"{"transition":"suspend","cause":"absence"}"#;
    let paused = bench.api(Method::POST, "/cards/04A1B201/transit", step).await.json();
    assert_eq!((&paused["life"], &paused["life_cause"]), (&json!("suspended"), &json!("absence")));
    let again = bench.api(Method::POST, "/cards/04A1B201/transit", step).await;
    assert_eq!((again.status, again.json()["code"].clone()), (StatusCode::CONFLICT, json!("already-so")));
}

#[tokio::test]
async fn bad_input_to_the_api_is_named_and_changes_nothing() {
    let bench = Bench::new().await;
    let before = bench.site.latest().unwrap();
    for (path, body, status, field, code) in [
        ("/people/99/employments", r#"{"unit":"x","title":"y"}"#, 404, None, None),
        ("/people/1/employments", r#"{"unit":"","title":"y"}"#, 422, Some("unit"), Some("empty")),
        ("/people/1/employments", r#"{"title":"y"}"#, 422, None, None),
        (
            "/people/1/rights",
            r#"{"profession":"x","source":"y","checked":"2027-01-01T00:00:00Z"}"#,
            422,
            Some("checked"),
            Some("in-the-future"),
        ),
        (
            "/people/1/rights",
            r#"{"profession":"x","source":"y","validity":{"from":"2027-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}}"#,
            422,
            Some("window"),
            Some("reversed-window"),
        ),
        (
            "/cards/04A1B201/transit",
            r#"{"transition":"x","cause":"lost"}"#,
            422,
            Some("transition"),
            Some("unknown-code"),
        ),
        ("/cards/04A1B201/transit", r#"{"transition":"block","cause":"x"}"#, 422, Some("cause"), Some("unknown-code")),
        ("/cards", r#"{"uid":"04FFFFFF","kind":"staff","life":"x"}"#, 422, Some("life"), Some("unknown-code")),
        ("/cards", r#"{"uid":"04FFFFFF","kind":"staff","life":"retired"}"#, 422, Some("life"), Some("not-a-beginning")),
        (
            "/handouts",
            r#"{"backup":"x","person":1,"cause":"lost","document":"passport","place":"A"}"#,
            422,
            Some("backup"),
            Some("not-a-uid"),
        ),
        (
            "/handouts",
            r#"{"backup":"04A1B2B0","person":1,"cause":"lost","document":"passport","place":"A"}"#,
            422,
            Some("backup"),
            Some("unknown-card"),
        ),
        (
            "/handouts",
            r#"{"backup":"04A1B201","person":1,"cause":"x","document":"passport","place":"A"}"#,
            422,
            Some("cause"),
            Some("unknown-code"),
        ),
    ] {
        let answer = bench.api(Method::POST, path, body).await;
        let problem = answer.json();
        let told = (answer.status.as_u16(), problem["field"].as_str(), problem["code"].as_str());
        assert_eq!(told, (status, field, code), "{path} {body}");
    }
    assert_eq!(bench.site.latest().unwrap(), before);
}

#[tokio::test]
async fn cards_that_end_soon_are_counted_and_listed_with_what_renews_them() {
    let bench = Bench::new().await;
    // Ends in three days.
    let window = Window { from: None, until: Some(UtcS(bench.now().second().0 + 3 * 86_400)) };
    bench.site.add_card(&actor(), NewCard::new(uid(7), CardKind::Professional, window)).unwrap();
    let new = NewCard { renews: Some(uid(7)), ..NewCard::new(uid(8), CardKind::Professional, Window::ALWAYS) };
    bench.site.add_card(&actor(), new).unwrap();
    let mut browser = bench.signed_in().await;
    let overview = browser.get("/").await.text();
    for within in ["week", "month", "three-months"] {
        assert!(overview.contains(&format!("/cards/ending?within={within}")), "{within}");
        let text = browser.get(&format!("/cards/ending?within={within}")).await.text();
        assert!(text.contains("04A1B207") && text.contains("/cards/04A1B208"), "{within}");
        let listed = bench.api(Method::GET, &format!("/cards/ending?within={within}"), "").await.json();
        assert_eq!(listed["items"][0]["renewed_by"], "04A1B208");
    }
    // A card that nothing renews yet offers it, and the form knows what for.
    let offered = browser.get("/cards/04A1B208").await.text();
    assert!(offered.contains("/cards?renews=04A1B208&amp;kind=professional"));
    let filled = browser.get("/cards?renews=04A1B208&kind=professional").await.text();
    assert!(filled.contains("value=\"04A1B208\"") && filled.contains("value=\"professional\" selected"));
    bench.wait_ms(4 * 86_400_000);
    let mut browser = bench.signed_in().await;
    let text = browser.get("/cards/ending").await.text();
    assert!(text.contains("Cards that end soon") && !text.contains("04A1B207"));
    assert!(bench.api(Method::GET, "/cards/ending?within=year", "").await.status == StatusCode::UNPROCESSABLE_ENTITY);
    // What a right that ends means is said on the card's page.
    let person = db::site::PersonId(1);
    let right = NewRight { window, ..NewRight::always("Lääkäri", "terhikki", bench.now()) };
    bench.site.add_right(&actor(), person, &right).unwrap();
    bench.site.give_card(&actor(), &uid(8), person, Window::ALWAYS).unwrap();
    let text = browser.get("/cards/04A1B208").await.text();
    assert!(text.contains("Right to practise") && text.contains("Not now"), "{text}");
}
